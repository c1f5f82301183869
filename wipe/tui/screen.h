/* SPDX-License-Identifier: GPL-3.0-or-later */
/* screen: a canvas on a real terminal, and the keys that come from it. The only place that knows ncurses. */
#ifndef WIPE_TUI_SCREEN_H
#define WIPE_TUI_SCREEN_H

#include "canvas.h"

struct screen;
/* On standard input and output. CODE_UNSUPPORTED: no terminal, or one without a cursor to place. */
enum code screen_open(bool colour, struct screen **ret, struct err *err) WIPE_MUST_USE;
/* The terminal is as it was before. NULL is fine. */
void screen_close(struct screen *screen);
int screen_fd(const struct screen *screen); /* readable: a key may be there */
void screen_size(const struct screen *screen, unsigned *ret_width, unsigned *ret_height);
/* The next key, as a code of keys.h. Never waits longer than a key's own bytes take. */
bool screen_key(struct screen *screen, uint32_t *ret_code);
/* Sends what differs from what is there. CODE_MEMORY. */
enum code screen_show(struct screen *screen, const struct canvas *canvas, struct err *err)
    WIPE_MUST_USE;
/* Everything is drawn anew the next time: another program wrote over it. */
void screen_forget(struct screen *screen);

#endif
