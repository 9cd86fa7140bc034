/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target of ocsp_table_lookup and ocsp_table_check: a look-up reads
 * inside the table whatever its octets are, and in a table that passes the
 * check every entry is found. Input: the length of a serial number, 64
 * octets to take it from, a table. Its version is set to that of this build, or
 * the corpus would be of no use after the next change.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/table.h"
#include "wire/certid.h"

#define TABLE_AT (1 + OCSP_CERTID_SERIAL_MAX)
#define GROUPS_AT 160
#define VERSION_AT 8
#define ID_AT 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Every entry of a table in order, by its groups' own words. */
static void find_all(const unsigned char *table, size_t len)
{
    ocsp_record_t r = {0};
    size_t n;

    for (n = 1; n <= OCSP_CERTID_SERIAL_MAX; n++) {
        uint64_t group[2]; /* offset, count */
        uint64_t i;

        memcpy(group, table + GROUPS_AT + (n - 1) * sizeof(group),
               sizeof(group));
        for (i = 0; i < group[1]; i++) {
            const unsigned char *entry = table + group[0] + i * (n + 6);

            check(ocsp_table_lookup(&r, table, len, table + ID_AT, entry, n)
                      == APR_SUCCESS
                  && r.listed != r.issued);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ocsp_record_t r;
    ocsp_table_info_t info;
    const uint32_t version = OCSP_TABLE_VERSION;
    const char *why = NULL;
    unsigned char id[OCSP_TABLE_ID_LEN] = {0};
    unsigned char *table;
    size_t len;

    if (size < TABLE_AT) {
        return 0;
    }
    len = size - TABLE_AT;
    table = malloc(len);
    if (table == NULL) {
        return 0;
    }
    memcpy(table, data + TABLE_AT, len);
    if (len >= ID_AT + sizeof(id)) {
        memcpy(table + VERSION_AT, &version, sizeof(version));
        memcpy(id, table + ID_AT, sizeof(id));
    }
    (void)ocsp_table_lookup(&r, table, len, id, data + 1,
                            data[0] % (OCSP_CERTID_SERIAL_MAX + 1));
    if (ocsp_table_check(table, len, &why) == APR_SUCCESS) {
        check(ocsp_table_get_info(&info, table, len) == APR_SUCCESS);
        find_all(table, len);
    }
    else {
        check(why != NULL);
    }
    free(table);
    return 0;
}
