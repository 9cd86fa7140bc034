/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The floor under every answer: a httpd module that reads the request's body and
 * sends the same octets each time, with mod_ocsp's headers. FloorFile names the
 * octets; FloorSign a key that signs once for each request, into nowhere.
 * FloorPlace says where, and so what a module has httpd do there:
 *
 *   quick     (default) the quick handler, which asks nothing of httpd
 *   location  the same, once httpd has found the location; a GET's conditions
 *             are looked at. Without, no module knows which URLs are its own
 *   handler   an ordinary handler, to which httpd brings the request through
 *             all its phases; conditions too. SetHandler floor
 *
 * Nothing is parsed, looked up or checked in any of them: what a request costs
 * here is httpd's, and the signature's. For t/bench/serve only.
 */
#include <httpd.h>

#include <apr_strings.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX 65536
#define BODY_MAX 16384
#define SIGNATURE_MAX 1024
#define DIGEST_LEN 32

/* The same time, as header and as number. */
#define MODIFIED "Thu, 01 Jan 2026 00:00:00 GMT"
#define MODIFIED_S 1767225600

typedef enum {
    IN_QUICK = 0,
    IN_LOCATION,
    IN_HANDLER,
} floor_place_t;

typedef struct {
    const char *answer; /* NULL: nothing is answered here */
    apr_size_t len;
    EVP_PKEY *key; /* NULL: nothing is signed */
    floor_place_t place;
} floor_conf_t;

/* A thread signs with one context for ever; what it is of tells it from the
 * one of another virtual host. */
static _Thread_local struct {
    const floor_conf_t *of;
    EVP_PKEY_CTX *ctx;
    EVP_MD_CTX *md; /* Ed25519 has no signature of a digest */
} kept;

module AP_MODULE_DECLARE_DATA floor_module;

static void *make_conf(apr_pool_t *p, server_rec *s)
{
    return apr_pcalloc(p, sizeof(floor_conf_t));
}

static const char *set_file(cmd_parms *cmd, void *dir, const char *arg)
{
    floor_conf_t *conf = ap_get_module_config(cmd->server->module_config,
                                              &floor_module);
    char *answer = apr_palloc(cmd->pool, ANSWER_MAX);
    FILE *f = fopen(arg, "rb");

    if (f == NULL) {
        return apr_pstrcat(cmd->pool, arg, ": cannot be opened", NULL);
    }
    conf->len = fread(answer, 1, ANSWER_MAX, f);
    (void)fclose(f);
    conf->answer = answer;
    return conf->len == 0 ? "FloorFile: nothing in it" : NULL;
}

static const char *set_sign(cmd_parms *cmd, void *dir, const char *arg)
{
    floor_conf_t *conf = ap_get_module_config(cmd->server->module_config,
                                              &floor_module);
    FILE *f = fopen(arg, "rb");

    if (f == NULL) {
        return apr_pstrcat(cmd->pool, arg, ": cannot be opened", NULL);
    }
    conf->key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    (void)fclose(f);
    return conf->key == NULL ? "FloorSign: no key" : NULL;
}

static const char *set_place(cmd_parms *cmd, void *dir, const char *arg)
{
    static const char *const names[] = {"quick", "location", "handler"};
    floor_conf_t *conf = ap_get_module_config(cmd->server->module_config,
                                              &floor_module);
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(arg, names[i]) == 0) {
            conf->place = (floor_place_t)i;
            return NULL;
        }
    }
    return "FloorPlace: quick, location or handler";
}

static floor_conf_t *get_conf(const request_rec *r)
{
    return ap_get_module_config(r->server->module_config, &floor_module);
}

static void keep(const floor_conf_t *conf)
{
    EVP_PKEY_CTX_free(kept.ctx);
    EVP_MD_CTX_free(kept.md);
    kept.of = conf;
    kept.ctx = NULL;
    kept.md = NULL;
    if (EVP_PKEY_get_base_id(conf->key) == EVP_PKEY_ED25519) {
        kept.md = EVP_MD_CTX_new();
        return;
    }
    kept.ctx = EVP_PKEY_CTX_new(conf->key, NULL);
    if (EVP_PKEY_sign_init(kept.ctx) != 1
        || EVP_PKEY_CTX_set_signature_md(kept.ctx, EVP_sha256()) != 1) {
        EVP_PKEY_CTX_free(kept.ctx);
        kept.ctx = NULL;
    }
}

static int sign(const floor_conf_t *conf, apr_time_t now)
{
    unsigned char digest[DIGEST_LEN] = {0}, signature[SIGNATURE_MAX];
    size_t len = sizeof(signature);

    if (kept.of != conf) {
        keep(conf);
    }
    memcpy(digest, &now, sizeof(now));
    if (kept.md != NULL) {
        return EVP_DigestSignInit(kept.md, NULL, NULL, NULL, conf->key) == 1
            && EVP_DigestSign(kept.md, signature, &len, digest, sizeof(digest))
                   == 1;
    }
    return kept.ctx != NULL
        && EVP_PKEY_sign(kept.ctx, signature, &len, digest, sizeof(digest))
               == 1;
}

static int read_body(request_rec *r)
{
    apr_bucket_brigade *bb = apr_brigade_create(r->pool,
                                                r->connection->bucket_alloc);
    char body[BODY_MAX];
    apr_size_t len;
    int ended = 0;

    while (!ended) {
        len = sizeof(body);
        if (ap_get_brigade(r->input_filters, bb, AP_MODE_READBYTES,
                           APR_BLOCK_READ, BODY_MAX)
                != APR_SUCCESS
            || apr_brigade_flatten(bb, body, &len) != APR_SUCCESS) {
            return HTTP_BAD_REQUEST;
        }
        ended = APR_BRIGADE_EMPTY(bb)
             || APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(bb));
        apr_brigade_cleanup(bb);
    }
    return OK;
}

/* As long as mod_ocsp's, and as many: of an answer that may be kept, or of one
 * with a nonce. */
static void set_headers(request_rec *r, const floor_conf_t *conf)
{
    apr_table_t *out = r->headers_out;

    ap_set_content_type(r, "application/ocsp-response");
    ap_set_content_length(r, (apr_off_t)conf->len);
    apr_table_setn(out, "Expires", MODIFIED);
    if (conf->key != NULL) {
        apr_table_setn(out, "Cache-Control", "no-store");
        return;
    }
    apr_table_setn(out, "Cache-Control",
                   "max-age=3600, public, no-transform, must-revalidate");
    apr_table_setn(out, "Last-Modified", MODIFIED);
    apr_table_setn(out, "ETag",
                   "\"0123456789abcdef0123456789abcdef"
                   "0123456789abcdef0123456789abcdef\"");
}

/* As mod_ocsp has it: of an answer that may be kept, to a GET. */
static int ask_conditions(request_rec *r, const floor_conf_t *conf)
{
    if (conf->place == IN_QUICK || conf->key != NULL
        || r->method_number != M_GET) {
        return OK;
    }
    ap_update_mtime(r, apr_time_from_sec(MODIFIED_S));
    return ap_meets_conditions(r);
}

static int answer(request_rec *r, const floor_conf_t *conf)
{
    apr_bucket_alloc_t *alloc = r->connection->bucket_alloc;
    apr_bucket_brigade *bb;
    int rv;

    if (r->method_number == M_POST && read_body(r) != OK) {
        return HTTP_BAD_REQUEST;
    }
    if (conf->key != NULL && !sign(conf, r->request_time)) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    set_headers(r, conf);
    rv = ask_conditions(r, conf);
    if (rv != OK) {
        return rv;
    }
    bb = apr_brigade_create(r->pool, alloc);
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_immortal_create(conf->answer,
                                                           conf->len, alloc));
    APR_BRIGADE_INSERT_TAIL(bb, apr_bucket_eos_create(alloc));
    (void)ap_pass_brigade(r->output_filters, bb);
    return OK;
}

static int handle_quickly(request_rec *r, int lookup)
{
    const floor_conf_t *conf = get_conf(r);

    if (lookup || conf->answer == NULL || conf->place == IN_HANDLER
        || (conf->place == IN_LOCATION
            && (ap_location_walk(r) != OK || ap_if_walk(r) != OK))) {
        return DECLINED;
    }
    return answer(r, conf);
}

/* --- the ordinary handler -------------------------------------------------- */

static int is_in_handler(const request_rec *r)
{
    const floor_conf_t *conf = get_conf(r);

    return conf->answer != NULL && conf->place == IN_HANDLER;
}

/* As mod_ocsp claims a URL. Otherwise httpd would refuse a base64 with %2F, and
 * look for a file. */
static int claim(request_rec *r)
{
    return is_in_handler(r) ? DONE : DECLINED;
}

static int name_file(request_rec *r)
{
    if (!is_in_handler(r)) {
        return DECLINED;
    }
    r->filename = apr_pstrdup(r->pool, "floor");
    return OK;
}

static int find_no_file(request_rec *r)
{
    return is_in_handler(r) ? OK : DECLINED;
}

static int handle(request_rec *r)
{
    if (!is_in_handler(r) || r->handler == NULL
        || strcmp(r->handler, "floor") != 0) {
        return DECLINED;
    }
    return answer(r, get_conf(r));
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("FloorFile", set_file, NULL, RSRC_CONF, "what is sent"),
    AP_INIT_TAKE1("FloorSign", set_sign, NULL, RSRC_CONF, "a key that signs"),
    AP_INIT_TAKE1("FloorPlace", set_place, NULL, RSRC_CONF,
                  "quick, location or handler"),
    {.name = NULL},
};

/* mod_ocsp's order. */
static void register_hooks(apr_pool_t *p)
{
    ap_hook_pre_translate_name(claim, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(name_file, NULL, NULL, APR_HOOK_REALLY_FIRST);
    ap_hook_map_to_storage(find_no_file, NULL, NULL, APR_HOOK_LAST);
    ap_hook_quick_handler(handle_quickly, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE);
}

__attribute__((visibility("default"))) AP_DECLARE_MODULE(floor) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, make_conf, NULL, directives,
    register_hooks,          0,
};
