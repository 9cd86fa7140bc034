/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sets the HTTP headers that say for how long, and under which validator, an
 * answer may be stored. Floor 4.
 */
#include "httpd/request/cache_headers.h"

#include <apr_strings.h>
#include <http_request.h>
#include <openssl/evp.h>

#include "wire/gtime.h"

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

static void set_etag(request_rec *r, ocsp_der_t der,
                     const unsigned char *digest)
{
    unsigned char own[SHA256_LEN];
    char hex[2 * SHA256_LEN + 1];

    if (digest == NULL
        && EVP_Digest(der.data, der.len, own, NULL, EVP_sha256(), NULL) == 1) {
        digest = own;
    }
    if (digest != NULL) {
        ap_bin2hex(digest, SHA256_LEN, hex);
        apr_table_setn(r->headers_out, "ETag",
                       apr_pstrcat(r->pool, "\"", hex, "\"", NULL));
    }
}

static void set_date(request_rec *r, const char *field, int64_t time)
{
    char *text = apr_pcalloc(r->pool, OCSP_GTIME_HTTP_LEN + 1);

    if (ocsp_gtime_format_http(text, time)) {
        apr_table_setn(r->headers_out, field, text);
    }
}

/* R158-R162. */
static void allow_storing(request_rec *r, const ocsp_answer_t *a,
                          int64_t max_age_s)
{
    /* RFC 9110 section 8.8.2.1: never later than Date, which is the request's;
     * the body may have taken long to arrive. */
    int64_t date = (int64_t)apr_time_sec(r->request_time);
    int64_t modified = a->produced_at < date ? a->produced_at : date;

    apr_table_setn(r->headers_out, "Cache-Control",
                   apr_psprintf(r->pool,
                                "max-age=%" APR_INT64_T_FMT ", public, "
                                "no-transform, must-revalidate",
                                (apr_int64_t)max_age_s));
    set_date(r, "Expires",
             a->send_until < a->next_update ? a->send_until : a->next_update);
    set_date(r, "Last-Modified", modified);
    ap_update_mtime(r, apr_time_from_sec(modified));
}

/* R78, R115, R166. Expires is set as well: mod_expires would add a max-age of
 * its own to no-store. */
static void forbid_storing(request_rec *r)
{
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    set_date(r, "Expires", (int64_t)apr_time_sec(r->request_time));
}

bool ocsp_cache_headers_set(request_rec *r, const ocsp_answer_t *a,
                            const unsigned char *digest, int64_t now,
                            int64_t cap_s)
{
    int64_t max_age_s = a->status == OCSP_RESPONSE_SUCCESSFUL && a->cacheable
                          ? find_max_age(a, now, cap_s)
                          : 0;

    if (max_age_s <= 0) {
        forbid_storing(r);
        return false;
    }
    allow_storing(r, a, max_age_s);
    set_etag(r, a->der, digest);
    return true;
}
