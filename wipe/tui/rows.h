/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows: disks and jobs become the lines of the board. */
#ifndef WIPE_TUI_ROWS_H
#define WIPE_TUI_ROWS_H

#include "model.h"

/*
 * All rows of these disks and jobs, in the order of the board, filter or not; the caller's (free).
 * CODE_MEMORY.
 */
enum code rows_build(const struct tui_model *model, struct row **ret, size_t *ret_count,
    struct err *err) WIPE_MUST_USE;
bool rows_same_key(const struct row_key *a, const struct row_key *b);
/* Does the filter let it through? Bay, model, serial, order and client count, in any case of letters. */
bool rows_match(const struct tui_model *model, const struct row *row, const char *filter);

#endif
