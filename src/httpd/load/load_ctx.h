/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The context of one load of all issuers of all servers: what it is made for
 * (an enum), where its results go, and what it has read so far, so that each
 * file and directory is read once. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_LOAD_CTX_H
#define OCSP_HTTPD_LOAD_LOAD_CTX_H

#include <httpd.h>

#include <apr_hash.h>
#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

#include "httpd/log.h"
#include "httpd/runtime/retained.h"
#include "shared/arena.h"
#include "shared/retry.h"
#include "status/issuer.h"
#include "wire/der.h"

/** The purpose of a load. */
typedef enum {
    OCSP_LOAD_CTX_CONFIG_TEST = 0, /* "httpd -t": nothing is published, and
                                      nothing is retained */
    OCSP_LOAD_CTX_PASSPHRASES, /* httpd reads its configuration for the first
                                  time: passphrases alone are asked for */
    OCSP_LOAD_CTX_START,       /* httpd starts, or restarts with a new arena */
    OCSP_LOAD_CTX_GRACEFUL,    /* httpd restarts, and the arena stays */
    OCSP_LOAD_CTX_REFRESH,     /* a child checks for changes */
    OCSP_LOAD_CTX_SIGNERS      /* a child loads renewed signers; the parent has
                                  read their private keys */
} ocsp_load_ctx_mode_t;

/** Counted during a load. */
typedef struct {
    unsigned failures;    /* what "httpd -t -D OCSP_STRICT" exits 1 for */
    bool unsettled;       /* a file is being written: check again soon */
    apr_uint64_t changed; /* octets of changed sources that were read */
    apr_uint64_t tables;  /* octets of the tables that were built */
    apr_uint64_t largest; /* octets of the largest of them */
    int64_t shortest_s;   /* OCSPNextUpdate, of all issuers the shortest */
} ocsp_load_ctx_counts_t;

/** A load. */
typedef struct {
    /* constant */
    ocsp_load_ctx_mode_t mode;
    apr_pool_t *pconf;
    apr_pool_t *ptemp;
    ocsp_retained_t *retained;                /* see ocsp_load_ctx_retain */
    const struct ocsp_state_dir_t *state_dir; /* NULL: none, or not known yet */
    ocsp_arena_t *arena; /* NULL: "httpd -t", or there is no shared memory */
    ocsp_retries_t *retries; /* NULL: likewise, or not the writer */
    uint32_t configuration;  /* the arena's, of retries */
    bool refreshes;          /* OCSPRefresh is not off */
    bool defers;             /* large changed sources are left to a child */
    bool is_writer;          /* else all sources are left to a child */
    bool quiet;              /* nothing is logged */
    apr_hash_t *key_ring;    /* of OCSP_LOAD_CTX_SIGNERS: file ->
                                ocsp_keypairs_key_t of the start */
    ocsp_load_ctx_counts_t *counts; /* below ptemp */
    /* the present issuer */
    server_rec *s;
    int64_t now; /* seconds since 1970 */

    /* what has been read; keys and values below ptemp */
    apr_hash_t *lists;  /* list of files -> without patterns */
    apr_hash_t *certs;  /* file -> ocsp_keypairs_cert_t */
    apr_hash_t *keys;   /* file -> ocsp_keypairs_key_t */
    apr_hash_t *dirs;   /* directory -> its files: see sources.c */
    apr_hash_t *names;  /* hash of a Name -> array of const ocsp_issuer_t *;
                           below pconf, as keys are */
    apr_hash_t *tables; /* id -> the ocsp_issuers_issuer_t that has loaded it */
    struct ocsp_signer_pools_t *pools; /* see signer_pool.h; NULL: none yet */
    apr_pool_t *pairs; /* of certs and keys, below ptemp; NULL: none yet */
    apr_array_header_t *reloads; /* see signer_reload.h; NULL: none yet */
} ocsp_load_ctx_t;

/** Begin a load with nothing read. Any thread. */
void ocsp_load_ctx_begin(ocsp_load_ctx_t *ctx, ocsp_load_ctx_mode_t mode,
                         ocsp_retained_t *retained, apr_pool_t *pconf,
                         apr_pool_t *ptemp);

/**
 * Open the arena of a load at start, retained or new, and become its writer,
 * unless another process is for seconds; set mode, arena, is_writer and
 * retries. What is wrong is logged.
 * @param octets of all sources
 * @return what is remembered from load to load, for children; NULL: there is no
 *         arena. Startup only.
 */
ocsp_retries_t *ocsp_load_ctx_open_arena(ocsp_load_ctx_t *ctx,
                                         const server_rec *base,
                                         apr_uint64_t octets);

/** @return whether httpd serves requests meanwhile. Pure. */
bool ocsp_load_ctx_is_running(const ocsp_load_ctx_t *ctx);

/** @return whether httpd is ending this process and waits for its threads. Any
 *          thread. */
bool ocsp_load_ctx_is_stopping(void);

/**
 * Add an issuer to those that ocsp_load_ctx_get_namesakes returns: one of each
 * key, if it may sign CRLs. All are added before the first table is loaded.
 */
void ocsp_load_ctx_add_issuer(const ocsp_load_ctx_t *ctx,
                              const ocsp_issuer_t *issuer);

/** @return const ocsp_issuer_t *: those that have an issuer's name, or at least
 *          its hash, itself among them; NULL: none */
const apr_array_header_t *ocsp_load_ctx_get_namesakes(
    const ocsp_load_ctx_t *ctx, const ocsp_issuer_t *issuer);

/**
 * Retain one or two contents for later loads: in httpd's parent; in a child and
 * under "httpd -t" this does nothing. See ocsp_retained_put.
 */
void ocsp_load_ctx_retain(const ocsp_load_ctx_t *ctx, const char *name,
                          ocsp_der_t first, ocsp_der_t second);

/** Find what was retained; false under "httpd -t". See ocsp_retained_find. */
bool ocsp_load_ctx_find_retained(const ocsp_load_ctx_t *ctx, const char *name,
                                 ocsp_der_t *first, ocsp_der_t *second);

/** What is remembered of a subject from load to load; NULL: nothing is. */
ocsp_retry_t *ocsp_load_ctx_get_retry(const ocsp_load_ctx_t *ctx,
                                      const void *subject, size_t len);

/** ocsp_log_once for a subject: once in a configuration. */
bool ocsp_load_ctx_log_once(const ocsp_load_ctx_t *ctx, const void *subject,
                            size_t len, uint64_t state);

/**
 * Log a message for the present server, unless the context is quiet; from
 * APLOG_ERR on it counts as a failure.
 * @param level of httpd's
 * @param rv as ap_log_error's, or a status of ours
 */
#define ocsp_load_ctx_log(ctx, level, rv, ...)                                 \
    ocsp_load_ctx_log_at(ctx, level, rv, APLOG_MARK, __VA_ARGS__)

/** See ocsp_load_ctx_log. */
void ocsp_load_ctx_log_at(const ocsp_load_ctx_t *ctx, int level,
                          apr_status_t rv, const char *file, int line,
                          int module, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

/** A time for a message, made in p. */
const char *ocsp_load_ctx_print_time(apr_pool_t *p, int64_t seconds);

/** A server's port for people: as it is named, else as it listens. */
unsigned ocsp_load_ctx_get_port(const server_rec *s);

#endif
