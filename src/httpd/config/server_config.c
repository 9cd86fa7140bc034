/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See conf.h. Floor 4.
 */
#include "httpd/config/server_config.h"

#include <apr_strings.h>
#include <sched.h>
#include <unistd.h>

#include "httpd/log.h"

void *ocsp_server_config_make(apr_pool_t *p, server_rec *s)
{
    ocsp_server_config_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->sections = apr_array_make(p, 2, sizeof(ocsp_issuers_section_t *));
    conf->said = ocsp_issuer_config_make(p);
    conf->level = conf->said;
    conf->max_certs = OCSP_ISSUER_CONFIG_UNSET;
    conf->max_request_size = OCSP_ISSUER_CONFIG_UNSET;
    conf->table_size = OCSP_ISSUER_CONFIG_UNSET;
    conf->refresh_s = OCSP_ISSUER_CONFIG_UNSET;
    conf->cache_size = OCSP_ISSUER_CONFIG_UNSET;
    conf->sign_limit = OCSP_ISSUER_CONFIG_UNSET;
    conf->quick = OCSP_ISSUER_CONFIG_UNSET;
    return conf;
}

void *ocsp_server_config_merge(apr_pool_t *p, void *base, void *add)
{
    const ocsp_server_config_t *outer = base;
    const ocsp_server_config_t *inner = add;
    ocsp_server_config_t *conf = apr_pmemdup(p, inner, sizeof(*inner));

    conf->outer = outer;
    conf->level = ocsp_issuer_config_merge(p, outer->said, inner->said);
    if (conf->max_certs == OCSP_ISSUER_CONFIG_UNSET) {
        conf->max_certs = outer->max_certs;
    }
    if (conf->max_request_size == OCSP_ISSUER_CONFIG_UNSET) {
        conf->max_request_size = outer->max_request_size;
    }
    if (conf->quick == OCSP_ISSUER_CONFIG_UNSET) {
        conf->quick = outer->quick;
    }
    return conf;
}

ocsp_server_config_t *ocsp_server_config_get(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &ocsp_module);
}

server_rec *ocsp_server_config_get_next(const server_rec *s)
{
    server_rec *next = s->next;

    while (next != NULL && ocsp_server_config_get(next)->outer == NULL) {
        next = next->next;
    }
    return next;
}

size_t ocsp_server_config_get_max_certs(const ocsp_server_config_t *conf)
{
    return conf->max_certs != OCSP_ISSUER_CONFIG_UNSET
             ? (size_t)conf->max_certs
             : OCSP_SERVER_CONFIG_MAX_CERTS;
}

size_t ocsp_server_config_get_max_request_size(const ocsp_server_config_t *conf)
{
    return conf->max_request_size != OCSP_ISSUER_CONFIG_UNSET
             ? (size_t)conf->max_request_size
             : OCSP_SERVER_CONFIG_MAX_REQUEST_SIZE;
}

int64_t ocsp_server_config_get_refresh(const ocsp_server_config_t *main)
{
    return main->refresh_s != OCSP_ISSUER_CONFIG_UNSET
             ? main->refresh_s
             : OCSP_SERVER_CONFIG_REFRESH_S;
}

size_t ocsp_server_config_get_cache_size(const ocsp_server_config_t *main)
{
    return main->cache_size != OCSP_ISSUER_CONFIG_UNSET
             ? (size_t)main->cache_size
             : OCSP_SERVER_CONFIG_CACHE_SIZE;
}

unsigned ocsp_server_config_get_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef CPU_COUNT
    cpu_set_t usable;

    if (sched_getaffinity(0, sizeof(usable), &usable) == 0) {
        count = CPU_COUNT(&usable);
    }
#endif
    return count < 1                   ? 1
         : count > OCSP_SIGN_SLOTS_MAX ? OCSP_SIGN_SLOTS_MAX
                                       : (unsigned)count;
}

unsigned ocsp_server_config_get_sign_limit(const ocsp_server_config_t *main)
{
    return main->sign_limit != OCSP_ISSUER_CONFIG_UNSET
             ? (unsigned)main->sign_limit
             : ocsp_server_config_get_processors();
}
