/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signers whose certificates are renewed while httpd runs. One process sees
 * that the files have changed and counts it in shared memory; each process
 * opens them anew for itself, with the private keys that the parent had read.
 * Signers of before stay until nobody signs with them. Floor 4.
 */
#ifndef OCSP_HTTPD_RENEWAL_H
#define OCSP_HTTPD_RENEWAL_H

#include "httpd/pass.h"
#include "httpd/scope.h"
#include "shared/retry.h"

/** One process's; the parent makes it, and children have copies. */
typedef struct ocsp_renewal_t ocsp_renewal_t;

/** A stay with signers: see ocsp_renewal_enter. */
typedef unsigned ocsp_renewal_stay_t;

/** Newly made in pconf, with the private keys that a pass has read. Startup
 *  only. */
ocsp_renewal_t *ocsp_renewal_make(const ocsp_pass_t *pass);

/** Remember what an issuer's signers were opened from. Startup only. */
void ocsp_renewal_note(ocsp_pass_t *pass, ocsp_scope_issuer_t *si);

/**
 * @return whether files of an issuer's signers were not in order when they were
 *         last looked at, whichever signs meanwhile
 * @param retries NULL: nothing is known. Any thread.
 */
bool ocsp_renewal_is_faulty(const ocsp_retries_t *retries,
                            const ocsp_arena_t *arena,
                            const ocsp_scope_issuer_t *si);

/**
 * Look whether an issuer's certificates have changed and would do; tell all
 * processes then, and the log what is wrong otherwise, or that its signers end
 * soon. One writer at a time.
 */
void ocsp_renewal_look(ocsp_renewal_t *r, ocsp_pass_t *pass,
                       const ocsp_scope_issuer_t *si);

/**
 * Begin to use signers: none of those that are got until the end goes away.
 * Any thread; likewise what follows.
 */
ocsp_renewal_stay_t ocsp_renewal_enter(ocsp_renewal_t *r);

/** End of it. */
void ocsp_renewal_leave(ocsp_renewal_t *r, ocsp_renewal_stay_t stay);

/**
 * An issuer's signers as they are now; opened anew if that was told since they
 * were last. Within a stay.
 */
const ocsp_answer_signers_t *ocsp_renewal_get_signers(
    ocsp_renewal_t *r, const ocsp_arena_t *arena,
    const ocsp_scope_issuer_t *si);

#endif
