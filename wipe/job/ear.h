/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ear: how a worker hears its supervisor's words; the callbacks of job_control with `self` an ear. */
#ifndef WIPE_JOB_EAR_H
#define WIPE_JOB_EAR_H

#include "wipe/job.h"

struct ear {
	int fd;
	bool stopping;
	bool paused;
	bool known; /* the answer to the last question came */
};

bool ear_may_go(void *self);
/* Also where a pause is sat out. */
bool ear_is_stopping(void *self);
void ear_rest(void *self, unsigned ms);
enum code ear_make_known(void *self, struct err *err);

#endif
