/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout: over a machine in a folder. What is told, what is looked at and how often, and that nothing that
 * hangs, dies or lies in a process gets any further than that process.
 */
#include "unit/device_machine.h"

#include "fakes/clock.h"
#include "wipe/device/scout.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#define NS_PER_S UINT64_C(1000000000)
#define PATIENT_MS 60000

struct rig {
	struct machine *machine;
	struct fake_clock clock;
	struct device_scout_options options;
	struct scout_seams seams;
	struct device_scout *scout;
	struct os_host_ops ops; /* the tree's, with another probe */
	void (*probe)(struct os_host *host, const char *node, struct os_probe *ret);
	struct err err;
};

/* Of the process that is forked: the probe has no other way to know. */
static struct rig *here;

static bool flag(const struct rig *rig, const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", rig->machine->dir, name);
	return access(path, F_OK) == 0;
}

static void raise_flag(const struct rig *rig, const char *name)
{
	host_tree_file(rig->machine->dir, name, "\n");
}

static void lower_flag(const struct rig *rig, const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", rig->machine->dir, name);
	assert_int_equal(unlink(path), 0);
}

static void counting_probe(struct os_host *host, const char *node, struct os_probe *ret)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/probed", here->machine->dir);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%s\n", node) < 0)
		_exit(9);
	close(fd);
	while (flag(here, "probe-hangs"))
		(void)poll(NULL, 0, 10);
	here->probe(host, node, ret);
}

static enum code open_tree(void *self, struct os_host **ret, struct err *err)
{
	struct rig *rig = self;
	struct os_host *host = NULL;
	while (flag(rig, "hang"))
		pause();
	if (flag(rig, "die"))
		_exit(3);
	/* Whichever of them is the socket: nonsense, or a list that ends before all of it came. */
	for (int fd = 3; flag(rig, "lie") && fd < 64; fd++)
		(void)send(fd, "\x02nonsense", 9, MSG_NOSIGNAL);
	for (int fd = 3; flag(rig, "short") && fd < 64; fd++) {
		(void)send(fd, "\x01\0\0\0\0\0\0\0\x01\0\0\0\x02", 13, MSG_NOSIGNAL);
		(void)send(fd, "\x03", 1, MSG_NOSIGNAL);
	}
	enum code code = host_tree_open(rig->machine->dir, &host, err);
	if (code != CODE_OK)
		return code;
	here = rig;
	rig->probe = host->ops->probe;
	rig->ops = *host->ops;
	rig->ops.probe = counting_probe;
	host->ops = &rig->ops;
	*ret = host;
	return CODE_OK;
}

static int scout_setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_non_null(rig);
	setup((void **)&rig->machine);
	fake_clock_start(&rig->clock, 1700000000);
	rig->options.clock = &rig->clock.base;
	rig->seams = (struct scout_seams){ open_tree, rig, 3600 * NS_PER_S, 15 * NS_PER_S };
	*state = rig;
	return 0;
}

static int scout_teardown(void **state)
{
	struct rig *rig = *state;
	device_scout_end(rig->scout);
	teardown((void **)&rig->machine);
	free(rig);
	return 0;
}

static void start(struct rig *rig)
{
	assert_ok(scout_start(&rig->options, &rig->seams, &rig->scout, &rig->err), rig->err);
}

/* Whatever it says next. */
static enum code take(struct rig *rig)
{
	for (;;) {
		bool ready = false;
		int fd = device_scout_fd(rig->scout);
		if (os_wait_readable(&fd, &ready, 1, PATIENT_MS, &rig->err) != CODE_OK)
			fail_msg("the scout says nothing: %s", rig->err.line);
		enum code code = device_scout_take(rig->scout, &rig->err);
		if (code != CODE_BUSY)
			return code;
	}
}

static void ask(struct rig *rig)
{
	assert_ok(device_scout_ask(rig->scout, &rig->err), rig->err);
}

static const struct device_sight *sight(struct rig *rig, const char *name)
{
	const struct device_sights *list = device_scout_list(rig->scout);
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].device.identity.name, name) == 0)
			return &list->items[i];
	}
	return NULL;
}

/* Takes until a disk was looked at. */
static const struct device_sight *looked(struct rig *rig, const char *name)
{
	while (!sight(rig, name) || sight(rig, name)->look != DEVICE_LOOK_DONE)
		assert_ok(take(rig), rig->err);
	return sight(rig, name);
}

/* A list that was asked for only now. */
static void new_list(struct rig *rig)
{
	ask(rig);
	while (device_scout_waiting_since_ns(rig->scout))
		assert_ok(take(rig), rig->err);
}

static size_t probed(const struct rig *rig, const char *node)
{
	char path[128], line[64];
	size_t count = 0;
	snprintf(path, sizeof(path), "%s/probed", rig->machine->dir);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		count += strncmp(line, node, strlen(node)) == 0 && line[strlen(node)] == '\n';
	if (file)
		fclose(file);
	return count;
}

/* ---- what is told ------------------------------------------------------------------------------ */

static void disks_are_told_with_claims_and_places(void **state)
{
	struct rig *rig = *state;
	struct device_bays bays;
	static const char map[] = "[bay 1]\nlabel = A-01\nscsi = 1:0:0\n";
	assert_ok(device_bays_parse(map, sizeof(map) - 1, "bays", &bays, &rig->err), rig->err);
	rig->options.bays = &bays;
	start(rig);
	assert_int_equal(device_scout_list(rig->scout)->count, 0);
	assert_true(device_scout_list(rig->scout)->boot_ns == 0);
	new_list(rig);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	assert_true(device_scout_list(rig->scout)->boot_ns != 0);
	const struct device_sight *system = sight(rig, "sda");
	assert_int_equal(system->device.claims[0].kind, DEVICE_CLAIM_SYSTEM);
	assert_string_equal(system->place.bay, "");
	const struct device_sight *other = sight(rig, "sdb");
	assert_int_equal(other->device.claim_count, 0);
	assert_string_equal(other->device.identity.model, "WDC WD10EZEX");
	assert_string_equal(other->place.bay, "A-01");
	assert_string_equal(other->place.scsi, "1:0:0:0");
	device_bays_free(&bays);
	rig->options.bays = NULL;
}

static void what_is_on_a_free_disk_is_told_later(void **state)
{
	struct rig *rig = *state;
	host_tree_file(rig->machine->dir, "/blkid/sdb", "gpt partition-table 512\n");
	start(rig);
	ask(rig);
	const struct device_sight *other = looked(rig, "sdb");
	assert_int_equal(other->device.found.result, OS_PROBE_DONE);
	assert_string_equal(other->device.found.items[0].type, "gpt");
	assert_int_equal(other->device.claim_count, 0);
	assert_true(text_has_prefix(other->health.text, "unknown: "));
	/* The system's disk is in use: nobody looks. */
	assert_int_equal(sight(rig, "sda")->look, DEVICE_LOOK_NONE);
	assert_int_equal(probed(rig, "/dev/sda"), 0);
}

static void a_disk_is_looked_at_once(void **state)
{
	struct rig *rig = *state;
	put_disk(rig->machine, "sdb", "stat", "1 1 1 1 1 1 100 1 1 1 1 1 1 1 1 1 1");
	start(rig);
	ask(rig);
	looked(rig, "sdb");
	assert_true(sight(rig, "sdb")->written == 101 * 512);
	for (int i = 0; i < 3; i++)
		new_list(rig);
	assert_int_equal(sight(rig, "sdb")->look, DEVICE_LOOK_DONE);
	assert_int_equal(probed(rig, "/dev/sdb"), 1);
	/* Nor by the next process. */
	device_scout_rest(rig->scout);
	new_list(rig);
	assert_int_equal(sight(rig, "sdb")->look, DEVICE_LOOK_DONE);
	new_list(rig);
	assert_int_equal(probed(rig, "/dev/sdb"), 1);
}

static void and_again_when_it_was_written_to_or_is_another_one(void **state)
{
	struct rig *rig = *state;
	host_tree_file(rig->machine->dir, "/blkid/sdb", "ntfs filesystem 3\n");
	put_disk(rig->machine, "sdb", "stat", "1 1 1 1 1 1 100 1 1 1 1 1 1 1 1 1 1");
	start(rig);
	ask(rig);
	assert_int_equal(looked(rig, "sdb")->device.found.count, 1);
	host_tree_file(rig->machine->dir, "/blkid/sdb", "\n");
	put_disk(rig->machine, "sdb", "stat", "1 1 1 1 1 1 300 1 1 1 1 1 1 1 1 1 1");
	new_list(rig);
	/* What was there is not told any more. */
	assert_int_equal(sight(rig, "sdb")->device.found.result, OS_PROBE_UNKNOWN);
	assert_int_equal(looked(rig, "sdb")->device.found.count, 0);
	assert_int_equal(probed(rig, "/dev/sdb"), 2);
	put_disk(rig->machine, "sdb", "diskseq", "10");
	new_list(rig);
	looked(rig, "sdb");
	assert_int_equal(probed(rig, "/dev/sdb"), 3);
}

static void who_is_used_meanwhile_is_not_looked_at(void **state)
{
	struct rig *rig = *state;
	start(rig);
	ask(rig);
	looked(rig, "sdb");
	put_disk(rig->machine, "sdb", "stat", "1 1 1 1 1 1 300 1 1 1 1 1 1 1 1 1 1");
	set_mounts(rig->machine, "30 26 8:17 / /mnt rw - ext4 /dev/sdb1 rw\n");
	new_list(rig);
	assert_int_equal(sight(rig, "sdb")->device.claims[0].kind, DEVICE_CLAIM_MOUNT);
	new_list(rig);
	assert_int_equal(probed(rig, "/dev/sdb"), 1);
	set_mounts(rig->machine, "");
	new_list(rig);
	looked(rig, "sdb");
	assert_int_equal(probed(rig, "/dev/sdb"), 2);
}

static void a_disk_that_is_gone_is_gone(void **state)
{
	struct rig *rig = *state;
	char path[128];
	start(rig);
	new_list(rig);
	snprintf(path, sizeof(path), "%s/sys/block/sdb", rig->machine->dir);
	assert_int_equal(unlink(path), 0);
	new_list(rig);
	assert_int_equal(device_scout_list(rig->scout)->count, 1);
	assert_null(sight(rig, "sdb"));
}

/* ---- what may go wrong -------------------------------------------------------------------------- */

static void a_look_that_hangs_holds_nothing_up(void **state)
{
	struct rig *rig = *state;
	raise_flag(rig, "probe-hangs");
	start(rig);
	new_list(rig);
	for (int i = 0; i < 3; i++)
		new_list(rig);
	assert_int_equal(sight(rig, "sdb")->look, DEVICE_LOOK_RUNNING);
	assert_int_equal(sight(rig, "sdb")->device.claim_count, 0);
	/* Ended by a rest; the disk is as if nobody had looked. */
	device_scout_rest(rig->scout);
	assert_int_equal(device_scout_fd(rig->scout), -1);
	assert_int_equal(sight(rig, "sdb")->look, DEVICE_LOOK_NONE);
	lower_flag(rig, "probe-hangs");
	ask(rig);
	looked(rig, "sdb");
}

static void a_look_that_takes_long_finds_its_disk_again(void **state)
{
	struct rig *rig = *state;
	char path[128];
	host_tree_file(rig->machine->dir, "/blkid/sdb", "ntfs filesystem 3\n");
	raise_flag(rig, "probe-hangs");
	start(rig);
	new_list(rig);
	/* The process that looks has it open: that is no use of the disk. */
	add_process(rig->machine, "300", "mnt:[1]", ROOT_MOUNTS);
	host_tree_link(rig->machine->dir, "/proc/300/fd/5", "/dev/sdb");
	snprintf(path, sizeof(path), "%s/sys/block/sda", rig->machine->dir);
	assert_int_equal(unlink(path), 0);
	new_list(rig);
	assert_int_equal(device_scout_list(rig->scout)->count, 1);
	assert_int_equal(sight(rig, "sdb")->look, DEVICE_LOOK_RUNNING);
	assert_int_equal(sight(rig, "sdb")->device.claim_count, 0);
	lower_flag(rig, "probe-hangs");
	assert_int_equal(looked(rig, "sdb")->device.found.count, 1);
	/* But whoever has it open afterwards uses it. */
	new_list(rig);
	assert_int_equal(sight(rig, "sdb")->device.claims[0].kind, DEVICE_CLAIM_OPENER);
}

static void a_look_is_given_up_and_not_tried_again(void **state)
{
	struct rig *rig = *state;
	raise_flag(rig, "probe-hangs");
	rig->options.clock = os_clock_system();
	rig->seams.look_ns = NS_PER_S / 10;
	start(rig);
	ask(rig);
	const struct device_sight *other = looked(rig, "sdb");
	assert_int_equal(other->device.found.result, OS_PROBE_UNKNOWN);
	assert_non_null(strstr(other->device.found.why, "did not answer in time"));
	new_list(rig);
	new_list(rig);
	assert_int_equal(sight(rig, "sdb")->look, DEVICE_LOOK_DONE);
	assert_int_equal(probed(rig, "/dev/sdb"), 1);
}

static void the_list_stays_while_nobody_answers(void **state)
{
	struct rig *rig = *state;
	start(rig);
	new_list(rig);
	device_scout_rest(rig->scout);
	raise_flag(rig, "hang");
	fake_clock_advance(&rig->clock, NS_PER_S);
	uint64_t asked_ns = rig->clock.boot_ns;
	ask(rig);
	assert_int_equal(device_scout_take(rig->scout, &rig->err), CODE_BUSY);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	assert_true(device_scout_waiting_since_ns(rig->scout) == asked_ns);
	int fd = device_scout_fd(rig->scout);
	fake_clock_advance(&rig->clock, 15 * NS_PER_S);
	ask(rig); /* not yet out of patience */
	assert_int_equal(device_scout_fd(rig->scout), fd);
	lower_flag(rig, "hang");
	fake_clock_advance(&rig->clock, 1);
	ask(rig);
	assert_true(device_scout_waiting_since_ns(rig->scout) == asked_ns);
	assert_ok(take(rig), rig->err);
	assert_true(device_scout_waiting_since_ns(rig->scout) == 0);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
}

/* Those that were killed may need a moment to go, and only so many are waited for at once. */
static void ask_in_the_end(struct rig *rig)
{
	enum code code = device_scout_ask(rig->scout, &rig->err);
	for (int i = 0; code == CODE_BUSY && i < PATIENT_MS; i++) {
		(void)poll(NULL, 0, 1);
		code = device_scout_ask(rig->scout, &rig->err);
	}
	assert_ok(code, rig->err);
}

static void patience_grows_with_each_that_hangs(void **state)
{
	struct rig *rig = *state;
	raise_flag(rig, "hang");
	start(rig);
	ask(rig);
	for (uint64_t patience_s = 15; patience_s <= 240; patience_s *= 2) {
		/* The socket of the one that was given up is closed, so what it says is heard by nobody. */
		fake_clock_advance(&rig->clock, patience_s * NS_PER_S);
		ask(rig);
		assert_int_equal(device_scout_take(rig->scout, &rig->err), CODE_BUSY);
		fake_clock_advance(&rig->clock, 1);
		ask_in_the_end(rig);
	}
	lower_flag(rig, "hang");
	fake_clock_advance(&rig->clock, 601 * NS_PER_S);
	ask_in_the_end(rig);
	assert_ok(take(rig), rig->err);
}

static void one_that_dies_is_told_and_replaced(void **state)
{
	struct rig *rig = *state;
	start(rig);
	new_list(rig);
	device_scout_rest(rig->scout);
	raise_flag(rig, "die");
	ask(rig);
	assert_int_equal(take(rig), CODE_GONE);
	assert_int_equal(device_scout_fd(rig->scout), -1);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	assert_true(device_scout_waiting_since_ns(rig->scout) != 0);
	lower_flag(rig, "die");
	new_list(rig);
}

static void one_that_lies_is_not_believed(void **state)
{
	struct rig *rig = *state;
	start(rig);
	new_list(rig);
	device_scout_rest(rig->scout);
	raise_flag(rig, "lie");
	ask(rig);
	assert_int_equal(take(rig), CODE_INPUT);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	lower_flag(rig, "lie");
	raise_flag(rig, "short");
	ask(rig);
	assert_int_equal(take(rig), CODE_INPUT);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	lower_flag(rig, "short");
	new_list(rig);
}

static void a_machine_that_cannot_be_read_says_why(void **state)
{
	struct rig *rig = *state;
	char path[128], aside[128];
	start(rig);
	new_list(rig);
	snprintf(path, sizeof(path), "%s/sys/block", rig->machine->dir);
	snprintf(aside, sizeof(aside), "%s/sys/aside", rig->machine->dir);
	assert_int_equal(rename(path, aside), 0);
	ask(rig);
	enum code code;
	while ((code = take(rig)) == CODE_OK)
		;
	assert_int_equal(code, CODE_MISSING);
	assert_non_null(strstr(rig->err.line, "cannot tell which disks there are"));
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	assert_int_equal(rename(aside, path), 0);
	new_list(rig);
}

static void what_is_asked_meanwhile_is_answered_once_more(void **state)
{
	struct rig *rig = *state;
	raise_flag(rig, "hang");
	start(rig);
	ask(rig);
	ask(rig);
	ask(rig);
	device_scout_rest(rig->scout);
	assert_true(device_scout_waiting_since_ns(rig->scout) == 0);
	lower_flag(rig, "hang");
	ask(rig);
	ask(rig);
	assert_ok(take(rig), rig->err);
	assert_int_equal(device_scout_list(rig->scout)->count, 2);
	while (device_scout_waiting_since_ns(rig->scout))
		assert_ok(take(rig), rig->err);
}

/* ---- one disk in one packet ---------------------------------------------------------------------- */

static struct device_sight *full_sight(void)
{
	struct device_sight *full = calloc(1, sizeof(*full));
	assert_non_null(full);
	struct device *device = &full->device;
	text_copy(device->identity.name, sizeof(device->identity.name), "sdb");
	text_copy(device->identity.model, sizeof(device->identity.model), "WDC");
	device->identity.diskseq = UINT64_MAX - 1;
	device->identity.size = 4000787030016;
	device->media = DEVICE_MEDIA_HDD;
	device->rotational_known = true;
	device->claim_count = 2;
	for (size_t i = 0; i < 2; i++) {
		device->claims[i].kind = i ? DEVICE_CLAIM_HOST_UNKNOWN : DEVICE_CLAIM_SYSTEM;
		text_copy(device->claims[i].text, sizeof(device->claims[i].text), "is in use");
	}
	device->found = (struct os_probe){ .result = OS_PROBE_DONE, .count = 1, .truncated = true,
		.items = { { "ext4", "filesystem", 1080 } } };
	text_copy(full->place.bay, sizeof(full->place.bay), "A-03");
	full->place.light = DEVICE_LIGHT_ON;
	full->look = DEVICE_LOOK_DONE;
	full->written = 512;
	device_health_unknown(&full->health, "nobody asked");
	return full;
}

static void a_packet_has_one_form(void **state)
{
	(void)state;
	struct device_sight *full = full_sight();
	struct device_sight *got = calloc(1, sizeof(*got));
	BUF_AUTO packet = { 0 };
	assert_non_null(got);
	scout_wire_pack(full, &packet);
	assert_true(scout_wire_unpack(packet.data, packet.len, got));
	assert_memory_equal(full, got, sizeof(*got));
	for (size_t len = 0; len < packet.len; len++) {
		memset(got, 0, sizeof(*got));
		assert_false(scout_wire_unpack(packet.data, len, got));
	}
	size_t accepted = 0;
	for (size_t i = 0; i < packet.len * 8; i++) {
		BUF_AUTO again = { 0 };
		memset(got, 0, sizeof(*got));
		packet.data[i / 8] ^= (uint8_t)(1U << i % 8);
		if (scout_wire_unpack(packet.data, packet.len, got)) {
			accepted++;
			scout_wire_pack(got, &again);
			assert_int_equal(again.len, packet.len);
			assert_memory_equal(again.data, packet.data, packet.len);
		}
		packet.data[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	assert_true(accepted > 0);
	buf_u8(&packet, 0);
	assert_false(scout_wire_unpack(packet.data, packet.len, got));
	free(full);
	free(got);
}

static void words_that_are_no_text_are_made_safe(void **state)
{
	(void)state;
	struct device_sight *full = full_sight();
	struct device_sight *got = calloc(1, sizeof(*got));
	BUF_AUTO packet = { 0 };
	assert_non_null(got);
	text_copy(full->device.claims[0].text, sizeof(full->device.claims[0].text), "excluded (\xc3\xa4)\x1b[m");
	memset(full->device.scan_note, '\x7f', sizeof(full->device.scan_note) - 1);
	scout_wire_pack(full, &packet);
	assert_true(scout_wire_unpack(packet.data, packet.len, got));
	assert_string_equal(got->device.claims[0].text, "excluded (\\xc3\\xa4)\\x1b[m");
	/* Four times as long: cut, at a whole character. */
	assert_true(text_has_suffix(got->device.scan_note, "\\x7f"));
	assert_in_range(strlen(got->device.scan_note), 190, sizeof(got->device.scan_note) - 1);
	free(full);
	free(got);
}

#define SCOUT(name) cmocka_unit_test_setup_teardown(name, scout_setup, scout_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCOUT(disks_are_told_with_claims_and_places),
		SCOUT(what_is_on_a_free_disk_is_told_later),
		SCOUT(a_disk_is_looked_at_once),
		SCOUT(and_again_when_it_was_written_to_or_is_another_one),
		SCOUT(who_is_used_meanwhile_is_not_looked_at),
		SCOUT(a_disk_that_is_gone_is_gone),
		SCOUT(a_look_that_hangs_holds_nothing_up),
		SCOUT(a_look_that_takes_long_finds_its_disk_again),
		SCOUT(a_look_is_given_up_and_not_tried_again),
		SCOUT(the_list_stays_while_nobody_answers),
		SCOUT(patience_grows_with_each_that_hangs),
		SCOUT(one_that_dies_is_told_and_replaced),
		SCOUT(one_that_lies_is_not_believed),
		SCOUT(a_machine_that_cannot_be_read_says_why),
		SCOUT(what_is_asked_meanwhile_is_answered_once_more),
		cmocka_unit_test(a_packet_has_one_form),
		cmocka_unit_test(words_that_are_no_text_are_made_safe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
