/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The gate: who is woken when a place to sign is given back.
 */
#include <pthread.h>
#include <time.h>

#include "sign_slots_tests.h"
#include "shared/semaphore.h"
#include "tap.h"

/* Nobody sleeps until then unless a test fails. */
static int64_t find_late(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return 1000 * ((int64_t)now.tv_sec + 300);
}

static bool is_woken(ocsp_sign_slots_ticket_t *t)
{
    return ocsp_sign_slots_sleep(gate, t, 0);
}

/* A new gate with a signature under way, for which two wait: the second came so
 * much later. */
static void begin_waiting(ocsp_sign_slots_ticket_t *s,
                          ocsp_sign_slots_ticket_t *w1,
                          ocsp_sign_slots_ticket_t *w2, int64_t later_ms)
{
    begin();
    (void)ocsp_sign_slots_enter(gate, s, NOW);
    (void)ocsp_sign_slots_wait(gate, w1, NOW);
    (void)ocsp_sign_slots_wait(gate, w2, NOW + later_ms);
}

static void test_bell(void)
{
    ocsp_semaphore_t *bell = calloc(1, sizeof(*bell));

    if (bell == NULL) {
        abort();
    }
    ocsp_semaphore_init(bell);
    ok(!ocsp_semaphore_sleep(bell, 0), "a bell is silent at first");
    ocsp_semaphore_ring(bell);
    ok(ocsp_semaphore_sleep(bell, find_late()), "it wakes who will sleep");
    ok(!ocsp_semaphore_sleep(bell, 0), "once");
    ocsp_semaphore_ring(bell);
    ocsp_semaphore_ring(bell);
    ocsp_semaphore_clear(bell);
    ok(!ocsp_semaphore_sleep(bell, 0), "what rang is forgotten");
    free(bell);
}

static void test_next(void)
{
    ocsp_sign_slots_ticket_t s1 = make(A, 2, 8), s2 = make(A, 2, 8);
    ocsp_sign_slots_ticket_t w1 = make(A, 2, 8), w2 = make(A, 2, 8);
    ocsp_sign_slots_ticket_t b = make(B, 2, 8);

    begin();
    ok(!is_woken(&w1), "who does not wait does not sleep");
    (void)ocsp_sign_slots_enter(gate, &s1, NOW);
    (void)ocsp_sign_slots_enter(gate, &s2, NOW);
    (void)ocsp_sign_slots_wait(gate, &w1, NOW);
    (void)ocsp_sign_slots_wait(gate, &w2, NOW);
    ok(!is_woken(&w1) && !is_woken(&w2), "nobody is woken for nothing");
    ocsp_sign_slots_leave(gate, &s1, NOW);
    ok(!is_woken(&w2) && is_woken(&w1), "who came first is woken");
    ok(ocsp_sign_slots_enter(gate, &w1, NOW) && !is_woken(&w2),
       "and nobody else");

    (void)ocsp_sign_slots_wait(gate, &b, NOW);
    ocsp_sign_slots_leave(gate, &s2, NOW);
    ok(!is_woken(&w2) && is_woken(&b), "or he whose issuer's turn it is");
    ocsp_sign_slots_leave(gate, &b, NOW);
    ocsp_sign_slots_leave(gate, &w1, NOW);
    ok(is_woken(&w2) && !is_woken(&w2), "he that is left, once");
}

static void test_two_leave(void)
{
    ocsp_sign_slots_ticket_t s1 = make(A, 2, 8), s2 = make(A, 2, 8);
    ocsp_sign_slots_ticket_t w[3] = {make(A, 2, 8), make(A, 2, 8),
                                     make(A, 2, 8)};
    unsigned i;

    begin();
    (void)ocsp_sign_slots_enter(gate, &s1, NOW);
    (void)ocsp_sign_slots_enter(gate, &s2, NOW);
    for (i = 0; i < 3; i++) {
        (void)ocsp_sign_slots_wait(gate, &w[i], NOW);
    }
    ocsp_sign_slots_leave(gate, &s1, NOW);
    ocsp_sign_slots_leave(gate, &s2, NOW);
    ok(is_woken(&w[0]) && is_woken(&w[1]) && !is_woken(&w[2]),
       "two who leave wake two");

    w[0] = make(A, 1, 8);
    w[1] = make(A, 1, 8);
    begin_waiting(&s1, &w[0], &w[1], 0);
    ocsp_sign_slots_leave(gate, &s1, NOW);
    ocsp_sign_slots_leave(gate, &w[0], NOW);
    ok(is_woken(&w[1]), "who goes away although he was woken wakes another");
    ocsp_sign_slots_leave(gate, &w[1], NOW);
    (void)ocsp_sign_slots_wait(gate, &w[0], NOW);
    ok(!is_woken(&w[0]), "and was not woken when he comes again");
}

/* Who is woken and goes away without a look; who was silent for so long that he
 * is not waited for. */
static void test_too_late(void)
{
    ocsp_sign_slots_ticket_t s = make(A, 1, 8), w1 = make(A, 1, 8);
    ocsp_sign_slots_ticket_t w2 = make(A, 1, 8);

    begin_waiting(&s, &w1, &w2, 0);
    ocsp_sign_slots_leave(gate, &s, NOW);
    ok(is_woken(&w1), "who is woken");
    ocsp_sign_slots_leave(gate, &w1, NOW);
    ok(is_woken(&w2), "and goes away without a look wakes another");
    ocsp_sign_slots_leave(gate, &w2, NOW);

    begin_waiting(&s, &w1, &w2, 100);
    ocsp_sign_slots_leave(gate, &s, NOW + 201);
    ok(!is_woken(&w1) && is_woken(&w2),
       "who is silent for long is passed over");
}

/* Only the first sleeps no longer than a place rests: who is first by then? */
static void test_rest(void)
{
    ocsp_sign_slots_ticket_t s = make(A, 1, 8), w1 = make(A, 1, 8);
    ocsp_sign_slots_ticket_t w2 = make(A, 1, 8), many = make(A, 1, 1);

    begin_waiting(&s, &w1, &w2, 0);
    ocsp_sign_slots_rest(gate, &s, NOW, 40);
    ok(is_woken(&w1) && !is_woken(&w2), "who is first learns of a rest");
    ok(!ocsp_sign_slots_enter(gate, &w1, NOW), "and waits until it is over");
    ok(!ocsp_sign_slots_wait(gate, &many, NOW) && !is_woken(&w2),
       "who finds no room to wait in wakes nobody");
    ocsp_sign_slots_leave(gate, &w1, NOW + 10);
    ok(is_woken(&w2), "who is first when he goes away does so, too");
}

/* Two places and two issuers: when both of one are woken, and one signs, it is
 * the other's turn. */
static void test_turn(void)
{
    ocsp_sign_slots_ticket_t s1 = make(A, 2, 8), s2 = make(A, 2, 8);
    ocsp_sign_slots_ticket_t a1 = make(A, 2, 8), a2 = make(A, 2, 8);
    ocsp_sign_slots_ticket_t b1 = make(B, 2, 8), b2 = make(B, 2, 8);

    begin();
    (void)ocsp_sign_slots_enter(gate, &s1, NOW);
    (void)ocsp_sign_slots_enter(gate, &s2, NOW);
    (void)ocsp_sign_slots_wait(gate, &a1, NOW);
    (void)ocsp_sign_slots_wait(gate, &a2, NOW);
    (void)ocsp_sign_slots_wait(gate, &b1, NOW);
    (void)ocsp_sign_slots_wait(gate, &b2, NOW);
    ocsp_sign_slots_leave(gate, &s1, NOW);
    ocsp_sign_slots_leave(gate, &s2, NOW);
    ok(is_woken(&b1) && is_woken(&b2) && !is_woken(&a1), "an issuer's turn");
    ok(ocsp_sign_slots_enter(gate, &b1, NOW)
           && !ocsp_sign_slots_enter(gate, &b2, NOW),
       "is over when one signs");
    ok(is_woken(&a1) && ocsp_sign_slots_enter(gate, &a1, NOW),
       "who wakes another's");
}

/* Who was killed is waited for until he has been silent for long. */
static void test_dead(void)
{
    ocsp_sign_slots_ticket_t s = make(A, 1, 8), w1 = make(A, 1, 8);
    ocsp_sign_slots_ticket_t w2 = make(A, 1, 8);

    begin_waiting(&s, &w1, &w2, 150);
    ocsp_sign_slots_leave(gate, &s, NOW); /* wakes who is dead */
    ok(!is_woken(&w2) && !ocsp_sign_slots_enter(gate, &w2, NOW + 200)
           && ocsp_sign_slots_enter(gate, &w2, NOW + 201),
       "who does not come any more is not waited for");
    w1 = make(A, 1, 8);
    (void)ocsp_sign_slots_wait(gate, &w1, NOW + 201);
    ocsp_sign_slots_leave(gate, &w2, NOW + 201);
    ok(is_woken(&w1), "nor woken again");
    (void)ocsp_sign_slots_wait(gate, &s, NOW + OCSP_SIGN_SLOTS_LOST_MS + 1);
    ok(s.waiting_place == 0 && !is_woken(&s),
       "who has his place does not hear what rang for him");
}

static void *leave(void *ticket)
{
    ocsp_sign_slots_leave(gate, ticket, NOW);
    return NULL;
}

static void test_thread(void)
{
    ocsp_sign_slots_ticket_t s = make(A, 1, 8), w = make(A, 1, 8);
    pthread_t thread;

    begin();
    (void)ocsp_sign_slots_enter(gate, &s, NOW);
    (void)ocsp_sign_slots_wait(gate, &w, NOW);
    if (pthread_create(&thread, NULL, leave, &s) != 0) {
        ok(0, "a thread begins");
        return;
    }
    ok(ocsp_sign_slots_sleep(gate, &w, find_late())
           && ocsp_sign_slots_enter(gate, &w, NOW),
       "who sleeps is woken by who leaves");
    pthread_join(thread, NULL);
}

int main(void)
{
    test_bell();
    test_next();
    test_two_leave();
    test_too_late();
    test_rest();
    test_turn();
    test_dead();
    test_thread();
    free(gate);
    return done_testing();
}
