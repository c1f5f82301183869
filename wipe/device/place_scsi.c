/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * place_scsi: what does a SCSI unit add to the name of its port? The kernel numbers hosts as it finds
 * them, so the transport below is asked: the port of an ATA adapter, the phy of a SAS one.
 */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	unsigned host;
	unsigned channel;
	unsigned target;
	uint64_t lun;
};

bool place_numbers(const char *text, size_t len, uint64_t *ret, size_t count)
{
	char copy[64];
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	char *at = copy;
	for (size_t i = 0; i < count; i++) {
		size_t digits = strcspn(at, ":");
		if ((at[digits] == ':') != (i + 1 < count))
			return false;
		at[digits] = 0;
		if (!text_u64_parse(at, &ret[i]))
			return false;
		at += digits + 1;
	}
	return true;
}

static bool parse_unit(const char *name, struct unit *ret)
{
	uint64_t numbers[4];
	if (!place_numbers(name, strlen(name), numbers, 4) || numbers[0] > UINT32_MAX ||
	    numbers[1] > UINT32_MAX || numbers[2] > UINT32_MAX)
		return false;
	*ret = (struct unit){ (unsigned)numbers[0], (unsigned)numbers[1], (unsigned)numbers[2],
		numbers[3] };
	return true;
}

/* The next element up that begins with `prefix`; false and dir unchanged when there is none. */
static bool up_to(char dir[SYSFS_PATH], const char *prefix)
{
	char above[SYSFS_PATH];
	text_copy(above, sizeof(above), dir);
	while (place_up(above)) {
		const char *name = place_name(above);
		if (!text_has_prefix(name, prefix))
			continue;
		text_copy(dir, SYSFS_PATH, above);
		return true;
	}
	return false;
}

/* SAM's LUN in the form of /dev/disk/by-path. */
static void lun_text(uint64_t lun, char out[40])
{
	if (lun < 256)
		snprintf(out, 40, "lun-%llu", (unsigned long long)lun);
	else
		snprintf(out, 40, "lun-0x%04llx%04llx00000000", (unsigned long long)(lun & 0xffff),
		    (unsigned long long)(lun >> 16 & 0xffff));
}

static void add_ata(struct os_host *host, char dir[SYSFS_PATH], const struct unit *unit,
    struct place_path *path)
{
	char port[SYSFS_PATH];
	char number[16];
	char attributes[SYSFS_PATH];
	if (!up_to(dir, "host"))
		return;
	text_copy(port, sizeof(port), dir);
	path->failed |= !place_up(port);
	sysfs_path(attributes, "%s/ata_port/%s", port, place_name(port));
	if (!sysfs_text(host, number, sizeof(number), attributes, "port_no"))
		path->failed = true;
	/* Behind a port multiplier the channel counts; on two-drive cables the target does. */
	place_prepend(path, "ata-%s.%u%s", number, unit->channel ? unit->channel : unit->target,
	    unit->channel ? ".0" : "");
}

/* "…/port-0:1/end_device-0:1/target0:0:1/0:0:1:0" */
static void add_sas(struct os_host *host, char dir[SYSFS_PATH], const struct unit *unit,
    struct place_path *path)
{
	char at[SYSFS_PATH];
	char attributes[SYSFS_PATH];
	char phys[16];
	char phy[16];
	char address[40];
	char lun[40];
	lun_text(unit->lun, lun);
	text_copy(at, sizeof(at), dir);
	if (!up_to(at, "end_device-")) {
		path->failed = true;
		return;
	}
	path->has_parent = true;
	sysfs_path(attributes, "%s/sas_device/%s", at, place_name(at));
	bool has_phy = sysfs_text(host, phy, sizeof(phy), attributes, "phy_identifier");
	bool has_address = sysfs_text(host, address, sizeof(address), attributes, "sas_address");
	path->failed |= !place_up(at);
	sysfs_path(attributes, "%s/sas_port/%s", at, place_name(at));
	if (!sysfs_text(host, phys, sizeof(phys), attributes, "num_phys"))
		path->failed = true;
	if (strcmp(phys, "1") != 0) { /* a wide port: no one phy is the way */
		path->failed |= !has_address;
		place_prepend(path, "sas-%s-%s", address, lun);
		return;
	}
	path->failed |= !has_phy || !place_up(at);
	sysfs_path(attributes, "%s/sas_device/%s", at, place_name(at));
	if (sysfs_text(host, address, sizeof(address), attributes, "sas_address"))
		place_prepend(path, "sas-exp%s-phy%s-%s", address, phy, lun);
	else
		place_prepend(path, "sas-phy%s-%s", phy, lun);
}

/* "…/rport-2:0-1/target2:0:1/2:0:1:0" */
static void add_fibre(struct os_host *host, char dir[SYSFS_PATH], const struct unit *unit,
    struct place_path *path)
{
	char attributes[SYSFS_PATH];
	char at[SYSFS_PATH];
	char port[40];
	char lun[40];
	lun_text(unit->lun, lun);
	text_copy(at, sizeof(at), dir);
	path->has_parent = true;
	path->failed |= !up_to(at, "rport-");
	sysfs_path(attributes, "%s/fc_remote_ports/%s", at, place_name(at));
	path->failed |= !sysfs_text(host, port, sizeof(port), attributes, "port_name");
	place_prepend(path, "fc-%s-%s", port, lun);
}

/* Hosts are numbered over the whole machine: those of one adapter are counted from its first one. */
static bool first_host(struct os_host *host, const char *adapter, unsigned *ret)
{
	BUF_AUTO names = { 0 };
	struct err err;
	bool found = false;
	size_t pos = 0;
	if (host->ops->list(host, adapter, &names, &err) != CODE_OK)
		return false;
	for (const char *name; (name = sysfs_next_name(&names, &pos));) {
		uint64_t number;
		if (!text_has_prefix(name, "host") || !text_u64_parse(name + 4, &number) ||
		    number > UINT32_MAX || (found && number >= *ret))
			continue;
		*ret = (unsigned)number;
		found = true;
	}
	return found;
}

static void add_plain(struct os_host *host, char dir[SYSFS_PATH], const struct unit *unit,
    struct place_path *path)
{
	char adapter[SYSFS_PATH];
	unsigned first = 0;
	if (!up_to(dir, "host"))
		return;
	text_copy(adapter, sizeof(adapter), dir);
	path->failed |= !place_up(adapter) || !first_host(host, adapter, &first) || first > unit->host;
	place_prepend(path, "scsi-%u:%u:%u:%llu", unit->host - first, unit->channel, unit->target,
	    (unsigned long long)unit->lun);
}

void place_scsi(struct os_host *host, char dir[SYSFS_PATH], struct place_path *path)
{
	struct unit unit;
	if (!parse_unit(place_name(dir), &unit))
		return; /* a target or a host on the way: the unit below has spoken for it */
	path->has_transport = true;
	if (strstr(dir, "/rport-"))
		add_fibre(host, dir, &unit, path);
	else if (strstr(dir, "/end_device-"))
		add_sas(host, dir, &unit, path);
	else if (strstr(dir, "/session"))
		path->failed = true; /* iSCSI: a name in the network, no place here */
	else if (strstr(dir, "/ata"))
		add_ata(host, dir, &unit, path);
	else
		add_plain(host, dir, &unit, path);
}
