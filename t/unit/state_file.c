/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/state_file.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "status/state_file.h"
#include "tap.h"

#define SUBJECT "subject"
/* printf subject | openssl dgst -sha256 */
#define NAME                                                                   \
    "a9491f4c1bf7b0cffbadcba2db8f028e4b3f2867cb59e1f3a0bc1968f3c51242.crls"

static apr_pool_t *pool;
static char *dir;

static ocsp_der_t text(const char *s)
{
    return (ocsp_der_t){(const unsigned char *)s, strlen(s)};
}

static apr_status_t put(const char *name, const char *first, const char *second)
{
    const ocsp_der_t parts[] = {text(first), text(second)};
    const char *why = "";

    return ocsp_state_file_write(dir, name, parts, 2, &why, pool);
}

static const char *get(const char *name, size_t max, apr_status_t want)
{
    ocsp_der_t content = {NULL, 0};
    const char *why = NULL;
    apr_status_t rv = ocsp_state_file_read(&content, dir, name, max, &why,
                                           pool);

    ok(rv == want, "read: returned (%d, want %d)", rv, want);
    ok((rv == APR_SUCCESS) == (why == NULL), "a failure has a reason");
    if (rv != APR_SUCCESS) {
        ok(content.data == NULL, "and no content");
        return why;
    }
    return apr_pstrmemdup(pool, (const char *)content.data, content.len);
}

static bool exists(const char *name)
{
    struct stat info;
    char *path = folder_path(dir, name);
    bool is = lstat(path, &info) == 0;

    free(path);
    return is;
}

static void check_names(void)
{
    char name[OCSP_STATE_FILE_NAME_MAX] = "untouched";
    char again[OCSP_STATE_FILE_NAME_MAX];

    ok(!ocsp_state_file_make_name(name, SUBJECT, 7, "suffixes"),
       "a suffix of 8 letters is refused");
    is_str(name, "untouched", "and the name untouched");
    ok(ocsp_state_file_make_name(name, SUBJECT, 7, "crls"), "a name is made");
    is_str(name, NAME, "of the digest and the suffix");
    ok(ocsp_state_file_make_name(again, "subjecs", 7, "seventh")
           && strlen(again) + 1 == sizeof(again),
       "the longest one fits");
    ok(memcmp(name, again, 64) != 0, "another subject has another name");
}

static void check_content(void)
{
    struct stat info;
    char *path = folder_path(dir, NAME);

    get(NAME, 100, APR_ENOENT);
    ok(put(NAME, "old ", "content") == APR_SUCCESS, "a file is made");
    is_str(get(NAME, 100, APR_SUCCESS), "old content", "and read");
    ok(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600,
       "by its owner only");
    ok(put(NAME, "", "new") == APR_SUCCESS, "it is replaced");
    is_str(get(NAME, 3, APR_SUCCESS), "new", "and read, as long as may be");
    ok(strstr(get(NAME, 2, OCSP_EMALFORMED), "more than 2 octets") != NULL,
       "one that is longer is refused");
    ok(put(NAME, "", "") == APR_SUCCESS, "it may be empty");
    is_str(get(NAME, 0, APR_SUCCESS), "", "and is read");
    ok(!exists(NAME OCSP_STATE_FILE_TMP), "no temporary file is left");
    free(path);
}

/* Somebody has put other things there. */
static void check_hostile(void)
{
    char *other = folder_path(dir, "other"), *path = folder_path(dir, NAME);
    char *tmp = folder_path(dir, NAME OCSP_STATE_FILE_TMP);

    folder_put(dir, "other", pki_copy("another's", 9));
    folder_need(unlink(path) == 0 && symlink(other, path) == 0, "symlink");
    ok(strstr(get(NAME, 100, OCSP_EMALFORMED), "not a regular file") != NULL,
       "a symbolic link is not followed");
    ok(put(NAME, "mine", "") == APR_SUCCESS, "it is replaced");
    is_str(get(NAME, 100, APR_SUCCESS), "mine", "by the file");
    is_str(get("other", 100, APR_SUCCESS), "another's",
           "and what it points to is untouched");
    folder_need(symlink(other, tmp) == 0, "symlink");
    ok(put(NAME, "mine", " too") == APR_SUCCESS,
       "a symbolic link in the place of the temporary file does no harm");
    is_str(get("other", 100, APR_SUCCESS), "another's",
           "what it points to is untouched");
    is_str(get(NAME, 100, APR_SUCCESS), "mine too", "and the file is written");
    folder_need(unlink(path) == 0 && mkfifo(path, 0600) == 0, "mkfifo");
    get(NAME, 100, OCSP_EMALFORMED); /* a FIFO does not block */
    folder_need(unlink(path) == 0 && mkdir(path, 0700) == 0, "mkdir");
    get(NAME, 100, OCSP_EMALFORMED);
    ok(put(NAME, "x", "") != APR_SUCCESS, "a directory is not replaced");
    ok(!exists(NAME OCSP_STATE_FILE_TMP),
       "and no temporary file is left of the try");
    folder_need(rmdir(path) == 0 && mkdir(tmp, 0700) == 0, "mkdir");
    ok(put(NAME, "x", "") != APR_SUCCESS,
       "a directory in the place of the temporary file is an error");
    get(NAME, 100, APR_ENOENT);
    folder_need(rmdir(tmp) == 0, "rmdir");
    free(other);
    free(path);
    free(tmp);
}

static void check_sweep(void)
{
    static const char *const stay[] = {"lock", "x.tmp", NAME, NAME ".tmpx"};
    size_t i;

    for (i = 0; i < sizeof(stay) / sizeof(stay[0]); i++) {
        folder_put(dir, stay[i], pki_copy("", 0));
    }
    folder_put(dir, NAME OCSP_STATE_FILE_TMP, pki_copy("half", 4));
    is_int(ocsp_state_file_sweep(dir, pool), 1, "what a crash left is removed");
    ok(!exists(NAME OCSP_STATE_FILE_TMP), "that is the temporary file");
    for (i = 0; i < sizeof(stay) / sizeof(stay[0]); i++) {
        ok(exists(stay[i]), "%s stays", stay[i]);
    }
    is_int(ocsp_state_file_sweep(dir, pool), 0, "nothing more is to be done");
}

static void check_missing(void)
{
    char *all = dir;

    dir = folder_path(all, "nowhere");
    ok(put(NAME, "x", "") == APR_ENOENT, "no directory: an error");
    get(NAME, 100, APR_ENOENT);
    is_int(ocsp_state_file_sweep(dir, pool), 0, "nothing is swept");
    free(dir);
    dir = all;
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    dir = folder_make();
    check_names();
    check_content();
    check_hostile();
    check_sweep();
    check_missing();
    folder_remove(dir);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
