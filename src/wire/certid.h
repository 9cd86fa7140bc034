/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A CertID (RFC 6960 section 4.1.1) as a value: which hash, whose name and key,
 * which serial number; and the hashes of an issuer to hold it against. Floor 0:
 * libcrypto's digests, nothing else of it.
 */
#ifndef OCSP_WIRE_CERTID_H
#define OCSP_WIRE_CERTID_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/der.h"

/**
 * The longest serial number anyone may list or ask for, in octets: RFC 5280
 * section 4.1.2.2 allows 20, some CAs have exceeded it.
 */
#define OCSP_CERTID_SERIAL_MAX 64

/** The longest digest of the hashes below. */
#define OCSP_CERTID_HASH_MAX 64

/** Hashes that requests are understood in (R44). */
typedef enum {
    OCSP_CERTID_SHA1 = 0,
    OCSP_CERTID_SHA256,
    OCSP_CERTID_SHA384,
    OCSP_CERTID_SHA512,
    OCSP_CERTID_HASHES, /* how many there are */
    OCSP_CERTID_OTHER   /* well-formed, but no issuer of ours is hashed so */
} ocsp_certid_hash_t;

/** A parsed CertID. All pointers are into the request. */
typedef struct {
    ocsp_certid_hash_t hash;
    ocsp_der_t der;       /* the whole element: what a response echoes */
    ocsp_der_t name_hash; /* issuerNameHash */
    ocsp_der_t key_hash;  /* issuerKeyHash */
    ocsp_der_t serial;    /* as ocsp_certid_serial makes it */
} ocsp_certid_t;

/** One issuer's name and key under every hash. */
typedef struct {
    unsigned char name[OCSP_CERTID_HASHES][OCSP_CERTID_HASH_MAX];
    unsigned char key[OCSP_CERTID_HASHES][OCSP_CERTID_HASH_MAX];
} ocsp_certid_issuer_t;

/** @return octets of this hash; 0 for OCSP_CERTID_OTHER. Pure. */
size_t ocsp_certid_hash_len(ocsp_certid_hash_t hash);

/**
 * Read one CertID. Hash parameters may be NULL or absent (R46); an
 * unknown hash, or digests of a wrong length, give OCSP_CERTID_OTHER
 * (R52).
 * @return false: not DER, or a serial number that is empty, padded or over
 *         OCSP_CERTID_SERIAL_MAX. Pure.
 */
bool ocsp_certid_parse(ocsp_certid_t *out, ocsp_der_t *in);

/**
 * The form in which serial numbers are compared: the content of an INTEGER
 * without leading 00 octets; zero is one 00 octet. Padding never hides a listed
 * serial number; a negative one meets the positive one of the same octets,
 * which can only turn good into revoked (R43); and where FF could
 * be padding or the number's own, it is refused.
 * @param content an INTEGER's content octets
 * @return false: empty, or over OCSP_CERTID_SERIAL_MAX as it came. Pure.
 */
bool ocsp_certid_serial(ocsp_der_t *out, ocsp_der_t content);

/**
 * Hash an issuer (R49).
 * @param name the DER of its subject, a Name
 * @param key the value of its subjectPublicKey BIT STRING: no tag, no length,
 *        no unused-bits octet
 * @return false: libcrypto could not. Any thread.
 */
bool ocsp_certid_hash_issuer(ocsp_certid_issuer_t *out, ocsp_der_t name,
                             ocsp_der_t key);

/**
 * @return whether the CertID names this issuer: name and key both
 *         (R50); never for OCSP_CERTID_OTHER. Pure.
 */
bool ocsp_certid_is_issuer(const ocsp_certid_t *id,
                           const ocsp_certid_issuer_t *issuer);

#endif
