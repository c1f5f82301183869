/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * procedure: the patterns that ship say what they must. The table below was typed from the sources
 * in their own notation, not from the files: R a random stream, c a random byte drawn here, ~N the
 * complement of pass N, hexadecimal digits a repeated sequence of bytes, P the sanitize command.
 * Behind the bar stands the readback of the last pass.
 */
#include "unit/unit.h"
#include "wipe/procedure.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define PATTERNS TEST_SOURCE_DIR "/patterns"

struct shipped {
	const char *id;
	enum procedure_status status;
	const char *passes;
};

static const struct shipped table[] = {
	{ "acsi-33", PROCEDURE_SUPERSEDED, "c ~1 ~2 ~3 R | sample 10%" },
	{ "afssi-5020", PROCEDURE_HISTORIC, "00 FF c | sample 10%" },
	{ "ar-380-19", PROCEDURE_HISTORIC, "R c ~2 | full" },
	{ "con6", PROCEDURE_CURRENT, "R | sample 10%" },
	{ "dod-3", PROCEDURE_HISTORIC, "c ~1 R | full" },
	{ "dod-7", PROCEDURE_HISTORIC, "c ~1 R c c ~5 R | full" },
	{ "gutmann", PROCEDURE_HISTORIC,
	    "R R R R 55 AA 924924 492492 249249 00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF "
	    "924924 492492 249249 6DB6DB B6DB6D DB6DB6 R R R R | sample 10%" },
	{ "is5-baseline", PROCEDURE_SUPERSEDED, "00 | full" },
	{ "is5-enhanced", PROCEDURE_SUPERSEDED, "FF 00 R | full" },
	{ "ism-flash", PROCEDURE_CURRENT, "R R | full" },
	{ "ism-hdd", PROCEDURE_CURRENT, "R | full" },
	{ "itsg-06", PROCEDURE_SUPERSEDED, "c ~1 R | full" },
	{ "multipass", PROCEDURE_CURRENT, "R ~1 R | sample 10%" },
	{ "navso-mfm", PROCEDURE_HISTORIC, "FF FDFFFFFF R | full" },
	{ "navso-rll", PROCEDURE_HISTORIC, "FF E4FFFFFF R | full" },
	{ "nist-clear", PROCEDURE_CURRENT, "R | sample 10%" },
	{ "nist-purge", PROCEDURE_CURRENT, "P | none" },
	{ "nist-purge-overwrite", PROCEDURE_CURRENT, "P R | sample 10%" },
	{ "nist-r1-clear", PROCEDURE_SUPERSEDED, "00 | sample 10% in 1000 strata x 2" },
	{ "nnsa", PROCEDURE_HISTORIC, "R R 00 | full" },
	{ "nzsit-402", PROCEDURE_SUPERSEDED, "R | full" },
	{ "one", PROCEDURE_CURRENT, "FF | full" },
	{ "ops-ii", PROCEDURE_HISTORIC, "00 FF 00 FF 00 FF R | full" },
	{ "pfitzner-33", PROCEDURE_HISTORIC,
	    "R R R R R R R R R R R R R R R R R R R R R R R R R R R R R R R R R | sample 10%" },
	{ "pfitzner-7", PROCEDURE_HISTORIC, "R R R R R R R | sample 10%" },
	{ "random", PROCEDURE_CURRENT, "R | full" },
	{ "schneier", PROCEDURE_HISTORIC, "FF 00 R R R R R | sample 10%" },
	{ "vsitr", PROCEDURE_SUPERSEDED, "00 FF 00 FF 00 FF AA | full" },
	{ "zero", PROCEDURE_CURRENT, "00 | full" },
};

static struct procedure shipped(const char *id)
{
	char path[500];
	char text[INI_FILE_MAX];
	struct faults faults = { 0 };
	struct procedure procedure;
	struct err err;
	snprintf(path, sizeof(path), "%s/%s.proc", PATTERNS, id);
	FILE *file = fopen(path, "rb");
	if (!file)
		fail_msg("%s does not ship", path);
	size_t len = fread(text, 1, sizeof(text), file);
	fclose(file);
	assert_ok(procedure_parse(text, len, path, &faults, &procedure, &err), err);
	if (faults.count)
		fail_msg("%s:%u: %s", path, faults.items[0].line, faults.items[0].text);
	assert_string_equal(procedure.id, id);
	return procedure;
}

static void add_pass(const struct procedure_step *step, char *out, size_t size)
{
	size_t used = strlen(out);
	switch (step->write) {
	case PROCEDURE_WRITE_NONE:
		snprintf(out + used, size - used,
		    step->sanitize == PROCEDURE_SANITIZE_PURGE ? "P " : "? ");
		break;
	case PROCEDURE_WRITE_BYTES:
		for (size_t i = 0; i < step->byte_count; i++)
			snprintf(out + used + 2 * i, size - used - 2 * i, "%02X ",
			    step->bytes[i]);
		break;
	case PROCEDURE_WRITE_RANDOM:
		snprintf(out + used, size - used, "R ");
		break;
	case PROCEDURE_WRITE_RANDOM_BYTE:
		snprintf(out + used, size - used, "c ");
		break;
	case PROCEDURE_WRITE_COMPLEMENT:
		snprintf(out + used, size - used, "~%u ", step->complement_of);
		break;
	}
}

static void every_pattern_does_what_its_source_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(table); i++) {
		struct procedure procedure = shipped(table[i].id);
		char passes[2000] = "";
		char verify[PROCEDURE_TEXT];
		for (unsigned n = 0; n < procedure.step_count; n++) {
			const struct procedure_step *step = &procedure.steps[n];
			add_pass(step, passes, sizeof(passes));
			/* Only the last pass is read back. */
			if (n + 1 < procedure.step_count)
				assert_int_equal(step->verify, PROCEDURE_VERIFY_NONE);
			else
				procedure_verify_text(step, verify, sizeof(verify));
		}
		strcat(passes, "| ");
		strcat(passes, verify);
		if (strcmp(passes, table[i].passes) != 0)
			fail_msg("%s: %s\nwanted: %s", table[i].id, passes, table[i].passes);
		if (procedure.status != table[i].status)
			fail_msg("%s is %s", table[i].id, procedure_status_text(procedure.status));
	}
}

static void the_table_knows_every_file(void **state)
{
	(void)state;
	size_t count = 0;
	DIR *folder = opendir(PATTERNS);
	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		assert_true(text_has_suffix(entry->d_name, ".proc"));
		count++;
	}
	closedir(folder);
	assert_int_equal(count, WIPE_COUNT(table));
}

static void only_a_sanitize_claims_purge(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(table); i++) {
		struct procedure procedure = shipped(table[i].id);
		bool purge = text_has_prefix(table[i].id, "nist-purge");
		assert_int_equal(procedure.level, purge ? PROCEDURE_PURGE : PROCEDURE_CLEAR);
		assert_int_equal(procedure.hidden, PROCEDURE_HIDDEN_RESTORE);
		/* What is left by us is read back, always. */
		assert_int_equal(procedure_is_verified(&procedure),
		    procedure_last_content(&procedure) != 0);
	}
}

static void patterns_say_what_is_ours_and_what_is_disputed(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		const char *words;
	} said[] = {
		{ "multipass", "ours" }, { "con6", "ours" }, { "nist-clear", "ours" },
		{ "gutmann", "ours" }, { "schneier", "ours" }, { "pfitzner-7", "ours" },
		{ "pfitzner-33", "ours" }, { "acsi-33", "ours" }, { "vsitr", "CON.6.A12" },
		{ "navso-rll", "27ffffff" }, { "navso-mfm", "bfffffff" },
		{ "dod-7", "no DoD text" }, { "nist-r1-clear", "2025-09-26" },
	};
	for (size_t i = 0; i < WIPE_COUNT(said); i++) {
		struct procedure procedure = shipped(said[i].id);
		if (!strstr(procedure.note, said[i].words))
			fail_msg("%s does not say '%s'", said[i].id, said[i].words);
	}
	for (size_t i = 0; i < WIPE_COUNT(table); i++) {
		struct procedure procedure = shipped(table[i].id);
		assert_true(procedure.note[0] != 0);
		assert_true(procedure.basis[0] != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pattern_does_what_its_source_says),
		cmocka_unit_test(the_table_knows_every_file),
		cmocka_unit_test(only_a_sanitize_claims_purge),
		cmocka_unit_test(patterns_say_what_is_ours_and_what_is_disputed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
