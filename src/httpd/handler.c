/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The request handler. What is asked, known and said is decided in lower
 * floors; here it is only carried. Floor 4.
 */
#include "httpd/handler.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <stdbool.h>
#include <string.h>

#include "answer/answer.h"
#include "httpd/claim.h"
#include "httpd/conf.h"
#include "httpd/freshness.h"
#include "httpd/log.h"
#include "httpd/renewal.h"
#include "httpd/report.h"
#include "wire/request.h"

#define CONTENT_TYPE "application/ocsp-response"

/* Octets of a GET's path for one of the request, every base64 character escaped
 * twice, and for what stands before. */
#define PATH_PER_OCTET 8
#define PATH_PREFIX 512

/* Seconds between two complaints of signers that ended while httpd ran. */
#define ENDED_EVERY_S 3600

/* Octets of the shortest Request: no request holds more than its size lets. */
#define REQUEST_LEN_MIN 16

/* REQUIREMENTS 3 */
#define ALLOW "GET, HEAD, POST, OPTIONS"

/* What one request becomes. */
typedef struct {
    request_rec *r;
    const ocsp_conf_t *conf;
    ocsp_der_t body;        /* the OCSPRequest; data NULL: not to be had */
    int64_t http_max_age_s; /* the shortest of all issuers asked about */
    const ocsp_scope_issuer_t *issuer;    /* the last that was asked about */
    const ocsp_answer_signers_t *signers; /* its */
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
static int read_body(job_t *job)
{
    apr_size_t max = ocsp_conf_get_max_request_size(job->conf);
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

static int read_target(job_t *job)
{
    size_t max = ocsp_conf_get_max_request_size(job->conf);
    const char *target = job->r->unparsed_uri;
    size_t target_len = strlen(target), len = target_len;
    unsigned char *buf;

    if (strcspn(target, "?") > max * PATH_PER_OCTET + PATH_PREFIX) {
        return refuse(job, HTTP_REQUEST_URI_TOO_LARGE);
    }
    buf = apr_palloc(job->r->pool, len);
    if (ocsp_request_decode_target(buf, &len, target, target_len)) {
        if (len > max) {
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

/* Who answers for a CertID: a server's own issuers override what it inherits,
 * so one of them that cannot be read may be meant where only an inherited one
 * is found. NULL: nobody that is known, and knowledge says whether there may be
 * one. */
static const ocsp_scope_issuer_t *find_issuer(
    ocsp_answer_knowledge_t *knowledge, const ocsp_conf_t *conf,
    const ocsp_certid_t *id)
{
    const ocsp_scope_issuer_t *si = ocsp_scope_find(conf->own, id);
    bool unreadable = conf->own->unreadable;

    if (si == NULL && !unreadable && conf->inherited != NULL) {
        si = ocsp_scope_find(conf->inherited, id);
        unreadable = conf->inherited->unreadable;
    }
    *knowledge = unreadable ? OCSP_ANSWER_UNREADABLE : OCSP_ANSWER_FOREIGN;
    return si;
}

/* Everything that is known of one CertID. */
static void look_up(ocsp_answer_subject_t *subject, job_t *job,
                    const ocsp_certid_t *id)
{
    const ocsp_scope_issuer_t *si;

    memset(subject, 0, sizeof(*subject));
    subject->certid = id->der;
    si = find_issuer(&subject->knowledge, job->conf, id);
    if (si == NULL) {
        return;
    }
    job->issuer = si;
    subject->signers = job->signers = ocsp_renewal_get_signers(
        job->conf->shared.renewal, job->conf->shared.arena, si);
    subject->policy = &si->policy;
    subject->knowledge = OCSP_ANSWER_NO_TABLE;
    if (si->http_max_age_s < job->http_max_age_s) {
        job->http_max_age_s = si->http_max_age_s;
    }
    if (si->has_slot
        && ocsp_arena_lookup(&subject->record, job->conf->shared.arena,
                             si->slot, si->id, id->serial.data, id->serial.len)
               == APR_SUCCESS) {
        subject->knowledge = OCSP_ANSWER_RECORD;
    }
}

/* @return certificates asked about, or 0: malformed */
static size_t parse_request(ocsp_request_t *request, const job_t *job)
{
    size_t max = ocsp_conf_get_max_certs(job->conf);
    ocsp_certid_t *certids;

    if (max > job->body.len / REQUEST_LEN_MIN) {
        max = job->body.len / REQUEST_LEN_MIN + 1;
    }
    certids = apr_palloc(job->r->pool, max * sizeof(*certids));
    return ocsp_request_parse(request, certids, max, job->body.data,
                              job->body.len)
             ? request->certid_count
             : 0;
}

/* Signers that several issuers share may have ended, and one's own not. */
static bool has_ended(const ocsp_answer_signers_t *signers, int64_t now)
{
    bool ended = true;
    size_t i;

    for (i = 0; ended && i < signers->count; i++) {
        const ocsp_signer_t *signer = ocsp_response_template_get0_signer(
            signers->templs[i]);

        ended = now < ocsp_signer_get_not_before(signer)
             || now >= ocsp_signer_get_not_after(signer);
    }
    return ended;
}

static void make_answer(job_t *job)
{
    ocsp_answer_subject_t *subjects;
    ocsp_answer_wishes_t wishes;
    ocsp_request_t request;
    size_t certs, i;
    int64_t now;

    if (job->body.data == NULL) {
        ocsp_answer_refuse(&job->answer, OCSP_RESPONSE_MALFORMED_REQUEST,
                           "no base64 of a request in the URL");
        return;
    }
    certs = parse_request(&request, job);
    if (certs == 0) {
        ocsp_answer_refuse(&job->answer, OCSP_RESPONSE_MALFORMED_REQUEST,
                           "not an OCSPRequest that RFC 6960 section 4.1.1 "
                           "allows, or for too many certificates");
        return;
    }
    subjects = apr_palloc(job->r->pool, certs * sizeof(*subjects));
    for (i = 0; i < certs; i++) {
        look_up(&subjects[i], job, &request.certids[i]);
    }
    wishes = (ocsp_answer_wishes_t){request.nonce, request.preferred,
                                    request.signed_with};
    /* Not r->request_time: the body may have taken its time. */
    now = (int64_t)apr_time_sec(apr_time_now());
    ocsp_answer_make(&job->answer, subjects, certs, &wishes, now, job->r->pool);
    if (job->answer.signers_ended && has_ended(job->signers, now)
        && job->issuer->has_slot
        && ocsp_arena_raise(job->conf->shared.arena, job->issuer->slot, now,
                            ENDED_EVERY_S)) {
        ocsp_report_ended(job->r, job->issuer->name);
    }
    for (i = 0; APLOGrtrace1(job->r) && i < certs; i++) {
        ocsp_report_subject(job->r, &request.certids[i], &subjects[i]);
    }
}

static int send_answer(const job_t *job)
{
    request_rec *r = job->r;
    const ocsp_der_t *der = &job->answer.der;
    apr_bucket_brigade *bb;
    bool lasting;

    ap_set_content_type(r, CONTENT_TYPE);
    ap_set_content_length(r, (apr_off_t)der->len);
    /* Clients compare the body's bytes and the whole Content-Type. */
    apr_table_setn(r->subprocess_env, "no-gzip", "1");
    apr_table_setn(r->subprocess_env, "no-brotli", "1");
    lasting = ocsp_freshness_set(r, &job->answer, job->http_max_age_s);
    if (lasting && r->method_number == M_GET) {
        int rv = ap_meets_conditions(r);

        if (rv != OK) {
            return rv;
        }
    }
    else {
        /* RFC 9110 section 14.2: Range is for GET alone, and no error has
         * parts */
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

/* An answer without a body, to OPTIONS or to a method that is not allowed.
 * httpd would put TRACE into Allow, which is the core's and not this URL's. */
static int send_allow(request_rec *r)
{
    apr_table_setn(r->headers_out, "Allow", ALLOW);
    ap_set_content_length(r, 0);
    return OK;
}

int ocsp_handler_handle(request_rec *r)
{
    job_t job = {.r = r, .http_max_age_s = INT64_MAX};
    ocsp_renewal_stay_t stay;
    int rv;

    /* Claimed and not only named: the type of a file is a handler's name too,
     * and *.orq is application/ocsp-request in mime.types. */
    if (!ocsp_claim_is_claimed(r)) {
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
    if (job.conf->shared.renewal != NULL) {
        stay = ocsp_renewal_enter(job.conf->shared.renewal);
        make_answer(&job);
        ocsp_report_answer(r, &job.answer, job.body);
        ocsp_renewal_leave(job.conf->shared.renewal, stay);
    }
    else { /* no issuer is configured */
        make_answer(&job);
        ocsp_report_answer(r, &job.answer, job.body);
    }
    count_answer(&job);
    return send_answer(&job);
}
