/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_request_url_decode: the result is one SEQUENCE, no
 * longer than the target, and the same for every other encoding of the
 * target.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "wire/der.h"
#include "wire/request_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void *need(size_t size)
{
    void *memory = malloc(size);

    check(memory != NULL);
    return memory;
}

/* One SEQUENCE that begins with another, and nothing else. */
static bool is_request(const unsigned char *der, size_t len)
{
    ocsp_der_t in = {der, len}, content;

    return ocsp_der_get(&in, OCSP_DER_SEQUENCE, &content)
        && ocsp_der_at_end(&in) && ocsp_der_peek(&content, OCSP_DER_SEQUENCE);
}

/* In memory of exactly that size; the caller frees. */
static unsigned char *decode(const void *target, size_t size, size_t *len)
{
    unsigned char *out = need(size);
    char *copy = need(size);
    bool got;

    memcpy(copy, target, size);
    *len = size;
    got = ocsp_request_url_decode(out, len, copy, size);
    free(copy);
    if (!got) {
        free(out);
        return NULL;
    }
    check(*len < size);
    check(is_request(out, *len));
    return out;
}

static void check_found(const char *target, size_t size,
                        const unsigned char *der, size_t der_len)
{
    size_t len;
    unsigned char *again = decode(target, size, &len);

    check(again != NULL && len == der_len && !memcmp(again, der, len));
    free(again);
}

/* Behind a prefix, with and without padding, as base64url, with a slash. */
static void check_writings(const unsigned char *der, size_t der_len)
{
    static const char prefix[] = "/ocsp//";
    size_t head = sizeof(prefix) - 1, size, i;
    char *target = need(head + der_len * 4 / 3 + 8);

    memcpy(target, prefix, head);
    size = head
         + (size_t)EVP_EncodeBlock((unsigned char *)target + head, der,
                                   (int)der_len);
    check_found(target, size, der, der_len);
    target[size] = '/';
    check_found(target, size + 1, der, der_len);
    while (target[size - 1] == '=') {
        size--;
    }
    check_found(target, size, der, der_len);
    for (i = head; i < size; i++) {
        target[i] = (char)(target[i] == '+'   ? '-'
                           : target[i] == '/' ? '_'
                                              : target[i]);
    }
    check_found(target, size, der, der_len);
    free(target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len;
    unsigned char *der = decode(data, size, &len);

    if (der) {
        check_writings(der, len);
        free(der);
    }
    if (is_request(data, size)) {
        check_writings(data, size);
    }
    return 0;
}
