/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The settings of issuers as one level of the configuration has them: the main
 * server, a virtual host or an <OCSPIssuer> section. directives.c fills and
 * merges them. Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_ISSUER_CONFIG_H
#define OCSP_HTTPD_CONFIG_ISSUER_CONFIG_H

#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "answer/answer.h"
#include "status/crl_keys.h"

/** A number that is not set. */
#define OCSP_ISSUER_CONFIG_UNSET (-1)

/** Which responses are signed in advance (OCSPPreproduce). */
typedef enum {
    OCSP_ISSUER_CONFIG_PREPRODUCE_OFF = 0,
    OCSP_ISSUER_CONFIG_PREPRODUCE_HOT, /* those that were requested */
    OCSP_ISSUER_CONFIG_PREPRODUCE_ALL  /* for every certificate in the tables */
} ocsp_issuer_config_preproduce_t;

/** One level. Lists that are not set are empty, numbers are
 * OCSP_ISSUER_CONFIG_UNSET; the main server has the defaults instead. */
typedef struct {
    apr_array_header_t *crl_files; /* const char *, absolute paths; likewise: */
    apr_array_header_t *crl_paths; /* directories */
    apr_array_header_t *crl_signers; /* certificates */
    apr_array_header_t *index_files;
    apr_array_header_t *issued_files;
    apr_array_header_t *cert_files; /* of signers; or patterns */
    apr_array_header_t *key_files;  /* or URIs */
    int64_t next_update_s;
    int64_t http_max_age_s;
    int64_t answer_age_s; /* no default */
    int64_t grace_s;      /* OCSPStaleGrace */
    int64_t max_age_s;    /* OCSPSourceMaxAge; 0: off; no default */
    int64_t by_name;      /* 1: OCSPResponderID name */
    int64_t include;      /* ocsp_response_include_t */
    int64_t ignore_nonce; /* 1: OCSPNonce ignore */
    int64_t this_update;  /* ocsp_answer_this_update_t */
    int64_t unlisted;     /* ocsp_answer_unlisted_t; only issuers have one */
    int64_t complete;     /* 1: OCSPCRLCoverage complete */
    int64_t crl_scope;    /* OCSPCRLScope: ocsp_crl_keys_scope_t; no default */
    int64_t trusted;      /* 1: OCSPTrustedResponder on */
    int64_t preproduce;   /* ocsp_issuer_config_preproduce_t */
} ocsp_issuer_config_t;

/** @return whether it names CRLs or directories of CRLs. Pure. */
bool ocsp_issuer_config_names_crls(const ocsp_issuer_config_t *config);

/** @return whether it names issuance data: an index or a list. Pure. */
bool ocsp_issuer_config_names_issuance(const ocsp_issuer_config_t *config);

/** @return how many keys of a CA's name a CRL is for. Pure. */
ocsp_crl_keys_scope_t ocsp_issuer_config_get_crl_scope(
    const ocsp_issuer_config_t *config);

/** @return whether two issuers have the same signers, which send the same
 *          certificates and responder ID. Both have been merged with a server's
 *          configuration. Pure. */
bool ocsp_issuer_config_has_same_signers(const ocsp_issuer_config_t *a,
                                         const ocsp_issuer_config_t *b);

/**
 * Fill the policy of an issuer, except its sources.
 * @param refreshes whether files are checked for changes: OCSPRefresh is not
 *        off. Pure.
 */
void ocsp_issuer_config_get_policy(ocsp_answer_policy_t *out,
                                   const ocsp_issuer_config_t *config,
                                   bool refreshes);

/** Fill what an issuer's signers send of themselves, without a chain. Pure. */
void ocsp_issuer_config_get_style(ocsp_response_style_t *out,
                                  const ocsp_issuer_config_t *config);

#endif
