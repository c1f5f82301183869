/* SPDX-License-Identifier: GPL-3.0-or-later */
/* examine: is this certificate whole and trusted, and does this disk still hold what it says? */
#include "app_private.h"

#include "wipe/engine.h"

#include <stdio.h>
#include <string.h>

#define RANGES_FILE_MAX (64u * 1024 * 1024) /* bytes: a million ranges and more */

/* Ranges that the document has no room for are part of it all the same: by hash. */
static void check_ranges(struct app *app, const char *path, struct app_check_report *report)
{
	const char *sha256 = certificate_ranges_sha256(report->certificate);
	char beside[APP_PATH], found[HASH_SHA256_HEX];
	size_t stem = strlen(path) - (text_has_suffix(path, ".json") ? strlen(".json") : 0);
	struct err err = { 0 };
	BUF_AUTO data = { 0 };
	if (!sha256[0])
		return;
	snprintf(beside, sizeof(beside), "%.*s.ranges", (int)stem, path);
	enum code code = os_files_read(app->files, beside, RANGES_FILE_MAX, &data, &err);
	if (code == CODE_OK && strcmp(hash_sha256_hex(data.data, data.len, found), sha256) != 0)
		err_set(&err, CODE_UNTRUSTED, "%s: is not the list of ranges that the certificate names", beside);
	text_copy(report->ranges_line, sizeof(report->ranges_line), err.line);
}

static enum code check_document(struct app *app, const struct app_check_request *request,
    struct app_check_report *report, struct err *err)
{
	BUF_AUTO data = { 0 };
	struct buf signatures[5] = { 0 };
	struct trust_signers *signers = NULL;
	enum code code = os_files_read(app->files, request->path, JSON_TEXT_MAX, &data, err);
	if (code == CODE_OK)
		code = certificate_parse(data.data, data.len, request->path, &report->certificate, err);
	for (int role = TRUST_STATION; code == CODE_OK && role <= TRUST_APPROVER; role++) {
		char path[APP_PATH];
		app_signature_path(request->path, (enum trust_role)role, path);
		code = os_files_read(app->files, path, TRUST_SIGNATURE_MAX, &signatures[role], err);
		if (code == CODE_MISSING)
			code = CODE_OK;
	}
	if (code == CODE_OK)
		code = app_signers_read(app, request->allowed_signers, &signers, err);
	if (code == CODE_OK) {
		report->judged_at_s = request->at_given ? request->at_s :
		    app->clock->ops->wall_s(app->clock);
		certificate_check_signatures(report->certificate, data.data, data.len, signatures, signers,
		    report->judged_at_s, &report->signatures);
		report->trusted = report->signatures.all_good;
		check_ranges(app, request->path, report);
	}
	trust_signers_free(signers);
	for (size_t i = 0; i < WIPE_COUNT(signatures); i++)
		buf_free(&signatures[i]);
	return code;
}

static void match_device(const struct identity *now, const struct identity *then,
    struct app_check_report *report)
{
	enum device_match match = device_match(now, then);
	report->device = match == DEVICE_SAME ? APP_DEVICE_SAME
	    : match == DEVICE_UNSURE ? APP_DEVICE_UNSURE : APP_DEVICE_OTHER;
	if (now->size != then->size || now->logical != then->logical)
		snprintf(report->device_line, sizeof(report->device_line),
		    "%s has %llu bytes in blocks of %u, the certificate speaks of %llu in blocks of %u",
		    now->node, (unsigned long long)now->size, now->logical,
		    (unsigned long long)then->size, then->logical);
	else if (match == DEVICE_OTHER)
		snprintf(report->device_line, sizeof(report->device_line),
		    "%s is %s, serial '%s', the certificate speaks of %s, serial '%s'", now->node,
		    now->model, now->serial, then->model, then->serial);
	else if (match == DEVICE_UNSURE)
		snprintf(report->device_line, sizeof(report->device_line),
		    "%s has no serial number: only its size and content speak for it", now->node);
	else
		snprintf(report->device_line, sizeof(report->device_line), "%s is the disk", now->node);
}

/* Sums up what differs, leaving out what the certificate itself says was not reached. */
struct comparison {
	const struct certificate *certificate;
	struct app_check_report *report;
};

static enum code on_event(void *self, const struct event *event, struct err *err)
{
	(void)err;
	struct comparison *comparison = self;
	if (event->kind == EVENT_MISMATCH || event->kind == EVENT_UNREADABLE)
		comparison->report->content_different += event->length -
		    certificate_range_overlap(comparison->certificate, event->offset, event->length);
	if (event->kind == EVENT_STEP_FINISHED)
		comparison->report->content_bytes = event->offset;
	return CODE_OK;
}

static bool never_stops(void *self)
{
	(void)self;
	return false;
}

static enum code compare(struct app *app, struct os_disk *disk, const struct identity *identity,
    bool full, struct app_check_report *report, struct err *err)
{
	struct content content;
	struct sampling sampling;
	uint8_t seed[CONTENT_SEED];
	if (!certificate_left_content(report->certificate, &content))
		return err_set(err, CODE_UNSUPPORTED,
		    "the certificate does not tell what was left on the disk: nothing to compare with");
	/* A fresh sample catches what the one of then could not; its size is the same. */
	bool sampled = certificate_left_sampling(report->certificate, &sampling, seed) && !full;
	content_random(seed, sizeof(seed));
	struct comparison comparison = { report->certificate, report };
	struct engine_context context = {
		.disk = disk,
		.clock = app->clock,
		.sink = { on_event, &comparison },
		.is_stopping = never_stops,
		.limits = &engine_limits_default,
	};
	struct engine_totals totals = { 0 };
	enum code code = app_kernel_choose(app, &context.kernel, report->keystream_line, err);
	if (code != CODE_OK)
		return code;
	report->content_asked = true;
	code = engine_verify(&content, identity->size, identity->logical, disk->slot_size,
	    sampled ? &sampling : NULL, seed, &context, &totals, err);
	report->content_same = code == CODE_OK && report->content_different == 0 &&
	    report->content_bytes > 0;
	return code;
}

/* Its I/O path, as a wipe of it would have it. */
static enum code open_disk(struct app *app, const struct device *device, int fd,
    struct os_disk **ret, struct err *err)
{
	struct device_queue queue;
	uint32_t block = 0;
	unsigned depth = 0;
	device_queue(app->host, device, &queue);
	plan_requests(device, &queue, &block, &depth);
	return os_disk_open(fd, depth, block, ret, err);
}

/* The name may lead to another disk than in the scan: the descriptor is asked from here on. */
static enum code open_scanned(const struct identity *identity, struct os_claim *ret,
    struct err *err)
{
	struct os_claim claim = { .fd = -1 };
	struct os_geometry geometry;
	enum code code = os_claim_open_readonly(identity->node, &claim, err);
	if (code == CODE_OK)
		code = os_claim_geometry(&claim, &geometry, err);
	if (code == CODE_OK)
		code = device_confirm_identity(identity, &geometry, err);
	if (code != CODE_OK) {
		os_claim_close(&claim);
		return code;
	}
	*ret = claim;
	return CODE_OK;
}

static enum code check_device(struct app *app, const struct app_check_request *request,
    struct app_check_report *report, struct err *err)
{
	struct device_set set = { 0 };
	const struct device *device = NULL;
	struct os_claim claim = { .fd = -1 };
	struct os_disk *disk = NULL;
	enum code code = app_scan(app, NULL, &set, err);
	if (code == CODE_OK)
		code = device_find(app->host, &set, request->device, &device, err);
	if (code == CODE_OK)
		match_device(&device->identity, certificate_identity(report->certificate), report);
	if (code == CODE_OK && report->device != APP_DEVICE_OTHER) {
		code = open_scanned(&device->identity, &claim, err);
		if (code == CODE_OK)
			code = open_disk(app, device, claim.fd, &disk, err);
		if (code == CODE_OK)
			code = compare(app, disk, &device->identity, request->full, report, err);
	}
	os_disk_free(disk);
	os_claim_close(&claim);
	device_set_free(&set);
	return code;
}

enum code app_check(struct app *app, const struct app_check_request *request,
    struct app_check_report *ret, struct err *err)
{
	struct app_check_report report = { 0 };
	enum code code = check_document(app, request, &report, err);
	if (code == CODE_OK && request->device)
		code = check_device(app, request, &report, err);
	if (code != CODE_OK) {
		app_check_free(&report);
		return code;
	}
	*ret = report;
	return CODE_OK;
}

void app_check_free(struct app_check_report *report)
{
	certificate_free(report->certificate);
	report->certificate = NULL;
}
