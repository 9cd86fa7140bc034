/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/state_file: a process that is killed, or whose disk
 * fails, at every system call of a write leaves the old content or the new one.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "folder.h"
#include "status/state_file.h"
#include "tap.h"

#define NAME                                                                   \
    "a9491f4c1bf7b0cffbadcba2db8f028e4b3f2867cb59e1f3a0bc1968f3c51242.crls"
#define OLD "the old content"
#define NEW "new "

static apr_pool_t *pool;
static char *dir;

/* What happens at a call: calls are counted down to 0. */
static struct {
    int left;    /* below 0: nothing happens any more */
    int error;   /* of the call, which is not made; 0: the process is killed */
    int failed;  /* calls that returned the error */
    bool halved; /* a write writes one octet before it fails */
} fault = {.left = -1};

/* @return whether the call fails, and errno says why */
static bool strikes(void)
{
    if (fault.left < 0 || fault.left-- > 0) {
        return false;
    }
    if (fault.error == 0) {
        (void)kill(getpid(), SIGKILL);
    }
    fault.failed++;
    errno = fault.error;
    return true;
}

/* The calls of a write, in place of libc's. */

int fsync(int fd)
{
    return strikes() ? -1 : (int)syscall(SYS_fsync, fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return strikes()
             ? -1
             : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int unlinkat(int at, const char *name, int flags)
{
    return strikes() ? -1 : (int)syscall(SYS_unlinkat, at, name, flags);
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (fault.left == 0 && fault.halved) {
        fault.halved = false;
        return syscall(SYS_write, fd, data, len < 1 ? len : 1);
    }
    return strikes() ? -1 : syscall(SYS_write, fd, data, len);
}

int openat(int at, const char *name, int flags, ...)
{
    unsigned mode;
    va_list args;

    va_start(args, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return strikes() ? -1 : (int)syscall(SYS_openat, at, name, flags, mode);
}

static apr_status_t put(const char *first, const char *second)
{
    const ocsp_der_t parts[] = {{(const unsigned char *)first, strlen(first)},
                                {(const unsigned char *)second,
                                 strlen(second)}};
    const char *why = "";

    return ocsp_state_file_write(dir, NAME, parts, 2, &why, pool);
}

static const char *get(void)
{
    ocsp_der_t content;
    const char *why = "";

    fault.left = -1;
    return ocsp_state_file_read(&content, dir, NAME, 100, &why, pool)
                == APR_SUCCESS
             ? apr_pstrmemdup(pool, (const char *)content.data, content.len)
             : why;
}

/* Write in a process that is killed at the n-th call. @return whether it was */
static bool is_killed(int n, const char *second)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        fault.left = n;
        fault.error = 0;
        _exit(put(NEW, second) == APR_SUCCESS ? 0 : 1);
    }
    folder_need(pid > 0 && waitpid(pid, &status, 0) == pid, "fork");
    folder_need(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "a write");
    return WIFSIGNALED(status);
}

static void check_kill(void)
{
    const char *last = OLD;
    unsigned old = 0, new = 0;
    int n;

    for (n = 0; is_killed(n, apr_itoa(pool, n)); n++) {
        const char *got = get();
        const char *want = apr_pstrcat(pool, NEW, apr_itoa(pool, n), NULL);

        if (strcmp(got, last) == 0) {
            old++;
        }
        else if (strcmp(got, want) == 0) {
            new ++;
            last = want;
        }
        else {
            ok(0, "killed at call %d: '%s'", n, got);
        }
    }
    ok(old >= 5, "killed at %u calls, the old content is there", old);
    ok(new >= 1, "killed at %u calls, the new content is there", new);
    is_str(get(), apr_pstrcat(pool, NEW, apr_itoa(pool, n), NULL),
           "what dead writers left is in nobody's way");
    folder_need(is_killed(2, ""), "a writer that leaves something");
    is_int(ocsp_state_file_sweep(dir, pool), 1, "it is swept");
}

/* @return 0: there is no n-th call; 1: it failed, and the old content is there;
 * 2: likewise, and the new one is */
static int fails(int n, int error, bool halved)
{
    const char *got;
    apr_status_t rv;

    (void)put(OLD, "");
    fault.left = n;
    fault.error = error;
    fault.failed = 0;
    fault.halved = halved;
    rv = put(NEW, "one");
    got = get();
    if (fault.failed == 0) {
        return 0;
    }
    ok(rv == APR_SUCCESS || rv == error, "call %d fails: %d", n, (int)rv);
    if (strcmp(got, OLD) == 0) {
        return 1;
    }
    is_str(got, NEW "one", "the content is the new one");
    return 2;
}

static void check_errors(void)
{
    static const int errors[] = {ENOSPC, EIO, EDQUOT, EROFS};
    int count[3] = {0, 0, 0}, n, result;
    size_t i;

    for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        n = 0;
        while ((result = fails(n++, errors[i], i % 2 == 1)) != 0) {
            count[result]++;
        }
    }
    is_int(count[1], 4 * 5, "the old content is there after most failures");
    is_int(
        count[2], 4 * 2,
        "the new one if nothing was to be removed, or only the directory was "
        "not written");
    (void)put(OLD, "");
    fault.left = 2; /* the first write, interrupted */
    fault.error = EINTR;
    ok(put(NEW, "interrupted") == APR_SUCCESS, "an interrupted write goes on");
    is_str(get(), NEW "interrupted", "and all of it is there");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    dir = folder_make();
    ok(put(OLD, "") == APR_SUCCESS, "a file to begin with");
    check_kill();
    check_errors();
    folder_remove(dir);
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
