/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vpd: what do a SCSI device's own pages say? Every page starts with: byte 1 page code, bytes 2-3
 * length of what follows byte 3 (SPC-5 section 7.7.1). All lengths come from the drive.
 */
#include "vpd.h"

#include <stdio.h>
#include <string.h>

#define ATA_IDENTIFY 60 /* offset of the 512 bytes of IDENTIFY in page 89h (SAT-4 12.4.2) */

/* The bytes after the header, as many as are really there. */
static const uint8_t *body(const struct buf *page, uint8_t code, size_t *ret_len)
{
	if (page->len < 4 || page->data[1] != code)
		return NULL;
	*ret_len = bytes_min(bytes_load_u16be(page->data + 2), page->len - 4);
	return page->data + 4;
}

bool vpd_serial(const struct buf *page, char *out, size_t size)
{
	size_t len;
	const uint8_t *text = body(page, 0x80, &len);
	if (text)
		text_safe(out, size, text, len);
	return text && out[0];
}

static bool designator(const uint8_t *item, size_t len, uint8_t type, char *out, size_t size)
{
	/* Byte 0: code set 1 = binary; byte 1: association 0 = the unit, and the type. */
	if ((item[0] & 0x0f) != 1 || (item[1] & 0x30) != 0 || (item[1] & 0x0f) != type || len < 8 ||
	    len > 16)
		return false;
	char hex[33];
	bytes_hex_format(item + 4, len, hex);
	snprintf(out, size, "%s%s", type == 3 ? "naa." : "eui.", hex);
	return true;
}

bool vpd_name(const struct buf *page, char *out, size_t size)
{
	static const uint8_t types[] = { 3, 2 };
	size_t len;
	const uint8_t *items = body(page, 0x83, &len);
	for (size_t i = 0; items && i < WIPE_COUNT(types); i++) {
		for (size_t at = 0; at + 4 <= len && items[at + 3] <= len - at - 4;
		     at += 4u + items[at + 3]) {
			if (designator(items + at, items[at + 3], types[i], out, size))
				return true;
		}
	}
	return false;
}

/* ATA strings hold two characters a word, the first in the high byte (ACS-5 section 3.4.9). */
static bool ata_string(const struct buf *page, size_t word, size_t words, char *out, size_t size)
{
	size_t len;
	const uint8_t *data = body(page, 0x89, &len);
	uint8_t text[40];
	if (!data || len < ATA_IDENTIFY - 4 + 512)
		return false;
	const uint8_t *identify = data + ATA_IDENTIFY - 4;
	for (size_t i = 0; i < words; i++) {
		text[2 * i] = identify[2 * (word + i) + 1];
		text[2 * i + 1] = identify[2 * (word + i)];
	}
	text_safe(out, size, text, 2 * words);
	return out[0] != 0;
}

bool vpd_ata_serial(const struct buf *page, char *out, size_t size)
{
	return ata_string(page, 10, 10, out, size);
}

bool vpd_ata_firmware(const struct buf *page, char *out, size_t size)
{
	return ata_string(page, 23, 4, out, size);
}

bool vpd_ata_model(const struct buf *page, char *out, size_t size)
{
	return ata_string(page, 27, 20, out, size);
}
