/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a CRL begins: version, signature, issuer and times, which are the same
 * steps for who reads the whole and for who only wants to know whose it is.
 * Floor 1.
 */
#ifndef OCSP_STATUS_CRL_HEAD_H
#define OCSP_STATUS_CRL_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "status/status.h"
#include "status/der_stream.h"
#include "wire/der.h"

/** tbsCertList up to signature must lie within so many octets; so must the name
 * of an issuer if only the head is read. */
#define OCSP_CRL_HEAD_MAX 4096

/**
 * Step into tbsCertList, over version and signature.
 * @param tbs_end where tbsCertList must end
 * @param v2 whether it is of version 2
 * @param algorithm the AlgorithmIdentifier; valid until the next step
 */
apr_status_t ocsp_crl_head_enter(ocsp_der_stream_t *w, apr_uint64_t outer_end,
                                 apr_uint64_t *tbs_end, bool *v2,
                                 ocsp_der_t *algorithm);

/**
 * Read thisUpdate and nextUpdate.
 * @param next_update untouched if there is none
 */
apr_status_t ocsp_crl_head_read_times(ocsp_der_stream_t *w,
                                      apr_uint64_t tbs_end,
                                      int64_t *this_update,
                                      int64_t *next_update);

/**
 * Read a CertificateList from its first octet as far as its times.
 * @param issuer_name newly made in w's pool
 * @return OCSP_EMALFORMED, or what the stream says
 */
apr_status_t ocsp_crl_head_read(ocsp_der_t *issuer_name, int64_t *this_update,
                                ocsp_der_stream_t *w);

#endif
