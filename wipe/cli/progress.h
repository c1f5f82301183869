/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress: how far each disk is, on stderr: lines that redraw on a terminal, plain lines elsewhere,
 * JSON lines for programs. */
#ifndef WIPE_CLI_PROGRESS_H
#define WIPE_CLI_PROGRESS_H

#include "wipe/app.h"

enum progress_mode { PROGRESS_NONE, PROGRESS_TERMINAL, PROGRESS_LINES, PROGRESS_JSON };
struct progress;
enum code progress_new(enum progress_mode mode, struct os_clock *clock, struct progress **ret,
    struct err *err) WIPE_MUST_USE;
void progress_free(struct progress *progress);
void progress_view(struct progress *progress, const struct app_disk *disk,
    const struct app_view *view);
void progress_ended(struct progress *progress, const struct app_disk *disk);
void progress_tick(struct progress *progress);
/* "certwipe: LINE" above the redrawn lines. Never waits, never gets lost. */
void progress_say(struct progress *progress, const char *format, ...) WIPE_PRINTF(2, 3);
/* The disks are done: says what is still to be said, however long the reader takes. */
void progress_finish(struct progress *progress);

#endif
