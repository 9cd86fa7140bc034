/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The result of a load: kinds, and when unchanged files must be read again.
 */
#include "shared/load_result.h"

#include <string.h>

#include "tap.h"

static ocsp_load_result_cell_t cell;

static void write_kind(ocsp_load_result_kind_t kind)
{
    ocsp_load_result_write(&cell, kind, 1000, "text");
}

/* A load that ended so. */
static void end(ocsp_load_result_kind_t kind)
{
    cell.incomplete = true;
    write_kind(kind);
}

static void test_incomplete(void)
{
    static const struct {
        const char *name;
        ocsp_load_result_kind_t kind;
        bool incomplete;
    } cases[] = {
        {"all was loaded", OCSP_LOAD_RESULT_LOADED, false},
        {"newer CRLs were rejected", OCSP_LOAD_RESULT_NEWER_REJECTED, false},
        {"some were rejected", OCSP_LOAD_RESULT_PARTLY_REJECTED, true},
        {"files are hidden", OCSP_LOAD_RESULT_HIDDEN, true},
        {"all were rejected", OCSP_LOAD_RESULT_REJECTED, true},
    };
    size_t i;

    ok(!cell.incomplete, "before the first load");
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        end(cases[i].kind);
        ok(cell.incomplete == cases[i].incomplete, "%s: %s", cases[i].name,
           cases[i].incomplete ? "all is read again" : "that is known");
    }
    end(OCSP_LOAD_RESULT_LOADED);
    write_kind(OCSP_LOAD_RESULT_REJECTED);
    ok(!cell.incomplete,
       "a file that is missing, and then is there as before, is not read");
    end(OCSP_LOAD_RESULT_NEWER_REJECTED);
    write_kind(OCSP_LOAD_RESULT_REJECTED);
    ok(cell.incomplete,
       "but it is if it is forgotten that newer CRLs were rejected");
    cell.incomplete = true;
    ok(cell.incomplete, "a load that did not end");
}

static void test_record(void)
{
    char text[2 * OCSP_LOAD_RESULT_MAX];
    ocsp_load_result_record_t record;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ocsp_load_result_write(&cell, OCSP_LOAD_RESULT_KILLED, 77, text);
    ok(ocsp_load_result_read(&record, &cell) && record.time == 77
           && record.kind == OCSP_LOAD_RESULT_KILLED,
       "what was written is read");
    is_int((long long)strlen(record.text), OCSP_LOAD_RESULT_MAX - 1,
           "a long text is cut off");
    ocsp_load_result_write(&cell, OCSP_LOAD_RESULT_LOADED, 78, NULL);
    ok(ocsp_load_result_read(&record, &cell) && record.text[0] == '\0',
       "no text is an empty one");
}

static void test_failure(void)
{
    ok(!ocsp_load_result_is_failure(OCSP_LOAD_RESULT_LOADED)
           && !ocsp_load_result_is_failure(OCSP_LOAD_RESULT_ROOT_ONLY),
       "what was loaded is no failure");
    ok(ocsp_load_result_is_failure(OCSP_LOAD_RESULT_NEWER_REJECTED)
           && ocsp_load_result_is_failure(OCSP_LOAD_RESULT_KILLED),
       "what was rejected is one");
}

int main(void)
{
    test_incomplete();
    test_record();
    test_failure();
    return done_testing();
}
