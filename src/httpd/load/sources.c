/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sources of an issuer: finds the files, each directory once a load, and
 * finds out how large they are and when their data expires. Floor 4.
 */
#include "httpd/load/sources.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <unixd.h>
#include <openssl/evp.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "status/crl_directory.h"
#include "status/file.h"

/* A directory, which is read once a load. */
typedef struct {
    apr_array_header_t
        *entries; /* of ocsp_crl_directory_entry_t; NULL: rv, why */
    apr_status_t rv;
    const char *why;
    const char
        *hidden;   /* NULL, or which files may be CRLs and cannot be read */
    bool reported; /* hidden was logged, if it was to be */
    bool listed;   /* by ocsp_sources_list_all */
    bool used;     /* by some issuer */
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

/* A directory whose CRLs are used. */
static dir_t *scan_and_log(const ocsp_load_ctx_t *ctx, const char *path)
{
    dir_t *d = scan(ctx, path);

    if (!d->reported
        && ocsp_load_ctx_log_once(ctx, path, strlen(path),
                                  ocsp_retry_hash_text(d->hidden))) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, 0,
                          "OCSP219: OCSPCRLPath: %s; the other files are used",
                          d->hidden);
    }
    d->reported = true;
    return d;
}

/* Read the certificates of CRL signers, which may have been renewed. */
static apr_status_t read_crl_signers(apr_array_header_t **out,
                                     const apr_array_header_t *files,
                                     const char **why, apr_pool_t *p)
{
    apr_status_t rv = APR_SUCCESS;
    int i;

    *out = apr_array_make(p, files->nelts, sizeof(const ocsp_issuer_t *));
    for (i = 0; i < files->nelts && rv == APR_SUCCESS; i++) {
        const char *file = APR_ARRAY_IDX(files, i, const char *);
        ocsp_issuer_t *signer;
        ocsp_der_t content;

        rv = ocsp_file_read(&content, file, why, p);
        if (rv == APR_SUCCESS) {
            rv = ocsp_issuer_parse_crl_signer(&signer, content, file, why, p);
        }
        if (rv == APR_SUCCESS) {
            APR_ARRAY_PUSH(*out, const ocsp_issuer_t *) = signer;
        }
    }
    return rv;
}

static apr_status_t find_keys(const ocsp_crl_keys_t **out,
                              const ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si, const char **why)
{
    const ocsp_issuer_config_t *level = si->config.level;
    apr_array_header_t *signers;
    apr_status_t rv = read_crl_signers(&signers, level->crl_signers, why,
                                       ctx->ptemp);

    /* without the signers, if rv is an error: reasons name the issuer */
    *out = ocsp_crl_keys_make(si->loaded.issuer, signers,
                              ocsp_load_ctx_get_namesakes(ctx,
                                                          si->loaded.issuer),
                              ocsp_issuer_config_get_crl_scope(level),
                              ctx->ptemp);
    return rv;
}

apr_status_t ocsp_sources_find(ocsp_load_sources_t *src,
                               const ocsp_load_ctx_t *ctx,
                               const ocsp_issuers_issuer_t *si,
                               const char **hidden, const char **why)
{
    const ocsp_issuer_config_t *level = si->config.level;
    const apr_array_header_t *paths = level->crl_paths;
    apr_array_header_t *found =
        apr_array_make(ctx->ptemp, 2, sizeof(ocsp_crl_directory_entry_t *));
    apr_status_t rv = find_keys(&src->keys, ctx, si, why);
    int i;

    *hidden = NULL;
    src->crl_signers = level->crl_signers;
    src->files = level->crl_files;
    src->found = found;
    src->places = apr_array_pstrcat(ctx->ptemp, paths, ',');
    src->indexes = level->index_files;
    src->lists = level->issued_files;
    /* an issuer with an index need not have a CRL in a directory of all CAs';
     * a list of what was issued has no revocations */
    src->needs_crl = paths->nelts != 0
                  && (level->index_files->nelts == 0
                      || si->config.section->level->crl_paths->nelts != 0);
    src->grace_s = si->config.policy.grace_s;
    src->max_age_s = si->config.policy.max_age_s;
    src->complete = si->running.warned_complete;
    src->checked = si->config.policy.this_update
                == OCSP_ANSWER_THIS_UPDATE_CHECKED;
    for (i = 0; i < paths->nelts && rv == APR_SUCCESS; i++) {
        dir_t *d = scan_and_log(ctx, APR_ARRAY_IDX(paths, i, const char *));

        d->used = true;
        *hidden = *hidden != NULL ? *hidden : d->hidden;
        if (d->entries == NULL) {
            *why = d->why;
            return d->rv;
        }
        ocsp_crl_directory_find(found, d->entries, src->keys);
    }
    return rv;
}

apr_array_header_t *ocsp_sources_list(const ocsp_issuer_config_t *level,
                                      apr_pool_t *p)
{
    const apr_array_header_t *lists[] = {level->crl_files, level->crl_paths,
                                         level->crl_signers, level->index_files,
                                         level->issued_files};
    apr_array_header_t *all = apr_array_make(p, 4, sizeof(const char *));
    size_t i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        apr_array_cat(all, lists[i]);
    }
    return all;
}

const char *ocsp_sources_name(const ocsp_issuer_config_t *level, apr_pool_t *p)
{
    return apr_array_pstrcat(p, ocsp_sources_list(level, p), ',');
}

static bool can_worker_read(const apr_finfo_t *info)
{
    return (info->protection & APR_FPROT_WREAD) != 0
        || (info->group == ap_unixd_config.group_id
            && (info->protection & APR_FPROT_GREAD) != 0)
        || (info->user == ap_unixd_config.user_id
            && (info->protection & APR_FPROT_UREAD) != 0);
}

/* Octets of files. @param is_public set to false if the mode of one keeps
 * workers from reading it */
static apr_uint64_t measure(bool *is_public, const apr_array_header_t *files,
                            apr_pool_t *p)
{
    apr_uint64_t octets = 0;
    int i;

    for (i = 0; i < files->nelts; i++) {
        apr_finfo_t info = {.size = 0};

        (void)apr_stat(&info, APR_ARRAY_IDX(files, i, const char *),
                       APR_FINFO_SIZE | APR_FINFO_PROT | APR_FINFO_USER
                           | APR_FINFO_GROUP,
                       p);
        *is_public = *is_public && can_worker_read(&info);
        octets += (apr_uint64_t)info.size;
    }
    return octets;
}

/* Add the file of an entry, once for all CRLs in it. */
static void add_file(apr_array_header_t *files,
                     const ocsp_crl_directory_entry_t *entry)
{
    int n = files->nelts;

    if (n == 0 || APR_ARRAY_IDX(files, n - 1, const char *) != entry->file) {
        APR_ARRAY_PUSH(files, const char *) = entry->file;
    }
}

apr_uint64_t ocsp_sources_count_octets(bool *is_public,
                                       const ocsp_load_sources_t *src,
                                       const ocsp_load_ctx_t *ctx)
{
    apr_array_header_t *files = apr_array_append(ctx->ptemp, src->files,
                                                 src->indexes);
    int i;

    apr_array_cat(files, src->lists);
    apr_array_cat(files, src->crl_signers);
    for (i = 0; i < src->found->nelts; i++) {
        add_file(files, APR_ARRAY_IDX(src->found, i,
                                      const ocsp_crl_directory_entry_t *));
    }
    *is_public = true;
    return measure(is_public, files, ctx->ptemp);
}

static void add_level(apr_array_header_t *out, const ocsp_load_ctx_t *ctx,
                      const ocsp_issuer_config_t *level)
{
    int i, j;

    apr_array_cat(out, ocsp_sources_list(level, ctx->ptemp));
    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan(ctx, APR_ARRAY_IDX(level->crl_paths, i, const char *));

        for (j = 0; d->entries != NULL && !d->listed && j < d->entries->nelts;
             j++) {
            add_file(out,
                     &APR_ARRAY_IDX(d->entries, j, ocsp_crl_directory_entry_t));
        }
        d->listed = true;
    }
}

apr_array_header_t *ocsp_sources_list_all(const ocsp_load_ctx_t *ctx,
                                          const server_rec *base)
{
    apr_array_header_t *all = apr_array_make(ctx->ptemp, 16,
                                             sizeof(const char *));
    const server_rec *s;
    int i;

    for (s = base; s != NULL; s = ocsp_server_config_get_next(s)) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        add_level(all, ctx, conf->own_level);
        for (i = 0; i < conf->sections->nelts; i++) {
            add_level(all, ctx,
                      APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *)
                          ->level);
        }
    }
    return all;
}

/* The table of an index or a list takes less than its octets. */
apr_uint64_t ocsp_sources_measure(const ocsp_load_ctx_t *ctx,
                                  const server_rec *base)
{
    bool is_public = true;

    return measure(&is_public, ocsp_sources_list_all(ctx, base), ctx->ptemp);
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
    const ocsp_issuer_config_t *level = si->config.level;
    const unsigned char scope = (unsigned char)ocsp_issuer_config_get_crl_scope(
        level);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(ctx, si->loaded.issuer->id, OCSP_ISSUER_ID_LEN)
                  == 1
           && hash_names(ctx, level->crl_files)
           && hash_names(ctx, level->crl_paths)
           && hash_names(ctx, level->crl_signers)
           && EVP_DigestUpdate(ctx, &scope, sizeof(scope)) == 1
           && hash_names(ctx, level->index_files)
           && hash_names(ctx, level->issued_files)
           && EVP_DigestFinal_ex(ctx, si->running.id, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    if (ok) {
        memcpy(si->config.policy.sources, si->running.id,
               sizeof(si->config.policy.sources));
    }
    return ok;
}

int64_t ocsp_sources_find_end(const ocsp_issuers_issuer_t *si,
                              const ocsp_table_info_t *info)
{
    return ocsp_table_find_end(info->crl, info->this_update, info->next_update,
                               info->changed, si->config.policy.grace_s,
                               si->config.policy.max_age_s);
}

bool ocsp_sources_is_uncovered(const ocsp_issuers_issuer_t *si,
                               const ocsp_table_info_t *info)
{
    bool has_index = si->config.level->index_files->nelts > 0
                  && (info->issuance || !info->went_back);

    return info->crl && info->partial && !has_index
        && !(si->config.policy.complete && !info->missing_crls);
}

int64_t ocsp_sources_find_check_end(int64_t *checked, const ocsp_arena_t *arena,
                                    const ocsp_issuers_issuer_t *si,
                                    const ocsp_table_info_t *info)
{
    bool endless = info->crl && info->next_update == OCSP_CRL_NO_NEXT_UPDATE;

    if ((!info->issuance && !endless) || si->config.policy.recheck_s == 0) {
        return 0;
    }
    *checked = ocsp_arena_get_checked(arena, si->running.slot);
    if (*checked == 0) { /* as in ocsp_answer_draft */
        *checked = info->this_update;
    }
    return *checked + si->config.policy.recheck_s;
}

void ocsp_sources_check_used(const ocsp_load_ctx_t *ctx,
                             const ocsp_issuer_config_t *level)
{
    int i;

    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan_and_log(ctx, APR_ARRAY_IDX(level->crl_paths, i,
                                                   const char *));

        if (!d->used && d->entries == NULL) {
            d->used = true;
            ocsp_load_ctx_log(ctx, APLOG_ERR, d->rv,
                              "OCSP227: OCSPCRLPath: %s; no issuer needs this "
                              "directory, so it may also be removed from the "
                              "configuration",
                              d->why);
        }
    }
}
