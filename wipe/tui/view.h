/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view: the model as a canvas. Pure; one file per view. */
#ifndef WIPE_TUI_VIEW_H
#define WIPE_TUI_VIEW_H

#include "canvas.h"
#include "model.h"
#include "sheet.h"

/* Draws what is to be seen, in the canvas's own size: that of the model. */
void view_draw(const struct tui_model *model, struct canvas *canvas);
/* Lines that the scrolled part of this view has, and how many of them are seen at once. */
unsigned view_extent(const struct tui_model *model);
unsigned view_height(const struct tui_model *model);

/* ---- the views: each draws between frame and footer ------------------------------------------------------- */

void view_board(const struct tui_model *model, struct canvas *canvas);
void view_archive(const struct tui_model *model, struct canvas *canvas);
void view_confirm(const struct tui_model *model, struct canvas *canvas);
/* Those that scroll: everything they have to say, on sheets. */
void view_disk(const struct tui_model *model, struct sheet *sheet);
void view_certificate(const struct tui_model *model, struct sheet *sheet);
void view_help(const struct tui_model *model, struct sheet *sheet);
/* The form's own lines are fixed; disks and plan scroll. */
void view_start(const struct tui_model *model, struct canvas *canvas);
void view_start_sheet(const struct tui_model *model, struct sheet *sheet);
unsigned view_start_height(const struct tui_model *model);

/* ---- what they share ---------------------------------------------------------------------------------------- */

/* The heading of a disk's view: bay, model, serial, size. */
const char *view_disk_name(const struct tui_model *model, const struct row *row, char *out, size_t size);
/* Where it sits, in as few words as there are: "A3", or the end of the path; "" = it is not here. */
const char *view_place(const struct tui_disk *disk);
/* A bar of `room` columns, filled by done of total. */
void view_bar(struct canvas *canvas, unsigned x, unsigned y, unsigned room, enum canvas_style style,
    uint64_t done, uint64_t total);
/* Seconds until the job is done; 0 = nobody can tell. */
uint64_t view_eta(const struct app_view *job);
/* "[ ]" for what can be chosen, its shape for all else. */
void view_shape(const struct tui_model *model, const struct row *row, char out[8]);
void view_curve(struct sheet *sheet, const struct history *history);
void view_map(struct sheet *sheet, const char *map);

#endif
