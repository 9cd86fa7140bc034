/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The signers of one issuer while they are gathered, and what is said of them
 * in the end: faults, dates, nobody. Floor 4.
 */
#ifndef OCSP_HTTPD_ROSTER_H
#define OCSP_HTTPD_ROSTER_H

#include <apr_tables.h>
#include <stdbool.h>

#include "httpd/pass.h"
#include "httpd/scope.h"

/** One issuer's. Startup only, as all that follows. */
typedef struct {
    ocsp_pass_t *pass;
    ocsp_scope_issuer_t *si;
    apr_array_header_t *templs; /* const ocsp_response_template_t * */
    apr_array_header_t *faults;
    const char *unchecked; /* NULL, or a key file that lacks a passphrase, for
                              which "httpd -t" does not ask */
} ocsp_roster_t;

/** An empty one; unchecked is the caller's. */
void ocsp_roster_begin(ocsp_roster_t *r, ocsp_pass_t *pass,
                       ocsp_scope_issuer_t *si);

/** The signer at an index. */
const ocsp_signer_t *ocsp_roster_get_signer(const ocsp_roster_t *r, int i);

/** Add who signs. @param cert_file for people; lives as long as pconf */
void ocsp_roster_add(ocsp_roster_t *r, const ocsp_signer_t *signer,
                     const char *cert_file);

/**
 * Add what is wrong with a certificate that should sign.
 * @param replaced whether the pair that was kept was added instead
 */
void ocsp_roster_add_fault(ocsp_roster_t *r, apr_status_t rv, const char *why,
                           bool replaced);

/**
 * Fill signers of the issuer, and log what is to be said.
 * @param is_named whether any file was named at all
 */
void ocsp_roster_close(ocsp_roster_t *r, bool is_named);

#endif
