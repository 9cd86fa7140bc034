/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Walks httpd's tree of directives and warns of those that keep OCSP requests
 * from being answered, or responses from being accepted. Floor 4.
 */
#include "httpd/request/location_rules.h"

#include <ap_listen.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_config.h>
#include <stdbool.h>
#include <string.h>
#include <util_cfgtree.h>

#include "httpd/request/url_claim.h"
#include "httpd/config/server_config.h"
#include "httpd/log.h"

/* --- the tree of directives ----------------------------------------------- */

static bool is_directive(const ap_directive_t *d, const char *name)
{
    return ap_cstr_casecmp(d->directive, name) == 0;
}

static bool is_one_of(const ap_directive_t *d, const char *const *names)
{
    while (*names != NULL && !is_directive(d, *names)) {
        names++;
    }
    return *names != NULL;
}

static bool is_location(const ap_directive_t *d)
{
    return is_directive(d, "<Location") || is_directive(d, "<LocationMatch");
}

static bool is_condition(const ap_directive_t *d)
{
    static const char *const names[] = {"<If", "<ElseIf", "<Else", NULL};

    return is_one_of(d, names);
}

/* These sections have no effect on our URLs, which have no files. */
static bool is_file_section(const ap_directive_t *d)
{
    static const char *const names[] = {"<Directory", "<DirectoryMatch",
                                        "<Files",     "<FilesMatch",
                                        "<Proxy",     "<ProxyMatch",
                                        NULL};

    return is_one_of(d, names);
}

/* The file section around a directive, or NULL. */
static const ap_directive_t *find_file_section(const ap_directive_t *d)
{
    while (d != NULL && !is_file_section(d)) {
        d = d->parent;
    }
    return d;
}

/* The location around a directive; else the outermost condition, which holds
 * for all locations; NULL: neither. */
static const ap_directive_t *find_location(const ap_directive_t *d)
{
    const ap_directive_t *condition = NULL;

    for (d = d->parent; d != NULL && !is_location(d); d = d->parent) {
        if (is_condition(d)) {
            condition = d;
        }
    }
    return d != NULL ? d : condition;
}

/* The virtual host around a directive; NULL: the main server. */
static const ap_directive_t *find_host(const ap_directive_t *d)
{
    while (d != NULL && !is_directive(d, "<VirtualHost")) {
        d = d->parent;
    }
    return d;
}

static const ap_directive_t *get_next(const ap_directive_t *d)
{
    if (d->first_child != NULL) {
        return d->first_child;
    }
    while (d != NULL && d->next == NULL) {
        d = d->parent;
    }
    return d != NULL ? d->next : NULL;
}

static const char *get_word(const ap_directive_t *d, apr_pool_t *p)
{
    const char *args = d->args;
    char *word = ap_getword_conf(p, &args);
    size_t len = strlen(word);

    if (*d->directive == '<' && len > 0 && word[len - 1] == '>') {
        word[len - 1] = '\0'; /* not quoted */
    }
    return word;
}

/* <Location> compares whole paths, which begin with "/", or takes wildcards,
 * and is no regular expression unless "~" stands before it.
 * @return the location around d that no URL matches, or NULL */
static const ap_directive_t *find_unreachable_location(const ap_directive_t *d,
                                                       apr_pool_t *p)
{
    const char *word;

    while (d != NULL && !is_directive(d, "<Location")) {
        d = d->parent;
    }
    if (d == NULL) {
        return NULL;
    }
    word = get_word(d, p);
    return *word == '/' || *word == '\0' || strcmp(word, "~") == 0
                || strpbrk(word, "*?[") != NULL || strstr(word, "://") != NULL
             ? NULL
             : d;
}

static bool sets_handler(const ap_directive_t *d)
{
    return is_directive(d, "SetHandler") || is_directive(d, "ForceType");
}

/* An expression may have any result for a request. */
static bool may_set_our_handler(const ap_directive_t *d, apr_pool_t *p)
{
    return sets_handler(d)
        && (ocsp_url_claim_is_our_name(get_word(d, p))
            || strstr(d->args, "%{") != NULL);
}

/* --- OCSPQuickHandler ----------------------------------------------------- */

/* Directives that let everybody in do not count. */
static bool is_access_rule(const ap_directive_t *d)
{
    static const char *const names[] = {"Deny",
                                        "Order",
                                        "AuthType",
                                        "AllowMethods",
                                        "SSLRequireSSL",
                                        "SSLRequire",
                                        "SSLVerifyClient",
                                        "<RequireAll",
                                        "<RequireAny",
                                        "<RequireNone",
                                        NULL};

    return is_one_of(d, names)
        || (is_directive(d, "Require")
            && ap_cstr_casecmp(d->args, "all granted") != 0)
        || (is_directive(d, "Allow")
            && ap_cstr_casecmp(d->args, "from all") != 0);
}

static bool has_other_handler(const ap_directive_t *location, apr_pool_t *p)
{
    const ap_directive_t *d;
    bool other = false;

    for (d = location->first_child; d != NULL; d = d->next) {
        if (sets_handler(d)) {
            other = !ocsp_url_claim_is_our_name(get_word(d, p));
        }
    }
    return other;
}

/* @param level the first directive of a server; @return 1, 0 or -1: not set */
static int get_quick(const ap_directive_t *level)
{
    const ap_directive_t *d;
    int quick = -1;

    for (d = level; d != NULL; d = d->next) {
        if (is_directive(d, "OCSPQuickHandler")) {
            quick = ap_cstr_casecmp(d->args, "on") == 0;
        }
    }
    return quick;
}

/* @param host NULL: the main server itself */
static bool is_quick(const ap_directive_t *host)
{
    int own = host != NULL ? get_quick(host->first_child) : -1;

    return own != -1 ? own == 1 : get_quick(ap_conftree) == 1;
}

/* Virtual hosts inherit the directives of the main server. */
static bool is_in_quick_server(const ap_directive_t *d)
{
    const ap_directive_t *host = find_host(d);
    bool quick = is_quick(host);

    for (d = ap_conftree; d != NULL && host == NULL && !quick; d = d->next) {
        quick = is_directive(d, "<VirtualHost") && is_quick(d);
    }
    return quick;
}

static void warn_quick(server_rec *base, const char *what)
{
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                 "OCSP238: OCSPQuickHandler: %s", what);
}

static void check_access_rules(server_rec *base, apr_pool_t *ptemp)
{
    const ap_directive_t *d, *location, *last = NULL;

    for (d = ap_conftree; d != NULL; d = get_next(d)) {
        if (!is_access_rule(d) || find_file_section(d) != NULL
            || (location = find_location(d)) == NULL || location == last
            || has_other_handler(location, ptemp) || !is_in_quick_server(d)) {
            continue;
        }
        last = location;
        warn_quick(base,
                   apr_psprintf(ptemp,
                                "%s:%d: access rules in this section do not "
                                "apply to requests for the handler ocsp, which "
                                "are all answered; set OCSPQuickHandler off, "
                                "or remove the rules",
                                d->filename, d->line_num));
    }
}

static void check_mod_security(server_rec *base)
{
    if (ap_find_linked_module("mod_security2.c") != NULL
        && is_in_quick_server(ap_conftree)) {
        warn_quick(base, "mod_security's rules of phases 2, 3 and 4 do not "
                         "apply to requests for the handler ocsp; set "
                         "OCSPQuickHandler off if they should");
    }
}

/* --- which URLs are answered ---------------------------------------------- */

/* @return whether a directive applies where an issuer is answered: in the same
 * server, or one of them is in the main server, which all inherit */
static bool applies_to(const ap_directive_t *d, const ap_directive_t *issuer)
{
    const ap_directive_t *host = find_host(d), *of_issuer = find_host(issuer);

    return host == NULL || of_issuer == NULL || host == of_issuer;
}

static bool has_no_effect(const ap_directive_t *d, apr_pool_t *p)
{
    return find_file_section(d) != NULL
        || find_unreachable_location(d, p) != NULL;
}

/* @param without_effect look for one that has no effect
 * @return a directive that may set our handler for this issuer, or NULL */
static const ap_directive_t *find_handler(const ap_directive_t *issuer,
                                          bool without_effect, apr_pool_t *p)
{
    const ap_directive_t *d = ap_conftree;

    while (d != NULL
           && (!may_set_our_handler(d, p) || !applies_to(d, issuer)
               || has_no_effect(d, p) != without_effect)) {
        d = get_next(d);
    }
    return d;
}

/* @param d has no effect */
static const char *explain_no_effect(const ap_directive_t *d, apr_pool_t *p)
{
    const ap_directive_t *files = find_file_section(d);
    const ap_directive_t *location;

    if (files != NULL) {
        return apr_psprintf(p,
                            "%s at %s:%d has no effect in %s>; move it into a "
                            "<Location>",
                            d->directive, d->filename, d->line_num,
                            files->directive);
    }
    location = find_unreachable_location(d, p);
    return apr_psprintf(p,
                        "<Location %s at %s:%d matches no URL: its path has to "
                        "begin with \"/\", and a regular expression belongs in "
                        "<LocationMatch>",
                        location->args, location->filename, location->line_num);
}

static void warn_unanswered(server_rec *base, const ap_directive_t *issuer,
                            apr_pool_t *p)
{
    const ap_directive_t *useless = find_handler(issuer, true, p);
    const char *what = "add \"SetHandler ocsp\" in a <Location>, for instance "
                       "<Location \"/\">";

    if (useless != NULL) {
        what = explain_no_effect(useless, p);
    }
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                 "OCSP250: %s:%d: <OCSPIssuer %s>: no URL of this server is "
                 "handled by mod_ocsp: %s",
                 issuer->filename, issuer->line_num, get_word(issuer, p), what);
}

static void check_handlers(server_rec *base, apr_pool_t *ptemp)
{
    const ap_directive_t *d, *last = NULL;

    for (d = ap_conftree; d != NULL; d = get_next(d)) {
        if (!is_directive(d, "<OCSPIssuer")
            || (last != NULL && find_host(last) == find_host(d))) {
            continue; /* once per server */
        }
        last = d;
        if (find_handler(d, false, ptemp) == NULL) {
            warn_unanswered(base, d, ptemp);
        }
    }
}

static bool is_listened_to(apr_port_t port)
{
    const ap_listen_rec *l = ap_listeners;

    while (l != NULL && port != 0 && l->bind_addr->port != port) {
        l = l->next;
    }
    return l != NULL || port == 0;
}

/* Whether a virtual host has an <OCSPIssuer>. One without any of our directives
 * has the main server's configuration. */
static bool has_issuers(const server_rec *s, const server_rec *base)
{
    const ocsp_server_config_t *conf = ocsp_server_config_get(s);

    return conf != ocsp_server_config_get(base) && conf->sections->nelts > 0;
}

/* httpd itself does not warn of a virtual host whose port has no Listen. */
static void check_ports(server_rec *base)
{
    const server_rec *s;
    const server_addr_rec *a;

    for (s = base->next; s != NULL; s = s->next) {
        a = s->addrs;
        while (a != NULL && !is_listened_to(a->host_port)) {
            a = a->next;
        }
        if (a != NULL || s->addrs == NULL || !has_issuers(s, base)) {
            continue;
        }
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP265: %s:%u: no request reaches the issuers of this "
                     "<VirtualHost>: httpd does not listen on its port; add "
                     "\"Listen %u\"",
                     s->defn_name, s->defn_line_number,
                     (unsigned)s->addrs->host_port);
    }
}

/* --- header fields -------------------------------------------------------- */

/* @return the field that a Header directive changes by one of these actions, or
 * "" */
static const char *get_field(const ap_directive_t *d,
                             const char *const *actions, apr_pool_t *p)
{
    const char *args = d->args;
    char *word, *field;

    if (!is_directive(d, "Header")) {
        return "";
    }
    word = ap_getword_conf(p, &args);
    if (ap_cstr_casecmp(word, "always") == 0
        || ap_cstr_casecmp(word, "onsuccess") == 0) {
        word = ap_getword_conf(p, &args);
    }
    while (*actions != NULL && ap_cstr_casecmp(word, *actions) != 0) {
        actions++;
    }
    field = ap_getword_conf(p, &args);
    if (*field != '\0' && field[strlen(field) - 1] == ':') {
        field[strlen(field) - 1] = '\0';
    }
    return *actions != NULL ? field : "";
}

/* R9 */
static bool is_accepted(const char *field)
{
    while (apr_isalnum(*field) || *field == '-') {
        field++;
    }
    return *field == '\0';
}

static bool has_our_handler(const ap_directive_t *location, apr_pool_t *p)
{
    const ap_directive_t *d = location->first_child;

    while (d != NULL && !may_set_our_handler(d, p)) {
        d = d->next;
    }
    return d != NULL;
}

/* @return whether it applies to requests for our handler: not if it is in a
 * file section, or in a location with another handler */
static bool applies_to_our_handler(const ap_directive_t *d, apr_pool_t *p)
{
    const ap_directive_t *location = find_location(d);

    return find_file_section(d) == NULL
        && (location == NULL || is_condition(location)
            || has_our_handler(location, p));
}

static bool is_removed(const char *field, apr_pool_t *p)
{
    static const char *const unset[] = {"unset", NULL};
    const ap_directive_t *d = ap_conftree;

    while (d != NULL
           && (ap_cstr_casecmp(get_field(d, unset, p), field) != 0
               || !applies_to_our_handler(d, p))) {
        d = get_next(d);
    }
    return d != NULL;
}

static bool has_issuer(const ap_directive_t *header)
{
    const ap_directive_t *d = ap_conftree;

    while (d != NULL
           && (!is_directive(d, "<OCSPIssuer") || !applies_to(header, d))) {
        d = get_next(d);
    }
    return d != NULL;
}

static void check_fields(server_rec *base, apr_pool_t *ptemp)
{
    static const char *const adds[] = {"set",   "append",     "add",
                                       "merge", "setifempty", NULL};
    const ap_directive_t *d;

    for (d = ap_conftree; d != NULL; d = get_next(d)) {
        const char *field = get_field(d, adds, ptemp);

        if (is_accepted(field) || is_quick(find_host(d)) || !has_issuer(d)
            || !applies_to_our_handler(d, ptemp) || is_removed(field, ptemp)) {
            continue;
        }
        ap_log_error(
            APLOG_MARK, APLOG_WARNING, 0, base,
            "OCSP251: %s:%d: Header %s: nginx, when it staples, rejects "
            "responses with a field whose name has other characters than "
            "letters, digits and hyphens; remove the directive, or add "
            "\"Header always unset %s\" to the location of SetHandler ocsp "
            "(without \"always\" if the field is set without it)",
            d->filename, d->line_num, field, field);
    }
}

/* --- redirects (R7) ------------------------------------------------------- */

/* Whether a path is equal to another or below it. */
static bool is_below(const char *path, const char *above)
{
    size_t len = strlen(above);

    return strncmp(path, above, len) == 0
        && (len == 0 || above[len - 1] == '/' || path[len] == '\0'
            || path[len] == '/');
}

/* Whether a path encloses a location with our handler that is in the same
 * server as a directive, or in one that inherits it. */
static bool encloses_ours(const char *path, const ap_directive_t *from,
                          apr_pool_t *p)
{
    const ap_directive_t *d = ap_conftree;

    while (d != NULL) {
        const ap_directive_t *location = may_set_our_handler(d, p)
                                           ? find_location(d)
                                           : NULL;

        if (location != NULL && !is_condition(location) && applies_to(d, from)
            && is_below(get_word(location, p), path)) {
            return true;
        }
        d = get_next(d);
    }
    return false;
}

/* @return the URL-path argument of a Redirect; NULL: the redirect applies to
 * all of its section, as it has no URL-path or "/", or may do, as it is a
 * RedirectMatch */
static const char *get_redirected(const ap_directive_t *d, apr_pool_t *p)
{
    const char *args = d->args, *word = NULL, *path = NULL;

    while (*args != '\0' && !is_directive(d, "RedirectMatch")) {
        path = word;
        word = ap_getword_conf(p, &args);
    }
    return path != NULL && *path == '/' && path[1] != '\0' ? path : NULL;
}

/* Whether a redirect in a location or condition redirects OCSP requests. */
static bool redirects_ours(const ap_directive_t *d,
                           const ap_directive_t *location, apr_pool_t *p)
{
    const char *path = get_redirected(d, p);

    return (path == NULL || encloses_ours(path, location, p))
        && (applies_to_our_handler(d, p)
            || encloses_ours(get_word(location, p), location, p));
}

/* mod_alias redirects from sections in the fixups, whatever the handler is, and
 * from a server before it translates the URL, which is never asked for ours. */
static void check_redirects(server_rec *base, apr_pool_t *ptemp)
{
    static const char *const names[] = {"Redirect", "RedirectMatch",
                                        "RedirectPermanent", "RedirectTemp",
                                        NULL};
    const ap_directive_t *d, *location;

    for (d = ap_conftree; d != NULL; d = get_next(d)) {
        if (!is_one_of(d, names) || (location = find_location(d)) == NULL
            || !has_issuer(d) || !redirects_ours(d, location, ptemp)) {
            continue;
        }
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP263: %s:%d: %s in this section also redirects OCSP "
                     "requests, and OCSP clients follow no redirects; exclude "
                     "the responder's URLs from the section, or move the "
                     "directive out of any <Location> and <If>, to the server "
                     "or <VirtualHost> (there it does not apply to OCSP "
                     "requests)",
                     d->filename, d->line_num, d->directive);
    }
}

/* These statuses are set before httpd has found the location. */
static void check_error_documents(server_rec *base, apr_pool_t *ptemp)
{
    static const char *const codes[] = {"400", "408", "414", "431",
                                        "501", "505", NULL};
    const ap_directive_t *d;

    for (d = ap_conftree; d != NULL; d = get_next(d)) {
        const char *args = d->args;
        const char *const *code = codes;
        const char *word;

        if (!is_directive(d, "ErrorDocument") || find_file_section(d) != NULL
            || find_location(d) != NULL) {
            continue;
        }
        word = ap_getword_conf(ptemp, &args);
        while (*code != NULL && strcmp(*code, word) != 0) {
            code++;
        }
        if (*code == NULL || !ap_is_url(ap_getword_conf(ptemp, &args))
            || !has_issuer(d)) {
            continue;
        }
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, base,
                     "OCSP264: %s:%d: ErrorDocument %s redirects OCSP requests "
                     "that httpd rejects before it finds their location, and "
                     "OCSP clients follow no redirects; use a text or a path "
                     "instead of a URL",
                     d->filename, d->line_num, word);
    }
}

void ocsp_location_rules_check(server_rec *base, apr_pool_t *ptemp)
{
    check_handlers(base, ptemp);
    check_ports(base);
    check_access_rules(base, ptemp);
    check_mod_security(base);
    check_fields(base, ptemp);
    check_redirects(base, ptemp);
    check_error_documents(base, ptemp);
}
