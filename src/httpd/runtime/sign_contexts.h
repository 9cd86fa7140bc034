/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each thread's contexts for signing (see answer/sign_context.h). They are not
 * in the pool of the thread: that of the main thread, prefork's worker, ends
 * after libcrypto and this module were unloaded. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_SIGN_CONTEXTS_H
#define OCSP_HTTPD_RUNTIME_SIGN_CONTEXTS_H

#include <apr_pools.h>
#include <apr_thread_proc.h>

#include "answer/signer.h"

/** Those of one process; the parent makes it, children have copies. */
typedef struct ocsp_sign_contexts_t ocsp_sign_contexts_t;

/** Newly made in pconf. Startup only. */
ocsp_sign_contexts_t *ocsp_sign_contexts_make(apr_pool_t *pconf);

/** httpd's child_init: the contexts end with pchild, when no thread serves
 * requests any more. */
void ocsp_sign_contexts_start_child(ocsp_sign_contexts_t *t,
                                    apr_pool_t *pchild);

/**
 * Get the contexts of the calling thread, which are made at its first call.
 * @param thread NULL: not a worker of httpd, so that it may outlast pchild
 * @return NULL: use a context of your own. Any thread.
 */
ocsp_signer_contexts_t *ocsp_sign_contexts_get_contexts(
    ocsp_sign_contexts_t *t, const apr_thread_t *thread);

#endif
