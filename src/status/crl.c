/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads CRLs: one function for each part of the ASN.1, in its order. Floor 1.
 */
#include <apr_strings.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "status/crl.h"
#include "status/crl_signature.h"
#include "status/der_stream.h"
#include "wire/certid.h"
#include "wire/gtime.h"

#define PEM_LABEL "X509 CRL"

typedef struct {
    ocsp_der_stream_t w;
    const ocsp_crl_keys_t *keys;
    apr_array_header_t *usable; /* const ocsp_crl_keys_key_t *: those that may
                                   have signed it, by name and type */
    ocsp_crl_entry_fn *fn;
    void *ctx;
    bool v2;
    ocsp_der_t algorithm; /* AlgorithmIdentifier of tbsCertList, a copy */
    ocsp_crl_signature_t *sig;
    bool has_ca_name;
    bool is_other_key; /* by its algorithm or authorityKeyIdentifier it is of a
                          key whose CRLs are not for the CA's certificates */
    ocsp_crl_info_t info;
} reader_t;

/* The name of an OBJECT IDENTIFIER, or its numbers. */
static const char *print_oid(ocsp_der_t content, apr_pool_t *p)
{
    unsigned char der[2 + 0x7f] = {OCSP_DER_OID};
    const unsigned char *at = der;
    char text[512] = "";
    ASN1_OBJECT *oid;

    if (content.len > 0x7f) {
        return "an OID that is too long";
    }
    der[1] = (unsigned char)content.len;
    memcpy(der + 2, content.data, content.len);
    oid = d2i_ASN1_OBJECT(NULL, &at, (long)content.len + 2);
    if (oid == NULL || OBJ_obj2txt(text, sizeof(text), oid, 1) < 1) {
        (void)ocsp_issuer_take_errors(p);
    }
    ASN1_OBJECT_free(oid);
    return *text != '\0' ? apr_pstrdup(p, text) : "no OID";
}

static const ocsp_der_t no_oid = {NULL, 0};

static apr_status_t refuse(const reader_t *r, const char *what)
{
    return ocsp_der_stream_refuse(&r->w, what);
}

/* Put the file before a reason, and after it the extension that it is about, if
 * there is one. */
static apr_status_t fail(const reader_t *r, apr_status_t rv, const char *reason,
                         ocsp_der_t oid)
{
    apr_pool_t *p = r->w.pool;

    *r->w.why = apr_psprintf(p, "%s: %s", r->w.name,
                             reason != NULL ? reason : "rejected");
    if (oid.data != NULL) {
        *r->w.why = apr_pstrcat(p, *r->w.why, " (", print_oid(oid, p), ")",
                                NULL);
    }
    return rv;
}

/*
 * version INTEGER OPTIONAL, which if present must be v2 (1). OpenSSL encodes a
 * v1 as 0, which is allowed.
 */
static apr_status_t read_version(reader_t *r)
{
    unsigned version = 0;
    bool found;
    apr_status_t rv = ocsp_der_stream_peek(&r->w, OCSP_DER_INTEGER, &found);

    if (rv == APR_SUCCESS && found
        && (!ocsp_der_get_uint(&r->w.cur, OCSP_DER_INTEGER, &version)
            || version > 1)) {
        return refuse(r, "5.1.2.1: neither version 1 nor 2");
    }
    r->v2 = version == 1;
    return rv;
}

/* The header of tbsCertList, version, and signature AlgorithmIdentifier. */
static apr_status_t enter_tbs(reader_t *r, apr_uint64_t *outer_end,
                              ocsp_der_t *algorithm)
{
    apr_status_t rv = ocsp_der_stream_pull(&r->w, OCSP_CRL_HEAD_MAX);

    if (rv != APR_SUCCESS
        || (rv = ocsp_der_stream_enter(&r->w, outer_end)) != APR_SUCCESS
        || (rv = read_version(r)) != APR_SUCCESS) {
        return rv;
    }
    return ocsp_der_stream_next(&r->w, OCSP_DER_SEQUENCE, algorithm, NULL);
}

/* The same, and start to verify the signature: the tap must get tbsCertList
 * from its first octet, so the window must not have moved since. */
static apr_status_t begin_tbs(reader_t *r, apr_uint64_t *outer_end)
{
    ocsp_der_t algorithm;
    const char *reason = NULL;
    apr_uint64_t start = ocsp_der_stream_position(&r->w);
    apr_status_t rv = enter_tbs(r, outer_end, &algorithm);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (ocsp_stream_position(r->w.s) != start
        || algorithm.len > OCSP_CRL_HEAD_MAX) {
        return refuse(r, "5.1.2.2: signature is too long, or cut off");
    }
    r->algorithm.data = apr_pmemdup(r->w.pool, algorithm.data, algorithm.len);
    r->algorithm.len = algorithm.len;
    rv = ocsp_crl_signature_make(&r->sig, &r->info.sha1, r->algorithm, &reason,
                                 r->w.pool);
    if (rv != APR_SUCCESS) {
        return fail(r, rv, reason, no_oid);
    }
    ocsp_stream_tap(r->w.s, ocsp_crl_signature_update, r->sig);
    return APR_SUCCESS;
}

static apr_status_t reject_signature(const reader_t *r,
                                     const ocsp_issuer_t *signer)
{
    const char *why = apr_psprintf(
        r->w.pool,
        "RFC 5280 section 6.3.3 (g): the signature is not by the key of %s, or "
        "the file was changed: fetch it again, or, if the CA has a new key, "
        "add an <OCSPIssuer> for it, or, if another certificate signs the CRLs "
        "of this CA, name it with OCSPCRLSignerFile",
        signer->subject);

    return fail(r, OCSP_EUNKNOWNCA, why, no_oid);
}

/* The certificate of the CA does not allow what its key has signed. */
static apr_status_t reject_usage(reader_t *r)
{
    const char *why = apr_psprintf(
        r->w.pool,
        "RFC 5280 section 6.3.3 (f): the certificate of %s has a keyUsage "
        "without cRLSign: have it issued again with cRLSign, for the same name "
        "and key, or, if another certificate signs the CRLs of this CA, name "
        "it with OCSPCRLSignerFile, or answer from an OCSPIndexFile alone",
        r->keys->issuer->subject);

    r->is_other_key = false;
    return fail(r, OCSP_EUNKNOWNCA, why, no_oid);
}

/* Add a key if it may have signed the CRL. That it cannot be verified here
 * precedes that it is of another type. */
static apr_status_t add_usable(reader_t *r, const ocsp_crl_keys_key_t *key,
                               apr_status_t last, const char **reason)
{
    const char *why = NULL;
    apr_status_t rv = ocsp_crl_signature_check_key(r->sig, key->signer, &why);

    if (rv == APR_SUCCESS) {
        APR_ARRAY_PUSH(r->usable, const ocsp_crl_keys_key_t *) = key;
        r->is_other_key = r->is_other_key && !key->covers;
        return last;
    }
    if (last == OCSP_ECRYPTO) {
        return last;
    }
    *reason = why;
    return rv;
}

/* Find the keys that may have signed the CRL, by issuer name and algorithm. */
static apr_status_t find_keys(reader_t *r, ocsp_der_t name)
{
    const apr_array_header_t *keys = r->keys->keys;
    const char *reason = NULL;
    apr_status_t rv = APR_SUCCESS;
    int i;

    r->has_ca_name = ocsp_issuer_has_name(r->keys->issuer, name);
    r->is_other_key = true;
    for (i = 0; i < keys->nelts; i++) {
        const ocsp_crl_keys_key_t *key = &APR_ARRAY_IDX(keys, i,
                                                        ocsp_crl_keys_key_t);

        if (ocsp_issuer_has_name(key->signer, name)) {
            rv = add_usable(r, key, rv, &reason);
        }
    }
    if (r->usable->nelts != 0) {
        return APR_SUCCESS;
    }
    r->is_other_key = false;
    if (rv != APR_SUCCESS) {
        return fail(r, rv, reason, no_oid);
    }
    if (r->has_ca_name) {
        return reject_usage(r);
    }
    *r->w.why = ocsp_issuer_describe_other(r->keys->issuer, r->w.name, name,
                                           r->w.pool);
    return OCSP_EUNKNOWNCA;
}

static apr_status_t read_issuer(reader_t *r)
{
    ocsp_der_t name;
    apr_status_t rv = ocsp_der_stream_next(&r->w, OCSP_DER_SEQUENCE, &name,
                                           NULL);

    return rv == APR_SUCCESS ? find_keys(r, name) : rv;
}

/* thisUpdate Time, nextUpdate Time OPTIONAL */
static apr_status_t read_times(reader_t *r)
{
    bool utc;
    bool generalized;
    apr_status_t rv = ocsp_der_stream_pull_small(&r->w);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_gtime_get(&r->w.cur, &r->info.this_update)) {
        return refuse(r, "5.1.2.4: thisUpdate is no Time");
    }
    if ((rv = ocsp_der_stream_peek(&r->w, OCSP_DER_UTC_TIME, &utc))
            != APR_SUCCESS
        || (rv = ocsp_der_stream_peek(&r->w, OCSP_DER_GENERALIZED_TIME,
                                      &generalized))
               != APR_SUCCESS) {
        return rv;
    }
    return (utc || generalized)
                && !ocsp_gtime_get(&r->w.cur, &r->info.next_update)
             ? refuse(r, "5.1.2.5: nextUpdate is no Time")
             : APR_SUCCESS;
}

/* Reasons that a response can have, and removeFromCRL. */
static int usable_reason(int reason)
{
    return (reason >= 0 && reason <= 6) || reason == OCSP_CRL_REMOVE
                || reason == 9 || reason == 10
             ? reason
             : OCSP_CRL_NO_REASON;
}

/* The crlEntryExtensions of almost every entry: a reasonCode of one octet. (As
 * an ocsp_der_t the arguments would be passed slower: measured.) */
static bool parse_usual_exts(const unsigned char *data, size_t len, int *reason)
{
    static const unsigned char usual[] = {0x30, 0x0c, 0x30, 0x0a, 0x06,
                                          0x03, 0x55, 0x1d, 0x15, 0x04,
                                          0x03, 0x0a, 0x01};

    if (len != sizeof(usual) + 1 || memcmp(data, usual, sizeof(usual)) != 0
        || (data[sizeof(usual)] & 0x80) != 0) {
        return false;
    }
    *reason = data[sizeof(usual)];
    return true;
}

/* crlEntryExtensions Extensions OPTIONAL -- if present, version MUST be v2 */
static apr_status_t read_entry_exts(const reader_t *r, ocsp_der_t in,
                                    int *reason)
{
    ocsp_der_t list;
    ocsp_der_t oid = no_oid;
    const char *why = NULL;
    apr_status_t rv;

    if (!r->v2) {
        why = "RFC 5280 section 5.1.2.1: entry extensions in version 1";
        return fail(r, OCSP_EMALFORMED, why, oid);
    }
    if (parse_usual_exts(in.data, in.len, reason)) {
        return APR_SUCCESS;
    }
    if (!ocsp_der_get(&in, OCSP_DER_SEQUENCE, &list) || !ocsp_der_at_end(&in)) {
        why = "RFC 5280 section 5.1.2.6: an entry is not DER";
        return fail(r, OCSP_EMALFORMED, why, oid);
    }
    rv = ocsp_crl_ext_read_entry(reason, list, &oid, &why);
    return rv == APR_SUCCESS ? rv : fail(r, rv, why, oid);
}

/*
 * SEQUENCE {
 *     userCertificate     CertificateSerialNumber,
 *     revocationDate      Time,
 *     crlEntryExtensions  Extensions OPTIONAL }
 */
static apr_status_t read_entry(reader_t *r, ocsp_der_t in)
{
    int reason = OCSP_CRL_NO_REASON;
    const char *why = NULL;
    ocsp_der_t serial;
    int64_t time;
    apr_status_t rv = APR_SUCCESS;

    if (!ocsp_der_get(&in, OCSP_DER_INTEGER, &serial)
        || !ocsp_certid_serial(&serial, serial)) {
        why = "RFC 5280 section 4.1.2.2: an entry without a serial number, or "
              "with one that is padded or too long";
        return fail(r, OCSP_EMALFORMED, why, no_oid);
    }
    if (!ocsp_gtime_get(&in, &time)) {
        why = "RFC 5280 section 5.1.2.6: revocationDate is no Time";
        return fail(r, OCSP_EMALFORMED, why, no_oid);
    }
    if (in.len != 0 && (rv = read_entry_exts(r, in, &reason)) != APR_SUCCESS) {
        return rv;
    }
    r->info.entries++;
    r->info.removals += reason == OCSP_CRL_REMOVE;
    rv = r->fn(r->ctx, serial.data, serial.len, time, usable_reason(reason),
               &why);
    return rv == APR_SUCCESS ? rv : fail(r, rv, why, no_oid);
}

/* revokedCertificates SEQUENCE OF SEQUENCE { ... } OPTIONAL */
static apr_status_t read_entries(reader_t *r)
{
    ocsp_der_t entry;
    apr_uint64_t outer_end;
    bool found;
    apr_status_t rv = ocsp_der_stream_peek(&r->w, OCSP_DER_SEQUENCE, &found);

    if (rv != APR_SUCCESS || !found) {
        return rv;
    }
    rv = ocsp_der_stream_enter(&r->w, &outer_end);
    while (rv == APR_SUCCESS && ocsp_der_stream_position(&r->w) < r->w.end) {
        rv = ocsp_der_stream_next(&r->w, OCSP_DER_SEQUENCE, NULL, &entry);
        if (rv == APR_SUCCESS) {
            rv = read_entry(r, entry);
        }
    }
    r->w.end = outer_end;
    return rv;
}

/* Whether authorityKeyIdentifier may be that of a key. An identifier need not
 * be the hash of the key, so it is compared with the subjectKeyIdentifier. */
static bool may_be_key(const ocsp_issuer_t *signer, ocsp_der_t key_id)
{
    const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(signer->cert);

    return own == NULL
        || ocsp_der_equal(key_id,
                          (ocsp_der_t){ASN1_STRING_get0_data(own),
                                       (size_t)ASN1_STRING_length(own)});
}

/* Whether authorityKeyIdentifier says that a key signed whose CRLs are not for
 * this CA's certificates. */
static bool is_other_key(const reader_t *r, ocsp_der_t key_id)
{
    const apr_array_header_t *keys = r->keys->keys;
    bool other = key_id.data != NULL && !may_be_key(r->keys->issuer, key_id);
    int i;

    for (i = 0; i < keys->nelts && other; i++) {
        const ocsp_crl_keys_key_t *key = &APR_ARRAY_IDX(keys, i,
                                                        ocsp_crl_keys_key_t);

        other = !key->covers || !may_be_key(key->signer, key_id);
    }
    return other;
}

/* Copy a number, if there is one. @return false: it is too long */
static bool copy_number(unsigned char out[OCSP_CRL_NUMBER_MAX], size_t *len,
                        ocsp_der_t number)
{
    if (number.len > OCSP_CRL_NUMBER_MAX) {
        return false;
    }
    if (number.len > 0) {
        memcpy(out, number.data, number.len);
    }
    *len = number.len;
    return true;
}

/* crlExtensions [0] EXPLICIT Extensions OPTIONAL -- if present, v2 */
static apr_status_t read_exts(reader_t *r)
{
    const unsigned tag = OCSP_DER_CONTEXT_CONSTRUCTED(0);
    ocsp_der_t in;
    ocsp_der_t list;
    ocsp_crl_ext_crl_t exts;
    ocsp_der_t oid = no_oid;
    const char *why = NULL;
    bool found;
    apr_status_t rv = ocsp_der_stream_peek(&r->w, tag, &found);

    if (rv != APR_SUCCESS || !found
        || (rv = ocsp_der_stream_next(&r->w, tag, NULL, &in)) != APR_SUCCESS) {
        return rv;
    }
    if (!r->v2 || !ocsp_der_get(&in, OCSP_DER_SEQUENCE, &list)
        || !ocsp_der_at_end(&in)) {
        return refuse(r, "5.1.2.7: crlExtensions are not DER, or in version 1");
    }
    rv = ocsp_crl_ext_read_crl(&exts, list, &oid, &why);
    r->is_other_key = r->is_other_key || is_other_key(r, exts.key_id);
    if (rv != APR_SUCCESS) {
        return fail(r, rv, why, oid);
    }
    r->info.scope = exts.scope;
    if (!copy_number(r->info.number, &r->info.number_len, exts.number)) {
        return refuse(r, "5.2.3: CRLNumber has more than 20 octets");
    }
    return copy_number(r->info.base, &r->info.base_len, exts.base)
             ? APR_SUCCESS
             : refuse(r, "5.2.4: BaseCRLNumber has more than 20 octets");
}

/*
 * TBSCertList ::= SEQUENCE {
 *     version              INTEGER OPTIONAL,
 *     signature            AlgorithmIdentifier,
 *     issuer               Name,
 *     thisUpdate           Time,
 *     nextUpdate           Time OPTIONAL,
 *     revokedCertificates  SEQUENCE OF SEQUENCE { ... } OPTIONAL,
 *     crlExtensions        [0] EXPLICIT Extensions OPTIONAL }
 */
static apr_status_t read_tbs(reader_t *r)
{
    apr_uint64_t outer_end;
    apr_status_t rv;

    if ((rv = begin_tbs(r, &outer_end)) != APR_SUCCESS
        || (rv = read_issuer(r)) != APR_SUCCESS
        || (rv = read_times(r)) != APR_SUCCESS
        || (rv = read_entries(r)) != APR_SUCCESS
        || (rv = read_exts(r)) != APR_SUCCESS
        || (rv = ocsp_der_stream_leave(&r->w, outer_end,
                                       "5.1.2: trailing data in tbsCertList"))
               != APR_SUCCESS) {
        return rv;
    }
    rv = ocsp_der_stream_pull(&r->w, 0); /* the tap gets the rest */
    ocsp_stream_tap(r->w.s, NULL, NULL);
    return rv;
}

/* Whether the CA has signed a CRL although its keyUsage does not allow it. */
static bool is_by_ca(const reader_t *r, ocsp_der_t signature)
{
    const ocsp_issuer_t *ca = r->keys->issuer;
    const char *ignored;

    return r->has_ca_name && !ca->may_sign_crls
        && ocsp_crl_signature_check_key(r->sig, ca, &ignored) == APR_SUCCESS
        && ocsp_crl_signature_check(r->sig, signature, ca);
}

static apr_status_t reject_expired(const reader_t *r,
                                   const ocsp_issuer_t *signer)
{
    apr_pool_t *p = r->w.pool;
    const char *why = apr_psprintf(
        p,
        "RFC 5280 section 6.3.3 (f): the certificate of the CRL signer %s was "
        "not valid at thisUpdate %s: name its new certificate with "
        "OCSPCRLSignerFile",
        signer->subject, ocsp_crl_print_time(r->info.this_update, p));

    return fail(r, OCSP_EUNKNOWNCA, why, no_oid);
}

/* Find the key that made the signature. What a CRL signer has signed when its
 * certificate was not valid has no valid path. */
static apr_status_t find_signer(reader_t *r, ocsp_der_t signature)
{
    const ocsp_crl_keys_key_t *const *usable = (const void *)r->usable->elts;
    const ocsp_crl_keys_key_t *expired = NULL;
    int i;

    for (i = 0; i < r->usable->nelts; i++) {
        if (!ocsp_crl_signature_check(r->sig, signature, usable[i]->signer)) {
            continue;
        }
        if (usable[i]->kind != OCSP_CRL_KEYS_NAMED
            || ocsp_issuer_is_valid(usable[i]->signer, r->info.this_update)) {
            r->info.key = usable[i];
            return APR_SUCCESS;
        }
        expired = usable[i];
    }
    return expired != NULL        ? reject_expired(r, expired->signer)
         : is_by_ca(r, signature) ? reject_usage(r)
                                  : reject_signature(r, usable[0]->signer);
}

/* signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING */
static apr_status_t read_signature(reader_t *r)
{
    ocsp_der_t algorithm;
    ocsp_der_t bits;
    apr_status_t rv = ocsp_der_stream_next(&r->w, OCSP_DER_SEQUENCE, &algorithm,
                                           NULL);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_der_equal(algorithm, r->algorithm)) {
        return refuse(r, "5.1.1.2: signatureAlgorithm differs from signature "
                         "in tbsCertList");
    }
    rv = ocsp_der_stream_next(&r->w, OCSP_DER_BIT_STRING, NULL, &bits);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (bits.len < 2 || bits.data[0] != 0) {
        return refuse(r, "5.1.1.3: signatureValue is not whole octets");
    }
    bits.data++;
    bits.len--;
    return find_signer(r, bits);
}

/*
 * CertificateList ::= SEQUENCE {
 *     tbsCertList         TBSCertList,
 *     signatureAlgorithm  AlgorithmIdentifier,
 *     signatureValue      BIT STRING }
 */
static apr_status_t read_list(reader_t *r)
{
    apr_uint64_t outer_end;
    apr_status_t rv;

    if ((rv = ocsp_der_stream_enter(&r->w, &outer_end)) != APR_SUCCESS
        || (rv = read_tbs(r)) != APR_SUCCESS
        || (rv = read_signature(r)) != APR_SUCCESS
        || (rv = ocsp_der_stream_leave(&r->w, outer_end,
                                       "5.1.1: trailing data in "
                                       "CertificateList"))
               != APR_SUCCESS
        || (rv = ocsp_der_stream_pull(&r->w, 1)) != APR_SUCCESS) {
        return rv;
    }
    return r->w.cur.len != 0 ? refuse(r, "5.1: trailing data after the CRL")
                             : APR_SUCCESS;
}

/* A CRL that is not indirect is for the certificates of its issuer. */
static apr_status_t check_subject(const reader_t *r)
{
    const ocsp_issuer_t *ca = r->keys->issuer;
    ocsp_der_t name = r->info.key->signer->name;

    if (ocsp_issuer_has_name(ca, name)) {
        return APR_SUCCESS;
    }
    *r->w.why = ocsp_issuer_describe_other(ca, r->w.name, name, r->w.pool);
    return OCSP_EOTHERCA;
}

apr_status_t ocsp_crl_read_stream(ocsp_crl_info_t *info, ocsp_stream_t *s,
                                  const ocsp_crl_keys_t *keys,
                                  ocsp_crl_entry_fn *fn, void *ctx,
                                  const char **why, apr_pool_t *p)
{
    reader_t r = {.w = {.s = s,
                        .name = ocsp_stream_get0_name(s),
                        .why = why,
                        .pool = p,
                        .end = UINT64_MAX},
                  .keys = keys,
                  .usable = apr_array_make(p, 2,
                                           sizeof(const ocsp_crl_keys_key_t *)),
                  .fn = fn,
                  .ctx = ctx,
                  .info = {.next_update = OCSP_CRL_NO_NEXT_UPDATE}};
    apr_status_t rv = read_list(&r);

    ocsp_stream_tap(s, NULL, NULL);
    if (r.sig != NULL) {
        ocsp_crl_signature_free(r.sig);
    }
    if (rv == APR_SUCCESS && (rv = check_subject(&r)) == APR_SUCCESS) {
        *info = r.info;
    }
    return r.is_other_key && (rv == OCSP_EUNKNOWNCA || rv == OCSP_EUNSUPPORTED)
             ? OCSP_EOTHERKEY
             : rv;
}

/* Check the rest of the file: an incomplete one is not used, and no CRL is
 * overlooked. */
static apr_status_t check_rest(ocsp_stream_t *s, const ocsp_crl_place_t *place,
                               const char **why, apr_pool_t *p)
{
    bool found = true;
    apr_status_t rv = APR_SUCCESS;

    while (rv == APR_SUCCESS && found) {
        rv = ocsp_stream_next(s, &found, why);
        if (rv == APR_SUCCESS && found && place->object == 0) {
            *why = apr_psprintf(p,
                                "%s: a PEM file of more than %d MB with more "
                                "than one CRL: give each a file of its own",
                                place->file,
                                (int)(OCSP_CRL_BUNDLE_MAX / 1024 / 1024));
            return OCSP_EMALFORMED;
        }
    }
    return rv;
}

/* Open a file at a CRL. */
static apr_status_t open_place(ocsp_stream_t **out,
                               const ocsp_crl_place_t *place, const char **why,
                               apr_pool_t *p)
{
    const char *name = ocsp_crl_print_place(place, p);
    bool found = true;
    unsigned object;
    apr_status_t rv = ocsp_stream_open(out, place->file, name, PEM_LABEL, why,
                                       p);

    for (object = 1; object < place->object && rv == APR_SUCCESS && found;
         object++) {
        rv = ocsp_stream_next(*out, &found, why);
    }
    if (rv == APR_SUCCESS && !found) {
        *why = apr_psprintf(p, "%s: is no longer there", name);
        rv = APR_ENOENT;
    }
    return rv;
}

apr_status_t ocsp_crl_read(ocsp_crl_info_t *info, const ocsp_crl_place_t *place,
                           const ocsp_crl_keys_t *keys, ocsp_crl_entry_fn *fn,
                           void *ctx, const char **why, apr_pool_t *p)
{
    ocsp_crl_info_t read = {.next_update = OCSP_CRL_NO_NEXT_UPDATE};
    ocsp_stream_t *s;
    apr_status_t rv = open_place(&s, place, why, p);

    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_read_stream(&read, s, keys, fn, ctx, why, p);
    }
    if (rv == APR_SUCCESS) {
        rv = check_rest(s, place, why, p);
    }
    if (rv == APR_SUCCESS) {
        *info = read;
    }
    if (s != NULL) {
        ocsp_stream_close(s);
    }
    return rv;
}

/* Read the head of the present object of a stream. */
static apr_status_t read_head(ocsp_crl_head_t *head, ocsp_stream_t *s,
                              const char *name, const char **why, apr_pool_t *p)
{
    reader_t r = {
        .w = {.s = s, .name = name, .why = why, .pool = p, .end = UINT64_MAX}};
    apr_uint64_t outer_end;
    ocsp_der_t algorithm;
    ocsp_der_t issuer;
    apr_status_t rv;

    if ((rv = ocsp_der_stream_enter(&r.w, &outer_end)) != APR_SUCCESS
        || (rv = enter_tbs(&r, &outer_end, &algorithm)) != APR_SUCCESS
        || (rv = ocsp_der_stream_next(&r.w, OCSP_DER_SEQUENCE, &issuer, NULL))
               != APR_SUCCESS) {
        return rv;
    }
    if (issuer.len > OCSP_CRL_HEAD_MAX) {
        return refuse(&r, "5.1.2.3: issuer is too long");
    }
    head->issuer_name.data = apr_pmemdup(p, issuer.data, issuer.len);
    head->issuer_name.len = issuer.len;
    rv = read_times(&r);
    head->this_update = r.info.this_update;
    return rv;
}

/* Add the head of the present object. */
static apr_status_t add_head(apr_array_header_t *heads, ocsp_stream_t *s,
                             unsigned object, const char **why)
{
    const char *file = ocsp_stream_get0_name(s);
    const ocsp_crl_place_t place = {file, object > 1 ? object : 0};
    ocsp_crl_head_t head = {.object = object};
    apr_status_t rv;

    if (object > OCSP_CRL_BUNDLE_CRLS_MAX) {
        *why = apr_psprintf(heads->pool,
                            "%s: has more than %d CRLs: divide it into several "
                            "files",
                            file, OCSP_CRL_BUNDLE_CRLS_MAX);
        return APR_ENOSPC;
    }
    rv = read_head(&head, s, ocsp_crl_print_place(&place, heads->pool), why,
                   heads->pool);
    if (rv == APR_SUCCESS) {
        APR_ARRAY_PUSH(heads, ocsp_crl_head_t) = head;
    }
    return rv;
}

/* Add the heads of all objects. One that cannot be read does not hide the
 * others. */
static apr_status_t add_heads(apr_array_header_t *heads, ocsp_stream_t *s,
                              const char **why)
{
    const int first = heads->nelts;
    unsigned object = 0;
    bool found;
    const char *reason;
    apr_status_t rv, failed = APR_SUCCESS;

    do {
        found = false;
        rv = add_head(heads, s, ++object, &reason);
        if (failed == APR_SUCCESS && rv != APR_SUCCESS) {
            failed = rv;
            *why = reason;
        }
        if (rv != APR_ENOSPC
            && ocsp_stream_get_size(s) <= OCSP_CRL_BUNDLE_MAX) {
            rv = ocsp_stream_next(s, &found, &reason);
        }
        if (failed == APR_SUCCESS && rv != APR_SUCCESS) {
            failed = rv;
            *why = reason;
        }
    } while (found);
    if (object == 1 && heads->nelts > first) {
        APR_ARRAY_IDX(heads, first, ocsp_crl_head_t).object = 0;
    }
    return failed;
}

apr_status_t ocsp_crl_read_heads(apr_array_header_t *heads, const char *file,
                                 const char **why, apr_pool_t *p)
{
    ocsp_stream_t *s;
    apr_status_t rv = ocsp_stream_open(&s, file, file, PEM_LABEL, why, p);

    if (rv == APR_SUCCESS) {
        rv = add_heads(heads, s, why);
        ocsp_stream_close(s);
    }
    return rv;
}

const char *ocsp_crl_print_place(const ocsp_crl_place_t *place, apr_pool_t *p)
{
    return place->object == 0
             ? place->file
             : apr_psprintf(p, "%s (CRL %u)", place->file, place->object);
}

const char *ocsp_crl_print_time(int64_t seconds, apr_pool_t *p)
{
    char text[OCSP_GTIME_ISO_LEN];

    return ocsp_gtime_format_iso(text, seconds)
             ? apr_pstrmemdup(p, text, sizeof(text))
             : "(no date)";
}

int ocsp_crl_compare_number(const unsigned char *a, size_t a_len,
                            const unsigned char *b, size_t b_len)
{
    for (; a_len > 0 && *a == 0; a_len--) {
        a++;
    }
    for (; b_len > 0 && *b == 0; b_len--) {
        b++;
    }
    if (a_len != b_len) {
        return a_len < b_len ? -1 : 1;
    }
    return a_len == 0 ? 0 : memcmp(a, b, a_len);
}
