/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health: which way is a drive asked how it is, and how is the answer put into one line? */
#include "health.h"

#include <stdio.h>
#include <string.h>

/* No sensor of a disk works outside of these; what is beyond is a mistake. */
#define COLDEST_C (-40)
#define HOTTEST_C 125

#define LIMIT_SSD_C 70
#define LIMIT_OTHER_C 60 /* what makers of hard disks allow at most */

void health_clear(struct device_health *ret)
{
	*ret = (struct device_health){
		.temperature_c = DEVICE_HEALTH_NO_TEMPERATURE,
		.limit_c = DEVICE_HEALTH_NO_TEMPERATURE,
		.reallocated = DEVICE_HEALTH_NO_COUNT,
		.pending = DEVICE_HEALTH_NO_COUNT,
		.errors = DEVICE_HEALTH_NO_COUNT,
		.percent_used = DEVICE_HEALTH_NO_COUNT,
		.spare_percent = DEVICE_HEALTH_NO_COUNT,
		.written = DEVICE_HEALTH_NO_COUNT,
	};
}

void device_health_unknown(struct device_health *ret, const char *format, ...)
{
	char why[180];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	health_clear(ret);
	char line[sizeof(ret->text)];
	snprintf(line, sizeof(line), "unknown: %s", why);
	text_safe(ret->text, sizeof(ret->text), line, strlen(line));
}

int32_t health_temperature(int32_t celsius)
{
	return celsius < COLDEST_C || celsius > HOTTEST_C ? DEVICE_HEALTH_NO_TEMPERATURE : celsius;
}

const char *device_health_verdict_text(enum device_health_verdict verdict)
{
	static const char *const words[] = { "unknown", "good", "failing" };
	return (size_t)verdict < WIPE_COUNT(words) ? words[verdict] : words[0];
}

int32_t device_health_limit(const struct device *device, const struct device_health *health,
    uint32_t configured_c)
{
	if (configured_c > 0)
		return configured_c > HOTTEST_C ? HOTTEST_C : (int32_t)configured_c;
	if (health->limit_c != DEVICE_HEALTH_NO_TEMPERATURE)
		return health->limit_c;
	return device->media == DEVICE_MEDIA_SSD ? LIMIT_SSD_C : LIMIT_OTHER_C;
}

WIPE_PRINTF(2, 3)
static void add(struct device_health *health, const char *format, ...)
{
	size_t used = strlen(health->text);
	va_list args;
	va_start(args, format);
	vsnprintf(health->text + used, sizeof(health->text) - used, format, args);
	va_end(args);
}

static void add_count(struct device_health *health, uint64_t count, const char *words)
{
	if (count != DEVICE_HEALTH_NO_COUNT)
		add(health, ", %llu %s", (unsigned long long)count, words);
}

void health_describe(struct device_health *health)
{
	static const char *const verdicts[] = { "the drive gives no verdict", "good by its own account",
		"failing by its own account" };
	health->text[0] = 0;
	add(health, "%s", verdicts[health->verdict]);
	if (health->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE)
		add(health, ", %d C", (int)health->temperature_c);
	add_count(health, health->reallocated, "reallocated");
	add_count(health, health->pending, "pending");
	add_count(health, health->errors, "uncorrectable");
	add_count(health, health->percent_used, "% of its endurance used");
	add_count(health, health->spare_percent, "% spare left");
}

bool health_route(const struct device *device, enum os_pass_kind *ret_kind, bool *ret_try_ata,
    struct device_health *ret)
{
	const char *transport = device->identity.transport;
	if (device->virtual_disk) {
		device_health_unknown(ret, "a virtual disk has none");
		return false;
	}
	if (text_has_prefix(transport, "nvme")) {
		*ret_kind = OS_PASS_NVME;
		*ret_try_ata = false;
		return true;
	}
	if (!text_has_prefix(device->identity.name, "sd")) {
		device_health_unknown(ret, "%s disks offer none", transport);
		return false;
	}
	/* Sticks and card readers have none, and some stop working when they are asked; a box with a
	 * disk in it (not removable) has been asked the same by udev when it was plugged in. */
	if (strcmp(transport, "usb") == 0 && device->removable) {
		device_health_unknown(ret, "removable USB media are not asked");
		return false;
	}
	*ret_kind = OS_PASS_SCSI;
	*ret_try_ata = strcmp(transport, "sata") == 0 || strcmp(transport, "usb") == 0;
	return true;
}

void health_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret)
{
	struct err err = { 0 };
	enum code code;
	if (session->pass->kind == OS_PASS_NVME) {
		code = health_nvme_read(session, scope, ret, &err);
	} else if (session->try_ata) {
		code = health_ata_read(session, scope, ret, &err);
		/* No ATA behind this: then it is SCSI all the way, from now on. */
		if (code == CODE_UNSUPPORTED) {
			session->try_ata = false;
			code = health_scsi_read(session, scope, ret, &err);
		}
	} else {
		code = health_scsi_read(session, scope, ret, &err);
	}
	if (code == CODE_OK)
		health_describe(ret);
	else
		device_health_unknown(ret, "%s", err.line);
}
