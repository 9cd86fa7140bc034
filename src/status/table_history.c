/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Encodes, parses and changes the history of a table. Floor 1.
 */
#include <openssl/evp.h>
#include <stddef.h>
#include <string.h>

#include "status/table_history.h"
#include "status/table_layout.h"

#define MAGIC "OCSPHIST"
#define DIGEST_LEN ((size_t)OCSP_TABLE_HISTORY_DIGEST_LEN)
#define CRL_LEN sizeof(ocsp_crl_set_part_t)

/* No grace is longer: see OCSPStaleGrace. */
#define EXPIRED_S (INT64_C(366) * 86400)

/* As src/README draws it. */
typedef struct {
    unsigned char magic[8];
    uint32_t version;
    uint32_t table_version; /* 0: there is no table */
    unsigned char id[OCSP_TABLE_ID_LEN];
    uint32_t crls;
    uint32_t unused; /* 0 */
    uint64_t table_len;
} head_t;

_Static_assert(sizeof(head_t) == OCSP_TABLE_HISTORY_HEAD_LEN, "as drawn");
_Static_assert((sizeof(head_t) + DIGEST_LEN) % 8 == 0 && CRL_LEN % 8 == 0,
               "the table is aligned");
_Static_assert(sizeof(ocsp_table_head_t) == OCSP_TABLE_HISTORY_SAMPLE_LEN,
               "the sample is the header");

static const ocsp_crl_set_part_t *part_at(const apr_array_header_t *parts,
                                          int i)
{
    return &APR_ARRAY_IDX(parts, i, ocsp_crl_set_part_t);
}

/* --- the file ------------------------------------------------------------- */

static bool make_digest(unsigned char out[OCSP_TABLE_HISTORY_DIGEST_LEN],
                        const ocsp_der_t *parts, size_t count)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
    size_t i;

    for (i = 0; ok && i < count; i++) {
        ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

bool ocsp_table_history_encode(ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS],
                               const ocsp_table_history_t *history,
                               const unsigned char id[OCSP_TABLE_ID_LEN],
                               apr_pool_t *p)
{
    const bool has_table = history->table != NULL;
    head_t *head = apr_pcalloc(p, sizeof(*head));
    unsigned char *digests = apr_palloc(p, (size_t)2 * DIGEST_LEN);

    memcpy(head->magic, MAGIC, sizeof(head->magic));
    head->version = OCSP_TABLE_HISTORY_VERSION;
    head->table_version = has_table ? OCSP_TABLE_VERSION : 0;
    memcpy(head->id, id, sizeof(head->id));
    head->crls = (uint32_t)history->crls->nelts;
    head->table_len = has_table ? history->len : 0;
    parts[0] = (ocsp_der_t){(const unsigned char *)head, sizeof(*head)};
    parts[1] = (ocsp_der_t){(const unsigned char *)history->crls->elts,
                            (size_t)history->crls->nelts * CRL_LEN};
    parts[2] = (ocsp_der_t){digests, DIGEST_LEN};
    parts[3] = (ocsp_der_t){history->table, (size_t)head->table_len};
    parts[4] = (ocsp_der_t){digests + DIGEST_LEN, has_table ? DIGEST_LEN : 0};
    return make_digest(digests, parts, 2)
        && (!has_table || make_digest(digests + DIGEST_LEN, parts + 3, 1));
}

bool ocsp_table_history_is_same(
    ocsp_der_t begin, const ocsp_der_t parts[OCSP_TABLE_HISTORY_PARTS])
{
    static const unsigned char none[OCSP_TABLE_FINGERPRINT_LEN];
    const ocsp_der_t all[] = {parts[0],
                              parts[1],
                              parts[2],
                              {parts[3].data,
                               parts[3].len != 0 ? OCSP_TABLE_HISTORY_SAMPLE_LEN
                                                 : 0}};
    size_t at = 0, i;

    if (parts[3].len != 0
        && memcmp(parts[3].data + offsetof(ocsp_table_head_t, fingerprint),
                  none, sizeof(none))
               == 0) {
        return false;
    }
    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (begin.len - at < all[i].len
            || (all[i].len != 0
                && memcmp(begin.data + at, all[i].data, all[i].len) != 0)) {
            return false;
        }
        at += all[i].len;
    }
    return true;
}

/* --- parsing -------------------------------------------------------------- */

/* The head of a file whose CRLs are all there.
 * @param crls_len octets of head and CRLs */
static apr_status_t read_head(head_t *head, size_t *crls_len, ocsp_der_t begin,
                              const unsigned char id[OCSP_TABLE_ID_LEN],
                              const char **why)
{
    *why = "is damaged: it is no history";
    if (begin.len < sizeof(*head) + DIGEST_LEN
        || memcmp(begin.data, MAGIC, sizeof(head->magic)) != 0) {
        return OCSP_EMALFORMED;
    }
    memcpy(head, begin.data, sizeof(*head));
    if (head->version != OCSP_TABLE_HISTORY_VERSION) {
        *why = "is of another version of this module";
        return OCSP_EUNSUPPORTED;
    }
    *crls_len = sizeof(*head) + head->crls * CRL_LEN;
    *why = "is damaged: its length is wrong";
    if (head->crls > OCSP_TABLE_CRLS_MAX || head->unused != 0
        || (head->table_version == 0) != (head->table_len == 0)
        || begin.len - DIGEST_LEN < *crls_len) {
        return OCSP_EMALFORMED;
    }
    *why = "is that of another issuer, or of other files";
    return memcmp(head->id, id, sizeof(head->id)) == 0 ? APR_SUCCESS
                                                       : OCSP_EMALFORMED;
}

/* @param at followed by the digest of these octets */
static bool has_digest(const unsigned char *at, size_t len)
{
    const ocsp_der_t octets = {at, len};
    unsigned char digest[DIGEST_LEN];

    return make_digest(digest, &octets, 1)
        && memcmp(digest, at + len, sizeof(digest)) == 0;
}

/* The digest is no secret: whoever can write the file can make one. */
static bool is_valid(const ocsp_crl_set_part_t *part)
{
    size_t i = part->number_len;

    while (i < sizeof(part->number) && part->number[i] == 0) {
        i++;
    }
    return part->number_len <= sizeof(part->number)
        && i == sizeof(part->number);
}

static bool read_crls(apr_array_header_t *crls, const unsigned char *at,
                      size_t count)
{
    bool valid = true;

    for (; valid && count > 0; count--, at += CRL_LEN) {
        ocsp_crl_set_part_t *part = apr_array_push(crls);

        memcpy(part, at, sizeof(*part));
        valid = is_valid(part);
    }
    return valid;
}

apr_status_t ocsp_table_history_parse_crls(
    apr_array_header_t *crls, ocsp_der_t begin,
    const unsigned char id[OCSP_TABLE_ID_LEN], const char **why, apr_pool_t *p)
{
    apr_array_header_t *read = apr_array_make(p, 1, (int)CRL_LEN);
    head_t head;
    size_t len;
    apr_status_t rv = read_head(&head, &len, begin, id, why);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    if (!has_digest(begin.data, len)
        || !read_crls(read, begin.data + sizeof(head), head.crls)) {
        *why = "is damaged: the digest of its CRLs is wrong";
        return OCSP_EMALFORMED;
    }
    apr_array_cat(crls, read);
    return APR_SUCCESS;
}

/* @param rest what follows the CRLs and their digest */
static apr_status_t check_table(const head_t *head, ocsp_der_t rest,
                                const char **why)
{
    const size_t len = (size_t)head->table_len;
    ocsp_table_info_t info;

    *why = "is damaged: its length is wrong";
    if (rest.len < DIGEST_LEN || rest.len - DIGEST_LEN != len) {
        return OCSP_EMALFORMED;
    }
    if (head->table_version != OCSP_TABLE_VERSION) {
        *why = "has a table of another version of this module";
        return OCSP_EUNSUPPORTED;
    }
    if (!has_digest(rest.data, len)) {
        *why = "is damaged: the digest of its table is wrong";
        return OCSP_EMALFORMED;
    }
    *why = "is damaged: its table is wrong";
    return ocsp_table_check(rest.data, len, why) == APR_SUCCESS
                && ocsp_table_get_info(&info, rest.data, len) == APR_SUCCESS
                && memcmp(info.id, head->id, sizeof(info.id)) == 0
             ? APR_SUCCESS
             : OCSP_EMALFORMED;
}

apr_status_t ocsp_table_history_parse(ocsp_table_history_t *out,
                                      ocsp_der_t content,
                                      const unsigned char id[OCSP_TABLE_ID_LEN],
                                      const char **why, apr_pool_t *p)
{
    apr_array_header_t *crls = apr_array_make(p, 1, (int)CRL_LEN);
    ocsp_der_t rest;
    head_t head;
    size_t len;
    apr_status_t rv = ocsp_table_history_parse_crls(crls, content, id, why, p);

    *out = (ocsp_table_history_t){.crls = NULL};
    if (rv == APR_SUCCESS) {
        rv = read_head(&head, &len, content, id, why);
    }
    if (rv != APR_SUCCESS) {
        return rv;
    }
    len += DIGEST_LEN;
    rest = (ocsp_der_t){content.data + len, content.len - len};
    if (head.table_len != 0 || rest.len != 0) {
        rv = check_table(&head, rest, why);
        out->table = rv == APR_SUCCESS ? rest.data : NULL;
        out->len = rv == APR_SUCCESS ? (size_t)head.table_len : 0;
    }
    out->crls = rv == APR_SUCCESS || rv == OCSP_EUNSUPPORTED ? crls : NULL;
    return rv;
}

/* --- changes -------------------------------------------------------------- */

static bool is_newer(const ocsp_crl_set_part_t *new,
                     const ocsp_crl_set_part_t *old)
{
    if (new->this_update != old->this_update) {
        return new->this_update > old->this_update;
    }
    return ocsp_crl_compare_number(new->number, new->number_len, old->number,
                                   old->number_len)
         > 0;
}

static void add_one(apr_array_header_t *crls, const ocsp_crl_set_part_t *part)
{
    int i = ocsp_crl_set_find(crls, part);

    if (i < 0) {
        APR_ARRAY_PUSH(crls, ocsp_crl_set_part_t) = *part;
    }
    else if (is_newer(part, part_at(crls, i))) {
        APR_ARRAY_IDX(crls, i, ocsp_crl_set_part_t) = *part;
    }
}

/* Remove one, and keep the order of the others. */
static void remove_at(apr_array_header_t *crls, int i)
{
    ocsp_crl_set_part_t *part = (void *)crls->elts;

    memmove(part + i, part + i + 1,
            (size_t)(crls->nelts - 1 - i) * sizeof(*part));
    apr_array_pop(crls);
}

static int64_t find_end(const ocsp_crl_set_part_t *part)
{
    return part->next_update != OCSP_CRL_NO_NEXT_UPDATE ? part->next_update
                                                        : INT64_MAX;
}

static int find_first_end(const apr_array_header_t *crls)
{
    int first = 0, i;

    for (i = 1; i < crls->nelts; i++) {
        if (find_end(part_at(crls, i)) < find_end(part_at(crls, first))) {
            first = i;
        }
    }
    return first;
}

void ocsp_table_history_add(apr_array_header_t *crls,
                            const apr_array_header_t *in_use, bool listed,
                            int64_t now)
{
    int i;

    for (i = crls->nelts - 1; i >= 0; i--) {
        if (find_end(part_at(crls, i)) < now - EXPIRED_S) {
            remove_at(crls, i);
        }
    }
    for (i = 0; i < in_use->nelts; i++) {
        if (listed || (part_at(in_use, i)->kind & OCSP_CRL_SET_LISTED) == 0) {
            add_one(crls, part_at(in_use, i));
        }
    }
    while (crls->nelts > OCSP_TABLE_CRLS_MAX) {
        remove_at(crls, find_first_end(crls));
    }
}
