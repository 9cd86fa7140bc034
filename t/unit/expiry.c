/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/expiry: when a signer is to be renewed.
 */
#include "answer/expiry.h"

#include "party.h"
#include "tap.h"

#define SIGNERS 2
#define D PKI_DAY

static const struct {
    const char *name;
    struct {
        int64_t from, to; /* of each certificate, after PKI_NOW */
    } signers[SIGNERS];
    size_t count;
    int64_t now; /* after PKI_NOW */
    size_t which;
    ocsp_expiry_t want;
    bool is_issuer; /* the CA itself */
} rows[] = {
    {"90 days, of which a third and a second is left",
     {{0, 90 * D}},
     1,
     60 * D - 1,
     0,
     OCSP_EXPIRY_FAR,
     false},
    {"a third is left", {{0, 90 * D}}, 1, 60 * D, 0, OCSP_EXPIRY_SOON, false},
    {"three days and a second are left",
     {{0, 90 * D}},
     1,
     87 * D - 1,
     0,
     OCSP_EXPIRY_SOON,
     false},
    {"three days are left",
     {{0, 90 * D}},
     1,
     87 * D,
     0,
     OCSP_EXPIRY_CLOSE,
     false},
    {"a second is left",
     {{0, 90 * D}},
     1,
     90 * D - 1,
     0,
     OCSP_EXPIRY_CLOSE,
     false},
    {"its end", {{0, 90 * D}}, 1, 90 * D, 0, OCSP_EXPIRY_PAST, false},
    {"ten days, of which three are left",
     {{0, 10 * D}},
     1,
     7 * D,
     0,
     OCSP_EXPIRY_SOON,
     false},
    {"ten days, of which a tenth is left",
     {{0, 10 * D}},
     1,
     9 * D,
     0,
     OCSP_EXPIRY_CLOSE,
     false},
    {"not valid yet", {{D, 91 * D}}, 1, 0, 0, OCSP_EXPIRY_FAR, false},
    {"another one lasts longer",
     {{0, 90 * D}, {80 * D, 170 * D}},
     2,
     89 * D,
     1,
     OCSP_EXPIRY_FAR,
     false},
    {"another one lasts longer, and ends as well",
     {{0, 90 * D}, {0, 30 * D}},
     2,
     88 * D,
     0,
     OCSP_EXPIRY_CLOSE,
     false},
    {"a CA that lasts 31 days more",
     {{0, 3650 * D}},
     1,
     3619 * D,
     0,
     OCSP_EXPIRY_FAR,
     true},
    {"a CA that lasts 30 days more",
     {{0, 3650 * D}},
     1,
     3620 * D,
     0,
     OCSP_EXPIRY_SOON,
     true},
    {"a CA that lasts three days more",
     {{0, 3650 * D}},
     1,
     3647 * D,
     0,
     OCSP_EXPIRY_CLOSE,
     true},
};

static void test_row(size_t i, EVP_PKEY *ca_key, EVP_PKEY *key, apr_pool_t *p)
{
    static const ocsp_response_style_t style = {.by_name = false};
    const ocsp_response_template_t *templs[SIGNERS];
    ocsp_answer_signers_t signers = {templs, rows[i].count};
    const ocsp_signer_t *which = NULL;
    X509 *ca = pki_make_ca("CA", ca_key, NULL);
    const ocsp_issuer_t *issuer = party_issuer(ca, p);
    size_t j;

    for (j = 0; j < rows[i].count; j++) {
        pki_cert_opts_t opts = {.not_before = PKI_NOW + rows[i].signers[j].from,
                                .not_after = PKI_NOW + rows[i].signers[j].to};
        X509 *cert = rows[i].is_issuer
                       ? pki_make_ca("CA", ca_key, &opts)
                       : pki_make_delegate("ocsp", key, ca, ca_key, &opts);
        party_t got = party_signer(cert, rows[i].is_issuer ? ca_key : key,
                                   issuer, p);

        if (got.rv != APR_SUCCESS) {
            printf("Bail out! %s\n", got.why);
            abort();
        }
        templs[j] = ocsp_response_template_make(got.signer, &style, p);
        X509_free(cert);
    }
    is_int(ocsp_expiry_find(&which, &signers, PKI_NOW + rows[i].now),
           rows[i].want, rows[i].name);
    ok(which == templs[rows[i].which]->signer,
       "%s: of the signer that lasts longest", rows[i].name);
    X509_free(ca);
}

int main(void)
{
    apr_pool_t *p = party_begin();
    EVP_PKEY *ca_key = pki_make_key(PKI_P256), *key = pki_make_key(PKI_P256);
    ocsp_answer_signers_t nobody = {NULL, 0};
    const ocsp_signer_t *which = NULL;
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        test_row(i, ca_key, key, p);
    }
    ok(ocsp_expiry_find(&which, &nobody, PKI_NOW) == OCSP_EXPIRY_FAR
           && which == NULL,
       "there is no signer");
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    party_end(p);
    return done_testing();
}
