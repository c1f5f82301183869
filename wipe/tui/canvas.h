/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canvas: a screen as a value, so that views are pure and can be compared cell by cell. */
#ifndef WIPE_TUI_CANVAS_H
#define WIPE_TUI_CANVAS_H

#include "wipe/base.h"

enum canvas_style {
	CANVAS_NORMAL,
	CANVAS_BOLD,
	CANVAS_DIM,
	CANVAS_REVERSE,
	CANVAS_GOOD,
	CANVAS_WARNING,
	CANVAS_BAD,
	CANVAS_ACCENT,
};
#define CANVAS_STYLES	8
#define CANVAS_SELECTED 0x80 /* added to a style: the line the cursor is on */

struct canvas_cell {
	char text[15]; /* one character with its combining marks; "" = the right half of a wide one */
	uint8_t style;
};
struct canvas {
	unsigned width; /* columns */
	unsigned height; /* lines */
	bool ascii; /* whatever is not ASCII is spelled in it */
	bool plain; /* no parts of blocks but halves */
	struct canvas_cell *cells; /* owned: canvas_free() */
};
#define CANVAS_MAX 1000 /* columns, and lines */

/* Blank, of this size. CODE_MEMORY; *canvas keeps what it was then. */
enum code canvas_resize(struct canvas *canvas, unsigned width, unsigned height, struct err *err)
    WIPE_MUST_USE;
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);
/* Everything outside the canvas is left out, so a view need not ask whether it fits. */
const struct canvas_cell *canvas_at(const struct canvas *canvas, unsigned x, unsigned y);

/* How wide `text` (UTF-8) is, in columns. */
unsigned canvas_width(const struct canvas *canvas, const char *text);
/*
 * Writes at most `room` columns of text and returns how many it took. What does not fit ends in an
 * ellipsis. Text from outside may hold anything: what is no printable character becomes '?'.
 */
unsigned canvas_text(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *text);
unsigned canvas_printf(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *format, ...) WIPE_PRINTF(6, 7);
/* The same, ending at column x + room; returns where it begins. */
unsigned canvas_right(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *text);
/* The end of a text is what tells two serial numbers apart: its beginning gives way. */
unsigned canvas_tail(struct canvas *canvas, unsigned x, unsigned y, unsigned room,
    enum canvas_style style, const char *text);
/* The same character `count` times. */
void canvas_repeat(struct canvas *canvas, unsigned x, unsigned y, unsigned count,
    enum canvas_style style, const char *character);
/* Gives a stretch of a line another style, or CANVAS_SELECTED besides its own. */
void canvas_restyle(struct canvas *canvas, unsigned x, unsigned y, unsigned count, uint8_t style);
/*
 * The bytes of the longest beginning of `text` that fits into `room` columns, cut between words where it
 * can be. *ret_next is where the next line begins. Never 0 but for "" (or room 0).
 */
size_t canvas_line(const struct canvas *canvas, const char *text, unsigned room,
    const char **ret_next);

#endif
