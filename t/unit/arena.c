/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The arena: slots, generations, room; and readers that never see half a table
 * while a writer replaces it as quickly as it can.
 */
#include "shared/arena.h"

#include <apr_general.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/segment.h"
#include "tables.h"
#include "tap.h"

#define ROOM ((apr_size_t)256 * 1024)
#define READERS 3
#define PUBLICATIONS 3000

static void check_life(ocsp_arena_t *a, apr_pool_t *p)
{
    ocsp_load_result_record_t result;
    ocsp_table_info_t info;
    ocsp_record_t rec;
    const char *why;
    size_t slot, again, other;
    uint64_t epoch;

    ocsp_arena_begin(a);
    ok(ocsp_arena_assign_slot(&slot, a, id_a, true, &why) == APR_SUCCESS,
       "a slot is had");
    ok(ocsp_arena_assign_slot(&again, a, id_a, true, &why) == APR_SUCCESS
           && again == slot,
       "the same id has the same slot");
    ok(ocsp_arena_assign_slot(&other, a, id_b, true, &why) == APR_SUCCESS
           && other != slot,
       "another id has another");
    is_int(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3), APR_ENOENT,
           "no table is not good");
    is_int(ocsp_arena_get_info(&info, a, slot, id_a), APR_ENOENT,
           "and says nothing of itself");
    is_int(publish(a, slot, id_a, 1000, 1, p), APR_SUCCESS, "published");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.listed && rec.revocation_time == 2000
           && rec.this_update == 1000,
       "what is listed is found");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, unlisted, 3) == APR_SUCCESS
           && !rec.listed,
       "what is not listed is not");
    is_int(ocsp_arena_lookup(&rec, a, slot, id_b, listed, 3), APR_ENOENT,
           "a table of another id is none");
    is_int(ocsp_arena_lookup(&rec, a, other, id_b, listed, 3), APR_ENOENT,
           "nor does it show in another slot");
    epoch = ocsp_arena_get_epoch(a);
    is_int(publish(a, slot, id_a, 2000, 500, p), APR_SUCCESS, "replaced");
    ok(epoch != 0 && ocsp_arena_get_epoch(a) > epoch, "another epoch begins");
    ok(ocsp_arena_get_info(&info, a, slot, id_a) == APR_SUCCESS
           && info.this_update == 2000 && info.entries == 500,
       "the new one is seen");

    ocsp_arena_get_result(&result, a, slot, id_a);
    is_int(result.kind, OCSP_LOAD_RESULT_NONE, "no load at first");
    ocsp_arena_set_result(a, slot, OCSP_LOAD_RESULT_REJECTED, 77, "because");
    ocsp_arena_get_result(&result, a, slot, id_a);
    ok(result.time == 77 && result.kind == OCSP_LOAD_RESULT_REJECTED
           && strcmp(result.text, "because") == 0,
       "the result of a load is seen");
    ocsp_arena_get_result(&result, a, slot, id_b);
    is_int(result.kind, OCSP_LOAD_RESULT_NONE, "but by its own id only");
}

static void check_configurations(ocsp_arena_t *a, apr_pool_t *p)
{
    ocsp_record_t rec;
    const char *why;
    size_t slot, other, third;

    ocsp_arena_begin(a);
    ok(ocsp_arena_assign_slot(&slot, a, id_a, true, &why) == APR_SUCCESS
           && ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.this_update == 2000,
       "the next configuration finds the table");
    ocsp_arena_begin(a);
    ok(ocsp_arena_assign_slot(&other, a, id_c, true, &why) == APR_SUCCESS
           && other != slot,
       "a slot that the previous configuration held is not given away");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS, "so "
                                                                         "its "
                                                                         "worke"
                                                                         "rs "
                                                                         "go "
                                                                         "on");
    ocsp_arena_begin(a);
    ok(ocsp_arena_assign_slot(&third, a, id_b, true, &why) == APR_SUCCESS,
       "after two");
    is_int(publish(a, third, id_b, 5, 1, p), APR_SUCCESS,
           "its room is used again");
    is_int(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3), APR_ENOENT,
           "and who still looks there finds no table");
}

/* The last good look belongs to the id that has the slot. */
static void check_checked(apr_pool_t *p)
{
    ocsp_arena_t *a;
    ocsp_record_t rec = {.checked = 1};
    const char *why;
    size_t slot, other;
    int i;

    ocsp_arena_make(&a, ROOM, ROOM, &why, p);
    ocsp_arena_begin(a);
    ocsp_arena_assign_slot(&slot, a, id_a, true, &why);
    publish(a, slot, id_a, 1000, 1, p);
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.checked == 0,
       "before the first result nothing was checked");
    ocsp_arena_set_result(a, slot, OCSP_LOAD_RESULT_LOADED, 2000, NULL);
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.checked == 2000,
       "a load that ends well is a check");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, unlisted, 3) == APR_SUCCESS
           && rec.checked == 2000,
       "also for what is not listed");
    ocsp_arena_set_result(a, slot, OCSP_LOAD_RESULT_REJECTED, 3000, "because");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.checked == 2000,
       "one that fails is none");
    ocsp_arena_set_result(a, slot, OCSP_LOAD_RESULT_NEWER_REJECTED, 4000,
                          "an older one");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.checked == 2000,
       "nor is one that rejected the newest");
    ocsp_arena_begin(a);
    ocsp_arena_assign_slot(&slot, a, id_a, true, &why);
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.checked == 2000,
       "the next configuration knows of it");
    for (i = 0; i < 3; i++) {
        ocsp_arena_begin(a);
    }
    ocsp_arena_assign_slot(&other, a, id_b, true, &why);
    publish(a, other, id_b, 5, 1, p);
    ok(other == slot
           && ocsp_arena_lookup(&rec, a, slot, id_b, listed, 3) == APR_SUCCESS
           && rec.checked == 0,
       "who gets the slot next begins anew");
}

static void check_builds(ocsp_arena_t *a)
{
    static const struct {
        size_t offset;
        const char *name;
    } said[] = {
        {offsetof(ocsp_segment_t, magic), "magic number"},
        {offsetof(ocsp_segment_t, version), "version"},
        {offsetof(ocsp_segment_t, table_version), "version of tables"},
        {offsetof(ocsp_segment_t, header_size), "length"},
    };
    size_t i;

    ok(ocsp_arena_is_compatible(a), "it is of this build");
    for (i = 0; i < sizeof(said) / sizeof(*said); i++) {
        unsigned char *octet = (unsigned char *)a + said[i].offset;

        *octet ^= 1;
        ok(!ocsp_arena_is_compatible(a), "not if it has another %s",
           said[i].name);
        *octet ^= 1;
    }
}

static void check_room(apr_pool_t *p)
{
    ocsp_arena_t *a;
    ocsp_record_t rec;
    const char *why = NULL;
    size_t slot, other;
    void *mem;
    int i;

    ok(ocsp_arena_make(&a, ROOM, ROOM, &why, p) == APR_SUCCESS,
       "a small arena");
    is_int((long long)ocsp_arena_get_room(a), (long long)ROOM, "its room");
    ocsp_arena_begin(a);
    ocsp_arena_assign_slot(&slot, a, id_a, true, &why);
    ocsp_arena_assign_slot(&other, a, id_b, true, &why);
    is_int(publish(a, slot, id_a, 1, 10000, p), APR_SUCCESS, "half is taken");
    is_int(ocsp_arena_reserve(&mem, a, slot, ROOM - 4096, &why, p), APR_ENOSPC,
           "too much more is refused");
    ok(mem == NULL && why != NULL
           && strstr(why, ": set OCSPTableSize to at least 2m") != NULL,
       "with a reason and a size that would do (%s)", why);
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS, "and "
                                                                         "the "
                                                                         "table"
                                                                         " stay"
                                                                         "s");
    for (i = 2; i < 50; i++) {
        if (publish(a, slot, id_a, i, i % 2 != 0 ? 1 : 3000, p) != APR_SUCCESS
            || publish(a, other, id_b, i, i % 3 != 0 ? 1 : 3000, p)
                   != APR_SUCCESS) {
            break;
        }
    }
    is_int(i, 50, "room of replaced tables is used again and again");
    ok(ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.this_update == 49,
       "and neither table runs into the other");
    ok(ocsp_arena_lookup(&rec, a, other, id_b, listed, 3) == APR_SUCCESS
           && rec.this_update == 49,
       "either way");
    check_builds(a);
}

static void check_processes(apr_pool_t *p)
{
    ocsp_arena_t *a;
    ocsp_record_t rec;
    const char *why;
    size_t slot;
    int status = 1;

    ocsp_arena_make(&a, ROOM, ROOM, &why, p);
    ocsp_arena_begin(a);
    ocsp_arena_assign_slot(&slot, a, id_a, true, &why);
    if (fork() == 0) {
        _exit(publish(a, slot, id_a, 1234, 3, p) == APR_SUCCESS ? 0 : 1);
    }
    wait(&status);
    ok(status == 0
           && ocsp_arena_lookup(&rec, a, slot, id_a, listed, 3) == APR_SUCCESS
           && rec.this_update == 1234,
       "what one process publishes all others see");
}

/* What the readers of the race share. */
static struct {
    ocsp_arena_t *a;
    size_t slot;
    atomic_bool stop;
    atomic_long wrong, missing, seen;
} race;

static void *read_on(void *arg)
{
    ocsp_record_t rec;
    apr_status_t rv;

    while (!atomic_load(&race.stop)) {
        rv = ocsp_arena_lookup(&rec, race.a, race.slot, id_a, listed, 3);
        if (rv == APR_EAGAIN) {
            continue; /* tryLater: never wrong */
        }
        if (rv != APR_SUCCESS) {
            atomic_fetch_add(&race.missing, 1);
        }
        else if (!rec.listed || rec.revocation_time != 2 * rec.this_update
                 || rec.next_update != 3 * rec.this_update
                 || rec.checked > rec.this_update
                 || rec.checked < rec.this_update - 1) {
            atomic_fetch_add(&race.wrong, 1);
        }
        atomic_fetch_add(&race.seen, 1);
    }
    return arg;
}

/* A busy machine may not have let the readers run yet: it will. */
static bool is_unseen(int publications)
{
    return atomic_load(&race.seen) == 0 && publications < 1000 * PUBLICATIONS;
}

static void check_race(apr_pool_t *parent)
{
    pthread_t readers[READERS];
    const char *why;
    apr_pool_t *p;
    int i, j, failed = 0;

    apr_pool_create(&p, parent);
    ocsp_arena_make(&race.a, ROOM, ROOM, &why, parent);
    ocsp_arena_begin(race.a);
    ocsp_arena_assign_slot(&race.slot, race.a, id_a, true, &why);
    publish(race.a, race.slot, id_a, 1, 7, p);
    ocsp_arena_set_result(race.a, race.slot, OCSP_LOAD_RESULT_LOADED, 1, NULL);
    for (i = 0; i < READERS; i++) {
        failed |= pthread_create(&readers[i], NULL, read_on, NULL);
    }
    for (i = 2; i < PUBLICATIONS || is_unseen(i); i++) {
        apr_pool_clear(p);
        /* of changing size, so that pages hold now a header, now entries */
        failed |= publish(race.a, race.slot, id_a, i, (unsigned)(i * 37) % 900,
                          p);
        ocsp_arena_set_result(race.a, race.slot, OCSP_LOAD_RESULT_LOADED, i,
                              NULL);
    }
    atomic_store(&race.stop, true);
    for (j = 0; j < READERS; j++) {
        failed |= pthread_join(readers[j], NULL);
    }
    ok(failed == 0, "%d tables followed each other", i);
    ok(atomic_load(&race.seen) > 0, "under %ld look-ups",
       atomic_load(&race.seen));
    is_int(atomic_load(&race.wrong), 0, "none saw half a table");
    is_int(atomic_load(&race.missing), 0, "none saw no table");
}

static void *read_own(void *arg)
{
    ocsp_record_t rec;

    while (!atomic_load(&race.stop)) {
        if (ocsp_arena_lookup(&rec, race.a, race.slot, id_a, listed, 3)
            == APR_SUCCESS) {
            atomic_fetch_add(&race.seen, 1);
            if (rec.this_update % 2 == 0
                || (rec.checked != 0 && rec.checked != rec.this_update)) {
                atomic_fetch_add(&race.wrong, 1);
            }
        }
    }
    return arg;
}

/* A slot goes to and fro between two ids: odd times are id_a's. */
static void check_handover(apr_pool_t *parent)
{
    pthread_t reader;
    const char *why;
    apr_pool_t *p;
    int i, failed;

    apr_pool_create(&p, parent);
    ocsp_arena_make(&race.a, ROOM, ROOM, &why, parent);
    race.slot = 0;
    atomic_store(&race.stop, false);
    atomic_store(&race.seen, 0);
    atomic_store(&race.wrong, 0);
    failed = pthread_create(&reader, NULL, read_own, NULL);
    for (i = 1; i < PUBLICATIONS || is_unseen(i); i++) {
        const unsigned char *id = i % 2 != 0 ? id_a : id_b;
        size_t slot = 1;

        apr_pool_clear(p);
        ocsp_arena_begin(race.a);
        ocsp_arena_begin(race.a);
        ocsp_arena_begin(race.a);
        failed |= ocsp_arena_assign_slot(&slot, race.a, id, true, &why)
                   != APR_SUCCESS
               || slot != 0 || publish(race.a, 0, id, i, 7, p) != APR_SUCCESS;
        ocsp_arena_set_result(race.a, 0, OCSP_LOAD_RESULT_LOADED, i, NULL);
    }
    atomic_store(&race.stop, true);
    failed |= pthread_join(reader, NULL);
    ok(failed == 0, "a slot changed hands %d times", i);
    ok(atomic_load(&race.seen) > 0, "under look-ups");
    is_int(atomic_load(&race.wrong), 0, "nobody saw the other's last look");
}

int main(void)
{
    ocsp_arena_t *a;
    const char *why;
    apr_pool_t *p;

    apr_initialize();
    apr_pool_create(&p, NULL);
    ok(ocsp_arena_make(&a, ROOM, ROOM, &why, p) == APR_SUCCESS,
       "an arena is made");
    check_life(a, p);
    check_configurations(a, p);
    check_checked(p);
    check_room(p);
    check_processes(p);
    check_race(p);
    check_handover(p);
    apr_terminate();
    return done_testing();
}
