/* SPDX-License-Identifier: GPL-3.0-or-later */
/* left: which content is left on the disk, and did a verification read it back, all of its sample? */
#ifndef EVIDENCE_LEFT_H
#define EVIDENCE_LEFT_H

#include "wipe/evidence.h"

enum evidence_left {
	EVIDENCE_LEFT_WRONG, /* asked for, but not carried out as asked: `why` says in words */
	EVIDENCE_LEFT_NOT_ASKED, /* no step reads it back */
	EVIDENCE_LEFT_UNREADABLE, /* all of it but ranges that could not be read: `why` is a sentence */
	EVIDENCE_LEFT_VERIFIED,
};
/* Index of the step that writes last, or -1. Worked out here, not believed from plan.left. */
int evidence_left_step(const struct plan *plan);
enum evidence_left evidence_left_verified(const struct evidence *evidence,
    const struct plan *plan, int left, char *ret_why, size_t size);
/* Bytes from the beginning of the disk that a verification of it, finished in the last session, read
 * without a gap. */
uint64_t evidence_left_covered(const struct evidence *evidence, const struct plan *plan, int left);

#endif
