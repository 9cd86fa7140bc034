/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See listed.h. Floor 4.
 */
#include "httpd/background/presign_listed.h"

#include <string.h>

#include "httpd/log.h"
#include "httpd/signers/signer_reload.h"
#include "status/table.h"
#include "wire/der.h"

/* From one walk to the next where nothing has changed, in seconds: what had to
 * go for others is made again. */
#define WALK_EVERY_S 600

/* Of this many places one is for what is made ahead of need: where an entry may
 * be is chance, so a cache has to be half empty for nearly all to find room. */
#define PART 2

/* A walk that finds too little room ends when, of this many places, the entries
 * of one had to go for others. */
#define EVICTED_PART 32

/* Looking how full the cache is takes the longer the more places it has: so
 * many are looked at for each certificate. */
#define LOOKED_AT 256

/* Octets of a CertID that is made here: 32 + 2 x 34 + 67 and headers. */
#define CERTID_MAX 192

/* The CertIDs of one certificate. */
static const ocsp_certid_hash_t hashes[] = {OCSP_CERTID_SHA1,
                                            OCSP_CERTID_SHA256};

#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

typedef struct {
    ocsp_presign_listed_server_t server;
    const ocsp_issuers_issuer_t *si;
    bool said; /* that there is no room */
} target_t;

struct ocsp_presign_listed_t {
    apr_array_header_t *targets; /* target_t */
    size_t cache_size;           /* octets */
    bool told;                   /* to walk again */
    bool walking;
    bool tight;           /* not all that this walk finds can be kept */
    apr_uint64_t evicted; /* when it began; likewise: */
    apr_uint64_t places;  /* of the cache */
    int64_t begun;        /* the last walk, in seconds since 1970 */
    int at;               /* of the targets */
    apr_uint64_t cursor;  /* in its table */
};

static void add_scope(ocsp_presign_listed_t *l,
                      const ocsp_presign_listed_server_t *server,
                      const ocsp_issuers_t *scope)
{
    int i, j;

    for (i = 0; i < scope->issuers->nelts; i++) {
        const ocsp_issuers_issuer_t *si = ocsp_issuers_get(scope, i);
        bool known = si->loaded.issuer == NULL || si->running.is_duplicate
                  || !si->running.has_slot
                  || si->config.preproduce != OCSP_ISSUER_CONFIG_PREPRODUCE_ALL
                  || !ocsp_presign_is_wanted(si);

        for (j = 0; !known && j < l->targets->nelts; j++) {
            known = APR_ARRAY_IDX(l->targets, j, target_t).si == si;
        }
        if (!known) {
            APR_ARRAY_PUSH(l->targets, target_t) = (target_t){.server = *server,
                                                              .si = si};
        }
    }
}

ocsp_presign_listed_t *ocsp_presign_listed_make(
    apr_pool_t *p, const apr_array_header_t *servers)
{
    ocsp_presign_listed_t *l = apr_pcalloc(p, sizeof(*l));
    int i;

    l->targets = apr_array_make(p, 1, sizeof(target_t));
    for (i = 0; i < servers->nelts; i++) {
        const ocsp_presign_listed_server_t *server =
            &APR_ARRAY_IDX(servers, i, ocsp_presign_listed_server_t);

        add_scope(l, server, server->conf->own);
        if (server->conf->inherited != NULL) {
            add_scope(l, server, server->conf->inherited);
        }
    }
    if (l->targets->nelts == 0) {
        return NULL;
    }
    l->cache_size = ocsp_server_config_get_cache_size(
        APR_ARRAY_IDX(servers, 0, ocsp_presign_listed_server_t).conf);
    l->told = true;
    return l;
}

void ocsp_presign_listed_tell(ocsp_presign_listed_t *l)
{
    l->told = true;
}

/* --- room ----------------------------------------------------------------- */

/* Certificates that a target's table lists. */
static apr_uint64_t count_listed(const target_t *t)
{
    ocsp_table_info_t info;

    return ocsp_arena_get_info(&info, t->server.conf->shared.arena,
                               t->si->running.slot, t->si->running.id)
                == APR_SUCCESS
             ? info.entries + info.issued
             : 0;
}

/* Those of all tables, each once. */
static apr_uint64_t count_all(const ocsp_presign_listed_t *l)
{
    apr_uint64_t count = 0;
    int i, j;

    for (i = 0; i < l->targets->nelts; i++) {
        const target_t *t = &APR_ARRAY_IDX(l->targets, i, target_t);
        bool known = false;

        for (j = 0; !known && j < i; j++) {
            known = APR_ARRAY_IDX(l->targets, j, target_t).si->running.slot
                 == t->si->running.slot;
        }
        count += known ? 0 : count_listed(t);
    }
    return count;
}

/* How many responses may be kept ahead of need. */
static apr_uint64_t find_room(const ocsp_cache_info_t *info)
{
    return info->places / PART;
}

static void say_tight(const ocsp_presign_listed_t *l, target_t *t,
                      apr_uint64_t wanted, const ocsp_cache_info_t *info)
{
    double octets = (double)l->cache_size
                  * ((double)wanted * PART
                     / (double)(info->places != 0 ? info->places : 1));

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, t->server.s,
                 "OCSP240: %s: OCSPPreproduce all: %" APR_UINT64_T_FMT
                 " certificates take two responses each, and OCSPCacheSize "
                 "has room for %" APR_UINT64_T_FMT
                 " of all issuers': some are made when they are asked for; "
                 "OCSPCacheSize %" APR_UINT64_T_FMT "m would do",
                 t->si->loaded.name, count_listed(t), find_room(info),
                 (apr_uint64_t)(octets / (1024 * 1024)) + 1);
}

static void begin_walk(ocsp_presign_listed_t *l, const ocsp_presign_t *a)
{
    apr_uint64_t wanted = count_all(l) * HASHES;
    ocsp_cache_info_t info;
    int i;

    ocsp_cache_get_info(&info, a->main->shared.cache);
    l->walking = true;
    l->told = false;
    l->begun = a->now;
    l->at = 0;
    l->cursor = 0;
    l->evicted = info.evicted;
    l->places = info.places;
    l->tight = wanted > find_room(&info);
    for (i = 0; i < l->targets->nelts; i++) {
        target_t *t = &APR_ARRAY_IDX(l->targets, i, target_t);

        if (l->tight && !t->said) {
            say_tight(l, t, wanted, &info);
        }
        t->said = l->tight;
    }
}

/* What does not fit would only drive out what was made before it. */
static bool is_full(const ocsp_presign_listed_t *l, const ocsp_presign_t *a)
{
    ocsp_cache_info_t info;

    if (!l->tight) {
        return false;
    }
    ocsp_cache_get_info(&info, a->main->shared.cache);
    return info.used >= info.places
        || info.evicted - l->evicted > info.places / EVICTED_PART;
}

/* --- one certificate ------------------------------------------------------ */

/*
 * CertID ::= SEQUENCE {
 *     hashAlgorithm   AlgorithmIdentifier,
 *     issuerNameHash  OCTET STRING,
 *     issuerKeyHash   OCTET STRING,
 *     serialNumber    CertificateSerialNumber }
 * As most clients write it, with parameters NULL.
 */
static ocsp_der_t write_certid(unsigned char buf[CERTID_MAX],
                               const ocsp_certid_issuer_t *issuer,
                               ocsp_certid_hash_t hash,
                               const ocsp_table_item_t *item)
{
    static const unsigned char sha1[] = {0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                         0x03, 0x02, 0x1a, 0x05, 0x00};
    static const unsigned char sha256[] = {0x30, 0x0d, 0x06, 0x09, 0x60,
                                           0x86, 0x48, 0x01, 0x65, 0x03,
                                           0x04, 0x02, 0x01, 0x05, 0x00};
    size_t len = ocsp_certid_hash_len(hash);
    ocsp_der_writer_t w;
    size_t end;

    ocsp_der_writer_init(&w, buf, CERTID_MAX);
    end = ocsp_der_mark(&w);
    ocsp_der_put(&w, item->serial, item->serial_len);
    if (item->serial[0] >= 0x80) {
        ocsp_der_put(&w, "", 1); /* or it would be negative */
    }
    ocsp_der_wrap(&w, OCSP_DER_INTEGER, end);
    ocsp_der_put(&w, issuer->key[hash], len);
    ocsp_der_put_header(&w, OCSP_DER_OCTET_STRING, len);
    ocsp_der_put(&w, issuer->name[hash], len);
    ocsp_der_put_header(&w, OCSP_DER_OCTET_STRING, len);
    if (hash == OCSP_CERTID_SHA1) {
        ocsp_der_put(&w, sha1, sizeof(sha1));
    }
    else {
        ocsp_der_put(&w, sha256, sizeof(sha256));
    }
    ocsp_der_wrap(&w, OCSP_DER_SEQUENCE, end);
    return w.ok ? (ocsp_der_t){buf + w.pos, CERTID_MAX - w.pos}
                : (ocsp_der_t){NULL, 0};
}

static void make_one(const target_t *t, const ocsp_presign_t *a,
                     const ocsp_table_item_t *item, ocsp_certid_hash_t hash)
{
    ocsp_signer_reload_t *renewal = t->server.conf->shared.renewal;
    unsigned char buf[CERTID_MAX];
    ocsp_der_t der = write_certid(buf,
                                  ocsp_issuer_get0_hashes(t->si->loaded.issuer),
                                  hash, item);
    ocsp_cache_entry_t entry;
    ocsp_signer_reload_stay_t stay;
    ocsp_presign_said_t said;
    ocsp_certid_t id;

    apr_pool_clear(a->p);
    if (der.data == NULL || !ocsp_certid_parse(&id, &der)) {
        return;
    }
    stay = ocsp_signer_reload_enter(renewal);
    /* another section of this server may be the one that answers */
    if (ocsp_presign_draft(&said, a, t->server.conf, &id, NULL)
            == OCSP_PRESIGN_SAID
        && said.si == t->si && !ocsp_presign_is_there(&entry, a, &said)) {
        ocsp_presign_make(a, &said, 0);
    }
    ocsp_signer_reload_leave(renewal, stay);
}

/* --- the walk ------------------------------------------------------------- */

/* @return whether this table is done with */
static bool walk(ocsp_presign_listed_t *l, const target_t *t,
                 const ocsp_presign_t *a)
{
    const ocsp_arena_t *arena = t->server.conf->shared.arena;
    ocsp_table_item_t item;
    const void *mem;
    apr_uint64_t n = 0;
    size_t len;
    size_t i;

    if (!ocsp_arena_is_slot_of(arena, t->si->running.slot, t->si->running.id)) {
        return true;
    }
    ocsp_arena_get_table(&mem, &len, arena, t->si->running.slot);
    while (ocsp_presign_may_go_on(a)) {
        if (mem == NULL
            || (n++ % (l->places / LOOKED_AT + 1) == 0 && is_full(l, a))
            || !ocsp_table_next(&item, mem, len, &l->cursor)) {
            return true;
        }
        for (i = 0; i < HASHES; i++) {
            make_one(t, a, &item, hashes[i]);
        }
    }
    return false;
}

void ocsp_presign_listed_step(ocsp_presign_listed_t *l, const ocsp_presign_t *a)
{
    if (!l->walking) {
        if (!l->told && a->now >= l->begun
            && a->now < l->begun + WALK_EVERY_S) {
            return;
        }
        begin_walk(l, a);
    }
    while (l->at < l->targets->nelts
           && walk(l, &APR_ARRAY_IDX(l->targets, l->at, target_t), a)) {
        l->at++;
        l->cursor = 0;
    }
    l->walking = l->at < l->targets->nelts;
}
