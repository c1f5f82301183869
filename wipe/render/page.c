/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page: one code point counts as one column. That is wrong for wide scripts and combining marks,
 * where a line gets longer or shorter than it looks, and loses nothing.
 */
#include "page.h"

#include <stdio.h>
#include <string.h>

static bool begins_point(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static unsigned width(const char *text, size_t len)
{
	unsigned count = 0;
	for (size_t i = 0; i < len; i++)
		count += begins_point(text[i]);
	return count;
}

static void pad(struct page *page, unsigned columns)
{
	while (columns--)
		buf_u8(page->out, ' ');
}

/* How many bytes of text go on a line of `room` columns: up to a blank, or through a long word. */
static size_t fit(const char *text, unsigned room)
{
	size_t len = strlen(text);
	size_t at = 0;
	size_t blank = 0;
	unsigned used = 0;
	while (at < len) {
		if (begins_point(text[at]) && used++ == room)
			return blank ? blank : at;
		if (text[at] == ' ')
			blank = at;
		at++;
	}
	return len;
}

/* The first line has got to column `indent` already. */
static void wrap(struct page *page, unsigned indent, const char *text)
{
	unsigned room = page->columns - indent;
	do {
		size_t take = fit(text, room);
		size_t end = take;
		while (end && text[end - 1] == ' ')
			end--;
		buf_append(page->out, text, end);
		buf_u8(page->out, '\n');
		text += take;
		while (*text == ' ')
			text++;
		if (*text)
			pad(page, indent);
	} while (*text);
}

static void rule(struct page *page, char c)
{
	for (unsigned i = 0; i < page->columns; i++)
		buf_u8(page->out, (uint8_t)c);
	buf_u8(page->out, '\n');
}

/* Letters set apart, in the middle: as big as text can be. */
void page_title(struct page *page, const char *above, const char *big)
{
	char spaced[120] = "";
	size_t used = 0;
	for (const char *c = big; *c && used + 3 < sizeof(spaced); c++) {
		spaced[used++] = *c;
		spaced[used++] = ' ';
	}
	while (used && spaced[used - 1] == ' ')
		used--;
	spaced[used] = 0;
	rule(page, '=');
	const char *const lines[] = { above, "", spaced };
	for (size_t i = 0; i < WIPE_COUNT(lines); i++) {
		unsigned wide = width(lines[i], strlen(lines[i]));
		if (wide)
			pad(page, wide < page->columns ? (page->columns - wide) / 2 : 0);
		buf_string(page->out, lines[i]);
		buf_u8(page->out, '\n');
	}
	rule(page, '=');
	page_gap(page);
}

void page_gap(struct page *page)
{
	buf_u8(page->out, '\n');
}

void page_section(struct page *page, const char *name)
{
	page_gap(page);
	buf_string(page->out, name);
	buf_u8(page->out, '\n');
	rule(page, '-');
}

static void put(struct page *page, unsigned indent, const char *format, va_list args)
    WIPE_PRINTF(3, 0);

static void put(struct page *page, unsigned indent, const char *format, va_list args)
{
	/* Longer than the longest member and a few words; what were longer would be marked. */
	char text[1400];
	int len = vsnprintf(text, sizeof(text), format, args);
	if (len >= (int)sizeof(text))
		memcpy(text + sizeof(text) - 4, "...", 4);
	wrap(page, indent, text);
}

void page_row(struct page *page, const char *label, const char *format, ...)
{
	va_list args;
	unsigned wide = width(label, strlen(label));
	buf_string(page->out, label);
	pad(page, wide < PAGE_LABEL ? PAGE_LABEL - wide : 1);
	va_start(args, format);
	put(page, PAGE_LABEL, format, args);
	va_end(args);
}

void page_item(struct page *page, const char *format, ...)
{
	va_list args;
	buf_string(page->out, "* ");
	va_start(args, format);
	put(page, 2, format, args);
	va_end(args);
}
