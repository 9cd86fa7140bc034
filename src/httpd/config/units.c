/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See units.h. Not httpd's own ap_timeout_parameter_parse, which knows no days
 * and takes "1 x" for a second. Floor 4.
 */
#include "httpd/config/units.h"

#include <stddef.h>
#include <strings.h>

typedef struct {
    const char *name;
    int64_t factor;
} unit_t;

static const unit_t none[] = {{"", 1}, {NULL, 0}};

static const unit_t durations[] = {{"", 1},     {"s", 1},     {"min", 60},
                                   {"h", 3600}, {"d", 86400}, {NULL, 0}};

static const unit_t sizes[] = {{"", 1},
                               {"k", INT64_C(1) << 10},
                               {"m", INT64_C(1) << 20},
                               {"g", INT64_C(1) << 30},
                               {NULL, 0}};

/* Digits only: no sign, no space, nothing that strtol would forgive. */
static bool read_number(int64_t *number, const char **text)
{
    const char *c = *text;
    int64_t n = 0;

    for (; *c >= '0' && *c <= '9'; c++) {
        if (n > (INT64_MAX - 9) / 10) {
            return false;
        }
        n = n * 10 + (*c - '0');
    }
    if (c == *text) {
        return false;
    }
    *number = n;
    *text = c;
    return true;
}

static bool parse(int64_t *out, const char *text, const unit_t *units)
{
    int64_t number = 0;

    if (!read_number(&number, &text)) {
        return false;
    }
    for (; units->name != NULL; units++) {
        if (strcasecmp(text, units->name) == 0) {
            if (number > INT64_MAX / units->factor) {
                return false;
            }
            *out = number * units->factor;
            return true;
        }
    }
    return false;
}

bool ocsp_units_parse_duration(int64_t *seconds, const char *text)
{
    return parse(seconds, text, durations);
}

bool ocsp_units_parse_size(int64_t *octets, const char *text)
{
    return parse(octets, text, sizes);
}

bool ocsp_units_parse_count(int64_t *count, const char *text)
{
    return parse(count, text, none);
}
