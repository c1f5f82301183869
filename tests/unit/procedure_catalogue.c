/* SPDX-License-Identifier: GPL-3.0-or-later */
/* procedure: which files are found, which hides which, what is said of a name that is not there. */
#include "unit/unit.h"
#include "wipe/procedure.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY(id, title)                                                                            \
	"[procedure]\nid = " id "\ntitle = " title "\nversion = 1\nlevel = clear\n"                \
	"status = current\nbasis = none\n[step 1]\nwrite = random\nverify = full\n"

struct entry {
	const char *folder;
	const char *name;
	const char *text;
};

/* Files that are only read and listed; entries end with a folder of NULL. */
struct shelf {
	struct os_files files;
	const struct entry *entries;
	enum code list_code; /* what listing /broken says */
};

static enum code shelf_read(struct os_files *files, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	const struct shelf *shelf = (const struct shelf *)files;
	for (const struct entry *entry = shelf->entries; entry->folder; entry++) {
		char whole[200];
		snprintf(whole, sizeof(whole), "%s/%s", entry->folder, entry->name);
		if (strcmp(whole, path) != 0)
			continue;
		if (strlen(entry->text) > max)
			return err_set(err, CODE_FULL, "%s: too long", path);
		buf_string(ret, entry->text);
		return CODE_OK;
	}
	return err_set(err, CODE_MISSING, "%s: not there", path);
}

static enum code shelf_list(struct os_files *files, const char *path, struct buf *ret,
    struct err *err)
{
	const struct shelf *shelf = (const struct shelf *)files;
	bool found = false;
	if (strcmp(path, "/broken") == 0)
		return err_set(err, CODE_IO, "/broken: cannot be read");
	for (const struct entry *entry = shelf->entries; entry->folder; entry++) {
		if (strcmp(entry->folder, path) != 0)
			continue;
		found = true;
		buf_append(ret, entry->name, strlen(entry->name) + 1);
	}
	return found ? CODE_OK : err_set(err, CODE_MISSING, "%s: not there", path);
}

static const struct os_files_ops shelf_ops = { .read = shelf_read, .list = shelf_list };

static enum code read_shelf(const struct entry *entries, const char *const *folders,
    struct procedure_catalogue *catalogue, struct err *err)
{
	struct shelf shelf = { .files = { &shelf_ops }, .entries = entries };
	*catalogue = (struct procedure_catalogue){ 0 };
	return procedure_catalogue_read(&shelf.files, folders, catalogue, err);
}

static const char *const two_folders[] = { "/etc/own", "/usr/shipped", NULL };

static void the_site_hides_what_ships(void **state)
{
	(void)state;
	const struct entry entries[] = {
		{ "/etc/own", "README", "not a procedure" },
		{ "/etc/own", ".#zero.proc", "an editor's" },
		{ "/etc/own", "zero.proc", BODY("zero", "Ours") },
		{ "/etc/own", "zero.proc.bak", "old" },
		{ "/usr/shipped", "multipass.proc", BODY("multipass", "Shipped") },
		{ "/usr/shipped", "zero.proc", BODY("zero", "Shipped") },
		{ NULL, NULL, NULL },
	};
	struct procedure_catalogue catalogue;
	const struct procedure *found = NULL;
	struct err err;
	assert_ok(read_shelf(entries, two_folders, &catalogue, &err), err);
	assert_int_equal(catalogue.count, 2);
	assert_string_equal(catalogue.items[0].id, "multipass");
	assert_string_equal(catalogue.items[1].id, "zero");
	assert_ok(procedure_catalogue_find(&catalogue, "zero", &found, &err), err);
	assert_string_equal(found->title, "Ours");
	assert_string_equal(found->source, "/etc/own/zero.proc");
	procedure_catalogue_free(&catalogue);
	assert_null(catalogue.items);
}

static void missing_folders_are_empty(void **state)
{
	(void)state;
	const struct entry entries[] = { { NULL, NULL, NULL } };
	struct procedure_catalogue catalogue;
	const struct procedure *found = NULL;
	struct err err;
	assert_ok(read_shelf(entries, two_folders, &catalogue, &err), err);
	assert_int_equal(catalogue.count, 0);
	assert_int_equal(procedure_catalogue_find(&catalogue, "zero", &found, &err), CODE_MISSING);
	assert_non_null(strstr(err.line, "procedure list"));
	procedure_catalogue_free(&catalogue);
}

static void folders_that_cannot_be_read_are_not_empty(void **state)
{
	(void)state;
	const struct entry entries[] = { { NULL, NULL, NULL } };
	const char *const folders[] = { "/broken", NULL };
	struct procedure_catalogue catalogue;
	struct err err;
	assert_int_equal(read_shelf(entries, folders, &catalogue, &err), CODE_IO);
}

static void a_faulty_file_is_named_with_its_line(void **state)
{
	(void)state;
	const struct entry entries[] = {
		{ "/etc/own", "a.proc", BODY("a", "Fine") },
		{ "/etc/own", "b.proc", BODY("b", "Odd") "verify = never\n" },
		{ NULL, NULL, NULL },
	};
	struct procedure_catalogue catalogue;
	struct err err;
	assert_int_equal(read_shelf(entries, two_folders, &catalogue, &err), CODE_INPUT);
	assert_true(text_has_prefix(err.line, "/etc/own/b.proc:11: "));
	assert_null(catalogue.items);
}

static void a_file_is_named_like_its_procedure(void **state)
{
	(void)state;
	const struct entry entries[] = {
		{ "/etc/own", "zero.proc", BODY("one", "Not zero") },
		{ NULL, NULL, NULL },
	};
	struct procedure_catalogue catalogue;
	struct err err;
	assert_int_equal(read_shelf(entries, two_folders, &catalogue, &err), CODE_INPUT);
	assert_non_null(strstr(err.line, "must be named one.proc"));
}

static void a_file_that_is_too_long_is_malformed(void **state)
{
	(void)state;
	char *text = malloc(INI_FILE_MAX + 2);
	assert_non_null(text);
	memset(text, '\n', INI_FILE_MAX + 1);
	text[INI_FILE_MAX + 1] = 0;
	const struct entry entries[] = { { "/etc/own", "long.proc", text }, { NULL, NULL, NULL } };
	struct procedure_catalogue catalogue;
	struct err err;
	assert_int_equal(read_shelf(entries, two_folders, &catalogue, &err), CODE_INPUT);
	assert_non_null(strstr(err.line, "goes on after 65536 bytes"));
	free(text);
}

static void near_misses_are_named(void **state)
{
	(void)state;
	const struct entry entries[] = {
		{ "/usr/shipped", "dod-3.proc", BODY("dod-3", "x") },
		{ "/usr/shipped", "dod-7.proc", BODY("dod-7", "x") },
		{ "/usr/shipped", "gutmann.proc", BODY("gutmann", "x") },
		{ NULL, NULL, NULL },
	};
	static const struct {
		const char *asked;
		const char *line;
	} cases[] = {
		{ "dod", "there is no procedure 'dod'; near it: dod-3, dod-7" },
		{ "gutman", "there is no procedure 'gutman'; near it: gutmann" },
		{ "gtumann", "there is no procedure 'gtumann'; near it: gutmann" },
		{ "dod-3.proc", "there is no procedure 'dod-3.proc'; near it: dod-3" },
		{ "vsitr", "there is no procedure 'vsitr'; `certwipe procedure list` names those "
		    "there are" },
		{ "", "there is no procedure ''; `certwipe procedure list` names those there are" },
	};
	struct procedure_catalogue catalogue;
	struct err err;
	assert_ok(read_shelf(entries, two_folders, &catalogue, &err), err);
	for (size_t i = 0; i < WIPE_COUNT(cases); i++) {
		const struct procedure *found = NULL;
		assert_int_equal(procedure_catalogue_find(&catalogue, cases[i].asked, &found, &err),
		    CODE_MISSING);
		assert_string_equal(err.line, cases[i].line);
		assert_null(found);
	}
	char longest[5000];
	const struct procedure *found = NULL;
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	assert_int_equal(procedure_catalogue_find(&catalogue, longest, &found, &err), CODE_MISSING);
	procedure_catalogue_free(&catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_site_hides_what_ships),
		cmocka_unit_test(missing_folders_are_empty),
		cmocka_unit_test(folders_that_cannot_be_read_are_not_empty),
		cmocka_unit_test(a_faulty_file_is_named_with_its_line),
		cmocka_unit_test(a_file_is_named_like_its_procedure),
		cmocka_unit_test(a_file_that_is_too_long_is_malformed),
		cmocka_unit_test(near_misses_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
