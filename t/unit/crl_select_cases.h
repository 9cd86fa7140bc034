/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The cases of crl_select.c: the files of one issuer, and which is used.
 */
#ifndef OCSP_UNIT_CRL_SELECT_CASES_H
#define OCSP_UNIT_CRL_SELECT_CASES_H

#include "status/error.h"

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
    {.name = "of two CRLs the newer one is used",
     .files = {{"a.crl", -1, NULL, NOTHING, FOUND},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .taken = "a.crl"},
    {.name = "whatever their names are",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "an older one is not read",
     .files = {{"a.crl", -2, NULL, BROKEN, FOUND},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "a newer CRL with a broken signature is rejected and reported",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BROKEN, FOUND},
               {"c.crl", -3, NULL, NOTHING, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"},
     .unsaid = "c.crl"},
    {.name = "R69: so is one from the future",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", 1, NULL, NOTHING, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 5.1.2.4: thisUpdate "
              "2026-06-02T00:00:00Z is in the future"}},
    {.name = "a CRL with nextUpdate before thisUpdate is an error",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BACKWARDS, FOUND}},
     .want = OCSP_EMALFORMED,
     .said = {"b.crl: RFC 5280 section 5.1.2.5"}},
    {.name = "a CRL that was removed meanwhile is rejected",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, GONE, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: cannot be opened"}},
    {.name = "a CRL of another key with the same name is rejected",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_KEY, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name =
         "one whose authorityKeyIdentifier names another key is not reported",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_ID, FOUND}},
     .taken = "a.crl"},
    {.name = "one that names the CA's key, which has not signed it, is",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OWN_ID, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "if there is only the CRL of another key, that is the reason",
     .files = {{"b.crl", -1, NULL, OTHER_ID, FOUND}},
     .want = OCSP_EOTHERKEY,
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "a named CRL of another key is an error",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_ID, NAMED}},
     .want = OCSP_EOTHERKEY,
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)"}},
    {.name = "CRLs of another name and files that are no CRLs are ignored",
     .files = {{"a.crl", -2, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, OTHER_NAME, FOUND},
               {"c.crl", -1, NULL, RUBBISH, FOUND}},
     .taken = "a.crl"},
    {.name = "R140: with equal thisUpdate the highest CRLNumber is used",
     .files = {{"a.crl", -1, "FF", NOTHING, FOUND},
               {"b.crl", -1, "0100", NOTHING, FOUND},
               {"c.crl", -1, "02", NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "with equal thisUpdate and CRLNumber the first name is used",
     .files = {{"b.crl", -1, "05", NOTHING, FOUND},
               {"a.crl", -1, "05", NOTHING, FOUND}},
     .taken = "a.crl"},
    {.name = "a broken CRL with the same thisUpdate is reported",
     .files = {{"a.crl", -1, "05", NOTHING, FOUND},
               {"b.crl", -1, "06", BROKEN, FOUND}},
     .taken = "a.crl",
     .said = {"b.crl: "}},
    {.name = "three of many rejected CRLs are reported, and their number",
     .files = {{"a.crl", -1, NULL, BROKEN, FOUND},
               {"b.crl", -2, NULL, BROKEN, FOUND},
               {"c.crl", -3, NULL, BROKEN, FOUND},
               {"d.crl", -4, NULL, BROKEN, FOUND},
               {"e.crl", -5, NULL, BROKEN, FOUND},
               {"f.crl", -6, NULL, NOTHING, FOUND}},
     .taken = "f.crl",
     .said = {"a.crl: ", "c.crl: ", "; 5 CRLs were rejected in all"},
     .unsaid = "d.crl"},
    {.name = "if all are rejected, the reasons of all are given",
     .files = {{"a.crl", -1, NULL, BROKEN, FOUND},
               {"b.crl", -2, NULL, OTHER_KEY, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: ", "b.crl: "}},
    {.name = "a named CRL is used",
     .files = {{"a.crl", -1, NULL, NOTHING, NAMED}},
     .taken = "a.crl"},
    {.name = "a newer CRL from a directory is used instead of a named one",
     .files = {{"a.crl", -2, NULL, BROKEN, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "a named one is used before older ones",
     .files = {{"a.crl", -1, NULL, NOTHING, NAMED},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .taken = "a.crl"},
    {.name = "of two named CRLs the newer one is used",
     .files = {{"a.crl", -2, NULL, NOTHING, NAMED},
               {"b.crl", -1, NULL, NOTHING, NAMED}},
     .taken = "b.crl"},
    {.name = "a named CRL that is broken is an error",
     .files = {{"a.crl", -1, NULL, BROKEN, NAMED},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: "},
     .unsaid = "b.crl"},
    {.name = "also beside a good one with the same thisUpdate",
     .files = {{"a.crl", -1, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BROKEN, NAMED}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"b.crl: "}},
    {.name = "also after a newer one from a directory that is rejected",
     .files = {{"a.crl", -2, NULL, BROKEN, NAMED},
               {"b.crl", -1, NULL, OTHER_KEY, FOUND},
               {"c.crl", -3, NULL, NOTHING, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"b.crl: ", "a.crl: "},
     .unsaid = "c.crl"},
    {.name = "R69: a named CRL from the future is an error",
     .files = {{"a.crl", 1, NULL, NOTHING, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .want = OCSP_ENOTYET,
     .said = {"a.crl: "}},
    {.name = "a named CRL of another issuer is not used beside its own",
     .files = {{"a.crl", -2, NULL, OTHER_NAME, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .taken = "b.crl"},
    {.name = "U14: alone it is an error, and its issuer is reported",
     .files = {{"a.crl", -2, NULL, OTHER_NAME, NAMED}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: is the CRL of another CA (CN=Other CA): name a CRL of "
              "CN=Test CA ",
              "(RFC 5280 section 5.1.2.3)"}},
    {.name = "a named file that is no CRL is an error",
     .files = {{"a.crl", -2, NULL, RUBBISH, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .want = OCSP_EMALFORMED,
     .said = {"a.crl: "}},
    {.name = "a named file that is missing is an error",
     .files = {{"a.crl", -2, NULL, GONE, NAMED},
               {"b.crl", -1, NULL, NOTHING, FOUND}},
     .want = APR_ENOENT,
     .said = {"a.crl: cannot be opened"}},
    {.name = "a file and a link to it are read once",
     .files = {{"a.crl", -1, NULL, BROKEN, FOUND},
               {"b.crl", 0, NULL, LINK, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: "},
     .unsaid = "b.crl"},
    {.name = "a file that is named and in a directory is read once, as named",
     .files = {{"a.crl", -1, NULL, BROKEN, BOTH},
               {"b.crl", -2, NULL, NOTHING, FOUND}},
     .want = OCSP_EUNKNOWNCA,
     .said = {"a.crl: "},
     .unsaid = "; "},
    {.name = "R140: no CRL older than the one in use is used",
     .files = {{"a.crl", -3, NULL, NOTHING, FOUND},
               {"b.crl", -4, NULL, NOTHING, FOUND}},
     .last_day = -2,
     .want = OCSP_ESTALE,
     .said = {"a.crl: RFC 5280 section 5.1.2.4: thisUpdate "
              "2026-05-29T00:00:00Z is before"}},
    {.name = "not even if the newer ones are broken",
     .files = {{"a.crl", -3, NULL, NOTHING, FOUND},
               {"b.crl", -1, NULL, BROKEN, FOUND}},
     .last_day = -2,
     .want = OCSP_ESTALE,
     .said = {"b.crl: RFC 5280 section 6.3.3 (g)", "; ", "a.crl: RFC 5280"}},
    {.name = "not even a named one",
     .files = {{"a.crl", -3, NULL, NOTHING, NAMED},
               {"b.crl", -4, NULL, NOTHING, FOUND}},
     .last_day = -2,
     .want = OCSP_ESTALE,
     .said = {"a.crl: "}},
    {.name = "the CRL in use is used again",
     .files = {{"a.crl", -2, "05", NOTHING, FOUND},
               {"b.crl", -3, "04", NOTHING, FOUND}},
     .last_day = -2,
     .last_number = 5,
     .taken = "a.crl"},
    {.name = "one with the same thisUpdate and a lower number is superseded",
     .files = {{"a.crl", -2, "04", NOTHING, NAMED},
               {"b.crl", -2, "05", NOTHING, NAMED}},
     .last_day = -2,
     .last_number = 5,
     .taken = "b.crl"},
    {.name = "R140: a newer CRL with a lower number is rejected",
     .files = {{"a.crl", -1, "04", NOTHING, FOUND},
               {"b.crl", -2, "05", NOTHING, FOUND}},
     .last_day = -2,
     .last_number = 5,
     .taken = "b.crl",
     .said = {"a.crl: RFC 5280 section 5.2.3: CRLNumber is lower"}},
    {.name = "R140: a named CRL with a lower number is an error",
     .files = {{"a.crl", -1, "04", NOTHING, NAMED},
               {"b.crl", -2, "05", NOTHING, FOUND}},
     .last_day = -2,
     .last_number = 5,
     .want = OCSP_ESTALE,
     .said = {"a.crl: RFC 5280 section 5.2.3: CRLNumber is lower"}},
};

#endif
