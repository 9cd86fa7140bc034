/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Replaces signers whose certificates are renewed while httpd runs. The process
 * that checks files for changes counts a renewal in shared memory; each child
 * then loads the signers itself, in its watchdog's thread, with the private
 * keys that the parent process has read. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_RELOAD_H
#define OCSP_HTTPD_SIGNERS_SIGNER_RELOAD_H

#include "httpd/config/issuers.h"
#include "httpd/load/load_ctx.h"
#include "shared/retry.h"

/** State of one process; the parent makes it, children have copies. */
typedef struct ocsp_signer_reload_t ocsp_signer_reload_t;

/** A read-side section: see ocsp_signer_reload_enter. */
typedef unsigned ocsp_signer_reload_section_t;

/** Add an issuer whose signers were loaded, and remember from which files.
 * Startup only. */
void ocsp_signer_reload_add(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si);

/** Newly made in pconf, for the issuers that were added and with the private
 * keys that the load has read. Startup only. */
ocsp_signer_reload_t *ocsp_signer_reload_make(const ocsp_load_ctx_t *ctx);

/**
 * @return whether the files of an issuer's signers had a fault when they were
 *         last checked, or its CA has revoked one, even if it is in use
 * @param retries NULL: there is no shared memory. Any thread.
 */
bool ocsp_signer_reload_is_faulty(const ocsp_retries_t *retries,
                                  const ocsp_arena_t *arena,
                                  const ocsp_issuers_issuer_t *si);

/**
 * Check whether the certificates of an issuer's signers have changed. If they
 * can be used, use them in this process and have all others load them;
 * otherwise log the fault. Also log signers that expire soon or that the CA has
 * revoked. Refresher only.
 */
void ocsp_signer_reload_check(ocsp_signer_reload_t *r, ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si);

/**
 * Load the signers that another process has found renewed, and free those that
 * are no longer in use. Called when a child begins, then often by its
 * watchdog's thread: does nothing if nothing has changed.
 */
void ocsp_signer_reload_update(ocsp_signer_reload_t *r,
                               const ocsp_arena_t *arena, apr_pool_t *ptemp);

/**
 * Free what only checks need, when a child ends and will check no more. The
 * signers stay: threads may still be serving requests with them.
 */
void ocsp_signer_reload_close(ocsp_signer_reload_t *r);

/**
 * Enter a read-side section: signers obtained inside it stay valid until
 * ocsp_signer_reload_leave. Any thread; likewise the functions below.
 */
ocsp_signer_reload_section_t ocsp_signer_reload_enter(ocsp_signer_reload_t *r);

/** Leave a read-side section. */
void ocsp_signer_reload_leave(ocsp_signer_reload_t *r,
                              ocsp_signer_reload_section_t section);

/** Get an issuer's present signers, inside a read-side section or in the
 * watchdog's thread. */
const ocsp_answer_signers_t *ocsp_signer_reload_get_signers(
    const ocsp_issuers_issuer_t *si);

#endif
