/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pass over all issuers of all servers. Whatever goes wrong with one of
 * them is logged, counted and left behind; the next is opened all the same.
 * Floor 4.
 */
#include "httpd/refresh.h"

#include <apr_file_info.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <mpm_common.h>
#include <openssl/evp.h>
#include <string.h>

#include "httpd/conf.h"
#include "httpd/keep.h"
#include "httpd/log.h"
#include "httpd/open.h"
#include "status/load.h"

/* A table belongs to a CA and to the sources it was made of: two virtual hosts
 * may read different CRLs of one CA. */
static bool make_id(ocsp_conf_issuer_t *ci)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
           && EVP_DigestUpdate(ctx, ocsp_issuer_get0_id(ci->issuer),
                               OCSP_ISSUER_ID_LEN)
                  == 1
           && EVP_DigestUpdate(ctx, ci->crl_file, strlen(ci->crl_file)) == 1
           && EVP_DigestFinal_ex(ctx, ci->id, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

/* Seal what was built, check it as readers do, and only then let them see
 * it. */
static apr_status_t publish(const ocsp_open_pass_t *pass,
                            const ocsp_conf_issuer_t *ci,
                            const ocsp_table_builder_t *b,
                            const ocsp_table_info_t *info, const char **why)
{
    size_t len = ocsp_table_builder_size(b);
    apr_status_t rv;
    void *mem;

    rv = ocsp_arena_reserve(&mem, pass->arena, ci->slot, len, why, pass->ptemp);
    if (rv == APR_SUCCESS) {
        ocsp_table_builder_seal(b, mem, info);
        rv = ocsp_table_check(mem, len, why);
    }
    if (rv == APR_SUCCESS) {
        ocsp_arena_publish(pass->arena, ci->slot);
    }
    return rv;
}

static apr_status_t load(const ocsp_open_pass_t *pass,
                         const ocsp_conf_issuer_t *ci, ocsp_table_info_t *info,
                         const ocsp_table_info_t *last, const char **warning,
                         const char **why)
{
    const ocsp_load_sources_t src = {.issuer = ci->issuer,
                                     .crl_file = ci->crl_file,
                                     .last = last};
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN];
    ocsp_table_builder_t *b;
    apr_status_t rv;
    bool settled;

    rv = ocsp_load_fingerprint(fingerprint, &settled, &src, pass->now, why,
                               pass->ptemp);
    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (last != NULL
        && memcmp(last->fingerprint, fingerprint, sizeof(fingerprint)) == 0) {
        return APR_EEXIST;
    }
    rv = ocsp_load_build(&b, info, warning, &src, pass->now, why, pass->ptemp);
    if (rv == APR_SUCCESS && pass->arena != NULL) {
        memcpy(info->id, ci->id, OCSP_TABLE_ID_LEN);
        memset(info->fingerprint, 0, sizeof(info->fingerprint));
        if (settled) {
            memcpy(info->fingerprint, fingerprint, sizeof(fingerprint));
        }
        rv = publish(pass, ci, b, info, why);
        /* entries were counted when it was sealed */
        (void)ocsp_arena_get_info(info, pass->arena, ci->slot, ci->id);
    }
    if (rv == APR_SUCCESS) {
        ocsp_table_builder_free(b);
    }
    return rv;
}

/* Until when nobody can be told good. */
static bool is_stale(const ocsp_open_pass_t *pass,
                     const ocsp_table_info_t *info)
{
    return info->next_update <= pass->now;
}

static void say_loaded(ocsp_open_pass_t *pass, const ocsp_conf_issuer_t *ci,
                       const ocsp_table_info_t *info, const char *warning)
{
    bool stale = is_stale(pass, info);

    pass->failures += stale;
    if (ci->has_slot) {
        ocsp_arena_note(pass->arena, ci->slot, pass->now, true, warning);
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, pass->s,
                     "OCSP205: %s: table published: %" APR_UINT64_T_FMT
                     " revocations, from %s until %s",
                     ci->name, info->entries,
                     ocsp_open_print_time(pass->ptemp, info->this_update),
                     ocsp_open_print_time(pass->ptemp, info->next_update));
    }
    if (warning != NULL) {
        ap_log_error(APLOG_MARK, stale ? APLOG_ERR : APLOG_WARNING, 0, pass->s,
                     "OCSP208: %s: %s", ci->name, warning);
    }
}

static void say_failed(ocsp_open_pass_t *pass, const ocsp_conf_issuer_t *ci,
                       apr_status_t rv, const char *why, bool have_last)
{
    pass->failures++;
    if (ci->has_slot) {
        ocsp_arena_note(pass->arena, ci->slot, pass->now, false, why);
    }
    ap_log_error(APLOG_MARK, APLOG_ERR, ocsp_open_log_status(rv), pass->s,
                 "OCSP206: %s: %s; <OCSPIssuer> at %s %s", ci->name, why,
                 ci->defined_at,
                 have_last ? "goes on with the table loaded before"
                           : "answers tryLater");
}

/* What is on disk is what is in use, whatever the last try ended in. */
static void say_unchanged(const ocsp_open_pass_t *pass,
                          const ocsp_conf_issuer_t *ci,
                          const ocsp_table_info_t *info)
{
    ocsp_arena_note_t note;

    if (is_stale(pass, info)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, pass->s,
                     "OCSP213: %s: %s: unchanged, and past its nextUpdate %s: "
                     "have the CA write a new one",
                     ci->name, ci->crl_file,
                     ocsp_open_print_time(pass->ptemp, info->next_update));
    }
    ocsp_arena_get_note(&note, pass->arena, ci->slot, ci->id);
    if (!note.ok) {
        ocsp_arena_note(pass->arena, ci->slot, pass->now, true, NULL);
    }
    ap_log_error(APLOG_MARK, APLOG_DEBUG, 0, pass->s,
                 "OCSP207: %s: sources unchanged", ci->name);
}

/* @return whether the slot has a table, which last then describes */
static bool open_slot(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *ci,
                      ocsp_table_info_t *last)
{
    const char *why = "libcrypto has no SHA-256";
    apr_status_t rv = OCSP_ECRYPTO;

    if (make_id(ci)) {
        rv = ocsp_arena_claim(&ci->slot, pass->arena, ci->id, &why);
    }
    ci->has_slot = rv == APR_SUCCESS;
    if (!ci->has_slot) {
        say_failed(pass, ci, rv, why, false);
    }
    return ci->has_slot
        && ocsp_arena_get_info(last, pass->arena, ci->slot, ci->id)
               == APR_SUCCESS;
}

static void open_table(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *ci)
{
    const char *why = NULL, *warning = NULL;
    ocsp_table_info_t info = {.entries = 0}, last = {.entries = 0};
    bool have_last = false;
    apr_status_t rv;

    if (ci->crl_file == NULL) {
        say_failed(pass, ci, 0, "no OCSPCRLFile: name one", false);
        return;
    }
    if (pass->arena != NULL) {
        have_last = open_slot(pass, ci, &last);
        if (!ci->has_slot) {
            return;
        }
    }
    rv = load(pass, ci, &info, have_last ? &last : NULL, &warning, &why);
    ci->has_table = rv == APR_SUCCESS || have_last;
    if (rv == APR_EEXIST) {
        say_unchanged(pass, ci, &last);
    }
    else if (rv != APR_SUCCESS) {
        say_failed(pass, ci, rv, why, have_last);
    }
    else {
        say_loaded(pass, ci, &info, warning);
    }
}

/* Whether anything but tryLater can be said for it. */
static bool is_ready(const ocsp_conf_issuer_t *ci)
{
    return ci->templ != NULL && ci->has_table;
}

/* Two sections of one server for one CA: nobody can tell which was meant. The
 * first counts, unless only the second can be answered from: then the file of
 * the first was overwritten, and the CA must not suffer from it. */
static void settle(ocsp_open_pass_t *pass, ocsp_conf_issuer_t *first,
                   ocsp_conf_issuer_t *second)
{
    bool take_second = is_ready(second) && !is_ready(first);
    ocsp_conf_issuer_t *passed_over = take_second ? first : second;

    pass->failures++;
    passed_over->passed_over = true;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, pass->s,
                 "OCSP209: %s: %s (<OCSPIssuer> at %s) and %s (at %s) are one "
                 "CA: the one at %s counts; remove the other",
                 first->name, first->cert_file, first->defined_at,
                 second->cert_file, second->defined_at,
                 take_second ? second->defined_at : first->defined_at);
}

static void check_twice(ocsp_open_pass_t *pass, const ocsp_conf_t *conf,
                        size_t i)
{
    ocsp_conf_issuer_t *ci = ocsp_conf_get_issuer(conf, (int)i);
    size_t j;

    for (j = 0; ci->issuer != NULL && j < i; j++) {
        ocsp_conf_issuer_t *other = ocsp_conf_get_issuer(conf, (int)j);
        if (other->issuer != NULL && !other->passed_over
            && memcmp(ocsp_issuer_get0_id(ci->issuer),
                      ocsp_issuer_get0_id(other->issuer), OCSP_ISSUER_ID_LEN)
                   == 0) {
            settle(pass, other, ci);
            return;
        }
    }
}

static void open_server(ocsp_open_pass_t *pass, server_rec *s)
{
    const ocsp_conf_t *conf = ocsp_conf_get(s);
    size_t i;

    pass->s = s;
    for (i = 0; i < conf->own; i++) {
        ocsp_conf_issuer_t *ci = ocsp_conf_get_issuer(conf, (int)i);
        if (ci->opened) {
            continue; /* a virtual host without its own shares the server's */
        }
        ci->opened = true;
        ocsp_open_issuer(pass, ci);
        if (ci->issuer != NULL) {
            ocsp_open_signer(pass, ci);
            open_table(pass, ci);
            check_twice(pass, conf, i);
        }
    }
}

/* Octets of all CRLs together. */
static apr_uint64_t crl_octets(const ocsp_open_pass_t *pass, server_rec *base)
{
    apr_uint64_t octets = 0;
    server_rec *s;
    size_t i;

    for (s = base; s != NULL; s = s->next) {
        const ocsp_conf_t *conf = ocsp_conf_get(s);

        for (i = 0; i < conf->own; i++) {
            apr_finfo_t info;
            const char *file = ocsp_conf_get_issuer(conf, (int)i)->crl_file;
            if (file != NULL
                && apr_stat(&info, file, APR_FINFO_SIZE, pass->ptemp)
                       == APR_SUCCESS) {
                octets += (apr_uint64_t)info.size;
            }
        }
    }
    return octets;
}

static void open_arena(ocsp_open_pass_t *pass, server_rec *base)
{
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_keep_open_arena(&pass->arena, pass->keep, crl_octets(pass, base),
                              &why);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, base,
                     "OCSP210: %s: every issuer answers tryLater; give this "
                     "machine or its container more memory",
                     why);
        return;
    }
    ocsp_arena_begin(pass->arena);
}

static bool is_configured(server_rec *base)
{
    const server_rec *s;

    for (s = base; s != NULL; s = s->next) {
        if (ocsp_conf_get(s)->own != 0) {
            return true;
        }
    }
    return false;
}

static void open_all(ocsp_open_pass_t *pass, server_rec *base)
{
    server_rec *s;

    pass->now = (int64_t)apr_time_sec(apr_time_now());
    for (s = base; s != NULL; s = s->next) {
        open_server(pass, s);
    }
}

int ocsp_refresh_start(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *base)
{
    ocsp_open_pass_t pass = {.pconf = pconf, .ptemp = ptemp};
    ocsp_counters_t *counters;
    server_rec *s;

    /* httpd reads its configuration twice at start; once is enough for us. */
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    pass.keep = ocsp_keep_get(base->process->pool);
    if (!is_configured(base)) {
        ocsp_keep_sweep(pass.keep);
        return OK;
    }
    open_arena(&pass, base);
    counters = ocsp_keep_open_counters(pass.keep);
    open_all(&pass, base);
    ocsp_keep_sweep(pass.keep);
    for (s = base; s != NULL; s = s->next) {
        ocsp_conf_get(s)->shared.arena = pass.arena;
        ocsp_conf_get(s)->shared.counters = counters;
    }
    /* REQUIREMENTS 66 */
    ap_log_error(APLOG_MARK, APLOG_INFO, 0, base,
                 "OCSP211: serial numbers that a CRL does not list are "
                 "answered good (RFC 6960 section 2.2), also if they were "
                 "never issued: this does not meet Baseline Requirements "
                 "4.9.9");
    return OK;
}

int ocsp_refresh_check(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                       server_rec *base)
{
    ocsp_open_pass_t pass = {.pconf = pconf, .ptemp = ptemp};

    if (ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST) {
        return OK;
    }
    open_all(&pass, base);
    return pass.failures == 0 ? OK : HTTP_INTERNAL_SERVER_ERROR;
}
