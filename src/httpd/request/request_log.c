/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words requests and answers for the error log. Floor 4.
 */
#include "httpd/request/request_log.h"

#include <apr_strings.h>
#include <stdbool.h>

#include "httpd/log.h"
#include "httpd/load/load_ctx.h"

/* Octets of a request that a log line shows. */
#define LOG_OCTETS 64

/* Seconds between two messages about expired signers of one issuer. */
#define ENDED_EVERY_S 3600

/* The same for signatures that failed: clients and OCSPPreproduce try again. */
#define FAILED_EVERY_S 60

static const char *print_hex(ocsp_der_t bytes, apr_pool_t *p)
{
    size_t len = bytes.len < LOG_OCTETS ? bytes.len : LOG_OCTETS;
    char *hex = apr_pcalloc(p, 2 * len + 1);

    if (bytes.data != NULL) {
        ap_bin2hex(bytes.data, len, hex);
    }
    return hex;
}

static const char *describe_record(const ocsp_record_t *record, apr_pool_t *p)
{
    const char *from = ocsp_load_ctx_print_time(p, record->this_update);
    const char *until = record->crl
                             && record->next_update != OCSP_CRL_NO_NEXT_UPDATE
                          ? ocsp_load_ctx_print_time(p, record->next_update)
                          : "the next change";

    if (!record->listed) {
        return apr_psprintf(p, "%s, data from %s until %s",
                            record->issued ? "issued" : "not listed", from,
                            until);
    }
    return apr_psprintf(p, "revoked on %s, reason %d, data from %s until %s",
                        ocsp_load_ctx_print_time(p, record->revocation_time),
                        record->reason, from, until);
}

static const char *describe(const ocsp_answer_subject_t *subject, apr_pool_t *p)
{
    switch (subject->knowledge) {
    case OCSP_ANSWER_FOREIGN:
        return "no issuer of this server";
    case OCSP_ANSWER_UNREADABLE:
        return "no known issuer, but a CA certificate could not be read";
    case OCSP_ANSWER_NO_TABLE:
        return "an issuer without status data";
    case OCSP_ANSWER_RECORD:
        break;
    }
    return describe_record(&subject->record, p);
}

static bool is_due(ocsp_arena_t *arena, const ocsp_issuers_issuer_t *si,
                   ocsp_arena_complaint_t which, int64_t now, int64_t every_s)
{
    return si != NULL && si->running.has_slot
        && ocsp_arena_log_complaint(arena, si->running.slot, which, now,
                                    every_s);
}

void ocsp_request_log_ended(request_rec *r, ocsp_arena_t *arena,
                            const ocsp_issuers_issuer_t *si, int64_t now)
{
    if (is_due(arena, si, OCSP_ARENA_ENDED, now, ENDED_EVERY_S)) {
        ap_log_rerror(APLOG_MARK, APLOG_CRIT, 0, r,
                      "OCSP303: %s: no signer has a certificate that is valid "
                      "now; requests for this CA are answered tryLater; renew "
                      "one, or compare the clocks",
                      si->loaded.name);
    }
}

void ocsp_request_log_failed(server_rec *s, ocsp_arena_t *arena,
                             const ocsp_issuers_issuer_t *si, const char *why,
                             int64_t now)
{
    bool loud = is_due(arena, si, OCSP_ARENA_FAILED, now, FAILED_EVERY_S);

    ap_log_error(APLOG_MARK, loud ? APLOG_ERR : APLOG_DEBUG, 0, s,
                 "OCSP301: %s: signing failed: %s; if this repeats, check the "
                 "key with \"httpd -t\", then restart httpd gracefully",
                 si != NULL ? si->loaded.name : "several issuers", why);
}

void ocsp_request_log_subject(request_rec *r, const ocsp_certid_t *id,
                              const ocsp_answer_subject_t *subject)
{
    static const char *const hashes[] = {"SHA-1",   "SHA-256", "SHA-384",
                                         "SHA-512", "-",       "another hash"};

    ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r,
                  "request for serial 0x%s, %s of issuer key %s: %s",
                  print_hex(id->serial, r->pool), hashes[id->hash],
                  print_hex(id->key_hash, r->pool), describe(subject, r->pool));
}

void ocsp_request_log_answer(request_rec *r, const ocsp_answer_t *a,
                             ocsp_der_t body)
{
    static const char *const names[] = {
        "successful", "malformedRequest", "internalError", "tryLater",
        "4",          "sigRequired",      "unauthorized"};

    if (a->status != OCSP_RESPONSE_SUCCESSFUL) {
        ap_log_rerror(APLOG_MARK, APLOG_DEBUG, 0, r,
                      "OCSP302: answered %s: %s; request of %" APR_SIZE_T_FMT
                      " octets%s%s",
                      names[a->status], a->why, body.len,
                      body.len != 0 ? ": " : "",
                      APLOGrdebug(r) ? print_hex(body, r->pool) : "");
    }
    else if (APLOGrtrace1(r)) {
        ap_log_rerror(APLOG_MARK, APLOG_TRACE1, 0, r,
                      "answered: %u good, %u revoked, %u unknown, until %s, "
                      "signed %s%s",
                      a->good, a->revoked, a->unknown,
                      ocsp_load_ctx_print_time(r->pool, a->next_update),
                      a->signer->algorithm.description,
                      a->cacheable ? "" : ", no-store");
    }
}
