/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a process says of one disk: refused, or a disk whose packet is those very bytes. */
#include "wipe/device/scout.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct buf *again, const uint8_t *data, size_t size)
{
	if (again->failed || again->len != size || memcmp(again->data, data, size) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct device_sight *sight = calloc(1, sizeof(*sight));
	if (!sight)
		return 0;
	if (scout_wire_unpack(data, size, sight)) {
		BUF_AUTO again = { 0 };
		scout_wire_pack(sight, &again);
		compare(&again, data, size);
	}
	memset(sight, 0, sizeof(*sight));
	if (scout_wire_unpack_look(data, size, sight)) {
		BUF_AUTO again = { 0 };
		scout_wire_pack_look(sight, &again);
		compare(&again, data, size);
	}
	free(sight);
	return 0;
}
