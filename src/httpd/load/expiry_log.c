/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See expiry_log.h. Floor 4.
 */
#include "httpd/load/expiry_log.h"

#include <string.h>

#include "answer/expiry.h"
#include "httpd/log.h"

/* What was last logged of an issuer and a certificate of its signer: a renewed
 * one is another subject. At start and at graceful all is logged. */
static unsigned exchange(const ocsp_load_ctx_t *ctx,
                         const ocsp_issuers_issuer_t *si,
                         const ocsp_signer_t *signer, ocsp_expiry_t expiry)
{
    unsigned char subject[OCSP_ISSUER_ID_LEN + OCSP_SIGNER_KEY_HASH_LEN
                          + sizeof(int64_t)];
    unsigned char *key = subject + OCSP_ISSUER_ID_LEN;
    int64_t end = ocsp_signer_get_not_after(signer);
    ocsp_retry_t *retry;
    unsigned logged = OCSP_EXPIRY_FAR;

    memcpy(subject, ocsp_issuer_get0_id(si->issuer), OCSP_ISSUER_ID_LEN);
    memcpy(key, ocsp_signer_get0_key_hash(signer), OCSP_SIGNER_KEY_HASH_LEN);
    memcpy(key + OCSP_SIGNER_KEY_HASH_LEN, &end, sizeof(end));
    retry = ocsp_load_ctx_get_retry(ctx, subject, sizeof(subject));
    if (retry != NULL) {
        logged = ocsp_load_ctx_is_running(ctx) ? retry->age : OCSP_EXPIRY_FAR;
        retry->age = expiry;
    }
    return logged;
}

void ocsp_expiry_log(const ocsp_load_ctx_t *ctx,
                     const ocsp_issuers_issuer_t *si,
                     const ocsp_answer_signers_t *signers)
{
    const ocsp_signer_t *signer;
    ocsp_expiry_t expiry = ocsp_expiry_find(&signer, signers, ctx->now);
    bool past = expiry == OCSP_EXPIRY_PAST;

    if (expiry == OCSP_EXPIRY_FAR
        || exchange(ctx, si, signer, expiry) >= (unsigned)expiry
        || (past && !ocsp_load_ctx_is_running(ctx))) {
        return; /* OCSP204 has said so at start */
    }
    ap_log_error(
        APLOG_MARK, expiry == OCSP_EXPIRY_SOON ? APLOG_WARNING : APLOG_ERR, 0,
        ctx->s,
        "OCSP248: %s: the signer's certificate %s at %s (%s)%s: renew "
        "it with the same key%s",
        si->name, past ? "ended" : "ends",
        ocsp_load_ctx_print_time(ctx->ptemp, ocsp_signer_get_not_after(signer)),
        ocsp_signer_get0_description(signer), past ? ": answers tryLater" : "",
        /* that is the one which is answered for */
        ocsp_signer_is_issuer(signer) ? ", and restart httpd gracefully"
                                      : ", which needs no restart");
}
