/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Just enough of the Test Anything Protocol for one test program: every check
 * prints its line, and a program that checked nothing has failed.
 */
#ifndef OCSP_TAP_H
#define OCSP_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

/* A test that needs only one of these is not to be warned of the others. */
#define TAP __attribute__((unused)) static int

__attribute__((format(printf, 2, 3))) TAP ok(int condition, const char *name,
                                             ...)
{
    va_list ap;

    printf("%sok %d - ", condition ? "" : "not ", ++tap_run);
    va_start(ap, name);
    vprintf(name, ap);
    va_end(ap);
    putchar('\n');
    tap_failed += !condition;
    return condition;
}

TAP is_int(long long got, long long want, const char *name)
{
    return ok(got == want, "%s (got %lld, want %lld)", name, got, want);
}

TAP is_str(const char *got, const char *want, const char *name)
{
    return ok(got == want || (got && want && !strcmp(got, want)),
              "%s (got '%s', want '%s')", name, got ? got : "",
              want ? want : "");
}

TAP is_mem(const void *got, const void *want, size_t len, const char *name)
{
    return ok(len == 0 || (got && want && !memcmp(got, want, len)), "%s", name);
}

/* The exit status of main(). */
TAP done_testing(void)
{
    printf("1..%d\n", tap_run);
    return fflush(stdout) != 0 || tap_run == 0 || tap_failed != 0;
}

#endif
