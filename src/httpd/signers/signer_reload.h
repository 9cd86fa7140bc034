/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signers whose certificates are renewed while httpd runs. One process sees
 * that the files have changed and counts it in shared memory; each process
 * opens them anew for itself, with the private keys that the parent had read.
 * Signers of before stay until nobody signs with them. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_RELOAD_H
#define OCSP_HTTPD_SIGNERS_SIGNER_RELOAD_H

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"
#include "shared/retry.h"

/** One process's; the parent makes it, and children have copies. */
typedef struct ocsp_signer_reload_t ocsp_signer_reload_t;

/** A stay with signers: see ocsp_signer_reload_enter. */
typedef unsigned ocsp_signer_reload_stay_t;

/** Newly made in pconf, with the private keys that a pass has read. Startup
 *  only. */
ocsp_signer_reload_t *ocsp_signer_reload_make(const ocsp_load_ctx_t *pass);

/** Remember what an issuer's signers were opened from. Startup only. */
void ocsp_signer_reload_note(ocsp_load_ctx_t *pass, ocsp_issuers_issuer_t *si);

/**
 * @return whether files of an issuer's signers were not in order when they were
 *         last looked at, whichever signs meanwhile
 * @param retries NULL: nothing is known. Any thread.
 */
bool ocsp_signer_reload_is_faulty(const ocsp_retries_t *retries,
                                  const ocsp_arena_t *arena,
                                  const ocsp_issuers_issuer_t *si);

/**
 * Look whether an issuer's certificates have changed and would do; tell all
 * processes then, and the log what is wrong otherwise, or that its signers end
 * soon. One writer at a time.
 */
void ocsp_signer_reload_look(ocsp_signer_reload_t *r, ocsp_load_ctx_t *pass,
                             const ocsp_issuers_issuer_t *si);

/**
 * Begin to use signers: none of those that are got until the end goes away.
 * Any thread; likewise what follows.
 */
ocsp_signer_reload_stay_t ocsp_signer_reload_enter(ocsp_signer_reload_t *r);

/** End of it. */
void ocsp_signer_reload_leave(ocsp_signer_reload_t *r,
                              ocsp_signer_reload_stay_t stay);

/**
 * An issuer's signers as they are now; opened anew if that was told since they
 * were last. Within a stay.
 */
const ocsp_answer_signers_t *ocsp_signer_reload_get_signers(
    ocsp_signer_reload_t *r, const ocsp_arena_t *arena,
    const ocsp_issuers_issuer_t *si);

#endif
