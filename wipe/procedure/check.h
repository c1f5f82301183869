/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: what the steps of a procedure say of each other. Private to procedure. */
#ifndef PROCEDURE_CHECK_H
#define PROCEDURE_CHECK_H

#include "wipe/procedure.h"

/* Where the keys of one step stand; 0: not there. */
struct check_lines {
	unsigned write;
	unsigned verify;
	unsigned sanitize;
	bool understood; /* else there is a fault already, and no more is said of the step */
};

/*
 * Adds a fault for every step that cannot be carried out, and the warning about a last content
 * that nothing verifies; fills verify_of where a step verifies itself. `lines` has an item per
 * step. lines_ok: no line of the file was refused, so that what is missing is really missing.
 */
void procedure_check(struct procedure *procedure, const struct check_lines *lines, bool lines_ok,
    struct faults *faults);

#endif
