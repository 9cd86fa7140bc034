/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * SipHash-2-4: the example of its paper, and libcrypto's for all lengths.
 */
#include "shared/siphash.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "tap.h"

#define LEN_MAX 300

static uint64_t get_oracle(const unsigned char seed[16],
                           const unsigned char *data, size_t len)
{
    unsigned char out[8] = {0};
    unsigned size = sizeof(out);
    OSSL_PARAM params[2] = {OSSL_PARAM_construct_uint("size", &size),
                            OSSL_PARAM_construct_end()};
    uint64_t hash = 0;
    size_t i, n = 0;

    if (EVP_Q_mac(NULL, "SIPHASH", NULL, NULL, params, seed, 16, data, len, out,
                  sizeof(out), &n)
            == NULL
        || n != 8) {
        return 0;
    }
    for (i = 8; i > 0; i--) {
        hash = hash << 8 | out[i - 1];
    }
    return hash;
}

int main(void)
{
    unsigned char seed[16], data[LEN_MAX];
    uint64_t words[2];
    size_t len, same = 0;

    for (len = 0; len < LEN_MAX; len++) {
        data[len] = (unsigned char)(len < 15 ? len : len * 37 + 11);
    }
    for (len = 0; len < sizeof(seed); len++) {
        seed[len] = (unsigned char)len;
    }
    words[0] = UINT64_C(0x0706050403020100);
    words[1] = UINT64_C(0x0f0e0d0c0b0a0908);
    ok(ocsp_siphash_compute(words, data, 15) == UINT64_C(0xa129ca6149be45e5),
       "the example of the paper");
    for (len = 0; len < LEN_MAX; len++) {
        pki_bytes_t copy = exact(data, len);

        same += ocsp_siphash_compute(words, copy.data, len)
             == get_oracle(seed, copy.data, len);
        free(copy.data);
    }
    is_int((long long)same, LEN_MAX, "every length has libcrypto's hash");
    words[1] ^= 1;
    ok(ocsp_siphash_compute(words, data, 15) != UINT64_C(0xa129ca6149be45e5),
       "another seed gives another");
    return done_testing();
}
