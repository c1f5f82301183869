/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout_carry: what of the last list still holds? What was found on a disk, and where it sits, as long as
 * the kernel has not seen it go (diskseq) and nobody has written to it since.
 */
#include "scout.h"

#include <string.h>

bool scout_same_presence(const struct identity *now, const struct identity *then)
{
	if (strcmp(now->name, then->name) != 0 || now->major != then->major ||
	    now->minor != then->minor || now->diskseq != then->diskseq || now->size != then->size)
		return false;
	/* A kernel without diskseq (before 5.15): then only what the disk says of itself. */
	return strcmp(now->serial, then->serial) == 0 && strcmp(now->wwn, then->wwn) == 0 &&
	    strcmp(now->model, then->model) == 0;
}

/* Both lists are sorted by the same rule: the next one mostly stands where the last one was found. */
const struct device_sight *scout_find(const struct device_sights *before, size_t *from,
    const struct identity *identity)
{
	for (size_t n = 0; n < before->count; n++) {
		size_t i = (*from + n) % before->count;
		if (!scout_same_presence(identity, &before->items[i].device.identity))
			continue;
		*from = i + 1;
		return &before->items[i];
	}
	return NULL;
}

/* The process that looks at it has it open, and that says nothing of the disk. */
static void forget_openers(struct device *device)
{
	size_t kept = 0;
	for (size_t i = 0; i < device->claim_count; i++) {
		if (device->claims[i].kind != DEVICE_CLAIM_OPENER)
			device->claims[kept++] = device->claims[i];
	}
	device->claim_count = kept;
}

void scout_carry(const struct device_sight *before, struct device_sight *now)
{
	now->place = before->place;
	now->look = before->look;
	now->written = before->written;
	now->health = before->health;
	now->device.found = before->device.found;
	if (now->look == DEVICE_LOOK_RUNNING)
		forget_openers(&now->device);
}
