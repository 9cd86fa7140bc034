/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlscope.h.
 */
#include <apr_strings.h>
#include <openssl/evp.h>
#include <string.h>

#include "status/crl_scope.h"

/** What an issuingDistributionPoint says. */
typedef struct {
    ocsp_der_t name;    /* DistributionPointName; data NULL: none */
    ocsp_der_t reasons; /* likewise */
    bool users;
    bool cas;
    bool indirect;
    bool attributes;
} point_t;

/* A BOOLEAN DEFAULT FALSE under a tag of its own. FALSE written out is not DER,
 * but does no harm, and some CAs write it. */
static bool get_flag(ocsp_der_t *in, unsigned tag, bool *value)
{
    ocsp_der_t content;

    if (!ocsp_der_get_optional(in, tag, &content)) {
        return false;
    }
    *value = content.data != NULL && content.len == 1
          && content.data[0] == 0xff;
    return content.data == NULL
        || (content.len == 1
            && (content.data[0] == 0xff || content.data[0] == 0));
}

/* DistributionPointName ::= CHOICE {
 *     fullName                 [0] GeneralNames,
 *     nameRelativeToCRLIssuer  [1] RelativeDistinguishedName } */
static bool is_name(ocsp_der_t in)
{
    ocsp_der_t content;
    unsigned tag;

    return ocsp_der_get_any(&in, &tag, NULL, &content) && ocsp_der_at_end(&in)
        && (tag == OCSP_DER_CONTEXT_CONSTRUCTED(0)
            || tag == OCSP_DER_CONTEXT_CONSTRUCTED(1));
}

/*
 * IssuingDistributionPoint ::= SEQUENCE {
 *     distributionPoint           [0] DistributionPointName OPTIONAL,
 *     onlyContainsUserCerts       [1] BOOLEAN DEFAULT FALSE,
 *     onlyContainsCACerts         [2] BOOLEAN DEFAULT FALSE,
 *     onlySomeReasons             [3] ReasonFlags OPTIONAL,
 *     indirectCRL                 [4] BOOLEAN DEFAULT FALSE,
 *     onlyContainsAttributeCerts  [5] BOOLEAN DEFAULT FALSE }
 */
static bool get_point(ocsp_der_t in, point_t *point)
{
    ocsp_der_t body;

    return ocsp_der_get(&in, OCSP_DER_SEQUENCE, &body) && ocsp_der_at_end(&in)
        && ocsp_der_get_optional(&body, OCSP_DER_CONTEXT_CONSTRUCTED(0),
                                 &point->name)
        && (point->name.data == NULL || is_name(point->name))
        && get_flag(&body, OCSP_DER_CONTEXT(1), &point->users)
        && get_flag(&body, OCSP_DER_CONTEXT(2), &point->cas)
        && ocsp_der_get_optional(&body, OCSP_DER_CONTEXT(3), &point->reasons)
        && get_flag(&body, OCSP_DER_CONTEXT(4), &point->indirect)
        && get_flag(&body, OCSP_DER_CONTEXT(5), &point->attributes)
        && ocsp_der_at_end(&body);
}

static apr_status_t refuse(apr_status_t rv, const char *what, const char **why)
{
    *why = what;
    return rv;
}

/* What no answer can rest on. */
static apr_status_t check_point(const point_t *point, const char **why)
{
    if (point->indirect) {
        return refuse(OCSP_EUNSUPPORTED,
                      "RFC 5280 section 5.2.5: an indirect CRL, which lists "
                      "certificates of other CAs as well: name the CA's own "
                      "CRL",
                      why);
    }
    if (point->users + point->cas + point->attributes > 1) {
        return refuse(OCSP_EUNSUPPORTED,
                      "RFC 5280 section 5.2.5: issuingDistributionPoint says "
                      "of more than one kind of certificates that there is no "
                      "other: have the CA's CRL written again",
                      why);
    }
    if (point->attributes) {
        return refuse(OCSP_EUNSUPPORTED,
                      "RFC 5280 section 5.2.5: onlyContainsAttributeCerts: a "
                      "CRL of attribute certificates, which nobody asks about "
                      "here: name the CRL of the CA's certificates",
                      why);
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_crl_scope_parse(ocsp_crl_scope_t *out, ocsp_der_t in,
                                  const char **why)
{
    point_t point = {.users = false};
    ocsp_crl_scope_t scope = {.bits = 0};
    apr_status_t rv;

    if (!get_point(in, &point)) {
        return refuse(OCSP_EMALFORMED,
                      "RFC 5280 section 5.2.5: issuingDistributionPoint is not "
                      "DER",
                      why);
    }
    if ((rv = check_point(&point, why)) != APR_SUCCESS) {
        return rv;
    }
    scope.bits = (point.name.data != NULL ? OCSP_CRL_SCOPE_NAME : 0)
               | (point.users ? OCSP_CRL_SCOPE_USERS : 0)
               | (point.cas ? OCSP_CRL_SCOPE_CAS : 0)
               | (point.reasons.data != NULL ? OCSP_CRL_SCOPE_REASONS : 0);
    if (scope.bits != 0
        && EVP_Digest(in.data, in.len, scope.key, NULL, EVP_sha256(), NULL)
               != 1) {
        return refuse(OCSP_ECRYPTO, "libcrypto has no SHA-256", why);
    }
    *out = scope;
    return APR_SUCCESS;
}

const char *ocsp_crl_scope_print(uint32_t bits, apr_pool_t *p)
{
    static const char *const names[] = {"distributionPoint",
                                        "onlyContainsUserCerts",
                                        "onlyContainsCACerts",
                                        "onlySomeReasons"};
    const char *text = "";
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((bits & 1u << i) != 0) {
            text = apr_pstrcat(p, text, *text != '\0' ? ", " : "", names[i],
                               NULL);
        }
    }
    return text;
}
