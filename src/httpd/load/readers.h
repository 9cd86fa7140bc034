/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which files the workers can read, who run as another user than the one that
 * starts httpd. Asked of the kernel, as that user, so that access lists and
 * every directory of a path count. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_READERS_H
#define OCSP_HTTPD_LOAD_READERS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>

/** One file or directory. */
typedef struct {
    const char *path;
    bool readable; /* by the workers' user; of a directory also searchable */
} ocsp_readers_path_t;

/**
 * Fill readable of every path.
 * @param paths of ocsp_readers_path_t
 * @return an error: nobody could be asked, and readable is false. Startup only.
 */
apr_status_t ocsp_readers_check(apr_array_header_t *paths, apr_pool_t *p);

/** The name of the workers' user, made in p. Startup only. */
const char *ocsp_readers_get_user(apr_pool_t *p);

#endif
