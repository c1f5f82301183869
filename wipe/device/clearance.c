/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clearance: may this disk be wiped, and is what is open now still the disk that was cleared? */
#include "wipe/device.h"

#include "processes.h"
#include "sysfs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum code device_clear(const struct device *device, struct clearance *ret, struct err *err)
{
	size_t more = device->claim_count;
	if (more == 1)
		return err_set(err, CODE_REFUSED, "%s", device->claims[0].text);
	if (more > 1)
		return err_set(err, CODE_REFUSED, "%s (and %zu more reason%s)", device->claims[0].text,
		    more - 1, more == 2 ? "" : "s");
	if (!device->identity.name[0] || !device->identity.size || !device->identity.logical)
		return err_set(err, CODE_REFUSED, "what %s is cannot be told: size or block size unknown",
		    device->identity.node);
	*ret = (struct clearance){ .device = *device, .granted = true };
	return CODE_OK;
}

static enum code differs(const struct identity *id, const char *what, uint64_t was, uint64_t is,
    struct err *err)
{
	return err_set(err, CODE_GONE,
	    "%s is another device now: its %s was %" PRIu64 " and is %" PRIu64, id->node, what, was, is);
}

enum code device_confirm_identity(const struct identity *id, const struct os_geometry *geometry,
    struct err *err)
{
	const struct {
		const char *what;
		uint64_t was;
		uint64_t is;
	} values[] = {
		{ "major number", id->major, geometry->major },
		{ "minor number", id->minor, geometry->minor },
		{ "size", id->size, geometry->size },
		{ "logical block size", id->logical, geometry->logical },
		{ "physical block size", id->physical, geometry->physical },
	};
	for (size_t i = 0; i < WIPE_COUNT(values); i++) {
		if (values[i].was != values[i].is)
			return differs(id, values[i].what, values[i].was, values[i].is, err);
	}
	/* 0 is a kernel that does not tell: then both are 0. Known on one side alone is no match. */
	if (id->diskseq != geometry->diskseq)
		return differs(id, "diskseq", id->diskseq, geometry->diskseq, err);
	return CODE_OK;
}

enum code device_confirm(const struct clearance *clearance, const struct os_geometry *geometry,
    struct err *err)
{
	const struct identity *id = &clearance->device.identity;
	if (!clearance->granted)
		return err_set(err, CODE_BUG, "%s was never cleared", id->node);
	enum code code = device_confirm_identity(id, geometry, err);
	if (code == CODE_OK && geometry->readonly)
		return err_set(err, CODE_GONE, "%s has become read-only", id->node);
	return code;
}

/* ---- who has it open now -------------------------------------------------------------------- */

#define NUMBERS_MAX 260 /* a disk and its partitions: more than 256 have no fixed minors */

struct openers {
	struct os_host *host;
	struct { uint32_t major, minor; } numbers[NUMBERS_MAX];
	size_t count;
	bool incomplete;
	char names[240];
	size_t found;
};

static void on_opened(void *self, const char *pid, const struct os_node *node)
{
	struct openers *openers = self;
	bool ours = false;
	for (size_t i = 0; i < openers->count; i++)
		ours |= openers->numbers[i].major == node->rdev_major &&
		    openers->numbers[i].minor == node->rdev_minor;
	if (!ours)
		return;
	char name[100];
	size_t used = strlen(openers->names);
	processes_name(openers->host, pid, name, sizeof(name));
	if (strstr(openers->names, name))
		return; /* another descriptor of the same process */
	snprintf(openers->names + used, sizeof(openers->names) - used, "%s%s", used ? ", " : "", name);
	openers->found++;
}

static void on_unseen(void *self, const char *pid)
{
	(void)pid;
	((struct openers *)self)->incomplete = true;
}

static void add_number(struct openers *openers, uint32_t major, uint32_t minor)
{
	if (openers->count == NUMBERS_MAX) {
		openers->incomplete = true;
		return;
	}
	openers->numbers[openers->count].major = major;
	openers->numbers[openers->count++].minor = minor;
}

static void add_partitions(struct openers *openers, const struct device *device)
{
	BUF_AUTO names = { 0 };
	struct err err;
	if (openers->host->ops->list(openers->host, device->sysfs, &names, &err) != CODE_OK) {
		openers->incomplete = true;
		return;
	}
	size_t pos = 0;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		char path[SYSFS_PATH];
		uint64_t number;
		uint32_t major;
		uint32_t minor;
		sysfs_path(path, "%s/%s", device->sysfs, name);
		if (text_has_prefix(name, device->identity.name) &&
		    sysfs_u64(openers->host, &number, path, "partition") &&
		    sysfs_devno(openers->host, path, &major, &minor))
			add_number(openers, major, minor);
	}
}

enum code device_openers(struct os_host *host, const struct clearance *clearance, uint32_t self,
    bool *ret_incomplete, struct err *err)
{
	const struct identity *id = &clearance->device.identity;
	struct openers openers = { .host = host };
	struct processes_visitor visitor = { &openers, on_opened, NULL, on_unseen };
	char skip[16];
	snprintf(skip, sizeof(skip), "%" PRIu32, self);
	add_number(&openers, id->major, id->minor);
	add_partitions(&openers, &clearance->device);
	enum code code = processes_visit(host, skip, &visitor, err);
	if (code != CODE_OK)
		return err_prefix(err, "who has %s open cannot be told", id->node);
	if (openers.found)
		return err_set(err, CODE_REFUSED, "%s is also open in process %s; end %s first", id->node,
		    openers.names, openers.found == 1 ? "it" : "them");
	*ret_incomplete = openers.incomplete;
	return CODE_OK;
}
