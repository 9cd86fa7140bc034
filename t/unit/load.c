/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/load.
 */
#include <apr_general.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "feed.h"
#include "pki.h"
#include "status/load.h"
#include "tap.h"

static apr_pool_t *pool;
static EVP_PKEY *key;
static X509 *ca;
static ocsp_issuer_t *issuer;

/** One CRL and what is to be said of it at PKI_NOW. */
typedef struct {
    const char *name;
    int64_t this_update;
    int64_t next_update;
    int64_t last_update; /* of the table in use; 0: there is none */
    const char *number;
    const char *last_number; /* one octet */
    apr_status_t want;
    bool checked;     /* OCSPThisUpdate checked */
    const char *said; /* the warning, or the reason; NULL: no warning */
    int64_t grace_s;
    int64_t max_age_s; /* 0: not set; OFF */
} case_t;

#define OFF INT64_C(-2)

#define DAYS(n) (PKI_NOW + (n)*PKI_DAY)

static const case_t cases[] = {
    {.name = "a CRL of today causes no warning",
     .this_update = DAYS(0),
     .next_update = DAYS(7)},
    {.name = "nor does one of 9 days ago",
     .this_update = DAYS(-9),
     .next_update = DAYS(7)},
    {.name = "R98: one older than 10 days causes the warning about Firefox",
     .this_update = DAYS(-11),
     .next_update = DAYS(20),
     .said = "Firefox"},
    {.name = "not if thisUpdate is the time of the last look",
     .this_update = DAYS(-11),
     .next_update = DAYS(20),
     .checked = true},
    {.name = "an expired CRL causes a warning then as well",
     .this_update = DAYS(-11),
     .next_update = DAYS(-1),
     .said = "expired at",
     .checked = true},
    {.name = "a clock 5 minutes ahead is accepted",
     .this_update = PKI_NOW + OCSP_CRL_SKEW_S,
     .next_update = DAYS(7)},
    {.name = "6 minutes are not",
     .this_update = PKI_NOW + OCSP_CRL_SKEW_S + 60,
     .next_update = DAYS(7),
     .want = OCSP_ENOTYET,
     .said = "thisUpdate 2026-06-01T00:06:00Z is in the future"},
    {.name = "a CRL past its nextUpdate is used with a warning",
     .this_update = DAYS(-8),
     .next_update = DAYS(-1),
     .said = "expired at 2026-05-31T00:00:00Z"},
    {.name = "at its nextUpdate a CRL is expired",
     .this_update = DAYS(-8),
     .next_update = DAYS(0),
     .said = "expired at"},
    {.name = "a second before it is not",
     .this_update = DAYS(-8),
     .next_update = PKI_NOW + 1},
    {.name = "R139: a CRL without nextUpdate is used for 7 days",
     .this_update = DAYS(-1),
     .next_update = PKI_NO_NEXT_UPDATE,
     .said = "has no nextUpdate, and is used until 2026-06-07T00:00:00Z "
             "(OCSPSourceMaxAge)"},
    {.name = "and then no longer",
     .this_update = DAYS(-8),
     .next_update = PKI_NO_NEXT_UPDATE,
     .said = "expired at 2026-05-31T00:00:00Z"},
    {.name = "R139: or for OCSPSourceMaxAge",
     .this_update = DAYS(-8),
     .next_update = PKI_NO_NEXT_UPDATE,
     .max_age_s = 9 * PKI_DAY,
     .said = "has no nextUpdate, and is used until 2026-06-02T00:00:00Z"},
    {.name = "or without end",
     .this_update = DAYS(-9),
     .next_update = PKI_NO_NEXT_UPDATE,
     .max_age_s = OFF,
     .said = "has no nextUpdate, and is used without end"},
    {.name = "R98: Firefox ignores OCSPSourceMaxAge",
     .this_update = DAYS(-11),
     .next_update = PKI_NO_NEXT_UPDATE,
     .max_age_s = OFF,
     .said = "Firefox"},
    {.name = "OCSPSourceMaxAge has no effect on a CRL with nextUpdate",
     .this_update = DAYS(-8),
     .next_update = DAYS(7),
     .max_age_s = PKI_DAY},
    {.name = "in its grace a CRL is used with a warning",
     .this_update = DAYS(-8),
     .next_update = DAYS(-1),
     .grace_s = 2 * PKI_DAY,
     .said = "past its nextUpdate 2026-05-31T00:00:00Z, and is used until "
             "2026-06-02T00:00:00Z (OCSPStaleGrace)"},
    {.name = "R67: after its grace no longer",
     .this_update = DAYS(-8),
     .next_update = DAYS(-2),
     .grace_s = 2 * PKI_DAY,
     .said = "expired at 2026-06-01T00:00:00Z"},
    {.name = "nextUpdate before thisUpdate is malformed",
     .this_update = DAYS(-1),
     .next_update = DAYS(-2),
     .want = OCSP_EMALFORMED,
     .said = "section 5.1.2.5: nextUpdate"},
    {.name = "R140: an older thisUpdate is rejected",
     .this_update = DAYS(-2),
     .next_update = DAYS(7),
     .last_update = DAYS(-1),
     .want = OCSP_ESTALE,
     .said = "5.1.2.4: thisUpdate 2026-05-30T00:00:00Z is before"},
    {.name = "the same thisUpdate is not",
     .this_update = DAYS(-1),
     .next_update = DAYS(7),
     .last_update = DAYS(-1)},
    {.name = "R140: a lower CRLNumber is rejected",
     .this_update = DAYS(-1),
     .next_update = DAYS(7),
     .last_update = DAYS(-2),
     .number = "04",
     .last_number = "\x05",
     .want = OCSP_ESTALE,
     .said = "5.2.3: CRLNumber is lower"},
    {.name = "the same CRLNumber is not",
     .this_update = DAYS(-1),
     .next_update = DAYS(7),
     .last_update = DAYS(-2),
     .number = "05",
     .last_number = "\x05"},
    {.name = "a longer CRLNumber is higher",
     .this_update = DAYS(-1),
     .next_update = DAYS(7),
     .last_update = DAYS(-2),
     .number = "0100",
     .last_number = "\xff"},
};

static char *write_crl(const pki_entry_t *entries, size_t n,
                       const pki_crl_opts_t *opts)
{
    X509_CRL *crl = pki_make_crl(ca, key, entries, n, opts);
    pki_bytes_t der = pki_crl_der(crl);
    char *path = pki_write_file("a.crl", der.data, der.len);

    X509_CRL_free(crl);
    free(der.data);
    return path;
}

static ocsp_load_sources_t sources(const char *path)
{
    apr_array_header_t *files = apr_array_make(pool, 1, sizeof(char *));
    const ocsp_load_sources_t src = {.keys = feed_keys(issuer, pool),
                                     .files = files};

    APR_ARRAY_PUSH(files, const char *) = path;
    return src;
}

static void run(const case_t *c)
{
    pki_crl_opts_t opts = {.this_update = c->this_update,
                           .next_update = c->next_update,
                           .number = c->number};
    char *path = write_crl(NULL, 0, &opts);
    ocsp_load_sources_t src = sources(path);
    ocsp_table_info_t last = {.crl = true, .this_update = c->last_update};
    ocsp_load_result_t out = {.builder = NULL};
    const char *why = NULL;
    const char *said;
    apr_status_t rv;

    if (c->last_number != NULL) {
        last.number[0] = (unsigned char)c->last_number[0];
        last.number_len = 1;
    }
    src.last = c->last_update != 0 ? &last : NULL;
    src.checked = c->checked;
    src.grace_s = c->grace_s;
    src.max_age_s = c->max_age_s != 0 ? c->max_age_s : -1;
    if (c->max_age_s == OFF) {
        src.max_age_s = 0;
    }
    rv = ocsp_load_build(&out, &src, PKI_NOW, &why, pool);
    said = rv == APR_SUCCESS ? out.warning : why;
    ok(rv == c->want && (out.builder != NULL) == (rv == APR_SUCCESS)
           && out.rejected == NULL && (said == NULL) == (c->said == NULL)
           && (said == NULL
               || (strstr(said, c->said) != NULL
                   && strncmp(said, path, strlen(path)) == 0)),
       "%s (%s)", c->name, said != NULL ? said : "");
    if (rv == APR_SUCCESS) {
        ok(out.info.this_update == c->this_update && out.file == path
               && out.info.next_update == c->next_update && out.info.crl
               && !out.info.issuance && out.info.changed == 0,
           "... and its file and dates are kept");
    }
    pki_remove_file(path);
}

/* R148, R154, and SHA-1 */
static void test_entries(void)
{
    const unsigned char *one = (const unsigned char *)"\x01";
    const unsigned char *two = (const unsigned char *)"\x02";
    const pki_entry_t entries[] = {{one, 1, PKI_NOW - 5, 6},
                                   {two, 1, PKI_NOW - 5, 8},
                                   {one, 1, PKI_NOW - 9, 1}};
    pki_crl_opts_t sha1 = {.md = EVP_sha1(), .number = "1234"};
    char *path = write_crl(entries, 3, &sha1);
    ocsp_load_sources_t src = sources(path);
    ocsp_load_result_t out = {.warning = NULL};
    ocsp_record_t r = {.checked = 1};
    const char *warning;
    const char *why = "";
    void *mem;
    size_t len;
    apr_status_t rv = ocsp_load_build(&out, &src, PKI_NOW, &why, pool);

    warning = out.warning;
    ok(rv == APR_SUCCESS && warning != NULL, "a CRL of three (%s)", why);
    if (rv != APR_SUCCESS || warning == NULL) {
        return;
    }
    ok(strstr(warning, "1 entries with removeFromCRL") != NULL
           && strstr(warning, "1 entries repeat a serial") != NULL
           && strstr(warning, "SHA-1") != NULL,
       "all three oddities are told (%s)", warning);
    ok(out.info.number_len == 2 && memcmp(out.info.number, "\x12\x34", 2) == 0,
       "CRLNumber is kept");
    is_int((long long)out.info.entries, 2, "two of them are left");
    len = out.len;
    mem = malloc(len);
    ocsp_table_builder_seal(out.builder, mem, &out.info);
    ok(ocsp_table_lookup(&r, mem, len, out.info.id, one, 1) == APR_SUCCESS
           && r.listed && r.revocation_time == PKI_NOW - 9 && r.reason == 1
           && r.checked == 0,
       "the repeated one has its earliest time and final reason");
    ok(ocsp_table_lookup(&r, mem, len, out.info.id, two, 1) == APR_SUCCESS
           && r.listed && r.reason == OCSP_CRL_NO_REASON,
       "the removed one is revoked without a reason");
    free(mem);
    pki_remove_file(path);
}

static void test_failures(void)
{
    char *path = pki_write_file("a.crl", "hello", 5);
    ocsp_load_sources_t src = sources(path);
    ocsp_load_result_t out = {.info = {.this_update = 1}};
    const char *why = NULL;
    apr_status_t rv = ocsp_load_build(&out, &src, PKI_NOW, &why, pool);

    ok(rv == OCSP_EMALFORMED && out.builder == NULL
           && out.info.this_update == 1,
       "what is no CRL is refused (%s)", why);
    pki_remove_file(path);
    src = sources("/nonexistent/a.crl");
    rv = ocsp_load_build(&out, &src, PKI_NOW, &why, pool);
    ok(APR_STATUS_IS_ENOENT(rv) && out.builder == NULL,
       "a missing file too (%s)", why);
}

static void set_times(const char *path, int64_t seconds)
{
    struct timeval times[2] = {{.tv_sec = (time_t)seconds},
                               {.tv_sec = (time_t)seconds}};

    ok(utimes(path, times) == 0, "(the file's time is set)");
}

/* What apr_stat says of ctime is the present: now is taken from there. */
static void test_fingerprint(void)
{
    char *path = pki_write_file("a.crl", "01", 2);
    ocsp_load_sources_t src = sources(path);
    unsigned char a[32];
    unsigned char b[32];
    struct stat st;
    bool settled = true;
    const char *why = NULL;
    FILE *f;

    ok(stat(path, &st) == 0, "(a file)");
    ok(ocsp_load_fingerprint(a, &settled, &src, st.st_ctime + 2, &why, pool)
               == APR_SUCCESS
           && !settled,
       "a file touched 2 seconds ago is not settled");
    ok(ocsp_load_fingerprint(b, &settled, &src, st.st_ctime + 3, &why, pool)
               == APR_SUCCESS
           && settled && memcmp(a, b, 32) == 0,
       "3 seconds ago it is, and has the same fingerprint");
    ok(ocsp_load_fingerprint(b, &settled, &src, st.st_ctime - 60, &why, pool)
               == APR_SUCCESS
           && settled,
       "a time that lies ahead tells nothing, and is not waited for");
    set_times(path, st.st_mtime - 100);
    ok(ocsp_load_fingerprint(b, &settled, &src, st.st_ctime + 60, &why, pool)
               == APR_SUCCESS
           && settled && memcmp(a, b, 32) != 0,
       "another time of change is another fingerprint");
    f = fopen(path, "ab");
    ok(f != NULL && fputc('2', f) == '2' && fclose(f) == 0, "(one octet more)");
    set_times(path, st.st_mtime - 100);
    ok(ocsp_load_fingerprint(a, &settled, &src, st.st_ctime + 60, &why, pool)
               == APR_SUCCESS
           && memcmp(a, b, 32) != 0,
       "another size is another fingerprint");
    (void)unlink(path);
    ok(APR_STATUS_IS_ENOENT(
           ocsp_load_fingerprint(a, &settled, &src, PKI_NOW, &why, pool))
           && strncmp(why, path, strlen(path)) == 0 && !settled,
       "a missing file is named");
    pki_remove_file(path);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    key = pki_make_key(PKI_P256);
    ca = pki_make_ca("Test CA", key, NULL);
    issuer = feed_issuer(ca, pool);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run(&cases[i]);
    }
    test_entries();
    test_failures();
    test_fingerprint();
    X509_free(ca);
    EVP_PKEY_free(key);
    apr_terminate();
    return done_testing();
}
