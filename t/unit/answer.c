/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/answer: the cases of answer_cases.h. Signed
 * responses are read by OpenSSL.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "answer/answer.h"
#include "answer_cases.h"
#include "answered.h"
#include "hex.h"
#include "party.h"
#include "tap.h"
#include "wire/gtime.h"

static const ocsp_response_template_t *templs[SIGNERS];

static const ocsp_request_t empty_request;
static const ocsp_response_style_t usual_style;

static void make_templates(apr_pool_t *p)
{
    static const pki_cert_opts_t dates[SIGNERS] = {
        [ENDING] = {.not_after = NOW + 600}, [LAST] = {.not_after = NOW},
        [EXPIRED] = {.not_after = NOW - 1},  [STARTING] = {.not_before = NOW},
        [EARLY] = {.not_before = NOW + 1},
    };
    EVP_PKEY *ca_key = pki_make_key(PKI_P256);
    EVP_PKEY *other_key = pki_make_key(PKI_P256);
    EVP_PKEY *key = pki_make_key(PKI_P256);
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    X509 *other = pki_make_ca("CA", other_key, NULL);
    ocsp_issuer_t *issuer = party_issuer(ca, p);
    ocsp_issuer_t *other_issuer = party_issuer(other, p);
    int i;

    for (i = USUAL; i < SIGNERS; i++) {
        X509 *cert = i == OTHER_CA
                       ? pki_make_delegate("ocsp", key, other, other_key, NULL)
                       : pki_make_delegate("ocsp", key, ca, ca_key, &dates[i]);
        party_t made = party_signer(cert, key,
                                    i == OTHER_CA ? other_issuer : issuer, p);

        if (made.rv != APR_SUCCESS) {
            printf("Bail out! %s\n", made.why);
            abort();
        }
        templs[i] = ocsp_response_template_make(made.signer, &usual_style, p);
        X509_free(cert);
    }
    X509_free(other);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    EVP_PKEY_free(ca_key);
}

static pki_bytes_t certid(size_t i)
{
    pki_bytes_t id = unhex("300906052b0e03021a0500"
                           "0414a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4"
                           "0414b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4"
                           "020110");

    id.data[id.len - 1] = (unsigned char)(id.data[id.len - 1] + i);
    return pki_wrap(OCSP_DER_SEQUENCE, id);
}

static bool is_time(const ASN1_GENERALIZEDTIME *t, int64_t want)
{
    int64_t got = 0;

    return ocsp_gtime_parse(&got, ASN1_STRING_get0_data(t),
                            (size_t)ASN1_STRING_length(t))
        && got == want;
}

/* What has to be said of a subject, whatever else is asked. */
typedef struct {
    int status;
    int reason;
    int64_t revoked;
    int64_t this_update;
} said_t;

static said_t expect(const ocsp_answer_subject_t *s)
{
    const ocsp_record_t *r = &s->record;
    bool checked = s->policy->this_update == OCSP_ANSWER_THIS_UPDATE_CHECKED
                && r->checked != 0;
    int64_t looked = (r->checked < NOW ? r->checked : NOW) - OCSP_ANSWER_SKEW_S;
    int64_t since = checked && looked > r->this_update ? looked
                                                       : r->this_update;
    said_t said = {V_OCSP_CERTSTATUS_GOOD, -1, 0, since < NOW ? since : NOW};

    if (r->listed) {
        said.status = V_OCSP_CERTSTATUS_REVOKED;
        said.reason = r->reason;
        said.revoked = r->revocation_time;
    }
    else if (s->policy->unlisted == OCSP_ANSWER_UNLISTED_UNKNOWN) {
        said.status = V_OCSP_CERTSTATUS_UNKNOWN;
    }
    else if (s->policy->unlisted == OCSP_ANSWER_UNLISTED_REVOKED) {
        said.status = V_OCSP_CERTSTATUS_REVOKED; /* on hold since 1970 */
        said.reason = 6;
    }
    return said;
}

static bool says(OCSP_SINGLERESP *single, const ocsp_answer_subject_t *s)
{
    said_t want = expect(s);
    ASN1_GENERALIZEDTIME *revoked = NULL;
    ASN1_GENERALIZEDTIME *this_update = NULL;
    int reason = -1;
    unsigned char *id = NULL;
    int len = i2d_OCSP_CERTID(OCSP_SINGLERESP_get0_id(single), &id);
    int status = OCSP_single_get0_status(single, &reason, &revoked,
                                         &this_update, NULL);
    bool same = len >= 0 && (size_t)len == s->certid.len
             && memcmp(id, s->certid.data, s->certid.len) == 0;

    OPENSSL_free(id);
    return same && status == want.status && reason == want.reason
        && is_time(this_update, want.this_update)
        && (status != V_OCSP_CERTSTATUS_REVOKED
            || is_time(revoked, want.revoked));
}

/* R62: wherever something is said to be revoked that never was issued. */
static bool has_extended_revoke(OCSP_BASICRESP *basic)
{
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.5.5.7.48.1.9", 1);
    bool has = OCSP_BASICRESP_get_ext_by_OBJ(basic, oid, -1) >= 0;

    ASN1_OBJECT_free(oid);
    return has;
}

/* R94: nextUpdate is always there. The bytes say what the answer says of itself. */
static void is_answer(const ocsp_answer_t *got, const case_t *c,
                      const ocsp_answer_subject_t *subjects)
{
    const unsigned char *at = got->der.data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)got->der.len);
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(response);
    ASN1_GENERALIZEDTIME *next_update = NULL;
    int64_t earliest = INT64_MAX;
    bool extended = false;
    bool all = OCSP_resp_count(basic) == (int)c->count;
    size_t i;

    for (i = 0; all && i < c->count; i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, (int)i);
        int64_t end = 0;

        all = says(single, &subjects[i]);
        extended = extended
                || (!subjects[i].record.listed
                    && subjects[i].policy->unlisted
                           == OCSP_ANSWER_UNLISTED_REVOKED);
        (void)OCSP_single_get0_status(single, NULL, NULL, NULL, &next_update);
        all = all && next_update != NULL
           && ocsp_gtime_parse(&end, ASN1_STRING_get0_data(next_update),
                               (size_t)ASN1_STRING_length(next_update));
        earliest = end < earliest ? end : earliest;
    }
    ok(all, "%s: a SingleResponse for each, in order", c->name);
    is_int(earliest, c->next_update, "nextUpdate in the bytes");
    /* R95 */
    ok(is_time(OCSP_resp_get0_produced_at(basic), NOW)
           && got->produced_at == NOW,
       "%s: produced now", c->name);
    is_int(got->this_update, c->this_update, "thisUpdate");
    is_int(got->next_update, c->next_update, "nextUpdate");
    ok(got->good == c->good && got->revoked == c->revoked
           && got->unknown == c->unknown,
       "%s: %u good, %u revoked, %u unknown", c->name, got->good, got->revoked,
       got->unknown);
    ok(has_extended_revoke(basic) == extended, "%s: extended revoke is %s",
       c->name, extended ? "said" : "not said");
    ok(got->cacheable == !c->fleeting, "%s: caches may%s keep it", c->name,
       c->fleeting ? " not" : "");
    ok(got->signer == subjects[0].signers->templs[0]->signer,
       "%s: it says who signed", c->name);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
}

static void is_refusal(const ocsp_answer_t *got, ocsp_response_status_t want,
                       const char *name)
{
    ok(ocsp_der_equal(got->der, ocsp_response_error(want)) && got->good == 0
           && got->revoked == 0 && got->unknown == 0 && !got->cacheable
           && got->signer == NULL && got->why != NULL
           && strncmp(got->why, "RFC ", 4) == 0,
       "%s: its five octets, nothing counted, and why (%s)", name,
       got->why != NULL ? got->why : "");
}

/* Nobody's issuer has no signers and no policy at all. */
static ocsp_answer_subject_t make_subject(const case_t *c, size_t i,
                                          ocsp_answer_policy_t *policy,
                                          ocsp_answer_signers_t *signers)
{
    const asked_t *a = &c->asked[i];
    bool is_ours = a->knowledge != OCSP_ANSWER_FOREIGN
                && a->knowledge != OCSP_ANSWER_UNREADABLE;

    *policy = (ocsp_answer_policy_t){.next_update_s = c->policy_s != 0
                                                        ? c->policy_s
                                                        : 12 * HOUR,
                                     .unlisted = a->unlisted,
                                     .this_update = a->from};
    *signers = (ocsp_answer_signers_t){&templs[a->signer], a->signer != NOBODY};
    return (ocsp_answer_subject_t){
        .certid = party_der(certid(i)),
        .knowledge = a->knowledge,
        .record = {.listed = a->listed,
                   .revocation_time = NOW - 40 * DAY - (int64_t)i,
                   .reason = a->reason,
                   .crl = true,
                   .this_update = a->this_update,
                   .next_update = a->next_update,
                   .checked = a->checked},
        .signers = is_ours || a->signer != NOBODY ? signers : NULL,
        .policy = is_ours ? policy : NULL};
}

static void test_case(const case_t *c, apr_pool_t *p)
{
    size_t size = c->count * sizeof(ocsp_answer_subject_t);
    ocsp_answer_subject_t *subjects = malloc(size);
    ocsp_answer_policy_t policies[SUBJECTS_MAX];
    ocsp_answer_signers_t signers[SUBJECTS_MAX];
    ocsp_answer_t got;
    size_t i;

    if (subjects == NULL) {
        abort();
    }
    for (i = 0; i < c->count; i++) {
        subjects[i] = make_subject(c, i, &policies[i], &signers[i]);
    }
    memset(&got, 0x55, sizeof(got));
    answered(&got, subjects, c->count, &empty_request, NOW, p);
    if (ok(got.status == c->want, "%s (status %u, want %u)", c->name,
           got.status, c->want)) {
        if (c->want == OK) {
            is_answer(&got, c, subjects);
        }
        else {
            is_refusal(&got, c->want, c->name);
        }
    }
    for (i = 0; i < c->count; i++) {
        void *id = NULL;

        memcpy(&id, &subjects[i].certid.data, sizeof(id));
        free(id);
    }
    free(subjects);
}

/* R77: what cannot be said is our own fault. */
static void test_failure(apr_pool_t *p)
{
    pki_bytes_t id = certid(0);
    ocsp_answer_policy_t policy = {.next_update_s = HOUR};
    ocsp_answer_signers_t signers = {&templs[USUAL], 1};
    ocsp_answer_subject_t subject = {party_der(id),
                                     OCSP_ANSWER_RECORD,
                                     {.listed = true,
                                      .revocation_time = INT64_MIN,
                                      .reason = 1,
                                      .crl = true,
                                      .this_update = NOW - DAY,
                                      .next_update = NOW + DAY},
                                     &signers,
                                     &policy};
    ocsp_answer_t got;

    memset(&got, 0x55, sizeof(got));
    answered(&got, &subject, 1, &empty_request, NOW, p);
    is_int(got.status, INTERNAL, "a revocation in no year is internalError");
    is_refusal(&got, INTERNAL, "a revocation in no year");
    free(id.data);
}

static void test_refuse(void)
{
    ocsp_answer_t got;

    memset(&got, 0x55, sizeof(got));
    ocsp_answer_refuse(&got, OCSP_RESPONSE_MALFORMED_REQUEST, "RFC 0");
    is_int(got.status, OCSP_RESPONSE_MALFORMED_REQUEST, "refused as told");
    is_refusal(&got, OCSP_RESPONSE_MALFORMED_REQUEST, "refused as told");
    is_str(got.why, "RFC 0", "with the reason given");
}

int main(void)
{
    apr_pool_t *p = party_begin();
    size_t i;

    make_templates(p);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i], p);
    }
    test_failure(p);
    test_refuse();
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
