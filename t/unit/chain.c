/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/chain, and of the certificates that templates send:
 * whoever has the root alone has to be able to verify the response.
 */
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "answer/chain.h"
#include "answer/response.h"
#include "hex.h"
#include "party.h"
#include "status/crl.h"
#include "tap.h"

/* A CA and what our code makes of its certificate. */
typedef struct {
    EVP_PKEY *key;
    X509 *cert;
    const ocsp_issuer_t *issuer;
} ca_t;

static const pki_cert_opts_t ca_opts = {.basic = "critical,CA:TRUE",
                                        .key_usage = "critical,keyCertSign,"
                                                     "cRLSign,digitalSignature",
                                        .eku = ""};

static ca_t make_root(const char *name, apr_pool_t *p)
{
    ca_t ca = {.key = pki_make_key(PKI_P256)};

    ca.cert = pki_make_ca(name, ca.key, NULL);
    ca.issuer = party_issuer(ca.cert, p);
    return ca;
}

/* @param key NULL: a new one */
static ca_t make_below(const char *name, EVP_PKEY *key, const ca_t *parent,
                       apr_pool_t *p)
{
    ca_t ca = {.key = key != NULL ? key : pki_make_key(PKI_P256)};

    ca.cert = pki_make_delegate(name, ca.key, parent->cert, parent->key,
                                &ca_opts);
    ca.issuer = party_issuer(ca.cert, p);
    return ca;
}

static void free_ca(ca_t *ca)
{
    X509_free(ca->cert);
    EVP_PKEY_free(ca->key);
}

static apr_array_header_t *know(apr_pool_t *p, const ca_t *const *cas,
                                size_t count)
{
    apr_array_header_t *known = apr_array_make(p, 4,
                                               sizeof(const ocsp_issuer_t *));
    size_t i;

    for (i = 0; i < count; i++) {
        APR_ARRAY_PUSH(known, const ocsp_issuer_t *) = cas[i]->issuer;
    }
    return known;
}

static void is_chain(const ocsp_chain_t *chain, const ca_t *const *want,
                     size_t count, const char *name)
{
    bool same = chain->count == count;
    size_t i;

    for (i = 0; same && i < count; i++) {
        pki_bytes_t der = pki_cert_der(want[i]->cert);

        same = ocsp_der_equal(chain->certs[i], party_der(der));
        free(der.data);
    }
    ok(same, "%s: a chain of %zu (got %zu)", name, count, chain->count);
    ok(ERR_peek_error() == 0, "%s: no error is left behind", name);
}

#define BUILD(chain, of, ...)                                                  \
    do {                                                                       \
        const ca_t *const known_[] = {__VA_ARGS__};                            \
                                                                               \
        ocsp_chain_build(chain, (of)->issuer,                                  \
                         know(p, known_, sizeof(known_) / sizeof(known_[0])),  \
                         p);                                                   \
    } while (0)

static void test_chains(apr_pool_t *p)
{
    ca_t root = make_root("Root", p), mid = make_below("Mid", NULL, &root, p);
    ca_t ca = make_below("CA", NULL, &mid, p);
    /* the name of Mid, another key; a new key of Root, by the old one */
    ca_t other = make_root("Mid", p);
    ca_t next = make_below("Root", NULL, &root, p);
    ca_t under_next = make_below("CA 2", NULL, &next, p);
    ocsp_chain_t chain;

    BUILD(&chain, &ca, &root, &mid, &ca);
    is_chain(&chain, (const ca_t *[]){&ca, &mid}, 2, "all are known");
    BUILD(&chain, &ca, &ca, &root);
    is_chain(&chain, (const ca_t *[]){&ca}, 1, "its issuer is not known");
    BUILD(&chain, &ca, &other, &ca, &mid);
    is_chain(
        &chain, (const ca_t *[]){&ca, &mid}, 2,
        "another CA of its issuer's name comes first, and no root is known");
    BUILD(&chain, &mid, &ca, &mid, &root);
    is_chain(&chain, (const ca_t *[]){&mid}, 1, "the root issued it");
    BUILD(&chain, &root, &root, &mid);
    is_chain(&chain, NULL, 0, "a root");
    BUILD(&chain, &under_next, &root, &next, &under_next);
    is_chain(&chain, (const ca_t *[]){&under_next, &next}, 2,
             "a root's new key, certified by its old one, is no root");
    free_ca(&under_next);
    free_ca(&next);
    free_ca(&other);
    free_ca(&ca);
    free_ca(&mid);
    free_ca(&root);
}

/* Two CAs have issued each other. */
static void test_loop(apr_pool_t *p)
{
    ca_t a_root = make_root("A", p), b_root = make_root("B", p);
    ca_t a = make_below("A", a_root.key, &b_root, p);
    ca_t b = make_below("B", b_root.key, &a_root, p);
    ocsp_chain_t chain;

    BUILD(&chain, &a, &a, &b);
    is_chain(&chain, (const ca_t *[]){&a, &b}, 2, "they go round in a circle");
    X509_free(a.cert);
    X509_free(b.cert);
    free_ca(&a_root);
    free_ca(&b_root);
}

#define DEPTH (OCSP_CHAIN_MAX + 2)

static void test_long(apr_pool_t *p)
{
    ca_t cas[DEPTH + 1];
    const ca_t *known[DEPTH + 1], *want[OCSP_CHAIN_MAX];
    ocsp_chain_t chain;
    size_t i;

    cas[0] = make_root("CA 0", p);
    known[0] = &cas[0];
    for (i = 1; i <= DEPTH; i++) {
        cas[i] = make_below(apr_psprintf(p, "CA %d", (int)i), NULL, &cas[i - 1],
                            p);
        known[i] = &cas[i];
    }
    for (i = 0; i < OCSP_CHAIN_MAX; i++) {
        want[i] = &cas[DEPTH - i];
    }
    ocsp_chain_build(&chain, cas[DEPTH].issuer, know(p, known, DEPTH + 1), p);
    is_chain(&chain, want, OCSP_CHAIN_MAX, "it is cut off");
    for (i = 0; i <= DEPTH; i++) {
        free_ca(&cas[i]);
    }
}

/* --- what is sent --------------------------------------------------------- */

static ocsp_der_t usual_certid(X509 *ca, apr_pool_t *p)
{
    unsigned char name[EVP_MAX_MD_SIZE], key[EVP_MAX_MD_SIZE];
    pki_bytes_t id = unhex("300906052b0e03021a0500");
    ocsp_der_t der;

    if (X509_NAME_digest(X509_get_subject_name(ca), EVP_sha1(), name, NULL) != 1
        || X509_pubkey_digest(ca, EVP_sha1(), key, NULL) != 1) {
        abort();
    }
    id = pki_cat(id, pki_wrap(0x04, pki_copy(name, 20)));
    id = pki_cat(id, pki_wrap(0x04, pki_copy(key, 20)));
    id = pki_wrap(OCSP_DER_SEQUENCE, pki_cat(id, unhex("020101")));
    der.data = apr_pmemdup(p, id.data, id.len);
    der.len = id.len;
    free(id.data);
    return der;
}

static OCSP_BASICRESP *respond(const ocsp_response_template_t *templ,
                               ocsp_der_t id, apr_pool_t *p)
{
    ocsp_response_single_t single = {.certid = id,
                                     .status = OCSP_STATUS_GOOD,
                                     .reason = OCSP_CRL_NO_REASON,
                                     .this_update = PKI_NOW,
                                     .next_update = PKI_NOW + PKI_DAY};
    ocsp_response_content_t content = {.singles = &single,
                                       .count = 1,
                                       .produced_at = PKI_NOW};
    ocsp_der_t der = {NULL, 0};
    const char *why = "";
    const unsigned char *at;
    OCSP_RESPONSE *response;
    OCSP_BASICRESP *basic;

    if (ocsp_response_make(&der, templ, &content, NULL, &why, p)
        != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        abort();
    }
    at = der.data;
    response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
    basic = OCSP_response_get1_basic(response);
    OCSP_RESPONSE_free(response);
    ok(basic != NULL
           && der.len <= ocsp_response_template_get_max(templ, id.len),
       "OpenSSL reads the response, and it is no longer than was said");
    return basic;
}

/* A client that has the root alone. */
static bool verifies(OCSP_BASICRESP *basic, X509 *root)
{
    X509_STORE *store = X509_STORE_new();
    int rv;

    if (store == NULL || X509_STORE_add_cert(store, root) != 1) {
        abort();
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)PKI_NOW);
    rv = OCSP_basic_verify(basic, NULL, store, 0);
    X509_STORE_free(store);
    ERR_clear_error();
    return rv == 1;
}

/* @param certs what is to be sent, in this order */
static void is_sent(const ocsp_signer_t *signer, const ocsp_chain_t *chain,
                    const ca_t *ca, X509 *root, X509 *const *certs, int count,
                    const char *name)
{
    apr_pool_t *p = NULL;
    ocsp_response_style_t style = {.include = OCSP_RESPONSE_INCLUDE_CHAIN,
                                   .chain = *chain};
    const ocsp_response_template_t *templ;
    const STACK_OF(X509) *sent;
    OCSP_BASICRESP *basic;
    int i;

    (void)apr_pool_create(&p, NULL);
    templ = ocsp_response_template_make(signer, &style, p);
    basic = respond(templ, usual_certid(ca->cert, p), p);
    sent = OCSP_resp_get0_certs(basic);
    is_int(sent != NULL ? sk_X509_num(sent) : 0, count, name);
    is_int((long long)templ->cert_count, count, "and it is said so");
    for (i = 0; i < count && i < sk_X509_num(sent); i++) {
        ok(X509_cmp(sk_X509_value(sent, i), certs[i]) == 0,
           "%s: certificate %d is the right one", name, i);
    }
    ok(root == NULL || verifies(basic, root), "%s: verifies by the root alone",
       name);
    OCSP_BASICRESP_free(basic);
    apr_pool_destroy(p);
}

static const ocsp_signer_t *signer_of(party_t made)
{
    if (made.rv != APR_SUCCESS) {
        printf("Bail out! %s\n", made.why);
        abort();
    }
    return made.signer;
}

static void test_sent(apr_pool_t *p)
{
    ca_t root = make_root("Root", p), mid = make_below("Mid", NULL, &root, p);
    ca_t ca = make_below("CA", NULL, &mid, p);
    EVP_PKEY *key = pki_make_key(PKI_P256);
    X509 *cert = pki_make_delegate("ocsp", key, ca.cert, ca.key, NULL);
    X509 *of_root = pki_make_delegate("ocsp", key, root.cert, root.key, NULL);
    ocsp_chain_t chain, none;

    BUILD(&chain, &ca, &root, &mid, &ca);
    BUILD(&none, &root, &root, &mid, &ca);
    is_sent(signer_of(party_signer(cert, key, ca.issuer, p)), &chain, &ca,
            root.cert, (X509 *[]){cert, ca.cert, mid.cert}, 3,
            "a delegate under two CAs");
    is_sent(signer_of(party_signer(of_root, key, root.issuer, p)), &none, &root,
            root.cert, (X509 *[]){of_root}, 1, "a root's delegate");
    is_sent(signer_of(party_signer(ca.cert, ca.key, ca.issuer, p)), &chain, &ca,
            root.cert, (X509 *[]){ca.cert, mid.cert}, 2,
            "a CA that signs itself");
    /* which OpenSSL does not look for in the store */
    is_sent(signer_of(party_signer(root.cert, root.key, root.issuer, p)), &none,
            &root, NULL, NULL, 0, "a root that signs itself");
    is_sent(signer_of(party_make(of_root, key, true, ca.issuer, p)), &chain,
            &ca, NULL, (X509 *[]){of_root}, 1, "a signer that is trusted");
    X509_free(of_root);
    X509_free(cert);
    EVP_PKEY_free(key);
    free_ca(&ca);
    free_ca(&mid);
    free_ca(&root);
}

int main(void)
{
    apr_pool_t *p = party_begin();

    test_chains(p);
    test_loop(p);
    test_long(p);
    test_sent(p);
    party_end(p);
    return done_testing();
}
