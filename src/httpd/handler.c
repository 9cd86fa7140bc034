/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The request handler. What is asked, known and said is decided in lower floors;
 * here it is only carried. Floor 4.
 */
#include "httpd/handler.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <util_time.h>

#include "answer/answer.h"
#include "httpd/claim.h"
#include "httpd/conf.h"
#include "httpd/log.h"
#include "wire/gtime.h"
#include "wire/request.h"

#define CONTENT_TYPE "application/ocsp-response"

/* Octets of a GET's target at most: every base64 character escaped. */
#define TARGET_MAX (OCSP_CONF_MAX_REQUEST_SIZE * 4)

/* Octets of a stranger's request that a log line shows. */
#define LOG_OCTETS 64

#define SHA256_LEN 32

/* REQUIREMENTS 3 */
#define ALLOW "GET, HEAD, POST, OPTIONS"

/* What one request becomes. */
typedef struct {
    request_rec *r;
    const ocsp_conf_t *conf;
    ocsp_der_t body; /* the OCSPRequest; data NULL: not to be had */
    bool has_nonce;
    ocsp_answer_t answer;
} job_t;

static void count(const job_t *job, ocsp_counter_t which, unsigned n)
{
    if (job->conf->shared.counters != NULL && n != 0) {
        ocsp_counters_add(job->conf->shared.counters,
                          (unsigned long)job->r->connection->id, which, n);
    }
}

static void count_answer(const job_t *job)
{
    switch (job->answer.status) {
    case OCSP_RESPONSE_SUCCESSFUL:
        count(job, OCSP_COUNTER_GOOD, job->answer.good);
        count(job, OCSP_COUNTER_REVOKED, job->answer.revoked);
        count(job, OCSP_COUNTER_UNKNOWN, job->answer.unknown);
        break;
    case OCSP_RESPONSE_MALFORMED_REQUEST:
        count(job, OCSP_COUNTER_MALFORMED_REQUEST, 1);
        break;
    case OCSP_RESPONSE_INTERNAL_ERROR:
        count(job, OCSP_COUNTER_INTERNAL_ERROR, 1);
        break;
    case OCSP_RESPONSE_TRY_LATER:
        count(job, OCSP_COUNTER_TRY_LATER, 1);
        break;
    case OCSP_RESPONSE_SIG_REQUIRED: /* never made: nothing requires one */
    case OCSP_RESPONSE_UNAUTHORIZED:
        count(job, OCSP_COUNTER_UNAUTHORIZED, 1);
        break;
    }
}

/* A refusal before OCSP. 405 and 414 are heuristically cacheable, RFC 9110
 * section 15.1, so they say no-store. */
static int refuse(const job_t *job, int http_status)
{
    count(job, OCSP_COUNTER_HTTP_ERROR, 1);
    apr_table_setn(job->r->err_headers_out, "Cache-Control", "no-store");
    return http_status;
}

/* Read a POST body of any framing, OCSP_CONF_MAX_REQUEST_SIZE octets at most. */
static int read_body(job_t *job)
{
    request_rec *r = job->r;
    apr_size_t room = OCSP_CONF_MAX_REQUEST_SIZE + 1, len = 0;
    char *buf;
    long n;
    int rv;

    rv = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);
    if (rv != OK) {
        return refuse(job, rv);
    }
    if (r->remaining > OCSP_CONF_MAX_REQUEST_SIZE) {
        return refuse(job, HTTP_REQUEST_ENTITY_TOO_LARGE);
    }
    buf = apr_palloc(r->pool, room);
    if (ap_should_client_block(r)) {
        while (len < room
               && (n = ap_get_client_block(r, buf + len, room - len)) != 0) {
            if (n < 0) {
                return refuse(job, HTTP_BAD_REQUEST);
            }
            len += (apr_size_t)n;
        }
    }
    if (len == room) {
        return refuse(job, HTTP_REQUEST_ENTITY_TOO_LARGE);
    }
    job->body.data = (const unsigned char *)buf;
    job->body.len = len;
    return OK;
}

static int read_target(job_t *job)
{
    const char *target = job->r->unparsed_uri;
    size_t target_len = strlen(target), len = target_len;
    unsigned char *buf;

    if (target_len > TARGET_MAX) {
        return refuse(job, HTTP_REQUEST_URI_TOO_LARGE);
    }
    buf = apr_palloc(job->r->pool, len);
    if (ocsp_request_decode_target(buf, &len, target, target_len)) {
        if (len > OCSP_CONF_MAX_REQUEST_SIZE) {
            return refuse(job, HTTP_REQUEST_URI_TOO_LARGE);
        }
        job->body.data = buf;
        job->body.len = len;
    }
    return OK;
}

static int read_request(job_t *job)
{
    switch (job->r->method_number) {
    case M_GET: /* HEAD too */
        return read_target(job);
    case M_POST:
        return read_body(job);
    default:
        return refuse(job, HTTP_METHOD_NOT_ALLOWED);
    }
}

/* Everything that is known of one CertID. */
static void look_up(ocsp_answer_subject_t *subject, const ocsp_conf_t *conf,
                    const ocsp_certid_t *id)
{
    const ocsp_conf_issuer_t *ci;
    int i;

    memset(subject, 0, sizeof(*subject));
    subject->certid = id->der;
    subject->knowledge = OCSP_ANSWER_FOREIGN;
    for (i = 0; i < conf->issuers->nelts; i++) {
        ci = ocsp_conf_get_issuer(conf, i);
        if (ci->issuer == NULL) {
            /* It may be this one's: nobody can tell. */
            subject->knowledge = OCSP_ANSWER_UNREADABLE;
        }
        else if (ocsp_certid_is_issuer(id,
                                       ocsp_issuer_get0_hashes(ci->issuer))) {
            subject->templ = ci->templ;
            subject->knowledge = OCSP_ANSWER_NO_TABLE;
            if (ci->has_slot
                && ocsp_arena_lookup(&subject->record, conf->shared.arena,
                                     ci->slot, ci->id, id->serial.data,
                                     id->serial.len)
                       == APR_SUCCESS) {
                subject->knowledge = OCSP_ANSWER_RECORD;
            }
            return;
        }
    }
}

static void make_answer(job_t *job)
{
    const ocsp_answer_policy_t policy = {
        .next_update_s = OCSP_CONF_NEXT_UPDATE_S};
    ocsp_answer_subject_t subjects[OCSP_CONF_MAX_CERTS];
    ocsp_certid_t certids[OCSP_CONF_MAX_CERTS];
    ocsp_request_t request;
    int64_t now;
    size_t i;

    if (job->body.data == NULL) {
        ocsp_answer_refuse(&job->answer, OCSP_RESPONSE_MALFORMED_REQUEST,
                           "no base64 of a request in the URL");
        return;
    }
    if (!ocsp_request_parse(&request, certids, OCSP_CONF_MAX_CERTS,
                            job->body.data, job->body.len)) {
        ocsp_answer_refuse(&job->answer, OCSP_RESPONSE_MALFORMED_REQUEST,
                           "not an OCSPRequest that RFC 6960 section 4.1.1 "
                           "allows, or for too many certificates");
        return;
    }
    for (i = 0; i < request.certid_count; i++) {
        look_up(&subjects[i], job->conf, &certids[i]);
    }
    job->has_nonce = request.nonce.data != NULL;
    /* Not r->request_time: the body may have taken its time. */
    now = (int64_t)apr_time_sec(apr_time_now());
    ocsp_answer_make(&job->answer, subjects, request.certid_count,
                     request.nonce, &policy, now, job->r->pool);
}

static void log_answer(const job_t *job)
{
    const ocsp_answer_t *a = &job->answer;
    char hex[2 * LOG_OCTETS + 1] = "";
    size_t len = job->body.len < LOG_OCTETS ? job->body.len : LOG_OCTETS;

    if (a->status == OCSP_RESPONSE_SUCCESSFUL) {
        return;
    }
    if (a->status == OCSP_RESPONSE_INTERNAL_ERROR) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, job->r,
                      "OCSP301: internalError: %s", a->why);
        return;
    }
    if (APLOGrdebug(job->r)) {
        if (job->body.data != NULL) {
            ap_bin2hex(job->body.data, len, hex);
        }
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, job->r,
                      "OCSP302: error response %d: %s: %" APR_SIZE_T_FMT " octe"
                      "ts "
                      "%s",
                      (int)a->status, a->why, job->body.len, hex);
    }
}

/* RFC 9919 section 7.2: half of what is left, so that a cache asks again well
 * before the end; REQUIREMENTS 159. */
static int64_t max_age_s(const ocsp_answer_t *a)
{
    int64_t left_s = (a->next_update - a->produced_at) / 2;

    if (left_s > OCSP_CONF_HTTP_MAX_AGE_S) {
        left_s = OCSP_CONF_HTTP_MAX_AGE_S;
    }
    return left_s > 0 ? left_s : 1;
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
static void set_freshness(const job_t *job)
{
    request_rec *r = job->r;
    const ocsp_answer_t *a = &job->answer;
    char *expires = apr_pcalloc(r->pool, OCSP_GTIME_HTTP_LEN + 1);

    apr_table_setn(r->headers_out, "Cache-Control",
                   apr_psprintf(r->pool,
                                "max-age=%" APR_INT64_T_FMT ", public, "
                                "no-transform, "
                                "must-revalidate",
                                (apr_int64_t)max_age_s(a)));
    if (ocsp_gtime_format_http(expires, a->next_update)) {
        apr_table_setn(r->headers_out, "Expires", expires);
    }
    ap_update_mtime(r, apr_time_from_sec(a->produced_at));
    ap_set_last_modified(r);
    set_etag(r, a->der);
}

static void set_headers(const job_t *job)
{
    request_rec *r = job->r;

    ap_set_content_type(r, CONTENT_TYPE);
    ap_set_content_length(r, (apr_off_t)job->answer.der.len);
    /* Clients compare the body's bytes and the whole Content-Type. */
    apr_table_setn(r->subprocess_env, "no-gzip", "1");
    apr_table_setn(r->subprocess_env, "no-brotli", "1");
    if (job->answer.status == OCSP_RESPONSE_SUCCESSFUL && !job->has_nonce
        && job->answer.unknown == 0) {
        set_freshness(job);
    }
    else {
        apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    }
}

static int send_answer(const job_t *job)
{
    request_rec *r = job->r;
    const ocsp_der_t *der = &job->answer.der;
    apr_bucket_brigade *bb;
    int rv;

    set_headers(job);
    if (r->method_number == M_GET) {
        rv = ap_meets_conditions(r);
        if (rv != OK) {
            return rv;
        }
    }
    else {
        /* RFC 9110 section 14.2: Range is for GET alone. */
        apr_table_unset(r->headers_in, "Range");
    }
    bb = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    APR_BRIGADE_INSERT_TAIL(
        bb, apr_bucket_pool_create((const char *)der->data, der->len, r->pool,
                                   r->connection->bucket_alloc));
    APR_BRIGADE_INSERT_TAIL(bb,
                            apr_bucket_eos_create(r->connection->bucket_alloc));
    /* A client that went away is no error of ours. */
    (void)ap_pass_brigade(r->output_filters, bb);
    return OK;
}

/* An answer without a body, to OPTIONS or to a method that is not allowed. httpd
 * would put TRACE into Allow, which is the core's and not this URL's. */
static int send_allow(request_rec *r)
{
    apr_table_setn(r->headers_out, "Allow", ALLOW);
    ap_set_content_length(r, 0);
    return OK;
}

int ocsp_handler_handle(request_rec *r)
{
    job_t job = {.r = r};
    int rv;

    if (r->handler == NULL
        || (ap_cstr_casecmp(r->handler, OCSP_CLAIM_HANDLER) != 0
            && ap_cstr_casecmp(r->handler, OCSP_CLAIM_HANDLER_TYPE) != 0)
        || (r->prev != NULL && ap_is_HTTP_ERROR(r->prev->status))) {
        return DECLINED;
    }
    if (r->method_number == M_OPTIONS) {
        return send_allow(r);
    }
    job.conf = ocsp_conf_get(r->server);
    rv = read_request(&job);
    if (rv == HTTP_METHOD_NOT_ALLOWED) {
        r->status = rv;
        return send_allow(r);
    }
    if (rv != OK) {
        return rv;
    }
    make_answer(&job);
    count_answer(&job);
    log_answer(&job);
    return send_answer(&job);
}
