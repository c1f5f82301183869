/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * device: which disks are there, who are they, who uses them, and may this one be wiped?
 * Every rule that refuses is a pure function over what os_host answered, so each can be tested
 * with a captured folder. One function grants clearances: device_clear().
 */
#ifndef WIPE_DEVICE_H
#define WIPE_DEVICE_H

#include "wipe/base.h"
#include "wipe/os.h"

#define DEVICE_CLAIMS_MAX 64

/* The identity that must hold from clearance to first write (house rule 1). Strings went through
 * text_safe(); "" = the device does not tell. */
struct identity {
	char name[32]; /* kernel name, "sda"; compared within one boot only */
	char node[64]; /* "/dev/sda" */
	uint32_t major;
	uint32_t minor;
	uint64_t diskseq; /* 0 = unknown; compared within one boot only */
	char transport[16]; /* sata sas nvme usb virtio mmc scsi loop zram ram dm md … unknown */
	char model[128];
	char serial[128];
	char wwn[128]; /* WWN, NGUID or EUI-64, as the kernel prints it */
	char unit[64]; /* namespace id or LUN: units of one drive share its serial */
	char firmware[64];
	uint64_t size; /* bytes */
	uint32_t logical; /* bytes */
	uint32_t physical; /* bytes */
	char identify_sha256[HASH_SHA256_HEX]; /* of the raw identify data sysfs has, or "" */
};

enum device_media { DEVICE_MEDIA_UNKNOWN, DEVICE_MEDIA_HDD, DEVICE_MEDIA_SSD, DEVICE_MEDIA_VIRTUAL };

/* Why a device is in use or must not be touched. */
enum device_claim_kind {
	DEVICE_CLAIM_SYSTEM = 1, /* carries /, /boot, the ESP, or what runs now: refused always */
	DEVICE_CLAIM_STATE, /* carries certwipe's own state directory: refused always */
	DEVICE_CLAIM_MOUNT,
	DEVICE_CLAIM_SWAP,
	DEVICE_CLAIM_HOLDER, /* md, dm, LVM, dm-crypt, bcache …; an NVMe or SCSI target */
	DEVICE_CLAIM_BTRFS, /* member of a mounted btrfs */
	DEVICE_CLAIM_ZFS,
	DEVICE_CLAIM_LOOP, /* a loop device's backing store is this device or lies on it */
	DEVICE_CLAIM_OPENER, /* a process has it or a partition of it open */
	DEVICE_CLAIM_READONLY,
	DEVICE_CLAIM_EMPTY, /* no medium, size 0 */
	DEVICE_CLAIM_DUPLICATE, /* another disk claims the same identity */
	DEVICE_CLAIM_MULTIPATH, /* another path of the same unit is taken */
	DEVICE_CLAIM_EXCLUDED, /* --exclude */
	DEVICE_CLAIM_HOST_UNKNOWN, /* what decides could not be read at all */
};
struct device_claim {
	enum device_claim_kind kind;
	char text[200]; /* one line: who uses it, and what to do */
};

struct device {
	struct identity identity;
	char bus[16]; /* pci usb scsi virtual platform … */
	enum device_media media;
	bool virtual_disk; /* loop, zram, ram, dm, md: listed with --all only */
	bool removable;
	bool rotational_known;
	/* where each value came from: "sysfs", "udev", "vpd", or "" */
	char model_source[16];
	char serial_source[16];
	char wwn_source[16];
	char firmware_source[16];
	char sysfs[256]; /* "/sys/devices/…/block/sda" */
	unsigned partition_count;
	bool scan_incomplete; /* some process or namespace could not be looked into */
	char scan_note[200]; /* what could not */
	size_t claim_count;
	struct device_claim claims[DEVICE_CLAIMS_MAX];
	struct os_probe found; /* OS_PROBE_UNKNOWN until device_probe() */
};

/* All whole disks of the host, sorted by name. */
struct device_set {
	struct device *items;
	size_t count;
	struct { uint32_t major, minor; char name[32], disk[32]; } *partitions;
	size_t partition_count;
};

struct device_scan_options {
	const char *state_dir; /* certwipe's own, may be NULL */
	const char *const *excluded; /* NULL-terminated DEVICE words, may be NULL */
};
/* Enumerates and attaches every claim. *ret is the caller's (device_set_free). */
enum code device_scan(struct os_host *host, const struct device_scan_options *options,
    struct device_set *ret, struct err *err) WIPE_MUST_USE;
void device_set_free(struct device_set *set);

/*
 * DEVICE as people write it: a path (any link to a block device), serial:…, wwn:…. Exactly one disk
 * must match. CODE_MISSING; CODE_INPUT (not a block device; a partition, with the name of its disk);
 * CODE_REFUSED (ambiguous: the units are named). *ret is borrowed from the set.
 */
enum code device_find(struct os_host *host, const struct device_set *set, const char *word,
    const struct device **ret, struct err *err) WIPE_MUST_USE;

/* What the kernel's queue of a device takes. */
struct device_queue {
	uint32_t max_request; /* bytes in one request; 0 = unknown */
	bool zones_only; /* host-managed zones: they are written from their beginning, or not at all */
};
void device_queue(struct os_host *host, const struct device *device, struct device_queue *ret);

/* Runs the sandboxed signature probe over the disk and its partitions and stores the answer. */
void device_probe(struct os_host *host, struct device *device);

const char *device_claim_text(enum device_claim_kind kind); /* "mounted", "swap", … */
const char *device_media_text(enum device_media media);
/* A person's one-line name: "Samsung SSD 870, serial S5…, 1.0 TB (/dev/sda)". Returns out. */
const char *device_label(const struct identity *identity, char *out, size_t size);
/* What the operator must type: the serial, or the kernel name where there is none. */
const char *device_confirm_word(const struct identity *identity);

enum device_match {
	DEVICE_OTHER,
	DEVICE_UNSURE, /* neither has a serial number or WWN: only size and content could tell */
	DEVICE_SAME,
};
/*
 * Is the disk that is `now` the one that was `then`, perhaps under another name and in another boot? What
 * the drive says of itself decides. Pure.
 */
enum device_match device_match(const struct identity *now, const struct identity *then);

/* ---- places: where a disk sits ------------------------------------------------------------------ */

#define DEVICE_PATH  160 /* of by-path names, and of patterns for them */
#define DEVICE_LABEL 16

enum device_light { DEVICE_LIGHT_NONE, DEVICE_LIGHT_OFF, DEVICE_LIGHT_ON };
/* "" = does not apply, or nothing tells. Strings went through text_safe(). */
struct device_place {
	char path[DEVICE_PATH]; /* as udev names it (ID_PATH): "pci-0000:00:1f.2-ata-1.0" */
	char pci[16]; /* the PCI device nearest to the disk, "0000:00:1f.2" */
	char scsi[32]; /* host:channel:id:lun, "0:0:3:0" */
	char enclosure[32]; /* the enclosure's own SCSI address, as the kernel names it, "0:0:8:0" */
	char enclosure_id[40]; /* its logical identifier, "0x5000c500a1b2c3d4" */
	char component[64]; /* what the enclosure calls the slot, "Slot 03" */
	bool slot_known;
	uint32_t slot; /* the number the enclosure gives it */
	enum device_light light; /* the locate LED; os_locate_set() switches it */
	char bay[DEVICE_LABEL]; /* the site's word for the place: see device_bays_label() */
	char note[120]; /* why there is no bay though the site's file has lines for it, or "" */
};
/*
 * Asks sysfs (not the disk; the enclosure for its light: may block as long as that takes). Never fails:
 * what cannot be told is "". Without udevd the path is worked out by the same rules. No bay yet.
 */
void device_place_find(struct os_host *host, const struct device *device, struct device_place *ret);

/* One [bay N] of certwipe-bays(5): a place, or the slots of an enclosure. */
struct device_bay {
	unsigned line;
	uint64_t number; /* N: the order in which people look at them */
	char label[DEVICE_LABEL]; /* a run of # stands for the slot's number */
	/* Each "" = not asked for; all that are given must match. */
	char path[DEVICE_PATH]; /* may hold * and ? */
	char enclosure[40]; /* name or logical identifier; may hold * and ? */
	char pci[16];
	char scsi[32]; /* host:channel:id */
	bool slots; /* slot_first to slot_last are asked for */
	uint32_t slot_first;
	uint32_t slot_last;
};
struct device_bays {
	struct device_bay *items; /* by number; owned, device_bays_free() */
	size_t count;
};
/* CODE_INPUT "source:line: …" names every fault's first. Pure. */
enum code device_bays_parse(const void *data, size_t len, const char *source,
    struct device_bays *ret, struct err *err) WIPE_MUST_USE;
/* The file of a site; one that is missing is a map without bays. */
enum code device_bays_read(struct os_files *files, const char *path, struct device_bays *ret,
    struct err *err) WIPE_MUST_USE;
void device_bays_free(struct device_bays *bays);
/* Does all of text fit the pattern? * stands for any characters or none, ? for one. Pure. */
bool device_bays_match(const char *pattern, const char *text);
/*
 * Fills bay and note. A place that two different labels claim has neither: better none than the wrong
 * one. Returns the entry's index in bays, or SIZE_MAX. Pure.
 */
size_t device_bays_label(const struct device_bays *bays, struct device_place *place);

/* ---- clearance: the permission to write, granted in one place --------------------------------- */

struct clearance {
	struct device device; /* as it was when cleared */
	bool granted; /* set by device_clear() alone */
};
/* CODE_REFUSED with the first claim's line (and how many more) unless the device is free. */
enum code device_clear(const struct device *device, struct clearance *ret, struct err *err)
    WIPE_MUST_USE;
/* The open descriptor is still the very device that was scanned. CODE_GONE says what differs. */
enum code device_confirm_identity(const struct identity *identity,
    const struct os_geometry *geometry, struct err *err) WIPE_MUST_USE;
/* That, of a device that was cleared and has not become read-only. */
enum code device_confirm(const struct clearance *clearance, const struct os_geometry *geometry,
    struct err *err) WIPE_MUST_USE;
/*
 * Looks again, after the claim: is the disk of this number still the one that was cleared, by what it
 * says of itself (house rule 1), and has nobody begun to use it since? O_EXCL does not stop a loop
 * device. Openers are left to device_openers(). CODE_GONE says what differs, CODE_REFUSED who uses it.
 */
enum code device_recheck(struct os_host *host, const struct clearance *clearance, struct err *err)
    WIPE_MUST_USE;
/*
 * After the claim: who else has this disk open (besides process `self`)? CODE_REFUSED names
 * them; *ret_incomplete says that some processes could not be looked into.
 */
enum code device_openers(struct os_host *host, const struct clearance *clearance, uint32_t self,
    bool *ret_incomplete, struct err *err) WIPE_MUST_USE;

/* ---- health: what the drive says of itself ------------------------------------------------------- */

enum device_health_verdict { DEVICE_HEALTH_UNKNOWN, DEVICE_HEALTH_GOOD, DEVICE_HEALTH_FAILING };

#define DEVICE_HEALTH_NO_TEMPERATURE INT32_MIN
#define DEVICE_HEALTH_NO_COUNT	     UINT64_MAX
/* The drive's own words, checked for form and sense, but not for truth: nobody can. */
struct device_health {
	bool known; /* it answered something that can be believed */
	enum device_health_verdict verdict;
	int32_t temperature_c; /* degrees Celsius, or NO_TEMPERATURE */
	int32_t limit_c; /* what it calls too warm itself, or NO_TEMPERATURE */
	/* Each NO_COUNT where it does not tell. */
	uint64_t reallocated; /* ATA attribute 5 (sectors), SCSI grown defects (blocks) */
	uint64_t pending; /* ATA attribute 197: sectors that could not be read, and wait for a write */
	uint64_t errors; /* ATA attribute 198, NVMe media and data integrity errors */
	uint64_t percent_used; /* of its rated endurance; may be above 100 */
	uint64_t spare_percent; /* of the spare blocks, what is left */
	uint64_t written; /* bytes over its life, as NVMe counts them: in units of 512,000 */
	char text[200]; /* one line of printable ASCII: what it said, or "unknown: why" */
};
enum device_health_scope {
	DEVICE_HEALTH_ALL = 1,
	DEVICE_HEALTH_TEMPERATURE, /* one command where that is enough; other values may be absent */
};

/*
 * A process that asks one drive (house.md, "pass"): a drive may take minutes to answer, or hang in the
 * kernel, and what it answers is parsed where it can do no harm. It has the disk open, read-only:
 * start it after device_openers() was asked, or end it before.
 */
struct device_health_reader;
/* Returns at once; the disk is opened by the process. CODE_MEMORY, CODE_IO. */
enum code device_health_start(const struct device *device, struct device_health_reader **ret,
    struct err *err) WIPE_MUST_USE;
/* Readable when there is something to take. Stays the reader's. -1: no such disk is asked (a virtual one,
 * a removable one), and what was asked can be taken at once. */
int device_health_fd(const struct device_health_reader *reader);
/* Asks for one reading. Never blocks. CODE_BUSY: the one before has not been answered. */
enum code device_health_ask(struct device_health_reader *reader, enum device_health_scope scope,
    struct err *err) WIPE_MUST_USE;
/* CODE_OK and *ret, also when all of it is unknown. CODE_BUSY: not yet. CODE_GONE: the process ended. */
enum code device_health_take(struct device_health_reader *reader, struct device_health *ret,
    struct err *err) WIPE_MUST_USE;
/* Ends the process. One that hangs in the kernel is left to end there; waits 100 ms at most. NULL is
 * fine. */
void device_health_end(struct device_health_reader *reader);

/* All of it at once, for a caller that may wait: one reading, within timeout_ms. Never fails: a drive
 * that does not answer is unknown, and why. */
void device_health_read(const struct device *device, int timeout_ms, struct device_health *ret);

/* Unknown in every field, with the reason: "unknown: WHY". */
void device_health_unknown(struct device_health *ret, const char *format, ...) WIPE_PRINTF(2, 3);
const char *device_health_verdict_text(enum device_health_verdict verdict); /* "good", … */
/* From how many degrees on is this disk too warm to go on? What was configured (0: nothing was), else
 * what the drive calls too warm, else 70 for an SSD and 60 for all others. Pure. */
int32_t device_health_limit(const struct device *device, const struct device_health *health,
    uint32_t configured_c);

/* ---- scout: which disks are there, for somebody who must not wait ---------------------------------- */

enum device_look {
	DEVICE_LOOK_NONE, /* nobody looked at what is on it: it is in use, or its turn has not come */
	DEVICE_LOOK_RUNNING,
	DEVICE_LOOK_DONE, /* device.found and health say what came out, as of then */
};
/* One disk as it was when the list was made. A value without pointers. */
struct device_sight {
	struct device device; /* with its claims; found is OS_PROBE_UNKNOWN until it was looked at */
	struct device_place place; /* the light as it was when the disk came */
	enum device_look look;
	struct device_health health;
	uint64_t written; /* bytes written or discarded in this boot when it was looked at; UINT64_MAX: the
			   * kernel does not tell */
};
struct device_sights {
	struct device_sight *items; /* sorted by name */
	size_t count;
	uint64_t boot_ns; /* when it was made (os_clock); 0 = there is none yet */
};

struct device_scout_options {
	const char *state_dir; /* these as in struct device_scan_options */
	const char *const *excluded;
	const struct device_bays *bays; /* may be NULL */
	struct os_clock *clock;
};
/*
 * A process that looks at the machine, with one more for each free disk whose content is looked at: what
 * hangs in the kernel is one of those, never the caller, who opens and reads nothing. A disk is looked at
 * once, and again when it was written to. What the options point to stays the caller's, for as long as the
 * scout lives. None of these functions blocks, but for rest and end: 100 ms at most.
 */
struct device_scout;
enum code device_scout_start(const struct device_scout_options *options, struct device_scout **ret,
    struct err *err) WIPE_MUST_USE;
/* Readable when there is something to take; -1: nothing is under way. Ask for it before each wait: another
 * process has another one. */
int device_scout_fd(const struct device_scout *scout);
/*
 * Asks for a new list: when os_monitor tells of a change, and every few seconds besides, because a mount
 * tells nobody. Asking again before the answer is fine: what came after is then looked at once more. Starts
 * the process where there is none, and gives up on one that has not answered for long. CODE_MEMORY and
 * CODE_IO: it could not be started; CODE_BUSY: several hang already, no more are started.
 */
enum code device_scout_ask(struct device_scout *scout, struct err *err) WIPE_MUST_USE;
/*
 * CODE_OK: the list is new, or more is known of a disk in it. CODE_BUSY: nothing new. Anything else says why
 * the list stays as it was, in one line; go on asking.
 */
enum code device_scout_take(struct device_scout *scout, struct err *err) WIPE_MUST_USE;
/* The last whole list; borrowed until the next take. */
const struct device_sights *device_scout_list(const struct device_scout *scout);
/* Since when (os_clock, boot_ns) a question waits for its answer; 0 = none does. */
uint64_t device_scout_waiting_since_ns(const struct device_scout *scout);
/*
 * Ends its processes; the list stays, and the next ask starts anew. A disk that is being looked at is open
 * in a process, and a job would be refused it. One that was looked at is left alone from then on, so a job
 * is best given such a one; for any other, rest first (what was RUNNING may need a moment to let go), and
 * ask again when the job has claimed it.
 */
void device_scout_rest(struct device_scout *scout);
void device_scout_end(struct device_scout *scout); /* NULL is fine */

#endif
