/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * OCSPStateDir: where httpd keeps what must survive a full stop. The directory
 * belongs to the user that workers run as, and one httpd uses it at a time,
 * which holds a lock on its file "lock". Without a usable directory httpd runs
 * on, and forgets. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_STATE_DIR_H
#define OCSP_HTTPD_RUNTIME_STATE_DIR_H

#include <httpd.h>

#include <apr_pools.h>
#include <stdbool.h>

#include "httpd/config/server_config.h"
#include "status/state_file.h"

/** Why a directory cannot be used. */
typedef enum {
    OCSP_STATE_DIR_OK = 0,
    OCSP_STATE_DIR_MISSING, /* it cannot be made, or "httpd -t" has not made it
                             */
    OCSP_STATE_DIR_NOT_DIRECTORY,
    OCSP_STATE_DIR_CLOSED, /* workers cannot write to it */
    OCSP_STATE_DIR_OPEN,   /* every user can write to it */
    OCSP_STATE_DIR_LOCKED, /* another httpd uses it */
    OCSP_STATE_DIR_FAILED  /* its lock cannot be made */
} ocsp_state_dir_state_t;

/** The directory, which does not change from post_config on. */
typedef struct ocsp_state_dir_t {
    const char *path; /* absolute */
    bool is_default;  /* OCSPStateDir is not configured */
    ocsp_state_dir_state_t state;
    apr_status_t rv; /* of OCSP_STATE_DIR_MISSING and OCSP_STATE_DIR_FAILED */
    int32_t pid;     /* of the other httpd, of OCSP_STATE_DIR_LOCKED */
} ocsp_state_dir_t;

/**
 * Find the directory, and whether it can be used, without making or locking it.
 * Newly made in p. Startup only.
 */
ocsp_state_dir_t *ocsp_state_dir_find(const ocsp_server_config_t *main,
                                      apr_pool_t *p);

/**
 * Make the directory if there is none, and lock it for as long as this process
 * lives, or until another one is configured; when it is locked, remove what
 * writers that died have left in it. Logs why it cannot be used. Newly made in
 * pconf. Startup only.
 * @param starts whether httpd starts: it waits up to 2 seconds for the lock of
 *        one that is being stopped. A graceful restart does not wait
 */
ocsp_state_dir_t *ocsp_state_dir_open(const server_rec *base, bool starts,
                                      apr_pool_t *pconf, apr_pool_t *ptemp);

/** @return whether files may be read from it and written to it. Pure. */
bool ocsp_state_dir_is_usable(const ocsp_state_dir_t *d);

/** Describe its state, with the remedy of a fault: "ok", "is not a directory;
 * ..." Made in p, or static. */
const char *ocsp_state_dir_describe(const ocsp_state_dir_t *d, apr_pool_t *p);

#endif
