/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_health_process: who is asked, by whom, and what if no answer comes, or a strange one? */
#include "unit/unit.h"
#include "fakes/pass.h"
#include "unit/loop_rig.h"
#include "unit/nvme_log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ---- the packet ------------------------------------------------------------------------------------ */

static void a_reading_survives_the_wire_and_nothing_else_does(void **state)
{
	(void)state;
	uint8_t log[HEALTH_NVME_BYTES], packet[HEALTH_WIRE_BYTES];
	struct device_health health, back;
	nvme_log(log);
	assert_true(health_nvme_log_parse(log, sizeof(log), &health));
	health.limit_c = 84;
	health_describe(&health);
	health_wire_pack(&health, packet);
	assert_true(health_wire_unpack(packet, sizeof(packet), &back));
	assert_int_equal(back.temperature_c, 41);
	assert_int_equal(back.limit_c, 84);
	assert_int_equal(back.written, health.written);
	assert_string_equal(back.text, health.text);
	assert_false(health_wire_unpack(packet, sizeof(packet) - 1, &back));

	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = { { 0, 2 }, { 1, 3 }, { 2, 1 }, { 7, 1 }, { 13, 1 }, { 64, 0x1b }, { 64 + 150, 'x' },
		{ 264, 1 }, { 0, 0 } };
	for (size_t i = 0; i < WIPE_COUNT(lies); i++) {
		health_wire_pack(&health, packet);
		packet[lies[i].at] = lies[i].value;
		assert_false(health_wire_unpack(packet, sizeof(packet), &back));
	}
	health_wire_pack(&health, packet);
	memset(packet + 64, 'x', 200); /* no end */
	assert_false(health_wire_unpack(packet, sizeof(packet), &back));

	device_health_unknown(&health, "who %s?", "knows");
	assert_string_equal(health.text, "unknown: who knows?");
	health_wire_pack(&health, packet);
	assert_true(health_wire_unpack(packet, sizeof(packet), &back));
	assert_false(back.known);
}

/* ---- which way, which limit ------------------------------------------------------------------------ */

static struct device disk(const char *name, const char *transport)
{
	struct device device = { .media = DEVICE_MEDIA_HDD };
	text_copy(device.identity.name, sizeof(device.identity.name), name);
	text_copy(device.identity.transport, sizeof(device.identity.transport), transport);
	snprintf(device.identity.node, sizeof(device.identity.node), "/dev/%s", name);
	return device;
}

static void each_disk_is_asked_in_its_own_way_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *name, *transport;
		bool virtual_disk, removable;
		int kind; /* 0: not asked */
		bool ata;
	} rows[] = {
		{ "nvme0n1", "nvme", false, false, OS_PASS_NVME, false },
		{ "nvme1n1", "nvme-tcp", false, false, OS_PASS_NVME, false },
		{ "sda", "sata", false, false, OS_PASS_SCSI, true },
		{ "sdb", "usb", false, false, OS_PASS_SCSI, true },
		{ "sdc", "usb", false, true, 0, false },
		{ "sdd", "sas", false, false, OS_PASS_SCSI, false },
		{ "vda", "virtio", false, false, 0, false },
		{ "mmcblk0", "mmc", false, false, 0, false },
		{ "loop0", "loop", true, false, 0, false },
	};
	for (size_t i = 0; i < WIPE_COUNT(rows); i++) {
		struct device device = disk(rows[i].name, rows[i].transport);
		struct device_health health;
		enum os_pass_kind kind = OS_PASS_NVME;
		bool ata = true;
		device.virtual_disk = rows[i].virtual_disk;
		device.removable = rows[i].removable;
		bool asked = health_route(&device, &kind, &ata, &health);
		assert_int_equal(asked ? (int)kind : 0, rows[i].kind);
		if (asked)
			assert_int_equal(ata, rows[i].ata);
		else
			assert_true(text_has_prefix(health.text, "unknown: "));
	}
}

static void the_limit_is_the_sites_the_drives_or_the_usual_one(void **state)
{
	(void)state;
	struct device device = disk("sda", "sata");
	struct device_health health;
	device_health_unknown(&health, "x");
	assert_int_equal(device_health_limit(&device, &health, 0), 60);
	device.media = DEVICE_MEDIA_SSD;
	assert_int_equal(device_health_limit(&device, &health, 0), 70);
	health.limit_c = 84;
	assert_int_equal(device_health_limit(&device, &health, 0), 84);
	assert_int_equal(device_health_limit(&device, &health, 55), 55);
}

/* ---- the process ------------------------------------------------------------------------------------ */

static enum code open_good(const struct device *device, enum os_pass_kind kind, struct os_pass **ret,
    struct err *err)
{
	(void)device;
	(void)err;
	struct fake_pass *fake = fake_pass_new(kind);
	struct os_pass_nvme command;
	uint8_t log[HEALTH_NVME_BYTES];
	static const uint8_t identify[HEALTH_NVME_IDENTIFY_BYTES];
	nvme_log(log);
	health_nvme_log_command(&command);
	fake_pass_nvme(fake, &command, log, sizeof(log));
	health_nvme_identify_command(&command);
	fake_pass_nvme(fake, &command, identify, sizeof(identify));
	health_nvme_log_command(&command);
	store_u16le(log + 1, 273 + 66);
	fake_pass_nvme(fake, &command, log, sizeof(log));
	*ret = &fake->pass;
	return CODE_OK;
}

static enum code open_hanging(const struct device *device, enum os_pass_kind kind,
    struct os_pass **ret, struct err *err)
{
	for (;;)
		pause();
	return open_good(device, kind, ret, err);
}

static enum code open_dying(const struct device *device, enum os_pass_kind kind,
    struct os_pass **ret, struct err *err)
{
	kill(getpid(), SIGKILL);
	return open_good(device, kind, ret, err);
}

static enum code open_other(const struct device *device, enum os_pass_kind kind,
    struct os_pass **ret, struct err *err)
{
	enum code code = open_good(device, kind, ret, err);
	(*ret)->minor = 99;
	return code;
}

static void one_process_answers_again_and_again(void **state)
{
	(void)state;
	struct device device = disk("nvme0n1", "nvme");
	struct device_health_reader *reader = NULL;
	struct device_health health;
	struct err err = { 0 };
	bool ready = false;
	assert_ok(health_reader_start(&device, open_good, &reader, &err), err);
	int fd = device_health_fd(reader);
	assert_true(fd >= 0);
	assert_int_equal(device_health_take(reader, &health, &err), CODE_BUSY); /* not asked */
	static const int32_t temperatures[] = { 41, 66 };
	for (size_t i = 0; i < WIPE_COUNT(temperatures); i++) {
		assert_ok(device_health_ask(reader,
			      i ? DEVICE_HEALTH_TEMPERATURE : DEVICE_HEALTH_ALL, &err), err);
		assert_int_equal(device_health_ask(reader, DEVICE_HEALTH_ALL, &err), CODE_BUSY);
		while (os_wait_readable(&fd, &ready, 1, -1, &err) == CODE_BUSY)
			;
		assert_ok(device_health_take(reader, &health, &err), err);
		assert_int_equal(health.temperature_c, temperatures[i]);
	}
	device_health_end(reader);
}

static void a_drive_that_hangs_dies_or_changes_is_unknown(void **state)
{
	(void)state;
	struct device device = disk("nvme0n1", "nvme");
	struct device_health health;
	health_reader_read(&device, open_good, 60000, &health);
	assert_true(health.known);
	health_reader_read(&device, open_hanging, 0, &health);
	assert_string_equal(health.text, "unknown: the drive did not answer in 0 s");
	health_reader_read(&device, open_dying, 60000, &health);
	assert_string_equal(health.text, "unknown: the process that asked the drive was ended");
	health_reader_read(&device, open_other, 60000, &health);
	assert_string_equal(health.text, "unknown: /dev/nvme0n1 is another disk now");
	/* A reader that nobody waits for is ended all the same. */
	struct device_health_reader *reader = NULL;
	struct err err = { 0 };
	assert_ok(health_reader_start(&device, open_hanging, &reader, &err), err);
	assert_ok(device_health_ask(reader, DEVICE_HEALTH_ALL, &err), err);
	assert_int_equal(device_health_take(reader, &health, &err), CODE_BUSY);
	device_health_end(reader);
	device_health_end(NULL);
}

static void a_virtual_disk_is_known_to_have_none(void **state)
{
	(void)state;
	struct device device = disk("loop0", "loop");
	struct device_health_reader *reader = NULL;
	struct device_health health;
	struct err err = { 0 };
	device.virtual_disk = true;
	assert_ok(device_health_start(&device, &reader, &err), err);
	assert_int_equal(device_health_fd(reader), -1);
	assert_ok(device_health_ask(reader, DEVICE_HEALTH_ALL, &err), err);
	assert_ok(device_health_take(reader, &health, &err), err);
	assert_string_equal(health.text, "unknown: a virtual disk has none");
	device_health_end(reader);
}

/* The whole way over a real device, that no driver answers for: sandbox, ioctl, packet. */
static void a_real_process_comes_back_from_a_loop_device(void **state)
{
	(void)state;
	struct loop_rig rig = loop_rig_open(1 << 20, "");
	struct stat st;
	if (!rig.node[0])
		skip();
	struct device device = disk("sdz", "sata");
	struct device_health health;
	text_copy(device.identity.node, sizeof(device.identity.node), rig.node);
	assert_int_equal(stat(rig.node, &st), 0);
	device.identity.major = major(st.st_rdev);
	device.identity.minor = minor(st.st_rdev);
	device_health_read(&device, 60000, &health);
	assert_string_equal(health.text, "unknown: the device takes no SCSI commands");
	text_copy(device.identity.transport, sizeof(device.identity.transport), "nvme");
	device_health_read(&device, 60000, &health);
	assert_string_equal(health.text, "unknown: the device takes no NVMe commands");
	device.identity.minor++;
	device_health_read(&device, 60000, &health);
	assert_non_null(strstr(health.text, "is another disk now"));
	loop_rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reading_survives_the_wire_and_nothing_else_does),
		cmocka_unit_test(each_disk_is_asked_in_its_own_way_or_not_at_all),
		cmocka_unit_test(the_limit_is_the_sites_the_drives_or_the_usual_one),
		cmocka_unit_test(one_process_answers_again_and_again),
		cmocka_unit_test(a_drive_that_hangs_dies_or_changes_is_unknown),
		cmocka_unit_test(a_virtual_disk_is_known_to_have_none),
		cmocka_unit_test(a_real_process_comes_back_from_a_loop_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
