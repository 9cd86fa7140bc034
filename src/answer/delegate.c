/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The checks of a delegate's certificate, by libcrypto's view of its
 * extensions. Floor 2.
 */
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "answer/delegate.h"

static ocsp_der_t get_name(const X509_NAME *name)
{
    ocsp_der_t der = {NULL, 0};

    (void)X509_NAME_get0_der(name, &der.data, &der.len);
    return der;
}

/*
 * RFC 6960 section 4.2.2.2: the CA issues a delegate directly, with the key
 * that signed the certificates in question (R123).
 */
static const char *find_fault(X509 *cert, const ocsp_issuer_t *issuer)
{
    /* first, since this call parses the extensions */
    uint32_t flags = X509_get_extension_flags(cert);
    ocsp_der_t name = get_name(X509_get_issuer_name(cert));

    if (!ocsp_issuer_has_name(issuer, name)) {
        return "RFC 6960 section 4.2.2.2: neither the CA's own certificate nor"
               " issued by it: have the CA issue one for the responder";
    }
    if (X509_verify(cert, issuer->key) != 1) {
        return "RFC 6960 section 4.2.2.2: names this CA as its issuer, but"
               " another key has signed it: have the CA issue one with the"
               " key of its certificate in <OCSPIssuer>";
    }
    if ((flags & EXFLAG_INVALID) != 0) {
        return "RFC 5280 section 4.2: an extension cannot be read: have the"
               " certificate issued again";
    }
    if ((flags & EXFLAG_CRITICAL) != 0) {
        return "RFC 5280 section 4.2: a critical extension that clients do not"
               " know: have the certificate issued without it";
    }
    if ((flags & EXFLAG_XKUSAGE) == 0
        || (X509_get_extended_key_usage(cert) & XKU_OCSP_SIGN) == 0) {
        return "RFC 6960 section 4.2.2.2: extendedKeyUsage lacks OCSPSigning:"
               " have the certificate issued with it";
    }
    if ((X509_get_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))
        == 0) {
        return "RFC 5280 section 4.2.1.3: keyUsage lacks digitalSignature: have"
               " the certificate issued with it";
    }
    return NULL;
}

const char *ocsp_delegate_check(X509 *cert, const ocsp_issuer_t *issuer)
{
    const char *fault = find_fault(cert, issuer);

    /* a signature by another key is reported by the result alone */
    ERR_clear_error();
    return fault;
}

/* Only the address of a responder matters; caIssuers causes no request. */
static bool names_responder(const X509 *cert)
{
    AUTHORITY_INFO_ACCESS *aia = X509_get_ext_d2i(cert, NID_info_access, NULL,
                                                  NULL);
    bool found = false;
    int i;

    for (i = 0; i < sk_ACCESS_DESCRIPTION_num(aia); i++) {
        const ACCESS_DESCRIPTION *ad = sk_ACCESS_DESCRIPTION_value(aia, i);

        found = found || OBJ_obj2nid(ad->method) == NID_ad_OCSP;
    }
    AUTHORITY_INFO_ACCESS_free(aia);
    return found;
}

static void add(const char **warning, const char *text, apr_pool_t *p)
{
    *warning = *warning == NULL ? text
                                : apr_pstrcat(p, *warning, "; ", text, NULL);
}

const char *ocsp_delegate_warn(X509 *cert, const ocsp_issuer_t *issuer,
                               apr_pool_t *p)
{
    const char *warning = NULL;

    if (!ocsp_der_equal(get_name(X509_get_issuer_name(cert)), issuer->name)) {
        add(&warning,
            "its issuer name and the CA's subject are encoded differently,"
            " which Firefox rejects: have the certificate issued again",
            p);
    }
    if (X509_get_ext_by_NID(cert, NID_id_pkix_OCSP_noCheck, -1) < 0) {
        add(&warning,
            "RFC 6960 section 4.2.2.2.1: without id-pkix-ocsp-nocheck clients"
            " may check whether the signer is revoked: have it issued with"
            " that extension",
            p);
    }
    if (names_responder(cert)) {
        add(&warning,
            "RFC 6960 section 4.2.2.2.1: authorityInfoAccess sends clients to"
            " a responder for the signer's own status: have it issued without"
            " that extension",
            p);
    }
    if (X509_get_ext_by_NID(cert, NID_crl_distribution_points, -1) >= 0) {
        add(&warning,
            "RFC 6960 section 4.2.2.2.1: cRLDistributionPoints sends clients"
            " to a CRL for the signer's own status: have it issued without"
            " that extension",
            p);
    }
    ERR_clear_error();
    return warning;
}
