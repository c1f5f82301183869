/* SPDX-License-Identifier: GPL-3.0-or-later */
/* os_locate_set(): one attribute of one slot is written, and no name or link leads to anything else. */
#include "unit/unit.h"

#include "fakes/host_tree.h"
#include "wipe/os/locate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SLOT "/devices/pci0000:00/host0/0:0:8:0/enclosure/0:0:8:0/Slot 03"

struct rig {
	char dir[64];
	long magic; /* of where it lies */
	struct err err;
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct statfs fs;
	assert_non_null(rig);
	strcpy(rig->dir, "/tmp/certwipe-host-XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	assert_int_equal(statfs(rig->dir, &fs), 0);
	rig->magic = (long)fs.f_type;
	host_tree_file(rig->dir, SLOT "/locate", "0\n");
	host_tree_file(rig->dir, SLOT "/fault", "0\n");
	host_tree_link(rig->dir, "/class/enclosure/0:0:8:0",
	    "../../devices/pci0000:00/host0/0:0:8:0/enclosure/0:0:8:0");
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	host_tree_remove(rig->dir);
	free(rig);
	return 0;
}

static void assert_content(const struct rig *rig, const char *path, const char *wanted)
{
	char real[256];
	char got[16] = "";
	snprintf(real, sizeof(real), "%s%s", rig->dir, path);
	int fd = open(real, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(read(fd, got, sizeof(got) - 1) >= 0);
	close(fd);
	assert_string_equal(got, wanted);
}

static enum code light(struct rig *rig, const char *enclosure, const char *component, bool on)
{
	return locate_set_at(rig->dir, rig->magic, enclosure, component, on, &rig->err);
}

static void the_light_of_a_slot_goes_on_and_off(void **state)
{
	struct rig *rig = *state;
	assert_ok(light(rig, "0:0:8:0", "Slot 03", true), rig->err);
	assert_content(rig, SLOT "/locate", "1\n");
	assert_ok(light(rig, "0:0:8:0", "Slot 03", false), rig->err);
	assert_content(rig, SLOT "/locate", "0\n");
	assert_content(rig, SLOT "/fault", "0\n");
}

static void a_slot_or_light_that_is_not_there_is_missing(void **state)
{
	struct rig *rig = *state;
	assert_int_equal(light(rig, "0:0:8:0", "Slot 04", true), CODE_MISSING);
	assert_int_equal(light(rig, "0:0:9:0", "Slot 03", true), CODE_MISSING);
	host_tree_file(rig->dir, "/devices/pci0000:00/host0/0:0:8:0/enclosure/0:0:8:0/dark/slot", "1\n");
	assert_int_equal(light(rig, "0:0:8:0", "dark", true), CODE_MISSING);
	/* Nothing is made in place of what is missing. */
	assert_int_equal(light(rig, "0:0:8:0", "dark", true), CODE_MISSING);
}

static void names_that_are_paths_are_no_names(void **state)
{
	struct rig *rig = *state;
	static const char *const wrong[] = { "", ".", "..", "a/b", "/", "../0:0:8:0", "tab\there", "\x1b[m" };
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		assert_int_equal(light(rig, wrong[i], "Slot 03", true), CODE_INPUT);
		assert_int_equal(light(rig, "0:0:8:0", wrong[i], true), CODE_INPUT);
	}
	char longer[200];
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(light(rig, longer, "Slot 03", true), CODE_INPUT);
}

static void no_link_leads_out(void **state)
{
	struct rig *rig = *state;
	char outside[128];
	char elsewhere[] = "/tmp/certwipe-host-XXXXXX";
	assert_non_null(mkdtemp(elsewhere));
	host_tree_file(elsewhere, "/Slot 03/locate", "0\n");
	host_tree_link(rig->dir, "/class/enclosure/absolute", elsewhere);
	snprintf(outside, sizeof(outside), "../../../%s", strrchr(elsewhere, '/') + 1);
	host_tree_link(rig->dir, "/class/enclosure/relative", outside);
	assert_int_equal(light(rig, "absolute", "Slot 03", true), CODE_REFUSED);
	assert_int_equal(light(rig, "relative", "Slot 03", true), CODE_REFUSED);
	snprintf(outside, sizeof(outside), "%s/Slot 03/locate", elsewhere);
	host_tree_link(rig->dir, "/class/enclosure/inner/Slot 03/locate", outside);
	assert_int_equal(light(rig, "inner", "Slot 03", true), CODE_REFUSED);
	struct rig there = { .magic = rig->magic };
	memcpy(there.dir, elsewhere, sizeof(elsewhere));
	assert_content(&there, "/Slot 03/locate", "0\n");
	host_tree_remove(elsewhere);
}

static void only_a_file_of_the_right_filesystem_is_written(void **state)
{
	struct rig *rig = *state;
	assert_int_equal(locate_set_at(rig->dir, rig->magic + 1, "0:0:8:0", "Slot 03", true, &rig->err),
	    CODE_REFUSED);
	assert_content(rig, SLOT "/locate", "0\n");
	host_tree_folder(rig->dir, "/class/enclosure/odd/Slot 03/locate");
	assert_int_not_equal(light(rig, "odd", "Slot 03", true), CODE_OK);
}

#define LIGHT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIGHT(the_light_of_a_slot_goes_on_and_off),
		LIGHT(a_slot_or_light_that_is_not_there_is_missing),
		LIGHT(names_that_are_paths_are_no_names),
		LIGHT(no_link_leads_out),
		LIGHT(only_a_file_of_the_right_filesystem_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
