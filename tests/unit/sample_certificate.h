/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample_certificate: the world's job as a certificate, with everything fixed that is random. */
#ifndef TESTS_SAMPLE_CERTIFICATE_H
#define TESTS_SAMPLE_CERTIFICATE_H

#include "unit/world.h"
#include "wipe/certificate.h"

#define SAMPLE_KEY(c) "SHA256:" c c c c c c c "a"

static inline enum code sample_certificate(struct world *world, struct certificate **ret,
    struct err *err)
{
	struct procedure *procedure = calloc(1, sizeof(*procedure));
	struct evidence *evidence = calloc(1, sizeof(*evidence));
	*procedure = (struct procedure){ .id = "fixture", .title = "Three bytes, then random",
		.version = "1", .level = PROCEDURE_CLEAR, .status = PROCEDURE_CURRENT,
		.basis = "A procedure of the tests", .hidden = PROCEDURE_HIDDEN_RESTORE,
		.media = PROCEDURE_MEDIA_ANY, .step_count = 2 };
	memset(procedure->sha256, 'a', 64);
	procedure->steps[0] = (struct procedure_step){ .write = PROCEDURE_WRITE_BYTES,
		.byte_count = 3, .bytes = { 0x92, 0x49, 0x24 } };
	procedure->steps[1] = (struct procedure_step){ .write = PROCEDURE_WRITE_RANDOM,
		.verify = PROCEDURE_VERIFY_SAMPLE, .verify_of = 2, .sample_permille = 100,
		.sample_each = 1 };
	struct certificate_person operator_ = { "J\xc3\xbcrgen Beispiel", "juergen@example.org",
		SAMPLE_KEY("Operat") };
	struct certificate_person witness = { "Ada Muster", "ada@example.org", SAMPLE_KEY("Witnes") };
	struct certificate_order order = { "WO-2026-118", "Example AG", "T-77", "Room 2" };
	struct certificate_station station = { "Example GmbH", "Wien", "station1@example.org",
		SAMPLE_KEY("Static"), "01ARZ3NDEKTSV4RRFFQ69G5FA0", 12, "" };
	memset(station.previous, 'b', 64);
	struct os_machine machine = { .host = "wipe1", .machine_id = "0123456789abcdef0123456789abcdef",
		.boot_id = "11111111-2222-3333-4444-555555555555", .kernel = "6.1.0-56-amd64" };
	memset(machine.executable_sha256, 'c', 64);
	struct certificate_tool tool = { "0.1.0", "unknown" };
	struct certificate_inputs inputs = { .plan = &world->plan, .procedure = procedure,
		.device = &world->device, .evidence = evidence, .operator_ = &operator_,
		.witness = &witness, .order = &order, .station = &station, .machine = &machine,
		.tool = &tool, .clock_sync = OS_CLOCK_SYNCHRONISED, .wall_issued_s = 1790001000 };
	enum code code = world_fold(world, evidence, err);
	if (code == CODE_OK)
		code = certificate_assemble(&inputs, ret, err);
	evidence_free(evidence);
	free(evidence);
	free(procedure);
	return code;
}

/* Those that stand in tests/data/certificates/. */
static inline void sample_erased(struct world *world)
{
	(void)world;
}

static inline void sample_exceptions(struct world *world)
{
	world->events[AT_LAST_FINISHED].offset -= 8192;
	world->events[AT_COUNTED].offset -= 8192;
	world_insert(world, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = 8192, .length = 4096, .sys_errno = 5 });
	world_insert(world, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = 40960, .length = 4096, .sys_errno = 5 });
	strcpy(world->device.identity.transport, "sata");
	world->plan.identity = world->device.identity;
	world->events[AT_CLAIMED].flag = false;
}

static inline void sample_failed(struct world *world)
{
	world_remove(world, AT_LAST_FINISHED, 5);
	world_insert(world, AT_LAST_FINISHED, (struct event){ .kind = EVENT_FAILED, .sys_errno = 19,
		.text = "the device vanished while writing" });
	world->events[AT_LAST_DURABLE].offset = 4096000;
	world->events[AT_LAST_DURABLE].length = 4096000;
	world->events[AT_LAST_DURABLE].count = 1000;
}

/* The power failed in the last pass; a day later, after another boot, the job went on. */
static inline void sample_interrupted(struct world *world)
{
	const uint64_t at = 4096000;
	world->events[AT_COUNTED].length = world->events[AT_COUNTED].offset =
	    world->events[AT_COUNTED].count = WORLD_SIZE - at;
	struct sampling sampling;
	struct sampling_walk walk;
	uint64_t offset = 0, len = 0, bytes = at;
	sampling_design(WORLD_SIZE, 512, &(struct sampling_wish){ .permille = 100 }, &sampling);
	sampling_start(&sampling, world->events[AT_SAMPLED].blob, &walk);
	while (sampling_next(&walk, &offset, &len))
		bytes += offset + len - bytes_min(bytes_max(offset, at), offset + len);
	world->events[AT_VERIFY_FINISHED].offset = bytes;
	world_insert(world, AT_SAMPLED, (struct event){ .kind = EVENT_COVERED, .step = 2,
		.length = at });
	world_insert(world, AT_LAST_DURABLE, (struct event){ .kind = EVENT_CLAIMED, .flag = true,
		.text = "io_uring", .length = 128 * 1024, .extra = 32 });
	world_insert(world, AT_LAST_DURABLE, (struct event){ .kind = EVENT_RECOGNISED,
		.length = at, .flag = true });
	world_insert(world, AT_LAST_DURABLE, (struct event){ .kind = EVENT_RESUMED, .step = 1,
		.offset = at, .boot_ns = UINT64_C(30000000000) });
	world_insert(world, AT_LAST_DURABLE, (struct event){ .kind = EVENT_DURABLE, .step = 1,
		.offset = at, .length = at, .count = 1000 });
	world_insert(world, AT_FIRST_STARTED, (struct event){ .kind = EVENT_HEALTH, .flag = true,
		.count = 2, .text = "passed, 31 degrees Celsius" });
	world_insert(world, world->count - 1, (struct event){ .kind = EVENT_HEALTH, .flag = true,
		.count = 2, .extra = 1, .text = "passed, 44 degrees Celsius" });
}

static const struct { const char *name; void (*spoil)(struct world *); } samples[] = {
	{ "erased", sample_erased }, { "exceptions", sample_exceptions }, { "failed", sample_failed },
	{ "interrupted", sample_interrupted },
};

#endif
