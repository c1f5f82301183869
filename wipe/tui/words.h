/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words: the technician's language, and numbers as they are written in it. */
#ifndef WIPE_TUI_WORDS_H
#define WIPE_TUI_WORDS_H

#include "wipe/base.h"

#include <libintl.h>

#define WORDS_DOMAIN "certwipe"
#define _(text)	     dgettext(WORDS_DOMAIN, text)
#define N_(text)     text /* translated where it is used */
/* One and many. */
#define words_count(one, many, count) dngettext(WORDS_DOMAIN, one, many, (unsigned long)(count))

#define WORDS_NUMBER 40
/* units_*_format() with the language's decimal sign. Each fills out and returns it. */
const char *words_bytes(uint64_t bytes, char out[WORDS_NUMBER]);
const char *words_rate(uint64_t bytes_per_s, char out[WORDS_NUMBER]);
const char *words_permille(uint64_t permille, char out[WORDS_NUMBER]);
/* At most 7 columns: "45 s", "12 min", "3:12 h", "99 d". */
const char *words_short_duration(uint64_t seconds, char out[WORDS_NUMBER]);
/* Whole percent, rounded down: "100 %" is said of the whole only. total 0 is nothing. */
const char *words_percent(uint64_t done, uint64_t total, char out[WORDS_NUMBER]);
/* Local time of day "14:32", or with `date` "2026-11-24 14:32". */
const char *words_time(int64_t wall_s, int32_t zone_s, bool date, char out[WORDS_NUMBER]);

#endif
