/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tests of src/httpd/subprocess.c, which needs nothing of httpd: how much of
 * what a process writes is read, and in how much memory.
 */
#include <apr_general.h>
#include <signal.h>
#include <sys/resource.h>

#include "httpd/runtime/subprocess.h"
#include "tap.h"

#define MIB ((size_t)1 << 20)

static apr_pool_t *pool;

/* Writes as many octets as data says, each telling where it is. */
static int write_octets(int fd, void *data)
{
    const size_t *len = data;
    unsigned char block[1000];
    size_t done, i;

    for (done = 0; done < *len; done += sizeof(block)) {
        size_t n = *len - done < sizeof(block) ? *len - done : sizeof(block);

        for (i = 0; i < n; i++) {
            block[i] = (unsigned char)((done + i) % 251);
        }
        if (!ocsp_subprocess_write(fd, block, n)) {
            return 7;
        }
    }
    return 3;
}

static bool is_whole(const ocsp_subprocess_result_t *end)
{
    size_t i;

    for (i = 0; i < end->len; i++) {
        if ((unsigned char)end->octets[i] != i % 251) {
            return false;
        }
    }
    return end->octets[end->len] == '\0';
}

static void test_lengths(void)
{
    static const size_t lengths[] = {0, 1, 4095, 4096, 4097, 8192, 12289, MIB};
    size_t i;

    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        size_t len = lengths[i];
        ocsp_subprocess_result_t end;
        apr_status_t rv = ocsp_subprocess_run(&end, write_octets, &len, pool);

        ok(rv == APR_SUCCESS && end.len == len && is_whole(&end)
               && end.exit_status == 3 && end.signal == 0,
           "%lu octets are read whole", (unsigned long)len);
    }
}

/* In KiB. */
static long get_peak(void)
{
    struct rusage usage = {.ru_maxrss = 0};

    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void test_memory(void)
{
    size_t len = 4 * MIB;
    long before = get_peak(), grown;
    ocsp_subprocess_result_t end;

    (void)ocsp_subprocess_run(&end, write_octets, &len, pool);
    grown = get_peak() - before;
    ok(end.len == len && grown < 64 * 1024, "4 MiB are read in 64 (%ld KiB)",
       grown);
}

static void test_bound(void)
{
    size_t len = 2 * OCSP_SUBPROCESS_MAX;
    ocsp_subprocess_result_t end;

    (void)ocsp_subprocess_run(&end, write_octets, &len, pool);
    ok(end.len == OCSP_SUBPROCESS_MAX && is_whole(&end)
           && (end.exit_status == 7 || end.signal == SIGPIPE),
       "what does not end is read no further, and is ended");
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_lengths();
    test_memory();
    test_bound();
    apr_pool_destroy(pool);
    apr_terminate();
    return done_testing();
}
