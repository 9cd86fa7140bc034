/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether a message is to be logged again. Floor 4.
 */
#include "httpd/log.h"

bool ocsp_log_once(uint64_t *logged, uint64_t state)
{
    bool is_new = logged == NULL || *logged != state;

    if (logged != NULL) {
        *logged = state;
    }
    return is_new && state != 0;
}
