/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl and src/status/crl_ext with DER made by hand
 * and correctly signed: CRLs that OpenSSL does not make, with one defect
 * each.
 */
#include <apr_general.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "feed.h"
#include "hex.h"
#include "pki.h"
#include "status/crl.h"
#include "status/crl_ext.h"
#include "tap.h"

/* Pieces of DER, in hexadecimal. */
#define ECDSA_SHA256 "300a 06082a8648ce3d040302"
#define NAME "3012 3110 300e 0603550403 0c07 54657374204341" /* CN=Test CA */
#define TIME "170d 3236303630313030303030305a"               /* 2026-06-01 */
#define NEXT "170d 3237303630313030303030305a"
#define TIME_S PKI_NOW
#define ST SERIAL TIME
#define CE "0603551d" /* an extnID under id-ce */
#define SERIAL "020101"
#define NONE OCSP_CRL_NO_REASON
/** A CRL by its parts; NULL is the usual. */
typedef struct {
    const char *name;
    const char *entries; /* revokedCertificates' content; "-": absent */
    const char *exts;    /* content of crlExtensions' SEQUENCE; "-": absent */
    const char *version; /* "": version 1 */
    const char *dates;
    const char *rest;    /* behind crlExtensions in tbsCertList */
    const char *outer;   /* signatureAlgorithm */
    const char *behind;  /* behind signatureValue */
    const char *trailer; /* behind the CRL */
    const char *reason;  /* why it is refused; NULL: it is taken */
    int want;            /* the last entry's reason; 0: none */
    unsigned count;      /* of entries */
} case_t;

typedef struct {
    unsigned char serial[OCSP_CERTID_SERIAL_MAX];
    size_t serial_len;
    int64_t time;
    int reason;
    unsigned count;
} last_t;

static apr_pool_t *pool;
static EVP_PKEY *key;
static ocsp_issuer_t *issuer;

static apr_status_t take(void *ctx, const unsigned char *serial,
                         size_t serial_len, int64_t time, int reason,
                         const char **why)
{
    last_t *last = ctx;

    memcpy(last->serial, serial, serial_len);
    last->serial_len = serial_len;
    last->time = time;
    last->reason = reason;
    last->count++;
    return APR_SUCCESS;
}

static pki_bytes_t part(const char *hex, const char *usual)
{
    return unhex(hex != NULL ? hex : usual);
}

static pki_bytes_t make_tbs(const case_t *c)
{
    pki_bytes_t tbs = part(c->version, "020101");

    tbs = pki_cat(tbs, unhex(ECDSA_SHA256 NAME));
    tbs = pki_cat(tbs, part(c->dates, TIME NEXT));
    if (c->entries == NULL || strcmp(c->entries, "-") != 0) {
        tbs = pki_cat(tbs, pki_wrap(0x30, part(c->entries, "")));
    }
    if (c->exts != NULL) {
        tbs = pki_cat(tbs, pki_wrap(0xa0, pki_wrap(0x30, unhex(c->exts))));
    }
    return pki_wrap(0x30, pki_cat(tbs, part(c->rest, "")));
}

static pki_bytes_t make_crl(const case_t *c)
{
    pki_bytes_t tbs = make_tbs(c);
    pki_bytes_t tail = part(c->outer, ECDSA_SHA256);

    tail = pki_cat(tail, pki_signature(key, NULL, tbs));
    tail = pki_cat(tail, part(c->behind, ""));
    return pki_cat(pki_wrap(0x30, pki_cat(tbs, tail)), part(c->trailer, ""));
}

static void run(const case_t *c)
{
    pki_bytes_t crl = make_crl(c);
    ocsp_crl_info_t info = {0};
    last_t last = {.reason = OCSP_CRL_NO_REASON};
    const char *why;
    apr_status_t rv = feed_crl(&info, issuer, crl, take, &last, &why, pool);

    if (c->reason == NULL) {
        ok(rv == APR_SUCCESS && info.entries == last.count
               && last.count == c->count
               && (last.count == 0
                   || (last.reason == (c->want != 0 ? c->want : NONE)
                       && last.time == TIME_S)),
           "%s (%s)", c->name, why);
    }
    else {
        ok((rv == OCSP_EMALFORMED || rv == OCSP_EUNSUPPORTED)
               && strstr(why, c->reason) != NULL
               && strncmp(why, "a.crl: RFC 5280 section", 23) == 0
               && ERR_peek_error() == 0,
           "%s (%s)", c->name, why);
    }
    free(crl.data);
}

#define X8 "7f7f7f7f7f7f7f7f"
#define X64 X8 X8 X8 X8 X8 X8 X8 X8
#define X65 X64 "7f"

/* clang-format off */

/* R55, R137, R138, R145, R147, R155; the rest is RFC 5280 section 5.1. */
static const case_t cases[] = {
    {.name = "an empty CRL is taken"},
    {.name = "revokedCertificates may be absent", .entries = "-"},
    {.name = "an entry without a reason", .entries = "3012" ST, .count = 1},
    {.name = "no nextUpdate", .dates = TIME, .entries = "3012" ST, .count = 1},
    {.name = "version 1 is taken", .version = "", .entries = "3012" ST,
     .count = 1},
    {.name = "version 1 written as 0 is taken", .version = "020100",
     .entries = "3012" ST, .count = 1},
    {.name = "version 3 is refused", .version = "020102", .reason = "5.1.2.1"},
    {.name = "a negative version", .version = "0201ff", .reason = "5.1.2.1"},
    {.name = "a reason is read",
     .entries = "3020" ST "300c300a" CE "1504030a0101",
     .count = 1, .want = 1},
    {.name = "a critical reasonCode is understood",
     .entries = "3023" ST "300f300d" CE "150101ff04030a0106", .count = 1,
     .want = 6},
    {.name = "a criticality of FALSE written out is taken",
     .entries = "3023" ST "300f300d" CE "1501010004030a0106", .count = 1,
     .want = 6},
    {.name = "reason 7 comes as none",
     .entries = "3020" ST "300c300a" CE "1504030a0107", .count = 1},
    {.name = "reason 8 comes as it is",
     .entries = "3020" ST "300c300a" CE "1504030a0108", .count = 1,
     .want = OCSP_CRL_REMOVE},
    {.name = "reason 11 comes as none",
     .entries = "3020" ST "300c300a" CE "1504030a010b", .count = 1},
    {.name = "reason 255 comes as none",
     .entries = "3021" ST "300d300b" CE "1504040a0200ff", .count = 1},
    {.name = "reason 10 comes as it is",
     .entries = "3020" ST "300c300a" CE "1504030a010a", .count = 1, .want = 10},
    {.name = "a negative reason is refused",
     .entries = "3020" ST "300c300a" CE "1504030a01ff", .reason = "5.3.1"},
    {.name = "a padded reason is refused",
     .entries = "3021" ST "300d300b" CE "1504040a020001", .reason = "5.3.1"},
    {.name = "an INTEGER for a reason is refused",
     .entries = "3020" ST "300c300a" CE "150403020101", .reason = "5.3.1"},
    {.name = "something behind the reason is refused",
     .entries = "3021" ST "300d300b" CE "1504040a010100", .reason = "5.3.1"},
    {.name = "invalidityDate and holdInstruction are understood",
     .entries = "3052" ST "303e300a" CE "1504030a0106301b" CE
      "180101ff0411180f32303236303130313030303030305a3013" CE
      "170101ff040906072a8648ce380202", .count = 1, .want = 6},
    {.name = "an unknown entry extension is ignored",
     .entries = "301f" ST "300b300906032a030404020500", .count = 1},
    {.name = "an unknown critical one in the second entry: the CRL is refused",
     .entries = "3012" ST "302e" ST "301a300a" CE
      "1504030a0101300c06032a03040101ff04020500", .reason = "section 5.3:"},
    {.name = "F6: which is named",
     .entries = "3012" ST "302e" ST "301a300a" CE
      "1504030a0101300c06032a03040101ff04020500", .reason = "used (1.2.3.4)"},
    {.name = "certificateIssuer is refused",
     .entries = "3022" ST "300e300c" CE "1d0101ff04023000", .reason = "5.3.3"},
    {.name = "so it is when not critical",
     .entries = "301f" ST "300b3009" CE "1d04023000", .reason = "5.3.3"},
    {.name = "reasonCode twice is refused",
     .entries = "302c" ST "3018300a" CE "1504030a0101300a" CE "1504030a0101",
     .reason = "an extension is there twice (2.5.29.21)"},
    {.name = "32 entry extensions are taken",
     .entries = "30820136" ST
      "30820120300706032a03000400300706032a03010400300706032a030204"
      "00300706032a03030400300706032a03040400300706032a030504003007"
      "06032a03060400300706032a03070400300706032a03080400300706032a"
      "03090400300706032a030a0400300706032a030b0400300706032a030c04"
      "00300706032a030d0400300706032a030e0400300706032a030f04003007"
      "06032a03100400300706032a03110400300706032a03120400300706032a"
      "03130400300706032a03140400300706032a03150400300706032a031604"
      "00300706032a03170400300706032a03180400300706032a031904003007"
      "06032a031a0400300706032a031b0400300706032a031c0400300706032a"
      "031d0400300706032a031e0400300706032a031f0400", .count = 1},
    {.name = "33 are refused",
     .entries = "3082013f" ST
      "30820129300706032a03000400300706032a03010400300706032a030204"
      "00300706032a03030400300706032a03040400300706032a030504003007"
      "06032a03060400300706032a03070400300706032a03080400300706032a"
      "03090400300706032a030a0400300706032a030b0400300706032a030c04"
      "00300706032a030d0400300706032a030e0400300706032a030f04003007"
      "06032a03100400300706032a03110400300706032a03120400300706032a"
      "03130400300706032a03140400300706032a03150400300706032a031604"
      "00300706032a03170400300706032a03180400300706032a031904003007"
      "06032a031a0400300706032a031b0400300706032a031c0400300706032a"
      "031d0400300706032a031e0400300706032a031f0400300706032a032004" "00",
     .reason = "too many"},
    {.name = "entry extensions in version 1 are refused", .version = "",
     .entries = "3020" ST "300c300a" CE "1504030a0101", .reason = "5.1.2.1"},
    {.name = "an empty list of entry extensions is taken",
     .entries = "3014" ST "3000",
     .count = 1},
    {.name = "something behind the entry extensions is refused",
     .entries = "3022" ST "300c300a" CE "1504030a01010500",
     .reason = "5.1.2.6"},
    {.name = "an extension without a value is refused",
     .entries = "301b" ST "3007300506032a0304",
     .reason = "Extension is not DER"},
    {.name = "an extension with an empty OID is refused",
     .entries = "301c" ST "30083006060004020500",
     .reason = "Extension is not DER"},
    {.name = "an empty serial number is refused", .entries = "30110200" TIME,
     .reason = "4.1.2.2"},
    {.name = "no serial number is refused", .entries = "300f" TIME,
     .reason = "4.1.2.2"},
    {.name = "a serial number of 64 octets is taken",
     .entries = "30510240" X64 TIME,
     .count = 1},
    {.name = "one of 65 octets is refused", .entries = "30520241" X65 TIME,
     .reason = "4.1.2.2"},
    {.name = "a month 13 is refused",
     .entries = "3012020101170d3236313330313030303030305a",
     .reason = "5.1.2.6"},
    {.name = "a date without seconds is refused",
     .entries = "3010020101170b323630363031303030305a", .reason = "5.1.2.6"},
    {.name = "a date with an offset is refused",
     .entries = "301602010117113236303630313030303030302b30303030",
     .reason = "5.1.2.6"},
    {.name = "GeneralizedTime is taken",
     .entries = "3014020101180f32303236303630313030303030305a", .count = 1},
    {.name = "an entry without a date is refused", .entries = "3003020101",
     .reason = "5.1.2.6"},
    {.name = "an entry that is no SEQUENCE is refused", .entries = "3103020101",
     .reason = "the wrong type"},
    {.name = "an entry of an indefinite length is refused",
     .entries = "3080" ST "0000",
     .reason = "5.1"},
    {.name = "an entry with a padded length is refused", .entries = "308112" ST,
     .reason = "5.1"},
    {.name = "an entry that reaches beyond the list is refused",
     .entries = "3013" ST,
     .exts = "300a" CE "140403020101", .reason = "longer than the one that contains it"},
    {.name = "thisUpdate that is no Time is refused", .dates = "020101",
     .reason = "5.1.2.4"},
    {.name = "nextUpdate that is no day is refused",
     .dates = TIME "170d3236303233303030303030305a", .reason = "5.1.2.5"},
    {.name = "an unknown CRL extension is ignored",
     .exts = "300906032a030404020500"},
    {.name = "an unknown critical one is refused",
     .exts = "300a" CE "140403020101300c06032a03040101ff04020500",
     .reason = "section 5.2:"},
    {.name = "F6: which is named",
     .exts = "300a" CE "140403020101300c06032a03040101ff04020500",
     .reason = "used (1.2.3.4)"},
    {.name = "F6: also one that nobody can read",
     .exts = "300c06032a80040101ff04020500", .reason = "used (no OID)"},
    {.name = "a critical authorityKeyIdentifier is understood",
     .exts = "300c" CE "230101ff04023000"},
    {.name = "freshestCRL is ignored", .exts = "3009" CE "2e04023000"},
    {.name = "a negative BaseCRLNumber is refused",
     .exts = "300d" CE "1b0101ff04030201ff", .reason = "5.2.4"},
    {.name = "an empty BaseCRLNumber is refused",
     .exts = "300c" CE "1b0101ff04020200", .reason = "5.2.4"},
    {.name = "a BaseCRLNumber that is no INTEGER is refused",
     .exts = "300d" CE "1b0101ff04030a0101", .reason = "5.2.4"},
    {.name = "so is one that something follows",
     .exts = "300f" CE "1b0101ff04050201010500", .reason = "5.2.4"},
    {.name = "a BaseCRLNumber of 20 octets is taken",
     .exts = "3021" CE "1b0101ff0417021500ffffffffffffffffffffffffffffffffff"
      "ffffff"},
    {.name = "one of 21 octets is refused",
     .exts = "3021" CE "1b0101ff0417021501ffffffffffffffffffffffffffffffffff"
      "ffffff", .reason = "5.2.4"},
    {.name = "BaseCRLNumber twice is refused",
     .exts = "300d" CE "1b0101ff0403020101300a" CE "1b0403020101",
     .reason = "an extension is there twice (2.5.29.27)"},
    {.name = "an empty issuingDistributionPoint is taken",
     .exts = "300c" CE "1c0101ff04023000"},
    {.name = "so it is when not critical", .exts = "3009" CE "1c04023000"},
    {.name = "all that narrows it is understood",
     .exts = "3021" CE "1c0101ff04173015a00ca00a8608687474703a2f2f618101ff"
      "83020640"},
    {.name = "a name that is of neither kind is not DER",
     .exts = "3012" CE "1c0101ff04083006a00486020001",
     .reason = "5.2.5: issuingDistributionPoint is not DER"},
    {.name = "nor is an empty name",
     .exts = "300e" CE "1c0101ff04043002a000", .reason = "not DER"},
    {.name = "nor a BOOLEAN that is neither",
     .exts = "300f" CE "1c0101ff04053003810101", .reason = "not DER"},
    {.name = "nor one of two octets",
     .exts = "3010" CE "1c0101ff040630048102ffff", .reason = "not DER"},
    {.name = "nor fields in another order",
     .exts = "3012" CE "1c0101ff040830068401008101ff", .reason = "not DER"},
    {.name = "nor what something follows",
     .exts = "300e" CE "1c0101ff040430000500", .reason = "not DER"},
    {.name = "nor no SEQUENCE",
     .exts = "300c" CE "1c0101ff04023100", .reason = "not DER"},
    {.name = "an indirect CRL is refused",
     .exts = "300f" CE "1c0101ff040530038401ff", .reason = "an indirect CRL"},
    {.name = "one of attribute certificates is refused, critical or not",
     .exts = "300c" CE "1c040530038501ff",
     .reason = "onlyContainsAttributeCerts"},
    {.name = "one of two kinds is refused",
     .exts = "3012" CE "1c0101ff040830068101ff8201ff",
     .reason = "has more than one of"},
    {.name = "so is one of attribute and CA certificates",
     .exts = "3012" CE "1c0101ff040830068201ff8501ff",
     .reason = "has more than one of"},
    {.name = "CRLNumber twice is refused",
     .exts = "300a" CE "140403020101300a" CE "140403020101",
     .reason = "an extension is there twice (2.5.29.20)"},
    {.name = "a negative CRLNumber is refused",
     .exts = "300a" CE "1404030201ff",
     .reason = "5.2.3"},
    {.name = "an empty CRLNumber is refused", .exts = "3009" CE "1404020200",
     .reason = "5.2.3"},
    {.name = "a CRLNumber of 20 octets is taken",
     .exts = "301e" CE "140417021500ffffffffffffffffffffffffffffffffffffffff"},
    {.name = "one of 21 octets is refused",
     .exts = "301e" CE "140417021501ffffffffffffffffffffffffffffffffffffffff",
     .reason = "5.2.3"},
    {.name = "CRL extensions in version 1 are refused", .version = "",
     .exts = "300a" CE "140403020101", .reason = "5.1.2.7"},
    {.name = "an empty list of CRL extensions is taken", .exts = ""},
    {.name = "something behind the CRL extensions is refused", .exts = "",
     .rest = "0500", .reason = "5.1.2"},
    {.name = "something behind the dates is refused", .entries = "-",
     .rest = "0500",
     .reason = "5.1.2"},
    {.name = "a second list of entries is refused", .rest = "3000",
     .reason = "5.1.2"},
    {.name = "another outer algorithm is refused",
     .outer = "300a06082a8648ce3d040303",
     .reason = "5.1.1.2"},
    {.name = "so is the same with parameters",
     .outer = "300c06082a8648ce3d0403020500",
     .reason = "5.1.1.2"},
    {.name = "something behind the signature is refused", .behind = "0500",
     .reason = "5.1.1"},
    {.name = "something behind the CRL is refused", .trailer = "00",
     .reason = "trailing data after the CRL"},
    {.name = "R43: FF that may be padding or number is refused",
     .entries = "3013 0202ff80" TIME, .reason = "4.1.2.2"},
};

/* clang-format on */

/* R43: what padding and sign octets do to a serial number. */
static void test_serials(void)
{
    static const struct {
        const char *name;
        const char *entry;
        const char *want;
    } serials[] = {
        {"zero is one octet", "3012 020100" TIME, "00"},
        {"a sign octet is dropped", "3013 02020080" TIME, "80"},
        {"padding is dropped", "3014 0203000001" TIME, "01"},
        {"a negative one meets the positive", "3012 020180" TIME, "80"},
    };
    size_t i;

    for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
        case_t c = {.entries = serials[i].entry};
        pki_bytes_t crl = make_crl(&c);
        pki_bytes_t want = unhex(serials[i].want);
        ocsp_crl_info_t info;
        last_t last = {0};
        const char *why;
        apr_status_t rv = feed_crl(&info, issuer, crl, take, &last, &why, pool);

        ok(rv == APR_SUCCESS && last.serial_len == want.len
               && memcmp(last.serial, want.data, want.len) == 0,
           "%s (%s)", serials[i].name, why);
        free(crl.data);
        free(want.data);
    }
}

/* R154, R140 */
static void test_info(void)
{
    case_t c = {.entries = "3020" SERIAL TIME "300c 300a 0603551d15 04030a0108"
                           "3020" SERIAL TIME "300c 300a 0603551d15 04030a0108"
                           "3012" SERIAL TIME,
                .exts = "300c 0603551d14 0405 0203 00ff01"};
    pki_bytes_t crl = make_crl(&c);
    ocsp_crl_info_t info = {0};
    last_t last = {0};
    const char *why;
    apr_status_t rv = feed_crl(&info, issuer, crl, take, &last, &why, pool);

    ok(rv == APR_SUCCESS && info.entries == 3 && info.removals == 2,
       "removals are counted (%s)", why);
    ok(info.number_len == 2 && memcmp(info.number, "\xff\x01", 2) == 0,
       "CRLNumber comes without its sign octet");
    free(crl.data);
}

/* R150, R155: what is a delta CRL, and for which complete CRL. */
static void test_base(void)
{
    static const struct {
        const char *name;
        const char *exts;
        const char *want; /* BaseCRLNumber */
    } bases[] = {
        {"a complete CRL has no BaseCRLNumber", "300a" CE "140403020101", ""},
        {"a delta CRL has one", "300d" CE "1b0101ff0403020105", "05"},
        {"also if it is not critical", "300a" CE "1b0403020105", "05"},
        {"also if it is zero", "300d" CE "1b0101ff0403020100", "00"},
        {"without its sign octet", "300e" CE "1b0101ff0404020200ff", "ff"},
    };
    size_t i;

    for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        case_t c = {.exts = bases[i].exts};
        pki_bytes_t crl = make_crl(&c);
        pki_bytes_t want = unhex(bases[i].want);
        ocsp_crl_info_t info = {0};
        last_t last = {0};
        const char *why;
        apr_status_t rv = feed_crl(&info, issuer, crl, take, &last, &why, pool);

        ok(rv == APR_SUCCESS && info.base_len == want.len
               && memcmp(info.base, want.data, want.len) == 0,
           "%s (%s)", bases[i].name, why);
        free(crl.data);
        free(want.data);
    }
}

/* R140 */
static void test_compare(void)
{
    static const unsigned char zero[] = {0}, small[] = {0xff};
    static const unsigned char large[] = {0x01, 0x00};
    static const unsigned char padded[] = {0x00, 0x00, 0xff};

    ok(ocsp_crl_compare_number(small, 1, large, 2) < 0, "255 is below 256");
    ok(ocsp_crl_compare_number(large, 2, small, 1) > 0, "256 is above 255");
    ok(ocsp_crl_compare_number(small, 1, padded, 3) == 0, "padding is nothing");
    ok(ocsp_crl_compare_number(zero, 1, zero, 0) == 0, "nothing is zero");
}

int main(void)
{
    X509 *ca;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    key = pki_make_key(PKI_P256);
    ca = pki_make_ca("Test CA", key, NULL);
    issuer = feed_issuer(ca, pool);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run(&cases[i]);
    }
    test_serials();
    test_info();
    test_base();
    test_compare();
    X509_free(ca);
    EVP_PKEY_free(key);
    apr_terminate();
    return done_testing();
}
