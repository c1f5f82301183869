/* SPDX-License-Identifier: GPL-3.0-or-later */
/* procedure: what a file says, and the line of every refusal. */
#include "unit/unit.h"
#include "wipe/procedure.h"

#include <stdio.h>
#include <stdlib.h>

/* Seven lines; the first step's section is line 8. */
#define HEAD                                                                                       \
	"[procedure]\n"                                                                            \
	"id      = test\n"                                                                         \
	"title   = A test\n"                                                                       \
	"version = 1\n"                                                                            \
	"level   = clear\n"                                                                        \
	"status  = current\n"                                                                      \
	"basis   = none\n"

static enum code parse(const char *text, struct faults *faults, struct procedure *procedure)
{
	struct err err;
	*faults = (struct faults){ 0 };
	memset(procedure, 0, sizeof(*procedure));
	return procedure_parse(text, strlen(text), "test.proc", faults, procedure, &err);
}

static struct procedure accepted(const char *text)
{
	struct faults faults;
	struct procedure procedure;
	if (parse(text, &faults, &procedure) != CODE_OK || faults.count)
		fail_msg("%u: %s\nin: %s", faults.items[0].line, faults.items[0].text, text);
	return procedure;
}

/* Exactly one fault, on this line, with these words in it; and nothing is handed out. */
static void refused(const char *text, unsigned line, const char *words)
{
	struct faults faults = { 0 };
	struct procedure procedure;
	struct procedure before;
	struct err err;
	memset(&procedure, 0x5a, sizeof(procedure));
	memcpy(&before, &procedure, sizeof(before));
	enum code code = procedure_parse(text, strlen(text), "x.proc", &faults, &procedure, &err);
	if (code != CODE_INPUT || faults.count != 1 || faults.items[0].warning ||
	    faults.items[0].line != line || !strstr(faults.items[0].text, words))
		fail_msg("code %d, %zu faults, the first on line %u: %s\nin: %s", code,
		    faults.count, faults.items[0].line, faults.items[0].text, text);
	char place[32];
	snprintf(place, sizeof(place), line ? "x.proc:%u: " : "x.proc: ", line);
	assert_true(text_has_prefix(err.line, place));
	assert_memory_equal(&procedure, &before, sizeof(before));
}

static void everything_a_file_can_say_is_kept(void **state)
{
	(void)state;
	const char text[] = "; a comment\n"
	    "[procedure]\n"
	    "id = site-7.b\n"
	    "title = L\xc3\xb6schen\n"
	    "version = 2026-11\n"
	    "level = purge\n"
	    "status = superseded\n"
	    "by = multipass\n"
	    "basis = our rule 7\n"
	    "note = a note\n"
	    "hidden-areas = require-none\n"
	    "media = ssd\n"
	    "[step 1]\n"
	    "sanitize = enhanced-erase\n"
	    "[step 2]\n"
	    "write = 0x92 0xaB  0x24\n"
	    "verify = sample 12.5% in 2000 strata x 2\n"
	    "[step 3]\n"
	    "write = random byte\n"
	    "[step 4]\n"
	    "verify = sample 0.1% of 3 in 7 strata\n"
	    "[step 5]\n"
	    "write = complement of 3\n"
	    "verify = none\n"
	    "[step 6]\n"
	    "verify = full of 5\n";
	struct procedure procedure = accepted(text);
	assert_string_equal(procedure.id, "site-7.b");
	assert_string_equal(procedure.title, "L\xc3\xb6schen");
	assert_string_equal(procedure.version, "2026-11");
	assert_int_equal(procedure.level, PROCEDURE_PURGE);
	assert_int_equal(procedure.status, PROCEDURE_SUPERSEDED);
	assert_string_equal(procedure.by, "multipass");
	assert_string_equal(procedure.basis, "our rule 7");
	assert_string_equal(procedure.note, "a note");
	assert_int_equal(procedure.hidden, PROCEDURE_HIDDEN_REQUIRE_NONE);
	assert_int_equal(procedure.media, PROCEDURE_MEDIA_SSD);
	assert_string_equal(procedure.source, "test.proc");
	char hex[HASH_SHA256_HEX];
	assert_string_equal(procedure.sha256, hash_sha256_hex(text, strlen(text), hex));
	assert_int_equal(procedure.step_count, 6);
	const struct procedure_step *steps = procedure.steps;
	assert_int_equal(steps[0].line, 13);
	assert_int_equal(steps[0].sanitize, PROCEDURE_SANITIZE_ENHANCED_ERASE);
	assert_int_equal(steps[1].write, PROCEDURE_WRITE_BYTES);
	assert_int_equal(steps[1].byte_count, 3);
	assert_memory_equal(steps[1].bytes, "\x92\xab\x24", 3);
	assert_int_equal(steps[1].verify, PROCEDURE_VERIFY_SAMPLE);
	assert_int_equal(steps[1].verify_of, 2);
	assert_int_equal(steps[1].sample_permille, 125);
	assert_int_equal(steps[1].sample_strata, 2000);
	assert_int_equal(steps[1].sample_each, 2);
	assert_int_equal(steps[2].write, PROCEDURE_WRITE_RANDOM_BYTE);
	assert_int_equal(steps[3].verify_of, 3);
	assert_int_equal(steps[3].sample_permille, 1);
	assert_int_equal(steps[3].sample_each, 1);
	assert_int_equal(steps[4].write, PROCEDURE_WRITE_COMPLEMENT);
	assert_int_equal(steps[4].complement_of, 3);
	assert_int_equal(steps[4].verify, PROCEDURE_VERIFY_NONE);
	assert_int_equal(steps[5].verify, PROCEDURE_VERIFY_FULL);
	assert_int_equal(steps[5].verify_of, 5);
	assert_int_equal(procedure_last_content(&procedure), 5);
	assert_true(procedure_is_verified(&procedure));
	assert_int_equal(procedure_pass_count(&procedure), 4);
}

static void what_is_not_said_has_a_default(void **state)
{
	(void)state;
	struct procedure procedure =
	    accepted(HEAD "[step 1]\nwrite = random\nverify = sample 100.0%\n");
	assert_int_equal(procedure.hidden, PROCEDURE_HIDDEN_RESTORE);
	assert_int_equal(procedure.media, PROCEDURE_MEDIA_ANY);
	assert_string_equal(procedure.by, "");
	assert_string_equal(procedure.note, "");
	assert_int_equal(procedure.steps[0].sample_permille, 1000);
	assert_int_equal(procedure.steps[0].sample_strata, 0);
	assert_int_equal(procedure.steps[0].sample_each, 1);
}

static void texts_can_be_read_again(void **state)
{
	(void)state;
	static const char *const writes[] = { "0x00", "0x92 0x49 0x24", "random", "random byte",
		"complement of 1" };
	static const char *const verifies[] = { "full", "sample 10%", "sample 12.5%",
		"sample 10% in 2000 strata x 2", "sample 100% in 1 strata x 1000" };
	char text[1000];
	char out[PROCEDURE_TEXT];
	for (size_t i = 0; i < WIPE_COUNT(writes); i++) {
		for (size_t j = 0; j < WIPE_COUNT(verifies); j++) {
			snprintf(text, sizeof(text), HEAD "[step 1]\nwrite = random\n[step 2]\n"
			    "write = %s\nverify = %s\n", writes[i], verifies[j]);
			struct procedure procedure = accepted(text);
			const struct procedure_step *step = &procedure.steps[1];
			assert_string_equal(procedure_write_text(step, out, sizeof(out)),
			    writes[i]);
			assert_string_equal(procedure_verify_text(step, out, sizeof(out)),
			    verifies[j]);
		}
	}
	struct procedure procedure = accepted(HEAD "[step 1]\nsanitize = block\n[step 2]\n"
	    "write = 0xFF\n[step 3]\nverify = sample 5% of 2 in 9 strata x 3\n");
	const struct procedure_step *steps = procedure.steps;
	assert_string_equal(procedure_write_text(&steps[0], out, sizeof(out)), "sanitize block");
	assert_string_equal(procedure_verify_text(&steps[0], out, sizeof(out)), "none");
	assert_string_equal(procedure_write_text(&steps[1], out, sizeof(out)), "0xff");
	assert_string_equal(procedure_write_text(&steps[2], out, sizeof(out)), "nothing");
	assert_string_equal(procedure_verify_text(&steps[2], out, sizeof(out)),
	    "sample 5% of 2 in 9 strata x 3");
	assert_string_equal(procedure_level_text(PROCEDURE_LEVEL_NONE), "none");
	assert_string_equal(procedure_status_text(PROCEDURE_HISTORIC), "historic");
	assert_string_equal(procedure_hidden_text(PROCEDURE_HIDDEN_RESTORE_DCO), "restore-dco");
	assert_string_equal(procedure_media_text(PROCEDURE_MEDIA_HDD), "hdd");
	assert_string_equal(procedure_sanitize_text(PROCEDURE_SANITIZE_NONE), "none");
	assert_string_equal(procedure_media_text((enum procedure_media)77), "unknown");
	assert_string_equal(procedure_level_text((enum procedure_level)0), "unknown");
}

static void sixty_four_bytes_are_the_most(void **state)
{
	(void)state;
	char bytes[65 * 5 + 1] = "";
	char text[1000];
	char out[PROCEDURE_TEXT];
	for (int i = 0; i < 64; i++)
		snprintf(bytes + strlen(bytes), sizeof(bytes) - strlen(bytes), "%s0x%02x",
		    i ? " " : "", (unsigned)i);
	snprintf(text, sizeof(text), HEAD "[step 1]\nwrite = %s\nverify = full\n", bytes);
	struct procedure procedure = accepted(text);
	assert_string_equal(procedure_write_text(&procedure.steps[0], out, sizeof(out)), bytes);
	/* A short buffer gets the start and stays terminated. */
	assert_string_equal(procedure_write_text(&procedure.steps[0], out, 8), "0x00 0x");
	snprintf(text, sizeof(text), HEAD "[step 1]\nwrite = %s 0x40\nverify = full\n", bytes);
	refused(text, 9, "1 to 64 bytes");
}

static void unverified_content_is_a_warning(void **state)
{
	(void)state;
	static const struct {
		const char *steps;
		unsigned line; /* of the warning; 0: none */
		unsigned content;
	} cases[] = {
		{ "[step 1]\nwrite = random\n", 8, 1 },
		{ "[step 1]\nwrite = random\nverify = full\n[step 2]\nwrite = 0x00\n", 11, 2 },
		{ "[step 1]\nwrite = random\nverify = none\n", 8, 1 },
		{ "[step 1]\nwrite = random\n[step 2]\nverify = full of 1\n", 0, 1 },
		{ "[step 1]\nsanitize = purge\n", 0, 0 },
		{ "[step 1]\nwrite = random\n[step 2]\nsanitize = crypto\n", 0, 0 },
		{ "[step 1]\nsanitize = crypto\n[step 2]\nwrite = random\n", 10, 2 },
	};
	for (size_t i = 0; i < WIPE_COUNT(cases); i++) {
		char text[1000];
		struct faults faults;
		struct procedure procedure;
		snprintf(text, sizeof(text), HEAD "%s", cases[i].steps);
		assert_int_equal(parse(text, &faults, &procedure), CODE_OK);
		assert_int_equal(faults.errors, 0);
		assert_int_equal(faults.count, cases[i].line ? 1 : 0);
		assert_int_equal(procedure_last_content(&procedure), cases[i].content);
		if (cases[i].line) {
			assert_true(faults.items[0].warning);
			assert_int_equal(faults.items[0].line, cases[i].line);
			assert_non_null(strstr(faults.items[0].text, "erased-with-exceptions"));
			assert_false(procedure_is_verified(&procedure));
		}
	}
}

static void steps_that_cannot_be_are_refused_by_line(void **state)
{
	(void)state;
	static const struct {
		const char *steps; /* from line 8 on */
		unsigned line;
		const char *words;
	} cases[] = {
		{ "", 0, "no step writes" },
		{ "[step 2]\nwrite = random\nverify = full\n", 8, "[step 1] is expected" },
		{ "[step 0]\nwrite = random\n[step 1]\nwrite = 0x00\nverify = full\n", 8,
		    "[step 1] is expected" },
		{ "[step 1]\nwrite = 0x00\n[step 3]\nwrite = 0x00\nverify = full\n", 10,
		    "[step 2] is expected" },
		{ "[step 1]\nwrite = 0x00\n[step 1]\nwrite = 0x00\n", 10, "second time" },
		{ "[step 1]\nwrite = random\nverify = full\n[step 100]\nwrite = 0x00\n", 11,
		    "more than 99 steps" },
		{ "[step]\nwrite = random\n[step 1]\nwrite = 0x00\nverify = full\n", 8,
		    "unknown section [step]" },
		{ "[step 1]\nwrite = 0x00\nverify = full\n[pass 2]\nwrite = 0x00\n", 11,
		    "unknown section [pass 2]" },
		{ "[step 1]\nwrite = 0x00\nverify = full\nfoo = 1\n", 11, "unknown key 'foo'" },
		{ "[step 1]\nwrite = 0x00\nwrite = 0x00\n", 10, "second time" },
		{ "[step 1]\nwrite = 0x00\nsanitize = block\n", 10, "two steps" },
		{ "[step 1]\nwrite = 0x00\nverify = full\n[step 2]\n", 11, "does nothing" },
		{ "[step 1]\nwrite = 0x00\nverify = full\n[step 2]\nverify = none\n", 11,
		    "does nothing" },
		{ "[step 1]\nwrite = complement of 1\nverify = full\n", 9, "of itself" },
		{ "[step 1]\nwrite = complement of 2\n[step 2]\nwrite = 0x00\nverify = full\n", 9,
		    "later step" },
		{ "[step 1]\nwrite = complement of 7\nverify = full\n", 9, "later step" },
		{ "[step 1]\nsanitize = block\n[step 2]\nwrite = complement of 1\nverify = full\n",
		    11, "step 1 writes nothing" },
		{ "[step 1]\nsanitize = purge\nverify = full\n", 10, "nothing to verify" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nsanitize = purge\nverify = full of 1\n", 12,
		    "nothing to verify" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nverify = full\n", 11, "no step is named" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nwrite = 0xff\nverify = full of 1\n", 12,
		    "step 1 is gone by step 2" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nwrite = 0xff\n[step 3]\n"
		  "verify = sample 10% of 1\n", 13, "step 1 is gone by step 3" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nsanitize = block\n[step 3]\n"
		  "verify = full of 1\n", 13, "step 1 is gone by step 3" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nverify = full of 3\n[step 3]\n"
		  "write = 0x00\nverify = full\n", 11, "later step" },
		{ "[step 1]\nwrite = 0x00\n[step 2]\nverify = full of 1\n[step 3]\n"
		  "verify = full of 2\n", 13, "step 2 writes nothing" },
		{ "[step 1]\nwrite = 0x00\nverify = full\n\n\tfoo\n", 12, "control characters" },
	};
	for (size_t i = 0; i < WIPE_COUNT(cases); i++) {
		char text[1000];
		snprintf(text, sizeof(text), HEAD "%s", cases[i].steps);
		refused(text, cases[i].line, cases[i].words);
	}
}

static void values_that_are_not_understood_are_refused(void **state)
{
	(void)state;
	static const char *const lines[] = { "write = 0x", "write = 0x0", "write = 0x000",
		"write = 00", "write = 0x00,0x01", "write = 0x00 01", "write = 0xg0",
		"write = 0X00", "write = zero", "write = Random", "write = random random",
		"write = random byte 2", "write = complement", "write = complement of",
		"write = complement of 0", "write = complement of 01",
		"write = complement of 100", "write = complement of 1 2", "write = none",
		"verify = yes", "verify = full 1", "verify = full of", "verify = full of 0",
		"verify = none of 1", "verify = sample", "verify = sample 10",
		"verify = sample 10 %", "verify = sample 0%", "verify = sample 0.0%",
		"verify = sample 100.1%", "verify = sample 101%", "verify = sample 010%",
		"verify = sample 1.25%", "verify = sample 1.%", "verify = sample .5%",
		"verify = sample %", "verify = sample -1%", "verify = sample 10% x 2",
		"verify = sample 10% in 0 strata", "verify = sample 10% in 1000001 strata",
		"verify = sample 10% in 1000", "verify = sample 10% in 1000 strata x",
		"verify = sample 10% in 1000 strata x 0",
		"verify = sample 10% in 1000 strata x 1001",
		"verify = sample 10% in 1000 strata x 2 of 1",
		"verify = sample 99999999999999999999999%", "sanitize = yes", "sanitize = none",
		"sanitize = purge crypto" };
	for (size_t i = 0; i < WIPE_COUNT(lines); i++) {
		char text[1000];
		snprintf(text, sizeof(text), HEAD "[step 1]\n%s\n", lines[i]);
		refused(text, 9, "wanted");
	}
}

static void heads_that_cannot_be_are_refused_by_line(void **state)
{
	(void)state;
	/* A line of the head (by number) put in place of what HEAD says there; NULL: taken out. */
	static const struct {
		unsigned at;
		const char *line;
		unsigned refused;
		const char *words;
	} cases[] = {
		{ 1, "", 2, "before any" },
		{ 2, "", 1, "no 'id'" },
		{ 3, "", 1, "no 'title'" },
		{ 4, "", 1, "no 'version'" },
		{ 5, "", 1, "no 'level'" },
		{ 6, "", 1, "no 'status'" },
		{ 7, "", 1, "no 'basis'" },
		{ 2, "id = Test", 2, "an id is" },
		{ 2, "id = ../test", 2, "an id is" },
		{ 2, "id = a23456789012345678901234567890123456789012345678", 2, "an id is" },
		{ 4, "version = 123456789012345678901234", 4, "longer than 23 bytes" },
		{ 5, "level = destroy", 5, "clear, purge, none" },
		{ 5, "level = purge", 5, "without a sanitize step" },
		{ 6, "status = old", 6, "current, superseded, historic" },
		{ 6, "status = superseded", 6, "'by' is missing" },
		{ 7, "basis = x\nby = y", 8, "superseded only" },
		{ 7, "basis = x\nhidden-areas = none", 8, "restore, restore-dco" },
		{ 7, "basis = x\nmedia = tape", 8, "any, hdd, ssd" },
		{ 7, "basis = x\nauthor = y", 8, "unknown key 'author'" },
		{ 7, "basis = x\nid = test", 8, "second time" },
		{ 7, "basis = x\x1b", 7, "control characters" },
	};
	for (size_t i = 0; i < WIPE_COUNT(cases); i++) {
		static const char *const head[] = { "[procedure]", "id = test", "title = A test",
			"version = 1", "level = clear", "status = current", "basis = none" };
		char text[1000] = "";
		for (unsigned n = 1; n <= WIPE_COUNT(head); n++) {
			strcat(text, n == cases[i].at ? cases[i].line : head[n - 1]);
			strcat(text, "\n");
		}
		strcat(text, "[step 1]\nwrite = random\nverify = full\n");
		if (cases[i].at == 1) {
			struct faults faults;
			struct procedure procedure;
			assert_int_equal(parse(text, &faults, &procedure), CODE_INPUT);
			assert_int_equal(faults.items[0].line, 2);
		} else {
			refused(text, cases[i].refused, cases[i].words);
		}
	}
	refused("[step 1]\nwrite = random\nverify = full\n", 0, "no [procedure]");
}

static void one_run_names_every_fault(void **state)
{
	(void)state;
	struct faults faults;
	struct procedure procedure;
	struct err err;
	const char text[] = HEAD "media = tape\n[step 1]\nwrite = zero\n[step 2]\n"
	    "write = complement of 1\nfoo = 1\n[step 4]\nverify = most of it\n";
	faults = (struct faults){ 0 };
	assert_int_equal(procedure_parse(text, strlen(text), "y.proc", &faults, &procedure, &err),
	    CODE_INPUT);
	static const unsigned lines[] = { 10, 13, 14, 15, 8 };
	assert_int_equal(faults.count, WIPE_COUNT(lines));
	for (size_t i = 0; i < WIPE_COUNT(lines); i++)
		assert_int_equal(faults.items[i].line, lines[i]);
	assert_non_null(strstr(err.line, "and 4 more"));
}

static void paths_a_certificate_cannot_hold_are_refused(void **state)
{
	(void)state;
	const char text[] = HEAD "[step 1]\nwrite = random\nverify = full\n";
	struct faults faults = { 0 };
	struct procedure procedure;
	struct err err;
	assert_int_equal(procedure_parse(text, strlen(text), "\xff.proc", &faults, &procedure,
	    &err), CODE_INPUT);
	assert_non_null(strstr(err.line, "the path is not UTF-8"));
	char path[600];
	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = 0;
	faults = (struct faults){ 0 };
	assert_int_equal(procedure_parse(text, strlen(text), path, &faults, &procedure, &err),
	    CODE_INPUT);
}

static void ninety_nine_steps_are_the_most(void **state)
{
	(void)state;
	char *text = calloc(1, 8192);
	assert_non_null(text);
	strcpy(text, HEAD);
	for (int i = 1; i <= 99; i++)
		sprintf(text + strlen(text), "[step %d]\nwrite = random\n", i);
	strcat(text, "verify = full\n");
	struct procedure procedure = accepted(text);
	assert_int_equal(procedure_pass_count(&procedure), 99);
	assert_int_equal(procedure_last_content(&procedure), 99);
	strcat(text, "[step 100]\nwrite = random\n");
	refused(text, 8 + 99 * 2 + 1, "more than 99 steps");
	free(text);
}

static void every_cut_of_a_file_is_refused_or_says_less(void **state)
{
	(void)state;
	const char text[] = HEAD "[step 1]\nwrite = random\nverify = sample 10%\n";
	for (size_t len = 0; len < strlen(text); len++) {
		struct faults faults = { 0 };
		struct procedure procedure;
		struct err err;
		enum code code = procedure_parse(text, len, "c.proc", &faults, &procedure, &err);
		/* Only where the verify line is wholly gone is it a procedure, with a warning. */
		bool unverified = len == strlen(HEAD "[step 1]\nwrite = random\n");
		assert_int_equal(code, unverified ? CODE_OK : CODE_INPUT);
		assert_true(faults.count > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_a_file_can_say_is_kept),
		cmocka_unit_test(what_is_not_said_has_a_default),
		cmocka_unit_test(texts_can_be_read_again),
		cmocka_unit_test(sixty_four_bytes_are_the_most),
		cmocka_unit_test(unverified_content_is_a_warning),
		cmocka_unit_test(steps_that_cannot_be_are_refused_by_line),
		cmocka_unit_test(values_that_are_not_understood_are_refused),
		cmocka_unit_test(heads_that_cannot_be_are_refused_by_line),
		cmocka_unit_test(one_run_names_every_fault),
		cmocka_unit_test(paths_a_certificate_cannot_hold_are_refused),
		cmocka_unit_test(ninety_nine_steps_are_the_most),
		cmocka_unit_test(every_cut_of_a_file_is_refused_or_says_less),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
