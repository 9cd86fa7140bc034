/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * make_crl [-n entries] [-k p256|rsa] [-s samples] [-g number] directory: a CA
 * and a CRL of any size for benchmarks. Writes into the directory ca.pem,
 * ca.key, ca.crl (DER) and serials: a line "listed HEX TIME REASON" for each of
 * the first samples entries, a line "unlisted HEX" for as many serial numbers
 * that are not there. With -g the next CRL of the CA that is there, of this
 * CRLNumber (1 to 127): it begins with the serial numbers of the one before.
 *
 * The DER is made by hand and streamed, twice with the same pseudo-random
 * numbers: once into the signature, once into the file. Memory does not grow with
 * the CRL.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ca.h"
#include "entries.h"
#include "pki.h"
#include "wire/der.h"
#include "wire/gtime.h"

#define UTC_LEN 13
#define SIGNATURE_MAX 512

/*
 * revokedCertificates     SEQUENCE OF SEQUENCE {
 *      userCertificate         CertificateSerialNumber,
 *      revocationDate          Time,
 *      crlEntryExtensions      Extensions }     -- reasonCode alone
 *
 * All of one length, so that the length of the whole is known beforehand.
 */
/* clang-format off */
static const unsigned char entry_form[] = {
    0x30, 0x2f,
    0x02, ENTRIES_SERIAL_LEN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0x17, UTC_LEN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15,
    0x04, 0x03, 0x0a, 0x01, 0,
};
static const unsigned char ecdsa_sha256[] = {
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
};
static const unsigned char rsa_sha256[] = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x0b, 0x05, 0x00,
};
static const unsigned char aki_oid[] = {0x06, 0x03, 0x55, 0x1d, 0x23};
static const unsigned char crl_number[] = {
    0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x14, 0x04, 0x03, 0x02, 0x01,
};
static const unsigned char version_2[] = {0x02, 0x01, 0x01};
/* clang-format on */

#define ENTRY_LEN sizeof(entry_form)
#define AT_SERIAL 4
#define AT_TIME (AT_SERIAL + ENTRIES_SERIAL_LEN + 2)
#define AT_REASON (ENTRY_LEN - 1)

/** CRLNumbers that take one octet. */
#define NUMBER_MAX 127

/** What is made. */
typedef struct {
    size_t entries;
    size_t samples;
    size_t number; /* CRLNumber */
    bool next;     /* of the CA that is there */
    bool rsa;
    const char *directory;
    int64_t now;
    ca_t ca;
} plan_t;

/** Where the DER goes; ends the program when it cannot. */
typedef void sink_fn(void *ctx, const void *data, size_t len);

__attribute__((noreturn)) static void die(const char *what)
{
    (void)fprintf(stderr, "make_crl: %s: %s\n", what,
                  errno != 0 ? strerror(errno) : "failed");
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void need(bool done, const char *what)
{
    if (!done) {
        die(what);
    }
}

static void put_utc(unsigned char *out, int64_t seconds)
{
    char text[OCSP_GTIME_LEN];

    need(ocsp_gtime_format(text, seconds), "time");
    memcpy(out, text + 2, UTC_LEN);
}

static void emit_entries(const plan_t *plan, sink_fn *sink, void *ctx)
{
    unsigned char block[1024 * ENTRY_LEN];
    unsigned char *der = block;
    uint64_t state = ENTRIES_LISTED;
    entries_t e;
    size_t i;

    for (i = 0; i < plan->entries; i++) {
        entries_make(&e, i, plan->entries, plan->now, &state);
        memcpy(der, entry_form, ENTRY_LEN);
        memcpy(der + AT_SERIAL, e.serial, ENTRIES_SERIAL_LEN);
        put_utc(der + AT_TIME, e.time);
        der[AT_REASON] = e.reason;
        der += ENTRY_LEN;
        if (der == block + sizeof(block)) {
            sink(ctx, block, sizeof(block));
            der = block;
        }
    }
    sink(ctx, block, (size_t)(der - block));
}

static void put_algorithm(ocsp_der_writer_t *w, const plan_t *plan)
{
    if (plan->rsa) {
        ocsp_der_put(w, rsa_sha256, sizeof(rsa_sha256));
    }
    else {
        ocsp_der_put(w, ecdsa_sha256, sizeof(ecdsa_sha256));
    }
}

static void put_time(ocsp_der_writer_t *w, int64_t seconds)
{
    unsigned char utc[UTC_LEN];
    size_t mark = ocsp_der_mark(w);

    put_utc(utc, seconds);
    ocsp_der_put(w, utc, sizeof(utc));
    ocsp_der_wrap(w, OCSP_DER_UTC_TIME, mark);
}

/* crlExtensions: AuthorityKeyIdentifier and CRLNumber. */
static void put_extensions(ocsp_der_writer_t *w, const plan_t *plan)
{
    unsigned char id[EVP_MAX_MD_SIZE];
    unsigned char number = (unsigned char)plan->number;
    unsigned id_len = 0;
    size_t mark = ocsp_der_mark(w);
    size_t inner;

    need(X509_pubkey_digest(plan->ca.cert, EVP_sha1(), id, &id_len) == 1,
         "key");
    ocsp_der_put(w, &number, 1);
    ocsp_der_put(w, crl_number, sizeof(crl_number));
    inner = ocsp_der_mark(w);
    ocsp_der_put(w, id, id_len);
    ocsp_der_wrap(w, OCSP_DER_CONTEXT(0), inner);
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, inner);
    ocsp_der_wrap(w, OCSP_DER_OCTET_STRING, inner);
    ocsp_der_put(w, aki_oid, sizeof(aki_oid));
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, inner);
    ocsp_der_wrap(w, OCSP_DER_SEQUENCE, mark);
    ocsp_der_wrap(w, OCSP_DER_CONTEXT_CONSTRUCTED(0), mark);
}

/* What stands in front of the entries, headers included. */
static void put_head(ocsp_der_writer_t *w, const plan_t *plan, size_t tail_len)
{
    size_t entries_len = plan->entries * ENTRY_LEN;
    size_t end = ocsp_der_mark(w);
    unsigned char *name = NULL;
    int len = i2d_X509_NAME(X509_get_subject_name(plan->ca.cert), &name);

    need(len > 0, "name");
    if (entries_len > 0) {
        ocsp_der_put_header(w, OCSP_DER_SEQUENCE, entries_len);
    }
    put_time(w, plan->now + 7 * PKI_DAY);
    put_time(w, plan->now - 3600);
    ocsp_der_put(w, name, (size_t)len);
    put_algorithm(w, plan);
    ocsp_der_put(w, version_2, sizeof(version_2));
    ocsp_der_put_header(w, OCSP_DER_SEQUENCE,
                        end - ocsp_der_mark(w) + entries_len + tail_len);
    OPENSSL_free(name);
}

/*
 * TBSCertList  ::=  SEQUENCE  {
 *      version, signature, issuer, thisUpdate, nextUpdate,
 *      revokedCertificates     SEQUENCE OF SEQUENCE ... OPTIONAL,
 *      crlExtensions           [0]  EXPLICIT Extensions OPTIONAL }
 */
static size_t emit_tbs(const plan_t *plan, sink_fn *sink, void *ctx)
{
    unsigned char head_buf[1024], tail_buf[256];
    ocsp_der_writer_t head, tail;
    size_t head_len, tail_len;

    ocsp_der_writer_init(&tail, tail_buf, sizeof(tail_buf));
    put_extensions(&tail, plan);
    tail_len = sizeof(tail_buf) - ocsp_der_mark(&tail);
    ocsp_der_writer_init(&head, head_buf, sizeof(head_buf));
    put_head(&head, plan, tail_len);
    head_len = sizeof(head_buf) - ocsp_der_mark(&head);
    need(head.ok && tail.ok, "DER");
    if (sink != NULL) {
        sink(ctx, head_buf + head.pos, head_len);
        emit_entries(plan, sink, ctx);
        sink(ctx, tail_buf + tail.pos, tail_len);
    }
    return head_len + plan->entries * ENTRY_LEN + tail_len;
}

static void to_signature(void *ctx, const void *data, size_t len)
{
    need(EVP_DigestSignUpdate(ctx, data, len) == 1, "signature");
}

static void to_file(void *ctx, const void *data, size_t len)
{
    need(fwrite(data, 1, len, ctx) == len, "write");
}

static size_t sign_tbs(unsigned char *signature, const plan_t *plan)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = SIGNATURE_MAX;

    need(ctx != NULL
             && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, plan->ca.key)
                    == 1,
         "signature");
    (void)emit_tbs(plan, to_signature, ctx);
    need(EVP_DigestSignFinal(ctx, signature, &len) == 1, "signature");
    EVP_MD_CTX_free(ctx);
    return len;
}

/*
 * CertificateList  ::=  SEQUENCE  {
 *      tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
 */
static void write_crl(const plan_t *plan)
{
    unsigned char signature[SIGNATURE_MAX], tail_buf[SIGNATURE_MAX + 64];
    unsigned char header_buf[OCSP_DER_HEADER_MAX];
    ocsp_der_writer_t header, tail;
    size_t tbs_len, tail_len, mark;
    FILE *f = ca_open(plan->directory, "ca.crl", "wb");

    ocsp_der_writer_init(&tail, tail_buf, sizeof(tail_buf));
    mark = ocsp_der_mark(&tail);
    ocsp_der_put(&tail, signature, sign_tbs(signature, plan));
    ocsp_der_put(&tail, "", 1); /* no unused bits */
    ocsp_der_wrap(&tail, OCSP_DER_BIT_STRING, mark);
    put_algorithm(&tail, plan);
    tail_len = sizeof(tail_buf) - ocsp_der_mark(&tail);
    tbs_len = emit_tbs(plan, NULL, NULL);
    ocsp_der_writer_init(&header, header_buf, sizeof(header_buf));
    ocsp_der_put_header(&header, OCSP_DER_SEQUENCE, tbs_len + tail_len);
    need(header.ok && tail.ok, "DER");
    to_file(f, header_buf + header.pos, sizeof(header_buf) - header.pos);
    (void)emit_tbs(plan, to_file, f);
    to_file(f, tail_buf + tail.pos, tail_len);
    need(fclose(f) == 0, "ca.crl");
}

static void write_hex(FILE *f, const unsigned char *serial)
{
    size_t i;

    for (i = 0; i < ENTRIES_SERIAL_LEN; i++) {
        (void)fprintf(f, "%02x", serial[i]);
    }
}

static void write_serials(const plan_t *plan)
{
    char text[OCSP_GTIME_ISO_LEN + 1] = "";
    FILE *f = ca_open(plan->directory, "serials", "wb");
    uint64_t state = ENTRIES_LISTED, other = ENTRIES_UNLISTED;
    entries_t e;
    size_t i;

    for (i = 0; i < plan->samples && i < plan->entries; i++) {
        entries_make(&e, i, plan->entries, plan->now, &state);
        need(ocsp_gtime_format_iso(text, e.time), "time");
        (void)fputs("listed ", f);
        write_hex(f, e.serial);
        (void)fprintf(f, " %s %u\n", text, (unsigned)e.reason);
    }
    for (i = 0; i < plan->samples; i++) {
        entries_make_serial(e.serial, &other);
        (void)fputs("unlisted ", f);
        write_hex(f, e.serial);
        (void)fputc('\n', f);
    }
    need(ferror(f) == 0 && fclose(f) == 0, "serials");
}

static size_t parse_count(const char *text)
{
    char *end;
    unsigned long n;

    errno = 0;
    n = strtoul(text, &end, 10);
    need(errno == 0 && *text >= '0' && *text <= '9' && *end == '\0'
             && n <= 100ul * 1000 * 1000,
         "not a number up to 100000000");
    return n;
}

static void parse_options(plan_t *plan, int argc, char **argv)
{
    int c;

    while ((c = getopt(argc, argv, "n:k:s:g:")) != -1) {
        if (c == 'n') {
            plan->entries = parse_count(optarg);
        }
        else if (c == 's') {
            plan->samples = parse_count(optarg);
        }
        else if (c == 'g') {
            plan->next = true;
            plan->number = parse_count(optarg);
            need(plan->number >= 1 && plan->number <= NUMBER_MAX, "number");
        }
        else if (c == 'k' && strcmp(optarg, "rsa") == 0) {
            plan->rsa = true;
        }
        else if (c != 'k' || strcmp(optarg, "p256") != 0) {
            exit(2);
        }
    }
    if (optind != argc - 1) {
        (void)fputs("usage: make_crl [-n entries] [-k p256|rsa] [-s samples] "
                    "[-g number] directory\n",
                    stderr);
        exit(2);
    }
    plan->directory = argv[optind];
}

int main(int argc, char **argv)
{
    plan_t plan = {.entries = 1000000,
                   .samples = 1000,
                   .number = 1,
                   .now = (int64_t)time(NULL)};

    parse_options(&plan, argc, argv);
    plan.ca = plan.next ? ca_read(plan.directory)
                        : ca_make(plan.directory, plan.rsa);
    plan.rsa = EVP_PKEY_is_a(plan.ca.key, "RSA") == 1;
    write_crl(&plan);
    write_serials(&plan);
    ca_free(plan.ca);
    return 0;
}
