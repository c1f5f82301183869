/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bays: what a site's file may say, which place gets which label, and that two answers are none. */
#include "fakes/files_memory.h"
#include "unit/unit.h"
#include "wipe/device.h"

#include <stdio.h>

static enum code parse(const char *text, struct device_bays *ret, struct err *err)
{
	return device_bays_parse(text, strlen(text), "bays", ret, err);
}

static struct device_place place(void)
{
	return (struct device_place){ .path = "pci-0000:00:1f.2-ata-1.0", .pci = "0000:00:1f.2",
		.scsi = "0:0:3:0", .enclosure = "0:0:8:0", .enclosure_id = "0x500304801e977a7f",
		.component = "Slot 05", .slot_known = true, .slot = 5 };
}

/* The label that this map gives that place; "-" when the map is refused. */
static const char *label(const char *text, struct device_place at)
{
	static char out[sizeof(at.bay) + sizeof(at.note)];
	struct device_bays bays;
	struct err err;
	if (parse(text, &bays, &err) != CODE_OK)
		return "-";
	size_t index = device_bays_label(&bays, &at);
	assert_int_equal(index < bays.count, at.bay[0] != 0);
	snprintf(out, sizeof(out), "%s%s", at.bay, at.note);
	device_bays_free(&bays);
	return out;
}

static void each_way_to_name_a_port_works(void **state)
{
	(void)state;
	static const char *const good[] = { "path = pci-0000:00:1f.2-ata-1.0", "path = pci-0000:00:1f.2-ata-1",
		"path = pci-*-ata-?", "path = *", "enclosure = 0:0:8:0\nslot = 5",
		"enclosure = 0x500304801e977a7f\nslot = 5", "enclosure = 0x5003048*\nslot = 5",
		"pci = 0000:00:1f.2", "scsi = 0:0:3", "scsi = 0:0:3\npci = 0000:00:1f.2\npath = *-ata-1.0" };
	static const char *const other[] = { "path = pci-0000:00:1f.2-ata-2", "path = pci-0000:00:1f.2-ata-1.",
		"path = pci", "path = pci-0000:00:1f.2-ata-10", "path = ?", "enclosure = 0:0:8:0\nslot = 6",
		"enclosure = 0:0:8:1\nslot = 5", "pci = 0000:00:1f.3", "scsi = 0:0:30", "scsi = 0:0:4",
		"scsi = 10:0:3", "scsi = 0:0:3\npci = 0000:00:1f.3" };
	char text[200];
	for (size_t i = 0; i < WIPE_COUNT(good); i++) {
		snprintf(text, sizeof(text), "[bay 1]\nlabel = A-03\n%s\n", good[i]);
		assert_string_equal(label(text, place()), "A-03");
	}
	for (size_t i = 0; i < WIPE_COUNT(other); i++) {
		snprintf(text, sizeof(text), "[bay 1]\nlabel = A-03\n%s\n", other[i]);
		assert_string_equal(label(text, place()), "");
	}
}

static void what_is_not_known_fits_nothing(void **state)
{
	(void)state;
	const struct device_place nowhere = { .path = "" };
	assert_string_equal(label("[bay 1]\nlabel = A\npath = *\n", nowhere), "");
	assert_string_equal(label("[bay 1]\nlabel = A\nenclosure = *\nslot = 0\n", nowhere), "");
	struct device_place unnumbered = place();
	unnumbered.slot_known = false;
	assert_string_equal(label("[bay 1]\nlabel = A##\nenclosure = *\nslot = 0-9\n", unnumbered), "");
	/* The drive on the second plug of a cable is not the port's. */
	struct device_place second = place();
	text_copy(second.path, sizeof(second.path), "pci-0000:00:1f.2-ata-1.1");
	assert_string_equal(label("[bay 1]\nlabel = A\npath = pci-0000:00:1f.2-ata-1\n", second), "");
}

static void slots_are_numbered(void **state)
{
	(void)state;
	assert_string_equal(label("[bay 1]\nlabel = A-##\nenclosure = 0:0:8:0\nslot = 0-23\n", place()), "A-05");
	assert_string_equal(label("[bay 1]\nlabel = #x\nenclosure = 0:0:8:0\nslot = 5-6\n", place()), "5x");
	assert_string_equal(label("[bay 1]\nlabel = A-##\nenclosure = 0:0:8:0\nslot = 6-23\n", place()), "");
	/* A number that is too long for the label makes no shorter one. */
	struct device_place high = place();
	high.slot = 1234;
	assert_non_null(strstr(label("[bay 1]\nlabel = ABCDEFGHIJKLMN#\nenclosure = *\nslot = 0-9999\n", high),
	    "no room"));
}

static void two_labels_are_none(void **state)
{
	(void)state;
	assert_string_equal(label("[bay 1]\nlabel = A\nscsi = 0:0:3\n[bay 2]\nlabel = B\npath = *\n", place()),
	    "both A and B of the bays are here");
	assert_string_equal(label("[bay 1]\nlabel = A-##\nenclosure = *\nslot = 1-9\n"
				  "[bay 2]\nlabel = A-05\npath = *\n", place()), "A-05");
}

static void bays_are_in_the_order_of_their_numbers(void **state)
{
	(void)state;
	struct device_bays bays;
	struct err err;
	assert_ok(parse("; map\n[bay 30]\nlabel = C\nscsi = 0:0:3\n[bay 4]\nlabel = A\nscsi = 0:0:1\n", &bays,
		      &err), err);
	assert_int_equal(bays.count, 2);
	assert_string_equal(bays.items[0].label, "A");
	assert_int_equal(bays.items[0].line, 5);
	assert_int_equal(bays.items[1].number, 30);
	device_bays_free(&bays);
	assert_ok(parse("", &bays, &err), err);
	assert_int_equal(bays.count, 0);
	device_bays_free(&bays);
}

static void every_fault_is_named_with_its_line(void **state)
{
	(void)state;
	static const struct { const char *text, *said; } wrong[] = {
		{ "[bay]\n", "bays:1: section [bay] is not [bay N]" },
		{ "[bays 1]\n", "bays:1: section" },
		{ "[bay 1]\nscsi = 0:0:1\n", "bays:1: this bay has no label" },
		{ "[bay 1]\nlabel = A\n", "bays:1: nothing says where" },
		{ "[bay 1]\nlabel = A\nenclosure = *\n", "bays:1: enclosure and slot belong" },
		{ "[bay 1]\nlabel = A\nslot = 3\npath = *\n", "bays:1: enclosure and slot belong" },
		{ "[bay 1]\nlabel = A\nenclosure = *\nslot = 1-2\n", "bays:1: several slots have one label" },
		{ "[bay 1]\nlabel = A##\nenclosure = *\nslot = 1\n", "bays:1: the label has room" },
		{ "[bay 1]\nlabel = A##\npath = *\n", "bays:1: the label has room" },
		{ "[bay 1]\nlabel = #A#\nenclosure = *\nslot = 1-2\n", "bays:2: label '#A#' has two" },
		{ "[bay 1]\nlabel = A B\nscsi = 0:0:1\n", "bays:2: label 'A B' holds" },
		{ "[bay 1]\nlabel = 1234567890123456\nscsi = 0:0:1\n", "bays:2: label is longer than 15" },
		{ "[bay 1]\nlabel = A\nscsi = 0:0\n", "bays:3: scsi" },
		{ "[bay 1]\nlabel = A\nscsi = 0:0:1:0\n", "bays:3: scsi" },
		{ "[bay 1]\nlabel = A\npci = 00:1f.2\n", "bays:3: pci" },
		{ "[bay 1]\nlabel = A\npci = 0000:00:1F.2\n", "bays:3: pci" },
		{ "[bay 1]\nlabel = A\nenclosure = *\nslot = 2-1\n", "bays:4: slot" },
		{ "[bay 1]\nlabel = A\nenclosure = *\nslot = -1\n", "bays:4: slot" },
		{ "[bay 1]\nlabel = A\nenclosure = *\nslot = 1-\n", "bays:4: slot" },
		{ "[bay 1]\nlabel = A\nenclosure = *\nslot = 01\n", "bays:4: slot" },
		{ "[bay 1]\nlabel = A\nenclosure = *\nslot = 1-10000\n", "bays:4: slot" },
		{ "[bay 1]\nlabel = A\nport = 1\n", "bays:3: unknown key 'port'" },
		{ "[bay 1]\nlabel = A\npath = a b\n", "bays:3: path" },
		{ "[bay 1]\nlabel = A\nscsi = 0:0:1\n[bay 2]\nlabel = A\nscsi = 0:0:2\n",
		    "bays:4: label A is here a second time, first in the section on line 1" },
		{ "[bay 1]\nlabel = A\nscsi = 0:0:1\n[bay 1]\n", "bays:4: section [bay 1] is here a second" },
		{ "[bay 1]\nlabel = A\nscsi = 0:0:1", "bays:3: the last line" },
	};
	struct device_bays bays;
	struct err err;
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		assert_int_equal(parse(wrong[i].text, &bays, &err), CODE_INPUT);
		if (!text_has_prefix(err.line, wrong[i].said))
			fail_msg("\"%s\" instead of \"%s\"", err.line, wrong[i].said);
	}
}

static void a_site_without_a_map_has_no_bays(void **state)
{
	(void)state;
	struct fake_files *files = fake_files_new();
	struct device_bays bays;
	struct err err;
	assert_ok(device_bays_read(&files->base, "/etc/certwipe/bays", &bays, &err), err);
	assert_int_equal(bays.count, 0);
	fake_files_set(files, "/etc/certwipe/bays", "[bay 1]\n", 8);
	assert_int_equal(device_bays_read(&files->base, "/etc/certwipe/bays", &bays, &err), CODE_INPUT);
	assert_true(text_has_prefix(err.line, "/etc/certwipe/bays:1: "));
	os_files_free(&files->base);
}

static void stars_match_in_linear_time(void **state)
{
	(void)state;
	static const struct { const char *pattern, *text; bool fits; } cases[] = {
		{ "", "", true }, { "*", "", true }, { "?", "", false }, { "a*c", "abbc", true },
		{ "a*c", "abcb", false }, { "*a*b*", "xxaxxbxx", true }, { "**", "ab", true },
		{ "a?c", "abc", true }, { "a?c", "ac", false }, { "*ab", "aab", true },
		{ "*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};
	for (size_t i = 0; i < WIPE_COUNT(cases); i++)
		assert_int_equal(device_bays_match(cases[i].pattern, cases[i].text), cases[i].fits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_to_name_a_port_works),
		cmocka_unit_test(what_is_not_known_fits_nothing),
		cmocka_unit_test(slots_are_numbered),
		cmocka_unit_test(two_labels_are_none),
		cmocka_unit_test(bays_are_in_the_order_of_their_numbers),
		cmocka_unit_test(every_fault_is_named_with_its_line),
		cmocka_unit_test(a_site_without_a_map_has_no_bays),
		cmocka_unit_test(stars_match_in_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
