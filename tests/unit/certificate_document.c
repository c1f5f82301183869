/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate: what is assembled, byte for byte; what is read back; what is refused. */
#include "unit/unit.h"
#include "wipe/certificate.h"

#include "unit/sample_certificate.h"

#include <stdio.h>

static void make(size_t index, struct buf *ret)
{
	struct world *world = malloc(sizeof(*world));
	struct certificate *certificate = NULL;
	struct err err;
	world_start(world);
	samples[index].spoil(world);
	assert_ok(sample_certificate(world, &certificate, &err), err);
	assert_ok(certificate_format(certificate, ret, &err), err);
	certificate_free(certificate);
	free(world);
}

static void read_golden(const char *name, struct buf *ret)
{
	char path[512];
	snprintf(path, sizeof(path), TEST_SOURCE_DIR "/tests/data/certificates/%s.json", name);
	FILE *file = fopen(path, "rb");
	if (!file)
		fail_msg("%s is missing", path);
	char piece[4096];
	size_t got = 0;
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(ret, piece, got);
	fclose(file);
}

/* CERTWIPE_GOLDEN=write makes the golden files anew; look at the difference before committing. */
static void golden_certificates_come_out_byte_for_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(samples); i++) {
		BUF_AUTO made = { 0 };
		BUF_AUTO golden = { 0 };
		make(i, &made);
		if (getenv("CERTWIPE_GOLDEN")) {
			char path[512];
			snprintf(path, sizeof(path), TEST_SOURCE_DIR "/tests/data/certificates/%s.json",
			    samples[i].name);
			FILE *file = fopen(path, "wb");
			assert_non_null(file);
			assert_int_equal(fwrite(made.data, 1, made.len, file), made.len);
			assert_int_equal(fclose(file), 0);
		}
		read_golden(samples[i].name, &golden);
		assert_int_equal(made.len, golden.len);
		assert_memory_equal(made.data, golden.data, golden.len);
	}
}

static void what_was_parsed_formats_to_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(samples); i++) {
		BUF_AUTO golden = { 0 };
		BUF_AUTO again = { 0 };
		struct certificate *certificate = NULL;
		struct err err;
		read_golden(samples[i].name, &golden);
		assert_ok(certificate_parse(golden.data, golden.len, "g", &certificate, &err), err);
		assert_ok(certificate_format(certificate, &again, &err), err);
		assert_int_equal(again.len, golden.len);
		assert_memory_equal(again.data, golden.data, golden.len);
		certificate_free(certificate);
	}
}

static void every_strict_prefix_is_refused(void **state)
{
	(void)state;
	BUF_AUTO golden = { 0 };
	read_golden("exceptions", &golden);
	for (size_t len = 0; len < golden.len; len += len + 40 < golden.len ? 37 : 1) {
		struct certificate *certificate = NULL;
		struct err err;
		assert_int_equal(certificate_parse(golden.data, len, "g", &certificate, &err), CODE_INPUT);
	}
}

struct lie {
	const char *sample, *from, *to;
};

/* Each turns a truthful document into one that claims more than its facts carry. */
static const struct lie lies[] = {
	{ "erased", "\"completed\"", "\"stopped\"" },
	{ "erased", "\"exclusive\": true", "\"exclusive\": false" },
	{ "erased", "\"identity_after\": \"same\"", "\"identity_after\": \"not-asked\"" },
	{ "erased", "\"identity_after\": \"same\"", "\"identity_after\": \"different\"" },
	{ "erased", "\"kernel\": 20480000", "\"kernel\": 20480512" },
	{ "erased", "\"kernel\": 20480000", "\"kernel\": 20479488" },
	{ "erased", "\"acknowledged\": 20480000", "\"acknowledged\": 20479488" },
	{ "erased", "\"discarded\": 0", "\"discarded\": 512" },
	{ "erased", "\"after\": \"not-applicable\"", "\"after\": \"unknown\"" },
	{ "erased", "\"after\": \"not-applicable\"", "\"after\": \"present\"" },
	{ "erased", "\"bytes\": 10240000", "\"bytes\": 10239488" },
	{ "erased", "\"bytes\": 1024000,", "\"bytes\": 0," },
	{ "erased", "\"blocks_compared\": 1000", "\"blocks_compared\": 999" },
	{ "erased", "\"strata\": \"1000\"", "\"strata\": \"500\"" },
	{ "erased", "\"block_bytes\": 1024", "\"block_bytes\": 512" },
	{ "erased", "\"mode\": \"sample\"", "\"mode\": \"full\"" },
	{ "erased", "\"of_step\": \"2\"", "\"of_step\": \"1\"" },
	{ "erased", "\"durable\": true", "\"durable\": false" },
	{ "erased", "\"unwritten_bytes\": 0", "\"unwritten_bytes\": 512" },
	{ "erased", "\"mismatch_bytes\": 0", "\"mismatch_bytes\": 512" },
	{ "erased", "\"unreadable_bytes\": 0", "\"unreadable_bytes\": 512" },
	{ "erased", "\"total\": \"0\"", "\"total\": \"1\"" },
	{ "erased", "\"state\": \"finished\"", "\"state\": \"started\"" },
	{ "erased", "\"achieved\": \"clear\"", "\"achieved\": \"purge\"" },
	{ "erased", "\"key\": \"000102", "\"key\": \"ff0102" },
	{ "erased", "\"left\": true", "\"left\": false" },
	{ "erased", "\"outcome\": \"erased\"", "\"outcome\": \"not-erased\"" },
	{ "erased", "\"outcome\": \"erased\"", "\"outcome\": \"erased-with-exceptions\"" },
	{ "erased", "\"format\": \"certwipe-certificate/1\"", "\"format\": \"certwipe-certificate/2\"" },
	{ "erased", "\"id\": \"01ARZ", "\"id\": \"81ARZ" },
	{ "erased", "\"capacity\": 10240000", "\"capacity\": 10240512" },
	{ "erased", "\"capacity\": 10240000", "\"capacity\": 10240000.0" },
	{ "erased", "\"capacity\": 10240000", "\"capacity\": \"10240000\"" },
	{ "erased", "\"counter\": \"12\"", "\"counter\": \"012\"" },
	{ "erased", "\"counter\": \"12\"", "\"counter\": 12" },
	{ "erased", "ada@example.org", "juergen@example.org" },
	{ "erased", "  \"issued\"", "   \"issued\"" },
	{ "erased", "J\xc3\xbcrgen", "J\\u00fcrgen" },
	{ "erased", "\"order\"", "\"border\"" },
	{ "erased", "\"issued\": \"2026-", "\"issued\": \"2026-13-" },
	{ "exceptions", "erased-with-exceptions", "erased" },
	{ "exceptions", "\"length\": 4096", "\"length\": 2048" },
	{ "exceptions", "\"offset\": 8192", "\"offset\": 10239999" },
	{ "failed", "not-erased", "erased" },
	{ "failed", "not-erased", "erased-with-exceptions" },
	{ "failed", "\"achieved\": \"none\"", "\"achieved\": \"clear\"" },
	{ "interrupted", "\"covered_bytes\": 4096000", "\"covered_bytes\": 4095488" },
	{ "interrupted", "\"durable_bytes\": 4096000", "\"durable_bytes\": 4096512" },
	{ "interrupted", "\"durable_bytes\": 4096000", "\"durable_bytes\": 10240512" },
	{ "interrupted", "\"bytes\": 4710400", "\"bytes\": 4095488" },
	{ "interrupted", "\"acknowledged\": 6144000", "\"acknowledged\": 6143488" },
	{ "interrupted", "\"reallocated\": {\n      \"before\": \"2\"",
	    "\"reallocated\": {\n      \"before\": \"two\"" },
};

static void a_document_that_its_facts_do_not_carry_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(lies); i++) {
		BUF_AUTO golden = { 0 };
		BUF_AUTO lie = { 0 };
		struct certificate *certificate = NULL;
		struct err err;
		read_golden(lies[i].sample, &golden);
		const char *text = (const char *)golden.data;
		const char *place = strstr(text, lies[i].from);
		if (!place)
			fail_msg("%s: not there", lies[i].from);
		buf_append(&lie, text, (size_t)(place - text));
		buf_string(&lie, lies[i].to);
		buf_string(&lie, place + strlen(lies[i].from));
		if (certificate_parse(lie.data, lie.len, "lie", &certificate, &err) != CODE_INPUT)
			fail_msg("accepted: %s", lies[i].to);
	}
}

/* The golden's second range moved onto the first: one byte is excused once, not once a range. */
static void a_byte_in_two_ranges_counts_once(void **state)
{
	(void)state;
	BUF_AUTO golden = { 0 };
	BUF_AUTO moved = { 0 };
	struct certificate *certificate = NULL;
	struct err err;
	read_golden("exceptions", &golden);
	char *place = strstr((char *)golden.data, "\"offset\": 40960");
	assert_non_null(place);
	buf_append(&moved, golden.data, (size_t)(place - (char *)golden.data));
	buf_printf(&moved, "\"offset\": 10240%s", place + strlen("\"offset\": 40960"));
	assert_ok(certificate_parse(moved.data, moved.len, "moved", &certificate, &err), err);
	/* 8192 to 12288 and 10240 to 14336 */
	assert_int_equal(certificate_range_overlap(certificate, 0, 65536), 6144);
	assert_int_equal(certificate_range_overlap(certificate, 8192, 4096), 4096);
	assert_int_equal(certificate_range_overlap(certificate, 12288, 65536), 2048);
	assert_int_equal(certificate_range_overlap(certificate, 14336, 65536), 0);
	assert_int_equal(certificate_range_overlap(certificate, 0, 8192), 0);
	certificate_free(certificate);
}

static void facts_are_told_in_the_words_of_the_lower_floors(void **state)
{
	(void)state;
	BUF_AUTO made = { 0 };
	struct certificate *certificate = NULL;
	struct content content;
	struct sampling sampling;
	uint8_t seed[CONTENT_SEED];
	struct err err;
	make(1, &made);
	assert_ok(certificate_parse(made.data, made.len, "c", &certificate, &err), err);
	assert_int_equal(certificate_outcome(certificate), OUTCOME_WITH_EXCEPTIONS);
	assert_string_equal(certificate_identity(certificate)->serial, "S5GXNX0T123456");
	assert_string_equal(certificate_identity(certificate)->name, "nvme0n1");
	assert_int_equal(certificate_identity(certificate)->major, 259);
	assert_true(certificate_left_content(certificate, &content));
	assert_int_equal(content.kind, CONTENT_KEYSTREAM);
	assert_int_equal(content.key[31], 31);
	assert_true(certificate_left_sampling(certificate, &sampling, seed));
	assert_int_equal(sampling.strata, 1000);
	assert_int_equal(seed[0], 7);
	assert_int_equal(certificate_range_count(certificate), 2);
	assert_int_equal(certificate_range(certificate, 1)->offset, 40960);
	assert_null(certificate_range(certificate, 2));
	assert_string_equal(certificate_person(certificate, TRUST_WITNESS)->name, "Ada Muster");
	assert_null(certificate_person(certificate, TRUST_APPROVER));
	assert_int_equal(certificate_station(certificate)->counter, 12);
	certificate_free(certificate);
}

static void keys_of_overwritten_passes_are_not_told(void **state)
{
	(void)state;
	struct world *world = malloc(sizeof(*world));
	struct certificate *certificate = NULL;
	struct content content;
	BUF_AUTO text = { 0 };
	struct err err;
	world_start(world);
	world->plan.steps[0].content = (struct content){ .kind = CONTENT_KEYSTREAM };
	memset(world->plan.steps[0].content.key, 0xee, CONTENT_KEY);
	hash_sha256_hex(world->plan.steps[0].content.key, CONTENT_KEY, world->plan.steps[0].key_sha256);
	assert_ok(sample_certificate(world, &certificate, &err), err);
	assert_ok(certificate_format(certificate, &text, &err), err);
	assert_null(strstr((char *)text.data, "eeeeeeee"));
	assert_non_null(strstr((char *)text.data, "000102030405"));
	certificate_free(certificate);
	/* A pass that was not finished is no content one could compare a disk with. */
	world_start(world);
	sample_failed(world);
	assert_ok(sample_certificate(world, &certificate, &err), err);
	assert_false(certificate_left_content(certificate, &content));
	certificate_free(certificate);
	free(world);
}

static void a_certificate_comes_about_whatever_a_message_holds(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\xff\n", "J\xc3\xbcrgen", "cut \xc3" };
	for (size_t i = 0; i < WIPE_COUNT(texts) + 1; i++) {
		struct world *world = malloc(sizeof(*world));
		struct certificate *certificate = NULL;
		struct err err;
		world_start(world);
		sample_failed(world);
		struct event *event = &world->events[AT_LAST_FINISHED];
		memset(event->text, 0, sizeof(event->text));
		for (size_t at = 0; i == WIPE_COUNT(texts) && at + 2 < sizeof(event->text); at += 2)
			memcpy(event->text + at, "\xc3\xbc", 2);
		if (i < WIPE_COUNT(texts))
			strcpy(event->text, texts[i]);
		assert_ok(sample_certificate(world, &certificate, &err), err);
		certificate_free(certificate);
		free(world);
	}
}

static void more_ranges_than_fit_are_named_by_hash(void **state)
{
	(void)state;
	struct world *world = malloc(sizeof(*world));
	struct evidence *evidence = malloc(sizeof(*evidence));
	struct certificate *certificate = NULL;
	struct certificate_inputs inputs;
	struct err err;
	BUF_AUTO ranges = { 0 };
	char hex[HASH_SHA256_HEX];
	world_start(world);
	evidence_start(&world->plan, evidence);
	for (size_t i = 0; i < AT_LAST_DURABLE; i++)
		assert_ok(evidence_fold(evidence, &world->events[i], &err), err);
	for (uint64_t i = 0; i < 5000; i++) {
		struct event event = { .kind = EVENT_UNWRITTEN, .step = 1, .offset = i * 1024,
			.length = 512, .sys_errno = 5 };
		assert_ok(evidence_fold(evidence, &event, &err), err);
	}
	assert_ok(world_fold_more(evidence, (struct event){ .kind = EVENT_ABANDONED,
	    .text = "given up" }, &err), err);
	memset(&inputs, 0, sizeof(inputs));
	struct procedure *procedure = calloc(1, sizeof(*procedure));
	*procedure = (struct procedure){ .id = "x", .title = "x", .version = "1",
		.level = PROCEDURE_CLEAR, .status = PROCEDURE_CURRENT,
		.hidden = PROCEDURE_HIDDEN_RESTORE, .media = PROCEDURE_MEDIA_ANY };
	memset(procedure->sha256, 'a', 64);
	struct certificate_station station = { .key = SAMPLE_KEY("Static"),
		.chain = "01ARZ3NDEKTSV4RRFFQ69G5FA0" };
	memset(station.previous, 'b', 64);
	struct os_machine machine = { .host = "h" };
	struct certificate_tool tool = { "0.1.0", "" };
	inputs = (struct certificate_inputs){ .plan = &world->plan, .procedure = procedure,
		.device = &world->device, .evidence = evidence, .station = &station,
		.machine = &machine, .tool = &tool };
	assert_ok(certificate_assemble(&inputs, &certificate, &err), err);
	assert_ok(certificate_format_ranges(evidence, &ranges, &err), err);
	hash_sha256_hex(ranges.data, ranges.len, hex);
	BUF_AUTO text = { 0 };
	assert_ok(certificate_format(certificate, &text, &err), err);
	assert_non_null(strstr((char *)text.data, hex));
	assert_non_null(strstr((char *)text.data, "\"total\": \"5000\""));
	assert_true(text.len < JSON_TEXT_MAX);
	certificate_free(certificate);
	assert_ok(certificate_parse(text.data, text.len, "c", &certificate, &err), err);
	assert_int_equal(certificate_range_count(certificate), 4096);
	certificate_free(certificate);
	evidence_free(evidence);
	free(evidence);
	free(procedure);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_certificates_come_out_byte_for_byte),
		cmocka_unit_test(what_was_parsed_formats_to_the_same_bytes),
		cmocka_unit_test(every_strict_prefix_is_refused),
		cmocka_unit_test(a_document_that_its_facts_do_not_carry_is_refused),
		cmocka_unit_test(a_byte_in_two_ranges_counts_once),
		cmocka_unit_test(facts_are_told_in_the_words_of_the_lower_floors),
		cmocka_unit_test(keys_of_overwritten_passes_are_not_told),
		cmocka_unit_test(a_certificate_comes_about_whatever_a_message_holds),
		cmocka_unit_test(more_ranges_than_fit_are_named_by_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
