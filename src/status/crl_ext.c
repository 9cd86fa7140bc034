/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlext.h.
 */
#include <stdbool.h>
#include <string.h>

#include "status/crl_ext.h"
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

/** What to do with one extension; out and oid are the caller's of read_list. */
typedef apr_status_t take_fn(void *out, const ext_t *ext, ocsp_der_t *oid,
                             const char **why);

/** What makes a CRL's extensions and an entry's different. */
typedef struct {
    take_fn *take;
    const char *twice; /* that one is there twice */
} list_t;

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
static apr_status_t read_list(const list_t *kind, void *out, ocsp_der_t list,
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
                return refuse(kind->twice, why);
            }
        }
        seen[count++] = ext.oid;
        if ((rv = kind->take(out, &ext, oid, why)) != APR_SUCCESS) {
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

/* What is not understood may be ignored unless it is critical. */
static apr_status_t take_unknown(const ext_t *ext, const char *what,
                                 ocsp_der_t *oid, const char **why)
{
    if (!ext->critical) {
        return APR_SUCCESS;
    }
    *oid = ext->oid;
    return refuse(what, why);
}

static apr_status_t take_crl_ext(void *out, const ext_t *ext, ocsp_der_t *oid,
                                 const char **why)
{
    ocsp_crl_ext_crl_t *crl = out;

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
        return ocsp_crl_scope_parse(&crl->scope, ext->value, why);
    default:
        return take_unknown(ext,
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

static apr_status_t take_entry_ext(void *out, const ext_t *ext, ocsp_der_t *oid,
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
        return take_unknown(ext,
                            "RFC 5280 section 5.3: unknown critical entry "
                            "extension: this CRL must not be used",
                            oid, why);
    }
}

apr_status_t ocsp_crl_ext_read_crl(ocsp_crl_ext_crl_t *out, ocsp_der_t list,
                                   ocsp_der_t *oid, const char **why)
{
    static const list_t kind = {
        take_crl_ext, "RFC 5280 section 4.2: the CRL has one extension twice"};

    memset(out, 0, sizeof(*out));
    return read_list(&kind, out, list, oid, why);
}

apr_status_t ocsp_crl_ext_read_entry(int *reason, ocsp_der_t list,
                                     ocsp_der_t *oid, const char **why)
{
    static const list_t kind = {
        take_entry_ext,
        "RFC 5280 section 4.2: an entry has one extension twice"};

    *reason = OCSP_CRL_EXT_NO_REASON;
    return read_list(&kind, reason, list, oid, why);
}
