/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cases of crl_coverage.c: the CRLs of one CA, their scopes, and the
 * result.
 */
#ifndef OCSP_UNIT_CRL_COVERAGE_CASES_H
#define OCSP_UNIT_CRL_COVERAGE_CASES_H

#include <stdbool.h>

#include "status/status.h"

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
    {.name = "without the extension it covers everything",
     .files = {{.day = -1, .revoked = "\5"}},
     .revoked = "5",
     .day = -1},
    {.name = "so it does with an empty one",
     .files = {{.day = -1, .point = EMPTY, .revoked = "\5"}},
     .revoked = "5",
     .day = -1},
    {.name = "and with one that writes out FALSE",
     .files = {{.day = -1, .point = FALSE_USERS, .revoked = "\5"}},
     .revoked = "5",
     .day = -1},
    {.name = "C2: a name alone does not: what it lists is revoked",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"}},
     .said = PART "distributionPoint)",
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "C1: a name and user certificates: nor does it",
     .files = {{.day = -1, .point = USERS1, .revoked = "\5"}},
     .said = "may not cover every certificate (" PART
             "distributionPoint, onlyContainsUserCerts): certificates that no "
             "CRL lists are answered tryLater; if the CRLs named here cover "
             "every certificate of this CA, " SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "C1: which is no news to who has said so",
     .files = {{.day = -1, .point = USERS1, .revoked = "\5"}},
     .complete = true,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "R142: user certificates alone",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"}},
     .said = SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "so, and not critical",
     .files = {{.day = -1, .point = USERS_LAX, .revoked = "\5"}},
     .said = SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "CA certificates alone",
     .files = {{.day = -1, .point = CAS, .revoked = "\5"}},
     .said = SAY,
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "some reasons alone",
     .files = {{.day = -1, .point = REASONS, .revoked = "\5"}},
     .said = PART "onlySomeReasons)",
     .revoked = "5",
     .partial = true,
     .day = -1},
    {.name = "attribute certificates are not asked about",
     .files = {{.day = -1, .point = ATTRIBUTES, .revoked = "\5"}},
     .want = OCSP_EUNSUPPORTED,
     .said = "onlyContainsAttributeCerts"},
    {.name = "whatever the operator says",
     .files = {{.day = -1, .point = ATTRIBUTES, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EUNSUPPORTED,
     .said = "onlyContainsAttributeCerts"},
    {.name = "an indirect CRL is refused",
     .files = {{.day = -1, .point = INDIRECT, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EUNSUPPORTED,
     .said = "an indirect CRL"},
    {.name = "user and CA certificates in one contradict each other",
     .files = {{.day = -1, .point = BOTH_KINDS, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EUNSUPPORTED,
     .said = "has more than one of"},
    {.name = "a field that there is not",
     .files = {{.day = -1, .point = NO_POINT, .revoked = "\5"}},
     .complete = true,
     .want = OCSP_EMALFORMED,
     .said = "issuingDistributionPoint is not DER"},

    /* several */
    {.name = "C3, R142: user and CA certificates together are everything",
     .files = {{.day = -1, .point = USERS, .revoked = "\5", .until = 3},
               {.day = -2, .point = CAS, .revoked = "\4", .until = 5}},
     .revoked = "45",
     .day = -2,
     .until = 3},
    {.name = "C3: so they are by OCSPCRLFile",
     .files = {{.day = -1, .point = CAS, .revoked = "\4"},
               {.day = -1, .point = USERS, .revoked = "\5"}},
     .named = true,
     .revoked = "45",
     .day = -1},
    {.name = "each the newest of its scope",
     .files = {{.day = -4, .point = USERS, .revoked = "\5\6"},
               {.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4"},
               {.day = -3, .point = CAS, .revoked = "\3"}},
     .revoked = "45",
     .day = -2},
    {.name = "or the one with the highest number",
     .files = {{.day = -1, .point = USERS, .revoked = "\5", .number = "02"},
               {.day = -1, .point = USERS, .revoked = "\6", .number = "03"},
               {.day = -1, .point = CAS, .revoked = "\4"}},
     .revoked = "46",
     .day = -1},
    {.name = "not where a name narrows them further",
     .files = {{.day = -1, .point = USERS1, .revoked = "\5"},
               {.day = -1, .point = CAS1, .revoked = "\4"}},
     .said = SAY,
     .revoked = "45",
     .partial = true,
     .day = -1},
    {.name = "nor one of them",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -1, .point = CAS1, .revoked = "\4"}},
     .said = SAY,
     .revoked = "45",
     .partial = true,
     .day = -1},
    {.name = "two names are two parts",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -2, .point = NAME2, .revoked = "\4"},
               {.day = -3, .point = NAME1, .revoked = "\6"}},
     .complete = true,
     .revoked = "45",
     .partial = true,
     .day = -2},
    {.name = "a part that is newer than the whole adds to it",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -2, .revoked = "\4"},
               {.day = -3, .point = NAME2, .revoked = "\6"}},
     .revoked = "45",
     .day = -2},
    {.name = "what is older than the whole is superseded",
     .files = {{.day = -2, .point = NAME1, .revoked = "\5"},
               {.day = -1, .revoked = "\4"}},
     .revoked = "4",
     .day = -1},
    {.name = "a half that breaks off covers nothing",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4", .flaw = CUT}},
     .want = OCSP_EMALFORMED,
     .said = "b.crl: "},
    {.name = "nor does one that another key signed",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4", .flaw = OTHER_KEY}},
     .said = SAY,
     .rejected = "b.crl: RFC 5280 section 6.3.3 (g)",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "then the operator's word does not count either",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -2, .point = NAME2, .revoked = "\4", .flaw = OTHER_KEY}},
     .complete = true,
     .said = "OCSPCRLCoverage complete has no effect",
     .rejected = "b.crl: RFC 5280 section 6.3.3 (g)",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "nor beside one that is another key's by its own words",
     .files =
         {{.day = -1, .point = NAME1, .revoked = "\5"},
          {.day = -2, .point = NAME2, .revoked = "\4", .flaw = OTHER_KIND}},
     .complete = true,
     .said = "/b.crl is signed by another key of the CA",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "which is not missed beside what covers everything",
     .files = {{.day = -1, .point = NAME2, .revoked = "\4", .flaw = OTHER_KIND},
               {.day = -2, .revoked = "\5"}},
     .complete = true,
     .revoked = "5",
     .missing_crls = true,
     .day = -2},
    {.name = "nor beside one of the future",
     .files = {{.day = 1, .point = NAME2, .revoked = "\4"},
               {.day = -1, .point = NAME1, .revoked = "\5"}},
     .complete = true,
     .said = "OCSPCRLCoverage complete has no effect",
     .rejected = "is in the future",
     .revoked = "5",
     .partial = true,
     .missing_crls = true,
     .day = -1},
    {.name = "without nextUpdate both count as long as the older one",
     .files = {{.day = -1, .point = USERS, .revoked = "\5", .until = ENDLESS},
               {.day = -2, .point = CAS, .revoked = "\4", .until = ENDLESS}},
     .said = "has no nextUpdate: is used until 2026-06-06",
     .revoked = "45",
     .day = -2,
     .until = ENDLESS},
    {.name = "one without nextUpdate counts for a week beside one with",
     .files = {{.day = -1, .point = USERS, .revoked = "\5"},
               {.day = -2, .point = CAS, .revoked = "\4", .until = ENDLESS}},
     .revoked = "45",
     .day = -2,
     .until = 5},
    {.name = "two named ones of one scope: perhaps another part was meant",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -1, .point = NAME1, .revoked = "\5"}},
     .named = true,
     .complete = true,
     .said = "/b.crl is no newer than another CRL of its scope",
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
    {.name = "in a directory two names of one file are one",
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -1, .flaw = LINK},
               {.day = -1, .point = NAME2, .revoked = "\4"}},
     .complete = true,
     .revoked = "45",
     .partial = true,
     .day = -1},

    /* C4 */
    {.name = "C4: of two named ones the CA's own is used",
     .files = {{.day = -1, .revoked = "\4", .flaw = OTHER_NAME},
               {.day = -2, .revoked = "\5"}},
     .named = true,
     .not_used = "a.crl: is the CRL of another CA (CN=Other CA), not of "
                 "CN=Test CA: ",
     .revoked = "5",
     .missing_crls = true,
     .day = -2},
    {.name = "C4: where none is its own there is nothing",
     .files = {{.day = -1, .revoked = "\4", .flaw = OTHER_NAME}},
     .named = true,
     .want = OCSP_EUNKNOWNCA,
     .said = "a.crl: is the CRL of another CA (CN=Other CA), not of CN=Test "
             "CA: "},
    {.name = "C4: a part beside it is not complete",
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
    {.name = "a newer one of each scope is taken",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -5, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\6"},
               {.day = -2, .point = CAS, .revoked = "\3"}},
     .revoked = "36",
     .day = -2},
    {.name = "and of one scope, while the other stays",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -5, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\6"},
               {.day = -5, .point = CAS, .revoked = "\4"}},
     .revoked = "46",
     .day = -5},
    {.name = "R140: an older one of its scope is not, and the one in use stays",
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
    {.name = "R140: nor a part that is older than the whole in use",
     .last = {{.day = -2, .revoked = "\5"}},
     .files = {{.day = -3, .point = USERS1, .revoked = "\4"}},
     .named = true,
     .complete = true,
     .want = OCSP_ESTALE,
     .said = "is before 2026-05-30T00:00:00Z"},
    {.name = "R140: though the other is older still",
     .last = {{.day = -3, .point = USERS, .revoked = "\5"},
              {.day = -6, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -4, .point = USERS, .revoked = "\6"},
               {.day = -6, .point = CAS, .revoked = "\4"}},
     .not_used = "onlyContainsUserCerts) is gone",
     .rejected = "is before 2026-05-29T00:00:00Z",
     .revoked = "45",
     .day = -6},
    {.name = "R140: by name it is a failure",
     .last = {{.day = -3, .point = USERS, .revoked = "\5"},
              {.day = -6, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -4, .point = USERS, .revoked = "\6"},
               {.day = -6, .point = CAS, .revoked = "\4"}},
     .named = true,
     .want = OCSP_ESTALE,
     .said = "is before 2026-05-29T00:00:00Z"},
    {.name = "R140: a lower number of its scope",
     .last = {{.day = -3, .point = USERS, .revoked = "\5", .number = "05"},
              {.day = -3, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -2, .point = USERS, .revoked = "\6", .number = "04"},
               {.day = -3, .point = CAS, .revoked = "\4"}},
     .not_used = "onlyContainsUserCerts) is gone",
     .rejected = "CRLNumber is lower",
     .revoked = "45",
     .day = -3},
    {.name = "a part that has gone stays as it was",
     .last = {{.day = -4, .point = NAME1, .revoked = "\5", .until = 2},
              {.day = -4, .point = NAME2, .revoked = "\4"}},
     .files = {{.day = -1, .point = NAME2, .revoked = "\3"}},
     .complete = true,
     .not_used = "distributionPoint) is gone, and this one may not cover the "
                 "same certificates: restore it, or stop httpd and start it "
                 "again",
     .revoked = "345",
     .partial = true,
     .day = -4,
     .until = 2},
    {.name = "so does the whole where a part comes instead",
     .last = {{.day = -4, .revoked = "\5", .until = 2}},
     .files = {{.day = -1, .point = USERS1, .revoked = "\4"}},
     .named = true,
     .not_used = "for every certificate) is gone",
     .revoked = "45",
     .day = -4,
     .until = 2},
    {.name = "what covers it replaces it",
     .last = {{.day = -4, .point = USERS1, .revoked = "\5"}},
     .files = {{.day = -1, .revoked = "\4"}},
     .revoked = "4",
     .day = -1},
    {.name = "if it is not older",
     .last = {{.day = -2, .point = USERS1, .revoked = "\5"}},
     .files = {{.day = -3, .revoked = "\4"}},
     .not_used = "onlyContainsUserCerts) is gone",
     .revoked = "45",
     .day = -3},
    {.name = "two halves replace the whole",
     .last = {{.day = -4, .revoked = "\5"}},
     .files = {{.day = -1, .point = USERS, .revoked = "\4"},
               {.day = -2, .point = CAS, .revoked = "\3"}},
     .revoked = "34",
     .day = -2},
    {.name = "and the whole two halves",
     .last = {{.day = -4, .point = USERS, .revoked = "\5"},
              {.day = -3, .point = CAS, .revoked = "\4"}},
     .files = {{.day = -1, .revoked = "\3"}},
     .revoked = "3",
     .day = -1},
    {.name = "a further part is news, although it is older",
     .last = {{.day = -1, .point = NAME1, .revoked = "\5"}},
     .files = {{.day = -1, .point = NAME1, .revoked = "\5"},
               {.day = -3, .point = NAME2, .revoked = "\4"}},
     .complete = true,
     .revoked = "45",
     .partial = true,
     .day = -3},
};

#endif
