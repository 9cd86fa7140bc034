/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sets the HTTP headers for caches: for how long an answer may be stored, and
 * its validator. Floor 4.
 */
#include "httpd/request/cache_headers.h"

#include <apr_strings.h>
#include <http_request.h>
#include <openssl/evp.h>
#include <string.h>

#define SHA256_LEN 32

/* RFC 9919 section 7.2: half of the time left, so that a cache asks again well
 * before nextUpdate; R159. */
static int64_t find_max_age(const ocsp_answer_t *a, int64_t now, int64_t cap_s)
{
    int64_t left_s = (a->next_update - now) / 2;

    /* a cache may send it until then, too: OCSPAnswerAge */
    if (a->send_until != INT64_MAX && a->send_until - now < left_s) {
        left_s = a->send_until - now;
    }
    return left_s < cap_s ? left_s : cap_s;
}

static void make_etag(char *etag, ocsp_der_t der, const unsigned char *digest)
{
    unsigned char own[SHA256_LEN];

    *etag = '\0';
    if (digest == NULL
        && EVP_Digest(der.data, der.len, own, NULL, EVP_sha256(), NULL) == 1) {
        digest = own;
    }
    if (digest != NULL) {
        etag[0] = '"';
        ap_bin2hex(digest, SHA256_LEN, etag + 1);
        etag[2 * SHA256_LEN + 1] = '"';
        etag[2 * SHA256_LEN + 2] = '\0';
    }
}

/* R158-R162. */
void ocsp_cache_headers_make(ocsp_cache_headers_t *out, const ocsp_answer_t *a,
                             const unsigned char *digest, int64_t date,
                             int64_t now, int64_t cap_s)
{
    int64_t max_age_s = a->status == OCSP_RESPONSE_SUCCESSFUL && a->cacheable
                          ? find_max_age(a, now, cap_s)
                          : 0;

    out->cacheable = max_age_s > 0;
    if (!out->cacheable) {
        return;
    }
    (void)apr_snprintf(out->cache_control, sizeof(out->cache_control),
                       "max-age=%" APR_INT64_T_FMT ", public, no-transform, "
                       "must-revalidate",
                       (apr_int64_t)max_age_s);
    /* RFC 9110 section 8.8.2.1: never later than Date, which is the request's;
     * the body may have taken long to arrive. */
    out->modified = a->produced_at < date ? a->produced_at : date;
    memset(out->expires, 0, sizeof(out->expires));
    memset(out->last_modified, 0, sizeof(out->last_modified));
    (void)ocsp_gtime_format_http(out->expires, a->send_until < a->next_update
                                                   ? a->send_until
                                                   : a->next_update);
    (void)ocsp_gtime_format_http(out->last_modified, out->modified);
    make_etag(out->etag, a->der, digest);
}

static void set(request_rec *r, const char *field, const char *value)
{
    if (*value != '\0') {
        apr_table_setn(r->headers_out, field, value);
    }
}

/* R78, R115, R166. Expires is set as well: mod_expires would add a max-age of
 * its own to no-store. */
static void forbid_storing(request_rec *r)
{
    char *now = apr_pcalloc(r->pool, OCSP_GTIME_HTTP_LEN + 1);

    (void)ocsp_gtime_format_http(now, (int64_t)apr_time_sec(r->request_time));
    set(r, "Cache-Control", "no-store");
    set(r, "Expires", now);
}

void ocsp_cache_headers_set(request_rec *r, const ocsp_cache_headers_t *headers)
{
    if (!headers->cacheable) {
        forbid_storing(r);
        return;
    }
    set(r, "Cache-Control", headers->cache_control);
    set(r, "Expires", headers->expires);
    set(r, "Last-Modified", headers->last_modified);
    set(r, "ETag", headers->etag);
    ap_update_mtime(r, apr_time_from_sec(headers->modified));
}
