/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faults: everything that is wrong with a file, so that one run names it all. */
#include "wipe/base.h"

#include <stdio.h>

WIPE_PRINTF(4, 0)
static void add(struct faults *faults, unsigned line, bool warning, const char *format,
    va_list args)
{
	if (!warning)
		faults->errors++;
	if (faults->count == FAULTS_MAX)
		return;
	struct fault *fault = &faults->items[faults->count++];
	fault->line = line;
	fault->warning = warning;
	vsnprintf(fault->text, sizeof(fault->text), format, args);
}

void faults_add(struct faults *faults, unsigned line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(faults, line, false, format, args);
	va_end(args);
}

void faults_warn(struct faults *faults, unsigned line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(faults, line, true, format, args);
	va_end(args);
}

enum code faults_check(const struct faults *faults, const char *source, struct err *err)
{
	if (faults->errors == 0)
		return CODE_OK;
	/* The error may have come after FAULTS_MAX warnings: then only its number is known. */
	const struct fault *first = NULL;
	for (size_t i = 0; i < faults->count && !first; i++) {
		if (!faults->items[i].warning)
			first = &faults->items[i];
	}
	char more[40] = "";
	if (faults->errors > 1)
		snprintf(more, sizeof(more), " (and %zu more)", faults->errors - 1);
	if (!first)
		return err_set(err, CODE_INPUT, "%s: %zu faults", source, faults->errors);
	if (first->line == 0)
		return err_set(err, CODE_INPUT, "%s: %s%s", source, first->text, more);
	return err_set(err, CODE_INPUT, "%s:%u: %s%s", source, first->line, first->text, more);
}
