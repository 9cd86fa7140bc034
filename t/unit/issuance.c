/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/issuance through ocsp_load_build: databases of
 * "openssl ca" and lists, with a CRL and without.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <sys/time.h>

#include "feed.h"
#include "folder.h"
#include "issuance_cases.h"
#include "pki.h"
#include "status/load.h"
#include "tap.h"

static struct {
    EVP_PKEY *key;
    X509 *ca;
    const ocsp_crl_keys_t *keys;
    apr_pool_t *pool;
} party;

/* A file of the case's folder, last changed so many days ago; NULL: none. */
static apr_array_header_t *put(const char *dir, const char *name,
                               pki_bytes_t bytes, int days, apr_pool_t *p)
{
    apr_array_header_t *files = apr_array_make(p, 1, sizeof(char *));
    struct timeval times[2] = {{.tv_sec = (time_t)DAYS(-days)},
                               {.tv_sec = (time_t)DAYS(-days)}};
    char *path = folder_path(dir, name);

    folder_put(dir, name, bytes);
    folder_need(utimes(path, times) == 0, path);
    APR_ARRAY_PUSH(files, const char *) = apr_pstrdup(p, path);
    free(path);
    return files;
}

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

static pki_bytes_t make_crl(const char *serials)
{
    pki_entry_t entries[8];
    size_t n = strcmp(serials, "-") == 0 ? 0 : strlen(serials);
    X509_CRL *crl;
    pki_bytes_t der;
    size_t i;

    for (i = 0; i < n; i++) {
        entries[i] = (pki_entry_t){(const unsigned char *)serials + i, 1,
                                   DAYS(-200), 4};
    }
    crl = pki_make_crl(party.ca, party.key, entries, n, NULL);
    der = pki_crl_der(crl);
    X509_CRL_free(crl);
    return der;
}

/* What a table says of serial numbers 01 to 06. */
static const char *look_up(const ocsp_load_result_t *out, apr_pool_t *p)
{
    size_t len = out->len;
    char *known = apr_pstrdup(p, "??????");
    void *mem = malloc(len);
    const char *why = "";
    unsigned char serial;
    ocsp_record_t r;

    ocsp_table_builder_seal(out->builder, mem, &out->info);
    if (ocsp_table_check(mem, len, &why) == APR_SUCCESS) {
        for (serial = 1; serial <= 6; serial++) {
            if (ocsp_table_lookup(&r, mem, len, out->info.id, &serial, 1)
                == APR_SUCCESS) {
                known[serial - 1] = "-IR"[r.listed ? 2 : r.issued];
            }
        }
    }
    free(mem);
    return known;
}

/* Why the issuance data was not taken, if the case says so. */
static bool is_not_used(const case_t *c, const ocsp_load_result_t *out)
{
    return c->not_used != NULL
             ? out->not_used != NULL
                   && strstr(out->not_used, c->not_used) != NULL
             : out->not_used == NULL;
}

static bool says(const case_t *c, const char *said)
{
    size_t i;

    if (c->said[0] == NULL || said == NULL) {
        return c->said[0] == NULL && said == NULL;
    }
    for (i = 0; i < 3 && c->said[i] != NULL; i++) {
        if (strstr(said, c->said[i]) == NULL) {
            return false;
        }
    }
    return c->unsaid == NULL || strstr(said, c->unsaid) == NULL;
}

/* Whether a result says of itself what the case's sources are. */
static bool is_right(const case_t *c, const ocsp_load_result_t *out)
{
    const ocsp_table_info_t *info = &out->info;
    bool issuance = c->index != NULL || c->list != NULL;
    int64_t changed = c->not_used != NULL ? DAYS(-5)
                    : c->index != NULL    ? DAYS(-3)
                                          : DAYS(-2);

    return info->crl == (c->crl != NULL) && info->issuance == issuance
        && info->rows == c->rows && info->changed == (issuance ? changed : 0)
        && info->this_update == (c->crl != NULL ? DAYS(-1) : PKI_NOW)
        && (info->next_update == OCSP_CRL_NO_NEXT_UPDATE) == (c->crl == NULL)
        && strstr(out->file, c->crl != NULL     ? "/a.crl"
                             : c->index != NULL ? "/index.txt"
                                                : "/serials")
               != NULL;
}

/* The table in use of a case; malloc. */
static void *make_last(size_t *len, const ocsp_table_info_t *info,
                       const case_t *c, apr_pool_t *p)
{
    ocsp_table_builder_t *b = ocsp_table_builder_make(p);
    const char *serials = c->last_issued != NULL ? c->last_issued : "";
    const char *why;
    void *mem;

    for (; *serials != '\0'; serials++) {
        folder_need(
            ocsp_table_builder_add_issued(b, (const unsigned char *)serials, 1,
                                          true, OCSP_TABLE_ENDLESS, &why)
                == APR_SUCCESS,
            "issued");
    }
    for (serials = c->last_revoked; *serials != '\0'; serials++) {
        folder_need(ocsp_table_builder_add(b, (const unsigned char *)serials, 1,
                                           DAYS(-200), *serials == 6 ? 6 : 1,
                                           &why)
                        == APR_SUCCESS,
                    "entry");
    }
    *len = ocsp_table_builder_finish(b).len;
    mem = malloc(*len);
    ocsp_table_builder_seal(b, mem, info);
    return mem;
}

static void run(const case_t *c)
{
    char *dir = folder_make();
    ocsp_table_info_t last = {.crl = c->last_crl,
                              .issuance = c->last_rows != 0,
                              .this_update = c->same_crl ? DAYS(-1)
                                           : c->last_crl ? DAYS(-2)
                                                         : PKI_NOW,
                              .number = {1},
                              .number_len = c->same_crl,
                              .changed = DAYS(-5),
                              .entries = (apr_uint64_t)c->last_entries,
                              .rows = (apr_uint64_t)c->last_rows};
    ocsp_load_sources_t src = {.keys = party.keys,
                               .max_age_s = c->max_age_s != 0 ? c->max_age_s
                                                              : -1};
    ocsp_load_result_t out = {.file = "untouched"};
    const char *why = NULL;
    const char *said;
    void *mem = NULL;
    apr_status_t rv;
    apr_pool_t *p;
    bool done;

    apr_pool_create(&p, party.pool);
    if (c->last_rows != 0 || c->last_crl) {
        src.last = &last;
    }
    if (c->last_revoked != NULL) {
        last.entries = strlen(c->last_revoked);
        mem = make_last(&src.last_len, &last, c, p);
        src.last_table = mem;
    }
    src.files = c->crl != NULL ? put(dir, "a.crl", make_crl(c->crl), 1, p)
                               : NULL;
    src.indexes = c->index != NULL ? put(dir, "index.txt", text(c->index), 3, p)
                                   : NULL;
    src.lists = c->list != NULL ? put(dir, "serials", text(c->list), 2, p)
                                : NULL;
    rv = ocsp_load_build(&out, &src, PKI_NOW, &why, p);
    said = rv == APR_SUCCESS ? out.warning : why;
    done = rv == c->want && says(c, said) && ERR_peek_error() == 0;
    if (rv != APR_SUCCESS) {
        done = done && strcmp(out.file, "untouched") == 0;
    }
    else {
        done = done && is_right(c, &out) && is_not_used(c, &out)
            && strcmp(look_up(&out, p), c->known) == 0;
    }
    ok(done, "%s (%s%s)", c->name, said != NULL ? said : "",
       out.not_used != NULL ? out.not_used : "");
    free(mem);
    apr_pool_destroy(p);
    folder_remove(dir);
}

/* R73: the earliest time, and a final reason before a hold, of both sources. */
static void test_merge(void)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = party.keys, .max_age_s = -1};
    const pki_entry_t hold = {(const unsigned char *)"\1", 1, DAYS(-3), 6};
    X509_CRL *crl = pki_make_crl(party.ca, party.key, &hold, 1, NULL);
    ocsp_load_result_t out = {.builder = NULL};
    const unsigned char serial = 1;
    const char *why = "";
    ocsp_record_t r = {0};
    size_t len;
    void *mem;

    src.files = put(dir, "a.crl", pki_crl_der(crl), 1, party.pool);
    src.indexes = put(dir, "index.txt",
                      text(REVOKED("01", "260530000000Z,keyCompromise")), 1,
                      party.pool);
    ok(ocsp_load_build(&out, &src, PKI_NOW, &why, party.pool) == APR_SUCCESS
           && out.warning == NULL,
       "a hold that has become final since (%s)", why);
    len = out.len;
    mem = malloc(len);
    ocsp_table_builder_seal(out.builder, mem, &out.info);
    ok(ocsp_table_lookup(&r, mem, len, out.info.id, &serial, 1) == APR_SUCCESS
           && r.listed && r.revocation_time == DAYS(-3) && r.reason == 1,
       "is final from the beginning");
    free(mem);
    X509_CRL_free(crl);
    folder_remove(dir);
}

/* R72: a change of any file is seen. */
static void test_fingerprint(void)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = party.keys};
    unsigned char was[32];
    unsigned char now[32];
    bool settled = false;
    const char *why = "";
    int64_t later = INT64_C(99999999999);
    char *path;

    src.indexes = put(dir, "index.txt", text(VALID("01")), 3, party.pool);
    src.lists = put(dir, "serials", text("01\n"), 2, party.pool);
    ok(ocsp_load_fingerprint(was, &settled, &src, later, &why, party.pool)
               == APR_SUCCESS
           && settled,
       "an index and a list have a fingerprint without a CRL %s", why);
    (void)put(dir, "index.txt", text(VALID("01") VALID("02")), 3, party.pool);
    ok(ocsp_load_fingerprint(now, &settled, &src, later, &why, party.pool)
               == APR_SUCCESS
           && memcmp(was, now, sizeof(was)) != 0,
       "with another index it is another");
    (void)put(dir, "serials", text("01\n02\n"), 2, party.pool);
    ok(ocsp_load_fingerprint(was, &settled, &src, later, &why, party.pool)
               == APR_SUCCESS
           && memcmp(was, now, sizeof(was)) != 0,
       "and with another list");
    path = folder_path(dir, "serials");
    (void)unlink(path);
    ok(APR_STATUS_IS_ENOENT(
           ocsp_load_fingerprint(now, &settled, &src, later, &why, party.pool))
           && strncmp(why, path, strlen(path)) == 0 && !settled,
       "a missing list is named (%s)", why);
    free(path);
    folder_remove(dir);
}

/* A file system without times says 1970: no reason to forget the file. */
static void test_epoch(void)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = party.keys, .max_age_s = PKI_DAY};
    ocsp_load_result_t out = {.builder = NULL};
    const char *why = "";

    src.lists = put(dir, "serials", text("01\n"), (int)(PKI_NOW / PKI_DAY),
                    party.pool);
    ok(ocsp_load_build(&out, &src, PKI_NOW, &why, party.pool) == APR_SUCCESS
           && out.info.changed == 1 && out.warning != NULL
           && strstr(out.warning, "OCSPSourceMaxAge") != NULL,
       "a list of 1970 is old (%s)", why);
    folder_remove(dir);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&party.pool, NULL);
    party.key = pki_make_key(PKI_P256);
    party.ca = pki_make_ca("Test CA", party.key, NULL);
    party.keys = feed_keys(feed_issuer(party.ca, party.pool), party.pool);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run(&cases[i]);
    }
    test_merge();
    test_fingerprint();
    test_epoch();
    X509_free(party.ca);
    EVP_PKEY_free(party.key);
    apr_terminate();
    return done_testing();
}
