/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The temporary files of pki.h.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pki.h"

static void need(bool done, const char *what)
{
    if (!done) {
        printf("Bail out! %s\n", what);
        (void)fflush(stdout);
        abort();
    }
}

char *pki_write_file(const char *name, const void *data, size_t len)
{
    const char *tmp = getenv("TMPDIR");
    char *path = malloc(PATH_MAX);
    FILE *f;
    int n;

    need(path != NULL, "out of memory");
    n = snprintf(path, PATH_MAX, "%s/ocsp-unit-XXXXXX",
                 tmp != NULL ? tmp : "/tmp");
    need(n > 0 && n < PATH_MAX / 2 && mkdtemp(path) != NULL, "directory");
    n += snprintf(path + n, (size_t)(PATH_MAX - n), "/%s", name);
    need(n < PATH_MAX, "path");
    f = fopen(path, "wb");
    need(f != NULL && fwrite(data, 1, len, f) == len && fclose(f) == 0, "file");
    return path;
}

void pki_remove_file(char *path)
{
    char *slash = strrchr(path, '/');

    (void)unlink(path);
    if (slash != NULL) {
        *slash = '\0';
        (void)rmdir(path);
    }
    free(path);
}
