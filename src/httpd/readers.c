/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asks the kernel, in a child process that has become the workers' user.
 * Floor 4.
 */
#include "httpd/readers.h"

#include <httpd.h>

#include <apr_errno.h>
#include <apr_strings.h>
#include <apr_user.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unixd.h>

/* Not so without mod_unixd or a User that exists: httpd will not serve then,
 * but "httpd -t" gets here. */
static bool is_user_known(void)
{
    return ap_unixd_config.user_name != NULL
        && ap_unixd_config.user_id != (uid_t)-1;
}

const char *ocsp_readers_get_user(apr_pool_t *p)
{
    apr_uid_t uid = geteuid();
    char *name;

    if (uid == 0) {
        if (!is_user_known()) {
            return "unknown";
        }
        if (ap_unixd_config.user_name[0] != '#') {
            return apr_pstrdup(p, ap_unixd_config.user_name);
        }
        uid = ap_unixd_config.user_id;
    }
    return apr_uid_name_get(&name, uid, p) == APR_SUCCESS
             ? name
             : apr_psprintf(p, "#%lu", (unsigned long)uid);
}

/* By the real user and group, which are never others than the effective ones
 * here. */
static bool is_readable(const char *path)
{
    struct stat info;

    return access(path, R_OK) == 0 && stat(path, &info) == 0
        && (!S_ISDIR(info.st_mode) || access(path, X_OK) == 0);
}

/* In the order in which each step is still allowed, as mod_unixd's. */
static bool become_worker(const char *user)
{
    const char *root = ap_unixd_config.chroot_dir;

    return setgid(ap_unixd_config.group_id) == 0
        && initgroups(user, ap_unixd_config.group_id) == 0
        && (root == NULL
            || (chdir(root) == 0 && chroot(root) == 0 && chdir("/") == 0))
        && setuid(ap_unixd_config.user_id) == 0;
}

/* The child: an octet for each path, then errno as its exit status. No pool and
 * no stdio, whose buffers and cleanups are the parent's. */
__attribute__((noreturn)) static void answer(int fd,
                                             const apr_array_header_t *paths,
                                             const char *user)
{
    ssize_t n = 1;
    int i;

    if (!become_worker(user)) {
        _exit(errno);
    }
    for (i = 0; i < paths->nelts && n == 1; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, ocsp_readers_path_t).path;
        const char octet = is_readable(path) ? 1 : 0;

        do {
            n = write(fd, &octet, 1);
        } while (n < 0 && errno == EINTR);
    }
    _exit(n == 1 ? 0 : EPIPE);
}

/* @return whether there was an octet for each */
static bool read_answers(int fd, apr_array_header_t *paths)
{
    int i;

    for (i = 0; i < paths->nelts; i++) {
        char octet = 0;
        ssize_t n;

        do {
            n = read(fd, &octet, 1);
        } while (n < 0 && errno == EINTR);
        if (n != 1) {
            return false;
        }
        APR_ARRAY_IDX(paths, i, ocsp_readers_path_t).readable = octet != 0;
    }
    return true;
}

/* What the child's end means to one who has not got all its answers. Nobody
 * else waits for it: httpd asks for any child only once it runs. */
static apr_status_t reap(pid_t pid)
{
    int status = 0;
    pid_t ended;

    do {
        ended = waitpid(pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    return ended == pid && WIFEXITED(status) && WEXITSTATUS(status) != 0
             ? WEXITSTATUS(status)
             : APR_EGENERAL;
}

static apr_status_t ask_worker(apr_array_header_t *paths, const char *user)
{
    apr_status_t rv, ended;
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) != 0) {
        return errno;
    }
    pid = fork();
    rv = errno;
    if (pid == 0) {
        answer(fds[1], paths, user);
    }
    (void)close(fds[1]); /* or reading would not end with the child */
    if (pid > 0) {
        rv = read_answers(fds[0], paths) ? APR_SUCCESS : APR_EOF;
    }
    (void)close(fds[0]);
    if (pid > 0) {
        ended = reap(pid);
        /* answers count even where SIGCHLD is ignored and no status is left */
        rv = rv == APR_SUCCESS ? rv : ended;
    }
    return rv;
}

static void forget(apr_array_header_t *paths)
{
    int i;

    for (i = 0; i < paths->nelts; i++) {
        APR_ARRAY_IDX(paths, i, ocsp_readers_path_t).readable = false;
    }
}

apr_status_t ocsp_readers_check(apr_array_header_t *paths, apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;
    int i;

    forget(paths);
    if (geteuid() != 0) { /* workers are as we are */
        for (i = 0; i < paths->nelts; i++) {
            ocsp_readers_path_t *one = &APR_ARRAY_IDX(paths, i,
                                                      ocsp_readers_path_t);
            one->readable = is_readable(one->path);
        }
    }
    else if (!is_user_known()) {
        rv = APR_ENOTIMPL;
    }
    else {
        rv = ask_worker(paths, ocsp_readers_get_user(p));
    }
    if (rv != APR_SUCCESS) {
        forget(paths);
    }
    return rv;
}
