/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See trial.h. Floor 4.
 */
#include "httpd/trial.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

struct ocsp_trials_t {
    apr_pool_t *pool;
    apr_hash_t *all; /* key -> ocsp_trial_t */
};

ocsp_trials_t *ocsp_trials_make(apr_pool_t *p)
{
    ocsp_trials_t *t = apr_palloc(p, sizeof(*t));

    t->pool = p;
    t->all = apr_hash_make(p);
    return t;
}

ocsp_trial_t *ocsp_trials_get(ocsp_trials_t *t, const void *key, size_t len)
{
    ocsp_trial_t *one = apr_hash_get(t->all, key, (apr_ssize_t)len);

    if (one == NULL) {
        one = apr_pcalloc(t->pool, sizeof(*one));
        apr_hash_set(t->all, apr_pmemdup(t->pool, key, len), (apr_ssize_t)len,
                     one);
    }
    return one;
}

void ocsp_trial_set_text(ocsp_trials_t *t, ocsp_trial_t *one, const char *text)
{
    if (ocsp_trial_has_text(one, text)) {
        return;
    }
    one->text = NULL;
    if (one->pool == NULL) {
        apr_pool_create(&one->pool, t->pool);
        apr_pool_tag(one->pool, "ocsp_trial");
    }
    apr_pool_clear(one->pool);
    one->text = text != NULL ? apr_pstrdup(one->pool, text) : NULL;
}

bool ocsp_trial_has_text(const ocsp_trial_t *one, const char *text)
{
    return text == NULL || one->text == NULL ? text == one->text
                                             : strcmp(text, one->text) == 0;
}
