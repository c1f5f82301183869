/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recheck: a prompt can wait for hours. Is the disk still the one that was cleared, and still free?
 * Asked of the host afresh, while the claim already holds the device.
 */
#include "wipe/device.h"

#include <string.h>

static enum code compare_identity(const struct identity *was, const struct identity *is,
    struct err *err)
{
	const char *const texts[][3] = {
		{ "model", was->model, is->model },
		{ "serial number", was->serial, is->serial },
		{ "WWN", was->wwn, is->wwn },
		{ "namespace or LUN", was->unit, is->unit },
		{ "transport", was->transport, is->transport },
		{ "identify data", was->identify_sha256, is->identify_sha256 },
	};
	for (size_t i = 0; i < WIPE_COUNT(texts); i++) {
		if (strcmp(texts[i][1], texts[i][2]) != 0)
			return err_set(err, CODE_GONE,
			    "%s is another device now: its %s was '%s' and is '%s'", was->node, texts[i][0],
			    texts[i][1], texts[i][2]);
	}
	return CODE_OK;
}

static enum code check_unused(const struct device *device, struct err *err)
{
	for (size_t i = 0; i < device->claim_count; i++) {
		/* Our own claim is an opener too; device_openers() tells others from it. */
		if (device->claims[i].kind != DEVICE_CLAIM_OPENER)
			return err_set(err, CODE_REFUSED, "%s", device->claims[i].text);
	}
	return CODE_OK;
}

enum code device_recheck(struct os_host *host, const struct clearance *clearance, struct err *err)
{
	const struct identity *was = &clearance->device.identity;
	const struct device_scan_options options = { 0 };
	struct device_set set = { 0 };
	enum code code = device_scan(host, &options, &set, err);
	if (code != CODE_OK)
		return code;
	const struct device *found = NULL;
	for (size_t i = 0; i < set.count; i++) {
		if (set.items[i].identity.major == was->major && set.items[i].identity.minor == was->minor)
			found = &set.items[i];
	}
	if (!found)
		code = err_set(err, CODE_GONE, "%s is not there any more", was->node);
	else
		code = compare_identity(was, &found->identity, err);
	if (code == CODE_OK)
		code = check_unused(found, err);
	device_set_free(&set);
	return code;
}
