/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whether OCSPPreproduce has an effect: see preproduce.h. Floor 4.
 */
#include "httpd/preproduce.h"

#include "httpd/ahead.h"
#include "httpd/conf.h"
#include "httpd/log.h"

static void say_in_vain(const ocsp_scope_issuer_t *si, server_rec *s)
{
    bool is_short = si->policy.next_update_s <= OCSP_ANSWER_LEFT_S;

    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, s,
                 "OCSP241: %s: OCSPPreproduce: nothing is signed ahead of need,"
                 " as it could not be said when it is needed: <OCSPIssuer> at"
                 " %s; set %s %d",
                 si->name, si->where,
                 is_short ? "OCSPNextUpdate above"
                          : "OCSPAnswerAge to at least",
                 is_short ? OCSP_ANSWER_LEFT_S : OCSP_AHEAD_AGE_MIN_S);
}

bool ocsp_preproduce_check(server_rec *base)
{
    const ocsp_conf_t *main = ocsp_conf_get(base);
    bool wanted = false;
    server_rec *s;
    int i;

    for (s = base; s != NULL; s = s->next) {
        const ocsp_conf_t *conf = ocsp_conf_get(s);

        if (conf == main && s != base) {
            continue; /* a virtual host that says nothing */
        }
        for (i = 0; i < conf->own->issuers->nelts; i++) {
            const ocsp_scope_issuer_t *si = ocsp_scope_get(conf->own, i);

            if (ocsp_ahead_is_wanted(si)) {
                wanted = true;
            }
            else if (si->preproduce != OCSP_LEVEL_PREPRODUCE_OFF) {
                say_in_vain(si, s);
            }
        }
    }
    return wanted;
}
