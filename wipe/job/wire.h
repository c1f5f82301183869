/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wire: what crosses between supervisor and worker. Upwards one packed event a packet
 * (EVENT_PACKED bytes), or one byte '?': is all of that durable? Downwards one byte: 'G' go, 'S' stop,
 * 'K' it is known,
 * 'P' pause, 'C' continue. A closed socket means stop.
 */
#ifndef WIPE_JOB_WIRE_H
#define WIPE_JOB_WIRE_H

#include "wipe/job.h"

#include <sys/types.h>

#define JOB_WIRE_GO   'G'
#define JOB_WIRE_STOP 'S'
#define JOB_WIRE_KNOWN 'K'
#define JOB_WIRE_PAUSE 'P'
#define JOB_WIRE_CONTINUE 'C'
#define JOB_WIRE_ASKS '?'

/* Starts a worker process for task; *ret_fd is the supervisor's end. */
enum code job_wire_spawn(const struct job_task *task, pid_t *ret_pid, int *ret_fd, struct err *err)
    WIPE_MUST_USE;
/* One event, or *ret_asks (and ret->kind EVENT_NONE). CODE_BUSY: none now. CODE_GONE: the worker is no
 * more. */
enum code job_wire_receive(int fd, struct event *ret, bool *ret_asks, struct err *err) WIPE_MUST_USE;
/* Tells the worker; that it is gone already shows at the next receive. */
void job_wire_tell(int fd, char word);

#endif
