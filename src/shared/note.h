/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How the last load of a table ended, as all processes see it. Floor 3.
 */
#ifndef OCSP_SHARED_NOTE_H
#define OCSP_SHARED_NOTE_H

#include <stdbool.h>
#include <stdint.h>

/** Room for the result of a load, its NUL included. */
#define OCSP_NOTE_MAX 400

/** How it ended. */
typedef struct {
    int64_t time; /* seconds since 1970; 0: never tried */
    bool ok;
    char text[OCSP_NOTE_MAX]; /* why not, or a warning, or empty */
} ocsp_note_t;

#endif
