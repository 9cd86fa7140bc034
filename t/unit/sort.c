/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/sort.
 */
#include <stdlib.h>
#include <string.h>

#include "status/sort.h"
#include "tap.h"

static unsigned state;

static unsigned next_random(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

/* Every width, with few and many different octets. */
static void test_sort(void)
{
    unsigned char *records = malloc((size_t)3000 * OCSP_SORT_WIDTH_MAX);
    size_t width;
    size_t wrong = 0;
    unsigned kinds;

    for (width = OCSP_SORT_WIDTH_MIN; width <= OCSP_SORT_WIDTH_MAX; width++) {
        for (kinds = 1; kinds <= 256; kinds += 85) {
            size_t n = next_random() % 3000;
            unsigned sum = 0;
            size_t i;

            for (i = 0; i < n * width; i++) {
                records[i] = (unsigned char)(next_random() % kinds);
                sum += records[i] * (unsigned)(i % width + 1);
            }
            ocsp_sort_records(records, n, width);
            for (i = 0; i < n * width; i++) {
                sum -= records[i] * (unsigned)(i % width + 1);
            }
            for (i = 1; i < n; i++) {
                wrong += memcmp(records + (i - 1) * width, records + i * width,
                                width)
                       > 0;
            }
            wrong += sum != 0;
        }
    }
    is_int((long long)wrong, 0, "records of every width are sorted, all there");
    free(records);
}

int main(void)
{
    test_sort();
    return done_testing();
}
