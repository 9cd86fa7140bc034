/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl_keys, and of reading CRLs with several keys in
 * src/status/crl and src/status/crl_signature.
 */
#include <apr_general.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "feed.h"
#include "pki.h"
#include "status/crl_signature.h"
#include "tap.h"

/** A CA with a CRL signer and a namesake, all called "Test CA"; a fourth key is
 * unknown. */
typedef struct {
    EVP_PKEY *keys[4];
    const ocsp_issuer_t *ca;
    const ocsp_issuer_t *signer;
    const ocsp_issuer_t *namesake;
    const ocsp_crl_keys_t *all;
} cast_t;

static const char *const key_ids[3] = {"0a0a", "0b0b", "0c0c"};

static apr_pool_t *pool;

static apr_array_header_t *list_of(const ocsp_issuer_t *one,
                                   const ocsp_issuer_t *two)
{
    apr_array_header_t *list = apr_array_make(pool, 2, sizeof(void *));

    APR_ARRAY_PUSH(list, const ocsp_issuer_t *) = one;
    if (two != NULL) {
        APR_ARRAY_PUSH(list, const ocsp_issuer_t *) = two;
    }
    return list;
}

/* The issuer of a certificate, which is freed. */
static const ocsp_issuer_t *take_ca(X509 *cert)
{
    const ocsp_issuer_t *issuer = feed_issuer(cert, pool);

    X509_free(cert);
    return issuer;
}

static const ocsp_issuer_t *take_signer(X509 *cert)
{
    pki_bytes_t der = pki_cert_der(cert);
    ocsp_issuer_t *signer;
    const char *why = "";

    if (ocsp_issuer_parse_crl_signer(&signer, (ocsp_der_t){der.data, der.len},
                                     "signer.pem", &why, pool)
        != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        exit(1);
    }
    free(der.data);
    X509_free(cert);
    return signer;
}

/* A CRL signer's certificate. @param not_after 0: the usual */
static const ocsp_issuer_t *make_signer(const cast_t *c, const char *name,
                                        EVP_PKEY *key, int64_t not_after)
{
    const pki_cert_opts_t opts = {.key_usage = "critical,cRLSign",
                                  .eku = "",
                                  .key_id = key_ids[1],
                                  .not_after = not_after};

    return take_signer(
        pki_make_delegate(name, key, c->ca->cert, c->keys[0], &opts));
}

static cast_t make_cast(const pki_kind_t kinds[4])
{
    cast_t c;
    size_t i;

    for (i = 0; i < 4; i++) {
        c.keys[i] = pki_make_key(kinds[i]);
    }
    c.ca = take_ca(pki_make_ca("Test CA", c.keys[0],
                               &(pki_cert_opts_t){.key_id = key_ids[0]}));
    c.signer = make_signer(&c, "Test CA", c.keys[1], 0);
    c.namesake = take_ca(pki_make_ca("Test CA", c.keys[2],
                                     &(pki_cert_opts_t){.key_id = key_ids[2]}));
    c.all = ocsp_crl_keys_make(c.ca, list_of(c.signer, NULL),
                               list_of(c.ca, c.namesake),
                               OCSP_CRL_KEYS_SCOPE_AUTO, pool);
    return c;
}

static void free_cast(cast_t *c)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        EVP_PKEY_free(c->keys[i]);
    }
}

static apr_status_t ignore(void *ctx, const unsigned char *serial,
                           size_t serial_len, int64_t time, int reason,
                           const char **why)
{
    return APR_SUCCESS;
}

/* Read a CRL with this name and signature; the key that has signed it. */
static apr_status_t read_by(const ocsp_crl_keys_key_t **by,
                            const ocsp_crl_keys_t *keys,
                            const ocsp_issuer_t *name, EVP_PKEY *key,
                            const pki_crl_opts_t *opts, const char **why)
{
    X509_CRL *crl = pki_make_crl(name->cert, key, NULL, 0, opts);
    pki_bytes_t der = pki_crl_der(crl);
    ocsp_crl_info_t info = {.key = NULL};
    apr_status_t rv = feed_crl_by(&info, keys, der, ignore, NULL, why, pool);

    *by = info.key;
    X509_CRL_free(crl);
    free(der.data);
    return ERR_peek_error() == 0 ? rv : APR_EGENERAL;
}

static void accepts(const ocsp_crl_keys_t *keys, const ocsp_issuer_t *name,
                    EVP_PKEY *key, const pki_crl_opts_t *opts,
                    const ocsp_issuer_t *signer, const char *what)
{
    const ocsp_crl_keys_key_t *by;
    const char *why;
    apr_status_t rv = read_by(&by, keys, name, key, opts, &why);

    ok(rv == APR_SUCCESS && by != NULL && by->signer == signer, "%s (%s)", what,
       why);
}

static void rejects(const ocsp_crl_keys_t *keys, const ocsp_issuer_t *name,
                    EVP_PKEY *key, const pki_crl_opts_t *opts,
                    apr_status_t want, const char *reason, const char *what)
{
    const ocsp_crl_keys_key_t *by;
    const char *why;
    apr_status_t rv = read_by(&by, keys, name, key, opts, &why);

    ok(rv == want && by == NULL && strstr(why, reason) != NULL, "%s (%s)", what,
       why);
}

/* R135: any of the keys may have signed it, and no other. */
static void test_signers(const pki_kind_t kinds[4], bool pss, const char *name)
{
    const pki_crl_opts_t opts = {.pss = pss};
    cast_t c = make_cast(kinds);

    printf("# %s\n", name);
    accepts(c.all, c.ca, c.keys[0], &opts, c.ca, "R135: by the CA's own key");
    accepts(c.all, c.ca, c.keys[1], &opts, c.signer, "R135: by a CRL signer");
    accepts(c.all, c.ca, c.keys[2], &opts, c.namesake, "R135: by a namesake");
    rejects(c.all, c.ca, c.keys[3], &opts, OCSP_EUNKNOWNCA,
            "RFC 5280 section 6.3.3 (g): the signature is not by the key of "
            "CN=Test CA, or the file was changed: fetch it again, or, if the "
            "CA has a new key, add an <OCSPIssuer> for it, or, if another "
            "certificate signs the CRLs of this CA, name it with "
            "OCSPCRLSignerFile",
            "R135, C6: not by another key");
    free_cast(&c);
}

/* Which of several keys a CRL is not by. */
static void test_other_keys(void)
{
    const pki_kind_t kinds[4] = {PKI_RSA2048, PKI_RSA2048, PKI_P256, PKI_P256};
    pki_crl_opts_t aki = {.ext_nid = NID_authority_key_identifier};
    cast_t c = make_cast(kinds);

    rejects(c.all, c.ca, c.keys[3], NULL, OCSP_EOTHERKEY, "(g)",
            "a type that only a namesake's key has: of another key");
    aki.ext = "DER:300480020c0c";
    rejects(c.all, c.ca, c.keys[3], &aki, OCSP_EOTHERKEY, "(g)",
            "a namesake's key identifier: of another key");
    EVP_PKEY_free(c.keys[3]);
    c.keys[3] = pki_make_key(PKI_RSA2048);
    rejects(c.all, c.ca, c.keys[3], &aki, OCSP_EOTHERKEY, "(g)",
            "a namesake's key identifier, and the type of the CA's key");
    aki.ext = "DER:300480020d0d";
    rejects(c.all, c.ca, c.keys[3], &aki, OCSP_EOTHERKEY, "(g)",
            "an unknown key identifier: of another key");
    aki.ext = "DER:300480020b0b";
    rejects(c.all, c.ca, c.keys[3], &aki, OCSP_EUNKNOWNCA, "(g)",
            "the key identifier of a CRL signer: its signature is wrong");
    aki.ext = "DER:300480020a0a";
    rejects(c.all, c.ca, c.keys[3], &aki, OCSP_EUNKNOWNCA, "(g)",
            "the key identifier of the CA: its signature is wrong");
    aki.ext = "DER:300480020d0d";
    accepts(c.all, c.ca, c.keys[0], &aki, c.ca,
            "an unknown key identifier, but signed by the CA's key");
    accepts(c.all, c.ca, c.keys[2], NULL, c.namesake,
            "a namesake's key of another type");
    free_cast(&c);
}

/* R135, C7: a CA whose keyUsage does not allow it to sign CRLs. */
static void test_no_crl_sign(void)
{
    const pki_kind_t kinds[4] = {PKI_P256, PKI_P256, PKI_P256, PKI_P256};
    const pki_cert_opts_t opts = {.key_usage = "critical,keyCertSign"};
    const char *reason = "section 6.3.3 (f): the certificate of CN=Test CA has "
                         "a keyUsage without cRLSign: have it issued again "
                         "with cRLSign, for the same name and key, or, if "
                         "another certificate signs the CRLs of this CA, name "
                         "it with OCSPCRLSignerFile, or answer from an "
                         "OCSPIndexFile alone";
    cast_t c = make_cast(kinds);
    const ocsp_issuer_t *ca = take_ca(pki_make_ca("Test CA", c.keys[0], &opts));
    const ocsp_crl_keys_t *none = feed_keys(ca, pool);
    const ocsp_crl_keys_t *named = ocsp_crl_keys_make(ca,
                                                      list_of(c.signer, NULL),
                                                      list_of(c.namesake, NULL),
                                                      OCSP_CRL_KEYS_SCOPE_AUTO,
                                                      pool);

    is_int(none->keys->nelts, 0, "C7: no key");
    rejects(none, ca, c.keys[0], NULL, OCSP_EUNKNOWNCA, reason,
            "C7: keyUsage without cRLSign");
    accepts(named, ca, c.keys[1], NULL, c.signer, "C6, C7: by a CRL signer");
    rejects(named, ca, c.keys[0], NULL, OCSP_EUNKNOWNCA, reason,
            "C7: beside a CRL signer, by the CA");
    rejects(named, ca, c.keys[3], NULL, OCSP_EUNKNOWNCA, "(g)",
            "C7: beside a CRL signer, by another key");
    free_cast(&c);
}

/* A CRL signer's certificate that was renewed, and one of another name. */
static void test_crl_signers(void)
{
    const pki_kind_t kinds[4] = {PKI_P256, PKI_P256, PKI_P256, PKI_P256};
    const pki_crl_opts_t late = {.this_update = PKI_NOW};
    cast_t c = make_cast(kinds);
    const ocsp_issuer_t *old = make_signer(&c, "Test CA", c.keys[1],
                                           PKI_NOW - 1);
    const ocsp_issuer_t *other = make_signer(&c, "CRL Signer", c.keys[3], 0);
    const ocsp_crl_keys_t *keys;

    keys = ocsp_crl_keys_make(c.ca, list_of(old, NULL), NULL,
                              OCSP_CRL_KEYS_SCOPE_AUTO, pool);
    accepts(keys, c.ca, c.keys[1], NULL, old, "before it expired");
    rejects(keys, c.ca, c.keys[1], &late, OCSP_EUNKNOWNCA,
            "was not valid at thisUpdate 2026-06-01T00:00:00Z",
            "R135: after it expired");
    keys = ocsp_crl_keys_make(c.ca, list_of(old, c.signer), NULL,
                              OCSP_CRL_KEYS_SCOPE_AUTO, pool);
    accepts(keys, c.ca, c.keys[1], &late, c.signer, "by the renewed one");
    keys = ocsp_crl_keys_make(c.ca, list_of(other, NULL), NULL,
                              OCSP_CRL_KEYS_SCOPE_AUTO, pool);
    rejects(keys, other, c.keys[3], NULL, OCSP_EOTHERCA,
            "is the CRL of another CA (CN=CRL Signer)",
            "R135: its CRL for its own certificates");
    rejects(keys, c.ca, c.keys[3], NULL, OCSP_EUNKNOWNCA, "(g)",
            "R135: signed with its key, but in the CA's name");
    rejects(keys, other, c.keys[0], NULL, OCSP_EUNKNOWNCA,
            "not by the key of CN=CRL Signer",
            "R135: signed with the CA's key, but in its name");
    free_cast(&c);
}

/* What libcrypto's policy does not allow is no other key's. */
static void test_policy(void)
{
    static const unsigned char algorithm[] = {
        0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}; /* ecdsa-with-SHA256 */
    const pki_kind_t kinds[4] = {PKI_P256, PKI_P256, PKI_P256, PKI_P256};
    cast_t c = make_cast(kinds);
    X509_CRL *crl = pki_make_crl(c.ca->cert, c.keys[0], NULL, 0, NULL);
    pki_bytes_t der = pki_crl_der(crl);
    ocsp_crl_info_t info;
    ocsp_crl_signature_t *sig;
    const char *why = "";
    bool sha1;

    ok(ocsp_crl_signature_make(&sig, &sha1,
                               (ocsp_der_t){algorithm, sizeof(algorithm)}, &why,
                               pool)
               == APR_SUCCESS
           && ocsp_crl_signature_check_key(sig, c.ca, &why) == APR_SUCCESS,
       "an algorithm that the policy allows");
    (void)EVP_set_default_properties(NULL, "fips=yes");
    ok(ocsp_crl_signature_check_key(sig, c.ca, &why) == OCSP_ECRYPTO
           && strstr(why, "OpenSSL refuses signatures over SHA256 here") != NULL
           && ERR_peek_error() == 0,
       "one that it does not allow (%s)", why);
    ok(feed_crl_by(&info, c.all, der, ignore, NULL, &why, pool) == OCSP_ECRYPTO
           && strstr(why, "OpenSSL refuses") != NULL && ERR_peek_error() == 0,
       "nor for a CRL (%s)", why);
    (void)EVP_set_default_properties(NULL, "");
    X509_CRL_free(crl);
    free(der.data);
    free_cast(&c);
}

static void test_make(void)
{
    const pki_kind_t kinds[4] = {PKI_P256, PKI_P256, PKI_P256, PKI_P256};
    const pki_cert_opts_t opts = {.key_usage = "critical,keyCertSign"};
    cast_t c = make_cast(kinds);
    const ocsp_issuer_t *mute = take_ca(
        pki_make_ca("Test CA", c.keys[3], &opts));
    const ocsp_issuer_t *other = take_ca(
        pki_make_ca("Test CB", c.keys[3], NULL));
    const ocsp_issuer_t *spaced = take_ca(
        pki_make_ca("test  ca", c.keys[3], NULL));
    const ocsp_crl_keys_t *keys;
    const ocsp_crl_keys_key_t *at;

    at = (const void *)c.all->keys->elts;
    ok(c.all->keys->nelts == 3 && at[0].signer == c.ca
           && at[0].kind == OCSP_CRL_KEYS_OWN && at[0].covers
           && at[1].signer == c.signer && at[1].kind == OCSP_CRL_KEYS_NAMED
           && at[1].covers && at[2].signer == c.namesake
           && at[2].kind == OCSP_CRL_KEYS_NAMESAKE && !at[2].covers,
       "the CA's key, its CRL signers, its namesakes");
    keys = ocsp_crl_keys_make(c.ca, NULL, list_of(mute, other),
                              OCSP_CRL_KEYS_SCOPE_NAME, pool);
    is_int(keys->keys->nelts, 1,
           "no namesake without cRLSign, or of another "
           "name");
    keys = ocsp_crl_keys_make(c.ca, NULL, list_of(spaced, NULL),
                              OCSP_CRL_KEYS_SCOPE_NAME, pool);
    at = (const void *)keys->keys->elts;
    ok(keys->keys->nelts == 2 && at[1].covers,
       "R136: OCSPCRLScope name: a namesake, however its name is written");
    ok(ocsp_crl_keys_has_name(keys, spaced->name, spaced->name_hash)
           && ocsp_crl_keys_has_name(keys, c.ca->name, c.ca->name_hash)
           && !ocsp_crl_keys_has_name(keys, other->name, other->name_hash)
           && !ocsp_crl_keys_has_name(keys, other->name, c.ca->name_hash),
       "names of keys");
    keys = ocsp_crl_keys_make(mute, list_of(other, NULL), NULL,
                              OCSP_CRL_KEYS_SCOPE_AUTO, pool);
    ok(ocsp_crl_keys_has_name(keys, mute->name, mute->name_hash)
           && ocsp_crl_keys_has_name(keys, other->name, other->name_hash),
       "that of a CA without cRLSign, and that of a CRL signer");
    free_cast(&c);
}

static bool same_digest(const ocsp_crl_keys_t *a, const ocsp_crl_keys_t *b)
{
    unsigned char one[OCSP_CRL_KEYS_DIGEST_LEN];
    unsigned char two[OCSP_CRL_KEYS_DIGEST_LEN];

    return ocsp_crl_keys_digest(one, a) && ocsp_crl_keys_digest(two, b)
        && memcmp(one, two, sizeof(one)) == 0;
}

static void test_digest(void)
{
    const pki_kind_t kinds[4] = {PKI_P256, PKI_P256, PKI_P256, PKI_P256};
    cast_t c = make_cast(kinds);
    const ocsp_issuer_t *renewed = make_signer(&c, "Test CA", c.keys[1],
                                               PKI_NOW);
    const apr_array_header_t *signers = list_of(c.signer, NULL);
    const apr_array_header_t *namesakes = list_of(c.namesake, NULL);
    const ocsp_crl_keys_scope_t key = OCSP_CRL_KEYS_SCOPE_KEY;

    const ocsp_crl_keys_t *was = ocsp_crl_keys_make(c.ca, signers, namesakes,
                                                    key, pool);

    ok(same_digest(was,
                   ocsp_crl_keys_make(c.ca, signers, namesakes, key, pool)),
       "the digest of the same keys");
    ok(!same_digest(was, ocsp_crl_keys_make(c.ca, signers, NULL, key, pool)),
       "another without the namesake");
    ok(!same_digest(was, ocsp_crl_keys_make(c.ca, NULL, namesakes, key, pool)),
       "another without the CRL signer");
    ok(!same_digest(was, ocsp_crl_keys_make(c.ca, list_of(renewed, NULL),
                                            namesakes, key, pool)),
       "another with the CRL signer's renewed certificate");
    ok(!same_digest(was, ocsp_crl_keys_make(c.ca, signers, namesakes,
                                            OCSP_CRL_KEYS_SCOPE_NAME, pool))
           && !same_digest(was,
                           ocsp_crl_keys_make(c.ca, signers, namesakes,
                                              OCSP_CRL_KEYS_SCOPE_AUTO, pool)),
       "another with another OCSPCRLScope");
    ok(!same_digest(ocsp_crl_keys_make(c.ca, list_of(c.namesake, NULL), NULL,
                                       key, pool),
                    ocsp_crl_keys_make(c.ca, NULL, namesakes, key, pool)),
       "another for another use of one certificate");
    free_cast(&c);
}

int main(void)
{
    const pki_kind_t rsa[4] = {PKI_RSA2048, PKI_RSA2048, PKI_RSA2048,
                               PKI_RSA2048};
    const pki_kind_t p256[4] = {PKI_P256, PKI_P256, PKI_P256, PKI_P256};
    const pki_kind_t ed[4] = {PKI_ED25519, PKI_ED25519, PKI_ED25519,
                              PKI_ED25519};

    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_signers(rsa, false, "RSA");
    test_signers(rsa, true, "RSA-PSS");
    test_signers(p256, false, "ECDSA");
    test_signers(ed, false, "Ed25519");
    test_other_keys();
    test_no_crl_sign();
    test_crl_signers();
    test_policy();
    test_make();
    test_digest();
    apr_terminate();
    return done_testing();
}
