/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device document: a disk as it was cleared, for a journal and for the supervisor's socket. */
#ifndef WIPE_APP_DEVICE_DOCUMENT_H
#define WIPE_APP_DEVICE_DOCUMENT_H

#include "wipe/device.h"

struct device_sources {
	char model[16];
	char serial[16];
	char wwn[16];
	char firmware[16];
};
struct device_document {
	struct identity identity;
	char bus[16];
	char media[8];
	char sysfs[256];
	bool is_virtual;
	bool removable;
	struct device_sources sources;
};
extern const struct field device_identity_fields[]; /* of struct identity */
extern const struct field device_sources_fields[];
extern const struct field device_document_fields[];

void device_document_put(const struct device *device, struct device_document *ret);
/* Everything else of *ret stays as it is: claims and what was found on it are no part of this. */
void device_document_take(const struct device_document *document, struct device *ret);

#endif
