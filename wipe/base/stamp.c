/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stamp: points in time as RFC 3339 in UTC, whole seconds, 1970 to 9999. */
#include "wipe/base.h"

#include <stdio.h>
#include <string.h>

#define STAMP_LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back: years are counted from
 * March, so that the leap day is the last of its year. */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = year / 400;
	unsigned year_of_era = (unsigned)(year - era * 400);
	unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + (int64_t)day_of_era - 719468;
}

static void date_from_days(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	days += 719468;
	unsigned era = (unsigned)(days / 146097);
	unsigned doe = (unsigned)(days % 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

const char *stamp_format(int64_t wall_s, char out[STAMP_TEXT])
{
	if (wall_s < 0)
		wall_s = 0;
	if (wall_s > STAMP_LAST)
		wall_s = STAMP_LAST;
	unsigned year, month, day;
	date_from_days(wall_s / 86400, &year, &month, &day);
	unsigned second = (unsigned)(wall_s % 86400);
	char text[48];
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
	    second / 3600, second / 60 % 60, second % 60);
	text_copy(out, STAMP_TEXT, text);
	return out;
}

static bool digits(const char *text, size_t count, unsigned *ret)
{
	unsigned value = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	*ret = value;
	return true;
}

bool stamp_parse(const char *text, int64_t *ret_wall_s)
{
	unsigned year, month, day, hour, minute, second;
	if (strlen(text) != STAMP_TEXT - 1 || !digits(text, 4, &year) || !digits(text + 5, 2, &month) ||
	    !digits(text + 8, 2, &day) || !digits(text + 11, 2, &hour) ||
	    !digits(text + 14, 2, &minute) || !digits(text + 17, 2, &second))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
		return false;
	int64_t wall_s = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	/* A date that does not exist, or another separator, would not come back the same. */
	char again[STAMP_TEXT];
	if (strcmp(stamp_format(wall_s, again), text) != 0)
		return false;
	*ret_wall_s = wall_s;
	return true;
}
