/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See file.h.
 */
#include <apr_file_info.h>
#include <apr_strings.h>

#include "status/file.h"

const char *ocsp_file_reason(const char *file, const char *what,
                             apr_status_t rv, apr_pool_t *p)
{
    char text[120];

    return apr_psprintf(p, "%s: %s: %s", file, what,
                        apr_strerror(rv, text, sizeof(text)));
}

static const char *type_name(apr_filetype_e type)
{
    if (type == APR_DIR) {
        return "a directory";
    }
    if (type == APR_CHR || type == APR_BLK) {
        return "a device";
    }
    if (type == APR_PIPE) {
        return "a FIFO";
    }
    if (type == APR_SOCK) {
        return "a socket";
    }
    return "of an unknown type";
}

static apr_status_t check_type(const apr_finfo_t *info, const char *file,
                               const char **why, apr_pool_t *p)
{
    if (info->filetype == APR_REG) {
        return APR_SUCCESS;
    }
    *why = apr_psprintf(p, "%s: is %s: name a regular file", file,
                        type_name(info->filetype));
    return OCSP_EMALFORMED;
}

apr_status_t ocsp_file_open(apr_file_t **out, const char *file,
                            const char **why, apr_pool_t *p)
{
    apr_finfo_t info;
    apr_file_t *f = NULL;
    apr_status_t rv;

    *out = NULL;
    /* Looked at by name first, since opening some devices does something; then
     * opened without waiting, and looked at again, in case it was exchanged. */
    rv = apr_stat(&info, file, APR_FINFO_TYPE, p);
    if (rv == APR_SUCCESS || rv == APR_INCOMPLETE) {
        if ((rv = check_type(&info, file, why, p)) != APR_SUCCESS) {
            return rv;
        }
        rv = apr_file_open(&f, file, APR_FOPEN_READ | APR_FOPEN_NONBLOCK,
                           APR_FPROT_OS_DEFAULT, p);
    }
    if (rv != APR_SUCCESS) {
        *why = ocsp_file_reason(file,
                                "cannot be opened (check path and permissions)",
                                rv, p);
        return rv;
    }
    rv = apr_file_info_get(&info, APR_FINFO_TYPE, f);
    if (rv != APR_SUCCESS && rv != APR_INCOMPLETE) {
        *why = ocsp_file_reason(file, "cannot be looked at", rv, p);
    }
    else {
        rv = check_type(&info, file, why, p);
    }
    if (rv != APR_SUCCESS) {
        (void)apr_file_close(f);
        return rv;
    }
    *out = f;
    return APR_SUCCESS;
}
