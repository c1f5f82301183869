/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err: one failure as a value, with one line that a person can act on. */
#include "wipe/base.h"

#include <stdio.h>
#include <string.h>

WIPE_PRINTF(3, 0)
static enum code set(struct err *err, enum code code, const char *format, va_list args)
{
	*err = (struct err){ .code = code };
	vsnprintf(err->line, sizeof(err->line), format, args);
	/* One line whatever an argument held. */
	for (char *c = err->line; *c; c++) {
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	}
	return code;
}

enum code err_set(struct err *err, enum code code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	set(err, code, format, args);
	va_end(args);
	return code;
}

enum code err_set_errno(struct err *err, enum code code, int sys_errno, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	set(err, code, format, args);
	va_end(args);
	size_t used = strlen(err->line);
	snprintf(err->line + used, sizeof(err->line) - used, ": %s", strerror(sys_errno));
	err->sys_errno = sys_errno;
	return code;
}

enum code err_prefix(struct err *err, const char *format, ...)
{
	char line[sizeof(err->line)];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	size_t used = strlen(line);
	snprintf(line + used, sizeof(line) - used, ": %s", err->line);
	memcpy(err->line, line, sizeof(line));
	return err->code;
}

enum code err_memory(struct err *err)
{
	return err_set(err, CODE_MEMORY, "out of memory");
}
