/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words: how does a technician here write this number? */
#include "words.h"

#include <stdio.h>
#include <string.h>

/* Of the pattern, the translation shows which sign this language uses. */
static const char *localise(char *number)
{
	/* TRANSLATORS: one and a half; only the sign between the digits is used. */
	const char *pattern = _("1.5");
	char *point = strchr(number, '.');
	if (point && strlen(pattern) == 3)
		*point = pattern[1];
	return number;
}

const char *words_bytes(uint64_t bytes, char out[WORDS_NUMBER])
{
	units_bytes_format(bytes, out);
	return localise(out);
}

const char *words_rate(uint64_t bytes_per_s, char out[WORDS_NUMBER])
{
	units_rate_format(bytes_per_s, out);
	return localise(out);
}

const char *words_permille(uint64_t permille, char out[WORDS_NUMBER])
{
	units_permille_format(permille, out);
	return localise(out);
}

const char *words_short_duration(uint64_t seconds, char out[WORDS_NUMBER])
{
	unsigned long long minutes = seconds / 60;
	if (minutes == 0)
		snprintf(out, WORDS_NUMBER, "%u s", (unsigned)seconds);
	else if (minutes < 60)
		snprintf(out, WORDS_NUMBER, "%llu min", minutes);
	else if (minutes < 100 * 60)
		snprintf(out, WORDS_NUMBER, "%llu:%02llu h", minutes / 60, minutes % 60);
	else if (minutes < 1000 * 24 * 60)
		snprintf(out, WORDS_NUMBER, "%llu d", minutes / 60 / 24);
	else
		snprintf(out, WORDS_NUMBER, ">999 d");
	return out;
}

const char *words_percent(uint64_t done, uint64_t total, char out[WORDS_NUMBER])
{
	uint64_t percent = total ? bytes_mul_div(bytes_min(done, total), 100, total) : 0;
	snprintf(out, WORDS_NUMBER, "%u %%", (unsigned)percent);
	return out;
}

const char *words_time(int64_t wall_s, int32_t zone_s, bool date, char out[WORDS_NUMBER])
{
	char stamp[STAMP_TEXT];
	stamp_format(wall_s + zone_s, stamp);
	if (date)
		snprintf(out, WORDS_NUMBER, "%.10s %.5s", stamp, stamp + 11);
	else
		snprintf(out, WORDS_NUMBER, "%.5s", stamp + 11);
	return out;
}
