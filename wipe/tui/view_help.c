/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view_help: which keys are there, and what do the signs mean? */
#include "view.h"

#include "state.h"
#include "words.h"

#include <stdio.h>

static const struct {
	const char *keys;
	const char *words;
} keys[] = {
	{ "Up Down j k", N_("the disk above, the disk below") },
	{ "PgUp PgDn", N_("a screen up or down") },
	{ "Home End g G", N_("the first, the last disk") },
	{ "Enter", N_("open; in a form: confirm") },
	{ "Space", N_("mark a disk, to start several in one go") },
	{ "s", N_("start the marked disks, or the one the cursor is on") },
	{ "x", N_("stop its job; asks for the serial number") },
	{ "r", N_("resume an interrupted job") },
	{ "a", N_("give an interrupted job up; asks for the serial number") },
	{ "l", N_("light of the bay on or off") },
	{ "c  e", N_("show its certificate; export it") },
	{ "/", N_("show only what holds these letters; Esc shows all") },
	{ "Tab", N_("certificates of today; in a form: next field") },
	{ "F5", N_("look for disks again") },
	{ "q  Esc", N_("back; on the board q leaves. Jobs go on without this screen") },
};

static const struct {
	enum row_state state;
	const char *words;
} signs[] = {
	{ ROW_ERASED, N_("erased, certificate stored: you may pull it") },
	{ ROW_EXCEPTIONS, N_("the same, with exceptions that its certificate names") },
	{ ROW_WRITING, N_("is being written") },
	{ ROW_VERIFYING, N_("is being verified") },
	{ ROW_WAITS_HERE, N_("interrupted: its job waits") },
	{ ROW_STALLED, N_("needs somebody to look at it") },
	{ ROW_FAILED, N_("not erased: destroy this disk") },
	{ ROW_CLAIMED, N_("in use or locked: cannot be wiped") },
};

void view_help(const struct tui_model *model, struct sheet *sheet)
{
	sheet_title(sheet, _("Keys"));
	for (size_t i = 0; i < WIPE_COUNT(keys); i++)
		sheet_field(sheet, keys[i].keys, CANVAS_NORMAL, _(keys[i].words));
	sheet_title(sheet, _("Signs"));
	sheet_field(sheet, "[ ]  [x]", CANVAS_NORMAL, _("ready; marked"));
	for (size_t i = 0; i < WIPE_COUNT(signs); i++) {
		char shape[8];
		snprintf(shape, sizeof(shape), " %s", state_shape(model, signs[i].state));
		sheet_field(sheet, shape, state_style(signs[i].state), _(signs[i].words));
	}
	sheet_title(sheet, _("Barcode reader"));
	sheet_text(sheet, CANVAS_NORMAL, _("On the board a scanned serial number finds its disk. In the start "
					   "form it confirms its disk, in any order."));
}
