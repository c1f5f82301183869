/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canvas: which cells does a text take, and what of it can this terminal show? */
#include "canvas.h"

#include "character.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum code canvas_resize(struct canvas *canvas, unsigned width, unsigned height, struct err *err)
{
	width = width < 1 ? 1 : width > CANVAS_MAX ? CANVAS_MAX : width;
	height = height < 1 ? 1 : height > CANVAS_MAX ? CANVAS_MAX : height;
	struct canvas_cell *cells = calloc((size_t)width * height, sizeof(*cells));
	if (!cells)
		return err_memory(err);
	free(canvas->cells);
	canvas->cells = cells;
	canvas->width = width;
	canvas->height = height;
	canvas_clear(canvas);
	return CODE_OK;
}

void canvas_free(struct canvas *canvas)
{
	free(canvas->cells);
	*canvas = (struct canvas){ 0 };
}

void canvas_clear(struct canvas *canvas)
{
	for (size_t i = 0; i < (size_t)canvas->width * canvas->height; i++)
		canvas->cells[i] = (struct canvas_cell){ .text = " " };
}

static struct canvas_cell *cell_at(struct canvas *canvas, unsigned x, unsigned y)
{
	return x < canvas->width && y < canvas->height ? &canvas->cells[(size_t)y * canvas->width + x]
						       : NULL;
}

const struct canvas_cell *canvas_at(const struct canvas *canvas, unsigned x, unsigned y)
{
	return x < canvas->width && y < canvas->height ? &canvas->cells[(size_t)y * canvas->width + x]
						       : NULL;
}

unsigned canvas_width(const struct canvas *canvas, const char *text)
{
	unsigned width = 0;
	struct character c;
	while (character_next(&text, canvas->ascii, &c))
		width += c.width;
	return width;
}

/* Half a wide character is none: whatever is overwritten in part goes whole. */
static void blank(struct canvas *canvas, unsigned x, unsigned y)
{
	struct canvas_cell *cell = cell_at(canvas, x, y);
	if (!cell)
		return;
	if (!cell->text[0] && x > 0)
		strcpy(cell[-1].text, " ");
	if (x + 1 < canvas->width && !cell[1].text[0])
		strcpy(cell[1].text, " ");
	strcpy(cell->text, " ");
}

static void put(struct canvas *canvas, unsigned x, unsigned y, enum canvas_style style,
    const struct character *c)
{
	struct canvas_cell *cell = cell_at(canvas, x, y);
	if (!cell)
		return;
	if (c->width == 0) { /* a combining mark belongs to the character before it */
		struct canvas_cell *before = x ? cell_at(canvas, x - 1, y) : NULL;
		if (before && !before->text[0] && x > 1)
			before = cell_at(canvas, x - 2, y);
		size_t used = before ? strlen(before->text) : 0;
		if (before && used + strlen(c->text) < sizeof(before->text))
			text_copy(before->text + used, sizeof(before->text) - used, c->text);
		return;
	}
	for (unsigned i = 0; i < c->width; i++)
		blank(canvas, x + i, y);
	if (c->width == strlen(c->text)) { /* ASCII, or what is spelled in it: each its own cell */
		for (unsigned i = 0; i < c->width && (cell = cell_at(canvas, x + i, y)); i++)
			*cell = (struct canvas_cell){ { c->text[i] }, (uint8_t)style };
		return;
	}
	struct canvas_cell *right = c->width == 2 ? cell_at(canvas, x + 1, y) : NULL;
	cell->style = (uint8_t)style;
	if (c->width == 2 && !right)
		return; /* it would stick out: a blank stays */
	text_copy(cell->text, sizeof(cell->text), c->text);
	if (right) {
		right->style = (uint8_t)style;
		right->text[0] = 0;
	}
}

unsigned canvas_text(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *text)
{
	/* An ellipsis after one or two characters says nothing: those are just cut. */
	const char *ellipsis = canvas->ascii ? "~" : "…";
	bool cut = canvas_width(canvas, text) > room;
	unsigned used = 0;
	unsigned end = cut && room > 3 ? room - 1 : room;
	struct character c;
	while (character_next(&text, canvas->ascii, &c) && used + c.width <= end) {
		/* A mark right at the edge would fall onto a cell that is not this text's. */
		if (c.width || used)
			put(canvas, x + used, y, style, &c);
		used += c.width;
	}
	if (cut && room > 3) {
		const char *at = ellipsis;
		if (character_next(&at, canvas->ascii, &c))
			put(canvas, x + used, y, style, &c);
		used++;
	}
	return used;
}

unsigned canvas_printf(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return canvas_text(canvas, x, y, room, style, text);
}

unsigned canvas_right(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *text)
{
	unsigned width = canvas_width(canvas, text);
	unsigned begin = width < room ? x + room - width : x;
	canvas_text(canvas, begin, y, room, style, text);
	return begin;
}

unsigned canvas_tail(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *text)
{
	unsigned width = canvas_width(canvas, text);
	if (width <= room || room <= 3)
		return canvas_text(canvas, x, y, room, style, text);
	struct character c;
	while (width > room - 1 && character_next(&text, canvas->ascii, &c))
		width -= c.width;
	unsigned used = canvas_text(canvas, x, y, 1, style, canvas->ascii ? "~" : "…");
	return used + canvas_text(canvas, x + used, y, room - used, style, text);
}

void canvas_repeat(struct canvas *canvas, unsigned x, unsigned y, unsigned count,
    enum canvas_style style, const char *character)
{
	for (unsigned i = 0; i < count; i++)
		canvas_text(canvas, x + i, y, 1, style, character);
}

void canvas_restyle(struct canvas *canvas, unsigned x, unsigned y, unsigned count, uint8_t style)
{
	for (unsigned i = 0; i < count; i++) {
		struct canvas_cell *cell = cell_at(canvas, x + i, y);
		if (cell)
			cell->style = style == CANVAS_SELECTED ? cell->style | CANVAS_SELECTED : style;
	}
}

size_t canvas_line(const struct canvas *canvas, const char *text, unsigned room,
    const char **ret_next)
{
	const char *at = text, *gap = NULL, *after_gap = NULL;
	unsigned used = 0;
	struct character c;
	for (;;) {
		const char *here = at;
		if (*here == '\n' || !*here) {
			*ret_next = *here ? here + 1 : here;
			return (size_t)(here - text);
		}
		if (*here == ' ' && here > text && here[-1] != ' ')
			gap = here;
		if (*here != ' ' && here > text && here[-1] == ' ')
			after_gap = here;
		if (!character_next(&at, canvas->ascii, &c))
			continue;
		if (used + c.width > room && (used || room == 0)) {
			if (gap == here) { /* the blank itself does not fit: it is where the line ends */
				while (*here == ' ')
					here++;
				*ret_next = *here == '\n' ? here + 1 : here;
				return (size_t)(gap - text);
			}
			bool words = gap && after_gap > gap;
			*ret_next = words ? after_gap : here;
			return (size_t)((words ? gap : here) - text);
		}
		used += c.width;
	}
}
