/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * mod_ocsp, an OCSP responder (RFC 6960, RFC 9919) inside Apache httpd: the
 * module record and its hooks. src/README describes the rest. Floor 4.
 */
#include <httpd.h>

#include <http_config.h>
#include <http_request.h>
#include <mpm_common.h>
#include <mod_status.h>

#include "httpd/config/directives.h"
#include "httpd/request/url_claim.h"
#include "httpd/request/handler.h"
#include "httpd/request/quick_handler.h"
#include "httpd/monitor/server_status.h"
#include "httpd/startup.h"

static void register_hooks(apr_pool_t *p)
{
    static const char *const rewrite[] = {"mod_rewrite.c", NULL};

    /* Before mod_alias and mod_rewrite: no OCSP client follows a redirect. */
    ap_hook_pre_translate_name(ocsp_url_claim_pre_translate_name, NULL, NULL,
                               APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(ocsp_url_claim_translate_name, NULL, NULL,
                           APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(ocsp_url_claim_translate_rewritten, rewrite, NULL,
                           APR_HOOK_FIRST);
    /* After http_core's, which handles TRACE and OPTIONS *; before httpd walks
     * the directories. */
    ap_hook_map_to_storage(ocsp_url_claim_map_to_storage, NULL, NULL,
                           APR_HOOK_LAST);
    ap_hook_fixups(ocsp_url_claim_fixup, NULL, NULL, APR_HOOK_REALLY_LAST);
    ap_hook_quick_handler(ocsp_quick_handler_handle, NULL, NULL,
                          APR_HOOK_MIDDLE);
    ap_hook_handler(ocsp_handler_handle, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_check_config(ocsp_startup_check, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(ocsp_startup_start, NULL, NULL, APR_HOOK_MIDDLE);
    /* Before mod_watchdog's, which starts the thread that replaces signers. */
    ap_hook_child_init(ocsp_startup_start_child, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_monitor(ocsp_startup_monitor, NULL, NULL, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(ap, status_hook, ocsp_server_status_show, NULL, NULL,
                      APR_HOOK_MIDDLE);
}

/* The only exported symbol. */
__attribute__((visibility("default"))) AP_DECLARE_MODULE(ocsp) = {
    STANDARD20_MODULE_STUFF,
    .create_server_config = ocsp_directives_make,
    .merge_server_config = ocsp_directives_merge,
    .cmds = ocsp_directives,
    .register_hooks = register_hooks,
};
