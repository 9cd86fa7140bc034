/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the configuration of a server, and the default of OCSPSignLimit.
 * Floor 4.
 */
#include "httpd/config/server_config.h"

#include <sched.h>
#include <unistd.h>

#include "httpd/log.h"

ocsp_server_config_t *ocsp_server_config_get(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &ocsp_module);
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
