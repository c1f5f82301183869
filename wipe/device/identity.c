/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identity: who is this disk? The drive's own words in sysfs first, then the pages it gave the
 * kernel, then udev's database; each value says where it came from. No word of a drive is trusted
 * to be text.
 */
#include "facts.h"
#include "sysfs.h"
#include "transport.h"
#include "vpd.h"

#include <stdio.h>
#include <string.h>

/* One thing to know, and the places that may know it, tried in order until one does. */
struct answer {
	char *out;
	size_t size;
	char *source; /* 16 bytes, or NULL */
};

static bool answered(const struct answer *answer, const char *source)
{
	if (answer->source)
		text_copy(answer->source, 16, source);
	return true;
}

static bool from_sysfs(struct os_host *host, const struct answer *answer, const char *dir,
    const char *file)
{
	return sysfs_text(host, answer->out, answer->size, dir, file) && answered(answer, "sysfs");
}

static bool from_vpd(struct os_host *host, const struct answer *answer, const char *dir,
    const char *file, bool (*parse)(const struct buf *page, char *out, size_t size))
{
	BUF_AUTO page = { 0 };
	return sysfs_bytes(host, &page, dir, file) && parse(&page, answer->out, answer->size) &&
	    answered(answer, "vpd");
}

static bool from_udev(struct os_host *host, const struct answer *answer, const char *name,
    const char *key)
{
	BUF_AUTO value = { 0 };
	struct err err;
	if (host->ops->property(host, name, key, &value, &err) != CODE_OK || !value.len)
		return false;
	text_safe(answer->out, answer->size, value.data, value.len);
	return answer->out[0] && answered(answer, "udev");
}

/* SCSI calls every ATA disk's vendor "ATA": that is no part of its name. */
static bool scsi_model(struct os_host *host, const struct answer *answer, const char *dir)
{
	char vendor[64];
	char model[64];
	sysfs_text(host, vendor, sizeof(vendor), dir, "device/vendor");
	if (!sysfs_text(host, model, sizeof(model), dir, "device/model"))
		return false;
	bool plain = !vendor[0] || strcmp(vendor, "ATA") == 0;
	snprintf(answer->out, answer->size, "%s%s%s", plain ? "" : vendor, plain ? "" : " ", model);
	return answered(answer, "sysfs");
}

/* "…/host2/target2:0:0/2:0:0:5/block/sdc": the last number is the LUN. */
static void scsi_unit(const char *sysfs, char *out, size_t size)
{
	const char *end = strstr(sysfs, "/block/");
	const char *at = end;
	while (at && at > sysfs && at[-1] != ':' && at[-1] != '/')
		at--;
	if (at && at > sysfs && at[-1] == ':')
		snprintf(out, size, "%.*s", (int)(end - at), at);
}

static void identify_nvme(struct os_host *host, const char *dir, struct device *device)
{
	struct identity *id = &device->identity;
	struct answer model = { id->model, sizeof(id->model), device->model_source };
	struct answer serial = { id->serial, sizeof(id->serial), device->serial_source };
	struct answer wwn = { id->wwn, sizeof(id->wwn), device->wwn_source };
	struct answer firmware = { id->firmware, sizeof(id->firmware), device->firmware_source };
	(void)(from_sysfs(host, &model, dir, "device/model") ||
	    from_udev(host, &model, id->name, "ID_MODEL"));
	(void)(from_sysfs(host, &serial, dir, "device/serial") ||
	    from_udev(host, &serial, id->name, "ID_SERIAL_SHORT"));
	(void)(from_sysfs(host, &firmware, dir, "device/firmware_rev") ||
	    from_udev(host, &firmware, id->name, "ID_REVISION"));
	(void)(from_sysfs(host, &wwn, dir, "wwid") || from_sysfs(host, &wwn, dir, "nguid") ||
	    from_sysfs(host, &wwn, dir, "eui") || from_udev(host, &wwn, id->name, "ID_WWN"));
	sysfs_text(host, id->unit, sizeof(id->unit), dir, "nsid");
}

static void identify_scsi(struct os_host *host, const char *dir, struct device *device)
{
	struct identity *id = &device->identity;
	struct answer model = { id->model, sizeof(id->model), device->model_source };
	struct answer serial = { id->serial, sizeof(id->serial), device->serial_source };
	struct answer wwn = { id->wwn, sizeof(id->wwn), device->wwn_source };
	struct answer firmware = { id->firmware, sizeof(id->firmware), device->firmware_source };
	/* An ATA disk's own strings, where the kernel keeps them: SCSI's fields cut them. */
	(void)(from_vpd(host, &model, dir, "device/vpd_pg89", vpd_ata_model) ||
	    scsi_model(host, &model, dir) || from_udev(host, &model, id->name, "ID_MODEL"));
	(void)(from_vpd(host, &serial, dir, "device/vpd_pg89", vpd_ata_serial) ||
	    from_vpd(host, &serial, dir, "device/vpd_pg80", vpd_serial) ||
	    from_udev(host, &serial, id->name, "ID_SCSI_SERIAL") ||
	    from_udev(host, &serial, id->name, "ID_SERIAL_SHORT"));
	(void)(from_vpd(host, &firmware, dir, "device/vpd_pg89", vpd_ata_firmware) ||
	    from_sysfs(host, &firmware, dir, "device/rev") ||
	    from_udev(host, &firmware, id->name, "ID_REVISION"));
	(void)(from_sysfs(host, &wwn, dir, "device/wwid") ||
	    from_vpd(host, &wwn, dir, "device/vpd_pg83", vpd_name) ||
	    from_udev(host, &wwn, id->name, "ID_WWN_WITH_EXTENSION") ||
	    from_udev(host, &wwn, id->name, "ID_WWN"));
	scsi_unit(dir, id->unit, sizeof(id->unit));
}

static void identify_other(struct os_host *host, const char *dir, struct device *device)
{
	struct identity *id = &device->identity;
	struct answer model = { id->model, sizeof(id->model), device->model_source };
	struct answer serial = { id->serial, sizeof(id->serial), device->serial_source };
	struct answer firmware = { id->firmware, sizeof(id->firmware), device->firmware_source };
	if (strcmp(id->transport, "mmc") == 0) {
		(void)(from_sysfs(host, &model, dir, "device/name") ||
		    from_udev(host, &model, id->name, "ID_NAME"));
		(void)(from_sysfs(host, &serial, dir, "device/serial") ||
		    from_udev(host, &serial, id->name, "ID_SERIAL_SHORT"));
		(void)from_sysfs(host, &firmware, dir, "device/fwrev");
	} else {
		(void)(from_sysfs(host, &serial, dir, "serial") ||
		    from_udev(host, &serial, id->name, "ID_SERIAL_SHORT"));
		(void)from_udev(host, &model, id->name, "ID_MODEL");
	}
}

/*
 * In this order, as far as they exist. Page 89h is left out: its IDENTIFY data holds state (security
 * frozen, features switched on) that changes from one boot to the next.
 */
static void hash_identify(struct os_host *host, const char *dir, char out[HASH_SHA256_HEX])
{
	static const char *const files[] = { "device/inquiry", "device/vpd_pg80", "device/vpd_pg83",
		"device/model", "device/serial", "device/firmware_rev", "device/cid", "device/csd",
		"serial", "wwid", "uuid", "nguid", "eui", "nsid" };
	BUF_AUTO all = { 0 };
	for (size_t i = 0; i < WIPE_COUNT(files); i++)
		(void)sysfs_bytes(host, &all, dir, files[i]);
	out[0] = 0;
	if (all.len && !all.failed)
		hash_sha256_hex(all.data, all.len, out);
}

static void measure(struct os_host *host, const char *dir, struct device *device)
{
	struct identity *id = &device->identity;
	uint64_t value;
	/* The kernel counts in 512-byte sectors here, whatever the logical block size. */
	if (!sysfs_u64(host, &value, dir, "size") || __builtin_mul_overflow(value, 512u, &id->size))
		id->size = 0;
	if (sysfs_u64(host, &value, dir, "queue/logical_block_size") && value <= UINT32_MAX)
		id->logical = (uint32_t)value;
	if (sysfs_u64(host, &value, dir, "queue/physical_block_size") && value <= UINT32_MAX)
		id->physical = (uint32_t)value;
	if (!sysfs_u64(host, &id->diskseq, dir, "diskseq"))
		id->diskseq = 0;
	device->removable = sysfs_u64(host, &value, dir, "removable") && value != 0;
	if (id->size == 0)
		device_claim_add(device, DEVICE_CLAIM_EMPTY, "%s has no medium (size 0)", id->name);
	/* Unknown is not writable. */
	if (!sysfs_u64(host, &value, dir, "ro"))
		device_claim_add(device, DEVICE_CLAIM_HOST_UNKNOWN,
		    "whether %s is read-only cannot be told", id->name);
	else if (value != 0)
		device_claim_add(device, DEVICE_CLAIM_READONLY,
		    "%s is read-only; take the write protection off first", id->name);
}

void device_identify(struct os_host *host, const struct block *block, struct device *device)
{
	struct identity *id = &device->identity;
	text_safe(id->name, sizeof(id->name), block->name, strlen(block->name));
	snprintf(id->node, sizeof(id->node), "/dev/%s", id->name);
	/* sysfs writes a '/' of a device name (cciss/c0d0) as '!'. */
	for (char *c = id->node; *c; c++)
		*c = *c == '!' ? '/' : *c;
	text_copy(device->sysfs, sizeof(device->sysfs), block->sysfs);
	id->major = block->major;
	id->minor = block->minor;
	measure(host, block->sysfs, device);
	transport_classify(host, device);
	if (text_has_prefix(id->transport, "nvme"))
		identify_nvme(host, block->sysfs, device);
	else if (text_has_prefix(id->name, "sd") || text_has_prefix(id->name, "sr"))
		identify_scsi(host, block->sysfs, device);
	else
		identify_other(host, block->sysfs, device);
	transport_media(host, device);
	hash_identify(host, block->sysfs, id->identify_sha256);
}
