/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of ocsp_crl_read_heads in src/status/crl: it reads no more of a
 * file than necessary, and recognizes CRLs only. Several CRLs in a file are in
 * crl_bundle.c.
 */
#include <apr_general.h>
#include <openssl/err.h>
#include <sys/stat.h>

#include "feed.h"
#include "folder.h"
#include "pki.h"
#include "status/crl.h"
#include "tap.h"

/** A UTCTime with its header. */
#define TIME_LEN 15

static apr_pool_t *pool;
static EVP_PKEY *key;
static X509 *ca;
static char *dir;

/** What a head says, the name by malloc. */
typedef struct {
    apr_status_t rv;
    pki_bytes_t name;
    int64_t this_update;
    char why[300];
} head_t;

/* Read the head of a file of these bytes, which are freed. */
static head_t read_head(pki_bytes_t bytes)
{
    char *path = folder_path(dir, "a.crl");
    head_t h;
    const char *why = "";
    ocsp_crl_head_t head = {.object = 1};
    apr_array_header_t *heads;
    apr_pool_t *p;

    folder_put(dir, "a.crl", bytes);
    apr_pool_create(&p, pool);
    heads = apr_array_make(p, 1, sizeof(ocsp_crl_head_t));
    h.rv = ocsp_crl_read_heads(heads, path, &why, p);
    folder_need(heads->nelts == (h.rv == APR_SUCCESS), "one head, or a reason");
    if (heads->nelts > 0) {
        head = APR_ARRAY_IDX(heads, 0, ocsp_crl_head_t);
    }
    h.this_update = head.this_update;
    h.name = pki_copy(head.issuer_name.data != NULL
                          ? (const char *)head.issuer_name.data
                          : "",
                      head.issuer_name.len);
    folder_need(h.rv == APR_SUCCESS
                    || (strncmp(why, path, strlen(path)) == 0
                        && ERR_peek_error() == 0),
                "a reason that does not begin with its file");
    (void)snprintf(h.why, sizeof(h.why), "%s", why);
    apr_pool_destroy(p);
    (void)unlink(path);
    free(path);
    return h;
}

static void accepts(pki_bytes_t bytes, int64_t this_update, const char *name)
{
    const unsigned char *want = NULL;
    size_t want_len = 0;
    head_t h = read_head(bytes);

    (void)X509_NAME_get0_der(X509_get_subject_name(ca), &want, &want_len);
    ok(h.rv == APR_SUCCESS && h.this_update == this_update
           && h.name.len == want_len
           && memcmp(h.name.data, want, want_len) == 0,
       "%s (%s)", name, h.why);
    free(h.name.data);
}

static void refuses(pki_bytes_t bytes, const char *reason, const char *name)
{
    head_t h = read_head(bytes);

    ok(h.rv == OCSP_EMALFORMED && strstr(h.why, reason) != NULL, "%s (%s)",
       name, h.why);
    free(h.name.data);
}

static pki_bytes_t make_der(EVP_PKEY *signer, const pki_crl_opts_t *opts)
{
    static const unsigned char serial[] = {0x01, 0x02};
    const pki_entry_t entry = {serial, 2, PKI_NOW, 1};
    X509_CRL *crl = pki_make_crl(ca, signer, &entry, 1, opts);
    pki_bytes_t der = pki_crl_der(crl);

    X509_CRL_free(crl);
    return der;
}

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

static void test_forms(void)
{
    const pki_crl_opts_t v1 = {.v1 = true, .this_update = PKI_NOW};
    const pki_crl_opts_t endless = {.next_update = PKI_NO_NEXT_UPDATE,
                                    .this_update = PKI_NOW + 7};
    EVP_PKEY *other = pki_make_key(PKI_ED25519);
    X509_CRL *crl = pki_make_crl(ca, key, NULL, 0, NULL);

    accepts(make_der(key, NULL), PKI_NOW - PKI_DAY, "DER");
    accepts(pki_crl_pem(crl), PKI_NOW - PKI_DAY, "PEM");
    accepts(pki_cat(text("Certificate Revocation List (CRL):\n"),
                    pki_crl_pem(crl)),
            PKI_NOW - PKI_DAY, "PEM with text before it");
    accepts(make_der(key, &v1), PKI_NOW, "version 1");
    accepts(make_der(key, &endless), PKI_NOW + 7, "without nextUpdate");
    accepts(make_der(other, NULL), PKI_NOW - PKI_DAY,
            "one that another key has signed: nothing is verified");
    X509_CRL_free(crl);
    EVP_PKEY_free(other);
}

static void test_others(void)
{
    refuses(pki_cert_der(ca), "5.1", "a certificate in DER");
    refuses(pki_cert_pem(ca), "X509 CRL", "a certificate in PEM");
    refuses(pki_key_pem(key), "X509 CRL", "a key");
    refuses(text(""), "empty", "an empty file");
    refuses(text("hello"), "X509 CRL", "a text");
    refuses(text("0"), "5.1", "the octet 30 alone");
}

/* R188: of every part and every changed bit; a head that is whole is enough. */
static void test_broken(void)
{
    pki_bytes_t der = make_der(key, NULL);
    size_t first = 0;
    size_t late = 0;
    size_t odd = 0;
    size_t i;

    for (i = 1; i < der.len; i++) {
        head_t h = read_head(pki_copy(der.data, i));

        if (h.rv == APR_SUCCESS && first == 0) {
            first = i;
        }
        late += h.rv != APR_SUCCESS && first != 0;
        odd += h.rv != APR_SUCCESS && h.rv != OCSP_EMALFORMED;
        free(h.name.data);
    }
    ok(first > 0 && first < der.len / 2 && late == TIME_LEN - 1 && odd == 0,
       "the head is had from the first %zu of %zu octets, not from fewer, nor "
       "with half a nextUpdate",
       first, der.len);
    for (i = 0; i < first * 8; i++) {
        pki_bytes_t bad = pki_copy(der.data, der.len);
        head_t h;

        bad.data[i / 8] ^= (unsigned char)(1u << (i % 8));
        h = read_head(bad);
        odd += h.rv != APR_SUCCESS
            && (h.rv != OCSP_EMALFORMED || h.why[0] == '\0');
        free(h.name.data);
    }
    ok(odd == 0, "none of %zu flipped bits is more than malformed", i);
    free(der.data);
}

/* A CRL whose issuer, whatever it is, has so many octets with its header. */
static pki_bytes_t long_name(size_t len)
{
    pki_bytes_t name = {calloc(1, len - 4), len - 4};
    pki_bytes_t tbs = pki_copy("\x02\x01\x01\x30\x00", 5);

    tbs = pki_cat(tbs, pki_wrap(0x30, name));
    tbs = pki_cat(tbs, pki_wrap(0x17, text("260601000000Z")));
    return pki_wrap(0x30, pki_wrap(0x30, tbs));
}

static void test_long(void)
{
    head_t h = read_head(long_name(OCSP_CRL_HEAD_MAX));

    ok(h.rv == APR_SUCCESS && h.name.len == OCSP_CRL_HEAD_MAX
           && h.this_update == PKI_NOW,
       "the longest name (%s)", h.why);
    free(h.name.data);
    refuses(long_name(OCSP_CRL_HEAD_MAX + 1), "5.1.2.3", "a longer one");
    refuses(pki_copy("\x30\x84\xff\xff\xff\xff\x30\x84\xff\xff\xff\xf0\x02\x01"
                     "\x01\x30\x00\x30\x84\xff\xff\xff\x00",
                     23),
            "an element is too long", "one that says it has 4 GB");
}

static void test_files(void)
{
    char *path = folder_path(dir, "a.crl");
    apr_array_header_t *heads = apr_array_make(pool, 1,
                                               sizeof(ocsp_crl_head_t));
    const char *why = "";

    ok(APR_STATUS_IS_ENOENT(ocsp_crl_read_heads(heads, path, &why, pool))
           && heads->nelts == 0,
       "a file that is missing (%s)", why);
    folder_need(mkfifo(path, 0600) == 0, path);
    is_int(ocsp_crl_read_heads(heads, path, &why, pool), OCSP_EMALFORMED,
           "a FIFO is not waited for");
    free(path);
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    key = pki_make_key(PKI_P256);
    ca = pki_make_ca("Test CA", key, NULL);
    dir = folder_make();
    test_forms();
    test_others();
    test_broken();
    test_long();
    test_files();
    folder_remove(dir);
    X509_free(ca);
    EVP_PKEY_free(key);
    apr_terminate();
    return done_testing();
}
