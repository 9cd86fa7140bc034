/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/request: the preferred signature algorithms, and
 * the algorithm of the request's signature, neither of which can make a
 * request malformed.
 */
#include "wire/request.h"

#include "hex.h"
#include "tap.h"

#define CERTID                                                                 \
    "30 3a 30 09 06 05 2b0e03021a 05 00 04 14 "                                \
    "0102030405060708090a0b0c0d0e0f1011121314 04 14 "                          \
    "0102030405060708090a0b0c0d0e0f1011121314 02 01 05"
#define REQUEST "30 3c" CERTID
/* AlgorithmIdentifiers of 12, 15 and 7 octets. */
#define P256 "30 0a 06 08 2a8648ce3d040302"
#define RSA "30 0d 06 09 2a864886f70d01010b 05 00"
#define ED "30 05 06 03 2b6570"
#define P256_KEY "30 13 06 07 2a8648ce3d0201 06 08 2a8648ce3d030107"
#define LIMIT 1

static pki_bytes_t preferred_extension(pki_bytes_t value)
{
    return pki_wrap(0x30, pki_cat(unhex("06 09 2b0601050507300108"),
                                  pki_wrap(0x04, value)));
}

/* Takes the extensions and what stands behind tbsRequest. */
static pki_bytes_t make(pki_bytes_t extensions, pki_bytes_t signature)
{
    pki_bytes_t tbs = pki_cat(pki_wrap(0x30, unhex(REQUEST)),
                              pki_wrap(0xa2, pki_wrap(0x30, extensions)));
    pki_bytes_t whole = pki_wrap(0x30, pki_cat(pki_wrap(0x30, tbs), signature));
    pki_bytes_t out = exact(whole.data, whole.len);

    free(whole.data);
    return out;
}

static bool parses(pki_bytes_t der, ocsp_request_t *request)
{
    static ocsp_certid_t certids[LIMIT];

    memset(request, 0x55, sizeof(*request));
    return ocsp_request_parse(request, certids, LIMIT, der.data, der.len);
}

/* R118 R119: the extnValue, and the algorithms that come of it, concatenated. */
static const struct {
    const char *name;
    const char *value;
    const char *want; /* NULL: no preferences */
    int count;
} lists[] = {
    {"one algorithm", "30 0e 30 0c" P256, P256, 1},
    {"one with the key's algorithm, as the text has it",
     "30 23 30 21" P256 P256_KEY, P256, 1},
    {"a mixture, in order", "30 3d 30 0f" RSA "30 21" P256 P256_KEY "30 07" ED,
     RSA P256 ED, 3},
    {"an empty list", "30 00", NULL, 0},
    {"parameters of any type", "30 0c 30 0a 30 08 06 02 2a03 04 02 abcd",
     "30 08 06 02 2a03 04 02 abcd", 1},
    {"nothing at all", "", NULL, 0},
    {"no SEQUENCE", "31 0e 30 0c" P256, NULL, 0},
    {"something behind it", "30 0e 30 0c" P256 "05 00", NULL, 0},
    {"cut off", "30 0e 30 0c 30 0a 06 08 2a8648ce3d0403", NULL, 0},
    {"an algorithm that is not wrapped", "30 0c" P256, NULL, 0},
    {"an empty preference", "30 02 30 00", NULL, 0},
    {"an algorithm that is no SEQUENCE", "30 07 30 05 06 03 2b6570", NULL, 0},
    {"an algorithm without OID", "30 04 30 02 30 00", NULL, 0},
    {"an algorithm with two parameters",
     "30 0c 30 0a 30 08 06 02 2a03 05 00 05 00", NULL, 0},
    {"an algorithm with broken parameters",
     "30 0a 30 08 30 06 06 02 2a03 05 01", NULL, 0},
    {"a second field that is no SEQUENCE", "30 0b 30 09" ED "05 00", NULL, 0},
    {"a third field", "30 13 30 11" ED "30 03 06 01 2a 30 03 06 01 2a", NULL,
     0},
    {"a good one, then a broken one", "30 0b 30 07" ED "30 00", NULL, 0},
};

/* What ocsp_request_next_preferred gives, one behind the other; *count of it. */
static pki_bytes_t walk(ocsp_der_t list, int *count)
{
    pki_bytes_t out = pki_copy("", 0);
    ocsp_der_t algorithm = {NULL, 0};

    for (*count = 0; ocsp_request_next_preferred(&list, &algorithm); ++*count) {
        out = pki_cat(out, pki_copy(algorithm.data, algorithm.len));
    }
    return out;
}

static void is_walk(ocsp_der_t list, const char *want, int want_count,
                    const char *name)
{
    pki_bytes_t hex = unhex(want);
    int count = -1;
    pki_bytes_t got = walk(list, &count);

    ok(count == want_count && got.len == hex.len
           && memcmp(got.data, hex.data, hex.len) == 0,
       "%s: %d algorithms, in order (got %d)", name, want_count, count);
    free(got.data);
    free(hex.data);
}

static void test_lists(void)
{
    ocsp_request_t request;
    size_t i;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        pki_bytes_t der = make(preferred_extension(unhex(lists[i].value)),
                               unhex(""));

        if (ok(parses(der, &request), "preferred: %s: no fault of the request",
               lists[i].name)) {
            ok((request.preferred.data != NULL) == (lists[i].want != NULL),
               "preferred: %s: %s", lists[i].name,
               lists[i].want != NULL ? "read" : "ignored");
            is_walk(request.preferred,
                    lists[i].want != NULL ? lists[i].want : "", lists[i].count,
                    lists[i].name);
        }
        free(der.data);
    }
}

/* The first ones count, however many come; but all have to be readable. */
static void test_many(void)
{
    static const int counts[] = {OCSP_REQUEST_PREFERRED_MAX - 1,
                                 OCSP_REQUEST_PREFERRED_MAX,
                                 OCSP_REQUEST_PREFERRED_MAX + 1, 200};
    ocsp_request_t request;
    size_t i;
    int n;

    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        pki_bytes_t list = unhex("");
        pki_bytes_t der, got;
        int want = counts[i] < OCSP_REQUEST_PREFERRED_MAX
                     ? counts[i]
                     : OCSP_REQUEST_PREFERRED_MAX;

        for (n = 0; n < counts[i]; n++) {
            list = pki_cat(list, unhex("30 07" ED));
        }
        der = make(preferred_extension(pki_wrap(0x30, list)), unhex(""));
        ok(parses(der, &request), "%d preferences are read", counts[i]);
        got = walk(request.preferred, &n);
        is_int(n, want, "of which so many are looked at");
        free(got.data);
        free(der.data);
    }
}

static void test_broken_end(void)
{
    pki_bytes_t list = unhex("30 00");
    ocsp_request_t request;
    pki_bytes_t der;
    int n;

    for (n = 0; n <= OCSP_REQUEST_PREFERRED_MAX; n++) {
        list = pki_cat(unhex("30 07" ED), list);
    }
    der = make(preferred_extension(pki_wrap(0x30, list)), unhex(""));
    ok(parses(der, &request) && request.preferred.data == NULL,
       "a list that is broken at its far end is ignored");
    free(der.data);
}

static void test_places(void)
{
    pki_bytes_t first = preferred_extension(unhex("30 09 30 07" ED));
    pki_bytes_t broken = preferred_extension(unhex("30 02 30 00"));
    pki_bytes_t second = preferred_extension(unhex("30 0e 30 0c" P256));
    ocsp_request_t request;
    pki_bytes_t der, one;

    der = make(pki_cat(pki_cat(broken, first), second), unhex(""));
    ok(parses(der, &request), "preferred three times: no fault of the request");
    is_walk(request.preferred, ED, 1, "the first that can be read counts");
    free(der.data);
    one = pki_wrap(0xa0, pki_wrap(0x30, preferred_extension(
                                            unhex("30 09 30 07" ED))));
    one = pki_cat(unhex(CERTID), one);
    der = pki_wrap(0x30, pki_wrap(0x30, pki_wrap(0x30, pki_wrap(0x30, one))));
    ok(parses(der, &request) && request.preferred.data == NULL,
       "of one certificate they are no preferences");
    free(der.data);
}

/* What stands behind tbsRequest, and the algorithm in it. */
static const struct {
    const char *name;
    const char *signature;
    const char *want; /* NULL: none */
} signatures[] = {
    {"not signed", "", NULL},
    {"a signature", "a0 13 30 11" P256 "03 03 00 abcd", P256},
    {"a signature with certificates",
     "a0 17 30 15" P256 "03 03 00 abcd a0 02 30 00", P256},
    {"an algorithm alone", "a0 11 30 0f" RSA, RSA},
    {"an empty signature", "a0 02 30 00", NULL},
    {"a signature that begins with something else", "a0 06 30 04 03 02 00 aa",
     NULL},
    {"a signature that is no DER", "a0 04 30 02 30 05", NULL},
};

static void test_signatures(void)
{
    ocsp_request_t request;
    size_t i;

    for (i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        pki_bytes_t der = make(unhex(""), unhex(signatures[i].signature));
        pki_bytes_t want = unhex(signatures[i].want != NULL ? signatures[i].want
                                                            : "");

        ok(parses(der, &request)
               && (request.signed_with.data != NULL)
                      == (signatures[i].want != NULL)
               && request.signed_with.len == want.len
               && memcmp(request.signed_with.data != NULL
                             ? request.signed_with.data
                             : want.data,
                         want.data, want.len)
                      == 0,
           "%s: %s", signatures[i].name,
           signatures[i].want != NULL ? "its algorithm" : "no algorithm");
        free(want.data);
        free(der.data);
    }
}

int main(void)
{
    ocsp_der_t none = {NULL, 0};
    ocsp_der_t algorithm = {NULL, 7};

    ok(!ocsp_request_next_preferred(&none, &algorithm) && algorithm.len == 7,
       "of no preferences none is next");
    test_lists();
    test_many();
    test_broken_end();
    test_places();
    test_signatures();
    return done_testing();
}
