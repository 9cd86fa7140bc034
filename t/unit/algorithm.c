/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/algorithm: which AlgorithmIdentifiers are the same.
 * What a key signs by is signing.c's, which keys are refused signer.c's.
 */
#include "answer/algorithm.h"

#include "hex.h"
#include "tap.h"

#define RSA "06092a864886f70d01010b"
#define RSA_SHA1 "06092a864886f70d010105"
#define P256 "06082a8648ce3d040302"
#define PSS "06092a864886f70d01010a"
#define SHA256_PARAMETERS                                                      \
    "3034 a00f 300d 06096086480165030402010500"                                \
    "a11c 301a 06092a864886f70d010108 300d 06096086480165030402010500"         \
    "a203 020120"
#define SHA384_PARAMETERS                                                      \
    "3034 a00f 300d 06096086480165030402020500"                                \
    "a11c 301a 06092a864886f70d010108 300d 06096086480165030402020500"         \
    "a203 020130"

/* R118: contents of the SEQUENCE. */
static const struct {
    const char *name;
    const char *id;
    const char *wish;
    bool want;
} rows[] = {
    {"RSA with SHA-256 as it should be", RSA "0500", RSA "0500", true},
    {"RSA without its NULL", RSA "0500", RSA, true},
    {"RSA with SHA-1", RSA "0500", RSA_SHA1 "0500", false},
    {"RSA with parameters that it has not", RSA "0500", RSA "3000", false},
    {"ECDSA as it should be", P256, P256, true},
    {"ECDSA with a NULL that is too much", P256, P256 "0500", true},
    {"ECDSA with a curve", P256, P256 "06082a8648ce3d030107", false},
    {"ECDSA for an RSA signer", RSA "0500", P256, false},
    {"RSA for an ECDSA signer", P256, RSA "0500", false},
    {"RSASSA-PSS to the octet", PSS SHA256_PARAMETERS, PSS SHA256_PARAMETERS,
     true},
    {"RSASSA-PSS of another digest", PSS SHA256_PARAMETERS,
     PSS SHA384_PARAMETERS, false},
    {"any RSASSA-PSS", PSS SHA256_PARAMETERS, PSS, true},
    {"any RSASSA-PSS by a NULL", PSS SHA384_PARAMETERS, PSS "0500", true},
    {"RSASSA-PSS of SHA-1, its default", PSS SHA256_PARAMETERS, PSS "3000",
     false},
    {"RSASSA-PSS for an RSA signer", RSA "0500", PSS, false},
    {"RSA for an RSASSA-PSS signer", PSS SHA256_PARAMETERS, RSA "0500", false},
    {"the beginning of an OID", P256, "06072a8648ce3d0403", false},
    {"no OID", P256, "0500", false},
    {"nothing", P256, "", false},
    {"something behind the parameters", RSA "0500", RSA "0500 0500", false},
    {"parameters cut off", RSA "0500", RSA "0501", false},
};

static void test_rows(void)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t id = pki_wrap(0x30, unhex(rows[i].id));
        pki_bytes_t whole = pki_wrap(0x30, unhex(rows[i].wish));
        pki_bytes_t wish = exact(whole.data, whole.len);
        pki_bytes_t cut = exact(whole.data, whole.len > 0 ? whole.len - 1 : 0);
        ocsp_der_t id_der = {id.data, id.len};

        ok(ocsp_algorithm_fits(id_der, (ocsp_der_t){wish.data, wish.len})
               == rows[i].want,
           "%s %s", rows[i].name, rows[i].want ? "fits" : "does not fit");
        ok(!ocsp_algorithm_fits(id_der, (ocsp_der_t){cut.data, cut.len}),
           "%s, cut off, does not fit", rows[i].name);
        free(cut.data);
        free(wish.data);
        free(whole.data);
        free(id.data);
    }
}

static void test_trailing(void)
{
    pki_bytes_t id = unhex("300506032b6570");
    pki_bytes_t longer = unhex("300506032b65700500");
    ocsp_der_t der = {id.data, id.len};

    ok(ocsp_algorithm_fits(der, der), "Ed25519 fits");
    ok(!ocsp_algorithm_fits(der, (ocsp_der_t){longer.data, longer.len}),
       "with something behind it, it does not");
    free(longer.data);
    free(id.data);
}

int main(void)
{
    test_rows();
    test_trailing();
    return done_testing();
}
