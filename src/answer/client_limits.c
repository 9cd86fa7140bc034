/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Warns of the limits of widespread clients. Floor 2.
 */
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "answer/client_limits.h"
#include "answer/signer_select.h"

/* Octets of a CertID with SHA-256 and the longest serial number. */
#define CERTID_LEN 107

static const char *add(const char *warning, const char *text, apr_pool_t *p)
{
    return warning == NULL ? text : apr_pstrcat(p, warning, "; ", text, NULL);
}

/* The signer for a client without preferences; if none is valid, the first. */
static const ocsp_response_template_t *find_usual(
    const ocsp_answer_signers_t *signers, int64_t now, apr_pool_t *p)
{
    ocsp_signer_select_t s = {.templs = apr_pmemdup(p, signers->templs,
                                                    signers->count
                                                        * sizeof(const void *)),
                              .count = signers->count,
                              .now = now,
                              .until = now};
    const ocsp_der_t none = {NULL, 0};
    bool is_usual;

    return ocsp_signer_select_remove_invalid(&s) > 0
             ? ocsp_signer_select_find(&is_usual, &s, none, none)
             : signers->templs[0];
}

/* @return the clients that do not know the algorithm, or NULL. In Go,
 * golang.org/x/crypto/ocsp has only PKCS #1 and ECDSA, and crypto/x509 only the
 * NIST curves. */
static const char *find_clients(const ocsp_signer_t *signer)
{
    switch (signer->algorithm.family) {
    case OCSP_ALGORITHM_RSA:
    case OCSP_ALGORITHM_NIST:
        break;
    case OCSP_ALGORITHM_RSA_PSS:
    case OCSP_ALGORITHM_BRAINPOOL:
        return "Go (Caddy, Traefik) and others";
    case OCSP_ALGORITHM_EDDSA:
        return "Firefox, NSS, Go (Caddy, Traefik), npm ocsp, certbot, Erlang"
               " and others";
    }
    return NULL;
}

static const char *warn_of_algorithm(const ocsp_signer_t *signer, apr_pool_t *p)
{
    const char *clients = find_clients(signer);

    return clients == NULL
             ? NULL
             : apr_psprintf(p,
                            "%s: %s cannot verify its responses, and many of"
                            " them then accept revoked certificates: name an"
                            " RSA or P-256 signer %s it",
                            signer->algorithm.description, clients,
                            signer->is_like_issuer ? "instead of" : "before");
}

/* @return NULL if libcrypto fails */
static X509 *parse(const ocsp_signer_t *signer)
{
    ocsp_der_t der = signer->cert;
    const unsigned char *at = der.data;

    return d2i_X509(NULL, &at, (long)der.len);
}

/* digitalSignature is for signatures of anything but certificates and CRLs (RFC
 * 5280 section 4.2.1.3). */
static bool lacks_digital_signature(const ocsp_signer_t *signer)
{
    X509 *cert = parse(signer);
    /* all bits are set if the extension is absent */
    bool lacks = cert != NULL
              && (X509_get_key_usage(cert) & KU_DIGITAL_SIGNATURE) == 0;

    X509_free(cert);
    ERR_clear_error();
    return lacks;
}

static bool is_root(const ocsp_signer_t *signer)
{
    X509 *cert = parse(signer);
    bool root = cert != NULL
             && (X509_get_extension_flags(cert) & EXFLAG_SS) != 0;

    X509_free(cert);
    ERR_clear_error();
    return root;
}

static const char *warn_of_size(const ocsp_response_template_t *templ,
                                apr_pool_t *p)
{
    size_t max = ocsp_response_template_get_max(templ, CERTID_LEN);

    return max <= OCSP_CLIENT_LIMITS_AWS_IOT
             ? NULL
             : apr_psprintf(
                 p,
                 "responses have up to %" APR_SIZE_T_FMT
                 " octets, but AWS IoT accepts at most %d%s: for these"
                 " clients send fewer or shorter certificates"
                 " (OCSPIncludeCertificate)",
                 max, OCSP_CLIENT_LIMITS_AWS_IOT,
                 max <= OCSP_CLIENT_LIMITS_OCPP ? ""
                                                : ", OCPP 1.6 and 2.0.1 4125");
}

/* golang.org/x/crypto/ocsp uses the first certificate alone, and requires that
 * the CA has signed it ("bad OCSP signature"), as it has if it is a root. */
static const char *warn_of_issuer_cert(const ocsp_response_template_t *templ,
                                       const ocsp_signer_t *signer)
{
    return templ->cert_count == 0 || !signer->is_issuer || is_root(signer)
             ? NULL
             : "the CA's own certificate is sent, which Go (Caddy, Traefik)"
               " takes for a delegate's, and so rejects the response: unless"
               " other clients need it, set OCSPIncludeCertificate off";
}

const char *ocsp_client_limits_warn(const ocsp_answer_signers_t *signers,
                                    size_t i, int64_t now, apr_pool_t *p)
{
    const ocsp_response_template_t *templ = signers->templs[i];
    const ocsp_signer_t *signer = templ->signer;
    const char *warning = NULL, *text;

    if (templ == find_usual(signers, now, p)) {
        warning = warn_of_algorithm(signer, p);
    }
    if (lacks_digital_signature(signer)) {
        warning = add(warning,
                      "RFC 5280 section 4.2.1.3: keyUsage lacks"
                      " digitalSignature, which Bouncy Castle requires: have"
                      " the certificate issued with it",
                      p);
    }
    if ((text = warn_of_issuer_cert(templ, signer)) != NULL) {
        warning = add(warning, text, p);
    }
    if ((text = warn_of_size(templ, p)) != NULL) {
        warning = add(warning, text, p);
    }
    return warning;
}
