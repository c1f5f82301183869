/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view_disk: everything that is known of one disk. How it stands and how it went comes first, then who it
 * is and what it holds; on a wide screen beside each other.
 */
#include "view.h"

#include "state.h"
#include "words.h"

#include <stdio.h>
#include <string.h>

#define TWO_COLUMNS 110 /* from this width on */

/* ---- the job --------------------------------------------------------------------------------------------------- */

/* The verdict in one line, as large as a line can be. */
static void put_verdict(const struct tui_model *model, struct sheet *sheet, const struct row *row)
{
	char text[300], line[340];
	const struct app_view *job = model_job(model, row);
	if (row->state == ROW_WRITING)
		snprintf(text, sizeof(text), _("writing, pass %u of %u"), job->pass, job->pass_count);
	else if (row->state == ROW_VERIFYING)
		snprintf(text, sizeof(text), _("verifying pass %u of %u"), job->pass, job->pass_count);
	else
		state_text(model, row, text, sizeof(text));
	snprintf(line, sizeof(line), "%s %s", state_shape(model, row->state), text);
	sheet_text(sheet, state_style(row->state), line);
	if (row->state == ROW_FAILED)
		sheet_text(sheet, CANVAS_BAD, _("What was on it may still be there. What remains:"));
	if (row->state == ROW_UNCERTIFIED)
		sheet_text(sheet, CANVAS_BAD,
		    _("Until its certificate is stored, this disk counts as not erased."));
	for (uint32_t i = 0; job && i < job->exception_count && i < APP_VIEW_EXCEPTIONS; i++) {
		snprintf(line, sizeof(line), "  - %s", job->exceptions[i]);
		sheet_text(sheet, CANVAS_WARNING, line);
	}
	if (job && job->line[0])
		sheet_text(sheet, CANVAS_WARNING, job->line);
	if (!job && row->earlier >= 0)
		sheet_text(sheet, CANVAS_WARNING, _("It was wiped before, but was out, or may have been, "
						    "since: nobody knows what is on it now."));
}

static void put_progress(struct sheet *sheet, const struct row *row, const struct app_view *job)
{
	char text[200], a[WORDS_NUMBER], b[WORDS_NUMBER], eta[UNITS_TEXT];
	unsigned y = 0;
	if (sheet_next(sheet, &y)) {
		unsigned room = sheet->width > 8 ? sheet->width - 7 : 0;
		view_bar(sheet->canvas, sheet->x, y, room, state_style(row->state), job->whole_done,
		    job->whole);
		canvas_right(sheet->canvas, sheet->x + room, y, 7, CANVAS_BOLD,
		    words_percent(job->whole_done, job->whole, text));
	}
	snprintf(text, sizeof(text), _("%s of %s, step %u of %u"), words_bytes(job->whole_done, a),
	    words_bytes(job->whole, b), job->step + 1, job->step_count);
	sheet_field(sheet, _("done"), CANVAS_NORMAL, text);
	sheet_field(sheet, _("speed"), CANVAS_NORMAL, job->rate ? words_rate(job->rate, a) : "–");
	uint64_t left = view_eta(job);
	sheet_field(sheet, _("time left"), CANVAS_NORMAL, left ? units_duration_format(left, eta)
							       : _("cannot be told"));
}

static void put_job_facts(const struct tui_model *model, struct sheet *sheet, const struct app_view *job)
{
	char text[200], time[WORDS_NUMBER];
	snprintf(text, sizeof(text), "%llu", (unsigned long long)job->errors);
	sheet_field(sheet, _("errors"), job->errors ? CANVAS_BAD : CANVAS_NORMAL, text);
	if (job->retried) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)job->retried);
		sheet_field(sheet, _("retried"), CANVAS_NORMAL, text);
	}
	if (job->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE) {
		snprintf(text, sizeof(text), "%d °C", job->temperature_c);
		sheet_field(sheet, _("temperature"), CANVAS_NORMAL, text);
	}
	sheet_field(sheet, _("procedure"), CANVAS_NORMAL, job->procedure);
	if (job->reference[0])
		sheet_field(sheet, _("order"), CANVAS_NORMAL, job->reference);
	if (job->client[0])
		sheet_field(sheet, _("client"), CANVAS_NORMAL, job->client);
	if (job->operator_[0])
		sheet_field(sheet, _("operator"), CANVAS_NORMAL, job->operator_);
	sheet_field(sheet, _("begun"), CANVAS_NORMAL,
	    words_time(job->wall_begun_s, model->zone_s, true, time));
	sheet_field(sheet, _("job"), CANVAS_NORMAL, job->id);
	if (job->state == APP_VIEW_DONE)
		sheet_field(sheet, _("certificate"), job->issued ? CANVAS_NORMAL : CANVAS_BAD,
		    job->issued ? job->certificate : _("none"));
}

static void put_job(const struct tui_model *model, struct sheet *sheet, const struct row *row)
{
	const struct app_view *job = model_job(model, row);
	put_verdict(model, sheet, row);
	if (!job)
		return;
	sheet_gap(sheet);
	if (job->state == APP_VIEW_RUNNING && job->stepping)
		put_progress(sheet, row, job);
	put_job_facts(model, sheet, job);
	if (job->map[0] && (job->state == APP_VIEW_RUNNING || job->state == APP_VIEW_WAITS ||
			       job->state == APP_VIEW_DONE)) {
		sheet_title(sheet, _("Map of the disk"));
		view_map(sheet, job->map);
	}
	if (model->histories[row->job].count >= 2) {
		sheet_title(sheet, _("Speed"));
		view_curve(sheet, &model->histories[row->job]);
	}
}

/* ---- the disk ---------------------------------------------------------------------------------------------------- */

static void put_if(struct sheet *sheet, const char *label, const char *text)
{
	if (text[0])
		sheet_field(sheet, label, CANVAS_NORMAL, text);
}

static void put_identity(struct sheet *sheet, const struct identity *identity,
    const struct tui_disk *disk)
{
	char text[200], bytes[WORDS_NUMBER];
	sheet_title(sheet, _("Disk"));
	if (disk) {
		put_if(sheet, _("bay"), disk->bay);
		put_if(sheet, _("path"), disk->by_path);
	} else
		sheet_field(sheet, _("bay"), CANVAS_WARNING, _("the disk is not here"));
	sheet_field(sheet, _("model"), CANVAS_NORMAL,
	    identity->model[0] ? identity->model : _("unknown model"));
	sheet_field(sheet, _("serial"), CANVAS_BOLD, identity->serial[0] ? identity->serial : _("(none)"));
	put_if(sheet, _("WWN"), identity->wwn);
	put_if(sheet, _("unit"), identity->unit);
	put_if(sheet, _("firmware"), identity->firmware);
	snprintf(text, sizeof(text), _("%s (%llu bytes), blocks of %u, physically %u bytes"),
	    words_bytes(identity->size, bytes), (unsigned long long)identity->size, identity->logical,
	    identity->physical);
	sheet_field(sheet, _("size"), CANVAS_NORMAL, text);
	snprintf(text, sizeof(text), "%s%s%s", identity->transport, disk ? ", " : "",
	    disk ? device_media_text(disk->device.media) : "");
	sheet_field(sheet, _("connected by"), CANVAS_NORMAL, text);
	/* The only place for the kernel's name: beside all that makes it unmistakable. */
	sheet_field(sheet, _("kernel name"), CANVAS_DIM, identity->node);
}

static const char *found_text(const struct os_probe *found, char *out, size_t size)
{
	size_t used = 0;
	if (found->result == OS_PROBE_UNKNOWN) {
		snprintf(out, size, _("not known: %s"), found->why[0] ? found->why : _("not looked yet"));
		return out;
	}
	text_copy(out, size, _("nothing known"));
	for (size_t i = 0; i < found->count && i < OS_SIGNATURES_MAX && used + 40 < size; i++) {
		int add = snprintf(out + used, size - used, "%s%.32s", i ? ", " : "", found->items[i].type);
		used += add > 0 ? (size_t)add : 0;
	}
	return out;
}

static void put_use(struct sheet *sheet, const struct tui_disk *disk)
{
	char text[480];
	const struct device *device = &disk->device;
	sheet_title(sheet, _("Health and use"));
	bool failing = disk->health.verdict == DEVICE_HEALTH_FAILING;
	sheet_field(sheet, _("health"), failing ? CANVAS_BAD : CANVAS_NORMAL,
	    disk->health.text[0] ? disk->health.text : _("not known"));
	sheet_field(sheet, _("found on it"), CANVAS_NORMAL,
	    found_text(&device->found, text, sizeof(text)));
	snprintf(text, sizeof(text), "%u", device->partition_count);
	sheet_field(sheet, _("partitions"), CANVAS_NORMAL, text);
	for (size_t i = 0; i < device->claim_count; i++) {
		snprintf(text, sizeof(text), "%s. %s", state_claim_text(device->claims[i].kind),
		    device->claims[i].text);
		sheet_field(sheet, i ? "" : _("not wiped"), CANVAS_WARNING, text);
	}
	if (device->claim_count == 0)
		sheet_field(sheet, _("used by"), CANVAS_GOOD, _("nobody"));
	if (device->scan_incomplete)
		sheet_field(sheet, "", CANVAS_WARNING, device->scan_note);
}

void view_disk(const struct tui_model *model, struct sheet *sheet)
{
	const struct row *row = model_row(model, &model->opened);
	if (!row) {
		sheet_text(sheet, CANVAS_DIM, _("It was pulled, and no job of it is under way."));
		return;
	}
	const struct tui_disk *disk = model_disk(model, row);
	struct sheet right = *sheet;
	bool two = sheet->width >= TWO_COLUMNS;
	if (two) {
		/* The map of a disk is a line there. */
		sheet->width = sheet->width < 2 * APP_VIEW_MAP + 4 ? APP_VIEW_MAP : sheet->width / 2 - 2;
		right.x += sheet->width + 4;
		right.width -= sheet->width + 4;
	}
	put_job(model, sheet, row);
	struct sheet *second = two ? &right : sheet;
	put_identity(second, model_identity(model, row), disk);
	if (disk)
		put_use(second, disk);
	if (two && right.line > sheet->line)
		sheet->line = right.line;
}
