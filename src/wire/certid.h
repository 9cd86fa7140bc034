/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * CertIDs (RFC 6960 section 4.1.1): parses them, and compares them with the
 * hashes of an issuer's name and key. Floor 0: of libcrypto digests alone.
 */
#ifndef OCSP_WIRE_CERTID_H
#define OCSP_WIRE_CERTID_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/der.h"

/** Octets of the longest serial number: RFC 5280 section 4.1.2.2 allows 20, and
 * some CAs have exceeded that. */
#define OCSP_CERTID_SERIAL_MAX 64

/** Octets of the longest digest. */
#define OCSP_CERTID_HASH_MAX 64

/** The hash algorithms of CertIDs (R44). */
typedef enum {
    OCSP_CERTID_SHA1 = 0,
    OCSP_CERTID_SHA256,
    OCSP_CERTID_SHA384,
    OCSP_CERTID_SHA512,
    OCSP_CERTID_HASHES, /* the number of the above */
    OCSP_CERTID_OTHER   /* any other: such a CertID names no issuer */
} ocsp_certid_hash_t;

/** A parsed CertID, borrowed from the request. */
typedef struct {
    ocsp_certid_hash_t hash;
    ocsp_der_t der;       /* the whole element, which a response echoes */
    ocsp_der_t name_hash; /* issuerNameHash */
    ocsp_der_t key_hash;  /* issuerKeyHash */
    ocsp_der_t serial;    /* see ocsp_certid_serial */
} ocsp_certid_t;

/** The hashes of an issuer's name and key, by every algorithm. */
typedef struct {
    unsigned char name[OCSP_CERTID_HASHES][OCSP_CERTID_HASH_MAX];
    unsigned char key[OCSP_CERTID_HASHES][OCSP_CERTID_HASH_MAX];
} ocsp_certid_issuer_t;

/** @return octets of a digest; 0 for OCSP_CERTID_OTHER. Pure. */
size_t ocsp_certid_hash_len(ocsp_certid_hash_t hash);

/**
 * Read a CertID. The parameters of the hash may be NULL or absent (R46). If the
 * hash is unknown, or a digest has a wrong length, hash is OCSP_CERTID_OTHER
 * (R52).
 * @return false: not DER, or a serial number that is empty, padded or longer
 *         than OCSP_CERTID_SERIAL_MAX. Pure.
 */
bool ocsp_certid_parse(ocsp_certid_t *out, ocsp_der_t *in);

/**
 * Normalize a serial number for comparison: the content of an INTEGER without
 * leading zero octets; zero is one zero octet. So padding never hides a listed
 * serial number. A negative one equals the positive one with the same octets,
 * which can only turn good into revoked (R43).
 * @param content the content of an INTEGER
 * @return false: empty, longer than OCSP_CERTID_SERIAL_MAX, or with a leading
 *         FF that may be padding or a part of the number. Pure.
 */
bool ocsp_certid_serial(ocsp_der_t *out, ocsp_der_t content);

/**
 * Hash the name and key of an issuer (R49).
 * @param name its subject, the whole Name
 * @param key the value of its subjectPublicKey BIT STRING, without tag, length
 *        and the octet of unused bits
 * @return false: libcrypto failed. Any thread.
 */
bool ocsp_certid_hash_issuer(ocsp_certid_issuer_t *out, ocsp_der_t name,
                             ocsp_der_t key);

/** @return whether a CertID has the name and the key of this issuer (R50).
 * Pure. */
bool ocsp_certid_is_issuer(const ocsp_certid_t *id,
                           const ocsp_certid_issuer_t *issuer);

#endif
