/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outlet: how does a run speak without ever waiting for its listener? */
#include "outlet.h"

#include "wipe/os.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void outlet_tick(struct outlet *outlet)
{
	struct buf *pending = &outlet->pending;
	size_t gone = 0;
	/* pipe(7): where poll(2) sees room, PIPE_BUF bytes of it are there. stderr has no buffer of
	 * its own, so fwrite is write(2); one that fails has no listener left to tell. */
	while (gone < pending->len && os_terminal_takes(STDERR_FILENO)) {
		size_t len = bytes_min(pending->len - gone, PIPE_BUF);
		fwrite(pending->data + gone, 1, len, stderr);
		gone += len;
	}
	if (gone > 0)
		memmove(pending->data, pending->data + gone, pending->len - gone);
	pending->len -= gone;
}

void outlet_keep(struct outlet *outlet, const char *data, size_t len)
{
	buf_append(&outlet->pending, data, len);
	outlet_tick(outlet);
}

void outlet_say(struct outlet *outlet, const char *format, ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	buf_printf(&outlet->pending, "certwipe: %s\n", line);
	outlet_tick(outlet);
}

bool outlet_try(struct outlet *outlet, const char *data, size_t len)
{
	outlet_tick(outlet);
	if (outlet->pending.len > 0 || !os_terminal_takes(STDERR_FILENO))
		return false;
	outlet_keep(outlet, data, len);
	return true;
}

void outlet_finish(struct outlet *outlet)
{
	if (outlet->pending.len > 0)
		fwrite(outlet->pending.data, 1, outlet->pending.len, stderr);
	buf_free(&outlet->pending);
}
