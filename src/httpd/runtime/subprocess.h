/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs a function in a process of its own, since it may run out of memory or
 * needs another user's rights. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_SUBPROCESS_H
#define OCSP_HTTPD_RUNTIME_SUBPROCESS_H

#include <apr_errno.h>
#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Octets of its output that are read at most: a power of 2. */
#define OCSP_SUBPROCESS_MAX ((size_t)32 << 20)

/**
 * The function that the process runs. It writes its result with
 * ocsp_subprocess_write: stdio's buffers are the parent's. No cleanup of the
 * parent's pools runs.
 * @return the exit status, 0 to 255
 */
typedef int (*ocsp_subprocess_t)(int fd, void *data);

/** How the process ended. */
typedef struct {
    const char *octets; /* its output, OCSP_SUBPROCESS_MAX at most, made in p
                           with a NUL at the end */
    size_t len;
    int exit_status; /* -1: not known, or it was killed */
    int signal;      /* that killed it, or 0 */
    int32_t pid;
} ocsp_subprocess_result_t;

/** Write all octets. @return false: the parent reads no more of them */
bool ocsp_subprocess_write(int fd, const void *octets, size_t len);

/**
 * Run a function in a new process and wait for its end.
 * @return a system error: the process could not be made. Startup only: not in a
 *         process with several threads.
 */
apr_status_t ocsp_subprocess_run(ocsp_subprocess_result_t *out,
                                 ocsp_subprocess_t run, void *data,
                                 apr_pool_t *p);

#endif
