/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See gate.h. Floor 3.
 *
 * A place is a word: who has it and since when, or nobody and until when it
 * rests, or 0. Whose turn it is follows from when each issuer last began to
 * sign: an issuer leaves a free place to those who wait for another that began
 * before it did. Of all who wait, there is always one that leaves it to nobody.
 */
#include "shared/gate.h"

#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>

#define CACHE_LINE 64

/* Issuers that share an entry share their turns: as many as there are slots. */
#define TURNS 4096

/* Who waits says so each time he asks: in silence for so long, he has gone. */
#define SILENT_MS 500

/* A signature takes less: only then is it asked whether a process lives. */
#define DOUBT_MS 1000

/* What a cached answer claims of a processor, in microseconds: several times
 * what it takes, as there are fewer while somebody signs. */
#define HIT_US 200

/* A signature that lost less than this part of what it took met nobody. */
#define LOST_PART 4

/* Whatever they claim, one part in so many is for signatures. */
#define SIGNING_PART 12

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2,
               "processes share atomics only where they need no lock");

/* pid << 32 | since when, in milliseconds; until when it rests; 0: free */
typedef _Atomic uint64_t place_t;

struct ocsp_gate_t {
    alignas(CACHE_LINE) place_t signing[OCSP_GATE_MAX];
    place_t waiting[OCSP_GATE_MAX];
    _Atomic uint64_t waiting_for[OCSP_GATE_MAX]; /* issuer + 1; 0: not said */
    _Atomic uint64_t turn;                       /* counts who began to sign */
    _Atomic uint64_t last[TURNS];                /* turn of an issuer */
};

size_t ocsp_gate_size(void)
{
    return sizeof(ocsp_gate_t);
}

ocsp_gate_t *ocsp_gate_init(void *mem)
{
    return mem;
}

void ocsp_gate_make_ticket(ocsp_gate_ticket_t *t, int32_t pid, uint32_t issuer,
                           unsigned limit, unsigned waiting)
{
    *t = (ocsp_gate_ticket_t){
        .pid = pid,
        .issuer = issuer,
        .limit = limit < OCSP_GATE_MAX ? limit : OCSP_GATE_MAX,
        .waiting = waiting < OCSP_GATE_MAX ? waiting : OCSP_GATE_MAX,
        .signing_place = -1,
        .waiting_place = -1,
    };
}

/* ------------------------------------------------------------------- places */

static uint64_t make_word(const ocsp_gate_ticket_t *t, int64_t now_ms)
{
    return (uint64_t)(uint32_t)t->pid << 32 | (uint32_t)(uint64_t)now_ms;
}

/* How far a word is from now, either way: a clock that went back must not make
 * places last forever. */
static uint32_t get_distance(uint64_t word, int64_t now_ms)
{
    uint32_t age = (uint32_t)(uint64_t)now_ms - (uint32_t)word;

    return age <= INT32_MAX ? age : 0 - age;
}

/* For how long a place rests. */
static uint32_t get_rest(uint64_t word, int64_t now_ms)
{
    uint32_t left = (uint32_t)word - (uint32_t)(uint64_t)now_ms;

    if (word == 0 || word >> 32 != 0 || left > OCSP_GATE_REST_MAX_MS) {
        return 0; /* it does not, or the clock has jumped */
    }
    return left;
}

static bool is_free(uint64_t word, int64_t now_ms)
{
    return word >> 32 == 0 ? get_rest(word, now_ms) == 0
                           : get_distance(word, now_ms) > OCSP_GATE_LOST_MS;
}

static bool is_gone(uint64_t word, int64_t now_ms)
{
    return word >> 32 != 0 && get_distance(word, now_ms) > DOUBT_MS
        && kill((pid_t)(word >> 32), 0) != 0 && errno == ESRCH;
}

static bool replace(place_t *place, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong(place, &from, to);
}

/* The first free place; where there is none, the first of a dead process. */
static int take(place_t *places, unsigned n, uint64_t word, int64_t now_ms)
{
    uint64_t there;
    unsigned i;

    for (i = 0; i < n; i++) {
        there = atomic_load(&places[i]);
        if (is_free(there, now_ms) && replace(&places[i], there, word)) {
            return (int)i;
        }
    }
    for (i = 0; i < n; i++) {
        there = atomic_load(&places[i]);
        if ((is_free(there, now_ms) || is_gone(there, now_ms))
            && replace(&places[i], there, word)) {
            return (int)i;
        }
    }
    return -1;
}

static unsigned count_free(const place_t *places, unsigned n, int64_t now_ms)
{
    unsigned i, count = 0;

    for (i = 0; i < n; i++) {
        count += is_free(atomic_load(&places[i]), now_ms);
    }
    return count;
}

/* -------------------------------------------------------------------- turns */

static uint64_t get_last(const ocsp_gate_t *g, uint64_t issuer)
{
    return atomic_load(&g->last[issuer % TURNS]);
}

/* The issuer + 1 for which somebody waits in a place; 0: nobody. */
static uint64_t get_waiting_for(const ocsp_gate_t *g, unsigned i,
                                int64_t now_ms)
{
    uint64_t word = atomic_load(&g->waiting[i]);

    return word != 0 && get_distance(word, now_ms) <= SILENT_MS
             ? atomic_load(&g->waiting_for[i])
             : 0;
}

/* How many wait whose turn is before a ticket's. */
static unsigned count_before(const ocsp_gate_t *g, const ocsp_gate_ticket_t *t,
                             int64_t now_ms)
{
    uint64_t mine = get_last(g, t->issuer);
    unsigned i, count = 0;

    for (i = 0; i < t->waiting; i++) {
        uint64_t other = get_waiting_for(g, i, now_ms);

        count += other != 0 && other - 1 != t->issuer
              && get_last(g, other - 1) < mine;
    }
    return count;
}

static void stop_waiting(ocsp_gate_t *g, ocsp_gate_ticket_t *t)
{
    int i = t->waiting_place;

    /* unless it counted as lost, and is another's */
    if (i >= 0 && atomic_load(&g->waiting[i]) == t->waits) {
        atomic_store(&g->waiting_for[i], 0);
        (void)replace(&g->waiting[i], t->waits, 0);
    }
    t->waiting_place = -1;
}

/* Say that one still waits, now and then. */
static void stay(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms)
{
    uint64_t word = make_word(t, now_ms);

    if (t->waiting_place < 0
        || get_distance(t->waits, now_ms) < SILENT_MS / 10) {
        return;
    }
    if (replace(&g->waiting[t->waiting_place], t->waits, word)) {
        t->waits = word;
    }
    else {
        t->waiting_place = -1;
    }
}

bool ocsp_gate_enter(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms)
{
    uint64_t word = make_word(t, now_ms);
    unsigned before;

    if (t->signing_place >= 0) {
        return true;
    }
    stay(g, t, now_ms);
    before = count_before(g, t, now_ms);
    if (before > 0 && before >= count_free(g->signing, t->limit, now_ms)) {
        return false;
    }
    t->signing_place = take(g->signing, t->limit, word, now_ms);
    if (t->signing_place < 0) {
        return false;
    }
    t->signing = word;
    atomic_store(&g->last[t->issuer % TURNS],
                 atomic_fetch_add(&g->turn, 1) + 1);
    stop_waiting(g, t);
    return true;
}

/* Whether more wait of a ticket's issuer, itself included, than may. */
static bool are_too_many(const ocsp_gate_t *g, const ocsp_gate_ticket_t *t,
                         int64_t now_ms)
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

bool ocsp_gate_wait(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms)
{
    uint64_t word = make_word(t, now_ms);

    if (t->waiting_place >= 0) {
        return true;
    }
    t->waiting_place = take(g->waiting, t->waiting, word, now_ms);
    if (t->waiting_place < 0) {
        return false;
    }
    t->waits = word;
    atomic_store(&g->waiting_for[t->waiting_place], (uint64_t)t->issuer + 1);
    /* Counted afterwards: of those who come at once, the last sees all. */
    if (are_too_many(g, t, now_ms)) {
        stop_waiting(g, t);
        return false;
    }
    return true;
}

static void give_back(ocsp_gate_t *g, ocsp_gate_ticket_t *t, uint64_t word)
{
    stop_waiting(g, t);
    if (t->signing_place >= 0) {
        (void)replace(&g->signing[t->signing_place], t->signing, word);
        t->signing_place = -1;
    }
}

void ocsp_gate_leave(ocsp_gate_t *g, ocsp_gate_ticket_t *t)
{
    give_back(g, t, 0);
}

void ocsp_gate_rest(ocsp_gate_t *g, ocsp_gate_ticket_t *t, int64_t now_ms,
                    uint32_t rest_ms)
{
    if (rest_ms > OCSP_GATE_REST_MAX_MS) {
        rest_ms = OCSP_GATE_REST_MAX_MS;
    }
    give_back(g, t, rest_ms > 0 ? (uint32_t)((uint64_t)now_ms + rest_ms) : 0);
}

uint32_t ocsp_gate_get_rest(const ocsp_gate_t *g, const ocsp_gate_ticket_t *t,
                            int64_t now_ms)
{
    uint32_t left, least = OCSP_GATE_REST_MAX_MS;
    unsigned i;

    for (i = 0; i < t->limit; i++) {
        left = get_rest(atomic_load(&g->signing[i]), now_ms);
        least = left < least ? left : least;
    }
    return least;
}

uint32_t ocsp_gate_find_rest(uint64_t took_us, uint64_t lost_us, uint64_t in_us,
                             uint64_t hits, unsigned limit, unsigned processors)
{
    const uint64_t max_us = OCSP_GATE_REST_MAX_MS * UINT64_C(1000);
    uint64_t busy_us = hits * HIT_US / processors;
    uint64_t rest_us = took_us < lost_us ? took_us : lost_us;

    if (lost_us < took_us / LOST_PART) {
        return 0; /* there are processors for both */
    }
    rest_us = rest_us < max_us ? rest_us : max_us;
    if (busy_us < in_us - in_us / SIGNING_PART) {
        rest_us = rest_us * busy_us / (in_us - busy_us);
    }
    else {
        rest_us = hits != 0 ? rest_us * (SIGNING_PART - 1) : 0;
    }
    if (limit > processors) { /* they share one */
        rest_us = rest_us * limit / processors;
    }
    rest_us = rest_us < max_us ? rest_us : max_us;
    return (uint32_t)((rest_us + 500) / 1000);
}

/* Those that the dead have left behind do not count, nor those that rest. */
static bool is_held(uint64_t word, int64_t now_ms)
{
    return word >> 32 != 0 && !is_free(word, now_ms) && !is_gone(word, now_ms);
}

void ocsp_gate_count(const ocsp_gate_t *g, int64_t now_ms, unsigned *signing,
                     unsigned *waiting)
{
    unsigned i;

    *signing = *waiting = 0;
    for (i = 0; i < OCSP_GATE_MAX; i++) {
        *signing += is_held(atomic_load(&g->signing[i]), now_ms);
        *waiting += is_held(atomic_load(&g->waiting[i]), now_ms);
    }
}
