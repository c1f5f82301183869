/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state: what is to be said of a row, in a state, a shape and words. */
#ifndef WIPE_TUI_STATE_H
#define WIPE_TUI_STATE_H

#include "canvas.h"
#include "model.h"

enum row_state state_of(const struct tui_model *model, const struct row *row);
enum row_group state_group(enum row_state state);
/* One column wide: "●", or "*" where that cannot be shown. */
const char *state_shape(const struct tui_model *model, enum row_state state);
enum canvas_style state_style(enum row_state state);
/* A few words, translated: "erased - you may pull it". */
const char *state_text(const struct tui_model *model, const struct row *row, char *out, size_t size);
const char *state_group_title(enum row_group group);
/* What uses the disk, or forbids it, in words, translated. */
const char *state_claim_text(enum device_claim_kind kind);
const char *state_outcome_text(enum outcome outcome);

#endif
