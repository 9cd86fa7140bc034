/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See ca.h.
 */
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ca.h"
#include "measure.h"
#include "pki.h"

static void need(bool done, const char *what)
{
    if (!done) {
        measure_die(what);
    }
}

FILE *ca_open(const char *directory, const char *name, const char *mode)
{
    char path[4096];
    FILE *f;

    need(snprintf(path, sizeof(path), "%s/%s", directory, name)
             < (int)sizeof(path),
         "path");
    f = fopen(path, mode);
    need(f != NULL, path);
    return f;
}

static void write_pem(const char *directory, const char *name, pki_bytes_t pem)
{
    FILE *f = ca_open(directory, name, "wb");

    need(fchmod(fileno(f), S_IRUSR | S_IWUSR) == 0
             && fwrite(pem.data, 1, pem.len, f) == pem.len && fclose(f) == 0,
         name);
    free(pem.data);
}

ca_t ca_make(const char *directory, bool rsa)
{
    const pki_cert_opts_t opts = {.key_usage = "critical,digitalSignature,"
                                               "keyCertSign,cRLSign"};
    ca_t ca = {.key = pki_make_key(rsa ? PKI_RSA2048 : PKI_P256)};

    ca.cert = pki_make_ca("Benchmark CA", ca.key, &opts);
    write_pem(directory, "ca.key", pki_key_pem(ca.key));
    write_pem(directory, "ca.pem", pki_cert_pem(ca.cert));
    return ca;
}

ca_t ca_read(const char *directory)
{
    FILE *key = ca_open(directory, "ca.key", "rb");
    FILE *cert = ca_open(directory, "ca.pem", "rb");
    ca_t ca = {.key = PEM_read_PrivateKey(key, NULL, NULL, NULL),
               .cert = PEM_read_X509(cert, NULL, NULL, NULL)};

    need(ca.key != NULL && ca.cert != NULL, "ca.key, ca.pem");
    (void)fclose(key);
    (void)fclose(cert);
    return ca;
}

void ca_free(ca_t ca)
{
    X509_free(ca.cert);
    EVP_PKEY_free(ca.key);
}
