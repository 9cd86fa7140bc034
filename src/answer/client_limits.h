/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What widespread clients cannot do with the responses of a signer, although
 * these are right: algorithms, keyUsage, sizes. Floor 2.
 */
#ifndef OCSP_ANSWER_CLIENT_LIMITS_H
#define OCSP_ANSWER_CLIENT_LIMITS_H

#include <apr_pools.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/answer.h"

/** The longest response that AWS IoT takes, in octets. */
#define OCSP_CLIENT_LIMITS_AWS_IOT 4096

/** The longest that OCPP 1.6 and 2.0.1 take: 5500 characters of base64. */
#define OCSP_CLIENT_LIMITS_OCPP 4125

/**
 * Describe which clients cannot use the responses of one of an issuer's
 * signers. Its algorithm counts if it is the signer that a request without
 * preferences gets.
 * @param i the index of the signer
 * @param now seconds since 1970
 * @return NULL, or all of it in one fragment with remedies, made in p. Startup
 *         only.
 */
const char *ocsp_client_limits_warn(const ocsp_answer_signers_t *signers,
                                    size_t i, int64_t now, apr_pool_t *p);

#endif
