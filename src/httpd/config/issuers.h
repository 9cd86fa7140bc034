/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The issuers of one server or virtual host, and the look-up of the issuer that
 * a CertID names. Floor 4.
 */
#ifndef OCSP_HTTPD_CONFIG_ISSUERS_H
#define OCSP_HTTPD_CONFIG_ISSUERS_H

#include <httpd.h>

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "answer/answer.h"
#include "httpd/config/issuer_config.h"
#include "status/fingerprint.h"
#include "status/issuer.h"
#include "status/table.h"
#include "wire/certid.h"

/** One <OCSPIssuer> section as it was written. */
typedef struct {
    const char *pattern; /* absolute path of a file, or a pattern */
    bool is_glob;
    const ocsp_issuer_config_t *level;
    const char *defined_at; /* file:line */
} ocsp_issuers_section_t;

/** Renewed signers of an issuer in one process: see signer_reload.h. */
typedef struct {
    server_rec *s; /* the server of the issuer */
    _Atomic(const ocsp_answer_signers_t *) signers; /* NULL: those of the
                                                       start */
    uint32_t seen; /* ocsp_arena_get_signers when they were loaded */
    /* of the last load in this process: */
    unsigned char digest[OCSP_FINGERPRINT_LEN]; /* of the files */
    bool settled;                               /* of digest */
    bool faulty;                                /* a file was rejected */
} ocsp_issuers_renewal_t;

/** An issuer as it was configured. */
typedef struct {
    const ocsp_issuers_section_t *section;
    const char *where;     /* for logs: the section, and who inherits it */
    const char *cert_file; /* whole path */
    const ocsp_issuer_config_t *level; /* the section's over its server's */
    ocsp_answer_policy_t policy;
} ocsp_issuers_config_t;

/** What httpd's parent has loaded for it, as it was then. */
typedef struct {
    const char *name;            /* for logs: the subject, or cert_file */
    const ocsp_issuer_t *issuer; /* NULL: its certificate cannot be read */
    ocsp_chain_t chain; /* of its certificate, for OCSPIncludeCertificate chain;
                           else empty */
    ocsp_answer_signers_t signers; /* see signer_reload.h */
    const char *signer_why; /* NULL, or why there is none or an old one */
    bool signers_faulty;    /* one of their files was rejected, or none is valid
                             */
    bool has_table;         /* of any age */
    const char *crl_file;   /* "httpd -t": the one in use, or NULL */
    const ocsp_table_info_t *info; /* "httpd -t": of the table, or NULL */
} ocsp_issuers_loaded_t;

/** What tells while httpd runs where to find its data. */
typedef struct {
    bool is_duplicate; /* another section of this CA counts */
    bool has_slot;     /* in the arena: */
    size_t slot;
    unsigned char id[OCSP_TABLE_ID_LEN]; /* of the table in the slot */
    bool warned_complete; /* OCSPCRLCoverage complete, of the first issuer that
                             has this table: what is warned of */
    ocsp_issuers_renewal_t *renewal; /* NULL: its certificate cannot be read */
} ocsp_issuers_running_t;

/** One issuer of a section. */
typedef struct {
    ocsp_issuers_config_t config;
    ocsp_issuers_loaded_t loaded;
    ocsp_issuers_running_t running;
} ocsp_issuers_issuer_t;

/** The issuers that one server declares, or that a virtual host inherits. */
typedef struct {
    apr_array_header_t *issuers; /* ocsp_issuers_issuer_t * */
    bool lost;       /* a pattern matches no file now, and none is remembered */
    bool unreadable; /* lost, or the certificate of an issuer was never read: a
                        CertID that is not found may name it */
    unsigned *slots[OCSP_CERTID_HASHES]; /* by key hash: an index from 1; 0:
                                            free */
    unsigned mask;                       /* the number of slots less 1 */
} ocsp_issuers_t;

/** Make an empty list in p. Startup only. */
ocsp_issuers_t *ocsp_issuers_make(apr_pool_t *p);

/** Add an issuer; ocsp_issuers_freeze has to follow. Startup only. */
void ocsp_issuers_add(ocsp_issuers_t *list, ocsp_issuers_issuer_t *si);

/** Get the issuer at an index. Any thread. */
ocsp_issuers_issuer_t *ocsp_issuers_get(const ocsp_issuers_t *list, int i);

/** Find the first issuer with the name and key of a CA. @return NULL: there is
 * none. Startup only. */
const ocsp_issuers_issuer_t *ocsp_issuers_find_ca(const ocsp_issuers_t *list,
                                                  const ocsp_issuer_t *ca);

/** Prepare ocsp_issuers_find, once all issuers are added and their certificates
 * read. Startup only. */
void ocsp_issuers_freeze(ocsp_issuers_t *list, apr_pool_t *p);

/** @return whether any issuer answers good for a serial number that no source
 *          lists. Pure. */
bool ocsp_issuers_has_good_unlisted(const ocsp_issuers_t *list);

/** Find the issuer that a CertID names. @return NULL: none. Any thread. */
const ocsp_issuers_issuer_t *ocsp_issuers_find(const ocsp_issuers_t *list,
                                               const ocsp_certid_t *id);

#endif
