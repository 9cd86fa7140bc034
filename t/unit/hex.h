/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes written as hexadecimal in the tables of the unit tests.
 */
#ifndef OCSP_UNIT_HEX_H
#define OCSP_UNIT_HEX_H

#include <stdlib.h>
#include <string.h>

#include "pki.h"

/** A copy in memory of exactly that size, even when that is nothing: the next
 * octet is one that ASan sees. The caller frees the data. */
__attribute__((unused)) static pki_bytes_t exact(const void *data, size_t len)
{
    /* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI) */
    pki_bytes_t copy = {malloc(len), len};

    if (!copy.data) {
        abort();
    }
    if (len > 0) {
        memcpy(copy.data, data, len);
    }
    return copy;
}

/** Spaces are skipped; what is no pair of digits ends the program. */
__attribute__((unused)) static pki_bytes_t unhex(const char *text)
{
    unsigned char bytes[2048];
    size_t len = 0;

    for (; *text; text++) {
        if (*text != ' ') {
            char pair[] = {text[0], text[1], 0}, *end;
            unsigned long value = strtoul(pair, &end, 16);

            if (end != pair + 2 || len == sizeof(bytes)) {
                abort();
            }
            bytes[len++] = (unsigned char)value;
            text++;
        }
    }
    return exact(bytes, len);
}

#endif
