/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crl.h. One function for each part of the ASN.1, in its order; walk.h
 * knows where each must end.
 */
#include <apr_strings.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "status/crl.h"
#include "status/crl_entry.h"
#include "status/crl_ext.h"
#include "status/crl_head.h"
#include "status/crl_signature.h"
#include "status/der_stream.h"
#include "wire/gtime.h"

#define PEM_LABEL "X509 CRL"

typedef struct {
    ocsp_der_stream_t w;
    const ocsp_issuer_t *issuer;
    ocsp_crl_entry_fn *fn;
    void *ctx;
    apr_uint64_t tbs_end; /* where tbsCertList must end */
    bool v2;
    ocsp_der_t algorithm; /* AlgorithmIdentifier of tbsCertList, a copy */
    ocsp_crl_signature_t *sig;
    bool others; /* another key's, as authorityKeyIdentifier says */
    ocsp_crl_info_t info;
} reader_t;

/* An OBJECT IDENTIFIER with dots, or with its name where it has one. */
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

/* Put the file's name before what a lower function found. */
static apr_status_t pass_on(const reader_t *r, apr_status_t rv,
                            const char *fragment)
{
    *r->w.why = apr_psprintf(r->w.pool, "%s: %s", r->w.name,
                             fragment != NULL ? fragment : "not taken");
    return rv;
}

/*
 * The head of tbsCertList, and with it the verdict on the signature begins: the
 * tap has to see tbsCertList from its first octet, so the window must not have
 * moved since.
 */
static apr_status_t read_head(reader_t *r, apr_uint64_t outer_end)
{
    ocsp_der_t algorithm;
    const char *fragment = NULL;
    apr_uint64_t start = ocsp_der_stream_position(&r->w);
    apr_status_t rv = ocsp_crl_head_enter(&r->w, outer_end, &r->tbs_end, &r->v2,
                                          &algorithm);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (ocsp_stream_position(r->w.s) != start
        || algorithm.len > OCSP_CRL_HEAD_MAX) {
        return ocsp_der_stream_refuse(&r->w,
                                      "5.1.2.2: signature is too long, or cut "
                                      "off");
    }
    r->algorithm.data = apr_pmemdup(r->w.pool, algorithm.data, algorithm.len);
    r->algorithm.len = algorithm.len;
    rv = ocsp_crl_signature_make(&r->sig, r->issuer, r->algorithm, &fragment,
                                 r->w.pool);
    if (rv != APR_SUCCESS) {
        return pass_on(r, rv, fragment);
    }
    r->info.sha1 = ocsp_crl_signature_is_sha1(r->sig);
    ocsp_stream_tap(r->w.s, ocsp_crl_signature_update, r->sig);
    return APR_SUCCESS;
}

/* The same, and behind it the extension that it is about, if any. */
static apr_status_t pass_on_ext(const reader_t *r, apr_status_t rv,
                                const char *fragment, ocsp_der_t oid)
{
    return pass_on(r, rv,
                   oid.data == NULL
                       ? fragment
                       : apr_pstrcat(r->w.pool, fragment, " (",
                                     print_oid(oid, r->w.pool), ")", NULL));
}

static apr_status_t read_issuer(reader_t *r)
{
    ocsp_der_t name;
    apr_status_t rv = ocsp_der_stream_next(&r->w, r->tbs_end, OCSP_DER_SEQUENCE,
                                           &name, NULL);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_issuer_has_name(r->issuer, name)) {
        *r->w.why = ocsp_issuer_describe_other(r->issuer, r->w.name, name,
                                               r->w.pool);
        return OCSP_EUNKNOWNCA;
    }
    return APR_SUCCESS;
}

static apr_status_t take_entry(reader_t *r, ocsp_der_t content)
{
    ocsp_crl_entry_t entry;
    ocsp_der_t oid = {NULL, 0};
    const char *fragment = NULL;
    apr_status_t rv;

    rv = ocsp_crl_entry_parse(&entry, content, r->v2, &oid, &fragment);
    if (rv == APR_SUCCESS) {
        r->info.entries++;
        r->info.removals += entry.removal;
        rv = r->fn(r->ctx, entry.serial.data, entry.serial.len, entry.time,
                   entry.reason, &fragment);
    }
    return rv == APR_SUCCESS ? rv : pass_on_ext(r, rv, fragment, oid);
}

/* revokedCertificates SEQUENCE OF SEQUENCE { ... } OPTIONAL */
static apr_status_t read_entries(reader_t *r)
{
    ocsp_der_t entry;
    apr_uint64_t end;
    apr_status_t rv = ocsp_der_stream_pull_small(&r->w);

    if (rv != APR_SUCCESS
        || !ocsp_der_stream_goes_on(&r->w, r->tbs_end, OCSP_DER_SEQUENCE)) {
        return rv;
    }
    rv = ocsp_der_stream_enter(&r->w, r->tbs_end, &end);
    while (rv == APR_SUCCESS && ocsp_der_stream_position(&r->w) < end) {
        rv = ocsp_der_stream_next(&r->w, end, OCSP_DER_SEQUENCE, NULL, &entry);
        if (rv == APR_SUCCESS) {
            rv = take_entry(r, entry);
        }
    }
    return rv;
}

/* What certificate and CRL say of their key need not be its hash, so only a
 * difference between the two tells something. */
static bool is_others(const reader_t *r, ocsp_der_t key_id)
{
    const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(
        ocsp_issuer_get0_cert(r->issuer));

    return own != NULL && key_id.data != NULL
        && !ocsp_der_equal(key_id,
                           (ocsp_der_t){ASN1_STRING_get0_data(own),
                                        (size_t)ASN1_STRING_length(own)});
}

/* crlExtensions [0] EXPLICIT Extensions OPTIONAL -- if present, v2 */
static apr_status_t read_exts(reader_t *r)
{
    ocsp_der_t in;
    ocsp_der_t list;
    ocsp_crl_ext_crl_t exts;
    ocsp_der_t oid = {NULL, 0};
    const char *fragment = NULL;
    apr_status_t rv = ocsp_der_stream_pull_small(&r->w);

    if (rv != APR_SUCCESS
        || !ocsp_der_stream_goes_on(&r->w, r->tbs_end,
                                    OCSP_DER_CONTEXT_CONSTRUCTED(0))) {
        return rv;
    }
    rv = ocsp_der_stream_next(&r->w, r->tbs_end,
                              OCSP_DER_CONTEXT_CONSTRUCTED(0), NULL, &in);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!r->v2 || !ocsp_der_get(&in, OCSP_DER_SEQUENCE, &list)
        || !ocsp_der_at_end(&in)) {
        return ocsp_der_stream_refuse(&r->w,
                                      "5.1.2.7: crlExtensions are not DER, or "
                                      "in version 1");
    }
    rv = ocsp_crl_ext_read_crl(&exts, list, &oid, &fragment);
    r->others = is_others(r, exts.key_id);
    if (rv != APR_SUCCESS) {
        return pass_on_ext(r, rv, fragment, oid);
    }
    r->info.scope = exts.scope;
    if (exts.number.len > sizeof(r->info.number)) {
        return ocsp_der_stream_refuse(&r->w,
                                      "5.2.3: CRLNumber has more than 20 "
                                      "octets");
    }
    if (exts.number.len > 0) {
        memcpy(r->info.number, exts.number.data, exts.number.len);
        r->info.number_len = exts.number.len;
    }
    return APR_SUCCESS;
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
static apr_status_t read_tbs(reader_t *r, apr_uint64_t outer_end)
{
    apr_status_t rv;

    if ((rv = read_head(r, outer_end)) != APR_SUCCESS
        || (rv = read_issuer(r)) != APR_SUCCESS
        || (rv = ocsp_crl_head_read_times(&r->w, r->tbs_end,
                                          &r->info.this_update,
                                          &r->info.next_update))
               != APR_SUCCESS
        || (rv = read_entries(r)) != APR_SUCCESS
        || (rv = read_exts(r)) != APR_SUCCESS) {
        return rv;
    }
    if (ocsp_der_stream_position(&r->w) != r->tbs_end) {
        return ocsp_der_stream_refuse(&r->w, "5.1.2: something is left over in "
                                             "tbsCertList");
    }
    rv = ocsp_der_stream_pull(&r->w, 0); /* the tap sees the rest */
    ocsp_stream_tap(r->w.s, NULL, NULL);
    return rv;
}

/* signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING */
static apr_status_t read_signature(reader_t *r, apr_uint64_t outer_end)
{
    ocsp_der_t algorithm;
    ocsp_der_t bits;
    const char *fragment = NULL;
    apr_status_t rv;

    rv = ocsp_der_stream_next(&r->w, outer_end, OCSP_DER_SEQUENCE, &algorithm,
                              NULL);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_der_equal(algorithm, r->algorithm)) {
        return ocsp_der_stream_refuse(&r->w,
                                      "5.1.1.2: signatureAlgorithm is another "
                                      "than the "
                                      "signature of tbsCertList");
    }
    rv = ocsp_der_stream_next(&r->w, outer_end, OCSP_DER_BIT_STRING, NULL,
                              &bits);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (bits.len < 2 || bits.data[0] != 0) {
        return ocsp_der_stream_refuse(&r->w,
                                      "5.1.1.3: signatureValue is no whole "
                                      "octets");
    }
    bits.data++;
    bits.len--;
    rv = ocsp_crl_signature_check(r->sig, bits, &fragment);
    return rv == APR_SUCCESS ? rv : pass_on(r, rv, fragment);
}

/*
 * CertificateList ::= SEQUENCE {
 *     tbsCertList         TBSCertList,
 *     signatureAlgorithm  AlgorithmIdentifier,
 *     signatureValue      BIT STRING }
 */
static apr_status_t read_list(reader_t *r)
{
    apr_uint64_t end;
    apr_status_t rv;

    if ((rv = ocsp_der_stream_enter(&r->w, UINT64_MAX, &end)) != APR_SUCCESS
        || (rv = read_tbs(r, end)) != APR_SUCCESS
        || (rv = read_signature(r, end)) != APR_SUCCESS) {
        return rv;
    }
    if (ocsp_der_stream_position(&r->w) != end) {
        return ocsp_der_stream_refuse(&r->w, "5.1.1: something is left over in "
                                             "CertificateList");
    }
    if ((rv = ocsp_der_stream_pull(&r->w, 1)) != APR_SUCCESS) {
        return rv;
    }
    return r->w.cur.len != 0
             ? ocsp_der_stream_refuse(&r->w, "5.1: more follows the "
                                             "CRL")
             : APR_SUCCESS;
}

apr_status_t ocsp_crl_read_stream(ocsp_crl_info_t *info, ocsp_stream_t *s,
                                  const ocsp_issuer_t *issuer,
                                  ocsp_crl_entry_fn *fn, void *ctx,
                                  const char **why, apr_pool_t *p)
{
    reader_t r = {
        .w = {.s = s, .name = ocsp_stream_get0_name(s), .why = why, .pool = p},
        .issuer = issuer,
        .fn = fn,
        .ctx = ctx,
        .info = {.next_update = OCSP_CRL_NO_NEXT_UPDATE}};
    apr_status_t rv;

    if (!ocsp_issuer_may_sign_crls(issuer)) {
        *why = apr_psprintf(p,
                            "%s: RFC 5280 section 6.3.3 (f): the certificate "
                            "of %s has a keyUsage without cRLSign: have it "
                            "issued again with cRLSign, for the same name and "
                            "key, or answer from an OCSPIndexFile alone",
                            r.w.name, ocsp_issuer_get0_subject(issuer));
        return OCSP_EUNKNOWNCA;
    }
    rv = read_list(&r);
    ocsp_stream_tap(s, NULL, NULL);
    if (r.sig != NULL) {
        ocsp_crl_signature_free(r.sig);
    }
    if (rv == APR_SUCCESS) {
        *info = r.info;
    }
    return r.others && (rv == OCSP_EUNKNOWNCA || rv == OCSP_EUNSUPPORTED)
             ? OCSP_EOTHERKEY
             : rv;
}

apr_status_t ocsp_crl_read(ocsp_crl_info_t *info, const char *file,
                           const ocsp_issuer_t *issuer, ocsp_crl_entry_fn *fn,
                           void *ctx, const char **why, apr_pool_t *p)
{
    ocsp_stream_t *s;
    apr_status_t rv = ocsp_stream_open(&s, file, PEM_LABEL, why, p);

    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_read_stream(info, s, issuer, fn, ctx, why, p);
        ocsp_stream_close(s);
    }
    return rv;
}

apr_status_t ocsp_crl_read_head(ocsp_der_t *issuer_name, int64_t *this_update,
                                const char *file, const char **why,
                                apr_pool_t *p)
{
    ocsp_der_stream_t w = {.name = file, .why = why, .pool = p};
    apr_status_t rv = ocsp_stream_open(&w.s, file, PEM_LABEL, why, p);

    issuer_name->data = NULL;
    issuer_name->len = 0;
    *this_update = 0;
    if (rv == APR_SUCCESS) {
        rv = ocsp_crl_head_read(issuer_name, this_update, &w);
        ocsp_stream_close(w.s);
    }
    return rv;
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
