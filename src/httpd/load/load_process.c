/* Copyright 2026 The mod_ocsp authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The result goes through a pipe: numbers, then strings with their NULs.
 * Floor 4.
 */
#include "httpd/load/load_process.h"

#include <apr_strings.h>
#include <string.h>

#include "httpd/runtime/subprocess.h"
#include "status/status.h"

/* Strings that may be NULL, in the order in which they follow the head. */
enum { WHY, FILE_NAME, WARNING, WITHHELD, PASSED_OVER, STRINGS };

typedef struct {
    apr_status_t rv;
    apr_uint64_t numbers[2];
    ocsp_table_info_t info;
    bool has[STRINGS];
} head_t;

typedef struct {
    ocsp_load_process_t run;
    void *data;
} task_t;

static bool write_string(int fd, const char *text)
{
    return text == NULL || ocsp_subprocess_write(fd, text, strlen(text) + 1);
}

/* In the process. */
static int run_task(int fd, void *data)
{
    const task_t *task = data;
    ocsp_load_result_t result;
    head_t head;
    const char *strings[STRINGS] = {NULL};
    bool ok;
    int i;

    memset(&result, 0, sizeof(result));
    memset(&head, 0, sizeof(head));
    head.rv = task->run(&result, &strings[WHY], head.numbers, task->data);
    head.info = result.info;
    strings[FILE_NAME] = result.file;
    strings[WARNING] = result.warning;
    strings[WITHHELD] = result.not_used;
    strings[PASSED_OVER] = result.rejected;
    for (i = 0; i < STRINGS; i++) {
        head.has[i] = strings[i] != NULL;
    }
    ok = ocsp_subprocess_write(fd, &head, sizeof(head));
    for (i = 0; ok && i < STRINGS; i++) {
        ok = write_string(fd, strings[i]);
    }
    return ok ? 0 : 1;
}

/* The next string; "" behind the last, where the NUL of all is. The last may be
 * without a NUL of its own, if its process was ended. */
static const char *next_string(const char **at, const char *end)
{
    const char *text = *at;

    if (text < end) {
        *at += strlen(text) + 1;
        *at = *at < end ? *at : end;
    }
    return text;
}

static void take_over(ocsp_load_result_t *result, const char **why,
                      const head_t *head, const char *at, const char *end)
{
    const char *strings[STRINGS];
    int i;

    for (i = 0; i < STRINGS; i++) {
        strings[i] = head->has[i] ? next_string(&at, end) : NULL;
    }
    *why = strings[WHY] != NULL ? strings[WHY] : "";
    result->builder = NULL;
    result->info = head->info;
    result->crls = NULL; /* they stand in the table */
    result->file = strings[FILE_NAME];
    result->warning = strings[WARNING];
    result->not_used = strings[WITHHELD];
    result->rejected = strings[PASSED_OVER];
}

apr_status_t ocsp_load_process_run(ocsp_load_result_t *result, const char **why,
                                   apr_uint64_t numbers[2],
                                   ocsp_load_process_t run, void *data,
                                   apr_pool_t *p)
{
    task_t task = {run, data};
    ocsp_subprocess_result_t end;
    apr_status_t rv = ocsp_subprocess_run(&end, run_task, &task, p);
    head_t head;

    if (rv != APR_SUCCESS) {
        *why = "no process could be started to load it";
        return rv;
    }
    /* what was written whole counts, whatever became of the process then */
    if (end.len < sizeof(head)) {
        *why = apr_psprintf(p,
                            "the process that loaded it was killed (signal "
                            "%d), most likely for lack of memory: give this "
                            "machine or its container more",
                            end.signal);
        return OCSP_EKILLED;
    }
    memcpy(&head, end.octets, sizeof(head));
    take_over(result, why, &head, end.octets + sizeof(head),
              end.octets + end.len);
    numbers[0] = head.numbers[0];
    numbers[1] = head.numbers[1];
    return head.rv;
}
