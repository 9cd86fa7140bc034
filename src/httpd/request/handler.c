/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The request handler. What is asked, known and said is decided in lower
 * floors; here it is only carried. Floor 4.
 */
#include "httpd/request/handler.h"

#include <apr_date.h>
#include <http_protocol.h>
#include <stdbool.h>
#include <string.h>

#include "httpd/request/url_claim.h"
#include "httpd/config/server_config.h"
#include "httpd/request/cache_headers.h"
#include "httpd/request/responder.h"
#include "wire/request.h"

#define CONTENT_TYPE "application/ocsp-response"

/* Octets of a GET's path for one of the request, every base64 character escaped
 * twice, and for what stands before. */
#define PATH_PER_OCTET 8
#define PATH_PREFIX 512

/* R3 */
#define ALLOW "GET, HEAD, POST, OPTIONS"

/* A refusal before OCSP. 405 and 414 are heuristically cacheable, RFC 9110
 * section 15.1, so they say no-store. */
static int refuse(const ocsp_responder_t *job, int http_status)
{
    ocsp_responder_count(job, OCSP_COUNTER_HTTP_ERROR, 1);
    apr_table_setn(job->r->err_headers_out, "Cache-Control", "no-store");
    return http_status;
}

/* Move what the input filters gave to buf. @param len in: room; out: octets */
static apr_status_t take(apr_bucket_brigade *bb, char *buf, apr_size_t *len,
                         bool *ended)
{
    apr_status_t rv = apr_brigade_flatten(bb, buf, len);

    *ended = !APR_BRIGADE_EMPTY(bb) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb));
    apr_brigade_cleanup(bb);
    return rv;
}

/* Read input to its end, or until buf is full. Not by ap_get_client_block,
 * which loses why it failed: a filter may have answered already, or the
 * client may have been too slow. @param len in: room; out: octets */
static apr_status_t read_input(request_rec *r, char *buf, apr_size_t *len)
{
    apr_bucket_brigade *bb = apr_brigade_create(r->pool,
                                                r->connection->bucket_alloc);
    apr_size_t room = *len, n;
    apr_status_t rv = APR_SUCCESS;
    bool ended = false;

    *len = 0;
    while (rv == APR_SUCCESS && !ended && *len < room) {
        n = room - *len;
        rv = ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES,
                            APR_BLOCK_READ, (apr_off_t)n);
        if (rv == APR_SUCCESS
            && (rv = take(bb, buf + *len, &n, &ended)) == APR_SUCCESS) {
            *len += n;
        }
    }
    return rv;
}

/* Read a POST body of any framing, OCSPMaxRequestSize octets at most. */
static int read_body(ocsp_responder_t *job)
{
    apr_size_t max = (apr_size_t)job->conf->max_request_size;
    request_rec *r = job->r;
    apr_size_t len = max + 1;
    apr_status_t rv;
    char *buf;
    int status = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);

    if (status != OK) {
        return refuse(job, status);
    }
    if (r->remaining > (apr_off_t)max) {
        return refuse(job, HTTP_REQUEST_ENTITY_TOO_LARGE);
    }
    if (r->remaining > 0 && r->input_filters == r->proto_input_filters) {
        /* nobody makes more of it, and so little room is at hand */
        len = (apr_size_t)r->remaining + 1;
    }
    buf = apr_palloc(r->pool, len);
    rv = read_input(r, buf, &len);
    if (rv != APR_SUCCESS) {
        return refuse(job, ap_map_http_request_error(rv, HTTP_BAD_REQUEST));
    }
    if (len > max) {
        return refuse(job, HTTP_REQUEST_ENTITY_TOO_LARGE);
    }
    job->body.data = (const unsigned char *)buf;
    job->body.len = len;
    return OK;
}

/* What stands behind the path's question mark is of no account, unless a client
 * has put its request behind a URL that has a query (W3). */
static int read_target(ocsp_responder_t *job)
{
    size_t max = (size_t)job->conf->max_request_size;
    const char *target = job->r->unparsed_uri;
    size_t path_len = strcspn(target, "?");
    size_t target_len = strlen(target), len = target_len;
    unsigned char *buf;
    bool found;

    if (path_len > max * PATH_PER_OCTET + PATH_PREFIX) {
        return refuse(job, HTTP_REQUEST_URI_TOO_LARGE);
    }
    buf = apr_palloc(job->r->pool, len);
    found = ocsp_request_decode_target(buf, &len, target, target_len);
    if (!found && path_len < target_len) {
        len = target_len;
        found = ocsp_request_decode_target(buf, &len, target + path_len + 1,
                                           target_len - path_len - 1);
        job->in_query = found;
    }
    if (found) {
        if (len > max) {
            return refuse(job, HTTP_REQUEST_URI_TOO_LARGE);
        }
        job->body.data = buf;
        job->body.len = len;
    }
    return OK;
}

/* What is said now may have been made before what the client has, or in the
 * same second: by date alone nothing but good is unchanged, and of that very
 * second (R164, R168). */
static void doubt_dates(request_rec *r, const ocsp_answer_t *a)
{
    const char *since = apr_table_get(r->headers_in, "If-Modified-Since");

    if (since != NULL
        && (a->revoked != 0
            || apr_time_sec(apr_date_parse_http(since))
                   != apr_time_sec(r->mtime))) {
        apr_table_unset(r->headers_in, "If-Modified-Since");
    }
}

/* Whether mod_cache is to store this answer. Its socache store loses the body
 * of what it has when it is told that it is not modified (httpd 2.4.71, with
 * files too), and all clients then get an empty one: it gets the whole answer.
 */
static bool is_stored_here(const request_rec *r)
{
    const ap_filter_t *f = r->output_filters;

    while (f != NULL && strncmp(f->frec->name, "cache_save", 10) != 0) {
        f = f->next;
    }
    return f != NULL;
}

/* As httpd's own handler does it: to return an error status would drop the
 * filters (R168). */
static int send_unmodified(request_rec *r)
{
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, alloc);

    r->status = HTTP_NOT_MODIFIED;
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    (void)ap_pass_brigade(r->output_filters, bb);
    return OK;
}

static int send_answer(request_rec *r, const ocsp_answer_t *a,
                       const ocsp_cache_headers_t *headers)
{
    bool lasting = headers->lasting;
    apr_bucket_brigade *bb;

    ap_set_content_type(r, CONTENT_TYPE);
    ap_set_content_length(r, (apr_off_t)a->der.len);
    /* Clients compare the body's bytes and the whole Content-Type. */
    apr_table_setn(r->subprocess_env, "no-gzip", "1");
    apr_table_setn(r->subprocess_env, "no-brotli", "1");
    ocsp_cache_headers_set(r, headers);
    if (lasting && r->method_number == M_GET) {
        int rv;

        doubt_dates(r, a);
        rv = ap_meets_conditions(r);
        if (rv != OK && rv != HTTP_NOT_MODIFIED) {
            return rv;
        }
        if (rv == HTTP_NOT_MODIFIED && !is_stored_here(r)) {
            return send_unmodified(r);
        }
    }
    if (!lasting || r->method_number != M_GET || r->header_only) {
        /* RFC 9110 section 14.2: Range is for GET alone, and no error has
         * parts */
        apr_table_unset(r->headers_in, "Range");
    }
    bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    APR_BRIGADE_INSERT_TAIL(
        bb, apr_bucket_pool_create((const char *)a->der.data, a->der.len,
                                   r->pool, r->connection->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_eos_create(r->connection->bucket_alloc));
    /* A client that went away is no error of ours. */
    (void)ap_pass_brigade(r->output_filters, bb);
    return OK;
}

/* A GET, HEAD or POST. */
static int serve(ocsp_responder_t *job)
{
    request_rec *r = job->r;
    const ocsp_answer_t *a = &job->item.draft.answer;
    ocsp_cache_headers_t headers;
    int rv = r->method_number == M_POST ? read_body(job) : read_target(job);

    if (rv != OK) {
        return rv;
    }
    ocsp_responder_answer(job);
    ocsp_cache_headers_make(&headers, a, (int64_t)apr_time_sec(r->request_time),
                            job->item.digest, job->now, job->http_max_age_s);
    if (job->in_query) {
        /* some caches leave the query out of their keys */
        headers.lasting = false;
    }
    return send_answer(r, a, &headers);
}

/* An answer without a body, to OPTIONS or to a method that is not allowed.
 * httpd would put TRACE into Allow, which is the core's and not this URL's. */
static int send_allow(request_rec *r)
{
    apr_table_setn(r->headers_out, "Allow", ALLOW);
    ap_set_content_length(r, 0);
    return OK;
}

int ocsp_handler_serve(request_rec *r)
{
    ocsp_responder_t job = {.r = r, .conf = ocsp_server_config_get(r->server)};

    switch (r->method_number) {
    case M_GET: /* HEAD too */
    case M_POST:
        return serve(&job);
    case M_OPTIONS:
        return send_allow(r);
    default:
        r->status = refuse(&job, HTTP_METHOD_NOT_ALLOWED);
        return send_allow(r);
    }
}

int ocsp_handler_handle(request_rec *r)
{
    /* Claimed and not only named: the type of a file is a handler's name too,
     * and *.orq is application/ocsp-request in mime.types. */
    return ocsp_url_claim_is_claimed(r) ? ocsp_handler_serve(r) : DECLINED;
}
