/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * character: what does a terminal show for the next bytes, and how wide? Widths are those of wcwidth(3),
 * which ncurses goes by, too. Where the terminal knows ASCII only, signs and umlauts are spelled.
 */
#include "character.h"

#include <string.h>
#include <wchar.h>

/* Ours and German's; all else is '?', which is seen and cannot be mistaken. */
static const struct {
	const char *from;
	const char *to;
} spellings[] = {
	{ "ä", "ae" }, { "ö", "oe" }, { "ü", "ue" }, { "Ä", "Ae" }, { "Ö", "Oe" }, { "Ü", "Ue" },
	{ "ß", "ss" }, { "…", "..." }, { "–", "-" }, { "—", "-" }, { "·", "-" }, { "×", "x" },
	{ "„", "\"" }, { "“", "\"" }, { "”", "\"" }, { "‚", "'" }, { "‘", "'" }, { "’", "'" },
	{ "→", "->" }, { "←", "<-" }, { "↑", "^" }, { "↓", "v" }, { "›", ">" }, { "§", "S." },
	{ "°", "" }, { "≥", ">=" }, { "≤", "<=" }, { "é", "e" }, { "è", "e" }, { "á", "a" },
};

static size_t length_of(const char *text)
{
	unsigned char c = (unsigned char)text[0];
	size_t want = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
	size_t have = 0;
	while (have < want && text[have])
		have++;
	return have == want && text_is_utf8(text, want) ? want : 0;
}

static wchar_t point_of(const char *text, size_t len)
{
	unsigned char c = (unsigned char)text[0];
	uint32_t point = len == 1 ? c : c & (0x7fu >> len);
	for (size_t i = 1; i < len; i++)
		point = point << 6 | ((unsigned char)text[i] & 0x3fu);
	return (wchar_t)point;
}

static void spell(const char *text, size_t len, struct character *ret)
{
	strcpy(ret->text, "?");
	for (size_t i = 0; i < WIPE_COUNT(spellings); i++) {
		if (strlen(spellings[i].from) == len && memcmp(spellings[i].from, text, len) == 0)
			text_copy(ret->text, sizeof(ret->text), spellings[i].to);
	}
	/* "GELÖSCHT" is GELOESCHT. */
	if (text[len] >= 'A' && text[len] <= 'Z' && ret->text[1] == 'e')
		ret->text[1] = 'E';
	ret->width = (unsigned)strlen(ret->text);
}

bool character_next(const char **text, bool ascii, struct character *ret)
{
	if (!**text || **text == '\n')
		return false;
	size_t len = length_of(*text);
	*ret = (struct character){ .text = "?", .width = 1 };
	if (len == 1)
		ret->text[0] = **text;
	else if (len && ascii)
		spell(*text, len, ret);
	else if (len) {
		int width = wcwidth(point_of(*text, len));
		if (width >= 0) {
			memcpy(ret->text, *text, len);
			ret->text[len] = 0;
			ret->width = (unsigned)width;
		}
	}
	*text += len ? len : 1;
	/* What is left of a sequence that is none, or that is not to be shown, belongs to its '?'. */
	while (!len && ((unsigned char)**text & 0xc0) == 0x80)
		(*text)++;
	return true;
}
