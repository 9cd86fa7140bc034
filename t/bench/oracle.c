/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * oracle [-s samples] ca.pem crl.der: whether our table says of every serial
 * number what OpenSSL reads from the same CRL: of all that are listed, and of
 * as many beside them. Prints a line "listed HEX TIME REASON" or "unlisted HEX"
 * for each of so many of them as OpenSSL has them, and last "compared", how
 * many were listed and how many not. The exit status is 1 if anything differs.
 */
#include <apr_general.h>
#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"
#include "status/crl.h"
#include "status/file.h"
#include "status/issuer.h"
#include "status/load.h"
#include "wire/certid.h"
#include "wire/gtime.h"

/** Differences that are told of. */
#define TOLD_MAX 10

/** reasonCode 0, which is as good as none (RFC 5280 section 5.3.1). */
#define UNSPECIFIED 0

typedef struct {
    X509_CRL *crl; /* as OpenSSL reads it */
    void *table;
    size_t len;
    unsigned char id[OCSP_TABLE_ID_LEN];
    apr_uint64_t entries;
    size_t listed, unlisted, different;
    size_t every; /* one in so many is printed */
} oracle_t;

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

/* --- both readers --------------------------------------------------------- */

static void read_ours(oracle_t *o, const char *ca_file, const char *crl_file,
                      apr_pool_t *p)
{
    apr_array_header_t *files = apr_array_make(p, 1, sizeof(char *));
    ocsp_load_sources_t src = {.files = files, .max_age_s = -1};
    ocsp_load_result_t loaded = {.builder = NULL};
    const char *why = NULL;
    ocsp_issuer_t *issuer;
    ocsp_der_t der;

    APR_ARRAY_PUSH(files, const char *) = crl_file;
    need_apr(ocsp_file_read(&der, ca_file, &why, p), why);
    need_apr(ocsp_issuer_parse(&issuer, der, ca_file, &why, p), why);
    src.keys = ocsp_crl_keys_make(issuer, NULL, NULL, OCSP_CRL_KEYS_SCOPE_AUTO,
                                  p);
    need_apr(ocsp_load_build(&loaded, &src, (int64_t)time(NULL), &why, p), why);
    o->entries = loaded.info.entries;
    o->len = loaded.len;
    o->table = malloc(o->len);
    need(o->table != NULL, "memory");
    memcpy(loaded.info.id, o->id, sizeof(o->id));
    ocsp_table_builder_seal(loaded.builder, o->table, &loaded.info);
    need_apr(ocsp_table_check(o->table, o->len, &why), why);
}

static void read_theirs(oracle_t *o, const char *crl_file)
{
    FILE *f = fopen(crl_file, "rb");

    need(f != NULL, crl_file);
    o->crl = d2i_X509_CRL_fp(f, NULL);
    need(o->crl != NULL, "d2i_X509_CRL_fp");
    (void)fclose(f);
}

/* --- one serial number ---------------------------------------------------- */

static int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm tm;

    need(ASN1_TIME_to_tm(time, &tm) == 1, "revocationDate");
    return (int64_t)timegm(&tm);
}

static int reason_of(const X509_REVOKED *revoked)
{
    int critical;
    ASN1_ENUMERATED *code = X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason,
                                                     &critical, NULL);
    long reason = code != NULL ? ASN1_ENUMERATED_get(code) : UNSPECIFIED;

    ASN1_ENUMERATED_free(code);
    return reason == UNSPECIFIED ? OCSP_CRL_NO_REASON : (int)reason;
}

static void print_serial(FILE *f, const char *word, const ASN1_INTEGER *serial)
{
    const unsigned char *octets = ASN1_STRING_get0_data(serial);
    int i;

    (void)fprintf(f, "%s ", word);
    for (i = 0; i < ASN1_STRING_length(serial); i++) {
        (void)fprintf(f, "%02x", octets[i]);
    }
}

static void print_sample(const X509_REVOKED *revoked,
                         const ASN1_INTEGER *serial)
{
    char text[OCSP_GTIME_ISO_LEN + 1] = "";

    if (revoked == NULL) {
        print_serial(stdout, "unlisted", serial);
    }
    else {
        need(ocsp_gtime_format_iso(
                 text, seconds_of(X509_REVOKED_get0_revocationDate(revoked))),
             "time");
        print_serial(stdout, "listed", serial);
        printf(" %s %d", text, reason_of(revoked));
    }
    putchar('\n');
}

static void tell(oracle_t *o, const ASN1_INTEGER *serial)
{
    if (o->different++ < TOLD_MAX) {
        print_serial(stderr, "oracle: differs:", serial);
        (void)fputc('\n', stderr);
    }
}

/* Whether the table says what OpenSSL does; a positive serial number. */
static bool agrees(const oracle_t *o, const ASN1_INTEGER *serial,
                   const X509_REVOKED *revoked)
{
    const ocsp_der_t content = {.data = ASN1_STRING_get0_data(serial),
                                .len = (size_t)ASN1_STRING_length(serial)};
    ocsp_record_t record = {.listed = false};
    ocsp_der_t key;

    if (!ocsp_certid_serial(&key, content)
        || ocsp_table_lookup(&record, o->table, o->len, o->id, key.data,
                             key.len)
               != APR_SUCCESS) {
        return false;
    }
    return revoked == NULL
             ? !record.listed
             : record.listed
                   && record.revocation_time
                          == seconds_of(
                              X509_REVOKED_get0_revocationDate(revoked))
                   && record.reason == reason_of(revoked);
}

static void ask_both(oracle_t *o, ASN1_INTEGER *serial, bool print)
{
    X509_REVOKED *revoked = NULL;

    if (X509_CRL_get0_by_serial(o->crl, &revoked, serial) == 1) {
        o->listed++;
    }
    else {
        revoked = NULL;
        o->unlisted++;
    }
    if (!agrees(o, serial, revoked)) {
        tell(o, serial);
    }
    if (print) {
        print_sample(revoked, serial);
    }
}

/* The one beside it: its lowest bit changed. */
static void ask_beside(oracle_t *o, const ASN1_INTEGER *serial, bool print)
{
    ASN1_INTEGER *other = ASN1_INTEGER_dup(serial);
    unsigned char octets[OCSP_CERTID_SERIAL_MAX];
    int len = ASN1_STRING_length(serial);

    need(other != NULL && len > 0 && (size_t)len <= sizeof(octets), "serial");
    memcpy(octets, ASN1_STRING_get0_data(serial), (size_t)len);
    octets[len - 1] ^= 1;
    need(ASN1_STRING_set(other, octets, len) == 1, "serial");
    ask_both(o, other, print);
    ASN1_INTEGER_free(other);
}

static void compare(oracle_t *o, size_t samples)
{
    STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(o->crl);
    int n = sk_X509_REVOKED_num(all), i;

    need(n > 0, "a CRL without entries");
    o->every = samples == 0 ? 0 : ((size_t)n + samples - 1) / samples;
    for (i = 0; i < n; i++) {
        ASN1_INTEGER *serial = ASN1_INTEGER_dup(
            X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(all, i)));
        bool print = o->every != 0 && (size_t)i % o->every == 0;

        need(serial != NULL, "memory");
        ask_both(o, serial, print);
        ask_beside(o, serial, print);
        ASN1_INTEGER_free(serial);
    }
    if (o->entries != (apr_uint64_t)n) {
        (void)fprintf(stderr, "oracle: our table has other than %d entries\n",
                      n);
        o->different++;
    }
}

int main(int argc, char **argv)
{
    oracle_t o = {.crl = NULL};
    size_t samples = 0;
    apr_pool_t *pool = NULL;

    if (argc == 5 && strcmp(argv[1], "-s") == 0) {
        samples = strtoul(argv[2], NULL, 10);
    }
    else if (argc != 3) {
        (void)fputs("usage: oracle [-s samples] ca.pem crl.der\n", stderr);
        return 2;
    }
    need(apr_initialize() == APR_SUCCESS
             && apr_pool_create(&pool, NULL) == APR_SUCCESS,
         "APR");
    read_ours(&o, argv[argc - 2], argv[argc - 1], pool);
    read_theirs(&o, argv[argc - 1]);
    compare(&o, samples);
    printf("compared %zu %zu\n", o.listed, o.unlisted);
    X509_CRL_free(o.crl);
    free(o.table);
    apr_terminate();
    return o.different == 0 ? 0 : 1;
}
