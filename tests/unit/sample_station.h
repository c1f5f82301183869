/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample_station: a shelf on a busy afternoon, as the feed would tell it: records, nothing else. */
#ifndef TESTS_SAMPLE_STATION_H
#define TESTS_SAMPLE_STATION_H

#include "wipe/tui.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE_NOW  INT64_C(1795531200) /* 2026-11-24 14:40:00 UTC */
#define SAMPLE_BOOT (SAMPLE_NOW - 86400)
#define SAMPLE_MAX  80

struct sample_station {
	struct tui_disk disks[SAMPLE_MAX];
	size_t disk_count;
	struct app_view jobs[SAMPLE_MAX];
	size_t job_count;
	struct tui_certificate certificates[SAMPLE_MAX];
	size_t certificate_count;
};

static const struct tui_procedure sample_procedures[] = {
	{ "multipass", "Several passes: random, its complement, zeros; every pass verified" },
	{ "nist-r1-clear", "NIST SP 800-88 Rev. 1, Clear: one pass of zeros" },
	{ "navso-rll", "NAVSO P-5239-26 for RLL coded disks" },
};

static const char sample_plan[] =
    "The disk is overwritten 3 times: random bytes, their complement, zeros.\n"
    "After each pass all of it is read back and compared.\n"
    "6.0 TB will be written and 6.0 TB read, in about 7 h 20 min at 450 MB/s.\n"
    "What it proves: every sector the drive shows held what was written. Sectors the drive has taken "
    "out of use itself cannot be reached.\n";

static const char sample_certificate_text[] =
    "C E R T I F I C A T E   O F   E R A S U R E\n"
    "\n"
    "Disk        WDC WD40EFRX-68N32N0, serial WD-WCC7K0SERIAL\n"
    "Capacity    4,000,787,030,016 bytes\n"
    "Procedure   multipass: random, complement, zeros; every pass verified\n"
    "Order       2026-1187, Beispiel & Söhne KG\n"
    "\n"
    "Every byte that the disk shows was overwritten three times and read back after each pass without "
    "a difference.\n";

static inline struct tui_disk *sample_disk(struct sample_station *station, const char *bay,
    const char *model, const char *serial, uint64_t gigabytes, enum device_media media)
{
	struct tui_disk *disk = &station->disks[station->disk_count++];
	struct identity *identity = &disk->device.identity;
	unsigned number = (unsigned)station->disk_count;
	*disk = (struct tui_disk){ .can_locate = true };
	snprintf(disk->bay, sizeof(disk->bay), "%s", bay);
	snprintf(disk->by_path, sizeof(disk->by_path), "pci-0000:3b:00.0-sas-phy%u-lun-0", number);
	snprintf(identity->name, sizeof(identity->name), "sd%c", 'a' + (int)number % 26);
	snprintf(identity->node, sizeof(identity->node), "/dev/sd%c", 'a' + (int)number % 26);
	snprintf(identity->model, sizeof(identity->model), "%s", model);
	snprintf(identity->serial, sizeof(identity->serial), "%s", serial);
	snprintf(identity->transport, sizeof(identity->transport), "%s", "sata");
	snprintf(identity->firmware, sizeof(identity->firmware), "%s", "SVT02B6Q");
	snprintf(identity->wwn, sizeof(identity->wwn), "0x5002538f%08x", 0x41320000 + number);
	identity->diskseq = 100 + number;
	identity->size = gigabytes * UINT64_C(1000000000) / 4096 * 4096;
	identity->logical = 512;
	identity->physical = 4096;
	disk->device.media = media;
	disk->device.found.result = OS_PROBE_DONE;
	disk->health = (struct device_health){ .known = true, .verdict = DEVICE_HEALTH_GOOD,
		.temperature_c = 31, .text = "good, 31 degrees C, nothing reallocated" };
	return disk;
}

static inline void sample_claim(struct tui_disk *disk, enum device_claim_kind kind, const char *text)
{
	struct device_claim *claim = &disk->device.claims[disk->device.claim_count++];
	claim->kind = kind;
	snprintf(claim->text, sizeof(claim->text), "%s", text);
}

/* How far, in percent of all steps; the map says the same. */
static inline struct app_view *sample_job(struct sample_station *station, const struct identity *identity,
    enum app_view_state state, unsigned percent)
{
	struct app_view *job = &station->jobs[station->job_count++];
	*job = (struct app_view){ .state = state, .identity = *identity, .step_count = 6, .pass_count = 3,
		.stepping = true, .temperature_c = 41, .wall_begun_s = SAMPLE_NOW - 7200,
		.wall_changed_s = SAMPLE_NOW - 600 };
	snprintf(job->id, sizeof(job->id), "01JDSAMP0E0000000000000%03u", (unsigned)station->job_count);
	snprintf(job->procedure, sizeof(job->procedure), "%s", "multipass");
	snprintf(job->operator_, sizeof(job->operator_), "%s", "anna@example.org");
	snprintf(job->client, sizeof(job->client), "%s", "Beispiel & Söhne KG");
	snprintf(job->reference, sizeof(job->reference), "%s", "2026-1187");
	job->whole = 6 * identity->size;
	job->whole_done = job->whole / 100 * percent;
	job->step = percent * 6 / 100 > 5 ? 5 : percent * 6 / 100;
	job->total = identity->size;
	job->done = job->whole_done - job->step * job->total;
	job->writing = job->step % 2 == 0;
	job->pass = job->step / 2 + 1;
	for (unsigned i = 0; i < APP_VIEW_MAP; i++)
		job->map[i] = i < job->done * APP_VIEW_MAP / job->total ? (job->writing ? 'w' : 'v')
		    : job->step				   ? 'p'
								   : '.';
	return job;
}

static inline struct app_view *sample_done(struct sample_station *station,
    const struct identity *identity, enum outcome outcome)
{
	struct app_view *job = sample_job(station, identity, APP_VIEW_DONE, 100);
	struct tui_certificate *item = &station->certificates[station->certificate_count++];
	job->outcome = outcome;
	job->issued = true;
	job->stepping = false;
	memset(job->map, outcome == OUTCOME_NOT_ERASED ? 'w' : 'v', APP_VIEW_MAP);
	snprintf(job->certificate, sizeof(job->certificate), "/var/lib/certwipe/certificates/%s.json",
	    job->id);
	*item = (struct tui_certificate){ .wall_issued_s = job->wall_changed_s, .outcome = outcome,
		.size = identity->size, .operator_signed = outcome == OUTCOME_ERASED };
	snprintf(item->id, sizeof(item->id), "%s", job->id);
	snprintf(item->model, sizeof(item->model), "%s", identity->model);
	snprintf(item->serial, sizeof(item->serial), "%s", identity->serial);
	snprintf(item->reference, sizeof(item->reference), "%s", job->reference);
	snprintf(item->path, sizeof(item->path), "%s", job->certificate);
	return job;
}

static inline void sample_shelf_a(struct sample_station *station)
{
	struct tui_disk *disk = sample_disk(station, "A1", "Samsung SSD 870 EVO 1TB", "S5STNF0R123456T",
	    1000, DEVICE_MEDIA_SSD);
	struct app_view *job = sample_job(station, &disk->device.identity, APP_VIEW_RUNNING, 40);
	job->rate = 512000000;
	disk = sample_disk(station, "A2", "WDC WD40EFRX-68N32N0", "WD-WCC7K4ZHX1PA", 4000,
	    DEVICE_MEDIA_HDD);
	job = sample_job(station, &disk->device.identity, APP_VIEW_RUNNING, 91);
	job->rate = 148000000;
	job->temperature_c = 38;
	disk = sample_disk(station, "A3", "ST4000NM0035-1V4107", "ZC1AB2CD", 4000, DEVICE_MEDIA_HDD);
	job = sample_done(station, &disk->device.identity, OUTCOME_NOT_ERASED);
	job->errors = 3;
	job->exception_count = 2;
	memcpy(job->map + 40, "xx", 2);
	snprintf(job->exceptions[0], APP_VIEW_EXCEPTION, "12582912 bytes could not be overwritten.");
	snprintf(job->exceptions[1], APP_VIEW_EXCEPTION,
	    "The content left on the disk was not verified: unreadable ranges.");
	disk = sample_disk(station, "A4", "INTEL SSDSC2BB480G7", "PHDV6520013X480BGN", 480,
	    DEVICE_MEDIA_SSD);
	job = sample_job(station, &disk->device.identity, APP_VIEW_RUNNING, 12);
	job->stalled = true;
	snprintf(job->line, sizeof(job->line), "the disk has not answered for 94 s");
}

static inline void sample_shelf_b(struct sample_station *station)
{
	struct tui_disk *disk = sample_disk(station, "B1", "WDC WD40EFRX-68N32N0", "WD-WCC7K0SERIAL", 4000,
	    DEVICE_MEDIA_HDD);
	sample_done(station, &disk->device.identity, OUTCOME_ERASED);
	disk = sample_disk(station, "B2", "HGST HUS726T6TALE6L4", "V8G0S3YR", 6001, DEVICE_MEDIA_HDD);
	struct app_view *job = sample_done(station, &disk->device.identity, OUTCOME_WITH_EXCEPTIONS);
	job->exception_count = 1;
	snprintf(job->exceptions[0], APP_VIEW_EXCEPTION, "Hidden areas: it is not known whether any are left.");
	disk = sample_disk(station, "B3", "TOSHIBA MG04ACA400N", "58O7K1LTFVLC", 4000, DEVICE_MEDIA_HDD);
	disk->device.found.count = 2;
	snprintf(disk->device.found.items[0].type, 32, "gpt");
	snprintf(disk->device.found.items[1].type, 32, "ext4");
	disk->device.partition_count = 1;
	disk = sample_disk(station, "B4", "Samsung SSD 970 PRO 512GB", "S463NF0M512345B", 512,
	    DEVICE_MEDIA_SSD);
	snprintf(disk->device.identity.transport, 16, "nvme");
	disk->health.verdict = DEVICE_HEALTH_FAILING;
	snprintf(disk->health.text, sizeof(disk->health.text), "failing: spare blocks below the threshold");
	disk = sample_disk(station, "", "USB DISK 3.0", "", 62, DEVICE_MEDIA_SSD);
	disk->can_locate = false;
	disk->device.identity.wwn[0] = 0;
	snprintf(disk->device.identity.transport, 16, "usb");
	disk = sample_disk(station, "B5", "KINGSTON SA400S37240G", "50026B7784D5A1C2", 240,
	    DEVICE_MEDIA_SSD);
	disk->wall_auto_s = SAMPLE_NOW + 25;
	snprintf(disk->auto_procedure, sizeof(disk->auto_procedure), "nist-r1-clear");
}

static inline void sample_shelf_c(struct sample_station *station)
{
	struct tui_disk *disk = sample_disk(station, "C1", "ST8000NM000A-2KE101", "WKD1XYZ9", 8001,
	    DEVICE_MEDIA_HDD);
	struct app_view *job = sample_job(station, &disk->device.identity, APP_VIEW_WAITS, 55);
	snprintf(job->line, sizeof(job->line), "stopped by anna@example.org");
	struct identity away = disk->device.identity;
	snprintf(away.serial, sizeof(away.serial), "%s", "WKD1ABC2");
	away.diskseq = 77;
	job = sample_job(station, &away, APP_VIEW_WAITS, 20);
	snprintf(job->line, sizeof(job->line), "the disk was pulled");
	disk = sample_disk(station, "C2", "CT1000MX500SSD1", "2012E295ABCD", 1000, DEVICE_MEDIA_SSD);
	job = sample_job(station, &disk->device.identity, APP_VIEW_REFUSED, 0);
	snprintf(job->line, sizeof(job->line), "somebody opened it between the check and the claim");
	disk = sample_disk(station, "M.2", "SAMSUNG MZVLB256HBHQ-000L7", "S4ELNX0M112233", 256,
	    DEVICE_MEDIA_SSD);
	sample_claim(disk, DEVICE_CLAIM_SYSTEM, "nvme0n1p2 carries / of this machine");
	sample_claim(disk, DEVICE_CLAIM_MOUNT, "nvme0n1p1 is mounted on /boot/efi");
	disk = sample_disk(station, "C3", "ST2000DM008-2FR102", "ZFL0ABCD", 2000, DEVICE_MEDIA_HDD);
	sample_claim(disk, DEVICE_CLAIM_MOUNT, "its partition 1 is mounted on /srv: umount /srv");
}

static inline void sample_station_start(struct sample_station *station)
{
	memset(station, 0, sizeof(*station));
	sample_shelf_a(station);
	sample_shelf_b(station);
	sample_shelf_c(station);
}

static inline struct tui_news sample_news(const struct sample_station *station)
{
	return (struct tui_news){ .link = TUI_LINK_ATTACHED, .wall_boot_s = SAMPLE_BOOT,
		.jobs = station->jobs, .job_count = station->job_count, .disks = station->disks,
		.disk_count = station->disk_count, .certificates = station->certificates,
		.certificate_count = station->certificate_count, .procedures = sample_procedures,
		.procedure_count = WIPE_COUNT(sample_procedures) };
}

#endif
