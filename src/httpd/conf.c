/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See conf.h. Floor 4.
 */
#include "httpd/conf.h"

#include <apr_strings.h>
#include <sched.h>
#include <unistd.h>

#include "httpd/log.h"

void *ocsp_conf_make(apr_pool_t *p, server_rec *s)
{
    ocsp_conf_t *conf = apr_pcalloc(p, sizeof(*conf));

    conf->sections = apr_array_make(p, 2, sizeof(ocsp_scope_section_t *));
    conf->said = ocsp_level_make(p);
    conf->level = conf->said;
    conf->max_certs = OCSP_LEVEL_UNSET;
    conf->max_request_size = OCSP_LEVEL_UNSET;
    conf->table_size = OCSP_LEVEL_UNSET;
    conf->refresh_s = OCSP_LEVEL_UNSET;
    conf->cache_size = OCSP_LEVEL_UNSET;
    conf->sign_limit = OCSP_LEVEL_UNSET;
    conf->quick = OCSP_LEVEL_UNSET;
    return conf;
}

void *ocsp_conf_merge(apr_pool_t *p, void *base, void *add)
{
    const ocsp_conf_t *outer = base;
    const ocsp_conf_t *inner = add;
    ocsp_conf_t *conf = apr_pmemdup(p, inner, sizeof(*inner));

    conf->outer = outer;
    conf->level = ocsp_level_merge(p, outer->said, inner->said);
    if (conf->max_certs == OCSP_LEVEL_UNSET) {
        conf->max_certs = outer->max_certs;
    }
    if (conf->max_request_size == OCSP_LEVEL_UNSET) {
        conf->max_request_size = outer->max_request_size;
    }
    if (conf->quick == OCSP_LEVEL_UNSET) {
        conf->quick = outer->quick;
    }
    return conf;
}

ocsp_conf_t *ocsp_conf_get(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &ocsp_module);
}

size_t ocsp_conf_get_max_certs(const ocsp_conf_t *conf)
{
    return conf->max_certs != OCSP_LEVEL_UNSET ? (size_t)conf->max_certs
                                               : OCSP_CONF_MAX_CERTS;
}

size_t ocsp_conf_get_max_request_size(const ocsp_conf_t *conf)
{
    return conf->max_request_size != OCSP_LEVEL_UNSET
             ? (size_t)conf->max_request_size
             : OCSP_CONF_MAX_REQUEST_SIZE;
}

int64_t ocsp_conf_get_refresh(const ocsp_conf_t *main)
{
    return main->refresh_s != OCSP_LEVEL_UNSET ? main->refresh_s
                                               : OCSP_CONF_REFRESH_S;
}

size_t ocsp_conf_get_cache_size(const ocsp_conf_t *main)
{
    return main->cache_size != OCSP_LEVEL_UNSET ? (size_t)main->cache_size
                                                : OCSP_CONF_CACHE_SIZE;
}

unsigned ocsp_conf_get_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef CPU_COUNT
    cpu_set_t usable;

    if (sched_getaffinity(0, sizeof(usable), &usable) == 0) {
        count = CPU_COUNT(&usable);
    }
#endif
    return count < 1             ? 1
         : count > OCSP_GATE_MAX ? OCSP_GATE_MAX
                                 : (unsigned)count;
}

unsigned ocsp_conf_get_sign_limit(const ocsp_conf_t *main)
{
    return main->sign_limit != OCSP_LEVEL_UNSET ? (unsigned)main->sign_limit
                                                : ocsp_conf_get_processors();
}
