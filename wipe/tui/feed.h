/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed: what the real machine tells the station: the supervisor, a scout for the disks, errands. */
#ifndef WIPE_TUI_FEED_H
#define WIPE_TUI_FEED_H

#include "wipe/tui.h"

struct feed;
/* Starts the supervisor where none runs. CODE_CONFIG, CODE_INPUT: the bay map or the shelf's file. */
enum code feed_open(struct app *app, struct feed **ret, struct err *err) WIPE_MUST_USE;
void feed_close(struct feed *feed); /* NULL is fine; jobs go on */
/* Borrowed from it. */
struct tui_feed feed_face(struct feed *feed);

#endif
