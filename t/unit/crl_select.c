/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl_select through ocsp_load_build: which of
 * several CRLs of one issuer are used.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <sys/time.h>

#include "crl_select_cases.h"
#include "feed.h"
#include "folder.h"
#include "pki.h"
#include "status/crl_directory.h"
#include "status/load.h"
#include "tap.h"

/** subjectKeyIdentifier of the CA, and authorityKeyIdentifier before its like. */
#define KEY_ID "0a0a"
#define AKI "DER:30048002"

/** Who issues CRLs. */
static struct {
    EVP_PKEY *key;
    EVP_PKEY *other_key;
    X509 *ca;
    X509 *other;
    const ocsp_issuer_t *issuer;
    const ocsp_crl_keys_t *keys;
    apr_pool_t *pool;
} party;

/** What one case is loaded from. */
typedef struct {
    char *dir;   /* for what is found */
    char *named; /* for the rest */
    apr_array_header_t *files;
    apr_array_header_t *found;
    apr_array_header_t *entries;
    apr_pool_t *pool;
} ground_t;

static pki_bytes_t make_file(const file_t *f)
{
    int64_t time = PKI_NOW + f->day * PKI_DAY;
    bool by_other = f->flaw == OTHER_KEY || f->flaw == OTHER_ID
                 || f->flaw == OWN_ID;
    const pki_crl_opts_t opts = {
        .this_update = time,
        .next_update = f->flaw == BACKWARDS ? time - 1 : 0,
        .number = f->number,
        .ext_nid = f->flaw == OTHER_ID || f->flaw == OWN_ID
                     ? NID_authority_key_identifier
                     : 0,
        .ext = f->flaw == OWN_ID ? AKI KEY_ID : AKI "0b0b"};
    X509_CRL *crl = pki_make_crl(f->flaw == OTHER_NAME ? party.other : party.ca,
                                 by_other ? party.other_key : party.key, NULL,
                                 0, &opts);
    pki_bytes_t der = pki_crl_der(crl);

    X509_CRL_free(crl);
    if (f->flaw == BROKEN) {
        der.data[der.len - 1] ^= 1;
    }
    if (f->flaw == RUBBISH) {
        der.data[1] ^= 1;
    }
    return der;
}

static void place(ground_t *g, const file_t *f)
{
    const char *dir = f->place == NAMED ? g->named : g->dir;
    char *path = folder_path(dir, f->name);

    if (f->flaw == LINK) {
        folder_need(symlink("a.crl", path) == 0, path);
    }
    else {
        folder_put(dir, f->name, make_file(f));
    }
    if (f->place != FOUND) {
        APR_ARRAY_PUSH(g->files, const char *) = apr_pstrdup(g->pool, path);
    }
    free(path);
}

static void find(ground_t *g)
{
    const char *warning = NULL;
    const char *why = "";
    apr_status_t rv = ocsp_crl_directory_scan(&g->entries, g->dir, &warning,
                                              &why, g->pool);

    folder_need(rv == APR_SUCCESS, why); /* rubbish is warned of */
    ocsp_crl_directory_find(g->found, g->entries, party.keys);
}

static ground_t begin(const file_t *files)
{
    ground_t g = {.dir = folder_make(), .named = folder_make()};
    char *path;
    int i;

    apr_pool_create(&g.pool, party.pool);
    g.files = apr_array_make(g.pool, 1, sizeof(char *));
    g.found = apr_array_make(g.pool, 1, sizeof(void *));
    for (i = 0; i < FILES_MAX && files[i].name != NULL; i++) {
        place(&g, &files[i]);
    }
    find(&g);
    for (i = 0; i < FILES_MAX && files[i].name != NULL; i++) {
        if (files[i].flaw == GONE) {
            path = folder_path(files[i].place == NAMED ? g.named : g.dir,
                               files[i].name);
            (void)unlink(path);
            free(path);
        }
    }
    return g;
}

static void end(ground_t *g)
{
    folder_remove(g->dir);
    folder_remove(g->named);
    apr_pool_destroy(g->pool);
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t len = text != NULL ? strlen(text) : 0;

    return len > strlen(suffix)
        && strcmp(text + len - strlen(suffix), suffix) == 0;
}

static bool says(const case_t *c, const char *text)
{
    size_t i;

    if (c->said[0] == NULL || text == NULL) {
        return c->said[0] == NULL && text == NULL;
    }
    for (i = 0; i < 3 && c->said[i] != NULL; i++) {
        if (strstr(text, c->said[i]) == NULL) {
            return false;
        }
    }
    return c->unsaid == NULL || strstr(text, c->unsaid) == NULL;
}

static void run(const case_t *c)
{
    ground_t g = begin(c->files);
    ocsp_table_info_t last = {.crl = true,
                              .this_update = PKI_NOW + c->last_day * PKI_DAY,
                              .number = {c->last_number},
                              .number_len = c->last_number != 0};
    const ocsp_load_sources_t src = {.keys = party.keys,
                                     .files = g.files,
                                     .found = g.found,
                                     .last = c->last_day != 0 ? &last : NULL};
    ocsp_load_result_t out = {.file = "untouched"};
    const char *why = NULL;
    apr_status_t rv = ocsp_load_build(&out, &src, PKI_NOW, &why, g.pool);
    const char *said = rv == APR_SUCCESS ? out.rejected : why;
    bool done = rv == c->want && says(c, said) && ERR_peek_error() == 0;

    if (c->want == APR_SUCCESS) {
        done = done && ends_with(out.file, c->taken) && out.builder != NULL
            && out.warning == NULL;
    }
    else {
        done = done && strcmp(out.file, "untouched") == 0;
    }
    ok(done, "%s (%s; %s)", c->name, out.file, said != NULL ? said : "");
    end(&g);
}

/* Whether a load takes a file, and passes over a newer one. */
static bool loads(const ocsp_load_sources_t *src, const char *file,
                  bool rejects, apr_pool_t *p)
{
    ocsp_load_result_t out = {.file = ""};
    const char *why = "";
    apr_status_t rv = ocsp_load_build(&out, src, PKI_NOW, &why, p);

    printf("# %s: %s\n", out.file, why);
    return rv == APR_SUCCESS && ends_with(out.file, file)
        && (out.rejected != NULL) == rejects;
}

static const ocsp_crl_keys_t *make_keys(const ocsp_issuer_t *issuer,
                                        const apr_array_header_t *namesakes,
                                        apr_pool_t *p)
{
    return ocsp_crl_keys_make(issuer, NULL, namesakes, OCSP_CRL_KEYS_SCOPE_AUTO,
                              p);
}

/* R135, R136, R140: two keys under one name, and one directory. */
static void test_namesake(flaw_t flaw)
{
    const file_t files[FILES_MAX] = {{.name = "old.crl", .day = -2},
                                     {.name = "new.crl",
                                      .day = -1,
                                      .flaw = flaw}};
    X509 *rekeyed = pki_make_ca("Test CA", party.other_key, NULL);
    ground_t g = begin(files);
    const ocsp_issuer_t *new = feed_issuer(rekeyed, g.pool);
    apr_array_header_t *both = apr_array_make(g.pool, 2, sizeof(void *));
    ocsp_load_sources_t src = {.keys = party.keys, .found = g.found};

    APR_ARRAY_PUSH(both, const ocsp_issuer_t *) = party.issuer;
    is_int(g.found->nelts, 2, "both CRLs are in the name of both");
    ok(loads(&src, "/old.crl", true, g.pool),
       "the old key has the CRL that it signed");
    src.keys = make_keys(party.issuer, both, g.pool);
    ok(loads(&src, "/old.crl", true, g.pool), "it is not its own namesake");
    APR_ARRAY_PUSH(both, const ocsp_issuer_t *) = new;
    src.keys = make_keys(party.issuer, both, g.pool);
    if (flaw == BROKEN) {
        ok(loads(&src, "/old.crl", true, g.pool),
           "a broken CRL is passed over, whatever other key has that name");
    }
    else {
        ok(loads(&src, "/new.crl", false, g.pool),
           "the newer one is used as well if the new key is known");
        src.keys = make_keys(new, both, g.pool);
        ok(loads(&src, "/new.crl", false, g.pool),
           "and the new key has the CRL that it signed");
    }
    end(&g);
    X509_free(rekeyed);
}

static void test_none(void)
{
    const file_t files[FILES_MAX] = {{.name = NULL}};
    ground_t g = begin(files);
    ocsp_load_sources_t src = {.keys = party.keys,
                               .files = g.files,
                               .found = g.found,
                               .places = "/ca/crls, /ca/more"};
    ocsp_load_result_t out = {.file = "untouched"};
    unsigned char fingerprint[32];
    bool settled = true;
    const char *why = NULL;

    is_int(ocsp_load_build(&out, &src, PKI_NOW, &why, g.pool), APR_ENOENT,
           "no CRL at all");
    is_str(why, "/ca/crls, /ca/more: no CRL of CN=Test CA: put one there",
           "and where one is missed");
    why = NULL;
    ok(ocsp_load_fingerprint(fingerprint, &settled, &src, PKI_NOW, &why, g.pool)
               == APR_ENOENT
           && !settled && why != NULL && strstr(why, "put one there") != NULL,
       "which has no fingerprint either (%s)", why != NULL ? why : "");
    src.files = src.found = NULL;
    src.places = NULL;
    is_int(ocsp_load_build(&out, &src, PKI_NOW, &why, g.pool), APR_ENOENT,
           "no list at all");
    is_str(why, "no CRL of CN=Test CA is named", "and no place to put one");
    is_str(out.file, "untouched", "nothing is given out");
    end(&g);
}

static void set_time(const char *path, int64_t seconds)
{
    struct timeval times[2] = {{.tv_sec = (time_t)seconds},
                               {.tv_sec = (time_t)seconds}};

    folder_need(utimes(path, times) == 0, path);
}

/* R72: what a fingerprint over several files tells. */
static void test_fingerprint(void)
{
    const file_t files[FILES_MAX] = {{.name = "a.crl", .day = -1},
                                     {.name = "b.crl", .day = -2}};
    ground_t g = begin(files);
    ocsp_load_sources_t src = {.keys = party.keys, .found = g.found};
    const int64_t later = INT64_C(1) << 40;
    unsigned char was[32];
    unsigned char now[32];
    bool settled = false;
    const char *why = "";

    ok(ocsp_load_fingerprint(was, &settled, &src, later, &why, g.pool)
               == APR_SUCCESS
           && settled,
       "two found files have a fingerprint (%s)", why);
    folder_put(g.dir, "b.crl", make_file(&files[0]));
    /* it may be as long as before, and the clock may not have gone on */
    set_time(apr_pstrcat(g.pool, g.dir, "/b.crl", NULL), PKI_NOW);
    ok(ocsp_load_fingerprint(now, &settled, &src, later, &why, g.pool)
               == APR_SUCCESS
           && memcmp(was, now, 32) != 0,
       "another when one of them is written again");
    memcpy(was, now, 32);
    g.found->nelts = 1;
    ok(ocsp_load_fingerprint(now, &settled, &src, later, &why, g.pool)
               == APR_SUCCESS
           && memcmp(was, now, 32) != 0,
       "another when one of them is no longer there");
    folder_put(g.named, "c.crl", make_file(&files[1]));
    src.files = g.files;
    APR_ARRAY_PUSH(g.files, const char *) = apr_pstrcat(g.pool, g.named,
                                                        "/c.crl", NULL);
    memcpy(was, now, 32);
    ok(ocsp_load_fingerprint(now, &settled, &src, later, &why, g.pool)
               == APR_SUCCESS
           && settled && memcmp(was, now, 32) != 0,
       "another when one is named as well");
    (void)unlink(APR_ARRAY_IDX(g.found, 0, ocsp_crl_directory_entry_t *)->file);
    ok(ocsp_load_fingerprint(now, &settled, &src, later, &why, g.pool)
               == APR_SUCCESS
           && !settled,
       "a found file that is gone is not settled, and no failure");
    end(&g);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&party.pool, NULL);
    party.key = pki_make_key(PKI_P256);
    party.other_key = pki_make_key(PKI_P256);
    party.ca = pki_make_ca("Test CA", party.key,
                           &(pki_cert_opts_t){.key_id = KEY_ID});
    party.other = pki_make_ca("Other CA", party.key, NULL);
    party.issuer = feed_issuer(party.ca, party.pool);
    party.keys = feed_keys(party.issuer, party.pool);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run(&cases[i]);
    }
    test_namesake(OTHER_KEY);
    test_namesake(BROKEN);
    test_none();
    test_fingerprint();
    X509_free(party.ca);
    X509_free(party.other);
    EVP_PKEY_free(party.key);
    EVP_PKEY_free(party.other_key);
    apr_terminate();
    return done_testing();
}
