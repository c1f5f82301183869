/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * language: which words, and which characters? A rescue image has no de_DE.UTF-8; but the catalogue is
 * ours, so that the language of LANG is enough: gettext goes by LANGUAGE in every locale but "C".
 */
#include "language.h"

#include "words.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

static const char *first_set(const char *a, const char *b, const char *c)
{
	return a && a[0] ? a : b && b[0] ? b : c ? c : "";
}

const char *language_asked(const char *lc_all, const char *lc_messages, const char *lang, char out[3])
{
	const char *value = first_set(lc_all, lc_messages, lang);
	bool letters = value[0] >= 'a' && value[0] <= 'z' && value[1] >= 'a' && value[1] <= 'z';
	bool ends = letters && (!value[2] || strchr("_.@", value[2]));
	out[0] = 0;
	if (ends) {
		memcpy(out, value, 2);
		out[2] = 0;
	}
	return out;
}

static bool says_utf8(const char *value)
{
	return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
}

static bool is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool language_start(const char *catalogues)
{
	char asked[3];
	const char *all = getenv("LC_ALL"), *lang = getenv("LANG");
	language_asked(all, getenv("LC_MESSAGES"), lang, asked);
	if (!setlocale(LC_ALL, "") && says_utf8(first_set(all, getenv("LC_CTYPE"), lang)))
		(void)setlocale(LC_CTYPE, "C.UTF-8");
	const char *messages = setlocale(LC_MESSAGES, NULL);
	const char *wished = getenv("LANGUAGE");
	if (asked[0] && messages && strcmp(messages, "C") == 0 && setlocale(LC_MESSAGES, "C.UTF-8"))
		setenv("LANGUAGE", wished && wished[0] ? wished : asked, 1);
	/* Ours are the canvas's numbers, in every locale. */
	(void)setlocale(LC_NUMERIC, "C");
	if (catalogues)
		bindtextdomain(WORDS_DOMAIN, catalogues);
	bind_textdomain_codeset(WORDS_DOMAIN, "UTF-8");
	return is_utf8();
}
