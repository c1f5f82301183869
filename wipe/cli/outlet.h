/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outlet: stderr while disks are written. Whoever reads it may stop reading (a pager, ^S on a
 * terminal); that must hold up no disk and no certificate, so nothing here waits before the end.
 */
#ifndef WIPE_CLI_OUTLET_H
#define WIPE_CLI_OUTLET_H

#include "wipe/base.h"

struct outlet {
	struct buf pending; /* what did not go out yet */
};
/* Nothing of this gets lost: what does not go out now is kept for the next turn. */
void outlet_keep(struct outlet *outlet, const char *data, size_t len);
/* The same for "certwipe: LINE". */
void outlet_say(struct outlet *outlet, const char *format, ...) WIPE_PRINTF(2, 3);
/* A picture that the next one replaces: false = dropped whole, older things still wait to go out. */
bool outlet_try(struct outlet *outlet, const char *data, size_t len);
/* What is kept, as far as it goes now. */
void outlet_tick(struct outlet *outlet);
/* What is kept, with all the time it takes: the disks are done. Frees it. */
void outlet_finish(struct outlet *outlet);

#endif
