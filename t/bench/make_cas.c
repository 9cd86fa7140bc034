/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * make_cas directory n [entries]: n CAs (1 to 9999) with P-256 keys, for tests
 * and benchmarks of many issuers. Of CA i, written with four digits:
 *
 *   cas/ca-0001.pem          self-signed, CN=CA 0001, serial number 1
 *   keys/ca-0001.key         its key, which may sign responses as well
 *   crls/ca-0001.crl         DER, entries entries (10), from an hour ago for 30 days
 *   responders/ca-0001.pem   a delegate, CN=Responder 0001, serial number 0x1000
 *   responders/responder.key one key for all delegates
 *
 * Everything is known by formula. CRL i has CRLNumber i and lists the serial
 * numbers 0x1001 to 0x1000 + entries, in every CRL the same; all are revoked at
 * 2025-06-01T00:00:00Z + i minutes, which tells whose CRL an answer is from; odd
 * ones for keyCompromise, even ones without a reason. Any other serial number is
 * good.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "measure.h"
#include "pki.h"

#define REVOKED_FROM INT64_C(1748736000) /* 2025-06-01 */
#define SERIALS_FROM 0x1000u
#define SERIAL_LEN 4
#define CAS_MAX 9999
#define ENTRIES_MAX 10000000

/** What is made. */
typedef struct {
    const char *directory;
    size_t cas;
    size_t entries;
    int64_t now;
    EVP_PKEY *responder_key;
    unsigned char *serials; /* SERIAL_LEN each, which list points into */
    pki_entry_t *list;
} plan_t;

static void need(bool done, const char *what)
{
    if (!done) {
        measure_die(what);
    }
}

/* The shortest form, as a CRL has it: not 00 before a positive octet. */
static void fill_list(plan_t *plan)
{
    size_t i;

    plan->serials = calloc(plan->entries + 1, SERIAL_LEN);
    plan->list = calloc(plan->entries + 1, sizeof(*plan->list));
    need(plan->serials != NULL && plan->list != NULL, "memory");
    for (i = 0; i < plan->entries; i++) {
        uint32_t serial = SERIALS_FROM + 1 + (uint32_t)i;
        unsigned char *octets = plan->serials + i * SERIAL_LEN;
        size_t skip = 0;

        octets[0] = (unsigned char)(serial >> 24);
        octets[1] = (unsigned char)(serial >> 16);
        octets[2] = (unsigned char)(serial >> 8);
        octets[3] = (unsigned char)serial;
        while (octets[skip] == 0) {
            skip++;
        }
        plan->list[i].serial = octets + skip;
        plan->list[i].serial_len = SERIAL_LEN - skip;
        plan->list[i].reason = serial % 2 != 0 ? 1 : -1;
    }
}

/* Writes what the caller made, and frees it. */
static void write_file(const plan_t *plan, const char *name,
                       pki_bytes_t content)
{
    char path[4096];
    FILE *f;

    need(snprintf(path, sizeof(path), "%s/%s", plan->directory, name)
             < (int)sizeof(path),
         "path");
    f = fopen(path, "wb");
    need(f != NULL && fwrite(content.data, 1, content.len, f) == content.len
             && fclose(f) == 0,
         path);
    free(content.data);
}

static void write_key(const plan_t *plan, const char *name, EVP_PKEY *key)
{
    mode_t others = umask(S_IRWXG | S_IRWXO);

    write_file(plan, name, pki_key_pem(key));
    (void)umask(others);
}

static void make_directory(const plan_t *plan, const char *name)
{
    char path[4096];

    need(snprintf(path, sizeof(path), "%s/%s", plan->directory, name)
             < (int)sizeof(path),
         "path");
    need(mkdir(path, S_IRWXU | S_IRWXG | S_IRWXO) == 0 || errno == EEXIST,
         path);
}

static void make_crl(const plan_t *plan, unsigned i, X509 *ca, EVP_PKEY *key)
{
    char name[64], number[16];
    const pki_crl_opts_t opts = {
        .this_update = plan->now - 3600,
        .next_update = plan->now + 30 * PKI_DAY,
        .number = number,
    };
    X509_CRL *crl;
    size_t n;

    for (n = 0; n < plan->entries; n++) {
        plan->list[n].time = REVOKED_FROM + 60 * (int64_t)i;
    }
    (void)snprintf(number, sizeof(number), "%x", i);
    (void)snprintf(name, sizeof(name), "crls/ca-%04u.crl", i);
    crl = pki_make_crl(ca, key, plan->list, plan->entries, &opts);
    write_file(plan, name, pki_crl_der(crl));
    X509_CRL_free(crl);
}

static void make_responder(const plan_t *plan, unsigned i, X509 *ca,
                           EVP_PKEY *key)
{
    const pki_cert_opts_t opts = {.serial = SERIALS_FROM, .nocheck = true};
    char name[64];
    X509 *cert;

    (void)snprintf(name, sizeof(name), "Responder %04u", i);
    cert = pki_make_delegate(name, plan->responder_key, ca, key, &opts);
    (void)snprintf(name, sizeof(name), "responders/ca-%04u.pem", i);
    write_file(plan, name, pki_cert_pem(cert));
    X509_free(cert);
}

static void make_ca(const plan_t *plan, unsigned i)
{
    const pki_cert_opts_t opts = {
        .serial = 1,
        .key_usage = "critical,digitalSignature,keyCertSign,cRLSign",
    };
    EVP_PKEY *key = pki_make_key(PKI_P256);
    char name[64];
    X509 *ca;

    (void)snprintf(name, sizeof(name), "CA %04u", i);
    ca = pki_make_ca(name, key, &opts);
    (void)snprintf(name, sizeof(name), "cas/ca-%04u.pem", i);
    write_file(plan, name, pki_cert_pem(ca));
    (void)snprintf(name, sizeof(name), "keys/ca-%04u.key", i);
    write_key(plan, name, key);
    make_crl(plan, i, ca, key);
    make_responder(plan, i, ca, key);
    X509_free(ca);
    EVP_PKEY_free(key);
}

static bool parse_count(size_t *out, const char *text, unsigned long max)
{
    unsigned long n;
    char *end;

    errno = 0;
    n = strtoul(text, &end, 10);
    *out = n;
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0'
        && n <= max;
}

int main(int argc, char **argv)
{
    plan_t plan = {.entries = 10, .now = (int64_t)time(NULL)};
    unsigned i;

    if (argc < 3 || argc > 4 || !parse_count(&plan.cas, argv[2], CAS_MAX)
        || plan.cas == 0
        || (argc == 4 && !parse_count(&plan.entries, argv[3], ENTRIES_MAX))) {
        (void)fputs("usage: make_cas directory n [entries]\n", stderr);
        return 2;
    }
    plan.directory = argv[1];
    make_directory(&plan, "");
    make_directory(&plan, "cas");
    make_directory(&plan, "keys");
    make_directory(&plan, "crls");
    make_directory(&plan, "responders");
    fill_list(&plan);
    plan.responder_key = pki_make_key(PKI_P256);
    write_key(&plan, "responders/responder.key", plan.responder_key);
    for (i = 1; i <= plan.cas; i++) {
        make_ca(&plan, i);
    }
    EVP_PKEY_free(plan.responder_key);
    free(plan.list);
    free(plan.serials);
    return 0;
}
