/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See roster.h. Floor 4.
 */
#include "httpd/signers/signer_list.h"

#include <apr_strings.h>

#include "httpd/log.h"

/* A certificate that should sign, and does not. */
typedef struct {
    apr_status_t rv;
    const char *why;
    bool replaced; /* the pair that was kept signs instead */
} fault_t;

void ocsp_signer_list_begin(ocsp_signer_list_t *r, ocsp_load_ctx_t *pass,
                            ocsp_issuers_issuer_t *si)
{
    r->pass = pass;
    r->si = si;
    r->templs = apr_array_make(pass->pconf, 2,
                               sizeof(ocsp_response_template_t *));
    r->faults = apr_array_make(pass->ptemp, 1, sizeof(fault_t));
    si->loaded.signer_why = NULL;
    si->loaded.signers_faulty = false;
    si->loaded.signer_files = apr_array_make(pass->pconf, 2,
                                             sizeof(const char *));
}

const ocsp_signer_t *ocsp_signer_list_get_signer(const ocsp_signer_list_t *r,
                                                 int i)
{
    return ocsp_response_template_get0_signer(
        APR_ARRAY_IDX(r->templs, i, const ocsp_response_template_t *));
}

static const char *get_file(const ocsp_signer_list_t *r, int i)
{
    return APR_ARRAY_IDX(r->si->loaded.signer_files, i, const char *);
}

void ocsp_signer_list_add(ocsp_signer_list_t *r, const ocsp_signer_t *signer,
                          const char *cert_file)
{
    ocsp_response_style_t style;

    ocsp_issuer_config_get_style(&style, r->si->config.level);
    style.chain = r->si->loaded.chain;
    APR_ARRAY_PUSH(r->templs, const ocsp_response_template_t *) =
        ocsp_response_template_make(signer, &style, r->pass->pconf);
    APR_ARRAY_PUSH(r->si->loaded.signer_files, const char *) = cert_file;
}

static void count_fault(ocsp_signer_list_t *r)
{
    r->pass->counts->failures++;
    r->si->loaded.signers_faulty = true;
}

void ocsp_signer_list_add_fault(ocsp_signer_list_t *r, apr_status_t rv,
                                const char *why, bool replaced)
{
    fault_t *fault = apr_array_push(r->faults);

    fault->rv = rv;
    fault->why = why;
    fault->replaced = replaced;
    count_fault(r);
    if (r->si->loaded.signer_why == NULL) {
        r->si->loaded.signer_why = apr_pstrdup(r->pass->pconf, why);
    }
}

/* Only when all is tried it is known what a fault leads to. */
static void say_faults(const ocsp_signer_list_t *r)
{
    int i;

    for (i = 0; i < r->faults->nelts; i++) {
        const fault_t *fault = &APR_ARRAY_IDX(r->faults, i, fault_t);

        ocsp_load_ctx_log(
            r->pass, APLOG_ERR, fault->rv,
            "OCSP202: %s: signer not taken: %s; <OCSPIssuer> at %s %s",
            r->si->loaded.name, fault->why, r->si->config.where,
            fault->replaced         ? "goes on with the one read before"
            : r->templs->nelts != 0 ? "does without it"
                                    : "answers tryLater");
    }
}

static void say_nobody(ocsp_signer_list_t *r, bool is_named)
{
    const char *why = is_named
                        ? "none of the certificates that the server names was "
                          "issued by it: have it issue one"
                        : "no OCSPCertificateFile, no OCSPCertificateKeyFile: "
                          "name them";

    count_fault(r);
    r->si->loaded.signer_why = why;
    ocsp_load_ctx_log(r->pass, APLOG_ERR, 0,
                      "OCSP223: %s: no signer: %s; <OCSPIssuer> at %s answers "
                      "tryLater",
                      r->si->loaded.name, why, r->si->config.where);
}

/* Whether the pair that was kept stands behind it, of which more was said. */
static bool is_replaced(const ocsp_signer_list_t *r, int i)
{
    return i + 1 < r->templs->nelts && get_file(r, i) == get_file(r, i + 1);
}

/* R127: one that is valid is enough; those of tomorrow and of
 * yesterday are no fault beside it. */
static void check_dates(ocsp_signer_list_t *r)
{
    apr_pool_t *p = r->pass->ptemp;
    bool valid = false;
    int i;

    for (i = 0; i < r->templs->nelts; i++) {
        valid = valid
             || ocsp_signer_is_valid(ocsp_signer_list_get_signer(r, i),
                                     r->pass->now);
    }
    for (i = 0; i < r->templs->nelts; i++) {
        const ocsp_signer_t *signer = ocsp_signer_list_get_signer(r, i);
        const char *file = get_file(r, i);
        int64_t end = ocsp_signer_get_not_after(signer);

        if (!valid) {
            count_fault(r);
            ocsp_load_ctx_log(
                r->pass, APLOG_CRIT, 0,
                "OCSP204: %s: %s: the signer's certificate is valid from %s to "
                "%s only: %s; issue a new one",
                r->si->loaded.name, file,
                ocsp_load_ctx_print_time(p, ocsp_signer_get_not_before(signer)),
                ocsp_load_ctx_print_time(p, end),
                r->pass->mode == OCSP_LOAD_CTX_SIGNERS
                    ? "goes on with the one read before"
                    : "answers tryLater outside");
        }
        else if (end < r->pass->now && !is_replaced(r, i)) {
            ocsp_load_ctx_log(
                r->pass, APLOG_WARNING, 0,
                "OCSP216: %s: %s: expired on %s, another signer does: "
                "remove it",
                r->si->loaded.name, file, ocsp_load_ctx_print_time(p, end));
        }
    }
}

void ocsp_signer_list_close(ocsp_signer_list_t *r, bool is_named)
{
    if (r->templs->nelts == 0 && r->faults->nelts == 0) {
        if (r->unchecked != NULL) {
            r->si->loaded.signer_why = "not checked, for its key is encrypted";
            ocsp_load_ctx_log(
                r->pass, APLOG_NOTICE, 0,
                "OCSP217: %s: %s: the key is encrypted, and nobody is "
                "asked for the passphrase now: not checked",
                r->si->loaded.name, r->unchecked);
        }
        else {
            say_nobody(r, is_named);
        }
    }
    say_faults(r);
    check_dates(r);
    r->si->loaded.signers.templs =
        (const ocsp_response_template_t *const *)(void *)r->templs->elts;
    r->si->loaded.signers.count = (size_t)r->templs->nelts;
}
