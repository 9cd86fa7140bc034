/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asks the kernel, in a child process that has become the workers' user.
 * Floor 4.
 */
#include "httpd/load/readers.h"

#include <httpd.h>

#include <apr_errno.h>
#include <apr_strings.h>
#include <apr_user.h>
#include <errno.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#include "httpd/runtime/subprocess.h"

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

/* What the other process is asked. */
typedef struct {
    const apr_array_header_t *paths;
    const char *user;
} question_t;

/* In a process of its own: an octet for each path. */
static int answer(int fd, void *data)
{
    const question_t *q = data;
    bool ok = true;
    int i;

    if (!become_worker(q->user)) {
        return errno;
    }
    for (i = 0; ok && i < q->paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(q->paths, i, ocsp_readers_path_t).path;
        const char octet = is_readable(path) ? 1 : 0;

        ok = ocsp_subprocess_write(fd, &octet, 1);
    }
    return ok ? 0 : EPIPE;
}

/* Answers count even where no exit status is left. */
static apr_status_t ask_worker(apr_array_header_t *paths, const char *user,
                               apr_pool_t *p)
{
    question_t q = {paths, user};
    ocsp_subprocess_result_t result;
    apr_status_t rv = ocsp_subprocess_run(&result, answer, &q, p);
    int i;

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (result.len != (size_t)paths->nelts) {
        return result.exit_status > 0 ? result.exit_status : APR_EGENERAL;
    }
    for (i = 0; i < paths->nelts; i++) {
        APR_ARRAY_IDX(paths, i, ocsp_readers_path_t).readable = result.octets[i]
                                                             != 0;
    }
    return APR_SUCCESS;
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
        rv = ask_worker(paths, ocsp_readers_get_user(p), p);
    }
    if (rv != APR_SUCCESS) {
        forget(paths);
    }
    return rv;
}
