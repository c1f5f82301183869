/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * world: one small job whose every fact is fixed, for the tests of evidence and certificate: write a
 * constant, write a keystream, read a tenth of it back. Tests spoil one fact at a time.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "wipe/evidence.h"

#include <stdlib.h>

#define WORLD_SIZE   UINT64_C(10240000)
/* What sampling_design() makes of a tenth of that size. */
#define WORLD_STRATA  UINT64_C(1000)
#define WORLD_STRATUM (WORLD_SIZE / WORLD_STRATA)
#define WORLD_BLOCK   (WORLD_STRATUM / 10)
#define WORLD_SAMPLE  (WORLD_BLOCK * WORLD_STRATA)
#define WORLD_EVENTS 32

/* Places of the events in world.events. */
enum { AT_CLAIMED, AT_FIRST_STARTED, AT_FIRST_DURABLE, AT_FIRST_FINISHED, AT_LAST_STARTED,
	AT_LAST_DURABLE, AT_LAST_FINISHED, AT_VERIFY_STARTED, AT_SAMPLED, AT_VERIFY_FINISHED,
	AT_IDENTITY, AT_COUNTED, AT_ENDED, AT_COUNT };

struct world {
	struct plan plan;
	struct device device;
	enum hidden_areas hidden;
	struct event events[WORLD_EVENTS];
	size_t count;
};

static inline void world_insert(struct world *world, size_t at, struct event event)
{
	memmove(&world->events[at + 1], &world->events[at],
	    (world->count - at) * sizeof(world->events[0]));
	world->events[at] = event;
	world->count++;
}

static inline void world_remove(struct world *world, size_t at, size_t count)
{
	memmove(&world->events[at], &world->events[at + count],
	    (world->count - at - count) * sizeof(world->events[0]));
	world->count -= count;
}

static inline void world_plan(struct plan *plan)
{
	*plan = (struct plan){ .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV", .size = WORLD_SIZE, .logical = 512,
		.physical = 4096, .block = 4096, .depth = 4, .step_count = 3 };
	plan->steps[0] = (struct plan_step){ .action = PLAN_WRITE, .procedure_step = 1,
		.content_of = 0, .content = { .kind = CONTENT_CONSTANT, .byte_count = 3,
		    .bytes = { 0x92, 0x49, 0x24 } } };
	plan->steps[1] = (struct plan_step){ .action = PLAN_WRITE, .procedure_step = 2,
		.content_of = 1, .left = true, .content = { .kind = CONTENT_KEYSTREAM } };
	for (unsigned i = 0; i < CONTENT_KEY; i++)
		plan->steps[1].content.key[i] = (uint8_t)i;
	hash_sha256_hex(plan->steps[1].content.key, CONTENT_KEY, plan->steps[1].key_sha256);
	plan->steps[2] = (struct plan_step){ .action = PLAN_VERIFY, .procedure_step = 2,
		.content_of = 1, .left = true, .content = plan->steps[1].content,
		.verify = PROCEDURE_VERIFY_SAMPLE, .sample_permille = 100, .sample_each = 1 };
	memcpy(plan->steps[2].key_sha256, plan->steps[1].key_sha256, HASH_SHA256_HEX);
}

static inline void world_device(struct device *device)
{
	*device = (struct device){ .media = DEVICE_MEDIA_SSD, .bus = "pci",
		.model_source = "sysfs", .serial_source = "sysfs", .wwn_source = "sysfs",
		.firmware_source = "sysfs",
		.identity = { .name = "nvme0n1", .node = "/dev/nvme0n1", .major = 259, .diskseq = 9,
		    .transport = "nvme", .model = "Fixture 980 PRO", .serial = "S5GXNX0T123456",
		    .wwn = "eui.0025385b11b2d3c4", .unit = "1", .firmware = "5B2QGXA7",
		    .size = WORLD_SIZE, .logical = 512, .physical = 4096 } };
	device->found = (struct os_probe){ .result = OS_PROBE_DONE, .count = 2, .items = {
		{ "gpt", "partition-table", 512 }, { "ext4", "filesystem", 1080 } } };
}

static inline void world_start(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world_plan(&world->plan);
	world_device(&world->device);
	world->plan.identity = world->device.identity;
	world->hidden = HIDDEN_NOT_APPLICABLE;
	const struct event events[AT_COUNT] = {
		[AT_CLAIMED] = { .kind = EVENT_CLAIMED, .count = 1, .flag = true, .text = "io_uring",
		    .length = 1024 * 1024, .extra = 8 },
		[AT_FIRST_STARTED] = { .kind = EVENT_STEP_STARTED },
		[AT_FIRST_DURABLE] = { .kind = EVENT_DURABLE, .offset = WORLD_SIZE,
		    .length = WORLD_SIZE, .count = 2500 },
		[AT_FIRST_FINISHED] = { .kind = EVENT_STEP_FINISHED, .offset = WORLD_SIZE,
		    .count = 2500 },
		[AT_LAST_STARTED] = { .kind = EVENT_STEP_STARTED, .step = 1 },
		[AT_LAST_DURABLE] = { .kind = EVENT_DURABLE, .step = 1, .offset = WORLD_SIZE,
		    .length = WORLD_SIZE, .count = 2500 },
		[AT_LAST_FINISHED] = { .kind = EVENT_STEP_FINISHED, .step = 1, .offset = WORLD_SIZE,
		    .count = 2500 },
		[AT_VERIFY_STARTED] = { .kind = EVENT_STEP_STARTED, .step = 2 },
		[AT_SAMPLED] = { .kind = EVENT_SAMPLED, .step = 2, .offset = WORLD_STRATA,
		    .length = WORLD_STRATUM, .count = WORLD_BLOCK, .extra = 1, .blob = { 7 } },
		[AT_VERIFY_FINISHED] = { .kind = EVENT_STEP_FINISHED, .step = 2,
		    .offset = WORLD_SAMPLE, .count = WORLD_STRATA },
		[AT_IDENTITY] = { .kind = EVENT_IDENTITY, .flag = true },
		[AT_COUNTED] = { .kind = EVENT_COUNTED, .flag = true, .length = 2 * WORLD_SIZE,
		    .offset = 2 * WORLD_SIZE, .count = 2 * WORLD_SIZE },
		[AT_ENDED] = { .kind = EVENT_ENDED },
	};
	memcpy(world->events, events, sizeof(events));
	world->count = AT_COUNT;
}

/* One event more, stamped an hour after the last. */
static inline enum code world_fold_more(struct evidence *evidence, struct event event,
    struct err *err)
{
	event.wall_s = evidence->wall_end_s + 3600;
	event.boot_ns = evidence->boot_end_ns + 3600 * UINT64_C(1000000000);
	return evidence_fold(evidence, &event, err);
}

/* Stamps the events and folds them; the first refusal is returned. */
static inline enum code world_fold(struct world *world, struct evidence *ret, struct err *err)
{
	evidence_start(&world->plan, ret);
	for (size_t i = 0; i < world->count; i++) {
		world->events[i].wall_s = 1790000000 + 60 * (int64_t)i;
		if (world->events[i].boot_ns == 0)
			world->events[i].boot_ns = (1000 + 60 * i) * UINT64_C(1000000000);
		enum code code = evidence_fold(ret, &world->events[i], err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

#endif
