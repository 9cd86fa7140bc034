/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What one level of the configuration says of issuers: the main server, a
 * virtual host, an <OCSPIssuer>. The nearest level that says a thing counts.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_ISSUER_CONFIG_H
#define OCSP_HTTPD_CONFIG_ISSUER_CONFIG_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "answer/answer.h"

/** A number that this level does not say. */
#define OCSP_ISSUER_CONFIG_UNSET (-1)

/** Longest validity of a response in seconds (OCSPNextUpdate's default, 12h).
 */
#define OCSP_ISSUER_CONFIG_NEXT_UPDATE_S 43200

/** Cap of max-age in seconds (OCSPHTTPMaxAge's default, 1h). */
#define OCSP_ISSUER_CONFIG_HTTP_MAX_AGE_S 3600

/** What is signed ahead of need (OCSPPreproduce). */
typedef enum {
    OCSP_ISSUER_CONFIG_PREPRODUCE_OFF = 0,
    OCSP_ISSUER_CONFIG_PREPRODUCE_HOT, /* what is asked for often */
    OCSP_ISSUER_CONFIG_PREPRODUCE_ALL  /* what is known of */
} ocsp_issuer_config_preproduce_t;

/** Lists are empty and numbers OCSP_ISSUER_CONFIG_UNSET where nothing is said. */
typedef struct {
    apr_array_header_t *crl_files; /* const char *, whole paths; likewise: */
    apr_array_header_t *crl_paths; /* directories */
    apr_array_header_t *index_files;
    apr_array_header_t *issued_files;
    apr_array_header_t *cert_files; /* signers' */
    apr_array_header_t *key_files;  /* or URIs */
    int64_t next_update_s;
    int64_t http_max_age_s;
    int64_t answer_age_s;
    int64_t grace_s;
    int64_t max_age_s; /* 0: OCSPSourceMaxAge off */
    int by_name;       /* OCSPResponderID name */
    int include;       /* ocsp_response_include_t */
    int ignore_nonce;  /* OCSPNonce ignore */
    int this_update;   /* ocsp_answer_this_update_t */
    int unlisted;      /* ocsp_answer_unlisted_t */
    int complete;      /* OCSPCRLCoverage complete */
    int trusted;       /* OCSPTrustedResponder on */
    int preproduce;    /* ocsp_issuer_config_preproduce_t */
} ocsp_issuer_config_t;

/** A level that says nothing, newly made in p. */
ocsp_issuer_config_t *ocsp_issuer_config_make(apr_pool_t *p);

/** What counts on an inner level: newly made in p, borrowing both's lists. */
ocsp_issuer_config_t *ocsp_issuer_config_merge(
    apr_pool_t *p, const ocsp_issuer_config_t *outer,
    const ocsp_issuer_config_t *inner);

/** @return whether it says nothing at all. Pure. */
bool ocsp_issuer_config_is_silent(const ocsp_issuer_config_t *level);

/** @return whether it names issuance data: an index or a list. Pure. */
bool ocsp_issuer_config_names_issuance(const ocsp_issuer_config_t *level);

/** @return whether both come to the same signers, in the same style. Pure. */
bool ocsp_issuer_config_has_same_signers(const ocsp_issuer_config_t *a,
                                         const ocsp_issuer_config_t *b);

/**
 * Its part in the policy of answers, with defaults.
 * @param refreshes whether files are checked for changes: not with OCSPRefresh
 *        off. Pure.
 */
void ocsp_issuer_config_get_policy(ocsp_answer_policy_t *out,
                                   const ocsp_issuer_config_t *level,
                                   bool refreshes);

/** Cap of max-age in seconds, with its default. Pure. */
int64_t ocsp_issuer_config_get_http_max_age(const ocsp_issuer_config_t *level);

/** What is signed ahead of need, with its default. Pure. */
ocsp_issuer_config_preproduce_t ocsp_issuer_config_get_preproduce(
    const ocsp_issuer_config_t *level);

/** How its signers present themselves, with defaults; without a chain. Pure. */
void ocsp_issuer_config_get_style(ocsp_response_style_t *out,
                                  const ocsp_issuer_config_t *level);

#endif
