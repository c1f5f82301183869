/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render: certificates as text; golden pages, and no line too long. */
#include "unit/unit.h"
#include "wipe/render.h"

#include "unit/sample_certificate.h"

#include <stdio.h>

static void render(size_t index, unsigned columns, struct buf *ret)
{
	struct world *world = malloc(sizeof(*world));
	struct certificate *certificate = NULL;
	struct certificate_signatures signatures = { .count = 2, .all_good = false, .items = {
		{ .role = TRUST_STATION, .state = CERTIFICATE_SIGNATURE_GOOD,
		    .principal = "station1@example.org", .key = SAMPLE_KEY("Static") },
		{ .role = TRUST_OPERATOR, .state = CERTIFICATE_SIGNATURE_MISSING,
		    .line = "there is none" } } };
	struct err err;
	world_start(world);
	samples[index].spoil(world);
	assert_ok(sample_certificate(world, &certificate, &err), err);
	assert_ok(render_text(certificate, index ? &signatures : NULL, columns, ret, &err), err);
	certificate_free(certificate);
	free(world);
}

/* CERTWIPE_GOLDEN=write makes them anew. */
static void golden_pages_come_out_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(samples); i++) {
		BUF_AUTO made = { 0 };
		BUF_AUTO golden = { 0 };
		char path[512];
		render(i, 80, &made);
		snprintf(path, sizeof(path), TEST_SOURCE_DIR "/tests/data/certificates/%s.txt",
		    samples[i].name);
		FILE *file = fopen(path, getenv("CERTWIPE_GOLDEN") ? "w+b" : "rb");
		assert_non_null(file);
		if (getenv("CERTWIPE_GOLDEN")) {
			assert_int_equal(fwrite(made.data, 1, made.len, file), made.len);
			rewind(file);
		}
		char piece[4096];
		size_t got = 0;
		while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
			buf_append(&golden, piece, got);
		fclose(file);
		assert_int_equal(made.len, golden.len);
		assert_memory_equal(made.data, golden.data, golden.len);
	}
}

static void no_line_is_longer_than_the_page_and_nothing_is_lost(void **state)
{
	(void)state;
	for (unsigned columns = 60; columns <= 200; columns += 7) {
		BUF_AUTO made = { 0 };
		render(1, columns, &made);
		char *line = (char *)made.data;
		for (char *end = strchr(line, '\n'); end; line = end + 1, end = strchr(line, '\n')) {
			unsigned wide = 0;
			for (char *c = line; c < end; c++)
				wide += ((unsigned char)*c & 0xc0) != 0x80;
			assert_true(wide <= columns);
			assert_true(end == line || end[-1] != ' ');
		}
		assert_non_null(strstr((char *)made.data, "E R A S E D   W I T H"));
		assert_non_null(strstr((char *)made.data, "J\xc3\xbcrgen Beispiel"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_pages_come_out_byte_for_byte),
		cmocka_unit_test(no_line_is_longer_than_the_page_and_nothing_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
