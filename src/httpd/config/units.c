/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses numbers, durations and sizes. It does not use httpd's own
 * ap_timeout_parameter_parse, which knows no days and reads "1 x" as one
 * second. Floor 4.
 */
#include "httpd/config/units.h"

#include <stddef.h>
#include <strings.h>

static const struct {
    ocsp_units_t units;
    const char *name;
    int64_t factor;
} known[] = {
    {OCSP_UNITS_COUNT, "", 1},        {OCSP_UNITS_DURATION, "", 1},
    {OCSP_UNITS_DURATION, "s", 1},    {OCSP_UNITS_DURATION, "min", 60},
    {OCSP_UNITS_DURATION, "h", 3600}, {OCSP_UNITS_DURATION, "d", 86400},
    {OCSP_UNITS_SIZE, "", 1},         {OCSP_UNITS_SIZE, "k", 1 << 10},
    {OCSP_UNITS_SIZE, "m", 1 << 20},  {OCSP_UNITS_SIZE, "g", 1 << 30},
};

bool ocsp_units_parse(int64_t *value, const char *text, ocsp_units_t units)
{
    const char *unit = text;
    int64_t number = 0;
    size_t i;

    /* digits only: no sign, no space, nothing else that strtol accepts */
    for (; *unit >= '0' && *unit <= '9'; unit++) {
        if (number > (INT64_MAX - 9) / 10) {
            return false;
        }
        number = number * 10 + (*unit - '0');
    }
    for (i = 0; unit != text && i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].units == units && strcasecmp(unit, known[i].name) == 0
            && number <= INT64_MAX / known[i].factor) {
            *value = number * known[i].factor;
            return true;
        }
    }
    return false;
}
