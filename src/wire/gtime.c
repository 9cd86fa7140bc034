/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses and formats times. The calendar is computed here, because timegm() and
 * gmtime_r() depend on time_t, and strptime() on the locale. Floor 0.
 */
#include "wire/gtime.h"

#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)

/* Days from 0000-01-01 to 1970-01-01. Days are counted from year 0, so that
 * none is negative and / and % round down. */
#define DAYS_TO_1970 INT64_C(719528)

typedef struct {
    int year;  /* 0 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int hour;
    int minute;
    int second;
    int weekday; /* 0 is Sunday; set by split alone */
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

/* Days from 0000-01-01 to January 1st of a year. Year 0 was a leap year, hence
 * the rounding up. */
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

/* Days from January 1st to the first day of a month. */
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
    /* By the mean length of a year: wrong by one at most. */
    year = days * 400 / 146097;
    if (days_before_year(year + 1) <= days) {
        year++;
    }
    if (days_before_year(year) > days) {
        year--;
    }
    c->year = (int)year;
    left = (int)(days - days_before_year(year));
    /* As if every month had 31 days: too early by one month at most. */
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

/* Two digits. */
static bool parse_pair(int *value, const unsigned char *s)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') {
        return false;
    }
    *value = (s[0] - '0') * 10 + (s[1] - '0');
    return true;
}

/* MMDDHHMMSSZ, the end of both formats. */
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
    const ocsp_der_t start = *in;
    ocsp_der_t content;

    if (ocsp_der_get(in, OCSP_DER_UTC_TIME, &content)
            ? ocsp_gtime_parse_utc(seconds, content.data, content.len)
            : ocsp_der_get(in, OCSP_DER_GENERALIZED_TIME, &content)
                  && ocsp_gtime_parse(seconds, content.data, content.len)) {
        return true;
    }
    *in = start;
    return false;
}

static char *put_pair(char *out, int value)
{
    out[0] = (char)('0' + value / 10 % 10);
    out[1] = (char)('0' + value % 10);
    return out + 2;
}

static char *put_name(char *out, int i)
{
    static const char names[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu",
                                    "Fri", "Sat", "Jan", "Feb", "Mar",
                                    "Apr", "May", "Jun", "Jul", "Aug",
                                    "Sep", "Oct", "Nov", "Dec"};

    memcpy(out, names[i], 3);
    return out + 3;
}

/* Each small letter of the pattern is a part of the time: w weekday and b month
 * by name, y year, n month, d day, h hour, m minute, s second. */
static bool format(char *out, int64_t seconds, const char *pattern)
{
    civil_t c;

    if (!split(&c, seconds)) {
        return false;
    }
    for (; *pattern != '\0'; pattern++) {
        switch (*pattern) {
        case 'w':
            out = put_name(out, c.weekday);
            break;
        case 'b':
            out = put_name(out, 6 + c.month);
            break;
        case 'y':
            out = put_pair(put_pair(out, c.year / 100), c.year);
            break;
        case 'n':
            out = put_pair(out, c.month);
            break;
        case 'd':
            out = put_pair(out, c.day);
            break;
        case 'h':
            out = put_pair(out, c.hour);
            break;
        case 'm':
            out = put_pair(out, c.minute);
            break;
        case 's':
            out = put_pair(out, c.second);
            break;
        default:
            *out++ = *pattern;
        }
    }
    return true;
}

bool ocsp_gtime_format(char *out, int64_t seconds)
{
    return format(out, seconds, "yndhmsZ");
}

bool ocsp_gtime_format_http(char *out, int64_t seconds)
{
    return format(out, seconds, "w, d b y h:m:s GMT");
}

bool ocsp_gtime_format_iso(char *out, int64_t seconds)
{
    return format(out, seconds, "y-n-dTh:m:sZ");
}
