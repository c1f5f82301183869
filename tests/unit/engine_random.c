/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: whatever a disk does, the events tell exactly what is on it. Random disks with random
 * faults; each
 * round is made from its number alone.
 */
#include "unit/engine_rig.h"

#define ROUNDS 500
#define BLOCK  512u

static uint64_t pick(struct content_words *words, uint64_t bound)
{
	return content_words_below(words, bound);
}

static struct rig *random_rig(struct content_words *words)
{
	uint32_t logical = pick(words, 2) ? 4096 : 512;
	uint32_t physical = pick(words, 2) ? 4096 : logical;
	struct rig *rig = rig_new((1 + pick(words, 300)) * 4096 + (logical == 512 ? 1536 : 0),
	    logical, physical);
	rig->fake->newest_first = pick(words, 2);
	rig->fake->request_ns = pick(words, 3) * 700000000;
	rig->plan->depth = 1 + (unsigned)pick(words, 8);
	rig->limits.retries = (unsigned)pick(words, 4);
	rig->limits.skip_first = pick(words, 3) * 20000;
	rig->limits.skip_max = 200000;
	rig->limits.error_requests = pick(words, 4) ? 100000 : 1 + pick(words, 60);
	for (uint64_t i = pick(words, 6); i > 0; i--) {
		const unsigned kinds[] = { FAKE_READ, FAKE_WRITE, FAKE_READ | FAKE_WRITE };
		const enum fake_disk_act acts[] = { FAKE_FAIL, FAKE_FAIL, FAKE_SHORT, FAKE_DROP };
		enum fake_disk_act act = acts[pick(words, WIPE_COUNT(acts))];
		uint64_t blocks = rig->plan->size / logical;
		uint64_t length = (1 + pick(words, pick(words, 5) ? 3 : 100)) * logical;
		rig_fault(rig, kinds[pick(words, WIPE_COUNT(kinds))], act,
		    pick(words, blocks) * logical, length,
		    act == FAKE_SHORT ? 1 + (unsigned)pick(words, 9)
				      : pick(words, 3) ? 0 : 1 + (unsigned)pick(words, 4));
	}
	struct content three = { .kind = CONTENT_CONSTANT, .byte_count = 3, .bytes = { 1, 2, 3 } };
	struct content content = pick(words, 2) ? rig_keystream() : three;
	rig_step(rig, PLAN_WRITE, content);
	rig_step(rig, PLAN_VERIFY, content);
	return rig;
}

/* Marks the blocks of all events of a kind, each once. */
static uint8_t *marked(struct rig *rig, enum event_kind kind)
{
	uint8_t *marks = calloc(1, rig->plan->size / BLOCK);
	for (size_t i = 0; i < rig_count(rig, kind); i++) {
		const struct event *event = rig_event(rig, kind, i);
		assert_true(event->length > 0 && event->length % rig->plan->logical == 0);
		assert_true(event->offset % rig->plan->logical == 0);
		assert_true(event->offset + event->length <= rig->plan->size);
		for (uint64_t at = 0; at < event->length; at += BLOCK)
			assert_int_equal(marks[(event->offset + at) / BLOCK]++, 0);
	}
	return marks;
}

static uint64_t count_marks(const struct rig *rig, const uint8_t *marks)
{
	uint64_t bytes = 0;
	for (uint64_t i = 0; i < rig->plan->size / BLOCK; i++)
		bytes += marks[i] * BLOCK;
	return bytes;
}

static void check(struct rig *rig, enum code code)
{
	uint64_t size = rig->plan->size;
	bool verifying = rig_count(rig, EVENT_STEP_STARTED) == 2;
	uint8_t *unwritten = marked(rig, EVENT_UNWRITTEN);
	uint8_t *unreadable = marked(rig, EVENT_UNREADABLE);
	uint8_t *mismatch = marked(rig, EVENT_MISMATCH);
	assert_int_equal(rig->totals.written + count_marks(rig, unwritten), size);
	struct content_source *source = NULL;
	assert_ok(content_source_new(&rig->plan->steps[0].content, NULL, &source, &rig->err), rig->err);
	for (uint64_t at = 0; at < size && code == CODE_OK; at += BLOCK) {
		bool same = false;
		assert_ok(content_compare(source, at, rig->fake->bytes + at, BLOCK, &same,
		    &rig->err), rig->err);
		/* What is not right on the medium was either not read or seen to be wrong. */
		uint64_t i = at / BLOCK;
		uint64_t first = bytes_round_down(at, rig->plan->logical) / BLOCK;
		assert_true(same || unreadable[i] || mismatch[i]);
		assert_false(unreadable[i] && mismatch[i]);
		assert_true(!same || !unwritten[i]);
		assert_true(!mismatch[i] || !same || rig->plan->logical > BLOCK);
		assert_int_equal(mismatch[i], mismatch[first]);
	}
	content_source_free(source);
	if (code == CODE_OK) {
		assert_true(verifying);
		assert_int_equal(rig->totals.read, size - count_marks(rig, unreadable));
		assert_int_equal(rig_event(rig, EVENT_STEP_FINISHED, 1)->offset, rig->totals.read);
	} else {
		assert_int_equal(code, CODE_IO);
		assert_int_equal(rig_count(rig, EVENT_FAILED), 1);
		assert_true(rig->fake->failures <= 2 * rig->limits.error_requests + 20);
	}
	free(unwritten);
	free(unreadable);
	free(mismatch);
}

static void events_tell_exactly_what_is_on_the_disk(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct content_words words;
		uint8_t seed[CONTENT_SEED] = { 0 };
		bytes_store_u64be(seed, round);
		content_words_start(&words, seed);
		struct rig *rig = random_rig(&words);
		enum code code = rig_run(rig);
		if (code != CODE_OK && code != CODE_IO)
			fail_msg("round %llu: %s", (unsigned long long)round, rig->err.line);
		check(rig, code);
		rig_free(rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_tell_exactly_what_is_on_the_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
