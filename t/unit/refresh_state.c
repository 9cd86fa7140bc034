/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The state of the looks for changes: when one is due, that nobody looks, a
 * loader that died, which process signs ahead of need.
 */
#include "shared/refresh_state.h"

#include <apr_general.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define ROOM ((apr_size_t)1 << 20)
#define NOW 1000000
#define HOUR_S 3600

static ocsp_arena_t *arena;

static void test_due(void)
{
    ok(ocsp_refresh_state_is_due(arena, NOW, 60),
       "the first look is due at once");
    ocsp_refresh_state_set_due(arena, NOW + 60);
    ok(!ocsp_refresh_state_is_due(arena, NOW + 59, 60), "the next one is not");
    ok(ocsp_refresh_state_is_due(arena, NOW + 60, 60),
       "until its time has come");
    ok(!ocsp_refresh_state_is_due(arena, NOW + 60, 0),
       "with OCSPRefresh off none");
    ok(ocsp_refresh_state_is_due(arena, NOW - 1, 60),
       "a clock that was put back does not hold it off");
}

static void test_order(void)
{
    is_int((long long)ocsp_refresh_state_get_first(arena, 0), 0,
           "no issuer at all");
    ocsp_refresh_state_set_first(arena, 7);
    is_int((long long)ocsp_refresh_state_get_first(arena, 10), 7,
           "a look begins where the last one stopped");
    is_int((long long)ocsp_refresh_state_get_first(arena, 5), 2,
           "also if there are fewer issuers now");
    ocsp_refresh_state_end(arena, NOW, NOW + 90);
    is_int((long long)ocsp_refresh_state_get_first(arena, 10), 8,
           "after a whole one the next begins with the next issuer");
    ok(!ocsp_refresh_state_is_due(arena, NOW + 89, 100)
           && ocsp_refresh_state_is_due(arena, NOW + 90, 100),
       "and is due when that says");
}

static int64_t get_overdue(int64_t now, int64_t refresh_s)
{
    ocsp_refresh_state_t state;

    ocsp_refresh_state_get(&state, arena, now, refresh_s);
    return state.overdue_s;
}

static void test_overdue(void)
{
    is_int(get_overdue(NOW, 1), 0, "before the first look nothing is overdue");
    ocsp_refresh_state_end(arena, NOW, NOW + 60);
    is_int(get_overdue(NOW + 30, 1), 0, "30 seconds are allowed");
    is_int(get_overdue(NOW + 31, 1), 31, "and no more");
    is_int(get_overdue(NOW + 180, 60), 0, "or three times OCSPRefresh");
    is_int(get_overdue(NOW + 181, 60), 181, "and no more");
    is_int(get_overdue(NOW + 10000, 0), 0, "with OCSPRefresh off any time");
    ocsp_refresh_state_begin_load(arena, 0, UINT64_C(500) << 20);
    is_int(get_overdue(NOW + 80, 1), 0, "a large file may take longer");
    is_int(get_overdue(NOW + 81, 1), 81, "by a second for 10 MB");
    ocsp_refresh_state_end_load(arena);

    ok(!ocsp_refresh_state_log_resumed(arena), "nothing was logged yet");
    ok(ocsp_refresh_state_log_overdue(arena, NOW), "it is logged");
    ok(!ocsp_refresh_state_log_overdue(arena, NOW + HOUR_S - 1), "once");
    ok(ocsp_refresh_state_log_overdue(arena, NOW + HOUR_S), "and each hour");
    ok(ocsp_refresh_state_log_resumed(arena), "so is that it is over");
    ok(!ocsp_refresh_state_log_resumed(arena), "once");
}

static void test_death(void)
{
    ocsp_refresh_state_t state;
    size_t slot = 0;
    int32_t pid = 0;
    pid_t child;
    int status;

    ok(!ocsp_refresh_state_find_dead(&slot, &pid, arena), "no loader has died");
    child = fork();
    if (child == 0) {
        ocsp_refresh_state_begin_load(arena, 1, 12345);
        _exit(0);
    }
    ok(child > 0 && waitpid(child, &status, 0) == child,
       "a process begins to load and dies");
    ocsp_refresh_state_get(&state, arena, NOW, 1);
    ok(state.loading && state.slot == 1 && state.pid == (int32_t)child
           && state.octets == 12345,
       "which anybody can see");
    ok(ocsp_refresh_state_find_dead(&slot, &pid, arena) && slot == 1
           && pid == (int32_t)child,
       "the next writer finds what it was");
    ok(!ocsp_refresh_state_find_dead(&slot, &pid, arena), "once");
}

static void test_presigner(void)
{
    pid_t child;
    int status = 1;

    ok(ocsp_refresh_state_presign(arena, NOW), "a process signs ahead of need");
    ok(ocsp_refresh_state_presign(arena, NOW + 1), "and goes on");
    child = fork();
    if (child == 0) {
        _exit((ocsp_refresh_state_presign(arena, NOW + 3) ? 1 : 0)
              | (ocsp_refresh_state_presign(arena, NOW + 4) ? 0 : 2));
    }
    ok(child > 0 && waitpid(child, &status, 0) == child && status == 0,
       "another one takes over after three seconds without a sign of life");
    ok(!ocsp_refresh_state_presign(arena, NOW + 5), "and not both do");
    ok(ocsp_refresh_state_may_presign(arena, NOW - 1),
       "a clock that was put back does not end it");
}

int main(void)
{
    static const unsigned char ids[2][OCSP_TABLE_ID_LEN] = {{1}, {2}};
    apr_pool_t *pool;
    const char *why = "";
    size_t slot;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    if (ocsp_arena_make(&arena, ROOM, ROOM, &why, pool) != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        return 1;
    }
    ocsp_arena_begin(arena);
    (void)ocsp_arena_assign_slot(&slot, arena, ids[0], true, &why);
    (void)ocsp_arena_assign_slot(&slot, arena, ids[1], true, &why);
    test_due();
    test_order();
    test_overdue();
    test_death();
    test_presigner();
    apr_terminate();
    return done_testing();
}
