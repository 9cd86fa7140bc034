/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See preproduce.h. Rounds over the cache: first all entries are looked at and
 * nothing is signed, so that the hottest come first; then what was due then is
 * looked at again, and made if it still is. Floor 4.
 */
#include "httpd/background/preproduce.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "httpd/background/presign.h"
#include "httpd/config/server_config.h"
#include "httpd/background/presign_listed.h"
#include "httpd/log.h"
#include "httpd/signers/signer_reload.h"

/* How much of a tick (a second) goes into signing, in milliseconds. */
#define STEP_MS 250

/* What becomes due within so many seconds is made now. */
#define AHEAD_S 600

/* From one round to the next, in seconds: at most, and at least. */
#define ROUND_S 30
#define ROUND_LEAST_S 5

/* Of the time until a response is made anew, so much is ahead: one part. */
#define AHEAD_PART 4

/* What one round makes at most; the rest is for the next. */
#define DUE_MAX 65536

/* An entry that nobody would make any more goes at this age, in seconds: until
 * then another process may know of signers that this one has yet to open. */
#define DROP_AFTER_S 60

/* How long others leave it to this process to make what it has claimed, s. */
#define CLAIM_S 10

/* One response to be made. */
typedef struct {
    ocsp_der_t key;                   /* of the entry that is there, or was */
    const ocsp_server_config_t *conf; /* whose it would be */
    uint32_t hits;
    bool usual; /* by the signer that is chosen now; else by the entry's */
    bool first; /* the status has changed */
} due_t;

/* An entry as it is looked at. */
typedef struct {
    ocsp_cache_entry_t entry;
    ocsp_der_t key;
    ocsp_certid_t id;
    const unsigned char *templ_id;
    bool there;  /* else it is gone, and entry is not filled */
    bool wanted; /* some server would say it, or cannot tell */
} one_t;

enum { RESTING = 0, LOOKING, SIGNING };

struct ocsp_preproduce_t {
    const ocsp_server_config_t *main;
    apr_array_header_t *servers;   /* ocsp_presign_listed_server_t */
    ocsp_presign_listed_t *listed; /* NULL: no OCSPPreproduce all */
    apr_pool_t *pool;              /* of one round: */
    apr_array_header_t *due;       /* due_t */
    int next;                      /* of these */
    int phase;
    size_t cursor; /* in the cache */
    bool told;
    int64_t round_s;
    int64_t begun; /* the last round, in seconds since 1970 */
};

/* --- beginning ------------------------------------------------------------ */

/* Rounds are so frequent that whatever comes to be due is seen ahead. */
static void fit_round(ocsp_preproduce_t *pp, const ocsp_answer_policy_t *policy)
{
    const ocsp_answer_times_t made = {.next_update = policy->next_update_s};
    int64_t age_s = policy->limits_age ? policy->answer_age_s : INT64_MAX;
    int64_t round_s = ocsp_answer_find_renewal(&made, age_s, 0) / AHEAD_PART;

    if (round_s < pp->round_s) {
        pp->round_s = round_s > ROUND_LEAST_S ? round_s : ROUND_LEAST_S;
    }
}

/* @return whether an issuer of these wants it */
static bool wants_any(ocsp_preproduce_t *pp, const ocsp_issuers_t *scope)
{
    bool wanted = false;
    int i;

    for (i = 0; scope != NULL && i < scope->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);

        if (ocsp_presign_is_wanted(si)) {
            wanted = true;
            fit_round(pp, &si->config.policy);
        }
    }
    return wanted;
}

/* Servers that would give the same answers count once. */
static bool is_known(const apr_array_header_t *servers,
                     const ocsp_server_config_t *conf)
{
    int i;

    for (i = 0; i < servers->nelts; i++) {
        const ocsp_server_config_t *other =
            APR_ARRAY_IDX(servers, i, ocsp_presign_listed_server_t).conf;

        if (other->own == conf->own && other->inherited == conf->inherited) {
            return true;
        }
    }
    return false;
}

ocsp_preproduce_t *ocsp_preproduce_make(apr_pool_t *p, server_rec *base)
{
    ocsp_preproduce_t *pp = apr_pcalloc(p, sizeof(*pp));
    bool wanted = false;
    server_rec *s;

    pp->main = ocsp_server_config_get(base);
    pp->round_s = ROUND_S;
    pp->servers = apr_array_make(p, 1, sizeof(ocsp_presign_listed_server_t));
    for (s = base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (!is_known(pp->servers, conf)) {
            APR_ARRAY_PUSH(pp->servers, ocsp_presign_listed_server_t) =
                (ocsp_presign_listed_server_t){s, conf};
            wanted = wants_any(pp, conf->own) || wanted;
            wanted = wants_any(pp, conf->inherited) || wanted;
        }
    }
    if (!wanted || pp->main->shared.cache == NULL
        || pp->main->shared.renewal == NULL) {
        return NULL;
    }
    apr_pool_create(&pp->pool, p);
    apr_pool_tag(pp->pool, "ocsp_preproduce");
    pp->listed = ocsp_presign_listed_make(p, pp->servers);
    pp->told = true;
    return pp;
}

void ocsp_preproduce_tell(ocsp_preproduce_t *pp)
{
    pp->told = true;
    if (pp->listed != NULL) {
        ocsp_presign_listed_tell(pp->listed);
    }
}

/* --- one entry ------------------------------------------------------------ */

/* @return false: its CertID cannot be read; nobody will ask for it */
static bool read_one(one_t *one, ocsp_der_t key)
{
    ocsp_der_t certid;

    one->key = key;
    one->templ_id = ocsp_answer_get0_template_id(one->key);
    certid = ocsp_answer_get_certid(one->key);
    one->wanted = false;
    return ocsp_certid_parse(&one->id, &certid);
}

/* From when on an entry is made anew, if it is asked for: what is to hold for
 * minutes only is not made minutes ahead. */
static int64_t find_due(const ocsp_cache_entry_t *entry)
{
    int64_t ahead = (entry->renew_at - entry->produced_at) / AHEAD_PART;

    return entry->renew_at - (ahead < AHEAD_S ? ahead : AHEAD_S);
}

/* Whether the very response that is in the cache is to be made anew: it is
 * asked for, and one made now would hold for longer; or it may not be said any
 * more, and not only because another server of this CA wants it to hold for
 * longer than this one does. */
static bool is_aging(const ocsp_presign_t *a, const one_t *one,
                     const ocsp_presign_said_t *said)
{
    ocsp_cache_entry_t entry;
    ocsp_answer_times_t times;

    if (!one->there || (one->entry.hits == 0 && !said->anyway)) {
        return false;
    }
    if (!ocsp_presign_is_there(&entry, a, said)) {
        return one->entry.next_update - one->entry.produced_at
            <= said->si->config.policy.next_update_s;
    }
    times = (ocsp_answer_times_t){entry.produced_at, entry.this_update,
                                  entry.next_update};
    return find_due(&entry) <= a->now
        && ocsp_answer_is_better(&said->item.draft, &times);
}

/* Whether there is to be another response beside, or in place of, the one that
 * is in the cache. Whose signer alone has changed has to be asked for: a
 * stranger can have filled the cache. */
static bool is_missing(const ocsp_presign_t *a, const one_t *one, uint32_t hits,
                       const ocsp_presign_said_t *said, bool *first)
{
    ocsp_cache_entry_t entry;

    *first = memcmp(ocsp_answer_get0_template_id(said->item.key), one->templ_id,
                    OCSP_RESPONSE_ID_LEN)
          == 0;
    return (*first || hits > 0 || said->anyway)
        && !ocsp_presign_is_there(&entry, a, said);
}

/* Look what a server would say now in place of an entry.
 * @return whether that is to be made */
static bool judge(const ocsp_presign_t *a, one_t *one, due_t *due,
                  ocsp_presign_said_t *said, ocsp_presign_verdict_t *verdict)
{
    *verdict = ocsp_presign_draft(said, a, due->conf, &one->id,
                                  due->usual ? NULL : one->templ_id);
    one->wanted = one->wanted || *verdict == OCSP_PRESIGN_UNSURE;
    if (*verdict != OCSP_PRESIGN_SAID) {
        return false;
    }
    if (ocsp_der_equal(said->item.key, one->key)) {
        one->wanted = true;
        return !due->usual && said->ahead && is_aging(a, one, said);
    }
    return said->ahead && is_missing(a, one, due->hits, said, &due->first);
}

/* --- looking -------------------------------------------------------------- */

static void note_due(ocsp_preproduce_t *pp, const one_t *one, const due_t *due)
{
    due_t *noted;

    if (pp->due->nelts >= DUE_MAX) {
        return; /* see sign */
    }
    noted = apr_array_push(pp->due);
    *noted = *due;
    noted->key.data = apr_pmemdup(pp->pool, one->key.data, one->key.len);
    noted->key.len = one->key.len;
}

static void look_at_one(ocsp_preproduce_t *pp, const ocsp_presign_t *a,
                        one_t *one)
{
    ocsp_signer_reload_stay_t stay = ocsp_signer_reload_enter(
        pp->main->shared.renewal);
    int i;

    for (i = 0; i < pp->servers->nelts; i++) {
        due_t due = {.conf = APR_ARRAY_IDX(pp->servers, i,
                                           ocsp_presign_listed_server_t)
                                 .conf,
                     .hits = one->entry.hits};
        ocsp_presign_verdict_t verdict;
        ocsp_presign_said_t said;

        if (judge(a, one, &due, &said, &verdict)) {
            note_due(pp, one, &due);
        }
        /* who takes over from a signer that ends soon, or has gone */
        due.usual = verdict == OCSP_PRESIGN_OTHERS
                 || (verdict == OCSP_PRESIGN_SAID && said.ending);
        if (due.usual && judge(a, one, &due, &said, &verdict)) {
            note_due(pp, one, &due);
        }
    }
    ocsp_signer_reload_leave(pp->main->shared.renewal, stay);
}

/* What has changed first, then the hottest. */
static int compare(const void *a, const void *b)
{
    const due_t *x = a, *y = b;

    if (x->first != y->first) {
        return x->first ? -1 : 1;
    }
    return x->hits > y->hits ? -1 : x->hits < y->hits;
}

static void begin_round(ocsp_preproduce_t *pp, int64_t now)
{
    apr_pool_clear(pp->pool);
    pp->due = apr_array_make(pp->pool, 64, sizeof(due_t));
    pp->phase = LOOKING;
    pp->cursor = 0;
    pp->told = false;
    pp->begun = now;
}

static void look(ocsp_preproduce_t *pp, const ocsp_presign_t *a)
{
    ocsp_cache_t *cache = pp->main->shared.cache;
    unsigned char key[OCSP_CACHE_KEY_MAX];
    one_t one = {.there = true};
    size_t key_len;

    while (ocsp_presign_may_go_on(a)) {
        if (!ocsp_cache_next(&one.entry, key, &key_len, cache, &pp->cursor)) {
            qsort(pp->due->elts, (size_t)pp->due->nelts, sizeof(due_t),
                  compare);
            pp->phase = SIGNING;
            pp->next = 0;
            return;
        }
        apr_pool_clear(a->p);
        if (read_one(&one, (ocsp_der_t){key, key_len})) {
            look_at_one(pp, a, &one);
        }
        if (!one.wanted && one.entry.produced_at <= a->now - DROP_AFTER_S) {
            ocsp_cache_drop(cache, one.key);
        }
    }
}

/* --- signing -------------------------------------------------------------- */

/* Tables, signers and the cache may have changed since it was found due. */
static void make_one(ocsp_preproduce_t *pp, const ocsp_presign_t *a, due_t *due)
{
    ocsp_cache_t *cache = pp->main->shared.cache;
    ocsp_signer_reload_stay_t stay;
    ocsp_presign_verdict_t verdict;
    ocsp_presign_said_t said;
    one_t one;

    if (!read_one(&one, due->key)) {
        return;
    }
    one.there = ocsp_cache_peek(&one.entry, cache, one.key);
    if (one.there) {
        due->hits = one.entry.hits;
    }
    stay = ocsp_signer_reload_enter(pp->main->shared.renewal);
    if (judge(a, &one, due, &said, &verdict)
        && (!ocsp_der_equal(said.item.key, one.key)
            || ocsp_cache_claim_renewal(cache, one.key, a->now, CLAIM_S))) {
        /* what is asked for no more is forgotten in a few rounds */
        ocsp_presign_make(a, &said, due->hits / 2);
    }
    ocsp_signer_reload_leave(pp->main->shared.renewal, stay);
}

static void sign(ocsp_preproduce_t *pp, const ocsp_presign_t *a)
{
    due_t *due = NULL;

    while (pp->next < pp->due->nelts && ocsp_presign_may_go_on(a)) {
        due = &APR_ARRAY_IDX(pp->due, pp->next++, due_t);
        apr_pool_clear(a->p);
        make_one(pp, a, due);
    }
    if (pp->next >= pp->due->nelts) {
        pp->told = pp->told || pp->next >= DUE_MAX; /* there may be more */
        pp->phase = RESTING;
    }
    else if (pp->told && due != NULL
             && !APR_ARRAY_IDX(pp->due, pp->next, due_t).first) {
        /* what has changed now goes before all else that is to be made */
        pp->phase = RESTING;
    }
}

void ocsp_preproduce_step(ocsp_preproduce_t *pp, apr_pool_t *ptemp)
{
    ocsp_presign_t a;

    ocsp_presign_begin(&a, pp->main, STEP_MS, ptemp);
    /* a clock that was put back does not keep it from beginning */
    if (pp->phase == RESTING
        && (pp->told || a.now >= pp->begun + pp->round_s
            || a.now < pp->begun)) {
        begin_round(pp, a.now);
    }
    if (pp->phase == LOOKING) {
        look(pp, &a);
    }
    if (pp->phase == SIGNING) {
        sign(pp, &a);
    }
    if (pp->listed != NULL && ocsp_presign_may_go_on(&a)) {
        ocsp_presign_listed_step(pp->listed, &a);
    }
    ocsp_presign_end(&a);
}
