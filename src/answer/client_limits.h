/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Warns of valid responses that widespread clients cannot use: because of the
 * algorithm, keyUsage or size. Floor 2.
 */
#ifndef OCSP_ANSWER_CLIENT_LIMITS_H
#define OCSP_ANSWER_CLIENT_LIMITS_H

#include <apr_pools.h>
#include <stddef.h>
#include <stdint.h>

#include "answer/answer.h"

/** Octets of the longest response that AWS IoT accepts. */
#define OCSP_CLIENT_LIMITS_AWS_IOT 4096

/** The same for OCPP 1.6 and 2.0.1: 5500 characters of base64. */
#define OCSP_CLIENT_LIMITS_OCPP 4125

/**
 * Describe which clients cannot use the responses of a signer, and the remedy.
 * The algorithm matters only if clients without preferences get this signer.
 * @param i index of the signer
 * @param now seconds since 1970
 * @return a fragment, made in p or static; NULL: no limits. Startup only.
 */
const char *ocsp_client_limits_warn(const ocsp_answer_signers_t *signers,
                                    size_t i, int64_t now, apr_pool_t *p);

#endif
