/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See dialog.h. Floor 4.
 */
#include "httpd/signers/passphrase_dialog.h"

#include <apr_strings.h>
#include <openssl/crypto.h>
#include <string.h>

#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/signers/keypairs.h"
#include "httpd/signers/passphrase.h"

/* A slip is forgiven twice. */
#define TRIES 3

/* Who is asked, and what was answered so far: one passphrase for all keys is
 * given once. */
typedef struct {
    ocsp_load_ctx_t *pass;
    const char *program;
    const char *server;        /* name:port */
    apr_array_header_t *given; /* const char * */
    apr_hash_t *seen;          /* files */
    bool stopped;              /* by Ctrl-C: no more questions */
} dialog_t;

static bool try_passphrase(dialog_t *d, ocsp_keypairs_key_t *k,
                           const char *passphrase)
{
    ocsp_keypairs_load_key(k, passphrase, d->pass->ptemp);
    if (k->key == NULL) {
        return false;
    }
    ocsp_keypairs_keep_passphrase(d->pass, k->file, passphrase);
    return true;
}

static bool try_given(dialog_t *d, ocsp_keypairs_key_t *k)
{
    int i;

    for (i = 0; i < d->given->nelts; i++) {
        if (try_passphrase(d, k, APR_ARRAY_IDX(d->given, i, const char *))) {
            return true;
        }
    }
    return false;
}

static apr_status_t wipe_text(void *text)
{
    OPENSSL_cleanse(text, strlen(text));
    return APR_SUCCESS;
}

/* Whatever comes of it is logged when the key is opened. */
static void ask_for(dialog_t *d, ocsp_keypairs_key_t *k)
{
    const char *why = NULL;
    char *answer;
    int tries;

    for (tries = 0; tries < TRIES && k->encrypted; tries++) {
        apr_status_t rv = ocsp_passphrase_ask(&answer, d->program, d->server,
                                              k->file, &why, d->pass->ptemp);

        if (rv != APR_SUCCESS) {
            d->stopped = APR_STATUS_IS_EINTR(rv);
            ocsp_load_ctx_log(d->pass, APLOG_ERR, rv,
                              "OCSP215: %s: no passphrase: %s (see "
                              "OCSPPassPhraseDialog)",
                              k->file, why);
            return;
        }
        apr_pool_cleanup_register(d->pass->ptemp, answer, wipe_text,
                                  apr_pool_cleanup_null);
        if (try_passphrase(d, k, answer)) {
            APR_ARRAY_PUSH(d->given, const char *) = answer;
            return;
        }
        if (d->program != NULL) {
            break; /* it would say the same again */
        }
    }
    ocsp_load_ctx_log(
        d->pass, APLOG_ERR, 0,
        "OCSP224: %s: not its passphrase%s: stop httpd and start it "
        "again",
        k->file,
        d->program != NULL ? apr_psprintf(d->pass->ptemp,
                                          ", what %s printed: correct "
                                          "that, then",
                                          d->program)
                           : "");
}

static void look_at_key(dialog_t *d, const char *file)
{
    ocsp_keypairs_key_t *k;

    if (apr_hash_get(d->seen, file, APR_HASH_KEY_STRING) != NULL) {
        return;
    }
    apr_hash_set(d->seen, file, APR_HASH_KEY_STRING, file);
    k = apr_pcalloc(d->pass->ptemp, sizeof(*k));
    k->file = file;
    ocsp_keypairs_load_key(k, NULL, d->pass->ptemp);
    if (k->encrypted && !d->stopped && !try_given(d, k)) {
        ask_for(d, k);
    }
}

static void look_at_files(dialog_t *d, const apr_array_header_t *files)
{
    int i;

    for (i = 0; i < files->nelts; i++) {
        look_at_key(d, APR_ARRAY_IDX(files, i, const char *));
    }
}

/* Keys stand in key files, or beside their certificates. */
static void look_at_level(dialog_t *d, const ocsp_issuer_config_t *level)
{
    look_at_files(d, level->key_files);
    look_at_files(d, ocsp_keypairs_get_files(d->pass, level->cert_files));
}

void ocsp_passphrase_dialog_open(ocsp_load_ctx_t *pass, server_rec *base)
{
    dialog_t d = {.pass = pass,
                  .program = ocsp_server_config_get(base)->dialog,
                  .given = apr_array_make(pass->ptemp, 4, sizeof(const char *)),
                  .seen = apr_hash_make(pass->ptemp)};
    int i;

    for (pass->s = base; pass->s != NULL; pass->s = pass->s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(pass->s);

        d.server = apr_psprintf(pass->ptemp, "%s:%u",
                                pass->s->server_hostname != NULL
                                    ? pass->s->server_hostname
                                    : "localhost",
                                ocsp_load_ctx_get_port(pass->s));
        look_at_level(&d, conf->level);
        for (i = 0; i < conf->sections->nelts; i++) {
            look_at_level(&d, APR_ARRAY_IDX(conf->sections, i,
                                            ocsp_issuers_section_t *)
                                  ->level);
        }
    }
}
