/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step: what the values of a [step N] may be. Private to procedure. */
#ifndef PROCEDURE_STEP_H
#define PROCEDURE_STEP_H

#include "wipe/procedure.h"

#define STEP_QUOTE 48

/* A value as it may stand in a fault: printable, short. Returns out. */
const char *procedure_step_quote(const char *value, char out[STEP_QUOTE]);

/* Place of value in a list of names that ends in NULL, from 1 as in the enums; 0: not there. */
unsigned procedure_step_name(const char *const *names, const char *value);

/*
 * Each reads one value into *step and adds a fault on `line` when it does not understand it; the
 * step is then as it was. Whether a step that is named exists is looked at by the caller, once all
 * steps are known.
 */
void procedure_step_write(const char *value, unsigned line, struct faults *faults,
    struct procedure_step *step);
/* verify_of stays 0 when the value names no step. */
void procedure_step_verify(const char *value, unsigned line, struct faults *faults,
    struct procedure_step *step);
void procedure_step_sanitize(const char *value, unsigned line, struct faults *faults,
    struct procedure_step *step);

/* The words of the format, each list in its enum's order from value 1 and ending in NULL. */
extern const char *const procedure_sanitize_names[];
extern const char *const procedure_level_names[];
extern const char *const procedure_status_names[];
extern const char *const procedure_hidden_names[];
extern const char *const procedure_media_names[];

#endif
