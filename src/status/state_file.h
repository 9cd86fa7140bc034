/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Files of the state directory. A file is written so that a crash at any moment
 * leaves the old content or the new one, and read with distrust: whoever may
 * write to the directory may have put anything there. Names are digests, so no
 * part of a path comes from outside. Floor 1.
 */
#ifndef OCSP_STATUS_STATE_FILE_H
#define OCSP_STATUS_STATE_FILE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

#include "status/error.h"
#include "wire/der.h"

/** Octets of a name with its NUL: 64 hexadecimal digits, a dot and a suffix of
 * at most 7 letters. */
#define OCSP_STATE_FILE_NAME_MAX 73

/** The suffix of files that are being written, after the whole name. */
#define OCSP_STATE_FILE_TMP ".tmp"

/**
 * Make the name of a file: the SHA-256 of its subject, and a suffix.
 * @param name untouched unless true
 * @param suffix of 1 to 7 letters
 * @return false: libcrypto has no SHA-256. Pure.
 */
bool ocsp_state_file_make_name(char name[OCSP_STATE_FILE_NAME_MAX],
                               const void *subject, size_t len,
                               const char *suffix);

/**
 * Replace a file, or create it: written under a temporary name in the same
 * directory and to the disk, then renamed. One process at a time may write a
 * name.
 * @param name without a slash
 * @param parts are written one after the other
 * @param why directory, file and cause; made in p
 * @return the error of the file system, and the old file is untouched. Any
 *         thread.
 */
apr_status_t ocsp_state_file_write(const char *dir, const char *name,
                                   const ocsp_der_t *parts, size_t count,
                                   const char **why, apr_pool_t *p);

/**
 * Read a whole file.
 * @param content newly made in p, of max octets at most
 * @param why directory, file and cause; made in p
 * @return APR_ENOENT: there is none; OCSP_EMALFORMED: it is larger, or not a
 *         regular file, or a symbolic link; or the error of the file system.
 *         Any thread.
 */
apr_status_t ocsp_state_file_read(ocsp_der_t *content, const char *dir,
                                  const char *name, size_t max,
                                  const char **why, apr_pool_t *p);

/** Read the first octets of a file, max or all that there are; otherwise as
 * ocsp_state_file_read. */
apr_status_t ocsp_state_file_read_begin(ocsp_der_t *content, const char *dir,
                                        const char *name, size_t max,
                                        const char **why, apr_pool_t *p);

/** Remove what writers that died have left. No process may be writing. @return
 * how many files were removed */
unsigned ocsp_state_file_sweep(const char *dir, apr_pool_t *p);

#endif
