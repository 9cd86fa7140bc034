/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written from the paper of Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF". libcrypto has it, but setting it up takes longer than the
 * rest of a look-up. Floor 3.
 */
#include "shared/siphash.h"

typedef struct {
    uint64_t v0, v1, v2, v3;
} state_t;

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void mix_round(state_t *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static inline void absorb(state_t *s, uint64_t word)
{
    s->v3 ^= word;
    mix_round(s);
    mix_round(s);
    s->v0 ^= word;
}

/* Eight octets, little-endian; compilers make one load of it. */
static inline uint64_t read_eight(const unsigned char *d)
{
    return (uint64_t)d[0] | (uint64_t)d[1] << 8 | (uint64_t)d[2] << 16
         | (uint64_t)d[3] << 24 | (uint64_t)d[4] << 32 | (uint64_t)d[5] << 40
         | (uint64_t)d[6] << 48 | (uint64_t)d[7] << 56;
}

/* Fewer than eight octets. */
static inline uint64_t read_rest(const unsigned char *data, size_t len)
{
    uint64_t word = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        word |= (uint64_t)data[i] << (8 * i);
    }
    return word;
}

uint64_t ocsp_siphash_compute(const uint64_t seed[2], const unsigned char *data,
                              size_t len)
{
    /* "somepseudorandomlygeneratedbytes" */
    state_t s = {.v0 = seed[0] ^ UINT64_C(0x736f6d6570736575),
                 .v1 = seed[1] ^ UINT64_C(0x646f72616e646f6d),
                 .v2 = seed[0] ^ UINT64_C(0x6c7967656e657261),
                 .v3 = seed[1] ^ UINT64_C(0x7465646279746573)};
    size_t whole = len - len % 8;
    size_t i;

    for (i = 0; i < whole; i += 8) {
        absorb(&s, read_eight(data + i));
    }
    absorb(&s, (uint64_t)len << 56 | read_rest(data + whole, len - whole));
    s.v2 ^= 0xff;
    for (i = 0; i < 4; i++) {
        mix_round(&s);
    }
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
