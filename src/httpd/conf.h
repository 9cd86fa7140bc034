/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Directives -> one struct for each server, written until the end of
 * post_config and only read after. Floor 4.
 */
#ifndef OCSP_HTTPD_CONF_H
#define OCSP_HTTPD_CONF_H

#include <httpd.h>

#include <apr_tables.h>
#include <http_config.h>
#include <stdbool.h>

#include "answer/answer.h"
#include "shared/arena.h"
#include "shared/counters.h"
#include "status/issuer.h"
#include "status/table.h"

/** Certificates in one request at most (OCSPMaxCerts' default). */
#define OCSP_CONF_MAX_CERTS 20

/** Octets of a request at most (OCSPMaxRequestSize's default). */
#define OCSP_CONF_MAX_REQUEST_SIZE (10 * 1024)

/**
 * Longest validity of a response in seconds (OCSPNextUpdate's default, 12h).
 */
#define OCSP_CONF_NEXT_UPDATE_S 43200

/** Cap of max-age in seconds (OCSPHTTPMaxAge's default, 1h). */
#define OCSP_CONF_HTTP_MAX_AGE_S 3600

/** One <OCSPIssuer>: what was written, then what refresh.c made of it. */
typedef struct {
    const char *cert_file;        /* all files with their whole path */
    const char *crl_file;         /* or NULL */
    const char *signer_cert_file; /* or NULL */
    const char *signer_key_file;  /* or NULL */
    const char *defined_at;       /* file:line */
    bool opened;                  /* what follows was tried */
    bool passed_over;             /* another section of this CA counts */
    const char *name;             /* for logs: the subject, or cert_file */
    const ocsp_issuer_t *issuer;  /* NULL: its certificate cannot be read */
    bool has_slot;
    size_t slot;    /* in the arena */
    bool has_table; /* there was one after the last pass; under -t: would be */
    unsigned char id[OCSP_TABLE_ID_LEN];
    const ocsp_response_template_t *templ; /* NULL: no signer */
    const char *signer_why; /* NULL, or why there is none or an old one */
} ocsp_conf_issuer_t;

/** What all servers share: over all processes, and over graceful restarts. */
typedef struct {
    ocsp_arena_t *arena;       /* NULL: no shared memory to be had */
    ocsp_counters_t *counters; /* likewise */
} ocsp_conf_shared_t;

/** One server's or virtual host's. */
typedef struct {
    apr_array_header_t *issuers; /* ocsp_conf_issuer_t *; its own, then those
                                      it inherits: the first match counts */
    size_t own;                  /* how many are its own */
    ocsp_conf_issuer_t *section; /* being read, or NULL */
    ocsp_conf_shared_t shared;
} ocsp_conf_t;

/** httpd's create_server_config. */
void *ocsp_conf_make(apr_pool_t *p, server_rec *s);

/** httpd's merge_server_config. */
void *ocsp_conf_merge(apr_pool_t *p, void *base, void *add);

/** A server's. Any thread. */
ocsp_conf_t *ocsp_conf_get(const server_rec *s);

/** The issuer at index i of a server's. Any thread. */
ocsp_conf_issuer_t *ocsp_conf_get_issuer(const ocsp_conf_t *conf, int i);

/** The directives, for mod_ocsp.c. */
extern const command_rec ocsp_conf_directives[];

#endif
