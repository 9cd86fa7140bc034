/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which keys need a passphrase, and asking for it (OCSPPassPhraseDialog): once,
 * while httpd still has a terminal. Floor 4.
 */
#ifndef OCSP_HTTPD_SIGNERS_PASSPHRASE_DIALOG_H
#define OCSP_HTTPD_SIGNERS_PASSPHRASE_DIALOG_H

#include <httpd.h>

#include "httpd/load/load_ctx.h"

/**
 * Ask for the passphrases of all keys that are encrypted, once each, and keep
 * them. In the first of httpd's two passes at its start.
 */
void ocsp_passphrase_dialog_open(ocsp_load_ctx_t *pass, server_rec *base);

#endif
