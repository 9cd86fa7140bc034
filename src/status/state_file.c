/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes and reads files of the state directory. These are opened by
 * descriptors of their directory, which stays the same one meanwhile. Floor 1.
 */
#include "status/state_file.h"

#include <apr_escape.h>
#include <apr_strings.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SUFFIX_MAX 7

/* Of the digest in a name. */
#define DIGITS ((size_t)2 * SHA256_DIGEST_LENGTH)

/* A file that is being written. */
typedef struct {
    int dir;
    int fd; /* -1: it is not open */
    const char *tmp;
} writing_t;

bool ocsp_state_file_make_name(char name[OCSP_STATE_FILE_NAME_MAX],
                               const void *subject, size_t len,
                               const char *suffix)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];

    if (SHA256(subject, len, digest) == NULL || strlen(suffix) > SUFFIX_MAX) {
        return false;
    }
    (void)apr_escape_hex(name, digest, sizeof(digest), 0, NULL);
    apr_snprintf(name + DIGITS, OCSP_STATE_FILE_NAME_MAX - DIGITS, ".%s",
                 suffix);
    return true;
}

static const char *reason(const char *dir, const char *name, const char *what,
                          apr_status_t rv, apr_pool_t *p)
{
    char text[120];

    return apr_psprintf(p, "%s/%s %s: %s", dir, name, what,
                        apr_strerror(rv, text, sizeof(text)));
}

static apr_status_t open_dir(int *fd, const char *dir, const char **why,
                             apr_pool_t *p)
{
    apr_status_t rv;

    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd >= 0) {
        return APR_SUCCESS;
    }
    rv = errno;
    *why = reason(dir, "", "cannot be opened", rv, p);
    return rv;
}

/* --- writing -------------------------------------------------------------- */

static bool write_all(int fd, const unsigned char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return false;
        }
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* What a dead writer, or a stranger, has put under that name is removed: it is
 * never written to. */
static bool begin(writing_t *w)
{
    (void)unlinkat(w->dir, w->tmp, 0);
    w->fd = openat(w->dir, w->tmp,
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return w->fd >= 0;
}

/* Workers have to read what httpd's parent writes, as root, into a directory of
 * theirs. */
static bool give_to_owner(const writing_t *w)
{
    struct stat of_dir;

    return geteuid() != 0
        || (fstat(w->dir, &of_dir) == 0
            && fchown(w->fd, of_dir.st_uid, of_dir.st_gid) == 0);
}

/* Whether the temporary name still is the file that was written. */
static bool is_ours(const writing_t *w)
{
    struct stat opened, named;

    if (fstat(w->fd, &opened) != 0
        || fstatat(w->dir, w->tmp, &named, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    errno = EEXIST;
    return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

/* A disk is not filled for nothing: others need what is left of it. */
static bool has_room(const writing_t *w, const ocsp_der_t *parts, size_t count)
{
    struct statvfs disk;
    uint64_t octets = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        octets += parts[i].len;
    }
    if (fstatvfs(w->dir, &disk) != 0 || disk.f_frsize == 0
        || octets / disk.f_frsize <= disk.f_bavail) {
        return true;
    }
    errno = ENOSPC;
    return false;
}

static apr_status_t write_file(writing_t *w, const char *name,
                               const ocsp_der_t *parts, size_t count)
{
    bool ok = has_room(w, parts, count) && begin(w) && give_to_owner(w);
    size_t i;

    for (i = 0; ok && i < count; i++) {
        ok = write_all(w->fd, parts[i].data, parts[i].len);
    }
    ok = ok && fsync(w->fd) == 0 && is_ours(w)
      && renameat(w->dir, w->tmp, w->dir, name) == 0 && fsync(w->dir) == 0;
    return ok ? APR_SUCCESS : errno != 0 ? errno : APR_EGENERAL;
}

apr_status_t ocsp_state_file_write(const char *dir, const char *name,
                                   const ocsp_der_t *parts, size_t count,
                                   const char **why, apr_pool_t *p)
{
    writing_t w = {.fd = -1,
                   .tmp = apr_pstrcat(p, name, OCSP_STATE_FILE_TMP, NULL)};
    apr_status_t rv = open_dir(&w.dir, dir, why, p);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    rv = write_file(&w, name, parts, count);
    if (rv != APR_SUCCESS) {
        *why = reason(dir, name, "cannot be written", rv, p);
    }
    if (w.fd >= 0) {
        if (rv != APR_SUCCESS) {
            (void)unlinkat(w.dir, w.tmp, 0);
        }
        (void)close(w.fd);
    }
    (void)close(w.dir);
    return rv;
}

/* --- reading -------------------------------------------------------------- */

/* A FIFO would block, so the file is opened without blocking. */
static apr_status_t open_file(int *fd, size_t *len, const char *dir,
                              const char *name, const char **why, apr_pool_t *p)
{
    struct stat info = {.st_mode = 0};
    int at;
    apr_status_t rv = open_dir(&at, dir, why, p);

    *fd = -1;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    *fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    rv = *fd >= 0 && fstat(*fd, &info) == 0 ? APR_SUCCESS : errno;
    (void)close(at);
    if (rv == ELOOP || (rv == APR_SUCCESS && !S_ISREG(info.st_mode))) {
        *why = apr_psprintf(p, "%s/%s is not a regular file", dir, name);
        return OCSP_EMALFORMED;
    }
    if (rv != APR_SUCCESS) {
        *why = reason(dir, name, "cannot be opened", rv, p);
        return rv;
    }
    *len = (size_t)info.st_size;
    return APR_SUCCESS;
}

static apr_status_t read_all(int fd, unsigned char *data, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = read(fd, data + done, len - done);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n == 0) {
            return APR_EOF; /* it was truncated meanwhile */
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return APR_SUCCESS;
}

/* @param whole whether a file of more octets is an error */
static apr_status_t read_file(ocsp_der_t *content, const char *dir,
                              const char *name, size_t max, bool whole,
                              const char **why, apr_pool_t *p)
{
    unsigned char *data;
    size_t len = 0;
    int fd;
    apr_status_t rv = open_file(&fd, &len, dir, name, why, p);

    *content = (ocsp_der_t){NULL, 0};
    if (!whole && len > max) {
        len = max;
    }
    if (rv == APR_SUCCESS && len > max) {
        *why = apr_psprintf(p, "%s/%s has more than %" APR_SIZE_T_FMT " octets",
                            dir, name, max);
        rv = OCSP_EMALFORMED;
    }
    else if (rv == APR_SUCCESS) {
        data = apr_palloc(p, len + 1);
        rv = read_all(fd, data, len);
        if (rv == APR_SUCCESS) {
            *content = (ocsp_der_t){data, len};
        }
        else {
            *why = reason(dir, name, "cannot be read", rv, p);
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return rv;
}

apr_status_t ocsp_state_file_read(ocsp_der_t *content, const char *dir,
                                  const char *name, size_t max,
                                  const char **why, apr_pool_t *p)
{
    return read_file(content, dir, name, max, true, why, p);
}

apr_status_t ocsp_state_file_read_begin(ocsp_der_t *content, const char *dir,
                                        const char *name, size_t max,
                                        const char **why, apr_pool_t *p)
{
    return read_file(content, dir, name, max, false, why, p);
}

/* --- removing ------------------------------------------------------------- */

/* Whether a writer has given a file this name: 64 digits, a suffix, and that of
 * temporary files. */
static bool is_leftover(const char *name)
{
    size_t len = strlen(name), tmp = strlen(OCSP_STATE_FILE_TMP);

    return len > DIGITS + 1 + tmp && len < OCSP_STATE_FILE_NAME_MAX + tmp
        && strspn(name, "0123456789abcdef") == DIGITS && name[DIGITS] == '.'
        && strcmp(name + len - tmp, OCSP_STATE_FILE_TMP) == 0;
}

unsigned ocsp_state_file_sweep(const char *dir, apr_pool_t *p)
{
    const char *ignored;
    const struct dirent *entry;
    unsigned removed = 0;
    DIR *all;
    int at;

    if (open_dir(&at, dir, &ignored, p) != APR_SUCCESS) {
        return 0;
    }
    all = fdopendir(at);
    if (all == NULL) {
        (void)close(at);
        return 0;
    }
    /* The stream is of this call alone. */
    /* cppcheck-suppress readdirCalled */
    while ((entry = readdir(all)) != NULL) {
        removed += is_leftover(entry->d_name)
                && unlinkat(at, entry->d_name, 0) == 0;
    }
    (void)closedir(all);
    return removed;
}
