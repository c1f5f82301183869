/* SPDX-License-Identifier: GPL-3.0-or-later */
/* character: the next character of a text, as a terminal shows it. */
#ifndef WIPE_TUI_CHARACTER_H
#define WIPE_TUI_CHARACTER_H

#include "wipe/base.h"

struct character {
	char text[8]; /* what to show */
	unsigned width; /* columns; 0 = a combining mark */
};
/* False at the end of the text or of the line. Moves *text on. */
bool character_next(const char **text, bool ascii, struct character *ret);

#endif
