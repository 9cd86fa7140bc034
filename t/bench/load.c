/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * load [-r rounds] directory: how long the CRL of make_crl's directory takes to
 * load, by phases, beside `openssl dgst` and OpenSSL's own CRL functions. All of
 * it takes turns, so that a machine that slows down does so for everything.
 *
 * One line for each thing, separated by tabs: "time", its name, milliseconds by
 * the clock and of processor time, MB of memory at most (medians). Then "octets"
 * and what the table takes.
 */
#include <apr_general.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"
#include "shared/arena.h"
#include "status/file.h"
#include "status/load.h"

#define ROUNDS_MAX 99
#define BLOCK (64 * 1024)

/** From so many octets on OpenSSL's CRL functions get one round: 5 s and more. */
#define LARGE ((off_t)200 * 1000 * 1000)

/** As refresh.c sizes the segment, for each octet of a CRL. */
#define ROOM_PER_CRL_OCTET 4

typedef struct {
    const ocsp_crl_keys_t *keys;
    const char *crl_file;
    off_t crl_len;
    int64_t now;
    apr_pool_t *pool;
} bench_t;

static void need(bool done, const char *what)
{
    if (!done) {
        measure_die(what);
    }
}

static void need_apr(apr_status_t rv, const char *why)
{
    errno = 0;
    need(rv == APR_SUCCESS, why != NULL ? why : "no reason given");
}

/* What DESIGN section 5 measures by: the program, with its start and end. */
static void run_dgst(measure_t *m, const void *ctx)
{
    const bench_t *b = ctx;
    char name[] = "openssl", dgst[] = "dgst", sha256[] = "-sha256";
    char *file = strdup(b->crl_file);
    char *argv[] = {name, dgst, sha256, file, NULL};
    posix_spawn_file_actions_t actions;
    int status = 0;
    pid_t pid;

    need(file != NULL && posix_spawn_file_actions_init(&actions) == 0
             && posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
                                                 "/dev/null", O_WRONLY, 0)
                    == 0,
         "openssl dgst");
    measure_start(m);
    need(posix_spawnp(&pid, name, &actions, NULL, argv, environ) == 0
             && waitpid(pid, &status, 0) == pid && status == 0,
         "openssl dgst");
    measure_lap(m);
    free(file);
}

/* The same work without another program. */
static void digest(measure_t *m, const void *ctx)
{
    const bench_t *b = ctx;
    static unsigned char block[BLOCK];
    unsigned char md[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *md_ctx = EVP_MD_CTX_new();
    ssize_t got;
    int fd;

    measure_start(m);
    fd = open(b->crl_file, O_RDONLY);
    need(fd >= 0 && md_ctx != NULL
             && EVP_DigestInit_ex(md_ctx, EVP_sha256(), NULL) == 1,
         b->crl_file);
    while ((got = read(fd, block, sizeof(block))) > 0) {
        need(EVP_DigestUpdate(md_ctx, block, (size_t)got) == 1, "digest");
    }
    need(got == 0 && EVP_DigestFinal_ex(md_ctx, md, NULL) == 1, "digest");
    measure_lap(m);
    EVP_MD_CTX_free(md_ctx);
    (void)close(fd);
}

static apr_status_t count_entry(void *ctx, const unsigned char *serial,
                                size_t serial_len, int64_t time, int reason,
                                const char **why)
{
    apr_uint64_t *count = ctx;

    ++*count;
    return APR_SUCCESS;
}

static void read_only(measure_t *m, const void *ctx)
{
    const bench_t *b = ctx;
    const ocsp_crl_place_t place = {.file = b->crl_file};
    apr_uint64_t count = 0;
    ocsp_crl_info_t info;
    const char *why = NULL;

    measure_start(m);
    need_apr(ocsp_crl_read(&info, &place, b->keys, count_entry, &count, &why,
                           b->pool),
             why);
    measure_lap(m);
    need(count == info.entries, "entries");
}

static void phases(measure_t *m, const void *ctx)
{
    const bench_t *b = ctx;
    const ocsp_crl_place_t place = {.file = b->crl_file};
    ocsp_table_builder_t *builder = ocsp_table_builder_make(b->pool);
    ocsp_table_info_t info;
    ocsp_crl_info_t crl;
    const char *why = NULL;
    size_t len;
    void *mem;

    memset(&info, 0, sizeof(info));
    measure_start(m);
    need_apr(ocsp_crl_read(&crl, &place, b->keys, ocsp_table_builder_add,
                           builder, &why, b->pool),
             why);
    measure_lap(m);
    len = ocsp_table_builder_finish(builder).len;
    measure_lap(m);
    info.this_update = crl.this_update;
    info.next_update = crl.next_update;
    mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
               -1, 0);
    need(mem != MAP_FAILED, "mmap");
    ocsp_table_builder_seal(builder, mem, &info);
    measure_lap(m);
    need_apr(ocsp_table_check(mem, len, &why), why);
    measure_lap(m);
    m->extra = (double)len;
}

/* What refresh.c does for one issuer, from the file's name on. The segment is
 * there before, as in httpd, where the first start makes it. */
static void whole(measure_t *m, const void *ctx)
{
    const bench_t *b = ctx;
    apr_array_header_t *files = apr_array_make(b->pool, 1, sizeof(char *));
    const ocsp_load_sources_t src = {.keys = b->keys, .files = files};
    unsigned char fingerprint[OCSP_TABLE_FINGERPRINT_LEN];
    ocsp_load_result_t loaded = {.builder = NULL};
    const char *why = NULL;
    ocsp_arena_t *arena;
    bool settled;
    size_t slot;
    void *mem;

    APR_ARRAY_PUSH(files, const char *) = b->crl_file;
    need_apr(ocsp_arena_make(&arena,
                             (apr_size_t)b->crl_len * ROOM_PER_CRL_OCTET,
                             (apr_size_t)b->crl_len * ROOM_PER_CRL_OCTET, &why,
                             b->pool),
             why);
    ocsp_arena_begin(arena);
    need_apr(ocsp_arena_assign_slot(&slot, arena, loaded.info.id, true, &why),
             why);
    measure_start(m);
    need_apr(ocsp_load_fingerprint(fingerprint, &settled, &src, b->now, &why,
                                   b->pool),
             why);
    need_apr(ocsp_load_build(&loaded, &src, b->now, &why, b->pool), why);
    need_apr(ocsp_arena_reserve(&mem, arena, slot, loaded.len, &why, b->pool),
             why);
    ocsp_table_builder_seal(loaded.builder, mem, &loaded.info);
    need_apr(ocsp_table_check(mem, loaded.len, &why), why);
    ocsp_arena_publish(arena, slot);
    measure_lap(m);
}

/* OpenSSL sorts a CRL when it is first asked about a serial number. */
static void openssl_crl(measure_t *m, const void *ctx)
{
    const bench_t *b = ctx;
    unsigned char *der = malloc((size_t)b->crl_len);
    const unsigned char *end = der;
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    X509_REVOKED *revoked;
    X509_CRL *crl;
    FILE *f;

    measure_start(m);
    f = fopen(b->crl_file, "rb");
    need(f != NULL && der != NULL && serial != NULL
             && fread(der, 1, (size_t)b->crl_len, f) == (size_t)b->crl_len,
         b->crl_file);
    (void)fclose(f);
    crl = d2i_X509_CRL(NULL, &end, (long)b->crl_len);
    need(crl != NULL, "d2i_X509_CRL");
    measure_lap(m);
    need(ASN1_INTEGER_set(serial, 1) == 1
             && X509_CRL_get0_by_serial(crl, &revoked, serial) == 0,
         "X509_CRL_get0_by_serial");
    measure_lap(m);
    /* Not freed: that takes seconds more, and the process ends. */
}

/** What is measured, and what its parts are called. */
static const struct {
    measure_work_fn *work;
    bool slow;
    const char *lap[MEASURE_LAPS];
} things[] = {
    {run_dgst, false, {"openssl dgst -sha256"}},
    {digest, false, {"the same digest in process"}},
    {read_only, false, {"read: walk, hash, verify"}},
    {phases, false, {"read into a builder", "sort", "seal", "check"}},
    {whole, false, {"file -> published"}},
    {openssl_crl, true, {"d2i_X509_CRL", "its first look-up, which sorts"}},
};

#define THINGS (sizeof(things) / sizeof(things[0]))

static measure_t results[THINGS][ROUNDS_MAX];

static void run_rounds(const bench_t *b, size_t rounds)
{
    measure_t warm_up;
    size_t round, i;

    measure_child(&warm_up, digest, b); /* the file is in memory after */
    for (round = 0; round < rounds; round++) {
        for (i = 0; i < THINGS; i++) {
            if (round == 0 || !things[i].slow || b->crl_len < LARGE) {
                measure_child(&results[i][round], things[i].work, b);
            }
        }
    }
}

/* A round that did not take place has no laps. */
static void print_thing(size_t i, size_t lap, size_t rounds)
{
    double wall[ROUNDS_MAX], cpu[ROUNDS_MAX], peak[ROUNDS_MAX];
    size_t round, n = 0;

    for (round = 0; round < rounds; round++) {
        if (results[i][round].count > lap) {
            wall[n] = results[i][round].lap[lap].wall_ms;
            cpu[n] = results[i][round].lap[lap].cpu_ms;
            peak[n++] = results[i][round].peak_mb;
        }
    }
    (void)printf("time\t%s\t%.2f\t%.2f\t%.1f\n", things[i].lap[lap],
                 measure_median(wall, n), measure_median(cpu, n),
                 measure_median(peak, n));
}

static void print_all(size_t rounds)
{
    size_t i, lap;

    for (i = 0; i < THINGS; i++) {
        for (lap = 0; lap < results[i][0].count; lap++) {
            print_thing(i, lap, rounds);
        }
        if (results[i][0].extra > 0) {
            (void)printf("octets\t%.0f\n", results[i][0].extra);
        }
    }
}

int main(int argc, char **argv)
{
    static char ca_file[4096], crl_file[4096];
    bench_t b = {.crl_file = crl_file, .now = (int64_t)time(NULL)};
    size_t rounds = 5;
    const char *why = NULL;
    ocsp_issuer_t *issuer;
    struct stat st;
    ocsp_der_t der;

    if (argc == 4 && strcmp(argv[1], "-r") == 0) {
        rounds = strtoul(argv[2], NULL, 10);
    }
    if ((argc != 2 && argc != 4) || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fputs("usage: load [-r rounds] directory\n", stderr);
        return 2;
    }
    (void)snprintf(ca_file, sizeof(ca_file), "%s/ca.pem", argv[argc - 1]);
    (void)snprintf(crl_file, sizeof(crl_file), "%s/ca.crl", argv[argc - 1]);
    need(apr_initialize() == APR_SUCCESS
             && apr_pool_create(&b.pool, NULL) == APR_SUCCESS,
         "APR");
    need(stat(crl_file, &st) == 0, crl_file);
    b.crl_len = st.st_size;
    need_apr(ocsp_file_read(&der, ca_file, &why, b.pool), why);
    need_apr(ocsp_issuer_parse(&issuer, der, ca_file, &why, b.pool), why);
    b.keys = ocsp_crl_keys_make(issuer, NULL, NULL, OCSP_CRL_KEYS_SCOPE_AUTO,
                                b.pool);
    run_rounds(&b, rounds);
    print_all(rounds);
    apr_terminate();
    return 0;
}
