/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A main() for a fuzz target without a fuzzer: runs it with every file of
 * the files and directories given, in memory of exactly its size.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

static void replay_file(const char *path, size_t size)
{
    unsigned char *data = malloc(size);
    FILE *f = fopen(path, "rb");

    if (!data || !f || fread(data, 1, size, f) != size || fgetc(f) != EOF) {
        fail(path);
    }
    (void)fclose(f);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

/* @return how many files were run. */
static unsigned replay_directory(const char *path)
{
    struct dirent **names;
    unsigned inputs = 0;
    int i, n = scandir(path, &names, NULL, alphasort);

    if (n < 0) {
        fail(path);
    }
    for (i = 0; i < n; i++) {
        char file[4096];
        struct stat st;

        if ((size_t)snprintf(file, sizeof(file), "%s/%s", path,
                             names[i]->d_name)
                >= sizeof(file)
            || stat(file, &st) != 0) {
            fail(path);
        }
        if (S_ISREG(st.st_mode)) {
            replay_file(file, (size_t)st.st_size);
            inputs++;
        }
        free(names[i]);
    }
    free(names);
    return inputs;
}

int main(int argc, char **argv)
{
    unsigned inputs = 0;
    int i;

    for (i = 1; i < argc; i++) {
        struct stat st;

        if (stat(argv[i], &st) != 0) {
            fail(argv[i]);
        }
        if (S_ISDIR(st.st_mode)) {
            inputs += replay_directory(argv[i]);
        }
        else {
            replay_file(argv[i], (size_t)st.st_size);
            inputs++;
        }
    }
    printf("%u inputs\n", inputs);
    return fflush(stdout) != 0 || inputs == 0;
}
