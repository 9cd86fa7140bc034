/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * See crlentry.h.
 */
#include <string.h>

#include "status/crl_entry.h"
#include "status/crl_ext.h"
#include "wire/certid.h"
#include "wire/gtime.h"

/** removeFromCRL: RFC 5280 section 5.3.1. */
#define REASON_REMOVE 8

static apr_status_t refuse(const char *what, const char **why)
{
    *why = what;
    return OCSP_EMALFORMED;
}

/* Reasons that a response can give; removeFromCRL in a complete CRL is none. */
static int usable_reason(int reason)
{
    return (reason >= 0 && reason <= 6) || reason == 9 || reason == 10
             ? reason
             : OCSP_CRL_ENTRY_NO_REASON;
}

/* crlEntryExtensions of almost every CRL: a reasonCode of one octet, alone. (An
 * ocsp_der_t as such would be stored and loaded again in halves: measured.) */
static bool parse_usual_exts(const unsigned char *data, size_t len, int *reason)
{
    static const unsigned char usual[] = {0x30, 0x0c, 0x30, 0x0a, 0x06,
                                          0x03, 0x55, 0x1d, 0x15, 0x04,
                                          0x03, 0x0a, 0x01};

    if (len != sizeof(usual) + 1 || memcmp(data, usual, sizeof(usual)) != 0
        || (data[sizeof(usual)] & 0x80) != 0) {
        return false;
    }
    *reason = data[sizeof(usual)];
    return true;
}

/* crlEntryExtensions Extensions OPTIONAL -- if present, version MUST be v2 */
static apr_status_t parse_exts(ocsp_der_t in, bool v2, int *reason,
                               ocsp_der_t *oid, const char **why)
{
    ocsp_der_t list;

    if (!v2) {
        return refuse("RFC 5280 section 5.1.2.1: entry extensions in version 1",
                      why);
    }
    if (parse_usual_exts(in.data, in.len, reason)) {
        return APR_SUCCESS;
    }
    if (!ocsp_der_get(&in, OCSP_DER_SEQUENCE, &list) || !ocsp_der_at_end(&in)) {
        return refuse("RFC 5280 section 5.1.2.6: an entry is not DER", why);
    }
    return ocsp_crl_ext_read_entry(reason, list, oid, why);
}

/* A serial number's INTEGER, by hand where it is of less than 128 octets. */
static bool get_serial(ocsp_der_t *in, ocsp_der_t *serial)
{
    ocsp_der_t content;

    if (in->len >= 2 && in->data[0] == OCSP_DER_INTEGER && in->data[1] < 0x80
        && in->data[1] <= in->len - 2) {
        content.data = in->data + 2;
        content.len = in->data[1];
        in->data += 2 + content.len;
        in->len -= 2 + content.len;
    }
    else if (!ocsp_der_get(in, OCSP_DER_INTEGER, &content)) {
        return false;
    }
    return ocsp_certid_serial(serial, content);
}

/* A Time, by hand where it is a UTCTime of the one length there is. */
static bool get_time(ocsp_der_t *in, int64_t *time)
{
    if (in->len < 15 || in->data[0] != OCSP_DER_UTC_TIME || in->data[1] != 13) {
        return ocsp_gtime_get(in, time);
    }
    if (!ocsp_gtime_parse_utc(time, in->data + 2, 13)) {
        return false;
    }
    in->data += 15;
    in->len -= 15;
    return true;
}

/*
 * SEQUENCE {
 *     userCertificate     CertificateSerialNumber,
 *     revocationDate      Time,
 *     crlEntryExtensions  Extensions OPTIONAL }
 */
apr_status_t ocsp_crl_entry_parse(ocsp_crl_entry_t *out, ocsp_der_t in, bool v2,
                                  ocsp_der_t *oid, const char **why)
{
    int reason = OCSP_CRL_EXT_NO_REASON;
    apr_status_t rv;

    if (!get_serial(&in, &out->serial)) {
        return refuse("RFC 5280 section 4.1.2.2: an entry without a serial "
                      "number, or with one that is padded or too long",
                      why);
    }
    if (!get_time(&in, &out->time)) {
        return refuse("RFC 5280 section 5.1.2.6: revocationDate is no Time",
                      why);
    }
    if (in.len != 0
        && (rv = parse_exts(in, v2, &reason, oid, why)) != APR_SUCCESS) {
        return rv;
    }
    out->reason = usable_reason(reason);
    out->removal = reason == REASON_REMOVE;
    return APR_SUCCESS;
}
