/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model: what is known now? News replace what was known before; what follows from it is worked out anew. */
#include "model.h"

#include "rows.h"
#include "start.h"

#include <stdlib.h>
#include <string.h>

void tui_model_start(struct tui_model *model, const char *site, const struct tui_order *defaults)
{
	*model = (struct tui_model){ .width = 80, .height = 24, .view_count = 1 };
	text_copy(model->site, sizeof(model->site), site);
	model->start.order = *defaults;
}

void tui_model_free(struct tui_model *model)
{
	free(model->disks);
	free(model->jobs);
	free(model->certificates);
	free(model->procedures);
	free(model->histories);
	free(model->rows);
	free(model->certificate_text);
	free(model->start.plan_text);
	*model = (struct tui_model){ 0 };
}

void tui_model_size(struct tui_model *model, unsigned width, unsigned height)
{
	model->width = width ? width : 1;
	model->height = height ? height : 1;
	model_settle(model);
}

/* A copy of an array; NULL for none. */
static enum code copy_of(const void *items, size_t count, size_t size, void **ret, struct err *err)
{
	void *copy = calloc(count ? count : 1, size);
	if (!copy)
		return err_memory(err);
	if (count)
		memcpy(copy, items, count * size);
	*ret = copy;
	return CODE_OK;
}

/* Those the filter lets through come first; both parts keep their order. */
static enum code part(const struct tui_model *model, struct row *rows, size_t count, size_t *ret_kept,
    struct err *err)
{
	struct row *back = calloc(count + 1, sizeof(*back));
	size_t kept = 0, hidden = 0;
	if (!back)
		return err_memory(err);
	for (size_t i = 0; i < count; i++) {
		if (rows_match(model, &rows[i], model->filter))
			rows[kept++] = rows[i];
		else
			back[hidden++] = rows[i];
	}
	memcpy(rows + kept, back, hidden * sizeof(*rows));
	free(back);
	*ret_kept = kept;
	return CODE_OK;
}

/* The rows as they follow from disks, jobs and filter. */
static enum code work_out(struct tui_model *model, struct err *err)
{
	struct row *rows = NULL;
	size_t count = 0, kept = 0;
	enum code code = rows_build(model, &rows, &count, err);
	if (code == CODE_OK)
		code = part(model, rows, count, &kept, err);
	if (code != CODE_OK) {
		free(rows);
		return code;
	}
	memset(model->group_counts, 0, sizeof(model->group_counts));
	for (size_t i = 0; i < count; i++)
		model->group_counts[rows[i].group]++;
	free(model->rows);
	model->rows = rows;
	model->row_count = kept;
	model->hidden = count - kept;
	model_settle(model);
	return CODE_OK;
}

enum code model_filter(struct tui_model *model, struct err *err)
{
	return work_out(model, err);
}

enum code tui_model_devices(struct tui_model *model, const struct tui_disk *disks, size_t count,
    struct err *err)
{
	void *copy = NULL;
	struct tui_disk *before = model->disks;
	size_t count_before = model->disk_count;
	enum code code = copy_of(disks, count, sizeof(*disks), &copy, err);
	if (code != CODE_OK)
		return code;
	model->disks = copy;
	model->disk_count = count;
	code = work_out(model, err);
	if (code != CODE_OK) { /* the rows that are there belong to what was there before */
		model->disks = before;
		model->disk_count = count_before;
		before = copy;
	}
	free(before);
	return code;
}

/* A history for every one of the new jobs; what is known of an old one goes on. */
static enum code new_histories(const struct tui_model *model, const struct app_view *jobs, size_t count,
    struct history **ret, struct err *err)
{
	struct history *histories = calloc(count + 1, sizeof(*histories));
	if (!histories)
		return err_memory(err);
	for (size_t i = 0; i < count; i++) {
		history_start(&histories[i], jobs[i].id);
		for (size_t j = 0; j < model->job_count; j++) {
			if (strcmp(model->histories[j].id, jobs[i].id) == 0)
				histories[i] = model->histories[j];
		}
	}
	*ret = histories;
	return CODE_OK;
}

enum code tui_model_jobs(struct tui_model *model, const struct app_view *jobs, size_t count,
    struct err *err)
{
	void *copy = NULL;
	struct history *histories = NULL;
	struct app_view *before = model->jobs;
	size_t count_before = model->job_count;
	enum code code = copy_of(jobs, count, sizeof(*jobs), &copy, err);
	if (code == CODE_OK)
		code = new_histories(model, jobs, count, &histories, err);
	if (code != CODE_OK) {
		free(copy);
		return code;
	}
	model->jobs = copy;
	model->job_count = count;
	code = work_out(model, err);
	if (code != CODE_OK) {
		model->jobs = before;
		model->job_count = count_before;
		free(copy);
		free(histories);
		return code;
	}
	free(before);
	free(model->histories);
	model->histories = histories;
	return CODE_OK;
}

enum code tui_model_certificates(struct tui_model *model, const struct tui_certificate *certificates,
    size_t count, struct err *err)
{
	void *copy = NULL;
	enum code code = copy_of(certificates, count, sizeof(*certificates), &copy, err);
	if (code != CODE_OK)
		return code;
	free(model->certificates);
	model->certificates = copy;
	model->certificate_count = count;
	model_settle(model);
	return CODE_OK;
}

enum code tui_model_procedures(struct tui_model *model, const struct tui_procedure *procedures,
    size_t count, struct err *err)
{
	void *copy = NULL;
	enum code code = copy_of(procedures, count, sizeof(*procedures), &copy, err);
	if (code != CODE_OK)
		return code;
	free(model->procedures);
	model->procedures = copy;
	model->procedure_count = count;
	return CODE_OK;
}

static enum code take_certificate(struct tui_model *model, const struct tui_news *news, struct err *err)
{
	if (!news->certificate_id || !news->certificate_text ||
	    strcmp(news->certificate_id, model->certificate_id) != 0)
		return CODE_OK;
	char *text = strdup(news->certificate_text);
	if (!text)
		return err_memory(err);
	free(model->certificate_text);
	model->certificate_text = text;
	return CODE_OK;
}

static void take_link(struct tui_model *model, const struct tui_news *news)
{
	if (news->link == TUI_LINK_LOST && model->link != TUI_LINK_LOST)
		model->wall_lost_s = model->wall_s;
	model->link = news->link;
	model->wall_boot_s = news->wall_boot_s;
}

enum code tui_model_news(struct tui_model *model, const struct tui_news *news, struct err *err)
{
	take_link(model, news);
	enum code code = tui_model_devices(model, news->disks, news->disk_count, err);
	if (code == CODE_OK)
		code = tui_model_jobs(model, news->jobs, news->job_count, err);
	if (code == CODE_OK)
		code = tui_model_certificates(model, news->certificates, news->certificate_count, err);
	if (code == CODE_OK)
		code = tui_model_procedures(model, news->procedures, news->procedure_count, err);
	if (code == CODE_OK)
		code = take_certificate(model, news, err);
	if (code == CODE_OK)
		code = start_take_plan(model, news, err);
	if (code == CODE_OK && news->notice && news->notice_number &&
	    news->notice_number != model->notice_number) {
		model->notice_number = news->notice_number;
		tui_model_say(model, news->notice_bad, news->notice);
	}
	model_settle(model);
	return code;
}

void tui_model_tick(struct tui_model *model, int64_t wall_s, int32_t zone_s)
{
	/* After a pause or a stepped clock nobody knows what the rate was meanwhile: one sample. */
	bool next = wall_s != model->wall_s;
	model->wall_s = wall_s;
	model->zone_s = zone_s;
	for (size_t i = 0; next && i < model->job_count; i++) {
		if (model->jobs[i].state == APP_VIEW_RUNNING && model->link == TUI_LINK_ATTACHED)
			history_add(&model->histories[i], model->jobs[i].rate);
	}
	if (model->notice[0] && (wall_s < model->wall_notice_s || wall_s > model->wall_notice_s + 20))
		model->notice[0] = 0;
}

void tui_model_say(struct tui_model *model, bool bad, const char *line)
{
	text_copy(model->notice, sizeof(model->notice), line);
	model->notice_bad = bad;
	model->wall_notice_s = model->wall_s;
}
