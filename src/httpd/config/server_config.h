/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration of the main server or of a virtual host, and the shared
 * memory that all of them use. Written until the end of post_config, then only
 * read. Floor 4.
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

/** What all servers and processes share; most of it survives graceful restarts.
 */
typedef struct {
    ocsp_arena_t *arena;           /* NULL: there is no shared memory */
    ocsp_counters_t *counters;     /* likewise */
    ocsp_cache_t *cache;           /* likewise, or OCSPCacheSize is off */
    ocsp_sign_slots_t *sign_slots; /* NULL: there is no shared memory */
    struct ocsp_signer_reload_t
        *signer_reload;                   /* NULL: no issuer is configured */
    struct ocsp_sign_limit_t *sign_limit; /* likewise */
    struct ocsp_hot_responses_t *hot_responses; /* NULL: there is no cache */
    struct ocsp_sign_contexts_t *threads;       /* likewise */
    ocsp_retries_t *retries;                    /* NULL: no arena */
    struct ocsp_retained_t *retained; /* the parent's; children have copies */
    const struct ocsp_state_dir_t
        *state_dir;                /* NULL: no issuer is configured */
    struct ocsp_watchdog_t *watch; /* NULL: files are not checked */
    int64_t check_s; /* interval of checks of all files; 0: OCSPRefresh off */
} ocsp_server_config_shared_t;

/** The configuration of one server. */
typedef struct ocsp_server_config_t {
    /* as written; numbers have their defaults, or the main server's values */
    apr_array_header_t *sections;    /* ocsp_issuers_section_t *, its own */
    ocsp_issuer_config_t *own_level; /* its own settings for issuers */
    bool sets_own_level;             /* any of them is set */
    int64_t max_certs;
    int64_t max_request_size; /* octets */
    int64_t quick;            /* 1: OCSPQuickHandler on */
    /* of the main server alone */
    int64_t table_size; /* octets, or OCSP_ISSUER_CONFIG_UNSET */
    int64_t refresh_s;  /* 0: OCSPRefresh off */
    int64_t cache_size; /* octets; 0: OCSPCacheSize off */
    int64_t sign_limit; /* 1 to OCSP_SIGN_SLOTS_MAX */
    const char *dialog; /* the program of OCSPPassPhraseDialog; NULL: builtin */
    const char *state_dir;         /* OCSPStateDir, absolute; NULL: not set */
    ocsp_issuer_config_t *section; /* the one that is being parsed, or NULL */
    /* what follows from it */
    const struct ocsp_server_config_t *outer; /* the main server of a virtual
                                                 host; NULL: it is that */
    const ocsp_issuer_config_t *level; /* own_level, with what it inherits */
    ocsp_issuers_t *own;               /* searched first; from post_config on */
    ocsp_issuers_t *inherited;         /* searched next, or NULL; likewise */
    ocsp_server_config_shared_t shared;
} ocsp_server_config_t;

/** Get the configuration of a server. Any thread. */
ocsp_server_config_t *ocsp_server_config_get(const server_rec *s);

/** Get the next server with a configuration of its own: a virtual host without
 * any of our directives shares the main server's. @return NULL: none. Any
 * thread. */
server_rec *ocsp_server_config_get_next(const server_rec *s);

#endif
