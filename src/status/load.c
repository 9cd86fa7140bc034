/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See load.h.
 */
#include <apr_file_info.h>
#include <apr_strings.h>
#include <apr_time.h>
#include <openssl/evp.h>
#include <string.h>

#include "status/candidate.h"
#include "status/choice.h"
#include "status/crl.h"
#include "status/crlpath.h"
#include "status/file.h"
#include "status/load.h"

/** Firefox drops answers whose thisUpdate is older: REQUIREMENTS 98. */
#define FIREFOX_MAX_AGE_S INT64_C(864000)

/** A file system's clock may tick as seldom as this. */
#define SETTLE_S 2

#define FINGERPRINT_FIELDS                                                     \
    (APR_FINFO_TYPE | APR_FINFO_DEV | APR_FINFO_INODE | APR_FINFO_SIZE         \
     | APR_FINFO_MTIME | APR_FINFO_CTIME)

/** What is being loaded, for whoever words a warning. */
typedef struct {
    const ocsp_load_sources_t *src;
    int64_t now;
    apr_pool_t *pool;
} load_t;

/* No list is a list of nothing. */
static int count(const apr_array_header_t *list)
{
    return list != NULL ? list->nelts : 0;
}

static apr_status_t say_none(const ocsp_load_sources_t *src, const char **why,
                             apr_pool_t *p)
{
    const char *subject = ocsp_issuer_get0_subject(src->issuer);

    *why = src->places != NULL
             ? apr_psprintf(p, "%s: no CRL of %s: put one there", src->places,
                            subject)
             : apr_psprintf(p, "no CRL of %s is named", subject);
    return APR_ENOENT;
}

static bool is_settled(apr_time_t touched, int64_t now)
{
    return apr_time_sec(touched) < now - SETTLE_S;
}

/* Bring one file into the digest; one that is not there counts as changing. */
static apr_status_t digest_file(EVP_MD_CTX *ctx, bool *settled,
                                const char *file, int64_t now, apr_pool_t *p)
{
    apr_finfo_t info = {0};
    int64_t fields[5];
    apr_status_t rv = apr_stat(&info, file, FINGERPRINT_FIELDS, p);

    if (rv == APR_INCOMPLETE) {
        rv = APR_SUCCESS;
    }
    fields[0] = (int64_t)info.device;
    fields[1] = (int64_t)info.inode;
    fields[2] = (int64_t)info.size;
    fields[3] = (int64_t)info.mtime;
    fields[4] = (int64_t)info.ctime;
    *settled = *settled && rv == APR_SUCCESS && is_settled(info.mtime, now)
            && is_settled(info.ctime, now);
    /* The name's NUL keeps it apart from what follows. */
    if (EVP_DigestUpdate(ctx, file, strlen(file) + 1) != 1
        || EVP_DigestUpdate(ctx, fields, sizeof(fields)) != 1) {
        return OCSP_ECRYPTO;
    }
    return rv;
}

/* A found file that is gone meanwhile is for ocsp_load_build to pass over. */
static apr_status_t digest_files(EVP_MD_CTX *ctx, bool *settled,
                                 const ocsp_load_sources_t *src, int64_t now,
                                 const char **why, apr_pool_t *p)
{
    const char *file;
    apr_status_t rv;
    int i;

    for (i = 0; i < count(src->files); i++) {
        file = APR_ARRAY_IDX(src->files, i, const char *);
        rv = digest_file(ctx, settled, file, now, p);
        if (rv != APR_SUCCESS) {
            *why = ocsp_file_reason(file,
                                    "cannot be looked at (check path and "
                                    "permissions)",
                                    rv, p);
            return rv;
        }
    }
    for (i = 0; i < count(src->found); i++) {
        file = APR_ARRAY_IDX(src->found, i, ocsp_crlpath_entry_t *)->file;
        if (digest_file(ctx, settled, file, now, p) == OCSP_ECRYPTO) {
            return OCSP_ECRYPTO;
        }
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_load_fingerprint(unsigned char fingerprint[32], bool *settled,
                                   const ocsp_load_sources_t *src, int64_t now,
                                   const char **why, apr_pool_t *p)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    apr_status_t rv = OCSP_ECRYPTO;
    bool all_settled = true;

    *settled = false;
    if (count(src->files) + count(src->found) == 0) {
        rv = say_none(src, why, p);
    }
    else if (ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1) {
        rv = digest_files(ctx, &all_settled, src, now, why, p);
        if (rv == APR_SUCCESS
            && EVP_DigestFinal_ex(ctx, fingerprint, NULL) != 1) {
            rv = OCSP_ECRYPTO;
        }
    }
    EVP_MD_CTX_free(ctx);
    if (rv == OCSP_ECRYPTO) {
        *why = apr_psprintf(p, "SHA-256: %s", ocsp_issuer_take_errors(p));
    }
    *settled = rv == APR_SUCCESS && all_settled;
    return rv;
}

/* Say one thing more; file and separators go around it. */
static void warn(const load_t *l, ocsp_load_result_t *out, const char *what)
{
    out->warning = out->warning == NULL
                     ? apr_psprintf(l->pool, "%s: %s", out->file, what)
                     : apr_pstrcat(l->pool, out->warning, "; ", what, NULL);
}

static void warn_of_entries(const load_t *l, ocsp_load_result_t *out,
                            const ocsp_crl_info_t *crl, apr_uint64_t repeats)
{
    if (crl->removals > 0) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.3.1: %" APR_UINT64_T_FMT
                          " entries with removeFromCRL in a complete CRL are "
                          "taken as revoked",
                          crl->removals));
    }
    if (repeats > 0) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "%" APR_UINT64_T_FMT " entries repeat a serial "
                          "number: the earliest "
                          "revocation counts",
                          repeats));
    }
    if (crl->sha1) {
        warn(l, out, "is signed over SHA-1: have the CA sign with SHA-256");
    }
}

static void warn_of_dates(const load_t *l, ocsp_load_result_t *out,
                          const ocsp_crl_info_t *crl)
{
    const ocsp_table_info_t *info = &out->info;
    bool endless = crl->next_update == OCSP_CRL_NO_NEXT_UPDATE;

    if (endless) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: has no nextUpdate: counts "
                          "until %s",
                          ocsp_crl_print_time(info->next_update, l->pool)));
    }
    if (info->next_update <= l->now) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: is out of date since %s: "
                          "only what it lists is answered",
                          ocsp_crl_print_time(info->next_update, l->pool)));
    }
    else if (!endless && !l->src->checked
             && l->now - crl->this_update > FIREFOX_MAX_AGE_S) {
        warn(l, out,
             apr_psprintf(l->pool,
                          "thisUpdate %s is more than 10 days old: Firefox "
                          "drops such answers; have the CA write CRLs more "
                          "often",
                          ocsp_crl_print_time(crl->this_update, l->pool)));
    }
}

static void fill_info(ocsp_table_info_t *info, const ocsp_crl_info_t *crl)
{
    memset(info, 0, sizeof(*info));
    info->this_update = crl->this_update;
    info->next_update = crl->next_update != OCSP_CRL_NO_NEXT_UPDATE
                          ? crl->next_update
                          : crl->this_update + OCSP_LOAD_MAX_AGE_S;
    memcpy(info->number, crl->number, crl->number_len);
    info->number_len = crl->number_len;
}

apr_status_t ocsp_load_build(ocsp_load_result_t *out,
                             const ocsp_load_sources_t *src, int64_t now,
                             const char **why, apr_pool_t *p)
{
    const load_t l = {.src = src, .now = now, .pool = p};
    const ocsp_choice_rules_t rules = {.issuer = src->issuer,
                                       .last = src->last,
                                       .latest = now + OCSP_LOAD_SKEW_S};
    apr_array_header_t *list;
    ocsp_choice_t choice;
    apr_uint64_t repeats;
    apr_status_t rv;

    if (count(src->files) + count(src->found) == 0) {
        return say_none(src, why, p);
    }
    if ((rv = ocsp_candidate_list(&list, src->files, src->found, src->issuer,
                                  why, p))
            != APR_SUCCESS
        || (rv = ocsp_choice_make(&choice, list, &rules, why, p))
               != APR_SUCCESS) {
        return rv;
    }
    ocsp_table_builder_finish(choice.builder, &repeats);
    memset(out, 0, sizeof(*out));
    out->builder = choice.builder;
    out->file = choice.file;
    out->passed_over = choice.passed_over;
    out->passed_files = choice.passed_files;
    fill_info(&out->info, &choice.crl);
    warn_of_entries(&l, out, &choice.crl, repeats);
    warn_of_dates(&l, out, &choice.crl);
    return APR_SUCCESS;
}
