/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens an issuer: reads its certificate and its signer, or recalls them as
 * they were when last good. What is wrong is logged here. Floor 4.
 */
#ifndef OCSP_HTTPD_OPEN_H
#define OCSP_HTTPD_OPEN_H

#include <httpd.h>

#include <stdint.h>

#include "httpd/conf.h"
#include "httpd/keep.h"

/** One pass over all issuers of all servers. */
typedef struct {
    server_rec *s; /* whose issuers are being opened, for the log */
    apr_pool_t *pconf;
    apr_pool_t *ptemp;
    ocsp_keep_t *keep;   /* NULL: only checking */
    ocsp_arena_t *arena; /* NULL: only checking, or there is none */
    int64_t now;         /* seconds since 1970 */
    unsigned failures;   /* what "httpd -t" exits 1 for */
} ocsp_open_pass_t;

/**
 * Fill issuer and name, or leave issuer NULL. Startup only.
 */
void ocsp_open_issuer(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *ci);

/**
 * Fill templ and signer_why of an issuer that is open. Startup only.
 */
void ocsp_open_signer(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *ci);

/** A time for a message, made in p. */
const char *ocsp_open_print_time(apr_pool_t *p, int64_t seconds);

/** A status for httpd's log functions: 0 for ours, which APR cannot explain. */
apr_status_t ocsp_open_log_status(apr_status_t rv);

#endif
