/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Measures work in a process of its own, so that one thing's memory is not
 * another's and every run starts alike.
 */
#ifndef OCSP_BENCH_MEASURE_H
#define OCSP_BENCH_MEASURE_H

#include <stddef.h>
#include <time.h>

/** Parts of one piece of work at most. */
#define MEASURE_LAPS 4

/** What one run took. */
typedef struct {
    double wall_ms;
    double cpu_ms; /* user and system, of processes waited for as well */
} measure_lap_t;

typedef struct {
    size_t count;
    measure_lap_t lap[MEASURE_LAPS];
    double peak_mb; /* the most memory in use at once, beyond the start's */
    double extra;   /* anything that the work wants to tell */
} measure_t;

typedef void measure_work_fn(measure_t *m, const void *ctx);

/** What fails here ends the program, with these words and errno's. */
__attribute__((noreturn)) void measure_die(const char *what);

/**
 * Do the work in a child process, which ends after it; a child that fails ends
 * the program. The work starts the watch by measure_start when it is ready, and
 * ends each part by measure_lap.
 */
void measure_child(measure_t *out, measure_work_fn *work, const void *ctx);

/** For the work: start the watch. */
void measure_start(measure_t *m);

/** For the work: the present part is done, the next begins. */
void measure_lap(measure_t *m);

/** Nanoseconds of the monotonic clock. */
double measure_ns(void);

/** The median; values are left sorted. */
double measure_median(double *values, size_t count);

#endif
