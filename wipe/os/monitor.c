/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * monitor: how does the kernel tell that a disk came or went? By uevents over netlink, which libudev
 * reads and whose sender it checks (root, or the kernel itself). Where udevd runs its word is waited
 * for: before that, nodes and properties may not be there yet.
 */
#include "monitor.h"

#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UDEVD_CONTROL "/run/udev/control" /* udevd's socket: it is there while it runs */
#define ROOM_BYTES    (1 << 20) /* a shelf of disks that comes at once */
#define POLL_MS	      1000

struct netlink {
	struct os_monitor base;
	struct udev *udev;
	struct udev_monitor *monitor;
};

void monitor_note(struct os_changes *changes, const char *name, unsigned what)
{
	struct os_change *item = changes->items;
	struct os_change *end = item + changes->count;
	while (item < end && strcmp(item->name, name) != 0)
		item++;
	if (item == end) {
		struct os_change fresh = { .name = "" };
		if (changes->count == OS_CHANGES_MAX ||
		    !text_copy(fresh.name, sizeof(fresh.name), name)) {
			changes->lost = true;
			return;
		}
		*item = fresh;
		changes->count++;
	}
	item->what |= what;
}

static void note_event(struct os_changes *changes, struct udev_device *device)
{
	const char *name = udev_device_get_sysname(device);
	const char *action = udev_device_get_action(device);
	if (!name || !action)
		return;
	if (strcmp(action, "add") == 0)
		monitor_note(changes, name, OS_CHANGE_ADDED);
	else if (strcmp(action, "remove") == 0)
		monitor_note(changes, name, OS_CHANGE_REMOVED);
	else
		monitor_note(changes, name, OS_CHANGE_OTHER); /* change, move, bind … */
}

static enum code netlink_take(struct os_monitor *base, struct os_changes *ret, struct err *err)
{
	struct netlink *self = (struct netlink *)base;
	struct os_changes changes = { .lost = false };
	for (;;) {
		errno = 0;
		struct udev_device *device = udev_monitor_receive_device(self->monitor);
		if (device) {
			note_event(&changes, device);
			udev_device_unref(device);
		} else if (errno == ENOBUFS) {
			changes.lost = true; /* said once; what came after it follows */
		} else if (errno != EINTR) {
			break;
		}
	}
	if (errno != 0 && errno != EAGAIN && !changes.count && !changes.lost)
		return err_set_errno(err, CODE_IO, errno, "the kernel's events cannot be read");
	if (!changes.count && !changes.lost)
		return err_set(err, CODE_BUSY, "no disk came or went");
	*ret = changes;
	return CODE_OK;
}

static void netlink_free(struct os_monitor *base)
{
	struct netlink *self = (struct netlink *)base;
	if (self->monitor)
		udev_monitor_unref(self->monitor);
	if (self->udev)
		udev_unref(self->udev);
	free(self);
}

static bool connect_to(struct netlink *self, const char *source)
{
	self->udev = udev_new();
	self->monitor = self->udev ? udev_monitor_new_from_netlink(self->udev, source) : NULL;
	if (!self->monitor)
		return false;
	/* Takes CAP_NET_ADMIN; without it events are lost sooner, and that is told. */
	(void)udev_monitor_set_receive_buffer_size(self->monitor, ROOM_BYTES);
	return udev_monitor_filter_add_match_subsystem_devtype(self->monitor, "block", "disk") >= 0 &&
	    udev_monitor_enable_receiving(self->monitor) >= 0;
}

enum code monitor_open_netlink(const char *source, struct os_monitor **ret, struct err *err)
{
	static const struct os_monitor_ops ops = { .take = netlink_take, .free = netlink_free };
	struct netlink *self = calloc(1, sizeof(*self));
	if (!self)
		return err_memory(err);
	self->base = (struct os_monitor){ .ops = &ops, .fd = -1, .method = source };
	if (connect_to(self, source))
		self->base.fd = udev_monitor_get_fd(self->monitor);
	if (self->base.fd < 0) {
		netlink_free(&self->base);
		return err_set(err, CODE_UNSUPPORTED, "the %s tells no events here", source);
	}
	*ret = &self->base;
	return CODE_OK;
}

enum code os_monitor_open(struct os_monitor **ret, struct err *err)
{
	/* Without udevd nobody would ever speak on its group. */
	if (access(UDEVD_CONTROL, F_OK) == 0 && monitor_open_netlink("udev", ret, err) == CODE_OK)
		return CODE_OK;
	if (monitor_open_netlink("kernel", ret, err) == CODE_OK)
		return CODE_OK;
	return monitor_open_polling("/sys/block", POLL_MS, ret, err);
}

void os_monitor_free(struct os_monitor *monitor)
{
	if (monitor)
		monitor->ops->free(monitor);
}
