/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units: numbers as people read and write them. Decimal, as on the drive's label; integers only. */
#include "wipe/base.h"

#include <stdio.h>
#include <string.h>

/* "4.0 TB": one decimal below 10, rounded down so that nothing is promised that is not there. */
static void scaled(uint64_t value, const char *suffix, char out[UNITS_TEXT])
{
	static const char *const names[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t unit = 1;
	size_t i = 0;
	while (i + 1 < WIPE_COUNT(names) && value / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	unsigned whole = (unsigned)(value / unit);
	if (i == 0 || whole >= 100)
		snprintf(out, UNITS_TEXT, "%u %s%s", whole, names[i], suffix);
	else
		snprintf(out, UNITS_TEXT, "%u.%u %s%s", whole, (unsigned)(value % unit / (unit / 10)),
		    names[i], suffix);
}

const char *units_bytes_format(uint64_t bytes, char out[UNITS_TEXT])
{
	scaled(bytes, "", out);
	return out;
}

const char *units_rate_format(uint64_t bytes_per_s, char out[UNITS_TEXT])
{
	scaled(bytes_per_s, "/s", out);
	return out;
}

const char *units_duration_format(uint64_t seconds, char out[UNITS_TEXT])
{
	uint64_t minutes = seconds / 60;
	uint64_t hours = minutes / 60;
	if (hours >= 48)
		snprintf(out, UNITS_TEXT, "%llu d %u h", (unsigned long long)(hours / 24 % 100000),
		    (unsigned)(hours % 24));
	else if (hours)
		snprintf(out, UNITS_TEXT, "%u h %02u min", (unsigned)hours, (unsigned)(minutes % 60));
	else if (minutes)
		snprintf(out, UNITS_TEXT, "%u min %02u s", (unsigned)minutes, (unsigned)(seconds % 60));
	else
		snprintf(out, UNITS_TEXT, "%u s", (unsigned)seconds);
	return out;
}

const char *units_permille_format(uint64_t permille, char out[UNITS_TEXT])
{
	snprintf(out, UNITS_TEXT, "%llu.%u %%", (unsigned long long)(permille / 10 % 10000000),
	    (unsigned)(permille % 10));
	return out;
}

bool units_bytes_parse(const char *text, uint64_t *ret_bytes)
{
	static const char letters[] = "kMGT";
	char digits[UNITS_TEXT];
	size_t len = strspn(text, "0123456789");
	uint64_t value = 0, unit = 1;
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = 0;
	text += len;
	text += *text == ' ' && text[1];
	const char *letter = *text && *text != 'B' ? strchr(letters, *text == 'K' ? 'k' : *text) : NULL;
	if (letter) {
		bool binary = *++text == 'i';
		text += binary;
		for (const char *at = letters; at <= letter; at++)
			unit *= binary ? 1024 : 1000;
	}
	text += *text == 'B';
	if (*text || !text_u64_parse(digits, &value) || value > UINT64_MAX / unit)
		return false;
	*ret_bytes = value * unit;
	return true;
}
