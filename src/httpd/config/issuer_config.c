/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See level.h. Floor 4.
 */
#include "httpd/config/issuer_config.h"

static apr_array_header_t *make_list(apr_pool_t *p)
{
    return apr_array_make(p, 1, sizeof(const char *));
}

ocsp_issuer_config_t *ocsp_issuer_config_make(apr_pool_t *p)
{
    ocsp_issuer_config_t *level = apr_palloc(p, sizeof(*level));

    *level = (ocsp_issuer_config_t){.crl_files = make_list(p),
                                    .crl_paths = make_list(p),
                                    .index_files = make_list(p),
                                    .issued_files = make_list(p),
                                    .cert_files = make_list(p),
                                    .key_files = make_list(p),
                                    .next_update_s = OCSP_ISSUER_CONFIG_UNSET,
                                    .http_max_age_s = OCSP_ISSUER_CONFIG_UNSET,
                                    .answer_age_s = OCSP_ISSUER_CONFIG_UNSET,
                                    .grace_s = OCSP_ISSUER_CONFIG_UNSET,
                                    .max_age_s = OCSP_ISSUER_CONFIG_UNSET,
                                    .by_name = OCSP_ISSUER_CONFIG_UNSET,
                                    .include = OCSP_ISSUER_CONFIG_UNSET,
                                    .ignore_nonce = OCSP_ISSUER_CONFIG_UNSET,
                                    .this_update = OCSP_ISSUER_CONFIG_UNSET,
                                    .unlisted = OCSP_ISSUER_CONFIG_UNSET,
                                    .complete = OCSP_ISSUER_CONFIG_UNSET,
                                    .trusted = OCSP_ISSUER_CONFIG_UNSET,
                                    .preproduce = OCSP_ISSUER_CONFIG_UNSET};
    return level;
}

static bool names_crls(const ocsp_issuer_config_t *level)
{
    return level->crl_files->nelts != 0 || level->crl_paths->nelts != 0;
}

bool ocsp_issuer_config_names_issuance(const ocsp_issuer_config_t *level)
{
    return level->index_files->nelts != 0 || level->issued_files->nelts != 0;
}

static bool names_signers(const ocsp_issuer_config_t *level)
{
    return level->cert_files->nelts != 0 || level->key_files->nelts != 0;
}

static int merge_int(int outer, int inner)
{
    return inner != OCSP_ISSUER_CONFIG_UNSET ? inner : outer;
}

static int64_t merge_number(int64_t outer, int64_t inner)
{
    return inner != OCSP_ISSUER_CONFIG_UNSET ? inner : outer;
}

/* Lists go together where they mean one thing: an inner key must not meet an
 * outer certificate, but what was issued adds to any CRL. */
ocsp_issuer_config_t *ocsp_issuer_config_merge(
    apr_pool_t *p, const ocsp_issuer_config_t *outer,
    const ocsp_issuer_config_t *inner)
{
    const ocsp_issuer_config_t *crls = names_crls(inner) ? inner : outer;
    const ocsp_issuer_config_t *issuance = ocsp_issuer_config_names_issuance(
                                               inner)
                                             ? inner
                                             : outer;
    const ocsp_issuer_config_t *signers = names_signers(inner) ? inner : outer;
    ocsp_issuer_config_t *level = apr_palloc(p, sizeof(*level));

    level->crl_files = crls->crl_files;
    level->crl_paths = crls->crl_paths;
    level->index_files = issuance->index_files;
    level->issued_files = issuance->issued_files;
    level->cert_files = signers->cert_files;
    level->key_files = signers->key_files;
    level->next_update_s = merge_number(outer->next_update_s,
                                        inner->next_update_s);
    level->http_max_age_s = merge_number(outer->http_max_age_s,
                                         inner->http_max_age_s);
    level->answer_age_s = merge_number(outer->answer_age_s,
                                       inner->answer_age_s);
    level->grace_s = merge_number(outer->grace_s, inner->grace_s);
    level->max_age_s = merge_number(outer->max_age_s, inner->max_age_s);
    level->by_name = merge_int(outer->by_name, inner->by_name);
    level->include = merge_int(outer->include, inner->include);
    level->ignore_nonce = merge_int(outer->ignore_nonce, inner->ignore_nonce);
    level->this_update = merge_int(outer->this_update, inner->this_update);
    level->unlisted = merge_int(outer->unlisted, inner->unlisted);
    level->complete = merge_int(outer->complete, inner->complete);
    level->trusted = merge_int(outer->trusted, inner->trusted);
    level->preproduce = merge_int(outer->preproduce, inner->preproduce);
    return level;
}

bool ocsp_issuer_config_is_silent(const ocsp_issuer_config_t *level)
{
    return !names_crls(level) && !ocsp_issuer_config_names_issuance(level)
        && !names_signers(level)
        && level->next_update_s == OCSP_ISSUER_CONFIG_UNSET
        && level->http_max_age_s == OCSP_ISSUER_CONFIG_UNSET
        && level->answer_age_s == OCSP_ISSUER_CONFIG_UNSET
        && level->grace_s == OCSP_ISSUER_CONFIG_UNSET
        && level->max_age_s == OCSP_ISSUER_CONFIG_UNSET
        && level->by_name == OCSP_ISSUER_CONFIG_UNSET
        && level->include == OCSP_ISSUER_CONFIG_UNSET
        && level->ignore_nonce == OCSP_ISSUER_CONFIG_UNSET
        && level->this_update == OCSP_ISSUER_CONFIG_UNSET
        && level->unlisted == OCSP_ISSUER_CONFIG_UNSET
        && level->complete == OCSP_ISSUER_CONFIG_UNSET
        && level->trusted == OCSP_ISSUER_CONFIG_UNSET
        && level->preproduce == OCSP_ISSUER_CONFIG_UNSET;
}

/* Lists are borrowed, so the same ones are the same. */
bool ocsp_issuer_config_has_same_signers(const ocsp_issuer_config_t *a,
                                         const ocsp_issuer_config_t *b)
{
    return a->cert_files == b->cert_files && a->key_files == b->key_files
        && a->by_name == b->by_name && a->include == b->include
        && a->trusted == b->trusted;
}

void ocsp_issuer_config_get_policy(ocsp_answer_policy_t *out,
                                   const ocsp_issuer_config_t *level,
                                   bool refreshes)
{
    out->next_update_s = level->next_update_s != OCSP_ISSUER_CONFIG_UNSET
                           ? level->next_update_s
                           : OCSP_ISSUER_CONFIG_NEXT_UPDATE_S;
    out->limits_age = level->answer_age_s != OCSP_ISSUER_CONFIG_UNSET;
    out->answer_age_s = level->answer_age_s;
    out->unlisted = level->unlisted != OCSP_ISSUER_CONFIG_UNSET
                      ? (ocsp_answer_unlisted_t)level->unlisted
                      : OCSP_ANSWER_UNLISTED_AUTO;
    out->this_update = level->this_update != OCSP_ISSUER_CONFIG_UNSET
                         ? (ocsp_answer_this_update_t)level->this_update
                         : OCSP_ANSWER_THIS_UPDATE_SOURCE;
    out->complete = level->complete == 1;
    out->ignore_nonce = level->ignore_nonce == 1;
    out->grace_s = level->grace_s != OCSP_ISSUER_CONFIG_UNSET ? level->grace_s
                                                              : 0;
    out->max_age_s = level->max_age_s; /* unset is below 0, as it means there */
    /* where nobody checks OCSPSourceMaxAge alone limits it */
    out->recheck_s = refreshes ? out->next_update_s : 0;
}

int64_t ocsp_issuer_config_get_http_max_age(const ocsp_issuer_config_t *level)
{
    return level->http_max_age_s != OCSP_ISSUER_CONFIG_UNSET
             ? level->http_max_age_s
             : OCSP_ISSUER_CONFIG_HTTP_MAX_AGE_S;
}

ocsp_issuer_config_preproduce_t ocsp_issuer_config_get_preproduce(
    const ocsp_issuer_config_t *level)
{
    return level->preproduce != OCSP_ISSUER_CONFIG_UNSET
             ? (ocsp_issuer_config_preproduce_t)level->preproduce
             : OCSP_ISSUER_CONFIG_PREPRODUCE_OFF;
}

void ocsp_issuer_config_get_style(ocsp_response_style_t *out,
                                  const ocsp_issuer_config_t *level)
{
    *out = (ocsp_response_style_t){.by_name = level->by_name == 1};
    out->include = level->include != OCSP_ISSUER_CONFIG_UNSET
                     ? (ocsp_response_include_t)level->include
                     : OCSP_RESPONSE_INCLUDE_AUTO;
}
