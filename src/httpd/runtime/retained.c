/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What outlives a graceful restart, in pools of httpd's process: shared memory,
 * and contents of small files. Floor 4.
 */
#include "httpd/runtime/retained.h"

#include <httpd.h>

#include <apr_hash.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <http_config.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/mman.h>

/* Another layout of these structs needs another key, and so starts anew: an
 * upgrade by a graceful restart then loses the passphrases. */
#define KEY "mod_ocsp-keep-5"

/* Address space for tables, committed as used: a table takes less than its CRL,
 * mostly half of it, and a new one is built beside the old. */
#define ROOM_MIN (APR_UINT64_C(1) << 30)
#define ROOM_LEAST (APR_UINT64_C(16) << 20)
#define ROOM_PER_CRL_OCTET 4
#define ROOM_MOST (APR_UINT64_C(1) << 46) /* what a process can address */

/* So much is reserved for what OCSPTableSize may become. */
#define RESERVE_PER_ROOM 8
#define RESERVE_MIN (APR_UINT64_C(64) << 30)

/* Of shared memory, in octets: a page. */
#define ALIGNMENT 4096

struct ocsp_retained_t {
    apr_pool_t *pool;     /* the process's */
    apr_pool_t *scratch;  /* of earlier versions */
    ocsp_arena_t *arena;  /* or NULL */
    apr_size_t arena_len; /* octets that are mapped */
    apr_hash_t *memories; /* name -> memory_t */
    apr_hash_t *files;    /* name -> file_t */
};

/* Shared memory in a pool of its own. */
typedef struct {
    apr_pool_t *pool;
    void *base;
    apr_size_t size;
    int version;
} memory_t;

/* The contents have a pool of their own, or the process's would grow with every
 * renewed certificate. */
typedef struct {
    apr_pool_t *pool; /* NULL: nothing is retained */
    ocsp_der_t first;
    ocsp_der_t second; /* data NULL: none */
    bool used;         /* by the present configuration */
} file_t;

ocsp_retained_t *ocsp_retained_get(apr_pool_t *process)
{
    ocsp_retained_t *k = ap_retained_data_get(KEY);
    apr_hash_index_t *hi;
    void *value;

    if (k == NULL) {
        k = ap_retained_data_create(KEY, sizeof(*k));
        k->pool = process;
        apr_pool_create(&k->scratch, process);
        k->memories = apr_hash_make(process);
        k->files = apr_hash_make(process);
    }
    for (hi = apr_hash_first(NULL, k->files); hi; hi = apr_hash_next(hi)) {
        apr_hash_this(hi, NULL, NULL, &value);
        ((file_t *)value)->used = false;
    }
    return k;
}

/* The value of a name, in a hash of the process; all zero at first. */
static void *get(apr_hash_t *hash, const char *name, apr_size_t size)
{
    apr_pool_t *p = apr_hash_pool_get(hash);
    void *value = apr_hash_get(hash, name, APR_HASH_KEY_STRING);

    if (value == NULL) {
        value = apr_pcalloc(p, size);
        apr_hash_set(hash, apr_pstrdup(p, name), APR_HASH_KEY_STRING, value);
    }
    return value;
}

/* --- shared memory -------------------------------------------------------- */

static apr_uint64_t multiply(apr_uint64_t octets, unsigned by)
{
    return octets < APR_UINT64_MAX / by ? octets * by : APR_UINT64_MAX;
}

/* Where memory may not be promised freely (strict overcommit, small machines) a
 * smaller segment does until a table does not fit. */
static apr_status_t make_arena(ocsp_arena_t **out, apr_uint64_t room,
                               const char **why, apr_pool_t *p)
{
    apr_uint64_t reserve = multiply(room, RESERVE_PER_ROOM);
    apr_status_t rv;

    reserve = reserve > RESERVE_MIN ? reserve : RESERVE_MIN;
    reserve = reserve < ROOM_MOST ? reserve : ROOM_MOST;
    do {
        rv = room <= ROOM_MOST ? ocsp_arena_make(out, reserve, room, why, p)
                               : APR_ENOMEM;
        room /= 2;
    } while (rv != APR_SUCCESS && room >= ROOM_LEAST);
    return rv;
}

/* Give a retained arena the room that is wanted now. Without OCSPTableSize it
 * never becomes less. @return a warning, or NULL */
static const char *resize(ocsp_arena_t *a, apr_uint64_t room, bool may_shrink,
                          apr_pool_t *p)
{
    apr_uint64_t used = ocsp_arena_get_used(a);

    if (!may_shrink && room <= ocsp_arena_get_room(a)) {
        return NULL;
    }
    if (!ocsp_arena_set_room(a, room)) {
        return "OCSPTableSize is limited to the address space that was "
               "reserved at the last full start; for more, stop httpd and "
               "start it again";
    }
    return 2 * used <= room
             ? NULL
             : apr_psprintf(
                 p,
                 "OCSPTableSize is too small: the status data takes "
                 "%" APR_UINT64_T_FMT
                 " octets, and as much again while it is replaced; set "
                 "OCSPTableSize to at least %" APR_UINT64_T_FMT "m",
                 used, (2 * used >> 20) + 1);
}

apr_status_t ocsp_retained_open_arena(ocsp_arena_t **out, ocsp_retained_t *k,
                                      apr_uint64_t crl_octets,
                                      apr_uint64_t wanted, const char **why,
                                      apr_pool_t *p)
{
    apr_uint64_t room = multiply(crl_octets, ROOM_PER_CRL_OCTET);
    ocsp_arena_t *old = k->arena;
    apr_status_t rv;

    room = wanted != 0 ? wanted : room > ROOM_MIN ? room : ROOM_MIN;
    if (old != NULL && ocsp_arena_is_compatible(old)) {
        *out = old;
        *why = resize(old, room, wanted != 0, p);
        return APR_SUCCESS;
    }
    k->arena = NULL;
    rv = make_arena(&k->arena, room, why, p);
    if (rv == APR_SUCCESS) {
        *why =
            ocsp_arena_get_room(k->arena) < wanted
                ? "OCSPTableSize is more memory than this machine provides, so "
                  "less is reserved for status data; give the machine more "
                  "memory, or set a smaller OCSPTableSize"
                : NULL;
    }
    if (old != NULL) {
        ocsp_arena_close(old);
        (void)munmap(old, k->arena_len);
    }
    k->arena_len = k->arena != NULL ? ocsp_arena_get_len(k->arena) : 0;
    *out = k->arena;
    return rv;
}

static void drop(memory_t *m)
{
    if (m->pool != NULL) {
        apr_pool_destroy(m->pool);
    }
    memset(m, 0, sizeof(*m));
}

void ocsp_retained_drop_memory(ocsp_retained_t *k, const char *name)
{
    drop(get(k->memories, name, sizeof(memory_t)));
}

void *ocsp_retained_open_memory(bool *fresh, ocsp_retained_t *k,
                                const char *name, apr_size_t size, int version)
{
    memory_t *m = get(k->memories, name, sizeof(*m));
    apr_shm_t *shm;

    *fresh = false;
    if (m->pool != NULL && m->size == size && m->version == version) {
        return m->base;
    }
    drop(m);
    apr_pool_create(&m->pool, k->pool);
    apr_pool_tag(m->pool, "ocsp_memory");
    if (apr_shm_create(&shm, size + ALIGNMENT, NULL, m->pool) != APR_SUCCESS) {
        drop(m);
        return NULL;
    }
    m->base = (void *)(((uintptr_t)apr_shm_baseaddr_get(shm) + ALIGNMENT - 1)
                       & ~(uintptr_t)(ALIGNMENT - 1));
    /* a core dump would make it resident, and be as large */
    (void)madvise(m->base, size, MADV_DONTDUMP);
    m->size = size;
    m->version = version;
    *fresh = true;
    return m->base;
}

/* --- contents of files ---------------------------------------------------- */

static ocsp_der_t copy(ocsp_der_t from, apr_pool_t *p)
{
    return (ocsp_der_t){from.data != NULL ? apr_pmemdup(p, from.data, from.len)
                                          : NULL,
                        from.len};
}

static void wipe(file_t *f)
{
    if (f->pool != NULL) {
        OPENSSL_cleanse((void *)(uintptr_t)f->first.data, f->first.len);
        if (f->second.data != NULL) {
            OPENSSL_cleanse((void *)(uintptr_t)f->second.data, f->second.len);
        }
        apr_pool_destroy(f->pool);
    }
    memset(f, 0, sizeof(*f));
}

void ocsp_retained_put(ocsp_retained_t *k, const char *name, ocsp_der_t first,
                       ocsp_der_t second)
{
    file_t *f = get(k->files, name, sizeof(*f));

    wipe(f);
    apr_pool_create(&f->pool, k->pool);
    apr_pool_tag(f->pool, "ocsp_retained");
    f->first = copy(first, f->pool);
    f->second = copy(second, f->pool);
    f->used = true;
}

bool ocsp_retained_find(ocsp_retained_t *k, const char *name, ocsp_der_t *first,
                        ocsp_der_t *second)
{
    file_t *f = apr_hash_get(k->files, name, APR_HASH_KEY_STRING);

    if (f == NULL || f->pool == NULL) {
        return false;
    }
    f->used = true;
    *first = f->first;
    *second = f->second;
    return true;
}

/* Wipe passphrases, or what else is not used. A passphrase is asked for at
 * start only, and a section may come back. */
static void wipe_all(ocsp_retained_t *k, bool passphrases)
{
    apr_hash_index_t *hi;

    for (hi = apr_hash_first(NULL, k->files); hi; hi = apr_hash_next(hi)) {
        const void *name;
        void *value;
        bool is_passphrase;

        apr_hash_this(hi, &name, NULL, &value);
        is_passphrase = strncmp(name, OCSP_RETAINED_PASSPHRASE,
                                strlen(OCSP_RETAINED_PASSPHRASE))
                     == 0;
        if (passphrases ? is_passphrase
                        : !is_passphrase && !((file_t *)value)->used) {
            wipe(value);
        }
    }
}

void ocsp_retained_sweep(ocsp_retained_t *k)
{
    wipe_all(k, false);
}

void ocsp_retained_forget_passphrases(void)
{
    ocsp_retained_t *k = ap_retained_data_get(KEY);

    if (k != NULL) {
        wipe_all(k, true);
    }
}
