/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scout_look: what is on one disk, and how is it? A process of its own asks, because either answer may
 * take minutes or never come; it does so through the sandboxed probe and the confined health reader, and
 * opens nothing itself.
 */
#include "scout.h"
#include "sysfs.h"

#include <stdlib.h>
#include <string.h>

#define HEALTH_MS 10000
#define END_MS	  100

struct task {
	const struct scout_seams *seams;
	const struct device *device;
};

static int look_process(void *self, int fd)
{
	const struct task *task = self;
	struct device_sight *sight = calloc(1, sizeof(*sight));
	BUF_AUTO packet = { 0 };
	struct os_host *host = NULL;
	struct err err;
	if (fd > 2)
		os_process_quiet();
	if (!sight || task->seams->open_host(task->seams->self, &host, &err) != CODE_OK)
		return 1;
	sight->device = *task->device;
	device_probe(host, &sight->device);
	os_host_free(host);
	device_health_read(&sight->device, HEALTH_MS, &sight->health);
	scout_wire_pack_look(sight, &packet);
	free(sight);
	return buf_check(&packet, &err) == CODE_OK &&
		os_packet_send(fd, packet.data, packet.len, &err) == CODE_OK
	    ? 0
	    : 1;
}

enum code scout_look_start(const struct scout_seams *seams, const struct device *device,
    uint64_t end_ns, struct scout_look *ret, struct err *err)
{
	struct task task = { seams, device };
	struct scout_look look = { .end_ns = end_ns };
	enum code code = os_process_spawn(look_process, &task, &look.pid, &look.fd, err);
	if (code == CODE_OK)
		*ret = look;
	return code;
}

static void unknown(struct device_sight *sight, const char *why)
{
	sight->device.found = (struct os_probe){ .result = OS_PROBE_UNKNOWN };
	text_copy(sight->device.found.why, sizeof(sight->device.found.why), why);
	device_health_unknown(&sight->health, "%s", why);
}

enum code scout_look_take(struct scout_look *look, uint64_t now_ns, struct device_sight *sight)
{
	uint8_t *packet = malloc(SCOUT_PACKET_MAX);
	struct err err;
	size_t len = 0;
	enum code code = packet
	    ? os_packet_receive(look->fd, 0, packet, SCOUT_PACKET_MAX, &len, &err)
	    : CODE_MEMORY;
	if (code == CODE_BUSY && now_ns < look->end_ns) {
		free(packet);
		return CODE_BUSY;
	}
	struct device_sight *got = calloc(1, sizeof(*got));
	if (code == CODE_BUSY)
		unknown(sight, "the disk did not answer in time");
	else if (code != CODE_OK || !got)
		unknown(sight, "the process that looked at the disk was ended");
	else if (!scout_wire_unpack_look(packet, len, got))
		unknown(sight, "what came back is no answer, and is not believed");
	else {
		sight->device.found = got->device.found;
		sight->health = got->health;
	}
	sight->look = DEVICE_LOOK_DONE;
	free(got);
	free(packet);
	scout_look_end(look);
	return CODE_OK;
}

void scout_look_end(struct scout_look *look)
{
	struct err stuck;
	if (!look->pid)
		return;
	if (os_process_end(look->pid, END_MS, &stuck) != CODE_OK)
		/* It waits for a child of its own, or hangs; it ends with us at the latest. */
		(void)stuck;
	os_fd_close(look->fd);
	look->pid = 0;
	look->fd = -1;
}

/* Documentation/block/stat.rst: the 7th number counts sectors of 512 bytes written, the 14th discarded. */
uint64_t scout_written(struct os_host *host, const struct device *device)
{
	BUF_AUTO text = { 0 };
	uint64_t sectors = 0;
	unsigned field = 0;
	if (!sysfs_bytes(host, &text, device->sysfs, "stat") || !text.len)
		return UINT64_MAX;
	for (char *save = NULL, *word = strtok_r((char *)text.data, " \n", &save); word;
	     word = strtok_r(NULL, " \n", &save)) {
		uint64_t value;
		if (!text_u64_parse(word, &value))
			return UINT64_MAX;
		if (++field == 7 || field == 14)
			sectors += value;
	}
	return field < 7 || sectors > UINT64_MAX / 1024 ? UINT64_MAX : sectors * 512;
}
