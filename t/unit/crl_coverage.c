/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl_set, src/status/crl_select and
 * src/status/load: CRLs for some certificates of a CA, delta CRLs, and what
 * they cover together, also when one of them changes or is removed.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crl_coverage_cases.h"
#include "feed.h"
#include "folder.h"
#include "pki.h"
#include "status/crl_directory.h"
#include "status/load.h"
#include "status/table_history.h"
#include "tap.h"

#define DAYS(n) (PKI_NOW + (n)*PKI_DAY)

/** Who issues CRLs. */
static struct {
    EVP_PKEY *key;
    EVP_PKEY *other_key;
    EVP_PKEY *other_kind;
    X509 *ca;
    X509 *other;
    const ocsp_issuer_t *issuer;
    /* whose other_key may be: */
    const ocsp_issuer_t *namesake;
    const ocsp_issuer_t *linked;
    const ocsp_issuer_t *signer;
    const ocsp_issuer_t *expired;
    apr_pool_t *pool;
} party;

/* The keys of a case. */
static const ocsp_crl_keys_t *make_keys(const case_t *c, apr_pool_t *p)
{
    const ocsp_issuer_t *others[] = {[NOBODY] = NULL,
                                     [NAMESAKE] = party.namesake,
                                     [LINKED] = party.linked,
                                     [SIGNER] = party.signer,
                                     [EXPIRED] = party.expired};
    const ocsp_crl_keys_scope_t scopes[] = {[UNSET] = OCSP_CRL_KEYS_SCOPE_AUTO,
                                            [BY_KEY] = OCSP_CRL_KEYS_SCOPE_KEY,
                                            [BY_NAME] =
                                                OCSP_CRL_KEYS_SCOPE_NAME};
    apr_array_header_t *list = apr_array_make(p, 1, sizeof(void *));

    if (c->other != NOBODY) {
        APR_ARRAY_PUSH(list, const ocsp_issuer_t *) = others[c->other];
    }
    return c->other >= SIGNER
             ? ocsp_crl_keys_make(party.issuer, list, NULL, scopes[c->scope], p)
             : ocsp_crl_keys_make(party.issuer, NULL, list, scopes[c->scope],
                                  p);
}

static EVP_PKEY *find_key(flaw_t flaw)
{
    if (flaw == OTHER_KIND) {
        return party.other_kind;
    }
    return flaw == OTHER_KEY ? party.other_key : party.key;
}

/* @return how many entries there are then */
static size_t add_entries(pki_entry_t *entries, size_t n, const char *serials,
                          int reason)
{
    for (; serials != NULL && *serials != '\0'; serials++) {
        entries[n++] = (pki_entry_t){(const unsigned char *)serials, 1,
                                     DAYS(-20), reason};
    }
    return n;
}

static pki_bytes_t make_file(const file_t *f)
{
    pki_entry_t entries[12];
    const pki_crl_opts_t opts = {
        .this_update = DAYS(f->day),
        .next_update = f->until == ENDLESS ? PKI_NO_NEXT_UPDATE
                     : f->until != 0       ? DAYS(f->until)
                                           : 0,
        .number = f->number,
        .no_number = f->number != NULL && *f->number == '\0',
        .base = f->base,
        .ext_nid = f->point != NULL ? NID_issuing_distribution_point : 0,
        .ext = f->point};
    size_t n = 0;
    X509_CRL *crl;
    pki_bytes_t der;

    n = add_entries(entries, 0, f->revoked, 1);
    n = add_entries(entries, n, f->held, 6);
    n = add_entries(entries, n, f->removed, 8);
    crl = pki_make_crl(f->flaw == OTHER_NAME ? party.other : party.ca,
                       find_key(f->flaw), entries, n, &opts);
    der = pki_crl_der(crl);
    X509_CRL_free(crl);
    if (f->flaw == CUT) {
        der.len -= 9;
    }
    return der;
}

/* A case's files in a directory: named, or found there. */
static void place(ocsp_load_sources_t *src, const char *dir,
                  const file_t *files, bool named, apr_pool_t *p)
{
    apr_array_header_t *list = apr_array_make(p, 4, sizeof(char *));
    apr_array_header_t *found = apr_array_make(p, 4, sizeof(void *));
    apr_array_header_t *entries;
    const char *warning, *why = "";
    int i;

    for (i = 0; i < FILES_MAX && files[i].day != 0; i++) {
        const char *name = apr_psprintf(p, "%c.crl", 'a' + i);
        const char *path = apr_pstrcat(p, dir, "/", name, NULL);

        if (files[i].flaw == LINK) {
            folder_need(symlink("a.crl", path) == 0, path);
        }
        else {
            folder_put(dir, name, make_file(&files[i]));
        }
        APR_ARRAY_PUSH(list, const char *) = path;
    }
    if (named) {
        src->files = list;
        return;
    }
    folder_need(ocsp_crl_directory_scan(&entries, dir, &warning, &why, p)
                    == APR_SUCCESS,
                why);
    ocsp_crl_directory_find(found, entries, src->keys);
    src->found = found;
}

/* Seal it, and read what it says of itself; malloc. */
static void *seal(ocsp_load_result_t *out, size_t *len)
{
    void *mem;
    const char *why = "";

    *len = out->len;
    mem = malloc(*len);
    ocsp_table_builder_seal(out->builder, mem, &out->info);
    folder_need(ocsp_table_check(mem, *len, &why) == APR_SUCCESS
                    && ocsp_table_get_info(&out->info, mem, *len)
                           == APR_SUCCESS,
                why);
    return mem;
}

/* Which of 01 to 09 a table has as revoked, "h" if on hold, and what it says of each of them. */
static const char *look_up(const ocsp_table_info_t *info, const void *mem,
                           size_t len, apr_pool_t *p)
{
    const char *revoked = "";
    unsigned char serial;
    ocsp_record_t r;

    for (serial = 1; serial <= 9; serial++) {
        if (ocsp_table_lookup(&r, mem, len, info->id, &serial, 1) != APR_SUCCESS
            || r.partial != info->partial
            || r.missing_crls != info->missing_crls) {
            return "not a table";
        }
        if (r.listed) {
            revoked = apr_psprintf(p, "%s%d%s", revoked, serial,
                                   r.reason == 6 ? "h" : "");
        }
    }
    return revoked;
}

static bool says(const char *text, const char *wanted)
{
    return wanted == NULL ? text == NULL
                          : text != NULL && strstr(text, wanted) != NULL;
}

/* Whether a table is what the case wants. */
static bool is_right(const case_t *c, ocsp_load_result_t *out, apr_pool_t *p)
{
    size_t len;
    void *mem = seal(out, &len);
    const char *revoked = look_up(&out->info, mem, len, p);
    int64_t until = c->until == ENDLESS ? OCSP_CRL_NO_NEXT_UPDATE
                                        : DAYS(c->until != 0 ? c->until : 7);
    bool right = strcmp(revoked, c->revoked) == 0
              && out->info.partial == c->partial
              && out->info.missing_crls == c->missing_crls
              && out->info.this_update == DAYS(c->day)
              && out->info.next_update == until;

    if (!right) {
        printf("# revoked %s, %s, %s, days %d to %d\n", revoked,
               out->info.partial ? "partial" : "covered",
               out->info.missing_crls ? "gaps" : "whole",
               (int)((out->info.this_update - PKI_NOW) / PKI_DAY),
               (int)((out->info.next_update - PKI_NOW) / PKI_DAY));
    }
    free(mem);
    return right;
}

/* What was in use; malloc. */
static void *make_last(ocsp_load_result_t *last, size_t *len, const case_t *c,
                       apr_pool_t *p)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = make_keys(c, p), .max_age_s = -1};
    const char *why = "";
    void *mem;

    place(&src, dir, c->last, false, p);
    folder_need(ocsp_load_build(last, &src, PKI_NOW, &why, p) == APR_SUCCESS,
                why);
    mem = seal(last, len);
    folder_remove(dir);
    return mem;
}

/* What is known of it after a stop and start. */
static apr_array_header_t *remember(const ocsp_load_sources_t *src,
                                    apr_pool_t *p)
{
    apr_array_header_t *in_use = apr_array_make(p, 1,
                                                sizeof(ocsp_crl_set_part_t));
    apr_array_header_t *crls = apr_array_copy(p, in_use);

    ocsp_load_find_crls(in_use, src->last, src->last_table, src->last_len);
    ocsp_table_history_add(crls, in_use, true, PKI_NOW);
    return crls;
}

static void run(const case_t *c)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.complete = c->complete, .max_age_s = -1};
    ocsp_load_result_t last = {.builder = NULL}, out = {.file = "untouched"};
    const char *why = NULL, *said;
    void *mem = NULL;
    apr_status_t rv;
    apr_pool_t *p;
    bool done;

    apr_pool_create(&p, party.pool);
    src.keys = make_keys(c, p);
    if (c->last[0].day != 0) {
        mem = make_last(&last, &src.last_len, c, p);
        src.last = &last.info;
        src.last_table = mem;
    }
    if (c->restarted) {
        src.newest = remember(&src, p);
        src.last = NULL;
        src.last_table = NULL;
    }
    place(&src, dir, c->files, c->named, p);
    rv = ocsp_load_build(&out, &src, PKI_NOW, &why, p);
    said = rv == APR_SUCCESS ? out.warning : why;
    done = rv == c->want && says(said, c->said) && ERR_peek_error() == 0;
    if (rv == APR_SUCCESS) {
        done = done && says(out.not_used, c->not_used)
            && says(out.rejected, c->rejected)
            && says(out.went_back, c->went_back)
            && out.info.went_back == (c->went_back != NULL)
            && is_right(c, &out, p);
    }
    ok(done, "%s (%s; %s; %s; %s)", c->name, said != NULL ? said : "",
       out.not_used != NULL ? out.not_used : "",
       out.rejected != NULL ? out.rejected : "",
       out.went_back != NULL ? out.went_back : "");
    free(mem);
    apr_pool_destroy(p);
    folder_remove(dir);
}

/* A certificate for other_key with the CA's name. */
static X509 *make_other(const char *basic, int64_t not_after)
{
    const pki_cert_opts_t opts = {.basic = basic,
                                  .key_usage = basic != NULL
                                                 ? "critical,keyCertSign,"
                                                   "cRLSign"
                                                 : "critical,cRLSign",
                                  .eku = "",
                                  .not_after = not_after};

    return pki_make_delegate("Test CA", party.other_key, party.ca, party.key,
                             &opts);
}

static const ocsp_issuer_t *parse_signer(X509 *cert)
{
    pki_bytes_t der = pki_cert_der(cert);
    ocsp_issuer_t *signer;
    const char *why = "";

    folder_need(ocsp_issuer_parse_crl_signer(&signer,
                                             (ocsp_der_t){der.data, der.len},
                                             "signer.pem", &why, party.pool)
                    == APR_SUCCESS,
                why);
    free(der.data);
    X509_free(cert);
    return signer;
}

static const ocsp_issuer_t *parse_ca(X509 *cert)
{
    const ocsp_issuer_t *issuer = feed_issuer(cert, party.pool);

    X509_free(cert);
    return issuer;
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&party.pool, NULL);
    party.key = pki_make_key(PKI_P256);
    party.other_key = pki_make_key(PKI_P256);
    party.other_kind = pki_make_key(PKI_RSA2048);
    party.ca = pki_make_ca("Test CA", party.key, NULL);
    party.other = pki_make_ca("Other CA", party.key, NULL);
    party.issuer = feed_issuer(party.ca, party.pool);
    party.namesake = parse_ca(pki_make_ca("Test CA", party.other_key, NULL));
    party.linked = parse_ca(make_other("critical,CA:TRUE", 0));
    party.signer = parse_signer(make_other(NULL, 0));
    party.expired = parse_signer(make_other(NULL, DAYS(-3)));
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run(&cases[i]);
    }
    X509_free(party.ca);
    X509_free(party.other);
    EVP_PKEY_free(party.key);
    EVP_PKEY_free(party.other_key);
    EVP_PKEY_free(party.other_kind);
    apr_terminate();
    return done_testing();
}
