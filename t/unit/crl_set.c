/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl_set: which CRLs cover every certificate. The
 * answers are compared with a definition that needs no algorithm.
 */
#include <apr_general.h>
#include <stdlib.h>

#include "status/crl_set.h"
#include "tap.h"

#define PARTS_MAX 6
#define SETS 50000
#define ALL_REASONS 0x1feu /* ReasonFlags 1 to 8, bit n for reason n */

/** The scope of a CRL as a certificate sees it. */
typedef struct {
    bool name;
    bool users;       /* onlyContainsUserCerts */
    bool cas;         /* onlyContainsCACerts */
    unsigned reasons; /* that it has; ALL_REASONS */
} scope_t;

/** Numbers from a seed, the same in each run. */
static uint32_t next_random(void)
{
    static uint32_t state = 20260601;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static ocsp_crl_set_part_t make_part(const scope_t *scope, int64_t this_update)
{
    uint32_t bits = (scope->name ? OCSP_CRL_EXT_SCOPE_NAME : 0)
                  | (scope->users ? OCSP_CRL_EXT_SCOPE_USERS : 0)
                  | (scope->cas ? OCSP_CRL_EXT_SCOPE_CAS : 0);
    unsigned reason;

    for (reason = 1; reason <= 8; reason++) {
        if ((scope->reasons & 1u << reason) == 0) {
            bits |= OCSP_CRL_EXT_SCOPE_REASONS
                  | OCSP_CRL_EXT_SCOPE_WITHOUT(reason);
        }
    }
    return (ocsp_crl_set_part_t){.scope = {.bits = bits},
                                 .this_update = this_update};
}

/* Whether each certificate, revoked for any reason, is on one of the CRLs that
 * are not older than since. */
static bool covers(const scope_t *scopes, const int64_t *dates, int n,
                   int64_t since)
{
    unsigned users = 0, cas = 0;
    int i;

    for (i = 0; i < n; i++) {
        if (dates[i] >= since && !scopes[i].name) {
            users |= scopes[i].cas ? 0 : scopes[i].reasons;
            cas |= scopes[i].users ? 0 : scopes[i].reasons;
        }
    }
    return users == ALL_REASONS && cas == ALL_REASONS;
}

/* Mostly large sets of reasons: else none covers anything. */
static scope_t make_scope(void)
{
    static const unsigned usual[] = {ALL_REASONS, 0x006, 0x1f8, 0x1fc, 0x1ee};
    uint32_t r = next_random();
    scope_t scope = {.name = r % 8 == 0,
                     .users = (r >> 3) % 3 == 0,
                     .cas = (r >> 3) % 3 == 1,
                     .reasons = usual[(r >> 8) % 5]};

    if ((r >> 12) % 8 == 0) {
        scope.reasons = (r >> 16) & ALL_REASONS;
    }
    return scope;
}

/* R142, R143 */
static void test_random(apr_pool_t *p)
{
    int wrong = 0, covered = 0;
    int run;

    for (run = 0; run < SETS; run++) {
        apr_array_header_t *parts = apr_array_make(p, PARTS_MAX,
                                                   sizeof(ocsp_crl_set_part_t));
        scope_t scopes[PARTS_MAX];
        int64_t dates[PARTS_MAX], want = 5, got;
        int n = (int)(next_random() % (PARTS_MAX + 1)), i;

        for (i = 0; i < n; i++) {
            scopes[i] = make_scope();
            dates[i] = next_random() % 5;
            APR_ARRAY_PUSH(parts, ocsp_crl_set_part_t) = make_part(&scopes[i],
                                                                   dates[i]);
        }
        while (want >= 0 && !covers(scopes, dates, n, want)) {
            want--;
        }
        got = ocsp_crl_set_find_since(parts);
        wrong += got != (want >= 0 ? want : OCSP_CRL_SET_PARTIAL);
        covered += want >= 0;
        apr_pool_clear(p);
    }
    ok(wrong == 0 && covered > SETS / 20 && covered < SETS - SETS / 20,
       "%d sets of CRLs, of which %d cover everything: %d are wrong", SETS,
       covered, wrong);
}

/* R143: one reason at a time. */
static void test_each_reason(apr_pool_t *p)
{
    unsigned reason;

    for (reason = 1; reason <= 8; reason++) {
        const scope_t one = {.reasons = 1u << reason};
        const scope_t rest = {.reasons = ALL_REASONS & ~one.reasons};
        apr_array_header_t *parts = apr_array_make(p, 2,
                                                   sizeof(ocsp_crl_set_part_t));

        APR_ARRAY_PUSH(parts, ocsp_crl_set_part_t) = make_part(&rest, 7);
        ok(ocsp_crl_set_find_since(parts) == OCSP_CRL_SET_PARTIAL,
           "without reason %u: not everything", reason);
        APR_ARRAY_PUSH(parts, ocsp_crl_set_part_t) = make_part(&one, 6);
        ok(ocsp_crl_set_find_since(parts) == 6, "with it in another: all");
    }
}

static void test_names(apr_pool_t *p)
{
    const scope_t scope = {.name = true, .users = true, .reasons = 2};
    ocsp_crl_set_part_t part = make_part(&scope, 0);

    is_str(ocsp_crl_set_print_bits(part.scope.bits, p),
           "distributionPoint, onlyContainsUserCerts, onlySomeReasons",
           "the restrictions by their names");
    is_str(ocsp_crl_set_print_bits(0, p), "", "no restriction has no name");
}

int main(void)
{
    apr_pool_t *p;

    apr_initialize();
    apr_pool_create(&p, NULL);
    test_random(p);
    test_each_reason(p);
    test_names(p);
    apr_terminate();
    return done_testing();
}
