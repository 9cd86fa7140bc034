/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See renewal.h. Floor 4.
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
#include "httpd/signers/signer_pool.h"
#include "httpd/signers/signer_load.h"

/* Between two tries of one process to open an issuer's signers, in seconds. */
#define TRY_EVERY_S 1

/* So often it is looked at again before what is there is tried. */
#define LOOKS_AT_WRITING 15

/* Signers of one issuer, in a pool of their own. */
typedef struct set_t {
    ocsp_answer_signers_t signers;
    apr_pool_t *pool;
    struct set_t *next; /* of those to be freed */
} set_t;

/* The certificate files as a process has looked at them; the parent's look at
 * the start comes first. One thread at a time. */
typedef struct {
    ocsp_signer_pools_t *pools;
    apr_pool_t *pool;   /* of pools; NULL: it is the parent's */
    apr_pool_t *before; /* of the look before, or NULL: likewise */
    uint64_t epoch;     /* of the arena, when it began; 0: unknown */
} view_t;

/*
 * Who signs is counted in, under the parity of the epoch. A set that was
 * replaced in one epoch is freed when the epoch is the next and nobody is left
 * under the parity of before.
 */
struct ocsp_signer_reload_t {
    apr_hash_t *key_ring;
    ocsp_retained_t *keep;
    view_t looking;   /* of the thread that looks for changes */
    atomic_flag busy; /* some thread opens signers */
    view_t opening;   /* of that one */
    _Atomic unsigned epoch;
    _Atomic unsigned users[2];
    set_t *replaced; /* in this epoch */
    set_t *leaving;  /* in the one before */
};

ocsp_signer_reload_t *ocsp_signer_reload_make(const ocsp_load_ctx_t *pass)
{
    ocsp_signer_reload_t *r = apr_pcalloc(pass->pconf, sizeof(*r));

    r->key_ring = ocsp_keypairs_make_ring(pass);
    r->keep = pass->retained;
    r->looking.pools = r->opening.pools = pass->pools;
    atomic_flag_clear(&r->busy);
    return r;
}

/* A pass looks at all files anew. */
static void begin_view(view_t *view, ocsp_load_ctx_t *pass)
{
    apr_pool_t *pool;

    /* nobody's child: pools of a process may be made by one thread alone */
    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return;
    }
    apr_pool_tag(pool, "ocsp_signer_pools");
    pass->pools = ocsp_signer_pool_begin(view->pools, pool);
    if (view->before != NULL) {
        apr_pool_destroy(view->before);
    }
    view->before = view->pool;
    view->pool = pool;
    view->pools = pass->pools;
}

/* --- what the files are --------------------------------------------------- */

/* Names, sizes and times of the certificates: in a pool of those that concern
 * this issuer. @return false: no SHA-256 */
static bool digest(unsigned char out[OCSP_RETRY_DIGEST_LEN], bool *settled,
                   ocsp_load_ctx_t *pass, const ocsp_issuers_issuer_t *si)
{
    const ocsp_signer_pool_t *sp =
        ocsp_signer_pool_get(pass, si->config.level->cert_files);

    return ocsp_signer_pool_digest(
        out, settled, sp,
        ocsp_signer_load_has_pool(si) ? ocsp_signer_pool_find(
            sp, ocsp_issuer_get_name_hash(si->loaded.issuer), pass->ptemp)
                                      : NULL);
}

/* Of an issuer as one server answers for it, whose address is one in all
 * processes of a configuration; 0 keeps it apart from outcome.c's. */
static ocsp_retry_t *get_retry(const ocsp_load_ctx_t *pass,
                               const ocsp_issuers_issuer_t *si)
{
    const uintptr_t subject[] = {(uintptr_t)si, 0};

    return ocsp_load_ctx_get_retry(pass, subject, sizeof(subject));
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
    return retry != NULL ? retry->faulty : si->loaded.signers_faulty;
}

void ocsp_signer_reload_note(ocsp_load_ctx_t *pass, ocsp_issuers_issuer_t *si)
{
    ocsp_issuers_renewal_t *renewal = apr_pcalloc(pass->pconf,
                                                  sizeof(*renewal));
    ocsp_retry_t *retry;
    bool settled;

    retry = get_retry(pass, si);
    if (retry != NULL) {
        retry->faulty = si->loaded.signers_faulty;
    }
    renewal->s = pass->s;
    /* else they will be opened once more */
    renewal->settled = digest(renewal->digest, &settled, pass, si) && settled;
    if (si->running.has_slot) {
        atomic_store(&renewal->seen,
                     ocsp_arena_get_signers(pass->arena, si->running.slot));
    }
    si->running.renewal = renewal;
}

/* --- opening -------------------------------------------------------------- */

/* The signers of an issuer as its files are now, in a pool of its own.
 * @return NULL: not all is well with them */
static set_t *open_set(ocsp_load_ctx_t *pass, const ocsp_signer_reload_t *r,
                       const ocsp_issuers_issuer_t *si)
{
    ocsp_issuers_issuer_t copy = *si;
    apr_pool_t *pool;
    set_t *set;

    /* nobody's child: pools of a process may be made by one thread alone */
    if (apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return NULL;
    }
    apr_pool_tag(pool, "ocsp_signers");
    pass->pconf = pool;
    pass->mode = OCSP_LOAD_CTX_SIGNERS;
    pass->key_ring = r->key_ring;
    ocsp_signer_load_open(pass, &copy);
    if (copy.loaded.signers_faulty || copy.loaded.signers.count == 0) {
        apr_pool_destroy(pool);
        return NULL;
    }
    set = apr_pcalloc(pool, sizeof(*set));
    set->signers = copy.loaded.signers;
    set->pool = pool;
    return set;
}

/* Whether every process signs with these already: those of the start. */
static bool is_in_use(const set_t *set, const ocsp_load_ctx_t *pass,
                      const ocsp_issuers_issuer_t *si)
{
    const ocsp_answer_signers_t *a = &set->signers, *b = &si->loaded.signers;
    bool same = a->count == b->count
             && atomic_load(&si->running.renewal->signers) == NULL
             && ocsp_arena_get_signers(pass->arena, si->running.slot)
                    == atomic_load(&si->running.renewal->seen);
    size_t i;

    for (i = 0; same && i < a->count; i++) {
        same = ocsp_signer_is_same(
            ocsp_response_template_get0_signer(a->templs[i]),
            ocsp_response_template_get0_signer(b->templs[i]));
    }
    return same;
}

/* What has become of an issuer's files since its signers were last opened. */
typedef enum {
    SAME,  /* nothing, or they are being written */
    AGAIN, /* nothing, but they were being written then */
    OTHER
} change_t;

/* A process that begins to look does not know what the one before has seen. */
static bool is_behind(const ocsp_load_ctx_t *pass,
                      const ocsp_issuers_issuer_t *si)
{
    return atomic_load(&si->running.renewal->signers) != NULL
        || ocsp_arena_get_signers(pass->arena, si->running.slot)
               != atomic_load(&si->running.renewal->seen);
}

static change_t find_change(ocsp_load_ctx_t *pass,
                            const ocsp_issuers_issuer_t *si,
                            ocsp_retry_t *retry,
                            unsigned char now[OCSP_RETRY_DIGEST_LEN])
{
    const ocsp_issuers_renewal_t *renewal = si->running.renewal;
    change_t change = SAME;
    bool settled;

    if (!digest(now, &settled, pass, si)) {
        return SAME;
    }
    if (memcmp(now, retry->known ? retry->digest : renewal->digest,
               OCSP_RETRY_DIGEST_LEN)
            != 0
        || (!retry->known && is_behind(pass, si))) {
        change = OTHER;
    }
    else if (!retry->known && !renewal->settled) {
        change = AGAIN;
    }
    if (change != SAME && !settled && retry->failures < LOOKS_AT_WRITING) {
        retry->failures++;
        pass->counts->unsettled = true;
        return SAME;
    }
    if (change != SAME) {
        retry->failures = 0;
    }
    return change;
}

static void look_for_changes(ocsp_signer_reload_t *r, ocsp_load_ctx_t *pass,
                             const ocsp_issuers_issuer_t *si)
{
    ocsp_retry_t *retry = get_retry(pass, si);
    unsigned char now[OCSP_RETRY_DIGEST_LEN];
    ocsp_load_ctx_t own = *pass;
    change_t change;
    bool mended;
    set_t *set;

    if (pass->pools == NULL) {
        begin_view(&r->looking, pass);
    }
    own.pools = pass->pools;
    change = find_change(pass, si, retry, now);
    if (change == SAME && !retry->looked) {
        return;
    }
    if (change != OTHER) {
        /* said before; but a certificate of tomorrow is good tomorrow, and one
         * that was being written may be whole by now */
        own.quiet = true;
    }
    set = open_set(&own, r, si);
    if (change != SAME) {
        retry->known = true;
        memcpy(retry->digest, now, sizeof(now));
    }
    retry->looked = set == NULL; /* it is to be tried again */
    mended = set != NULL && retry->faulty;
    retry->faulty = set == NULL;
    if (set == NULL) {
        return;
    }
    if (mended) {
        ocsp_load_ctx_log(
            pass, APLOG_ERR, 0,
            "OCSP266: %s: the files of its signers are in order again",
            si->loaded.name);
    }
    if (!is_in_use(set, pass, si)) {
        ocsp_arena_renew_signers(pass->arena, si->running.slot);
        ocsp_load_ctx_log(
            pass, APLOG_INFO, 0,
            "OCSP233: %s: the signers' certificates have changed: "
            "every process takes them up",
            si->loaded.name);
    }
    apr_pool_destroy(set->pool);
}

/* --- in each process ------------------------------------------------------ */

ocsp_signer_reload_stay_t ocsp_signer_reload_enter(ocsp_signer_reload_t *r)
{
    for (;;) {
        unsigned epoch = atomic_load(&r->epoch);

        atomic_fetch_add(&r->users[epoch & 1], 1u);
        if (atomic_load(&r->epoch) == epoch) {
            return epoch & 1;
        }
        atomic_fetch_sub(&r->users[epoch & 1], 1u);
    }
}

void ocsp_signer_reload_leave(ocsp_signer_reload_t *r,
                              ocsp_signer_reload_stay_t stay)
{
    atomic_fetch_sub(&r->users[stay], 1u);
}

/* By the one thread that is busy, which itself has a stay. */
static void free_leaving(ocsp_signer_reload_t *r)
{
    unsigned before = (atomic_load(&r->epoch) + 1) & 1;

    if (atomic_load(&r->users[before]) != 0) {
        return;
    }
    while (r->leaving != NULL) {
        set_t *next = r->leaving->next;

        apr_pool_destroy(r->leaving->pool);
        r->leaving = next;
    }
    r->leaving = r->replaced;
    r->replaced = NULL;
    atomic_fetch_add(&r->epoch, 1u);
}

static void install(ocsp_signer_reload_t *r, ocsp_issuers_renewal_t *renewal,
                    set_t *set)
{
    /* signers are the first member */
    set_t *old = (set_t *)(uintptr_t)atomic_exchange(&renewal->signers,
                                                     &set->signers);

    if (old != NULL) {
        old->next = r->replaced;
        r->replaced = old;
    }
    free_leaving(r);
}

/* Look at the files, unless that was done since the last change was told:
 * thousands of issuers may be renewed one after the other. */
static void open_view(view_t *view, ocsp_load_ctx_t *pass, uint64_t epoch)
{
    if (epoch == 0 || epoch != view->epoch) {
        begin_view(view, pass);
        view->epoch = epoch;
    }
    else {
        pass->pools = view->pools;
    }
}

static void renew(ocsp_signer_reload_t *r, const ocsp_arena_t *arena,
                  const ocsp_issuers_issuer_t *si)
{
    ocsp_issuers_renewal_t *renewal = si->running.renewal;
    uint32_t told = ocsp_arena_get_signers(arena, si->running.slot);
    uint64_t epoch = ocsp_arena_get_epoch(arena); /* not from before told */
    ocsp_load_ctx_t pass;
    apr_pool_t *ptemp;
    set_t *set;

    if (apr_pool_create_unmanaged_ex(&ptemp, NULL, NULL) != APR_SUCCESS) {
        return;
    }
    ocsp_load_ctx_begin(&pass, OCSP_LOAD_CTX_SIGNERS, r->keep, ptemp, ptemp);
    if (pass.now >= renewal->tried + TRY_EVERY_S || pass.now < renewal->tried) {
        renewal->tried = pass.now;
        pass.s = renewal->s;
        pass.quiet = true;
        open_view(&r->opening, &pass, epoch);
        set = open_set(&pass, r, si);
        if (set != NULL) {
            install(r, renewal, set);
            atomic_store(&renewal->seen, told);
        }
    }
    apr_pool_destroy(ptemp);
}

const ocsp_answer_signers_t *ocsp_signer_reload_get_signers(
    ocsp_signer_reload_t *r, const ocsp_arena_t *arena,
    const ocsp_issuers_issuer_t *si)
{
    const ocsp_answer_signers_t *renewed;

    if (si->running.renewal == NULL) {
        return &si->loaded.signers;
    }
    if (si->running.has_slot
        && ocsp_arena_get_signers(arena, si->running.slot)
               != atomic_load_explicit(&si->running.renewal->seen,
                                       memory_order_relaxed)
        && !atomic_flag_test_and_set(&r->busy)) {
        renew(r, arena, si);
        atomic_flag_clear(&r->busy);
    }
    renewed = atomic_load(&si->running.renewal->signers);
    return renewed != NULL ? renewed : &si->loaded.signers;
}

void ocsp_signer_reload_look(ocsp_signer_reload_t *r, ocsp_load_ctx_t *pass,
                             const ocsp_issuers_issuer_t *si)
{
    ocsp_signer_reload_stay_t stay;

    if (!si->running.has_slot || si->running.renewal == NULL) {
        return;
    }
    ocsp_readers_check_signers(pass, si, r->key_ring);
    look_for_changes(r, pass, si);
    stay = ocsp_signer_reload_enter(r);
    ocsp_load_log_signers(pass, si,
                          ocsp_signer_reload_get_signers(r, pass->arena, si));
    ocsp_signer_reload_leave(r, stay);
}
