/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a drive says of itself, or its process says it said, stays within its bytes, and what is
 * believed can be put on the wire and read back. The first byte chooses who reads the rest. */
#include "wipe/device/health.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_wire(struct device_health *health)
{
	uint8_t packet[HEALTH_WIRE_BYTES];
	struct device_health back;
	health_describe(health);
	health_wire_pack(health, packet);
	if (!health_wire_unpack(packet, sizeof(packet), &back) ||
	    strcmp(back.text, health->text) != 0 || back.temperature_c != health->temperature_c)
		abort();
}

static bool parse(uint8_t reader, const uint8_t *data, size_t size, struct device_health *health)
{
	switch (reader % 6) {
	case 0:
		return health_nvme_log_parse(data, size, health);
	case 1:
		return health_ata_smart_parse(data, size, health);
	case 2:
		health->known = true;
		return health_scsi_log_parse(reader & 0x80 ? HEALTH_SCSI_TEMPERATURE
							   : HEALTH_SCSI_EXCEPTIONS,
		    data, size, health);
	case 3:
		health->known = true;
		return health_scsi_defect_parse(data, size, health);
	case 4:
		health->limit_c = health_nvme_limit_parse(data, size);
		return health_ata_identify_parse(data, size) == HEALTH_ATA_SMART_ON && false;
	default:
		return health_wire_unpack(data, size, health) && false;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_health health;
	if (size == 0)
		return 0;
	health_clear(&health);
	if (parse(data[0], data + 1, size - 1, &health))
		check_wire(&health);
	struct os_pass_answer answer = { .scsi_status = 2, .sense_len = (uint8_t)size };
	memcpy(answer.sense, data, bytes_min(size, sizeof(answer.sense)));
	(void)health_ata_status_parse(&answer);
	return 0;
}
