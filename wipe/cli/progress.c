/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress: running disks, presented in three ways. */
#include "outlet.h"
#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_EVERY_NS (30 * UINT64_C(1000000000))
#define DRAW_EVERY_NS (200 * UINT64_C(1000000))

/* One disk as it is shown. */
struct row {
	const struct app_disk *disk;
	struct app_view view; /* the last one */
	uint64_t line_at_ns;
	bool ended;
};

struct progress {
	enum progress_mode mode;
	struct os_clock *clock;
	struct row *rows;
	size_t count;
	struct outlet outlet;
	size_t drawn; /* lines on the terminal */
	uint64_t drawn_at_ns;
};

enum code progress_new(enum progress_mode mode, struct os_clock *clock, struct progress **ret,
    struct err *err)
{
	struct progress *progress = calloc(1, sizeof(*progress));
	if (!progress)
		return err_memory(err);
	progress->mode = mode;
	progress->clock = clock;
	*ret = progress;
	return CODE_OK;
}

void progress_free(struct progress *progress)
{
	if (!progress)
		return;
	progress_finish(progress);
	free(progress->rows);
	free(progress);
}

static struct row *row_of(struct progress *progress, const struct app_disk *disk)
{
	for (size_t i = 0; i < progress->count; i++) {
		if (progress->rows[i].disk == disk)
			return &progress->rows[i];
	}
	struct row *rows = realloc(progress->rows, (progress->count + 1) * sizeof(*rows));
	if (!rows)
		return NULL;
	progress->rows = rows;
	rows[progress->count] = (struct row){ .disk = disk };
	return &rows[progress->count++];
}

static uint64_t permille(const struct app_view *view)
{
	return view->whole ? bytes_min(1000, bytes_mul_div(view->whole_done, 1000, view->whole)) : 0;
}

static void describe(const struct row *row, char *out, size_t size)
{
	const struct app_view *view = &row->view;
	char step[48], share[UNITS_TEXT], rate[UNITS_TEXT], eta[UNITS_TEXT] = "-";
	uint64_t gone = bytes_min(view->whole, view->whole_done);
	snprintf(step, sizeof(step), "%s %u of %u", view->writing ? "pass" : "verify", view->pass,
	    view->pass_count);
	if (view->paused)
		text_copy(eta, sizeof(eta), "too warm");
	else if (view->rate)
		units_duration_format((view->whole - gone) / view->rate, eta);
	snprintf(out, size, "%-12s %-14s %7s %11s  ETA %-12s errors %llu",
	    row->disk->plan.identity.node, step, units_permille_format(permille(view), share),
	    units_rate_format(view->rate, rate), eta, (unsigned long long)view->errors);
}

static void format_json(const struct row *row, const char *kind, struct buf *buf)
{
	struct json_writer writer;
	struct err err = { 0 };
	json_write_start(&writer, buf, true);
	json_write_object(&writer, NULL);
	json_write_string(&writer, "event", kind);
	json_write_string(&writer, "device", row->disk->plan.identity.node);
	json_write_string(&writer, "id", row->disk->plan.id);
	json_write_uint(&writer, "step", row->view.step + 1);
	json_write_uint(&writer, "steps", row->view.step_count);
	json_write_uint(&writer, "done", row->view.done);
	json_write_uint(&writer, "total", row->view.total);
	json_write_uint(&writer, "permille", permille(&row->view));
	json_write_uint(&writer, "bytes_per_second", row->view.rate);
	json_write_uint(&writer, "errors", row->view.errors);
	json_write_bool(&writer, "paused", row->view.paused);
	if (row->ended)
		json_write_string(&writer, "outcome", evidence_outcome_text(row->disk->outcome));
	json_write_close(&writer);
	if (json_write_end(&writer, &err) != CODE_OK)
		buf->len = 0;
}

/* Where a disk is, once in a while, may be missed; what happened may not. */
enum line_kind { LINE_PROGRESS, LINE_STEP, LINE_PAUSED, LINE_CONTINUED, LINE_ENDED };
static const char *const line_words[] = { "progress", "step", "paused", "continued", "ended" };

static void print_line(struct progress *progress, struct row *row, enum line_kind kind)
{
	BUF_AUTO line = { 0 };
	row->line_at_ns = progress->clock->ops->boot_ns(progress->clock);
	if (progress->mode == PROGRESS_JSON) {
		format_json(row, line_words[kind], &line);
	} else if (progress->mode == PROGRESS_LINES) {
		char text[200];
		describe(row, text, sizeof(text));
		buf_printf(&line, "%s\n", text);
	}
	if (line.failed || line.len == 0)
		return;
	if (kind == LINE_PROGRESS)
		outlet_try(&progress->outlet, (const char *)line.data, line.len);
	else
		outlet_keep(&progress->outlet, (const char *)line.data, line.len);
}

/* Takes the redrawn lines off the terminal again. */
static void erase_drawn(const struct progress *progress, struct buf *buf)
{
	for (size_t i = 0; i < progress->drawn; i++)
		buf_string(buf, "\033[A\033[2K");
}

static void hide(struct progress *progress)
{
	BUF_AUTO escapes = { 0 };
	erase_drawn(progress, &escapes);
	if (escapes.len > 0 && !escapes.failed)
		outlet_keep(&progress->outlet, (const char *)escapes.data, escapes.len);
	progress->drawn = 0;
}

void progress_say(struct progress *progress, const char *format, ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	hide(progress);
	outlet_say(&progress->outlet, "%s", line);
}

void progress_finish(struct progress *progress)
{
	hide(progress);
	outlet_finish(&progress->outlet);
}

static void draw(struct progress *progress)
{
	BUF_AUTO picture = { 0 };
	unsigned columns = os_terminal_columns(STDERR_FILENO);
	uint64_t rate = 0, running = 0, lines = 0;
	erase_drawn(progress, &picture);
	for (size_t i = 0; i < progress->count; i++) {
		const struct row *row = &progress->rows[i];
		if (row->ended || !row->view.stepping)
			continue;
		char line[200];
		describe(row, line, sizeof(line));
		buf_printf(&picture, "%.*s\n", (int)columns - 1, line);
		lines++;
		rate += row->view.rate;
		running++;
	}
	if (running > 1) {
		char text[UNITS_TEXT];
		buf_printf(&picture, "%llu disks running, %s in all\n", (unsigned long long)running,
		    units_rate_format(rate, text));
		lines++;
	}
	if (!picture.failed && picture.len > 0 &&
	    outlet_try(&progress->outlet, (const char *)picture.data, picture.len))
		progress->drawn = lines;
}

void progress_view(struct progress *progress, const struct app_disk *disk, const struct app_view *view)
{
	struct row *row = row_of(progress, disk);
	if (!row)
		return;
	bool entered = view->stepping && (!row->view.stepping || row->view.step != view->step);
	bool changed = view->paused != row->view.paused && view->state == APP_VIEW_RUNNING;
	row->view = *view;
	if (entered)
		print_line(progress, row, LINE_STEP);
	if (changed && progress->mode == PROGRESS_JSON)
		print_line(progress, row, view->paused ? LINE_PAUSED : LINE_CONTINUED);
}

void progress_ended(struct progress *progress, const struct app_disk *disk)
{
	struct row *row = row_of(progress, disk);
	if (!row)
		return;
	row->ended = true;
	if (progress->mode == PROGRESS_JSON)
		print_line(progress, row, LINE_ENDED);
}

void progress_tick(struct progress *progress)
{
	uint64_t now_ns = progress->clock->ops->boot_ns(progress->clock);
	outlet_tick(&progress->outlet);
	if (progress->mode == PROGRESS_TERMINAL && now_ns - progress->drawn_at_ns >= DRAW_EVERY_NS) {
		draw(progress);
		progress->drawn_at_ns = now_ns;
	}
	for (size_t i = 0; i < progress->count; i++) {
		struct row *row = &progress->rows[i];
		uint64_t every_ns = progress->mode == PROGRESS_JSON ? LINE_EVERY_NS / 30 : LINE_EVERY_NS;
		if (row->view.stepping && !row->ended && now_ns - row->line_at_ns >= every_ns)
			print_line(progress, row, LINE_PROGRESS);
	}
}
