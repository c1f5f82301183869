/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * app: the power fails at any operation between the end of a job and the end of its folder, or there is no
 * room: in the end there is exactly one certificate, signed, the one that the chain names, and nothing else.
 */
#include "unit/crash_rig.h"

#include "wipe/certificate.h"

#define OTHER "01ARZ3NDEKTSV4RRFFQ69G5FA1"
#define HASH  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

static const struct crash_kind kind = { .name = "issued",
	.steps = "[step 1]\nwrite = random\nverify = full\n" };

/* ---- a process that issues ------------------------------------------------------------------------------ */

struct issuer {
	struct app_office office;
	struct app_disk disk;
	struct evidence evidence;
	bool open; /* the job's folder was there, and what is needed of it is in disk and evidence */
};

static enum code issuer_open(struct issuer *issuer, struct crash_machine *machine, bool reserves,
    struct err *err)
{
	struct app *app = &machine->app;
	struct app_disk *disk = &issuer->disk;
	struct job_session session;
	struct job_document document = { 0 };
	char sha256[HASH_SHA256_HEX] = "";
	const char *id = machine->document.plan.id;
	bool torn = false;
	issuer->office = (struct app_office){ .app = app };
	enum code code = chain_open(app->files, app->clock, app->paths.chain, &issuer->office.chain, &torn,
	    err);
	if (code != CODE_OK)
		return code;
	app_tidy(app);
	BUF_AUTO ids = { 0 };
	code = job_store_list(app, &ids, err);
	if (code != CODE_OK || ids.len == 0)
		return code;
	code = chain_find(issuer->office.chain, "certificate", id, sha256, err);
	if (code == CODE_OK && !sha256[0])
		code = job_store_open(app, id, &document, &issuer->evidence, &session, &disk->journal, err);
	if (code != CODE_OK)
		return code;
	if (!sha256[0]) {
		disk->plan = document.plan;
		disk->procedure = document.procedure;
		disk->clearance.device = document.device;
		job_document_free(&document);
		assert_false(evidence_can_resume(&issuer->evidence));
	}
	text_copy(disk->plan.id, sizeof(disk->plan.id), id);
	issuer->open = true;
	return reserves ? app_reserve(app, disk, err) : CODE_OK;
}

static enum code issuer_try(struct issuer *issuer, struct err *err)
{
	return issuer->open ? app_issue(&issuer->office, &issuer->disk, &issuer->evidence, err) : CODE_OK;
}

static void issuer_close(struct issuer *issuer)
{
	struct err err = { 0 };
	if (issuer->disk.reserved.temporary[0])
		os_files_release(issuer->office.app->files, &issuer->disk.reserved);
	if (journal_close(issuer->disk.journal, &err) != CODE_OK)
		assert_int_not_equal(err.code, CODE_BUG);
	assert_int_equal(chain_close(issuer->office.chain, &err), CODE_OK);
	evidence_free(&issuer->evidence);
	free(issuer);
}

/* One process, which the power may leave. */
static void issue(struct crash_machine *machine, bool reserves, unsigned cut_at)
{
	struct issuer *issuer = calloc(1, sizeof(*issuer));
	struct err err = { 0 };
	machine->power = (struct fake_power){ .cut_at = cut_at };
	enum code code = issuer_open(issuer, machine, reserves, &err);
	if (code == CODE_OK)
		code = issuer_try(issuer, &err);
	if (code != CODE_OK && !machine->power.off)
		fail_msg("%s: %s", machine->trail, err.line);
	issuer_close(issuer);
}

/* ---- what must be true in the end ---------------------------------------------------------------------- */

static void assert_signed(struct crash_machine *machine, const struct buf *document,
    const struct buf *signature)
{
	struct err err = { 0 };
	struct trust_signature parsed;
	assert_ok(trust_signature_parse(signature->data, signature->len, &parsed, &err), err);
	if (trust_signature_verify(&parsed, TRUST_STATION, document->data, document->len, &err) != CODE_OK)
		fail_msg("%s: %s", machine->trail, err.line);
}

/* In the chain once, at the place and after the entry that the document itself names. */
static void assert_chained(struct crash_machine *machine, const struct buf *document)
{
	const struct buf *chain = fake_files_get(machine->files, machine->app.paths.chain);
	struct certificate *certificate = NULL;
	struct err err = { 0 };
	char sha256[HASH_SHA256_HEX], wanted[200], previous[HASH_SHA256_HEX] = "";
	unsigned found = 0, counter = 0;
	assert_ok(certificate_parse(document->data, document->len, "it", &certificate, &err), err);
	const struct certificate_station *station = certificate_station(certificate);
	snprintf(wanted, sizeof(wanted), " %llu certificate %s %s ", (unsigned long long)station->counter,
	    machine->document.plan.id, hash_sha256_hex(document->data, document->len, sha256));
	for (size_t at = 0; at < chain->len; counter++) {
		const char *line = (const char *)chain->data + at;
		const char *end = memchr(line, '\n', chain->len - at);
		assert_non_null(end);
		if (memmem(line, (size_t)(end - line), "certificate", 11)) {
			assert_non_null(memmem(line, (size_t)(end - line), wanted, strlen(wanted)));
			assert_string_equal(station->previous, previous);
			assert_int_equal(station->counter, counter);
			found++;
		}
		hash_sha256_hex(line, (size_t)(end - line), previous);
		at += (size_t)(end - line) + 1;
	}
	if (found != 1)
		fail_msg("%s: %u certificates in the chain", machine->trail, found);
	assert_int_equal(certificate_outcome(certificate), OUTCOME_ERASED);
	certificate_free(certificate);
}

/* Key, chain, jobs/lock, document and signature: no other file. */
static void assert_issued(struct crash_machine *machine)
{
	char path[APP_PATH], signature_path[APP_PATH];
	snprintf(path, sizeof(path), "/state/certificates/%s.json", machine->document.plan.id);
	app_signature_path(path, TRUST_STATION, signature_path);
	const struct buf *document = fake_files_get(machine->files, path);
	const struct buf *signature = fake_files_get(machine->files, signature_path);
	if (!document || !signature)
		fail_msg("%s: no %s", machine->trail, document ? "signature" : "certificate");
	assert_signed(machine, document, signature);
	assert_chained(machine, document);
	for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
		const struct fake_file *file = &machine->files->files[i];
		if (file->unlinked || !file->path[0] || file->is_dir || strcmp(file->path, path) == 0 ||
		    strcmp(file->path, signature_path) == 0 || strcmp(file->path, "/etc/key") == 0 ||
		    strcmp(file->path, "/state/chain") == 0 || strcmp(file->path, "/state/jobs/lock") == 0)
			continue;
		fail_msg("%s: left over: %s", machine->trail, file->path);
	}
	assert_int_equal(fake_files_count(machine->files), 5);
}

/* ---- the cuts ---------------------------------------------------------------------------------------------- */

/* A job that has ended, and nothing of its certificate yet. */
static struct crash_machine *ended(const struct buf *key)
{
	struct crash_machine *machine = crash_machine_new(&kind, key);
	struct app *app = &machine->app;
	struct err err = { 0 };
	app->config = (struct app_config){ .organisation = "Example GmbH",
		.principal = "station1@example.org" };
	app->machine = (struct os_machine){ .host = "wipe1",
		.machine_id = "0123456789abcdef0123456789abcdef", .kernel = "6.1.0-56-amd64",
		.executable_sha256 = HASH };
	assert_ok(os_files_make_dirs(app->files, app->paths.certificates, 0755, &err), err);
	struct crash_process *process = crash_process_run(machine, 0);
	assert_true(process->done);
	crash_process_free(process);
	return machine;
}

/* Another process of the same station, while the job at hand has only its draft, or less. */
static void advance_chain(struct crash_machine *machine)
{
	struct app *app = &machine->app;
	struct err err = { 0 };
	struct chain *chain = NULL;
	bool torn = false;
	machine->power = (struct fake_power){ 0 };
	assert_ok(chain_open(app->files, app->clock, app->paths.chain, &chain, &torn, &err), err);
	assert_ok(chain_append_start(chain, OTHER, HASH, &err), err);
	assert_ok(chain_close(chain, &err), err);
}

static unsigned operations_of(const struct buf *key)
{
	struct crash_machine *machine = ended(key);
	issue(machine, true, 0);
	assert_issued(machine);
	unsigned operations = machine->power.operations;
	crash_machine_free(machine);
	return operations;
}

static void finish(struct crash_machine *machine)
{
	issue(machine, false, 0);
	crash_machine_fail(machine, FAKE_CRASH_LOSE, 0); /* what is said to be done stays */
	issue(machine, false, 0); /* and finds nothing to do, but tidies */
	assert_issued(machine);
	crash_machine_free(machine);
}

static void a_crash_at_any_operation_leaves_one_certificate(void **state)
{
	const struct crash_fixture *fixture = *state;
	const struct buf *key = &fixture->key;
	unsigned operations = operations_of(key);
	assert_true(operations > 60);
	for (unsigned cut = 1; cut <= operations + 1; cut += fixture->stride) {
		for (unsigned i = 0; i < 4 * FAKE_CRASH_COUNT; i++) {
			struct crash_machine *machine = ended(key);
			issue(machine, i & 1, cut);
			crash_machine_fail(machine, (enum fake_crash)(i / 4), cut * 100 + i);
			if (i & 2)
				advance_chain(machine);
			finish(machine);
		}
	}
}

static void two_crashes_leave_one_certificate(void **state)
{
	const struct crash_fixture *fixture = *state;
	const struct buf *key = &fixture->key;
	unsigned operations = operations_of(key);
	for (unsigned first = 1; first <= operations; first += 3 * fixture->stride) {
		for (unsigned second = 1 + first % 5; second <= operations; second += 5) {
			struct crash_machine *machine = ended(key);
			unsigned seed = first * 1009 + second;
			issue(machine, true, first);
			crash_machine_fail(machine, (enum fake_crash)(seed % FAKE_CRASH_COUNT), seed);
			issue(machine, false, second);
			crash_machine_fail(machine, (enum fake_crash)(seed / 5 % FAKE_CRASH_COUNT), seed);
			finish(machine);
		}
	}
}

static uint64_t bytes_in(const struct crash_machine *machine)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < FAKE_FILES_MAX; i++)
		bytes += machine->files->files[i].unlinked ? 0 : machine->files->files[i].content.len;
	return bytes;
}

/* Tried again by the process that holds the evidence, or by another one after it is gone. */
static void a_full_filesystem_only_delays(void **state)
{
	const struct crash_fixture *fixture = *state;
	const struct buf *key = &fixture->key;
	bool was_full = true;
	unsigned delayed = 0;
	for (uint64_t extra = 0; was_full; extra += 61) {
		struct crash_machine *machine = ended(key);
		struct issuer *issuer = calloc(1, sizeof(*issuer));
		struct err err = { 0 };
		machine->power = (struct fake_power){ 0 };
		assert_ok(issuer_open(issuer, machine, false, &err), err);
		machine->files->room = bytes_in(machine) + extra;
		enum code code = issuer_try(issuer, &err);
		was_full = code != CODE_OK;
		delayed += was_full;
		if (was_full)
			assert_int_equal(code, CODE_FULL);
		machine->files->room = UINT64_MAX;
		if (extra % 2)
			advance_chain(machine);
		if (was_full && extra % 3)
			assert_ok(issuer_try(issuer, &err), err);
		issuer_close(issuer);
		finish(machine);
	}
	assert_true(delayed > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_any_operation_leaves_one_certificate),
		cmocka_unit_test(two_crashes_leave_one_certificate),
		cmocka_unit_test(a_full_filesystem_only_delays),
	};
	return cmocka_run_group_tests(tests, crash_set_up, crash_tear_down);
}
