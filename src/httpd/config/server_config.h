/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a server's directives come to: one struct, written until the end of
 * post_config and only read after. Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_SERVER_CONFIG_H
#define OCSP_HTTPD_CONFIG_SERVER_CONFIG_H

#include <httpd.h>

#include <apr_tables.h>
#include <http_config.h>
#include <stdbool.h>
#include <stdint.h>

#include "httpd/config/issuer_config.h"
#include "httpd/config/issuers.h"
#include "shared/arena.h"
#include "shared/cache.h"
#include "shared/counters.h"
#include "shared/sign_slots.h"
#include "shared/retry.h"

/** Certificates in one request at most (OCSPMaxCerts' default). */
#define OCSP_SERVER_CONFIG_MAX_CERTS 20

/** Octets of a request at most (OCSPMaxRequestSize's default). */
#define OCSP_SERVER_CONFIG_MAX_REQUEST_SIZE (10 * 1024)

/** How often files are looked at, in seconds (OCSPRefresh's default, 60s). */
#define OCSP_SERVER_CONFIG_REFRESH_S 60

/** Octets for signed responses (OCSPCacheSize's default, 32m). */
#define OCSP_SERVER_CONFIG_CACHE_SIZE ((size_t)32 * 1024 * 1024)

/** What all servers share: over all processes, and over graceful restarts. */
typedef struct {
    ocsp_arena_t *arena;           /* NULL: no shared memory to be had */
    ocsp_counters_t *counters;     /* likewise */
    ocsp_cache_t *cache;           /* NULL: OCSPCacheSize off, or likewise */
    ocsp_sign_slots_t *sign_slots; /* NULL: likewise */
    struct ocsp_signer_reload_t *renewal; /* NULL: no issuer is configured */
    struct ocsp_sign_limit_t *sign_limit; /* NULL: likewise */
    struct ocsp_sign_contexts_t *threads; /* NULL: likewise */
    ocsp_retries_t *retries;              /* NULL: no arena */
    struct ocsp_retained_t *keep;         /* of the parent; in a child a copy */
    struct ocsp_watchdog_t *watch;        /* NULL: nobody looks for changes */
    int64_t check_s; /* from check to check of all files; 0: OCSPRefresh off */
} ocsp_server_config_shared_t;

/** One server's or virtual host's. */
typedef struct ocsp_server_config_t {
    /* as written */
    apr_array_header_t *sections;  /* ocsp_issuers_section_t *, its own */
    ocsp_issuer_config_t *said;    /* its own */
    int64_t max_certs;             /* or OCSP_ISSUER_CONFIG_UNSET; likewise: */
    int64_t max_request_size;      /* octets */
    int64_t table_size;            /* octets; main server only; likewise: */
    int64_t refresh_s;             /* 0: OCSPRefresh off */
    int64_t cache_size;            /* octets; 0: OCSPCacheSize off */
    int64_t sign_limit;            /* OCSPSignLimit; main server only */
    int quick;                     /* OCSPQuickHandler on */
    const char *dialog;            /* a program, or NULL */
    ocsp_issuer_config_t *section; /* being read, or NULL */
    const struct ocsp_server_config_t
        *outer; /* a virtual host's main server, or NULL */
    /* as it counts, from post_config on */
    const ocsp_issuer_config_t *level; /* said, over the main server's */
    ocsp_issuers_t *own;               /* the first that is asked */
    ocsp_issuers_t *inherited;         /* the next, or NULL */
    ocsp_server_config_shared_t shared;
} ocsp_server_config_t;

/** httpd's create_server_config. */
void *ocsp_server_config_make(apr_pool_t *p, server_rec *s);

/** httpd's merge_server_config. */
void *ocsp_server_config_merge(apr_pool_t *p, void *base, void *add);

/** A server's. Any thread. */
ocsp_server_config_t *ocsp_server_config_get(const server_rec *s);

/**
 * The next server with a configuration of its own: a virtual host without any
 * directive of ours shares the main server's.
 * @return NULL: there is no further one. Any thread.
 */
server_rec *ocsp_server_config_get_next(const server_rec *s);

/** Certificates in one request at most. Any thread. */
size_t ocsp_server_config_get_max_certs(const ocsp_server_config_t *conf);

/** Octets of a request at most. Any thread. */
size_t ocsp_server_config_get_max_request_size(
    const ocsp_server_config_t *conf);

/** Octets of the cache; 0: none. @param main the main server's. Startup only.
 */
size_t ocsp_server_config_get_cache_size(const ocsp_server_config_t *main);

/** How many httpd may use: a container or taskset may give it fewer than there
 * are. 1 to OCSP_SIGN_SLOTS_MAX. Startup only. */
unsigned ocsp_server_config_get_processors(void);

/** Signatures under way at once; by default as many as there are processors.
 * @param main likewise. Startup only. */
unsigned ocsp_server_config_get_sign_limit(const ocsp_server_config_t *main);

/**
 * How often files are looked at for changes, in seconds; 0: never.
 * @param main the main server's. Any thread.
 */
int64_t ocsp_server_config_get_refresh(const ocsp_server_config_t *main);

#endif
