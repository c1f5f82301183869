/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet: where on the canvas is the next line of a text that scrolls? */
#include "sheet.h"

#include <string.h>

bool sheet_next(struct sheet *sheet, unsigned *ret_y)
{
	unsigned line = sheet->line++;
	if (line < sheet->scroll || line - sheet->scroll >= sheet->height)
		return false;
	*ret_y = sheet->y + line - sheet->scroll;
	return true;
}

void sheet_gap(struct sheet *sheet)
{
	if (sheet->line)
		sheet->line++;
}

void sheet_title(struct sheet *sheet, const char *text)
{
	unsigned y = 0;
	sheet_gap(sheet);
	if (!sheet_next(sheet, &y))
		return;
	unsigned used = canvas_text(sheet->canvas, sheet->x, y, sheet->width, CANVAS_BOLD, text);
	if (used + 1 < sheet->width)
		canvas_repeat(sheet->canvas, sheet->x + used + 1, y, sheet->width - used - 1, CANVAS_DIM,
		    sheet->canvas->ascii ? "-" : "─");
}

static void put_lines(struct sheet *sheet, unsigned indent, enum canvas_style style, const char *text)
{
	unsigned room = sheet->width > indent ? sheet->width - indent : 1;
	const char *next = text;
	do {
		char line[1024];
		unsigned y = 0;
		const char *from = next;
		size_t len = canvas_line(sheet->canvas, from, room, &next);
		len = len < sizeof(line) ? len : sizeof(line) - 1;
		memcpy(line, from, len);
		line[len] = 0;
		if (sheet_next(sheet, &y))
			canvas_text(sheet->canvas, sheet->x + indent, y, room, style, line);
	} while (*next);
}

void sheet_text(struct sheet *sheet, enum canvas_style style, const char *text)
{
	put_lines(sheet, 0, style, text);
}

void sheet_field(struct sheet *sheet, const char *label, enum canvas_style style, const char *text)
{
	unsigned y = 0;
	/* Beside each other only where that leaves room for the text. */
	bool beside = sheet->width >= sheet->label + 20;
	if (!beside && label[0] && sheet_next(sheet, &y))
		canvas_text(sheet->canvas, sheet->x, y, sheet->width, CANVAS_DIM, label);
	if (beside && label[0] && sheet_next(sheet, &y))
		canvas_text(sheet->canvas, sheet->x, y, sheet->label - 1, CANVAS_DIM, label);
	if (beside && label[0])
		sheet->line--; /* the text begins on the same line */
	put_lines(sheet, beside ? sheet->label : 2, style, text);
}
