/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * care: how is the drive? Asked before the first write and after the last, and for its temperature in
 * between. The questions go to a process of their own; one that is not answered in time is `unknown`.
 */
#ifndef WIPE_JOB_CARE_H
#define WIPE_JOB_CARE_H

#include "wipe/device.h"
#include "wipe/event.h"

struct care {
	struct device_health_reader *reader; /* owned; NULL: there is none, all is unknown */
	const struct device *device; /* borrowed */
	uint32_t configured_c; /* temperature limit, 0 = the drive's or the usual one */
	int32_t limit_c;
	bool asked; /* and not answered yet */
	uint64_t asked_ns;
	uint64_t next_ns; /* when the temperature is asked for again */
	bool paused;
};

/* How a reader is started: device_health_start(), or what a test has in its place. */
typedef enum code care_starter(const struct device *device, struct device_health_reader **ret,
    struct err *err);
/* Starts the reader and asks for everything. Where that fails, the answer will be `unknown`. */
void care_begin(struct care *care, const struct device *device, care_starter *start,
    uint32_t configured_c, uint64_t now_ns);
void care_end(struct care *care);
void care_ask(struct care *care, enum device_health_scope scope, uint64_t now_ns);
/* What to wait for besides; -1 = nothing. */
int care_fd(const struct care *care);
/* True: *ret is the answer to what was asked, or that there is none and will be none. */
bool care_take(struct care *care, uint64_t now_ns, struct device_health *ret);
/* Is it time to ask for the temperature again? */
bool care_is_due(const struct care *care, uint64_t now_ns);

enum care_word { CARE_NOTHING, CARE_PAUSE, CARE_CONTINUE };
/*
 * Too warm: pause, until it is CARE_COOLER degrees below the limit. One whose temperature cannot be read
 * any more goes on: it is unknown, not too warm. Pure but for *care.
 */
enum care_word care_judge(struct care *care, const struct device_health *health);
#define CARE_COOLER 3

/* EVENT_HEALTH and EVENT_PAUSED of an answer, without stamps. Pure. */
struct event care_health_event(const struct device_health *health, bool after);
struct event care_paused_event(const struct device_health *health, bool paused);

#endif
