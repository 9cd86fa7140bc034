/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl and src/status/crl_signature, with CRLs that
 * OpenSSL makes and reads. Other CRLs are in crl_ext.c.
 */
#include <apr_general.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "feed.h"
#include "pki.h"
#include "status/crl.h"
#include "tap.h"
#include "wire/certid.h"

typedef struct {
    unsigned char serial[OCSP_CERTID_SERIAL_MAX];
    size_t serial_len;
    int64_t time;
    int reason;
} seen_t;

typedef struct {
    seen_t *entries;
    size_t count;
    size_t room;
} seen_list_t;

typedef struct {
    const char *name;
    EVP_PKEY *key;
    X509 *cert;
    ocsp_issuer_t *issuer;
} ca_t;

static apr_pool_t *pool;

static apr_status_t take(void *ctx, const unsigned char *serial,
                         size_t serial_len, int64_t time, int reason,
                         const char **why)
{
    seen_list_t *list = ctx;
    seen_t *e;

    if (list->count == list->room) {
        *why = "no room";
        return APR_ENOSPC;
    }
    e = &list->entries[list->count++];
    memcpy(e->serial, serial, serial_len);
    e->serial_len = serial_len;
    e->time = time;
    e->reason = reason;
    return APR_SUCCESS;
}

static apr_status_t read_crl(ocsp_crl_info_t *info, seen_list_t *list,
                             const ocsp_issuer_t *issuer, pki_bytes_t in,
                             const char **why)
{
    static char text[300]; /* the reason outlives the pool */
    apr_pool_t *p;
    apr_status_t rv;

    apr_pool_create(&p, pool);
    rv = feed_crl(info, issuer, in, take, list, why, p);
    (void)snprintf(text, sizeof(text), "%s", *why);
    *why = text;
    apr_pool_destroy(p);
    return ERR_peek_error() == 0 ? rv : APR_EGENERAL;
}

static ca_t make_ca(const char *name, pki_kind_t kind)
{
    ca_t ca = {.name = name, .key = pki_make_key(kind)};

    ca.cert = pki_make_ca("Test CA", ca.key, NULL);
    ca.issuer = feed_issuer(ca.cert, pool);
    return ca;
}

static void free_ca(ca_t *ca)
{
    X509_free(ca->cert);
    EVP_PKEY_free(ca->key);
}

static int64_t seconds_of(const ASN1_TIME *t)
{
    struct tm tm = {0};

    return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : INT64_MIN;
}

/* What OpenSSL makes of an entry, in our terms. */
static seen_t openssl_entry(const X509_REVOKED *rev)
{
    seen_t e = {.time = seconds_of(X509_REVOKED_get0_revocationDate(rev)),
                .reason = OCSP_CRL_NO_REASON};
    BIGNUM *bn = ASN1_INTEGER_to_BN(X509_REVOKED_get0_serialNumber(rev), NULL);
    ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(rev, NID_crl_reason,
                                                       NULL, NULL);
    long value = reason != NULL ? ASN1_ENUMERATED_get(reason) : 7;

    e.serial_len = (size_t)BN_num_bytes(bn);
    e.serial_len += e.serial_len == 0;
    (void)BN_bn2binpad(bn, e.serial, (int)e.serial_len);
    if (value <= 10 && value != 7) {
        e.reason = (int)value;
    }
    ASN1_ENUMERATED_free(reason);
    BN_free(bn);
    return e;
}

static bool same_entry(const seen_t *a, const seen_t *b)
{
    return a->serial_len == b->serial_len && a->time == b->time
        && a->reason == b->reason
        && memcmp(a->serial, b->serial, a->serial_len) == 0;
}

/* R105, R134: every entry, in order, as OpenSSL reads the same bytes. */
static void agrees(const ca_t *ca, pki_bytes_t der, pki_bytes_t in, size_t n,
                   const char *name)
{
    const unsigned char *end = der.data;
    X509_CRL *crl = d2i_X509_CRL(NULL, &end, (long)der.len);
    STACK_OF(X509_REVOKED) *revoked = X509_CRL_get_REVOKED(crl);
    seen_list_t list = {.entries = calloc(n + 1, sizeof(seen_t)), .room = n};
    ocsp_crl_info_t info = {0};
    const char *why;
    apr_status_t rv = read_crl(&info, &list, ca->issuer, in, &why);
    size_t same = 0;
    size_t i;

    for (i = 0; rv == APR_SUCCESS && i < list.count; i++) {
        seen_t want = openssl_entry(sk_X509_REVOKED_value(revoked, (int)i));

        same += same_entry(&want, &list.entries[i]);
    }
    ok(rv == APR_SUCCESS && list.count == n && same == n && info.entries == n
           && (n == 0 || sk_X509_REVOKED_num(revoked) == (int)n)
           && info.this_update == seconds_of(X509_CRL_get0_lastUpdate(crl))
           && info.next_update == seconds_of(X509_CRL_get0_nextUpdate(crl))
           && info.number_len == 1 && info.number[0] == 1,
       "%s: %s, %zu entries (%s)", ca->name, name, n, why);
    free(list.entries);
    X509_CRL_free(crl);
}

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Serial numbers of every length, all reasons, dates from 1950 to 2100. */
static void random_entries(pki_entry_t *entries, unsigned char *serials,
                           size_t n, unsigned state)
{
    static const int reasons[] = {-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    size_t i;
    size_t j;

    for (i = 0; i < n; i++) {
        unsigned char *serial = serials + i * OCSP_CERTID_SERIAL_MAX;
        size_t len = i % 63 + 1; /* 64 with a sign octet would be too long */

        for (j = 0; j < len; j++) {
            serial[j] = (unsigned char)next_random(&state);
        }
        serial[0] |= 1;
        entries[i].serial = serial;
        entries[i].serial_len = len;
        entries[i].time = (int64_t)(next_random(&state) % 150000) * 31557
                        - INT64_C(631152000) + next_random(&state) % 31557;
        entries[i].reason = reasons[next_random(&state) % 13];
    }
}

static void test_differential(const ca_t *ca, const pki_crl_opts_t *opts)
{
    static const size_t counts[] = {0, 1, 2, 1000};
    pki_entry_t *entries = calloc(1000, sizeof(*entries));
    unsigned char *serials = calloc(1000, OCSP_CERTID_SERIAL_MAX);
    size_t i;

    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        X509_CRL *crl;
        pki_bytes_t der;
        pki_bytes_t pem;

        random_entries(entries, serials, counts[i], (unsigned)i + 1);
        crl = pki_make_crl(ca->cert, ca->key, entries, counts[i], opts);
        der = pki_crl_der(crl);
        pem = pki_crl_pem(crl);
        agrees(ca, der, der, counts[i], "DER");
        agrees(ca, der, pem, counts[i], "PEM");
        free(der.data);
        free(pem.data);
        X509_CRL_free(crl);
    }
    free(entries);
    free(serials);
}

/* R141, R188: no part of a CRL, and no CRL with one bit changed, is taken. */
static void test_broken(const ca_t *ca)
{
    static const unsigned char one[] = {0x01, 0x02};
    static const unsigned char two[] = {0x80};
    const pki_entry_t entries[] = {{one, 2, PKI_NOW, 1}, {two, 1, PKI_NOW, -1}};
    X509_CRL *crl = pki_make_crl(ca->cert, ca->key, entries, 2, NULL);
    pki_bytes_t der = pki_crl_der(crl);
    seen_t room[4];
    ocsp_crl_info_t info = {.entries = 99};
    const char *why;
    size_t taken = 0;
    size_t i;

    for (i = 0; i < der.len; i++) {
        seen_list_t list = {.entries = room, .room = 4};
        pki_bytes_t cut = pki_copy(der.data, i);

        taken += read_crl(&info, &list, ca->issuer, cut, &why) == APR_SUCCESS;
        taken += why[0] == '\0';
        free(cut.data);
    }
    ok(taken == 0, "%s: none of %zu truncations is taken", ca->name, i);
    for (i = 0; i < der.len * 8; i++) {
        seen_list_t list = {.entries = room, .room = 4};
        pki_bytes_t bad = pki_copy(der.data, der.len);

        bad.data[i / 8] ^= (unsigned char)(1u << (i % 8));
        taken += read_crl(&info, &list, ca->issuer, bad, &why) == APR_SUCCESS;
        taken += why[0] == '\0';
        free(bad.data);
    }
    ok(taken == 0, "%s: none of %zu flipped bits is taken", ca->name, i);
    is_int((long long)info.entries, 99, "and info was left alone");
    X509_CRL_free(crl);
    free(der.data);
}

static void judges(const ca_t *ca, X509_CRL *crl, apr_status_t want,
                   const char *reason, const char *name)
{
    pki_bytes_t der = pki_crl_der(crl);
    seen_list_t list = {0};
    ocsp_crl_info_t info;
    const char *why;
    apr_status_t rv = read_crl(&info, &list, ca->issuer, der, &why);

    ok(rv == want && strstr(why, reason) != NULL
           && (rv == APR_SUCCESS
               || (strncmp(why, "a.crl: ", 7) == 0
                   && strstr(why, "RFC 5280 section") != NULL)),
       "%s (%s)", name, why);
    X509_CRL_free(crl);
    free(der.data);
}

/* R135 */
static void test_signer(const ca_t *ca, const ca_t *rsa)
{
    EVP_PKEY *other = pki_make_key(PKI_P256);
    X509 *stranger = pki_make_ca("Another CA", ca->key, NULL);
    ca_t mute = *ca;
    pki_cert_opts_t no_crls = {.key_usage = "critical,keyCertSign"};
    X509 *cert = pki_make_ca("Test CA", ca->key, &no_crls);

    mute.issuer = feed_issuer(cert, pool);
    judges(ca, pki_make_crl(ca->cert, ca->key, NULL, 0, NULL), APR_SUCCESS, "",
           "the CA's own CRL is taken");
    judges(ca, pki_make_crl(ca->cert, other, NULL, 0, NULL), OCSP_EUNKNOWNCA,
           "section 6.3.3 (g)", "signed by another key under the same name");
    judges(
        ca, pki_make_crl(stranger, ca->key, NULL, 0, NULL), OCSP_EUNKNOWNCA,
        "is the CRL of another CA (CN=Another CA): name a CRL of CN=Test CA ",
        "another name with the same key");
    judges(ca, pki_make_crl(ca->cert, rsa->key, NULL, 0, NULL), OCSP_EOTHERKEY,
           "another type of key", "RSA against a P-256 key");
    judges(rsa, pki_make_crl(ca->cert, ca->key, NULL, 0, NULL), OCSP_EOTHERKEY,
           "another type of key", "ECDSA against an RSA key");
    judges(&mute, pki_make_crl(ca->cert, ca->key, NULL, 0, NULL),
           OCSP_EUNKNOWNCA,
           "without cRLSign: have it issued again with cRLSign",
           "C7: keyUsage without cRLSign");
    EVP_PKEY_free(other);
    X509_free(stranger);
    X509_free(cert);
}

static void test_algorithms(const ca_t *rsa, const ca_t *ed)
{
    pki_crl_opts_t md5 = {.md = EVP_md5()};
    pki_crl_opts_t sha1 = {.md = EVP_sha1()};
    pki_crl_opts_t pss = {.pss = true};
    pki_crl_opts_t v1 = {.v1 = true};
    X509_CRL *crl;
    pki_bytes_t der;
    ocsp_crl_info_t info = {0};
    seen_list_t list = {0};
    const char *why;
    apr_status_t rv;

    judges(rsa, pki_make_crl(rsa->cert, rsa->key, NULL, 0, &md5), OCSP_ECRYPTO,
           "MD5 are not trusted", "MD5 is never trusted");
    judges(rsa, pki_make_crl(rsa->cert, rsa->key, NULL, 0, &pss), APR_SUCCESS,
           "", "RSA-PSS is verified");
    judges(ed, pki_make_crl(rsa->cert, rsa->key, NULL, 0, &pss),
           OCSP_EUNKNOWNCA, "section 6.3.3 (g)",
           "RSA-PSS against an Ed25519 key");
    judges(rsa, pki_make_crl(rsa->cert, ed->key, NULL, 0, NULL),
           OCSP_EUNKNOWNCA, "section 6.3.3 (g)", "Ed25519 against an RSA key");
    judges(rsa, pki_make_crl(rsa->cert, rsa->key, NULL, 0, &v1), APR_SUCCESS,
           "", "a version 1 that OpenSSL wrote is taken"); /* R134 */
    crl = pki_make_crl(rsa->cert, rsa->key, NULL, 0, &sha1);
    der = pki_crl_der(crl);
    rv = read_crl(&info, &list, rsa->issuer, der, &why);
    ok(rv == APR_SUCCESS && info.sha1,
       "SHA-1 is taken where OpenSSL takes it, and told (%s)", why);
    X509_CRL_free(crl);
    free(der.data);
}

static void test_file_and_callback(const ca_t *ca)
{
    static const unsigned char one[] = {0x01};
    const pki_entry_t entry = {one, 1, PKI_NOW, -1};
    pki_crl_opts_t endless = {.next_update = PKI_NO_NEXT_UPDATE,
                              .no_number = true};
    X509_CRL *crl = pki_make_crl(ca->cert, ca->key, &entry, 1, &endless);
    pki_bytes_t pem = pki_crl_pem(crl);
    char *path = pki_write_file("a.crl", pem.data, pem.len);
    const ocsp_crl_place_t place = {.file = path};
    const ocsp_crl_keys_t *keys = feed_keys(ca->issuer, pool);
    seen_t room[1];
    seen_list_t list = {.entries = room, .room = 1};
    ocsp_crl_info_t info;
    const char *why = NULL;

    ok(ocsp_crl_read(&info, &place, keys, take, &list, &why, pool)
               == APR_SUCCESS
           && list.count == 1 && info.number_len == 0
           && info.next_update == OCSP_CRL_NO_NEXT_UPDATE,
       "a file is read; without nextUpdate and CRLNumber"); /* R139 */
    is_int(ocsp_crl_read(&info, &place, keys, take, &list, &why, pool),
           APR_ENOSPC, "what the callback returns ends the reading");
    ok(strncmp(why, path, strlen(path)) == 0
           && strcmp(why + strlen(path), ": no room") == 0,
       "with its reason behind the file's name (%s)", why);
    pki_remove_file(path);
    X509_CRL_free(crl);
    free(pem.data);
}

int main(void)
{
    ca_t rsa;
    ca_t p256;
    ca_t p384;
    ca_t ed;
    pki_crl_opts_t pss = {.pss = true};
    pki_crl_opts_t sha384 = {.md = EVP_sha384()};

    apr_initialize();
    apr_pool_create(&pool, NULL);
    rsa = make_ca("RSA", PKI_RSA2048);
    p256 = make_ca("P-256", PKI_P256);
    p384 = make_ca("P-384", PKI_P384);
    ed = make_ca("Ed25519", PKI_ED25519);
    test_differential(&rsa, NULL);
    test_differential(&p256, NULL);
    test_differential(&p384, &sha384);
    test_differential(&ed, NULL);
    test_differential(&rsa, &pss);
    test_broken(&p256);
    test_broken(&rsa);
    test_broken(&ed);
    test_signer(&p256, &rsa);
    test_algorithms(&rsa, &ed);
    test_file_and_callback(&p256);
    free_ca(&rsa);
    free_ca(&p256);
    free_ca(&p384);
    free_ca(&ed);
    apr_terminate();
    return done_testing();
}
