/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/key_file: names and URIs of keys.
 */
#include "answer/key_file.h"
#include "hex.h"
#include "party.h"
#include "tap.h"

static const struct {
    const char *name;
    bool is_uri;
    const char *file; /* of a URI; NULL: none of this machine */
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
static void test_names(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        pki_bytes_t uri = exact(names[i].name, strlen(names[i].name) + 1);
        const char *text = (const char *)uri.data;

        ok(ocsp_key_file_is_uri(text) == names[i].is_uri, "'%s' is %s",
           names[i].name, names[i].is_uri ? "a URI" : "a file's name");
        is_str(ocsp_key_file_get_path(text, NULL, p),
               names[i].is_uri ? names[i].file : text, "and means this file");
        free(uri.data);
    }
}

/* R126: a PIN in a URI is not printed. */
static void test_refusals(apr_pool_t *p)
{
    static const struct {
        const char *uri;
        const char *why;
    } rows[] = {
        {"pkcs11:token=ocsp;pin-value=1234", "pkcs11:...: RFC 7512"},
        {"PKCS11:token=ocsp?pin-value=1234", "PKCS11:...: RFC 7512"},
        {"handle:0x1234", "handle:...: RFC 3986"},
        {"file://host.example.com/ocsp.key", "not a file of this machine"},
        {"file:ocsp.key", "not a file of this machine"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *why = NULL;

        ok(ocsp_key_file_get_path(rows[i].uri, &why, p) == NULL && why != NULL
               && strstr(why, rows[i].why) != NULL
               && strstr(why, "1234") == NULL,
           "%s: refused (%s)", rows[i].uri, why != NULL ? why : "");
    }
}

int main(void)
{
    apr_pool_t *p = party_begin();

    test_names(p);
    test_refusals(p);
    party_end(p);
    return done_testing();
}
