/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence: every rule that takes "erased" away, one row each. */
#include "unit/unit.h"
#include "wipe/evidence.h"

#include "unit/world.h"

struct row {
	const char *name;
	void (*spoil)(struct world *world);
	enum outcome outcome;
	const char *says; /* part of one exception; NULL: there is none */
};

static void nothing(struct world *w) { (void)w; }
static void worker_died(struct world *w) { w->count = AT_LAST_FINISHED; }
static void no_last_word(struct world *w) { w->count = AT_ENDED; }
static void failed(struct world *w)
{
	world_remove(w, AT_VERIFY_STARTED, 3);
	world_insert(w, AT_VERIFY_STARTED, (struct event){ .kind = EVENT_FAILED, .text = "gone" });
}
static void stopped_after_all_steps(struct world *w)
{
	world_insert(w, AT_IDENTITY, (struct event){ .kind = EVENT_STOPPED, .text = "SIGINT" });
}
static void verify_never_ran(struct world *w) { world_remove(w, AT_VERIFY_STARTED, 3); }
static void nothing_is_verified(struct world *w)
{
	verify_never_ran(w);
	w->plan.step_count = 2;
}
static void only_an_earlier_pass_is_verified(struct world *w)
{
	w->plan.steps[2].content_of = 0;
	w->plan.steps[2].content = w->plan.steps[0].content;
}
static void other_content_is_expected(struct world *w) { w->plan.steps[2].content.key[0] ^= 1; }
static void last_pass_is_not_durable(struct world *w) { world_remove(w, AT_LAST_DURABLE, 1); }
static void last_pass_is_durable_in_part(struct world *w)
{
	w->events[AT_LAST_DURABLE].offset -= 512;
	w->events[AT_LAST_DURABLE].length -= 512;
}
static void write_was_retried_after_the_flush(struct world *w)
{
	world_insert(w, AT_LAST_FINISHED, (struct event){ .kind = EVENT_RETRIED, .step = 1,
		.length = 512 });
}
static void first_pass_is_not_durable(struct world *w) { world_remove(w, AT_FIRST_DURABLE, 1); }
static void last_pass_is_short(struct world *w) { w->events[AT_LAST_FINISHED].offset -= 512; }
static void unwritten(struct world *w)
{
	w->events[AT_LAST_FINISHED].offset -= 4096;
	w->events[AT_COUNTED].offset -= 4096;
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.offset = 8192, .length = 4096, .sys_errno = 5 });
}
static void unwritten_widely(struct world *w)
{
	uint64_t much = WORLD_SIZE / 512 / 50 * 512;
	w->events[AT_LAST_FINISHED].offset -= much;
	w->events[AT_COUNTED].offset -= much;
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .step = 1,
		.length = much, .sys_errno = 5 });
}
static void unwritten_before(struct world *w)
{
	w->events[AT_FIRST_FINISHED].offset -= 4096;
	w->events[AT_COUNTED].offset -= 4096;
	world_insert(w, AT_FIRST_DURABLE, (struct event){ .kind = EVENT_UNWRITTEN, .length = 4096 });
}
static void mismatch(struct world *w)
{
	world_insert(w, AT_VERIFY_FINISHED, (struct event){ .kind = EVENT_MISMATCH, .step = 2,
		.offset = 512, .length = 512 });
}
static void mismatch_of_an_earlier_pass(struct world *w)
{
	only_an_earlier_pass_is_verified(w);
	mismatch(w);
}
static void unreadable(struct world *w)
{
	w->events[AT_VERIFY_FINISHED].offset -= 512;
	w->events[AT_VERIFY_FINISHED].count--;
	world_insert(w, AT_VERIFY_FINISHED, (struct event){ .kind = EVENT_UNREADABLE, .step = 2,
		.offset = 512, .length = 512, .sys_errno = 5 });
}
static void nothing_readable(struct world *w)
{
	w->events[AT_VERIFY_FINISHED].offset = w->events[AT_VERIFY_FINISHED].count = 0;
	world_insert(w, AT_VERIFY_FINISHED, (struct event){ .kind = EVENT_UNREADABLE, .step = 2,
		.length = WORLD_SIZE });
}
static void sample_has_a_block_less(struct world *w)
{
	w->events[AT_VERIFY_FINISHED].count--;
	w->events[AT_VERIFY_FINISHED].offset -= WORLD_BLOCK;
}
static void sample_counts_a_block_less(struct world *w) { w->events[AT_VERIFY_FINISHED].count--; }
static void sample_is_not_told(struct world *w) { world_remove(w, AT_SAMPLED, 1); }
static void sample_is_smaller(struct world *w)
{
	w->events[AT_SAMPLED].count /= 2;
	w->events[AT_VERIFY_FINISHED].offset /= 2;
}
static void sample_has_fewer_strata(struct world *w)
{
	w->events[AT_SAMPLED].offset = WORLD_STRATA / 2;
	w->events[AT_VERIFY_FINISHED].offset /= 2;
	w->events[AT_VERIFY_FINISHED].count /= 2;
}
static void full_was_asked_a_sample_read(struct world *w)
{
	w->plan.steps[2].verify = PROCEDURE_VERIFY_FULL;
}
static void full(struct world *w)
{
	full_was_asked_a_sample_read(w);
	w->events[AT_VERIFY_FINISHED].offset = WORLD_SIZE;
	sample_is_not_told(w);
}
static void full_is_short(struct world *w)
{
	full(w);
	w->events[AT_VERIFY_FINISHED - 1].offset -= 512;
}
static void counter_missing(struct world *w) { world_remove(w, AT_COUNTED, 1); }
static void counter_unknown(struct world *w) { w->events[AT_COUNTED].flag = false; }
static void somebody_wrote(struct world *w) { w->events[AT_COUNTED].length += 512; }
static void kernel_counted_less(struct world *w) { w->events[AT_COUNTED].length -= 512; }
static void within_failed_requests(struct world *w)
{
	w->events[AT_COUNTED].length += 512;
	w->events[AT_COUNTED].count += 512;
}
static void steps_claim_more(struct world *w)
{
	w->events[AT_COUNTED].offset -= 512;
	w->events[AT_COUNTED].length -= 512;
}
static void most_below_ours(struct world *w)
{
	w->events[AT_COUNTED].count = 0;
	w->events[AT_COUNTED].length = 0;
}
static void somebody_discarded(struct world *w) { w->events[AT_COUNTED].extra = 512; }
static void identity_not_asked(struct world *w) { world_remove(w, AT_IDENTITY, 1); }
static void identity_differs(struct world *w)
{
	w->events[AT_IDENTITY].flag = false;
	strcpy(w->events[AT_IDENTITY].text, "the serial number");
}
static void openers_unknown(struct world *w) { w->events[AT_CLAIMED].flag = false; }
/* A failed request leaves the count a margin, in which somebody unseen could hide. */
static void openers_unknown_inexactly(struct world *w)
{
	openers_unknown(w);
	w->events[AT_COUNTED].length += 512;
	w->events[AT_COUNTED].count += 512;
}
static void hidden_unknown(struct world *w) { w->hidden = HIDDEN_UNKNOWN; }
static void hidden_present(struct world *w) { w->hidden = HIDDEN_PRESENT; }
static void hidden_none(struct world *w) { w->hidden = HIDDEN_NONE; }
static void hidden_nonsense(struct world *w) { w->hidden = (enum hidden_areas)99; }
static void no_serial(struct world *w)
{
	w->device.identity.serial[0] = w->device.identity.wwn[0] = 0;
	w->plan.identity = w->device.identity;
}
static void no_serial_but_virtual(struct world *w)
{
	no_serial(w);
	w->device.virtual_disk = true;
}
static void another_disk(struct world *w) { w->device.identity.serial[0] = 'X'; }
static void clock_stepped(struct world *w)
{
	world_insert(w, AT_LAST_STARTED, (struct event){ .kind = EVENT_CLOCK_STEPPED,
		.length = 3600, .flag = true });
}
static void retried_before_the_flush(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_RETRIED, .step = 1,
		.length = 512 });
}
static void nothing_is_written(struct world *w)
{
	w->plan.steps[0] = w->plan.steps[2];
	w->plan.step_count = 1;
	world_remove(w, AT_FIRST_STARTED, AT_IDENTITY - AT_FIRST_STARTED);
}

/* The power failed in the last pass, at half of the disk, and another boot went on. */
static void interrupted(struct world *w)
{
	const uint64_t at = WORLD_SIZE / 2;
	w->events[AT_COUNTED].length = w->events[AT_COUNTED].offset = w->events[AT_COUNTED].count =
	    WORLD_SIZE - at;
	world_insert(w, AT_LAST_DURABLE, w->events[AT_CLAIMED]);
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_RESUMED, .step = 1,
		.offset = at, .boot_ns = 1 });
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_DURABLE, .step = 1,
		.offset = at, .length = at });
}
static void covered(struct world *w, uint64_t length, uint64_t bytes)
{
	interrupted(w);
	w->events[AT_VERIFY_FINISHED + 3].offset = bytes;
	world_insert(w, AT_SAMPLED + 3, (struct event){ .kind = EVENT_COVERED, .step = 2,
		.length = length });
}
/* The sample's own bytes, and the half of the disk but for those of the sample in it. */
#define WORLD_COVERED (WORLD_SAMPLE + WORLD_SIZE / 2 - WORLD_SAMPLE / 2)
static void interrupted_and_covered(struct world *w)
{
	covered(w, WORLD_SIZE / 2, WORLD_COVERED);
}
static void interrupted_and_covered_in_part(struct world *w)
{
	covered(w, WORLD_SIZE / 2 - 512, WORLD_COVERED);
}
static void interrupted_and_not_read(struct world *w)
{
	covered(w, WORLD_SIZE / 2, WORLD_COVERED - 512);
}
static void interrupted_and_verified_in_full(struct world *w)
{
	interrupted(w);
	w->plan.steps[2].verify = PROCEDURE_VERIFY_FULL;
	w->events[AT_VERIFY_FINISHED + 3].offset = WORLD_SIZE;
	world_remove(w, AT_SAMPLED + 3, 1);
}
static void interrupted_after_the_verification(struct world *w)
{
	interrupted_and_verified_in_full(w);
	w->plan.steps[3] = w->plan.steps[2];
	w->plan.steps[3].verify = PROCEDURE_VERIFY_SAMPLE;
	w->plan.step_count = 4;
	w->events[w->count - 2].length = w->events[w->count - 2].offset =
	    w->events[w->count - 2].count = 0;
	size_t at = AT_VERIFY_FINISHED + 3;
	const struct event again[] = {
		{ .kind = EVENT_STEP_STARTED, .step = 3 },
		{ .kind = EVENT_RESUMED, .step = 3, .flag = true },
		w->events[AT_CLAIMED],
		{ .kind = EVENT_STEP_STARTED, .step = 3 },
		{ .kind = EVENT_SAMPLED, .step = 3, .offset = WORLD_STRATA, .length = WORLD_STRATUM,
		    .count = WORLD_BLOCK, .extra = 1, .blob = { 7 } },
		{ .kind = EVENT_STEP_FINISHED, .step = 3, .offset = WORLD_SAMPLE,
		    .count = WORLD_STRATA },
	};
	for (size_t i = 0; i < WIPE_COUNT(again); i++)
		world_insert(w, at + i, again[i]);
}
static void mismatch_before_an_interruption(struct world *w)
{
	full(w);
	world_insert(w, AT_SAMPLED, w->events[AT_VERIFY_STARTED]);
	world_insert(w, AT_SAMPLED, w->events[AT_CLAIMED]);
	world_insert(w, AT_SAMPLED, (struct event){ .kind = EVENT_RESUMED, .step = 2, .flag = true });
	world_insert(w, AT_SAMPLED, (struct event){ .kind = EVENT_MISMATCH, .step = 2,
		.length = 512 });
	w->events[w->count - 2].length = w->events[w->count - 2].offset =
	    w->events[w->count - 2].count = 0;
}
static void health(struct world *w, uint64_t before, uint64_t after, bool known)
{
	world_insert(w, AT_IDENTITY, (struct event){ .kind = EVENT_HEALTH, .extra = 1, .flag = known,
		.count = after });
	world_insert(w, AT_CLAIMED, (struct event){ .kind = EVENT_HEALTH, .flag = true,
		.count = before });
}
static void sectors_were_put_aside(struct world *w) { health(w, 3, 5, true); }
static void as_healthy_as_before(struct world *w) { health(w, 3, 3, true); }
static void health_unknown_after(struct world *w) { health(w, 3, 5, false); }
static void count_of_sectors_unknown(struct world *w) { health(w, UINT64_MAX, 5, true); }
static void stalled_and_paused(struct world *w)
{
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_PAUSED });
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_STALLED, .length = 40 });
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_PAUSED, .flag = true,
		.count = 71 });
	world_insert(w, AT_LAST_DURABLE, (struct event){ .kind = EVENT_STALLED, .length = 30,
		.flag = true, .boot_ns = 1 });
}

#define NOT OUTCOME_NOT_ERASED
#define BUT OUTCOME_WITH_EXCEPTIONS
#define YES OUTCOME_ERASED
static const struct row rows[] = {
	{ "nothing spoilt", nothing, YES, NULL },
	{ "full verification", full, YES, NULL },
	{ "hidden areas none", hidden_none, YES, NULL },
	{ "a virtual disk has no serial", no_serial_but_virtual, YES, NULL },
	{ "a clock step is only noted", clock_stepped, YES, NULL },
	{ "a retry that succeeded", retried_before_the_flush, YES, NULL },
	{ "count within failed requests", within_failed_requests, BUT, "or another writer" },
	{ "stalls and pauses cost nothing", stalled_and_paused, YES, NULL },
	{ "as healthy as before", as_healthy_as_before, YES, NULL },
	{ "health unknown", health_unknown_after, YES, NULL },
	{ "count of sectors unknown", count_of_sectors_unknown, YES, NULL },
	{ "sectors put aside", sectors_were_put_aside, BUT, "put 2 sectors aside" },
	{ "interrupted", interrupted, BUT, "5120000 bytes were written before an interruption" },
	{ "interrupted, covered", interrupted_and_covered, YES, NULL },
	{ "covered in part", interrupted_and_covered_in_part, BUT, "before an interruption" },
	{ "covered, not read", interrupted_and_not_read, NOT, "had to be" },
	{ "interrupted, read in full", interrupted_and_verified_in_full, YES, NULL },
	{ "read before the interruption", interrupted_after_the_verification, BUT,
	    "before an interruption" },
	{ "mismatch before an interruption", mismatch_before_an_interruption, NOT, "not what was" },
	{ "worker died", worker_died, NOT, "has not ended" },
	{ "no last word", no_last_word, NOT, "has not ended" },
	{ "failed", failed, NOT, "(failed): gone" },
	{ "stopped", stopped_after_all_steps, NOT, "(stopped): SIGINT" },
	{ "verification never ran", verify_never_ran, NOT, "not carried out" },
	{ "nothing verified", nothing_is_verified, BUT, "does not verify" },
	{ "earlier pass verified", only_an_earlier_pass_is_verified, BUT, "does not verify" },
	{ "other content expected", other_content_is_expected, NOT, "another content" },
	{ "last not durable", last_pass_is_not_durable, NOT, "did not confirm" },
	{ "last durable in part", last_pass_is_durable_in_part, NOT, "did not confirm" },
	{ "retried after the flush", write_was_retried_after_the_flush, NOT, "did not confirm" },
	{ "first not durable", first_pass_is_not_durable, BUT, "before the last one" },
	{ "last pass short", last_pass_is_short, NOT, "wrote less than the disk" },
	{ "unwritten", unwritten, BUT, "4096 bytes could not be written in the last pass" },
	{ "unwritten widely", unwritten_widely, NOT, "could not be written in the last pass" },
	{ "unwritten before", unwritten_before, BUT, "in passes before" },
	{ "mismatch", mismatch, NOT, "512 bytes that are not what was written" },
	{ "mismatch of an earlier pass", mismatch_of_an_earlier_pass, NOT, "not what was written" },
	{ "unreadable", unreadable, BUT, "could not read 512 bytes" },
	{ "nothing readable", nothing_readable, NOT, "not one byte" },
	{ "sample lacks a block", sample_has_a_block_less, NOT, "had to be" },
	{ "sample counts a block less", sample_counts_a_block_less, NOT, "had to be" },
	{ "sample not told", sample_is_not_told, NOT, "not the one" },
	{ "sample smaller", sample_is_smaller, NOT, "not the one" },
	{ "fewer strata", sample_has_fewer_strata, NOT, "not the one" },
	{ "a sample instead of all", full_was_asked_a_sample_read, NOT, "a sample was read" },
	{ "full but short", full_is_short, NOT, "had to be" },
	{ "counter missing", counter_missing, BUT, "did not count" },
	{ "counter unknown", counter_unknown, BUT, "did not count" },
	{ "foreign writes", somebody_wrote, NOT, "512 bytes more" },
	{ "kernel counted less", kernel_counted_less, BUT, "512 bytes fewer" },
	{ "steps claim more", steps_claim_more, NOT, "claim more" },
	{ "most below ours", most_below_ours, NOT, "claim more" },
	{ "foreign discards", somebody_discarded, BUT, "discarded 512" },
	{ "identity not asked", identity_not_asked, BUT, "not asked" },
	{ "identity differs", identity_differs, NOT, "not the same any more: the serial" },
	{ "openers unknown, writes exact", openers_unknown, YES, NULL },
	{ "openers unknown", openers_unknown_inexactly, BUT, "Not every process" },
	{ "hidden unknown", hidden_unknown, BUT, "is unknown" },
	{ "hidden present", hidden_present, BUT, "left in place" },
	{ "hidden nonsense", hidden_nonsense, BUT, "is unknown" },
	{ "no serial", no_serial, BUT, "neither serial" },
	{ "another disk", another_disk, NOT, "not the disk of the plan" },
	{ "nothing written", nothing_is_written, NOT, "writes nothing" },
};

static bool says(const struct verdict *verdict, const char *text)
{
	for (size_t i = 0; i < verdict->exception_count; i++) {
		const char *line = verdict->exceptions[i];
		assert_true(text_is_utf8(line, strlen(line)));
		assert_int_equal(line[strlen(line) - 1], '.');
		if (strstr(line, text))
			return true;
	}
	return false;
}

static void every_rule_takes_erased_away(void **state)
{
	(void)state;
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct world *world = malloc(sizeof(*world));
		struct evidence *evidence = malloc(sizeof(*evidence));
		struct verdict verdict;
		struct err err;
		world_start(world);
		rows[i].spoil(world);
		if (world_fold(world, evidence, &err) != CODE_OK)
			fail_msg("%s: %s", rows[i].name, err.line);
		evidence_verdict(evidence, &world->plan, &world->device, world->hidden, &verdict);
		if (verdict.outcome != rows[i].outcome)
			fail_msg("%s: %s (%s)", rows[i].name, evidence_outcome_text(verdict.outcome),
			    verdict.exception_count ? verdict.exceptions[0] : "");
		if (rows[i].says ? !says(&verdict, rows[i].says) : verdict.exception_count != 0)
			fail_msg("%s: says %s", rows[i].name, verdict.exceptions[0]);
		assert_true((verdict.outcome == OUTCOME_ERASED) == (verdict.exception_count == 0));
		if (verdict.outcome == OUTCOME_NOT_ERASED)
			assert_int_equal(verdict.achieved, PROCEDURE_LEVEL_NONE);
		assert_int_not_equal(verdict.achieved, PROCEDURE_PURGE);
		evidence_free(evidence);
		free(evidence);
		free(world);
	}
}

/* A job cut off after any event is never erased, whoever says how it ended. */
static void no_strict_prefix_is_erased(void **state)
{
	(void)state;
	struct world *world = malloc(sizeof(*world));
	struct evidence *evidence = malloc(sizeof(*evidence));
	for (size_t cut = 0; cut < AT_COUNT; cut++) {
		static const enum event_kind endings[] = { EVENT_NONE, EVENT_FAILED, EVENT_STOPPED,
			EVENT_ABANDONED };
		for (size_t i = 0; i < WIPE_COUNT(endings); i++) {
			struct verdict verdict;
			struct err err;
			world_start(world);
			world->count = cut;
			assert_ok(world_fold(world, evidence, &err), err);
			struct event end = { .kind = endings[i], .text = "given up" };
			if (endings[i] != EVENT_NONE)
				assert_ok(world_fold_more(evidence, end, &err), err);
			evidence_verdict(evidence, &world->plan, &world->device, world->hidden,
			    &verdict);
			assert_int_equal(verdict.outcome, OUTCOME_NOT_ERASED);
			evidence_free(evidence);
		}
	}
	free(evidence);
	free(world);
}

static void hidden_areas_are_known_only_where_there_can_be_none(void **state)
{
	(void)state;
	static const struct { const char *transport, *model; enum hidden_areas hidden; } cases[] = {
		{ "nvme", "x", HIDDEN_NOT_APPLICABLE }, { "sas", "x", HIDDEN_NOT_APPLICABLE },
		{ "scsi", "x", HIDDEN_NOT_APPLICABLE }, { "virtio", "", HIDDEN_NOT_APPLICABLE },
		{ "sas", "ATA WDC", HIDDEN_UNKNOWN }, { "sata", "x", HIDDEN_UNKNOWN },
		{ "usb", "x", HIDDEN_UNKNOWN }, { "mmc", "x", HIDDEN_UNKNOWN },
		{ "unknown", "x", HIDDEN_UNKNOWN }, { "", "", HIDDEN_UNKNOWN },
	};
	for (size_t i = 0; i < WIPE_COUNT(cases); i++) {
		struct device device = { .media = DEVICE_MEDIA_HDD };
		strcpy(device.identity.transport, cases[i].transport);
		strcpy(device.identity.model, cases[i].model);
		assert_int_equal(evidence_hidden_areas(&device), cases[i].hidden);
		device.virtual_disk = true;
		assert_int_equal(evidence_hidden_areas(&device), HIDDEN_NOT_APPLICABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_takes_erased_away),
		cmocka_unit_test(no_strict_prefix_is_erased),
		cmocka_unit_test(hidden_areas_are_known_only_where_there_can_be_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
