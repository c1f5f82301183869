/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device document: the tables, and the way to and from struct device. */
#include "device_document.h"

#include <string.h>

#define COPY(to, from) text_copy(to, sizeof(to), from)

const struct field device_identity_fields[] = {
	FIELDS_TEXT(identity, "name", name, FORM_ASCII, false),
	FIELDS_TEXT(identity, "node", node, FORM_ASCII, false),
	FIELDS_NUMBER(identity, "major", major), FIELDS_NUMBER(identity, "minor", minor),
	FIELDS_COUNT(identity, "diskseq", diskseq),
	FIELDS_TEXT(identity, "transport", transport, FORM_ASCII, true),
	FIELDS_TEXT(identity, "model", model, FORM_ASCII, true),
	FIELDS_TEXT(identity, "serial", serial, FORM_ASCII, true),
	FIELDS_TEXT(identity, "wwn", wwn, FORM_ASCII, true),
	FIELDS_TEXT(identity, "unit", unit, FORM_ASCII, true),
	FIELDS_TEXT(identity, "firmware", firmware, FORM_ASCII, true),
	FIELDS_NUMBER(identity, "size", size), FIELDS_NUMBER(identity, "logical_block", logical),
	FIELDS_NUMBER(identity, "physical_block", physical),
	FIELDS_TEXT(identity, "identify_sha256", identify_sha256, FORM_FULL_HEX, true), FIELDS_END };
const struct field device_sources_fields[] = {
	FIELDS_TEXT(device_sources, "model", model, FORM_ASCII, true),
	FIELDS_TEXT(device_sources, "serial", serial, FORM_ASCII, true),
	FIELDS_TEXT(device_sources, "wwn", wwn, FORM_ASCII, true),
	FIELDS_TEXT(device_sources, "firmware", firmware, FORM_ASCII, true), FIELDS_END };
const struct field device_document_fields[] = {
	FIELDS_OBJECT(device_document, "identity", identity, device_identity_fields, false),
	FIELDS_TEXT(device_document, "bus", bus, FORM_ASCII, true),
	FIELDS_WORD(device_document, "media", media, "hdd ssd virtual unknown"),
	FIELDS_TEXT(device_document, "sysfs", sysfs, FORM_ASCII, true),
	FIELDS_BOOL(device_document, "virtual", is_virtual),
	FIELDS_BOOL(device_document, "removable", removable),
	FIELDS_OBJECT(device_document, "sources", sources, device_sources_fields, false), FIELDS_END };

static const char *const media_words[] = { [DEVICE_MEDIA_UNKNOWN] = "unknown",
	[DEVICE_MEDIA_HDD] = "hdd", [DEVICE_MEDIA_SSD] = "ssd", [DEVICE_MEDIA_VIRTUAL] = "virtual" };

void device_document_put(const struct device *device, struct device_document *ret)
{
	*ret = (struct device_document){ .identity = device->identity,
		.is_virtual = device->virtual_disk, .removable = device->removable };
	COPY(ret->bus, device->bus);
	COPY(ret->media, media_words[device->media]);
	COPY(ret->sysfs, device->sysfs);
	COPY(ret->sources.model, device->model_source);
	COPY(ret->sources.serial, device->serial_source);
	COPY(ret->sources.wwn, device->wwn_source);
	COPY(ret->sources.firmware, device->firmware_source);
}

void device_document_take(const struct device_document *document, struct device *ret)
{
	ret->identity = document->identity;
	COPY(ret->bus, document->bus);
	for (unsigned i = 0; i < WIPE_COUNT(media_words); i++) {
		if (strcmp(media_words[i], document->media) == 0)
			ret->media = (enum device_media)i;
	}
	COPY(ret->sysfs, document->sysfs);
	ret->virtual_disk = document->is_virtual;
	ret->removable = document->removable;
	COPY(ret->model_source, document->sources.model);
	COPY(ret->serial_source, document->sources.serial);
	COPY(ret->wwn_source, document->sources.wwn);
	COPY(ret->firmware_source, document->sources.firmware);
}
