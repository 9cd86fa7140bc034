/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cases of crl_select.c: the files of one issuer, and which is used.
 */
#ifndef OCSP_UNIT_CRL_SELECT_CASES_H
#define OCSP_UNIT_CRL_SELECT_CASES_H

#include "status/status.h"

#define FILES_MAX 7

/** What is wrong with a CRL. */
typedef enum {
    NOTHING = 0,
    BROKEN,     /* its signature is */
    OTHER_KEY,  /* the same name, but signed by another key */
    OTHER_ID,   /* so, and its authorityKeyIdentifier says so */
    OWN_ID,     /* so, but its authorityKeyIdentifier is the CA's */
    OTHER_NAME, /* another issuer's */
    BACKWARDS,  /* nextUpdate before thisUpdate */
    RUBBISH,    /* no CRL at all */
    GONE,       /* removed once it was found */
    LINK        /* a link to a.crl */
} flaw_t;

/** Where it is: in the directory, or named for the issuer, or both. */
typedef enum { FOUND = 0, NAMED, BOTH } place_t;

typedef struct {
    const char *name; /* NULL: no more */
    int day;          /* of thisUpdate, from PKI_NOW */
    const char *number;
    flaw_t flaw;
    place_t place;
} file_t;

typedef struct {
    const char *name;
    file_t files[FILES_MAX];
    int last_day; /* thisUpdate of the table in use; 0: there is none */
    unsigned char last_number;
    apr_status_t want;
    const char *taken;
    const char *said[3]; /* in rejected, or in the reason */
    const char *unsaid;
} case_t;

static const case_t cases[] = {
    {.name = "of two CRLs the newer one is taken",
     .files = {{"a.crl", -1, NULL, NOTHING, FOUND},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .taken = "a.crl"},
    {.name = "whatever they are called",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "an older one is not read through",
     .files = {{"a.crl", -2, NULL, BROKEN, FOUND},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "a newest one with a broken signature is passed over and told",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BROKEN, FOUND},
               {"c.crl", -3, NULL, NOTHING, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"},
     .unsaid = "c.crl"},
    {.name = "R69: so is one of the future",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", 1, NULL, NOTHING, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 5.1.2.4: thisUpdate "
              "2026-06-02T00:00:00Z is in the future"}},
    {.name = "one that ends before it begins hides nothing older",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BACKWARDS, FOUND}},
     .want = OCSP_EMALFORMED,
     .said = {"b.crl: RFC 5280 section 5.1.2.5"}},
    {.name = "and one that is gone meanwhile",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, GONE, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: cannot be opened"}},
    {.name = "one of another key under the same name is passed over",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_KEY, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "one that names another key is no word worth",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_ID, FOUND}},
     .taken = "a.crl"},
    {.name = "but one that names the CA's is, though it has not signed",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OWN_ID, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "where another key's is all there is that is the reason",
     .files = {{"b.crl", -1, NULL, OTHER_ID, FOUND}},
     .want = OCSP_EOTHERKEY,
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "a named one of another key is a failure",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_ID, NAMED}},
     .want = OCSP_EOTHERKEY,
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "one of another name and rubbish never come in",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_NAME, FOUND},
               {"c.crl", -1, NULL, RUBBISH, FOUND}},
     .taken = "a.crl"},
    {.name = "R140: of one thisUpdate the higher number counts",
     .files = {{"a.crl", -1, "FF", NOTHING, FOUND},
               {"b.crl", -1, "0100", NOTHING, FOUND},
               {"c.crl", -1, "02", NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "of one thisUpdate and one number the first by name",
     .files = {{"b.crl", -1, "05", NOTHING, FOUND},
               {"a.crl", -1, "05", NOTHING, FOUND}},
     .taken = "a.crl"},
    {.name = "a broken one of the same thisUpdate is told",
     .files = {{"a.crl", -1, "05", NOTHING, FOUND},
               {"b.crl", -1, "06", BROKEN, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: "}},
    {.name = "of many that cannot be taken three are told, and how many",
     .files = {{"a.crl", -1, NULL, BROKEN, FOUND},
               {"b.crl", -2, NULL, BROKEN, FOUND},
               {"c.crl", -3, NULL, BROKEN, FOUND},
               {"d.crl", -4, NULL, BROKEN, FOUND},
               {"e.crl", -5, NULL, BROKEN, FOUND},
               {"f.crl", -6, NULL, NOTHING, FOUND}},
     .taken = "f.crl",
     .said = {"a.crl: ", "c.crl: ", "; 5 CRLs were rejected in all"},
     .unsaid = "d.crl"},
    {.name = "where none can be taken the reasons are the reason",
     .files = {{"a.crl", -1, NULL, BROKEN, FOUND},
               {"b.crl", -2, NULL, OTHER_KEY, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: ", "b.crl: "}},
    {.name = "a named CRL is taken",
     .files = {{"a.crl", -1, NULL, NOTHING, NAMED}},
     .taken = "a.crl"},
    {.name = "a named one gives way to a newer one",
     .files = {{"a.crl", -2, NULL, BROKEN, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "a named one comes before older ones",
     .files = {{"a.crl", -1, NULL, NOTHING, NAMED},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .taken = "a.crl"},
    {.name = "of two that are named the newer one is taken",
     .files = {{"a.crl", -2, NULL, NOTHING, NAMED},
               {"b.crl", -1, NULL, NOTHING, NAMED}},
     .taken = "b.crl"},
    {.name = "a named one that is broken is a failure",
     .files = {{"a.crl", -1, NULL, BROKEN, NAMED},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: "},
     .unsaid = "b.crl"},
    {.name = "also beside a good one of its thisUpdate",
     .files = {{"a.crl", -1, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BROKEN, NAMED}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"b.crl: "}},
    {.name = "also behind a newer one that was found and passed over",
     .files = {{"a.crl", -2, NULL, BROKEN, NAMED},
               {"b.crl", -1, NULL, OTHER_KEY, FOUND},
               {"c.crl", -3, NULL, NOTHING, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"b.crl: ", "a.crl: "},
     .unsaid = "c.crl"},
    {.name = "R69: a named one of the future is a failure",
     .files = {{"a.crl", 1, NULL, NOTHING, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .want = OCSP_ENOTYET,
     .said = {"a.crl: "}},
    {.name = "a named one of another issuer does not count beside its own",
     .files = {{"a.crl", -2, NULL, OTHER_NAME, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "U14: alone it is a failure, and whose it is, is said",
     .files = {{"a.crl", -2, NULL, OTHER_NAME, NAMED}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: is the CRL of another CA (CN=Other CA), not of CN=Test "
              "CA: ",
              "(RFC 5280 section 5.1.2.3)"}},
    {.name = "named rubbish is a failure",
     .files = {{"a.crl", -2, NULL, RUBBISH, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .want = OCSP_EMALFORMED,
     .said = {"a.crl: "}},
    {.name = "a named file that is missing is a failure",
     .files = {{"a.crl", -2, NULL, GONE, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .want = APR_ENOENT,
     .said = {"a.crl: cannot be opened"}},
    {.name = "a file that is linked to is read once",
     .files = {{"a.crl", -1, NULL, BROKEN, FOUND},
               {"b.crl", 0, NULL, LINK, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: "},
     .unsaid = "b.crl"},
    {.name = "a file that is named and found is read once, as named",
     .files = {{"a.crl", -1, NULL, BROKEN, BOTH},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: "},
     .unsaid = "; "},
    {.name = "R140: nothing older than the table in use is taken",
     .files = {{"a.crl", -3, NULL, NOTHING, FOUND},
               {"b.crl", -4, NULL, NOTHING, FOUND}},
     .last_day = -2,
     .want = OCSP_ESTALE,
     .said = {"a.crl: RFC 5280 section 5.1.2.4: thisUpdate "
              "2026-05-29T00:00:00Z is before"}},
    {.name = "nor instead of a newer one that is broken",
     .files = {{"a.crl", -3, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BROKEN, FOUND}},
     .last_day = -2,
     .want = OCSP_ESTALE,
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)", "; ", "a.crl: RFC 5280"}},
    {.name = "nor a named one",
     .files = {{"a.crl", -3, NULL, NOTHING, NAMED},
               {"b.crl", -4, NULL, NOTHING, FOUND}},
     .last_day = -2,
     .want = OCSP_ESTALE,
     .said = {"a.crl: "}},
    {.name = "the one in use is taken again",
     .files = {{"a.crl", -2, "05", NOTHING, FOUND},
               {"b.crl", -3, "04", NOTHING, FOUND}},
     .last_day = -2,
     .last_number = 5,
     .taken = "a.crl"},
    {.name = "its lower-numbered twin does no harm, even named",
     .files = {{"a.crl", -2, "04", NOTHING, NAMED},
               {"b.crl", -2, "05", NOTHING, NAMED}},
     .last_day = -2,
     .last_number = 5,
     .taken = "b.crl"},
    {.name = "R140: a newer one with a lower number is passed over",
     .files = {{"a.crl", -1, "04", NOTHING, FOUND},
               {"b.crl", -2, "05", NOTHING, FOUND}},
     .last_day = -2,
     .last_number = 5,
     .taken = "b.crl",
     .said = {"a.crl: RFC 5280 section 5.2.3: CRLNumber is lower"}},
    {.name = "R140: a named one with a lower number is a failure",
     .files = {{"a.crl", -1, "04", NOTHING, NAMED},
               {"b.crl", -2, "05", NOTHING, FOUND}},
     .last_day = -2,
     .last_number = 5,
     .want = OCSP_ESTALE,
     .said = {"a.crl: RFC 5280 section 5.2.3: CRLNumber is lower"}},
};

#endif
