/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See freshness.h. Floor 4.
 */
#include "httpd/request/cache_headers.h"

#include <apr_strings.h>
#include <http_request.h>
#include <openssl/evp.h>
#include <string.h>

#define SHA256_LEN 32

#define CACHEABLE ", public, no-transform, must-revalidate"

/* RFC 9919 section 7.2: half of what is left, so that a cache asks again well
 * before the end; R159. 0 when there is no time before the end. */
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
static void make_lasting(ocsp_cache_headers_t *f, const ocsp_answer_t *a,
                         int64_t date, int64_t max_age_s)
{
    int64_t modified = a->produced_at < date ? a->produced_at : date;

    (void)apr_snprintf(f->cache_control, sizeof(f->cache_control),
                       "max-age=%" APR_INT64_T_FMT CACHEABLE,
                       (apr_int64_t)max_age_s);
    memset(f->expires, 0, sizeof(f->expires));
    memset(f->modified_text, 0, sizeof(f->modified_text));
    (void)ocsp_gtime_format_http(f->expires, a->send_until < a->next_update
                                                 ? a->send_until
                                                 : a->next_update);
    /* RFC 9110 section 8.8.2.1: never later than Date, which is the request's;
     * a body may have taken its time since. */
    (void)ocsp_gtime_format_http(f->modified_text, modified);
    f->modified = apr_time_from_sec(modified);
}

void ocsp_cache_headers_make(ocsp_cache_headers_t *f, const ocsp_answer_t *a,
                             int64_t date, const unsigned char *digest,
                             int64_t now, int64_t cap_s)
{
    int64_t max_age_s = a->status == OCSP_RESPONSE_SUCCESSFUL && a->cacheable
                          ? find_max_age(a, now, cap_s)
                          : 0;

    f->lasting = max_age_s > 0;
    if (f->lasting) {
        make_lasting(f, a, date, max_age_s);
        make_etag(f->etag, a->der, digest);
    }
}

static void set_lasting(request_rec *r, const ocsp_cache_headers_t *f)
{
    apr_table_setn(r->headers_out, "Cache-Control", f->cache_control);
    if (f->expires[0] != '\0') {
        apr_table_setn(r->headers_out, "Expires", f->expires);
    }
    ap_update_mtime(r, f->modified);
    apr_table_setn(r->headers_out, "Last-Modified", f->modified_text);
    if (f->etag[0] != '\0') {
        apr_table_setn(r->headers_out, "ETag", f->etag);
    }
}

/* R78, R115, R166. Expires is said as well: mod_expires would put its
 * own max-age behind a no-store. */
static void set_no_store(request_rec *r)
{
    char *now = apr_pcalloc(r->pool, OCSP_GTIME_HTTP_LEN + 1);

    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    if (ocsp_gtime_format_http(now, (int64_t)apr_time_sec(r->request_time))) {
        apr_table_setn(r->headers_out, "Expires", now);
    }
}

void ocsp_cache_headers_set(request_rec *r, const ocsp_cache_headers_t *f)
{
    if (f->lasting) {
        set_lasting(r, f);
    }
    else {
        set_no_store(r);
    }
}
