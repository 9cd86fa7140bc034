/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses CertIDs, and compares them with issuers. Nothing here is secret, so
 * nothing is compared in constant time. Floor 0.
 */
#include "wire/certid.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

typedef struct {
    const EVP_MD *(*md)(void);
    size_t len; /* octets of a digest */
    size_t oid_len;
    unsigned char oid[9];
} hash_t;

/* clang-format off */
static const hash_t hashes[OCSP_CERTID_HASHES] = {
    [OCSP_CERTID_SHA1] = {EVP_sha1, 20, 5,
        {0x2b, 0x0e, 0x03, 0x02, 0x1a}},
    [OCSP_CERTID_SHA256] = {EVP_sha256, 32, 9,
        {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}},
    [OCSP_CERTID_SHA384] = {EVP_sha384, 48, 9,
        {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}},
    [OCSP_CERTID_SHA512] = {EVP_sha512, 64, 9,
        {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}},
};
/* clang-format on */

size_t ocsp_certid_hash_len(ocsp_certid_hash_t hash)
{
    return hash < OCSP_CERTID_HASHES ? hashes[hash].len : 0;
}

static ocsp_certid_hash_t find_hash(ocsp_der_t oid)
{
    unsigned i;

    for (i = 0; i < OCSP_CERTID_HASHES; i++) {
        ocsp_der_t known = {hashes[i].oid, hashes[i].oid_len};

        if (ocsp_der_equal(oid, known)) {
            return (ocsp_certid_hash_t)i;
        }
    }
    return OCSP_CERTID_OTHER;
}

/*
 * AlgorithmIdentifier ::= SEQUENCE {
 *     algorithm   OBJECT IDENTIFIER,
 *     parameters  ANY DEFINED BY algorithm OPTIONAL }
 *
 * The parameters of SHA are absent or NULL (RFC 4055 section 2.1). A known hash
 * with other parameters is not that hash.
 */
static bool parse_hash(ocsp_certid_hash_t *out, ocsp_der_t *in)
{
    ocsp_der_t algorithm, oid, parameters = {0};
    unsigned tag = OCSP_DER_NULL;

    if (!ocsp_der_get(in, OCSP_DER_SEQUENCE, &algorithm)
        || !ocsp_der_get(&algorithm, OCSP_DER_OID, &oid) || oid.len == 0
        || (!ocsp_der_at_end(&algorithm)
            && !ocsp_der_get_any(&algorithm, &tag, NULL, &parameters))
        || (tag == OCSP_DER_NULL && parameters.len != 0)) {
        return false;
    }
    *out = tag == OCSP_DER_NULL ? find_hash(oid) : OCSP_CERTID_OTHER;
    return ocsp_der_at_end(&algorithm);
}

bool ocsp_certid_serial(ocsp_der_t *out, ocsp_der_t content)
{
    if (content.len == 0 || content.len > OCSP_CERTID_SERIAL_MAX) {
        return false;
    }
    /* Nine leading ones are padding (X.690 section 8.3.2), or a positive number
     * from an encoder that forgot its leading zero octet. */
    if (content.len > 1 && content.data[0] == 0xff
        && (content.data[1] & 0x80)) {
        return false;
    }
    while (content.len > 1 && content.data[0] == 0x00) {
        content.data++;
        content.len--;
    }
    *out = content;
    return true;
}

/* X.690 section 8.3.2. A response echoes the octets, and clients with a strict
 * parser, as OpenSSL's, could not read it. */
static bool is_padded(ocsp_der_t integer)
{
    return integer.len > 1 && integer.data[0] == 0x00
        && !(integer.data[1] & 0x80);
}

/*
 * CertID ::= SEQUENCE {
 *     hashAlgorithm   AlgorithmIdentifier,
 *     issuerNameHash  OCTET STRING, -- Hash of issuer's DN
 *     issuerKeyHash   OCTET STRING, -- Hash of issuer's public key
 *     serialNumber    CertificateSerialNumber }
 */
bool ocsp_certid_parse(ocsp_certid_t *out, ocsp_der_t *in)
{
    ocsp_certid_t id;
    ocsp_der_t rest = *in, sequence, integer;
    unsigned tag;
    size_t len;

    if (!ocsp_der_peek(&rest, OCSP_DER_SEQUENCE)
        || !ocsp_der_get_any(&rest, &tag, &id.der, &sequence)
        || !parse_hash(&id.hash, &sequence)
        || !ocsp_der_get(&sequence, OCSP_DER_OCTET_STRING, &id.name_hash)
        || !ocsp_der_get(&sequence, OCSP_DER_OCTET_STRING, &id.key_hash)
        || !ocsp_der_get(&sequence, OCSP_DER_INTEGER, &integer)
        || is_padded(integer) || !ocsp_certid_serial(&id.serial, integer)
        || !ocsp_der_at_end(&sequence)) {
        return false;
    }
    len = ocsp_certid_hash_len(id.hash);
    if (id.name_hash.len != len || id.key_hash.len != len) {
        id.hash = OCSP_CERTID_OTHER;
    }
    *out = id;
    *in = rest;
    return true;
}

static bool digest(unsigned char *out, const hash_t *hash, ocsp_der_t bytes)
{
    unsigned len = 0;

    return EVP_Digest(bytes.data, bytes.len, out, &len, hash->md(), NULL)
        && len == hash->len;
}

bool ocsp_certid_hash_issuer(ocsp_certid_issuer_t *out, ocsp_der_t name,
                             ocsp_der_t key)
{
    ocsp_certid_issuer_t issuer;
    unsigned i;

    memset(&issuer, 0, sizeof(issuer));
    for (i = 0; i < OCSP_CERTID_HASHES; i++) {
        if (!digest(issuer.name[i], &hashes[i], name)
            || !digest(issuer.key[i], &hashes[i], key)) {
            /* mod_ssl uses the same error queue */
            ERR_clear_error();
            return false;
        }
    }
    *out = issuer;
    return true;
}

bool ocsp_certid_is_issuer(const ocsp_certid_t *id,
                           const ocsp_certid_issuer_t *issuer)
{
    size_t len = ocsp_certid_hash_len(id->hash);

    return len != 0 && id->name_hash.len == len && id->key_hash.len == len
        && !memcmp(id->name_hash.data, issuer->name[id->hash], len)
        && !memcmp(id->key_hash.data, issuer->key[id->hash], len);
}
