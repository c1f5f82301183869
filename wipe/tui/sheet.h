/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sheet: lines below each other, of which a canvas shows some. */
#ifndef WIPE_TUI_SHEET_H
#define WIPE_TUI_SHEET_H

#include "canvas.h"

struct sheet {
	struct canvas *canvas;
	unsigned x, y; /* of its window on the canvas */
	unsigned width, height;
	unsigned scroll; /* lines above the window */
	unsigned line; /* the next one */
	unsigned label; /* columns of a label, with the blank after it */
};
/* The next line's place on the canvas; false: it is out of sight. Either way it is taken. */
bool sheet_next(struct sheet *sheet, unsigned *ret_y);
void sheet_gap(struct sheet *sheet);
void sheet_title(struct sheet *sheet, const char *text);
/* Wrapped between words; a line feed begins a new line. */
void sheet_text(struct sheet *sheet, enum canvas_style style, const char *text);
/* The same, beside a label that may be "". */
void sheet_field(struct sheet *sheet, const char *label, enum canvas_style style, const char *text);

#endif
