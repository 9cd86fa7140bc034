/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPRequests taken apart, and found in a GET's target. Signatures are not
 * looked at: RFC 9919 section 3.1.2 lets a responder pass them over, and no
 * answer depends on who asks. Floor 0.
 */
#include "wire/request.h"

#include <string.h>

/* id-pkix-ocsp, 1.3.6.1.5.5.7.48.1: the extensions are its children. */
static const unsigned char id_pkix_ocsp[] = {0x2b, 0x06, 0x01, 0x05,
                                             0x05, 0x07, 0x30, 0x01};

#define ID_NONCE 2
#define ID_CRL 3
#define ID_RESPONSE 4
#define ID_ARCHIVE_CUTOFF 6
#define ID_SERVICE_LOCATOR 7
#define ID_PREFERRED_SIGNATURES 8

/* One Extension; pointers into the request. */
typedef struct {
    unsigned id; /* last arc under id-pkix-ocsp, 0 for any other */
    bool critical;
    ocsp_der_t value; /* content of extnValue */
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

/*
 * Whether a critical extension may stand. Those that ask for what is done
 * anyway (a basic response) or that only inform the responder are known, and
 * their values are not read: RFC 6960 and its module disagree about the second
 * field of a PreferredSignatureAlgorithm, a ServiceLocator is never followed.
 */
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
 * An encoded FALSE is not DER (X.690 section 11.5), but hand-written clients
 * send it and it can mean nothing else.
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

/*
 * Nonce ::= OCTET STRING(SIZE(1..128)), in the extnValue's OCTET STRING
 * (RFC 9654 section 2.1). Old OpenSSL and some devices leave the inner one out:
 * then the bytes are the nonce.
 */
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
 * Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension, EXPLICIT under tag; may
 * be absent. An empty one is against the SIZE, but deployed clients send it.
 * @param nonce where a nonce counts, else NULL (of one certificate it would
 *        say nothing: RFC 6960 section 4.4.1)
 */
static bool parse_extensions(ocsp_der_t *in, unsigned tag, ocsp_der_t *nonce)
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
        if (nonce && extension.id == ID_NONCE) {
            if (nonce->data || !check_nonce(extension.value)) {
                return false;
            }
            *nonce = extension.value;
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

/* requestList SEQUENCE OF Request; an empty one has no answer. */
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

/* version [0] EXPLICIT INTEGER { v1(0) } DEFAULT v1; DER would leave the
 * default out, but encoders that do not are understood. */
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

/* An EXPLICIT tag around one element, neither of which has to be there. */
static bool pass_over(ocsp_der_t *in, unsigned explicit_tag, bool is_sequence)
{
    ocsp_der_t content;
    unsigned tag;

    if (!ocsp_der_get_optional(in, explicit_tag, &content)) {
        return false;
    }
    return !content.data
        || (ocsp_der_get_any(&content, &tag, NULL, NULL)
            && (!is_sequence || tag == OCSP_DER_SEQUENCE)
            && ocsp_der_at_end(&content));
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
    return parse_version(&tbs)
        && pass_over(&tbs, OCSP_DER_CONTEXT_CONSTRUCTED(1), false)
        && parse_request_list(out, certids_max, &tbs)
        && parse_extensions(&tbs, OCSP_DER_CONTEXT_CONSTRUCTED(2), &out->nonce)
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
        || !pass_over(&ocsp_request, OCSP_DER_CONTEXT_CONSTRUCTED(0), true)
        || !ocsp_der_at_end(&ocsp_request)) {
        return false;
    }
    *out = request;
    return true;
}

/* @return the value of a hexadecimal digit, or -1. */
static int hex_value(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Undo one level of percent-encoding, in place or from another buffer, and drop
 * line breaks: some encoders wrap their base64. What is no escape stays: its %
 * is no base64, so it ends every start before it.
 */
static size_t unescape(unsigned char *out, const unsigned char *in, size_t len)
{
    size_t i, n = 0;

    for (i = 0; i < len; i++) {
        unsigned char c = in[i];

        if (c == '%' && len - i > 2 && hex_value(in[i + 1]) >= 0
            && hex_value(in[i + 2]) >= 0) {
            c = (unsigned char)(hex_value(in[i + 1]) << 4
                                | hex_value(in[i + 2]));
            i += 2;
        }
        if (c != '\r' && c != '\n') {
            out[n++] = c;
        }
    }
    return n;
}

/*
 * @return six bits, or -1. Besides the alphabet of RFC 4648 section 4: the one
 * of section 5, which some clients use by mistake; and a space, which a + turns
 * into where a path is taken for a form.
 */
static int base64_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-' || c == ' ') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

/* @return octets that so many characters encode, 0 for an impossible count. */
static size_t base64_len(size_t chars)
{
    static const size_t of_rest[] = {0, 0, 1, 2};

    return chars % 4 == 1 ? 0 : chars / 4 * 3 + of_rest[chars % 4];
}

/* Decode characters known to be base64; out may be at or before in. */
static size_t decode_base64(unsigned char *out, const unsigned char *in,
                            size_t len)
{
    size_t i, n = 0;
    unsigned bits = 0;

    for (i = 0; i < len; i++) {
        bits = bits << 6 | (unsigned)base64_value(in[i]);
        if (i % 4 != 0) {
            out[n++] = (unsigned char)(bits >> (6 - i % 4 * 2) & 0xff);
        }
    }
    return n;
}

/* Without the padding and a slash after it. */
static size_t drop_padding(const unsigned char *chars, size_t len,
                           size_t *padding)
{
    if (len >= 2 && chars[len - 1] == '/' && chars[len - 2] == '=') {
        len--;
    }
    *padding = 0;
    while (len > 0 && chars[len - 1] == '=') {
        len--;
        (*padding)++;
    }
    return len;
}

/*
 * Whether these characters, known to be base64, encode one SEQUENCE that begins
 * with another, and nothing else. Eight of them hold the header of anything
 * under 16 MiB; from there on only lengths are compared, so that trying every
 * slash of a target stays linear. The inner tag keeps a prefix like /MEI/ from
 * being data when a request has just the length that it declares. A slash in
 * the end that does not fit is not data: some clients put one after every URL.
 * @return how many of the characters are data, 0 if it does not fit
 */
static size_t fit_request(const unsigned char *chars, size_t len,
                          size_t padding)
{
    static const int unused_bits[] = {0, 0, 0x0f, 0x03};
    unsigned char head[6];
    ocsp_der_t in = {head, 0};
    size_t content_len, want;
    unsigned tag;

    in.len = decode_base64(head, chars, len < 8 ? len : 8);
    want = in.len;
    if (!ocsp_der_get_header(&in, &tag, &content_len)
        || tag != OCSP_DER_SEQUENCE || !ocsp_der_peek(&in, OCSP_DER_SEQUENCE)) {
        return 0;
    }
    want += content_len - in.len; /* the header, and what it declares */
    if (base64_len(len) != want && padding == 0 && chars[len - 1] == '/') {
        len--;
    }
    if (base64_len(len) != want || padding > (4 - len % 4) % 4
        || (base64_value(chars[len - 1]) & unused_bits[len % 4]) != 0) {
        return 0;
    }
    return len;
}

bool ocsp_request_decode_target(unsigned char *out, size_t *out_len,
                                const char *target, size_t target_len)
{
    const char *query;
    size_t len, padding, run, i;

    if (target_len == 0 || *out_len < target_len) {
        return false;
    }
    query = memchr(target, '?', target_len);
    len = query ? (size_t)(query - target) : target_len;
    len = unescape(out, (const unsigned char *)target, len);
    len = unescape(out, out, len); /* some clients escape twice */
    len = drop_padding(out, len, &padding);
    for (run = len; run > 0 && base64_value(out[run - 1]) >= 0; run--) {
    }
    for (i = run; i < len; i++) {
        /* The first octet of DER, 0x30, makes the first character an M. */
        if (out[i] == 'M' && (i == 0 || out[i - 1] == '/')) {
            size_t chars = fit_request(out + i, len - i, padding);

            if (chars > 0) {
                *out_len = decode_base64(out, out + i, chars);
                return true;
            }
        }
    }
    return false;
}
