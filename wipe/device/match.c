/* SPDX-License-Identifier: GPL-3.0-or-later */
/* match: is this the same disk, on another day? Names and numbers (sda, 8:0) prove nothing then. */
#include "wipe/device.h"

#include <string.h>

enum device_match device_match(const struct identity *now, const struct identity *then)
{
	if (now->size != then->size || now->logical != then->logical ||
	    strcmp(now->model, then->model) != 0 || strcmp(now->serial, then->serial) != 0 ||
	    strcmp(now->wwn, then->wwn) != 0 || strcmp(now->unit, then->unit) != 0)
		return DEVICE_OTHER;
	return then->serial[0] || then->wwn[0] ? DEVICE_SAME : DEVICE_UNSURE;
}
