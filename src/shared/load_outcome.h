/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How the last load of a table ended, as all processes see it. Floor 3.
 */
#ifndef OCSP_SHARED_LOAD_OUTCOME_H
#define OCSP_SHARED_LOAD_OUTCOME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Room for the result of a load, its NUL included. */
#define OCSP_LOAD_OUTCOME_MAX 400

/** How it ended. */
typedef struct {
    int64_t time; /* seconds since 1970; 0: never tried */
    bool ok;
    char text[OCSP_LOAD_OUTCOME_MAX]; /* why not, or a warning, or empty */
} ocsp_load_outcome_t;

/** Whether a newer source was there, and could not be taken. */
typedef enum {
    OCSP_LOAD_OUTCOME_NO_DOUBT = 0,
    OCSP_LOAD_OUTCOME_DOUBT_PASSED_OVER, /* it was: the note says which */
    OCSP_LOAD_OUTCOME_DOUBT_UNKNOWN      /* the note says something else */
} ocsp_load_outcome_doubt_t;

/** Where one is written while others read: all zero at first. */
typedef struct {
    _Atomic uint32_t generation; /* odd while it is written */
    ocsp_load_outcome_t note;
} ocsp_load_outcome_cell_t;

/** Write. @param text NULL: nothing; cut off. One writer at a time. */
void ocsp_load_outcome_write(ocsp_load_outcome_cell_t *cell, int64_t time,
                             bool ok, const char *text);

/** Read. @return false: it was being written all the time. Any thread. */
bool ocsp_load_outcome_read(ocsp_load_outcome_t *out,
                            const ocsp_load_outcome_cell_t *cell);

/**
 * @return whether what many processes see is to be said by this one, once in so
 *         many seconds. @param raised 0 at first. Any thread.
 */
bool ocsp_load_outcome_raise(_Atomic int64_t *raised, int64_t now,
                             int64_t every_s);

#endif
