/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens and reads the files that an administrator names, and says what an
 * unexpected file is. A path may be of a directory, a FIFO or a device, none of
 * which may block httpd, so files are opened here alone. Floor 1.
 */
#ifndef OCSP_STATUS_FILE_H
#define OCSP_STATUS_FILE_H

#include <apr_file_io.h>
#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/error.h"
#include "wire/der.h"

/** Octets of the largest file that ocsp_file_read reads. */
#define OCSP_FILE_MAX 262144

/**
 * Open a regular file for reading.
 * @param out closed with p, or by apr_file_close
 * @param why file, cause and remedy
 * @return OCSP_EMALFORMED: not a regular file; or the error of the file
 * Any thread.
 */
apr_status_t ocsp_file_open(apr_file_t **out, const char *file,
                            const char **why, apr_pool_t *p);

/** Read a block of an open file: an ocsp_stream_source_fn.
 * @param file an apr_file_t */
apr_status_t ocsp_file_read_block(void *file, unsigned char *buf, size_t *len);

/**
 * Read a whole file, of a certificate or a key.
 * @param content newly made in p, of OCSP_FILE_MAX octets at most, and followed
 *        by a NUL
 * @param why file, cause and remedy
 * Any thread.
 */
apr_status_t ocsp_file_read(ocsp_der_t *content, const char *file,
                            const char **why, apr_pool_t *p);

/** @return "FILE: WHAT: the message of APR for rv", newly made in p */
const char *ocsp_file_reason(const char *file, const char *what,
                             apr_status_t rv, apr_pool_t *p);

/**
 * Find out what an unexpected file is: another PEM object, text in UTF-16, a
 * compressed file, base64 without its BEGIN line, and so on.
 * @param head the first octets of the file
 * @param label the end of the expected PEM label, such as "CERTIFICATE"
 * @return a clause such as "the file has -----BEGIN X509 CRL-----", made in p
 *         or static; NULL: the file has such a label, or is not known. Pure.
 */
const char *ocsp_file_find_kind(ocsp_der_t head, const char *label,
                                apr_pool_t *p);

/** @return whether a file is PKCS #12 (RFC 7292): a key and certificates,
 * mostly encrypted. Pure. */
bool ocsp_file_is_pkcs12(ocsp_der_t content);

#endif
