/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * From an issuer's sources to its table in shared memory. What is wrong is
 * logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_TABLES_H
#define OCSP_HTTPD_TABLES_H

#include "httpd/pass.h"
#include "httpd/scope.h"

/**
 * Load the table of an issuer whose certificate is there, unless its sources
 * have not changed; fill has_slot, slot, id, has_table, crl_file, info. Issuers
 * of one CA with the same sources share a table. Startup only.
 */
void ocsp_tables_open(ocsp_pass_t *pass, ocsp_scope_issuer_t *si);

/**
 * After all issuers: complain of CRLs that were passed over and that nobody
 * else has taken either; and, when only checking, of an OCSPTableSize that is
 * too small. Startup only.
 */
void ocsp_tables_close(ocsp_pass_t *pass, server_rec *base);

#endif
