/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app: before the first write of a run the kernel is chosen, and what is wrong with one is said. */
#include "unit/unit.h"
#include "fakes/files_memory.h"
#include "unit/odd_kernel.h"
#include "wipe/app/app_private.h"

struct rig {
	struct app app;
	struct app_run run;
	struct app_face face;
	unsigned warned;
	char line[CONTENT_KERNEL_LINE];
	struct err err;
};

static void on_warn(void *self, const char *line)
{
	struct rig *rig = self;
	rig->warned++;
	assert_true(text_copy(rig->line, sizeof(rig->line), line));
}

/* Up to the station's key, which is missing: the kernel comes first. */
static enum code preflight(struct rig *rig, const struct content_kernel *const *kernels,
    const char *keystream)
{
	struct fake_files *files = fake_files_new();
	*rig = (struct rig){ .app = { .files = &files->base, .kernels = kernels },
		.face = { .warn = on_warn, .self = rig } };
	strcpy(rig->app.paths.config, "/etc/certwipe/certwipe.conf");
	strcpy(rig->app.paths.key, "/etc/certwipe/station_ed25519");
	strcpy(rig->app.config.keystream, keystream);
	rig->run = (struct app_run){ .office = { .app = &rig->app }, .face = &rig->face };
	enum code code = app_preflight(&rig->run, &rig->err);
	os_files_free(&files->base);
	return code;
}

static void nothing_is_said_where_all_is_well(void **state)
{
	(void)state;
	struct rig rig;
	assert_int_equal(preflight(&rig, NULL, ""), CODE_CONFIG);
	assert_non_null(strstr(rig.err.line, "station_ed25519"));
	assert_int_equal(rig.warned, 0);
	assert_non_null(rig.run.office.kernel);
}

static void a_broken_kernel_is_warned_of_once_and_another_one_taken(void **state)
{
	(void)state;
	struct rig rig;
	const struct content_kernel *const kernels[] = { &odd_kernel, &content_kernel_libcrypto, NULL };
	assert_int_equal(preflight(&rig, kernels, "auto"), CODE_CONFIG);
	assert_int_equal(rig.warned, 1);
	assert_non_null(strstr(rig.line, "by odd:"));
	assert_ptr_equal(rig.run.office.kernel, &content_kernel_libcrypto);
}

static void the_configured_kernel_is_taken_or_nothing_begins(void **state)
{
	(void)state;
	struct rig rig;
	const struct content_kernel *const kernels[] = { &odd_kernel, &content_kernel_libcrypto, NULL };
	assert_int_equal(preflight(&rig, NULL, "libcrypto"), CODE_CONFIG);
	assert_non_null(strstr(rig.err.line, "station_ed25519"));
	assert_ptr_equal(rig.run.office.kernel, &content_kernel_libcrypto);
	assert_int_equal(preflight(&rig, kernels, "odd"), CODE_CONFIG);
	assert_non_null(strstr(rig.err.line, "/etc/certwipe/certwipe.conf: keystream = odd: "));
	assert_null(rig.run.office.kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_where_all_is_well),
		cmocka_unit_test(a_broken_kernel_is_warned_of_once_and_another_one_taken),
		cmocka_unit_test(the_configured_kernel_is_taken_or_nothing_begins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
