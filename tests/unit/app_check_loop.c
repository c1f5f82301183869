/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * app: does `check --device` read the disk it has scanned, and no other? The scan is made up, so it
 * can be of a disk that is not there any more when the real loop device is opened by its name.
 */
#include "unit/device_machine.h"
#include "unit/loop_rig.h"
#include "unit/odd_kernel.h"
#include "unit/sample_certificate.h"
#include "wipe/app.h"

struct rig {
	struct machine *machine;
	struct loop_rig loop;
	const char *name; /* "loop3" */
	char number[16]; /* "7:3" */
	struct app app;
	struct app_check_report report;
	char path[128]; /* of the certificate */
	const char *word; /* what is to be checked: NULL = the loop device by its name */
};

/* The real value, where a test does not lie about it. */
static void put_real(struct rig *rig, const char *file)
{
	char path[128];
	char value[32];
	snprintf(path, sizeof(path), "/sys/block/%s/%s", rig->name, file);
	FILE *attribute = fopen(path, "re");
	assert_non_null(attribute);
	assert_non_null(fgets(value, sizeof(value), attribute));
	fclose(attribute);
	value[strcspn(value, "\n")] = 0;
	put_disk(rig->machine, rig->name, file, value);
}

static void lose_names(struct identity *identity)
{
	identity->model[0] = identity->serial[0] = identity->wwn[0] = identity->unit[0] = 0;
}

static void write_certificate(struct rig *rig)
{
	struct world world;
	struct certificate *certificate = NULL;
	struct err *err = &rig->machine->err;
	BUF_AUTO text = { 0 };
	world_start(&world);
	lose_names(&world.device.identity);
	world.plan.identity = world.device.identity;
	assert_ok(sample_certificate(&world, &certificate, err), *err);
	assert_ok(certificate_format(certificate, &text, err), *err);
	certificate_free(certificate);
	host_tree_bytes(rig->machine->dir, "/certificate.json", text.data, text.len);
	snprintf(rig->path, sizeof(rig->path), "%s/certificate.json", rig->machine->dir);
}

static void open_rig(struct rig *rig, void **state, uint64_t size)
{
	*rig = (struct rig){ .machine = *state, .loop = loop_rig_open(size, "") };
	if (!rig->loop.node[0])
		skip();
	rig->name = rig->loop.node + strlen("/dev/");
	snprintf(rig->number, sizeof(rig->number), "7:%s", rig->name + strlen("loop"));
	add_disk(rig->machine->dir, rig->name, "virtual", rig->number);
	put_disk(rig->machine, rig->name, "size", "20000"); /* WORLD_SIZE in sectors */
	put_real(rig, "diskseq");
	put_real(rig, "queue/physical_block_size");
	write_certificate(rig);
}

static enum code check(struct rig *rig)
{
	struct app_check_request request = { .path = rig->path, .device = rig->loop.node };
	if (rig->word)
		request.device = rig->word;
	struct err *err = &rig->machine->err;
	rig->app.clock = os_clock_system();
	assert_ok(host_tree_open(rig->machine->dir, &rig->app.host, err), *err);
	assert_ok(os_files_open(&rig->app.files, err), *err);
	strcpy(rig->app.paths.allowed_signers, "/nonexistent/allowed_signers");
	strcpy(rig->app.paths.revoked_keys, "/nonexistent/revoked_keys");
	enum code code = app_check(&rig->app, &request, &rig->report, err);
	app_close(&rig->app);
	return code;
}

static void assert_another(struct rig *rig, const char *what)
{
	assert_int_equal(check(rig), CODE_GONE);
	assert_non_null(strstr(rig->machine->err.line, "is another device now"));
	assert_non_null(strstr(rig->machine->err.line, what));
	loop_rig_close(&rig->loop);
}

static void the_disk_that_was_scanned_is_read(void **state)
{
	struct rig rig;
	open_rig(&rig, state, WORLD_SIZE);
	assert_ok(check(&rig), rig.machine->err);
	assert_int_equal(rig.report.device, APP_DEVICE_UNSURE);
	assert_true(rig.report.content_asked);
	assert_true(rig.report.content_bytes > 0);
	assert_false(rig.report.content_same);
	app_check_free(&rig.report);
	loop_rig_close(&rig.loop);
}

static void a_broken_kernel_is_told_and_not_used(void **state)
{
	struct rig rig;
	const struct content_kernel *const kernels[] = { &odd_kernel, &content_kernel_libcrypto, NULL };
	open_rig(&rig, state, WORLD_SIZE);
	rig.app.kernels = kernels;
	assert_ok(check(&rig), rig.machine->err);
	assert_true(rig.report.content_asked);
	assert_non_null(strstr(rig.report.keystream_line, "odd"));
	app_check_free(&rig.report);
	loop_rig_close(&rig.loop);
}

static void a_kernel_that_cannot_be_had_is_a_fault_of_the_configuration(void **state)
{
	struct rig rig;
	const struct content_kernel *const kernels[] = { &odd_kernel, &content_kernel_libcrypto, NULL };
	open_rig(&rig, state, WORLD_SIZE);
	rig.app.kernels = kernels;
	strcpy(rig.app.config.keystream, "odd");
	assert_int_equal(check(&rig), CODE_CONFIG);
	assert_non_null(strstr(rig.machine->err.line, "keystream = odd"));
	loop_rig_close(&rig.loop);
}

static void another_disk_of_the_same_name_and_number_is_not_read(void **state)
{
	struct rig rig;
	open_rig(&rig, state, WORLD_SIZE);
	put_disk(rig.machine, rig.name, "diskseq", "18446744073709551615");
	assert_another(&rig, "diskseq");
}

static void a_name_that_leads_to_another_number_is_not_read(void **state)
{
	struct rig rig;
	open_rig(&rig, state, WORLD_SIZE);
	put_disk(rig.machine, rig.name, "dev", "7:4095");
	host_tree_node(rig.machine->dir, "/dev/scanned", "block", "0:6", "7:4095");
	rig.word = "/dev/scanned";
	assert_another(&rig, "minor number");
}

static void a_disk_of_another_size_is_not_read(void **state)
{
	struct rig rig;
	open_rig(&rig, state, WORLD_SIZE / 2);
	assert_another(&rig, "size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(the_disk_that_was_scanned_is_read),
		RULE(a_broken_kernel_is_told_and_not_used),
		RULE(a_kernel_that_cannot_be_had_is_a_fault_of_the_configuration),
		RULE(another_disk_of_the_same_name_and_number_is_not_read),
		RULE(a_name_that_leads_to_another_number_is_not_read),
		RULE(a_disk_of_another_size_is_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
