/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of ocsp_file_find_kind in src/status/file.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "pki.h"
#include "status/file.h"
#include "tap.h"

#define LABEL_40 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
    const char *name;
    const char *label; /* that the file should have */
    const char *text;
    const char *want; /* part of what is said; NULL: nothing */
} cases[] = {
    {"a certificate for a CRL", "X509 CRL", "-----BEGIN CERTIFICATE-----\nMII",
     "the file has -----BEGIN CERTIFICATE-----"},
    {"a request for a certificate", "CERTIFICATE",
     "text\n-----BEGIN CERTIFICATE REQUEST-----\n",
     "the file has -----BEGIN CERTIFICATE REQUEST-----"},
    {"a public key for a private one", "PRIVATE KEY",
     "-----BEGIN PUBLIC KEY-----\n", "the file has -----BEGIN PUBLIC KEY-----"},
    {"parameters alone", "PRIVATE KEY", "-----BEGIN EC PARAMETERS-----\n",
     "the file has -----BEGIN EC PARAMETERS-----"},
    {"a key in the format of OpenSSH", "PRIVATE KEY",
     "-----BEGIN OPENSSH PRIVATE KEY-----\n", "BEGIN OPENSSH PRIVATE KEY-----"},
    {"the right object", "CERTIFICATE", "-----BEGIN CERTIFICATE-----\nMII",
     NULL},
    {"the right one by its older name", "CERTIFICATE",
     "-----BEGIN X509 CERTIFICATE-----\n", NULL},
    {"the right one behind another", "PRIVATE KEY",
     "-----BEGIN EC PARAMETERS-----\nB\n-----END EC PARAMETERS-----\n"
     "-----BEGIN EC PRIVATE KEY-----\n",
     NULL},
    {"a label of 40 octets", "CERTIFICATE", "-----BEGIN " LABEL_40 "-----\n",
     "the file has -----BEGIN " LABEL_40 "-----"},
    {"a longer one is not printed", "CERTIFICATE",
     "-----BEGIN A" LABEL_40 "-----\n", NULL},
    {"nor one with other characters", "CERTIFICATE",
     "-----BEGIN a\033[31m-----\n", NULL},
    {"nor one that is cut off", "CERTIFICATE", "-----BEGIN CERTIFICATE----",
     NULL},
    {"nothing", "CERTIFICATE", "", "the file is empty"},
    {"UTF-16, little endian", "CERTIFICATE", "\xff\xfe-", "UTF-16"},
    {"UTF-16, big endian", "CERTIFICATE", "\xfe\xff", "UTF-16"},
    {"half a byte order mark", "CERTIFICATE", "\xff", NULL},
    {"gzip", "X509 CRL", "\x1f\x8b\x08", "compressed by gzip"},
    {"a ZIP archive", "X509 CRL", "PK\x03\x04", "ZIP archive"},
    {"a web page", "X509 CRL", "<!DOCTYPE html>", "as a web page does"},
    {"base64 alone", "X509 CRL", "MIIBIjCB\n",
     "base64 without the BEGIN and END lines"},
    {"PKCS#7", "CERTIFICATE",
     "0\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0",
     "the file is PKCS#7"},
    {"PKCS#7 that is no signedData", "CERTIFICATE",
     "0\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0", NULL},
    {"words", "X509 CRL", "hello\n", NULL},
};

int main(void)
{
    apr_pool_t *pool;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pki_bytes_t in = pki_copy(cases[i].text, strlen(cases[i].text));
        const char *kind = ocsp_file_find_kind((ocsp_der_t){in.data, in.len},
                                               cases[i].label, pool);

        ok(cases[i].want == NULL
               ? kind == NULL
               : kind != NULL && strstr(kind, cases[i].want) != NULL,
           "%s: %s", cases[i].name, kind != NULL ? kind : "nothing is said");
        free(in.data);
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
