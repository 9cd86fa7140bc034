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

#include "status/crl.h"
#include "status/file.h"
#include "status/load.h"
#include "wire/gtime.h"

/** Firefox drops answers whose thisUpdate is older: REQUIREMENTS 98. */
#define FIREFOX_MAX_AGE_S INT64_C(864000)

/** A file system's clock may tick as seldom as this. */
#define SETTLE_S 2

#define FINGERPRINT_FIELDS                                                     \
    (APR_FINFO_TYPE | APR_FINFO_DEV | APR_FINFO_INODE | APR_FINFO_SIZE         \
     | APR_FINFO_MTIME | APR_FINFO_CTIME)

/** What is being loaded, for whoever words a reason. */
typedef struct {
    const ocsp_load_sources_t *src;
    int64_t now;
    const char **why;
    apr_pool_t *pool;
} load_t;

static bool is_settled(apr_time_t touched, int64_t now)
{
    return apr_time_sec(touched) < now - SETTLE_S;
}

apr_status_t ocsp_load_fingerprint(unsigned char fingerprint[32], bool *settled,
                                   const ocsp_load_sources_t *src, int64_t now,
                                   const char **why, apr_pool_t *p)
{
    apr_finfo_t info = {0};
    int64_t fields[5];
    size_t name_len = strlen(src->crl_file) + 1;
    size_t len = name_len + sizeof(fields);
    unsigned char *bytes;
    apr_status_t rv = apr_stat(&info, src->crl_file, FINGERPRINT_FIELDS, p);

    *settled = false;
    if (rv != APR_SUCCESS && rv != APR_INCOMPLETE) {
        *why = ocsp_file_reason(src->crl_file,
                                "cannot be looked at (check path and "
                                "permissions)",
                                rv, p);
        return rv;
    }
    fields[0] = (int64_t)info.device;
    fields[1] = (int64_t)info.inode;
    fields[2] = (int64_t)info.size;
    fields[3] = (int64_t)info.mtime;
    fields[4] = (int64_t)info.ctime;
    bytes = apr_palloc(p, len);
    memcpy(bytes, src->crl_file, name_len);
    memcpy(bytes + name_len, fields, sizeof(fields));
    if (EVP_Digest(bytes, len, fingerprint, NULL, EVP_sha256(), NULL) != 1) {
        *why = apr_psprintf(p, "%s: SHA-256: %s", src->crl_file,
                            ocsp_issuer_take_errors(p));
        return OCSP_ECRYPTO;
    }
    *settled = is_settled(info.mtime, now) && is_settled(info.ctime, now);
    return APR_SUCCESS;
}

static const char *iso(int64_t seconds, apr_pool_t *p)
{
    char text[OCSP_GTIME_ISO_LEN];

    return ocsp_gtime_format_iso(text, seconds)
             ? apr_pstrmemdup(p, text, sizeof(text))
             : "(no date)";
}

/* Dates in themselves and against the clock. */
static apr_status_t check_dates(const load_t *l, const ocsp_crl_info_t *crl)
{
    if (crl->next_update != OCSP_CRL_NO_NEXT_UPDATE
        && crl->next_update < crl->this_update) {
        *l->why = apr_psprintf(l->pool,
                               "%s: RFC 5280 section 5.1.2.5: nextUpdate %s is "
                               "before thisUpdate %s: have the CA's CRL "
                               "written "
                               "again",
                               l->src->crl_file, iso(crl->next_update, l->pool),
                               iso(crl->this_update, l->pool));
        return OCSP_EMALFORMED;
    }
    if (crl->this_update > l->now + OCSP_LOAD_SKEW_S) {
        *l->why = apr_psprintf(l->pool,
                               "%s: RFC 5280 section 5.1.2.4: thisUpdate %s is "
                               "in the future: compare the clocks of the CA "
                               "and of this machine",
                               l->src->crl_file,
                               iso(crl->this_update, l->pool));
        return OCSP_ESTALE;
    }
    return APR_SUCCESS;
}

/* Against the table in use: REQUIREMENTS 140. */
static apr_status_t check_newer(const load_t *l, const ocsp_crl_info_t *crl,
                                const ocsp_table_info_t *last)
{
    const char *what = NULL;

    if (last == NULL) {
        return APR_SUCCESS;
    }
    if (crl->this_update < last->this_update) {
        what = apr_psprintf(l->pool,
                            "5.1.2.4: thisUpdate %s is before %s, that of the "
                            "CRL in use",
                            iso(crl->this_update, l->pool),
                            iso(last->this_update, l->pool));
    }
    else if (crl->number_len > 0 && last->number_len > 0
             && ocsp_crl_compare_number(crl->number, crl->number_len,
                                        last->number, last->number_len)
                    < 0) {
        what = "5.2.3: CRLNumber is lower than that of the CRL in use (if the "
               "CA began to number anew, stop and start httpd)";
    }
    if (what == NULL) {
        return APR_SUCCESS;
    }
    *l->why = apr_psprintf(l->pool,
                           "%s: RFC 5280 section %s: put the newest CRL there",
                           l->src->crl_file, what);
    return OCSP_ESTALE;
}

/* Say one thing more; file and separators go around it. */
static void warn(const load_t *l, const char **warning, const char *what)
{
    *warning = *warning == NULL
                 ? apr_psprintf(l->pool, "%s: %s", l->src->crl_file, what)
                 : apr_pstrcat(l->pool, *warning, "; ", what, NULL);
}

static void warn_of_entries(const load_t *l, const char **warning,
                            const ocsp_crl_info_t *crl, apr_uint64_t repeats)
{
    if (crl->removals > 0) {
        warn(l, warning,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.3.1: %" APR_UINT64_T_FMT
                          " entries with removeFromCRL in a complete CRL are "
                          "taken as revoked",
                          crl->removals));
    }
    if (repeats > 0) {
        warn(l, warning,
             apr_psprintf(l->pool,
                          "%" APR_UINT64_T_FMT " entries repeat a serial "
                          "number: the earliest "
                          "revocation counts",
                          repeats));
    }
    if (crl->sha1) {
        warn(l, warning, "is signed over SHA-1: have the CA sign with SHA-256");
    }
}

static void warn_of_dates(const load_t *l, const char **warning,
                          const ocsp_crl_info_t *crl,
                          const ocsp_table_info_t *info)
{
    bool endless = crl->next_update == OCSP_CRL_NO_NEXT_UPDATE;

    if (endless) {
        warn(l, warning,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: has no nextUpdate: counts "
                          "until %s",
                          iso(info->next_update, l->pool)));
    }
    if (info->next_update <= l->now) {
        warn(l, warning,
             apr_psprintf(l->pool,
                          "RFC 5280 section 5.1.2.5: is out of date since %s: "
                          "only what it lists is answered",
                          iso(info->next_update, l->pool)));
    }
    else if (!endless && l->now - crl->this_update > FIREFOX_MAX_AGE_S) {
        warn(l, warning,
             apr_psprintf(l->pool,
                          "thisUpdate %s is more than 10 days old: Firefox "
                          "drops such answers; have the CA write CRLs more "
                          "often",
                          iso(crl->this_update, l->pool)));
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

apr_status_t ocsp_load_build(ocsp_table_builder_t **out,
                             ocsp_table_info_t *info, const char **warning,
                             const ocsp_load_sources_t *src, int64_t now,
                             const char **why, apr_pool_t *p)
{
    load_t l = {.src = src, .now = now, .why = why, .pool = p};
    ocsp_table_builder_t *b = ocsp_table_builder_make(p);
    ocsp_crl_info_t crl;
    apr_uint64_t repeats;
    apr_status_t rv;

    *out = NULL;
    *warning = NULL;
    if ((rv = ocsp_crl_read(&crl, src->crl_file, src->issuer,
                            ocsp_table_builder_add, b, why, p))
            != APR_SUCCESS
        || (rv = check_dates(&l, &crl)) != APR_SUCCESS
        || (rv = check_newer(&l, &crl, src->last)) != APR_SUCCESS) {
        ocsp_table_builder_free(b);
        return rv;
    }
    ocsp_table_builder_finish(b, &repeats);
    fill_info(info, &crl);
    warn_of_entries(&l, warning, &crl, repeats);
    warn_of_dates(&l, warning, &crl, info);
    *out = b;
    return APR_SUCCESS;
}
