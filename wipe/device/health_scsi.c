/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * health_scsi: how is a SCSI drive? LOG SENSE (SPC-5, 6.8) of the pages Temperature 0Dh (7.3.24),
 * Informational Exceptions 2Fh (7.3.11) and Solid State Media 11h (SBC-4, 6.4.8): a header of 4 bytes
 * (page, subpage, u16 length), then parameters (u16 code, control, length, value). The length of the
 * grown defect list from READ DEFECT DATA (12) (SBC-4, 5.20), whose header alone is asked for:
 * 1 PLISTV, GLISTV, format; 4 u32 length in bytes.
 */
#include "health.h"

#define LOG_SENSE 0x4d
#define LOG_CUMULATIVE 0x40 /* PC = 01b, before the page code */
#define READ_DEFECT_DATA_12 0xb7
#define GROWN_LIST 0x08 /* REQ_GLIST, and GLISTV in the answer */
#define FORMAT_MASK 0x07
#define FORMAT_SHORT 0 /* 4 bytes a descriptor; all others 8 */
#define FORMAT_PHYSICAL 5

#define NO_SENSOR 0xff
/* Additional sense codes of the exceptions page. */
#define ASC_NONE 0x00
#define ASC_FAILURE_PREDICTED 0x5d

void health_scsi_log_command(uint8_t page, struct os_pass_scsi *ret)
{
	*ret = (struct os_pass_scsi){
		.cdb = { LOG_SENSE, 0, (uint8_t)(LOG_CUMULATIVE | page), 0, 0, 0, 0, 0,
		    HEALTH_SCSI_LOG_BYTES },
		.cdb_len = 10,
		.direction = OS_PASS_IN,
		.timeout_ms = HEALTH_COMMAND_MS,
	};
}

void health_scsi_defect_command(struct os_pass_scsi *ret)
{
	*ret = (struct os_pass_scsi){
		.cdb = { READ_DEFECT_DATA_12, GROWN_LIST | FORMAT_PHYSICAL, 0, 0, 0, 0, 0, 0, 0,
		    HEALTH_SCSI_DEFECT_BYTES },
		.cdb_len = 12,
		.direction = OS_PASS_IN,
		.timeout_ms = HEALTH_COMMAND_MS,
	};
}

static void take_parameter(uint8_t page, unsigned code, const uint8_t *value, size_t len,
    struct device_health *ret)
{
	if (page == HEALTH_SCSI_TEMPERATURE && code <= 1 && len >= 2 && value[1] != NO_SENSOR) {
		int32_t celsius = health_temperature(value[1]);
		/* A reference of 0 is "none". */
		if (code == 0)
			ret->temperature_c = celsius;
		else if (value[1] != 0)
			ret->limit_c = celsius;
	}
	if (page == HEALTH_SCSI_SOLID_STATE && code == 1 && len >= 4)
		ret->percent_used = value[3];
	if (page == HEALTH_SCSI_EXCEPTIONS && code == 0 && len >= 2) {
		ret->verdict = value[0] == ASC_FAILURE_PREDICTED ? DEVICE_HEALTH_FAILING
		    : value[0] == ASC_NONE			 ? DEVICE_HEALTH_GOOD
								 : DEVICE_HEALTH_UNKNOWN;
		if (len >= 3 && value[2] != 0 && value[2] != NO_SENSOR &&
		    ret->temperature_c == DEVICE_HEALTH_NO_TEMPERATURE)
			ret->temperature_c = health_temperature(value[2]);
	}
}

bool health_scsi_log_parse(uint8_t page, const uint8_t *data, size_t len, struct device_health *ret)
{
	if (len < 4 || (data[0] & 0x3f) != page || data[1] != 0)
		return false;
	size_t end = 4u + bytes_load_u16be(data + 2);
	if (end > len)
		return false;
	struct device_health health = *ret;
	size_t at = 4;
	bool any = false;
	while (at + 4 <= end) {
		size_t value_len = data[at + 3];
		if (at + 4 + value_len > end)
			return false;
		take_parameter(page, bytes_load_u16be(data + at), data + at + 4, value_len, &health);
		at += 4 + value_len;
		any = true;
	}
	if (at != end || !any)
		return false;
	*ret = health;
	return true;
}

bool health_scsi_defect_parse(const uint8_t *data, size_t len, struct device_health *ret)
{
	if (len < HEALTH_SCSI_DEFECT_BYTES || !(data[1] & GROWN_LIST))
		return false;
	uint32_t bytes = bytes_load_u32be(data + 4);
	/* The drive may answer in another format than the one that was asked for. */
	uint32_t unit = (data[1] & FORMAT_MASK) == FORMAT_SHORT ? 4 : 8;
	/* A list that is as long as the field can say is one that the drive did not count. */
	if (bytes % unit != 0 || bytes == UINT32_MAX - UINT32_MAX % unit)
		return false;
	ret->reallocated = bytes / unit;
	return true;
}

/* CODE_OK only when the page added something. */
static enum code ask_page(struct os_pass *pass, uint8_t page, struct device_health *health,
    struct err *err)
{
	uint8_t data[HEALTH_SCSI_LOG_BYTES];
	struct os_pass_scsi command;
	struct os_pass_answer answer;
	health_scsi_log_command(page, &command);
	enum code code = pass->ops->scsi(pass, &command, data, sizeof(data), &answer, err);
	if (code == CODE_OK)
		code = os_pass_scsi_check(&answer, err);
	if (code == CODE_OK && !health_scsi_log_parse(page, data, answer.len, health))
		code = err_set(err, CODE_INPUT, "log page %02xh makes no sense", page);
	return code;
}

static enum code ask_defects(struct os_pass *pass, struct device_health *health, struct err *err)
{
	uint8_t data[HEALTH_SCSI_DEFECT_BYTES];
	struct os_pass_scsi command;
	struct os_pass_answer answer;
	health_scsi_defect_command(&command);
	enum code code = pass->ops->scsi(pass, &command, data, sizeof(data), &answer, err);
	if (code == CODE_OK)
		code = os_pass_scsi_check(&answer, err);
	if (code == CODE_OK && !health_scsi_defect_parse(data, answer.len, health))
		code = err_set(err, CODE_INPUT, "the list of grown defects makes no sense");
	return code;
}

static bool says_anything(const struct device_health *health)
{
	return health->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE ||
	    health->verdict != DEVICE_HEALTH_UNKNOWN ||
	    health->reallocated != DEVICE_HEALTH_NO_COUNT ||
	    health->percent_used != DEVICE_HEALTH_NO_COUNT;
}

/* Each question alone: a drive that cannot answer one may answer the next, unless it is gone. */
enum code health_scsi_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret, struct err *err)
{
	static const uint8_t pages[] = { HEALTH_SCSI_TEMPERATURE, HEALTH_SCSI_EXCEPTIONS,
		HEALTH_SCSI_SOLID_STATE };
	size_t count = scope == DEVICE_HEALTH_ALL ? WIPE_COUNT(pages) : 1;
	struct device_health health;
	struct err first = { 0 };
	health_clear(&health);
	for (size_t i = 0; i <= count; i++) {
		struct err failed = { 0 };
		enum code code = i < count ? ask_page(session->pass, pages[i], &health, &failed)
		    : scope == DEVICE_HEALTH_ALL	? ask_defects(session->pass, &health, &failed)
							: CODE_OK;
		if (code != CODE_OK && first.code == CODE_OK)
			first = failed;
		if (code == CODE_GONE)
			break;
	}
	health.known = says_anything(&health);
	if (!health.known && first.code == CODE_OK)
		return err_set(err, CODE_MISSING, "the drive keeps no such values");
	if (!health.known) {
		*err = first;
		return err->code;
	}
	*ret = health;
	return CODE_OK;
}
