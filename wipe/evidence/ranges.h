/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ranges: the bytes a step could not write, read or confirm, sorted and merged. */
#ifndef EVIDENCE_RANGES_H
#define EVIDENCE_RANGES_H

#include "wipe/evidence.h"

/* Adds a range; *ret_added: bytes that were in no range of that step and kind before. */
enum code evidence_ranges_add(struct evidence *evidence, const struct evidence_range *range,
    uint64_t *ret_added, struct err *err) WIPE_MUST_USE;

#endif
