/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the process that looks for changes remembers of its last looks: what it
 * has tried in vain, so that this is neither read nor said again. Floor 4.
 */
#ifndef OCSP_HTTPD_TRIAL_H
#define OCSP_HTTPD_TRIAL_H

#include <apr_pools.h>
#include <stdbool.h>

#define OCSP_TRIAL_DIGEST_LEN 32

typedef struct ocsp_trials_t ocsp_trials_t;

/** Of one table, directory or roster of signers; all zero at first. */
typedef struct {
    bool looked; /* not for the first time */
    bool known;  /* digest is that of what is not to be tried again */
    unsigned char digest[OCSP_TRIAL_DIGEST_LEN];
    unsigned failures; /* in a row */
    unsigned age;      /* of a table: what was last said of it */
    const char *text;  /* ocsp_trial_set_text's, or NULL */
    apr_pool_t *pool;  /* of text */
} ocsp_trial_t;

/** Newly made in p. */
ocsp_trials_t *ocsp_trials_make(apr_pool_t *p);

/** What is remembered under a key, which is copied; it stays where it is. */
ocsp_trial_t *ocsp_trials_get(ocsp_trials_t *t, const void *key, size_t len);

/** Remember a text: the last warning, the file in use. @param text copied */
void ocsp_trial_set_text(ocsp_trials_t *t, ocsp_trial_t *one, const char *text);

/** @return whether the text that is remembered is this one */
bool ocsp_trial_has_text(const ocsp_trial_t *one, const char *text);

#endif
