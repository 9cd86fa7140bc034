/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the settings of an issuer mean for its answers and signers. Floor 4.
 */
#include "httpd/config/issuer_config.h"

bool ocsp_issuer_config_names_crls(const ocsp_issuer_config_t *config)
{
    return config->crl_files->nelts != 0 || config->crl_paths->nelts != 0;
}

bool ocsp_issuer_config_names_issuance(const ocsp_issuer_config_t *config)
{
    return config->index_files->nelts != 0 || config->issued_files->nelts != 0;
}

ocsp_crl_keys_scope_t ocsp_issuer_config_get_crl_scope(
    const ocsp_issuer_config_t *config)
{
    return config->crl_scope == OCSP_ISSUER_CONFIG_UNSET
             ? OCSP_CRL_KEYS_SCOPE_AUTO
             : (ocsp_crl_keys_scope_t)config->crl_scope;
}

/* Merging borrows lists, so equal pointers are the same list. */
bool ocsp_issuer_config_has_same_signers(const ocsp_issuer_config_t *a,
                                         const ocsp_issuer_config_t *b)
{
    return a->cert_files == b->cert_files && a->key_files == b->key_files
        && a->by_name == b->by_name && a->include == b->include
        && a->trusted == b->trusted;
}

void ocsp_issuer_config_get_policy(ocsp_answer_policy_t *out,
                                   const ocsp_issuer_config_t *config,
                                   bool refreshes)
{
    out->next_update_s = config->next_update_s;
    out->limits_age = config->answer_age_s != OCSP_ISSUER_CONFIG_UNSET;
    out->answer_age_s = config->answer_age_s;
    out->unlisted = (ocsp_answer_unlisted_t)config->unlisted;
    out->this_update = (ocsp_answer_this_update_t)config->this_update;
    out->complete = config->complete == 1;
    out->ignore_nonce = config->ignore_nonce == 1;
    out->grace_s = config->grace_s;
    out->max_age_s = config->max_age_s; /* below 0: not set, here and there */
    /* without checks only OCSPSourceMaxAge limits the age of a source */
    out->recheck_s = refreshes ? out->next_update_s : 0;
}

void ocsp_issuer_config_get_style(ocsp_response_style_t *out,
                                  const ocsp_issuer_config_t *config)
{
    *out = (ocsp_response_style_t){.by_name = config->by_name == 1,
                                   .include = (ocsp_response_include_t)
                                                  config->include};
}
