/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/answer and src/answer/signer_select: the signer
 * of a response if there are several.
 */
#include <openssl/err.h>

#include "answer/answer.h"
#include "answer_signers.h"
#include "answered.h"
#include "tap.h"

/* AlgorithmIdentifiers */
#define A_P256 "300a 06082a8648ce3d040302"
#define A_P384 "300a 06082a8648ce3d040303"
#define A_RSA "300d 06092a864886f70d01010b 0500"
#define A_RSA_SHA1 "300d 06092a864886f70d010105 0500"
#define A_PSS "300b 06092a864886f70d01010a"
#define A_ED25519 "3005 06032b6570"
#define A_NOBODYS "3004 06022a03"
/* PreferredSignatureAlgorithms */
#define P_P256 "300c" A_P256
#define P_P384 "300c" A_P384
#define P_RSA "300f" A_RSA
#define P_RSA_SHA1 "300f" A_RSA_SHA1
#define P_PSS "300d" A_PSS
#define P_ED25519 "3007" A_ED25519
#define P_NOBODYS "3006" A_NOBODYS

/* clang-format off */
/* R102 R118 R127: one certificate, several signers. */
static const struct {
    const char *name;
    int signers[LIST_MAX + 1];
    const char *preferred;
    const char *signed_with;
    int64_t policy_s;
    int want; /* NONE: tryLater */
    bool fleeting;
} rows[] = {
    {"like the CA's key before the first", {RSA2048, P384, P256}, NULL,
     NULL, DAY, P256, false},
    {"none like the CA's key: the first", {RSA2048, P384}, NULL, NULL, DAY,
     RSA2048, false},
    {"the request's own algorithm before the first", {RSA2048, P384}, NULL,
     A_P384, DAY, P384, false},
    {"like the CA's key before the request's own", {RSA2048, P256}, NULL,
     A_RSA, DAY, P256, false},
    {"the request's own algorithm that no signer has", {RSA2048, P384}, NULL,
     A_NOBODYS, DAY, RSA2048, false},
    {"the preferred one before the one like the CA", {P256, RSA2048}, P_RSA,
     NULL, DAY, RSA2048, true},
    {"the preferred one is the usual one", {RSA2048, P256}, P_P256, NULL,
     DAY, P256, false},
    {"the most preferred one that there is", {P256, RSA2048, ED25519}, P_NOBODYS
     P_ED25519 P_RSA, NULL, DAY, ED25519, true},
    {"the most preferred one, in any order of signers", {P256, ED25519, RSA2048},
     P_RSA P_ED25519, NULL, DAY, RSA2048, true},
    {"RSASSA-PSS of any kind", {P256, PSS, RSA2048}, P_PSS, NULL, DAY, PSS,
     true},
    {"preferred, and signed otherwise", {P256, P384, RSA2048}, P_P384,
     A_RSA, DAY, P384, true},
    {"a weak algorithm is ignored", {P256, RSA2048}, P_RSA_SHA1, NULL,
     DAY, P256, false},
    {"a weak algorithm before a strong one", {P256, RSA2048}, P_RSA_SHA1 P_RSA,
     NULL, DAY, RSA2048, true},
    {"what is preferred has expired", {P256, RSA_PAST}, P_RSA, NULL, DAY,
     P256, false},
    {"of two preferred ones the one that lasts", {P256, RSA_HOUR, RSA2048},
     P_RSA, NULL, DAY, RSA2048, true},
    {"the first of two alike", {P256, P256_HOUR}, NULL, NULL, 60, P256,
     false},
    {"the first of two alike, which ends sooner", {P256_HOUR, P256}, NULL,
     NULL, 60, P256_HOUR, false},
    {"the first that outlasts what is wanted to the second", {P256_HOUR,
     P256}, NULL, NULL, HOUR, P256_HOUR, false},
    {"not the first that lacks a second of it", {P256_HOUR, P256}, NULL,
     NULL, HOUR + 1, P256, false},
    {"none outlasts it: the longest", {P256_HALF, P256_HOUR, P256_HALF},
     NULL, NULL, DAY, P256_HOUR, false},
    {"lasting before alike", {P256_HALF, RSA2048}, NULL, NULL, DAY,
     RSA2048, false},
    {"none lasts: alike before longer", {RSA_HOUR, P256_HALF}, NULL, NULL,
     DAY, P256_HALF, false},
    {"none lasts: longer before alike with less than 300 s", {P256_SHORT,
     RSA_HOUR}, NULL, NULL, DAY, RSA_HOUR, false},
    {"preferred with less than 300 s", {RSA2048, P256_SHORT}, P_P256, NULL,
     DAY, RSA2048, false},
    {"preferred with less than 300 s, as all have", {P256_SHORT, RSA_SHORT},
     P_RSA, NULL, DAY, RSA_SHORT, true},
    {"ends in this very second", {P256_NOW, RSA2048}, NULL, NULL, 60,
     RSA2048, false},
    {"ends in this very second, and there is no other", {P256_NOW}, NULL, NULL, 60,
     NONE, false},
    {"none alike: lasting before first", {RSA_HOUR, P384}, NULL, NULL, DAY,
     P384, false},
    {"expired, then valid", {P256_PAST, P256}, NULL, NULL, 60, P256, false},
    {"not yet, then valid", {P256_AHEAD, P256}, NULL, NULL, 60, P256,
     false},
    {"expired and not yet", {P256_PAST, P256_AHEAD}, NULL, NULL, 60, NONE,
     false},
    {"the only one like the CA expired", {P256_PAST, RSA2048}, NULL, NULL,
     60, RSA2048, false},
};
/* clang-format on */

static ocsp_der_t maybe(pki_bytes_t bytes)
{
    return bytes.len != 0 ? party_der(bytes) : (ocsp_der_t){NULL, 0};
}

static void test_choice(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        side_t side;
        ocsp_answer_subject_t subject = make_subject(&side, rows[i].signers,
                                                     rows[i].policy_s);
        pki_bytes_t preferred = unhex(
            rows[i].preferred != NULL ? rows[i].preferred : "");
        pki_bytes_t signed_with = unhex(
            rows[i].signed_with != NULL ? rows[i].signed_with : "");
        ocsp_request_t request = {.preferred = maybe(preferred),
                                  .signed_with = maybe(signed_with)};
        ocsp_answer_t got;

        memset(&got, 0x55, sizeof(got));
        answered(&got, &subject, 1, &request, NOW, p);
        if (rows[i].want == NONE) {
            is_int(got.status, LATER, rows[i].name);
        }
        else {
            ok(is_by(&got, rows[i].want), "%s", rows[i].name);
            ok(got.cacheable == !rows[i].fleeting, "%s: caches may%s keep it",
               rows[i].name, rows[i].fleeting ? " not" : "");
        }
        free(signed_with.data);
        free(preferred.data);
        free(side.id.data);
    }
}

int main(void)
{
    apr_pool_t *p = party_begin();

    make_templates(p);
    test_choice(p);
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
