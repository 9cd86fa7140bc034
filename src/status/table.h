/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The status table: which certificates of one CA are revoked, when and why.
 * Built aside, sealed into one block of bytes, never changed after. The bytes
 * hold no pointers, so any process may see them anywhere; src/README draws
 * them. Looking up believes nothing in them: bytes overwritten under a late
 * reader give a wrong answer, which the arena then discards, never a fault.
 * Floor 1.
 */
#ifndef OCSP_STATUS_TABLE_H
#define OCSP_STATUS_TABLE_H

#include <apr_pools.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/crl.h"
#include "status/issuer.h"
#include "status/status.h"

/** Grows with every change of the bytes' layout. */
#ifndef OCSP_TABLE_VERSION
#define OCSP_TABLE_VERSION 1
#endif

#define OCSP_TABLE_ID_LEN 32
#define OCSP_TABLE_FINGERPRINT_LEN 32

/** What a table says of itself. */
typedef struct {
    unsigned char id[OCSP_TABLE_ID_LEN]; /* whose table: see arena.h */
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN]; /* see load.h */
    int64_t this_update;
    int64_t next_update;                       /* from here on it is stale */
    unsigned char number[OCSP_CRL_NUMBER_MAX]; /* CRLNumber */
    size_t number_len;                         /* 0: none */
    apr_uint64_t entries;                      /* serial numbers listed */
} ocsp_table_info_t;

/** What a table says of one certificate: a copy, borrowing nothing. */
typedef struct {
    bool listed; /* revoked; the next two count only then */
    int64_t revocation_time;
    int reason;          /* or OCSP_CRL_NO_REASON */
    int64_t this_update; /* of the source that this rests on */
    int64_t next_update; /* from here on it is stale */
    int64_t checked;     /* last good look at the sources; 0: see arena.h */
} ocsp_record_t;

typedef struct ocsp_table_builder_t ocsp_table_builder_t;

/** A builder without entries, newly made in p; its memory goes with p. */
ocsp_table_builder_t *ocsp_table_builder_make(apr_pool_t *p);

/**
 * Add one revocation: an ocsp_crl_entry_fn, ctx being the builder.
 * @return APR_ENOMEM, or OCSP_EMALFORMED: serial length or time out of range
 */
apr_status_t ocsp_table_builder_add(void *builder, const unsigned char *serial,
                                    size_t serial_len, int64_t time, int reason,
                                    const char **why);

/**
 * Sort. Of a serial number listed more than once the earliest time counts, and
 * a final reason before certificateHold (REQUIREMENTS 148).
 * @param repeats how many entries this dropped; may be NULL
 * Nothing may be added after.
 */
void ocsp_table_builder_finish(ocsp_table_builder_t *b, apr_uint64_t *repeats);

/** Serial numbers in a finished builder. */
apr_uint64_t ocsp_table_builder_count(const ocsp_table_builder_t *b);

/** Octets that a finished builder's table takes. */
size_t ocsp_table_builder_size(const ocsp_table_builder_t *b);

/**
 * Write a finished builder's table.
 * @param mem aligned to 8, ocsp_table_builder_size octets
 * @param info all but entries, which is counted
 */
void ocsp_table_builder_seal(const ocsp_table_builder_t *b, void *mem,
                             const ocsp_table_info_t *info);

/** Give a builder's memory back before its pool goes. */
void ocsp_table_builder_free(ocsp_table_builder_t *b);

/**
 * Check every octet that a look-up depends on: layout, bounds, order.
 * @param why a fragment without a file name
 * @return OCSP_EMALFORMED
 */
apr_status_t ocsp_table_check(const void *mem, size_t len, const char **why);

/**
 * Read what a table says of itself.
 * @return OCSP_EMALFORMED: no table, or one of another version. Any thread.
 */
apr_status_t ocsp_table_get_info(ocsp_table_info_t *info, const void *mem,
                                 size_t len);

/**
 * Look up one certificate.
 * @param out untouched unless APR_SUCCESS
 * @param id whose table it must be
 * @param serial as ocsp_certid_serial makes it
 * @return APR_SUCCESS, listed or not; OCSP_EMALFORMED: no table, or not id's
 * Any thread: takes no lock, allocates nothing.
 */
apr_status_t ocsp_table_lookup(ocsp_record_t *out, const void *mem, size_t len,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len);

#endif
