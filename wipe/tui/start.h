/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start: the form between a choice of disks and the word to write. */
#ifndef WIPE_TUI_START_H
#define WIPE_TUI_START_H

#include "keys.h"
#include "model.h"

/* Opens it for what is marked, or else for the selected row; false: nothing of that can be started. */
bool start_open(struct tui_model *model);
struct tui_action start_key(struct tui_model *model, const struct tui_key *key);
struct tui_action start_wants(struct tui_model *model);
/* Drops disks that went, or that somebody uses now; what was confirmed for others holds. */
void start_settle(struct tui_model *model);
enum code start_take_plan(struct tui_model *model, const struct tui_news *news, struct err *err)
    WIPE_MUST_USE;
size_t start_confirmed(const struct model_start *start);
/* Every disk is confirmed, and its plan is on the screen. */
bool start_is_complete(const struct model_start *start);

#endif
