/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The terminal is used through OpenSSL's dialog, a program through a pipe:
 * httpd's own output is the error log by now. Every copy of a passphrase is
 * wiped, but for the one that is retained. Floor 4.
 */
#include "httpd/signers/passphrase.h"

#include <apr_errno.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ui.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "httpd/config/server_config.h"
#include "httpd/log.h"
#include "httpd/signers/keypairs.h"

#define TERMINAL "/dev/tty"

/* The longest passphrase, in octets. */
#define PASSPHRASE_MAX 1024

/* A program that prints more than this, in octets, does not seem to end. */
#define OUTPUT_MAX 65536

/* Exit status of a child of APR that could not execute the program. */
#define NOT_RUN 255

/* Interval at which a running program is checked, in microseconds. */
#define CHECK_EVERY 100000

/* Questions about one key at the terminal. */
#define TRIES 3

/* Passphrases given so far are tried first: one passphrase for all keys needs
 * to be given only once. */
typedef struct {
    ocsp_load_ctx_t *ctx;
    const char *program;       /* its path; NULL: the terminal */
    const char *server;        /* name:port */
    apr_array_header_t *given; /* const char * */
    apr_hash_t *seen;          /* files */
    bool interrupted;          /* by the user: no more questions */
} dialog_t;

/* The first line of a program's output. */
typedef struct {
    char text[PASSPHRASE_MAX];
    size_t len;
    size_t total;  /* octets of output, with later lines */
    bool complete; /* the end of the line was read */
    bool too_long;
} line_t;

/* --- the terminal --------------------------------------------------------- */

/* OpenSSL's dialog would read standard input where there is no terminal, and a
 * process in the background is stopped when it reads from one. */
static apr_status_t check_terminal(const char **why)
{
    int fd = open(TERMINAL, O_RDWR | O_NOCTTY | O_CLOEXEC);
    apr_status_t rv = APR_SUCCESS;

    if (fd < 0) {
        rv = errno;
        *why = "httpd was started without a terminal";
        return rv;
    }
    if (tcgetpgrp(fd) != getpgrp()) {
        *why = "httpd was started in the background of its terminal";
        rv = EIO;
    }
    (void)close(fd);
    return rv;
}

/* @return APR_EINTR if the user typed the interrupt character (-2) */
static apr_status_t run_dialog(char *text, const char *prompt, const char **why)
{
    UI *ui = UI_new_method(UI_OpenSSL());
    int done = -1;

    if (ui != NULL
        && UI_add_input_string(ui, prompt, 0, text, 0, PASSPHRASE_MAX) > 0) {
        done = UI_process(ui);
    }
    UI_free(ui);
    if (done == 0) {
        return APR_SUCCESS;
    }
    if (done == -2) {
        *why = "the question was interrupted";
        return APR_EINTR;
    }
    *why = ERR_GET_REASON(ERR_peek_error()) == UI_R_RESULT_TOO_LARGE
             ? "the passphrase that was typed is too long"
             : "none was typed";
    return OCSP_EMALFORMED;
}

static apr_status_t ask_terminal(char **out, const char *prompt,
                                 const char **why, apr_pool_t *p)
{
    char text[PASSPHRASE_MAX + 1] = "";
    apr_status_t rv;

    if ((rv = check_terminal(why)) != APR_SUCCESS) {
        return rv;
    }
    ERR_clear_error();
    rv = run_dialog(text, prompt, why);
    ERR_clear_error();
    if (rv == APR_SUCCESS && text[0] == '\0') {
        *why = "an empty passphrase was typed";
        rv = OCSP_EMALFORMED;
    }
    if (rv == APR_SUCCESS) {
        *out = apr_pstrdup(p, text);
    }
    OPENSSL_cleanse(text, sizeof(text));
    return rv;
}

/* --- a program ------------------------------------------------------------ */

/* As mod_ssl does: in the program's own directory, without a shell, and with
 * httpd's environment, in which such programs find their agents. */
static apr_status_t start(apr_proc_t *proc, const char *const *argv,
                          apr_pool_t *ptmp)
{
    const char *slash = strrchr(argv[0], '/');
    apr_procattr_t *attr;
    apr_file_t *null;
    apr_status_t rv;

    if ((rv = apr_procattr_create(&attr, ptmp)) != APR_SUCCESS
        || (rv = apr_procattr_io_set(attr, APR_NO_PIPE, APR_CHILD_BLOCK,
                                     APR_NO_PIPE))
               != APR_SUCCESS
        || (rv = apr_file_open(&null, "/dev/null", APR_FOPEN_READ,
                               APR_OS_DEFAULT, ptmp))
               != APR_SUCCESS
        || (rv = apr_procattr_child_in_set(attr, null, NULL)) != APR_SUCCESS
        || (rv = apr_procattr_cmdtype_set(attr, APR_PROGRAM_ENV)) != APR_SUCCESS
        || (rv = apr_procattr_error_check_set(attr, 1)) != APR_SUCCESS) {
        return rv;
    }
    if (slash != NULL && slash != argv[0]) {
        const char *dir = apr_pstrmemdup(ptmp, argv[0],
                                         (apr_size_t)(slash - argv[0]));

        if ((rv = apr_procattr_dir_set(attr, dir)) != APR_SUCCESS) {
            return rv;
        }
    }
    return apr_proc_create(proc, argv[0], argv, NULL, attr, ptmp);
}

/* LF or CR ends the line, as for mod_ssl, so that one program serves both. */
static void add_output(line_t *line, const char *block, size_t len)
{
    size_t i;

    line->total += len;
    for (i = 0; i < len && !line->complete && !line->too_long; i++) {
        if (block[i] == '\n' || block[i] == '\r') {
            line->complete = true;
        }
        else if (line->len == PASSPHRASE_MAX) {
            line->too_long = true;
        }
        else {
            line->text[line->len++] = block[i];
        }
    }
}

/* Keep signals that stop httpd pending while a program runs: the program has to
 * be ended first. A signal that httpd ignores (SIGHUP under nohup) must not be
 * blocked, or it would be pending as well. */
static void block_stop_signals(sigset_t *before)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction action;
    sigset_t stop;
    size_t i;

    (void)sigemptyset(&stop);
    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (sigaction(signals[i], NULL, &action) == 0
            && action.sa_handler != SIG_IGN) {
            (void)sigaddset(&stop, signals[i]);
        }
    }
    (void)sigprocmask(SIG_BLOCK, &stop, before);
}

static bool is_stopping(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0
        && (sigismember(&pending, SIGTERM) == 1
            || sigismember(&pending, SIGINT) == 1
            || sigismember(&pending, SIGHUP) == 1);
}

/*
 * Read until the program closes its output or has ended: processes that it
 * leaves behind may keep the output open. There is no time limit, since the
 * program may ask a person.
 *
 * @return APR_CHILD_DONE, with its exit status; APR_CHILD_NOTDONE or, if it is
 *         stopped, APR_EGENERAL: it still runs, and has to be killed
 */
static apr_status_t read_program(line_t *line, apr_proc_t *proc, int *code,
                                 apr_exit_why_e *how)
{
    apr_status_t ended = APR_CHILD_NOTDONE;
    apr_status_t rv = apr_file_pipe_timeout_set(proc->out, CHECK_EVERY);
    char block[512];

    while (rv == APR_SUCCESS && line->total <= OUTPUT_MAX && !line->too_long
           && !is_stopping()) {
        apr_size_t len = sizeof(block);

        /* before the read, which then gets all that was written */
        if (APR_STATUS_IS_CHILD_NOTDONE(ended)) {
            ended = apr_proc_wait(proc, code, how, APR_NOWAIT);
        }
        rv = apr_file_read(proc->out, block, &len);
        add_output(line, block, rv == APR_SUCCESS ? len : 0);
        if (APR_STATUS_IS_TIMEUP(rv) && APR_STATUS_IS_CHILD_NOTDONE(ended)) {
            rv = APR_SUCCESS;
        }
    }
    OPENSSL_cleanse(block, sizeof(block));
    while (APR_STATUS_IS_EOF(rv) && APR_STATUS_IS_CHILD_NOTDONE(ended)
           && !is_stopping()) {
        ended = apr_proc_wait(proc, code, how, APR_NOWAIT);
        if (APR_STATUS_IS_CHILD_NOTDONE(ended)) {
            apr_sleep(CHECK_EVERY);
        }
    }
    return ended;
}

/* @return why a program gave no passphrase, or NULL */
static const char *find_fault(const line_t *line, apr_status_t ended, int code,
                              apr_exit_why_e how, apr_pool_t *p)
{
    if (line->too_long) {
        return apr_psprintf(p, "its first line is longer than %d octets",
                            PASSPHRASE_MAX);
    }
    if (line->total > OUTPUT_MAX) {
        return apr_psprintf(p,
                            "killed after %d octets of output, which should "
                            "be the passphrase alone",
                            OUTPUT_MAX);
    }
    if (!APR_STATUS_IS_CHILD_DONE(ended)) {
        return "stopped, or without an exit status";
    }
    if (!APR_PROC_CHECK_EXIT(how)) {
        return apr_psprintf(p, "ended by signal %d", code);
    }
    if (code != 0) {
        return apr_psprintf(
            p, "exit status %d%s", code,
            code == NOT_RUN ? " (perhaps it cannot be run, because its first "
                              "line is not #! and an interpreter)"
                            : "");
    }
    if (line->len == 0) {
        return "its first line is empty";
    }
    return memchr(line->text, '\0', line->len) != NULL
             ? "its first line contains an octet 00"
             : NULL;
}

static apr_status_t ask_program(char **out, const char *const *argv,
                                const char **why, apr_pool_t *p)
{
    apr_exit_why_e how = APR_PROC_EXIT;
    const char *fault;
    line_t line = {.len = 0};
    apr_status_t rv, ended;
    apr_pool_t *ptmp; /* of files */
    apr_proc_t proc;
    sigset_t before;
    int code = 0;

    apr_pool_create(&ptmp, p);
    rv = start(&proc, argv, ptmp);
    if (rv != APR_SUCCESS) {
        *why = apr_psprintf(p, "%s: cannot be started", argv[0]);
        apr_pool_destroy(ptmp);
        return rv;
    }
    block_stop_signals(&before);
    ended = read_program(&line, &proc, &code, &how);
    (void)apr_file_close(proc.out); /* or the program might wait to write */
    if (APR_STATUS_IS_CHILD_NOTDONE(ended) || ended == APR_EGENERAL) {
        (void)apr_proc_kill(&proc, SIGKILL);
        (void)apr_proc_wait(&proc, NULL, NULL, APR_WAIT);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* which may end httpd */
    apr_pool_destroy(ptmp);
    fault = find_fault(&line, ended, code, how, p);
    if (fault == NULL) {
        *out = apr_pstrmemdup(p, line.text, line.len);
    }
    else {
        *why = apr_psprintf(p, "%s: %s", argv[0], fault);
        rv = OCSP_EMALFORMED;
    }
    OPENSSL_cleanse(&line, sizeof(line));
    return rv;
}

/* --- keys ----------------------------------------------------------------- */

static apr_status_t wipe_text(void *text)
{
    OPENSSL_cleanse(text, strlen(text));
    return APR_SUCCESS;
}

static const char *get_remedy(const dialog_t *d)
{
    return d->program != NULL
             ? "correct that program, then stop httpd and start it again"
             : "stop httpd and start it again, from a terminal or with "
               "OCSPPassPhraseDialog exec:/path/to/program";
}

/* @return the answer to one question, or NULL, which is logged */
static const char *ask(dialog_t *d, const char *file)
{
    const char *argv[] = {d->program, d->server, file, NULL};
    apr_pool_t *p = d->ctx->ptemp;
    const char *why = NULL;
    char *answer = NULL;
    apr_status_t rv =
        d->program != NULL
            ? ask_program(&answer, argv, &why, p)
            : ask_terminal(&answer,
                           apr_psprintf(p, "mod_ocsp: %s: passphrase of %s: ",
                                        d->server, file),
                           &why, p);

    if (answer == NULL) {
        d->interrupted = APR_STATUS_IS_EINTR(rv);
        ocsp_load_ctx_log(d->ctx, APLOG_ERR, rv,
                          "OCSP215: %s: no passphrase, so the key is not used: "
                          "%s; %s",
                          file, why, get_remedy(d));
        return NULL;
    }
    apr_pool_cleanup_register(p, answer, wipe_text, apr_pool_cleanup_null);
    return answer;
}

static bool try_passphrase(dialog_t *d, ocsp_keypairs_key_t *k,
                           const char *passphrase)
{
    ocsp_keypairs_load_key(k, passphrase, d->ctx->ptemp, d->ctx->ptemp);
    if (k->key == NULL) {
        return false;
    }
    ocsp_keypairs_retain_passphrase(d->ctx, k->file, passphrase);
    return true;
}

static bool try_given(dialog_t *d, ocsp_keypairs_key_t *k)
{
    int i;

    for (i = 0; i < d->given->nelts; i++) {
        if (try_passphrase(d, k, APR_ARRAY_IDX(d->given, i, const char *))) {
            return true;
        }
    }
    return false;
}

static void ask_for(dialog_t *d, ocsp_keypairs_key_t *k)
{
    int tries = d->program != NULL ? 1 : TRIES; /* a program repeats itself */

    for (; tries > 0 && k->encrypted; tries--) {
        const char *answer = ask(d, k->file);

        if (answer == NULL) {
            return;
        }
        if (try_passphrase(d, k, answer)) {
            APR_ARRAY_PUSH(d->given, const char *) = answer;
            return;
        }
    }
    ocsp_load_ctx_log(
        d->ctx, APLOG_ERR, 0,
        "OCSP224: %s: wrong passphrase%s%s, so the key is not used; %s",
        k->file, d->program != NULL ? " from " : "",
        d->program != NULL ? d->program : "", get_remedy(d));
}

static void check_files(dialog_t *d, const apr_array_header_t *files)
{
    int i;

    for (i = 0; i < files->nelts; i++) {
        ocsp_keypairs_key_t *k = apr_pcalloc(d->ctx->ptemp, sizeof(*k));

        k->file = APR_ARRAY_IDX(files, i, const char *);
        if (apr_hash_get(d->seen, k->file, APR_HASH_KEY_STRING) != NULL) {
            continue;
        }
        apr_hash_set(d->seen, k->file, APR_HASH_KEY_STRING, k->file);
        ocsp_keypairs_load_key(k, NULL, d->ctx->ptemp, d->ctx->ptemp);
        if (k->encrypted && !d->interrupted && !try_given(d, k)) {
            ask_for(d, k);
        }
    }
}

static void check_level(dialog_t *d, const ocsp_issuer_config_t *level)
{
    check_files(d, level->key_files);
    /* a key may be in the file of its certificate */
    check_files(d, ocsp_keypairs_get_files(d->ctx, level->cert_files));
}

void ocsp_passphrase_ask_all(ocsp_load_ctx_t *ctx, server_rec *base)
{
    dialog_t d = {.ctx = ctx,
                  .program = ocsp_server_config_get(base)->dialog,
                  .given = apr_array_make(ctx->ptemp, 4, sizeof(const char *)),
                  .seen = apr_hash_make(ctx->ptemp)};
    int i;

    for (ctx->s = base; ctx->s != NULL; ctx->s = ctx->s->next) {
        const ocsp_server_config_t *conf = ocsp_server_config_get(ctx->s);

        d.server = apr_psprintf(ctx->ptemp, "%s:%u",
                                ctx->s->server_hostname != NULL
                                    ? ctx->s->server_hostname
                                    : "localhost",
                                ocsp_load_ctx_get_port(ctx->s));
        check_level(&d, conf->level);
        for (i = 0; i < conf->sections->nelts; i++) {
            check_level(&d, APR_ARRAY_IDX(conf->sections, i,
                                          ocsp_issuers_section_t *)
                                ->level);
        }
    }
}
