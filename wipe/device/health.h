/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * health: what the readers of the three command sets share. Builders fill a command, parsers look at
 * bytes: both pure. A parser gets what a drive sent, of any length, and believes nothing that does not
 * add up; it returns false and leaves *ret when there is nothing to believe.
 */
#ifndef WIPE_DEVICE_HEALTH_H
#define WIPE_DEVICE_HEALTH_H

#include "wipe/device.h"

/* The kernel resets a drive that takes longer than this, under the wipe's own I/O: as long as the
 * kernel itself would wait. Whoever is in more of a hurry gives up on the process. */
#define HEALTH_COMMAND_MS 60000

#define HEALTH_ATA_BYTES  512
#define HEALTH_NVME_BYTES 512
#define HEALTH_NVME_IDENTIFY_BYTES 4096
#define HEALTH_SCSI_LOG_BYTES 252
#define HEALTH_SCSI_DEFECT_BYTES 8

/* What is in use for one drive between two readings. */
struct health_session {
	struct os_pass *pass;
	bool try_ata; /* SCSI: ask the ATA drive behind the translation first */
	bool limit_asked; /* NVMe: limit_c is from the drive, or not to be had */
	int32_t limit_c;
};

/* How is a disk of this device asked? False: not at all, *ret says why. */
bool health_route(const struct device *device, enum os_pass_kind *ret_kind, bool *ret_try_ata,
    struct device_health *ret);
/* One reading over an open pass. Never fails. Sets text. */
void health_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret);

/* Every field unknown, no text: where a parser starts. */
void health_clear(struct device_health *ret);
/* A temperature that a drive may have: else it is left unknown. */
int32_t health_temperature(int32_t celsius);
/* The line for people, from the fields. */
void health_describe(struct device_health *health);

/* NVMe. CODE_INPUT: an answer that cannot be believed; else as os_pass. */
enum code health_nvme_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret, struct err *err) WIPE_MUST_USE;
void health_nvme_log_command(struct os_pass_nvme *ret);
void health_nvme_identify_command(struct os_pass_nvme *ret);
bool health_nvme_log_parse(const uint8_t *data, size_t len, struct device_health *ret);
/* Of Identify Controller: the warning temperature, or NO_TEMPERATURE. */
int32_t health_nvme_limit_parse(const uint8_t *data, size_t len);

/* ATA, through SCSI. CODE_UNSUPPORTED: no ATA drive, or one without SMART. */
enum code health_ata_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret, struct err *err) WIPE_MUST_USE;
enum health_ata_command { HEALTH_ATA_IDENTIFY, HEALTH_ATA_SMART_DATA, HEALTH_ATA_SMART_STATUS };
void health_ata_command(enum health_ata_command command, struct os_pass_scsi *ret);
enum health_ata_smart { HEALTH_ATA_NO_ANSWER, HEALTH_ATA_NO_SMART, HEALTH_ATA_SMART_OFF, HEALTH_ATA_SMART_ON };
enum health_ata_smart health_ata_identify_parse(const uint8_t *data, size_t len);
bool health_ata_smart_parse(const uint8_t *data, size_t len, struct device_health *ret);
enum device_health_verdict health_ata_status_parse(const struct os_pass_answer *answer);

/* SCSI. */
enum code health_scsi_read(struct health_session *session, enum device_health_scope scope,
    struct device_health *ret, struct err *err) WIPE_MUST_USE;
enum { HEALTH_SCSI_TEMPERATURE = 0x0d, HEALTH_SCSI_SOLID_STATE = 0x11, HEALTH_SCSI_EXCEPTIONS = 0x2f };
void health_scsi_log_command(uint8_t page, struct os_pass_scsi *ret);
void health_scsi_defect_command(struct os_pass_scsi *ret);
/* Takes what the page says into *ret; false: it is not this page, or not whole. */
bool health_scsi_log_parse(uint8_t page, const uint8_t *data, size_t len, struct device_health *ret);
bool health_scsi_defect_parse(const uint8_t *data, size_t len, struct device_health *ret);

/* wire: one reading in one packet, from a process that a drive may have taken over. */
#define HEALTH_WIRE_BYTES 272
void health_wire_pack(const struct device_health *health, uint8_t out[HEALTH_WIRE_BYTES]);
bool health_wire_unpack(const uint8_t *data, size_t len, struct device_health *ret);

/* reader: for tests, with another way to a drive than os_pass_open(). */
typedef enum code health_opener(const struct device *device, enum os_pass_kind kind,
    struct os_pass **ret, struct err *err);
enum code health_reader_start(const struct device *device, health_opener *opener,
    struct device_health_reader **ret, struct err *err) WIPE_MUST_USE;
void health_reader_read(const struct device *device, health_opener *opener, int timeout_ms,
    struct device_health *ret);

#endif
