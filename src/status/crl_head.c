/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlhead.h; the whole of the ASN.1 is in crl.c.
 */
#include <apr_strings.h>

#include "status/crl_head.h"
#include "wire/gtime.h"

/*
 * version INTEGER OPTIONAL, which if present must be v2 (1). OpenSSL writes a
 * v1 that was asked for as 0: the same CRL, so it is taken.
 */
static apr_status_t read_version(ocsp_der_stream_t *w, apr_uint64_t tbs_end,
                                 bool *v2)
{
    unsigned version = 0;

    if (ocsp_der_stream_goes_on(w, tbs_end, OCSP_DER_INTEGER)
        && (!ocsp_der_get_uint(&w->cur, OCSP_DER_INTEGER, &version)
            || version > 1)) {
        return ocsp_der_stream_refuse(w, "5.1.2.1: neither version 1 nor 2");
    }
    *v2 = version == 1;
    return APR_SUCCESS;
}

apr_status_t ocsp_crl_head_enter(ocsp_der_stream_t *w, apr_uint64_t outer_end,
                                 apr_uint64_t *tbs_end, bool *v2,
                                 ocsp_der_t *algorithm)
{
    apr_status_t rv = ocsp_der_stream_pull(w, OCSP_CRL_HEAD_MAX);

    if (rv != APR_SUCCESS
        || (rv = ocsp_der_stream_enter(w, outer_end, tbs_end)) != APR_SUCCESS
        || (rv = read_version(w, *tbs_end, v2)) != APR_SUCCESS) {
        return rv;
    }
    return ocsp_der_stream_next(w, *tbs_end, OCSP_DER_SEQUENCE, algorithm,
                                NULL);
}

/* thisUpdate Time, nextUpdate Time OPTIONAL */
apr_status_t ocsp_crl_head_read_times(ocsp_der_stream_t *w,
                                      apr_uint64_t tbs_end,
                                      int64_t *this_update,
                                      int64_t *next_update)
{
    apr_status_t rv = ocsp_der_stream_pull_small(w);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!ocsp_gtime_get(&w->cur, this_update)) {
        return ocsp_der_stream_refuse(w, "5.1.2.4: thisUpdate is no Time");
    }
    if ((rv = ocsp_der_stream_pull_small(w)) != APR_SUCCESS) {
        return rv;
    }
    if ((ocsp_der_stream_goes_on(w, tbs_end, OCSP_DER_UTC_TIME)
         || ocsp_der_stream_goes_on(w, tbs_end, OCSP_DER_GENERALIZED_TIME))
        && !ocsp_gtime_get(&w->cur, next_update)) {
        return ocsp_der_stream_refuse(w, "5.1.2.5: nextUpdate is no Time");
    }
    return APR_SUCCESS;
}

apr_status_t ocsp_crl_head_read(ocsp_der_t *issuer_name, int64_t *this_update,
                                ocsp_der_stream_t *w)
{
    apr_uint64_t end;
    apr_uint64_t tbs_end;
    int64_t next_update;
    bool v2;
    ocsp_der_t algorithm;
    ocsp_der_t name;
    apr_status_t rv;

    if ((rv = ocsp_der_stream_enter(w, UINT64_MAX, &end)) != APR_SUCCESS
        || (rv = ocsp_crl_head_enter(w, end, &tbs_end, &v2, &algorithm))
               != APR_SUCCESS
        || (rv = ocsp_der_stream_next(w, tbs_end, OCSP_DER_SEQUENCE, &name,
                                      NULL))
               != APR_SUCCESS) {
        return rv;
    }
    if (name.len > OCSP_CRL_HEAD_MAX) {
        return ocsp_der_stream_refuse(w, "5.1.2.3: issuer is too long");
    }
    issuer_name->data = apr_pmemdup(w->pool, name.data, name.len);
    issuer_name->len = name.len;
    return ocsp_crl_head_read_times(w, tbs_end, this_update, &next_update);
}
