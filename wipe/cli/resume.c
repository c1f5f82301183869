/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resume: goes on with jobs that were interrupted, lists them, or gives them up. */
#include "cli.h"
#include "jobs.h"

#include <stdio.h>
#include <string.h>

static const char *state_text(const struct app_job *job, char *out, size_t size)
{
	char share[UNITS_TEXT];
	if (job->code == CODE_BUSY)
		snprintf(out, size, "%s", job->paused ? "running, too warm: rests" : "running");
	else if (job->code != CODE_OK)
		snprintf(out, size, "unreadable");
	else if (job->done)
		snprintf(out, size, "ended, no certificate yet");
	else if (job->step >= job->step_count)
		snprintf(out, size, "to be looked at again");
	else
		snprintf(out, size, "step %u of %u, %s", job->step + 1, job->step_count,
		    units_permille_format(job->identity.size
			? bytes_mul_div(job->offset, 1000, job->identity.size) : 0, share));
	return out;
}

static void print_table(const struct app_jobs *jobs)
{
	static const char *const head[] = { "JOB", "MODEL", "SERIAL", "SIZE", "PROCEDURE", "STATE", "SINCE",
		"DISK", "REASON" };
	struct cli_table table = { .columns = WIPE_COUNT(head) };
	for (size_t i = 0; i < WIPE_COUNT(head); i++)
		cli_table_cell(&table, head[i]);
	for (size_t i = 0; i < jobs->count; i++) {
		const struct app_job *job = &jobs->items[i];
		char size[UNITS_TEXT] = "", stamp[STAMP_TEXT] = "", state[64];
		bool known = job->code == CODE_OK || job->code == CODE_BUSY;
		if (known) {
			units_bytes_format(job->identity.size, size);
			stamp_format(job->wall_last_s, stamp);
		}
		cli_table_cell(&table, job->id);
		cli_table_cell(&table, job->identity.model);
		cli_table_cell(&table, job->identity.serial);
		cli_table_cell(&table, size);
		cli_table_cell(&table, job->procedure);
		cli_table_cell(&table, state_text(job, state, sizeof(state)));
		cli_table_cell(&table, stamp);
		cli_table_cell(&table, job->node[0] || !known ? job->node : "not here");
		cli_table_cell(&table, known ? job->reason : job->line);
	}
	cli_table_print(&table);
}

static enum cli_exit print_json(const struct app_jobs *jobs)
{
	BUF_AUTO buf = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &buf, false);
	json_write_object(&writer, NULL);
	json_write_array(&writer, "jobs");
	for (size_t i = 0; i < jobs->count; i++) {
		const struct app_job *job = &jobs->items[i];
		char stamp[STAMP_TEXT];
		json_write_object(&writer, NULL);
		json_write_string(&writer, "id", job->id);
		json_write_bool(&writer, "readable", job->code == CODE_OK || job->code == CODE_BUSY);
		json_write_bool(&writer, "running", job->code == CODE_BUSY);
		json_write_bool(&writer, "paused", job->paused);
		json_write_string(&writer, "line", job->line);
		json_write_string(&writer, "model", job->identity.model);
		json_write_string(&writer, "serial", job->identity.serial);
		json_write_string(&writer, "wwn", job->identity.wwn);
		json_write_uint(&writer, "size", job->identity.size);
		json_write_string(&writer, "procedure", job->procedure);
		json_write_uint(&writer, "step", job->step + 1);
		json_write_uint(&writer, "steps", job->step_count);
		json_write_uint(&writer, "durable", job->offset);
		json_write_bool(&writer, "ended", job->done);
		json_write_string(&writer, "created", stamp_format(job->wall_created_s, stamp));
		json_write_string(&writer, "last", stamp_format(job->wall_last_s, stamp));
		json_write_string(&writer, "path", job->node);
		json_write_string(&writer, "reason", job->reason);
		json_write_close(&writer);
	}
	json_write_close(&writer);
	json_write_close(&writer);
	return cli_json_print(&writer, &buf);
}

static enum cli_exit list(struct app *app, const struct cli_args *args)
{
	struct app_jobs jobs = { 0 };
	struct err err = { 0 };
	if (app_jobs_list(app, &jobs, &err) != CODE_OK)
		return cli_fail(&err);
	enum cli_exit exit_code = CLI_OK;
	if (cli_args_has(args, "json"))
		exit_code = print_json(&jobs);
	else if (jobs.count == 0)
		cli_say("no unfinished jobs");
	else
		print_table(&jobs);
	app_jobs_free(&jobs);
	return exit_code;
}

static enum code on_confirm(void *self, const struct app_disk *disks, size_t count,
    const struct procedure *procedure, struct err *err)
{
	/* Each of these disks was confirmed when its job began, and is the same one still. */
	(void)self, (void)disks, (void)count, (void)procedure, (void)err;
	return CODE_OK;
}

static enum cli_exit go_on(struct app *app, const struct cli_args *args,
    const struct app_resume_request *request)
{
	struct jobs_view view = { 0 };
	struct app_erase_result result = { 0 };
	struct err err = { 0 };
	if (jobs_view_open(args, app, &view, &err) != CODE_OK)
		return cli_fail(&err);
	struct app_face face = jobs_face(&view);
	face.confirm = on_confirm;
	enum code code = app_resume(app, request, &face, &result, &err);
	if (code == CODE_OK && result.elsewhere > 0)
		cli_say("%zu unfinished jobs are left alone: other processes work on them", result.elsewhere);
	if (code == CODE_OK && result.unbegun > 0)
		cli_say("%zu jobs had never begun: nothing was written, and nothing is left of them",
		    result.unbegun);
	else if (code == CODE_OK && result.count + result.elsewhere == 0)
		cli_say("no unfinished jobs");
	enum cli_exit exit_code = jobs_finish(&view, args, code, &err, &result);
	app_erase_free(&result);
	jobs_view_close(&view);
	return exit_code;
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	struct app_resume_request request = {
		.ids = args->words,
		.count = args->word_count,
		.device = cli_args_value(args, "device"),
		.abandon = cli_args_has(args, "abandon"),
		.reason = cli_args_value(args, "reason"),
	};
	struct err err = { 0 };
	if (cli_args_has(args, "list") && (request.count || request.abandon)) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	if (!os_process_is_root()) {
		err_set(&err, CODE_USAGE, "resume needs root: jobs are its own");
		return cli_fail(&err);
	}
	if (cli_args_has(args, "list"))
		return list(app, args);
	if (request.abandon && request.count == 0)
		err_set(&err, CODE_USAGE, "--abandon: name the jobs to give up (certwipe resume --list)");
	else if (request.reason && !request.abandon)
		err_set(&err, CODE_USAGE, "--reason goes with --abandon");
	else if (request.reason && (!text_is_utf8(request.reason, strlen(request.reason)) ||
		    strlen(request.reason) >= EVENT_TEXT))
		err_set(&err, CODE_USAGE, "--reason: UTF-8 without control characters, at most %d bytes",
		    EVENT_TEXT - 1);
	else if (jobs_restraint(args, app, &request.restraint, &err) != CODE_OK)
		return cli_fail(&err);
	return err.code == CODE_OK ? go_on(app, args, &request) : cli_fail(&err);
}

static const struct cli_option options[] = {
	{ "list", 'l', NULL, "the unfinished jobs, and where each stands" },
	{ "abandon", 0, NULL, "give these jobs up: certificates 'not-erased'" },
	{ "reason", 0, "TEXT", "why, for those certificates" },
	{ "device", 'd', "DEVICE", "the job's disk, where it has no serial number" },
	CLI_OPTION_LIMIT_RATE,
	CLI_OPTION_IO_CLASS,
	CLI_OPTION_PROGRESS,
	CLI_OPTION_JSON,
	CLI_OPTION_HELP,
};
const struct cli_command cli_resume = { "resume", "[JOB]... [--list | --abandon] [OPTION]...",
	"Goes on with jobs after a stop, a crash or a power loss.", options, WIPE_COUNT(options), run };
