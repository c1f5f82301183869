/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * health_ata: how is an ATA drive? Commands of ACS-3 inside ATA PASS-THROUGH (16) (SAT-5, 12.2.2):
 *
 *   IDENTIFY DEVICE (7.12)          words 82 to 87: is there SMART, is it on?
 *   SMART READ DATA (7.48.6)        512 bytes: 0 u16 revision, 2 30 attributes of 12 bytes, 511 checksum
 *   SMART RETURN STATUS (7.48.8)    the registers say whether a threshold is exceeded
 *
 * The attributes are vendors' custom, in no standard: 0 id, 1 u16 flags, 3 value, 4 worst, 5 raw[6].
 */
#include "health.h"

#include <string.h>

#define ATA_PASS_THROUGH_16 0x85
#define PROTOCOL_NON_DATA 3
#define PROTOCOL_PIO_IN 4
#define CK_COND 0x20
#define FROM_DEVICE_IN_BLOCKS 0x0e /* T_DIR, BYT_BLOK, T_LENGTH: in COUNT */

#define COMMAND_IDENTIFY 0xec
#define COMMAND_SMART 0xb0
#define SMART_READ_DATA 0xd0
#define SMART_RETURN_STATUS 0xda
#define SMART_LBA 0xc24f00u /* what every SMART command carries in LBA mid and high */
#define SMART_LBA_FAILING 0x2cf400u

#define ATTRIBUTES_AT 2
#define ATTRIBUTE_COUNT 30
#define ATTRIBUTE_BYTES 12
#define ATTRIBUTE_REALLOCATED 5
#define ATTRIBUTE_AIRFLOW 190
#define ATTRIBUTE_TEMPERATURE 194
#define ATTRIBUTE_PENDING 197
#define ATTRIBUTE_UNCORRECTABLE 198

void health_ata_command(enum health_ata_command command, struct os_pass_scsi *ret)
{
	bool data = command != HEALTH_ATA_SMART_STATUS;
	bool smart = command != HEALTH_ATA_IDENTIFY;
	*ret = (struct os_pass_scsi){
		.cdb_len = 16,
		.direction = data ? OS_PASS_IN : OS_PASS_NONE,
		.timeout_ms = HEALTH_COMMAND_MS,
	};
	ret->cdb[0] = ATA_PASS_THROUGH_16;
	ret->cdb[1] = (uint8_t)((data ? PROTOCOL_PIO_IN : PROTOCOL_NON_DATA) << 1);
	ret->cdb[2] = data ? FROM_DEVICE_IN_BLOCKS : CK_COND;
	ret->cdb[6] = data; /* COUNT: one block */
	ret->cdb[14] = smart ? COMMAND_SMART : COMMAND_IDENTIFY;
	if (!smart)
		return;
	ret->cdb[4] = data ? SMART_READ_DATA : SMART_RETURN_STATUS;
	ret->cdb[10] = (uint8_t)(SMART_LBA >> 8);
	ret->cdb[12] = (uint8_t)(SMART_LBA >> 16);
}

static bool sums_to_zero(const uint8_t *data)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < HEALTH_ATA_BYTES; i++)
		sum = (uint8_t)(sum + data[i]);
	return sum == 0;
}

static unsigned word_of(const uint8_t *data, unsigned word)
{
	return (unsigned)data[2 * word + 1] << 8 | data[2 * word];
}

/* Bits 15:14 of some words are 01 where the words beside them mean anything. */
static bool is_valid(unsigned word)
{
	return word >> 14 == 1;
}

enum health_ata_smart health_ata_identify_parse(const uint8_t *data, size_t len)
{
	if (len < HEALTH_ATA_BYTES)
		return HEALTH_ATA_NO_ANSWER;
	/* Older drives have no checksum; signature A5h says that there is one. */
	if (data[510] == 0xa5 && !sums_to_zero(data))
		return HEALTH_ATA_NO_ANSWER;
	unsigned word0 = word_of(data, 0);
	if (word0 & 0x8000 || !is_valid(word_of(data, 83)))
		return HEALTH_ATA_NO_ANSWER;
	if (!(word_of(data, 82) & 1))
		return HEALTH_ATA_NO_SMART;
	return is_valid(word_of(data, 87)) && word_of(data, 85) & 1 ? HEALTH_ATA_SMART_ON
								     : HEALTH_ATA_SMART_OFF;
}

/* A count in the low 32 bits. Some vendors keep something else above it: then it is no count. */
static uint64_t raw_count(const uint8_t *raw)
{
	return raw[4] || raw[5] ? DEVICE_HEALTH_NO_COUNT : bytes_load_u32le(raw);
}

/* Lowest byte; the others hold the least and most of its life. 0 is no sensor rather than frost. */
static int32_t raw_temperature(const uint8_t *raw)
{
	return raw[0] == 0 ? DEVICE_HEALTH_NO_TEMPERATURE : health_temperature((int8_t)raw[0]);
}

static void take_attribute(const uint8_t *attribute, int32_t *airflow_c, struct device_health *ret)
{
	const uint8_t *raw = attribute + 5;
	switch (attribute[0]) {
	case ATTRIBUTE_REALLOCATED:
		ret->reallocated = raw_count(raw);
		break;
	case ATTRIBUTE_PENDING:
		ret->pending = raw_count(raw);
		break;
	case ATTRIBUTE_UNCORRECTABLE:
		ret->errors = raw_count(raw);
		break;
	case ATTRIBUTE_TEMPERATURE:
		ret->temperature_c = raw_temperature(raw);
		break;
	case ATTRIBUTE_AIRFLOW:
		*airflow_c = raw_temperature(raw);
		break;
	default:
		break;
	}
}

bool health_ata_smart_parse(const uint8_t *data, size_t len, struct device_health *ret)
{
	if (len < HEALTH_ATA_BYTES || !sums_to_zero(data))
		return false;
	bool seen[256] = { false };
	bool any = false;
	int32_t airflow_c = DEVICE_HEALTH_NO_TEMPERATURE;
	struct device_health health;
	health_clear(&health);
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
		const uint8_t *attribute = data + ATTRIBUTES_AT + i * ATTRIBUTE_BYTES;
		if (attribute[0] == 0)
			continue;
		/* Twice the same attribute: which one is true? */
		if (seen[attribute[0]])
			return false;
		seen[attribute[0]] = any = true;
		take_attribute(attribute, &airflow_c, &health);
	}
	/* All zeros have a good checksum too, and say nothing. */
	if (!any)
		return false;
	if (health.temperature_c == DEVICE_HEALTH_NO_TEMPERATURE)
		health.temperature_c = airflow_c;
	health.known = true;
	*ret = health;
	return true;
}

enum device_health_verdict health_ata_status_parse(const struct os_pass_answer *answer)
{
	struct os_pass_ata ata;
	if (!os_pass_ata_parse(answer, &ata) || ata.status & 0x21) /* ERR, DF */
		return DEVICE_HEALTH_UNKNOWN;
	switch (ata.lba & 0xffff00) {
	case SMART_LBA:
		return DEVICE_HEALTH_GOOD;
	case SMART_LBA_FAILING:
		return DEVICE_HEALTH_FAILING;
	default:
		return DEVICE_HEALTH_UNKNOWN;
	}
}

static enum code ask(struct os_pass *pass, enum health_ata_command command, uint8_t *data,
    struct os_pass_answer *ret, struct err *err)
{
	struct os_pass_scsi scsi;
	health_ata_command(command, &scsi);
	enum code code = pass->ops->scsi(pass, &scsi, data,
	    scsi.direction == OS_PASS_IN ? HEALTH_ATA_BYTES : 0, ret, err);
	return code == CODE_OK ? os_pass_scsi_check(ret, err) : code;
}

static enum code ask_smart_there(struct os_pass *pass, struct err *err)
{
	uint8_t data[HEALTH_ATA_BYTES];
	struct os_pass_answer answer;
	enum code code = ask(pass, HEALTH_ATA_IDENTIFY, data, &answer, err);
	if (code != CODE_OK)
		return code;
	switch (health_ata_identify_parse(data, answer.len)) {
	case HEALTH_ATA_SMART_ON:
		return CODE_OK;
	case HEALTH_ATA_SMART_OFF:
		return err_set(err, CODE_MISSING, "SMART is switched off in this drive");
	case HEALTH_ATA_NO_SMART:
		return err_set(err, CODE_MISSING, "the drive has no SMART");
	default:
		return err_set(err, CODE_INPUT, "the drive's identify data make no sense");
	}
}

enum code health_ata_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret, struct err *err)
{
	uint8_t data[HEALTH_ATA_BYTES];
	struct os_pass_answer answer;
	struct device_health health;
	enum code code = CODE_OK;
	if (scope == DEVICE_HEALTH_ALL)
		code = ask_smart_there(session->pass, err);
	if (code == CODE_OK)
		code = ask(session->pass, HEALTH_ATA_SMART_DATA, data, &answer, err);
	if (code != CODE_OK)
		return code;
	if (!health_ata_smart_parse(data, answer.len, &health))
		return err_set(err, CODE_INPUT, "the drive's SMART data make no sense");
	struct err ignored;
	if (scope == DEVICE_HEALTH_ALL &&
	    ask(session->pass, HEALTH_ATA_SMART_STATUS, NULL, &answer, &ignored) == CODE_OK)
		health.verdict = health_ata_status_parse(&answer);
	*ret = health;
	return CODE_OK;
}
