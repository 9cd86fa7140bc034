/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl_delta and of ocsp_table_builder_apply.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "status/crl_delta.h"
#include "status/table.h"
#include "tap.h"

static apr_pool_t *pool;

/* --- which can be combined ------------------------------------------------ */

typedef struct {
    const char *name;
    const char *base;   /* CRLNumber of the complete CRL; "": none */
    const char *needed; /* BaseCRLNumber */
    const char *number; /* of the delta CRL; "": none */
    int later;          /* its thisUpdate minus that of the complete CRL */
    ocsp_crl_delta_relation_t want;
    const char *said; /* if it is unfit */
} fit_t;

static const fit_t fits[] = {
    {"R150: BaseCRLNumber is the number of the complete CRL", "0a", "0a", "0b",
     5, OCSP_CRL_DELTA_FITS, NULL},
    {"R150: the complete CRL is newer than that", "0a", "09", "0b", 5,
     OCSP_CRL_DELTA_FITS, NULL},
    {"R150: BaseCRLNumber is 0", "00", "00", "01", 5, OCSP_CRL_DELTA_FITS,
     NULL},
    {"R150: the complete CRL is older than that", "0a", "0b", "0c", 5,
     OCSP_CRL_DELTA_UNFIT,
     "only the revocations of this delta CRL are used: it needs the complete CRL with CRLNumber 0x0b or a newer one, and that in use has 0x0a"},
    {"R150: numbers are compared as integers", "ff", "0100", "0101", 5,
     OCSP_CRL_DELTA_UNFIT,
     "CRLNumber 0x0100 or a newer one, and that in use "
     "has 0xff"},
    {"R150: also where the complete CRL is the newer one", "0100", "ff", "0101",
     5, OCSP_CRL_DELTA_FITS, NULL},
    {"with the same thisUpdate they can be combined", "0a", "0a", "0b", 0,
     OCSP_CRL_DELTA_FITS, NULL},
    {"R157: the same number", "0b", "0a", "0b", 5, OCSP_CRL_DELTA_OLD, NULL},
    {"R157: a complete CRL with a higher number", "0c", "0a", "0b", -5,
     OCSP_CRL_DELTA_OLD, NULL},
    {"R157: also with the same thisUpdate", "0c", "0a", "0b", 0,
     OCSP_CRL_DELTA_OLD, NULL},
    {"R157: a newer complete CRL, whatever the numbers are", "0a", "0a", "0b",
     -1, OCSP_CRL_DELTA_OLD, NULL},
    {"R157: also without numbers", "", "0a", "", -1, OCSP_CRL_DELTA_OLD, NULL},
    {"R150: a lower number of the newer delta CRL is a contradiction", "0c",
     "0a", "0b", 5, OCSP_CRL_DELTA_UNFIT,
     "its CRLNumber 0x0b is lower than 0x0c of the complete CRL"},
    {"R150: the complete CRL has no number", "", "0a", "0b", 5,
     OCSP_CRL_DELTA_UNFIT, "has no CRLNumber"},
    {"R150: the delta CRL has no number", "0a", "0a", "", 5,
     OCSP_CRL_DELTA_UNFIT, "has no CRLNumber"},
    {"R150: neither has a number", "", "00", "", 0, OCSP_CRL_DELTA_UNFIT,
     "has no CRLNumber"},
};

static void set_number(unsigned char *out, size_t *len, const char *hex)
{
    pki_bytes_t number = unhex(hex);

    memcpy(out, number.data, number.len);
    *len = number.len;
    free(number.data);
}

static void test_fit(const fit_t *c)
{
    ocsp_crl_info_t base = {.this_update = 1000, .next_update = 2000};
    ocsp_crl_info_t delta = {.this_update = 1000 + c->later,
                             .next_update = 1500};
    ocsp_crl_delta_relation_t relation;
    const char *said;

    set_number(base.number, &base.number_len, c->base);
    set_number(delta.number, &delta.number_len, c->number);
    set_number(delta.base, &delta.base_len, c->needed);
    relation = ocsp_crl_delta_compare(&base, &delta);
    is_int(relation, c->want, c->name);
    if (relation == OCSP_CRL_DELTA_UNFIT) {
        said = ocsp_crl_delta_describe_unfit(&base, &delta, "d.crl", pool);
        ok(strncmp(said, "d.crl: RFC 5280 section 5.2.", 28) == 0
               && c->said != NULL && strstr(said, c->said) != NULL,
           "%s: the reason (%s)", c->name, said);
    }
}

/* R151 */
static void test_combine(void)
{
    ocsp_crl_info_t base = {.this_update = 1000,
                            .next_update = 2000,
                            .number = {1, 2},
                            .number_len = 2,
                            .entries = 3,
                            .removals = 1,
                            .scope.bits = OCSP_CRL_EXT_SCOPE_USERS};
    const ocsp_crl_info_t delta = {.this_update = 1100,
                                   .next_update = 1200,
                                   .number = {3},
                                   .number_len = 1,
                                   .base = {1},
                                   .base_len = 1,
                                   .entries = 4,
                                   .removals = 2,
                                   .sha1 = true};

    ocsp_crl_delta_combine(&base, &delta);
    ok(base.this_update == 1100 && base.next_update == 1200,
       "R151: the dates are those of the delta CRL");
    ok(base.number_len == 1 && base.number[0] == 3 && base.number[1] == 0,
       "R151: so is the number");
    ok(base.base_len == 0, "it is a complete CRL");
    ok(base.entries == 7 && base.removals == 1 && base.sha1
           && base.scope.bits == OCSP_CRL_EXT_SCOPE_USERS,
       "entries are added; its own removals are counted alone");
}

static void test_describe(void)
{
    const ocsp_crl_info_t delta = {.base = {1, 0}, .base_len = 2};
    const char *said = ocsp_crl_delta_describe_unfit(NULL, &delta, "d.crl",
                                                     pool);

    ok(strstr(said, "d.crl: RFC 5280 section 5.2.4: ") == said
           && strstr(said, "CRLNumber 0x0100") != NULL,
       "R155: without a complete CRL (%s)", said);
}

/* --- entries -------------------------------------------------------------- */

#define NONE OCSP_CRL_NO_REASON
#define ABSENT (-2)
#define REVOKED 1
#define HOLD 6

/** What becomes of one certificate: R152, R153, and section 6.3.3 (i). */
static const struct {
    const char *name;
    int base;  /* reasons; ABSENT: not listed. The time is 100 */
    int delta; /* the time is 200 */
    int want;
    int64_t time;
} rules[] = {
    {"unlisted, then revoked", ABSENT, REVOKED, REVOKED, 200},
    {"unlisted, then revoked without a reason", ABSENT, NONE, NONE, 200},
    {"unlisted, then on hold", ABSENT, HOLD, HOLD, 200},
    {"R152: unlisted, then removed", ABSENT, OCSP_CRL_REMOVE, ABSENT, 0},
    {"on hold, then revoked", HOLD, REVOKED, REVOKED, 200},
    {"on hold, then revoked without a reason", HOLD, NONE, NONE, 200},
    {"on hold, then on hold again", HOLD, HOLD, HOLD, 200},
    {"R152: on hold, then removed", HOLD, OCSP_CRL_REMOVE, ABSENT, 0},
    {"on hold, and not in the delta CRL", HOLD, ABSENT, HOLD, 100},
    {"revoked, then again", REVOKED, REVOKED, REVOKED, 200},
    {"revoked, then without a reason", REVOKED, NONE, NONE, 200},
    {"revoked without a reason, then again", NONE, NONE, NONE, 200},
    {"revoked without a reason, then with one", NONE, REVOKED, REVOKED, 200},
    {"revoked without a reason, then on hold", NONE, HOLD, NONE, 100},
    {"revoked without a reason, and not in the delta CRL", NONE, ABSENT, NONE,
     100},
    {"revoked, then for another reason", REVOKED, 4, 4, 200},
    {"revoked, then on hold", REVOKED, HOLD, REVOKED, 100},
    {"R153: revoked, then removed", REVOKED, OCSP_CRL_REMOVE, REVOKED, 100},
    {"R153: revoked without a reason, then removed", NONE, OCSP_CRL_REMOVE,
     NONE, 100},
    {"revoked, and not in the delta CRL", REVOKED, ABSENT, REVOKED, 100},
    {"in neither", ABSENT, ABSENT, ABSENT, 0},
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static void add(ocsp_table_builder_t *b, const unsigned char *serial,
                size_t len, int64_t time, int reason)
{
    const char *why = "";

    if (reason != ABSENT
        && ocsp_table_builder_add(b, serial, len, time, reason, &why)
               != APR_SUCCESS) {
        ok(0, "an entry is added (%s)", why);
    }
}

static ocsp_table_sums_t apply(ocsp_table_builder_t *b,
                               ocsp_table_builder_t *delta)
{
    const char *why = "";

    (void)ocsp_table_builder_finish(b);
    (void)ocsp_table_builder_finish(delta);
    is_int(ocsp_table_builder_apply(b, delta, &why), APR_SUCCESS,
           "a delta CRL is applied");
    ocsp_table_builder_free(delta);
    return ocsp_table_builder_finish(b);
}

/* Seal a finished builder; malloc. */
static void *seal(ocsp_table_builder_t *b, size_t len)
{
    const ocsp_table_info_t info = {.crl = true};
    void *mem = malloc(len);
    const char *why = "";

    ocsp_table_builder_seal(b, mem, &info);
    ok(ocsp_table_check(mem, len, &why) == APR_SUCCESS,
       "the table is in order (%s)", why);
    ocsp_table_builder_free(b);
    return mem;
}

static ocsp_record_t look_up(const void *mem, size_t len,
                             const unsigned char *serial, size_t serial_len)
{
    static const unsigned char id[OCSP_TABLE_ID_LEN];
    ocsp_record_t r = {.listed = false};

    if (ocsp_table_lookup(&r, mem, len, id, serial, serial_len)
        != APR_SUCCESS) {
        ok(0, "a look-up fails");
    }
    return r;
}

/* Each rule alone, and with all others of the same or another length: the order
 * of serial numbers is that of the rules, or the opposite. */
static void test_rules(size_t first, size_t count, bool backwards)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_table_builder_t *delta = ocsp_table_builder_make(pool);
    ocsp_table_sums_t sums;
    void *mem;
    size_t i, listed = 0;

    for (i = 0; i < RULES; i++) {
        unsigned char serial[2] = {(unsigned char)(backwards ? 90 - i : 10 + i),
                                   7};

        if (i >= first && i < first + count) {
            add(b, serial, 1 + i % 2, 100, rules[i].base);
            add(delta, serial, 1 + i % 2, 200, rules[i].delta);
            listed += rules[i].want != ABSENT;
        }
    }
    sums = apply(b, delta);
    is_int((long long)sums.entries, (long long)listed, "entries are counted");
    mem = seal(b, sums.len);
    for (i = first; i < first + count; i++) {
        unsigned char serial[2] = {(unsigned char)(backwards ? 90 - i : 10 + i),
                                   7};
        ocsp_record_t r = look_up(mem, sums.len, serial, 1 + i % 2);

        ok(r.listed == (rules[i].want != ABSENT)
               && (!r.listed
                   || (r.reason == rules[i].want
                       && r.revocation_time == rules[i].time)),
           "%s (reason %d, time %d)", rules[i].name, r.reason,
           (int)r.revocation_time);
    }
    free(mem);
}

/* Entries of one serial number in one delta CRL: a revocation counts. */
static void test_repeats(void)
{
    static const unsigned char serial[] = {5};
    static const struct {
        const char *name;
        int first;
        int second;
        int want;
    } cases[] = {
        {"removed, then on hold", OCSP_CRL_REMOVE, HOLD, HOLD},
        {"on hold, then removed", HOLD, OCSP_CRL_REMOVE, HOLD},
        {"removed, then revoked", OCSP_CRL_REMOVE, REVOKED, REVOKED},
        {"revoked, then removed", REVOKED, OCSP_CRL_REMOVE, REVOKED},
        {"removed twice", OCSP_CRL_REMOVE, OCSP_CRL_REMOVE, ABSENT},
    };
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
        ocsp_table_builder_t *delta = ocsp_table_builder_make(pool);
        ocsp_table_sums_t sums;
        ocsp_record_t r;
        void *mem;

        add(b, serial, 1, 100, HOLD);
        add(delta, serial, 1, 200, cases[i].first);
        add(delta, serial, 1, 300, cases[i].second);
        sums = ocsp_table_builder_finish(delta);
        is_int((long long)sums.repeats, 1, "a repeated entry is counted");
        sums = apply(b, delta);
        mem = seal(b, sums.len);
        r = look_up(mem, sums.len, serial, 1);
        is_int(r.listed ? r.reason : ABSENT, cases[i].want, cases[i].name);
        free(mem);
    }
}

/* R154: in a complete CRL removeFromCRL is a revocation without a reason. */
static void test_complete(void)
{
    static const unsigned char serials[] = {5, 6};
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_table_sums_t sums;
    ocsp_record_t r;
    void *mem;

    add(b, &serials[0], 1, 100, OCSP_CRL_REMOVE);
    add(b, &serials[1], 1, 100, 9);
    ocsp_table_builder_revoke_removed(b);
    sums = ocsp_table_builder_finish(b);
    mem = seal(b, sums.len);
    r = look_up(mem, sums.len, &serials[0], 1);
    ok(r.listed && r.reason == NONE && r.revocation_time == 100,
       "R154: removeFromCRL in a complete CRL is a revocation");
    r = look_up(mem, sums.len, &serials[1], 1);
    ok(r.listed && r.reason == 9, "R154: other reasons stay as they are");
    free(mem);
}

/* A table with an entry that was not removed is rejected. */
static void test_left_over(void)
{
    static const unsigned char serial[] = {5};
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    const ocsp_table_info_t info = {.crl = true};
    const char *why = "";
    size_t len;
    void *mem;

    add(b, serial, 1, 100, OCSP_CRL_REMOVE);
    len = ocsp_table_builder_finish(b).len;
    mem = malloc(len);
    ocsp_table_builder_seal(b, mem, &info);
    is_int(ocsp_table_check(mem, len, &why), OCSP_EMALFORMED,
           "R152: no table has removeFromCRL");
    ocsp_table_builder_free(b);
    free(mem);
}

static void number(unsigned char serial[3], unsigned i)
{
    serial[0] = (unsigned char)(1 + (i >> 16));
    serial[1] = (unsigned char)(i >> 8);
    serial[2] = (unsigned char)i;
}

/* A complete CRL of every second serial number, on hold; of each three that
 * follow each other the delta CRL revokes one and removes one. */
static void test_many(unsigned count)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_table_builder_t *delta = ocsp_table_builder_make(pool);
    unsigned char serial[3];
    ocsp_table_sums_t sums;
    unsigned i, wrong = 0;
    void *mem;

    for (i = count; i-- > 0;) {
        number(serial, i);
        add(b, serial, 3, 100, i % 2 == 0 ? HOLD : ABSENT);
        add(delta, serial, 3, 200,
            i % 3 == 0   ? REVOKED
            : i % 3 == 1 ? OCSP_CRL_REMOVE
                         : ABSENT);
    }
    sums = apply(b, delta);
    mem = seal(b, sums.len);
    for (i = 0; i < count; i++) {
        bool listed = i % 3 == 0 || (i % 3 == 2 && i % 2 == 0);
        ocsp_record_t r;

        number(serial, i);
        r = look_up(mem, sums.len, serial, 3);
        wrong += r.listed != listed
              || (listed && r.reason != (i % 3 == 0 ? REVOKED : HOLD));
    }
    ok(wrong == 0, "a delta CRL for %u certificates: %u are wrong", count,
       wrong);
    free(mem);
}

/* --- against the rules, by serial number ---------------------------------- */

static unsigned state = 1;

static unsigned next_random(unsigned limit)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

/* What becomes of a certificate, as rules has it. */
static int find_want(int base, int delta)
{
    size_t i = 0;

    while (i < RULES && (rules[i].base != base || rules[i].delta != delta)) {
        i++;
    }
    return i < RULES ? rules[i].want : -3;
}

#define SPACE 600

/* Random entries, of serial numbers of one and of two octets. */
static void test_random(unsigned seed, unsigned density)
{
    static const int bases[] = {HOLD, REVOKED, NONE};
    static const int deltas[] = {HOLD, REVOKED, NONE, OCSP_CRL_REMOVE};
    ocsp_table_builder_t *b = ocsp_table_builder_make(pool);
    ocsp_table_builder_t *delta = ocsp_table_builder_make(pool);
    int base_of[SPACE], delta_of[SPACE];
    ocsp_table_sums_t sums;
    unsigned i, wrong = 0;
    void *mem;

    state = seed;
    for (i = 0; i < SPACE; i++) {
        unsigned char serial[2] = {(unsigned char)(i >> 8), (unsigned char)i};
        size_t pad = i < 256 ? 1 : 0;

        base_of[i] = next_random(100) < density ? bases[next_random(3)]
                                                : ABSENT;
        delta_of[i] = next_random(100) < density ? deltas[next_random(4)]
                                                 : ABSENT;
        add(b, serial + pad, 2 - pad, 100, base_of[i]);
        add(delta, serial + pad, 2 - pad, 200, delta_of[i]);
    }
    sums = apply(b, delta);
    mem = seal(b, sums.len);
    for (i = 0; i < SPACE; i++) {
        unsigned char serial[2] = {(unsigned char)(i >> 8), (unsigned char)i};
        size_t pad = i < 256 ? 1 : 0;
        ocsp_record_t r = look_up(mem, sums.len, serial + pad, 2 - pad);

        wrong += (r.listed ? r.reason : ABSENT)
              != find_want(base_of[i], delta_of[i]);
    }
    ok(wrong == 0, "seed %u, %u of 100 are listed: %u are wrong", seed, density,
       wrong);
    free(mem);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
        test_fit(&fits[i]);
    }
    test_combine();
    test_describe();
    for (i = 0; i < RULES; i++) {
        test_rules(i, 1, false);
    }
    test_rules(0, RULES, false);
    test_rules(0, RULES, true);
    test_repeats();
    test_complete();
    test_left_over();
    test_many(1000);
    test_many(200000);
    for (i = 0; i < 40; i++) {
        test_random((unsigned)i, (unsigned)(i * 5 / 2));
    }
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
