/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Expands patterns of file names, with glob(3). Floor 4.
 */
#include "httpd/load/glob.h"

#include <apr_strings.h>
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "httpd/log.h"

/* @return of const char *, made in p; empty: none, and why */
static apr_array_header_t *expand(const char *pattern, const char **why,
                                  apr_pool_t *p)
{
    glob_t found = {.gl_pathc = 0};
    /* GLOB_ERR: half a directory would silently be half of the CAs */
    int rv = glob(pattern, GLOB_ERR, NULL, &found);
    apr_array_header_t *files = apr_array_make(p, 16, sizeof(const char *));
    size_t i;

    if (rv == GLOB_NOMATCH) {
        *why = "no file matches";
    }
    else if (rv != 0) {
        *why = apr_psprintf(p, "a directory cannot be read (%s)",
                            rv == GLOB_NOSPACE ? "no memory" : strerror(errno));
    }
    for (i = 0; rv == 0 && i < found.gl_pathc; i++) {
        APR_ARRAY_PUSH(files, const char *) = apr_pstrdup(p, found.gl_pathv[i]);
    }
    globfree(&found);
    return files;
}

static void retain(const ocsp_load_ctx_t *ctx, const char *name,
                   const apr_array_header_t *files)
{
    size_t len = 0, i, n = (size_t)files->nelts;
    unsigned char *all, *at;

    for (i = 0; i < n; i++) {
        len += strlen(APR_ARRAY_IDX(files, i, const char *)) + 1;
    }
    all = at = apr_palloc(ctx->ptemp, len + 1);
    for (i = 0; i < n; i++) { /* a name may hold anything but NUL */
        const char *file = APR_ARRAY_IDX(files, i, const char *);

        memcpy(at, file, strlen(file) + 1);
        at += strlen(file) + 1;
    }
    ocsp_load_ctx_retain(ctx, name, (ocsp_der_t){all, len},
                         (ocsp_der_t){NULL, 0});
}

/* The files that matched when the pattern last matched any. */
static void find_retained(apr_array_header_t *files, const ocsp_load_ctx_t *ctx,
                          const char *name)
{
    ocsp_der_t content, none;
    const char *all;
    size_t i;

    if (!ocsp_load_ctx_find_retained(ctx, name, &content, &none)) {
        return;
    }
    all = apr_pmemdup(ctx->pconf, content.data, content.len);
    for (i = 0; i < content.len; i += strlen(all + i) + 1) {
        APR_ARRAY_PUSH(files, const char *) = all + i;
    }
}

apr_array_header_t *ocsp_glob_expand(const ocsp_load_ctx_t *ctx,
                                     const char *pattern, const char *user)
{
    const char *name = apr_pstrcat(ctx->ptemp, "glob:", pattern, NULL);
    const char *subject = apr_pstrcat(ctx->ptemp, pattern, "\n", user, NULL);
    const char *why = NULL;
    apr_array_header_t *files = expand(pattern, &why, ctx->pconf);

    if (why == NULL) {
        retain(ctx, name, files);
    }
    else {
        find_retained(files, ctx, name);
    }
    if (ctx->mode != OCSP_LOAD_CTX_PASSPHRASES
        && ocsp_load_ctx_log_once(ctx, subject, strlen(subject),
                                  ocsp_retry_hash_text(why))) {
        ocsp_load_ctx_log(ctx, APLOG_ERR, 0,
                          "OCSP214: %s: %s; %s (%s); check path and "
                          "permissions",
                          pattern, why,
                          files->nelts != 0
                              ? "the files that matched earlier stay in use"
                              : "no certificate is loaded",
                          user);
    }
    return files;
}
