/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See answer.h: which of the responses that were made before says the same as a
 * draft, and for how long. A key is
 *
 *   | template 16 | status 1 | reason 1 | revocation time 8
 *   | OCSPThisUpdate 1 | OCSPNextUpdate 8 | sources 8 | CertID |
 *
 * Virtual hosts that answer from the same files share keys: the CertID names
 * the CA, the status is part of it, and the times are compared with the
 * draft's. Those with files of their own do not: one's CRL may be older (R97).
 * Nor do two that want other times: each would overwrite the other's. Floor 2.
 */
#include <string.h>

#include "answer/answer.h"

#define TIME_LEN 8
#define CERTID_AT                                                              \
    (OCSP_RESPONSE_ID_LEN + 2 + TIME_LEN + 1 + TIME_LEN                        \
     + OCSP_ANSWER_SOURCES_LEN)

/* What is not listed may be any moment, but for good (R61, R62):
 * nobody else is said to be unknown or never to have been issued. */
static bool is_about_unlisted(const ocsp_response_content_t *content)
{
    return content->extended_revoke
        || content->singles[0].status == OCSP_STATUS_UNKNOWN;
}

static bool has_key(const ocsp_answer_draft_t *draft)
{
    return draft->answer.status == OCSP_RESPONSE_SUCCESSFUL
        && draft->content.count == 1 && draft->content.nonce.data == NULL
        && !is_about_unlisted(&draft->content) && draft->age_s > 0
        && draft->content.singles[0].certid.len
               <= OCSP_ANSWER_KEY_MAX - CERTID_AT;
}

bool ocsp_answer_drop_nonce(ocsp_answer_draft_t *draft)
{
    if (draft->content.nonce.data == NULL) {
        return false;
    }
    draft->content.nonce = (ocsp_der_t){NULL, 0};
    draft->answer.lasting = draft->lasting;
    return true;
}

static unsigned char *put_number(unsigned char *at, int64_t number)
{
    int shift;

    for (shift = 56; shift >= 0; shift -= 8) {
        *at++ = (unsigned char)((uint64_t)number >> shift);
    }
    return at;
}

size_t ocsp_answer_get_key(unsigned char key[OCSP_ANSWER_KEY_MAX],
                           const ocsp_answer_draft_t *draft)
{
    static const unsigned char no_id[OCSP_RESPONSE_ID_LEN];
    const ocsp_response_single_t *single = draft->content.singles;
    const unsigned char *id;
    unsigned char *at = key + OCSP_RESPONSE_ID_LEN;

    if (!has_key(draft)) {
        return 0;
    }
    id = ocsp_response_template_get0_id(draft->templ);
    if (memcmp(id, no_id, sizeof(no_id)) == 0) {
        return 0; /* it would be another's as well */
    }
    memcpy(key, id, OCSP_RESPONSE_ID_LEN);
    *at++ = (unsigned char)single->status;
    *at++ = (unsigned char)single->reason;
    at = put_number(at, single->revocation_time);
    *at++ = (unsigned char)draft->policy->this_update;
    at = put_number(at, draft->policy->next_update_s);
    memcpy(at, draft->policy->sources, OCSP_ANSWER_SOURCES_LEN);
    at += OCSP_ANSWER_SOURCES_LEN;
    memcpy(at, single->certid.data, single->certid.len);
    return CERTID_AT + single->certid.len;
}

ocsp_der_t ocsp_answer_get_certid(ocsp_der_t key)
{
    return key.len < CERTID_AT
             ? (ocsp_der_t){NULL, 0}
             : (ocsp_der_t){key.data + CERTID_AT, key.len - CERTID_AT};
}

const unsigned char *ocsp_answer_get0_template_id(ocsp_der_t key)
{
    return key.data;
}

bool ocsp_answer_may_say(const ocsp_answer_draft_t *draft,
                         const ocsp_answer_times_t *made)
{
    const ocsp_answer_t *anew = &draft->answer;
    int64_t now = draft->content.produced_at;
    int64_t enough = now + OCSP_ANSWER_LEFT_S;

    if (enough > anew->next_update) {
        enough = anew->next_update;
    }
    /* times are in whole seconds, and this one has begun */
    return made->produced_at <= now
        && (uint64_t)now - (uint64_t)made->produced_at < (uint64_t)draft->age_s
        && made->this_update <= anew->this_update
        && made->next_update <= anew->next_update
        && made->next_update >= enough;
}

static int64_t add_age(int64_t produced_at, int64_t age_s)
{
    return age_s == INT64_MAX ? INT64_MAX : produced_at + age_s;
}

void ocsp_answer_say(ocsp_answer_draft_t *draft,
                     const ocsp_answer_times_t *made, ocsp_der_t der)
{
    draft->answer.der = der;
    draft->answer.produced_at = made->produced_at;
    draft->answer.this_update = made->this_update;
    draft->answer.next_update = made->next_update;
    draft->answer.send_until = add_age(made->produced_at, draft->age_s);
}

bool ocsp_answer_is_better(const ocsp_answer_draft_t *draft,
                           const ocsp_answer_times_t *made)
{
    return made->next_update < draft->answer.next_update
        || (draft->age_s != INT64_MAX
            && made->produced_at < draft->answer.produced_at);
}

int64_t ocsp_answer_find_renewal(const ocsp_answer_times_t *made, int64_t age_s,
                                 uint32_t random)
{
    /* modulo 2^64, and so right for all times that are in order */
    uint64_t lasts = (uint64_t)made->next_update - (uint64_t)made->produced_at;
    uint64_t span = age_s != INT64_MAX && (uint64_t)age_s < lasts
                      ? (uint64_t)age_s
                      : lasts;
    uint64_t step = span / 16;
    uint64_t choices = 2 * step + 1;
    uint64_t after;

    if (made->next_update <= made->produced_at || lasts <= OCSP_ANSWER_LEFT_S) {
        return made->produced_at;
    }
    /* choices * random / 2^32 without overflow: from 0 to choices - 1 */
    after = span / 2 - step + (choices >> 32) * random
          + ((choices & UINT32_MAX) * random >> 32);
    if (after > lasts - OCSP_ANSWER_LEFT_S) {
        after = lasts - OCSP_ANSWER_LEFT_S;
    }
    return (int64_t)((uint64_t)made->produced_at + after);
}
