/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The process is forked and writes its result into a pipe. Floor 4.
 */
#include "httpd/runtime/subprocess.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

static apr_status_t free_octets(void *octets)
{
    free(octets);
    return APR_SUCCESS;
}

/* Read until the other end is closed or the limit is reached, into a buffer
 * that doubles: a pool would not free the smaller ones. */
static void read_all(ocsp_subprocess_result_t *out, int fd, apr_pool_t *p)
{
    size_t room = BLOCK;
    char *all = malloc(room + 1), *more = all;
    ssize_t n = 1;

    while (more != NULL && (n > 0 || (n < 0 && errno == EINTR))
           && out->len < OCSP_SUBPROCESS_MAX) {
        n = read(fd, all + out->len, room - out->len);
        out->len += n > 0 ? (size_t)n : 0;
        if (out->len == room && room < OCSP_SUBPROCESS_MAX
            && (more = realloc(all, 2 * room + 1)) != NULL) {
            all = more;
            room *= 2;
        }
    }
    if (all != NULL) {
        all[out->len] = '\0';
        out->octets = all;
        apr_pool_cleanup_register(p, all, free_octets, apr_pool_cleanup_null);
    }
}

/* httpd itself does not wait for children yet. Where SIGCHLD is ignored there
 * is no exit status. */
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
        (void)close(fds[0]); /* or its writes would never fail */
        _exit(run(fds[1], data));
    }
    (void)close(fds[1]); /* or reads would not end with the process */
    if (pid > 0) {
        read_all(out, fds[0], p);
    }
    (void)close(fds[0]); /* or a write of more than is read would block */
    if (pid > 0) {
        out->pid = (int32_t)pid;
        reap(out, pid);
    }
    return pid > 0 ? APR_SUCCESS : error;
}
