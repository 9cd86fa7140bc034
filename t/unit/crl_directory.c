/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl_directory: which files of a directory are
 * CRLs, which are ignored or reported, and which issuer has each CRL.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <sys/stat.h>

#include "feed.h"
#include "folder.h"
#include "pki.h"
#include "status/crl_directory.h"
#include "tap.h"

/** Somebody whom no file of ours belongs to. */
#define NOBODY 65534

static apr_pool_t *pool;
static EVP_PKEY *key;
static X509 *ca;
static X509 *other;

static pki_bytes_t make_der(X509 *issuer, EVP_PKEY *signer, int64_t this_update)
{
    const pki_crl_opts_t opts = {.this_update = this_update};
    X509_CRL *crl = pki_make_crl(issuer, signer, NULL, 0, &opts);
    pki_bytes_t der = pki_crl_der(crl);

    X509_CRL_free(crl);
    return der;
}

static pki_bytes_t make_pem(X509 *issuer)
{
    X509_CRL *crl = pki_make_crl(issuer, key, NULL, 0, NULL);
    pki_bytes_t pem = pki_crl_pem(crl);

    X509_CRL_free(crl);
    return pem;
}

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

/* The names, without the directory, one after the other. */
static const char *names_of(const apr_array_header_t *entries, const char *dir)
{
    const char *all = "";
    int i;

    for (i = 0; entries != NULL && i < entries->nelts; i++) {
        const char *file =
            APR_ARRAY_IDX(entries, i, ocsp_crl_directory_entry_t).file;

        if (strncmp(file, dir, strlen(dir)) != 0) {
            return "outside of the directory";
        }
        all = apr_pstrcat(pool, all, i > 0 ? " " : "", file + strlen(dir) + 1,
                          NULL);
    }
    return all;
}

static void link_to(const char *target, const char *dir, const char *name)
{
    char *path = folder_path(dir, name);

    folder_need(symlink(target, path) == 0, path);
    free(path);
}

/* Everything that an operator may have in a directory of CRLs. */
static void fill(const char *dir)
{
    char *path = folder_path(dir, "fifo.crl");

    folder_need(mkfifo(path, 0600) == 0, path);
    free(path);
    path = folder_path(dir, "below.crl");
    folder_need(mkdir(path, 0700) == 0, path);
    free(path);
    folder_put(dir, "b.pem", make_pem(ca));
    folder_put(dir, "a.crl", make_der(ca, key, PKI_NOW - 9));
    folder_put(dir, "c.crl", make_der(other, key, PKI_NOW - 3));
    folder_put(dir, ".hidden.crl", make_der(ca, key, PKI_NOW));
    folder_put(dir, "README", text("hello\n"));
    folder_put(dir, "serial", text("01\n"));
    folder_put(dir, "index.txt", text(""));
    folder_put(dir, "ca.der", pki_cert_der(ca));
    folder_put(dir, "ca.key", pki_key_pem(key));
    link_to("a.crl", dir, "link.crl");
    link_to("nowhere.crl", dir, "dangling.crl");
    link_to("below.crl", dir, "into.crl");
}

static void test_scan(void)
{
    char *dir = folder_make();
    apr_array_header_t *entries = NULL;
    const char *warning = "";
    const char *why = "";
    apr_status_t rv;

    fill(dir);
    rv = ocsp_crl_directory_scan(&entries, dir, &warning, &why, pool);
    ok(rv == APR_SUCCESS && warning == NULL && ERR_peek_error() == 0,
       "a directory is looked through without a word (%s%s)", why,
       warning != NULL ? warning : "");
    is_str(names_of(entries, dir), "a.crl b.pem c.crl link.crl",
           "regular files and links to them that are CRLs, in order; no "
           "rubbish, FIFO, directory, dangling link or dotfile");
    if (entries != NULL && entries->nelts == 4) {
        const ocsp_crl_directory_entry_t *e = (const void *)entries->elts;

        ok(e[0].this_update == PKI_NOW - 9 && e[2].this_update == PKI_NOW - 3,
           "each with its thisUpdate");
        ok(e[0].name_hash == ocsp_issuer_hash_name(e[0].issuer_name)
               && e[0].name_hash == e[1].name_hash
               && e[0].name_hash != e[2].name_hash,
           "and with the hash of its issuer");
    }
    (void)ocsp_crl_directory_scan(&entries, apr_pstrcat(pool, dir, "/", NULL),
                                  &warning, &why, pool);
    is_str(names_of(entries, dir), "a.crl b.pem c.crl link.crl",
           "a slash at the end does not show");
    folder_remove(dir);
}

static void fails(const char *dir, const char *name)
{
    apr_array_header_t *entries = NULL;
    const char *warning = "";
    const char *why = NULL;
    apr_status_t rv = ocsp_crl_directory_scan(&entries, dir, &warning, &why,
                                              pool);

    ok(rv != APR_SUCCESS && entries == NULL && warning == NULL && why != NULL
           && strncmp(why, dir, strlen(dir)) == 0 && strstr(why, "(check"),
       "%s (%s)", name, why != NULL ? why : "");
}

static void test_failures(void)
{
    char *dir = folder_make();
    char *path = folder_path(dir, "a");
    apr_array_header_t *entries = NULL;
    const char *warning;
    const char *why = NULL;

    is_int(ocsp_crl_directory_scan(&entries, dir, &warning, &why, pool),
           APR_SUCCESS, "an empty directory is none the worse");
    ok(entries != NULL && entries->nelts == 0, "and has no CRLs");
    fails(path, "a directory that is missing");
    folder_put(dir, "a", text("hello"));
    fails(path, "a file instead of a directory");
    (void)unlink(path);
    folder_need(mkfifo(path, 0600) == 0, path);
    fails(path, "a FIFO instead of a directory");
    free(path);
    folder_remove(dir);
}

/* root may read everything: be somebody else for a moment. */
static uid_t become(uid_t uid)
{
    uid_t was = geteuid();

    if (getuid() == 0) {
        folder_need(seteuid(uid) == 0, "seteuid");
    }
    return was;
}

static void close_file(const char *dir, const char *name)
{
    char *path = folder_path(dir, name);

    folder_put(dir, name, make_der(ca, key, PKI_NOW));
    folder_need(chmod(path, 0) == 0, path);
    free(path);
}

static void test_permissions(void)
{
    char *dir = folder_make();
    apr_array_header_t *entries = NULL;
    const char *warning = NULL;
    const char *why = "";
    apr_status_t rv;
    uid_t me;
    int i;

    folder_need(chmod(dir, 0755) == 0, dir);
    folder_put(dir, "a.crl", make_der(ca, key, PKI_NOW));
    close_file(dir, "b.crl");
    me = become(NOBODY);
    rv = ocsp_crl_directory_scan(&entries, dir, &warning, &why, pool);
    become(me);
    ok(rv == APR_SUCCESS && warning != NULL
           && strstr(warning, ": 1 file cannot be used: ") != NULL
           && strstr(warning, "/b.crl: cannot be opened") != NULL,
       "a file that may not be read is told (%s)",
       warning != NULL ? warning : why);
    is_str(names_of(entries, dir), "a.crl", "and the others are taken");
    for (i = 0; i < 4; i++) {
        close_file(dir, apr_psprintf(pool, "c%d.crl", i));
    }
    me = become(NOBODY);
    rv = ocsp_crl_directory_scan(&entries, dir, &warning, &why, pool);
    become(me);
    ok(rv == APR_SUCCESS && warning != NULL
           && strstr(warning, ": 5 files cannot be used: ") != NULL
           && strstr(warning, "/c1.crl") != NULL
           && strstr(warning, "/c2.crl") == NULL
           && strcmp(warning + strlen(warning) - 5, "; ...") == 0,
       "of many the first three (%s)", warning != NULL ? warning : why);
    folder_need(chmod(dir, 0311) == 0, dir);
    me = become(NOBODY);
    fails(dir, "a directory that may not be read");
    become(me);
    folder_need(chmod(dir, 0700) == 0, dir);
    folder_remove(dir);
}

static void test_many(void)
{
    char *dir = folder_make();
    apr_array_header_t *entries = NULL;
    const char *warning;
    const char *why = "";
    apr_pool_t *p;
    apr_status_t rv;
    char name[20];
    int i;

    for (i = 0; i < OCSP_CRL_DIRECTORY_FILES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "%d", i);
        link_to("nowhere", dir, name);
    }
    apr_pool_create(&p, pool);
    rv = ocsp_crl_directory_scan(&entries, dir, &warning, &why, p);
    ok(rv == APR_SUCCESS && entries->nelts == 0, "65536 names are looked at");
    link_to("nowhere", dir, "more");
    rv = ocsp_crl_directory_scan(&entries, dir, &warning, &why, p);
    ok(rv == APR_ENOSPC && entries == NULL
           && strstr(why, "more than 65536 files") != NULL,
       "one more is refused (%s)", why);
    apr_pool_destroy(p);
    folder_remove(dir);
}

static int count_found(const apr_array_header_t *entries,
                       const ocsp_issuer_t *issuer)
{
    apr_array_header_t *files = apr_array_make(pool, 1, sizeof(void *));

    ocsp_crl_directory_find(files, entries, feed_keys(issuer, pool));
    return files->nelts;
}

/* By name alone: whose key it is is seen when it is read. */
static void test_find(void)
{
    char *dir = folder_make();
    EVP_PKEY *key2 = pki_make_key(PKI_P256);
    X509 *rekeyed = pki_make_ca("test  ca", key2, NULL);
    X509 *stranger = pki_make_ca("Test CB", key, NULL);
    ocsp_crl_directory_entry_t liar = {.file = "liar"};
    apr_array_header_t *entries = NULL;
    const char *warning;
    const char *why = "";

    folder_put(dir, "a.crl", make_der(ca, key, PKI_NOW));
    folder_put(dir, "b.crl", make_der(rekeyed, key2, PKI_NOW));
    folder_put(dir, "c.crl", make_der(other, key, PKI_NOW));
    ok(ocsp_crl_directory_scan(&entries, dir, &warning, &why, pool)
           == APR_SUCCESS,
       "three CRLs of two names (%s)", why);
    is_int(count_found(entries, feed_issuer(ca, pool)), 2,
           "a CA has those of its name, however it is written");
    is_int(count_found(entries, feed_issuer(rekeyed, pool)), 2,
           "and so has a CA of the same name with another key");
    is_int(count_found(entries, feed_issuer(other, pool)), 1,
           "another CA has its own");
    is_int(count_found(entries, feed_issuer(stranger, pool)), 0,
           "and a third has none");
    liar.issuer_name = feed_issuer(other, pool)->name;
    liar.name_hash = feed_issuer(ca, pool)->name_hash;
    APR_ARRAY_PUSH(entries, ocsp_crl_directory_entry_t) = liar;
    is_int(count_found(entries, feed_issuer(ca, pool)), 2,
           "where hashes are the same names decide");
    folder_remove(dir);
    EVP_PKEY_free(key2);
    X509_free(rekeyed);
    X509_free(stranger);
}

/* What was to be a CRL and is cut off is told, for it may be the newest one. */
static void test_cut_off(void)
{
    static const struct {
        const char *name;
        bool pem;
        size_t len;
    } cases[] = {{"empty.crl", false, 0},
                 {"octet.crl", false, 1},
                 {"start.crl", false, 3},
                 {"head.crl", false, 60},
                 {"label.pem", true, 60}};
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *dir = folder_make();
        pki_bytes_t crl = cases[i].pem ? make_pem(ca)
                                       : make_der(ca, key, PKI_NOW);
        apr_array_header_t *entries = NULL;
        const char *warning = NULL;
        const char *why = "";

        crl.len = cases[i].len;
        folder_put(dir, cases[i].name, crl);
        ok(ocsp_crl_directory_scan(&entries, dir, &warning, &why, pool)
                   == APR_SUCCESS
               && entries->nelts == 0 && warning != NULL
               && strstr(warning, cases[i].name) != NULL,
           "a CRL of %u octets is told of: %s (%s)", (unsigned)cases[i].len,
           cases[i].name, warning != NULL ? warning : "nothing said");
        folder_remove(dir);
    }
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    key = pki_make_key(PKI_P256);
    ca = pki_make_ca("Test CA", key, NULL);
    other = pki_make_ca("Other CA", key, NULL);
    test_scan();
    test_cut_off();
    test_failures();
    test_permissions();
    if (getenv("OCSP_TEST_LONG") != NULL) { /* so many files take their time */
        test_many();
    }
    test_find();
    X509_free(ca);
    X509_free(other);
    EVP_PKEY_free(key);
    apr_terminate();
    return done_testing();
}
