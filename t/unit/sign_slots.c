/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slots to sign in and to wait in: their limits, their order, and what becomes
 * of those of processes that died or were stopped.
 */
#include "shared/sign_slots.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define NOW INT64_C(1767225600000)
#define A 7
#define B 8

static ocsp_sign_slots_t *slots;

static void begin(void)
{
    free(slots);
    slots = aligned_alloc(64, ocsp_sign_slots_size());
    if (slots == NULL) {
        abort();
    }
    memset(slots, 0, ocsp_sign_slots_size());
    slots = ocsp_sign_slots_init(slots);
}

static ocsp_sign_slots_ticket_t make_for(int32_t pid, uint32_t issuer,
                                         unsigned limit, unsigned max_waiting)
{
    ocsp_sign_slots_ticket_t t;

    ocsp_sign_slots_make_ticket(&t, pid, issuer, limit, max_waiting);
    return t;
}

static ocsp_sign_slots_ticket_t make(uint32_t issuer, unsigned limit,
                                     unsigned max_waiting)
{
    return make_for((int32_t)getpid(), issuer, limit, max_waiting);
}

static bool count_at(int64_t now_ms, unsigned signing, unsigned waiting)
{
    unsigned s, w;

    ocsp_sign_slots_count(slots, now_ms, &s, &w);
    return s == signing && w == waiting;
}

static void test_limit(void)
{
    ocsp_sign_slots_ticket_t t[3] = {make(A, 2, 0), make(A, 2, 0),
                                     make(A, 2, 0)};

    begin();
    ok(count_at(NOW, 0, 0), "no slot is held at first");
    ok(ocsp_sign_slots_take(slots, &t[0], NOW)
           && ocsp_sign_slots_take(slots, &t[1], NOW) && count_at(NOW, 2, 0),
       "as many slots as the limit says");
    ok(!ocsp_sign_slots_take(slots, &t[2], NOW), "and no more");
    ocsp_sign_slots_release(slots, &t[0], NOW, 0);
    ocsp_sign_slots_release(slots, &t[0], NOW, 0);
    ok(count_at(NOW, 1, 0) && ocsp_sign_slots_take(slots, &t[2], NOW),
       "a slot that is released is taken again");
    ok(!ocsp_sign_slots_take(slots, &t[0], NOW), "once");
    t[0] = make(A, 3, 0);
    ok(ocsp_sign_slots_take(slots, &t[0], NOW), "a higher limit has more");
    t[0] = make(A, OCSP_SIGN_SLOTS_MAX + 1, OCSP_SIGN_SLOTS_MAX + 1);
    ok(t[0].limit == OCSP_SIGN_SLOTS_MAX
           && t[0].max_waiting == OCSP_SIGN_SLOTS_MAX,
       "there is a largest number of slots");
}

/* How many requests of one issuer get a slot to wait in. */
static unsigned fill(ocsp_sign_slots_ticket_t *t, uint32_t issuer, unsigned max)
{
    unsigned n = 0;

    t[0] = make(issuer, 1, max);
    while (ocsp_sign_slots_wait(slots, &t[n], NOW)) {
        t[++n] = make(issuer, 1, max);
    }
    return n;
}

static void test_waiting(void)
{
    static const unsigned most[] = {0, 1, 1, 2, 3, 3, 4, 5, 6};
    ocsp_sign_slots_ticket_t a[9], b[9];
    unsigned max;

    for (max = 0; max <= 8; max++) {
        begin();
        ok(fill(a, A, max) == most[max],
           "of %u slots to wait in, one issuer has three quarters", max);
    }
    ok(count_at(NOW, 0, 6), "they are counted");
    is_int(fill(b, B, 8), 2, "another issuer has the others");
    ocsp_sign_slots_release(slots, &a[0], NOW, 0);
    is_int(fill(b, B, 8), 1, "and one that is released");
}

static void test_closed(void)
{
    ocsp_sign_slots_ticket_t t = make(A, 1, 4), next = make(A, 1, 4);

    begin();
    (void)ocsp_sign_slots_take(slots, &t, NOW);
    ocsp_sign_slots_release(slots, &t, NOW, 20);
    ok(!ocsp_sign_slots_take(slots, &next, NOW)
           && !ocsp_sign_slots_take(slots, &next, NOW + 19),
       "a slot that was closed is not taken");
    ok(count_at(NOW + 10, 0, 0), "though nobody signs");
    ok(!ocsp_sign_slots_take(slots, &next, NOW - 1),
       "nor if the clock goes back a little");
    ok(ocsp_sign_slots_take(slots, &next, NOW + 20), "until the time is over");
    ocsp_sign_slots_release(slots, &next, NOW, OCSP_SIGN_SLOTS_CLOSED_MS);
    ok(ocsp_sign_slots_take(slots, &t, NOW - 1000),
       "a clock that goes back by more opens it");
}

static void test_order(void)
{
    ocsp_sign_slots_ticket_t first = make(A, 1, 4), waits = make(A, 1, 4);
    ocsp_sign_slots_ticket_t late = make(B, 1, 4);

    begin();
    (void)ocsp_sign_slots_take(slots, &first, NOW);
    ok(ocsp_sign_slots_wait(slots, &waits, NOW)
           && !ocsp_sign_slots_take(slots, &waits, NOW),
       "one request signs, one waits");
    ocsp_sign_slots_release(slots, &first, NOW, 0);
    ok(!ocsp_sign_slots_take(slots, &late, NOW),
       "a free slot is for requests that wait");
    ok(ocsp_sign_slots_take(slots, &waits, NOW) && count_at(NOW, 1, 0),
       "which then wait no more");
    ocsp_sign_slots_release(slots, &waits, NOW, 0);
    ok(ocsp_sign_slots_take(slots, &late, NOW), "if none waits, for any");
}

static void test_stopped(void)
{
    const int64_t lost = NOW + OCSP_SIGN_SLOTS_LOST_MS + 1;
    ocsp_sign_slots_ticket_t stopped = make(A, 1, 1), next = make(A, 1, 1);
    ocsp_sign_slots_ticket_t other = make(A, 1, 1);

    begin();
    (void)ocsp_sign_slots_take(slots, &stopped, NOW);
    ok(!ocsp_sign_slots_take(slots, &next, lost - 1),
       "a slot is held for so long");
    ok(ocsp_sign_slots_take(slots, &next, lost), "and then free");
    ocsp_sign_slots_release(slots, &stopped, lost, 0);
    ok(count_at(lost, 1, 0) && !ocsp_sign_slots_take(slots, &other, lost),
       "the process that goes on does not release what is another's");
    (void)ocsp_sign_slots_wait(slots, &other, lost);
    ok(count_at(lost + 2 * OCSP_SIGN_SLOTS_LOST_MS, 0, 0),
       "the same holds for slots to wait in");
    ok(count_at(lost - 2 * OCSP_SIGN_SLOTS_LOST_MS, 0, 0),
       "and where the clock was set back");
}

static void test_dead(void)
{
    ocsp_sign_slots_ticket_t dead, next = make(A, 1, 1);
    pid_t child = fork();

    if (child == 0) {
        _exit(0);
    }
    ok(child > 0 && waitpid(child, NULL, 0) == child, "a process has died");
    begin();
    dead = make_for((int32_t)child, A, 1, 1);
    (void)ocsp_sign_slots_take(slots, &dead, NOW);
    ok(!ocsp_sign_slots_take(slots, &next, NOW + 500)
           && ocsp_sign_slots_take(slots, &next, NOW + 1500),
       "its slot is free earlier than that of a stopped process");
}

static int64_t get_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_sleep(void)
{
    ocsp_sign_slots_ticket_t signs = make(A, 1, 4), waits = make(A, 1, 4);
    int64_t now = get_now_ms();

    begin();
    (void)ocsp_sign_slots_take(slots, &signs, now);
    (void)ocsp_sign_slots_wait(slots, &waits, now);
    ocsp_sign_slots_sleep(slots, now, now);
    ok(!ocsp_sign_slots_take(slots, &waits, now), "a sleep ends in time");
    ocsp_sign_slots_release(slots, &signs, now, 0);
    /* with an end that far off it would take longer than any test may */
    ocsp_sign_slots_sleep(slots, now + 3600 * INT64_C(1000),
                          now + 7200 * INT64_C(1000));
    ok(ocsp_sign_slots_take(slots, &waits, now), "a release ends it as well");
}

int main(void)
{
    test_limit();
    test_waiting();
    test_closed();
    test_order();
    test_stopped();
    test_dead();
    test_sleep();
    free(slots);
    return done_testing();
}
