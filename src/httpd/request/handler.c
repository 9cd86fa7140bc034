/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads an OCSPRequest from a GET's URL or a POST's body, and sends the answer
 * with its HTTP headers. Floor 4.
 */
#include "httpd/request/handler.h"

#include <apr_date.h>
#include <http_protocol.h>
#include <stdbool.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/request/cache_headers.h"
#include "httpd/request/hot_responses.h"
#include "httpd/request/responder.h"
#include "httpd/request/url_claim.h"
#include "wire/request_url.h"

#define CONTENT_TYPE "application/ocsp-response"

/* The longest path of a GET: octets for each octet of the request, with every
 * base64 character escaped twice, and octets for the prefix. */
#define PATH_PER_OCTET 8
#define PATH_PREFIX 512

/* R3 */
#define ALLOW "GET, HEAD, POST, OPTIONS"

/* Refuse a request at the level of HTTP. 405 and 414 are heuristically
 * cacheable (RFC 9110 section 15.1), so they get no-store. */
static int refuse(const ocsp_responder_job_t *job, int http_status)
{
    ocsp_responder_count(job, OCSP_COUNTER_HTTP_ERROR, 1);
    apr_table_setn(job->r->err_headers_out, "Cache-Control", "no-store");
    return http_status;
}

/* Move a brigade's content to buf. @param len in: room; out: octets */
static apr_status_t move_content(apr_bucket_brigade *bb, char *buf,
                                 apr_size_t *len, bool *ended)
{
    apr_status_t rv = apr_brigade_flatten(bb, buf, len);

    *ended = !APR_BRIGADE_EMPTY(bb) && APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb));
    apr_brigade_cleanup(bb);
    return rv;
}

/* Read the body to its end, or until buf is full. ap_get_client_block would
 * lose the reason of a failure: a filter may have answered already, or the
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
            && (rv = move_content(bb, buf + *len, &n, &ended)) == APR_SUCCESS) {
            *len += n;
        }
    }
    return rv;
}

/* Read a POST body of any framing, OCSPMaxRequestSize octets at most. */
static int read_body(ocsp_responder_job_t *job)
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
        /* no filter can make it longer */
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

/* The query is ignored, unless the path holds no request: some clients append
 * the request to a URL that has a query (W3).
 * @param in_query whether the request was found there */
static int read_target(bool *in_query, ocsp_responder_job_t *job)
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
    found = ocsp_request_url_decode(buf, &len, target, target_len);
    if (!found && path_len < target_len) {
        len = target_len;
        found = ocsp_request_url_decode(buf, &len, target + path_len + 1,
                                        target_len - path_len - 1);
        *in_query = found;
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

/* A date alone does not prove that the client has this very response: another
 * may have been made in the same second, or later. Only good, of exactly that
 * second, counts as unchanged (R164, R168). */
static void ignore_weak_date(request_rec *r, const ocsp_answer_t *a)
{
    const char *since = apr_table_get(r->headers_in, "If-Modified-Since");

    if (since != NULL
        && (a->revoked != 0
            || apr_time_sec(apr_date_parse_http(since))
                   != apr_time_sec(r->mtime))) {
        apr_table_unset(r->headers_in, "If-Modified-Since");
    }
}

/* Whether mod_cache will store this answer. Its socache provider loses the
 * stored body when it gets 304 (httpd 2.4.71), and all clients would then get
 * an empty one: so it gets the whole answer. */
static bool is_for_mod_cache(const request_rec *r)
{
    const ap_filter_t *f = r->output_filters;

    while (f != NULL && strncmp(f->frec->name, "cache_save", 10) != 0) {
        f = f->next;
    }
    return f != NULL;
}

/* As httpd's default handler does it: returning 304 as an error status would
 * drop the output filters (R168). */
static int send_unmodified(request_rec *r)
{
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *bb = apr_brigade_create(r->pool, alloc);

    r->status = HTTP_NOT_MODIFIED;
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    (void)ap_pass_brigade(r->output_filters, bb);
    return OK;
}

static int send_response(request_rec *r,
                         const ocsp_hot_responses_response_t *response)
{
    const ocsp_answer_t *a = &response->answer;
    bool is_cacheable = response->headers.cacheable;
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    bool is_get = r->method_number == M_GET;
    apr_bucket_brigade *bb;
    int rv;

    ap_set_content_type(r, CONTENT_TYPE);
    ap_set_content_length(r, (apr_off_t)a->der.len);
    /* Clients compare the body's bytes and the whole Content-Type. */
    apr_table_setn(r->subprocess_env, "no-gzip", "1");
    apr_table_setn(r->subprocess_env, "no-brotli", "1");
    ocsp_cache_headers_set(r, &response->headers);
    if (is_cacheable && is_get) {
        ignore_weak_date(r, a);
        rv = ap_meets_conditions(r);
        if (rv != OK && rv != HTTP_NOT_MODIFIED) {
            return rv;
        }
        if (rv == HTTP_NOT_MODIFIED && !is_for_mod_cache(r)) {
            return send_unmodified(r);
        }
    }
    if (!is_cacheable || !is_get || r->header_only) {
        /* RFC 9110 section 14.2: Range is for GET alone, and OCSP errors are
         * sent whole */
        apr_table_unset(r->headers_in, "Range");
    }
    bb = apr_brigade_create(r->pool, alloc);
    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_pool_create((const char *)a->der.data,
                                                   a->der.len, r->pool, alloc));
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    /* It is no error of the server if the client has gone away. */
    (void)ap_pass_brigade(r->output_filters, bb);
    return OK;
}

/* A GET, HEAD or POST. */
static int answer(ocsp_responder_job_t *job)
{
    request_rec *r = job->r;
    ocsp_hot_responses_response_t *response = apr_palloc(r->pool,
                                                         sizeof(*response));
    ocsp_hot_responses_key_t key;
    bool in_query = false;
    int rv = r->method_number == M_POST ? read_body(job) : OK;

    if (rv != OK) {
        return rv;
    }
    ocsp_hot_responses_make_key(&key, r, job->conf, job->body);
    if (ocsp_hot_responses_find(response, r, &key)) {
        ocsp_responder_count_repeated(job, &response->answer);
        return send_response(r, response);
    }
    if (r->method_number == M_GET && (rv = read_target(&in_query, job)) != OK) {
        return rv;
    }
    ocsp_responder_answer(job);
    response->answer = job->item.draft.answer;
    /* Some caches leave the query out of their keys. */
    ocsp_cache_headers_make(&response->headers, &response->answer,
                            job->item.digest,
                            (int64_t)apr_time_sec(r->request_time), job->now,
                            in_query ? 0 : job->http_max_age_s);
    if (job->is_cached) {
        ocsp_hot_responses_store(&key, job->now, response);
    }
    return send_response(r, response);
}

/* Answer OPTIONS, or a method that is not allowed, without a body. httpd would
 * add TRACE to Allow, which the core answers and not this handler. */
static int send_allow(request_rec *r)
{
    apr_table_setn(r->headers_out, "Allow", ALLOW);
    ap_set_content_length(r, 0);
    return OK;
}

int ocsp_handler_answer(request_rec *r)
{
    ocsp_responder_job_t job = {.r = r,
                                .conf = ocsp_server_config_get(r->server)};

    switch (r->method_number) {
    case M_GET: /* HEAD too */
    case M_POST:
        return answer(&job);
    case M_OPTIONS:
        return send_allow(r);
    default:
        r->status = refuse(&job, HTTP_METHOD_NOT_ALLOWED);
        return send_allow(r);
    }
}

int ocsp_handler_handle(request_rec *r)
{
    /* The name alone does not count: it can also be the type of a file, as
     * mime.types has application/ocsp-request for *.orq. */
    return ocsp_url_claim_is_claimed(r) ? ocsp_handler_answer(r) : DECLINED;
}
