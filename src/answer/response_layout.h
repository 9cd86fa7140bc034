/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a template holds, for the two files that make and use them. Floor 2.
 */
#ifndef OCSP_ANSWER_RESPONSE_LAYOUT_H
#define OCSP_ANSWER_RESPONSE_LAYOUT_H

#include <stddef.h>

#include "answer/signer.h"
#include "wire/der.h"

struct ocsp_response_template_t {
    const ocsp_signer_t *signer;
    ocsp_der_t responder; /* responderID */
    ocsp_der_t algorithm; /* signatureAlgorithm */
    ocsp_der_t certs;     /* len 0: none */
    size_t cert_count;    /* in certs */
    size_t signature_max;
    unsigned char id[16]; /* zeros: none */
};

#endif
