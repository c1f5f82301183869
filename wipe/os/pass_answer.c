/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pass_answer: did the drive do what it was asked? NVM Express Base 2.0, 3.3.3.2 (status field);
 * SPC-5, 4.4 (sense data, fixed and descriptor format); SAT-5, 12.2.2.7 and 12.2.2.8 (ATA
 * registers in either).
 */
#include "wipe/os.h"

#define SCSI_GOOD 0x00
#define SCSI_CHECK_CONDITION 0x02
#define KEY_RECOVERED 0x1
#define KEY_ILLEGAL_REQUEST 0x5

/* Generic invalid opcode, invalid field; command specific invalid log page. */
#define NVME_INVALID_OPCODE 0x001
#define NVME_INVALID_FIELD 0x002
#define NVME_INVALID_LOG_PAGE 0x109

enum code os_pass_nvme_check(const struct os_pass_answer *answer, struct err *err)
{
	switch (answer->nvme_status) {
	case 0:
		return CODE_OK;
	case NVME_INVALID_OPCODE:
	case NVME_INVALID_FIELD:
	case NVME_INVALID_LOG_PAGE:
		return err_set(err, CODE_UNSUPPORTED,
		    "the drive does not know the command: NVMe status %03xh", answer->nvme_status);
	default:
		return err_set(err, CODE_IO, "the drive refused the command: NVMe status %03xh",
		    answer->nvme_status);
	}
}

bool os_pass_sense_parse(const struct os_pass_answer *answer, struct os_pass_sense *ret)
{
	const uint8_t *sense = answer->sense;
	size_t len = bytes_min(answer->sense_len, OS_PASS_SENSE_MAX);
	if (len < 4)
		return false;
	uint8_t format = sense[0] & 0x7f;
	struct os_pass_sense found = { .deferred = format & 1 };
	if (format == 0x72 || format == 0x73) {
		found.key = sense[1] & 0x0f;
		found.asc = sense[2];
		found.ascq = sense[3];
	} else if (format == 0x70 || format == 0x71) {
		found.key = sense[2] & 0x0f;
		/* Short ones stop before the additional code: then it is 00/00, "none". */
		if (len >= 14 && sense[7] >= 6) {
			found.asc = sense[12];
			found.ascq = sense[13];
		}
	} else {
		return false;
	}
	*ret = found;
	return true;
}

enum code os_pass_scsi_check(const struct os_pass_answer *answer, struct err *err)
{
	struct os_pass_sense sense;
	if (answer->scsi_status == SCSI_GOOD)
		return CODE_OK;
	if (answer->scsi_status != SCSI_CHECK_CONDITION)
		return err_set(err, CODE_IO, "the drive refused the command: SCSI status %02xh",
		    answer->scsi_status);
	if (!os_pass_sense_parse(answer, &sense))
		return err_set(err, CODE_IO, "the drive refused the command and does not say why");
	/* Key 0 and 1: it is done; ATA registers come back in this way. */
	if (sense.key <= KEY_RECOVERED && !sense.deferred)
		return CODE_OK;
	/* Invalid operation code; invalid field in the command. */
	bool unknown = sense.key == KEY_ILLEGAL_REQUEST && (sense.asc == 0x20 || sense.asc == 0x24);
	return err_set(err, unknown ? CODE_UNSUPPORTED : CODE_IO,
	    "the drive %s the command: sense %xh/%02xh/%02xh",
	    unknown ? "does not know" : "refused", sense.key, sense.asc, sense.ascq);
}

/* ATA Status Return descriptor, type 09h, in descriptor-format sense. */
static bool from_descriptors(const uint8_t *sense, size_t len, struct os_pass_ata *ret)
{
	size_t end = bytes_min(len, 8u + sense[7]);
	for (size_t at = 8; at + 2 <= end; at += 2u + sense[at + 1]) {
		const uint8_t *d = sense + at;
		if (d[0] != 0x09)
			continue;
		if (d[1] != 0x0c || at + 14 > end)
			return false;
		bool extended = d[2] & 1;
		*ret = (struct os_pass_ata){
			.error = d[3],
			.status = d[13],
			.device = d[12],
			.count = (uint16_t)((extended ? d[4] << 8 : 0) | d[5]),
			.lba = (uint64_t)d[11] << 16 | (uint64_t)d[9] << 8 | d[7],
			.complete = true,
		};
		if (extended)
			ret->lba |= (uint64_t)d[10] << 40 | (uint64_t)d[8] << 32 |
			    (uint64_t)d[6] << 24;
		return true;
	}
	return false;
}

/* Fixed format: the INFORMATION and COMMAND-SPECIFIC INFORMATION fields hold what there is room for. */
static bool from_fixed(const uint8_t *sense, size_t len, struct os_pass_ata *ret)
{
	/* Only 00/1D, ATA PASS-THROUGH INFORMATION AVAILABLE, says that the fields are registers. */
	if (len < 14 || sense[12] != 0x00 || sense[13] != 0x1d)
		return false;
	*ret = (struct os_pass_ata){
		.error = sense[3],
		.status = sense[4],
		.device = sense[5],
		.count = sense[6],
		.lba = (uint64_t)sense[11] << 16 | (uint64_t)sense[10] << 8 | sense[9],
	};
	return true;
}

bool os_pass_ata_parse(const struct os_pass_answer *answer, struct os_pass_ata *ret)
{
	size_t len = bytes_min(answer->sense_len, OS_PASS_SENSE_MAX);
	struct os_pass_ata found = { 0 };
	if (len < 8)
		return false;
	uint8_t format = answer->sense[0] & 0x7f;
	bool told = format == 0x72 ? from_descriptors(answer->sense, len, &found)
	    : format == 0x70	   ? from_fixed(answer->sense, len, &found)
				   : false;
	/* A drive that is there has at least DRDY in its status. */
	if (!told || found.status == 0)
		return false;
	*ret = found;
	return true;
}
