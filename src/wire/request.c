/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses OCSPRequests, and decodes them from GETs. Signatures of requests are
 * not verified: RFC 9919 section 3.1.2 lets a responder ignore them, and no
 * response depends on the client. Floor 0.
 */
#include "wire/request.h"

#include <string.h>

/* id-pkix-ocsp, 1.3.6.1.5.5.7.48.1, the parent of all known extensions. */
static const unsigned char id_pkix_ocsp[] = {0x2b, 0x06, 0x01, 0x05,
                                             0x05, 0x07, 0x30, 0x01};

#define ID_NONCE 2
#define ID_CRL 3
#define ID_RESPONSE 4
#define ID_ARCHIVE_CUTOFF 6
#define ID_SERVICE_LOCATOR 7
#define ID_PREFERRED_SIGNATURES 8

typedef struct {
    unsigned id; /* the arc under id-pkix-ocsp; 0: another OID */
    bool critical;
    ocsp_der_t value; /* the content of extnValue */
} extension_t;

static unsigned find_extension_id(ocsp_der_t oid)
{
    ocsp_der_t arc = {id_pkix_ocsp, sizeof(id_pkix_ocsp)};
    ocsp_der_t head = {oid.data, sizeof(id_pkix_ocsp)};

    if (oid.len != sizeof(id_pkix_ocsp) + 1 || !ocsp_der_equal(head, arc)) {
        return 0;
    }
    return oid.data[sizeof(id_pkix_ocsp)];
}

/* Extensions that may be critical. Only the value of a nonce must be readable:
 * the others ask for a basic response, which is always sent, or only inform the
 * responder. */
static bool is_known(unsigned id)
{
    return id == ID_NONCE || id == ID_CRL || id == ID_RESPONSE
        || id == ID_ARCHIVE_CUTOFF || id == ID_SERVICE_LOCATOR
        || id == ID_PREFERRED_SIGNATURES;
}

/*
 * Extension ::= SEQUENCE {
 *     extnID     OBJECT IDENTIFIER,
 *     critical   BOOLEAN DEFAULT FALSE,
 *     extnValue  OCTET STRING }
 *
 * An encoded FALSE is not DER (X.690 section 11.5), but some clients send it.
 */
static bool parse_extension(extension_t *out, ocsp_der_t *in)
{
    ocsp_der_t sequence, oid;

    out->critical = false;
    if (!ocsp_der_get(in, OCSP_DER_SEQUENCE, &sequence)
        || !ocsp_der_get(&sequence, OCSP_DER_OID, &oid) || oid.len == 0
        || (ocsp_der_peek(&sequence, OCSP_DER_BOOLEAN)
            && !ocsp_der_get_boolean(&sequence, &out->critical))
        || !ocsp_der_get(&sequence, OCSP_DER_OCTET_STRING, &out->value)) {
        return false;
    }
    out->id = find_extension_id(oid);
    return ocsp_der_at_end(&sequence);
}

/* Nonce ::= OCTET STRING(SIZE(1..128)), in extnValue (RFC 9654 section 2.1).
 * Old OpenSSL and some devices omit the inner OCTET STRING. */
static bool check_nonce(ocsp_der_t value)
{
    ocsp_der_t rest = value, inner;

    if (ocsp_der_get(&rest, OCSP_DER_OCTET_STRING, &inner)
        && ocsp_der_at_end(&rest)) {
        value = inner;
    }
    return value.len >= 1 && value.len <= OCSP_REQUEST_NONCE_MAX;
}

/*
 * AlgorithmIdentifier ::= SEQUENCE {          (RFC 5280 section 4.1.1.2)
 *     algorithm   OBJECT IDENTIFIER,
 *     parameters  ANY DEFINED BY algorithm OPTIONAL }
 */
static bool is_algorithm(ocsp_der_t element)
{
    ocsp_der_t identifier, oid;
    unsigned tag;

    return ocsp_der_get(&element, OCSP_DER_SEQUENCE, &identifier)
        && ocsp_der_get(&identifier, OCSP_DER_OID, &oid)
        && (ocsp_der_at_end(&identifier)
            || ocsp_der_get_any(&identifier, &tag, NULL, NULL))
        && ocsp_der_at_end(&identifier);
}

/*
 * PreferredSignatureAlgorithm ::= SEQUENCE {  (RFC 6960 section 4.4.7.1)
 *     sigIdentifier        AlgorithmIdentifier,
 *     pubKeyAlgIdentifier  SMIMECapability OPTIONAL }
 *
 * In the module of appendix B the second field is an AlgorithmIdentifier.
 * Either is a SEQUENCE, and is ignored.
 */
static bool parse_preferred(ocsp_der_t *algorithm, ocsp_der_t *in)
{
    ocsp_der_t preferred, element, second;

    if (!ocsp_der_get(in, OCSP_DER_SEQUENCE, &preferred)
        || !ocsp_der_get_element(&preferred, OCSP_DER_SEQUENCE, &element)
        || !ocsp_der_get_optional(&preferred, OCSP_DER_SEQUENCE, &second)
        || !ocsp_der_at_end(&preferred) || !is_algorithm(element)) {
        return false;
    }
    *algorithm = element;
    return true;
}

/*
 * PreferredSignatureAlgorithms ::= SEQUENCE OF PreferredSignatureAlgorithm
 *
 * Preferences that cannot be read are ignored.
 * @return the content, with OCSP_REQUEST_PREFERRED_MAX at most; data NULL: none
 */
static ocsp_der_t check_preferred(ocsp_der_t value)
{
    static const ocsp_der_t none = {NULL, 0};
    ocsp_der_t list, rest, algorithm;
    size_t count;

    if (!ocsp_der_get(&value, OCSP_DER_SEQUENCE, &list)
        || !ocsp_der_at_end(&value)) {
        return none;
    }
    rest = list;
    for (count = 1; !ocsp_der_at_end(&rest); count++) {
        if (!parse_preferred(&algorithm, &rest)) {
            return none;
        }
        if (count == OCSP_REQUEST_PREFERRED_MAX) {
            list.len = (size_t)(rest.data - list.data);
        }
    }
    return list.len > 0 ? list : none;
}

bool ocsp_request_next_preferred(ocsp_der_t *list, ocsp_der_t *algorithm)
{
    return list->data && parse_preferred(algorithm, list);
}

/* @return false: the request is malformed */
static bool add_extension(ocsp_request_t *out, const extension_t *extension)
{
    if (extension->id == ID_NONCE) {
        if (out->nonce.data || !check_nonce(extension->value)) {
            return false;
        }
        out->nonce = extension->value;
    }
    else if (extension->id == ID_PREFERRED_SIGNATURES && !out->preferred.data) {
        out->preferred = check_preferred(extension->value);
    }
    return true;
}

/*
 * Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, optional, EXPLICIT under
 * tag. Some clients send an empty one.
 * @param out NULL for the extensions of a single request, which may have
 *        neither nonce nor preferences (RFC 6960 sections 4.4.1 and 4.4.7)
 */
static bool parse_extensions(ocsp_der_t *in, unsigned tag, ocsp_request_t *out)
{
    ocsp_der_t explicit_tag, extensions;
    extension_t extension;

    if (!ocsp_der_get_optional(in, tag, &explicit_tag)) {
        return false;
    }
    if (!explicit_tag.data) {
        return true;
    }
    if (!ocsp_der_get(&explicit_tag, OCSP_DER_SEQUENCE, &extensions)
        || !ocsp_der_at_end(&explicit_tag)) {
        return false;
    }
    while (!ocsp_der_at_end(&extensions)) {
        if (!parse_extension(&extension, &extensions)
            || (extension.critical && !is_known(extension.id))) {
            return false;
        }
        if (out && !add_extension(out, &extension)) {
            return false;
        }
    }
    return true;
}

/*
 * Request ::= SEQUENCE {
 *     reqCert                  CertID,
 *     singleRequestExtensions  [0] EXPLICIT Extensions OPTIONAL }
 */
static bool parse_request(ocsp_certid_t *out, ocsp_der_t *in)
{
    ocsp_der_t request;

    return ocsp_der_get(in, OCSP_DER_SEQUENCE, &request)
        && ocsp_certid_parse(out, &request)
        && parse_extensions(&request, OCSP_DER_CONTEXT_CONSTRUCTED(0), NULL)
        && ocsp_der_at_end(&request);
}

/* requestList SEQUENCE OF Request; not empty. */
static bool parse_request_list(ocsp_request_t *out, size_t certids_max,
                               ocsp_der_t *in)
{
    ocsp_der_t list;

    if (!ocsp_der_get(in, OCSP_DER_SEQUENCE, &list)) {
        return false;
    }
    while (!ocsp_der_at_end(&list)) {
        if (out->certid_count == certids_max
            || !parse_request(&out->certids[out->certid_count], &list)) {
            return false;
        }
        out->certid_count++;
    }
    return out->certid_count > 0;
}

/* version [0] EXPLICIT INTEGER { v1(0) } DEFAULT v1. An encoded v1 is not DER,
 * but allowed. */
static bool parse_version(ocsp_der_t *in)
{
    ocsp_der_t version;
    unsigned number;

    if (!ocsp_der_get_optional(in, OCSP_DER_CONTEXT_CONSTRUCTED(0), &version)) {
        return false;
    }
    return !version.data
        || (ocsp_der_get_uint(&version, OCSP_DER_INTEGER, &number)
            && number == 0 && ocsp_der_at_end(&version));
}

/* requestorName  [1] EXPLICIT GeneralName OPTIONAL: any element. */
static bool skip_requestor(ocsp_der_t *in)
{
    ocsp_der_t content;
    unsigned tag;

    if (!ocsp_der_get_optional(in, OCSP_DER_CONTEXT_CONSTRUCTED(1), &content)) {
        return false;
    }
    return !content.data
        || (ocsp_der_get_any(&content, &tag, NULL, NULL)
            && ocsp_der_at_end(&content));
}

/*
 * optionalSignature  [0] EXPLICIT SEQUENCE {
 *     signatureAlgorithm  AlgorithmIdentifier,
 *     signature           BIT STRING,
 *     certs               [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
 *
 * Not verified, so errors in it do not matter.
 */
static bool parse_signature(ocsp_request_t *out, ocsp_der_t *in)
{
    ocsp_der_t content, signature;

    if (!ocsp_der_get_optional(in, OCSP_DER_CONTEXT_CONSTRUCTED(0), &content)) {
        return false;
    }
    if (!content.data) {
        return true;
    }
    if (!ocsp_der_get(&content, OCSP_DER_SEQUENCE, &signature)) {
        return false;
    }
    (void)ocsp_der_get_element(&signature, OCSP_DER_SEQUENCE,
                               &out->signed_with);
    return ocsp_der_at_end(&content);
}

/*
 * TBSRequest ::= SEQUENCE {
 *     version            [0] EXPLICIT Version DEFAULT v1,
 *     requestorName      [1] EXPLICIT GeneralName OPTIONAL,
 *     requestList        SEQUENCE OF Request,
 *     requestExtensions  [2] EXPLICIT Extensions OPTIONAL }
 */
static bool parse_tbs_request(ocsp_request_t *out, size_t certids_max,
                              ocsp_der_t tbs)
{
    return parse_version(&tbs) && skip_requestor(&tbs)
        && parse_request_list(out, certids_max, &tbs)
        && parse_extensions(&tbs, OCSP_DER_CONTEXT_CONSTRUCTED(2), out)
        && ocsp_der_at_end(&tbs);
}

/*
 * OCSPRequest ::= SEQUENCE {
 *     tbsRequest         TBSRequest,
 *     optionalSignature  [0] EXPLICIT Signature OPTIONAL }
 */
bool ocsp_request_parse(ocsp_request_t *out, ocsp_certid_t *certids,
                        size_t certids_max, const unsigned char *der,
                        size_t der_len)
{
    ocsp_request_t request = {.certids = certids};
    ocsp_der_t in = {der, der_len}, ocsp_request, tbs;

    if (!ocsp_der_get(&in, OCSP_DER_SEQUENCE, &ocsp_request)
        || !ocsp_der_at_end(&in)
        || !ocsp_der_get(&ocsp_request, OCSP_DER_SEQUENCE, &tbs)
        || !parse_tbs_request(&request, certids_max, tbs)
        || !parse_signature(&request, &ocsp_request)
        || !ocsp_der_at_end(&ocsp_request)) {
        return false;
    }
    *out = request;
    return true;
}
