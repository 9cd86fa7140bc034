/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/stream and src/status/pem.
 */
#include <apr_general.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feed.h"
#include "pki.h"
#include "status/stream.h"
#include "tap.h"

#define BEGIN "-----BEGIN X509 CRL-----"
#define END "-----END X509 CRL-----"

static apr_pool_t *pool;

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

static bool collect(void *ctx, const unsigned char *data, size_t len)
{
    pki_bytes_t *all = ctx;

    *all = pki_cat(*all, pki_copy(data, len));
    return true;
}

/* Read all of a stream in steps; what its tap saw is the caller's. */
static apr_status_t drain(pki_bytes_t *seen, ocsp_stream_t *s, size_t want,
                          const char **why)
{
    ocsp_der_t window = {0};
    apr_status_t rv;

    ocsp_stream_tap(s, collect, seen);
    do {
        rv = ocsp_stream_fill(s, want, &window, why);
        if (rv == APR_SUCCESS) {
            rv = ocsp_stream_skip(s, window.len, why);
        }
    } while (rv == APR_SUCCESS && window.len > 0);
    return rv;
}

/* All objects of a stream, each read in part or as a whole, and a "|" behind
 * each but the last. */
static apr_status_t drain_all(pki_bytes_t *seen, ocsp_stream_t *s, bool whole,
                              const char **why)
{
    ocsp_der_t window;
    bool found = true;
    apr_status_t rv = APR_SUCCESS;

    while (rv == APR_SUCCESS && found) {
        if (whole) {
            rv = drain(seen, s, 1000, why);
        }
        else {
            ocsp_stream_tap(s, collect, seen);
            rv = ocsp_stream_fill(s, 3, &window, why);
            if (rv == APR_SUCCESS) {
                rv = ocsp_stream_skip(s, window.len < 3 ? window.len : 3, why);
            }
        }
        if (rv == APR_SUCCESS) {
            rv = ocsp_stream_next(s, &found, why);
        }
        if (found && rv == APR_SUCCESS) {
            *seen = pki_cat(*seen, pki_copy("|", 1));
        }
    }
    return rv;
}

/* The first of bytes, which are not freed, given chunk by chunk. */
static apr_status_t decode(pki_bytes_t *seen, pki_bytes_t in, size_t chunk,
                           const char **why)
{
    feed_t feed = {.rest = {in.data, in.len}, .chunk = chunk};
    ocsp_stream_t *s;
    apr_status_t rv;

    *seen = pki_copy("", 0);
    *why = NULL;
    rv = ocsp_stream_make(&s, "a.crl", "X509 CRL", feed_read, &feed, why, pool);
    if (rv == APR_SUCCESS) {
        rv = drain(seen, s, 1000, why);
        ocsp_stream_close(s);
    }
    else if (s != NULL) {
        return APR_EGENERAL;
    }
    return rv;
}

static void gives(pki_bytes_t in, const char *want, const char *name)
{
    static const size_t chunks[] = {0, 1, 2, 3, 7, 64};
    pki_bytes_t seen;
    const char *why;
    size_t i;
    int good = 0;

    for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        good += decode(&seen, in, chunks[i], &why) == APR_SUCCESS
             && seen.len == strlen(want)
             && memcmp(seen.data, want, seen.len) == 0;
        free(seen.data);
    }
    ok(good == (int)i, "%s", name);
    free(in.data);
}

static void refuses(pki_bytes_t in, const char *reason, const char *name)
{
    static const size_t chunks[] = {0, 1, 5};
    pki_bytes_t seen;
    const char *why = NULL;
    size_t i;
    int good = 0;

    for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        good += decode(&seen, in, chunks[i], &why) == OCSP_EMALFORMED
             && why != NULL && strncmp(why, "a.crl: ", 7) == 0
             && strstr(why, reason) != NULL && ERR_peek_error() == 0;
        free(seen.data);
    }
    ok(good == (int)i, "%s (%s)", name, why != NULL ? why : "");
    free(in.data);
}

/* "MDEyMzQ1" is the base64 of "012345". */
static void test_pem(void)
{
    gives(text("012345"), "012345", "what begins with 30 is DER");
    gives(text(BEGIN "\nMDEyMzQ1\n" END "\n"), "012345", "PEM is decoded");
    gives(text(BEGIN "\r\nMDEy\r\nMzQ1\r\n" END "\r\n"), "012345",
          "CR LF ends lines as well");
    gives(text(BEGIN "\nMDEyMzQ1\n" END), "012345",
          "the last line needs no end");
    gives(text(BEGIN "\nMDEyMzQ=\n" END "\n"), "01234", "one = is padding");
    gives(text(BEGIN "\nMDEyMw==\n" END " \t\r\n\n"), "0123",
          "two = are padding, white space may follow");
    gives(text("\xef\xbb\xbf" BEGIN "\nMDEyMzQ1\n" END), "012345",
          "a byte order mark is passed over");
    gives(text("Certificate Revocation List\n  none\n" BEGIN "\nMDEyMzQ1"
               "\n" END),
          "012345", "text before BEGIN is passed over");
    gives(text("see " BEGIN "\n-----BEGIN X509 CRLS-----\n" BEGIN "\nMDEy"
               "\n" END),
          "012", "a mark within a line is text");
}

static void test_pem_refused(void)
{
    refuses(pki_copy("", 0), "is empty", "an empty file is refused");
    refuses(text("hello"), "neither DER", "a text is refused");
    refuses(text("-----BEGIN CERTIFICATE-----\nMDEy\n"
                 "-----END CERTIFICATE-----\n"),
            "neither DER", "another label is refused");
    refuses(text(BEGIN "\nMDEyMzQ1\n"), "cut off", "no END line is refused");
    refuses(text(BEGIN), "cut off", "BEGIN alone is refused");
    refuses(text(BEGIN "\nMDEyMzQ1\n-----END X509"), "END line is wrong",
            "half an END line is refused");
    refuses(text(BEGIN "\nMDEyMzQ1\n-----END CERTIFICATE-----\n"),
            "END line is wrong", "another label at the end is refused");
    refuses(text(BEGIN "\nMDEyMzQ1\n" BEGIN "\nMDEy\n" END),
            "END line is wrong", "a second BEGIN within the first is refused");
    refuses(text(BEGIN "\nMDEy*zQ1\n" END), "not base64",
            "what is not base64 is refused");
    refuses(pki_copy(BEGIN "\nMDEy\0zQ1\n" END "\n",
                     sizeof(BEGIN "\nMDEy\0zQ1\n" END "\n") - 1),
            "not base64", "a NUL is refused");
    refuses(text(BEGIN "\nMDEyMzQ\n" END), "wrong length",
            "base64 without its padding is refused");
    refuses(text(BEGIN "\nMDEyMw==\nMDEy\n" END), "not base64",
            "base64 after its padding is refused");
    refuses(text(BEGIN "\nMDEyMw===\n" END), "not base64",
            "three = are refused");
}

/** A file of several objects. */
typedef struct {
    const char *name;
    const char *text;
    const char *whole; /* all of them; NULL: refused */
    const char *first; /* three octets of each; NULL: refused */
    const char *reason;
} bundle_t;

#define ONE BEGIN "\nMDEyMzQ1\n" END
#define TWO BEGIN "\nNjc4OQ==\n" END
#define CERT "-----BEGIN CERTIFICATE-----\nMDEy\n-----END CERTIFICATE-----"

/* R134: none may be overlooked. */
static const bundle_t bundles[] = {
    {.name = "one object", .text = ONE "\n", .whole = "012345", .first = "012"},
    {.name = "DER", .text = "012345", .whole = "012345", .first = "012"},
    {.name = "two objects",
     .text = ONE "\n" TWO "\n",
     .whole = "012345|6789",
     .first = "012|678"},
    {.name = "three, with text around them, and CR LF",
     .text = "a\r\n" ONE "\r\nb\r\n\r\n" TWO "\r\n" ONE "\r\nc",
     .whole = "012345|6789|012345",
     .first = "012|678|012"},
    {.name = "certificates around them",
     .text = CERT "\n" ONE "\n" CERT "\n" TWO "\n" CERT,
     .whole = "012345|6789",
     .first = "012|678"},
    {.name = "no end of line between them, or a space",
     .text = ONE TWO "\n " ONE,
     .whole = "012345|6789|012345",
     .first = "012|678|012"},
    {.name = "text behind the last END line",
     .text = ONE "\nfoo - bar\n",
     .whole = "012345",
     .first = "012"},
    {.name = "the second one without END line",
     .text = ONE "\n" BEGIN "\nNjc4OQ==\n",
     .reason = "no END line: the file is cut off"},
    {.name = "the first one without END line",
     .text = BEGIN "\nMDEyMzQ1\n" TWO,
     .reason = "END"},
    {.name = "the second one with a wrong BEGIN line",
     .text = ONE "\n----BEGIN X509 CRL-----\nNjc4OQ==\n" END "\n",
     .reason = "do not alternate"},
    {.name = "or without any",
     .text = ONE "\nNjc4OQ==\n" END "\n",
     .reason = "do not alternate"},
    {.name = "a BEGIN line that is cut off",
     .text = ONE "\n" TWO "\n-----BEGIN X509 CRL----",
     .reason = "the file is cut off in a line of dashes"},
    {.name = "after one dash",
     .text = ONE "\n-",
     .reason = "the file is cut off in a line of dashes"},
    {.name = "no text behind the END line",
     .text = ONE "\n\377\1", /* 1: NUL */
     .reason = "the file is no text"},
    {.name = "the second one is not base64",
     .text = ONE "\n" BEGIN "\nNjc*4OQ==\n" END "\n" ONE,
     .reason = "not base64"},
};

static bool is_text_of(pki_bytes_t seen, const char *want)
{
    return seen.len == strlen(want) && memcmp(seen.data, want, seen.len) == 0;
}

static void test_bundle(const bundle_t *b)
{
    static const size_t chunks[] = {0, 1, 2, 5, 30, 64};
    const char *why = NULL;
    size_t good = 0, i;

    for (i = 0; i < 2 * sizeof(chunks) / sizeof(chunks[0]); i++) {
        bool whole = i % 2 == 0;
        const char *want = whole ? b->whole : b->first;
        pki_bytes_t in = text(b->text), seen = pki_copy("", 0);
        feed_t feed = {.rest = {in.data, in.len}, .chunk = chunks[i / 2]};
        ocsp_stream_t *s;
        apr_status_t rv;

        if (memchr(in.data, 1, in.len) != NULL) {
            *(unsigned char *)memchr(in.data, 1, in.len) = 0;
        }
        why = NULL;
        rv = ocsp_stream_make(&s, "a.crl", "X509 CRL", feed_read, &feed, &why,
                              pool);
        if (rv == APR_SUCCESS) {
            rv = drain_all(&seen, s, whole, &why);
            ocsp_stream_close(s);
        }
        good += want != NULL ? rv == APR_SUCCESS && is_text_of(seen, want)
                             : rv == OCSP_EMALFORMED && why != NULL
                                   && strstr(why, b->reason) != NULL
                                   && ERR_peek_error() == 0;
        free(seen.data);
        free(in.data);
    }
    ok(good == i, "%s (%s)", b->name, why != NULL ? why : "");
}

static void test_bundles(void)
{
    size_t i;

    for (i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
        test_bundle(&bundles[i]);
    }
}

/* Larger than window, block and piece, of no round length. */
static void test_large(void)
{
    size_t len = 1234567;
    pki_bytes_t der = {.data = malloc(len), .len = len};
    pki_bytes_t pem = {.data = malloc(len * 2)};
    pki_bytes_t seen;
    const char *why;
    size_t i;

    for (i = 0; i < len; i++) {
        der.data[i] = (unsigned char)(i * 2654435761u >> 13);
    }
    der.data[0] = 0x30;
    ok(decode(&seen, der, 0, &why) == APR_SUCCESS && seen.len == len
           && memcmp(seen.data, der.data, len) == 0,
       "a large DER file comes through unchanged");
    free(seen.data);
    memset(pem.data, 'x', 200000);
    memcpy(pem.data + 200000, "\n" BEGIN "\n", sizeof(BEGIN) + 1);
    pem.len = 200000 + sizeof(BEGIN) + 1;
    pem.len += (size_t)EVP_EncodeBlock(pem.data + pem.len, der.data, (int)len);
    memcpy(pem.data + pem.len, "\n" END, sizeof(END));
    pem.len += sizeof(END);
    ok(decode(&seen, pem, 0, &why) == APR_SUCCESS && seen.len == len
           && memcmp(seen.data, der.data, len) == 0,
       "so does PEM in one line, after a line of 200,000 characters");
    free(seen.data);
    ok(decode(&seen, pem, 4099, &why) == APR_SUCCESS && seen.len == len
           && memcmp(seen.data, der.data, len) == 0,
       "and in pieces of 4099 octets");
    free(seen.data);
    free(der.data);
    free(pem.data);
}

static bool refuse_all(void *ctx, const unsigned char *data, size_t len)
{
    return false;
}

static void test_window(void)
{
    feed_t feed = {.rest = {(const unsigned char *)"0123456789", 10},
                   .chunk = 4};
    const char *why = NULL;
    ocsp_der_t window;
    ocsp_stream_t *s;
    pki_bytes_t seen = pki_copy("", 0);

    (void)ocsp_stream_make(&s, "a.crl", "X509 CRL", feed_read, &feed, &why,
                           pool);
    ok(ocsp_stream_fill(s, 2, &window, &why) == APR_SUCCESS && window.len >= 2
           && window.data[0] == '0',
       "the window has what was wanted");
    ok(ocsp_stream_skip(s, 3, &why) == APR_SUCCESS
           && ocsp_stream_position(s) == 3,
       "three octets are skipped");
    ocsp_stream_tap(s, collect, &seen);
    ok(ocsp_stream_fill(s, 6, &window, &why) == APR_SUCCESS && window.len >= 6
           && memcmp(window.data, "345678", 6) == 0,
       "the window goes on from there");
    (void)ocsp_stream_skip(s, 2, &why);
    ocsp_stream_tap(s, NULL, NULL);
    (void)ocsp_stream_skip(s, 2, &why);
    ok(seen.len == 2 && memcmp(seen.data, "34", 2) == 0, "the tap saw what "
                                                         "passed while it was "
                                                         "open");
    ok(ocsp_stream_fill(s, 100, &window, &why) == APR_SUCCESS && window.len == 3
           && memcmp(window.data, "789", 3) == 0,
       "at the end the window has what is left");
    is_int(ocsp_stream_skip(s, 4, &why), APR_EINVAL, "no skip beyond it");
    is_int(ocsp_stream_fill(s, OCSP_STREAM_WINDOW + 1, &window, &why),
           APR_EINVAL, "no more than the window can be wanted");
    ocsp_stream_tap(s, refuse_all, NULL);
    is_int(ocsp_stream_skip(s, 1, &why), OCSP_ECRYPTO,
           "a tap that fails ends it");
    ocsp_stream_close(s);
    is_int(ocsp_stream_fill(s, 1, &window, &why), APR_EINVAL,
           "a closed stream has no window");
    free(seen.data);
}

static void test_files(void)
{
    char *path = pki_write_file("a.crl", "012345", 6);
    const char *why = NULL;
    ocsp_stream_t *s;
    pki_bytes_t seen = pki_copy("", 0);
    feed_t broken = {.rest = {(const unsigned char *)"01234", 5},
                     .fail = APR_EGENERAL};
    apr_status_t rv;

    ok(ocsp_stream_open(&s, path, path, "X509 CRL", &why, pool) == APR_SUCCESS
           && drain(&seen, s, 10, &why) == APR_SUCCESS && seen.len == 6,
       "a file is read");
    ocsp_stream_close(s);
    (void)unlink(path);
    rv = ocsp_stream_open(&s, path, path, "X509 CRL", &why, pool);
    ok(rv == APR_ENOENT && s == NULL && strstr(why, path) != NULL,
       "a missing file is named (%s)", why);
    ok(mkfifo(path, 0600) == 0
           && ocsp_stream_open(&s, path, path, "X509 CRL", &why, pool)
                  == OCSP_EMALFORMED
           && strstr(why, "is a FIFO") != NULL,
       "a FIFO is refused and not waited for");
    rv = ocsp_stream_make(&s, "a.crl", "X509 CRL", feed_read, &broken, &why,
                          pool);
    if (rv == APR_SUCCESS) {
        rv = drain(&seen, s, 10, &why);
    }
    ok(rv == APR_EGENERAL && strncmp(why, "a.crl: cannot be read", 21) == 0,
       "a source's failure comes through (%s)", why);
    ocsp_stream_close(s);
    free(seen.data);
    pki_remove_file(path);
}

int main(void)
{
    apr_initialize();
    apr_pool_create(&pool, NULL);
    test_pem();
    test_pem_refused();
    test_bundles();
    test_large();
    test_window();
    test_files();
    apr_terminate();
    return done_testing();
}
