/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See freshness.h. Floor 4.
 */
#include "httpd/freshness.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>
#include <openssl/evp.h>

#include "wire/gtime.h"

#define SHA256_LEN 32

#define CACHEABLE ", public, no-transform, must-revalidate"

/* RFC 9919 section 7.2: half of what is left, so that a cache asks again well
 * before the end; REQUIREMENTS 159. 0 when there is no time before the end. */
static int64_t max_age_s(const ocsp_answer_t *a, int64_t cap_s)
{
    int64_t left_s = (a->next_update - a->produced_at) / 2;

    return left_s < cap_s ? left_s : cap_s;
}

static void set_etag(request_rec *r, ocsp_der_t der)
{
    unsigned char digest[SHA256_LEN];
    char *etag = apr_palloc(r->pool, 2 * SHA256_LEN + 3);

    if (EVP_Digest(der.data, der.len, digest, NULL, EVP_sha256(), NULL) == 1) {
        etag[0] = '"';
        ap_bin2hex(digest, SHA256_LEN, etag + 1);
        etag[2 * SHA256_LEN + 1] = '"';
        etag[2 * SHA256_LEN + 2] = '\0';
        apr_table_setn(r->headers_out, "ETag", etag);
    }
}

/* REQUIREMENTS 158 to 162. */
static void set_lasting(request_rec *r, const ocsp_answer_t *a, int64_t cap_s)
{
    char *expires = apr_pcalloc(r->pool, OCSP_GTIME_HTTP_LEN + 1);
    apr_time_t produced;

    apr_table_setn(r->headers_out, "Cache-Control",
                   apr_psprintf(r->pool, "max-age=%" APR_INT64_T_FMT CACHEABLE,
                                (apr_int64_t)max_age_s(a, cap_s)));
    if (ocsp_gtime_format_http(expires, a->next_update)) {
        apr_table_setn(r->headers_out, "Expires", expires);
    }
    /* RFC 9110 section 8.8.2.1: never later than Date, which is the request's;
     * a body may have taken its time since. */
    produced = apr_time_from_sec(a->produced_at);
    ap_update_mtime(r, produced < r->request_time ? produced : r->request_time);
    ap_set_last_modified(r);
    set_etag(r, a->der);
}

/* REQUIREMENTS 78, 115, 166. Expires is said as well: mod_expires would put its
 * own max-age behind a no-store. */
static void set_no_store(request_rec *r)
{
    char *now = apr_palloc(r->pool, APR_RFC822_DATE_LEN);

    apr_rfc822_date(now, r->request_time);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "Expires", now);
}

bool ocsp_freshness_set(request_rec *r, const ocsp_answer_t *a, int64_t cap_s)
{
    if (a->status == OCSP_RESPONSE_SUCCESSFUL && a->lasting
        && max_age_s(a, cap_s) > 0) {
        set_lasting(r, a, cap_s);
        return true;
    }
    set_no_store(r);
    return false;
}
