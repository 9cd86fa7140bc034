/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two CAs, and signers of all kinds.
 */
#ifndef OCSP_UNIT_ANSWER_SIGNERS_H
#define OCSP_UNIT_ANSWER_SIGNERS_H

#include "answer/answer.h"
#include "hex.h"
#include "party.h"
#include "status/crl.h"

#define SIDES __attribute__((unused)) static

#define NOW PKI_NOW
#define HOUR INT64_C(3600)
#define DAY PKI_DAY
#define LIST_MAX 4

/* Signers. The CA's own key is P-256; all but the last five are its delegates,
 * until 2035 unless they say otherwise. */
enum {
    NONE = 0, /* ends a list */
    P256,
    P256_HOUR,  /* notAfter in an hour */
    P256_HALF,  /* in half an hour */
    P256_SHORT, /* in 299 seconds */
    P256_NOW,
    P256_PAST, /* a second ago */
    P256_AHEAD,
    P384,
    RSA2048,
    RSA_HOUR,
    RSA_SHORT,
    RSA_PAST,
    PSS,
    ED25519,
    OTHERS,      /* another CA's delegate */
    SHARED,      /* one certificate that both CAs' configurations trust */
    SHARED_TOO,  /* the same in the other's */
    SHARED_PAST, /* another such, expired a second ago */
    SHARED_PAST_TOO,
    SIGNERS
};

SIDES const ocsp_response_template_t *templs[SIGNERS];

static struct {
    pki_kind_t kind;
    pki_cert_opts_t opts;
} const made_of[SIGNERS] = {
    [P256] = {PKI_P256, {0}},
    [P256_HOUR] = {PKI_P256, {.not_after = NOW + HOUR}},
    [P256_HALF] = {PKI_P256, {.not_after = NOW + HOUR / 2}},
    [P256_SHORT] = {PKI_P256, {.not_after = NOW + 299}},
    [P256_NOW] = {PKI_P256, {.not_after = NOW}},
    [P256_PAST] = {PKI_P256, {.not_after = NOW - 1}},
    [P256_AHEAD] = {PKI_P256, {.not_before = NOW + 1}},
    [P384] = {PKI_P384, {0}},
    [RSA2048] = {PKI_RSA2048, {0}},
    [RSA_HOUR] = {PKI_RSA2048, {.not_after = NOW + HOUR}},
    [RSA_SHORT] = {PKI_RSA2048, {.not_after = NOW + 299}},
    [RSA_PAST] = {PKI_RSA2048, {.not_after = NOW - 1}},
    [ED25519] = {PKI_ED25519, {0}},
};

SIDES void take(int i, party_t made, apr_pool_t *p)
{
    static const ocsp_response_style_t style;

    if (made.rv != APR_SUCCESS) {
        printf("Bail out! %s\n", made.why);
        abort();
    }
    templs[i] = ocsp_response_template_make(made.signer, &style, p);
}

SIDES void make_shared(int i, const pki_cert_opts_t *opts, EVP_PKEY *key,
                       ocsp_issuer_t *const issuers[2], apr_pool_t *p)
{
    X509 *cert = pki_make_ca("Trusted by both", key, opts);

    take(i, party_make(cert, key, true, issuers[0], p), p);
    take(i + 1, party_make(cert, key, true, issuers[1], p), p);
    X509_free(cert);
}

SIDES void make_templates(apr_pool_t *p)
{
    pki_cert_opts_t past = {.not_after = NOW - 1};
    EVP_PKEY *keys[] = {pki_make_key(PKI_P256), pki_make_key(PKI_P256)};
    EVP_PKEY *pss = party_pss_key(2048, NULL, NULL, 0);
    X509 *cas[] = {pki_make_ca("CA", keys[0], NULL),
                   pki_make_ca("Other CA", keys[1], NULL)};
    ocsp_issuer_t *issuers[] = {party_issuer(cas[0], p),
                                party_issuer(cas[1], p)};
    X509 *cert;
    int i;

    for (i = P256; i <= ED25519; i++) {
        EVP_PKEY *key = i == PSS ? pss : pki_make_key(made_of[i].kind);

        cert = pki_make_delegate("ocsp", key, cas[0], keys[0],
                                 &made_of[i].opts);
        take(i, party_signer(cert, key, issuers[0], p), p);
        X509_free(cert);
        if (i != PSS) {
            EVP_PKEY_free(key);
        }
    }
    cert = pki_make_delegate("ocsp", pss, cas[1], keys[1], NULL);
    take(OTHERS, party_signer(cert, pss, issuers[1], p), p);
    X509_free(cert);
    make_shared(SHARED, NULL, pss, issuers, p);
    make_shared(SHARED_PAST, &past, pss, issuers, p);
    for (i = 0; i < 2; i++) {
        X509_free(cas[i]);
        EVP_PKEY_free(keys[i]);
    }
    EVP_PKEY_free(pss);
}

#define LATER OCSP_RESPONSE_TRY_LATER
#define UNAUTHORIZED OCSP_RESPONSE_UNAUTHORIZED

SIDES pki_bytes_t certid(unsigned char serial)
{
    pki_bytes_t id = unhex("300906052b0e03021a0500"
                           "0414a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4"
                           "0414b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4"
                           "020110");

    id.data[id.len - 1] = serial;
    return pki_wrap(OCSP_DER_SEQUENCE, id);
}

/* What is configured for one issuer. */
typedef struct {
    const ocsp_response_template_t *list[LIST_MAX];
    ocsp_answer_signers_t signers;
    ocsp_answer_policy_t policy;
    pki_bytes_t id;
} side_t;

SIDES ocsp_answer_subject_t make_subject(side_t *side, const int *signers,
                                         int64_t policy_s)
{
    *side = (side_t){.policy = {.next_update_s = policy_s},
                     .id = certid((unsigned char)(signers[0] + 1))};
    while (signers[side->signers.count] != NONE) {
        side->list[side->signers.count] = templs[signers[side->signers.count]];
        side->signers.count++;
    }
    side->signers.templs = side->list;
    return (ocsp_answer_subject_t){.certid = party_der(side->id),
                                   .knowledge = OCSP_ANSWER_RECORD,
                                   .record = {.reason = OCSP_CRL_NO_REASON,
                                              .crl = true,
                                              .this_update = NOW - DAY,
                                              .next_update = NOW + 30 * DAY},
                                   .signers = &side->signers,
                                   .policy = &side->policy};
}

/* The hash of a signer's key stands in what it signed. */
SIDES bool is_by(const ocsp_answer_t *got, int signer)
{
    const ocsp_signer_t *want = templs[signer]->signer;
    ocsp_der_t algorithm = want->algorithm.id;

    return got->status == OCSP_RESPONSE_SUCCESSFUL && got->signer == want
        && memmem(got->der.data, got->der.len, want->key_hash,
                  OCSP_SIGNER_KEY_HASH_LEN)
               != NULL
        && memmem(got->der.data, got->der.len, algorithm.data, algorithm.len)
               != NULL;
}

#endif
