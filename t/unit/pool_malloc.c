/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * apr_palloc by malloc, for sanitizer builds only: a pool hands out slices of big
 * blocks, so a write past the end of one is seen by nobody. Linked with
 * -Wl,--wrap=apr_palloc into the module and the unit tests. What libapr
 * allocates within itself (apr_pstrdup, tables) is not covered.
 *
 * Unlike in a pool, a block goes when its own turn among the pool's cleanups
 * comes, last made first: a cleanup may only use what was allocated before it
 * was registered.
 */
#include <apr_pools.h>
#include <stdlib.h>
#include <string.h>

/* the name that the linker's --wrap asks for */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__wrap_apr_palloc(apr_pool_t *p, apr_size_t size);

static apr_status_t free_block(void *block)
{
    free(block);
    return APR_SUCCESS;
}

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__wrap_apr_palloc(apr_pool_t *p, apr_size_t size)
{
    void *block = malloc(size > 0 ? size : 1);

    if (block == NULL) {
        abort();
    }
    /* as arbitrary as what a pool hands out for the second time */
    memset(block, 0xa5, size);
    apr_pool_cleanup_register(p, block, free_block, apr_pool_cleanup_null);
    return block;
}
