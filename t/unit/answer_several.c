/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/answer: several issuers in one request, with
 * their own signers and policies; and the nonce.
 */
#include <openssl/err.h>

#include "answer/answer.h"
#include "answer_signers.h"
#include "answered.h"
#include "tap.h"

/* clang-format off */
/* R59 and RFC 6960 section 4.2.2.2: two issuers in one request. */
static const struct {
    const char *name;
    int signers[2][LIST_MAX + 1];
    int64_t policy_s[2];
    ocsp_response_status_t want;
    int by;
    int64_t next_update;
} pairs[] = {
    {"two CAs with a common signer", {{P256, SHARED},
     {SHARED_TOO}}, {DAY, DAY}, OCSP_RESPONSE_SUCCESSFUL, SHARED, NOW +
     DAY},
    {"the same the other way round", {{SHARED_TOO}, {P256, SHARED}}, {DAY,
     DAY}, OCSP_RESPONSE_SUCCESSFUL, SHARED_TOO, NOW + DAY},
    {"the signers of one CA alone may not sign", {{P256, SHARED}, {OTHERS, SHARED_TOO}}, {DAY,
     DAY}, OCSP_RESPONSE_SUCCESSFUL, SHARED, NOW + DAY},
    {"no common signer", {{P256, SHARED}, {OTHERS}}, {DAY, DAY},
     UNAUTHORIZED, NONE, 0},
    {"no common certificate, although a common key", {{SHARED}, {OTHERS}}, {DAY,
     DAY}, UNAUTHORIZED, NONE, 0},
    {"the common signer has expired", {{P256, SHARED_PAST}, {OTHERS,
     SHARED_PAST_TOO}}, {DAY, DAY}, LATER, NONE, 0},
    {"one of two common signers has expired", {{SHARED_PAST, SHARED},
     {SHARED_TOO, SHARED_PAST_TOO}}, {DAY, DAY}, OCSP_RESPONSE_SUCCESSFUL,
     SHARED, NOW + DAY},
    {"no signer for one of them", {{P256}, {NONE}}, {DAY, DAY}, LATER, NONE,
     0},
    {"the longest validity of both is to be outlasted", {{P256_HOUR, P256},
     {P256_HOUR, P256}}, {60, DAY}, OCSP_RESPONSE_SUCCESSFUL, P256, NOW +
     60},
    {"both short: the first will do", {{P256_HOUR, P256}, {P256_HOUR,
     P256}}, {120, 60}, OCSP_RESPONSE_SUCCESSFUL, P256_HOUR, NOW + 60},
};
/* clang-format on */

static void test_pairs(apr_pool_t *p)
{
    static const ocsp_request_t request;
    size_t i;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        side_t sides[2];
        ocsp_answer_subject_t subjects[2];
        ocsp_answer_t got;
        int n;

        for (n = 0; n < 2; n++) {
            subjects[n] = make_subject(&sides[n], pairs[i].signers[n],
                                       pairs[i].policy_s[n]);
        }
        memset(&got, 0x55, sizeof(got));
        answered(&got, subjects, 2, &request, NOW, p);
        is_int(got.status, pairs[i].want, pairs[i].name);
        if (pairs[i].want == OCSP_RESPONSE_SUCCESSFUL) {
            ok(is_by(&got, pairs[i].by) && got.cacheable
                   && got.next_update == pairs[i].next_update,
               "%s: by whom, until when", pairs[i].name);
        }
        free(sides[0].id.data);
        free(sides[1].id.data);
    }
}

/* Each certificate is held to its own issuer's policy. */
static void test_own_policies(apr_pool_t *p)
{
    static const ocsp_request_t request;
    static const int signers[] = {P256, NONE};
    static const char times[] = "20260601000100Z"
                                "20260601010000Z";
    side_t sides[2];
    ocsp_answer_subject_t subjects[] = {make_subject(&sides[0], signers, 60),
                                        make_subject(&sides[1], signers, HOUR)};
    ocsp_answer_t got;

    answered(&got, subjects, 2, &request, NOW, p);
    ok(got.status == OCSP_RESPONSE_SUCCESSFUL
           && memmem(got.der.data, got.der.len, times, 15) != NULL
           && memmem(got.der.data, got.der.len, times + 15, 15) != NULL,
       "one is said for a minute, the other for an hour");
    free(sides[0].id.data);
    free(sides[1].id.data);
}

/* R106 R109 R111 R115 */
static void test_nonce(apr_pool_t *p)
{
    static const struct {
        const char *name;
        bool asked;
        bool ignore[2];
        bool want;
    } cases[] = {{"a nonce comes back", true, {false, false}, true},
                 {"no nonce, no nonce", false, {false, false}, false},
                 {"a nonce that is ignored", true, {true, true}, false},
                 {"ignored by the first alone", true, {true, false}, false},
                 {"ignored by the second alone", true, {false, true}, false}};
    static const int signers[] = {P256, NONE};
    pki_bytes_t nonce = unhex("041000112233445566778899aabbccddeeff");
    side_t sides[2];
    ocsp_answer_subject_t subjects[] = {make_subject(&sides[0], signers, DAY),
                                        make_subject(&sides[1], signers, DAY)};
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ocsp_request_t request = {.nonce = {NULL, 0}};
        ocsp_answer_t got;

        if (cases[i].asked) {
            request.nonce = party_der(nonce);
        }
        sides[0].policy.ignore_nonce = cases[i].ignore[0];
        sides[1].policy.ignore_nonce = cases[i].ignore[1];
        answered(&got, subjects, 2, &request, NOW, p);
        ok(got.status == OCSP_RESPONSE_SUCCESSFUL
               && (memmem(got.der.data, got.der.len, nonce.data, nonce.len)
                   != NULL)
                      == cases[i].want,
           "%s", cases[i].name);
        ok(got.cacheable == !cases[i].want, "%s: caches may%s keep it",
           cases[i].name, cases[i].want ? " not" : "");
    }
    free(sides[0].id.data);
    free(sides[1].id.data);
    free(nonce.data);
}

int main(void)
{
    apr_pool_t *p = party_begin();

    make_templates(p);
    test_pairs(p);
    test_own_policies(p);
    test_nonce(p);
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
