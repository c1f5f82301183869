/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_health: what is believed of what a drive says of itself, and what becomes of its lies. */
#include "unit/unit.h"
#include "fakes/pass.h"
#include "unit/nvme_log.h"

#include <stdlib.h>

/* ---- drives as the standards have them --------------------------------------------------------- */

static void attribute(uint8_t *smart, size_t index, uint8_t id, uint64_t raw)
{
	uint8_t *at = smart + 2 + 12 * index, bytes[8];
	at[0] = id;
	at[3] = at[4] = 100;
	bytes_store_u64le(bytes, raw);
	memcpy(at + 5, bytes, 6);
}

static void sum_up(uint8_t data[HEALTH_ATA_BYTES])
{
	uint8_t sum = 0;
	for (size_t i = 0; i < HEALTH_ATA_BYTES - 1; i++)
		sum = (uint8_t)(sum + data[i]);
	data[HEALTH_ATA_BYTES - 1] = (uint8_t)-sum;
}

static void ata_smart(uint8_t smart[HEALTH_ATA_BYTES])
{
	memset(smart, 0, HEALTH_ATA_BYTES);
	smart[0] = 16;
	attribute(smart, 0, 1, 77);
	attribute(smart, 1, 5, 8);
	attribute(smart, 2, 190, 0x21001e001f);
	attribute(smart, 3, 194, 0x0030000f0022); /* now 34, 15 to 48 in its life */
	attribute(smart, 4, 197, 2);
	attribute(smart, 5, 198, 1);
	sum_up(smart);
}

static void ata_identify(uint8_t identify[HEALTH_ATA_BYTES], bool enabled)
{
	memset(identify, 0, HEALTH_ATA_BYTES);
	store_u16le(identify + 2 * 82, 0x0001);
	store_u16le(identify + 2 * 83, 0x4000);
	store_u16le(identify + 2 * 85, enabled);
	store_u16le(identify + 2 * 87, 0x4000);
	identify[510] = 0xa5;
	sum_up(identify);
}

/* ---- commands, byte for byte ------------------------------------------------------------------- */

static void commands_are_as_the_standards_have_them(void **state)
{
	(void)state;
	struct os_pass_nvme nvme;
	health_nvme_log_command(&nvme);
	assert_int_equal(nvme.opcode, 0x02);
	assert_int_equal(nvme.nsid, 0xffffffff);
	assert_int_equal(nvme.cdw10, 0x007f0002);
	assert_int_equal(nvme.direction, OS_PASS_IN);
	health_nvme_identify_command(&nvme);
	assert_int_equal(nvme.opcode, 0x06);
	assert_int_equal(nvme.nsid, 0);
	assert_int_equal(nvme.cdw10, 1);

	static const uint8_t cdbs[][16] = {
		[HEALTH_ATA_IDENTIFY] = { 0x85, 0x08, 0x0e, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xec, 0 },
		[HEALTH_ATA_SMART_DATA] = { 0x85, 0x08, 0x0e, 0, 0xd0, 0, 1, 0, 0, 0, 0x4f, 0, 0xc2, 0,
		    0xb0, 0 },
		[HEALTH_ATA_SMART_STATUS] = { 0x85, 0x06, 0x20, 0, 0xda, 0, 0, 0, 0, 0, 0x4f, 0, 0xc2, 0,
		    0xb0, 0 },
	};
	struct os_pass_scsi scsi;
	for (size_t i = 0; i < WIPE_COUNT(cdbs); i++) {
		health_ata_command((enum health_ata_command)i, &scsi);
		assert_int_equal(scsi.cdb_len, 16);
		assert_memory_equal(scsi.cdb, cdbs[i], 16);
	}
	assert_int_equal(scsi.direction, OS_PASS_NONE);
	health_scsi_log_command(HEALTH_SCSI_TEMPERATURE, &scsi);
	assert_int_equal(scsi.cdb_len, 10);
	assert_memory_equal(scsi.cdb, ((const uint8_t[]){ 0x4d, 0, 0x4d, 0, 0, 0, 0, 0, 252, 0 }), 10);
	health_scsi_defect_command(&scsi);
	assert_int_equal(scsi.cdb_len, 12);
	assert_memory_equal(scsi.cdb, ((const uint8_t[]){ 0xb7, 0x0d, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0 }), 12);
}

/* ---- NVMe ---------------------------------------------------------------------------------------- */

static void an_nvme_log_is_read(void **state)
{
	(void)state;
	uint8_t log[HEALTH_NVME_BYTES];
	struct device_health health;
	nvme_log(log);
	assert_true(health_nvme_log_parse(log, sizeof(log), &health));
	assert_true(health.known);
	assert_int_equal(health.verdict, DEVICE_HEALTH_GOOD);
	assert_int_equal(health.temperature_c, 41);
	assert_int_equal(health.spare_percent, 98);
	assert_int_equal(health.percent_used, 7);
	assert_int_equal(health.errors, 3);
	assert_int_equal(health.written, 1024000000);
	assert_int_equal(health.reallocated, DEVICE_HEALTH_NO_COUNT);

	log[0] = 0x02; /* too warm is no damage */
	assert_true(health_nvme_log_parse(log, sizeof(log), &health));
	assert_int_equal(health.verdict, DEVICE_HEALTH_GOOD);
	for (unsigned bit = 0; bit < 5; bit++) {
		log[0] = (uint8_t)(1u << bit);
		assert_true(health_nvme_log_parse(log, sizeof(log), &health));
		assert_int_equal(health.verdict,
		    bit == 1 ? DEVICE_HEALTH_GOOD : DEVICE_HEALTH_FAILING);
	}
}

static void an_nvme_log_that_lies_is_not_believed(void **state)
{
	(void)state;
	uint8_t log[HEALTH_NVME_BYTES];
	struct device_health health;
	nvme_log(log);
	for (size_t len = 0; len < sizeof(log); len++)
		assert_false(health_nvme_log_parse(log, len, &health));
	memset(log, 0, sizeof(log));
	assert_false(health_nvme_log_parse(log, sizeof(log), &health));
	memset(log, 0xff, sizeof(log));
	assert_false(health_nvme_log_parse(log, sizeof(log), &health));
	nvme_log(log);
	log[3] = 101;
	assert_false(health_nvme_log_parse(log, sizeof(log), &health));

	/* An absurd value is unknown; what else it says stays. */
	nvme_log(log);
	store_u16le(log + 1, 1000);
	bytes_store_u64le(log + 168, 1); /* 2^64 errors */
	bytes_store_u64le(log + 48, UINT64_MAX);
	assert_true(health_nvme_log_parse(log, sizeof(log), &health));
	assert_int_equal(health.temperature_c, DEVICE_HEALTH_NO_TEMPERATURE);
	assert_int_equal(health.errors, DEVICE_HEALTH_NO_COUNT);
	assert_int_equal(health.written, DEVICE_HEALTH_NO_COUNT);
	assert_int_equal(health.spare_percent, 98);
}

static void an_nvme_drive_knows_its_own_limit(void **state)
{
	(void)state;
	uint8_t log[HEALTH_NVME_BYTES], identify[HEALTH_NVME_IDENTIFY_BYTES] = { 0 };
	assert_int_equal(health_nvme_limit_parse(identify, sizeof(identify)),
	    DEVICE_HEALTH_NO_TEMPERATURE);
	store_u16le(identify + 266, 273 + 84);
	assert_int_equal(health_nvme_limit_parse(identify, sizeof(identify)), 84);
	assert_int_equal(health_nvme_limit_parse(identify, 300), DEVICE_HEALTH_NO_TEMPERATURE);

	struct os_pass_nvme ask_log, ask_identify;
	health_nvme_log_command(&ask_log);
	health_nvme_identify_command(&ask_identify);
	nvme_log(log);
	struct fake_pass *fake = fake_pass_new(OS_PASS_NVME);
	fake_pass_nvme(fake, &ask_log, log, sizeof(log));
	fake_pass_nvme(fake, &ask_identify, identify, sizeof(identify));
	fake_pass_nvme(fake, &ask_log, log, sizeof(log));
	fake_pass_nvme(fake, &ask_log, log, sizeof(log))->answer.nvme_status = 0x109;
	fake_pass_nvme(fake, &ask_log, log, sizeof(log))->code = CODE_GONE;
	struct health_session session = { .pass = &fake->pass };
	struct device_health health;
	health_read(&session, DEVICE_HEALTH_ALL, &health);
	assert_int_equal(health.limit_c, 84);
	assert_string_equal(health.text,
	    "good by its own account, 41 C, 3 uncorrectable, 7 % of its endurance used, 98 % spare left");
	health_read(&session, DEVICE_HEALTH_TEMPERATURE, &health);
	assert_int_equal(health.limit_c, 84); /* asked once */
	assert_int_equal(health.temperature_c, 41);
	health_read(&session, DEVICE_HEALTH_TEMPERATURE, &health);
	assert_false(health.known);
	assert_string_equal(health.text,
	    "unknown: the drive does not know the command: NVMe status 109h");
	health_read(&session, DEVICE_HEALTH_TEMPERATURE, &health);
	assert_string_equal(health.text, "unknown: the script says so");
	assert_int_equal(fake->unexpected, 0);
	os_pass_free(&fake->pass);
}

/* ---- ATA ------------------------------------------------------------------------------------------- */

static void smart_data_are_read(void **state)
{
	(void)state;
	uint8_t smart[HEALTH_ATA_BYTES];
	struct device_health health;
	ata_smart(smart);
	assert_true(health_ata_smart_parse(smart, sizeof(smart), &health));
	assert_true(health.known);
	assert_int_equal(health.verdict, DEVICE_HEALTH_UNKNOWN);
	assert_int_equal(health.temperature_c, 34);
	assert_int_equal(health.reallocated, 8);
	assert_int_equal(health.pending, 2);
	assert_int_equal(health.errors, 1);

	/* Something else above the count: no count. No sensor: the airflow's is taken. */
	attribute(smart, 1, 5, UINT64_C(0x010000000008));
	attribute(smart, 3, 194, 0);
	sum_up(smart);
	assert_true(health_ata_smart_parse(smart, sizeof(smart), &health));
	assert_int_equal(health.reallocated, DEVICE_HEALTH_NO_COUNT);
	assert_int_equal(health.temperature_c, 31);
	attribute(smart, 2, 190, 0x80); /* -128 degrees */
	sum_up(smart);
	assert_true(health_ata_smart_parse(smart, sizeof(smart), &health));
	assert_int_equal(health.temperature_c, DEVICE_HEALTH_NO_TEMPERATURE);
}

static void smart_data_that_lie_are_not_believed(void **state)
{
	(void)state;
	uint8_t smart[HEALTH_ATA_BYTES];
	struct device_health health;
	ata_smart(smart);
	for (size_t len = 0; len < sizeof(smart); len++)
		assert_false(health_ata_smart_parse(smart, len, &health));
	for (size_t bit = 0; bit < 8 * sizeof(smart); bit++) {
		ata_smart(smart);
		smart[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(health_ata_smart_parse(smart, sizeof(smart), &health));
	}
	memset(smart, 0, sizeof(smart)); /* a good checksum, too */
	assert_false(health_ata_smart_parse(smart, sizeof(smart), &health));
	ata_smart(smart);
	attribute(smart, 9, 5, 0); /* a second opinion on the same */
	sum_up(smart);
	assert_false(health_ata_smart_parse(smart, sizeof(smart), &health));
}

static void identify_tells_whether_there_is_smart(void **state)
{
	(void)state;
	uint8_t identify[HEALTH_ATA_BYTES];
	ata_identify(identify, true);
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_SMART_ON);
	assert_int_equal(health_ata_identify_parse(identify, 511), HEALTH_ATA_NO_ANSWER);
	identify[20] ^= 1;
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_NO_ANSWER);
	identify[510] = 0; /* before there was a checksum */
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_SMART_ON);
	identify[1] = 0x85; /* a packet device */
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_NO_ANSWER);
	ata_identify(identify, false);
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_SMART_OFF);
	identify[2 * 82] = 0;
	sum_up(identify);
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_NO_SMART);
	memset(identify, 0, sizeof(identify));
	assert_int_equal(health_ata_identify_parse(identify, 512), HEALTH_ATA_NO_ANSWER);
}

struct ata_script {
	struct fake_pass *fake;
	struct health_session session;
	struct fake_pass_step *identify, *smart, *status;
};

static struct ata_script ata_script(void)
{
	struct ata_script script = { .fake = fake_pass_new(OS_PASS_SCSI) };
	struct os_pass_scsi command;
	uint8_t identify[HEALTH_ATA_BYTES], smart[HEALTH_ATA_BYTES];
	ata_identify(identify, true);
	ata_smart(smart);
	health_ata_command(HEALTH_ATA_IDENTIFY, &command);
	script.identify = fake_pass_scsi(script.fake, &command, identify, sizeof(identify));
	health_ata_command(HEALTH_ATA_SMART_DATA, &command);
	script.smart = fake_pass_scsi(script.fake, &command, smart, sizeof(smart));
	health_ata_command(HEALTH_ATA_SMART_STATUS, &command);
	script.status = fake_pass_scsi(script.fake, &command, NULL, 0);
	fake_pass_registers(script.status, 0xc24f00, 0x50);
	script.session = (struct health_session){ .pass = &script.fake->pass, .try_ata = true };
	return script;
}

static struct device_health run_script(struct ata_script *script)
{
	struct device_health health;
	health_read(&script->session, DEVICE_HEALTH_ALL, &health);
	assert_int_equal(script->fake->unexpected, 0);
	os_pass_free(&script->fake->pass);
	return health;
}

static void an_ata_drive_is_asked_in_three_commands(void **state)
{
	(void)state;
	struct ata_script script = ata_script();
	struct device_health health = run_script(&script);
	assert_int_equal(health.verdict, DEVICE_HEALTH_GOOD);
	assert_string_equal(health.text,
	    "good by its own account, 34 C, 8 reallocated, 2 pending, 1 uncorrectable");
	script = ata_script();
	fake_pass_registers(script.status, 0x2cf400, 0x50);
	health = run_script(&script);
	assert_int_equal(health.verdict, DEVICE_HEALTH_FAILING);
}

static void an_ata_drive_that_lies_gives_no_verdict(void **state)
{
	(void)state;
	static const struct {
		uint32_t lba;
		uint8_t status;
	} lies[] = { { 0, 0 }, { 0, 0x50 }, { 0x4fc200, 0x50 }, { 0xc24f00, 0x51 }, { 0xffffff, 0xff } };
	for (size_t i = 0; i < WIPE_COUNT(lies); i++) {
		struct ata_script script = ata_script();
		fake_pass_registers(script.status, lies[i].lba, lies[i].status);
		struct device_health health = run_script(&script);
		assert_int_equal(health.verdict, DEVICE_HEALTH_UNKNOWN);
		assert_int_equal(health.reallocated, 8);
	}
	struct ata_script script = ata_script();
	script.status->answer = (struct os_pass_answer){ 0 }; /* GOOD, and no registers */
	assert_int_equal(run_script(&script).verdict, DEVICE_HEALTH_UNKNOWN);
	script = ata_script();
	script.smart->data[100] ^= 1;
	assert_string_equal(run_script(&script).text,
	    "unknown: the drive's SMART data make no sense");
	script = ata_script();
	script.smart->answer.len = 511;
	assert_false(run_script(&script).known);
	script = ata_script();
	ata_identify(script.identify->data, false);
	assert_string_equal(run_script(&script).text,
	    "unknown: SMART is switched off in this drive");
	script = ata_script();
	fake_pass_sense(script.identify, 0xb, 0x00, 0x00); /* aborted */
	assert_string_equal(run_script(&script).text,
	    "unknown: the drive refused the command: sense bh/00h/00h");
}

/* ---- SCSI ------------------------------------------------------------------------------------------ */

static const uint8_t temperature_page[] = { 0x0d, 0, 0, 12, 0, 0, 3, 2, 0, 38, 0, 1, 3, 2, 0, 65 };
static const uint8_t exceptions_page[] = { 0x2f, 0, 0, 8, 0, 0, 3, 4, 0, 0, 38, 0 };
static const uint8_t solid_page[] = { 0x11, 0, 0, 8, 0, 1, 3, 4, 0, 0, 0, 12 };
static const uint8_t defects[] = { 0, 0x0d, 0, 0, 0, 0, 0, 24 };

static void scsi_pages_are_read(void **state)
{
	(void)state;
	struct device_health health;
	health_clear(&health);
	assert_true(health_scsi_log_parse(0x0d, temperature_page, sizeof(temperature_page), &health));
	assert_int_equal(health.temperature_c, 38);
	assert_int_equal(health.limit_c, 65);
	assert_true(health_scsi_log_parse(0x2f, exceptions_page, sizeof(exceptions_page), &health));
	assert_int_equal(health.verdict, DEVICE_HEALTH_GOOD);
	assert_true(health_scsi_log_parse(0x11, solid_page, sizeof(solid_page), &health));
	assert_int_equal(health.percent_used, 12);
	assert_true(health_scsi_defect_parse(defects, sizeof(defects), &health));
	assert_int_equal(health.reallocated, 3);
	uint8_t predicted[sizeof(exceptions_page)];
	memcpy(predicted, exceptions_page, sizeof(predicted));
	predicted[8] = 0x5d;
	assert_true(health_scsi_log_parse(0x2f, predicted, sizeof(predicted), &health));
	assert_int_equal(health.verdict, DEVICE_HEALTH_FAILING);
	predicted[8] = 0x0b; /* a warning of some kind */
	assert_true(health_scsi_log_parse(0x2f, predicted, sizeof(predicted), &health));
	assert_int_equal(health.verdict, DEVICE_HEALTH_UNKNOWN);
	/* Four bytes a descriptor in the short format. */
	assert_true(health_scsi_defect_parse((const uint8_t[]){ 0, 8, 0, 0, 0, 0, 0, 24 }, 8, &health));
	assert_int_equal(health.reallocated, 6);
}

static void scsi_pages_that_lie_are_not_believed(void **state)
{
	(void)state;
	struct device_health health, before;
	health_clear(&health);
	before = health;
	for (size_t len = 0; len < sizeof(temperature_page); len++)
		assert_false(health_scsi_log_parse(0x0d, temperature_page, len, &health));
	assert_false(health_scsi_log_parse(0x2f, temperature_page, sizeof(temperature_page), &health));
	uint8_t page[sizeof(temperature_page)];
	memcpy(page, temperature_page, sizeof(page));
	page[7] = 200; /* a parameter longer than its page */
	assert_false(health_scsi_log_parse(0x0d, page, sizeof(page), &health));
	static const uint8_t empty[] = { 0x0d, 0, 0, 0 };
	assert_false(health_scsi_log_parse(0x0d, empty, sizeof(empty), &health));
	for (size_t len = 0; len < sizeof(defects); len++)
		assert_false(health_scsi_defect_parse(defects, len, &health));
	/* No list; a length that is no number of descriptors; one that is only the largest number. */
	static const uint8_t lists[][8] = { { 0, 0x05, 0, 0, 0, 0, 0, 24 }, { 0, 0x0d, 0, 0, 0, 0, 0, 23 },
		{ 0, 0x0d, 0, 0, 0xff, 0xff, 0xff, 0xff }, { 0, 0x0d, 0, 0, 0xff, 0xff, 0xff, 0xf8 } };
	for (size_t i = 0; i < WIPE_COUNT(lists); i++)
		assert_false(health_scsi_defect_parse(lists[i], 8, &health));
	assert_memory_equal(&health, &before, sizeof(health));
	memcpy(page, temperature_page, sizeof(page));
	page[9] = 0xff; /* no sensor */
	page[15] = 200;
	assert_true(health_scsi_log_parse(0x0d, page, sizeof(page), &health));
	assert_int_equal(health.temperature_c, DEVICE_HEALTH_NO_TEMPERATURE);
	assert_int_equal(health.limit_c, DEVICE_HEALTH_NO_TEMPERATURE);
}

static struct fake_pass_step *scsi_page(struct fake_pass *fake, uint8_t page, const void *data,
    uint32_t len)
{
	struct os_pass_scsi command;
	health_scsi_log_command(page, &command);
	return fake_pass_scsi(fake, &command, data, len);
}

/* A drive behind an adapter that does not translate ATA: asked once, then SCSI all the way. */
static void without_ata_the_scsi_pages_are_asked(void **state)
{
	(void)state;
	struct fake_pass *fake = fake_pass_new(OS_PASS_SCSI);
	struct os_pass_scsi command;
	health_ata_command(HEALTH_ATA_IDENTIFY, &command);
	fake_pass_sense(fake_pass_scsi(fake, &command, NULL, 0), 5, 0x20, 0);
	scsi_page(fake, 0x0d, temperature_page, sizeof(temperature_page));
	fake_pass_sense(scsi_page(fake, 0x2f, NULL, 0), 5, 0x24, 0);
	scsi_page(fake, 0x11, solid_page, sizeof(solid_page));
	health_scsi_defect_command(&command);
	fake_pass_scsi(fake, &command, defects, sizeof(defects));
	scsi_page(fake, 0x0d, temperature_page, sizeof(temperature_page));
	scsi_page(fake, 0x0d, temperature_page, 5);
	struct health_session session = { .pass = &fake->pass, .try_ata = true };
	struct device_health health;
	health_read(&session, DEVICE_HEALTH_ALL, &health);
	assert_string_equal(health.text, "the drive gives no verdict, 38 C, 3 reallocated, "
					 "12 % of its endurance used");
	health_read(&session, DEVICE_HEALTH_TEMPERATURE, &health);
	assert_int_equal(health.temperature_c, 38);
	health_read(&session, DEVICE_HEALTH_TEMPERATURE, &health);
	assert_string_equal(health.text, "unknown: log page 0dh makes no sense");
	assert_int_equal(fake->unexpected, 0);
	os_pass_free(&fake->pass);
}

/* ---- every parser, any bytes --------------------------------------------------------------------- */

static void any_bytes_are_read_within_their_length(void **state)
{
	(void)state;
	uint32_t seed = 4711;
	struct device_health health;
	for (int round = 0; round < 20000; round++) {
		seed = seed * 1664525 + 1013904223;
		size_t len = (seed >> 8) % 600;
		uint8_t *data = malloc(len ? len : 1); /* its end is the sanitizer's */
		for (size_t i = 0; i < len; i++)
			data[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
		if (len && round % 2)
			data[0] = (uint8_t)(round % 4 == 1 ? 0x0d : 0x2f);
		if (len > 2 && round % 2)
			data[1] = data[2] = 0;
		health_clear(&health);
		(void)health_nvme_log_parse(data, len, &health);
		(void)health_nvme_limit_parse(data, len);
		(void)health_ata_identify_parse(data, len);
		(void)health_ata_smart_parse(data, len, &health);
		(void)health_scsi_log_parse(0x0d, data, len, &health);
		(void)health_scsi_log_parse(0x2f, data, len, &health);
		(void)health_scsi_defect_parse(data, len, &health);
		assert_false(health_wire_unpack(data, len, &health));
		health_describe(&health);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_as_the_standards_have_them),
		cmocka_unit_test(an_nvme_log_is_read),
		cmocka_unit_test(an_nvme_log_that_lies_is_not_believed),
		cmocka_unit_test(an_nvme_drive_knows_its_own_limit),
		cmocka_unit_test(smart_data_are_read),
		cmocka_unit_test(smart_data_that_lie_are_not_believed),
		cmocka_unit_test(identify_tells_whether_there_is_smart),
		cmocka_unit_test(an_ata_drive_is_asked_in_three_commands),
		cmocka_unit_test(an_ata_drive_that_lies_gives_no_verdict),
		cmocka_unit_test(scsi_pages_are_read),
		cmocka_unit_test(scsi_pages_that_lie_are_not_believed),
		cmocka_unit_test(without_ata_the_scsi_pages_are_asked),
		cmocka_unit_test(any_bytes_are_read_within_their_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
