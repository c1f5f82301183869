/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever mountinfo holds, it is parsed whole or refused, and every string ends. */
#include "wipe/device/mountinfo.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mountinfo list;
	struct err err;
	if (mountinfo_parse(data, size, &list, &err) != CODE_OK)
		return 0;
	size_t lines = 0;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (lines != list.count)
		abort();
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo_entry *mount = &list.items[i];
		if (mount->point[0] != '/' || strlen(mount->point) + strlen(mount->root) +
			strlen(mount->type) + strlen(mount->source) + strlen(mount->options) > size)
			abort();
	}
	mountinfo_free(&list);
	return 0;
}
