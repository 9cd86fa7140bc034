/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * All sources of one issuer -> one table to be sealed, or the reason why not.
 * Holds the rules that need a clock or the last table: CRLs of the future, of
 * the past, older than the one in use. Floor 1.
 */
#ifndef OCSP_STATUS_LOAD_H
#define OCSP_STATUS_LOAD_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/issuer.h"
#include "status/status.h"
#include "status/table.h"

/** Where an issuer's status comes from. */
typedef struct {
    const ocsp_issuer_t *issuer;
    const apr_array_header_t *namesakes; /* const ocsp_issuer_t *: all that are
                                            configured of its name; or NULL */
    const apr_array_header_t *files; /* const char *, absolute: named for this
                                        issuer, so each must be its; or NULL */
    const apr_array_header_t
        *found;         /* ocsp_crl_directory_entry_t *: in directories
                                        under its name, but perhaps of another
                                        key; or NULL */
    const char *places; /* the directories, for a reason; NULL: none */
    const apr_array_header_t *indexes; /* const char *, absolute: databases of
                                          "openssl ca"; or NULL */
    const apr_array_header_t *lists;   /* const char *, absolute: lists of what
                                          was issued; or NULL */
    bool hidden;       /* files that may be CRLs cannot be read */
    bool complete;     /* OCSPCRLCoverage complete; for warnings alone,
                          likewise: */
    bool checked;      /* OCSPThisUpdate checked: old age is no news */
    int64_t grace_s;   /* OCSPStaleGrace */
    int64_t max_age_s; /* OCSPSourceMaxAge: see ocsp_table_find_end */
    const ocsp_table_info_t *last; /* of the table in use, or NULL: nothing
                                      older is taken (R140) */
    const void *last_table; /* its octets, which do not change meanwhile, or
                               NULL */
    size_t last_len;
    bool needs_crl; /* a directory is named, so a CRL must be there: issuance
                       data alone will not do */
} ocsp_load_sources_t;

/** What came of it. */
typedef struct {
    ocsp_table_builder_t *builder;  /* finished, newly made in p */
    ocsp_table_info_t info;         /* all but id, fingerprint and entries */
    const apr_array_header_t *crls; /* ocsp_crl_set_part_t: the CRLs in it */
    const char *file;               /* the newest CRL that was taken, or without
                                      one the first issuance file */
    const char *warning;            /* NULL, or what the operator should know
                                      although all is well */
    const char *withheld;    /* NULL, or which sources are not what they should
                             be, although a table was made: it has the rest, and
                             what was known of them before, and is to be built
                             again even if no file changes */
    const char *passed_over; /* NULL, or found CRLs that are newer than the
                                      one taken, and why they were not; not
                                      those that a namesake has signed */
} ocsp_load_result_t;

/**
 * Tell whether sources have changed without reading them.
 * @param fingerprint over names, device, inode, size and times of all files,
 *        named and found, and over complete; not over hidden, which matters
 *        only if the CRLs turn out to be parts
 * @param settled false if a file was touched so shortly before now that a
 *        further change might leave its times as they are: do not trust then
 * @return a file's error, with why; APR_ENOENT: there is no file at all
 */
apr_status_t ocsp_load_fingerprint(unsigned char fingerprint[32], bool *settled,
                                   const ocsp_load_sources_t *src, int64_t now,
                                   const char **why, apr_pool_t *p);

/**
 * Read and check the sources. Several CRLs of one scope are one that was
 * renewed: the newest counts, by thisUpdate and then by CRLNumber; what is
 * older than CRLs that cover everything is not read through. The newest of each
 * scope are one table, of the oldest thisUpdate and the earliest nextUpdate;
 * whether they cover every certificate of the CA, info says. A named file that
 * cannot be taken is a failure, unless it is another CA's and there are others;
 * so is a found one that is broken or cannot be read. A found one by another
 * key, from the future or of a kind that is not understood is passed over for
 * the next newest.
 * A CRL that was in use and has gone, and that nothing newer covers, counts on,
 * with all entries of the last table, and out->withheld says so.
 * An index tells what was issued and what was revoked, with a CRL or without; a
 * list what was issued. Of two that disagree revoked counts, with a warning
 * (R73). An index has no end mark, and may be an old copy: with fewer rows than
 * the table in use was made of it is refused, until httpd is stopped and
 * started; so is one by which a final revocation would be undone, while the CRL
 * is the same or there is none. A table with less than
 * half of the revocations of the one in use is taken with a warning.
 * Issuance data that cannot be taken holds no CRL back that is newer than the
 * one in use, if that rests on issuance data, too: the table then is the CRL
 * with every entry of the last, and out->withheld says why. The rest of info is
 * of the CRL, and of the last what it says of issuance data.
 * @param out untouched unless APR_SUCCESS
 * @param now seconds since 1970
 * @param why file, cause and remedy
 * @return as ocsp_crl_read, ocsp_openssl_index_read and ocsp_serial_list_read;
 *         OCSP_ENOTYET: from the future; OCSP_ESTALE: older than last, or with
 *         fewer rows or revocations; APR_ENOENT: no source at all, or no CRL
 *         though last rests on one. A
 *         CRL past its nextUpdate is taken: what it lists stays revoked
 */
apr_status_t ocsp_load_build(ocsp_load_result_t *out,
                             const ocsp_load_sources_t *src, int64_t now,
                             const char **why, apr_pool_t *p);

#endif
