/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signs responses in the background, in one pass over the cache and one over
 * the tables. Both call update, which drafts the response that each server
 * would send now about a CertID, and signs it if it is needed and the cache has
 * none that lasts. Floor 4.
 */
#include "httpd/background/presign.h"

#include <apr_tables.h>
#include <apr_time.h>
#include <http_main.h>
#include <stdint.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/request/request_log.h"
#include "httpd/request/responder.h"
#include "httpd/request/response_cache.h"
#include "httpd/signers/signer_reload.h"
#include "status/table.h"
#include "wire/certid.h"
#include "wire/der.h"

/* How long a step works, in milliseconds; steps are a second apart. */
#define STEP_MS 250

/* A pass over the cache begins so many seconds after the one before. */
#define CACHE_PASS_S 10

/* Likewise over the tables, to replace responses that were evicted. */
#define TABLE_PASS_S 600

/* How many seconds before a request would renew a response it is renewed here,
 * though not in the first half of the time until then. */
#define AHEAD_S 600

/* The shortest OCSPAnswerAge with which passes over the cache keep up. */
#define ANSWER_AGE_MIN_S 60

/* A cached response that no server would send is removed at this age, in
 * seconds: until then another process may have loaded a signer that this one
 * does not know yet. */
#define REMOVE_AFTER_S 60

/* OCSPPreproduce all fills one of so many slots of the cache: a response fits
 * only into the set that its key hashes to. */
#define FILLED_PART 2

/* Without room for all, a pass over the tables ends when one of so many slots
 * was taken from another response. */
#define EVICTED_PART 32

/* The longest CertID of a table's certificate: 32 + 2 x 34 + 67 octets and
 * headers. */
#define CERTID_MAX 192

/* With which hashes the certificates of a table are signed. */
static const ocsp_certid_hash_t hashes[] = {OCSP_CERTID_SHA1,
                                            OCSP_CERTID_SHA256};

#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

/* The status table of an issuer with OCSPPreproduce all. */
typedef struct {
    server_rec *s; /* for the log */
    const ocsp_issuers_issuer_t *si;
    bool logged; /* that the cache is too small */
} table_t;

/* When a pass runs. */
typedef struct {
    bool requested;
    bool running;
    int64_t begun; /* the last one, in seconds since 1970 */
} pass_t;

struct ocsp_presign_t {
    const ocsp_server_config_t *main;
    apr_array_header_t *servers; /* const ocsp_server_config_t *: those whose
                                    issuers differ */
    uint64_t epoch;              /* the arena's, at the last step */
    pass_t cache_pass;
    size_t cache_cursor;
    pass_t table_pass;
    apr_array_header_t *tables; /* table_t, each slot of the arena once */
    int table;                  /* the present one, and how far it is read: */
    apr_uint64_t table_cursor;
    bool lacks_room;            /* for all certificates of the tables */
    apr_uint64_t evictions_max; /* the cache's count at which the pass ends */
    /* of the present step: */
    apr_time_t begun;
    int64_t now; /* the same, in seconds since 1970 */
    ocsp_signer_contexts_t *contexts;
    apr_pool_t *p; /* cleared for each CertID */
};

/* --- start ---------------------------------------------------------------- */

/* Whether OCSPPreproduce is on, and responses are valid for long enough to be
 * sent when they are not new: see ocsp_answer_may_reuse. */
static bool is_effective(const ocsp_issuers_issuer_t *si)
{
    return si->config.level->preproduce != OCSP_ISSUER_CONFIG_PREPRODUCE_OFF
        && si->config.policy.next_update_s > OCSP_ANSWER_LEFT_S
        && (!si->config.policy.limits_age
            || si->config.policy.answer_age_s >= ANSWER_AGE_MIN_S);
}

static void log_no_effect(const ocsp_issuers_issuer_t *si, server_rec *s)
{
    bool is_short = si->config.policy.next_update_s <= OCSP_ANSWER_LEFT_S;
    const char *name = is_short ? "OCSPNextUpdate" : "OCSPAnswerAge";

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 "OCSP241: %s: OCSPPreproduce has no effect (<OCSPIssuer> at "
                 "%s): %s is too short, so every response is signed on "
                 "request; set %s to %s %ds",
                 si->loaded.name, si->config.where, name, name,
                 is_short ? "more than" : "at least",
                 is_short ? OCSP_ANSWER_LEFT_S : ANSWER_AGE_MIN_S);
}

bool ocsp_presign_check(server_rec *base)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(base);
    bool effective = false;
    server_rec *s;
    int i;

    for (s = base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (conf == main && s != base) {
            continue; /* a virtual host without directives of ours */
        }
        for (i = 0; i < conf->own->issuers->nelts; i++) {
            const ocsp_issuers_issuer_t *si = ocsp_issuers_get(conf->own, i);

            if (is_effective(si)) {
                effective = true;
            }
            else if (si->config.level->preproduce
                     != OCSP_ISSUER_CONFIG_PREPRODUCE_OFF) {
                log_no_effect(si, s);
            }
        }
    }
    return effective;
}

static void add_tables(ocsp_presign_t *ps, server_rec *s,
                       const ocsp_issuers_t *issuers)
{
    int i, j;

    for (i = 0; issuers != NULL && i < issuers->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(issuers, i);
        bool is_new = si->loaded.issuer != NULL && !si->running.is_duplicate
                   && si->running.has_slot
                   && si->config.level->preproduce
                          == OCSP_ISSUER_CONFIG_PREPRODUCE_ALL
                   && is_effective(si);

        for (j = 0; is_new && j < ps->tables->nelts; j++) {
            is_new = APR_ARRAY_IDX(ps->tables, j, table_t).si->running.slot
                  != si->running.slot;
        }
        if (is_new) {
            APR_ARRAY_PUSH(ps->tables, table_t) = (table_t){.s = s, .si = si};
        }
    }
}

static bool has_server(const ocsp_presign_t *ps,
                       const ocsp_server_config_t *conf)
{
    int i;

    for (i = 0; i < ps->servers->nelts; i++) {
        const ocsp_server_config_t *other =
            APR_ARRAY_IDX(ps->servers, i, const ocsp_server_config_t *);

        if (other->own == conf->own && other->inherited == conf->inherited) {
            return true;
        }
    }
    return false;
}

ocsp_presign_t *ocsp_presign_make(apr_pool_t *p, server_rec *base)
{
    ocsp_presign_t *ps = apr_pcalloc(p, sizeof(*ps));
    server_rec *s;

    ps->main = ocsp_server_config_get(base);
    if (ps->main->shared.cache == NULL) {
        return NULL;
    }
    ps->servers = apr_array_make(p, 1, sizeof(const ocsp_server_config_t *));
    ps->tables = apr_array_make(p, 1, sizeof(table_t));
    for (s = base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (!has_server(ps, conf)) {
            APR_ARRAY_PUSH(ps->servers, const ocsp_server_config_t *) = conf;
            add_tables(ps, s, conf->own);
            add_tables(ps, s, conf->inherited);
        }
    }
    return ps;
}

/* --- one CertID ----------------------------------------------------------- */

/* A CertID for which a response may have to be signed. */
typedef struct {
    ocsp_certid_t id;
    ocsp_der_t key; /* of its response in the cache; len 0: it is a table's */
    uint32_t hits;  /* of that response */
    bool in_use;    /* some server may send that response */
} candidate_t;

/* The response that a server would send now. */
typedef struct {
    ocsp_response_cache_item_t item;
    bool listed; /* OCSPPreproduce all, and the table has the certificate */
} draft_t;

typedef enum {
    DRAFTED = 0,
    NOT_CACHEABLE, /* an error, or a response that is made for each request */
    TRY_LATER,     /* what is in the cache may be sent again later */
    NO_SIGNER      /* not by this signer; perhaps by another one */
} draft_result_t;

static const ocsp_response_template_t *find_template(
    const ocsp_answer_signers_t *signers, const unsigned char *id)
{
    size_t i;

    for (i = 0; i < signers->count; i++) {
        if (memcmp(signers->templs[i]->id, id, OCSP_RESPONSE_ID_LEN) == 0) {
            return signers->templs[i];
        }
    }
    return NULL;
}

/* @param signer the id of its template; NULL: the one that a request without
 *        preferences gets */
static draft_result_t draft(draft_t *out, const ocsp_presign_t *ps,
                            const ocsp_server_config_t *conf,
                            const ocsp_certid_t *id,
                            const unsigned char *signer)
{
    static const ocsp_request_t none = {.certid_count = 0};
    const ocsp_answer_t *answer = &out->item.draft.answer;
    const ocsp_response_template_t *templ;
    ocsp_answer_signers_t one = {&templ, 1};
    ocsp_answer_subject_t subject;

    ocsp_responder_look_up(&subject, &out->item.issuer, conf, id);
    if (out->item.issuer == NULL) {
        return subject.knowledge == OCSP_ANSWER_UNREADABLE ? TRY_LATER
                                                           : NOT_CACHEABLE;
    }
    out->listed = out->item.issuer->config.level->preproduce
                   == OCSP_ISSUER_CONFIG_PREPRODUCE_ALL
               && (subject.record.listed || subject.record.issued);
    if (signer != NULL) {
        templ = find_template(subject.signers, signer);
        if (templ == NULL) {
            return NO_SIGNER;
        }
        subject.signers = &one;
    }
    ocsp_answer_draft(&out->item.draft, &subject, 1, &none, ps->now, ps->p);
    if (signer != NULL && answer->signers_ended) {
        return NO_SIGNER;
    }
    if (answer->status != OCSP_RESPONSE_SUCCESSFUL) {
        return answer->status == OCSP_RESPONSE_TRY_LATER ? TRY_LATER
                                                         : NOT_CACHEABLE;
    }
    ocsp_response_cache_begin(&out->item, ps->p);
    return out->item.key.len != 0 ? DRAFTED : NOT_CACHEABLE;
}

/* From when on a cached response is signed again. A response that is valid for
 * minutes only is not signed minutes ahead. */
static int64_t find_due(const ocsp_cache_entry_t *cached)
{
    int64_t ahead = (cached->renew_at - cached->produced_at) / 2;

    return cached->renew_at - (ahead < AHEAD_S ? ahead : AHEAD_S);
}

/* Sign a draft, unless the cache has a response that lasts.
 * @param hits of the response whose place it takes */
static void sign(const ocsp_presign_t *ps, draft_t *d, uint32_t hits)
{
    const ocsp_server_config_shared_t *shared = &ps->main->shared;
    ocsp_cache_entry_t cached;
    ocsp_answer_times_t times;

    if (!ocsp_cache_find(&cached, NULL, shared->cache, d->item.key)) {
        ocsp_response_cache_make(&d->item, shared, ps->contexts, hits / 2,
                                 ps->p);
    }
    else {
        times = (ocsp_answer_times_t){cached.produced_at, cached.this_update,
                                      cached.next_update};
        if (ocsp_answer_may_reuse(&d->item.draft, &times)
            && (find_due(&cached) > ps->now
                || !ocsp_answer_is_better(&d->item.draft, &times))) {
            return;
        }
        if (!ocsp_response_cache_renew(&d->item, shared, ps->contexts,
                                       cached.hits, ps->p)) {
            return;
        }
    }
    if (d->item.draft.answer.status != OCSP_RESPONSE_SUCCESSFUL) {
        ocsp_request_log_failed(ap_server_conf, shared->arena, d->item.issuer,
                                d->item.draft.answer.why, ps->now);
    }
}

/* Sign what one server would send by one signer, if that is needed: clients ask
 * for it, the issuer wants all, or its status has changed.
 * @return whether another signer takes over: this one has gone, or ends soon */
static bool update_by(const ocsp_presign_t *ps, candidate_t *c,
                      const ocsp_server_config_t *conf,
                      const unsigned char *signer)
{
    draft_t d;
    bool is_cached, ends_soon;

    switch (draft(&d, ps, conf, &c->id, signer)) {
    case DRAFTED:
        break;
    case TRY_LATER:
        c->in_use = true;
        return false;
    case NO_SIGNER:
        return true;
    case NOT_CACHEABLE:
        return false;
    }
    /* a signature that fails leaves no signer in the draft */
    ends_soon = d.item.draft.answer.signer->not_after - ps->now
              < d.item.issuer->config.policy.next_update_s;
    is_cached = ocsp_der_equal(d.item.key, c->key);
    c->in_use = c->in_use || is_cached;
    if (is_effective(d.item.issuer)
        && (c->hits > 0 || d.listed || (signer != NULL && !is_cached))) {
        sign(ps, &d, c->hits);
    }
    return ends_soon;
}

/* Sign what all servers would send. A client's preferences are not known any
 * more; but the signer that was chosen by them is. */
static void update(const ocsp_presign_t *ps, candidate_t *c)
{
    ocsp_signer_reload_t *signers = ps->main->shared.signer_reload;
    ocsp_signer_reload_section_t section = ocsp_signer_reload_enter(signers);
    const unsigned char *signer = c->key.len != 0
                                    ? ocsp_answer_get0_template_id(c->key)
                                    : NULL;
    int i;

    for (i = 0; i < ps->servers->nelts; i++) {
        const ocsp_server_config_t *conf =
            APR_ARRAY_IDX(ps->servers, i, const ocsp_server_config_t *);

        if (update_by(ps, c, conf, signer) && signer != NULL) {
            (void)update_by(ps, c, conf, NULL);
        }
    }
    ocsp_signer_reload_leave(signers, section);
}

/* --- passes --------------------------------------------------------------- */

/* Whether the step has time left. It has none if the clock was put back. */
static bool has_time(const ocsp_presign_t *ps)
{
    apr_time_t now = apr_time_now();

    return now >= ps->begun && now < ps->begun + apr_time_from_msec(STEP_MS)
        && !ocsp_load_ctx_is_stopping();
}

/* Begin a pass if one is due.
 * @return whether it has begun */
static bool begin_pass(pass_t *pass, int64_t now, int64_t every_s)
{
    if (pass->running
        || (!pass->requested && now >= pass->begun
            && now < pass->begun + every_s)) {
        return false;
    }
    *pass = (pass_t){.running = true, .begun = now};
    return true;
}

static void update_cache(ocsp_presign_t *ps)
{
    ocsp_cache_t *cache = ps->main->shared.cache;
    unsigned char key[OCSP_CACHE_KEY_MAX];
    ocsp_cache_entry_t entry;
    size_t key_len;

    while (has_time(ps)) {
        candidate_t c = {.in_use = false};
        ocsp_der_t certid;

        if (!ocsp_cache_next(&entry, key, &key_len, cache, &ps->cache_cursor)) {
            ps->cache_pass.running = false;
            return;
        }
        apr_pool_clear(ps->p);
        c.key = (ocsp_der_t){key, key_len};
        c.hits = entry.hits;
        certid = ocsp_answer_get_certid(c.key);
        if (ocsp_certid_parse(&c.id, &certid)) {
            update(ps, &c);
        }
        if (!c.in_use && entry.produced_at <= ps->now - REMOVE_AFTER_S) {
            ocsp_cache_remove(cache, c.key);
        }
    }
}

/* Certificates that a table lists. */
static apr_uint64_t count_listed(const ocsp_presign_t *ps, const table_t *t)
{
    ocsp_table_info_t info;

    return ocsp_arena_get_info(&info, ps->main->shared.arena,
                               t->si->running.slot, t->si->running.id)
                == APR_SUCCESS
             ? info.entries + info.issued
             : 0;
}

static void log_lack_of_room(const ocsp_presign_t *ps, const table_t *t,
                             apr_uint64_t responses, apr_uint64_t places)
{
    double size = (double)ps->main->cache_size;
    double enough = size * (double)responses * FILLED_PART
                  / (double)(places != 0 ? places : 1);

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, t->s,
                 "OCSP240: %s: OCSPPreproduce all signs two responses for each "
                 "of %" APR_UINT64_T_FMT " certificates, but OCSPCacheSize has "
                 "room for %" APR_UINT64_T_FMT " responses in all; the others "
                 "are signed on request; set OCSPCacheSize to at least "
                 "%" APR_UINT64_T_FMT "m",
                 t->si->loaded.name, count_listed(ps, t), places / FILLED_PART,
                 (apr_uint64_t)(enough / (1024 * 1024)) + 1);
}

/* A response that does not fit would only evict one that was signed before. */
static void find_room(ocsp_presign_t *ps)
{
    apr_uint64_t responses = 0;
    ocsp_cache_info_t info;
    int i;

    ocsp_cache_get_info(&info, ps->main->shared.cache);
    for (i = 0; i < ps->tables->nelts; i++) {
        responses += HASHES
                   * count_listed(ps, &APR_ARRAY_IDX(ps->tables, i, table_t));
    }
    ps->lacks_room = responses > info.places / FILLED_PART;
    ps->evictions_max = info.evicted + info.places / EVICTED_PART;
    for (i = 0; i < ps->tables->nelts; i++) {
        table_t *t = &APR_ARRAY_IDX(ps->tables, i, table_t);

        if (ps->lacks_room && !t->logged) {
            log_lack_of_room(ps, t, responses, info.places);
        }
        t->logged = ps->lacks_room;
    }
}

/*
 * CertID ::= SEQUENCE {
 *     hashAlgorithm   AlgorithmIdentifier,
 *     issuerNameHash  OCTET STRING,
 *     issuerKeyHash   OCTET STRING,
 *     serialNumber    CertificateSerialNumber }
 * As most clients encode it, with parameters NULL.
 */
static ocsp_der_t encode_certid(unsigned char buf[CERTID_MAX],
                                const ocsp_certid_issuer_t *issuer,
                                ocsp_certid_hash_t hash,
                                const ocsp_table_item_t *item)
{
    static const unsigned char sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                         0x03, 0x02, 0x1a, 0x05, 0x00};
    static const unsigned char sha256[] = {0x30, 0x0d, 0x06, 0x09, 0x60,
                                           0x86, 0x48, 0x01, 0x65, 0x03,
                                           0x04, 0x02, 0x01, 0x05, 0x00};
    bool is_sha1 = hash == OCSP_CERTID_SHA1;
    size_t len = ocsp_certid_hash_len(hash);
    ocsp_der_writer_t w;
    size_t end;

    ocsp_der_writer_init(&w, buf, CERTID_MAX);
    end = ocsp_der_mark(&w);
    ocsp_der_put(&w, item->serial, item->serial_len);
    if (item->serial[0] >= 0x80) {
        ocsp_der_put(&w, "", 1); /* without it the number would be negative */
    }
    ocsp_der_wrap(&w, OCSP_DER_INTEGER, end);
    ocsp_der_put(&w, issuer->key[hash], len);
    ocsp_der_put_header(&w, OCSP_DER_OCTET_STRING, len);
    ocsp_der_put(&w, issuer->name[hash], len);
    ocsp_der_put_header(&w, OCSP_DER_OCTET_STRING, len);
    ocsp_der_put(&w, is_sha1 ? sha1 : sha256,
                 is_sha1 ? sizeof(sha1) : sizeof(sha256));
    ocsp_der_wrap(&w, OCSP_DER_SEQUENCE, end);
    return w.ok ? (ocsp_der_t){buf + w.pos, CERTID_MAX - w.pos}
                : (ocsp_der_t){NULL, 0};
}

/* @return whether the end of the table was reached */
static bool update_table(ocsp_presign_t *ps, const table_t *t)
{
    const ocsp_server_config_shared_t *shared = &ps->main->shared;
    unsigned char buf[CERTID_MAX];
    ocsp_table_item_t item;
    ocsp_arena_slot_t slot;
    size_t i;

    if (!ocsp_arena_read_slot(&slot, shared->arena, t->si->running.slot,
                              t->si->running.id)) {
        return true;
    }
    while (has_time(ps)) {
        if (slot.table == NULL
            || (ps->lacks_room
                && ocsp_cache_get_evicted(shared->cache) > ps->evictions_max)
            || !ocsp_table_next(&item, slot.table, slot.len,
                                &ps->table_cursor)) {
            return true;
        }
        for (i = 0; i < HASHES; i++) {
            candidate_t c = {.in_use = false};
            ocsp_der_t der = encode_certid(buf, &t->si->loaded.issuer->hashes,
                                           hashes[i], &item);

            apr_pool_clear(ps->p);
            if (ocsp_certid_parse(&c.id, &der)) {
                update(ps, &c);
            }
        }
    }
    return false;
}

static void update_tables(ocsp_presign_t *ps)
{
    while (
        ps->table < ps->tables->nelts
        && update_table(ps, &APR_ARRAY_IDX(ps->tables, ps->table, table_t))) {
        ps->table++;
        ps->table_cursor = 0;
    }
    ps->table_pass.running = ps->table < ps->tables->nelts;
}

void ocsp_presign_step(ocsp_presign_t *ps, apr_pool_t *ptemp)
{
    uint64_t epoch = ocsp_arena_get_epoch(ps->main->shared.arena);
    apr_pool_t *pool;

    apr_pool_create(&pool, ptemp);
    apr_pool_tag(pool, "ocsp_presign");
    apr_pool_create(&ps->p, pool);
    ps->contexts = ocsp_sign_context_make(pool);
    ps->begun = apr_time_now();
    ps->now = (int64_t)apr_time_sec(ps->begun);
    if (epoch != ps->epoch) { /* tables or signers have changed */
        ps->cache_pass.requested = ps->table_pass.requested = true;
        ps->epoch = epoch;
    }
    if (begin_pass(&ps->cache_pass, ps->now, CACHE_PASS_S)) {
        ps->cache_cursor = 0;
    }
    if (ps->cache_pass.running) {
        update_cache(ps);
    }
    if (begin_pass(&ps->table_pass, ps->now, TABLE_PASS_S)) {
        find_room(ps);
        ps->table = 0;
        ps->table_cursor = 0;
    }
    if (ps->table_pass.running) {
        update_tables(ps);
    }
    apr_pool_destroy(pool);
}
