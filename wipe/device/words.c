/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words: how is a disk, or what claims it, called in front of people? */
#include "wipe/device.h"

#include <stdio.h>

const char *device_claim_text(enum device_claim_kind kind)
{
	static const char *const words[] = {
		[DEVICE_CLAIM_SYSTEM] = "system",
		[DEVICE_CLAIM_STATE] = "certwipe's state",
		[DEVICE_CLAIM_MOUNT] = "mounted",
		[DEVICE_CLAIM_SWAP] = "swap",
		[DEVICE_CLAIM_HOLDER] = "held",
		[DEVICE_CLAIM_BTRFS] = "btrfs member",
		[DEVICE_CLAIM_ZFS] = "ZFS member",
		[DEVICE_CLAIM_LOOP] = "behind a loop device",
		[DEVICE_CLAIM_OPENER] = "open",
		[DEVICE_CLAIM_READONLY] = "read-only",
		[DEVICE_CLAIM_EMPTY] = "no medium",
		[DEVICE_CLAIM_DUPLICATE] = "duplicate identity",
		[DEVICE_CLAIM_MULTIPATH] = "other path taken",
		[DEVICE_CLAIM_EXCLUDED] = "excluded",
		[DEVICE_CLAIM_HOST_UNKNOWN] = "use unknown",
	};
	size_t at = (size_t)kind;
	return at < WIPE_COUNT(words) && words[at] ? words[at] : "unknown";
}

const char *device_media_text(enum device_media media)
{
	static const char *const words[] = { "unknown", "hdd", "ssd", "virtual" };
	return (size_t)media < WIPE_COUNT(words) ? words[media] : "unknown";
}

const char *device_label(const struct identity *identity, char *out, size_t size)
{
	char capacity[UNITS_TEXT];
	snprintf(out, size, "%s%s%s, %s (%s)", identity->model[0] ? identity->model : identity->name,
	    identity->serial[0] ? ", serial " : "", identity->serial,
	    units_bytes_format(identity->size, capacity), identity->node);
	return out;
}

const char *device_confirm_word(const struct identity *identity)
{
	return identity->serial[0] ? identity->serial : identity->name;
}
