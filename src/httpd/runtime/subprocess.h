/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Does something in a process of its own that httpd can lose: what may need
 * more memory than there is, or another user's rights. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_SUBPROCESS_H
#define OCSP_HTTPD_RUNTIME_SUBPROCESS_H

#include <apr_errno.h>
#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>

/** So much is read of what it writes, in octets: a power of 2. */
#define OCSP_SUBPROCESS_MAX ((size_t)32 << 20)

/**
 * What the process does: it writes its result with ocsp_subprocess_write. No
 * stdio, whose buffers are the parent's; no cleanup of the parent's pools runs.
 * @return its exit status, 0 to 255
 */
typedef int (*ocsp_subprocess_t)(int fd, void *data);

/** How it ended. */
typedef struct {
    const char *octets; /* what it wrote, OCSP_SUBPROCESS_MAX at most, made in
                           p, and a NUL behind */
    size_t len;
    int exit_status; /* -1: not known, or it was killed: */
    int signal;      /* by this one; 0: it was not */
} ocsp_subprocess_result_t;

/** Write octets. @return false: nobody reads them any more */
bool ocsp_subprocess_write(int fd, const void *octets, size_t len);

/**
 * Run it and wait for its end.
 * @return a system error: there is no such process. Startup only: a process
 *         with several threads must not.
 */
apr_status_t ocsp_subprocess_run(ocsp_subprocess_result_t *out,
                                 ocsp_subprocess_t run, void *data,
                                 apr_pool_t *p);

#endif
