/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: mountinfo and VPD pages, from the kernel and from drives that lie about lengths. */
#include "unit/unit.h"
#include "wipe/device.h"
#include "wipe/device/mountinfo.h"
#include "wipe/device/vpd.h"

#include <stdlib.h>

static enum code parse(const char *text, struct mountinfo *ret)
{
	struct err err;
	return mountinfo_parse(text, strlen(text), ret, &err);
}

static void mountinfo_is_read_whole(void **state)
{
	(void)state;
	struct mountinfo list;
	assert_int_equal(parse("36 35 98:0 /a\\040b /m\\134nt rw,noatime master:1 shared:2 - ext3 "
			       "/dev/root rw,x y\n41 26 0:46 / /t rw - tmpfs  rw\n",
			     &list),
	    CODE_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].major, 98);
	assert_string_equal(list.items[0].root, "/a b");
	assert_string_equal(list.items[0].point, "/m\\nt");
	assert_string_equal(list.items[0].type, "ext3");
	assert_string_equal(list.items[0].source, "/dev/root");
	assert_string_equal(list.items[0].options, "rw,x y");
	assert_string_equal(list.items[1].source, "");
	mountinfo_free(&list);
	assert_int_equal(parse("", &list), CODE_OK);
	assert_int_equal(list.count, 0);
	mountinfo_free(&list);
}

static void mountinfo_is_refused_whole(void **state)
{
	(void)state;
	static const char good[] = "36 35 98:0 / /mnt rw - ext3 /dev/root rw\n";
	struct mountinfo list;
	static const char *const bad[] = {
		"36 35 980 / /mnt rw - ext3 /dev/root rw\n",
		"36 35 98:0 / mnt rw - ext3 /dev/root rw\n",
		"36 35 98:0 / /mnt rw ext3 /dev/root rw\n",
		"36 35 98:0 / /mnt rw - ext3 /dev/root\n",
		"36 35 98:-1 / /mnt rw - ext3 /dev/root rw\n",
		"36 35 4294967296:0 / /mnt rw - ext3 /dev/root rw\n",
		"x 35 98:0 / /mnt rw - ext3 /dev/root rw\n",
		"36 35 98:0 / /m\\04nt rw - ext3 /dev/root rw\n",
		"36 35 98:0 / /m\\000nt rw - ext3 /dev/root rw\n",
		"36 35 98:0 / /m\\477nt rw - ext3 /dev/root rw\n",
		"\n",
	};
	for (size_t i = 0; i < WIPE_COUNT(bad); i++)
		assert_int_equal(parse(bad[i], &list), CODE_INPUT);
	/* Every strict prefix but nothing at all. */
	for (size_t len = 1; len < sizeof(good) - 1; len++) {
		struct err err;
		assert_int_equal(mountinfo_parse(good, len, &list, &err), CODE_INPUT);
	}
}

static void pages_give_serial_and_name(void **state)
{
	(void)state;
	char out[64];
	static const uint8_t serial[] = { 0, 0x80, 0, 8, ' ', ' ', 'Z', 'A', '1', '\x1b', '2', ' ' };
	struct buf page = { .data = (uint8_t *)(uintptr_t)serial, .len = sizeof(serial) };
	assert_true(vpd_serial(&page, out, sizeof(out)));
	assert_string_equal(out, "ZA1\\x1b2");
	assert_false(vpd_name(&page, out, sizeof(out)));
	/* The target port's NAA first (association 1), then the unit's. */
	static const uint8_t names[] = { 0, 0x83, 0, 24, 0x61, 0x93, 0, 8, 0x50, 0, 0xc5, 0, 0, 0, 0, 1,
		0x01, 0x03, 0, 8, 0x50, 0, 0xc5, 0, 0xa1, 0xb2, 0xc3, 0xd4 };
	page = (struct buf){ .data = (uint8_t *)(uintptr_t)names, .len = sizeof(names) };
	assert_true(vpd_name(&page, out, sizeof(out)));
	assert_string_equal(out, "naa.5000c500a1b2c3d4");
}

/* Exact allocations, so that a sanitizer sees one byte too many. */
static void pages_may_be_cut_anywhere(void **state)
{
	(void)state;
	char out[64];
	for (size_t len = 1; len < 80; len++) {
		struct buf page = { .data = malloc(len), .len = len };
		assert_non_null(page.data);
		for (unsigned code = 0x80; code <= 0x89; code++) {
			memset(page.data, 0xff, len);
			if (len > 1)
				page.data[1] = (uint8_t)code;
			(void)vpd_serial(&page, out, sizeof(out));
			(void)vpd_name(&page, out, sizeof(out));
			assert_false(vpd_ata_model(&page, out, sizeof(out)));
			memset(page.data, 0, len);
			if (len > 1)
				page.data[1] = (uint8_t)code;
			assert_false(vpd_name(&page, out, sizeof(out)));
		}
		free(page.data);
	}
}

static void ata_strings_are_swapped_back(void **state)
{
	(void)state;
	char out[64];
	uint8_t data[572] = { 0, 0x89, 0x02, 0x38 };
	struct buf page = { .data = data, .len = sizeof(data) };
	memcpy(data + 60 + 27 * 2, "DW CDW01ZEXE", 12);
	memcpy(data + 60 + 10 * 2, "SW-123", 6);
	memcpy(data + 60 + 23 * 2, "10A1", 4);
	assert_true(vpd_ata_model(&page, out, sizeof(out)));
	assert_string_equal(out, "WDC WD10EZEX");
	assert_true(vpd_ata_serial(&page, out, sizeof(out)));
	assert_string_equal(out, "WS1-32");
	assert_true(vpd_ata_firmware(&page, out, sizeof(out)));
	assert_string_equal(out, "011A");
	page.len--;
	assert_false(vpd_ata_model(&page, out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mountinfo_is_read_whole),
		cmocka_unit_test(mountinfo_is_refused_whole),
		cmocka_unit_test(pages_give_serial_and_name),
		cmocka_unit_test(pages_may_be_cut_anywhere),
		cmocka_unit_test(ata_strings_are_swapped_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
