/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crash_machine: fake files and one fake disk on one power supply, and the document of a job on it.
 */
#ifndef TESTS_UNIT_CRASH_MACHINE_H
#define TESTS_UNIT_CRASH_MACHINE_H

#include "unit/unit.h"

#include "fakes/disk.h"
#include "fakes/files_memory.h"
#include "unit/world.h"
#include "wipe/app/app_private.h"
#include "wipe/app/job_store.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define CRASH_SIZE   UINT64_C(262144)
#define CRASH_BLOCK  (32u * 1024)
#define CRASH_BAD    2048u
#define CRASH_SECOND UINT64_C(1000000000)

struct crash_kind {
	const char *name;
	const char *steps; /* of a procedure */
	uint64_t bad; /* where 2 KiB can be neither written nor read; 0: nowhere */
	bool forgets; /* the key of the first step, in the second */
};

/* What outlives a crash, and the supply that causes it. */
struct crash_machine {
	const struct crash_kind *kind;
	struct fake_power power;
	struct fake_files *files;
	struct fake_disk *disk;
	struct app app;
	struct job_document document; /* of the job, with all its keys */
	unsigned boots;
	unsigned lag; /* so many events the worker is ahead of the supervisor, if it need not wait */
	char trail[200]; /* the cuts so far, for whoever has to find out why */
};

/* Given to every test: the station's key, as its file, and which operations are tried: every n-th. */
struct crash_fixture {
	struct buf key;
	unsigned stride; /* $CERTWIPE_STRIDE, for slow builds; else 1 */
};

static inline int crash_set_up(void **state)
{
	struct crash_fixture *fixture = calloc(1, sizeof(*fixture));
	struct trust_secret_key *key = NULL;
	struct err err = { 0 };
	uint64_t stride = 1;
	const char *wish = getenv("CERTWIPE_STRIDE");
	if (wish && (!text_u64_parse(wish, &stride) || stride < 1 || stride > 1000))
		return -1;
	fixture->stride = (unsigned)stride;
	/* Thousands of machines: their memory does not go back to the system each time. */
	mallopt(M_MMAP_THRESHOLD, 64 * 1024 * 1024);
	mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
	if (trust_secret_key_new(&key, &err) != CODE_OK ||
	    trust_secret_key_format(key, "station", &fixture->key, &err) != CODE_OK)
		return -1;
	trust_secret_key_free(key);
	*state = fixture;
	return 0;
}

static inline int crash_tear_down(void **state)
{
	struct crash_fixture *fixture = *state;
	buf_free(&fixture->key);
	free(fixture);
	return 0;
}

/* ---- the machine ------------------------------------------------------------------------------------- */

static inline void crash_procedure(struct crash_machine *machine)
{
	struct err err = { 0 };
	struct faults faults = { 0 };
	struct job_document *document = &machine->document;
	buf_printf(&document->procedure_text, "[procedure]\nid = crash\ntitle = %s\nversion = 1\n"
	    "level = clear\nstatus = current\nbasis = A procedure of the tests\n%s", machine->kind->name,
	    machine->kind->steps);
	assert_ok(procedure_parse(document->procedure_text.data, document->procedure_text.len, "crash",
	    &faults, &document->procedure, &err), err);
}

static inline void crash_document(struct crash_machine *machine)
{
	struct err err = { 0 };
	struct job_document *document = &machine->document;
	struct clearance *clearance = calloc(1, sizeof(*clearance));
	crash_procedure(machine);
	world_device(&document->device);
	document->device.identity.size = CRASH_SIZE;
	assert_ok(device_clear(&document->device, clearance, &err), err);
	assert_ok(plan_build(clearance, &document->procedure, NULL, &document->plan, &err), err);
	free(clearance);
	document->plan.block = CRASH_BLOCK;
	document->plan.depth = 4;
	for (unsigned i = 0; i < document->plan.step_count; i++) {
		if (document->plan.steps[i].verify == PROCEDURE_VERIFY_SAMPLE)
			document->plan.steps[i].sample_strata = 8; /* else a disk so small is read whole */
	}
	text_copy(document->boot_id, sizeof(document->boot_id), "boot-1");
	document->wall_created_s = 1790000000;
}

/* Borrows kind. key: the station's, as its file. */
static inline struct crash_machine *crash_machine_new(const struct crash_kind *kind,
    const struct buf *key)
{
	struct crash_machine *machine = calloc(1, sizeof(*machine));
	machine->kind = kind;
	machine->files = fake_files_new();
	machine->files->power = &machine->power;
	machine->files->allocates = 16 * 1024;
	machine->disk = fake_disk_new(CRASH_SIZE, 512, 8, CRASH_BLOCK);
	machine->disk->power = &machine->power;
	machine->disk->remembers = true;
	machine->disk->request_ns = 9 * CRASH_SECOND; /* a checkpoint every few requests */
	if (kind->bad)
		fake_disk_fault(machine->disk, (struct fake_disk_fault){ .kinds = FAKE_WRITE | FAKE_READ,
		    .act = FAKE_FAIL, .offset = kind->bad, .length = CRASH_BAD, .sys_errno = EIO });
	struct app *app = &machine->app;
	*app = (struct app){ .files = &machine->files->base, .clock = &machine->disk->clock,
		.tool = { "0.1.0", "unknown" }, .paths = { .key = "/etc/key", .chain = "/state/chain",
		    .jobs = "/state/jobs", .certificates = "/state/certificates" } };
	fake_files_set(machine->files, app->paths.key, key->data, key->len);
	crash_document(machine);
	return machine;
}

static inline void crash_machine_free(struct crash_machine *machine)
{
	job_document_free(&machine->document);
	os_disk_free(&machine->disk->disk);
	os_files_free(&machine->files->base);
	free(machine);
}

static inline bool crash_is_untouched(const struct crash_machine *machine)
{
	for (uint64_t i = 0; i < CRASH_SIZE; i++) {
		if (machine->disk->bytes[i] != 0xa5)
			return false;
	}
	return true;
}

/* The power comes back; what follows from seed is gone. */
static inline void crash_machine_fail(struct crash_machine *machine, enum fake_crash how, uint64_t seed)
{
	size_t len = strlen(machine->trail);
	snprintf(machine->trail + len, sizeof(machine->trail) - len, " [operation %u, crash %d, seed %llu]",
	    machine->power.operations, (int)how, (unsigned long long)seed);
	fake_files_crash(machine->files, how, seed);
	fake_disk_crash(machine->disk, seed);
	machine->disk->now_ns += 3600 * CRASH_SECOND;
	machine->power = (struct fake_power){ 0 };
}

#endif
