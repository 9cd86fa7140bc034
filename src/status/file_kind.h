/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a file is that is not what it should be: for messages only. Floor 1.
 */
#ifndef OCSP_STATUS_FILE_KIND_H
#define OCSP_STATUS_FILE_KIND_H

#include <apr_pools.h>

#include "wire/der.h"

/**
 * Name what a file holds: another PEM object, text in UTF-16, a compressed
 * file, base64 without its BEGIN line, and so on.
 * @param head the file, or its first octets
 * @param label how the label of the PEM object ends that the file should hold,
 *        for instance "CERTIFICATE"
 * @return a clause such as "the file has -----BEGIN X509 CRL-----",
 *         made in p or constant; NULL: there is such an object, or the file is
 *         none of these. Pure.
 */
const char *ocsp_file_kind_find(ocsp_der_t head, const char *label,
                                apr_pool_t *p);

#endif
