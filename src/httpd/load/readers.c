/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds files that httpd's children cannot read: "httpd -t" asks the kernel in
 * a process that has become their user, a child tries by itself. Floor 4.
 */
#include "httpd/load/readers.h"

#include <apr_errno.h>
#include <apr_strings.h>
#include <apr_user.h>
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#include "httpd/load/sources.h"
#include "httpd/log.h"
#include "httpd/runtime/subprocess.h"

/* False without mod_unixd or a User that exists: httpd does not serve then, but
 * "httpd -t" gets here. */
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

const char *ocsp_readers_describe_closed(const char *path, apr_pool_t *p)
{
    return apr_psprintf(p,
                        "%s: the user of httpd's workers, %s, cannot read it: "
                        "changes are loaded at a graceful restart only; let "
                        "that user read it (chmod 644) and enter the "
                        "directories above it",
                        path, ocsp_readers_get_user(p));
}

void ocsp_readers_log_closed(const ocsp_load_ctx_t *ctx, const char *text)
{
    ocsp_load_ctx_log(ctx, APLOG_WARNING, 0, "OCSP232: %s", text);
}

/* --- in a child ----------------------------------------------------------- */

static bool is_closed(const char *path)
{
    return access(path, R_OK) != 0 && errno == EACCES;
}

const char *ocsp_readers_find_closed(const ocsp_issuer_config_t *level,
                                     apr_pool_t *p)
{
    const apr_array_header_t *paths = ocsp_sources_list(level, p);
    int i;

    for (i = 0; i < paths->nelts; i++) {
        if (is_closed(APR_ARRAY_IDX(paths, i, const char *))) {
            return APR_ARRAY_IDX(paths, i, const char *);
        }
    }
    return NULL;
}

void ocsp_readers_check_signers(const ocsp_load_ctx_t *ctx,
                                const ocsp_issuers_issuer_t *si,
                                apr_hash_t *key_files)
{
    size_t i;

    for (i = 0; i < si->loaded.signers.count; i++) {
        const char *file = si->loaded.signers.templs[i]->signer->cert_file;

        if (apr_hash_get(key_files, file, APR_HASH_KEY_STRING) == NULL
            && is_closed(file)
            && ocsp_load_ctx_log_once(ctx, file, strlen(file), 1)) {
            ocsp_readers_log_closed(ctx,
                                    ocsp_readers_describe_closed(file,
                                                                 ctx->ptemp));
        }
    }
}

/* --- under "httpd -t" ----------------------------------------------------- */

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

/* The question for the process: an octet is written for each path. */
typedef struct {
    const apr_array_header_t *paths;
    const char *user;
} question_t;

static int answer(int fd, void *data)
{
    const question_t *q = data;
    bool ok = true;
    int i;

    if (geteuid() == 0 && !become_worker(q->user)) {
        return errno; /* else workers have this user, too */
    }
    for (i = 0; ok && i < q->paths->nelts; i++) {
        const char octet = is_readable(APR_ARRAY_IDX(q->paths, i, const char *))
                             ? 1
                             : 0;

        ok = ocsp_subprocess_write(fd, &octet, 1);
    }
    return ok ? 0 : EPIPE;
}

/* @return an octet for each path: 1: workers can read it; or NULL */
static const char *ask_worker(const apr_array_header_t *paths, apr_pool_t *p)
{
    question_t q = {paths, ocsp_readers_get_user(p)};
    ocsp_subprocess_result_t result;

    return (geteuid() != 0 || is_user_known())
                && ocsp_subprocess_run(&result, answer, &q, p) == APR_SUCCESS
                && result.len == (size_t)paths->nelts
             ? result.octets
             : NULL;
}

/* The files of a directory that workers cannot read need not be named. */
static bool is_in_closed(apr_hash_t *readers, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dir = slash != NULL ? apr_hash_get(readers, path, slash - path)
                                    : NULL;

    return dir != NULL && *dir == 0;
}

apr_hash_t *ocsp_readers_check_paths(const ocsp_load_ctx_t *ctx,
                                     const apr_array_header_t *paths)
{
    const char *octets = ask_worker(paths, ctx->ptemp);
    apr_hash_t *readers = apr_hash_make(ctx->ptemp);
    int i;

    if (octets == NULL) {
        return NULL;
    }
    for (i = 0; i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);

        if (apr_hash_get(readers, path, APR_HASH_KEY_STRING) != NULL) {
            continue;
        }
        apr_hash_set(readers, path, APR_HASH_KEY_STRING, octets + i);
        /* a file that this process cannot read is an error of its own */
        if (ctx->refreshes && octets[i] == 0 && access(path, R_OK) == 0
            && !is_in_closed(readers, path)) {
            ocsp_readers_log_closed(ctx,
                                    ocsp_readers_describe_closed(path,
                                                                 ctx->ptemp));
        }
    }
    return readers;
}

bool ocsp_readers_can_read(apr_hash_t *readers, const char *path)
{
    const char *octet = apr_hash_get(readers, path, APR_HASH_KEY_STRING);

    return octet != NULL && *octet != 0;
}
