/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/response: responses that cannot be encoded, and
 * error responses.
 */
#include "answer/response.h"
#include "byhand.h"
#include "status/crl.h"
#include "tap.h"

static void is_refused(const responder_t *r,
                       const ocsp_response_content_t *content, const char *want,
                       const char *name, apr_pool_t *p)
{
    ocsp_der_t out = {(const unsigned char *)"", 1};
    const char *why = NULL;

    ok(ocsp_response_make(&out, r->templ, content, NULL, &why, p)
               == OCSP_EMALFORMED
           && out.data == NULL && out.len == 0 && why != NULL
           && strstr(why, want) != NULL,
       "%s: refused", name);
}

/* R83: four digits are what a year has. */
static void test_refusals(const responder_t *r, apr_pool_t *p)
{
    pki_bytes_t id = usual_certid(r);
    ocsp_response_single_t good = {.certid = party_der(id),
                                   .status = OCSP_STATUS_REVOKED,
                                   .revocation_time = PKI_NOW,
                                   .reason = OCSP_CRL_NO_REASON,
                                   .this_update = EARLIER,
                                   .next_update = PKI_NOW + PKI_DAY};
    ocsp_response_single_t s[4] = {good, good, good, good};
    ocsp_response_content_t content = {&good, 1, {NULL, 0}, false, INT64_MAX};
    size_t i;
    static const char *const names[] = {"a revocation before year 0",
                                        "thisUpdate after year 9999",
                                        "nextUpdate after year 9999"};

    is_refused(r, &content, "before year 0 or after 9999",
               "producedAt after year 9999", p);
    content.produced_at = PKI_NOW;
    s[0].revocation_time = INT64_MIN;
    s[1].this_update = INT64_C(253402300800);
    s[2].next_update = INT64_C(253402300800);
    for (i = 0; i < 3; i++) {
        content.singles = &s[i];
        is_refused(r, &content, "before year 0 or after 9999", names[i], p);
    }
    s[3].certid.len = SIZE_MAX - 50;
    content.singles = &s[3];
    is_refused(r, &content, "too long", "a CertID of all memory", p);
    s[3].certid.len = (size_t)12 * 1024 * 1024;
    s[2] = s[3];
    content.singles = &s[2];
    content.count = 2;
    is_refused(r, &content, "too long", "two of 12 MiB", p);
    content.singles = &good;
    content.count = 1;
    content.nonce = (ocsp_der_t){id.data, SIZE_MAX - 50};
    is_refused(r, &content, "too long", "a nonce of all memory", p);
    free(id.data);
}

/* R75 */
static void test_errors(void)
{
    static const struct {
        ocsp_response_status_t status;
        const char *want;
        const char *name;
    } rows[] = {
        {OCSP_RESPONSE_MALFORMED_REQUEST, "30030a0101", "malformedRequest"},
        {OCSP_RESPONSE_INTERNAL_ERROR, "30030a0102", "internalError"},
        {OCSP_RESPONSE_TRY_LATER, "30030a0103", "tryLater"},
        {OCSP_RESPONSE_SIG_REQUIRED, "30030a0105", "sigRequired"},
        {OCSP_RESPONSE_UNAUTHORIZED, "30030a0106", "unauthorized"},
        {OCSP_RESPONSE_SUCCESSFUL, "30030a0102", "never successful alone"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t want = unhex(rows[i].want);

        ok(ocsp_der_equal(ocsp_response_error(rows[i].status), party_der(want)),
           "%s is %s", rows[i].name, rows[i].want);
        free(want.data);
    }
}

int main(void)
{
    apr_pool_t *p = party_begin();
    responder_t r = make_responder("P-256 delegate", PKI_P256, true, p);

    test_refusals(&r, p);
    test_errors();
    free_responder(&r);
    party_end(p);
    return done_testing();
}
