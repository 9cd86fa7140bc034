/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See recall.h. Floor 4.
 */
#include "httpd/recall.h"

#include <string.h>

#include "httpd/log.h"

ocsp_recent_t *ocsp_recall_make(apr_pool_t *pconf,
                                const ocsp_conf_shared_t *shared)
{
    return shared->cache == NULL || shared->arena == NULL
             ? NULL
             : ocsp_recent_make(pconf,
                                ocsp_cache_get_response_max(shared->cache)
                                    + sizeof(ocsp_recall_t));
}

void ocsp_recall_begin(ocsp_recent_key_t *key, const request_rec *r,
                       const ocsp_conf_t *conf, ocsp_der_t body)
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

ocsp_recall_t *ocsp_recall_find(request_rec *r, const ocsp_conf_t *conf,
                                const ocsp_recent_key_t *key)
{
    ocsp_recall_t *said;
    size_t len;

    if (key->epoch == 0 || APLOGrtrace1(r)) { /* trace1 has the details */
        return NULL;
    }
    said = ocsp_recent_find(&len, conf->shared.recent, key, r->pool);
    /* what began before was made has an older Date than its Last-Modified */
    if (said == NULL
        || said->freshness.modified
               > apr_time_from_sec(apr_time_sec(r->request_time))) {
        return NULL;
    }
    said->answer.der = (ocsp_der_t){(const unsigned char *)(said + 1),
                                    len - sizeof(*said)};
    return said;
}

void ocsp_recall_keep(request_rec *r, const ocsp_conf_t *conf,
                      const ocsp_recent_key_t *key, int64_t now,
                      const ocsp_recall_t *said)
{
    ocsp_der_t der = said->answer.der;
    ocsp_recall_t *whole;

    if (key->epoch == 0 || now != key->second || !said->freshness.lasting
        || said->freshness.modified
               != apr_time_from_sec(said->answer.produced_at)) {
        return;
    }
    whole = apr_palloc(r->pool, sizeof(*whole) + der.len);
    *whole = *said;
    whole->answer.signer = NULL; /* it may be gone by then */
    whole->answer.der = (ocsp_der_t){NULL, 0};
    memcpy(whole + 1, der.data, der.len);
    ocsp_recent_keep(conf->shared.recent, key, whole, sizeof(*whole) + der.len);
}
