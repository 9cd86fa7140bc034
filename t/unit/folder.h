/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A temporary directory of files. A failure ends the test program.
 */
#ifndef OCSP_UNIT_FOLDER_H
#define OCSP_UNIT_FOLDER_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pki.h"

#define FOLDER __attribute__((unused)) static

FOLDER void folder_need(bool done, const char *what)
{
    if (!done) {
        printf("Bail out! %s\n", what);
        (void)fflush(stdout);
        abort();
    }
}

/** A new directory that anybody may look into: folder_remove. */
FOLDER char *folder_make(void)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = malloc(PATH_MAX);
    int n;

    folder_need(dir != NULL, "out of memory");
    n = snprintf(dir, PATH_MAX, "%s/ocsp-unit-XXXXXX",
                 tmp != NULL ? tmp : "/tmp");
    folder_need(n > 0 && n < PATH_MAX && mkdtemp(dir) != NULL, "directory");
    return dir;
}

/** The path of a file in it; free. */
FOLDER char *folder_path(const char *dir, const char *name)
{
    char *path = malloc(PATH_MAX);
    int n = -1;

    if (path != NULL) {
        n = snprintf(path, PATH_MAX, "%s/%s", dir, name);
    }
    folder_need(n > 0 && n < PATH_MAX, "path");
    return path;
}

/** Write a file into it; the bytes are freed. */
FOLDER void folder_put(const char *dir, const char *name, pki_bytes_t bytes)
{
    char *path = folder_path(dir, name);
    FILE *f = fopen(path, "wb");

    folder_need(f != NULL && fwrite(bytes.data, 1, bytes.len, f) == bytes.len
                    && fclose(f) == 0,
                path);
    free(path);
    free(bytes.data);
}

/** Remove what is in it, and it. */
FOLDER void folder_remove(char *dir)
{
    DIR *d = opendir(dir);
    const struct dirent *e;

    folder_need(d != NULL, dir);
    while ((e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            char *path = folder_path(dir, e->d_name);

            folder_need(unlink(path) == 0 || rmdir(path) == 0, path);
            free(path);
        }
    }
    (void)closedir(d);
    (void)rmdir(dir);
    free(dir);
}

#endif
