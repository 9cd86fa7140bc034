/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlext.h.
 */
#include <stdbool.h>
#include <string.h>

#include "status/crlext.h"
#include "wire/certid.h"

/* What is known lies under id-ce, 2.5.29: the last octets of those OIDs. */
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
    ocsp_der_t value; /* content of extnValue */
} ext_t;

/** What to do with one extension; out is the caller's of read_list. */
typedef apr_status_t take_fn(void *out, const ext_t *ext, const char **why);

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
 * An encoded FALSE is not DER, but does no harm: some CAs write it.
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
static apr_status_t read_list(void *out, ocsp_der_t list, take_fn *take,
                              const char **why)
{
    ocsp_der_t seen[OCSP_CRLEXT_MAX];
    size_t count = 0;
    size_t i;
    ext_t ext;
    apr_status_t rv;

    while (!ocsp_der_at_end(&list)) {
        if (!parse_ext(&ext, &list)) {
            return refuse("RFC 5280 section 4.1: an Extension is not DER", why);
        }
        if (count == OCSP_CRLEXT_MAX) {
            return refuse("RFC 5280 section 5.2: too many extensions", why);
        }
        for (i = 0; i < count; i++) {
            if (ocsp_der_equal(seen[i], ext.oid)) {
                return refuse("RFC 5280 section 4.2: one extension twice", why);
            }
        }
        seen[count++] = ext.oid;
        if ((rv = take(out, &ext, why)) != APR_SUCCESS) {
            return rv;
        }
    }
    return APR_SUCCESS;
}

/* CRLNumber ::= INTEGER (0..MAX), at most 20 octets (section 5.2.3) */
static apr_status_t read_number(ocsp_der_t *number, ocsp_der_t in,
                                const char **why)
{
    ocsp_der_t content;

    if (!ocsp_der_get(&in, OCSP_DER_INTEGER, &content) || !ocsp_der_at_end(&in)
        || content.len == 0 || (content.data[0] & 0x80) != 0
        || !ocsp_certid_serial(number, content)) {
        number->data = NULL;
        number->len = 0;
        return refuse("RFC 5280 section 5.2.3: CRLNumber is no number", why);
    }
    return APR_SUCCESS;
}

/*
 * AuthorityKeyIdentifier ::= SEQUENCE {
 *     keyIdentifier  [0] IMPLICIT OCTET STRING OPTIONAL, ... }
 *
 * A hint, for whom the signature cannot be verified: none if it is not DER.
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

static apr_status_t take_crl_ext(void *out, const ext_t *ext, const char **why)
{
    ocsp_crlext_crl_t *crl = out;

    switch (ext->ce) {
    case CE_CRL_NUMBER:
        return read_number(&crl->number, ext->value, why);
    case CE_AUTHORITY_KEY_IDENTIFIER:
        read_key_id(&crl->key_id, ext->value);
        return APR_SUCCESS;
    case CE_DELTA_CRL_INDICATOR:
        *why = "RFC 5280 section 5.2.4: this is a delta CRL: name the complete "
               "CRL";
        return OCSP_EUNSUPPORTED;
    case CE_ISSUING_DISTRIBUTION_POINT:
        *why = "RFC 5280 section 5.2.5: issuingDistributionPoint: this CRL may "
               "cover some certificates only: name the complete CRL";
        return OCSP_EUNSUPPORTED;
    default:
        return ext->critical ? refuse("RFC 5280 section 5.2: unknown critical "
                                      "extension: "
                                      "this CRL must not be used",
                                      why)
                             : APR_SUCCESS;
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

static apr_status_t take_entry_ext(void *out, const ext_t *ext,
                                   const char **why)
{
    switch (ext->ce) {
    case CE_REASON_CODE:
        return read_reason(out, ext->value, why);
    case CE_HOLD_INSTRUCTION:
    case CE_INVALIDITY_DATE:
        return APR_SUCCESS; /* no part of an OCSP response */
    case CE_CERTIFICATE_ISSUER:
        return refuse("RFC 5280 section 5.3.3: certificateIssuer: an entry of "
                      "another CA in a CRL that is not indirect",
                      why);
    default:
        return ext->critical ? refuse("RFC 5280 section 5.3: unknown critical "
                                      "entry "
                                      "extension: this CRL must not be used",
                                      why)
                             : APR_SUCCESS;
    }
}

apr_status_t ocsp_crlext_read_crl(ocsp_crlext_crl_t *out, ocsp_der_t list,
                                  const char **why)
{
    memset(out, 0, sizeof(*out));
    return read_list(out, list, take_crl_ext, why);
}

apr_status_t ocsp_crlext_read_entry(int *reason, ocsp_der_t list,
                                    const char **why)
{
    *reason = OCSP_CRLEXT_NO_REASON;
    return read_list(reason, list, take_entry_ext, why);
}
