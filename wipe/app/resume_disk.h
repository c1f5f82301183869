/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resume_disk: the disk of an unfinished job among those that are here. (private to app) */
#ifndef WIPE_APP_RESUME_DISK_H
#define WIPE_APP_RESUME_DISK_H

#include "app_private.h"
#include "job_store.h"

struct resume_search {
	struct app *app;
	const struct device_set *set; /* what is here */
	const char *named; /* by the operator, NULL: the only one that is or could be it */
	const struct device *then; /* as the job began */
	const struct evidence *evidence;
	const struct job_session *session; /* the last one; NULL: the machine was booted since */
};

/* By identity. *ret is borrowed from the set. CODE_MISSING: it is not here; CODE_REFUSED: it is not this
 * one, or nobody can tell. */
enum code resume_disk_find(const struct resume_search *search, const struct device **ret,
    bool *ret_needs_proof, struct err *err) WIPE_MUST_USE;
/*
 * The worker recognises a disk by what the job made durable on it. While a pass has begun and nothing of it
 * is durable that is little, and in the first pass nothing at all. This asks what can be asked besides:
 * somebody may have put the disk to use meanwhile, and serial numbers are not as unique as they should be.
 * CODE_REFUSED then. Reads the disk, by the probe.
 */
enum code resume_disk_check(const struct resume_search *search, const struct device *device,
    struct err *err) WIPE_MUST_USE;

#endif
