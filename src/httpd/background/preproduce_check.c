/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whether OCSPPreproduce has an effect: see preproduce.h. Floor 4.
 */
#include "httpd/background/preproduce.h"

#include "httpd/background/presign.h"
#include "httpd/config/server_config.h"
#include "httpd/log.h"

static void say_in_vain(const ocsp_issuers_issuer_t *si, server_rec *s)
{
    bool is_short = si->config.policy.next_update_s <= OCSP_ANSWER_LEFT_S;

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 "OCSP241: %s: OCSPPreproduce: nothing is signed ahead of need,"
                 " as it could not be said when it is needed: <OCSPIssuer> at"
                 " %s; set %s %d",
                 si->loaded.name, si->config.where,
                 is_short ? "OCSPNextUpdate above"
                          : "OCSPAnswerAge to at least",
                 is_short ? OCSP_ANSWER_LEFT_S : OCSP_PRESIGN_AGE_MIN_S);
}

bool ocsp_preproduce_check(server_rec *base)
{
    const ocsp_server_config_t *main = ocsp_server_config_get(base);
    bool wanted = false;
    server_rec *s;
    int i;

    for (s = base; s != NULL; s = s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(s);

        if (conf == main && s != base) {
            continue; /* a virtual host that says nothing */
        }
        for (i = 0; i < conf->own->issuers->nelts; i++) {
            const ocsp_issuers_issuer_t *si = ocsp_issuers_get(conf->own, i);

            if (ocsp_presign_is_wanted(si)) {
                wanted = true;
            }
            else if (si->config.preproduce
                     != OCSP_ISSUER_CONFIG_PREPRODUCE_OFF) {
                say_in_vain(si, s);
            }
        }
    }
    return wanted;
}
