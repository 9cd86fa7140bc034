/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See gate.h. Floor 3.
 *
 * Whose turn it is follows from when each issuer last began to sign, and within
 * an issuer from who came first: a free place is left to those who wait and are
 * before one. Of all who wait, there is always one that leaves it to nobody.
 *
 * Who leaves a place wakes who is next, and remembers that he did, so that two
 * who leave wake two. So does who begins to sign, or waits no more, while there
 * are places left: it is another's turn then, who does not know it.
 */
#include "shared/sign_slots.h"

#include <stdalign.h>
#include <stdatomic.h>

#include "shared/semaphore.h"

#define CACHE_LINE 64

/* Issuers that share an entry share their turns: as many as there are slots. */
#define TURNS 4096

/* Who waits says so each time he asks: in silence for so long, he has gone. */
#define SILENT_MS (4 * OCSP_SIGN_SLOTS_LOOK_MS)

/* Came later than all who wait. */
#define LAST UINT64_MAX

/* Who has a place to wait in. */
typedef struct {
    _Atomic uint64_t issuer; /* + 1; 0: not said */
    _Atomic uint64_t came;   /* counts who began to wait */
    _Atomic bool woken;      /* and has not looked yet */
    ocsp_semaphore_t bell;
} waiter_t;

struct ocsp_sign_slots_t {
    alignas(CACHE_LINE) ocsp_sign_slots_place_t signing[OCSP_SIGN_SLOTS_MAX];
    ocsp_sign_slots_place_t waiting[OCSP_SIGN_SLOTS_MAX];
    waiter_t waiters[OCSP_SIGN_SLOTS_MAX]; /* in those places */
    _Atomic uint64_t turn;                 /* counts who began to sign */
    _Atomic uint64_t came;                 /* counts who began to wait */
    _Atomic uint64_t last[TURNS];          /* turn of an issuer */
};

size_t ocsp_sign_slots_size(void)
{
    return sizeof(ocsp_sign_slots_t);
}

ocsp_sign_slots_t *ocsp_sign_slots_init(void *mem)
{
    ocsp_sign_slots_t *g = mem;
    unsigned i;

    for (i = 0; i < OCSP_SIGN_SLOTS_MAX; i++) {
        ocsp_semaphore_init(&g->waiters[i].bell);
    }
    return g;
}

void ocsp_sign_slots_make_ticket(ocsp_sign_slots_ticket_t *t, int32_t pid,
                                 uint32_t issuer, unsigned limit,
                                 unsigned waiting)
{
    *t = (ocsp_sign_slots_ticket_t){
        .pid = pid,
        .issuer = issuer,
        .limit = limit < OCSP_SIGN_SLOTS_MAX ? limit : OCSP_SIGN_SLOTS_MAX,
        .waiting = waiting < OCSP_SIGN_SLOTS_MAX ? waiting
                                                 : OCSP_SIGN_SLOTS_MAX,
        .came = LAST,
        .signing_place = -1,
        .waiting_place = -1,
    };
}

static uint64_t make_word(const ocsp_sign_slots_ticket_t *t, int64_t now_ms)
{
    return (uint64_t)(uint32_t)t->pid << 32 | (uint32_t)(uint64_t)now_ms;
}

/* -------------------------------------------------------------------- turns */

static uint64_t get_last(const ocsp_sign_slots_t *g, uint64_t issuer)
{
    return atomic_load(&g->last[issuer % TURNS]);
}

static bool is_before(uint64_t last, uint64_t came, uint64_t other_last,
                      uint64_t other_came)
{
    return last < other_last || (last == other_last && came < other_came);
}

/* The issuer + 1 for which somebody waits in a place; 0: nobody. */
static uint64_t get_waiting_for(const ocsp_sign_slots_t *g, unsigned i,
                                int64_t now_ms)
{
    uint64_t word = atomic_load(&g->waiting[i]);

    return word != 0
                && ocsp_sign_slots_place_get_distance(word, now_ms) <= SILENT_MS
             ? atomic_load(&g->waiters[i].issuer)
             : 0;
}

/* How many wait whose turn is before a ticket's. */
static unsigned count_before(const ocsp_sign_slots_t *g,
                             const ocsp_sign_slots_ticket_t *t, int64_t now_ms)
{
    uint64_t mine = get_last(g, t->issuer);
    unsigned i, count = 0;

    for (i = 0; i < t->waiting; i++) {
        uint64_t other = get_waiting_for(g, i, now_ms);

        count += other != 0
              && is_before(get_last(g, other - 1),
                           atomic_load(&g->waiters[i].came), mine, t->came);
    }
    return count;
}

/* Who is next of those who were not woken yet; -1: nobody. */
static int find_next(const ocsp_sign_slots_t *g, unsigned places,
                     int64_t now_ms)
{
    uint64_t issuer, last, came, next_last = 0, next_came = 0;
    int next = -1;
    unsigned i;

    for (i = 0; i < places; i++) {
        const waiter_t *w = &g->waiters[i];

        issuer = get_waiting_for(g, i, now_ms);
        if (issuer == 0 || atomic_load(&w->woken)) {
            continue;
        }
        last = get_last(g, issuer - 1);
        came = atomic_load(&w->came);
        if (next < 0 || is_before(last, came, next_last, next_came)) {
            next = (int)i;
            next_last = last;
            next_came = came;
        }
    }
    return next;
}

/* Who has stopped to wait meanwhile is not woken, but another; if he stops only
 * now, he sees the place that is left, and wakes another himself. */
static void wake_next(ocsp_sign_slots_t *g, unsigned places, int64_t now_ms)
{
    int next;

    while ((next = find_next(g, places, now_ms)) >= 0) {
        waiter_t *w = &g->waiters[next];

        if (atomic_exchange(&w->woken, true)) {
            continue;
        }
        if (atomic_load(&w->issuer) != 0) {
            ocsp_semaphore_ring(&w->bell);
            return;
        }
        atomic_store(&w->woken, false);
    }
}

static void begin_waiting(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                          uint64_t word)
{
    waiter_t *w = &g->waiters[t->waiting_place];

    atomic_store(&w->issuer, 0);
    ocsp_semaphore_clear(&w->bell);
    atomic_store(&w->woken, false);
    t->waits = word;
    t->came = atomic_fetch_add(&g->came, 1);
    atomic_store(&w->came, t->came);
    atomic_store(&w->issuer, (uint64_t)t->issuer + 1);
}

/* Whether there is a place that nobody has, though it may rest. */
static bool is_one_left(const ocsp_sign_slots_t *g, unsigned limit)
{
    unsigned i = 0;

    while (i < limit && atomic_load(&g->signing[i]) >> 32 != 0) {
        i++;
    }
    return i < limit;
}

static void stop_waiting(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t)
{
    int i = t->waiting_place;

    t->waiting_place = -1;
    t->came = LAST;
    /* unless it counted as lost, and is another's */
    if (i >= 0 && atomic_load(&g->waiting[i]) == t->waits) {
        atomic_store(&g->waiters[i].issuer, 0);
        (void)ocsp_sign_slots_place_replace(&g->waiting[i], t->waits, 0);
    }
}

/* Say that one still waits, now and then. */
static void stay(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                 int64_t now_ms)
{
    uint64_t word = make_word(t, now_ms);

    if (t->waiting_place < 0
        || ocsp_sign_slots_place_get_distance(t->waits, now_ms)
               < SILENT_MS / 10) {
        return;
    }
    if (ocsp_sign_slots_place_replace(&g->waiting[t->waiting_place], t->waits,
                                      word)) {
        t->waits = word;
    }
    else {
        t->waiting_place = -1;
        t->came = LAST;
    }
}

bool ocsp_sign_slots_enter(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                           int64_t now_ms)
{
    uint64_t word = make_word(t, now_ms);
    unsigned before;

    if (t->signing_place >= 0) {
        return true;
    }
    stay(g, t, now_ms);
    if (t->waiting_place
        >= 0) { /* whoever wakes him from now on, wakes again */
        atomic_store(&g->waiters[t->waiting_place].woken, false);
    }
    before = count_before(g, t, now_ms);
    if (before > 0
        && before >= ocsp_sign_slots_place_count_free(g->signing, t->limit,
                                                      now_ms)) {
        return false;
    }
    t->signing_place = ocsp_sign_slots_place_take(g->signing, t->limit, word,
                                                  now_ms);
    if (t->signing_place < 0) {
        return false;
    }
    t->signing = word;
    atomic_store(&g->last[t->issuer % TURNS],
                 atomic_fetch_add(&g->turn, 1) + 1);
    stop_waiting(g, t);
    if (is_one_left(g, t->limit)) {
        wake_next(g, t->waiting, now_ms);
    }
    return true;
}

/* Whether more wait of a ticket's issuer, itself included, than may. */
static bool are_too_many(const ocsp_sign_slots_t *g,
                         const ocsp_sign_slots_ticket_t *t, int64_t now_ms)
{
    unsigned i, own = 0, others = 0;

    for (i = 0; i < t->waiting; i++) {
        uint64_t issuer = get_waiting_for(g, i, now_ms);

        own += issuer == (uint64_t)t->issuer + 1;
        others += issuer != 0 && issuer != (uint64_t)t->issuer + 1;
    }
    return own > 1
        && own > (others > 0 ? (t->waiting + 1) / 2 : t->waiting * 3 / 4);
}

bool ocsp_sign_slots_wait(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms)
{
    uint64_t word = make_word(t, now_ms);
    bool first;

    if (t->waiting_place >= 0) {
        return true;
    }
    t->waiting_place = ocsp_sign_slots_place_take(g->waiting, t->waiting, word,
                                                  now_ms);
    if (t->waiting_place < 0) {
        return false;
    }
    begin_waiting(g, t, word);
    /* Counted afterwards: of those who come at once, the last sees all. */
    if (!are_too_many(g, t, now_ms)) {
        return true;
    }
    /* a place may have been left to him meanwhile; not to all who come */
    first = count_before(g, t, now_ms) < t->limit;
    stop_waiting(g, t);
    if (first && is_one_left(g, t->limit)) {
        wake_next(g, t->waiting, now_ms);
    }
    return false;
}

uint32_t ocsp_sign_slots_find_nap(const ocsp_sign_slots_t *g,
                                  const ocsp_sign_slots_ticket_t *t,
                                  int64_t now_ms)
{
    uint32_t left, nap = OCSP_SIGN_SLOTS_LOOK_MS;
    unsigned i;

    if (count_before(g, t, now_ms) >= t->limit) {
        return nap; /* others are first; this one is woken when he is */
    }
    for (i = 0; i < t->limit; i++) {
        left = ocsp_sign_slots_place_get_rest(atomic_load(&g->signing[i]),
                                              now_ms);
        nap = left > 0 && left < nap ? left : nap;
    }
    return nap;
}

bool ocsp_sign_slots_sleep(ocsp_sign_slots_t *g,
                           const ocsp_sign_slots_ticket_t *t, int64_t until_ms)
{
    return t->waiting_place >= 0
        && ocsp_semaphore_sleep(&g->waiters[t->waiting_place].bell, until_ms);
}

void ocsp_sign_slots_leave(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                           int64_t now_ms)
{
    ocsp_sign_slots_rest(g, t, now_ms, 0);
}

void ocsp_sign_slots_rest(ocsp_sign_slots_t *g, ocsp_sign_slots_ticket_t *t,
                          int64_t now_ms, uint32_t rest_ms)
{
    bool wakes = t->waiting_place >= 0;
    uint64_t word = 0;

    stop_waiting(g, t);
    if (rest_ms > 0) {
        rest_ms = rest_ms < OCSP_SIGN_SLOTS_REST_MAX_MS
                    ? rest_ms
                    : OCSP_SIGN_SLOTS_REST_MAX_MS;
        word = (uint32_t)((uint64_t)now_ms + rest_ms);
    }
    if (t->signing_place >= 0) {
        (void)ocsp_sign_slots_place_replace(&g->signing[t->signing_place],
                                            t->signing, word);
        t->signing_place = -1;
        wakes = true;
    }
    /* who is woken sleeps on while it rests */
    if (wakes && is_one_left(g, t->limit)) {
        wake_next(g, t->waiting, now_ms);
    }
}

/* Those that the dead have left behind do not count, nor those that rest. */
static bool is_held(uint64_t word, int64_t now_ms)
{
    return word >> 32 != 0 && !ocsp_sign_slots_place_is_free(word, now_ms)
        && !ocsp_sign_slots_place_is_gone(word, now_ms);
}

void ocsp_sign_slots_count(const ocsp_sign_slots_t *g, int64_t now_ms,
                           unsigned *signing, unsigned *waiting)
{
    unsigned i;

    *signing = *waiting = 0;
    for (i = 0; i < OCSP_SIGN_SLOTS_MAX; i++) {
        *signing += is_held(atomic_load(&g->signing[i]), now_ms);
        *waiting += is_held(atomic_load(&g->waiting[i]), now_ms);
    }
}
