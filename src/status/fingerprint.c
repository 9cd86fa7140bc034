/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See fingerprint.h.
 */
#include <apr_file_info.h>
#include <apr_strings.h>
#include <apr_time.h>
#include <openssl/evp.h>
#include <string.h>

#include "status/crl.h"
#include "status/crl_directory.h"
#include "status/file.h"
#include "status/fingerprint.h"
#include "status/issuer.h"

/** A file system's clock may tick as seldom as this. */
#define SETTLE_S 2

#define FINGERPRINT_FIELDS                                                     \
    (APR_FINFO_TYPE | APR_FINFO_DEV | APR_FINFO_INODE | APR_FINFO_SIZE         \
     | APR_FINFO_MTIME | APR_FINFO_CTIME)

/* A time that lies ahead was set by somebody, or the clock was put back: then
 * it tells nothing, and would for long. */
static bool is_settled(apr_time_t touched, int64_t now)
{
    return apr_time_sec(touched) < now - SETTLE_S
        || apr_time_sec(touched) > now + SETTLE_S;
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

static apr_status_t digest_named(EVP_MD_CTX *ctx, bool *settled,
                                 const apr_array_header_t *files, int64_t now,
                                 const char **why, apr_pool_t *p)
{
    int i;

    for (i = 0; i < files->nelts; i++) {
        const char *file = APR_ARRAY_IDX(files, i, const char *);
        apr_status_t rv = digest_file(ctx, settled, file, now, p);

        if (rv != APR_SUCCESS) {
            *why = ocsp_file_reason(file,
                                    "cannot be looked at (check path and "
                                    "permissions)",
                                    rv, p);
            return rv;
        }
    }
    return APR_SUCCESS;
}

/* A file that is gone meanwhile is for whoever reads it to pass over. */
static apr_status_t digest_found(EVP_MD_CTX *ctx, bool *settled,
                                 const apr_array_header_t *found, int64_t now,
                                 apr_pool_t *p)
{
    int i;

    for (i = 0; found != NULL && i < found->nelts; i++) {
        const ocsp_crl_directory_entry_t *entry =
            APR_ARRAY_IDX(found, i, ocsp_crl_directory_entry_t *);
        /* when the time of a CRL of the future comes, that is a change */
        bool future = entry->this_update > now + OCSP_CRL_SKEW_S;

        if (digest_file(ctx, settled, entry->file, now, p) == OCSP_ECRYPTO
            || EVP_DigestUpdate(ctx, &future, sizeof(future)) != 1) {
            return OCSP_ECRYPTO;
        }
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_fingerprint_make(unsigned char out[OCSP_FINGERPRINT_LEN],
                                   bool *settled,
                                   const apr_array_header_t *named,
                                   const apr_array_header_t *found, int64_t now,
                                   const char **why, apr_pool_t *p)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    apr_status_t rv = OCSP_ECRYPTO;
    bool all_settled = true;

    *settled = false;
    if (ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1) {
        rv = digest_named(ctx, &all_settled, named, now, why, p);
        if (rv == APR_SUCCESS) {
            rv = digest_found(ctx, &all_settled, found, now, p);
        }
        if (rv == APR_SUCCESS && EVP_DigestFinal_ex(ctx, out, NULL) != 1) {
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
