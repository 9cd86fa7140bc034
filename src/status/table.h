/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The status table of one CA: which certificates are revoked, when and why, and
 * which others were issued. A builder collects the entries, and seals them into
 * one block of bytes, which src/README draws. A sealed table never changes, and
 * holds no pointers, so that processes can share it. A look-up checks all that
 * it reads: if the bytes are overwritten meanwhile, its result is wrong, which
 * the arena finds out, but it reads nothing else. Floor 1.
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
#include "status/error.h"
#include "wire/certid.h"

/** To be increased with every change of the layout. */
#ifndef OCSP_TABLE_VERSION
#define OCSP_TABLE_VERSION 5
#endif

/** How long a CRL without nextUpdate is used by default, in seconds: 7 days
 * (see OCSPSourceMaxAge). */
#define OCSP_TABLE_MAX_AGE_S INT64_C(604800)

/** The end of data that never becomes stale. */
#define OCSP_TABLE_ENDLESS INT64_MAX

/** The most CRLs that a table can be built from. */
#define OCSP_TABLE_CRLS_MAX 4096

#define OCSP_TABLE_ID_LEN 32
#define OCSP_TABLE_FINGERPRINT_LEN 32

/** The header of a table. */
typedef struct {
    unsigned char id[OCSP_TABLE_ID_LEN]; /* of the CA and its sources */
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN]; /* of the sources:
                                                              see load.h */
    bool crl;                                              /* built from CRLs */
    bool issuance;       /* built from issuance data: indexes or lists */
    bool partial;        /* the CRLs do not say that they cover every
                            certificate of the CA */
    bool missing_crls;   /* a CRL that was named or found is not in it */
    bool went_back;      /* sources are older than those before httpd started:
                            they only add revocations */
    unsigned crls;       /* how many CRLs ocsp_table_get_crls gives */
    int64_t this_update; /* of the oldest CRL; without CRLs the time of loading
                          */
    int64_t next_update; /* the earliest of all CRLs, or
                            OCSP_CRL_NO_NEXT_UPDATE */
    int64_t changed; /* the oldest mtime of the issuance files; 0: no file */
    unsigned char number[OCSP_CRL_NUMBER_MAX]; /* CRLNumber of a single CRL */
    size_t number_len;                         /* 0: none, or several CRLs */
    apr_uint64_t entries;                      /* revoked serial numbers */
    apr_uint64_t issued; /* serial numbers that were issued and are not */
    apr_uint64_t rows;   /* of all issuance files */
} ocsp_table_info_t;

/** The status of one certificate, copied out of a table. */
typedef struct {
    bool listed;             /* revoked: */
    int64_t revocation_time; /* then */
    int reason;              /* or OCSP_CRL_NO_REASON */
    bool issued;             /* not revoked, and in the issuance data */
    bool issued_only;        /* so, but in lists alone, which do not say that
                                it is valid */
    int64_t not_after;       /* of an issued one; 0: not known */
    bool crl;                /* this and the next six: see ocsp_table_info_t */
    bool issuance;
    bool partial;
    bool missing_crls;
    int64_t this_update;
    int64_t next_update;
    int64_t changed;
    int64_t checked; /* the last successful check of the sources; 0: see arena.h
                      */
} ocsp_record_t;

typedef struct ocsp_table_builder_t ocsp_table_builder_t;

/** Make an empty builder in p. */
ocsp_table_builder_t *ocsp_table_builder_make(apr_pool_t *p);

/**
 * Add a revocation, or an entry with OCSP_CRL_REMOVE, which must not be left in
 * a builder that is sealed. Can be the ocsp_crl_entry_fn of a reader.
 * @return APR_ENOMEM; OCSP_EMALFORMED: serial length or time out of range
 */
apr_status_t ocsp_table_builder_add(void *builder, const unsigned char *serial,
                                    size_t serial_len, int64_t time, int reason,
                                    const char **why);

/**
 * Add a certificate that was issued and may be revoked elsewhere.
 * @param valid the source says that it is not revoked (an index), not only that
 *        it was issued (a list)
 * @param not_after the end of a valid one; OCSP_TABLE_ENDLESS: not known
 * @return as ocsp_table_builder_add
 */
apr_status_t ocsp_table_builder_add_issued(ocsp_table_builder_t *b,
                                           const unsigned char *serial,
                                           size_t serial_len, bool valid,
                                           int64_t not_after, const char **why);

/**
 * Add every entry of a table.
 * @param mem a checked table that does not change meanwhile
 * @return APR_ENOMEM; OCSP_EMALFORMED: no table, or one of another version.
 *         Some entries may have been added
 */
apr_status_t ocsp_table_builder_add_table(ocsp_table_builder_t *b,
                                          const void *mem, size_t len,
                                          const char **why);

/** Add every entry of another builder. @return APR_ENOMEM; some entries may
 * have been added */
apr_status_t ocsp_table_builder_join(ocsp_table_builder_t *b,
                                     const ocsp_table_builder_t *from,
                                     const char **why);

/** Set the CRLs of the table: ocsp_crl_set_part_t, at most OCSP_TABLE_CRLS_MAX,
 * borrowed. */
void ocsp_table_builder_set_crls(ocsp_table_builder_t *b,
                                 const apr_array_header_t *parts);

/** The content of a finished builder. */
typedef struct {
    size_t len;           /* octets of its table */
    apr_uint64_t entries; /* revoked serial numbers */
    apr_uint64_t issued;  /* serial numbers that were issued and are not */
    /* merged by this call: */
    apr_uint64_t repeats;  /* further revocations of a serial number */
    apr_uint64_t disputes; /* revoked ones that were added as valid, too */
} ocsp_table_sums_t;

/**
 * Sort the entries, and merge those of one serial number: a revocation precedes
 * anything else (R73), the earliest time counts, and a final reason precedes
 * certificateHold (R148). More can be added, and this called again; the CRLs
 * are set before.
 */
ocsp_table_sums_t ocsp_table_builder_finish(ocsp_table_builder_t *b);

/** Make revocations without a reason of the entries with OCSP_CRL_REMOVE of a
 * complete CRL, where it has no meaning (R154), before they are finished. */
void ocsp_table_builder_revoke_removed(ocsp_table_builder_t *b);

/**
 * Apply a delta CRL to a complete CRL (RFC 5280 sections 5.2.4 and 6.3.3 (i) to
 * (k)), certificate by certificate. A final revocation of the delta CRL counts,
 * with its time and reason. certificateHold counts unless the complete CRL has
 * a final revocation. OCSP_CRL_REMOVE removes a certificate on hold, and no
 * other one: CAs also write it when a certificate has expired (R152, R153).
 * @param b a finished builder; must be finished again
 * @param delta a finished builder, unchanged
 * @return APR_ENOMEM; some entries may have been changed
 */
apr_status_t ocsp_table_builder_apply(ocsp_table_builder_t *b,
                                      const ocsp_table_builder_t *delta,
                                      const char **why);

typedef enum {
    OCSP_TABLE_UNLISTED = 0,
    OCSP_TABLE_ISSUED, /* and not revoked */
    OCSP_TABLE_REVOKED
} ocsp_table_state_t;

/** Look up a serial number among the entries finished last. */
ocsp_table_state_t ocsp_table_builder_find(const ocsp_table_builder_t *b,
                                           const unsigned char *serial,
                                           size_t serial_len);

/**
 * Write the table of a finished builder.
 * @param mem ocsp_table_sums_t's len octets, aligned to 8
 * @param info entries, issued and crls are ignored: they are counted
 */
void ocsp_table_builder_seal(const ocsp_table_builder_t *b, void *mem,
                             const ocsp_table_info_t *info);

/** Free the memory of a builder that is not sealed, before its pool is
 * destroyed. */
void ocsp_table_builder_free(ocsp_table_builder_t *b);

/**
 * Check every octet that a look-up depends on.
 * @param why a fragment without a file name
 * @return OCSP_EMALFORMED
 */
apr_status_t ocsp_table_check(const void *mem, size_t len, const char **why);

/** Read the header. @return OCSP_EMALFORMED: no table, or one of another
 * version. Any thread. */
apr_status_t ocsp_table_get_info(ocsp_table_info_t *info, const void *mem,
                                 size_t len);

/**
 * Add the CRLs of a table to parts, an array of ocsp_crl_set_part_t. A single
 * CRL that covers every certificate is not among them: see ocsp_table_info_t.
 * @param mem a checked table that does not change meanwhile
 */
void ocsp_table_get_crls(apr_array_header_t *parts, const void *mem,
                         size_t len);

/**
 * Count the revocations of a table, but certificateHold, that are not in a
 * finished builder.
 * @param mem a checked table that does not change meanwhile
 * @param undone only those that the builder has as issued: the others may have
 *        expired
 */
apr_uint64_t ocsp_table_count_lost(const void *mem, size_t len,
                                   const ocsp_table_builder_t *b, bool undone);

/** @return whether two tables have the same CRL, by thisUpdate and CRLNumber,
 * or none. Pure. */
bool ocsp_table_is_same_crl(const ocsp_table_info_t *a,
                            const ocsp_table_info_t *b);

/**
 * Find when a table becomes stale: nextUpdate and grace, or for a CRL without
 * nextUpdate thisUpdate and the greatest age; and for issuance data its last
 * change and the greatest age, if one is configured.
 * @param crl, this_update, next_update, changed see ocsp_table_info_t
 * @param grace_s OCSPStaleGrace
 * @param max_age_s OCSPSourceMaxAge; 0: off; below 0: not configured, which is
 *        OCSP_TABLE_MAX_AGE_S for a CRL, and off for issuance data
 * @return seconds since 1970, or OCSP_TABLE_ENDLESS. Pure.
 */
int64_t ocsp_table_find_end(bool crl, int64_t this_update, int64_t next_update,
                            int64_t changed, int64_t grace_s,
                            int64_t max_age_s);

/**
 * Look up one certificate.
 * @param out untouched unless APR_SUCCESS
 * @param id which the table must have
 * @param serial see ocsp_certid_serial
 * @return APR_SUCCESS, listed or not; OCSP_EMALFORMED: no table, or another id
 * Any thread: takes no lock, allocates nothing.
 */
apr_status_t ocsp_table_lookup(ocsp_record_t *out, const void *mem, size_t len,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               const unsigned char *serial, size_t serial_len);

/** An entry of a table. */
typedef struct {
    unsigned char serial[OCSP_CERTID_SERIAL_MAX]; /* see ocsp_certid_serial */
    size_t serial_len;
    bool revoked; /* false: issued and not revoked */
} ocsp_table_item_t;

/**
 * Get the next entry, in the order of the serial numbers.
 * @param mem a table that does not change meanwhile
 * @param cursor 0 for the first entry; moves on
 * @return false: there is none. Pure.
 */
bool ocsp_table_next(ocsp_table_item_t *out, const void *mem, size_t len,
                     apr_uint64_t *cursor);

#endif
