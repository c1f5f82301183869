/* SPDX-License-Identifier: GPL-3.0-or-later */
/* language: the words of this process, by its environment. */
#ifndef WIPE_TUI_LANGUAGE_H
#define WIPE_TUI_LANGUAGE_H

#include "wipe/base.h"

/*
 * Sets the locale, or, where a minimal system lacks the one that is asked for, its language and character
 * set alone. catalogues: folder of LANGUAGE/LC_MESSAGES/certwipe.mo. Returns whether the terminal
 * takes UTF-8.
 */
bool language_start(const char *catalogues);
/* The two letters of the language that is asked for ("de"), or "" for none. */
const char *language_asked(const char *lc_all, const char *lc_messages, const char *lang, char out[3]);

#endif
