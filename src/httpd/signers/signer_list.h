/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The signers of one issuer while they are gathered, and what is said of them
 * in the end: faults, dates, nobody. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_SIGNER_LIST_H
#define OCSP_HTTPD_SIGNERS_SIGNER_LIST_H

#include <apr_tables.h>
#include <stdbool.h>

#include "httpd/load/load_ctx.h"
#include "httpd/config/issuers.h"

/** One issuer's. Startup only, as all that follows. */
typedef struct {
    ocsp_load_ctx_t *pass;
    ocsp_issuers_issuer_t *si;
    apr_array_header_t *templs; /* const ocsp_response_template_t * */
    apr_array_header_t *faults;
    const char *unchecked; /* NULL, or a key file that lacks a passphrase, for
                              which "httpd -t" does not ask */
} ocsp_signer_list_t;

/** An empty one; unchecked is the caller's. */
void ocsp_signer_list_begin(ocsp_signer_list_t *r, ocsp_load_ctx_t *pass,
                            ocsp_issuers_issuer_t *si);

/** The signer at an index. */
const ocsp_signer_t *ocsp_signer_list_get_signer(const ocsp_signer_list_t *r,
                                                 int i);

/** Add who signs. @param cert_file for people; lives as long as pconf */
void ocsp_signer_list_add(ocsp_signer_list_t *r, const ocsp_signer_t *signer,
                          const char *cert_file);

/**
 * Add what is wrong with a certificate that should sign.
 * @param replaced whether the pair that was kept was added instead
 */
void ocsp_signer_list_add_fault(ocsp_signer_list_t *r, apr_status_t rv,
                                const char *why, bool replaced);

/**
 * Fill signers of the issuer, and log what is to be said.
 * @param is_named whether any file was named at all
 */
void ocsp_signer_list_close(ocsp_signer_list_t *r, bool is_named);

#endif
