/* SPDX-License-Identifier: GPL-3.0-or-later */
/* journal: what was written is read; what was cut, flipped, moved or made by others never passes. */
#include "unit/journal_rig.h"

#include "wipe/journal/record.h"

#define EVENTS 9

/* A journal of EVENTS events, made durable after each of the first `synced`. */
static void make(const char *id, const uint8_t *key, unsigned events, unsigned synced,
    struct buf *ret)
{
	struct err err;
	struct journal *journal = NULL;
	struct fake_files *files = fake_files_new();
	fake_files_set(files, "/jobs/other", "x", 1);
	assert_ok(journal_create(&files->base, RIG_PATH, id, key, rig_document,
	    sizeof(rig_document) - 1, 0, &journal, &err), err);
	for (unsigned n = 0; n < events; n++) {
		rig_append(journal, n, n + 1);
		if (n < synced)
			assert_ok(journal_sync(journal, &err), err);
	}
	assert_ok(journal_close(journal, &err), err);
	const struct buf *content = fake_files_get(files, RIG_PATH);
	buf_append(ret, content->data, content->len);
	os_files_free(&files->base);
}

static enum code parse(const uint8_t *data, size_t len, struct rig_kept *kept, uint64_t *torn,
    size_t *valid)
{
	struct err err;
	struct journal_replay replay;
	struct event_sink sink = { .put = rig_put, .self = kept };
	*kept = (struct rig_kept){ .count = 0 };
	enum code code = journal_parse(data, len, rig_key, &sink, &replay, valid, &err);
	assert_true(code == CODE_OK || code == CODE_INPUT);
	if (code != CODE_OK) {
		assert_int_equal(kept->count, 0);
		return code;
	}
	rig_is_prefix(kept);
	*torn = replay.torn;
	buf_free(&replay.document);
	return code;
}

/* Ends of the head, of the document, and of each event. */
static size_t ends_of(const struct buf *whole, size_t ends[EVENTS + 2])
{
	size_t count = 0;
	struct record record;
	ends[count++] = RECORD_FILE_HEAD;
	while (record_find(whole->data + ends[count - 1], whole->len - ends[count - 1], &record)) {
		ends[count] = ends[count - 1] + record.size;
		count++;
	}
	assert_int_equal(ends[count - 1], whole->len);
	return count;
}

static void everything_comes_back(void **state)
{
	(void)state;
	struct rig_kept kept;
	uint64_t torn;
	size_t valid;
	BUF_AUTO whole = { 0 };
	make(RIG_ID, rig_key, 60, 60, &whole);
	assert_int_equal(parse(whole.data, whole.len, &kept, &torn, &valid), CODE_OK);
	assert_int_equal(kept.count, 60);
	assert_int_equal(torn, 0);
	assert_int_equal(valid, whole.len);
}

static void room_that_is_not_used_is_not_torn(void **state)
{
	(void)state;
	struct rig_kept kept;
	uint64_t torn;
	size_t valid;
	uint8_t zeros[1000] = { 0 };
	BUF_AUTO whole = { 0 };
	make(RIG_ID, rig_key, EVENTS, EVENTS, &whole);
	size_t len = whole.len;
	buf_append(&whole, zeros, sizeof(zeros));
	assert_int_equal(parse(whole.data, whole.len, &kept, &torn, &valid), CODE_OK);
	assert_int_equal(torn, 0);
	assert_int_equal(valid, len);
	whole.data[len + 70] = 1;
	assert_int_equal(parse(whole.data, whole.len, &kept, &torn, &valid), CODE_OK);
	assert_int_equal(torn, 71);
	assert_int_equal(kept.count, EVENTS);
}

static void every_prefix_holds_its_whole_records_and_no_more(void **state)
{
	(void)state;
	size_t ends[EVENTS + 2];
	BUF_AUTO whole = { 0 };
	make(RIG_ID, rig_key, EVENTS, 4, &whole);
	assert_int_equal(ends_of(&whole, ends), EVENTS + 2);
	for (size_t len = 0; len <= whole.len; len++) {
		struct rig_kept kept;
		uint64_t torn = 0;
		size_t valid = 0;
		/* A copy of that length: reading behind it is an error ASan sees. */
		BUF_AUTO prefix = { 0 };
		buf_append(&prefix, whole.data, len);
		enum code code = parse(prefix.data, len, &kept, &torn, &valid);
		assert_int_equal(code, len < ends[1] ? CODE_INPUT : CODE_OK);
		if (code != CODE_OK)
			continue;
		size_t events = 0;
		while (events < EVENTS && ends[events + 2] <= len)
			events++;
		assert_int_equal(kept.count, events);
		assert_int_equal(valid, ends[events + 1]);
		assert_true(torn <= len - valid);
	}
}

static void every_flipped_bit_is_refused_or_cut(void **state)
{
	(void)state;
	size_t ends[EVENTS + 2];
	BUF_AUTO whole = { 0 };
	make(RIG_ID, rig_key, EVENTS, 6, &whole);
	ends_of(&whole, ends);
	for (size_t bit = 0; bit < whole.len * 8; bit++) {
		struct rig_kept kept;
		uint64_t torn = 0;
		size_t valid = 0;
		size_t at = bit / 8;
		size_t hit = 0; /* index of the event */
		whole.data[at] ^= (uint8_t)(1u << bit % 8);
		enum code code = parse(whole.data, whole.len, &kept, &torn, &valid);
		whole.data[at] ^= (uint8_t)(1u << bit % 8);
		while (hit < EVENTS && ends[hit + 2] <= at)
			hit++;
		/* The sixth was durable when the seventh was made; of the others nobody knows. */
		if (at < ends[1] || hit < 6)
			assert_int_equal(code, CODE_INPUT);
		else {
			assert_int_equal(code, CODE_OK);
			assert_int_equal(kept.count, hit);
			assert_int_equal(valid, ends[hit + 1]);
			assert_int_equal(torn, whole.len - valid);
		}
	}
}

/* The head and the records of `whole` in another order; -1 ends the list. */
static enum code parse_order(const struct buf *whole, const int *order)
{
	size_t ends[EVENTS + 2];
	struct rig_kept kept;
	uint64_t torn;
	size_t valid;
	BUF_AUTO mixed = { 0 };
	ends_of(whole, ends);
	buf_append(&mixed, whole->data, ends[0]);
	for (; *order >= 0; order++)
		buf_append(&mixed, whole->data + ends[*order], ends[*order + 1] - ends[*order]);
	return parse(mixed.data, mixed.len, &kept, &torn, &valid);
}

static void records_removed_moved_or_repeated_are_refused(void **state)
{
	(void)state;
	BUF_AUTO whole = { 0 };
	make(RIG_ID, rig_key, EVENTS, EVENTS, &whole);
	const int right[] = { 0, 1, 2, 3, 4, -1 };
	const int removed[] = { 0, 1, 3, 4, -1 };
	const int swapped[] = { 0, 1, 3, 2, 4, -1 };
	const int repeated[] = { 0, 1, 2, 2, 3, -1 };
	const int repeated_last[] = { 0, 1, 2, 3, 3, -1 };
	const int no_document[] = { 1, 2, 3, -1 };
	const int two_documents[] = { 0, 0, 1, 2, -1 };
	assert_int_equal(parse_order(&whole, right), CODE_OK);
	assert_int_equal(parse_order(&whole, removed), CODE_INPUT);
	assert_int_equal(parse_order(&whole, swapped), CODE_INPUT);
	assert_int_equal(parse_order(&whole, repeated), CODE_INPUT);
	assert_int_equal(parse_order(&whole, repeated_last), CODE_INPUT);
	assert_int_equal(parse_order(&whole, no_document), CODE_INPUT);
	assert_int_equal(parse_order(&whole, two_documents), CODE_INPUT);
}

static void other_jobs_and_other_keys_are_refused(void **state)
{
	(void)state;
	struct rig_kept kept;
	uint64_t torn;
	size_t valid;
	size_t ends[EVENTS + 2];
	size_t other_ends[EVENTS + 2];
	uint8_t other_key[JOURNAL_KEY];
	BUF_AUTO whole = { 0 };
	BUF_AUTO other = { 0 };
	BUF_AUTO foreign = { 0 };
	BUF_AUTO mixed = { 0 };
	memcpy(other_key, rig_key, sizeof(other_key));
	other_key[31] ^= 1;
	make(RIG_ID, rig_key, EVENTS, EVENTS, &whole);
	make("01ARZ3NDEKTSV4RRFFQ69G5FAW", rig_key, EVENTS, EVENTS, &other);
	make(RIG_ID, other_key, EVENTS, EVENTS, &foreign);
	assert_int_equal(parse(foreign.data, foreign.len, &kept, &torn, &valid), CODE_INPUT);
	/* The other job's head over this one's records, then one record of it among ours. */
	buf_append(&mixed, other.data, RECORD_FILE_HEAD);
	buf_append(&mixed, whole.data + RECORD_FILE_HEAD, whole.len - RECORD_FILE_HEAD);
	assert_int_equal(parse(mixed.data, mixed.len, &kept, &torn, &valid), CODE_INPUT);
	ends_of(&whole, ends);
	ends_of(&other, other_ends);
	buf_free(&mixed);
	buf_append(&mixed, whole.data, ends[3]);
	buf_append(&mixed, other.data + other_ends[3], other_ends[4] - other_ends[3]);
	assert_int_equal(parse(mixed.data, mixed.len, &kept, &torn, &valid), CODE_INPUT);
}

/* What a key's owner could write and certwipe never would. */
static void payloads_have_one_encoding(void **state)
{
	(void)state;
	static const uint8_t padded[] = { EVENT_ENDED, 0, 0, 0, 1, 0 };
	static const uint8_t unknown[] = { EVENT_KIND_COUNT };
	static const uint8_t plain[] = { EVENT_ENDED };
	const struct record bad[] = {
		{ .type = RECORD_EVENT, .number = 2, .durable = 1, .payload = padded,
		    .payload_len = sizeof(padded) },
		{ .type = RECORD_EVENT, .number = 2, .durable = 1, .payload = unknown,
		    .payload_len = sizeof(unknown) },
		{ .type = RECORD_EVENT, .number = 2, .durable = 3, .payload = plain,
		    .payload_len = sizeof(plain) },
		{ .type = RECORD_EVENT, .number = 2, .durable = 0, .payload = plain,
		    .payload_len = sizeof(plain) },
		{ .type = RECORD_EVENT, .number = 3, .durable = 1, .payload = plain,
		    .payload_len = sizeof(plain) },
		{ .type = RECORD_DOCUMENT, .number = 2, .durable = 1, .payload = plain,
		    .payload_len = sizeof(plain) },
		{ .type = RECORD_EVENT, .number = 2, .durable = 1, .payload = plain,
		    .payload_len = sizeof(plain) }, /* the one that is right */
	};
	for (size_t i = 0; i < WIPE_COUNT(bad); i++) {
		size_t valid;
		uint8_t mac[HASH_MAC_BYTES];
		struct record last;
		BUF_AUTO whole = { 0 };
		make(RIG_ID, rig_key, 1, 1, &whole);
		size_t at = RECORD_FILE_HEAD + RECORD_OVERHEAD + sizeof(rig_document) - 1;
		assert_true(record_find(whole.data + at, whole.len - at, &last));
		memcpy(mac, last.mac, sizeof(mac));
		record_append(&whole, &bad[i], rig_key, mac);
		struct err err;
		struct journal_replay replay;
		enum code code =
		    journal_parse(whole.data, whole.len, rig_key, NULL, &replay, &valid, &err);
		assert_int_equal(code, i + 1 < WIPE_COUNT(bad) ? CODE_INPUT : CODE_OK);
		if (code == CODE_OK)
			buf_free(&replay.document);
	}
}

static void get(const char *path, struct buf *ret)
{
	struct err err;
	struct os_files *files = NULL;
	assert_ok(os_files_open(&files, &err), err);
	assert_ok(os_files_read(files, path, 1 << 20, ret, &err), err);
	os_files_free(files);
}

/* Made by a script from the manual's tables alone. */
static void a_journal_of_another_hand_is_read(void **state)
{
	(void)state;
	struct err err;
	struct rig_kept kept = { .count = 0 };
	struct event_sink sink = { .put = rig_put, .self = &kept };
	struct journal_replay replay;
	size_t valid;
	BUF_AUTO whole = { 0 };
	BUF_AUTO hole = { 0 };
	get(TEST_SOURCE_DIR "/tests/fuzz/corpus/journal/job", &whole);
	assert_ok(journal_parse(whole.data, whole.len, rig_key, &sink, &replay, &valid, &err), err);
	assert_string_equal(replay.id, RIG_ID);
	assert_string_equal((char *)replay.document.data, "{ \"plan\": 1 }\n");
	buf_free(&replay.document);
	assert_int_equal(kept.count, 7);
	assert_int_equal(kept.events[0].kind, EVENT_CLAIMED);
	assert_string_equal(kept.events[0].text, "io_uring");
	assert_true(kept.events[0].flag);
	assert_int_equal(kept.events[2].kind, EVENT_DURABLE);
	assert_int_equal(kept.events[2].offset, 1 << 20);
	assert_int_equal(kept.events[6].kind, EVENT_ENDED);
	get(TEST_SOURCE_DIR "/tests/fuzz/corpus/journal/hole", &hole);
	assert_int_equal(journal_parse(hole.data, hole.len, rig_key, NULL, &replay, &valid, &err),
	    CODE_INPUT);
}

static void the_manual_names_every_kind_of_event(void **state)
{
	(void)state;
	BUF_AUTO page = { 0 };
	get(TEST_SOURCE_DIR "/man/certwipe-journal.5", &page);
	for (int kind = 1; kind < EVENT_KIND_COUNT; kind++) {
		char words[64];
		snprintf(words, sizeof(words), " %d %s", kind,
		    event_kind_text((enum event_kind)kind));
		if (kind == EVENT_PROGRESS)
			continue; /* is not journaled, which it says */
		if (!strstr((char *)page.data, words))
			fail_msg("certwipe-journal(5) has no%s", words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(room_that_is_not_used_is_not_torn),
		cmocka_unit_test(every_prefix_holds_its_whole_records_and_no_more),
		cmocka_unit_test(every_flipped_bit_is_refused_or_cut),
		cmocka_unit_test(records_removed_moved_or_repeated_are_refused),
		cmocka_unit_test(other_jobs_and_other_keys_are_refused),
		cmocka_unit_test(payloads_have_one_encoding),
		cmocka_unit_test(a_journal_of_another_hand_is_read),
		cmocka_unit_test(the_manual_names_every_kind_of_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
