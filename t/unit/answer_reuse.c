/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/answer/answer: the key of a response, whether a cached
 * response can be reused, and when it is renewed.
 */
#include <openssl/err.h>

#include "answer/answer.h"
#include "answer_signers.h"
#include "tap.h"

#define T0 (NOW - 40 * DAY)
#define P_RSA "300f 300d 06092a864886f70d01010b 0500"
#define GOOD .this_update = NOW - DAY, .next_update = NOW + DAY, .crl = true

/* What is asked, and what is known of it. */
typedef struct {
    const char *name;
    ocsp_record_t record;
    ocsp_answer_unlisted_t unlisted;
    bool nonce;
    const char *preferred; /* hex */
    size_t certid_len;     /* 0: the usual one */
    int signer;
    const char *head; /* of the key, behind the template: hex; NULL: none */
} row_t;

/* clang-format off */
static const row_t rows[] = {
    {"good", {.reason = -1, GOOD}, 0, false, NULL, 0, P256,
     "00ff 0000000000000000"},
    {"good, as it was issued", {.reason = -1, .issued = true, .issuance = true,
     GOOD}, OCSP_ANSWER_UNLISTED_UNKNOWN, false, NULL, 0, P256,
     "00ff 0000000000000000"},
    {"revoked without a reason", {.listed = true, .reason = -1,
     .revocation_time = T0, GOOD}, 0, false, NULL, 0, P256,
     "01ff 0000000069e80f80"},
    {"revoked with a reason", {.listed = true, .reason = 4,
     .revocation_time = T0, GOOD}, 0, false, NULL, 0, P256,
     "0104 0000000069e80f80"},
    {"revoked a second later", {.listed = true, .reason = 4,
     .revocation_time = T0 + 1, GOOD}, 0, false, NULL, 0, P256,
     "0104 0000000069e80f81"},
    {"revoked before 1970", {.listed = true, .reason = 0,
     .revocation_time = -2, GOOD}, 0, false, NULL, 0, P256,
     "0100 fffffffffffffffe"},
    {"good by a preferred signer", {.reason = -1, GOOD}, 0, false, P_RSA, 0,
     RSA2048, "00ff 0000000000000000"},
    {"the longest CertID", {.reason = -1, GOOD}, 0, false, NULL,
     OCSP_ANSWER_KEY_MAX - 43, P256, "00ff 0000000000000000"},
    /* R47: cut off it would be another's */
    {"a longer CertID", {.reason = -1, GOOD}, 0, false, NULL,
     OCSP_ANSWER_KEY_MAX - 42, P256, NULL},
    /* R106 */
    {"with a nonce", {.reason = -1, GOOD}, 0, true, NULL, 0, P256, NULL},
    /* R61 R62 */
    {"unknown", {.reason = -1, GOOD}, OCSP_ANSWER_UNLISTED_UNKNOWN, false,
     NULL, 0, P256, NULL},
    {"revoked though never issued", {.reason = -1, GOOD},
     OCSP_ANSWER_UNLISTED_REVOKED, false, NULL, 0, P256, NULL},
    {"unauthorized", {.reason = -1, GOOD}, OCSP_ANSWER_UNLISTED_UNAUTHORIZED,
     false, NULL, 0, P256, NULL},
    {"tryLater", {.reason = -1, .this_update = NOW - DAY,
     .next_update = NOW, .crl = true}, 0, false, NULL, 0, P256, NULL},
};
/* clang-format on */

static const int usual_signers[] = {P256, RSA2048, NONE};

static ocsp_answer_draft_t draft_of(side_t *side, const row_t *row,
                                    ocsp_der_t preferred, apr_pool_t *p)
{
    static const unsigned char nonce[] = {4, 1, 0xaa};
    ocsp_answer_subject_t subject = make_subject(side, usual_signers,
                                                 12 * HOUR);
    ocsp_request_t request = {.preferred = preferred};
    ocsp_answer_draft_t draft;

    if (row->nonce) {
        request.nonce = (ocsp_der_t){nonce, sizeof(nonce)};
    }
    if (row->certid_len != 0) {
        free(side->id.data);
        side->id = (pki_bytes_t){malloc(row->certid_len), row->certid_len};
        memset(side->id.data, 0x77, row->certid_len);
        subject.certid = party_der(side->id);
    }
    side->policy.unlisted = row->unlisted;
    memcpy(side->policy.sources, "STUFSTUF", sizeof(side->policy.sources));
    subject.record = row->record;
    memset(&draft, 0x55, sizeof(draft));
    ocsp_answer_draft(&draft, &subject, 1, &request, NOW, p);
    return draft;
}

/* R47 R72: to the octet, so what differs in any of it is another's. */
static void is_key(ocsp_der_t key, const row_t *row, ocsp_der_t certid)
{
    pki_bytes_t want = pki_copy(templs[row->signer]->id, OCSP_RESPONSE_ID_LEN);

    want = pki_cat(want, unhex(row->head));
    want = pki_cat(want, unhex("00"                  /* OCSPThisUpdate source */
                               "000000000000a8c0"    /* OCSPNextUpdate 12h */
                               "5354554653545546")); /* H4: its sources */
    want = pki_cat(want, pki_copy(certid.data, certid.len));
    ok(ocsp_der_equal(key, party_der(want)), "%s: its key", row->name);
    ok(ocsp_der_equal(ocsp_answer_get_certid(key), certid)
           && memcmp(ocsp_answer_get0_template_id(key), want.data,
                     OCSP_RESPONSE_ID_LEN)
                  == 0,
       "%s: what is in it is found in it", row->name);
    free(want.data);
}

static void test_keys(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const row_t *row = &rows[i];
        pki_bytes_t preferred = unhex(row->preferred != NULL ? row->preferred
                                                             : "");
        side_t side;
        ocsp_answer_draft_t draft = draft_of(&side, row,
                                             row->preferred != NULL
                                                 ? party_der(preferred)
                                                 : (ocsp_der_t){NULL, 0},
                                             p);
        unsigned char *key = malloc(OCSP_ANSWER_KEY_MAX);
        size_t len = ocsp_answer_get_key(key, &draft);

        if (row->head == NULL) {
            is_int((long long)len, 0, row->name);
        }
        else {
            is_key((ocsp_der_t){key, len}, row, party_der(side.id));
        }
        free(key);
        free(preferred.data);
        free(side.id.data);
    }
    ok(ocsp_answer_get_certid((ocsp_der_t){(const unsigned char *)"", 1}).data
           == NULL,
       "what is too short for a key has no CertID");
}

static void test_several(apr_pool_t *p)
{
    static const ocsp_request_t request;
    side_t sides[2];
    ocsp_answer_subject_t subjects[] = {make_subject(&sides[0], usual_signers,
                                                     DAY),
                                        make_subject(&sides[1], usual_signers,
                                                     DAY)};
    unsigned char key[OCSP_ANSWER_KEY_MAX];
    ocsp_answer_draft_t draft;

    ocsp_answer_draft(&draft, subjects, 2, &request, NOW, p);
    ok(draft.answer.status == OCSP_RESPONSE_SUCCESSFUL
           && ocsp_answer_get_key(key, &draft) == 0,
       "two certificates have no key");
    free(sides[0].id.data);
    free(sides[1].id.data);
}

/* A draft says: from yesterday, for twelve hours, or as end_s has it. */
static const struct {
    const char *name;
    ocsp_answer_times_t made;
    int64_t end_s;
    bool want;
} says[] = {
    {"made this very second", {NOW, NOW - DAY, NOW + 12 * HOUR}, 0, true},
    {"made an hour ago", {NOW - HOUR, NOW - DAY, NOW + 11 * HOUR}, 0, true},
    {"made of older data",
     {NOW - HOUR, NOW - 2 * DAY, NOW + 11 * HOUR},
     0,
     true},
    /* R97 */
    {"made of newer data, which is taken back",
     {NOW - HOUR, NOW - DAY + 1, NOW + 11 * HOUR},
     0,
     false},
    {"made in the future", {NOW + 1, NOW - DAY, NOW + 11 * HOUR}, 0, false},
    /* R97 R104 */
    {"made for a second longer than holds now",
     {NOW - HOUR, NOW - DAY, NOW + 12 * HOUR + 1},
     0,
     false},
    {"made for longer than the data or the signer last now",
     {NOW - HOUR, NOW - DAY, NOW + 11 * HOUR},
     HOUR,
     false},
    /* R102 */
    {"six minutes are left", {NOW - HOUR, NOW - DAY, NOW + 360}, 0, true},
    {"a second less is left", {NOW - HOUR, NOW - DAY, NOW + 359}, 0, false},
    {"nothing is left", {NOW - HOUR, NOW - DAY, NOW}, 0, false},
    {"nothing has been left for long",
     {NOW - DAY, NOW - 2 * DAY, NOW - HOUR},
     0,
     false},
    {"five minutes are left, and no more can be",
     {NOW - HOUR, NOW - DAY, NOW + 300},
     300,
     true},
    {"less than the five minutes that can be left",
     {NOW - HOUR, NOW - DAY, NOW + 299},
     300,
     false},
    {"the first of all times", {INT64_MIN, INT64_MIN, INT64_MIN}, 0, false},
    {"the last of all times", {INT64_MAX, INT64_MAX, INT64_MAX}, 0, false},
    {"all times", {INT64_MIN, INT64_MIN, INT64_MAX}, 0, false},
};

static void test_may_say(apr_pool_t *p)
{
    size_t i;

    for (i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
        row_t row = rows[0];
        side_t side;
        ocsp_answer_draft_t draft;

        if (says[i].end_s != 0) {
            row.record.next_update = NOW + says[i].end_s;
        }
        draft = draft_of(&side, &row, (ocsp_der_t){NULL, 0}, p);
        ok(ocsp_answer_may_reuse(&draft, &says[i].made) == says[i].want,
           "%s: may%s be said", says[i].name, says[i].want ? "" : " not");
        free(side.id.data);
    }
}

/* An answer from an index that is looked at every refresh_s seconds, and holds
 * for next_update_s; 0: by OCSPRefresh off. */
typedef struct {
    int64_t next_update_s;
    int64_t refresh_s;
} looked_t;

static ocsp_answer_draft_t draft_looked(const looked_t *l, int64_t now,
                                        ocsp_answer_subject_t *subject,
                                        side_t *side, apr_pool_t *p)
{
    static const ocsp_request_t none;
    ocsp_answer_draft_t draft;

    side->policy.next_update_s = l->next_update_s;
    side->policy.recheck_s = l->refresh_s != 0 ? l->next_update_s : 0;
    subject->record = (ocsp_record_t){
        .issued = true,
        .issuance = true,
        .this_update = NOW,
        .next_update = OCSP_CRL_NO_NEXT_UPDATE,
        .checked = l->refresh_s != 0 ? now - (now - NOW) % l->refresh_s : NOW};
    ocsp_answer_draft(&draft, subject, 1, &none, now, p);
    return draft;
}

/* How many signatures so many seconds take, with a request in each: a response
 * is said again as src/httpd/stock.c does. None of them outlasts its draft. */
static unsigned count_signatures(const looked_t *l, int64_t seconds,
                                 apr_pool_t *p)
{
    side_t side;
    ocsp_answer_subject_t subject = make_subject(&side, usual_signers, HOUR);
    ocsp_answer_times_t made = {0, 0, 0};
    int64_t now, renew_at = 0;
    unsigned count = 0;
    bool kept = true;
    apr_pool_t *once;

    apr_pool_create(&once, p);
    for (now = NOW; now < NOW + seconds; now++) {
        ocsp_answer_draft_t draft = draft_looked(l, now, &subject, &side, once);
        const ocsp_answer_t *anew = &draft.answer;

        kept = kept && anew->status == OCSP_RESPONSE_SUCCESSFUL;
        if (!ocsp_answer_may_reuse(&draft, &made)
            || (renew_at <= now && made.next_update < anew->next_update)) {
            made = (ocsp_answer_times_t){anew->produced_at, anew->this_update,
                                         anew->next_update};
            renew_at = ocsp_answer_find_renewal(&made, INT64_MAX,
                                                UINT32_MAX / 2);
            count++;
        }
        kept = kept && made.next_update <= anew->next_update;
        apr_pool_clear(once);
    }
    ok(kept, "OCSPNextUpdate %d, OCSPRefresh %d: never beyond the last look",
       (int)l->next_update_s, (int)l->refresh_s);
    apr_pool_destroy(once);
    free(side.id.data);
    return count;
}

/* A look does not make what was signed before it worthless. */
static void test_looks(apr_pool_t *p)
{
    static const struct {
        looked_t with;
        unsigned more; /* signatures than without looks, at most */
    } all[] = {{{12 * HOUR, 60}, 1}, {{12 * HOUR, 1}, 0}, {{HOUR, 60}, 2},
               {{HOUR, 1}, 0},       {{900, 60}, 20},     {{60, 20}, 0},
               {{60, 1}, 0},         {{361, 60}, 0},      {{300, 60}, 0}};
    size_t i;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        looked_t without = {all[i].with.next_update_s, 0};
        unsigned usual = count_signatures(&without, DAY, p);
        unsigned got = count_signatures(&all[i].with, DAY, p);

        ok(got <= usual + all[i].more,
           "OCSPNextUpdate %d, OCSPRefresh %d: %u signatures a day, %u without "
           "looks",
           (int)all[i].with.next_update_s, (int)all[i].with.refresh_s, got,
           usual);
    }
}

/* Nobody has looked for as long as data without an end of its own counts. */
static void test_unlooked(apr_pool_t *p)
{
    static const ocsp_request_t none;
    side_t side;
    ocsp_answer_subject_t subject = make_subject(&side, usual_signers, HOUR);
    ocsp_answer_times_t made = {NOW, NOW - 300, NOW + HOUR};
    ocsp_answer_draft_t draft;

    side.policy.recheck_s = HOUR;
    subject.record = (ocsp_record_t){.issued = true,
                                     .issuance = true,
                                     .this_update = NOW,
                                     .checked = NOW,
                                     .next_update = OCSP_CRL_NO_NEXT_UPDATE};
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW + HOUR - 1, p);
    ok(ocsp_answer_may_reuse(&draft, &made),
       "made of the last look: said again in the last second");
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW + HOUR, p);
    is_int(draft.answer.status, LATER, "and no more after it");
    subject.record.listed = true;
    subject.record.issued = false;
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW + HOUR, p);
    ok(draft.answer.status == OCSP_RESPONSE_SUCCESSFUL
           && !ocsp_answer_may_reuse(&draft, &made),
       "what is revoked is said anew");
    free(side.id.data);
}

static void test_say(apr_pool_t *p)
{
    static const ocsp_answer_times_t made = {NOW - 3, NOW - 2, NOW + 1000};
    ocsp_der_t der = {(const unsigned char *)"bytes", 5};
    side_t side;
    ocsp_answer_draft_t draft = draft_of(&side, &rows[0], (ocsp_der_t){NULL, 0},
                                         p);

    ok(draft.answer.der.data == NULL && draft.answer.der.len == 0,
       "a draft has no bytes");
    ocsp_answer_reuse(&draft, &made, der);
    ok(ocsp_der_equal(draft.answer.der, der)
           && draft.answer.produced_at == made.produced_at
           && draft.answer.this_update == made.this_update
           && draft.answer.next_update == made.next_update,
       "said again: the bytes and their times");
    ok(draft.answer.status == OCSP_RESPONSE_SUCCESSFUL && draft.answer.good == 1
           && draft.answer.revoked == 0 && draft.answer.unknown == 0
           && draft.answer.cacheable && draft.answer.signer != NULL,
       "said again: counted as the draft was");
    free(side.id.data);
}

static const struct {
    const char *name;
    int64_t produced_at;
    int64_t next_update;
    uint32_t random;
    int64_t want;
} renewals[] = {
    {"half of the time", NOW, NOW + 1600, UINT32_MAX / 2 + 1, NOW + 800},
    {"a sixteenth sooner", NOW, NOW + 1600, 0, NOW + 700},
    {"a sixteenth later", NOW, NOW + 1600, UINT32_MAX, NOW + 900},
    {"a quarter of the way", NOW, NOW + 1600, UINT32_MAX / 4, NOW + 750},
    {"a week, late", NOW, NOW + 7 * DAY, UINT32_MAX,
     NOW + 7 * DAY / 2 + 7 * DAY / 16},
    /* R102 */
    {"six minutes are left of ten", NOW, NOW + 600, UINT32_MAX, NOW + 240},
    {"six minutes are left of ten, sooner", NOW, NOW + 600, 0, NOW + 240},
    {"six minutes are left of a quarter", NOW, NOW + 900, 0, NOW + 394},
    {"six minutes and a second", NOW, NOW + 361, UINT32_MAX, NOW + 1},
    {"six minutes in all", NOW, NOW + 360, UINT32_MAX, NOW},
    {"a second in all", NOW, NOW + 1, UINT32_MAX, NOW},
    {"no time at all", NOW, NOW, UINT32_MAX, NOW},
    {"less than no time", NOW, NOW - 1, UINT32_MAX, NOW},
    {"ends before time began", INT64_MAX, INT64_MIN, 7, INT64_MAX},
    {"all times, sooner", INT64_MIN, INT64_MAX, 0,
     -1 - ((INT64_C(1) << 60) - 1)},
    {"all times, later", INT64_MIN, INT64_MAX, UINT32_MAX,
     (INT64_C(1) << 60) - 2 - (INT64_C(1) << 29) + 1},
};

/* The same with OCSPAnswerAge. */
static const struct {
    const char *name;
    int64_t lasts;
    int64_t age_s;
    uint32_t random;
    int64_t want; /* after NOW */
} limited[] = {
    {"half of OCSPAnswerAge", 7200, 1600, UINT32_MAX / 2 + 1, 800},
    {"half of it, sooner", 7200, 1600, 0, 700},
    {"OCSPAnswerAge longer than all", 1600, 1601, 0, 700},
    {"six minutes are left before half of it", 600, 599, 0, 240},
    {"a second of OCSPAnswerAge", 7200, 1, UINT32_MAX, 0},
};

static void test_renewals(void)
{
    size_t i;

    for (i = 0; i < sizeof(renewals) / sizeof(renewals[0]); i++) {
        ocsp_answer_times_t made = {renewals[i].produced_at,
                                    renewals[i].produced_at,
                                    renewals[i].next_update};

        is_int(ocsp_answer_find_renewal(&made, INT64_MAX, renewals[i].random),
               renewals[i].want, renewals[i].name);
    }
    for (i = 0; i < sizeof(limited) / sizeof(limited[0]); i++) {
        ocsp_answer_times_t made = {NOW, NOW, NOW + limited[i].lasts};

        is_int(ocsp_answer_find_renewal(&made, limited[i].age_s,
                                        limited[i].random),
               NOW + limited[i].want, limited[i].name);
    }
}

/* OCSPAnswerAge: 37 seconds, as one profile wants it. */
static void test_age(apr_pool_t *p)
{
    static const ocsp_request_t none;
    ocsp_answer_times_t made = {NOW - 36, NOW - DAY, NOW + 12 * HOUR};
    unsigned char key[OCSP_ANSWER_KEY_MAX];
    side_t side;
    ocsp_answer_subject_t subject = make_subject(&side, usual_signers,
                                                 12 * HOUR);
    ocsp_answer_draft_t draft;

    subject.record = (ocsp_record_t){.reason = -1, GOOD};
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW, p);
    ok(draft.answer.send_until == INT64_MAX
           && ocsp_answer_may_reuse(&draft, &made)
           && !ocsp_answer_is_better(&draft, &made),
       "without OCSPAnswerAge a response may be as old as it holds");
    side.policy.limits_age = true;
    side.policy.answer_age_s = 37;
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW, p);
    ok(ocsp_answer_get_key(key, &draft) != 0 && draft.answer.cacheable,
       "with OCSPAnswerAge 37 it is kept, and HTTP caches may keep it");
    is_int(draft.answer.send_until, NOW + 37, "for 37 seconds");
    ok(ocsp_answer_may_reuse(&draft, &made)
           && ocsp_answer_is_better(&draft, &made),
       "36 seconds old it may be said, and a new one is better");
    ocsp_answer_reuse(&draft, &made, (ocsp_der_t){NULL, 0});
    is_int(draft.answer.send_until, NOW + 1, "for one more second");
    made.produced_at--;
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW, p);
    ok(!ocsp_answer_may_reuse(&draft, &made),
       "in the second in which it is 37 seconds old it may not be said");
    side.policy.answer_age_s = 0;
    ocsp_answer_draft(&draft, &subject, 1, &none, NOW, p);
    ok(draft.answer.status == OCSP_RESPONSE_SUCCESSFUL
           && ocsp_answer_get_key(key, &draft) == 0 && !draft.answer.cacheable,
       "with OCSPAnswerAge 0 nobody keeps it");
    free(side.id.data);
}

/* One request, two issuers: the shorter OCSPAnswerAge counts. */
static void test_ages(apr_pool_t *p)
{
    static const ocsp_request_t none;
    side_t side, other;
    ocsp_answer_subject_t subjects[2] = {make_subject(&side, usual_signers,
                                                      12 * HOUR),
                                         make_subject(&other, usual_signers,
                                                      12 * HOUR)};
    ocsp_answer_draft_t draft;

    subjects[0].record = subjects[1].record = (ocsp_record_t){.reason = -1,
                                                              GOOD};
    other.policy.limits_age = true;
    other.policy.answer_age_s = HOUR;
    ocsp_answer_draft(&draft, subjects, 2, &none, NOW, p);
    is_int(draft.answer.send_until, NOW + HOUR, "one of two limits it");
    side.policy.limits_age = true;
    side.policy.answer_age_s = 60;
    ocsp_answer_draft(&draft, subjects, 2, &none, NOW, p);
    is_int(draft.answer.send_until, NOW + 60, "the shorter one of two");
    free(side.id.data);
    free(other.id.data);
}

/* R115 R116 */
static void test_drop(apr_pool_t *p)
{
    static const struct {
        const char *name;
        ocsp_answer_unlisted_t unlisted;
        const char *preferred;
        bool cacheable;
        bool key;
    } drops[] = {
        {"good", OCSP_ANSWER_UNLISTED_GOOD, "", true, true},
        {"good by wish", OCSP_ANSWER_UNLISTED_GOOD, P_RSA, false, true},
        {"unknown", OCSP_ANSWER_UNLISTED_UNKNOWN, "", false, false},
    };
    unsigned char key[OCSP_ANSWER_KEY_MAX];
    size_t i;

    for (i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
        row_t row = {.record = {.reason = -1, GOOD},
                     .unlisted = drops[i].unlisted,
                     .nonce = true};
        pki_bytes_t preferred = unhex(drops[i].preferred);
        side_t side;
        ocsp_answer_draft_t draft = draft_of(&side, &row, party_der(preferred),
                                             p);
        bool before = draft.answer.cacheable;

        ok(!before && ocsp_answer_remove_nonce(&draft)
               && draft.answer.cacheable == drops[i].cacheable
               && (ocsp_answer_get_key(key, &draft) != 0) == drops[i].key,
           "%s: without the nonce, caches may%s keep it", drops[i].name,
           drops[i].cacheable ? "" : " not");
        ok(!ocsp_answer_remove_nonce(&draft), "%s: there is none any more",
           drops[i].name);
        ocsp_answer_sign(&draft, NULL, p);
        ok(draft.answer.der.len > 0
               && memmem(draft.answer.der.data, draft.answer.der.len,
                         "\x04\x01\xaa", 3)
                      == NULL,
           "%s: nor is any signed", drops[i].name);
        free(preferred.data);
        free(side.id.data);
    }
}

int main(void)
{
    apr_pool_t *p = party_begin();

    make_templates(p);
    test_keys(p);
    test_several(p);
    test_may_say(p);
    test_looks(p);
    test_unlooked(p);
    test_say(p);
    test_renewals();
    test_age(p);
    test_ages(p);
    test_drop(p);
    ok(ERR_peek_error() == 0, "no error is left behind");
    party_end(p);
    return done_testing();
}
