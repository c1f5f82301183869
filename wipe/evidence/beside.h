/* SPDX-License-Identifier: GPL-3.0-or-later */
/* beside: what is told beside the worker's own events (private to evidence). */
#ifndef EVIDENCE_BESIDE_H
#define EVIDENCE_BESIDE_H

#include "wipe/evidence.h"

/* Told by whoever watches the worker: its clock reading and the worker's may cross on their way. */
bool evidence_is_beside(enum event_kind kind);
/* Takes such an event in; returns why it cannot stand here, having changed nothing, or NULL. */
const char *evidence_beside_fold(struct evidence *evidence, const struct event *event);

#endif
