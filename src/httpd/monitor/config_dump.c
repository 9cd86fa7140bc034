/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Prints, for "httpd -t -D DUMP_OCSP", the configuration and the loaded data of
 * every server and issuer as text. Floor 4.
 */
#include "httpd/monitor/config_dump.h"

#include <apr_strings.h>
#include <stdio.h>

#include "answer/client_limits.h"
#include "answer/expiry.h"
#include "httpd/config/directives.h"
#include "httpd/log.h"
#include "httpd/load/readers.h"
#include "httpd/load/sources.h"
#include "httpd/runtime/state_dir.h"
#include "httpd/runtime/version.h"
#include "status/crl.h"

typedef struct {
    const ocsp_load_ctx_t *ctx;
    apr_hash_t *readers; /* path -> ocsp_readers_path_t; NULL: not known */
    const char *user;    /* that workers run as */
} dump_t;

static void print_hex(const unsigned char *bytes, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        printf("%02x", bytes[i]);
    }
}

static const char *print_time(const dump_t *d, int64_t seconds)
{
    return ocsp_load_ctx_print_time(d->ctx->ptemp, seconds);
}

static void print_hashes(const ocsp_issuer_t *issuer)
{
    static const struct {
        ocsp_certid_hash_t hash;
        const char *name;
    } shown[] = {{OCSP_CERTID_SHA1, "SHA-1"}, {OCSP_CERTID_SHA256, "SHA-256"}};
    const ocsp_certid_issuer_t *hashes = &issuer->hashes;
    size_t i;

    for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        size_t len = ocsp_certid_hash_len(shown[i].hash);

        printf("    %s of name: ", shown[i].name);
        print_hex(hashes->name[shown[i].hash], len);
        printf("\n    %s of key: ", shown[i].name);
        print_hex(hashes->key[shown[i].hash], len);
        printf("\n");
    }
}

static const char *describe_readers(const dump_t *d, const char *path)
{
    if (d->readers == NULL) {
        return "not known whether workers can read it";
    }
    return apr_psprintf(d->ctx->ptemp, "%s %s", d->user,
                        ocsp_readers_can_read(d->readers, path)
                            ? "can read it"
                            : "cannot read it: changes are taken up at a "
                              "graceful restart only");
}

static void print_paths(const dump_t *d, const char *what,
                        const apr_array_header_t *paths)
{
    int i;

    for (i = 0; i < paths->nelts; i++) {
        const char *path = APR_ARRAY_IDX(paths, i, const char *);

        printf("    %s: %s (%s)\n", what, path, describe_readers(d, path));
    }
}

static void print_crl(const dump_t *d, const ocsp_issuers_issuer_t *si,
                      const char *age)
{
    const ocsp_table_info_t *info = si->loaded.info;

    printf("    CRL in use: %s%s, thisUpdate %s, nextUpdate %s, number ",
           si->loaded.crl_file,
           info->crls > 1
               ? apr_psprintf(d->ctx->ptemp, " and %u others", info->crls - 1)
               : "",
           print_time(d, info->this_update),
           info->next_update != OCSP_CRL_NO_NEXT_UPDATE
               ? print_time(d, info->next_update)
               : "none");
    if (info->number_len == 0) {
        printf("none");
    }
    else {
        printf("0x");
        print_hex(info->number, info->number_len);
    }
    printf(", %" APR_UINT64_T_FMT " revocations%s\n", info->entries, age);
}

static void print_issuance(const dump_t *d, const ocsp_table_info_t *info,
                           const char *age)
{
    printf("    issuance data in use: last changed %s, %" APR_UINT64_T_FMT
           " rows, %" APR_UINT64_T_FMT " issued and not revoked",
           print_time(d, info->changed), info->rows, info->issued);
    if (!info->crl) {
        printf(", %" APR_UINT64_T_FMT " revocations", info->entries);
    }
    printf("%s\n", age);
}

static void print_table(const dump_t *d, const ocsp_issuers_issuer_t *si)
{
    const ocsp_table_info_t *info = si->loaded.info;
    const char *age = "";

    print_paths(d, "CRL file", si->config.level->crl_files);
    print_paths(d, "CRL directory", si->config.level->crl_paths);
    print_paths(d, "CRL signer", si->config.level->crl_signers);
    print_paths(d, "index file", si->config.level->index_files);
    print_paths(d, "issued file", si->config.level->issued_files);
    if (info == NULL) {
        printf("    %s in use: none: answers tryLater\n",
               ocsp_issuer_config_names_issuance(si->config.level)
                       && !ocsp_issuer_config_names_crls(si->config.level)
                   ? "issuance data"
                   : "CRL");
        return;
    }
    if (info->went_back) {
        age = ", older than before httpd was stopped: only revoked "
              "certificates are answered";
    }
    else if (ocsp_sources_find_end(si, info) <= d->ctx->now) {
        age = ", out of date";
    }
    if (info->crl) {
        print_crl(d, si, age);
    }
    if (info->issuance) {
        print_issuance(d, info, age);
    }
}

/* @param expiry of the signer that lasts longest; OCSP_EXPIRY_FAR of others */
static const char *describe_expiry(const ocsp_signer_t *signer,
                                   ocsp_expiry_t expiry, int64_t now)
{
    static const char *const words[] = {"", ", ends soon",
                                        ", ends soon: renew it now"};

    return ocsp_signer_is_valid(signer, now) && expiry != OCSP_EXPIRY_PAST
             ? words[expiry]
             : ", not valid now";
}

static void print_signers(const dump_t *d, const ocsp_issuers_issuer_t *si)
{
    const ocsp_signer_t *last;
    ocsp_expiry_t expiry = ocsp_expiry_find(&last, &si->loaded.signers,
                                            d->ctx->now);
    const char *clients;
    size_t i;

    for (i = 0; i < si->loaded.signers.count; i++) {
        const ocsp_signer_t *signer = si->loaded.signers.templs[i]->signer;

        printf("    signer: %s, %s, notBefore %s, notAfter %s, %s%s\n",
               signer->cert_file, signer->algorithm.description,
               print_time(d, signer->not_before),
               print_time(d, signer->not_after),
               signer->is_issuer ? "the CA itself" : "delegate",
               describe_expiry(signer,
                               signer == last ? expiry : OCSP_EXPIRY_FAR,
                               d->ctx->now));
        clients = ocsp_client_limits_warn(&si->loaded.signers, i, d->ctx->now,
                                          d->ctx->ptemp);
        if (clients != NULL) {
            printf("    clients of this signer: %s\n", clients);
        }
    }
    if (si->loaded.signers.count == 0) {
        printf("    signer: none: %s\n", si->loaded.signer_why != NULL
                                             ? si->loaded.signer_why
                                             : "answers tryLater");
    }
}

static void print_issuer(const dump_t *d, const ocsp_issuers_issuer_t *si)
{
    printf("  %s\n    certificate: %s (<OCSPIssuer> at %s)\n", si->loaded.name,
           si->config.cert_file, si->config.section->defined_at);
    if (si->loaded.issuer == NULL) {
        printf("    cannot be read: every CA that is unknown to its server is "
               "answered tryLater\n");
        return;
    }
    if (si->running.is_duplicate) {
        printf("    not used: another section has the same CA\n");
        return;
    }
    print_hashes(si->loaded.issuer);
    print_table(d, si);
    print_signers(d, si);
    printf("    policy: %s\n",
           ocsp_directives_print_issuer(si->config.level, d->ctx->ptemp));
}

static void print_issuers(const dump_t *d, const ocsp_issuers_t *issuers)
{
    int i;

    for (i = 0; i < issuers->issuers->nelts; i++) {
        print_issuer(d, ocsp_issuers_get(issuers, i));
    }
}

/* Print the sections whose pattern matches no file. */
static void print_unmatched(const ocsp_server_config_t *conf)
{
    int i, j;

    for (i = 0; i < conf->sections->nelts; i++) {
        const ocsp_issuers_section_t *section =
            APR_ARRAY_IDX(conf->sections, i, ocsp_issuers_section_t *);
        bool empty = true;

        for (j = 0; empty && j < conf->own->issuers->nelts; j++) {
            empty = ocsp_issuers_get(conf->own, j)->config.section != section;
        }
        if (empty) {
            printf("  %s (<OCSPIssuer> at %s): no file matches: every CA that "
                   "is unknown to its server is answered tryLater\n",
                   section->pattern, section->defined_at);
        }
    }
}

static void print_server(const dump_t *d, const server_rec *s)
{
    const ocsp_server_config_t *conf = ocsp_server_config_get(s);
    const ocsp_issuers_t *main_issuers = conf->outer != NULL ? conf->outer->own
                                                             : NULL;

    printf("%s:%u",
           s->server_hostname != NULL ? s->server_hostname : "main server",
           ocsp_load_ctx_get_port(s));
    if (s->defn_name != NULL) {
        printf(" (%s:%u)", s->defn_name, s->defn_line_number);
    }
    printf("\n  %s\n", ocsp_directives_print_server(conf, d->ctx->ptemp));
    print_issuers(d, conf->own);
    print_unmatched(conf);
    if (conf->inherited != NULL && conf->inherited != main_issuers) {
        print_issuers(d, conf->inherited);
    }
    else if (main_issuers != NULL && main_issuers->issuers->nelts != 0) {
        printf("  and the issuers of the main server\n");
    }
}

static void print_state_dir(const dump_t *d, const server_rec *base)
{
    const ocsp_state_dir_t *dir =
        ocsp_state_dir_find(ocsp_server_config_get(base), d->ctx->ptemp);

    printf("OCSP state directory: %s%s: %s\n", dir->path,
           dir->is_default ? " (default)" : "",
           dir->state == OCSP_STATE_DIR_MISSING && dir->rv == APR_ENOENT
               ? "not there yet; httpd makes it when it starts"
               : ocsp_state_dir_describe(dir, d->ctx->ptemp));
}

void ocsp_config_dump_print(const ocsp_load_ctx_t *ctx, server_rec *base,
                            apr_hash_t *readers)
{
    const dump_t d = {.ctx = ctx,
                      .readers = readers,
                      .user = ocsp_readers_get_user(ctx->ptemp)};
    const server_rec *s;

    printf("mod_ocsp " OCSP_VERSION "\n");
    print_state_dir(&d, base);
    printf("OCSP issuers:\n");
    for (s = base; s != NULL; s = s->next) {
        if (s == base
            || ocsp_server_config_get(s) != ocsp_server_config_get(base)) {
            print_server(&d, s);
        }
    }
    (void)fflush(stdout);
}
