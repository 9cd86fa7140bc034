/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/material_key, part two: keys by URI.
 */
#include <apr_strings.h>
#include <openssl/err.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer/key_file.h"
#include "files.h"
#include "party.h"
#include "tap.h"

static const struct {
    const char *name;
    bool is_uri;
    const char *file; /* NULL: not a file's URI */
} names[] = {
    {"file:/etc/ocsp.key", true, "/etc/ocsp.key"},
    {"file:///etc/ocsp.key", true, "/etc/ocsp.key"},
    {"file://localhost/etc/ocsp.key", true, "/etc/ocsp.key"},
    {"FILE://LocalHost/etc/ocsp.key", true, "/etc/ocsp.key"},
    {"file:conf/ocsp.key", true, NULL},
    {"file:ocsp.key", true, NULL},
    {"file://host.example.com/etc/ocsp.key", true, NULL},
    {"file://localhost", true, NULL},
    {"file://localhosts/etc/ocsp.key", true, NULL},
    {"file://", true, NULL},
    {"file:", true, NULL},
    {"files:/etc/ocsp.key", true, NULL},
    {"pkcs11:token=ocsp;object=key", true, NULL},
    {"org.openssl.winstore:", true, NULL},
    {"a1+-.:x", true, NULL},
    {"ab:", true, NULL},
    {"/etc/ocsp.key", false, NULL},
    {"conf/ocsp.key", false, NULL},
    {"./file:ocsp.key", false, NULL},
    {"C:\\ocsp.key", false, NULL},
    {"1file:/etc/ocsp.key", false, NULL},
    {":", false, NULL},
    {":/etc/ocsp.key", false, NULL},
    {"file", false, NULL},
    {"file_:x", false, NULL},
    {"", false, NULL},
};

/* RFC 8089, RFC 3986 section 3.1 */
static void test_names(void)
{
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        pki_bytes_t uri = exact(names[i].name, strlen(names[i].name) + 1);
        const char *text = (const char *)uri.data;

        ok(ocsp_key_file_is_uri(text) == names[i].is_uri, "'%s' is %s",
           names[i].name, names[i].is_uri ? "a URI" : "a file's name");
        is_str(ocsp_key_file_get_uri_file(text), names[i].file,
               "and means this file");
        free(uri.data);
    }
}

static const struct {
    const char *name;
    pki_bytes_t (*make)(void);
    const char *known; /* passphrase; NULL: none */
    const char *why;   /* contained in it; NULL: the key is taken */
    bool encrypted;
} stores[] = {
    {"PKCS #8 in PEM", key_pem, NULL, NULL, false},
    {"PKCS #8 in DER", key_der, NULL, NULL, false},
    {"an RSA PRIVATE KEY", old_rsa_pem, NULL, NULL, false},
    {"a key behind its certificate", behind_cert, NULL, NULL, false},
    {"PKCS #12 without a passphrase", pkcs12_open, NULL, NULL, false},
    {"PKCS #12 with its passphrase", pkcs12_secret, secret, NULL, false},
    {"PKCS #8 in PEM with its passphrase", encrypted_pem, secret, NULL, false},
    {"PKCS #8 in DER with its passphrase", encrypted_der, secret, NULL, false},
    {"an RSA PRIVATE KEY with its passphrase", encrypted_old_pem, secret, NULL,
     false},
    {"PKCS #12 that wants a passphrase", pkcs12_secret, NULL,
     "passphrase is needed", true},
    {"PKCS #8 that wants a passphrase", encrypted_pem, NULL,
     "passphrase is needed", true},
    {"an RSA PRIVATE KEY that wants a passphrase", encrypted_old_pem, NULL,
     "passphrase is needed", true},
    {"PKCS #12 with another's passphrase", pkcs12_secret, wrong,
     "is not its own", true},
    {"PKCS #8 in PEM with another's", encrypted_pem, wrong, "is not its own",
     true},
    {"PKCS #8 in DER with another's", encrypted_der, wrong, "is not its own",
     true},
    {"an RSA PRIVATE KEY with another's", encrypted_old_pem, wrong,
     "is not its own", true},
    {"PKCS #12 with a passphrase too long", pkcs12_secret, endless,
     "is not its own", true},
    {"encrypted by nobody knows what", odd_pem, secret, "not supported", false},
    {"a certificate", leaf_pem, NULL, "no private key", false},
    {"a public key", public_pem, NULL, "no private key", false},
    {"an empty file", nothing, NULL, "no private key", false},
    {"prose", prose, secret, "no private key", false},
    {"a file over the limit", too_long, NULL, "is larger than", false},
};

static void test_stores(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
        pki_bytes_t content = stores[i].make();
        char *path = pki_write_file("ocsp.key", content.data, content.len);
        const char *uri = apr_pstrcat(p, "file://", path, NULL);
        bool encrypted = !stores[i].encrypted;
        const char *why = NULL;
        EVP_PKEY *key = NULL;
        apr_status_t rv = ocsp_key_file_load_key(&key, &encrypted, uri,
                                                 stores[i].known, &why, p);

        ok(ERR_peek_error() == 0 && encrypted == stores[i].encrypted,
           "store: %s: %s, no error is left behind", stores[i].name,
           stores[i].encrypted ? "lacks its passphrase"
                               : "lacks no passphrase");
        if (stores[i].why == NULL) {
            ok(rv == APR_SUCCESS && key != NULL
                   && (EVP_PKEY_eq(key, made.ec) == 1
                       || EVP_PKEY_eq(key, made.rsa) == 1),
               "store: %s: taken (%s)", stores[i].name, why != NULL ? why : "");
            ERR_clear_error();
        }
        else {
            ok(rv == OCSP_EMALFORMED && key == NULL && why != NULL
                   && strstr(why, "ocsp.key: ") != NULL
                   && strstr(why, stores[i].why) != NULL
                   && strstr(why, secret) == NULL && strstr(why, wrong) == NULL,
               "store: %s: refused (%s)", stores[i].name,
               why != NULL ? why : "");
        }
        EVP_PKEY_free(key);
        pki_remove_file(path);
        free(content.data);
    }
}

static void is_refused(const char *uri, apr_status_t want, const char *want_why,
                       const char *name, apr_pool_t *p)
{
    bool encrypted = true;
    const char *why = NULL;
    EVP_PKEY *key = made.ec;
    apr_status_t rv = ocsp_key_file_load_key(&key, &encrypted, uri, NULL, &why,
                                             p);

    ok((want != 0 ? rv == want : APR_STATUS_IS_ENOENT(rv)) && key == NULL
           && !encrypted && why != NULL && strstr(why, want_why) != NULL
           && strstr(why, "1234") == NULL,
       "%s: refused (%s)", name, why != NULL ? why : "");
}

/* A FIFO that nobody writes to would be waited for. */
static void test_others(apr_pool_t *p)
{
    char *path = pki_write_file("ocsp.key", "x", 1);
    const char *uri = apr_pstrcat(p, "file:", path, NULL);
    char *dir = apr_pstrdup(p, uri);

    *strrchr(dir, '/') = '\0';
    is_refused(dir, OCSP_EMALFORMED, "is a directory", "a directory", p);
    if (unlink(path) != 0 || mkfifo(path, 0600) != 0) {
        abort();
    }
    is_refused(uri, OCSP_EMALFORMED, "is a FIFO", "a FIFO", p);
    (void)unlink(path);
    is_refused(uri, 0, "cannot be opened", "a file that is not there", p);
    pki_remove_file(path);
    is_refused("file:/dev/zero", OCSP_EMALFORMED, "is a device", "a device", p);
    is_refused("pkcs11:token=ocsp;pin-value=1234", OCSP_EMALFORMED,
               "pkcs11:...: RFC 7512", "a token", p);
    is_refused("PKCS11:token=ocsp?pin-value=1234", OCSP_EMALFORMED,
               "PKCS11:...: RFC 7512", "a token in capitals", p);
    is_refused("handle:0x1234", OCSP_EMALFORMED, "handle:...: RFC 3986",
               "another scheme", p);
    is_refused("file://host.example.com/ocsp.key", OCSP_EMALFORMED,
               "not a file of this machine", "another machine's file", p);
}

int main(void)
{
    apr_pool_t *p = party_begin();

    files_begin();
    test_names();
    test_stores(p);
    test_others(p);
    files_end();
    party_end(p);
    return done_testing();
}
