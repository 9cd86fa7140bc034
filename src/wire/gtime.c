/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Calendar arithmetic between the written forms of X.509, OCSP and HTTP and
 * seconds since 1970. Done here because timegm() and gmtime_r() are bound to
 * time_t, and strptime() to a locale. Floor 0.
 */
#include "wire/gtime.h"

#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)

/* Days from 0000-01-01 to 1970-01-01. Counting from year 0 keeps everything
 * that can be written non-negative, so that / and % round one way. */
#define DAYS_TO_1970 INT64_C(719528)

typedef struct {
    int year;  /* 0 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int hour;
    int minute;
    int second;
    int weekday; /* 0 is Sunday; only split sets it */
} civil_t;

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 0000-01-01 to the first of January of this year: year 0 was a leap
 * year, hence the rounding up. */
static int64_t days_before_year(int64_t year)
{
    return 365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
}

static bool is_valid(const civil_t *c)
{
    return c->month >= 1 && c->month <= 12 && c->day >= 1
        && c->day <= days_in_month(c->year, c->month) && c->hour <= 23
        && c->minute <= 59 && c->second <= 59;
}

/* Days from the first of January to the first of a month. */
static int days_before_month(int year, int month)
{
    static const short days[] = {0,   31,  59,  90,  120, 151,
                                 181, 212, 243, 273, 304, 334};

    return days[month - 1] + (month > 2 && is_leap(year));
}

static int64_t join(const civil_t *c)
{
    int64_t days = days_before_year(c->year) + c->day - 1 - DAYS_TO_1970;

    days += days_before_month(c->year, c->month);
    return ((days * 24 + c->hour) * 60 + c->minute) * 60 + c->second;
}

static bool split(civil_t *c, int64_t seconds)
{
    int64_t days, year;
    int left, of_day;

    if (seconds < OCSP_GTIME_MIN || seconds > OCSP_GTIME_MAX) {
        return false;
    }
    seconds -= OCSP_GTIME_MIN;
    days = seconds / SECONDS_PER_DAY;
    of_day = (int)(seconds % SECONDS_PER_DAY);
    /* By the mean length of a year; off by one at most, around New Year. */
    year = days * 400 / 146097;
    if (days_before_year(year + 1) <= days) {
        year++;
    }
    if (days_before_year(year) > days) {
        year--;
    }
    c->year = (int)year;
    left = (int)(days - days_before_year(year));
    /* No month is longer, and all together are not shorter by a month. */
    c->month = left / 31 + 1;
    if (c->month < 12 && left >= days_before_month(c->year, c->month + 1)) {
        c->month++;
    }
    c->day = left - days_before_month(c->year, c->month) + 1;
    c->hour = of_day / 3600;
    c->minute = of_day / 60 % 60;
    c->second = of_day % 60;
    c->weekday = (int)((days + 6) % 7); /* 0000-01-01 was a Saturday */
    return true;
}

/* Two digits; false for anything else. */
static bool parse_pair(int *value, const unsigned char *s)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') {
        return false;
    }
    *value = (s[0] - '0') * 10 + (s[1] - '0');
    return true;
}

/* MMDDHHMMSSZ: what both forms end in. */
static bool parse_rest(civil_t *c, const unsigned char *s)
{
    return parse_pair(&c->month, s) && parse_pair(&c->day, s + 2)
        && parse_pair(&c->hour, s + 4) && parse_pair(&c->minute, s + 6)
        && parse_pair(&c->second, s + 8) && s[10] == 'Z' && is_valid(c);
}

bool ocsp_gtime_parse_utc(int64_t *seconds, const unsigned char *s, size_t len)
{
    civil_t c = {0};

    if (len != 13 || !parse_pair(&c.year, s)) {
        return false;
    }
    c.year += c.year >= 50 ? 1900 : 2000;
    if (!parse_rest(&c, s + 2)) {
        return false;
    }
    *seconds = join(&c);
    return true;
}

bool ocsp_gtime_parse(int64_t *seconds, const unsigned char *s, size_t len)
{
    civil_t c = {0};
    int century;

    if (len != OCSP_GTIME_LEN || !parse_pair(&century, s)
        || !parse_pair(&c.year, s + 2)) {
        return false;
    }
    c.year += century * 100;
    if (!parse_rest(&c, s + 4)) {
        return false;
    }
    *seconds = join(&c);
    return true;
}

/* Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime } */
bool ocsp_gtime_get(ocsp_der_t *in, int64_t *seconds)
{
    ocsp_der_t rest = *in, content;
    unsigned tag;
    bool done;

    if (!ocsp_der_get_any(&rest, &tag, NULL, &content)) {
        return false;
    }
    if (tag == OCSP_DER_UTC_TIME) {
        done = ocsp_gtime_parse_utc(seconds, content.data, content.len);
    }
    else {
        done = tag == OCSP_DER_GENERALIZED_TIME
            && ocsp_gtime_parse(seconds, content.data, content.len);
    }
    if (done) {
        *in = rest;
    }
    return done;
}

/* Write value as two digits; @return what follows them. */
static char *put_pair(char *out, int value)
{
    out[0] = (char)('0' + value / 10 % 10);
    out[1] = (char)('0' + value % 10);
    return out + 2;
}

static char *put_year(char *out, int year)
{
    return put_pair(put_pair(out, year / 100), year % 100);
}

static char *put_text(char *out, const char *text, size_t len)
{
    memcpy(out, text, len);
    return out + len;
}

/* HH:MM:SS. */
static char *put_clock(char *out, const civil_t *c)
{
    out = put_pair(out, c->hour);
    out = put_text(out, ":", 1);
    out = put_pair(out, c->minute);
    out = put_text(out, ":", 1);
    return put_pair(out, c->second);
}

bool ocsp_gtime_format(char *out, int64_t seconds)
{
    civil_t c;

    if (!split(&c, seconds)) {
        return false;
    }
    out = put_year(out, c.year);
    out = put_pair(out, c.month);
    out = put_pair(out, c.day);
    out = put_pair(out, c.hour);
    out = put_pair(out, c.minute);
    *put_pair(out, c.second) = 'Z';
    return true;
}

bool ocsp_gtime_format_http(char *out, int64_t seconds)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed",
                                       "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    civil_t c;

    if (!split(&c, seconds)) {
        return false;
    }
    out = put_text(out, days[c.weekday], 3);
    out = put_text(out, ", ", 2);
    out = put_pair(out, c.day);
    out = put_text(out, " ", 1);
    out = put_text(out, months[c.month - 1], 3);
    out = put_text(out, " ", 1);
    out = put_year(out, c.year);
    out = put_text(out, " ", 1);
    out = put_clock(out, &c);
    put_text(out, " GMT", 4);
    return true;
}

bool ocsp_gtime_format_iso(char *out, int64_t seconds)
{
    civil_t c;

    if (!split(&c, seconds)) {
        return false;
    }
    out = put_year(out, c.year);
    out = put_text(out, "-", 1);
    out = put_pair(out, c.month);
    out = put_text(out, "-", 1);
    out = put_pair(out, c.day);
    out = put_text(out, "T", 1);
    *put_clock(out, &c) = 'Z';
    return true;
}
