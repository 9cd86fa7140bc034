/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes, checks and locks the directory of OCSPStateDir. Floor 4.
 */
#include "httpd/runtime/state_dir.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <http_config.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#include "httpd/log.h"

/* Below httpd's state directory where it has one, else below ServerRoot. */
#define NAME "ocsp"
#define LOCK "lock"

/* Another layout needs another key. */
#define KEY "mod_ocsp-state-dir-1"

/* An httpd that is being stopped holds its lock for a moment: so long one that
 * starts waits for it, in tries, and microseconds between two of them. A
 * graceful restart does not wait: no request is accepted meanwhile. */
#define LOCK_TRIES 100
#define LOCK_POLL_US APR_TIME_C(20000)

/* What httpd's parent holds over graceful restarts. The descriptor is the only
 * one of its file: a process loses its locks on a file as soon as it closes any
 * descriptor of it. Children have no lock, so that it ends with the parent. */
typedef struct {
    int fd; /* -1: none */
    dev_t dev;
    ino_t ino;
} held_t;

static const char *get_path(const ocsp_server_config_t *main, apr_pool_t *p)
{
    if (main->state_dir != NULL) {
        return main->state_dir;
    }
#ifdef DEFAULT_REL_STATEDIR
    return ap_state_dir_relative(p, NAME);
#else
    return ap_server_root_relative(p, NAME);
#endif
}

/* --- making --------------------------------------------------------------- */

static apr_uid_t find_worker(void)
{
    return geteuid() == 0 ? ap_unixd_config.user_id : geteuid();
}

/* By owner, group and mode: as root this process may write anywhere. */
static bool can_workers_write(const struct stat *info)
{
    const bool by_group = geteuid() == 0
                            ? info->st_gid == ap_unixd_config.group_id
                            : info->st_gid == getegid();
    const mode_t need = info->st_uid == find_worker() ? S_IWUSR | S_IXUSR
                      : by_group                      ? S_IWGRP | S_IXGRP
                                                      : S_IWOTH | S_IXOTH;

    return (info->st_mode & need) == need;
}

static ocsp_state_dir_state_t check(const struct stat *info)
{
    if (!S_ISDIR(info->st_mode)) {
        return OCSP_STATE_DIR_NOT_DIRECTORY;
    }
    if ((info->st_mode & S_IWOTH) != 0) {
        return OCSP_STATE_DIR_OPEN;
    }
    return can_workers_write(info) ? OCSP_STATE_DIR_OK : OCSP_STATE_DIR_CLOSED;
}

ocsp_state_dir_t *ocsp_state_dir_find(const ocsp_server_config_t *main,
                                      apr_pool_t *p)
{
    ocsp_state_dir_t *d = apr_pcalloc(p, sizeof(*d));
    struct stat info;

    d->path = get_path(main, p);
    d->is_default = main->state_dir == NULL;
    if (stat(d->path, &info) == 0) {
        d->state = check(&info);
    }
    else {
        d->rv = errno;
        d->state = OCSP_STATE_DIR_MISSING;
    }
    return d;
}

/* Only a directory that is new is given to the workers. In httpd's own
 * directories nobody else can replace it meanwhile. */
static void make(ocsp_state_dir_t *d)
{
    struct stat info;
    int fd;

    if (mkdir(d->path, 0700) != 0) {
        d->rv = errno;
        return;
    }
    fd = open(d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0
        || (geteuid() == 0
            && fchown(fd, ap_unixd_config.user_id, ap_unixd_config.group_id)
                   != 0)
        || fstat(fd, &info) != 0) {
        d->rv = errno;
    }
    else {
        d->state = check(&info);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* --- locking -------------------------------------------------------------- */

static held_t *get_held(void)
{
    held_t *held = ap_retained_data_get(KEY);

    if (held == NULL) {
        held = ap_retained_data_create(KEY, sizeof(*held));
        held->fd = -1;
    }
    return held;
}

static void release(held_t *held)
{
    if (held->fd >= 0) {
        (void)close(held->fd);
        held->fd = -1;
    }
}

/* Whether the lock that is held already is that of this directory. */
static bool is_held(const held_t *held, const char *file)
{
    struct stat info;

    return held->fd >= 0 && lstat(file, &info) == 0 && info.st_dev == held->dev
        && info.st_ino == held->ino;
}

static bool open_lock(held_t *held, const char *file)
{
    struct stat info;

    held->fd = open(file,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                    0600);
    if (held->fd < 0 || fstat(held->fd, &info) != 0) {
        return false;
    }
    errno = EINVAL;
    held->dev = info.st_dev;
    held->ino = info.st_ino;
    return S_ISREG(info.st_mode);
}

/* @return whether it is locked; else errno says why not */
static bool wait_for_lock(const held_t *held, bool starts)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int i;

    for (i = 0; i < (starts ? LOCK_TRIES : 1); i++) {
        if (fcntl(held->fd, F_SETLK, &whole) == 0) {
            return true;
        }
        if (errno != EACCES && errno != EAGAIN) {
            return false;
        }
        apr_sleep(LOCK_POLL_US);
    }
    return false;
}

static void lock(ocsp_state_dir_t *d, bool starts, apr_pool_t *ptemp)
{
    const char *file = apr_pstrcat(ptemp, d->path, "/" LOCK, NULL);
    held_t *held = get_held();
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (is_held(held, file)) {
        return; /* children of the last configuration may be writing */
    }
    release(held);
    if (open_lock(held, file) && wait_for_lock(held, starts)) {
        (void)ocsp_state_file_sweep(d->path, ptemp);
        return;
    }
    d->rv = errno;
    d->state = OCSP_STATE_DIR_FAILED;
    if (d->rv == EACCES || d->rv == EAGAIN) {
        if (held->fd >= 0 && fcntl(held->fd, F_GETLK, &whole) == 0
            && whole.l_type != F_UNLCK) {
            d->state = OCSP_STATE_DIR_LOCKED;
            d->pid = (int32_t)whole.l_pid;
        }
    }
    release(held);
}

/* --- opening -------------------------------------------------------------- */

bool ocsp_state_dir_is_usable(const ocsp_state_dir_t *d)
{
    return d != NULL && d->state == OCSP_STATE_DIR_OK;
}

const char *ocsp_state_dir_describe(const ocsp_state_dir_t *d, apr_pool_t *p)
{
    char text[120];

    switch (d->state) {
    case OCSP_STATE_DIR_OK:
        return "ok";
    case OCSP_STATE_DIR_MISSING:
        return apr_psprintf(p,
                            "cannot be made or read: %s; create it for the "
                            "user of httpd's workers, with mode 700",
                            apr_strerror(d->rv, text, sizeof(text)));
    case OCSP_STATE_DIR_NOT_DIRECTORY:
        return "is not a directory; name a directory with OCSPStateDir";
    case OCSP_STATE_DIR_CLOSED:
        return "the user of httpd's workers cannot write to it; name a "
               "directory of its own with OCSPStateDir, or change the owner of "
               "this one";
    case OCSP_STATE_DIR_OPEN:
        return "every user can write to it; remove that permission";
    case OCSP_STATE_DIR_LOCKED:
        return apr_psprintf(p,
                            "another httpd, process %d, uses it; give each "
                            "httpd a directory of its own with OCSPStateDir",
                            (int)d->pid);
    case OCSP_STATE_DIR_FAILED:
        return apr_psprintf(p,
                            "its file " LOCK " cannot be locked: %s; remove "
                            "that file, or allow httpd to write to it",
                            apr_strerror(d->rv, text, sizeof(text)));
    }
    return "";
}

/* A machine may have no place for the default: that is no fault. */
static void log_unusable(const ocsp_state_dir_t *d, const server_rec *base,
                         apr_pool_t *ptemp)
{
    ap_log_error(APLOG_MARK, d->is_default ? APLOG_NOTICE : APLOG_WARNING, 0,
                 base,
                 "OCSP270: OCSPStateDir %s: %s; until then a stop and start of "
                 "httpd forgets which status data was the newest",
                 d->path, ocsp_state_dir_describe(d, ptemp));
}

ocsp_state_dir_t *ocsp_state_dir_open(const server_rec *base, bool starts,
                                      apr_pool_t *pconf, apr_pool_t *ptemp)
{
    ocsp_state_dir_t *d = ocsp_state_dir_find(ocsp_server_config_get(base),
                                              pconf);

    if (d->state == OCSP_STATE_DIR_MISSING && d->rv == ENOENT) {
        make(d);
    }
    if (d->state == OCSP_STATE_DIR_OK) {
        lock(d, starts, ptemp);
    }
    else {
        release(get_held());
    }
    if (d->state != OCSP_STATE_DIR_OK) {
        log_unusable(d, base, ptemp);
    }
    return d;
}
