/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shelf: every rule that keeps a disk from starting by itself, one by one, and then all of them at once in
 * random histories: nothing ever starts without a whole, uninterrupted grace period on a bay of the shelf.
 */
#include "unit/unit.h"

#include "fakes/files_memory.h"
#include "wipe/app.h"

#include <stdio.h>
#include <stdlib.h>

#define S(seconds) ((uint64_t)(seconds) * 1000000000)
#define DISKS 6
#define BEGIN_S 1000

struct rig {
	struct app_shelf *shelf;
	struct app_shelf_policy policy;
	struct device_sight items[DISKS];
	struct device_sights list;
	struct app_shelf_input input;
	struct app_shelf_view views[DISKS];
	uint64_t now_s;
	struct err err;
};

static struct device_sight *put_in(struct rig *rig, const char *name, const char *serial,
    uint64_t diskseq, const char *bay)
{
	struct device_sight *sight = &rig->items[rig->list.count++];
	*sight = (struct device_sight){ .look = DEVICE_LOOK_DONE };
	text_copy(sight->device.identity.name, sizeof(sight->device.identity.name), name);
	text_copy(sight->device.identity.serial, sizeof(sight->device.identity.serial), serial);
	text_copy(sight->device.identity.model, sizeof(sight->device.identity.model), "M");
	text_copy(sight->place.bay, sizeof(sight->place.bay), bay);
	sight->device.identity.diskseq = diskseq;
	sight->device.identity.size = 4096;
	sight->device.found.result = OS_PROBE_DONE;
	return sight;
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	rig->policy = (struct app_shelf_policy){ .enabled = true, .procedure = "p", .grace_s = 30,
		.bay_count = 1, .bays = { "A-*" } };
	rig->list.items = rig->items;
	rig->input.sights = &rig->list;
	rig->now_s = BEGIN_S;
	assert_ok(app_shelf_new(&rig->policy, &rig->shelf, &rig->err), rig->err);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	app_shelf_free(rig->shelf);
	free(rig);
	return 0;
}

/* A new list, `later_s` after the last one. */
static const struct app_shelf_view *step(struct rig *rig, uint64_t later_s)
{
	rig->now_s += later_s;
	rig->list.boot_ns = S(rig->now_s);
	rig->input.now_ns = S(rig->now_s);
	assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
	return &rig->views[0];
}

/* The list of before once more, `later_s` after it was last shown. */
static const struct app_shelf_view *show(struct rig *rig, uint64_t later_s)
{
	rig->now_s += later_s;
	rig->input.now_ns = S(rig->now_s);
	assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
	return &rig->views[0];
}

/* Until what comes was put in by somebody. */
static void settle(struct rig *rig)
{
	for (int i = 0; i <= 6; i++)
		step(rig, 10);
}

/* An empty shelf is watched, and then a disk comes that could be started. */
static struct device_sight *come(struct rig *rig)
{
	settle(rig);
	struct device_sight *sight = put_in(rig, "sdb", "S1", 7, "A-01");
	assert_int_equal(step(rig, 1)->state, APP_SHELF_COUNTS);
	assert_int_equal(rig->views[0].left_s, 30);
	return sight;
}

static void assert_not(const struct app_shelf_view *view, const char *part)
{
	assert_int_equal(view->state, APP_SHELF_NOT);
	if (!strstr(view->why, part))
		fail_msg("\"%s\" instead of \"%s\"", view->why, part);
}

/* Nothing starts in the next minutes, whatever the reason given. */
static void assert_never(struct rig *rig)
{
	for (int i = 0; i < 30; i++)
		assert_int_not_equal(step(rig, 10)->state, APP_SHELF_START);
}

static void assert_starts_after(struct rig *rig, uint64_t seconds)
{
	for (uint64_t i = 1; i < seconds; i++) {
		assert_int_equal(step(rig, 1)->state, APP_SHELF_COUNTS);
		assert_int_equal(rig->views[0].left_s, seconds - i);
	}
	assert_int_equal(step(rig, 1)->state, APP_SHELF_START);
}

/* ---- the countdown -------------------------------------------------------------------------------- */

static void a_disk_that_comes_starts_after_the_grace_period_and_once(void **state)
{
	struct rig *rig = *state;
	come(rig);
	assert_starts_after(rig, 30);
	assert_not(step(rig, 1), "started once already");
	assert_never(rig);
}

static void another_bay_is_another_matter(void **state)
{
	struct rig *rig = *state;
	settle(rig);
	put_in(rig, "sdb", "S1", 7, "B-01");
	assert_int_equal(step(rig, 1)->state, APP_SHELF_MANUAL);
	put_in(rig, "sdc", "S2", 8, "");
	step(rig, 1);
	assert_int_equal(rig->views[1].state, APP_SHELF_MANUAL);
	assert_never(rig);
}

static void nothing_starts_where_the_policy_is_off(void **state)
{
	struct rig *rig = *state;
	app_shelf_free(rig->shelf);
	rig->policy.enabled = false;
	assert_ok(app_shelf_new(&rig->policy, &rig->shelf, &rig->err), rig->err);
	settle(rig);
	put_in(rig, "sdb", "S1", 7, "A-01");
	assert_int_equal(step(rig, 1)->state, APP_SHELF_MANUAL);
	assert_never(rig);
}

static void anything_that_changes_starts_the_time_anew(void **state)
{
	struct rig *rig = *state;
	struct device_sight *sight = come(rig);
	for (int change = 0; change < 12; change++) {
		assert_int_equal(step(rig, 10)->left_s, 20);
		assert_int_equal(step(rig, 10)->left_s, 10);
		if (change == 0)
			text_copy(sight->place.bay, sizeof(sight->place.bay), "A-02");
		else if (change == 1)
			text_copy(sight->place.path, sizeof(sight->place.path), "pci");
		else if (change == 2)
			text_copy(sight->device.identity.name, sizeof(sight->device.identity.name), "sdx");
		else if (change == 3)
			text_copy(sight->device.identity.firmware, sizeof(sight->device.identity.firmware), "2");
		else if (change == 4)
			sight->device.found.count = 1;
		else if (change == 5)
			sight->device.found.items[0].offset = 1;
		else if (change == 6)
			sight->device.partition_count++;
		else if (change == 7)
			sight->device.identity.size++;
		else if (change == 8)
			sight->device.identity.diskseq++;
		else if (change == 9)
			sight->written++;
		else if (change == 10)
			text_copy(sight->device.identity.serial, sizeof(sight->device.identity.serial), "S2");
		else
			sight->device.media = DEVICE_MEDIA_HDD;
		assert_int_equal(step(rig, 1)->state, APP_SHELF_COUNTS);
		assert_int_equal(rig->views[0].left_s, 30);
	}
	/* A light, a temperature, and the device's own numbers of no weight do not. */
	step(rig, 10);
	sight->place.light = DEVICE_LIGHT_ON;
	sight->health.temperature_c = 40;
	assert_int_equal(step(rig, 10)->left_s, 10);
}

static void whatever_refuses_it_starts_the_time_anew(void **state)
{
	struct rig *rig = *state;
	struct device_sight *sight = come(rig);
	struct device *device = &sight->device;
	step(rig, 10);
	step(rig, 10);
	device->claim_count = 1;
	text_copy(device->claims[0].text, sizeof(device->claims[0].text), "sdb1 is mounted on /mnt");
	assert_not(step(rig, 5), "is mounted");
	device->claim_count = 0;
	assert_int_equal(step(rig, 1)->left_s, 30);
	step(rig, 10);
	device->scan_incomplete = true;
	assert_not(step(rig, 5), "could not be looked into");
	device->scan_incomplete = false;
	assert_int_equal(step(rig, 1)->left_s, 30);
	step(rig, 10);
	sight->look = DEVICE_LOOK_RUNNING;
	assert_not(step(rig, 5), "being looked at");
	sight->look = DEVICE_LOOK_DONE;
	device->found.result = OS_PROBE_UNKNOWN;
	assert_not(step(rig, 5), "cannot be told");
	device->found.result = OS_PROBE_DONE;
	assert_int_equal(step(rig, 1)->left_s, 30);
	assert_starts_after(rig, 30);
}

static void without_a_list_no_time_passes(void **state)
{
	struct rig *rig = *state;
	come(rig);
	/* The last list once more: the time is shown, but it is nobody's word that the disk is there. */
	assert_int_equal(show(rig, 5)->left_s, 25);
	assert_int_equal(show(rig, 10)->left_s, 15);
	assert_not(show(rig, 1), "not looked at for a while");
	assert_not(show(rig, 100), "not looked at for a while");
	assert_int_equal(step(rig, 1)->left_s, 30);
	assert_int_equal(step(rig, 15)->left_s, 15);
	/* Nobody watched in between. */
	assert_int_equal(step(rig, 16)->left_s, 30);
	assert_starts_after(rig, 30);
}

static void the_time_is_over_when_a_list_says_so(void **state)
{
	struct rig *rig = *state;
	come(rig);
	step(rig, 15);
	step(rig, 14);
	assert_int_equal(show(rig, 5)->state, APP_SHELF_COUNTS);
	assert_int_equal(rig->views[0].left_s, 0);
	/* A list that took long to come is of when it was made. */
	rig->list.boot_ns += S(1) - 1;
	assert_int_equal(show(rig, 0)->state, APP_SHELF_COUNTS);
	rig->list.boot_ns += 1;
	assert_int_equal(show(rig, 0)->state, APP_SHELF_START);
}

static void a_list_that_comes_late_or_from_nowhere_starts_nothing(void **state)
{
	struct rig *rig = *state;
	come(rig);
	step(rig, 14);
	step(rig, 14);
	rig->list.boot_ns = S(rig->now_s + 10);
	rig->input.now_ns = S(rig->now_s + 26);
	assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
	assert_not(&rig->views[0], "not looked at");
	rig->list.boot_ns = S(rig->now_s + 100);
	rig->input.now_ns = S(rig->now_s + 50);
	assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
	assert_not(&rig->views[0], "not looked at");
	/* And back: what was counted before is worth nothing. */
	rig->list.boot_ns = S(rig->now_s);
	rig->input.now_ns = S(rig->now_s);
	assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
	assert_int_equal(rig->views[0].left_s, 30);
	rig->list.boot_ns = 0;
	assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
}

/* ---- who it is ------------------------------------------------------------------------------------- */

static void a_disk_without_an_identity_waits_for_a_person(void **state)
{
	struct rig *rig = *state;
	settle(rig);
	struct device_sight *sight = put_in(rig, "sdb", "", 7, "A-01");
	assert_not(step(rig, 1), "neither serial number nor WWN");
	assert_never(rig);
	text_copy(sight->device.identity.wwn, sizeof(sight->device.identity.wwn), "naa.5");
	assert_int_equal(step(rig, 1)->left_s, 30);
}

static void so_do_a_virtual_one_and_one_without_a_number(void **state)
{
	struct rig *rig = *state;
	struct device_sight *sight = come(rig);
	sight->device.virtual_disk = true;
	assert_not(step(rig, 1), "virtual");
	sight->device.virtual_disk = false;
	sight->device.identity.diskseq = 0;
	assert_not(step(rig, 1), "diskseq");
	assert_never(rig);
}

static void what_was_there_at_first_never_starts(void **state)
{
	struct rig *rig = *state;
	put_in(rig, "sdb", "S1", 7, "A-01");
	struct device_sight *other = put_in(rig, "sdc", "", 9, "A-02");
	assert_not(step(rig, 1), "was there when");
	/* It drops off the bus, and comes back minutes later under another number: it is still the same. */
	rig->list.count = 0;
	for (int i = 0; i < 30; i++)
		step(rig, 10);
	put_in(rig, "sdd", "S1", 20, "A-03");
	assert_not(step(rig, 1), "was there when");
	assert_never(rig);
	/* One that said nothing of itself then, and does now: the kernel's number tells. */
	rig->list.count = 0;
	other = put_in(rig, "sdc", "S3", 9, "A-02");
	assert_not(step(rig, 1), "was there when");
	text_copy(other->device.identity.serial, sizeof(other->device.identity.serial), "S4");
	other->device.identity.diskseq = 8;
	assert_not(step(rig, 1), "was there when");
}

static void what_comes_while_the_host_starts_was_there(void **state)
{
	struct rig *rig = *state;
	for (int i = 0; i < 6; i++)
		step(rig, 10);
	rig->now_s += 9;
	put_in(rig, "sdb", "S1", 7, "A-01");
	assert_not(step(rig, 0), "was there when");
	assert_never(rig);
	put_in(rig, "sdc", "S2", 8, "A-02");
	step(rig, 1);
	assert_int_equal(rig->views[1].state, APP_SHELF_COUNTS);
}

static void a_disk_with_a_job_or_a_certificate_does_not_start(void **state)
{
	struct rig *rig = *state;
	struct device_sight *sight = come(rig);
	struct identity busy = sight->device.identity;
	busy.diskseq = 3; /* its job began in another presence, and waits */
	text_copy(busy.name, sizeof(busy.name), "sdq");
	rig->input.busy = &busy;
	rig->input.busy_count = 1;
	assert_not(step(rig, 10), "a job works on it");
	assert_never(rig);
	rig->input.busy_count = 0;
	const uint64_t done[] = { 6, 7 };
	rig->input.done = done;
	rig->input.done_count = 2;
	assert_not(step(rig, 10), "has its certificate");
	assert_never(rig);
	rig->input.done_count = 1;
	assert_int_equal(step(rig, 1)->left_s, 30);
}

static void two_that_say_the_same_of_themselves_do_not_start(void **state)
{
	struct rig *rig = *state;
	come(rig);
	put_in(rig, "sdc", "S1", 8, "A-02");
	assert_not(step(rig, 1), "two disks say");
	assert_not(&rig->views[1], "two disks say");
	assert_never(rig);
	rig->list.count = 1;
	assert_int_equal(step(rig, 1)->left_s, 30);
	assert_starts_after(rig, 30);
}

/* ---- coming and going -------------------------------------------------------------------------------- */

static void put_in_again_the_time_starts_anew(void **state)
{
	struct rig *rig = *state;
	come(rig);
	step(rig, 10);
	step(rig, 10);
	rig->list.count = 0;
	step(rig, 1);
	rig->list.count = 1;
	rig->items[0].device.identity.diskseq = 8;
	assert_int_equal(step(rig, 1)->left_s, 30);
	/* Also when nobody saw it gone, but the kernel. */
	step(rig, 10);
	rig->items[0].device.identity.diskseq = 9;
	assert_int_equal(step(rig, 1)->left_s, 30);
	/* And when a list was without it for no reason. */
	step(rig, 10);
	rig->list.count = 0;
	step(rig, 1);
	rig->list.count = 1;
	assert_int_equal(step(rig, 1)->left_s, 30);
	assert_starts_after(rig, 30);
}

static void one_that_was_started_is_new_only_after_a_minute_away(void **state)
{
	struct rig *rig = *state;
	come(rig);
	assert_starts_after(rig, 30);
	/* The link was lost for a moment. */
	rig->list.count = 0;
	for (int i = 0; i < 5; i++)
		step(rig, 10);
	rig->list.count = 1;
	rig->items[0].device.identity.diskseq = 8;
	assert_not(step(rig, 9), "started once already");
	assert_never(rig);
	rig->list.count = 0;
	for (int i = 0; i < 7; i++)
		step(rig, 10);
	rig->list.count = 1;
	/* The kernel says that it was never away. */
	assert_not(step(rig, 1), "started once already");
	rig->list.count = 0;
	for (int i = 0; i < 7; i++)
		step(rig, 10);
	rig->list.count = 1;
	rig->items[0].device.identity.diskseq = 9;
	assert_int_equal(step(rig, 1)->left_s, 30);
	assert_starts_after(rig, 30);
}

static void one_that_calls_itself_something_else_meanwhile_is_the_same(void **state)
{
	struct rig *rig = *state;
	come(rig);
	assert_starts_after(rig, 30);
	rig->items[0].device.identity.logical = 4096; /* formatted */
	assert_not(step(rig, 1), "started once already");
	assert_never(rig);
}

/* ---- all at once -------------------------------------------------------------------------------------- */

/* What a history was like at one list, as far as one disk slot goes. */
struct past {
	uint64_t list_s;
	bool fine; /* there, on the shelf, and nothing against it */
	unsigned form; /* differs whenever anything about it does */
};
#define PAST_MAX 512
struct history {
	struct rig *rig;
	struct past past[DISKS][PAST_MAX];
	size_t count;
	bool here[DISKS];
	bool blocked[DISKS];
	unsigned form[DISKS];
	uint64_t seq[DISKS];
	uint64_t next_seq;
	uint64_t first_seq;
	unsigned started; /* how many, so that the test is known to test something */
};

static void mutate(struct history *history, uint64_t *random)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	unsigned what = (unsigned)(*random >> 33);
	size_t disk = what % DISKS;
	switch (what / DISKS % 24) {
	case 0:
		history->here[disk] = !history->here[disk];
		history->form[disk]++;
		if (history->here[disk])
			history->seq[disk] = ++history->next_seq;
		break;
	case 1:
		history->blocked[disk] = !history->blocked[disk];
		break;
	case 2:
		history->form[disk]++;
		break;
	case 3:
		history->here[disk] = true;
		history->form[disk]++;
		history->seq[disk] = ++history->next_seq;
		break;
	case 4:
		history->blocked[disk] = false;
		break;
	default:
		break;
	}
}

/* Disks 0 to 3 sit on the shelf, 4 beside it, and 5 says nothing of itself. */
static void lay_out(struct history *history)
{
	struct rig *rig = history->rig;
	rig->list.count = 0;
	for (size_t i = 0; i < DISKS; i++) {
		char name[8];
		char serial[8] = "";
		if (!history->here[i])
			continue;
		snprintf(name, sizeof(name), "sd%zu", i);
		if (i < 5)
			snprintf(serial, sizeof(serial), "S%zu", i);
		struct device_sight *sight =
		    put_in(rig, name, serial, history->seq[i], i == 4 ? "B-1" : "A-1");
		sight->device.partition_count = history->form[i];
		sight->device.claim_count = history->blocked[i];
	}
}

static void note(struct history *history)
{
	for (size_t i = 0; i < DISKS; i++)
		history->past[i][history->count] = (struct past){ history->rig->now_s,
			history->here[i] && !history->blocked[i], history->form[i] };
	history->count++;
}

/* Was disk i, from some list at least a grace period ago on, fine and the same in every one? */
static bool deserved(const struct history *history, size_t i)
{
	const struct past *past = history->past[i];
	size_t last = history->count - 1;
	for (size_t at = last;; at--) {
		if (!past[at].fine || past[at].form != past[last].form ||
		    (at < last && past[at + 1].list_s - past[at].list_s > 15))
			return false;
		if (past[last].list_s - past[at].list_s >= 30)
			return true;
		if (at == 0)
			return false;
	}
}

static void check_starts(struct history *history, uint64_t *started_seq)
{
	size_t at = 0;
	for (size_t i = 0; i < DISKS; i++) {
		if (!history->here[i])
			continue;
		if (history->rig->views[at++].state != APP_SHELF_START)
			continue;
		history->started++;
		assert_true(i < 4);
		assert_true(deserved(history, i));
		assert_true(history->seq[i] > history->first_seq);
		assert_true(history->seq[i] != started_seq[i]);
		started_seq[i] = history->seq[i];
	}
}

static unsigned run_history(uint64_t seed)
{
	struct rig *rig = NULL;
	setup((void **)&rig);
	struct history *history = calloc(1, sizeof(*history));
	assert_non_null(history);
	uint64_t started_seq[DISKS] = { 0 };
	uint64_t random = seed;
	history->rig = rig;
	for (size_t i = 0; i < DISKS; i++) {
		history->here[i] = (seed >> i & 1) != 0;
		history->seq[i] = history->here[i] ? ++history->next_seq : 0;
	}
	history->first_seq = history->next_seq;
	while (history->count < PAST_MAX) {
		lay_out(history);
		uint64_t later_s = (random >> 40) % 64 == 0 ? 20 : 1 + (random >> 50) % 8;
		rig->now_s += later_s;
		note(history);
		if (rig->now_s - history->past[0][0].list_s < 60)
			history->first_seq = history->next_seq;
		step(rig, 0);
		check_starts(history, started_seq);
		/* Between two lists the last one is shown again: nothing starts by that. */
		rig->input.now_ns += S(1);
		assert_ok(app_shelf_step(rig->shelf, &rig->input, rig->views, &rig->err), rig->err);
		for (size_t i = 0; i < rig->list.count; i++)
			assert_int_not_equal(rig->views[i].state, APP_SHELF_START);
		mutate(history, &random);
	}
	unsigned started = history->started;
	free(history);
	teardown((void **)&rig);
	return started;
}

static void nothing_ever_starts_undeserved(void **state)
{
	(void)state;
	unsigned started = 0;
	for (uint64_t seed = 1; seed <= 400; seed++)
		started += run_history(seed);
	assert_true(started > 100);
}

/* ---- the policy ----------------------------------------------------------------------------------------- */

static enum code read_policy(const char *text, struct app_shelf_policy *ret, struct err *err)
{
	struct fake_files *files = fake_files_new();
	if (text)
		fake_files_set(files, "/etc/certwipe/shelf", text, strlen(text));
	enum code code = app_shelf_policy_read(&files->base, "/etc/certwipe/shelf", ret, err);
	os_files_free(&files->base);
	return code;
}

static void a_whole_policy_is_read(void **state)
{
	(void)state;
	struct app_shelf_policy policy;
	struct err err;
	assert_ok(read_policy("[shelf]\nenabled = yes\nunattended = yes\nprocedure = nist-r1-clear\n"
			      "bays = A-01  A-02 B-*\ngrace-s = 90\n", &policy, &err), err);
	assert_true(policy.enabled);
	assert_string_equal(policy.procedure, "nist-r1-clear");
	assert_int_equal(policy.grace_s, 90);
	assert_int_equal(policy.bay_count, 3);
	assert_string_equal(policy.bays[1], "A-02");
	assert_string_equal(policy.bays[2], "B-*");
}

static void without_the_word_it_is_off(void **state)
{
	(void)state;
	struct app_shelf_policy policy;
	struct err err;
	assert_ok(read_policy(NULL, &policy, &err), err);
	assert_false(policy.enabled);
	assert_int_equal(policy.grace_s, 60);
	assert_ok(read_policy("[shelf]\nenabled = no\n", &policy, &err), err);
	assert_false(policy.enabled);
}

static void half_a_policy_is_none(void **state)
{
	(void)state;
	static const struct { const char *text, *said; } wrong[] = {
		{ "", "'enabled' is missing" },
		{ "[shelf]\nbays = A\n", "'enabled' is missing" },
		{ "[shelf]\nenabled = yes\nbays = A\nunattended = yes\n", "'procedure' is missing" },
		{ "[shelf]\nenabled = yes\nprocedure = p\nunattended = yes\n", "'bays' is missing" },
		{ "[shelf]\nenabled = yes\nprocedure = p\nbays = A\n", "'unattended = yes' is missing" },
		{ "[shelf]\nenabled = yes\nprocedure = p\nbays = A\nunattended = no\n", "'unattended = yes'" },
		{ "[shelf]\nenabled = maybe\n", ":2: enabled is yes or no" },
		{ "[shelf]\nenabled = Yes\n", ":2: enabled is yes or no" },
		{ "[shelf]\nenabled = no\ngrace-s = 29\n", ":3: grace-s '29'" },
		{ "[shelf]\nenabled = no\ngrace-s = 0\n", ":3: grace-s '0'" },
		{ "[shelf]\nenabled = no\ngrace-s = 86401\n", ":3: grace-s" },
		{ "[shelf]\nenabled = no\ngrace-s = 4294967356\n", ":3: grace-s" },
		{ "[shelf]\nenabled = no\nprocedure = A b\n", ":3: procedure" },
		{ "[shelf]\nenabled = no\nbays = A,B\n", ":3: 'A,B' is no label" },
		{ "[shelf]\nenabled = no\nbays = 1234567890123456\n", ":3: '1234567890123456' is no label" },
		{ "[shelf]\nenabled = no\nport = A\n", ":3: unknown key 'port'" },
		{ "[shelf]\nenabled = no\n[bay 1]\n", ":3: section [bay 1]" },
		{ "[shelves]\nenabled = yes\n", ":1: section [shelves]" },
	};
	struct app_shelf_policy policy;
	struct err err;
	for (size_t i = 0; i < WIPE_COUNT(wrong); i++) {
		assert_int_equal(read_policy(wrong[i].text, &policy, &err), CODE_INPUT);
		if (!strstr(err.line, wrong[i].said))
			fail_msg("\"%s\" instead of \"%s\"", err.line, wrong[i].said);
	}
}

#define SHELF(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF(a_disk_that_comes_starts_after_the_grace_period_and_once),
		SHELF(another_bay_is_another_matter),
		SHELF(nothing_starts_where_the_policy_is_off),
		SHELF(anything_that_changes_starts_the_time_anew),
		SHELF(whatever_refuses_it_starts_the_time_anew),
		SHELF(without_a_list_no_time_passes),
		SHELF(the_time_is_over_when_a_list_says_so),
		SHELF(a_list_that_comes_late_or_from_nowhere_starts_nothing),
		SHELF(a_disk_without_an_identity_waits_for_a_person),
		SHELF(so_do_a_virtual_one_and_one_without_a_number),
		SHELF(what_was_there_at_first_never_starts),
		SHELF(what_comes_while_the_host_starts_was_there),
		SHELF(a_disk_with_a_job_or_a_certificate_does_not_start),
		SHELF(two_that_say_the_same_of_themselves_do_not_start),
		SHELF(put_in_again_the_time_starts_anew),
		SHELF(one_that_was_started_is_new_only_after_a_minute_away),
		SHELF(one_that_calls_itself_something_else_meanwhile_is_the_same),
		cmocka_unit_test(nothing_ever_starts_undeserved),
		cmocka_unit_test(a_whole_policy_is_read),
		cmocka_unit_test(without_the_word_it_is_off),
		cmocka_unit_test(half_a_policy_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
