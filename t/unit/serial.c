/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/serial, compared with the DER of libcrypto.
 */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <stdlib.h>
#include <string.h>

#include "pki.h"
#include "status/serial.h"
#include "tap.h"

/* Input in memory of exactly its size. */
static bool parse(ocsp_serial_t *out, const char *text, size_t len, bool colons)
{
    pki_bytes_t in = pki_copy(text, len);
    bool done = ocsp_serial_parse(out, in.data, in.len, colons);

    free(in.data);
    return done;
}

static const struct {
    const char *name;
    const char *text;
    size_t len; /* 0: it is refused */
    const char *want;
    bool colons;
} cases[] = {
    {"a serial number of one octet", "1A", 1, "\x1a", false},
    {"one of an odd number of digits", "1AB", 2, "\x01\xab", false},
    {"of one digit", "7", 1, "\x07", false},
    {"in lower case", "0fed", 2, "\x0f\xed", false},
    {"with leading zeros", "0000000001", 1, "\x01", false},
    {"zero, as openssl ca writes it", "00", 1, "\0", false},
    {"zero as one digit", "0", 1, "\0", false},
    {"zero that is negative", "-00", 1, "\0", false},
    {"a first bit that is set", "FF80", 2, "\xff\x80", false},
    {"-7B is the octets of its DER", "-7B", 1, "\x85", false},
    {"-1", "-1", 1, "\xff", false},
    {"-80 takes one octet", "-80", 1, "\x80", false},
    {"-81 takes two", "-81", 2, "\xff\x7f", false},
    {"-0100", "-0100", 2, "\xff\x00", false},
    {"-8000", "-8000", 2, "\x80\x00", false},
    {"-FFFF takes three", "-FFFF", 3, "\xff\x00\x01", false},
    {"colons where they are allowed", "1A:2:3B", 3, "\x01\xa2\x3b", true},
    {"colons where they are not", "1A:2B", 0, "", false},
    {"a colon in front", ":1A", 0, "", true},
    {"a colon behind", "1A:", 0, "", true},
    {"two colons in a row", "1A::2B", 0, "", true},
    {"colons alone", ":", 0, "", true},
    {"a minus alone", "-", 0, "", false},
    {"two of them", "--1", 0, "", false},
    {"a minus elsewhere", "1-1", 0, "", false},
    {"a colon behind the minus", "-:1", 0, "", true},
    {"a blank", "1A 2B", 0, "", true},
    {"a letter that is no digit", "1G", 0, "", false},
    {"a plus", "+1A", 0, "", false},
    {"0x, which is not for here", "0x1A", 0, "", true},
};

static void test_lengths(void)
{
    char text[400];
    ocsp_serial_t s = {.len = 0};

    memset(text, '0', sizeof(text));
    memset(text + 100, 'F', 128);
    ok(parse(&s, text, 228, false) && s.len == 64 && s.data[0] == 0xff
           && s.data[63] == 0xff,
       "64 octets are taken, whatever zeros are in front");
    ok(!parse(&s, text, 229, false), "a digit more is not");
    text[99] = '-';
    ok(!parse(&s, text + 99, 129, false),
       "nor is a negative one whose DER takes 65");
    memset(text + 100, '0', 129);
    text[100] = '8';
    ok(parse(&s, text + 99, 129, false) && s.len == 64 && s.data[0] == 0x80
           && s.data[63] == 0,
       "the lowest of 64 octets is taken");
    ok(!parse(&s, "", 0, true), "nothing is no serial number");
}

/* R42, R43: as libcrypto makes DER of what openssl ca writes. */
static void test_oracle(void)
{
    unsigned right = 0;
    int i;

    for (i = -70000; i <= 70000; i += 7) {
        BIGNUM *bn = BN_new();
        ASN1_INTEGER *integer;
        unsigned char *der = NULL;
        ocsp_serial_t s = {.len = 0};
        ocsp_der_t want = {NULL, 0};
        char *text;
        int len;

        BN_set_word(bn, (BN_ULONG)abs(i));
        BN_set_negative(bn, i < 0);
        text = BN_bn2hex(bn);
        integer = BN_to_ASN1_INTEGER(bn, NULL);
        len = i2d_ASN1_INTEGER(integer, &der);
        right += len > 2 && parse(&s, text, strlen(text), false)
              && ocsp_certid_serial(&want,
                                    (ocsp_der_t){der + 2, (size_t)len - 2})
              && want.len == s.len && memcmp(want.data, s.data, s.len) == 0;
        OPENSSL_free(der);
        ASN1_INTEGER_free(integer);
        OPENSSL_free(text);
        BN_free(bn);
    }
    is_int(right, 20001, "20001 numbers are as their DER is compared");
}

int main(void)
{
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ocsp_serial_t s = {.len = 0};
        bool done = parse(&s, cases[i].text, strlen(cases[i].text),
                          cases[i].colons);

        ok(done == (cases[i].len > 0)
               && (!done
                   || (s.len == cases[i].len
                       && memcmp(s.data, cases[i].want, s.len) == 0)),
           "%s: %s", cases[i].name, cases[i].text);
    }
    test_lengths();
    test_oracle();
    return done_testing();
}
