/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See sources.h. Floor 4.
 */
#include "httpd/sources.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "httpd/log.h"
#include "status/crlpath.h"

/* A directory is read once a pass, however many issuers look into it. */
typedef struct {
    apr_array_header_t *entries; /* of ocsp_crlpath_entry_t; NULL: rv, why */
    apr_status_t rv;
    const char *why;
    bool measured; /* its octets were counted */
    bool used;     /* some issuer looked into it */
} dir_t;

static dir_t *scan(ocsp_pass_t *pass, const char *path)
{
    dir_t *d = apr_hash_get(pass->dirs, path, APR_HASH_KEY_STRING);
    const char *warning = NULL;

    if (d != NULL) {
        return d;
    }
    d = apr_pcalloc(pass->ptemp, sizeof(*d));
    d->rv = ocsp_crlpath_scan(&d->entries, path, &warning, &d->why,
                              pass->ptemp);
    if (d->rv != APR_SUCCESS) {
        d->entries = NULL;
    }
    if (warning != NULL) {
        pass->failures++;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, pass->s,
                     "OCSP219: OCSPCRLPath: %s", warning);
    }
    apr_hash_set(pass->dirs, path, APR_HASH_KEY_STRING, d);
    return d;
}

apr_status_t ocsp_sources_find(ocsp_load_sources_t *src, ocsp_pass_t *pass,
                               const ocsp_scope_issuer_t *si, const char **why)
{
    const apr_array_header_t *paths = si->level->crl_paths;
    apr_array_header_t *found = apr_array_make(pass->ptemp, 2,
                                               sizeof(ocsp_crlpath_entry_t *));
    int i;

    src->issuer = si->issuer;
    src->files = si->level->crl_files;
    src->found = found;
    src->places = apr_array_pstrcat(pass->ptemp, paths, ',');
    src->checked = si->policy.this_update == OCSP_ANSWER_THIS_UPDATE_CHECKED;
    for (i = 0; i < paths->nelts; i++) {
        dir_t *d = scan(pass, APR_ARRAY_IDX(paths, i, const char *));

        d->used = true;
        if (d->entries == NULL) {
            *why = d->why;
            return d->rv;
        }
        ocsp_crlpath_find(found, d->entries, si->issuer);
    }
    return APR_SUCCESS;
}

static apr_uint64_t size_of(const ocsp_pass_t *pass, const char *file)
{
    apr_finfo_t info;

    return apr_stat(&info, file, APR_FINFO_SIZE, pass->ptemp) == APR_SUCCESS
             ? (apr_uint64_t)info.size
             : 0;
}

apr_uint64_t ocsp_sources_measure(ocsp_pass_t *pass, const ocsp_level_t *level)
{
    apr_uint64_t octets = 0;
    int i, j;

    for (i = 0; i < level->crl_files->nelts; i++) {
        octets += size_of(pass,
                          APR_ARRAY_IDX(level->crl_files, i, const char *));
    }
    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan(pass, APR_ARRAY_IDX(level->crl_paths, i, const char *));

        for (j = 0; d->entries != NULL && !d->measured && j < d->entries->nelts;
             j++) {
            octets += size_of(
                pass, APR_ARRAY_IDX(d->entries, j, ocsp_crlpath_entry_t).file);
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

bool ocsp_sources_make_id(ocsp_scope_issuer_t *si)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(ctx, ocsp_issuer_get0_id(si->issuer),
                               OCSP_ISSUER_ID_LEN)
                  == 1
           && hash_names(ctx, si->level->crl_files)
           && hash_names(ctx, si->level->crl_paths)
           && EVP_DigestFinal_ex(ctx, si->id, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

void ocsp_sources_check_used(ocsp_pass_t *pass, const ocsp_level_t *level)
{
    int i;

    for (i = 0; i < level->crl_paths->nelts; i++) {
        dir_t *d = scan(pass, APR_ARRAY_IDX(level->crl_paths, i, const char *));

        if (!d->used && d->entries == NULL) {
            d->used = true;
            pass->failures++;
            ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_pass_log_status(d->rv),
                         pass->s,
                         "OCSP227: OCSPCRLPath: %s; no issuer needs it",
                         d->why);
        }
    }
}
