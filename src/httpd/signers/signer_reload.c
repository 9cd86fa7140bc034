/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only the watchdog's thread of a process replaces signers; requests read one
 * atomic pointer. Replaced signers are freed once every request that may use
 * them has left its read-side section. Floor 4.
 */
#include "httpd/signers/signer_reload.h"

#include <apr_strings.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "httpd/load/load_log.h"
#include "httpd/load/readers.h"
#include "httpd/log.h"
#include "httpd/signers/keypairs.h"
#include "httpd/signers/signer_load.h"
#include "httpd/signers/signer_pool.h"
#include "status/fingerprint.h"

/* Seconds from a load that failed in this process to the next one. */
#define RETRY_S 5

/* Checks that wait for the end of changes before the files are loaded. */
#define CHECKS_OF_CHANGING 15

/* Signers of one issuer, in a pool of their own. */
typedef struct set_t {
    ocsp_answer_signers_t signers; /* first: renewal->signers points to it */
    apr_pool_t *pool;
    struct set_t *next; /* of those to be freed */
} set_t;

/*
 * A read-side section is counted in users under the parity of section_epoch. A
 * set that was replaced in one epoch is freed in the next one, when the count
 * of the former parity is 0.
 */
struct ocsp_signer_reload_t {
    apr_hash_t *key_ring; /* this and names: of the start's load */
    apr_hash_t *names;
    ocsp_retained_t *retained;
    const apr_array_header_t *issuers; /* ocsp_issuers_issuer_t * */
    ocsp_signer_pools_t *pools;        /* of the last load, and: */
    apr_pool_t *pools_pool;            /* its pool; NULL: pconf */
    apr_pool_t *before_pool;           /* that of the load before, or NULL */
    uint64_t arena_epoch; /* ocsp_arena_get_epoch of the last update */
    int64_t retry_at;     /* seconds since 1970, or INT64_MAX */
    _Atomic unsigned section_epoch;
    _Atomic unsigned users[2];
    set_t *replaced; /* in this epoch */
    set_t *leaving;  /* replaced in the epoch before */
};

ocsp_signer_reload_t *ocsp_signer_reload_make(const ocsp_load_ctx_t *ctx)
{
    ocsp_signer_reload_t *r = apr_pcalloc(ctx->pconf, sizeof(*r));

    r->key_ring = ctx->keys;
    r->names = ctx->names;
    r->retained = ctx->retained;
    r->issuers = ctx->reloads;
    r->pools = ctx->pools;
    r->retry_at = INT64_MAX;
    return r;
}

/* --- read-side sections --------------------------------------------------- */

ocsp_signer_reload_section_t ocsp_signer_reload_enter(ocsp_signer_reload_t *r)
{
    for (;;) {
        unsigned epoch = atomic_load(&r->section_epoch);

        atomic_fetch_add(&r->users[epoch & 1], 1u);
        if (atomic_load(&r->section_epoch) == epoch) {
            return epoch & 1;
        }
        atomic_fetch_sub(&r->users[epoch & 1], 1u);
    }
}

void ocsp_signer_reload_leave(ocsp_signer_reload_t *r,
                              ocsp_signer_reload_section_t section)
{
    atomic_fetch_sub(&r->users[section], 1u);
}

const ocsp_answer_signers_t *ocsp_signer_reload_get_signers(
    const ocsp_issuers_issuer_t *si)
{
    const ocsp_answer_signers_t *renewed = si->running.renewal != NULL
                                             ? atomic_load(
                                                 &si->running.renewal->signers)
                                             : NULL;

    return renewed != NULL ? renewed : &si->loaded.signers;
}

static void free_replaced(ocsp_signer_reload_t *r)
{
    unsigned former = (atomic_load(&r->section_epoch) + 1) & 1;

    if ((r->leaving == NULL && r->replaced == NULL)
        || atomic_load(&r->users[former]) != 0) {
        return;
    }
    while (r->leaving != NULL) {
        set_t *next = r->leaving->next;

        apr_pool_destroy(r->leaving->pool);
        r->leaving = next;
    }
    r->leaving = r->replaced;
    r->replaced = NULL;
    atomic_fetch_add(&r->section_epoch, 1u);
}

/* --- loading -------------------------------------------------------------- */

/* Without a parent: threads that serve requests make pools at the same time. */
static apr_pool_t *make_pool(const char *tag)
{
    apr_pool_t *pool;

    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_tag(pool, tag);
    return pool;
}

/* Make a load check all files again. */
static void begin_load(ocsp_signer_reload_t *r, ocsp_load_ctx_t *ctx)
{
    apr_pool_t *pool = ctx->pools == NULL ? make_pool("ocsp_signer_pools")
                                          : NULL;

    if (pool == NULL) {
        return;
    }
    ctx->pools = ocsp_signer_pool_begin(r->pools, pool);
    if (r->before_pool != NULL) {
        apr_pool_destroy(r->before_pool);
    }
    r->before_pool = r->pools_pool;
    r->pools_pool = pool;
    r->pools = ctx->pools;
}

/* @return the signers of an issuer as its files are now; NULL: there is a
 *         fault. Changes pconf of ctx. */
static set_t *load_set(ocsp_load_ctx_t *ctx, const ocsp_signer_reload_t *r,
                       const ocsp_issuers_issuer_t *si)
{
    ocsp_issuers_issuer_t copy = *si;
    apr_pool_t *pool = make_pool("ocsp_signers");
    set_t *set;

    if (pool == NULL) {
        return NULL;
    }
    ctx->pconf = pool;
    ctx->mode = OCSP_LOAD_CTX_SIGNERS;
    ctx->key_ring = r->key_ring;
    ocsp_signer_load_open(ctx, &copy);
    if (copy.loaded.signers_faulty || copy.loaded.signers.count == 0) {
        apr_pool_destroy(pool);
        return NULL;
    }
    set = apr_pcalloc(pool, sizeof(*set));
    set->signers = copy.loaded.signers;
    set->pool = pool;
    return set;
}

/* @param renewals ocsp_arena_get_signers before the set was loaded */
static void replace_set(ocsp_signer_reload_t *r,
                        const ocsp_issuers_issuer_t *si, set_t *set,
                        uint32_t renewals)
{
    set_t *old = (set_t *)(uintptr_t)
        atomic_exchange(&si->running.renewal->signers, &set->signers);

    if (old != NULL) {
        old->next = r->replaced;
        r->replaced = old;
    }
    si->running.renewal->seen = renewals;
}

/* --- changes of files ----------------------------------------------------- */

/* The address of an issuer is the same in all processes of a configuration; 0
 * distinguishes this subject from those of other files. */
static ocsp_retry_t *get_retry(const ocsp_load_ctx_t *ctx,
                               const ocsp_issuers_issuer_t *si)
{
    const uintptr_t subject[] = {(uintptr_t)si, 0};

    return ocsp_load_ctx_get_retry(ctx, subject, sizeof(subject));
}

bool ocsp_signer_reload_is_faulty(const ocsp_retries_t *retries,
                                  const ocsp_arena_t *arena,
                                  const ocsp_issuers_issuer_t *si)
{
    const uintptr_t subject[] = {(uintptr_t)si, 0};
    const ocsp_retry_t *retry = NULL;

    if (retries != NULL) {
        retry = ocsp_retries_find(retries, ocsp_arena_get_configuration(arena),
                                  subject, sizeof(subject));
    }
    return retry != NULL ? retry->faulty || retry->revoked
                         : si->loaded.signers_faulty;
}

/* Make a digest of the certificate files that concern an issuer.
 * @return false: there is no SHA-256 */
static bool digest(unsigned char out[OCSP_FINGERPRINT_LEN], bool *settled,
                   ocsp_load_ctx_t *ctx, const ocsp_issuers_issuer_t *si)
{
    const apr_array_header_t *files = ocsp_signer_load_find_files(ctx, si);

    return ocsp_fingerprint_digest(
        out, settled,
        (const ocsp_fingerprint_file_t *const *)(const void *)files->elts,
        (size_t)files->nelts, NULL);
}

/* Remember which files were loaded, and how that ended. They are loaded again
 * if they had a fault, since a certificate of tomorrow is good tomorrow; or if
 * they were changing, since they may have changed after they were read. */
static void set_known(ocsp_retry_t *retry, const ocsp_issuers_renewal_t *load)
{
    memcpy(retry->digest, load->digest, sizeof(load->digest));
    retry->known = true;
    retry->reload = load->faulty || !load->settled;
    retry->faulty = load->faulty;
    retry->failures = 0;
}

/* Whether the issuer's own table lists a signer's certificate as revoked. */
static bool is_revoked(const ocsp_signer_t *signer, const ocsp_arena_t *arena,
                       const ocsp_issuers_issuer_t *si)
{
    ocsp_der_t serial = signer->serial;
    ocsp_record_t record;

    return !signer->is_issuer && !signer->is_foreign
        && ocsp_arena_lookup(&record, arena, si->running.slot, si->running.id,
                             serial.data, serial.len)
               == APR_SUCCESS
        && record.listed;
}

/* Log, once, that the CA has revoked the certificate of a signer in use. It
 * signs all the same: clients decide whether they accept that. */
static void check_revoked(const ocsp_load_ctx_t *ctx,
                          const ocsp_issuers_issuer_t *si, ocsp_retry_t *retry)
{
    const ocsp_answer_signers_t *signers = ocsp_signer_reload_get_signers(si);
    const ocsp_signer_t *revoked = NULL;
    size_t i;

    for (i = 0; i < signers->count; i++) {
        const ocsp_signer_t *signer = signers->templs[i]->signer;

        if (is_revoked(signer, ctx->arena, si)) {
            revoked = signer;
        }
    }
    retry->revoked = revoked != NULL;
    if (ocsp_log_once(retry->logged, retry->revoked) && revoked != NULL) {
        ocsp_load_ctx_log(
            ctx, APLOG_ERR, 0,
            "OCSP267: %s: %s: this CA has revoked its signer's certificate, "
            "valid until %s; clients may reject the responses; have the CA "
            "issue a new certificate (for a new key, if the old one was "
            "compromised)",
            si->loaded.name, revoked->cert_file,
            ocsp_load_ctx_print_time(ctx->ptemp, revoked->not_after));
    }
}

void ocsp_signer_reload_add(ocsp_load_ctx_t *ctx, ocsp_issuers_issuer_t *si)
{
    ocsp_issuers_renewal_t *renewal = apr_pcalloc(ctx->pconf, sizeof(*renewal));
    ocsp_retry_t *retry = get_retry(ctx, si);

    si->running.renewal = renewal;
    renewal->s = ctx->s;
    renewal->faulty = si->loaded.signers_faulty;
    if (!si->running.has_slot) {
        return;
    }
    renewal->seen = ocsp_arena_get_signers(ctx->arena, si->running.slot);
    if (digest(renewal->digest, &renewal->settled, ctx, si) && retry != NULL) {
        set_known(retry, renewal);
        check_revoked(ctx, si, retry);
    }
    if (ctx->reloads == NULL) {
        ctx->reloads = apr_array_make(ctx->pconf, 16, sizeof(void *));
    }
    APR_ARRAY_PUSH(ctx->reloads, const ocsp_issuers_issuer_t *) = si;
}

/* Whether every process uses the certificates of a set already. */
static bool is_in_use(const set_t *set, const ocsp_arena_t *arena,
                      const ocsp_issuers_issuer_t *si)
{
    const ocsp_answer_signers_t *a = &set->signers;
    const ocsp_answer_signers_t *b = ocsp_signer_reload_get_signers(si);
    bool same = a->count == b->count
             && ocsp_arena_get_signers(arena, si->running.slot)
                    == si->running.renewal->seen;
    size_t i;

    for (i = 0; same && i < a->count; i++) {
        same = ocsp_signer_is_same(a->templs[i]->signer, b->templs[i]->signer);
    }
    return same;
}

/* Have every process use a set, beginning with this one. */
static void publish(ocsp_signer_reload_t *r, const ocsp_load_ctx_t *ctx,
                    const ocsp_issuers_issuer_t *si, set_t *set)
{
    ocsp_arena_renew_signers(ctx->arena, si->running.slot);
    replace_set(r, si, set,
                ocsp_arena_get_signers(ctx->arena, si->running.slot));
    ocsp_load_ctx_log(ctx, APLOG_INFO, 0,
                      "OCSP233: %s: new certificates of signers are in use",
                      si->loaded.name);
}

static void check_files(ocsp_signer_reload_t *r, ocsp_load_ctx_t *ctx,
                        const ocsp_issuers_issuer_t *si)
{
    ocsp_retry_t *retry = get_retry(ctx, si);
    ocsp_issuers_renewal_t *last = si->running.renewal;
    unsigned char now[OCSP_FINGERPRINT_LEN];
    ocsp_load_ctx_t own;
    bool changed, settled;
    set_t *set;

    begin_load(r, ctx);
    if (!digest(now, &settled, ctx, si)) {
        return;
    }
    if (!retry->known) { /* there may be no room for it in shared memory */
        set_known(retry, last);
    }
    changed = memcmp(now, retry->digest, sizeof(now)) != 0;
    if (changed && !settled && retry->failures < CHECKS_OF_CHANGING) {
        retry->failures++;
        ctx->counts->unsettled = true;
        return;
    }
    if (!changed && !retry->reload) {
        return;
    }
    own = *ctx;
    if (!changed) {
        own.quiet = true; /* its faults were logged before */
    }
    set = load_set(&own, r, si);
    if (set != NULL && is_in_use(set, ctx->arena, si)) {
        apr_pool_destroy(set->pool);
    }
    else if (set != NULL) {
        publish(r, ctx, si, set);
    }
    if (set != NULL && retry->faulty) {
        ocsp_load_ctx_log(
            ctx, APLOG_ERR, 0,
            "OCSP266: %s: OCSP202, OCSP204 or OCSP223 is over: the signers of "
            "this CA are in order again",
            si->loaded.name);
    }
    /* last: if this process is killed before, another one publishes again */
    memcpy(last->digest, now, sizeof(now));
    last->faulty = set == NULL;
    last->settled = settled;
    set_known(retry, last);
}

void ocsp_signer_reload_check(ocsp_signer_reload_t *r, ocsp_load_ctx_t *ctx,
                              const ocsp_issuers_issuer_t *si)
{
    if (si->running.has_slot && si->running.renewal != NULL) {
        check_files(r, ctx, si);
        check_revoked(ctx, si, get_retry(ctx, si));
        ocsp_readers_check_signers(ctx, si, r->key_ring);
        ocsp_load_log_signers(ctx, si, ocsp_signer_reload_get_signers(si));
    }
}

/* --- in every process ----------------------------------------------------- */

/* In a pool of its own, since thousands of issuers may be renewed at once.
 * @param pools of this update; NULL: none yet */
static void update_issuer(ocsp_signer_reload_t *r, ocsp_signer_pools_t **pools,
                          const ocsp_issuers_issuer_t *si, uint32_t renewals,
                          apr_pool_t *ptemp)
{
    ocsp_load_ctx_t ctx;
    apr_pool_t *p;
    set_t *set;

    apr_pool_create(&p, ptemp);
    ocsp_load_ctx_begin(&ctx, OCSP_LOAD_CTX_SIGNERS, r->retained, p, p);
    ctx.s = si->running.renewal->s;
    ctx.names = r->names;
    ctx.pools = *pools;
    begin_load(r, &ctx);
    *pools = ctx.pools;
    ctx.quiet = true; /* the process that checked them logs faults */
    set = load_set(&ctx, r, si);
    if (set != NULL) {
        replace_set(r, si, set, renewals);
    }
    else {
        r->retry_at = ctx.now + RETRY_S;
    }
    apr_pool_destroy(p);
}

/* Whether a load failed a while ago, or before the clock was put back. */
static bool may_retry(const ocsp_signer_reload_t *r)
{
    int64_t now = (int64_t)apr_time_sec(apr_time_now());

    return r->retry_at != INT64_MAX
        && (now >= r->retry_at || now < r->retry_at - RETRY_S);
}

void ocsp_signer_reload_update(ocsp_signer_reload_t *r,
                               const ocsp_arena_t *arena, apr_pool_t *ptemp)
{
    uint64_t epoch = ocsp_arena_get_epoch(arena);
    ocsp_signer_pools_t *pools = NULL;
    int i;

    free_replaced(r);
    if (epoch != 0 && epoch == r->arena_epoch && !may_retry(r)) {
        return;
    }
    r->arena_epoch = epoch;
    r->retry_at = INT64_MAX;
    for (i = 0; r->issuers != NULL && i < r->issuers->nelts
                && !ocsp_load_ctx_is_stopping();
         i++) {
        const ocsp_issuers_issuer_t *si =
            APR_ARRAY_IDX(r->issuers, i, const ocsp_issuers_issuer_t *);
        uint32_t renewals = ocsp_arena_get_signers(arena, si->running.slot);

        if (renewals != si->running.renewal->seen) {
            update_issuer(r, &pools, si, renewals, ptemp);
        }
    }
}

void ocsp_signer_reload_close(ocsp_signer_reload_t *r)
{
    if (r->before_pool != NULL) {
        apr_pool_destroy(r->before_pool);
    }
    if (r->pools_pool != NULL) {
        apr_pool_destroy(r->pools_pool);
    }
    r->before_pool = r->pools_pool = NULL;
    r->pools = NULL;
}
