/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See pattern.h. Floor 4.
 */
#include "httpd/pattern.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <errno.h>
#include <glob.h>
#include <string.h>

#include "httpd/log.h"

/* Files, one a line, in the order of their names. NULL: none, and why. */
static char *expand(const char *pattern, const char **why, apr_pool_t *p)
{
    glob_t found = {.gl_pathc = 0};
    /* GLOB_ERR: half a directory would silently be half of the CAs */
    int rv = glob(pattern, GLOB_ERR, NULL, &found);
    apr_array_header_t *list = apr_array_make(p, 16, sizeof(const char *));
    char *files = NULL;
    size_t i;

    if (rv == GLOB_NOMATCH) {
        *why = "no file matches: put certificates there";
    }
    else if (rv != 0) {
        *why = apr_psprintf(p,
                            "a directory cannot be read: %s: check path and "
                            "permissions",
                            rv == GLOB_NOSPACE ? "no memory" : strerror(errno));
    }
    else {
        for (i = 0; i < found.gl_pathc; i++) {
            APR_ARRAY_PUSH(list, const char *) = found.gl_pathv[i];
        }
        files = apr_array_pstrcat(p, list, '\n');
    }
    globfree(&found);
    return files;
}

/* What the pattern meant when it last meant anything. */
static char *recall_files(const ocsp_pass_t *pass, const char *name)
{
    ocsp_der_t files, nothing;

    return pass->keep != NULL
                && ocsp_keep_find(pass->keep, name, &files, &nothing)
             ? apr_pstrmemdup(pass->ptemp, (const char *)files.data, files.len)
             : NULL;
}

static apr_array_header_t *split(char *files, apr_pool_t *p)
{
    apr_array_header_t *list = apr_array_make(p, 16, sizeof(const char *));
    char *file, *last;

    for (file = files != NULL ? apr_strtok(files, "\n", &last) : NULL;
         file != NULL; file = apr_strtok(NULL, "\n", &last)) {
        APR_ARRAY_PUSH(list, const char *) = apr_pstrdup(p, file);
    }
    return list;
}

bool ocsp_pattern_is_one(const char *path)
{
    return apr_fnmatch_test(path) != 0;
}

apr_array_header_t *ocsp_pattern_expand(ocsp_pass_t *pass, const char *pattern,
                                        const char *whose)
{
    const char *name = apr_pstrcat(pass->ptemp, "glob:", pattern, NULL);
    const ocsp_der_t none = {NULL, 0};
    const char *why = NULL;
    char *files = expand(pattern, &why, pass->ptemp);

    if (files == NULL) {
        files = recall_files(pass, name);
        pass->failures++;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, pass->s,
                     "OCSP214: %s: %s; %s %s", pattern, why, whose,
                     files != NULL ? "goes on with the files found before"
                                   : "has no files");
    }
    else if (pass->keep != NULL) {
        ocsp_der_t content = {(const unsigned char *)files, strlen(files)};

        ocsp_keep_put(pass->keep, name, content, none);
    }
    return split(files, pass->pconf);
}
