/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * fork, a pipe for the result, waitpid. Floor 4.
 */
#include "httpd/subprocess.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 4096

bool ocsp_subprocess_write(int fd, const void *octets, size_t len)
{
    const char *at = octets;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
        else if (n == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* All until the other end is closed. */
static void read_all(ocsp_subprocess_result_t *out, int fd, apr_pool_t *p)
{
    char block[BLOCK];
    char *all = apr_pcalloc(p, 1);
    ssize_t n;

    do {
        n = read(fd, block, sizeof(block));
        if (n > 0) {
            char *more = apr_palloc(p, out->len + (size_t)n + 1);

            memcpy(more, all, out->len);
            memcpy(more + out->len, block, (size_t)n);
            out->len += (size_t)n;
            more[out->len] = '\0';
            all = more;
        }
    } while (n > 0 || (n < 0 && errno == EINTR));
    out->octets = all;
}

/* Nobody else waits for it: httpd asks for any child only once it runs. Where
 * SIGCHLD is ignored no status is left. */
static void reap(ocsp_subprocess_result_t *out, pid_t pid)
{
    int status = 0;
    pid_t ended;

    do {
        ended = waitpid(pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended == pid && WIFEXITED(status)) {
        out->exit_status = WEXITSTATUS(status);
    }
    else if (ended == pid && WIFSIGNALED(status)) {
        out->signal = WTERMSIG(status);
    }
}

apr_status_t ocsp_subprocess_run(ocsp_subprocess_result_t *out,
                                 ocsp_subprocess_t run, void *data,
                                 apr_pool_t *p)
{
    int fds[2];
    int error;
    pid_t pid;

    *out = (ocsp_subprocess_result_t){.octets = "", .exit_status = -1};
    if (pipe2(fds, O_CLOEXEC) != 0) {
        return errno;
    }
    pid = fork();
    error = errno;
    if (pid == 0) {
        _exit(run(fds[1], data));
    }
    (void)close(fds[1]); /* or reading would not end with the process */
    if (pid > 0) {
        read_all(out, fds[0], p);
        reap(out, pid);
    }
    (void)close(fds[0]);
    return pid > 0 ? APR_SUCCESS : error;
}
