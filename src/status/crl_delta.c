/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compares delta CRLs with complete CRLs. Floor 1.
 */
#include <apr_strings.h>
#include <string.h>

#include "status/crl_delta.h"

/* Compare the CRLNumber of a complete CRL with another number. */
static int compare_base(const ocsp_crl_info_t *base,
                        const unsigned char *number, size_t len)
{
    return ocsp_crl_compare_number(base->number, base->number_len, number, len);
}

static bool have_numbers(const ocsp_crl_info_t *base,
                         const ocsp_crl_info_t *delta)
{
    return base->number_len > 0 && delta->number_len > 0;
}

ocsp_crl_delta_relation_t ocsp_crl_delta_compare(const ocsp_crl_info_t *base,
                                                 const ocsp_crl_info_t *delta)
{
    int order = compare_base(base, delta->number, delta->number_len);

    if (delta->this_update < base->this_update) {
        return OCSP_CRL_DELTA_OLD;
    }
    if (!have_numbers(base, delta)) {
        return OCSP_CRL_DELTA_UNFIT;
    }
    if (order == 0 || (order > 0 && delta->this_update == base->this_update)) {
        return OCSP_CRL_DELTA_OLD;
    }
    return order < 0 && compare_base(base, delta->base, delta->base_len) >= 0
             ? OCSP_CRL_DELTA_FITS
             : OCSP_CRL_DELTA_UNFIT;
}

void ocsp_crl_delta_combine(ocsp_crl_info_t *base, const ocsp_crl_info_t *delta)
{
    base->this_update = delta->this_update;
    base->next_update = delta->next_update;
    memcpy(base->number, delta->number, sizeof(base->number));
    base->number_len = delta->number_len;
    base->entries += delta->entries;
    base->sha1 = base->sha1 || delta->sha1;
}

static const char *print_number(const unsigned char *number, size_t len,
                                apr_pool_t *p)
{
    const char *text = "0x";
    size_t i;

    for (i = 0; i < len; i++) {
        text = apr_psprintf(p, "%s%02x", text, number[i]);
    }
    return text;
}

/* @param present the CRLNumber of the complete CRL */
static const char *describe_unfit(const ocsp_crl_info_t *base,
                                  const ocsp_crl_info_t *delta,
                                  const char *present, apr_pool_t *p)
{
    const char *number = print_number(delta->number, delta->number_len, p);

    if (!have_numbers(base, delta)) {
        return "it or the complete CRL has no CRLNumber: have the CA number "
               "both";
    }
    if (compare_base(base, delta->number, delta->number_len) > 0) {
        return apr_psprintf(p,
                            "its CRLNumber %s is lower than %s of the complete "
                            "CRL, which is older: have the CA number both in "
                            "one sequence",
                            number, present);
    }
    return apr_psprintf(p,
                        "it needs the complete CRL with CRLNumber %s or a "
                        "newer one, and that in use has %s: put the CA's "
                        "newest complete CRL there",
                        print_number(delta->base, delta->base_len, p), present);
}

const char *ocsp_crl_delta_describe_unfit(const ocsp_crl_info_t *base,
                                          const ocsp_crl_info_t *delta,
                                          const char *file, apr_pool_t *p)
{
    const char *cause;

    if (base != NULL) {
        cause = describe_unfit(base, delta,
                               print_number(base->number, base->number_len, p),
                               p);
    }
    else {
        cause = apr_psprintf(p,
                             "there is no complete CRL with the same "
                             "issuingDistributionPoint: put that with "
                             "CRLNumber %s or a newer one there",
                             print_number(delta->base, delta->base_len, p));
    }
    return apr_psprintf(p,
                        "%s: RFC 5280 section 5.2.4: only the revocations of "
                        "this delta CRL are used: %s",
                        file, cause);
}
