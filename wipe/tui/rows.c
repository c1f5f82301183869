/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rows: which job belongs to which disk, and what does that make of it? A job knows its disk by what the
 * drive says of itself. That a disk is erased is said only of one that was not out since: only the
 * kernel's disk sequence number, within this boot, can tell that.
 */
#include "rows.h"

#include "state.h"

#include <stdlib.h>
#include <string.h>

bool rows_same_key(const struct row_key *a, const struct row_key *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* What device_match() compares; where that says nothing, also where it sits. `again`: how many rows before
 * this one have the same (disks that claim to be each other). */
static struct row_key key_of(const struct identity *identity, unsigned again)
{
	BUF_AUTO text = { 0 };
	uint8_t hash[HASH_SHA256_BYTES];
	struct row_key key;
	buf_printf(&text, "%u\n%llu\n%u\n%s\n%s\n%s\n%s\n", again, (unsigned long long)identity->size,
	    identity->logical, identity->model, identity->serial, identity->wwn, identity->unit);
	if (!identity->serial[0] && !identity->wwn[0])
		buf_printf(&text, "%s\n%llu\n", identity->node, (unsigned long long)identity->diskseq);
	hash_sha256(text.data, text.len, hash);
	memcpy(key.bytes, hash, sizeof(key.bytes));
	return key;
}

static bool is_active(const struct app_view *job)
{
	return job->state == APP_VIEW_CLAIMING || job->state == APP_VIEW_RUNNING;
}

/* 0 = this is not the job's disk; more = the surer. */
static unsigned sureness(const struct identity *disk, const struct app_view *job)
{
	const struct identity *then = &job->identity;
	bool sequence = disk->diskseq && disk->diskseq == then->diskseq;
	switch (device_match(disk, then)) {
	case DEVICE_SAME:
		return sequence ? 3 : 2;
	case DEVICE_UNSURE: /* it has no name of its own: its place must speak for it */
		if (strcmp(disk->node, then->node) != 0)
			return 0;
		return sequence || (is_active(job) && !(disk->diskseq && then->diskseq)) ? 1 : 0;
	default:
		return 0;
	}
}

/* Has the disk been in its bay ever since this job? Unknown is no. */
static bool has_stayed(const struct tui_model *model, const struct identity *disk,
    const struct app_view *job)
{
	return disk->diskseq && disk->diskseq == job->identity.diskseq && model->wall_boot_s > 0 &&
	    job->wall_changed_s >= model->wall_boot_s;
}

/* Which of two jobs of one disk is shown: one that works, one that waits, then the latest. */
static unsigned weight(const struct app_view *job)
{
	return is_active(job) ? 2 : job->state == APP_VIEW_WAITS ? 1 : 0;
}

static bool goes_before(const struct app_view *a, const struct app_view *b)
{
	return weight(a) != weight(b) ? weight(a) > weight(b) : a->wall_changed_s > b->wall_changed_s;
}

static void give_job(const struct tui_model *model, struct row *row, int index)
{
	const struct app_view *job = &model->jobs[index];
	const struct identity *disk = &model->disks[row->disk].device.identity;
	int *place = &row->job;
	if (!is_active(job) && job->state != APP_VIEW_WAITS && !has_stayed(model, disk, job)) {
		if (job->state == APP_VIEW_REFUSED)
			return;
		place = &row->earlier;
	}
	if (*place < 0 || goes_before(job, &model->jobs[*place]))
		*place = index;
}

/* The disk this job belongs to, or -1. */
static int disk_of(const struct tui_model *model, const struct app_view *job)
{
	unsigned best = 0;
	int found = -1;
	for (size_t i = 0; i < model->disk_count; i++) {
		unsigned sure = sureness(&model->disks[i].device.identity, job);
		if (sure > best) {
			best = sure;
			found = (int)i;
		}
	}
	return found;
}

static bool has_row_without_disk(const struct app_view *job)
{
	/* What is over and has its certificate is in the archive; what was refused was not touched. */
	return is_active(job) || job->state == APP_VIEW_WAITS ||
	    (job->state == APP_VIEW_DONE && !job->issued);
}

static const char *bay_of(const struct tui_model *model, const struct row *row)
{
	return row->disk >= 0 ? model->disks[row->disk].bay : "";
}

/* qsort_r hands the model through as it came. */
static int compare_rows(const void *left, const void *right, void *self)
{
	const struct tui_model *model = self;
	const struct row *a = left, *b = right;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	const char *bay_a = bay_of(model, a), *bay_b = bay_of(model, b);
	if (!bay_a[0] != !bay_b[0])
		return bay_a[0] ? -1 : 1;
	int order = strverscmp(bay_a, bay_b);
	const struct identity *ia = model_identity(model, a), *ib = model_identity(model, b);
	if (order == 0)
		order = strcmp(ia->model, ib->model);
	if (order == 0)
		order = strcmp(ia->serial, ib->serial);
	return order ? order : memcmp(a->key.bytes, b->key.bytes, sizeof(a->key.bytes));
}

static void name_rows(const struct tui_model *model, struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct identity *identity = model_identity(model, &rows[i]);
		bool taken = true;
		for (unsigned again = 0; taken; again++) {
			rows[i].key = key_of(identity, again);
			taken = false;
			for (size_t j = 0; j < i && !taken; j++)
				taken = rows_same_key(&rows[i].key, &rows[j].key);
		}
		rows[i].state = state_of(model, &rows[i]);
		rows[i].group = state_group(rows[i].state);
	}
}

enum code rows_build(const struct tui_model *model, struct row **ret, size_t *ret_count,
    struct err *err)
{
	size_t count = model->disk_count;
	struct row *rows = calloc(model->disk_count + model->job_count + 1, sizeof(*rows));
	if (!rows)
		return err_memory(err);
	for (size_t i = 0; i < model->disk_count; i++)
		rows[i] = (struct row){ .disk = (int)i, .job = -1, .earlier = -1 };
	for (size_t i = 0; i < model->job_count; i++) {
		int disk = disk_of(model, &model->jobs[i]);
		if (disk >= 0)
			give_job(model, &rows[disk], (int)i);
		else if (has_row_without_disk(&model->jobs[i]))
			rows[count++] = (struct row){ .disk = -1, .job = (int)i, .earlier = -1 };
	}
	name_rows(model, rows, count);
	/* glibc hands the last argument back untouched; the model is not changed. */
	qsort_r(rows, count, sizeof(*rows), compare_rows, (void *)(uintptr_t)model);
	*ret = rows;
	*ret_count = count;
	return CODE_OK;
}

bool rows_match(const struct tui_model *model, const struct row *row, const char *filter)
{
	const struct identity *identity = model_identity(model, row);
	const struct app_view *job = model_job(model, row);
	const char *const texts[] = { bay_of(model, row), identity->model, identity->serial,
		identity->name, job ? job->reference : "", job ? job->client : "" };
	for (size_t i = 0; i < WIPE_COUNT(texts); i++) {
		if (!filter[0] || strcasestr(texts[i], filter))
			return true;
	}
	return false;
}
