/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parses rows of the database of "openssl ca". Floor 1.
 *
 *     row      = state TAB expiry TAB [ revoked ]
 *                TAB serial TAB file TAB subject
 *     state    = "V" / "E" / "R"
 *     revoked  = time [ "," reason [ "," extra ] ]   ; R alone
 *     serial   = [ "-" ] 1*HEXDIG
 *
 * A TAB after a "\" belongs to its field. Times are in the format of a UTCTime
 * or a GeneralizedTime.
 */
#include <apr_cstr.h>
#include <string.h>

#include "status/crl.h"
#include "status/openssl_index.h"
#include "wire/gtime.h"

/* The fields of a row. */
enum {
    FIELD_STATE = 0,
    FIELD_EXPIRY,
    FIELD_REVOKED,
    FIELD_SERIAL,
    FIELD_FILE,
    FIELD_SUBJECT,
    FIELDS
};

/* Octets of a UTCTime without seconds. */
#define UTC_SHORT 11

/* Names of reasons in "openssl ca" and similar programs. */
static const struct {
    const char *name;
    int reason;
} reasons[] = {{"keyCompromise", 1},
               {"CACompromise", 2},
               {"affiliationChanged", 3},
               {"superseded", 4},
               {"cessationOfOperation", 5},
               {"certificateHold", 6},
               {"privilegeWithdrawn", 9},
               {"AACompromise", 10},
               {"holdInstruction", 6},
               {"keyTime", 1},
               {"CAkeyTime", 2}};

static apr_status_t refuse(const char *what, const char **why)
{
    *why = what;
    return OCSP_EMALFORMED;
}

static bool split(ocsp_der_t fields[FIELDS], const ocsp_line_t *line)
{
    const unsigned char *end = line->data + line->len;
    const unsigned char *start = line->data; /* of the present field */
    const unsigned char *from = start;
    const unsigned char *tab;
    size_t n = 0;

    while ((tab = memchr(from, '\t', (size_t)(end - from))) != NULL) {
        from = tab + 1;
        if (tab > line->data && tab[-1] == '\\') {
            continue;
        }
        if (n == FIELDS - 1) {
            return false;
        }
        fields[n++] = (ocsp_der_t){start, (size_t)(tab - start)};
        start = from;
    }
    fields[n] = (ocsp_der_t){start, (size_t)(end - start)};
    return n == FIELDS - 1;
}

/* In old databases times may lack their seconds. */
static bool read_time(int64_t *out, ocsp_der_t text)
{
    unsigned char whole[OCSP_GTIME_LEN];

    if (text.len == UTC_SHORT && text.data[UTC_SHORT - 1] == 'Z') {
        memcpy(whole, text.data, UTC_SHORT - 1);
        whole[UTC_SHORT - 1] = whole[UTC_SHORT] = '0';
        whole[UTC_SHORT + 1] = 'Z';
        text = (ocsp_der_t){whole, UTC_SHORT + 2};
    }
    return ocsp_gtime_parse_utc(out, text.data, text.len)
        || ocsp_gtime_parse(out, text.data, text.len);
}

/* unspecified, removeFromCRL and unknown reasons become none. */
static int find_reason(ocsp_der_t name)
{
    size_t i;

    for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strlen(reasons[i].name) == name.len
            && apr_cstr_casecmpn(reasons[i].name, (const char *)name.data,
                                 name.len)
                   == 0) {
            return reasons[i].reason;
        }
    }
    return OCSP_CRL_NO_REASON;
}

/* The text before the next comma; in moves behind it. */
static ocsp_der_t next_part(ocsp_der_t *in)
{
    const unsigned char *comma = memchr(in->data, ',', in->len);
    ocsp_der_t part = *in;

    if (comma != NULL) {
        part.len = (size_t)(comma - in->data);
    }
    in->data += part.len + (comma != NULL);
    in->len -= part.len + (comma != NULL);
    return part;
}

/* The extra, a hold instruction or the time of a compromise, is for CRLs alone:
 * a response has no field for it (RFC 6960 section 4.2.1). */
static bool read_revoked(ocsp_openssl_index_row_t *out, ocsp_der_t field)
{
    ocsp_der_t time = next_part(&field);

    out->reason = find_reason(next_part(&field));
    return read_time(&out->revocation_time, time);
}

static bool read_state(ocsp_openssl_index_state_t *out, ocsp_der_t field)
{
    unsigned char letter = field.len == 1 ? field.data[0] : '\0';

    if (letter == 'V') {
        *out = OCSP_OPENSSL_INDEX_VALID;
    }
    else if (letter == 'E') {
        *out = OCSP_OPENSSL_INDEX_EXPIRED;
    }
    else {
        *out = OCSP_OPENSSL_INDEX_REVOKED;
    }
    return letter == 'V' || letter == 'E' || letter == 'R';
}

apr_status_t ocsp_openssl_index_parse(ocsp_openssl_index_row_t *out,
                                      const ocsp_line_t *line, const char **why)
{
    ocsp_openssl_index_row_t row = {.reason = OCSP_CRL_NO_REASON};
    ocsp_der_t fields[FIELDS];

    /* in an incomplete line only the subject may be missing */
    if (!split(fields, line)
        || (!line->ended && fields[FIELD_SUBJECT].len == 0)) {
        return refuse("does not have the six fields, separated by tabs, of "
                      "the database of \"openssl ca\": name its index.txt, or "
                      "restore or complete the line",
                      why);
    }
    if (!read_state(&row.state, fields[FIELD_STATE])) {
        return refuse("begins neither with V nor E nor R: restore it", why);
    }
    if (!read_time(&row.not_after, fields[FIELD_EXPIRY])) {
        return refuse("has no expiry date: restore it", why);
    }
    if (row.state == OCSP_OPENSSL_INDEX_REVOKED
        && !read_revoked(&row, fields[FIELD_REVOKED])) {
        return refuse("is revoked, but has no revocation date: restore it",
                      why);
    }
    if (row.state != OCSP_OPENSSL_INDEX_REVOKED
        && fields[FIELD_REVOKED].len != 0) {
        return refuse("is not revoked, but has a revocation date: make it R, "
                      "or remove the date",
                      why);
    }
    if (!ocsp_serial_parse(&row.serial, fields[FIELD_SERIAL].data,
                           fields[FIELD_SERIAL].len, false)) {
        return refuse("RFC 5280 section 4.1.2.2: its serial number is not "
                      "hexadecimal, or too long: restore it",
                      why);
    }
    *out = row;
    return APR_SUCCESS;
}
