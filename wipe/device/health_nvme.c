/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * health_nvme: how is an NVMe drive? NVM Express Base 2.0: Get Log Page (5.16), SMART / Health
 * Information log 02h (5.16.1.3), little-endian:
 *
 *   0 critical warning   1 u16 composite temperature, kelvin   3 spare %   4 spare threshold %
 *   5 percentage used    48 u128 data units written (1,000 x 512 bytes)
 *   160 u128 media and data integrity errors
 *
 * and Identify Controller (5.17, figure 276): 266 u16 WCTEMP, kelvin.
 */
#include "health.h"

#define OPCODE_GET_LOG_PAGE 0x02
#define OPCODE_IDENTIFY 0x06
#define LOG_HEALTH 0x02
#define ALL_NAMESPACES 0xffffffffu
#define CNS_CONTROLLER 1

#define ZERO_CELSIUS 273 /* kelvin, in whole degrees */
#define WARN_SPARE 0x01
#define WARN_RELIABILITY 0x04
#define WARN_READ_ONLY 0x08
#define WARN_BACKUP 0x10 /* of the volatile memory */
#define WARN_RESERVED 0xc0
#define DATA_UNIT 512000

#define WCTEMP_OFFSET 266

void health_nvme_log_command(struct os_pass_nvme *ret)
{
	*ret = (struct os_pass_nvme){
		.opcode = OPCODE_GET_LOG_PAGE,
		.direction = OS_PASS_IN,
		.nsid = ALL_NAMESPACES, /* the controller's: not every drive keeps one per namespace */
		.cdw10 = (HEALTH_NVME_BYTES / 4 - 1) << 16 | LOG_HEALTH,
		.timeout_ms = HEALTH_COMMAND_MS,
	};
}

void health_nvme_identify_command(struct os_pass_nvme *ret)
{
	*ret = (struct os_pass_nvme){
		.opcode = OPCODE_IDENTIFY,
		.direction = OS_PASS_IN,
		.cdw10 = CNS_CONTROLLER,
		.timeout_ms = HEALTH_COMMAND_MS,
	};
}

static unsigned load_u16le(const uint8_t *p)
{
	return (unsigned)p[1] << 8 | p[0];
}

/* What does not fit 64 bits is no count that a drive can have. */
static uint64_t load_u128le(const uint8_t *p)
{
	return bytes_load_u64le(p + 8) ? DEVICE_HEALTH_NO_COUNT : bytes_load_u64le(p);
}

bool health_nvme_log_parse(const uint8_t *data, size_t len, struct device_health *ret)
{
	if (len < HEALTH_NVME_BYTES)
		return false;
	uint8_t warning = data[0];
	unsigned kelvin = load_u16le(data + 1);
	/* The log has no checksum. A temperature is mandatory and spares are per cent: neither all zeros
	 * nor all ones pass. */
	if (kelvin == 0 || data[3] > 100 || data[4] > 100 || (warning & WARN_RESERVED) != 0)
		return false;
	health_clear(ret);
	ret->known = true;
	ret->temperature_c = health_temperature((int32_t)kelvin - ZERO_CELSIUS);
	ret->spare_percent = data[3];
	ret->percent_used = data[5];
	ret->errors = load_u128le(data + 160);
	uint64_t units = load_u128le(data + 48);
	if (units <= UINT64_MAX / DATA_UNIT)
		ret->written = units * DATA_UNIT;
	/* Bit 1, a temperature beyond its limit, is no damage. */
	ret->verdict = warning & (WARN_SPARE | WARN_RELIABILITY | WARN_READ_ONLY | WARN_BACKUP)
	    ? DEVICE_HEALTH_FAILING
	    : DEVICE_HEALTH_GOOD;
	return true;
}

int32_t health_nvme_limit_parse(const uint8_t *data, size_t len)
{
	if (len < HEALTH_NVME_IDENTIFY_BYTES)
		return DEVICE_HEALTH_NO_TEMPERATURE;
	unsigned kelvin = load_u16le(data + WCTEMP_OFFSET);
	/* Below 40 degrees a drive would never work: such a limit is a mistake of its maker. */
	if (kelvin < ZERO_CELSIUS + 40)
		return DEVICE_HEALTH_NO_TEMPERATURE;
	return health_temperature((int32_t)kelvin - ZERO_CELSIUS);
}

/* Asked once: it does not change. That a drive does not tell is no reason to know nothing of it. */
static void ask_limit(struct health_session *session)
{
	struct os_pass_nvme command;
	struct os_pass_answer answer;
	struct err ignored;
	uint8_t data[HEALTH_NVME_IDENTIFY_BYTES];
	if (session->limit_asked)
		return;
	session->limit_asked = true;
	session->limit_c = DEVICE_HEALTH_NO_TEMPERATURE;
	health_nvme_identify_command(&command);
	if (session->pass->ops->nvme(session->pass, &command, data, sizeof(data), &answer,
		&ignored) == CODE_OK &&
	    os_pass_nvme_check(&answer, &ignored) == CODE_OK)
		session->limit_c = health_nvme_limit_parse(data, answer.len);
}

enum code health_nvme_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret, struct err *err)
{
	struct os_pass_nvme command;
	struct os_pass_answer answer;
	uint8_t data[HEALTH_NVME_BYTES];
	health_nvme_log_command(&command);
	enum code code =
	    session->pass->ops->nvme(session->pass, &command, data, sizeof(data), &answer, err);
	if (code == CODE_OK)
		code = os_pass_nvme_check(&answer, err);
	if (code != CODE_OK)
		return code;
	struct device_health health;
	if (!health_nvme_log_parse(data, answer.len, &health))
		return err_set(err, CODE_INPUT, "the drive's health log makes no sense");
	if (scope == DEVICE_HEALTH_ALL)
		ask_limit(session);
	if (session->limit_asked)
		health.limit_c = session->limit_c;
	*ret = health;
	return CODE_OK;
}
