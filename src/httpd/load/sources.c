/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See sources.h. Floor 4.
 */
#include "httpd/load/sources.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/load/readers.h"
#include "status/crl_directory.h"

/* A directory is read once a ctx, however many issuers look into it. */
typedef struct {
    apr_array_header_t
        *entries; /* of ocsp_crl_directory_entry_t; NULL: rv, why */
    apr_status_t rv;
    const char *why;
    const char
        *hidden;   /* NULL, or which files may be CRLs and cannot be read */
    bool reported; /* hidden was logged, if it was to be */
    bool measured; /* its octets were counted */
    bool used;     /* some issuer looked into it */
} dir_t;

static dir_t *scan(const ocsp_load_ctx_t *ctx, const char *path)
{
    dir_t *d = apr_hash_get(ctx->dirs, path, APR_HASH_KEY_STRING);

    if (d != NULL) {
        return d;
    }
    d = apr_pcalloc(ctx->ptemp, sizeof(*d));
    d->rv = ocsp_crl_directory_scan(&d->entries, path, &d->hidden, &d->why,
                                    ctx->ptemp);
    if (d->rv != APR_SUCCESS) {
        d->entries = NULL;
    }
    apr_hash_set(ctx->dirs, path, APR_HASH_KEY_STRING, d);
    return d;
}

/* A directory whose CRLs count, not only their size. */
static dir_t *scan_and_report(const ocsp_load_ctx_t *ctx, const char *path)
{
    dir_t *d = scan(ctx, path);

    if (!d->reported
        && ocsp_load_ctx_log_once(ctx, path, strlen(path),
                                  ocsp_retry_hash_text(d->hidden))) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, 0, "OCSP219: OCSPCRLPath: %s",
                          d->hidden);
    }
    d->reported = true;
    return d;
}

apr_status_t ocsp_sources_find(ocsp_load_sources_t *src,
                               const ocsp_load_ctx_t *ctx,
                               const ocsp_issuers_issuer_t *si,
                               const char **hidden, const char **why)
{
    const apr_array_header_t *paths = si->level->crl_paths;
    apr_array_header_t *found =
        apr_array_make(ctx->ptemp, 2, sizeof(ocsp_crl_directory_entry_t *));
    int i;

    *hidden = NULL;
    src->issuer = si->issuer;
    src->namesakes = ocsp_load_ctx_get_namesakes(ctx, si->issuer);
    src->files = si->level->crl_files;
    src->found = found;
    src->places = apr_array_pstrcat(ctx->ptemp, paths, ',');
    src->indexes = si->level->index_files;
    src->lists = si->level->issued_files;
    /* what is in a directory of all CAs' need not concern one that has an
     * index; a list tells of no revocation */
    src->needs_crl = paths->nelts != 0
                  && (si->level->index_files->nelts == 0
                      || si->section->level->crl_paths->nelts != 0);
    src->grace_s = si->policy.grace_s;
    src->max_age_s = si->policy.max_age_s;
    src->complete = si->warned_complete;
    src->checked = si->policy.this_update == OCSP_ANSWER_THIS_UPDATE_CHECKED;
    for (i = 0; i < paths->nelts; i++) {
        dir_t *d = scan_and_report(ctx, APR_ARRAY_IDX(paths, i, const char *));

        d->used = true;
        *hidden = *hidden != NULL ? *hidden : d->hidden;
        if (d->entries == NULL) {
            *why = d->why;
            return d->rv;
        }
        ocsp_crl_directory_find(found, d->entries, si->issuer);
    }
    return APR_SUCCESS;
}

static apr_uint64_t size_of(const ocsp_load_ctx_t *ctx, const char *file)
{
    apr_finfo_t info;

    return apr_stat(&info, file, APR_FINFO_SIZE, ctx->ptemp) == APR_SUCCESS
             ? (apr_uint64_t)info.size
             : 0;
}

static apr_uint64_t size_of_all(const ocsp_load_ctx_t *ctx,
                                const apr_array_header_t *files)
{
    apr_uint64_t octets = 0;
    int i;

    for (i = 0; i < files->nelts; i++) {
        octets += size_of(ctx, APR_ARRAY_IDX(files, i, const char *));
    }
    return octets;
}

const char *ocsp_sources_get_found(const ocsp_load_sources_t *src, int n)
{
    return APR_ARRAY_IDX(src->found, n, const ocsp_crl_directory_entry_t *)
        ->file;
}

apr_uint64_t ocsp_sources_count_octets(const ocsp_load_sources_t *src,
                                       const ocsp_load_ctx_t *ctx)
{
    apr_uint64_t octets = size_of_all(ctx, src->files)
                        + size_of_all(ctx, src->indexes)
                        + size_of_all(ctx, src->lists);
    int i;

    for (i = 0; i < src->found->nelts; i++) {
        octets += size_of(ctx, ocsp_sources_get_found(src, i));
    }
    return octets;
}

/* Of an index or a list a table takes less than its octets. */
apr_uint64_t ocsp_sources_measure(const ocsp_load_ctx_t *ctx,
                                  const ocsp_issuer_config_t *level)
{
    apr_uint64_t octets = size_of_all(ctx, level->crl_files)
                        + size_of_all(ctx, level->index_files)
                        + size_of_all(ctx, level->issued_files);
    int i, j;

    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan(ctx, APR_ARRAY_IDX(level->crl_paths, i, const char *));

        for (j = 0; d->entries != NULL && !d->measured && j < d->entries->nelts;
             j++) {
            octets += size_of(
                ctx,
                APR_ARRAY_IDX(d->entries, j, ocsp_crl_directory_entry_t).file);
        }
        d->measured = true;
    }
    return octets;
}

static bool hash_names(EVP_MD_CTX *ctx, const apr_array_header_t *names)
{
    bool ok = true;
    int i;

    for (i = 0; ok && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        ok = EVP_DigestUpdate(ctx, name, strlen(name) + 1) == 1;
    }
    return ok && EVP_DigestUpdate(ctx, "", 1) == 1;
}

bool ocsp_sources_make_id(ocsp_issuers_issuer_t *si)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(ctx, ocsp_issuer_get0_id(si->issuer),
                               OCSP_ISSUER_ID_LEN)
                  == 1
           && hash_names(ctx, si->level->crl_files)
           && hash_names(ctx, si->level->crl_paths)
           && hash_names(ctx, si->level->index_files)
           && hash_names(ctx, si->level->issued_files)
           && EVP_DigestFinal_ex(ctx, si->id, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    if (ok) {
        memcpy(si->policy.sources, si->id, sizeof(si->policy.sources));
    }
    return ok;
}

int64_t ocsp_sources_find_end(const ocsp_issuers_issuer_t *si,
                              const ocsp_table_info_t *info)
{
    return ocsp_table_find_end(info->crl, info->this_update, info->next_update,
                               info->changed, si->policy.grace_s,
                               si->policy.max_age_s);
}

bool ocsp_sources_is_uncovered(const ocsp_issuers_issuer_t *si,
                               const ocsp_table_info_t *info)
{
    return info->crl && info->partial && si->level->index_files->nelts == 0
        && !(si->policy.complete && !info->gaps);
}

int64_t ocsp_sources_find_check_end(int64_t *checked, const ocsp_arena_t *arena,
                                    const ocsp_issuers_issuer_t *si,
                                    const ocsp_table_info_t *info)
{
    bool endless = info->crl && info->next_update == OCSP_CRL_NO_NEXT_UPDATE;

    *checked = ocsp_arena_get_checked(arena, si->slot);
    if (*checked == 0) { /* as an answer takes it */
        *checked = info->this_update;
    }
    return (info->issuance || endless) && si->policy.recheck_s != 0
             ? *checked + si->policy.recheck_s
             : 0;
}

static void add_paths(apr_array_header_t *out, const apr_array_header_t *paths)
{
    int i;

    for (i = 0; i < paths->nelts; i++) {
        ocsp_readers_path_t *path = apr_array_push(out);

        path->path = APR_ARRAY_IDX(paths, i, const char *);
    }
}

bool ocsp_sources_can_workers_read(const ocsp_load_sources_t *src,
                                   const ocsp_issuer_config_t *level,
                                   apr_pool_t *p)
{
    apr_array_header_t *paths = apr_array_make(p, 8,
                                               sizeof(ocsp_readers_path_t));
    bool all;
    int i;

    add_paths(paths, level->crl_files);
    add_paths(paths, level->crl_paths);
    add_paths(paths, level->index_files);
    add_paths(paths, level->issued_files);
    for (i = 0; i < src->found->nelts; i++) {
        ocsp_readers_path_t *path = apr_array_push(paths);

        path->path = ocsp_sources_get_found(src, i);
    }
    all = ocsp_readers_check(paths, p) == APR_SUCCESS;
    for (i = 0; i < paths->nelts; i++) {
        all = all && APR_ARRAY_IDX(paths, i, ocsp_readers_path_t).readable;
    }
    return all;
}

/* Files and directories that a level names, for people. */
const char *ocsp_sources_name(const ocsp_issuer_config_t *level, apr_pool_t *p)
{
    const apr_array_header_t *all[] = {level->crl_files, level->crl_paths,
                                       level->index_files, level->issued_files};
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        apr_array_cat(names, all[i]);
    }
    return apr_array_pstrcat(p, names, ',');
}

/* The CRLs of the directories are files that workers have to read, too. */
static void add_level(apr_array_header_t *out, const ocsp_load_ctx_t *ctx,
                      const ocsp_issuer_config_t *level)
{
    int i, j;

    add_paths(out, level->crl_files);
    add_paths(out, level->crl_paths);
    add_paths(out, level->index_files);
    add_paths(out, level->issued_files);
    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan(ctx, APR_ARRAY_IDX(level->crl_paths, i, const char *));

        for (j = 0; d->entries != NULL && j < d->entries->nelts; j++) {
            ocsp_readers_path_t *path = apr_array_push(out);

            path->path =
                APR_ARRAY_IDX(d->entries, j, ocsp_crl_directory_entry_t).file;
        }
    }
}

static apr_array_header_t *list_all(const ocsp_load_ctx_t *ctx,
                                    const server_rec *base)
{
    apr_array_header_t *paths = apr_array_make(ctx->ptemp, 16,
                                               sizeof(ocsp_readers_path_t));
    const server_rec *s;
    int i;

    for (s = base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        add_level(paths, ctx, conf->said);
        for (i = 0; i < conf->sections->nelts; i++) {
            add_level(paths, ctx,
                      APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *)
                          ->level);
        }
    }
    return paths;
}

const char *ocsp_sources_describe_closed(const char *path, apr_pool_t *p)
{
    return apr_psprintf(p,
                        "%s: the user of httpd's workers, %s, cannot read it: "
                        "changes are taken up at a graceful restart only; let "
                        "that user read it (chmod 644) and enter the "
                        "directories above it",
                        path, ocsp_readers_get_user(p));
}

void ocsp_sources_log_closed(const ocsp_load_ctx_t *ctx, const char *text)
{
    ocsp_load_ctx_log(ctx, APLOG_WARNING, 0, "OCSP232: %s", text);
}

/* Of a directory that workers cannot read, its files need not be named. */
static bool is_in_closed(apr_hash_t *readers, const char *path)
{
    const char *slash = strrchr(path, '/');
    const ocsp_readers_path_t *dir = slash != NULL ? apr_hash_get(readers, path,
                                                                  slash - path)
                                                   : NULL;

    return dir != NULL && !dir->readable;
}

/* What nobody can read is an error of its own. */
static void warn_of_closed(const ocsp_load_ctx_t *ctx, server_rec *base,
                           const ocsp_readers_path_t *path)
{
    if (!path->readable && access(path->path, R_OK) == 0) {
        ocsp_sources_log_closed(ctx, ocsp_sources_describe_closed(path->path,
                                                                  ctx->ptemp));
    }
}

apr_hash_t *ocsp_sources_check_paths(const ocsp_load_ctx_t *ctx,
                                     server_rec *base,
                                     apr_array_header_t *paths)
{
    apr_hash_t *readers = apr_hash_make(ctx->ptemp);
    bool refreshes = ocsp_server_config_get_refresh(
                         ocsp_server_config_get(base))
                  != 0;
    int i;

    if (ocsp_readers_check(paths, ctx->ptemp) != APR_SUCCESS) {
        return NULL;
    }
    for (i = 0; i < paths->nelts; i++) {
        const ocsp_readers_path_t *path = &APR_ARRAY_IDX(paths, i,
                                                         ocsp_readers_path_t);

        if (apr_hash_get(readers, path->path, APR_HASH_KEY_STRING) != NULL) {
            continue;
        }
        apr_hash_set(readers, path->path, APR_HASH_KEY_STRING, path);
        if (refreshes && !is_in_closed(readers, path->path)) {
            warn_of_closed(ctx, base, path);
        }
    }
    return readers;
}

apr_hash_t *ocsp_sources_check_readers(const ocsp_load_ctx_t *ctx,
                                       server_rec *base)
{
    return ocsp_sources_check_paths(ctx, base, list_all(ctx, base));
}

static const char *find_unreadable(const apr_array_header_t *paths)
{
    int i;

    for (i = 0; i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);

        if (access(path, R_OK) != 0 && errno == EACCES) {
            return path;
        }
    }
    return NULL;
}

const char *ocsp_sources_find_unreadable(const ocsp_issuer_config_t *level)
{
    const char *path = find_unreadable(level->crl_files);

    path = path != NULL ? path : find_unreadable(level->crl_paths);
    path = path != NULL ? path : find_unreadable(level->index_files);
    return path != NULL ? path : find_unreadable(level->issued_files);
}

void ocsp_sources_check_used(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuer_config_t *level)
{
    int i;

    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan_and_report(ctx, APR_ARRAY_IDX(level->crl_paths, i,
                                                      const char *));

        if (!d->used && d->entries == NULL) {
            d->used = true;
            ocsp_load_ctx_log(ctx, APLOG_ERR, d->rv,
                              "OCSP227: OCSPCRLPath: %s; no issuer needs it",
                              d->why);
        }
    }
}
