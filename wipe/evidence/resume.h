/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resume: a later session begins (private to evidence). */
#ifndef EVIDENCE_RESUME_H
#define EVIDENCE_RESUME_H

#include "wipe/evidence.h"

/* Takes EVENT_RESUMED in; returns why it cannot stand here, having changed nothing, or NULL. */
const char *evidence_resume_fold(struct evidence *evidence, const struct event *event);
/* The same for EVENT_RECOGNISED. */
const char *evidence_recognised_fold(struct evidence *evidence, const struct event *event);

#endif
