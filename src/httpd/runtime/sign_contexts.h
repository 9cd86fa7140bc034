/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What each thread keeps while its process serves: contexts for signing. Not in
 * the thread's own pool: the main thread's, which is prefork's worker, ends
 * when libcrypto and this module are gone. Floor 4.
 */
#ifndef OCSP_HTTPD_RUNTIME_SIGN_CONTEXTS_H
#define OCSP_HTTPD_RUNTIME_SIGN_CONTEXTS_H

#include <apr_pools.h>
#include <apr_thread_proc.h>

#include "answer/signer.h"

/** One process's; the parent makes it, and children have copies. */
typedef struct ocsp_sign_contexts_t ocsp_sign_contexts_t;

/** Newly made in pconf. Startup only. */
ocsp_sign_contexts_t *ocsp_sign_contexts_make(apr_pool_t *pconf);

/** httpd's child_init: what threads keep ends with pchild, when no thread
 * serves any more. */
void ocsp_sign_contexts_start_child(ocsp_sign_contexts_t *t,
                                    apr_pool_t *pchild);

/** A thread's own contexts, made when it first asks. @param thread NULL: none
 * of httpd's workers, which may outlast pchild; then NULL. Any thread, for
 * itself. */
ocsp_signer_contexts_t *ocsp_sign_contexts_get_contexts(
    ocsp_sign_contexts_t *t, const apr_thread_t *thread);

#endif
