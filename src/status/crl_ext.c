/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses the extensions of CRLs and of their entries. Floor 1.
 */
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "status/crl_ext.h"
#include "wire/certid.h"

/* Known extensions, by the last octet of their OIDs under id-ce, 2.5.29. */
enum {
    CE_CRL_NUMBER = 20,
    CE_REASON_CODE = 21,
    CE_HOLD_INSTRUCTION = 23,
    CE_INVALIDITY_DATE = 24,
    CE_DELTA_CRL_INDICATOR = 27,
    CE_ISSUING_DISTRIBUTION_POINT = 28,
    CE_CERTIFICATE_ISSUER = 29,
    CE_AUTHORITY_KEY_IDENTIFIER = 35,
    CE_OTHER = 0
};

typedef struct {
    ocsp_der_t oid;
    unsigned ce; /* one of CE_ */
    bool critical;
    ocsp_der_t value; /* the content of extnValue */
} ext_t;

/** Reads one extension into out. */
typedef apr_status_t read_fn(void *out, const ext_t *ext, ocsp_der_t *oid,
                             const char **why);

static apr_status_t refuse(const char *what, const char **why)
{
    *why = what;
    return OCSP_EMALFORMED;
}

/*
 * Extension ::= SEQUENCE {
 *     extnID     OBJECT IDENTIFIER,
 *     critical   BOOLEAN DEFAULT FALSE,
 *     extnValue  OCTET STRING }
 *
 * An encoded FALSE is not DER, but some CAs write it.
 */
static bool parse_ext(ext_t *ext, ocsp_der_t *in)
{
    ocsp_der_t body;

    ext->critical = false;
    if (!ocsp_der_get(in, OCSP_DER_SEQUENCE, &body)
        || !ocsp_der_get(&body, OCSP_DER_OID, &ext->oid)
        || (ocsp_der_peek(&body, OCSP_DER_BOOLEAN)
            && !ocsp_der_get_boolean(&body, &ext->critical))
        || !ocsp_der_get(&body, OCSP_DER_OCTET_STRING, &ext->value)
        || !ocsp_der_at_end(&body) || ext->oid.len == 0
        || (ext->oid.data[ext->oid.len - 1] & 0x80) != 0) {
        return false;
    }
    ext->ce = ext->oid.len == 3 && memcmp(ext->oid.data, "\x55\x1d", 2) == 0
                ? ext->oid.data[2]
                : CE_OTHER;
    return true;
}

/* Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension */
static apr_status_t read_list(read_fn *read, void *out, ocsp_der_t list,
                              ocsp_der_t *oid, const char **why)
{
    ocsp_der_t seen[OCSP_CRL_EXT_MAX];
    size_t count = 0;
    size_t i;
    ext_t ext;
    apr_status_t rv;

    while (!ocsp_der_at_end(&list)) {
        if (!parse_ext(&ext, &list)) {
            return refuse("RFC 5280 section 4.1: an Extension is not DER", why);
        }
        if (count == OCSP_CRL_EXT_MAX) {
            return refuse("RFC 5280 section 5.2: too many extensions", why);
        }
        for (i = 0; i < count; i++) {
            if (ocsp_der_equal(seen[i], ext.oid)) {
                *oid = ext.oid;
                return refuse(
                    "RFC 5280 section 4.2: an extension is there twice", why);
            }
        }
        seen[count++] = ext.oid;
        if ((rv = read(out, &ext, oid, why)) != APR_SUCCESS) {
            return rv;
        }
    }
    return APR_SUCCESS;
}

/*
 * CRLNumber ::= INTEGER (0..MAX)
 * BaseCRLNumber ::= CRLNumber
 */
static apr_status_t read_number(ocsp_der_t *number, ocsp_der_t in,
                                const char *what, const char **why)
{
    ocsp_der_t content;

    if (!ocsp_der_get(&in, OCSP_DER_INTEGER, &content) || !ocsp_der_at_end(&in)
        || content.len == 0 || (content.data[0] & 0x80) != 0
        || !ocsp_certid_serial(number, content)) {
        number->data = NULL;
        number->len = 0;
        return refuse(what, why);
    }
    return APR_SUCCESS;
}

/*
 * AuthorityKeyIdentifier ::= SEQUENCE {
 *     keyIdentifier  [0] IMPLICIT OCTET STRING OPTIONAL, ... }
 *
 * A hint if the signature cannot be verified; ignored if it is not DER.
 */
static void read_key_id(ocsp_der_t *key_id, ocsp_der_t in)
{
    ocsp_der_t body;

    if (!ocsp_der_get(&in, OCSP_DER_SEQUENCE, &body)
        || !ocsp_der_get(&body, OCSP_DER_CONTEXT(0), key_id)) {
        key_id->data = NULL;
        key_id->len = 0;
    }
}

static apr_status_t read_unknown(const ext_t *ext, const char *what,
                                 ocsp_der_t *oid, const char **why)
{
    if (!ext->critical) {
        return APR_SUCCESS;
    }
    *oid = ext->oid;
    return refuse(what, why);
}

/** An issuingDistributionPoint. */
typedef struct {
    ocsp_der_t name;    /* DistributionPointName; data NULL: none */
    ocsp_der_t reasons; /* ReasonFlags; data NULL: none */
    bool users;
    bool cas;
    bool indirect;
    bool attributes;
} point_t;

/* A BOOLEAN DEFAULT FALSE with an IMPLICIT tag; FALSE may be encoded, as in
 * parse_ext. */
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

/* Reject CRLs that are not of this CA's certificates alone. */
static apr_status_t check_point(const point_t *point, const char **why)
{
    if (point->indirect) {
        *why = "RFC 5280 section 5.2.5: an indirect CRL, which lists "
               "certificates of other CAs as well: name the CA's own CRL";
        return OCSP_EUNSUPPORTED;
    }
    if (point->users + point->cas + point->attributes > 1) {
        *why = "RFC 5280 section 5.2.5: issuingDistributionPoint has more than "
               "one of onlyContainsUserCerts, onlyContainsCACerts and "
               "onlyContainsAttributeCerts: have the CA's CRL written again";
        return OCSP_EUNSUPPORTED;
    }
    if (point->attributes) {
        *why = "RFC 5280 section 5.2.5: onlyContainsAttributeCerts: a CRL of "
               "attribute certificates: name the CRL of the CA's certificates";
        return OCSP_EUNSUPPORTED;
    }
    return APR_SUCCESS;
}

static apr_status_t read_scope(ocsp_crl_ext_scope_t *out, ocsp_der_t in,
                               const char **why)
{
    point_t point;
    ocsp_crl_ext_scope_t scope = {.bits = 0};
    apr_status_t rv;

    if (!get_point(in, &point)) {
        return refuse("RFC 5280 section 5.2.5: issuingDistributionPoint is not "
                      "DER",
                      why);
    }
    if ((rv = check_point(&point, why)) != APR_SUCCESS) {
        return rv;
    }
    scope.bits = (point.name.data != NULL ? OCSP_CRL_EXT_SCOPE_NAME : 0)
               | (point.users ? OCSP_CRL_EXT_SCOPE_USERS : 0)
               | (point.cas ? OCSP_CRL_EXT_SCOPE_CAS : 0)
               | (point.reasons.data != NULL ? OCSP_CRL_EXT_SCOPE_REASONS : 0);
    if (scope.bits != 0
        && EVP_Digest(in.data, in.len, scope.key, NULL, EVP_sha256(), NULL)
               != 1) {
        *why = "libcrypto has no SHA-256";
        return OCSP_ECRYPTO;
    }
    *out = scope;
    return APR_SUCCESS;
}

static apr_status_t read_crl_ext(void *out, const ext_t *ext, ocsp_der_t *oid,
                                 const char **why)
{
    ocsp_crl_ext_crl_t *crl = out;

    switch (ext->ce) {
    case CE_CRL_NUMBER:
        return read_number(&crl->number, ext->value,
                           "RFC 5280 section 5.2.3: CRLNumber is no number",
                           why);
    case CE_AUTHORITY_KEY_IDENTIFIER:
        read_key_id(&crl->key_id, ext->value);
        return APR_SUCCESS;
    case CE_DELTA_CRL_INDICATOR:
        return read_number(&crl->base, ext->value,
                           "RFC 5280 section 5.2.4: BaseCRLNumber is no number",
                           why);
    case CE_ISSUING_DISTRIBUTION_POINT:
        return read_scope(&crl->scope, ext->value, why);
    default:
        return read_unknown(ext,
                            "RFC 5280 section 5.2: unknown critical extension: "
                            "this CRL must not be used",
                            oid, why);
    }
}

/* CRLReason ::= ENUMERATED */
static apr_status_t read_reason(int *reason, ocsp_der_t in, const char **why)
{
    unsigned value;

    if (!ocsp_der_get_uint(&in, OCSP_DER_ENUMERATED, &value)
        || !ocsp_der_at_end(&in)) {
        return refuse("RFC 5280 section 5.3.1: reasonCode is no CRLReason",
                      why);
    }
    *reason = (int)value;
    return APR_SUCCESS;
}

static apr_status_t read_entry_ext(void *out, const ext_t *ext, ocsp_der_t *oid,
                                   const char **why)
{
    switch (ext->ce) {
    case CE_REASON_CODE:
        return read_reason(out, ext->value, why);
    case CE_HOLD_INSTRUCTION:
    case CE_INVALIDITY_DATE:
        return APR_SUCCESS; /* not in an OCSP response */
    case CE_CERTIFICATE_ISSUER:
        return refuse("RFC 5280 section 5.3.3: certificateIssuer: an entry of "
                      "another CA in a CRL that is not indirect",
                      why);
    default:
        return read_unknown(ext,
                            "RFC 5280 section 5.3: unknown critical entry "
                            "extension: this CRL must not be used",
                            oid, why);
    }
}

apr_status_t ocsp_crl_ext_read_crl(ocsp_crl_ext_crl_t *out, ocsp_der_t list,
                                   ocsp_der_t *oid, const char **why)
{
    memset(out, 0, sizeof(*out));
    return read_list(read_crl_ext, out, list, oid, why);
}

apr_status_t ocsp_crl_ext_read_entry(int *reason, ocsp_der_t list,
                                     ocsp_der_t *oid, const char **why)
{
    *reason = OCSP_CRL_EXT_NO_REASON;
    return read_list(read_entry_ext, reason, list, oid, why);
}
