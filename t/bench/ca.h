/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The CA of a benchmark's CRLs: a directory's ca.pem and ca.key. What fails ends
 * the program.
 */
#ifndef OCSP_BENCH_CA_H
#define OCSP_BENCH_CA_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct {
    EVP_PKEY *key;
    X509 *cert;
} ca_t;

/** Open a file of a directory; mode as fopen's. */
FILE *ca_open(const char *directory, const char *name, const char *mode);

/** A new one, which is then there; ca_free. @param rsa or P-256 */
ca_t ca_make(const char *directory, bool rsa);

/** The one that is there; ca_free. */
ca_t ca_read(const char *directory);

void ca_free(ca_t ca);

#endif
