/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The gate: places that rest after a signature, and for how long.
 */
#include "sign_slots_tests.h"
#include "tap.h"

/* Signs, and leaves a place that rests. */
static void sign_and_rest(int64_t now_ms, uint32_t rest_ms)
{
    ocsp_sign_slots_ticket_t t = make(A, 1, 1);

    (void)ocsp_sign_slots_enter(gate, &t, now_ms);
    ocsp_sign_slots_rest(gate, &t, now_ms, rest_ms);
}

/* Whether one place is free at a time; it is so afterwards as well. */
static bool is_free_at(int64_t now_ms)
{
    ocsp_sign_slots_ticket_t t = make(B, 1, 1);
    bool is = ocsp_sign_slots_enter(gate, &t, now_ms);

    ocsp_sign_slots_leave(gate, &t, NOW);
    return is;
}

static void test_rest(void)
{
    const int64_t later = NOW + OCSP_SIGN_SLOTS_LOST_MS + 1;
    ocsp_sign_slots_ticket_t a = make(A, 1, 1), wide = make(A, 2, 1), b;

    begin();
    sign_and_rest(NOW, 40);
    ok(count_is(0, 0), "who rests does not sign");
    ok(!is_free_at(NOW) && !is_free_at(NOW + 39), "a place rests");
    ok(is_free_at(NOW + 40), "and is free afterwards");

    sign_and_rest(NOW, 40);
    is_int(ocsp_sign_slots_find_nap(gate, &a, NOW + 10), 30,
           "it says for how long");
    ok(ocsp_sign_slots_enter(gate, &wide, NOW),
       "where another place does not, nobody has to wait for it");
    is_int(ocsp_sign_slots_find_nap(gate, &wide, NOW + 10), 30,
           "whoever has that gives it back at any time");
    ocsp_sign_slots_rest(gate, &wide, NOW, 25);
    is_int(ocsp_sign_slots_find_nap(gate, &wide, NOW + 10), 15,
           "of two that rest, one is free before the other");
    ok(ocsp_sign_slots_wait(gate, &a, NOW) && count_is(0, 1),
       "one can wait for a place that rests");
    ok(!ocsp_sign_slots_enter(gate, &a, NOW + 39)
           && ocsp_sign_slots_enter(gate, &a, NOW + 40)
           && count_at(NOW + 40, 1, 0),
       "and has it when that is over");

    begin();
    sign_and_rest(NOW, 0);
    ok(is_free_at(NOW), "no rest is none");
    a = make(A, 1, 1);
    (void)ocsp_sign_slots_enter(gate, &a, NOW);
    b = make(B, 1, 1);
    (void)ocsp_sign_slots_enter(gate, &b, later);
    ocsp_sign_slots_rest(gate, &a, later, 40);
    ok(count_at(later, 1, 0), "who comes back late makes no other rest");
    ocsp_sign_slots_leave(gate, &b, NOW);
    ok(is_free_at(later), "nor its place");
}

/* What stands in a word wraps around every 50 days, and clocks jump. */
static void test_rest_clock(void)
{
    const int64_t wrap = INT64_C(7) << 32;

    begin();
    sign_and_rest(NOW, 40);
    ok(is_free_at(NOW + 86400000), "a clock that went on ends a rest");
    sign_and_rest(NOW, 40);
    ok(is_free_at(NOW - 86400000), "one that went back does so");
    sign_and_rest(NOW, UINT32_MAX);
    ok(!is_free_at(NOW + OCSP_SIGN_SLOTS_REST_MAX_MS - 1)
           && is_free_at(NOW + OCSP_SIGN_SLOTS_REST_MAX_MS),
       "no rest is longer than the longest");
    sign_and_rest(NOW, OCSP_SIGN_SLOTS_REST_MAX_MS);
    ok(is_free_at(NOW - 1), "nor when the clock went back a little");

    begin();
    ok(is_free_at(wrap - 1) && is_free_at(wrap) && is_free_at(wrap - 1000),
       "what never rested is free when the milliseconds wrap around");
    sign_and_rest(wrap - 10, 40);
    ok(!is_free_at(wrap - 1) && !is_free_at(wrap) && !is_free_at(wrap + 29)
           && is_free_at(wrap + 30),
       "a rest goes on while they do");
}

/* While places rest, one sleeps until the rest is over, and wakes the others. */
static void test_nap(void)
{
    ocsp_sign_slots_ticket_t first = make(A, 1, 4), second = make(A, 1, 4),
                             third;

    begin();
    (void)ocsp_sign_slots_wait(gate, &first, NOW);
    (void)ocsp_sign_slots_wait(gate, &second, NOW);
    is_int(ocsp_sign_slots_find_nap(gate, &first, NOW), OCSP_SIGN_SLOTS_LOOK_MS,
           "where no place rests, one sleeps until he is woken, "
           "but looks now and then");
    sign_and_rest(NOW - OCSP_SIGN_SLOTS_LOST_MS, 20);
    ocsp_sign_slots_leave(gate, &first, NOW);
    sign_and_rest(NOW, 20);
    (void)ocsp_sign_slots_wait(gate, &first, NOW);
    is_int(ocsp_sign_slots_find_nap(gate, &first, NOW), OCSP_SIGN_SLOTS_LOOK_MS,
           "so does who is not next while a place rests");
    is_int(ocsp_sign_slots_find_nap(gate, &second, NOW), 20,
           "who is next sleeps as long as that");
    sign_and_rest(NOW + 20, OCSP_SIGN_SLOTS_REST_MAX_MS);
    is_int(ocsp_sign_slots_find_nap(gate, &second, NOW + 20),
           OCSP_SIGN_SLOTS_LOOK_MS, "but never longer");

    begin();
    sign_and_rest(NOW, 20);
    first = make(A, 2, 4);
    second = make(A, 2, 4);
    third = make(A, 2, 4);
    (void)ocsp_sign_slots_wait(gate, &first, NOW);
    (void)ocsp_sign_slots_wait(gate, &second, NOW);
    (void)ocsp_sign_slots_wait(gate, &third, NOW);
    ok(ocsp_sign_slots_find_nap(gate, &first, NOW) == 20
           && ocsp_sign_slots_find_nap(gate, &second, NOW) == 20
           && ocsp_sign_slots_find_nap(gate, &third, NOW)
                  == OCSP_SIGN_SLOTS_LOOK_MS,
       "where two may sign, two are next");
}

static void test_find_rest(void)
{
    static const struct {
        uint64_t took_us, lost_us, in_us, hits;
        unsigned limit, processors;
        uint32_t rest_ms;
        const char *what;
    } cases[] = {
        {5000, 5000, 5000, 0, 1, 1, 0,
         "nothing is asked of the cache: no rest"},
        {5000, 5000, 0, 0, 1, 1, 0, "in no time either"},
        {5000, 5000, 50000, 25, 1, 1, 1, "a tenth is for the cache"},
        {5000, 5000, 50000, 125, 1, 1, 5, "half is: as long as the signature"},
        {5000, 5000, 50000, 200, 1, 1, 20, "four fifths: four times"},
        {5000, 5000, 50000, 230, 1, 1, 55, "a twelfth is for signatures"},
        {5000, 5000, 50000, 5000, 1, 1, 55, "whatever is asked of the cache"},
        {5000, 5000, 0, 1, 1, 1, 55, "or in no time"},
        {700, 700, 50000, 5000, 1, 1, 8, "a shorter signature, a shorter rest"},
        {40, 40, 50000, 5000, 1, 1, 0, "a device signs: hardly any"},
        {5000, 5000, 50000, 500, 4, 4, 5,
         "four processors give as many answers"},
        {5000, 5000, 50000, 500, 1, 4, 5, "and one may sign"},
        {5000, 5000, 50000, 125, 4, 1, 20,
         "four sign on one: each for a quarter"},
        {5000, 5000, 50000, 5000, 4, 1, 220, "at the most likewise"},
        {900000, 900000, 900000, 90000, 1, 1, OCSP_SIGN_SLOTS_REST_MAX_MS,
         "never longer"},
        {UINT64_MAX, UINT64_MAX, 1, UINT64_MAX, 256, 1,
         OCSP_SIGN_SLOTS_REST_MAX_MS, "whatever is counted"},
        {5000, 0, 50000, 5000, 1, 1, 0, "a signature that met nobody: no rest"},
        {5000, 1249, 50000, 5000, 1, 1, 0, "nor one that hardly did"},
        {5000, 1250, 50000, 125, 1, 1, 1, "one that did: as long as it lost"},
        {5000, 20000, 50000, 125, 1, 1, 5, "but not longer than it took"},
        {40, 200000, 200000, 5000, 1, 1, 0,
         "a device: time that it took is none"},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_int(ocsp_sign_slots_find_rest(cases[i].took_us, cases[i].lost_us,
                                         cases[i].in_us, cases[i].hits,
                                         cases[i].limit, cases[i].processors),
               cases[i].rest_ms, cases[i].what);
    }
}

int main(void)
{
    test_rest();
    test_rest_clock();
    test_nap();
    test_find_rest();
    free(gate);
    return done_testing();
}
