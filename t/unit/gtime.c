/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/wire/gtime, compared with the calendar of the C library.
 */
#include "wire/gtime.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "pki.h"
#include "tap.h"

/* R105: 32-bit, past 2038, past 2049, before 1970. */
static const struct {
    const char *name;
    unsigned tag;
    bool want;
    const char *text;
    int64_t seconds;
} times[] = {
    {"the epoch", 0x18, true, "19700101000000Z", 0},
    {"a second before it", 0x18, true, "19691231235959Z", -1},
    {"the last 32-bit second", 0x18, true, "20380119031407Z", 2147483647},
    {"the one after it", 0x18, true, "20380119031408Z", 2147483648},
    {"the first that can be written", 0x18, true, "00000101000000Z",
     OCSP_GTIME_MIN},
    {"the last that can be written", 0x18, true, "99991231235959Z",
     OCSP_GTIME_MAX},
    {"the end of 2049", 0x18, true, "20491231235959Z", 2524607999},
    {"the start of 2050", 0x18, true, "20500101000000Z", 2524608000},
    {"a leap day every 4 years", 0x18, true, "20240229120000Z", 1709208000},
    {"a leap day every 400 years", 0x18, true, "20000229000000Z", 951782400},
    {"no leap day in 2100", 0x18, false, "21000229000000Z", 0},
    {"no leap day in 1900", 0x18, false, "19000229000000Z", 0},
    {"no leap day in 2023", 0x18, false, "20230229000000Z", 0},
    {"no thirteenth month", 0x18, false, "20231301000000Z", 0},
    {"no month zero", 0x18, false, "20230001000000Z", 0},
    {"no day zero", 0x18, false, "20230100000000Z", 0},
    {"no 31st of April", 0x18, false, "20230431000000Z", 0},
    {"no 32nd of January", 0x18, false, "20230132000000Z", 0},
    {"no hour 24", 0x18, false, "20230101240000Z", 0},
    {"no minute 60", 0x18, false, "20230101006000Z", 0},
    {"no leap second", 0x18, false, "20161231235960Z", 0},
    {"no offset instead of Z", 0x18, false, "20230101000000+0000", 0},
    {"no lower-case z", 0x18, false, "20230101000000z", 0},
    {"no fraction", 0x18, false, "20230101000000.5Z", 0},
    {"no missing seconds", 0x18, false, "202301010000Z", 0},
    {"no missing Z", 0x18, false, "20230101000000", 0},
    {"no space for a digit", 0x18, false, "2023 101000000Z", 0},
    {"no sign", 0x18, false, "-0230101000000Z", 0},
    {"no colon, which follows 9", 0x18, false, "2:230101000000Z", 0},
    {"no slash, which precedes 0", 0x18, false, "2023/101000000Z", 0},
    {"UTCTime 50 is 1950", 0x17, true, "500101000000Z", -631152000},
    {"UTCTime 49 is 2049", 0x17, true, "491231235959Z", 2524607999},
    {"UTCTime 99 is 1999", 0x17, true, "991231235959Z", 946684799},
    {"UTCTime 00 is 2000", 0x17, true, "000101000000Z", 946684800},
    {"UTCTime 69 is 1969", 0x17, true, "691231235959Z", -1},
    {"UTCTime knows 2000's leap day", 0x17, true, "000229000000Z", 951782400},
    {"UTCTime without seconds", 0x17, false, "0001010000Z", 0},
    {"UTCTime with an offset", 0x17, false, "0001010000-0100", 0},
    {"UTCTime of no such day", 0x17, false, "010229000000Z", 0},
    {"no nothing", 0x18, false, "", 0},
    {"UTCTime of nothing", 0x17, false, "", 0},
};

static void test_times(void)
{
    size_t i;

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        size_t len = strlen(times[i].text);
        bool utc = times[i].tag == OCSP_DER_UTC_TIME;
        pki_bytes_t text = pki_copy(times[i].text, len);
        pki_bytes_t der = pki_wrap(times[i].tag, pki_copy(text.data, text.len));
        ocsp_der_t in = {der.data, der.len};
        int64_t parsed = 42, got = 42,
                want = times[i].want ? times[i].seconds : 42;

        ok((utc ? ocsp_gtime_parse_utc(&parsed, text.data, len)
                : ocsp_gtime_parse(&parsed, text.data, len))
                   == times[i].want
               && parsed == want,
           "parse: %s", times[i].name);
        ok(ocsp_gtime_get(&in, &got) == times[i].want && got == want
               && in.len == (times[i].want ? 0 : der.len),
           "get: %s", times[i].name);
        free(text.data);
        free(der.data);
    }
}

static void test_tags(void)
{
    static const struct {
        const char *name;
        unsigned tag;
        const char *text;
    } rows[] = {
        {"a GeneralizedTime's form in a UTCTime", 0x17, "20230101000000Z"},
        {"a UTCTime's form in a GeneralizedTime", 0x18, "230101000000Z"},
        {"a PrintableString", 0x13, "20230101000000Z"},
        {"an OCTET STRING", 0x04, "230101000000Z"},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        pki_bytes_t der = pki_wrap(rows[i].tag, pki_copy(rows[i].text,
                                                         strlen(rows[i].text)));
        ocsp_der_t in = {der.data, der.len};
        int64_t seconds = 42;

        ok(!ocsp_gtime_get(&in, &seconds) && seconds == 42 && in.len == der.len,
           "%s is no Time", rows[i].name);
        in.len--;
        ok(!ocsp_gtime_get(&in, &seconds), "nor is it one octet short");
        free(der.data);
    }
}

/* Everything about one second; 0 if we and the C library agree. */
static int differs(int64_t seconds)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed",
                                   "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char want[128], got[OCSP_GTIME_HTTP_LEN];
    time_t t = (time_t)seconds;
    struct tm tm;
    int64_t back = seconds + 1;
    int year;

    if (!gmtime_r(&t, &tm)) {
        return 1;
    }
    year = tm.tm_year + 1900;
    (void)snprintf(want, sizeof(want), "%04d%02d%02d%02d%02d%02dZ", year,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (!ocsp_gtime_format(got, seconds)
        || memcmp(got, want, OCSP_GTIME_LEN) != 0
        || !ocsp_gtime_parse(&back, (unsigned char *)want, OCSP_GTIME_LEN)
        || back != seconds || back != (int64_t)timegm(&tm)) {
        return 1;
    }
    if (year >= 1950 && year < 2050
        && (!ocsp_gtime_parse_utc(&back, (unsigned char *)want + 2, 13)
            || back != seconds)) {
        return 1;
    }
    (void)snprintf(want, sizeof(want), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                   days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], year,
                   tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (!ocsp_gtime_format_http(got, seconds)
        || memcmp(got, want, OCSP_GTIME_HTTP_LEN) != 0) {
        return 1;
    }
    (void)snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02dZ", year,
                   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return !ocsp_gtime_format_iso(got, seconds)
        || memcmp(got, want, OCSP_GTIME_ISO_LEN) != 0;
}

static void test_against_libc(void)
{
    static const struct {
        const char *name;
        int64_t from;
        int64_t to;
        int64_t step;
    } rows[] = {
        {"every day from 1895 to 2105", -2366841600, 4260211200, 86400},
        {"each last second of those days", -2366755201, 4260211200, 86400},
        {"every day of the years 0 to 20", OCSP_GTIME_MIN, -61536067200, 86400},
        {"every day of the years 9990 on", 253086768000, OCSP_GTIME_MAX, 86400},
        {"all of the ten thousand years", OCSP_GTIME_MIN, OCSP_GTIME_MAX,
         INT64_C(86399) * 61},
        {"around the epoch, by seconds", -5000, 5000, 1},
        {"around the end of 32 bits", 2147480000, 2147490000, 1},
        {"around the end of 2049", 2524604000, 2524611000, 1},
        {"the last seconds", OCSP_GTIME_MAX - 5000, OCSP_GTIME_MAX, 1},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t s, wrong = 0;
        long checked = 0, differing = 0;

        for (s = rows[i].from; s <= rows[i].to; s += rows[i].step, checked++) {
            if (differs(s)) {
                differing++;
                wrong = s;
            }
        }
        ok(checked > 1000 && differing == 0,
           "as the C library: %s (%ld times, %ld differ, last %" PRId64 ")",
           rows[i].name, checked, differing, wrong);
    }
}

static void test_range(void)
{
    static const int64_t outside[] = {OCSP_GTIME_MIN - 1, OCSP_GTIME_MAX + 1,
                                      INT64_MIN, INT64_MAX};
    char out[OCSP_GTIME_HTTP_LEN];
    size_t i;

    for (i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
        memset(out, 'x', sizeof(out));
        ok(!ocsp_gtime_format(out, outside[i])
               && !ocsp_gtime_format_http(out, outside[i])
               && !ocsp_gtime_format_iso(out, outside[i]) && out[0] == 'x',
           "%" PRId64 " cannot be written", outside[i]);
    }
    memset(out, 'x', sizeof(out));
    ok(ocsp_gtime_format(out, 784111777) && out[OCSP_GTIME_LEN] == 'x',
       "a GeneralizedTime takes its 15 octets and no NUL");
    ok(ocsp_gtime_format_iso(out, 784111777) && out[OCSP_GTIME_ISO_LEN] == 'x',
       "a readable one its 20");
    ok(ocsp_gtime_format_http(out, 784111777)
           && !memcmp(out, "Sun, 06 Nov 1994 08:49:37 GMT", sizeof(out)),
       "RFC 9110 section 5.6.7's example is written as there");
}

int main(void)
{
    test_times();
    test_tags();
    test_against_libc();
    test_range();
    return done_testing();
}
