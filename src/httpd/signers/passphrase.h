/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asks for the passphrase of a private key: at the terminal that httpd was
 * started from, or a program (OCSPPassPhraseDialog, as mod_ssl's). Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_PASSPHRASE_H
#define OCSP_HTTPD_SIGNERS_PASSPHRASE_H

#include <apr_pools.h>

/** The longest passphrase in octets. */
#define OCSP_PASSPHRASE_MAX 1024

/**
 * Ask once. At the terminal nothing is echoed; a program gets two arguments,
 * the server as "name:port" and the key's file, and its first line of output
 * counts.
 * @param out newly made in p, not empty: wipe it
 * @param program NULL: the terminal; else its whole path
 * @param why the cause: no terminal, no such program, its exit status
 * @return APR_SUCCESS; a system's error, APR_EINTR when somebody typed the
 *         interrupt character; or OCSP_EMALFORMED: what was said is none.
 *         Startup only, while there is a terminal: the first of httpd's two
 *         passes.
 */
apr_status_t ocsp_passphrase_ask(char **out, const char *program,
                                 const char *server, const char *key_file,
                                 const char **why, apr_pool_t *p);

#endif
