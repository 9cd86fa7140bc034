/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Detects changes of files: stat and SHA-256. Floor 1.
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

/** The clock of a file system may tick as seldom as this. */
#define SETTLE_S 2

#define STAT_FIELDS                                                            \
    (APR_FINFO_TYPE | APR_FINFO_DEV | APR_FINFO_INODE | APR_FINFO_SIZE         \
     | APR_FINFO_MTIME | APR_FINFO_CTIME)

/* A time in the future was set on purpose, or the clock was put back: waiting
 * until it has passed would be of no use. */
static bool is_settled(apr_time_t touched, int64_t now)
{
    return apr_time_sec(touched) < now - SETTLE_S
        || apr_time_sec(touched) > now + SETTLE_S;
}

apr_status_t ocsp_fingerprint_stat(ocsp_fingerprint_file_t *out,
                                   const char *file, int64_t now, apr_pool_t *p)
{
    apr_finfo_t info = {0};
    apr_status_t rv = apr_stat(&info, file, STAT_FIELDS, p);

    if (rv == APR_INCOMPLETE) {
        rv = APR_SUCCESS;
    }
    *out = (ocsp_fingerprint_file_t){
        .file = file,
        .fields = {(int64_t)info.device, (int64_t)info.inode,
                   (int64_t)info.size, (int64_t)info.mtime,
                   (int64_t)info.ctime},
        .settled = rv == APR_SUCCESS && is_settled(info.mtime, now)
                && is_settled(info.ctime, now)};
    return rv;
}

/* The name's NUL keeps it apart from what follows. */
static bool add_file(EVP_MD_CTX *ctx, const ocsp_fingerprint_file_t *f)
{
    return EVP_DigestUpdate(ctx, f->file, strlen(f->file) + 1) == 1
        && EVP_DigestUpdate(ctx, f->fields, sizeof(f->fields)) == 1
        && EVP_DigestUpdate(ctx, &f->future, sizeof(f->future)) == 1;
}

bool ocsp_fingerprint_digest(unsigned char out[OCSP_FINGERPRINT_LEN],
                             bool *settled,
                             const ocsp_fingerprint_file_t *const *files,
                             size_t count, const unsigned char *variant)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
           && (variant == NULL
               || EVP_DigestUpdate(ctx, variant, OCSP_FINGERPRINT_LEN) == 1);
    bool all_settled = true;
    size_t i;

    for (i = 0; ok && i < count; i++) {
        ok = add_file(ctx, files[i]);
        all_settled = all_settled && files[i]->settled;
    }
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    *settled = ok && all_settled;
    return ok;
}

static ocsp_fingerprint_file_t *add(apr_array_header_t *files,
                                    apr_status_t *status, const char *file,
                                    int64_t now, apr_pool_t *p)
{
    ocsp_fingerprint_file_t *f = apr_palloc(p, sizeof(*f));

    *status = ocsp_fingerprint_stat(f, file, now, p);
    APR_ARRAY_PUSH(files, const ocsp_fingerprint_file_t *) = f;
    return f;
}

apr_status_t ocsp_fingerprint_make(unsigned char out[OCSP_FINGERPRINT_LEN],
                                   bool *settled,
                                   const apr_array_header_t *named,
                                   const apr_array_header_t *found,
                                   const unsigned char *variant, int64_t now,
                                   const char **why)
{
    apr_pool_t *p = named->pool;
    apr_array_header_t *files = apr_array_make(
        p, named->nelts + 1, sizeof(const ocsp_fingerprint_file_t *));
    apr_status_t rv;
    int i;

    *settled = false;
    for (i = 0; i < named->nelts; i++) {
        const char *file = APR_ARRAY_IDX(named, i, const char *);

        (void)add(files, &rv, file, now, p);
        if (rv != APR_SUCCESS) {
            *why = ocsp_file_reason(file,
                                    "cannot be found (check path and "
                                    "permissions)",
                                    rv, p);
            return rv;
        }
    }
    for (i = 0; found != NULL && i < found->nelts; i++) {
        const ocsp_crl_directory_entry_t *entry =
            APR_ARRAY_IDX(found, i, ocsp_crl_directory_entry_t *);

        add(files, &rv, entry->file, now, p)->future = entry->this_update
                                                     > now + OCSP_CRL_SKEW_S;
    }
    if (!ocsp_fingerprint_digest(
            out, settled,
            (const ocsp_fingerprint_file_t *const *)(const void *)files->elts,
            (size_t)files->nelts, variant)) {
        *why = apr_psprintf(p, "SHA-256: %s", ocsp_issuer_take_errors(p));
        return OCSP_ECRYPTO;
    }
    return APR_SUCCESS;
}
