/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys: what a key does to the model, and what it asks of others. Pure. */
#ifndef WIPE_TUI_KEYS_H
#define WIPE_TUI_KEYS_H

#include "model.h"

/* A code is a Unicode code point (also of control characters), or one of these. */
enum key_code {
	KEY_CODE_BACKSPACE = 0x08,
	KEY_CODE_TAB = 0x09,
	KEY_CODE_REDRAW = 0x0c,
	KEY_CODE_ENTER = 0x0d,
	KEY_CODE_KILL = 0x15, /* ^U */
	KEY_CODE_ESCAPE = 0x1b,
	KEY_CODE_NONE = 0x110000,
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_BACK_TAB,
	KEY_CODE_HELP, /* F1 */
	KEY_CODE_REFRESH, /* F5 */
	KEY_CODE_SCAN, /* a line that came faster than people type: `scan` */
	KEY_CODE_PASTE, /* text that came so, without an Enter */
	KEY_CODE_LAST = KEY_CODE_PASTE,
};
struct tui_key {
	uint32_t code;
	char scan[MODEL_INPUT]; /* UTF-8, without its Enter */
};
/* What the action points to is the model's, and holds until it changes. */
struct tui_action tui_key(struct tui_model *model, const struct tui_key *key);

/* ---- shared by the forms --------------------------------------------------------------------------------- */

/* Puts as much of `more` behind a line of text as may be there. */
void keys_append(char *text, size_t size, const char *more);
/* Edits a line of text at its end; true when the key did so. */
bool keys_edit(char *text, size_t size, uint32_t code);
/*
 * Is this what the word asks for? White space around it does not count, nor do the stars that a
 * barcode in Code 39 begins and ends with, where a reader hands them through.
 */
bool keys_is_word(const char *typed, const char *word);
/* Scrolls a long text; true when the key did so. `letters`: j and k are keys, no text. */
bool keys_scroll(struct tui_model *model, uint32_t code, bool letters);

#endif
