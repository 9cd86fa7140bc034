/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * All kinds of keys that sign, and libcrypto's opinion on their signatures.
 */
#ifndef OCSP_UNIT_SIGNING_H
#define OCSP_UNIT_SIGNING_H

#include "party.h"

/* RSASSA-PSS parameters (RFC 4055 section 3.1): digest and mask by the same
 * one, trailing octet of its OID; salt length. */
#define PSS(digest, salt)                                                      \
    "3041 06092a864886f70d01010a 3034 a00f 300d 0609608648016503040"           \
    "2" digest "0500 a11c 301a 06092a864886f70d010108 300d "                   \
    "06096086480165030402" digest "0500 a203 0201" salt

/* R129: the AlgorithmIdentifier to the octet. */
static const struct {
    const char *name;
    pki_kind_t kind;
    int pss_salt; /* 0: no RSA-PSS key */
    bool restricted;
    const char *algorithm;
    const char *digest; /* to verify with */
} kinds[] = {
    {"RSA 2048 with SHA-256", PKI_RSA2048, 0, false,
     "300d06092a864886f70d01010b0500", "SHA2-256"},
    {"P-256 with SHA-256", PKI_P256, 0, false, "300a06082a8648ce3d040302",
     "SHA2-256"},
    {"P-384 with SHA-384", PKI_P384, 0, false, "300a06082a8648ce3d040303",
     "SHA2-384"},
    {"P-521 with SHA-512", PKI_P521, 0, false, "300a06082a8648ce3d040304",
     "SHA2-512"},
    {"brainpoolP256r1 with SHA-256", PKI_BP256, 0, false,
     "300a06082a8648ce3d040302", "SHA2-256"},
    {"brainpoolP384r1 with SHA-384", PKI_BP384, 0, false,
     "300a06082a8648ce3d040303", "SHA2-384"},
    {"brainpoolP512r1 with SHA-512", PKI_BP512, 0, false,
     "300a06082a8648ce3d040304", "SHA2-512"},
    {"Ed25519", PKI_ED25519, 0, false, "300506032b6570", NULL},
    {"Ed448", PKI_ED448, 0, false, "300506032b6571", NULL},
    {"RSA-PSS 2048 with SHA-256", PKI_RSA2048, 32, false, PSS("01", "20"),
     "SHA2-256"},
    {"RSA-PSS 2048 with SHA-256", PKI_RSA2048, 32, true, PSS("01", "20"),
     "SHA2-256"},
    {"RSA-PSS 2048 with SHA-256", PKI_RSA2048, 24, true, PSS("01", "18"),
     "SHA2-256"},
    {"RSA-PSS 2048 with SHA-384", PKI_RSA2048, 48, true, PSS("02", "30"),
     "SHA2-384"},
    {"RSA-PSS 2048 with SHA-512", PKI_RSA2048, 64, true, PSS("03", "40"),
     "SHA2-512"},
};

static inline EVP_PKEY *make_key(size_t kind)
{
    const char *digest = kinds[kind].restricted ? kinds[kind].digest : NULL;

    return kinds[kind].pss_salt == 0
             ? pki_make_key(kinds[kind].kind)
             : party_pss_key(2048, digest, digest, kinds[kind].pss_salt);
}

/* With PSS to the very salt length: not what the key would allow besides. */
static inline bool verifies(EVP_PKEY *key, const char *digest, int pss_salt,
                            const void *signature, size_t signature_len,
                            ocsp_der_t data)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx = NULL;
    bool good =
        ctx != NULL
        && EVP_DigestVerifyInit_ex(ctx, &key_ctx, digest, NULL, NULL, key, NULL)
               == 1
        && (pss_salt == 0
            || (EVP_PKEY_CTX_set_rsa_mgf1_md_name(key_ctx, digest, NULL) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, pss_salt) == 1))
        && EVP_DigestVerify(ctx, signature, signature_len, data.data, data.len)
               == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

#endif
