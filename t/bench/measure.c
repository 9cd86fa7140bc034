/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See measure.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

void measure_die(const char *what)
{
    (void)fprintf(stderr, "bench: %s: %s\n", what,
                  errno != 0 ? strerror(errno) : "failed");
    exit(1);
}

double measure_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_ms(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static double cpu_ms(void)
{
    struct rusage self, children;

    if (getrusage(RUSAGE_SELF, &self) != 0
        || getrusage(RUSAGE_CHILDREN, &children) != 0) {
        measure_die("getrusage");
    }
    return time_ms(self.ru_utime) + time_ms(self.ru_stime)
         + time_ms(children.ru_utime) + time_ms(children.ru_stime);
}

/* The most that was ever resident, in KB. Not ru_maxrss, which a child takes
 * over from its parent. */
static double peak_kb(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    double kb = -1;

    while (f != NULL && kb < 0 && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kb = strtod(line + 6, NULL);
        }
    }
    if (f == NULL || kb < 0) {
        measure_die("/proc/self/status");
    }
    (void)fclose(f);
    return kb;
}

void measure_start(measure_t *m)
{
    m->count = 0;
    m->peak_mb = -peak_kb() / 1024;
    m->lap[0].cpu_ms = -cpu_ms();
    m->lap[0].wall_ms = -measure_ns() / 1e6;
}

void measure_lap(measure_t *m)
{
    double wall = measure_ns() / 1e6;
    double cpu = cpu_ms();

    m->lap[m->count].wall_ms += wall;
    m->lap[m->count].cpu_ms += cpu;
    if (++m->count < MEASURE_LAPS) {
        m->lap[m->count].cpu_ms = -cpu;
        m->lap[m->count].wall_ms = -measure_ns() / 1e6;
    }
}

static void run(measure_t *m, measure_work_fn *work, const void *ctx)
{
    struct rusage children;

    work(m, ctx);
    if (getrusage(RUSAGE_CHILDREN, &children) != 0) {
        measure_die("getrusage");
    }
    m->peak_mb += peak_kb() / 1024;
    if (children.ru_maxrss != 0) { /* the work was another program's */
        m->peak_mb = (double)children.ru_maxrss / 1024;
    }
    _exit(0);
}

void measure_child(measure_t *out, measure_work_fn *work, const void *ctx)
{
    measure_t *m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    pid_t pid;

    if (m == MAP_FAILED) {
        measure_die("mmap");
    }
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        run(m, work, ctx);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        measure_die("a measured process");
    }
    *out = *m;
    (void)munmap(m, sizeof(*m));
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

double measure_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return count % 2 != 0 ? values[count / 2]
                          : (values[count / 2 - 1] + values[count / 2]) / 2;
}
