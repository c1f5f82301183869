/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ranges: the bytes a step could not write, read or confirm, sorted and merged. */
#ifndef EVIDENCE_RANGES_H
#define EVIDENCE_RANGES_H

#include "wipe/evidence.h"

/* Adds a range; *ret_added: bytes that were in no range of that step and kind before. */
enum code evidence_ranges_add(struct evidence *evidence, const struct evidence_range *range,
    uint64_t *ret_added, struct err *err) WIPE_MUST_USE;

/* Forgets the ranges of `step` at and after `offset`, and those of all later steps; a mismatch that
 * `step` found stays. */
void evidence_ranges_drop(struct evidence *evidence, uint32_t step, uint64_t offset);
/* Works out again how many bytes of each kind the ranges of a step hold. */
void evidence_ranges_sum(struct evidence *evidence, uint32_t step);

#endif
