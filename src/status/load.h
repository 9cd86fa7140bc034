/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads all sources of one issuer, CRLs and issuance data, into a table, or
 * gives the reason why not. Has the rules that need the time or the table in
 * use. Floor 1.
 */
#ifndef OCSP_STATUS_LOAD_H
#define OCSP_STATUS_LOAD_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/crl_keys.h"
#include "status/error.h"
#include "status/table.h"

/** The sources of an issuer. Arrays may be NULL, paths are absolute. */
typedef struct {
    const ocsp_crl_keys_t *keys;           /* of the issuer */
    const apr_array_header_t *crl_signers; /* const char *: the files of the
                                              CRL signers among them */
    const apr_array_header_t *files;       /* const char *: CRLs named for this
                                              issuer */
    const apr_array_header_t *found;       /* ocsp_crl_directory_entry_t *: CRLs
                                              from directories that have the
                                              name of one of the keys, but
                                              perhaps another key */
    const char *places;                    /* the directories, for reasons;
                                              NULL: none */
    const apr_array_header_t *indexes;     /* const char *: databases of
                                              "openssl ca" */
    const apr_array_header_t *lists;       /* const char *: issued serial
                                              numbers */
    bool needs_crl;    /* a directory is named, so a CRL must be there */
    bool unreadable;   /* files that may be CRLs cannot be read */
    bool complete;     /* OCSPCRLCoverage complete; this and the rest are for
                          warnings alone, but last: */
    bool checked;      /* OCSPThisUpdate checked */
    int64_t grace_s;   /* OCSPStaleGrace */
    int64_t max_age_s; /* OCSPSourceMaxAge: see ocsp_table_find_end */
    const ocsp_table_info_t *last; /* of the table in use, or NULL */
    const void *last_table; /* that table, which does not change meanwhile, or
                               NULL */
    size_t last_len;
    bool last_is_copy; /* it was in use before httpd started: nothing is
                          answered good because of it, but it shows what is
                          older */
    const apr_array_header_t *newest; /* ocsp_crl_set_part_t: the newest CRLs
                                         that were in use before httpd started;
                                         NULL: nothing is known of them */
    const char *consent; /* how an administrator accepts older sources, in the
                            imperative; NULL: OCSP_CRL_SELECT_CONSENT */
} ocsp_load_sources_t;

/** A loaded table. */
typedef struct {
    ocsp_table_builder_t *builder;  /* finished, newly made in p */
    size_t len;                     /* octets of its table */
    ocsp_table_info_t info;         /* without id and fingerprint */
    const apr_array_header_t *crls; /* ocsp_crl_set_part_t: its CRLs */
    int64_t end;           /* when it becomes stale: see ocsp_table_find_end */
    bool uncovered;        /* some certificates are answered tryLater, since no
                             CRL covers them: see OCSPCRLCoverage */
    const char *file;      /* the newest CRL; without CRLs an issuance file */
    const char *warning;   /* for the administrator; or NULL */
    const char *not_used;  /* why sources could not be used: the table has the
                             others, and the entries of the last one, and is to
                             be built again even if no file changes; or NULL */
    bool has_history;      /* newest or a copy was known */
    const char *rejected;  /* why CRLs were rejected: see ocsp_crl_select_t */
    const char *went_back; /* why sources are older than those that were in use
                              before httpd started: they only add revocations,
                              and the table is to be built again likewise; or
                              NULL */
} ocsp_load_result_t;

/**
 * Make the fingerprint of all files, named and found, of complete, and of the
 * keys that may sign CRLs, without reading a file: see fingerprint.h.
 * @return the error of a file, with why; APR_ENOENT: there is no file
 */
apr_status_t ocsp_load_fingerprint(unsigned char fingerprint[32], bool *settled,
                                   const ocsp_load_sources_t *src, int64_t now,
                                   const char **why, apr_pool_t *p);

/**
 * Find the CRLs that a table was built from: ocsp_table_get_crls, or the single
 * one in its header.
 * @param parts ocsp_crl_set_part_t are added
 * @param table NULL: only its header is known
 */
void ocsp_load_find_crls(apr_array_header_t *parts,
                         const ocsp_table_info_t *info, const void *table,
                         size_t len);

/**
 * Read and check the sources.
 * - crl_select.h selects the CRLs. A CRL in use that is gone, and that no newer
 *   one covers, stays in use with all entries of the last table (not_used).
 * - Of sources that disagree about a certificate, revoked counts, with a
 *   warning (R73).
 * - An index has no signature, and may be an old copy: it is rejected if it has
 *   fewer rows than the last one, or if final revocations are gone (beside a
 *   new CRL: if these certificates are valid again). Then a CRL that is newer
 *   than the one in use is used with all entries of the last table (not_used).
 * - If the sources are older than those that were in use before httpd started,
 *   the table has revocations alone, theirs or those of the copy, and no
 *   certificate is answered good (went_back).
 * - If more than half of the revocations are gone, there is a warning.
 * - A CRL past its nextUpdate is used: the certificates that it lists stay
 *   revoked.
 * @param out untouched unless APR_SUCCESS
 * @param now seconds since 1970
 * @param why file, cause and remedy
 * @return as ocsp_crl_read and ocsp_lines_read; OCSP_ENOTYET: from the future;
 *         OCSP_ESTALE: older than the CRL in use (R140), or an index that has
 *         lost rows or revocations; APR_ENOENT: no source, or no CRL although
 *         there was one
 */
apr_status_t ocsp_load_build(ocsp_load_result_t *out,
                             const ocsp_load_sources_t *src, int64_t now,
                             const char **why, apr_pool_t *p);

#endif
