/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The arena as the process that looks for changes uses it: what a writer that
 * died has left, memory that goes back, renewed signers.
 */
#include "shared/arena.h"

#include <apr_general.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/segment.h"
#include "tables.h"
#include "tap.h"

#define PAGE 4096
#define ROOM ((apr_size_t)8 << 20)
#define BIG 50000 /* entries of a table of some hundred pages */

static apr_pool_t *pool;
static ocsp_arena_t *arena;
static size_t slot;

/* Pages that are in memory, of the header and of the first tables behind it. */
static size_t count_resident(void)
{
    static unsigned char map[ROOM / PAGE];
    size_t i, n = 0;

    if (mincore(arena, ROOM, map) != 0) {
        return 0;
    }
    for (i = 0; i < ROOM / PAGE; i++) {
        n += map[i] & 1;
    }
    return n;
}

static void test_room_goes_back(void)
{
    size_t small, big, again;

    is_int(publish(arena, slot, id_a, 1000, 1, pool), APR_SUCCESS,
           "a small "
           "table");
    small = count_resident();
    is_int(publish(arena, slot, id_a, 2000, BIG, pool), APR_SUCCESS,
           "a large "
           "one");
    big = count_resident();
    is_int(publish(arena, slot, id_a, 3000, 1, pool), APR_SUCCESS,
           "and a small "
           "one");
    again = count_resident();
    ok(big > small + 100, "a large table takes memory (%lu and %lu pages)",
       (unsigned long)small, (unsigned long)big);
    ok(again <= small + 2, "which the system has again (%lu pages)",
       (unsigned long)again);
}

/* The writer is killed with room reserved, a half-written table in it, and in the
 * midst of a change. */
static void test_recovery(void)
{
    ocsp_record_t rec;
    const char *why = NULL;
    void *mem;
    uint64_t epoch = ocsp_arena_get_epoch(arena);
    size_t resident = count_resident();
    pid_t child = fork();
    int status;

    if (child == 0) {
        apr_status_t rv = ocsp_arena_reserve(&mem, arena, slot, ROOM - ROOM / 4,
                                             &why, pool);

        if (rv == APR_SUCCESS) {
            memset(mem, 0xff, 100 * PAGE);
        }
        atomic_fetch_or(&arena->epoch, 1); /* as begin_change */
        _exit(rv == APR_SUCCESS ? 0 : 1);
    }
    ok(child > 0 && waitpid(child, &status, 0) == child && status == 0,
       "a writer reserves most of the room and dies");
    ok(ocsp_arena_lookup(&rec, arena, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.listed && rec.this_update == 3000,
       "what was published is there");
    ok(ocsp_arena_get_epoch(arena) == 0, "no epoch counts for the moment");
    ocsp_arena_recover(arena);
    ok(epoch != 0 && ocsp_arena_get_epoch(arena) > epoch, "and then another");
    ok(count_resident() <= resident + 2,
       "the system has again what the dead writer wrote");
    ok(ocsp_arena_reserve(&mem, arena, 1, ROOM - ROOM / 4, &why, pool)
           == APR_SUCCESS,
       "the next has the room (%s)", why != NULL ? why : "");
    ocsp_arena_recover(arena);
    /* killed when its table was published, but counted as reserved as well */
    arena->slots[slot].reserved_page = atomic_load(&arena->slots[slot].word)
                                    >> 32;
    arena->slots[slot].reserved_len = PAGE;
    ocsp_arena_recover(arena);
    ok(ocsp_arena_lookup(&rec, arena, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.listed && rec.this_update == 3000,
       "a table that was just published stays");
}

static void test_signers(void)
{
    uint32_t before = ocsp_arena_get_signers(arena, slot);
    uint32_t other = ocsp_arena_get_signers(arena, 1);
    uint64_t epoch = ocsp_arena_get_epoch(arena);

    ocsp_arena_renew_signers(arena, slot);
    ok(ocsp_arena_get_signers(arena, slot) == before + 1,
       "renewed signers are counted");
    ok(epoch != 0 && ocsp_arena_get_epoch(arena) > epoch,
       "and another epoch begins");
    ok(ocsp_arena_get_signers(arena, 1) == other, "of one slot alone");
}

static void test_slots(void)
{
    ocsp_arena_slot_t got;
    const char *why;
    size_t third;

    ok(ocsp_arena_read_slot(&got, arena, slot, id_a), "a slot is its id's");
    ok(!ocsp_arena_read_slot(&got, arena, slot, id_b), "and no other's");
    ok(!ocsp_arena_read_slot(&got, arena, OCSP_SEGMENT_SLOTS, id_a),
       "nor is one that is none");
    is_int(ocsp_arena_get_configuration(arena), 1, "the first configuration");
    ocsp_arena_begin(arena);
    ocsp_arena_begin(arena);
    is_int(ocsp_arena_get_configuration(arena), 3, "and the third");
    ok(ocsp_arena_assign_slot(&third, arena, id_b, true, &why) == APR_SUCCESS
           && !ocsp_arena_read_slot(&got, arena, third, id_a),
       "what nobody has claimed since is another's");
}

/* What is said of a slot is said once in its time, one matter whatever was said
 * of another. */
static void test_raise(void)
{
    const char *why;
    size_t again;

    ok(ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_FAILED, 5000, 60)
           && !ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_FAILED, 5059,
                                        60),
       "a failed signature is said once in its time");
    ok(ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_ENDED, 5059, 3600),
       "and holds nothing else back");
    ok(ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_FAILED, 5060, 60),
       "nor does what is said less often hold it back");
    ok(!ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_ENDED, 8658, 3600)
           && ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_ENDED, 8659,
                                       3600),
       "which has a time of its own");
    ok(ocsp_arena_assign_slot(&again, arena, id_c, true, &why) == APR_SUCCESS
           && again == slot
           && ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_FAILED, 8659, 60)
           && ocsp_arena_log_complaint(arena, slot, OCSP_ARENA_ENDED, 8659,
                                       3600),
       "of another issuer in this slot nothing was said yet");
}

/* A writer that dies gives up the lock; one that lives does not. */
static void test_lock(void)
{
    pid_t child = fork();
    int status = 1;

    if (child == 0) {
        _exit(ocsp_arena_lock(arena) ? 0 : 1);
    }
    ok(child > 0 && waitpid(child, &status, 0) == child && status == 0,
       "a process becomes the writer and dies");
    ok(ocsp_arena_has_lock(arena) && ocsp_arena_lock(arena),
       "the next becomes it at once");
    child = fork();
    if (child == 0) {
        _exit(ocsp_arena_lock(arena) ? 1 : 0);
    }
    ok(child > 0 && waitpid(child, &status, 0) == child && status == 0,
       "nobody else does meanwhile");
    ocsp_arena_unlock(arena);
    ok(ocsp_arena_lock(arena), "it can be given up and had again");
    ocsp_arena_unlock(arena);
}

/* Workers of before do not answer from what nobody refreshes for them. */
static void test_serving(const char *why)
{
    ocsp_record_t rec;
    uint64_t epoch;
    size_t a, b;

    (void)ocsp_arena_assign_slot(&a, arena, id_a, true, &why);
    (void)ocsp_arena_assign_slot(&b, arena, id_b, true, &why);
    ocsp_arena_serve(arena);
    is_int(publish(arena, a, id_a, 3000, 1, pool), APR_SUCCESS, "one table");
    is_int(publish(arena, b, id_b, 3000, 1, pool), APR_SUCCESS, "and another");
    ocsp_arena_begin(arena);
    (void)ocsp_arena_assign_slot(&b, arena, id_b, true, &why);
    is_int(ocsp_arena_lookup(&rec, arena, a, id_a, listed, 3), APR_SUCCESS,
           "while a configuration claims its slots all tables are answered "
           "from");
    epoch = ocsp_arena_get_epoch(arena);
    ocsp_arena_serve(arena);
    is_int(ocsp_arena_lookup(&rec, arena, a, id_a, listed, 3), APR_ENOENT,
           "then not from one that it has not claimed");
    is_int(ocsp_arena_lookup(&rec, arena, b, id_b, listed, 3), APR_SUCCESS,
           "but from one that it has");
    ok(ocsp_arena_get_epoch(arena) > epoch, "and it is another epoch");
}

/* A parent that is not the writer leaves alone what the writer may write. */
static void test_claim_beside_writer(void)
{
    static const unsigned char id[OCSP_TABLE_ID_LEN] = {0x77};
    const char *why = "";
    size_t used, fresh, again;

    ocsp_arena_begin(arena);
    ocsp_arena_begin(arena);
    ocsp_arena_begin(arena); /* nobody holds any slot */
    ok(ocsp_arena_assign_slot(&fresh, arena, id, false, &why) == APR_SUCCESS
           && fresh == atomic_load(&arena->slot_count) - 1,
       "beside a writer a new issuer has a slot that was never used");
    ok(ocsp_arena_assign_slot(&again, arena, id, false, &why) == APR_SUCCESS
           && again == fresh,
       "and keeps it");
    ok(ocsp_arena_assign_slot(&used, arena, id_c, true, &why) == APR_SUCCESS
           && used < fresh,
       "the writer takes one that is free again");
}

static void test_room(void)
{
    const char *why = NULL;
    ocsp_arena_t *a = NULL;
    size_t i;
    void *mem;

    is_int(ocsp_arena_make(&a, ROOM, ROOM / 8, &why, pool), APR_SUCCESS,
           "more is reserved than may be used");
    ocsp_arena_begin(a);
    (void)ocsp_arena_assign_slot(&i, a, id_a, true, &why);
    ok(ocsp_arena_get_room(a) == ROOM / 8
           && ocsp_arena_reserve(&mem, a, i, ROOM / 2, &why, pool) == APR_ENOSPC
           && !ocsp_arena_has_room(a, ROOM / 2),
       "a large table finds no room");
    ok(ocsp_arena_set_room(a, ROOM) && ocsp_arena_has_room(a, ROOM / 2)
           && ocsp_arena_reserve(&mem, a, i, ROOM / 2, &why, pool)
                  == APR_SUCCESS,
       "until it is made larger, without a copy");
    ok(!ocsp_arena_set_room(a, 2 * ROOM) && ocsp_arena_get_room(a) == ROOM,
       "up to what was reserved");
    munmap(a, ocsp_arena_get_len(a));
}

int main(void)
{
    const char *why = "";
    size_t other;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    if (ocsp_arena_make(&arena, ROOM, ROOM, &why, pool) != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        return 1;
    }
    ocsp_arena_begin(arena);
    (void)ocsp_arena_assign_slot(&slot, arena, id_a, true, &why);
    (void)ocsp_arena_assign_slot(&other, arena, id_b, true, &why);
    test_room_goes_back();
    test_recovery();
    test_signers();
    test_slots();
    test_raise(); /* nobody claims the first slot any more */
    test_lock();
    test_serving(why);
    test_claim_beside_writer();
    test_room();
    ocsp_arena_close(arena);
    {
        ocsp_record_t rec;

        is_int(ocsp_arena_lookup(&rec, arena, 1, id_b, listed, 3), APR_ENOENT,
               "an arena that was replaced is not answered from");
    }
    apr_terminate();
    return done_testing();
}
