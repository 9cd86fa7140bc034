/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The gate: how many sign and wait, whose turn it is, and what becomes of the
 * places of those who died.
 */
#include <sys/wait.h>

#include "sign_slots_tests.h"
#include "tap.h"

#define PID 4711

static void test_limit(void)
{
    ocsp_sign_slots_ticket_t t[3] = {make(A, 2, 0), make(A, 2, 0),
                                     make(A, 2, 0)};

    begin();
    ok(count_is(0, 0), "nobody signs at first");
    ok(ocsp_sign_slots_enter(gate, &t[0], NOW)
           && ocsp_sign_slots_enter(gate, &t[1], NOW),
       "as many sign as may");
    ok(ocsp_sign_slots_enter(gate, &t[1], NOW) && count_is(2, 0),
       "who signs already is not counted twice");
    ok(!ocsp_sign_slots_enter(gate, &t[2], NOW), "and no more");
    ocsp_sign_slots_leave(gate, &t[0], NOW);
    ocsp_sign_slots_leave(gate, &t[0], NOW);
    ok(count_is(1, 0) && ocsp_sign_slots_enter(gate, &t[2], NOW),
       "whoever leaves makes room for one");
    ok(!ocsp_sign_slots_enter(gate, &t[0], NOW), "for one only");
    t[0] = make(A, 3, 0);
    ok(ocsp_sign_slots_enter(gate, &t[0], NOW), "a higher limit lets more in");
    ocsp_sign_slots_make_ticket(&t[0], PID, A, OCSP_SIGN_SLOTS_MAX + 1,
                                OCSP_SIGN_SLOTS_MAX + 1);
    ok(t[0].limit == OCSP_SIGN_SLOTS_MAX && t[0].waiting == OCSP_SIGN_SLOTS_MAX,
       "there are so many places at most");
}

/* How many of an issuer find a place to wait in, one after the other. */
static unsigned fill(ocsp_sign_slots_ticket_t *t, uint32_t issuer,
                     unsigned places)
{
    unsigned n = 0;

    t[0] = make(issuer, 1, places);
    while (ocsp_sign_slots_wait(gate, &t[n], NOW)) {
        t[++n] = make(issuer, 1, places);
    }
    return n;
}

static void test_waiting(void)
{
    static const unsigned most[] = {0, 1, 1, 2, 3, 3, 4, 5, 6};
    ocsp_sign_slots_ticket_t a[9], b[9], more = make(A, 1, 8),
                                         c = make(C, 1, 8);
    unsigned places, n;

    for (places = 0; places <= 8; places++) {
        begin();
        n = fill(a, A, places);
        ok(n == most[places] && count_is(0, n),
           "of %u places an issuer alone waits in %u (got %u)", places,
           most[places], n);
    }
    ok(ocsp_sign_slots_wait(gate, &a[0], NOW) && count_is(0, 6),
       "who waits already takes no other place");
    is_int(fill(b, B, 8), 2, "another has what is left");
    ok(!ocsp_sign_slots_wait(gate, &c, NOW), "and a third nothing");
    for (n = 0; n < 2; n++) {
        ocsp_sign_slots_leave(gate, &a[n], NOW);
        ok(!ocsp_sign_slots_wait(gate, &more, NOW),
           "then the first has half of the places: not the one it gives back");
    }
    ok(ocsp_sign_slots_wait(gate, &c, NOW) && fill(b, B, 8) == 1,
       "what it gives back is for others");
    ocsp_sign_slots_leave(gate, &a[2], NOW);
    ok(ocsp_sign_slots_wait(gate, &more, NOW)
           && !ocsp_sign_slots_wait(gate, &a[0], NOW),
       "up to half is its own");
    ok(ocsp_sign_slots_enter(gate, &a[3], NOW) && count_is(1, 7),
       "who begins to sign waits no more");
}

/* Lets those who want to sign try in this order until one may; it leaves, and waits
 * again. */
static uint32_t serve(ocsp_sign_slots_ticket_t *const *wanting, size_t n,
                      int64_t now)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (ocsp_sign_slots_enter(gate, wanting[i], now)) {
            ocsp_sign_slots_leave(gate, wanting[i], NOW);
            return ocsp_sign_slots_wait(gate, wanting[i], now)
                     ? wanting[i]->issuer
                     : 0;
        }
    }
    return 0;
}

static char letter_of(uint32_t issuer)
{
    switch (issuer) {
    case A:
        return 'A';
    case B:
        return 'B';
    case C:
        return 'C';
    default:
        return '-';
    }
}

/* The issuers that sign, one after the other. */
static const char *served(ocsp_sign_slots_ticket_t *const *wanting, size_t n,
                          size_t times)
{
    static char letters[16];
    size_t i;

    for (i = 0; i < times; i++) {
        letters[i] = letter_of(serve(wanting, n, NOW));
    }
    letters[times] = '\0';
    return letters;
}

static void test_turns(void)
{
    ocsp_sign_slots_ticket_t a1 = make(A, 1, 8), a2 = make(A, 1, 8);
    ocsp_sign_slots_ticket_t a3 = make(A, 1, 8), b = make(B, 1, 8);
    ocsp_sign_slots_ticket_t c = make(C, 1, 8);
    ocsp_sign_slots_ticket_t *const two[] = {&a1, &a2, &a3, &b};
    ocsp_sign_slots_ticket_t *const three[] = {&a1, &a2, &a3, &b, &c};

    begin();
    (void)ocsp_sign_slots_wait(gate, &a1, NOW);
    (void)ocsp_sign_slots_wait(gate, &a2, NOW);
    (void)ocsp_sign_slots_wait(gate, &a3, NOW);
    is_str(served(two, 3, 3), "AAA", "alone, an issuer signs again and again");
    (void)ocsp_sign_slots_wait(gate, &b, NOW);
    is_str(served(two, 4, 10), "BABABABABA",
           "two issuers take turns, however many ask for one first");
    (void)ocsp_sign_slots_wait(gate, &c, NOW);
    is_str(served(three, 5, 9), "CBACBACBA", "and so do three");
    ocsp_sign_slots_leave(gate, &b, NOW);
    ocsp_sign_slots_leave(gate, &c, NOW);
    is_str(served(two, 3, 3), "AAA", "those that left are waited for no more");
}

/* Whether, one after the other, only he may sign whose turn it is. */
static bool sign_in_turn(ocsp_sign_slots_ticket_t *const *turns, size_t n)
{
    size_t i, j, wrong = 0;

    for (i = 0; i < n; i++) {
        for (j = n - 1; j > i; j--) {
            wrong += ocsp_sign_slots_enter(gate, turns[j], NOW);
        }
        wrong += !ocsp_sign_slots_enter(gate, turns[i], NOW);
        ocsp_sign_slots_leave(gate, turns[i], NOW);
    }
    return wrong == 0;
}

static void test_first_come(void)
{
    ocsp_sign_slots_ticket_t a1 = make(A, 1, 8), a2 = make(A, 1, 8);
    ocsp_sign_slots_ticket_t a3 = make(A, 1, 8), b = make(B, 1, 8);
    ocsp_sign_slots_ticket_t *const turns[] = {&a2, &a1, &a3};
    ocsp_sign_slots_ticket_t *const both[] = {&b, &a1, &a2};

    begin();
    (void)ocsp_sign_slots_wait(gate, &a2, NOW);
    (void)ocsp_sign_slots_wait(gate, &a1, NOW);
    ok(!ocsp_sign_slots_enter(gate, &a3, NOW),
       "who comes last is not before others");
    (void)ocsp_sign_slots_wait(gate, &a3, NOW);
    ok(sign_in_turn(turns, 3), "within an issuer, who came first signs first");
    (void)ocsp_sign_slots_wait(gate, &a1, NOW);
    (void)ocsp_sign_slots_wait(gate, &a2, NOW);
    (void)ocsp_sign_slots_wait(gate, &b, NOW);
    ok(sign_in_turn(both, 3), "an issuer's turn is before who came first");
}

static void test_room_for_all(void)
{
    ocsp_sign_slots_ticket_t a = make(A, 2, 4), more = make(A, 2, 4);
    ocsp_sign_slots_ticket_t b = make(B, 2, 4);

    begin();
    (void)ocsp_sign_slots_enter(gate, &a, NOW);
    ocsp_sign_slots_leave(gate, &a, NOW);
    (void)ocsp_sign_slots_wait(gate, &b, NOW);
    ok(ocsp_sign_slots_enter(gate, &a, NOW),
       "nobody holds back where there is a place for all");
    ok(!ocsp_sign_slots_enter(gate, &more, NOW),
       "the last is for whose turn it is");
    ok(ocsp_sign_slots_enter(gate, &b, NOW), "who takes it");
}

static void test_silent(void)
{
    ocsp_sign_slots_ticket_t a = make(A, 1, 4), b = make(B, 1, 4);
    int64_t now;

    begin();
    (void)ocsp_sign_slots_enter(gate, &a, NOW);
    ocsp_sign_slots_leave(gate, &a, NOW);
    (void)ocsp_sign_slots_wait(gate, &b, NOW);
    ok(!ocsp_sign_slots_enter(gate, &a, NOW + 200),
       "one who waits is respected");
    ok(ocsp_sign_slots_enter(gate, &a, NOW + 201),
       "but not who has died while he waited");

    for (now = NOW; now < NOW + 1000; now += OCSP_SIGN_SLOTS_LOOK_MS) {
        (void)ocsp_sign_slots_enter(gate, &b, now);
    }
    ocsp_sign_slots_leave(gate, &a, NOW);
    ok(!ocsp_sign_slots_enter(gate, &a, now),
       "who asks again and again is alive");
    ok(!ocsp_sign_slots_enter(gate, &a, now - 250)
           && ocsp_sign_slots_enter(gate, &a, now - 251),
       "a clock that went back does not make him wait forever");
}

static void test_lost(void)
{
    ocsp_sign_slots_ticket_t dead = make(A, 1, 1), next = make(B, 1, 1);
    ocsp_sign_slots_ticket_t third = make(A, 1, 1);

    begin();
    (void)ocsp_sign_slots_enter(gate, &dead, NOW);
    ok(!ocsp_sign_slots_enter(gate, &next, NOW + OCSP_SIGN_SLOTS_LOST_MS),
       "a place is kept while its process lives");
    ok(ocsp_sign_slots_enter(gate, &next, NOW + OCSP_SIGN_SLOTS_LOST_MS + 1),
       "until it counts as lost");
    ocsp_sign_slots_leave(gate, &dead, NOW);
    ok(count_at(NOW + OCSP_SIGN_SLOTS_LOST_MS + 1, 1, 0)
           && !ocsp_sign_slots_enter(gate, &third,
                                     NOW + OCSP_SIGN_SLOTS_LOST_MS + 1),
       "who comes back late gives back nothing that is another's");
    ok(ocsp_sign_slots_enter(gate, &third, NOW),
       "after the clock went back as well");

    begin();
    (void)ocsp_sign_slots_wait(gate, &dead, NOW);
    ok(!ocsp_sign_slots_wait(gate, &next, NOW + OCSP_SIGN_SLOTS_LOST_MS),
       "likewise for those who wait");
    ok(ocsp_sign_slots_wait(gate, &next, NOW + OCSP_SIGN_SLOTS_LOST_MS + 1),
       "until they count as lost");
    ocsp_sign_slots_leave(gate, &dead, NOW);
    ok(count_at(NOW + OCSP_SIGN_SLOTS_LOST_MS + 1, 0, 1),
       "who comes late gives back nothing here either");
    ok(count_at(NOW + 3 * OCSP_SIGN_SLOTS_LOST_MS, 0, 0),
       "what was lost is not counted");
}

/* The number of a process that there is no more. */
static int32_t get_dead_pid(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    return waitpid(pid, NULL, 0) == pid ? (int32_t)pid : 0;
}

static void test_dead_process(void)
{
    ocsp_sign_slots_ticket_t dead, next = make(A, 1, 1), third = make(A, 1, 1);

    begin();
    ocsp_sign_slots_make_ticket(&dead, get_dead_pid(), A, 1, 1);
    ok(ocsp_sign_slots_enter(gate, &dead, NOW), "a process signs and dies");
    ok(!ocsp_sign_slots_enter(gate, &next, NOW + 1000),
       "which is not asked at once");
    ok(ocsp_sign_slots_enter(gate, &next, NOW + 1001),
       "but before it counts as lost");
    ok(!ocsp_sign_slots_enter(gate, &third,
                              NOW + 1001 + OCSP_SIGN_SLOTS_LOST_MS),
       "one that lives keeps what it has");
    dead.signing_place = -1;
    ok(ocsp_sign_slots_wait(gate, &dead, NOW)
           && ocsp_sign_slots_wait(gate, &next, NOW + 1001)
           && !ocsp_sign_slots_wait(gate, &third,
                                    NOW + 1001 + OCSP_SIGN_SLOTS_LOST_MS),
       "and so for those who wait");
}

int main(void)
{
    test_limit();
    test_waiting();
    test_turns();
    test_first_come();
    test_room_for_all();
    test_silent();
    test_lost();
    test_dead_process();
    free(gate);
    return done_testing();
}
