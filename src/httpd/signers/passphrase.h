/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asks for the passphrases of encrypted private keys (OCSPPassPhraseDialog, as
 * mod_ssl's): at the terminal that httpd was started from, or a program.
 * Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_PASSPHRASE_H
#define OCSP_HTTPD_SIGNERS_PASSPHRASE_H

#include <httpd.h>

#include "httpd/load/load_ctx.h"

/**
 * Ask for the passphrase of every encrypted key, once each, and retain those
 * that fit. Startup only: in the first of httpd's two passes over its
 * configuration, while it still has a terminal.
 */
void ocsp_passphrase_ask_all(ocsp_load_ctx_t *ctx, server_rec *base);

#endif
