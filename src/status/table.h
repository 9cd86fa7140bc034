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
#include "status/crl_set.h"
#include "status/issuer.h"
#include "status/status.h"
#include "wire/certid.h"

/** Grows with every change of the bytes' layout. */
#ifndef OCSP_TABLE_VERSION
#define OCSP_TABLE_VERSION 3
#endif

/** How long a CRL without nextUpdate counts unless OCSPSourceMaxAge says
 * otherwise, in seconds: 7 days. */
#define OCSP_TABLE_MAX_AGE_S INT64_C(604800)

/** What never becomes stale becomes so then. */
#define OCSP_TABLE_ENDLESS INT64_MAX

/** A table has the dates of so many CRLs. */
#define OCSP_TABLE_CRLS_MAX 4096

#define OCSP_TABLE_ID_LEN 32
#define OCSP_TABLE_FINGERPRINT_LEN 32

/** What a table says of itself. */
typedef struct {
    unsigned char id[OCSP_TABLE_ID_LEN]; /* whose table: see arena.h */
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN]; /* see load.h */
    bool crl;            /* it rests on a CRL; else on issuance data alone */
    bool issuance;       /* it rests on issuance data: an index or a list */
    bool partial;        /* by their own words its CRLs do not cover every
                            certificate of the CA */
    bool gaps;           /* a CRL that was named or found is not in it */
    unsigned crls;       /* how many CRLs have their dates in it */
    int64_t this_update; /* of the oldest CRL; without one, when the rest was
                            read */
    int64_t next_update; /* the earliest of all CRLs', or
                            OCSP_CRL_NO_NEXT_UPDATE */
    int64_t changed;     /* mtime of the issuance file that changed longest
                            ago; 0: there is none */
    unsigned char number[OCSP_CRL_NUMBER_MAX]; /* CRLNumber of the one CRL */
    size_t number_len;                         /* 0: none, or several CRLs */
    apr_uint64_t entries; /* serial numbers that are revoked */
    apr_uint64_t issued;  /* serial numbers that were issued and are not */
    apr_uint64_t rows;    /* of all issuance files */
} ocsp_table_info_t;

/** What a table says of one certificate: a copy, borrowing nothing. */
typedef struct {
    bool listed; /* revoked; the next two count only then */
    int64_t revocation_time;
    int reason;        /* or OCSP_CRL_NO_REASON */
    bool issued;       /* not revoked, and issuance data has it */
    bool issued_only;  /* so, but nothing in it says that it is not revoked */
    int64_t not_after; /* of an issued one; 0: not known */
    bool crl;          /* as in ocsp_table_info_t; likewise: */
    bool issuance;
    bool partial;
    bool gaps;
    int64_t this_update;
    int64_t next_update;
    int64_t changed;
    int64_t checked; /* last good look at the sources; 0: see arena.h */
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
 * Add one certificate that was issued and of which no revocation is known here.
 * @param valid whether the source says so itself (an index), or only that it
 *        was issued (a list)
 * @param not_after when the certificate ends, of a valid one;
 *        OCSP_TABLE_ENDLESS: not known
 * @return as ocsp_table_builder_add
 */
apr_status_t ocsp_table_builder_add_issued(ocsp_table_builder_t *b,
                                           const unsigned char *serial,
                                           size_t serial_len, bool valid,
                                           int64_t not_after, const char **why);

/**
 * Add every entry of a table: what it has as revoked with time and reason, and
 * what it has as issued.
 * @param mem a table that has been checked and does not change meanwhile
 * @return APR_ENOMEM, or OCSP_EMALFORMED: no table, or one of another version.
 *         Some entries may have been added
 */
apr_status_t ocsp_table_builder_add_table(ocsp_table_builder_t *b,
                                          const void *mem, size_t len,
                                          const char **why);

/**
 * Add every entry of another builder, which stays as it is.
 * @return APR_ENOMEM. Some entries may have been added
 */
apr_status_t ocsp_table_builder_join(ocsp_table_builder_t *b,
                                     const ocsp_table_builder_t *from,
                                     const char **why);

/**
 * Say which CRLs the entries are of.
 * @param parts of ocsp_crl_set_part_t, at most OCSP_TABLE_CRLS_MAX; borrowed
 */
void ocsp_table_builder_set_crls(ocsp_table_builder_t *b,
                                 const apr_array_header_t *parts);

/**
 * Sort. Of a serial number listed more than once the earliest time counts, and
 * a final reason before certificateHold (R148); a revocation before
 * anything else (R73). More may be added after, and this called
 * again.
 * @param repeats how many revocations this dropped; may be NULL
 * @param disputes how many that were added as valid are revoked; may be NULL
 */
void ocsp_table_builder_finish(ocsp_table_builder_t *b, apr_uint64_t *repeats,
                               apr_uint64_t *disputes);

/** What a builder has of a serial number. */
typedef enum {
    OCSP_TABLE_UNLISTED = 0,
    OCSP_TABLE_ISSUED, /* and not revoked */
    OCSP_TABLE_REVOKED
} ocsp_table_state_t;

/** What it was of a serial number when the builder was last finished. */
ocsp_table_state_t ocsp_table_builder_find(const ocsp_table_builder_t *b,
                                           const unsigned char *serial,
                                           size_t serial_len);

/** Revoked serial numbers in a finished builder. */
apr_uint64_t ocsp_table_builder_count(const ocsp_table_builder_t *b);

/** Issued ones that are not revoked. */
apr_uint64_t ocsp_table_builder_count_issued(const ocsp_table_builder_t *b);

/** Octets that a finished builder's table takes. */
size_t ocsp_table_builder_size(const ocsp_table_builder_t *b);

/**
 * Write a finished builder's table.
 * @param mem aligned to 8, ocsp_table_builder_size octets
 * @param info all but entries, issued and crls, which are counted
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
 * Read which CRLs a table rests on.
 * @param parts of ocsp_crl_set_part_t, to which they are added
 * @param mem a table that has been checked and does not change meanwhile
 */
void ocsp_table_get_crls(apr_array_header_t *parts, const void *mem,
                         size_t len);

/**
 * Count final revocations of a table, of any reason but certificateHold, that a
 * finished builder does not have.
 * @param mem a table that has been checked and does not change meanwhile
 * @param undone count those alone that the builder has as issued; what it does
 *        not have at all may have expired
 */
apr_uint64_t ocsp_table_count_lost(const void *mem, size_t len,
                                   const ocsp_table_builder_t *b, bool undone);

/**
 * Tell whether two tables rest on one CRL, by its thisUpdate and CRLNumber, or
 * both on none. Pure.
 */
bool ocsp_table_is_same_crl(const ocsp_table_info_t *a,
                            const ocsp_table_info_t *b);

/**
 * From when on what rests on a table is stale: nextUpdate and the grace, or for
 * a CRL without nextUpdate its thisUpdate and the greatest age; and for
 * issuance data its last change and the greatest age, if one is set.
 * @param crl, this_update, next_update, changed as in ocsp_table_info_t
 * @param grace_s OCSPStaleGrace
 * @param max_age_s OCSPSourceMaxAge; 0: off; below 0: OCSP_TABLE_MAX_AGE_S for
 *        a CRL, and off for issuance data
 * @return seconds since 1970, or OCSP_TABLE_ENDLESS. Pure.
 */
int64_t ocsp_table_find_end(bool crl, int64_t this_update, int64_t next_update,
                            int64_t changed, int64_t grace_s,
                            int64_t max_age_s);

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

/** A certificate that a table lists. */
typedef struct {
    unsigned char serial[OCSP_CERTID_SERIAL_MAX]; /* as it is compared: no
                                                     leading 00 octets */
    size_t serial_len;
    bool revoked; /* else issued and not revoked */
} ocsp_table_item_t;

/**
 * Walk over what a table lists, in the order of the serial numbers.
 * @param mem a sealed table that stays as it is meanwhile
 * @param cursor 0 at first
 * @return false: that was all. Pure.
 */
bool ocsp_table_next(ocsp_table_item_t *out, const void *mem, size_t len,
                     apr_uint64_t *cursor);

#endif
