/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_request_parse: everything parsed lies inside the
 * input, and only a complete input is parsed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/request.h"

#define LIMIT 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_inside(ocsp_der_t part, ocsp_der_t whole)
{
    check(part.data >= whole.data && part.len <= whole.len
          && (size_t)(part.data - whole.data) <= whole.len - part.len);
}

/* With a sign octet in front a serial number is the same one. */
static void check_sign_octet(ocsp_der_t serial)
{
    unsigned char content[OCSP_CERTID_SERIAL_MAX + 1] = {0};
    ocsp_der_t in = {content, serial.len + 1}, out;

    memcpy(content + 1, serial.data, serial.len);
    check(ocsp_certid_serial(&out, in) ? ocsp_der_equal(out, serial)
                                       : serial.len == OCSP_CERTID_SERIAL_MAX);
}

static void check_certid(const ocsp_certid_t *id, ocsp_der_t whole)
{
    size_t len = ocsp_certid_hash_len(id->hash);
    ocsp_certid_issuer_t issuer;
    ocsp_der_t in = id->der;
    ocsp_certid_t again;

    check_inside(id->der, whole);
    check_inside(id->name_hash, id->der);
    check_inside(id->key_hash, id->der);
    check_inside(id->serial, id->der);
    check(id->serial.len >= 1 && id->serial.len <= OCSP_CERTID_SERIAL_MAX);
    check(id->serial.len == 1 || id->serial.data[0] != 0);
    check(id->hash == OCSP_CERTID_OTHER
          || (len != 0 && id->name_hash.len == len && id->key_hash.len == len));
    /* What is echoed says the same again, to its last octet. */
    check(ocsp_certid_parse(&again, &in) && ocsp_der_at_end(&in)
          && again.hash == id->hash && ocsp_der_equal(again.der, id->der)
          && ocsp_der_equal(again.serial, id->serial));
    check_sign_octet(id->serial);
    memset(&issuer, 0, sizeof(issuer));
    if (len != 0) {
        memcpy(issuer.name[id->hash], id->name_hash.data, len);
        memcpy(issuer.key[id->hash], id->key_hash.data, len);
    }
    check(ocsp_certid_is_issuer(id, &issuer) == (len != 0));
}

/* Preferences were checked while the request was read: all of it is theirs. */
static void check_preferred(ocsp_der_t list, ocsp_der_t whole)
{
    const unsigned char *at = list.data;
    ocsp_der_t algorithm;
    size_t count;

    for (count = 0; ocsp_request_next_preferred(&list, &algorithm); count++) {
        check_inside(algorithm, whole);
        check(algorithm.len >= 2 && algorithm.data[0] == OCSP_DER_SEQUENCE
              && algorithm.data > at
              && algorithm.data + algorithm.len <= list.data);
        at = list.data;
    }
    check(ocsp_der_at_end(&list) && count <= OCSP_REQUEST_PREFERRED_MAX
          && (at == NULL) == (count == 0));
}

static void check_request(const ocsp_request_t *request,
                          const ocsp_certid_t *certids, ocsp_der_t whole)
{
    size_t i;

    check(request->certids == certids && request->certid_count >= 1
          && request->certid_count <= LIMIT);
    for (i = 0; i < request->certid_count; i++) {
        check_certid(&certids[i], whole);
        check(i == 0 || certids[i].der.data > certids[i - 1].der.data);
    }
    if (request->nonce.data) {
        /* 128 octets and the header of the OCTET STRING that holds them. */
        check_inside(request->nonce, whole);
        check(request->nonce.len >= 1
              && request->nonce.len <= OCSP_REQUEST_NONCE_MAX + 3);
    }
    if (request->signed_with.data) {
        check_inside(request->signed_with, whole);
        check(request->signed_with.data[0] == OCSP_DER_SEQUENCE);
    }
    check_preferred(request->preferred, whole);
}

/* In memory of exactly that size, so that a read too far is seen. */
static bool parse(const uint8_t *data, size_t size)
{
    ocsp_certid_t certids[LIMIT];
    ocsp_request_t request;
    unsigned char *der = malloc(size);
    bool got;

    check(der != NULL);
    memcpy(der, data, size);
    got = ocsp_request_parse(&request, certids, LIMIT, der, size);
    if (got) {
        ocsp_der_t whole = {der, size};

        check_request(&request, certids, whole);
        check(!ocsp_request_parse(&request, certids, request.certid_count - 1,
                                  der, size));
    }
    free(der);
    return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && parse(data, size)) {
        unsigned char *longer = malloc(size + 1);

        check(longer != NULL);
        memcpy(longer, data, size);
        longer[size] = 0;
        check(!parse(longer, size + 1));
        free(longer);
        check(!parse(data, size - 1));
    }
    return 0;
}
