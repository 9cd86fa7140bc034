/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates of material.h; keys are material_key.c's. Floor 2.
 */
#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "answer/key_file.h"
#include "status/file.h"
#include "status/issuer.h"

/* Nobody sits at a server's terminal: note the wish, grant nothing. */
static int refuse_passphrase(char *buf, int size, int rwflag, void *asked)
{
    *(bool *)asked = true;
    return -1;
}

/* libcrypto takes int and long lengths. */
static bool has_size(ocsp_der_t content)
{
    return content.len > 0 && content.len <= (size_t)OCSP_FILE_MAX;
}

static X509 *parse_next(BIO *bio)
{
    bool asked = false;

    return PEM_read_bio_X509(bio, NULL, refuse_passphrase, &asked);
}

/* A certificate that is no CA's behind the first is no chain: *stray. */
static X509 *parse_pem_cert(ocsp_der_t pem, bool *stray)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    X509 *first = NULL;

    if (bio != NULL) {
        first = parse_next(bio);
    }
    if (first != NULL) {
        X509 *next;

        while ((next = parse_next(bio)) != NULL) {
            *stray = *stray || X509_check_ca(next) == 0;
            X509_free(next);
        }
    }
    BIO_free(bio);
    return first;
}

static X509 *parse_der_cert(ocsp_der_t der)
{
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long)der.len);

    if (cert != NULL && at != der.data + der.len) {
        X509_free(cert);
        cert = NULL;
    }
    return cert;
}

apr_status_t ocsp_key_file_parse_cert(X509 **out, bool *stray,
                                      ocsp_der_t content, const char *file,
                                      const char **why, apr_pool_t *p)
{
    ERR_clear_error();
    *stray = false;
    *out = NULL;
    if (has_size(content)) {
        *out = content.data[0] == OCSP_DER_SEQUENCE
                 ? parse_der_cert(content)
                 : parse_pem_cert(content, stray);
    }
    if (*out == NULL && ocsp_file_is_pkcs12(content)) {
        ERR_clear_error();
        *why = apr_psprintf(p,
                            "%s: this is PKCS #12: extract the responder's"
                            " certificate with openssl pkcs12 -in %s -clcerts"
                            " -nokeys -out responder.pem (-legacy if it is an"
                            " old one), and name that",
                            file, file);
        return OCSP_EMALFORMED;
    }
    if (*out == NULL) {
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 4.1: no certificate in PEM"
                            " or DER (%s): give the responder's certificate",
                            file,
                            ocsp_issuer_explain(content, "CERTIFICATE", p));
        return OCSP_EMALFORMED;
    }
    ERR_clear_error();
    return APR_SUCCESS;
}
