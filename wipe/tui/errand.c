/* SPDX-License-Identifier: GPL-3.0-or-later */
/* errand: the process, and what it does there by the use cases of app. */
#include "errand.h"

#include "wipe/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_MS	100 /* for a process that is over to leave */
#define COLUMNS 76 /* of a certificate's text: what a small screen shows */

struct errand_run {
	struct app *app;
	const struct errand_task *task;
	int fd;
};

/* ---- saying ---------------------------------------------------------------------------------------------- */

/* That nobody listens any more ends nothing. */
static void say(const struct errand_run *run, char word, const void *data, size_t len)
{
	BUF_AUTO packet = { 0 };
	struct err ignored = { 0 };
	buf_u8(&packet, (uint8_t)word);
	buf_append(&packet, data, bytes_min(len, ERRAND_TEXT));
	if (!packet.failed && os_packet_send(run->fd, packet.data, packet.len, &ignored) != CODE_OK)
		ignored.code = CODE_OK;
}

static void say_line(const struct errand_run *run, char word, const char *line)
{
	say(run, word, line, strlen(line));
}

/* ---- wiping ---------------------------------------------------------------------------------------------- */

static const struct tui_choice *choice_of(const struct errand_task *task, const struct app_disk *disk)
{
	for (size_t i = 0; i < task->choice_count; i++) {
		if (strcmp(task->choices[i].identity.node, disk->word) == 0)
			return &task->choices[i];
	}
	return NULL;
}

/* Is it still the disk that the technician saw? Its name may have gone to another one meanwhile. */
static bool is_as_shown(const struct identity *shown, const struct identity *now)
{
	if (shown->diskseq != 0 && now->diskseq != shown->diskseq)
		return false;
	return shown->size == now->size && strcmp(shown->model, now->model) == 0 &&
	    strcmp(shown->serial, now->serial) == 0 && strcmp(shown->wwn, now->wwn) == 0 &&
	    strcmp(shown->unit, now->unit) == 0 && shown->major == now->major && shown->minor == now->minor;
}

static enum code confirm(void *self, const struct app_disk *disks, size_t count,
    const struct procedure *procedure, struct err *err)
{
	const struct errand_run *run = self;
	(void)procedure;
	for (size_t i = 0; i < count; i++) {
		const struct identity *now = &disks[i].clearance.device.identity;
		const struct tui_choice *choice = choice_of(run->task, &disks[i]);
		if (!choice || !is_as_shown(&choice->identity, now))
			return err_set(err, CODE_REFUSED, "%s: is another disk than the one that was shown: nothing was "
			    "started", now->node);
		if (strcmp(choice->typed, device_confirm_word(now)) != 0)
			return err_set(err, CODE_REFUSED, "%s: what was typed is not its serial number: nothing was "
			    "started", now->node);
	}
	return CODE_OK;
}

static void on_view(void *self, const struct app_disk *disk, const struct app_view *before,
    const struct app_view *now)
{
	(void)self, (void)disk, (void)before, (void)now; /* the screen has the views itself */
}

static void on_ended(void *self, const struct app_disk *disk)
{
	(void)self, (void)disk;
}

static void on_tick(void *self)
{
	(void)self;
}

static void on_stopping(void *self, unsigned times)
{
	(void)self, (void)times;
}

static void on_trouble(void *self, const struct app_disk *disk, const char *line)
{
	(void)disk;
	if (line[0])
		say_line(self, ERRAND_FAILED, line);
}

static void on_warn(void *self, const char *line)
{
	say_line(self, ERRAND_FAILED, line);
}

static struct app_face face_of(struct errand_run *run)
{
	return (struct app_face){ .confirm = confirm, .view = on_view, .ended = on_ended, .tick = on_tick,
		.stopping = on_stopping, .trouble = on_trouble, .warn = on_warn, .self = run };
}

/* The first refusal is what there is to say; the board shows the others. */
static void say_outcome(const struct errand_run *run, enum code code, const struct err *err,
    const struct app_erase_result *result, const char *done)
{
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].refused != CODE_OK) {
			say_line(run, ERRAND_FAILED, result->disks[i].refusal);
			return;
		}
	}
	if (code != CODE_OK)
		say_line(run, ERRAND_FAILED, err->line);
	else
		say_line(run, ERRAND_DONE, done);
}

static void name_disks(const struct errand_task *task, const char *words[TUI_START_MAX])
{
	for (size_t i = 0; i < task->choice_count; i++)
		words[i] = task->choices[i].identity.node;
}

static void start(struct errand_run *run)
{
	const struct errand_task *task = run->task;
	const char *words[TUI_START_MAX];
	struct err err = { 0 };
	struct app_erase_request request = {
		.devices = words,
		.device_count = task->choice_count,
		.procedure = task->order.procedure,
		.operator_ = task->order.operator_[0] ? task->order.operator_ : NULL,
		.restraint = run->app->config.restraint,
		.detach = true,
	};
	name_disks(task, words);
	text_copy(request.order.reference, sizeof(request.order.reference), task->order.reference);
	text_copy(request.order.client, sizeof(request.order.client), task->order.client);
	struct app_face face = face_of(run);
	struct app_erase_result result = { 0 };
	enum code code = app_erase(run->app, &request, &face, &result, &err);
	say_outcome(run, code, &err, &result, "started");
	app_erase_free(&result);
}

static void take_up(struct errand_run *run, bool abandon)
{
	const char *const ids[] = { run->task->job };
	const struct app_resume_request request = { .ids = ids, .count = 1, .abandon = abandon,
		.reason = abandon ? "given up at the station" : NULL,
		.restraint = run->app->config.restraint, .detach = true };
	struct err err = { 0 };
	struct app_face face = face_of(run);
	struct app_erase_result result = { 0 };
	enum code code = app_resume(run->app, &request, &face, &result, &err);
	say_outcome(run, code, &err, &result, abandon ? "given up" : "goes on");
	app_erase_free(&result);
}

static void explain(struct errand_run *run)
{
	const struct errand_task *task = run->task;
	const char *words[TUI_START_MAX];
	struct err err = { 0 };
	struct procedure procedure;
	struct app_erase_result result = { 0 };
	BUF_AUTO text = { 0 };
	name_disks(task, words);
	const struct app_erase_request request = { .devices = words, .device_count = task->choice_count,
		.procedure = task->order.procedure };
	enum code code = app_prepare(run->app, &request, &procedure, &result, &err);
	for (size_t i = 0; code == CODE_OK && i < result.count; i++) {
		const struct app_disk *disk = &result.disks[i];
		if (disk->refused != CODE_OK)
			code = err_set(&err, disk->refused, "%s", disk->refusal);
		else
			code = plan_explain(&disk->plan, &procedure, &text, &err);
	}
	if (code == CODE_OK)
		code = buf_check(&text, &err);
	if (code == CODE_OK)
		say(run, ERRAND_PLAN, text.data, text.len);
	else
		say_line(run, ERRAND_REFUSED, err.line);
	app_erase_free(&result);
}

/* ---- certificates ---------------------------------------------------------------------------------------- */

static void path_of(const struct errand_run *run, char out[APP_PATH])
{
	snprintf(out, APP_PATH, "%s/%s.json", run->app->paths.certificates, run->task->job);
}

static void render(struct errand_run *run)
{
	char path[APP_PATH];
	path_of(run, path);
	const struct app_check_request request = { .path = path };
	struct app_check_report report = { 0 };
	struct err err = { 0 };
	BUF_AUTO text = { 0 };
	enum code code = app_check(run->app, &request, &report, &err);
	if (code == CODE_OK)
		code = render_text(report.certificate, &report.signatures, COLUMNS, &text, &err);
	app_check_free(&report);
	if (code == CODE_OK)
		say(run, ERRAND_CERTIFICATE, text.data, text.len);
	else
		say_line(run, ERRAND_FAILED, err.line);
}

/* All files of this job, document last: whoever sees it there sees it whole. */
static void export(struct errand_run *run)
{
	struct app *app = run->app;
	struct err err = { 0 };
	BUF_AUTO names = { 0 };
	char line[APP_PATH + 40];
	if (!app->config.export_dir[0]) {
		say_line(run, ERRAND_FAILED, "nothing says where to: set 'export' in [station] of certwipe.conf");
		return;
	}
	enum code code = app->files->ops->list(app->files, app->paths.certificates, &names, &err);
	for (int last = 0; last < 2; last++) {
		for (size_t at = 0; code == CODE_OK && at < names.len;
		    at += strlen((const char *)names.data + at) + 1) {
			const char *name = (const char *)names.data + at;
			char from[2 * APP_PATH], to[2 * APP_PATH];
			BUF_AUTO data = { 0 };
			size_t len = strlen(name);
			bool document = len == ID_TEXT - 1 + strlen(".json");
			if (!text_has_prefix(name, run->task->job) || document != (last == 1) ||
			    strstr(name, ".tmp") || strstr(name, ".reserved"))
				continue;
			snprintf(from, sizeof(from), "%s/%s", app->paths.certificates, name);
			snprintf(to, sizeof(to), "%s/%s", app->config.export_dir, name);
			code = os_files_read(app->files, from, 64 * JSON_TEXT_MAX, &data, &err);
			if (code == CODE_OK)
				code = os_files_put(app->files, to, 0644, true, data.data, data.len, &err);
		}
	}
	snprintf(line, sizeof(line), "copied to %s", app->config.export_dir);
	say_line(run, code == CODE_OK ? ERRAND_DONE : ERRAND_FAILED, code == CODE_OK ? line : err.line);
}

static void list_issued(struct errand_run *run)
{
	struct app_issued *items = NULL;
	struct err err = { 0 };
	size_t count = 0;
	if (app_issued_since(run->app, run->task->since_s, &items, &count, &err) != CODE_OK) {
		say_line(run, ERRAND_FAILED, err.line);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct tui_certificate one = { .wall_issued_s = items[i].wall_s, .outcome = items[i].outcome,
			.size = items[i].size, .operator_signed = items[i].operator_signed };
		text_copy(one.id, sizeof(one.id), items[i].id);
		text_copy(one.model, sizeof(one.model), items[i].model);
		text_copy(one.serial, sizeof(one.serial), items[i].serial);
		text_copy(one.reference, sizeof(one.reference), items[i].reference);
		text_copy(one.path, sizeof(one.path), items[i].path);
		say(run, ERRAND_ISSUED, &one, sizeof(one));
	}
	free(items);
}

/* What lies in the store, as a supervisor would tell it. */
static void describe_waiting(const struct app_job *job, struct app_view *ret)
{
	*ret = (struct app_view){ .state = APP_VIEW_WAITS, .identity = job->identity,
		.wall_begun_s = job->wall_created_s, .wall_changed_s = job->wall_last_s, .resumed = true,
		.step = job->step, .step_count = job->step_count, .done = job->offset,
		.total = job->identity.size, .temperature_c = DEVICE_HEALTH_NO_TEMPERATURE };
	text_copy(ret->id, sizeof(ret->id), job->id);
	text_copy(ret->procedure, sizeof(ret->procedure), job->procedure);
	text_copy(ret->line, sizeof(ret->line), job->done ? "ended, and has no certificate yet" : job->reason);
	memset(ret->map, '.', APP_VIEW_MAP);
}

static void list_waiting(struct errand_run *run)
{
	struct app_jobs jobs = { 0 };
	struct err err = { 0 };
	struct app_view *view = calloc(1, sizeof(*view));
	if (!view || app_jobs_list(run->app, &jobs, &err) != CODE_OK) {
		free(view);
		say_line(run, ERRAND_FAILED, err.line);
		return;
	}
	for (size_t i = 0; i < jobs.count; i++) {
		if (jobs.items[i].code != CODE_OK)
			continue; /* somebody works on it, or it cannot be read: `resume --list` says why */
		describe_waiting(&jobs.items[i], view);
		say(run, ERRAND_WAITS, view, sizeof(*view));
	}
	app_jobs_free(&jobs);
	free(view);
}

/* ---- the light ---------------------------------------------------------------------------------------------- */

static void light(struct errand_run *run)
{
	const struct errand_task *task = run->task;
	struct err err = { 0 };
	if (os_locate_set(task->enclosure, task->component, task->on, &err) != CODE_OK)
		say_line(run, ERRAND_FAILED, err.line);
}

/* ---- the process ----------------------------------------------------------------------------------------- */

static int run_errand(void *self, int fd)
{
	struct errand_run *run = self;
	run->fd = fd;
	os_process_quiet();
	switch (run->task->kind) {
	case TUI_ACTION_PLAN:
		explain(run);
		break;
	case TUI_ACTION_START:
		start(run);
		break;
	case TUI_ACTION_RESUME:
	case TUI_ACTION_ABANDON:
		take_up(run, run->task->kind == TUI_ACTION_ABANDON);
		break;
	case TUI_ACTION_CERTIFICATE:
		render(run);
		break;
	case TUI_ACTION_EXPORT:
		export(run);
		break;
	case TUI_ACTION_LOCATE:
		light(run);
		break;
	default:
		list_issued(run);
		list_waiting(run);
		say(run, ERRAND_LISTED, NULL, 0);
	}
	return 0;
}

enum code errand_start(struct app *app, const struct errand_task *task, struct errand *ret,
    struct err *err)
{
	struct errand_run run = { .app = app, .task = task, .fd = -1 };
	*ret = (struct errand){ .fd = -1, .kind = task->kind };
	text_copy(ret->job, sizeof(ret->job), task->job);
	enum code code = os_process_spawn(run_errand, &run, &ret->pid, &ret->fd, err);
	if (code != CODE_OK)
		ret->pid = 0;
	return code;
}

enum code errand_take(struct errand *errand, char *ret_word, struct buf *ret, struct err *err)
{
	uint8_t packet[1 + ERRAND_TEXT];
	size_t len = 0;
	enum code code = os_packet_receive(errand->fd, 0, packet, sizeof(packet), &len, err);
	if (code != CODE_OK)
		return code;
	*ret_word = (char)packet[0];
	ret->len = 0;
	buf_append(ret, packet + 1, len - 1);
	buf_u8(ret, 0);
	ret->len--;
	return buf_check(ret, err);
}

void errand_end(struct errand *errand)
{
	struct err ignored = { 0 };
	if (errand->pid == 0)
		return;
	os_fd_close(errand->fd);
	/* One that hangs in the kernel is left to end there. */
	if (os_process_end(errand->pid, END_MS, &ignored) != CODE_OK)
		ignored.code = CODE_OK;
	*errand = (struct errand){ .fd = -1 };
}
