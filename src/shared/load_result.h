/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How the last load of an issuer's sources ended, as all processes see it: an
 * enum, the time, and the text that names file, cause and remedy. Floor 3.
 */
#ifndef OCSP_SHARED_LOAD_RESULT_H
#define OCSP_SHARED_LOAD_RESULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Octets of a text, its NUL included; a longer text is cut off. */
#define OCSP_LOAD_RESULT_MAX 600

/** How a load ended. */
typedef enum {
    OCSP_LOAD_RESULT_NONE = 0,  /* there was no load yet */
    OCSP_LOAD_RESULT_LOADED,    /* the table in use has all sources; the text is
                                   a warning, or empty */
    OCSP_LOAD_RESULT_ROOT_ONLY, /* likewise, but httpd's children cannot read
                                   all of them, and so not see changes */
    /* failures, whose texts say what is wrong: */
    OCSP_LOAD_RESULT_NEWER_REJECTED,  /* an older CRL is in use */
    OCSP_LOAD_RESULT_PARTLY_REJECTED, /* the table in use has the other sources
                                       */
    OCSP_LOAD_RESULT_WENT_BACK, /* sources are older than those before httpd
                                   started: the table in use has their
                                   revocations alone */
    OCSP_LOAD_RESULT_HIDDEN, /* files that may be newer CRLs cannot be read */
    /* nothing was loaded: */
    OCSP_LOAD_RESULT_REJECTED,   /* a source is missing, broken or not valid */
    OCSP_LOAD_RESULT_UNREADABLE, /* a source may not be read */
    OCSP_LOAD_RESULT_OLDER,      /* the sources are older than the table */
    OCSP_LOAD_RESULT_NO_ROOM,    /* the table did not find room in memory */
    OCSP_LOAD_RESULT_KILLED      /* the process that loaded them died */
} ocsp_load_result_kind_t;

/** One result. */
typedef struct {
    int64_t time; /* seconds since 1970 */
    ocsp_load_result_kind_t kind;
    char text[OCSP_LOAD_RESULT_MAX];
} ocsp_load_result_record_t;

/** Where one is written while others read: all zero at first. */
typedef struct {
    _Atomic uint32_t generation; /* odd while it is written */
    bool incomplete; /* it is unknown which sources the table in use was made
                        from, and which were rejected: then unchanged files are
                        read, too. Set when a load begins. The writer's */
    ocsp_load_result_record_t record;
} ocsp_load_result_cell_t;

/** @return whether something is wrong that a person has to put right. Pure. */
bool ocsp_load_result_is_failure(ocsp_load_result_kind_t kind);

/**
 * Write a result.
 * @param text NULL: none
 * @return whether it is a failure. One writer at a time.
 */
bool ocsp_load_result_write(ocsp_load_result_cell_t *cell,
                            ocsp_load_result_kind_t kind, int64_t time,
                            const char *text);

/** Read. @return false: it was being written all the time. Any thread. */
bool ocsp_load_result_read(ocsp_load_result_record_t *out,
                           const ocsp_load_result_cell_t *cell);

#endif
