/* SPDX-License-Identifier: GPL-3.0-or-later */
/* care: questions to a drive, their deadlines, and what a temperature means. */
#include "care.h"

#include <string.h>

#define DEADLINE_S 20 /* for one answer; a drive that spins up takes some seconds */
#define SECOND_NS  UINT64_C(1000000000)
#define EVERY_NS   (15 * SECOND_NS)

void care_begin(struct care *care, const struct device *device, care_starter *start,
    uint32_t configured_c, uint64_t now_ns)
{
	struct err ignored = { 0 };
	*care = (struct care){ .device = device, .configured_c = configured_c };
	if (start(device, &care->reader, &ignored) != CODE_OK)
		care->reader = NULL;
	care_ask(care, DEVICE_HEALTH_ALL, now_ns);
}

void care_end(struct care *care)
{
	device_health_end(care->reader);
	care->reader = NULL;
	care->asked = false;
}

void care_ask(struct care *care, enum device_health_scope scope, uint64_t now_ns)
{
	struct err ignored = { 0 };
	if (care->reader && device_health_ask(care->reader, scope, &ignored) == CODE_GONE)
		care_end(care);
	care->asked = true;
	care->asked_ns = now_ns;
	care->next_ns = now_ns + EVERY_NS;
}

int care_fd(const struct care *care)
{
	return care->asked && care->reader ? device_health_fd(care->reader) : -1;
}

bool care_take(struct care *care, uint64_t now_ns, struct device_health *ret)
{
	if (!care->asked)
		return false;
	struct err why = { 0 };
	enum code code = CODE_GONE;
	if (care->reader)
		code = device_health_take(care->reader, ret, &why);
	if (code == CODE_BUSY && now_ns - care->asked_ns < DEADLINE_S * SECOND_NS)
		return false;
	if (code == CODE_BUSY)
		device_health_unknown(ret, "did not answer in %d s", DEADLINE_S);
	else if (code != CODE_OK)
		device_health_unknown(ret, "%s", why.line[0] ? why.line : "it cannot be asked");
	care->asked = false;
	/* One that does not answer is not asked again. */
	if (code != CODE_OK)
		care_end(care);
	return true;
}

bool care_is_due(const struct care *care, uint64_t now_ns)
{
	/* A virtual disk has no temperature, now or ever. */
	return care->reader && !care->asked && now_ns >= care->next_ns &&
	    device_health_fd(care->reader) >= 0;
}

enum care_word care_judge(struct care *care, const struct device_health *health)
{
	bool known = health->known && health->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE;
	bool was = care->paused;
	int32_t limit_c = device_health_limit(care->device, health, care->configured_c);
	/* A short reading may leave the drive's own limit out. */
	if (care->limit_c == 0 || (health->known && health->limit_c != DEVICE_HEALTH_NO_TEMPERATURE))
		care->limit_c = limit_c;
	if (known && health->temperature_c > care->limit_c)
		care->paused = true;
	else if (!known || health->temperature_c <= care->limit_c - CARE_COOLER)
		care->paused = false;
	return care->paused == was ? CARE_NOTHING : care->paused ? CARE_PAUSE : CARE_CONTINUE;
}

struct event care_health_event(const struct device_health *health, bool after)
{
	struct event event = { .kind = EVENT_HEALTH, .extra = after, .flag = health->known,
		.count = health->reallocated };
	text_copy(event.text, sizeof(event.text), health->text);
	return event;
}

struct event care_paused_event(const struct device_health *health, bool paused)
{
	struct event event = { .kind = EVENT_PAUSED, .flag = paused };
	if (health->known && health->temperature_c > 0)
		event.count = (uint64_t)health->temperature_c;
	return event;
}
