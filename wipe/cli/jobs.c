/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jobs: the view of running jobs, and their exit code: where several apply, the first of 4, 1, 5, 3. */
#include "jobs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum code progress_mode(const struct cli_args *args, enum progress_mode *ret, struct err *err)
{
	const char *word = cli_args_value(args, "progress");
	*ret = os_terminal_is(STDERR_FILENO) ? PROGRESS_TERMINAL : PROGRESS_LINES;
	if (!word || strcmp(word, "auto") == 0)
		return CODE_OK;
	if (strcmp(word, "json") == 0)
		*ret = PROGRESS_JSON;
	else if (strcmp(word, "none") == 0)
		*ret = PROGRESS_NONE;
	else
		return err_set(err, CODE_USAGE, "--progress %s: auto, json or none", word);
	return CODE_OK;
}

enum code jobs_view_open(const struct cli_args *args, struct app *app, struct jobs_view *ret,
    struct err *err)
{
	enum progress_mode mode = PROGRESS_NONE;
	enum code code = progress_mode(args, &mode, err);
	return code == CODE_OK ? progress_new(mode, app->clock, &ret->progress, err) : code;
}

void jobs_view_close(struct jobs_view *view)
{
	progress_free(view->progress);
}

enum code jobs_restraint(const struct cli_args *args, const struct app *app,
    struct app_restraint *ret, struct err *err)
{
	const char *rate = cli_args_value(args, "limit-rate");
	const char *io_class = cli_args_value(args, "io-class");
	struct app_restraint restraint = app->config.restraint;
	if (rate && app_rate_parse(rate, &restraint.rate, err) != CODE_OK)
		return err_prefix(err, "--limit-rate");
	if (io_class && !os_io_class_find(io_class, &restraint.io_class))
		return err_set(err, CODE_USAGE, "--io-class %s: best-effort, idle or none", io_class);
	*ret = restraint;
	return CODE_OK;
}

static void say_paused(struct jobs_view *view, const char *node, const struct app_view *now)
{
	if (now->paused)
		progress_say(view->progress, "%s: too warm (%d C): it rests until it is cooler", node,
		    now->temperature_c);
	else if (now->temperature_c != DEVICE_HEALTH_NO_TEMPERATURE)
		progress_say(view->progress, "%s: cool enough (%d C): it goes on", node, now->temperature_c);
	else
		progress_say(view->progress, "%s: does not tell its temperature any more: it goes on", node);
}

static void on_view(void *self, const struct app_disk *disk, const struct app_view *before,
    const struct app_view *now)
{
	struct jobs_view *view = self;
	const char *node = disk->plan.identity.node;
	progress_view(view->progress, disk, now);
	if (now->stalled && !before->stalled)
		progress_say(view->progress, "%s: stalled: no answer for %u s; the others go on", node,
		    now->stall_s);
	if (!now->stalled && before->stalled && now->state != APP_VIEW_WAITS)
		progress_say(view->progress, "%s: answers again, after %u s", node, now->stall_s);
	if (now->paused != before->paused && (now->paused || now->state == APP_VIEW_RUNNING))
		say_paused(view, node, now);
}

/* A certificate that was only left to be published needs no disk. */
static const char *name_of(const struct app_disk *disk)
{
	return disk->plan.identity.node[0] ? disk->plan.identity.node : disk->plan.id;
}

static void on_ended(void *self, const struct app_disk *disk)
{
	struct jobs_view *view = self;
	progress_ended(view->progress, disk);
	const char *node = name_of(disk);
	if (disk->waits) {
		progress_say(view->progress, "%s: not done: %s; 'certwipe resume %s' goes on", node,
		    disk->reason[0] ? disk->reason : "interrupted", disk->plan.id);
		return;
	}
	progress_say(view->progress, "%s: %s", node, evidence_outcome_text(disk->outcome));
	for (size_t i = 0; i < disk->verdict.exception_count; i++)
		progress_say(view->progress, "%s: %s", node, disk->verdict.exceptions[i]);
	if (disk->certificate[0])
		progress_say(view->progress, "%s: certificate %s", node, disk->certificate);
	if (!disk->issued && disk->issue_line[0])
		progress_say(view->progress, "%s: no certificate yet: %s; tried again, and by 'certwipe resume "
		    "%s'", node, disk->issue_line, disk->plan.id);
}

static void on_tick(void *self)
{
	struct jobs_view *view = self;
	progress_tick(view->progress);
}

static void on_stopping(void *self, unsigned times)
{
	struct jobs_view *view = self;
	if (times == 1)
		progress_say(view->progress,
		    "stopping after what is in flight (once more: without waiting for the disks)");
}

static void on_trouble(void *self, const struct app_disk *disk, const char *line)
{
	struct jobs_view *view = self;
	const char *node = name_of(disk);
	if (line[0])
		progress_say(view->progress, "%s: %s", node, line);
	else
		progress_say(view->progress, "%s: the journal is written again", node);
}

static void on_warn(void *self, const char *line)
{
	(void)self; /* before the first disk is begun */
	cli_say("warning: %s", line);
}

struct app_face jobs_face(struct jobs_view *view)
{
	return (struct app_face){ .view = on_view, .ended = on_ended, .tick = on_tick,
		.stopping = on_stopping, .trouble = on_trouble, .warn = on_warn, .self = view };
}

static enum cli_exit exit_of(const struct app_erase_result *result)
{
	bool waits = false, not_erased = false, not_issued = false;
	for (size_t i = 0; i < result->count; i++) {
		const struct app_disk *disk = &result->disks[i];
		if (!disk->started || disk->refused != CODE_OK)
			continue;
		waits |= disk->waits;
		not_erased |= !disk->waits && disk->outcome != OUTCOME_ERASED;
		not_issued |= !disk->waits && !disk->issued;
	}
	if (waits)
		return CLI_STOPPED;
	if (not_erased)
		return CLI_NOT_ERASED;
	if (not_issued)
		return CLI_NOT_ISSUED;
	return result->any_refused ? CLI_REFUSED : CLI_OK;
}

/* In this run: a resumed job that was refused is as it was. */
static bool has_begun(const struct app_erase_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].started && result->disks[i].refused == CODE_OK)
			return true;
	}
	return false;
}

/* The exit code when something beside the disks failed too, once one of them was written: 2 and 3
 * would say that nothing was touched. */
static enum cli_exit failed_beside(enum cli_exit so_far)
{
	return so_far == CLI_OK || so_far == CLI_REFUSED ? CLI_NOT_ISSUED : so_far;
}

static void say_refused(const struct app_erase_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].refused != CODE_OK)
			cli_say("%s refused: %s", result->disks[i].word, result->disks[i].refusal);
	}
}

static enum cli_exit print_json(const struct app_erase_result *result)
{
	BUF_AUTO buf = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &buf, false);
	json_write_object(&writer, NULL);
	json_write_array(&writer, "disks");
	for (size_t i = 0; i < result->count; i++) {
		const struct app_disk *disk = &result->disks[i];
		json_write_object(&writer, NULL);
		json_write_string(&writer, "path", disk->clearance.device.identity.node);
		json_write_string(&writer, "serial", disk->clearance.device.identity.serial);
		json_write_string(&writer, "id", disk->plan.id);
		json_write_bool(&writer, "refused", disk->refused != CODE_OK);
		json_write_string(&writer, "refusal", disk->refusal);
		if (disk->started) {
			json_write_bool(&writer, "waits", disk->waits);
			json_write_string(&writer, "outcome", evidence_outcome_text(disk->outcome));
			json_write_array(&writer, "exceptions");
			for (size_t e = 0; e < disk->verdict.exception_count; e++)
				json_write_string(&writer, NULL, disk->verdict.exceptions[e]);
			json_write_close(&writer);
			json_write_string(&writer, "certificate", disk->certificate);
			json_write_bool(&writer, "issued", disk->issued);
		}
		json_write_close(&writer);
	}
	json_write_close(&writer);
	json_write_close(&writer);
	enum cli_exit printed = cli_json_print(&writer, &buf);
	if (printed == CLI_OK && fflush(stdout) != 0) {
		cli_say("could not write the result to standard output");
		printed = CLI_NOT_ISSUED;
	}
	return printed;
}

enum cli_exit jobs_finish(struct jobs_view *view, const struct cli_args *args, enum code code,
    const struct err *err, const struct app_erase_result *result)
{
	progress_finish(view->progress);
	say_refused(result);
	bool begun = has_begun(result);
	enum cli_exit exit_code = exit_of(result);
	if (code != CODE_OK) {
		enum cli_exit failure = cli_fail(err);
		/* A stop comes first of all, whatever else was done beside it. */
		exit_code = begun && code != CODE_STOPPED ? failed_beside(exit_code) : failure;
	}
	if ((begun || code == CODE_OK) && cli_args_has(args, "json") && print_json(result) != CLI_OK)
		exit_code = failed_beside(exit_code);
	return exit_code;
}
