/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a bay map: refused with a line, or a map whose labels fit wherever a disk may sit. */
#include "wipe/device.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold_against(const struct device_bays *bays, uint32_t slot)
{
	struct device_place place = {
		.path = "pci-0000:00:1f.2-ata-1.0",
		.pci = "0000:00:1f.2",
		.scsi = "0:0:3:0",
		.enclosure = "0:0:8:0",
		.enclosure_id = "0x5000c500a1b2c3d4",
		.slot_known = true,
		.slot = slot,
	};
	size_t at = device_bays_label(bays, &place);
	if ((at < bays->count) != (place.bay[0] != 0) || (place.bay[0] && place.note[0]) ||
	    (place.bay[0] && (!text_is_printable(place.bay) || strchr(place.bay, '#'))))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_bays bays;
	struct err err = { 0 };
	if (device_bays_parse(data, size, "bays", &bays, &err) != CODE_OK) {
		if (!err.line[0])
			abort();
		return 0;
	}
	for (size_t i = 0; i < bays.count; i++) {
		const struct device_bay *bay = &bays.items[i];
		if (!bay->label[0] || (i && bay->number <= bays.items[i - 1].number) ||
		    (!bay->path[0] && !bay->slots && !bay->pci[0] && !bay->scsi[0]))
			abort();
		hold_against(&bays, bay->slot_first);
		hold_against(&bays, bay->slot_last);
	}
	device_bays_free(&bays);
	return 0;
}
