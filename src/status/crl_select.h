/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Selects from all CRLs of one issuer those that its table is built from: of
 * each scope and signer the newest that is signed by a key that may sign it, is
 * not from the future, and is not older than the one in use; with the newest
 * delta CRL of its scope and signer. Floor 1.
 */
#ifndef OCSP_STATUS_CRL_SELECT_H
#define OCSP_STATUS_CRL_SELECT_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdint.h>

#include "status/crl.h"
#include "status/crl_keys.h"
#include "status/error.h"
#include "status/table.h"

/** The CRLs to select from. */
typedef struct {
    const ocsp_crl_keys_t *keys;     /* of the issuer */
    const apr_array_header_t *files; /* const char *: named for this issuer; or
                                        NULL */
    const apr_array_header_t *found; /* ocsp_crl_directory_entry_t *: from
                                        directories; or NULL */
    const apr_array_header_t *last;  /* ocsp_crl_set_part_t: in use. A CRL older
                                        than that of its scope is rejected */
    const apr_array_header_t *newest; /* ocsp_crl_set_part_t: the newest that
                                         were in use before httpd started; or
                                         NULL. An older CRL only adds
                                         revocations */
    const char *consent; /* how an older CRL is accepted, in the imperative */
    int64_t latest;      /* the latest thisUpdate that is accepted */
    bool unreadable; /* there are files that may be CRLs and cannot be read */
} ocsp_crl_select_input_t;

/** Why a CRL may be missing in a selection, perhaps the only one of its
 * scope. */
typedef enum {
    OCSP_CRL_SELECT_NONE = 0,    /* none is missing */
    OCSP_CRL_SELECT_REJECTED,    /* a CRL was rejected, or the complete CRL for
                                    a delta CRL is missing */
    OCSP_CRL_SELECT_NO_OWN,      /* all are for certificates under other keys of
                                    the CA */
    OCSP_CRL_SELECT_OTHER_CA,    /* a named file is the CRL of another CA */
    OCSP_CRL_SELECT_OTHER_KEY,   /* a CRL is signed by an unknown key of the
                                    CA */
    OCSP_CRL_SELECT_NAMED_TWICE, /* a file is named twice */
    OCSP_CRL_SELECT_SAME_SCOPE   /* two named files have the same scope */
} ocsp_crl_select_missing_t;

/** A selection. */
typedef struct {
    const char *file;              /* of the newest CRL */
    ocsp_table_builder_t *builder; /* all entries, newly made in p; to be
                                      finished */
    apr_uint64_t repeats;          /* of a serial number, merged already */
    apr_array_header_t *parts;     /* ocsp_crl_set_part_t */
    int64_t since;                 /* of parts: see ocsp_crl_set_find_since */
    ocsp_crl_info_t crl; /* of all together: the oldest thisUpdate, the earliest
                            nextUpdate, sums of entries; no scope, and a number
                            only of a single CRL */
    ocsp_crl_select_missing_t missing;
    const char *missing_file; /* of OCSP_CRL_SELECT_OTHER_KEY and the later ones
                               */
    const char *rejected;  /* reasons why CRLs that are newer or of other scopes
                             were rejected, or delta CRLs could not be combined;
                             NULL: none. CRLs of other keys are not among them
                           */
    const char *other_ca;  /* reasons for OCSP_CRL_SELECT_OTHER_CA; or NULL */
    const char *went_back; /* reasons why CRLs are older than the newest, and
                              only add revocations; or NULL */
} ocsp_crl_select_t;

/**
 * Read CRLs, the newest first, until those that are selected cover every
 * certificate of the CA (crl_set.h), and all others with the thisUpdate of the
 * last one. Of two with the same scope the newer is selected, or with the same
 * thisUpdate that with the higher CRLNumber (R140). A CRL by the key of another
 * CA of that name covers nothing, unless OCSPCRLScope is "name", or is not
 * configured and a self-issued certificate connects both keys, of which only
 * that one has CRLs (RFC 5280 section 5). If a named file, or one
 * that is broken or cannot be read, is rejected, nothing is selected: an older
 * CRL would lack revocations.
 *
 * A complete CRL and the newest delta CRL of its scope count as one CRL, with
 * the number and the dates of the delta CRL (crl_delta.h). If they cannot be
 * combined, or there is only the delta CRL, the certificates that they list
 * count as revoked, and others are not covered (OCSP_CRL_SET_LISTED, R155).
 * Likewise a CRL that is older than one that was in use before httpd started.
 * @param out untouched unless APR_SUCCESS
 * @param why the reasons of all rejected CRLs
 * @return the error of a named file, or of the CRL rejected last: see load.h
 */
apr_status_t ocsp_crl_select_make(ocsp_crl_select_t *out,
                                  const ocsp_crl_select_input_t *in,
                                  const char **why, apr_pool_t *p);

#endif
