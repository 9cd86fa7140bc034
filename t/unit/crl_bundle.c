/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unit tests of src/status/crl, src/status/crl_directory and
 * src/status/crl_select: PEM files with several CRLs, of one CA and of several.
 */
#include <apr_general.h>
#include <apr_strings.h>
#include <openssl/err.h>

#include "feed.h"
#include "folder.h"
#include "pki.h"
#include "status/crl_directory.h"
#include "status/load.h"
#include "tap.h"

#define PIECES_MAX 6
#define USERS "critical,DER:30038101ff"
#define CAS "critical,DER:30038201ff"

/** What a file is put together from. */
typedef enum {
    END = 0,
    USER_CRL,  /* of user certificates, a day old, lists 5 */
    CA_CRL,    /* of CA certificates, two days old, lists 4 */
    FULL_CRL,  /* of all, three days old, lists 3 */
    NEWER_CRL, /* of all, from today, lists 6 */
    OTHER_CRL, /* of the other CA, a day old, lists 7 */
    BAD_CRL,   /* as USER_CRL, with a wrong signature */
    BAD_PEM,   /* FULL_CRL that is not base64 */
    NO_CRL,    /* another object with the label of a CRL */
    CUT_CRL,   /* FULL_CRL without its END line */
    CUT_BEGIN, /* half a BEGIN line */
    CERT,      /* the certificate of the CA */
    TEXT
} piece_t;

/** Who issues CRLs. */
static struct {
    EVP_PKEY *key;
    EVP_PKEY *other_key;
    X509 *ca;
    X509 *other;
    const ocsp_crl_keys_t *keys;
    const ocsp_crl_keys_t *other_keys;
    apr_pool_t *pool;
} party;

static pki_bytes_t text(const char *s)
{
    return pki_copy(s, strlen(s));
}

static pki_bytes_t make_pem(X509 *ca, EVP_PKEY *key, int day, const char *point,
                            unsigned char serial)
{
    const pki_entry_t entry = {&serial, 1, PKI_NOW - 20 * PKI_DAY, 1};
    const pki_crl_opts_t opts = {.this_update = PKI_NOW + day * PKI_DAY,
                                 .ext_nid = point != NULL
                                              ? NID_issuing_distribution_point
                                              : 0,
                                 .ext = point};
    X509_CRL *crl = pki_make_crl(ca, key, &entry, 1, &opts);
    pki_bytes_t pem = pki_crl_pem(crl);

    X509_CRL_free(crl);
    return pem;
}

/* The same without what follows its last line of base64, or with a '*' there. */
static pki_bytes_t damage(pki_bytes_t pem, bool cut)
{
    unsigned char *end = memmem(pem.data, pem.len, "\n-----END", 9);

    folder_need(end != NULL, "no END line");
    if (end == NULL) { /* which clang does not see */
        return pem;
    }
    if (cut) {
        pem.len = (size_t)(end + 1 - pem.data);
    }
    else {
        end[-4] = '*';
    }
    return pem;
}

static pki_bytes_t make_piece(piece_t piece)
{
    switch (piece) {
    case USER_CRL:
        return make_pem(party.ca, party.key, -1, USERS, 5);
    case CA_CRL:
        return make_pem(party.ca, party.key, -2, CAS, 4);
    case FULL_CRL:
        return make_pem(party.ca, party.key, -3, NULL, 3);
    case NEWER_CRL:
        return make_pem(party.ca, party.key, 0, NULL, 6);
    case OTHER_CRL:
        return make_pem(party.other, party.other_key, -1, NULL, 7);
    case BAD_CRL:
        return make_pem(party.ca, party.other_key, -1, USERS, 5);
    case BAD_PEM:
        return damage(make_pem(party.ca, party.key, -3, NULL, 3), false);
    case CUT_CRL:
        return damage(make_pem(party.ca, party.key, -3, NULL, 3), true);
    case NO_CRL:
        return text("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n");
    case CUT_BEGIN:
        return text("-----BEGIN X50");
    case CERT:
        return pki_cert_pem(party.ca);
    case TEXT:
        return text("Certificate Revocation List (CRL):\r\n    Version 2\r\n");
    case END:
        break;
    }
    return text("");
}

static pki_bytes_t make_file(const piece_t *pieces)
{
    pki_bytes_t file = text("");
    int i;

    for (i = 0; i < PIECES_MAX && pieces[i] != END; i++) {
        file = pki_cat(file, make_piece(pieces[i]));
    }
    return file;
}

/** A file, what its heads are, and what is loaded if it is named or found. */
typedef struct {
    const char *name;
    piece_t pieces[PIECES_MAX];
    const char *heads;     /* the number, and the age in days, of each */
    const char *said;      /* why some heads cannot be read; NULL: all can */
    const char *named;     /* what is revoked then; NULL: rejected */
    const char *named_why; /* why */
    const char *found;
    const char *found_why;
    bool named_partial;
    bool found_partial;
    const char *other; /* what is revoked if it is found for the other CA */
} case_t;

static const case_t cases[] = {
    {.name = "R134: one CRL",
     .pieces = {FULL_CRL},
     .heads = "0:3 ",
     .named = "3",
     .found = "3"},
    {.name = "R134: two halves",
     .pieces = {USER_CRL, CA_CRL},
     .heads = "1:1 2:2 ",
     .named = "45",
     .found = "45"},
    {.name = "with text and certificates around them",
     .pieces = {CERT, TEXT, CA_CRL, CERT, USER_CRL, TEXT},
     .heads = "1:2 2:1 ",
     .named = "45",
     .found = "45"},
    {.name = "an old and a new CRL",
     .pieces = {FULL_CRL, NEWER_CRL},
     .heads = "1:3 2:0 ",
     .named = "6",
     .found = "6"},
    {.name = "CRLs of two CAs: of each its own is used",
     .pieces = {OTHER_CRL, FULL_CRL},
     .heads = "1:1 2:3 ",
     .named = "3",
     .found = "3",
     .other = "7"},
    {.name = "the CRL of another CA alone",
     .pieces = {OTHER_CRL, CERT},
     .heads = "0:1 ",
     .named_why = "is the CRL of another CA",
     .found_why = "no CRL of",
     .other = "7"},
    {.name = "CRLs of other CAs alone",
     .pieces = {OTHER_CRL, OTHER_CRL},
     .heads = "1:1 2:1 ",
     .named_why = "is the CRL of another CA",
     .found_why = "no CRL of",
     .other = "7"},
    {.name = "one of two halves is signed by somebody else",
     .pieces = {BAD_CRL, CA_CRL},
     .heads = "1:1 2:2 ",
     .named_why = "a.pem (CRL 1): RFC 5280 section 6.3.3 (g)",
     .found = "4",
     .found_why = "a.pem (CRL 1): RFC 5280 section 6.3.3 (g)",
     .found_partial = true},
    {.name = "R141: one that begins badly",
     .pieces = {NEWER_CRL, BAD_PEM, OTHER_CRL},
     .heads = "1:0 3:1 ",
     .said = "a.pem: RFC 7468 section 3: not base64",
     .named_why = "a.pem: RFC 7468 section 3: not base64",
     .found = "6",
     .other = "7"},
    {.name = "R141: one is no CRL",
     .pieces = {USER_CRL, NO_CRL, CA_CRL},
     .heads = "1:1 3:2 ",
     .said = "a.pem (CRL 2): RFC 5280",
     .named_why = "a.pem (CRL 2): RFC 5280",
     .found = "45"},
    {.name = "R141: the last one is cut off",
     .pieces = {OTHER_CRL, NEWER_CRL, CUT_CRL},
     .heads = "1:1 2:0 ",
     .said = "no END line: the file is cut off",
     .named_why = "no END line: the file is cut off",
     .found_why = "a.pem (CRL 2): RFC 7468 section 2: no END line"},
    {.name = "R141: so is one in the middle",
     .pieces = {NEWER_CRL, CUT_CRL, OTHER_CRL},
     .heads = "1:0 ",
     .said = "the END line is wrong",
     .named_why = "the END line is wrong",
     .found_why = "a.pem (CRL 1): RFC 7468 section 2"},
    {.name = "R141: the last BEGIN line is cut off",
     .pieces = {FULL_CRL, CUT_BEGIN},
     .heads = "0:3 ",
     .said = "cut off in a line of dashes",
     .named_why = "cut off in a line of dashes",
     .found_why = "cut off in a line of dashes"},
};

static const char *print_heads(const apr_array_header_t *heads, apr_pool_t *p)
{
    const char *all = "";
    int i;

    for (i = 0; i < heads->nelts; i++) {
        const ocsp_crl_head_t *head = &APR_ARRAY_IDX(heads, i, ocsp_crl_head_t);

        all = apr_psprintf(p, "%s%u:%d ", all, head->object,
                           (int)((PKI_NOW - head->this_update) / PKI_DAY));
    }
    return all;
}

static void test_heads(const case_t *c, const char *file, apr_pool_t *p)
{
    apr_array_header_t *heads = apr_array_make(p, 1, sizeof(ocsp_crl_head_t));
    const char *why = NULL, *got;
    apr_status_t rv = ocsp_crl_read_heads(heads, file, &why, p);

    got = print_heads(heads, p);
    ok(strcmp(got, c->heads) == 0
           && (c->said == NULL ? rv == APR_SUCCESS
                               : rv == OCSP_EMALFORMED && why != NULL
                                     && strstr(why, c->said) != NULL),
       "%s: heads %s(%s)", c->name, got, why != NULL ? why : "");
}

/* What is revoked in a table of these sources, or NULL and why not. */
static const char *load(const ocsp_load_sources_t *src, bool *partial,
                        const char **why, apr_pool_t *p)
{
    ocsp_load_result_t out = {.builder = NULL};
    const char *revoked = "";
    unsigned char serial;

    if (ocsp_load_build(&out, src, PKI_NOW, why, p) != APR_SUCCESS) {
        return NULL;
    }
    *why = out.rejected;
    *partial = out.info.partial;
    for (serial = 1; serial <= 9; serial++) {
        if (ocsp_table_builder_find(out.builder, &serial, 1)
            == OCSP_TABLE_REVOKED) {
            revoked = apr_psprintf(p, "%s%d", revoked, serial);
        }
    }
    return revoked;
}

static void check(const char *name, const ocsp_load_sources_t *src,
                  const char *want, const char *want_why, bool want_partial,
                  apr_pool_t *p)
{
    const char *why = NULL;
    bool partial = false;
    const char *got = load(src, &partial, &why, p);
    bool same = want == NULL ? got == NULL
                             : got != NULL && strcmp(got, want) == 0;

    ok(same && partial == want_partial && ERR_peek_error() == 0
           && (want_why == NULL ? why == NULL
                                : why != NULL && strstr(why, want_why) != NULL),
       "%s: %s (%s)", name, got != NULL ? got : "rejected",
       why != NULL ? why : "");
}

static void test_case(const case_t *c)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = party.keys, .max_age_s = -1};
    apr_array_header_t *files, *entries = NULL;
    const char *warning = NULL, *why = "", *file;
    apr_pool_t *p;

    apr_pool_create(&p, party.pool);
    folder_put(dir, "a.pem", make_file(c->pieces));
    file = apr_pstrcat(p, dir, "/a.pem", NULL);
    test_heads(c, file, p);

    files = apr_array_make(p, 1, sizeof(char *));
    APR_ARRAY_PUSH(files, const char *) = file;
    src.files = files;
    check(apr_pstrcat(p, c->name, ": named", NULL), &src, c->named,
          c->named_why, c->named_partial, p);
    src.files = NULL;

    folder_need(ocsp_crl_directory_scan(&entries, dir, &warning, &why, p)
                    == APR_SUCCESS,
                why);
    ok((warning != NULL) == (c->said != NULL)
           && (warning == NULL || strstr(warning, c->said) != NULL),
       "%s: what is said of the directory (%s)", c->name,
       warning != NULL ? warning : "");
    files = apr_array_make(p, 1, sizeof(void *));
    ocsp_crl_directory_find(files, entries, party.keys);
    src.found = files;
    check(apr_pstrcat(p, c->name, ": found", NULL), &src, c->found,
          c->found_why, c->found_partial, p);
    if (c->other != NULL) {
        files = apr_array_make(p, 1, sizeof(void *));
        ocsp_crl_directory_find(files, entries, party.other_keys);
        src.found = files;
        src.keys = party.other_keys;
        check(apr_pstrcat(p, c->name, ": the other CA", NULL), &src, c->other,
              NULL, false, p);
    }
    apr_pool_destroy(p);
    folder_remove(dir);
}

static apr_status_t count(void *ctx, const unsigned char *serial,
                          size_t serial_len, int64_t time, int reason,
                          const char **why)
{
    *(unsigned *)ctx = *(unsigned *)ctx * 10 + serial[0];
    return APR_SUCCESS;
}

static void test_read(void)
{
    const piece_t pieces[] = {CA_CRL, OTHER_CRL, FULL_CRL, END};
    char *dir = folder_make();
    ocsp_crl_place_t place = {
        .file = apr_pstrcat(party.pool, dir, "/a.pem", NULL)};
    ocsp_crl_info_t info = {.entries = 9};
    const char *why = "";
    unsigned serials = 0;
    apr_status_t rv;

    folder_put(dir, "a.pem", make_file(pieces));
    place.object = 3;
    rv = ocsp_crl_read(&info, &place, party.keys, count, &serials, &why,
                       party.pool);
    ok(rv == APR_SUCCESS && serials == 3 && info.entries == 1,
       "the third CRL alone (%s)", why);
    info.entries = 9;
    place.object = 2;
    rv = ocsp_crl_read(&info, &place, party.keys, count, &serials, &why,
                       party.pool);
    ok(rv == OCSP_EUNKNOWNCA && info.entries == 9
           && strstr(why, "a.pem (CRL 2): ") != NULL,
       "R135: the second one is another CA's (%s)", why);
    place.object = 4;
    rv = ocsp_crl_read(&info, &place, party.keys, count, &serials, &why,
                       party.pool);
    ok(APR_STATUS_IS_ENOENT(rv) && info.entries == 9
           && strstr(why, "a.pem (CRL 4): is no longer there") != NULL,
       "there is no fourth one (%s)", why);
    place.object = 0;
    rv = ocsp_crl_read(&info, &place, party.keys, count, &serials, &why,
                       party.pool);
    ok(rv == OCSP_EMALFORMED && info.entries == 9
           && strstr(why, "with more than one CRL") != NULL,
       "none of them is the only one (%s)", why);
    folder_remove(dir);
}

/* The octets of a file with white space before its CRLs. */
static pki_bytes_t pad(pki_bytes_t pem, size_t len)
{
    pki_bytes_t space = {malloc(len - pem.len), len - pem.len};

    folder_need(space.data != NULL, "out of memory");
    memset(space.data, '\n', space.len);
    return pki_cat(space, pem);
}

static void test_large(void)
{
    static const struct {
        const char *name;
        size_t more; /* than OCSP_CRL_BUNDLE_MAX */
        piece_t pieces[3];
        const char *heads;
        const char *named;
        const char *why;
    } large[] = {
        {"16 MB may hold two CRLs",
         0,
         {FULL_CRL, NEWER_CRL},
         "1:3 2:0 ",
         "6",
         NULL},
        {"more may hold one", 1, {FULL_CRL}, "0:3 ", "3", NULL},
        {"and not two",
         1,
         {FULL_CRL, NEWER_CRL},
         "0:3 ",
         NULL,
         "a PEM file of more than 16 MB with more than one CRL"},
    };
    size_t i;

    for (i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        char *dir = folder_make();
        apr_pool_t *p;
        apr_array_header_t *heads, *files;
        ocsp_load_sources_t src = {.keys = party.keys, .max_age_s = -1};
        const char *why = "", *file;

        apr_pool_create(&p, party.pool);
        file = apr_pstrcat(p, dir, "/a.pem", NULL);
        folder_put(dir, "a.pem",
                   pad(make_file(large[i].pieces),
                       (size_t)OCSP_CRL_BUNDLE_MAX + large[i].more));
        heads = apr_array_make(p, 1, sizeof(ocsp_crl_head_t));
        ok(ocsp_crl_read_heads(heads, file, &why, p) == APR_SUCCESS
               && strcmp(print_heads(heads, p), large[i].heads) == 0,
           "%s: heads (%s)", large[i].name, why);
        files = apr_array_make(p, 1, sizeof(char *));
        APR_ARRAY_PUSH(files, const char *) = file;
        src.files = files;
        check(large[i].name, &src, large[i].named, large[i].why, false, p);
        apr_pool_destroy(p);
        folder_remove(dir);
    }
}

static void test_many(void)
{
    char *dir = folder_make();
    pki_bytes_t pem = make_piece(OTHER_CRL), file = text("");
    apr_array_header_t *heads = apr_array_make(party.pool, 1,
                                               sizeof(ocsp_crl_head_t));
    const char *why = "", *path = apr_pstrcat(party.pool, dir, "/a.pem", NULL);
    int i;

    for (i = 0; i < OCSP_CRL_BUNDLE_CRLS_MAX; i++) {
        file = pki_cat(file, pki_copy(pem.data, pem.len));
    }
    folder_put(dir, "a.pem", pki_copy(file.data, file.len));
    ok(ocsp_crl_read_heads(heads, path, &why, party.pool) == APR_SUCCESS
           && heads->nelts == OCSP_CRL_BUNDLE_CRLS_MAX,
       "a file of 1000 CRLs (%s)", why);
    heads->nelts = 0;
    folder_put(dir, "a.pem", pki_cat(file, pem));
    ok(ocsp_crl_read_heads(heads, path, &why, party.pool) == APR_ENOSPC
           && strstr(why, "has more than 1000 CRLs") != NULL,
       "one more is refused (%s)", why);
    folder_remove(dir);
}

/* A bundle that is named twice, or found under two names, counts once. */
static void test_twice(void)
{
    const piece_t pieces[] = {USER_CRL, OTHER_CRL, CA_CRL, END};
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = party.keys,
                               .complete = true,
                               .max_age_s = -1};
    apr_array_header_t *files, *entries = NULL;
    const char *warning, *why = "", *file, *link;
    ocsp_load_result_t out = {.builder = NULL};
    apr_pool_t *p;

    apr_pool_create(&p, party.pool);
    file = apr_pstrcat(p, dir, "/a.pem", NULL);
    link = apr_pstrcat(p, dir, "/b.pem", NULL);
    folder_put(dir, "a.pem", make_file(pieces));
    folder_need(symlink("a.pem", link) == 0, link);
    folder_need(ocsp_crl_directory_scan(&entries, dir, &warning, &why, p)
                    == APR_SUCCESS,
                why);
    files = apr_array_make(p, 4, sizeof(void *));
    ocsp_crl_directory_find(files, entries, party.keys);
    is_int(files->nelts, 4, "two CRLs of the CA under two names");
    ocsp_crl_directory_find(files, entries, party.keys);
    src.found = files;
    check("found under two names, and twice", &src, "45", NULL, false, p);
    src.found = NULL;
    files = apr_array_make(p, 2, sizeof(char *));
    APR_ARRAY_PUSH(files, const char *) = file;
    APR_ARRAY_PUSH(files, const char *) = link;
    src.files = files;
    ok(ocsp_load_build(&out, &src, PKI_NOW, &why, p) == APR_SUCCESS
           && out.info.missing_crls,
       "named twice: perhaps another file was meant (%s)", why);
    apr_pool_destroy(p);
    folder_remove(dir);
}

/* The keys of the CA and of one CRL signer. */
static const ocsp_crl_keys_t *with_signer(const ocsp_issuer_t *signer)
{
    apr_array_header_t *signers = apr_array_make(party.pool, 1,
                                                 sizeof(ocsp_issuer_t *));

    APR_ARRAY_PUSH(signers, const ocsp_issuer_t *) = signer;
    return ocsp_crl_keys_make(party.keys->issuer, signers, NULL,
                              OCSP_CRL_KEYS_SCOPE_AUTO, party.pool);
}

/** Two files, named, with CRLs of a CRL signer. */
typedef struct {
    const char *name;
    piece_t pieces[2][PIECES_MAX];
    const char *revoked;
    const char *not_used;
} signer_case_t;

static void test_signer_case(const signer_case_t *c,
                             const ocsp_crl_keys_t *keys)
{
    char *dir = folder_make();
    ocsp_load_sources_t src = {.keys = keys, .max_age_s = -1};
    apr_array_header_t *files = apr_array_make(party.pool, 2, sizeof(char *));
    ocsp_load_result_t out = {.builder = NULL};
    const char *why = "";
    apr_status_t rv;
    int i;

    for (i = 0; i < 2 && c->pieces[i][0] != END; i++) {
        const char *file = i == 0 ? "a.pem" : "b.pem";

        folder_put(dir, file, make_file(c->pieces[i]));
        APR_ARRAY_PUSH(files, const char *) = apr_pstrcat(party.pool, dir, "/",
                                                          file, NULL);
    }
    src.files = files;
    check(c->name, &src, c->revoked, NULL, false, party.pool);
    rv = ocsp_load_build(&out, &src, PKI_NOW, &why, party.pool);
    ok(rv == APR_SUCCESS && out.info.missing_crls == (c->not_used != NULL)
           && (c->not_used == NULL
                   ? out.not_used == NULL
                   : out.not_used != NULL
                         && strstr(out.not_used, c->not_used) != NULL),
       "%s: %s (%s)", c->name,
       c->not_used != NULL ? "and so it is reported" : "no fault",
       out.not_used != NULL ? out.not_used : why);
    folder_remove(dir);
}

/* The CRLs of an OCSPCRLSignerFile in a bundle (R135). */
static void test_signer(void)
{
    static const signer_case_t same_name = {
        .name = "R135: halves by the CA and by its CRL signer",
        .pieces = {{BAD_CRL, CA_CRL}},
        .revoked = "45"};
    static const signer_case_t other_name[] = {
        {.name = "a CRL signer's CRL of its own name beside the CA's",
         .pieces = {{OTHER_CRL, FULL_CRL}},
         .revoked = "3"},
        {.name = "in a file without a CRL of the CA",
         .pieces = {{OTHER_CRL, OTHER_CRL}, {FULL_CRL}},
         .revoked = "3",
         .not_used = "a.pem (CRL 1): is the CRL of another CA"},
        {.name = "in a file of its own",
         .pieces = {{OTHER_CRL}, {FULL_CRL}},
         .revoked = "3",
         .not_used = "a.pem: is the CRL of another CA"}};
    X509 *cert = pki_make_ca("Test CA", party.other_key, NULL);
    size_t i;

    test_signer_case(&same_name, with_signer(feed_issuer(cert, party.pool)));
    for (i = 0; i < sizeof(other_name) / sizeof(other_name[0]); i++) {
        test_signer_case(&other_name[i], with_signer(party.other_keys->issuer));
    }
    X509_free(cert);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&party.pool, NULL);
    party.key = pki_make_key(PKI_P256);
    party.other_key = pki_make_key(PKI_P256);
    party.ca = pki_make_ca("Test CA", party.key, NULL);
    party.other = pki_make_ca("Other CA", party.other_key, NULL);
    party.keys = feed_keys(feed_issuer(party.ca, party.pool), party.pool);
    party.other_keys = feed_keys(feed_issuer(party.other, party.pool),
                                 party.pool);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i]);
    }
    test_read();
    test_large();
    test_many();
    test_twice();
    test_signer();
    X509_free(party.ca);
    X509_free(party.other);
    EVP_PKEY_free(party.key);
    EVP_PKEY_free(party.other_key);
    apr_terminate();
    return done_testing();
}
