/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See ahead.h. Floor 4.
 */
#include "httpd/background/presign.h"

#include <httpd.h>

#include <ap_mpm.h>
#include <http_main.h>
#include <string.h>

#include "httpd/request/request_log.h"
#include "shared/counters.h"

bool ocsp_presign_is_wanted(const ocsp_issuers_issuer_t *si)
{
    /* see ocsp_answer_may_say */
    return si->config.preproduce != OCSP_ISSUER_CONFIG_PREPRODUCE_OFF
        && si->config.policy.next_update_s > OCSP_ANSWER_LEFT_S
        && (!si->config.policy.limits_age
            || si->config.policy.answer_age_s >= OCSP_PRESIGN_AGE_MIN_S);
}

void ocsp_presign_begin(ocsp_presign_t *a, const ocsp_server_config_t *main,
                        int64_t for_ms, apr_pool_t *ptemp)
{
    a->main = main;
    a->from = apr_time_now();
    a->now = (int64_t)apr_time_sec(a->from);
    a->until = a->from + apr_time_from_msec(for_ms);
    apr_pool_create(&a->pool, ptemp);
    apr_pool_tag(a->pool, "ocsp_ahead");
    apr_pool_create(&a->p, a->pool);
    a->contexts = ocsp_signer_make_contexts(a->pool);
}

bool ocsp_presign_is_stopping(void)
{
    int state;

    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS
        && state == AP_MPMQ_STOPPING;
}

bool ocsp_presign_may_go_on(const ocsp_presign_t *a)
{
    apr_time_t now = apr_time_now();

    /* a clock that is put back meanwhile ends it as well */
    return now >= a->from && now < a->until && !ocsp_presign_is_stopping();
}

void ocsp_presign_end(ocsp_presign_t *a)
{
    apr_pool_destroy(a->pool);
}

static const ocsp_response_template_t *find_templ(
    const ocsp_answer_signers_t *signers, const unsigned char *id)
{
    size_t i;

    for (i = 0; i < signers->count; i++) {
        if (memcmp(ocsp_response_template_get0_id(signers->templs[i]), id,
                   OCSP_RESPONSE_ID_LEN)
            == 0) {
            return signers->templs[i];
        }
    }
    return NULL;
}

static ocsp_presign_verdict_t judge(ocsp_presign_said_t *out,
                                    const ocsp_presign_t *a)
{
    const ocsp_answer_t *answer = &out->item.draft.answer;

    if (answer->status == OCSP_RESPONSE_TRY_LATER) {
        return OCSP_PRESIGN_UNSURE;
    }
    if (answer->status != OCSP_RESPONSE_SUCCESSFUL) {
        return OCSP_PRESIGN_NOTHING;
    }
    ocsp_response_cache_begin(&out->item, a->p);
    if (out->item.key.len == 0) {
        return OCSP_PRESIGN_NOTHING;
    }
    out->ending = ocsp_signer_get_not_after(answer->signer) - a->now
                < out->si->config.policy.next_update_s;
    return OCSP_PRESIGN_SAID;
}

ocsp_presign_verdict_t ocsp_presign_draft(ocsp_presign_said_t *out,
                                          const ocsp_presign_t *a,
                                          const ocsp_server_config_t *conf,
                                          const ocsp_certid_t *id,
                                          const unsigned char *templ_id)
{
    static const ocsp_answer_wishes_t none = {.nonce = {NULL, 0}};
    const ocsp_response_template_t *templ;
    ocsp_answer_subject_t subject;
    ocsp_answer_signers_t one = {&templ, 1};

    out->ahead = out->anyway = out->ending = false;
    ocsp_response_cache_look_up(&subject, &out->si, conf, id);
    if (out->si == NULL) {
        return subject.knowledge == OCSP_ANSWER_UNREADABLE
                 ? OCSP_PRESIGN_UNSURE
                 : OCSP_PRESIGN_NOTHING;
    }
    out->ahead = ocsp_presign_is_wanted(out->si);
    out->anyway = out->si->config.preproduce
                   == OCSP_ISSUER_CONFIG_PREPRODUCE_ALL
               && (subject.record.listed || subject.record.issued);
    if (templ_id != NULL) {
        /* what a client once wished for is not known any more, but who was
         * chosen for it is: so he is the only one */
        templ = find_templ(subject.signers, templ_id);
        if (templ == NULL) {
            return OCSP_PRESIGN_OTHERS;
        }
        subject.signers = &one;
    }
    ocsp_answer_draft(&out->item.draft, &subject, 1, &none, a->now, a->p);
    if (templ_id != NULL && out->item.draft.answer.signers_ended) {
        return OCSP_PRESIGN_OTHERS;
    }
    return judge(out, a);
}

bool ocsp_presign_is_there(ocsp_cache_entry_t *entry, const ocsp_presign_t *a,
                           const ocsp_presign_said_t *said)
{
    ocsp_answer_times_t times;

    if (!ocsp_cache_peek(entry, a->main->shared.cache, said->item.key)) {
        return false;
    }
    times = (ocsp_answer_times_t){entry->produced_at, entry->this_update,
                                  entry->next_update};
    return ocsp_answer_may_say(&said->item.draft, &times);
}

void ocsp_presign_make(const ocsp_presign_t *a, ocsp_presign_said_t *said,
                       uint32_t hits)
{
    ocsp_response_cache_make(&said->item, a->main->shared.cache, a->contexts,
                             hits, a->p);
    if (said->item.draft.answer.status != OCSP_RESPONSE_SUCCESSFUL) {
        ocsp_request_log_failed(ap_server_conf, a->main->shared.arena, said->si,
                                said->item.draft.answer.why, a->now);
    }
    else if (a->main->shared.counters != NULL) {
        ocsp_counters_add(a->main->shared.counters, (unsigned long)a->from,
                          OCSP_COUNTER_SIGNATURE, 1);
    }
}
