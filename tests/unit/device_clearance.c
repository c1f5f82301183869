/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device: what is cleared, what is not, and what is another disk by the time it is open? */
#include "unit/device_machine.h"

static void a_free_disk_is_cleared(void **state)
{
	struct machine *machine = *state;
	scan(machine);
	const struct device *device = disk(machine, "sdb");
	assert_free(machine, "sdb");
	assert_false(device->scan_incomplete);
	assert_string_equal(device->identity.transport, "sata");
	assert_string_equal(device->identity.model, "WDC WD10EZEX");
	assert_string_equal(device->identity.wwn, "naa.50014ee2b1234567");
	assert_string_equal(device->identity.unit, "0");
	assert_int_equal(device->media, DEVICE_MEDIA_HDD);
	assert_true(device->identity.size == UINT64_C(1953525168) * 512);
	assert_int_equal(device->partition_count, 2);
	assert_true(hash_is_sha256_hex(device->identity.identify_sha256));
	assert_string_equal(device_confirm_word(&device->identity), "sdb");
}

static void readonly_and_empty_are_refused(void **state)
{
	struct machine *machine = *state;
	put_disk(machine, "sdb", "ro", "1");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_READONLY, "read-only");
	put_disk(machine, "sdb", "ro", "0");
	put_disk(machine, "sdb", "size", "0");
	scan(machine);
	assert_claim(machine, "sdb", DEVICE_CLAIM_EMPTY, "medium");
}

static void excluded_is_refused_and_a_slip_is_an_error(void **state)
{
	struct machine *machine = *state;
	const char *const words[] = { "/dev/sdb1", NULL };
	struct device_scan_options options = { .excluded = words };
	assert_ok(try_scan(machine, &options), machine->err);
	assert_claim(machine, "sdb", DEVICE_CLAIM_EXCLUDED, "/dev/sdb1");
	const char *const wwn[] = { "wwn:0x50014EE2B1234567", NULL };
	options.excluded = wwn;
	assert_ok(try_scan(machine, &options), machine->err);
	assert_claim(machine, "sdb", DEVICE_CLAIM_EXCLUDED, "wwn");
	const char *const slip[] = { "serial:nobody", NULL };
	options.excluded = slip;
	assert_int_equal(try_scan(machine, &options), CODE_MISSING);
}

static void a_changed_device_is_not_confirmed(void **state)
{
	struct machine *machine = *state;
	struct clearance clearance = { 0 };
	struct os_geometry same = { 8, 16, UINT64_C(1953525168) * 512, 512, 4096, 0, 9, false };
	scan(machine);
	assert_int_equal(device_confirm(&clearance, &same, &machine->err), CODE_BUG);
	assert_ok(device_clear(disk(machine, "sdb"), &clearance, &machine->err), machine->err);
	assert_ok(device_confirm(&clearance, &same, &machine->err), machine->err);
	struct os_geometry other[] = { same, same, same, same, same, same, same };
	other[0].major++;
	other[1].minor++;
	other[2].size -= 512;
	other[3].logical = 4096;
	other[4].physical = 512;
	other[5].diskseq++;
	other[6].readonly = true;
	for (size_t i = 0; i < WIPE_COUNT(other); i++)
		assert_int_equal(device_confirm(&clearance, &other[i], &machine->err), CODE_GONE);
	/* To be read, a disk may be read-only, and needs no clearance. */
	const struct identity *identity = &disk(machine, "sdb")->identity;
	assert_ok(device_confirm_identity(identity, &other[6], &machine->err), machine->err);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(device_confirm_identity(identity, &other[i], &machine->err), CODE_GONE);
	/* Told at the clearance and not any more: unknown is not the same. */
	same.diskseq = 0;
	assert_int_equal(device_confirm(&clearance, &same, &machine->err), CODE_GONE);
}

static void what_changed_after_the_clearance_is_seen_again(void **state)
{
	struct machine *machine = *state;
	struct clearance clearance;
	scan(machine);
	assert_ok(device_clear(disk(machine, "sdb"), &clearance, &machine->err), machine->err);
	assert_ok(device_recheck(machine->host, &clearance, &machine->err), machine->err);
	struct clearance other = clearance;
	text_copy(other.device.identity.serial, sizeof(other.device.identity.serial), "ANOTHER");
	assert_int_equal(device_recheck(machine->host, &other, &machine->err), CODE_GONE);
	other = clearance;
	other.device.identity.minor = 4095;
	assert_int_equal(device_recheck(machine->host, &other, &machine->err), CODE_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(a_free_disk_is_cleared),
		RULE(readonly_and_empty_are_refused),
		RULE(excluded_is_refused_and_a_slip_is_an_error),
		RULE(a_changed_device_is_not_confirmed),
		RULE(what_changed_after_the_clearance_is_seen_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
