/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the CRLs in a directory. Floor 1.
 */
#include <apr_cstr.h>
#include <apr_file_info.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "status/crl.h"
#include "status/crl_directory.h"
#include "status/file.h"

/* So many unreadable files are named in a warning. */
#define NAMED_MAX 3

/* So many octets are read to find out whether a file is an incomplete CRL. */
#define HEAD_LEN 65536

/** A scan of one directory. */
typedef struct {
    const char *dir;
    apr_array_header_t *entries; /* ocsp_crl_directory_entry_t */
    const char *unreadable;      /* reasons for the first NAMED_MAX */
    unsigned unreadable_count;
    apr_pool_t *pool; /* of the results */
    apr_pool_t *ptmp; /* of one file */
} scan_t;

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

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
    if (!APR_STATUS_IS_ENOENT(rv)) { /* not the end of the directory */
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

/* Whether DER is longer than its file. A short length is not of a CRL: the file
 * may be a text that begins with "0". */
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

/* Whether a file seems to be an incomplete CRL. If it were ignored, an older
 * CRL would be used without a warning. */
static bool is_cut_off(const char *file, apr_pool_t *p)
{
    static const char label[] = "-----BEGIN X509 CRL";
    unsigned char *head = apr_pcalloc(p, HEAD_LEN + 1);
    apr_finfo_t info = {.size = 0};
    const char *why;
    apr_size_t len = 0;
    apr_file_t *f;

    if (ocsp_file_open(&f, file, &why, p) != APR_SUCCESS) {
        return false;
    }
    (void)apr_file_info_get(&info, APR_FINFO_SIZE, f);
    (void)apr_file_read_full(f, head, HEAD_LEN, &len);
    (void)apr_file_close(f);
    return is_cut_der(head, len, info.size)
        || strstr((const char *)head, label) != NULL || is_called_crl(file);
}

static void add_unreadable(scan_t *scan, const char *why)
{
    if (scan->unreadable_count++ < NAMED_MAX) {
        scan->unreadable = apr_pstrcat(scan->pool, scan->unreadable,
                                       scan->unreadable[0] != '\0' ? "; "
                                                                   : ": ",
                                       why, NULL);
    }
}

/* Add the CRLs of a file. One that is gone meanwhile, and a link to nothing, is
 * ignored. */
static void add_file(scan_t *scan, const char *file)
{
    apr_array_header_t *heads = apr_array_make(scan->ptmp, 1,
                                               sizeof(ocsp_crl_head_t));
    const char *why = NULL;
    apr_status_t rv = ocsp_crl_read_heads(heads, file, &why, scan->ptmp);
    const char *kept = heads->nelts > 0 ? apr_pstrdup(scan->pool, file) : NULL;
    int i;

    for (i = 0; i < heads->nelts; i++) {
        const ocsp_crl_head_t *head = &APR_ARRAY_IDX(heads, i, ocsp_crl_head_t);
        ocsp_der_t name = head->issuer_name;

        name.data = apr_pmemdup(scan->pool, name.data, name.len);
        APR_ARRAY_PUSH(scan->entries, ocsp_crl_directory_entry_t) =
            (ocsp_crl_directory_entry_t){.file = kept,
                                         .object = head->object,
                                         .issuer_name = name,
                                         .name_hash = ocsp_issuer_hash_name(
                                             name),
                                         .this_update = head->this_update};
    }
    if (rv == APR_SUCCESS || APR_STATUS_IS_ENOENT(rv)) {
        return;
    }
    if (rv != OCSP_EMALFORMED || heads->nelts > 0
        || is_cut_off(file, scan->ptmp)) {
        add_unreadable(scan, why);
    }
}

static void add_files(scan_t *scan, const apr_array_header_t *names)
{
    size_t len = strlen(scan->dir);
    const char *slash = len > 0 && scan->dir[len - 1] == '/' ? "" : "/";
    int i;

    for (i = 0; i < names->nelts; i++) {
        apr_pool_clear(scan->ptmp);
        add_file(scan,
                 apr_pstrcat(scan->ptmp, scan->dir, slash,
                             APR_ARRAY_IDX(names, i, const char *), NULL));
    }
}

apr_status_t ocsp_crl_directory_scan(apr_array_header_t **out, const char *dir,
                                     const char **warning, const char **why,
                                     apr_pool_t *p)
{
    scan_t scan = {.dir = dir, .unreadable = "", .pool = p};
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
    add_files(&scan, names);
    apr_pool_destroy(scan.ptmp);
    if (scan.unreadable_count > 0) {
        *warning = apr_psprintf(p, "%s: %u file%s cannot be used%s%s", dir,
                                scan.unreadable_count,
                                scan.unreadable_count == 1 ? "" : "s",
                                scan.unreadable,
                                scan.unreadable_count > NAMED_MAX ? "; ..."
                                                                  : "");
    }
    *out = scan.entries;
    return APR_SUCCESS;
}

void ocsp_crl_directory_find(apr_array_header_t *files,
                             const apr_array_header_t *entries,
                             const ocsp_crl_keys_t *keys)
{
    int i;

    for (i = 0; i < entries->nelts; i++) {
        const ocsp_crl_directory_entry_t *entry =
            &APR_ARRAY_IDX(entries, i, ocsp_crl_directory_entry_t);

        if (ocsp_crl_keys_has_name(keys, entry->issuer_name,
                                   entry->name_hash)) {
            APR_ARRAY_PUSH(files, const ocsp_crl_directory_entry_t *) = entry;
        }
    }
}
