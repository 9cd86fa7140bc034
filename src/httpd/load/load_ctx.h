/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pass over all issuers of all servers: at start, at graceful, or only to
 * check ("httpd -t"). What is read in it is read once. Floor 4.
 */
#ifndef OCSP_HTTPD_LOAD_LOAD_CTX_H
#define OCSP_HTTPD_LOAD_LOAD_CTX_H

#include <httpd.h>

#include <apr_hash.h>
#include <apr_pools.h>
#include <stdbool.h>
#include <stdint.h>

#include "httpd/runtime/retained.h"
#include "shared/arena.h"
#include "shared/retry.h"
#include "status/issuer.h"

/** A pass; all but s and failures stay as they are. */
typedef struct {
    server_rec *s; /* whose issuers are being opened, for the log */
    apr_pool_t *pconf;
    apr_pool_t *ptemp;
    ocsp_retained_t *keep; /* NULL: only checking */
    ocsp_arena_t *arena;   /* NULL: only checking, or there is none */
    int64_t now;           /* seconds since 1970 */
    bool refreshes;        /* OCSPRefresh is not off. When issuers are opened */
    bool asking; /* httpd's first pass: what is wrong is said in the next */
    ocsp_retries_t *retries; /* NULL: only checking, or not the writer */
    bool running;  /* looking for changes; else at start, at graceful, or
                     checking */
    bool renewing; /* signers alone, in a process whose keys were read before:
                      key_ring has them, and nothing is kept */
    apr_hash_t
        *key_ring; /* file -> ocsp_keypairs_key_t of the start; or NULL */
    bool retry;    /* something is not settled: look again soon */
    apr_uint64_t loading; /* octets of changed sources that were read */
    bool defers;          /* large ones are left to the next look */
    bool is_writer;       /* may write into the arena; else all sources are left
                             to the next look */
    unsigned failures;    /* what "httpd -t -D OCSP_STRICT" exits 1 for */
    apr_hash_t *lists;    /* list of files -> without patterns */
    apr_hash_t *certs;    /* file -> ocsp_keypairs_cert_t */
    apr_hash_t *keys;     /* file -> ocsp_keypairs_key_t */
    apr_hash_t *dirs;     /* directory -> what tables.c found there */
    apr_hash_t *names;    /* hash of a Name -> array of const ocsp_issuer_t * */
    apr_uint64_t octets;  /* of the tables that were built */
    apr_uint64_t largest; /* of them */
    apr_hash_t *tables; /* id -> the ocsp_issuers_issuer_t that has loaded it */
    struct ocsp_signer_pools_t *pools; /* signer_pool.c's; NULL: none yet */
    apr_pool_t *pairs;           /* keypairs.c's, below ptemp; NULL: none yet */
    apr_array_header_t *reloads; /* signer_reload.c's; NULL: none yet */
} ocsp_load_ctx_t;

/** Begin a pass. @param keep NULL: only checking. Startup only. */
void ocsp_load_ctx_begin(ocsp_load_ctx_t *pass, ocsp_retained_t *keep,
                         apr_pool_t *pconf, apr_pool_t *ptemp);

/** Let the issuers of all servers be known, before any is answered for: one of
 * each key, if it may sign CRLs. */
void ocsp_load_ctx_add_issuer(ocsp_load_ctx_t *pass,
                              const ocsp_issuer_t *issuer);

/** @return const ocsp_issuer_t *: those that have an issuer's name, or at least
 *          its hash, itself among them; NULL: none */
const apr_array_header_t *ocsp_load_ctx_get_namesakes(
    const ocsp_load_ctx_t *pass, const ocsp_issuer_t *issuer);

/** What is remembered of a subject from look to look; NULL: nothing is. */
ocsp_retry_t *ocsp_load_ctx_get_retry(const ocsp_load_ctx_t *pass,
                                      const void *subject, size_t len);

/**
 * Remember a text about a subject.
 * @param text NULL: all is well
 * @return whether it is to be logged: while httpd runs a text is logged once
 */
bool ocsp_load_ctx_is_news(const ocsp_load_ctx_t *pass, const char *subject,
                           const char *text);

/** Say nothing from now on: s is replaced by one that logs nothing. */
void ocsp_load_ctx_hush(ocsp_load_ctx_t *pass);

/** A time for a message, made in p. */
const char *ocsp_load_ctx_print_time(apr_pool_t *p, int64_t seconds);

/** A status for httpd's log functions: 0 for ours, which APR cannot explain. */
apr_status_t ocsp_load_ctx_log_status(apr_status_t rv);

/** A server's port for people: as it is named, else as it listens. */
unsigned ocsp_load_ctx_get_port(const server_rec *s);

#endif
