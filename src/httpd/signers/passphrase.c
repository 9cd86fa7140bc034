/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The terminal by OpenSSL's dialog, a program by a pipe. httpd's own output is
 * the error log by now, so neither is used. What was typed or read is wiped
 * wherever it was, but for the result. Floor 4.
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

#include "status/status.h"

#define TERMINAL "/dev/tty"

/* What a program may say after its first line: more is a program that does not
 * end. */
#define OUTPUT_MAX 65536

/* The exit status of a child of APR that could not become the program. */
#define NOT_RUN 255

/* How often to look whether the program still runs, in microseconds. */
#define LOOK_EVERY 100000

/** The first line of what a program says. */
typedef struct {
    char text[OCSP_PASSPHRASE_MAX];
    size_t len;
    size_t total;  /* octets so far, the later lines' too */
    bool complete; /* its end was seen */
    bool too_long;
} line_t;

/* OpenSSL's dialog would read standard input where there is no terminal, and a
 * process in the background would be stopped when it reads from one. */
static apr_status_t check_terminal(const char **why)
{
    int fd = open(TERMINAL, O_RDWR | O_NOCTTY | O_CLOEXEC);
    apr_status_t rv = APR_SUCCESS;

    if (fd < 0) {
        rv = errno;
        *why = "no terminal to ask for its pass phrase: start httpd at one, or "
               "name a program by OCSPPassPhraseDialog exec:";
        return rv;
    }
    if (tcgetpgrp(fd) != getpgrp()) {
        *why = "httpd was started in the background of its terminal, where "
               "nobody can be asked for a pass phrase: start it in the "
               "foreground, or name a program by OCSPPassPhraseDialog exec:";
        rv = EIO;
    }
    (void)close(fd);
    return rv;
}

/* The interrupt character is told apart (-2), so that whoever typed it need not
 * do so for each key. */
static apr_status_t run_dialog(char *text, const char *prompt, const char **why)
{
    UI *ui = UI_new_method(UI_OpenSSL());
    int done = -1;

    if (ui != NULL
        && UI_add_input_string(ui, prompt, 0, text, 0, OCSP_PASSPHRASE_MAX)
               > 0) {
        done = UI_process(ui);
    }
    UI_free(ui);
    if (done == 0) {
        return APR_SUCCESS;
    }
    if (done == -2) {
        *why = "interrupted when asked for its pass phrase";
        return APR_EINTR;
    }
    *why = ERR_GET_REASON(ERR_peek_error()) == UI_R_RESULT_TOO_LARGE
             ? "the pass phrase that was typed is too long"
             : "no pass phrase was typed";
    return OCSP_EMALFORMED;
}

static apr_status_t ask_terminal(char **out, const char *prompt,
                                 const char **why, apr_pool_t *p)
{
    char text[OCSP_PASSPHRASE_MAX + 1] = "";
    apr_status_t rv;

    if ((rv = check_terminal(why)) != APR_SUCCESS) {
        return rv;
    }
    ERR_clear_error();
    rv = run_dialog(text, prompt, why);
    ERR_clear_error();
    if (rv == APR_SUCCESS && text[0] == '\0') {
        *why = "an empty pass phrase was typed";
        rv = OCSP_EMALFORMED;
    }
    if (rv == APR_SUCCESS) {
        *out = apr_pstrdup(p, text);
    }
    OPENSSL_cleanse(text, sizeof(text));
    return rv;
}

/* In the program's own directory, as mod_ssl starts it, without a shell, and
 * with httpd's environment, in which such programs look for their agents. */
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

/* The end is LF or CR, as for mod_ssl: the same program serves both. */
static void take(line_t *line, const char *block, size_t len)
{
    size_t i;

    line->total += len;
    for (i = 0; i < len && !line->complete && !line->too_long; i++) {
        if (block[i] == '\n' || block[i] == '\r') {
            line->complete = true;
        }
        else if (line->len == OCSP_PASSPHRASE_MAX) {
            line->too_long = true;
        }
        else {
            line->text[line->len++] = block[i];
        }
    }
}

/* What tells httpd to stop is kept pending while a program runs: the program is
 * ended first, or it would go on without anybody to talk to. What httpd ignores
 * (SIGHUP under nohup) tells it nothing, but would be pending if it were
 * blocked. */
static void hold_stop(sigset_t *before)
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

static bool is_told_to_stop(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0
        && (sigismember(&pending, SIGTERM) == 1
            || sigismember(&pending, SIGINT) == 1
            || sigismember(&pending, SIGHUP) == 1);
}

/*
 * Reads until the program closes its output or is gone: what it leaves running
 * may keep the output open. No time limit: it may be asking a person.
 *
 * @return APR_CHILD_DONE, with its exit status; APR_CHILD_NOTDONE or, when it
 *         is stopped, APR_EGENERAL: it is still there, and is to be ended
 */
static apr_status_t listen_to(line_t *line, apr_proc_t *proc, int *code,
                              apr_exit_why_e *how)
{
    apr_status_t ended = APR_CHILD_NOTDONE;
    apr_status_t rv = apr_file_pipe_timeout_set(proc->out, LOOK_EVERY);
    char block[512];

    while (rv == APR_SUCCESS && line->total <= OUTPUT_MAX && !line->too_long
           && !is_told_to_stop()) {
        apr_size_t len = sizeof(block);

        /* first, so that all it wrote is there to be read */
        if (APR_STATUS_IS_CHILD_NOTDONE(ended)) {
            ended = apr_proc_wait(proc, code, how, APR_NOWAIT);
        }
        rv = apr_file_read(proc->out, block, &len);
        take(line, block, rv == APR_SUCCESS ? len : 0);
        if (APR_STATUS_IS_TIMEUP(rv) && APR_STATUS_IS_CHILD_NOTDONE(ended)) {
            rv = APR_SUCCESS;
        }
    }
    OPENSSL_cleanse(block, sizeof(block));
    while (APR_STATUS_IS_EOF(rv) && APR_STATUS_IS_CHILD_NOTDONE(ended)
           && !is_told_to_stop()) {
        ended = apr_proc_wait(proc, code, how, APR_NOWAIT);
        if (APR_STATUS_IS_CHILD_NOTDONE(ended)) {
            apr_sleep(LOOK_EVERY);
        }
    }
    return ended;
}

/* @return what is wrong with how the program ended and what it said, or NULL */
static const char *judge(const line_t *line, apr_status_t ended, int code,
                         apr_exit_why_e how, apr_pool_t *p)
{
    if (line->too_long) {
        return apr_psprintf(p, "its first line is longer than %d octets",
                            OCSP_PASSPHRASE_MAX);
    }
    if (line->total > OUTPUT_MAX) {
        return apr_psprintf(p,
                            "ended after %d octets of output: let it print "
                            "the pass phrase alone",
                            OUTPUT_MAX);
    }
    if (!APR_STATUS_IS_CHILD_DONE(ended)) {
        return "stopped, or its exit status cannot be had";
    }
    if (!APR_PROC_CHECK_EXIT(how)) {
        return apr_psprintf(p, "ended by signal %d", code);
    }
    if (code != 0) {
        return apr_psprintf(
            p, "exit status %d%s", code,
            code == NOT_RUN
                ? ": perhaps it cannot be run: see whether its first "
                  "line is #! and an interpreter"
                : "");
    }
    if (line->len == 0) {
        return "its first line is empty";
    }
    return memchr(line->text, '\0', line->len) != NULL
             ? "its first line has an octet 00"
             : NULL;
}

static apr_status_t ask_program(char **out, const char *const *argv,
                                const char **why, apr_pool_t *p,
                                apr_pool_t *ptmp)
{
    apr_exit_why_e how = APR_PROC_EXIT;
    const char *wrong;
    line_t line = {.len = 0};
    apr_status_t rv, ended;
    apr_proc_t proc;
    sigset_t before;
    int code = 0;

    rv = start(&proc, argv, ptmp);
    if (rv != APR_SUCCESS) {
        *why = apr_psprintf(p, "%s: cannot be started to ask for a pass phrase",
                            argv[0]);
        return rv;
    }
    hold_stop(&before);
    ended = listen_to(&line, &proc, &code, &how);
    (void)apr_file_close(proc.out);
    if (APR_STATUS_IS_CHILD_NOTDONE(ended) || ended == APR_EGENERAL) {
        (void)apr_proc_kill(&proc, SIGKILL);
        (void)apr_proc_wait(&proc, NULL, NULL, APR_WAIT);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* which may end httpd */
    wrong = judge(&line, ended, code, how, p);
    if (wrong == NULL) {
        *out = apr_pstrmemdup(p, line.text, line.len);
    }
    else {
        *why = apr_psprintf(p, "%s: no pass phrase: %s", argv[0], wrong);
        rv = OCSP_EMALFORMED;
    }
    OPENSSL_cleanse(&line, sizeof(line));
    return rv;
}

apr_status_t ocsp_passphrase_ask(char **out, const char *program,
                                 const char *server, const char *key_file,
                                 const char **why, apr_pool_t *p)
{
    const char *argv[] = {program, server, key_file, NULL};
    apr_pool_t *ptmp;
    apr_status_t rv;

    *out = NULL;
    apr_pool_create(&ptmp, p);
    if (program != NULL) {
        rv = ask_program(out, argv, why, p, ptmp);
    }
    else {
        rv = ask_terminal(out,
                          apr_psprintf(ptmp,
                                       "mod_ocsp: %s: pass phrase of %s: ",
                                       server, key_file),
                          why, p);
    }
    apr_pool_destroy(ptmp);
    return rv;
}
