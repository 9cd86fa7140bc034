/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See recall.h. Floor 4.
 */
#include "httpd/request/hot_responses.h"

#include <string.h>

#include "httpd/log.h"

void ocsp_hot_responses_make(ocsp_server_config_shared_t *shared,
                             apr_pool_t *pconf)
{
    if (shared->cache != NULL && shared->arena != NULL) {
        shared->buffers =
            ocsp_buffers_make(pconf, ocsp_cache_get_response_max(shared->cache)
                                         + sizeof(ocsp_hot_responses_t));
        shared->recent = ocsp_hot_keys_make(pconf);
    }
}

void ocsp_hot_responses_begin(ocsp_hot_keys_key_t *key, const request_rec *r,
                              const ocsp_server_config_t *conf, ocsp_der_t body)
{
    key->whose = conf;
    key->form = (unsigned)r->method_number;
    key->asked = r->method_number == M_POST
                   ? body
                   : (ocsp_der_t){(const unsigned char *)r->unparsed_uri,
                                  strlen(r->unparsed_uri)};
    key->second = (int64_t)apr_time_sec(apr_time_now());
    key->epoch = conf->shared.recent != NULL
                   ? ocsp_arena_get_epoch(conf->shared.arena)
                   : 0;
}

const ocsp_hot_responses_t *ocsp_hot_responses_find(
    request_rec *r, const ocsp_server_config_t *conf,
    const ocsp_hot_keys_key_t *key)
{
    const ocsp_hot_responses_t *said;

    if (key->epoch == 0 || APLOGrtrace1(r)) { /* trace1 has the details */
        return NULL;
    }
    said = ocsp_hot_keys_find(conf->shared.recent, key, r->pool);
    /* what began before was made has an older Date than its Last-Modified */
    return said == NULL
                || said->freshness.modified
                       > apr_time_from_sec(apr_time_sec(r->request_time))
             ? NULL
             : said;
}

void ocsp_hot_responses_keep(const ocsp_server_config_t *conf,
                             const ocsp_hot_keys_key_t *key, int64_t now,
                             const ocsp_hot_responses_t *said)
{
    ocsp_der_t der = said->answer.der;
    const unsigned char *octets;
    ocsp_hot_responses_t *whole;

    if (key->epoch == 0 || now != key->second || !said->freshness.lasting
        || said->freshness.modified
               != apr_time_from_sec(said->answer.produced_at)) {
        return;
    }
    whole = ocsp_buffers_take(conf->shared.buffers, sizeof(*whole) + der.len);
    if (whole == NULL) {
        return; /* all are on their way */
    }
    octets = memcpy(whole + 1, der.data, der.len);
    *whole = *said;
    whole->answer.der.data = octets;
    whole->answer.signer = NULL; /* it may be gone by then */
    ocsp_hot_keys_keep(conf->shared.recent, key, whole);
    ocsp_buffers_release(whole);
}
