/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor: what was said and not taken yet; an eventfd(2) is readable as long as there is some. */
#include "monitor.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fake {
	struct os_monitor base;
	struct os_changes waiting;
};

static enum code fake_take(struct os_monitor *base, struct os_changes *ret, struct err *err)
{
	struct fake *fake = (struct fake *)base;
	uint64_t count;
	if (read(base->fd, &count, sizeof(count)) != sizeof(count))
		return err_set(err, CODE_BUSY, "nothing was said");
	*ret = fake->waiting;
	fake->waiting = (struct os_changes){ .lost = false };
	return CODE_OK;
}

static void fake_free(struct os_monitor *base)
{
	os_fd_close(base->fd);
	free(base);
}

struct os_monitor *fake_monitor_new(void)
{
	static const struct os_monitor_ops ops = { .take = fake_take, .free = fake_free };
	struct fake *fake = calloc(1, sizeof(*fake));
	if (!fake)
		abort();
	fake->base = (struct os_monitor){ .ops = &ops, .method = "fake" };
	fake->base.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (fake->base.fd < 0)
		abort();
	return &fake->base;
}

void fake_monitor_say(struct os_monitor *base, const char *name, unsigned what)
{
	struct fake *fake = (struct fake *)base;
	const uint64_t one = 1;
	struct os_change *next = &fake->waiting.items[fake->waiting.count];
	if (!name || fake->waiting.count == OS_CHANGES_MAX)
		fake->waiting.lost = true;
	else if (text_copy(next->name, sizeof(next->name), name) && (next->what = what) != 0)
		fake->waiting.count++;
	else
		abort();
	if (write(base->fd, &one, sizeof(one)) != sizeof(one))
		abort();
}
