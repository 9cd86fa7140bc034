/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cases of crl_coverage.c: the CRLs of one CA, their scopes, and the
 * result.
 */
#ifndef OCSP_UNIT_CRL_COVERAGE_CASES_H
#define OCSP_UNIT_CRL_COVERAGE_CASES_H

#include <stdbool.h>

#include "status/error.h"

#define FILES_MAX 5

/* issuingDistributionPoint, in OpenSSL's notation. */
#define EMPTY "critical,DER:3000"
#define NAME1 "critical,DER:3010a00ea00c860a687474703a2f2f612f31"
#define NAME2 "critical,DER:3010a00ea00c860a687474703a2f2f612f32"
#define USERS "critical,DER:30038101ff"
#define USERS_LAX "DER:30038101ff"
#define CAS "critical,DER:30038201ff"
#define USERS1 "critical,DER:3013a00ea00c860a687474703a2f2f612f318101ff"
#define CAS1 "critical,DER:3013a00ea00c860a687474703a2f2f612f318201ff"
#define BOTH_KINDS "critical,DER:30068101ff8201ff"
#define ATTRIBUTES "critical,DER:30038501ff"
#define REASONS "critical,DER:300483020640"
#define INDIRECT "critical,DER:30038401ff"
#define FALSE_USERS "critical,DER:3003810100"
#define NO_POINT "critical,DER:30038601ff"

#define ENDLESS 99

/** What is wrong with a CRL. */
typedef enum {
    NOTHING = 0,
    OTHER_NAME, /* another CA's */
    OTHER_KEY,  /* signed by another key */
    OTHER_KIND, /* by one of another kind, which shows that it is another */
    CUT,        /* it breaks off */
    LINK        /* a link to a.crl */
} flaw_t;

typedef struct {
    int day;             /* of thisUpdate, from PKI_NOW; 0: no more files */
    const char *point;   /* NULL: no issuingDistributionPoint */
    const char *revoked; /* serial numbers of one octet */
    flaw_t flaw;
    int until; /* of nextUpdate; 0: 7; ENDLESS */
    const char *number;
} file_t;

typedef struct {
    const char *name;
    file_t last[FILES_MAX];  /* what the table in use was made of */
    file_t files[FILES_MAX]; /* a.crl, b.crl ... */
    const char *said;        /* the warning, or the reason; NULL: none */
    const char *not_used;
    const char *rejected;
    const char *revoked; /* of a table, as those below: digits */
    apr_status_t want;
    bool named;    /* they are; else found in a directory */
    bool complete; /* OCSPCRLCoverage */
    bool partial;
    bool missing_crls;
    int day;
    int until; /* 0: 7 */
} case_t;

#define PART "issuingDistributionPoint: "
#define SAY "set OCSPCRLCoverage complete"

static const case_t cases[] = {
    /* one CRL, by its own words */
    {.name = "a CRL without issuingDistributionPoint covers everything",
     .files = {{.day = -1, .revoked = "\5"}},
     .revoked = "5",
     .day = -1},
    {.name = "so does one with an empty issuingDistributionPoint",
     .files = {{.day = -1, .point = EMPTY, .revoked = "\5"}},
     .revoked = "5",
     .day = -1},
    {.name = "and one with an encoded FALSE",
     .files = {{.day = -1, .point = FALSE_USERS, .revoked = "\5"}},
     .revoked = "5",
     .day = -1},
    {.name = "C2: one with a name does not; its entries are revoked",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"}},
     .said = PART "distributionPoint)",
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "C1: one with a name and onlyContainsUserCerts does not",
     .files = {{.day = -1, .point = USERS1, .revoked = "\5"}},
     .said =
         "might not cover every certificate (" PART
         "distributionPoint, onlyContainsUserCerts): those that no CRL lists "
         "are answered tryLater; add the CA's other CRLs, or, if the "
         "configured CRLs cover every certificate of this CA, " SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "C1: OCSPCRLCoverage complete suppresses the warning",
     .files = {{.day = -1, .point = USERS1, .revoked = "\5"}},
     .complete = true,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "R142: onlyContainsUserCerts",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"}},
     .said = SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "onlyContainsUserCerts, not critical",
     .files = {{.day = -1, .point = USERS_LAX, .revoked = "\5"}},
     .said = SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "onlyContainsCACerts",
     .files = {{.day = -1, .point = CAS, .revoked = "\5"}},
     .said = SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "onlySomeReasons",
     .files = {{.day = -1, .point = REASONS, .revoked = "\5"}},
     .said = PART "onlySomeReasons)",
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "onlyContainsAttributeCerts is rejected",
     .files = {{.day = -1, .point = ATTRIBUTES, .revoked = "\5"}},
     .want = OCSP_EUNSUPPORTED,
     .said = "onlyContainsAttributeCerts"},
    {.name = "also with OCSPCRLCoverage complete",
     .files = {{.day = -1, .point = ATTRIBUTES, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EUNSUPPORTED,
     .said = "onlyContainsAttributeCerts"},
    {.name = "an indirect CRL is rejected",
     .files = {{.day = -1, .point = INDIRECT, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EUNSUPPORTED,
     .said = "an indirect CRL"},
    {.name = "onlyContainsUserCerts with onlyContainsCACerts is rejected",
     .files = {{.day = -1, .point = BOTH_KINDS, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EUNSUPPORTED,
     .said = "has more than one of"},
    {.name = "an unknown field is malformed",
     .files = {{.day = -1, .point = NO_POINT, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EMALFORMED,
     .said = "issuingDistributionPoint is not DER"},

    /* several */
    {.name =
         "C3, R142: a CRL of user and one of CA certificates cover everything",
     .files = {{.day = -1, .point = USERS, .revoked = "\5", .until = 3},
               {.day = -2, .point = CAS, .revoked = "\4", .until = 5}},
     .revoked = "45",
     .day = -2,
     .until = 3},
    {.name = "C3: also if both are named",
     .files = {{.day = -1, .point = CAS, .revoked = "\4"},
               {.day = -1, .point = USERS, .revoked = "\5"}},
     .named = true,
     .revoked = "45",
     .day = -1},
    {.name = "the newest CRL of each scope is used",
     .files = {{.day = -4, .point = USERS, .revoked = "\5\6"},
               {.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4"},
               {.day = -3, .point = CAS, .revoked = "\3"}},
     .revoked = "45",
     .day = -2},
    {.name = "or that with the highest CRLNumber",
     .files = {{.day = -1, .point = USERS, .revoked = "\5", .number = "02"},
               {.day = -1, .point = USERS, .revoked = "\6", .number = "03"},
               {.day = -1, .point = CAS, .revoked = "\4"}},
     .revoked = "46",
     .day = -1},
    {.name = "two CRLs with names do not cover everything",
     .files = {{.day = -1, .point = USERS1, .revoked = "\5"},
               {.day = -1, .point = CAS1, .revoked = "\4"}},
     .said = SAY,
     .revoked = "45",
     .partial = true,
     .day = -1},
    {.name = "nor do they if one has a name",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -1, .point = CAS1, .revoked = "\4"}},
     .said = SAY,
     .revoked = "45",
     .partial = true,
     .day = -1},
    {.name = "two names are two scopes",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -2, .point = NAME2, .revoked = "\4"},
               {.day = -3, .point = NAME1, .revoked = "\6"}},
     .complete = true,
     .revoked = "45",
     .partial = true,
     .day = -2},
    {.name = "a partial CRL newer than the complete one adds to it",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -2, .revoked = "\4"},
               {.day = -3, .point = NAME2, .revoked = "\6"}},
     .revoked = "45",
     .day = -2},
    {.name = "a partial CRL older than the complete one is superseded",
     .files = {{.day = -2, .point = NAME1, .revoked = "\5"},
               {.day = -1, .revoked = "\4"}},
     .revoked = "4",
     .day = -1},
    {.name = "an incomplete CRL of one half is an error",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4", .flaw = CUT}},
     .want = OCSP_EMALFORMED,
     .said = "b.crl: "},
    {.name = "one signed by another key covers nothing",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4", .flaw = OTHER_KEY}},
     .said = SAY,
     .rejected = "b.crl: RFC 5280 section 6.3.3 (g)",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "then OCSPCRLCoverage complete has no effect",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -2, .point = NAME2, .revoked = "\4", .flaw = OTHER_KEY}},
     .complete = true,
     .said = "OCSPCRLCoverage complete has no effect",
     .rejected = "b.crl: RFC 5280 section 6.3.3 (g)",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "nor beside a CRL that is of another key by its algorithm",
     .files =
         {{.day = -1, .point = NAME1, .revoked = "\5"},
          {.day = -2, .point = NAME2, .revoked = "\4", .flaw = OTHER_KIND}},
     .complete = true,
     .said = "/b.crl is signed by another key of the CA",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "which does not matter if another CRL covers everything",
     .files = {{.day = -1, .point = NAME2, .revoked = "\4", .flaw = OTHER_KIND},
               {.day = -2, .revoked = "\5"}},
     .complete = true,
     .revoked = "5",
     .missing_crls = true,
     .day = -2},
    {.name = "nor beside a CRL from the future",
     .files = {{.day = 1, .point = NAME2, .revoked = "\4"},
               {.day = -1, .point = NAME1, .revoked = "\5"}},
     .complete = true,
     .said = "OCSPCRLCoverage complete has no effect",
     .rejected = "is in the future",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "without nextUpdate both are used as long as the older one",
     .files = {{.day = -1, .point = USERS, .revoked = "\5", .until = ENDLESS},
               {.day = -2, .point = CAS, .revoked = "\4", .until = ENDLESS}},
     .said = "has no nextUpdate, and is used until 2026-06-06",
     .revoked = "45",
     .day = -2,
     .until = ENDLESS},
    {.name = "one without nextUpdate is used for a week beside one with",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4", .until = ENDLESS}},
     .revoked = "45",
     .day = -2,
     .until = 5},
    {.name = "two named CRLs of one scope: perhaps another one is missing",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -1, .point = NAME1, .revoked = "\5"}},
     .named = true,
     .complete = true,
     .said = "/b.crl has the scope of another CRL",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "so with two names of one file",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -1, .flaw = LINK}},
     .named = true,
     .complete = true,
     .said = "/a.crl is named twice",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "in a directory two names of one file are no problem",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -1, .flaw = LINK},
               {.day = -1, .point = NAME2, .revoked = "\4"}},
     .complete = true,
     .revoked = "45",
     .partial = true,
     .day = -1},

    /* C4 */
    {.name = "C4: of two named CRLs the CA's own is used",
     .files = {{.day = -1, .revoked = "\4", .flaw = OTHER_NAME},
               {.day = -2, .revoked = "\5"}},
     .named = true,
     .not_used = "a.crl: is the CRL of another CA (CN=Other CA): name a CRL "
                 "of CN=Test CA ",
     .revoked = "5",
     .missing_crls = true,
     .day = -2},
    {.name = "C4: if none is the CA's own, that is an error",
     .files = {{.day = -1, .revoked = "\4", .flaw = OTHER_NAME}},
     .named = true,
     .want = OCSP_EUNKNOWNCA,
     .said = "a.crl: is the CRL of another CA (CN=Other CA): name a CRL of "
             "CN=Test CA "},
    {.name = "C4: a partial CRL beside it is not complete",
     .files = {{.day = -1, .revoked = "\4", .flaw = OTHER_NAME},
               {.day = -2, .point = NAME1, .revoked = "\5"}},
     .named = true,
     .complete = true,
     .said = "OCSPCRLCoverage complete has no effect",
     .not_used = "a.crl: is the CRL of another CA",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -2},

    /* going back */
    {.name = "a newer CRL of each scope is used",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -5, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\6"},
               {.day = -2, .point = CAS, .revoked = "\3"}},
     .revoked = "36",
     .day = -2},
    {.name = "or of one scope, while the other stays the same",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -5, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\6"},
               {.day = -5, .point = CAS, .revoked = "\4"}},
     .revoked = "46",
     .day = -5},
    {.name =
         "R140: an older CRL of a scope is rejected, and the one in use stays",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -5, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\6"},
               {.day = -6, .point = CAS, .revoked = "\3"}},
     .not_used = "(thisUpdate 2026-05-27T00:00:00Z, onlyContainsCACerts) is "
                 "gone",
     .rejected = "b.crl: RFC 5280 section 5.1.2.4: thisUpdate "
                 "2026-05-26T00:00:00Z is before 2026-05-27T00:00:00Z",
     .revoked = "456",
     .day = -5},
    {.name =
         "R140: a partial CRL older than the complete one in use is rejected",
     .last = {{.day = -2, .revoked = "\5"}},
     .files = {{.day = -3, .point = USERS1, .revoked = "\4"}},
     .named = true,
     .complete = true,
     .want = OCSP_ESTALE,
     .said = "is before 2026-05-30T00:00:00Z"},
    {.name = "R140: also if the CRL of the other scope is older still",
     .last = {{.day = -3, .point = USERS, .revoked = "\5"},
              {.day = -6, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -4, .point = USERS, .revoked = "\6"},
               {.day = -6, .point = CAS, .revoked = "\4"}},
     .not_used = "onlyContainsUserCerts) is gone",
     .rejected = "is before 2026-05-29T00:00:00Z",
     .revoked = "45",
     .day = -6},
    {.name = "R140: if it is named it is an error",
     .last = {{.day = -3, .point = USERS, .revoked = "\5"},
              {.day = -6, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -4, .point = USERS, .revoked = "\6"},
               {.day = -6, .point = CAS, .revoked = "\4"}},
     .named = true,
     .want = OCSP_ESTALE,
     .said = "is before 2026-05-29T00:00:00Z"},
    {.name =
         "R140: a CRL with a lower number than that of its scope is rejected",
     .last = {{.day = -3, .point = USERS, .revoked = "\5", .number = "05"},
              {.day = -3, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -2, .point = USERS, .revoked = "\6", .number = "04"},
               {.day = -3, .point = CAS, .revoked = "\4"}},
     .not_used = "onlyContainsUserCerts) is gone",
     .rejected = "CRLNumber is lower",
     .revoked = "45",
     .day = -3},
    {.name = "a partial CRL that is gone stays in use",
     .last = {{.day = -4, .point = NAME1, .revoked = "\5", .until = 2},
              {.day = -4, .point = NAME2, .revoked = "\4"}},
     .files = {{.day = -1, .point = NAME2, .revoked = "\3"}},
     .complete = true,
     .not_used = "distributionPoint) is gone, and this one might not cover the "
                 "same certificates: restore it, or stop httpd and start it "
                 "again",
     .revoked = "345",
     .partial = true,
     .day = -4,
     .until = 2},
    {.name = "so does a complete one that a partial one replaces",
     .last = {{.day = -4, .revoked = "\5", .until = 2}},
     .files = {{.day = -1, .point = USERS1, .revoked = "\4"}},
     .named = true,
     .not_used = "for every certificate) is gone",
     .revoked = "45",
     .day = -4,
     .until = 2},
    {.name = "a complete CRL replaces a partial one",
     .last = {{.day = -4, .point = USERS1, .revoked = "\5"}},
     .files = {{.day = -1, .revoked = "\4"}},
     .revoked = "4",
     .day = -1},
    {.name = "unless it is older",
     .last = {{.day = -2, .point = USERS1, .revoked = "\5"}},
     .files = {{.day = -3, .revoked = "\4"}},
     .not_used = "onlyContainsUserCerts) is gone",
     .revoked = "45",
     .day = -3},
    {.name = "CRLs of user and of CA certificates replace a complete one",
     .last = {{.day = -4, .revoked = "\5"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\4"},
               {.day = -2, .point = CAS, .revoked = "\3"}},
     .revoked = "34",
     .day = -2},
    {.name = "and a complete one replaces them",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -3, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .revoked = "\3"}},
     .revoked = "3",
     .day = -1},
    {.name = "a further partial CRL is used, although it is older",
     .last = {{.day = -1, .point = NAME1, .revoked = "\5"}},
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -3, .point = NAME2, .revoked = "\4"}},
     .complete = true,
     .revoked = "45",
     .partial = true,
     .day = -3},
};

#endif
