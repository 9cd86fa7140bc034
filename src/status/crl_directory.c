/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlpath.h.
 */
#include <apr_file_info.h>
#include <apr_cstr.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/crl.h"
#include "status/crl_directory.h"
#include "status/file.h"

/** Of the files that cannot be read, so many are named. */
#define NAMED_MAX 3

/* So much of a file shows what it was to be, in octets. */
#define SNIFFED 65536

/** A look through one directory. */
typedef struct {
    const char *dir;
    apr_array_header_t *entries; /* ocsp_crl_directory_entry_t */
    const char *unread;          /* reasons of the first NAMED_MAX */
    unsigned unread_count;
    apr_pool_t *pool; /* of the results */
    apr_pool_t *ptmp; /* of one file */
} scan_t;

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

/* All names but those that begin with a dot, in p. */
static apr_status_t read_names(apr_array_header_t *names, const char *dir,
                               const char **why, apr_pool_t *p)
{
    apr_finfo_t info;
    apr_dir_t *d;
    apr_status_t rv = apr_dir_open(&d, dir, p);

    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(dir,
                                "cannot be opened as a directory (check path "
                                "and permissions)",
                                rv, p);
        return rv;
    }
    while ((rv = apr_dir_read(&info, APR_FINFO_NAME, d)) == APR_SUCCESS
           || rv == APR_INCOMPLETE) {
        if (info.name[0] == '.') {
            continue;
        }
        if (names->nelts == OCSP_CRL_DIRECTORY_FILES_MAX) {
            *why = apr_psprintf(p,
                                "%s: holds more than %d files: put the CRLs "
                                "into a directory of their own",
                                dir, OCSP_CRL_DIRECTORY_FILES_MAX);
            (void)apr_dir_close(d);
            return APR_ENOSPC;
        }
        APR_ARRAY_PUSH(names, const char *) = apr_pstrdup(p, info.name);
    }
    (void)apr_dir_close(d);
    if (!APR_STATUS_IS_ENOENT(rv)) { /* which is the end of the directory */
        *why = ocsp_file_reason(dir, "cannot be read", rv, p);
        return rv;
    }
    return APR_SUCCESS;
}

static bool is_called_crl(const char *file)
{
    size_t len = strlen(file);

    return len >= 4 && apr_cstr_casecmp(file + len - 4, ".crl") == 0;
}

/* Whether DER ends before it should: no CRL is so short that its length takes
 * one octet, and text may begin with a "0". */
static bool is_cut_der(const unsigned char *head, size_t len, apr_off_t size)
{
    ocsp_der_t in = {head, len};
    unsigned tag;
    size_t declared;

    if (len < 2 || head[0] != OCSP_DER_SEQUENCE || head[1] < 0x81
        || head[1] > 0x84) {
        return false;
    }
    return !ocsp_der_get_header(&in, &tag, &declared)
        || declared + (len - in.len) > (apr_uint64_t)size;
}

/* Whether what is no CRL was to be one. Whoever overlooked it would answer from
 * an older one without a word. */
static bool is_cut_off(const char *file, apr_pool_t *p)
{
    static const char label[] = "-----BEGIN X509 CRL";
    unsigned char *head = apr_pcalloc(p, SNIFFED + 1);
    apr_finfo_t info = {.size = 0};
    const char *why;
    apr_size_t len = 0;
    apr_file_t *f;

    if (ocsp_file_open(&f, file, &why, p) != APR_SUCCESS) {
        return false;
    }
    (void)apr_file_info_get(&info, APR_FINFO_SIZE, f);
    (void)apr_file_read_full(f, head, SNIFFED, &len);
    (void)apr_file_close(f);
    return is_cut_der(head, len, info.size)
        || strstr((const char *)head, label) != NULL || is_called_crl(file);
}

static void note_unread(scan_t *scan, const char *why)
{
    if (scan->unread_count++ < NAMED_MAX) {
        scan->unread = apr_pstrcat(scan->pool, scan->unread,
                                   scan->unread[0] != '\0' ? "; " : ": ", why,
                                   NULL);
    }
}

/* Take a file if it is a CRL. What has gone meanwhile was never there, and a
 * link to nowhere is no file. */
static void look_at(scan_t *scan, const char *file)
{
    ocsp_crl_directory_entry_t entry = {.file = file};
    ocsp_der_t name;
    const char *why = NULL;
    apr_status_t rv;

    rv = ocsp_crl_read_head(&name, &entry.this_update, file, &why, scan->ptmp);
    if (rv == APR_SUCCESS) {
        entry.file = apr_pstrdup(scan->pool, file);
        entry.issuer_name.data = apr_pmemdup(scan->pool, name.data, name.len);
        entry.issuer_name.len = name.len;
        entry.name_hash = ocsp_issuer_hash_name(name);
        APR_ARRAY_PUSH(scan->entries, ocsp_crl_directory_entry_t) = entry;
    }
    else if (APR_STATUS_IS_ENOENT(rv)) {
        return;
    }
    else if (rv != OCSP_EMALFORMED || is_cut_off(file, scan->ptmp)) {
        note_unread(scan, why);
    }
}

static void look_at_all(scan_t *scan, const apr_array_header_t *names)
{
    size_t len = strlen(scan->dir);
    const char *slash = len > 0 && scan->dir[len - 1] == '/' ? "" : "/";
    int i;

    for (i = 0; i < names->nelts; i++) {
        apr_pool_clear(scan->ptmp);
        look_at(scan, apr_pstrcat(scan->ptmp, scan->dir, slash,
                                  APR_ARRAY_IDX(names, i, const char *), NULL));
    }
}

apr_status_t ocsp_crl_directory_scan(apr_array_header_t **out, const char *dir,
                                     const char **warning, const char **why,
                                     apr_pool_t *p)
{
    scan_t scan = {.dir = dir, .unread = "", .pool = p};
    apr_array_header_t *names = apr_array_make(p, 64, sizeof(const char *));
    apr_status_t rv = read_names(names, dir, why, p);

    *out = NULL;
    *warning = NULL;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    qsort(names->elts, (size_t)names->nelts, sizeof(const char *),
          compare_names);
    scan.entries = apr_array_make(p, 16, sizeof(ocsp_crl_directory_entry_t));
    apr_pool_create(&scan.ptmp, p);
    look_at_all(&scan, names);
    apr_pool_destroy(scan.ptmp);
    if (scan.unread_count > 0) {
        *warning = apr_psprintf(p, "%s: %u files cannot be read%s%s", dir,
                                scan.unread_count, scan.unread,
                                scan.unread_count > NAMED_MAX ? "; ..." : "");
    }
    *out = scan.entries;
    return APR_SUCCESS;
}

void ocsp_crl_directory_find(apr_array_header_t *files,
                             const apr_array_header_t *entries,
                             const ocsp_issuer_t *issuer)
{
    unsigned long hash = ocsp_issuer_get_name_hash(issuer);
    int i;

    for (i = 0; i < entries->nelts; i++) {
        const ocsp_crl_directory_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, ocsp_crl_directory_entry_t);

        if (entry->name_hash == hash
            && ocsp_issuer_has_name(issuer, entry->issuer_name)) {
            APR_ARRAY_PUSH(files, const ocsp_crl_directory_entry_t *) = entry;
        }
    }
}
