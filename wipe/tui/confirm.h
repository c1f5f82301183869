/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm: whoever stops a job or gives it up has read its disk's serial number. */
#ifndef WIPE_TUI_CONFIRM_H
#define WIPE_TUI_CONFIRM_H

#include "keys.h"
#include "model.h"

void confirm_open(struct tui_model *model, enum tui_action_kind kind, const struct app_view *job);
struct tui_action confirm_key(struct tui_model *model, const struct tui_key *key);

#endif
