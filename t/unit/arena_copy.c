/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tests of ocsp_arena_copy: what is published in one arena goes on in another
 * of another size.
 */
#include <apr_general.h>
#include <stdlib.h>

#include "shared/arena.h"
#include "tables.h"
#include "tap.h"

#define PAGE ((apr_size_t)4096)
#define ROOM (64 * PAGE)

/** One page, and so many that they are most of ROOM. */
#define SMALL 10
#define LARGE 12000

static apr_pool_t *pool;

static ocsp_arena_t *make(apr_size_t room)
{
    ocsp_arena_t *a = NULL;
    const char *why = "";

    if (ocsp_arena_make(&a, room, &why, pool) != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        exit(1);
    }
    return a;
}

static size_t claim(ocsp_arena_t *a, const unsigned char *id)
{
    size_t slot = 0;
    const char *why = "";

    if (ocsp_arena_claim(&slot, a, id, &why) != APR_SUCCESS) {
        printf("Bail out! %s\n", why);
        exit(1);
    }
    return slot;
}

static void fill(ocsp_arena_t *a, const unsigned char *id, int64_t mark,
                 unsigned entries)
{
    size_t slot = claim(a, id);

    if (publish(a, slot, id, mark, entries, pool) != APR_SUCCESS) {
        printf("Bail out! no room\n");
        exit(1);
    }
    ocsp_arena_note(a, slot, mark + 1, true, "well");
}

/* An arena with a large table of a and a small one of b, which failed later. */
static ocsp_arena_t *make_two(unsigned a_entries, unsigned b_entries)
{
    ocsp_arena_t *a = make(ROOM);

    ocsp_arena_begin(a);
    fill(a, id_a, 1000, a_entries);
    fill(a, id_b, 2000, b_entries);
    ocsp_arena_note(a, claim(a, id_b), 3000, false, "because");
    (void)claim(a, id_c);
    return a;
}

/* The mark of an id's table; 0: none, -1: a wrong one. */
static int64_t mark_of(ocsp_arena_t *a, const unsigned char *id)
{
    ocsp_record_t rec;
    apr_status_t rv = ocsp_arena_lookup(&rec, a, claim(a, id), id, listed, 3);

    if (rv != APR_SUCCESS) {
        return rv == APR_ENOENT ? 0 : -1;
    }
    return rec.listed && rec.revocation_time == 2 * rec.this_update
                && rec.checked == rec.this_update + 1
             ? rec.this_update
             : -1;
}

static void test_larger(void)
{
    ocsp_arena_t *from = make_two(LARGE, SMALL);
    ocsp_arena_t *to = make(4 * ROOM);
    const char *why = "";
    ocsp_note_t note;

    ocsp_arena_copy(to, from, &why, pool);
    is_str(why, NULL, "into a larger arena everything goes");
    ocsp_arena_begin(to);
    is_int(mark_of(to, id_a), 1000, "a table with its last good look");
    is_int(mark_of(to, id_b), 2000, "another, whose last load failed");
    is_int(mark_of(to, id_c), 0, "no table of who had none");
    ocsp_arena_get_note(&note, to, claim(to, id_a), id_a);
    ok(note.time == 1001 && note.ok && strcmp(note.text, "well") == 0,
       "a note of success");
    ocsp_arena_get_note(&note, to, claim(to, id_b), id_b);
    ok(note.time == 3000 && !note.ok && strcmp(note.text, "because") == 0,
       "a note of failure");
    fill(to, id_a, 5000, SMALL);
    ok(mark_of(to, id_a) == 5000 && mark_of(from, id_a) == 1000,
       "and who still looks at the old arena finds what was there");
}

static void test_smaller(void)
{
    ocsp_arena_t *from = make_two(LARGE, SMALL);
    ocsp_arena_t *to = make(2 * PAGE);
    const char *why = NULL;

    ocsp_arena_begin(to);
    ocsp_arena_copy(to, from, &why, pool);
    ok(why != NULL && strstr(why, "does not fit") != NULL
           && strstr(why, "OCSPTableSize") != NULL
           && strstr(why, "left behind") == NULL,
       "what does not fit is told (%s)", why != NULL ? why : "");
    is_int(mark_of(to, id_a), 0, "and stays behind");
    is_int(mark_of(to, id_b), 2000, "what fits is copied");
    fill(to, id_a, 7000, SMALL);
    ok(mark_of(to, id_a) == 7000 && mark_of(to, id_b) == 2000,
       "and the room goes on being used");
    to = make(0);
    ocsp_arena_copy(to, from, &why, pool);
    ok(why != NULL && strstr(why, "; 2 tables are left behind") != NULL,
       "without any room both stay behind (%s)", why != NULL ? why : "");
}

static void test_configurations(void)
{
    ocsp_arena_t *from = make_two(SMALL, SMALL);
    ocsp_arena_t *to = make(ROOM);
    const char *why = "";

    ocsp_arena_begin(from);
    (void)claim(from, id_a);
    ocsp_arena_begin(from);
    (void)claim(from, id_a);
    ocsp_arena_copy(to, from, &why, pool);
    ok(why == NULL && mark_of(to, id_a) == 1000 && mark_of(to, id_b) == 0,
       "what two configurations have not claimed is not copied");
    ocsp_arena_begin(to);
    fill(to, id_c, 9000, SMALL);
    is_int(mark_of(to, id_a), 1000,
           "nor is given away what the first one has not claimed yet");
}

/* Let a slot of a have a table that is not as it should be. */
static ocsp_arena_t *make_bad(bool other_id)
{
    ocsp_table_info_t info = {.this_update = 1000, .next_update = 3000};
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_arena_t *a = make(ROOM);
    const char *why = "";
    void *mem = NULL;
    size_t len;

    ocsp_arena_begin(a);
    memcpy(info.id, other_id ? id_c : id_a, sizeof(info.id));
    (void)ocsp_table_builder_add(b, listed, sizeof(listed), 2000, 1, &why);
    ocsp_table_builder_finish(b, NULL, NULL);
    len = ocsp_table_builder_size(b);
    (void)ocsp_arena_reserve(&mem, a, claim(a, id_a), len, &why, pool);
    ocsp_table_builder_seal(b, mem, &info);
    ((unsigned char *)mem)[len - 1] |= other_id ? 0 : 0x0c; /* its reason */
    ocsp_arena_publish(a, claim(a, id_a));
    fill(a, id_b, 2000, SMALL);
    return a;
}

static void test_bad(void)
{
    ocsp_arena_t *from = make_bad(false);
    ocsp_arena_t *to = make(ROOM);
    const char *why = NULL;

    ocsp_arena_copy(to, from, &why, pool);
    ok(why != NULL && strncmp(why, "status table: ", 14) == 0
           && mark_of(to, id_a) == 0 && mark_of(to, id_b) == 2000,
       "a table that is not whole stays behind (%s)", why != NULL ? why : "");
    from = make_bad(true);
    to = make(ROOM);
    ocsp_arena_copy(to, from, &why, pool);
    ok(why != NULL && strncmp(why, "status table: ", 14) == 0
           && mark_of(to, id_c) == 0 && mark_of(to, id_b) == 2000,
       "so does one of another id (%s)", why != NULL ? why : "");
    from = make_two(SMALL, SMALL);
    to = make(ROOM);
    ((unsigned char *)from)[8]++; /* the version */
    ocsp_arena_copy(to, from, &why, pool);
    ok(why != NULL && mark_of(to, id_a) == 0 && mark_of(to, id_b) == 0,
       "of another layout nothing is copied (%s)", why != NULL ? why : "");
}

/* Take the reason at its word: the size that it names has to do. */
static void test_suggestion(apr_size_t len)
{
    ocsp_arena_t *from = make_two(LARGE, SMALL);
    ocsp_arena_t *to;
    const char *why = "";
    const char *size;
    char *unit = NULL;
    unsigned long room = 0;
    void *mem;

    if (ocsp_arena_reserve(&mem, from, claim(from, id_c), len, &why, pool)
            == APR_ENOSPC
        && (size = strstr(why, "OCSPTableSize ")) != NULL) {
        room = strtoul(size + 14, &unit, 10);
    }
    ok(room > 0 && (*unit == 'm' || *unit == 'g')
           && strcmp(unit + 1, " would do") == 0,
       "a table that does not fit (%s)", why);
    if (room == 0) {
        return;
    }
    to = make((apr_size_t)room << (*unit == 'g' ? 30 : 20));
    ocsp_arena_copy(to, from, &why, pool);
    is_str(why, NULL, "... fits into as much as the reason says");
    ok(ocsp_arena_reserve(&mem, to, claim(to, id_c), len, &why, pool)
               == APR_SUCCESS
           && (ocsp_arena_publish(to, claim(to, id_c)),
               ocsp_arena_reserve(&mem, to, claim(to, id_c), len, &why, pool))
                  == APR_SUCCESS,
       "... and once more");
}

/* Room in pieces: as much as there is would do, if it were in one. */
static void test_pieces(void)
{
    const apr_size_t megabyte = (apr_size_t)1 << 20;
    ocsp_arena_t *a = make(512 * megabyte);
    unsigned char id[OCSP_TABLE_ID_LEN] = {0};
    const char *why = "";
    void *mem;
    int i;

    ocsp_arena_begin(a);
    for (i = 0; i < 16; i++) {
        id[0] = (unsigned char)i;
        (void)ocsp_arena_reserve(&mem, a, claim(a, id),
                                 i % 2 == 0 ? PAGE : 63 * megabyte, &why, pool);
        ocsp_arena_publish(a, claim(a, id));
    }
    ocsp_arena_begin(a);
    ocsp_arena_begin(a);
    for (i = 0; i < 16; i += 2) {
        id[0] = (unsigned char)i;
        (void)claim(a, id);
    }
    is_int(ocsp_arena_reserve(&mem, a, claim(a, id), 80 * megabyte, &why, pool),
           APR_ENOSPC, "a table fits into none of the pieces");
    is_str(why,
           "a table of 83886080 octets does not fit into the shared memory of "
           "536870912 octets: OCSPTableSize 1g would do",
           "and a larger arena is advised than there is");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_larger();
    test_smaller();
    test_configurations();
    test_bad();
    test_suggestion(ROOM / 2);
    test_suggestion(30 * ROOM);
    test_suggestion((apr_size_t)511 << 20);
    test_pieces();
    apr_terminate();
    return done_testing();
}
