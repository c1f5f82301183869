/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status: every job of this host as it stands, once or as it goes on. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 10000 /* for a supervisor that runs to tell what there is */

/* One row of the table, or one object of the array. */
struct status {
	struct app_view *views;
	size_t count;
	struct app_jobs unfinished; /* what lies in the store, whoever works on it */
};

static void status_free(struct status *status)
{
	free(status->views);
	app_jobs_free(&status->unfinished);
}

static enum code keep(struct status *status, const struct app_view *view, struct err *err)
{
	for (size_t i = 0; i < status->count; i++) {
		if (strcmp(status->views[i].id, view->id) == 0) {
			status->views[i] = *view;
			return CODE_OK;
		}
	}
	struct app_view *views = realloc(status->views, (status->count + 1) * sizeof(*views));
	if (!views)
		return err_memory(err);
	status->views = views;
	views[status->count++] = *view;
	return CODE_OK;
}

static const char *state_text(const struct app_view *view, char *out, size_t size)
{
	char share[UNITS_TEXT];
	uint64_t permille = view->whole ? bytes_mul_div(view->whole_done, 1000, view->whole) : 0;
	switch (view->state) {
	case APP_VIEW_CLAIMING:
		snprintf(out, size, "claiming");
		break;
	case APP_VIEW_RUNNING:
		snprintf(out, size, "%s%s %u of %u, %s", view->stalled ? "STALLED, "
		    : view->paused ? "rests, too warm, " : view->stopping ? "stopping, " : "",
		    view->writing ? "pass" : "verify", view->pass, view->pass_count,
		    units_permille_format(bytes_min(permille, 1000), share));
		break;
	case APP_VIEW_REFUSED:
		snprintf(out, size, "refused");
		break;
	case APP_VIEW_WAITS:
		snprintf(out, size, "waits to be resumed");
		break;
	default:
		snprintf(out, size, "%s%s", evidence_outcome_text(view->outcome),
		    view->issued ? "" : ", no certificate yet");
	}
	return out;
}

static void print_row(struct cli_table *table, const struct app_view *view)
{
	char size[UNITS_TEXT], state[96], rate[UNITS_TEXT] = "", eta[UNITS_TEXT] = "", errors[24];
	bool runs = view->state == APP_VIEW_RUNNING;
	if (runs && view->rate) {
		units_rate_format(view->rate, rate);
		units_duration_format((view->whole - bytes_min(view->whole, view->whole_done)) / view->rate,
		    eta);
	}
	snprintf(errors, sizeof(errors), "%llu", (unsigned long long)view->errors);
	cli_table_cell(table, view->id);
	cli_table_cell(table, view->identity.model);
	cli_table_cell(table, view->identity.serial);
	cli_table_cell(table, units_bytes_format(view->identity.size, size));
	cli_table_cell(table, view->identity.node);
	cli_table_cell(table, state_text(view, state, sizeof(state)));
	cli_table_cell(table, rate);
	cli_table_cell(table, eta);
	cli_table_cell(table, errors);
	cli_table_cell(table, view->line[0] ? view->line : view->certificate);
}

/* Nobody works on it: it waits for `resume`. What is running is among the views. */
static bool only_waits(const struct status *status, const struct app_job *job)
{
	for (size_t i = 0; i < status->count; i++) {
		if (strcmp(status->views[i].id, job->id) == 0)
			return false;
	}
	return job->code != CODE_BUSY;
}

static void print_waiting(struct cli_table *table, const struct app_job *job)
{
	char size[UNITS_TEXT] = "";
	bool known = job->code == CODE_OK;
	if (known)
		units_bytes_format(job->identity.size, size);
	cli_table_cell(table, job->id);
	cli_table_cell(table, job->identity.model);
	cli_table_cell(table, job->identity.serial);
	cli_table_cell(table, size);
	cli_table_cell(table, job->node[0] || !known ? job->node : "not here");
	cli_table_cell(table, !known ? "unreadable" : job->done ? "ended, no certificate yet"
								 : "waits to be resumed");
	cli_table_cell(table, "");
	cli_table_cell(table, "");
	cli_table_cell(table, "");
	cli_table_cell(table, known ? job->reason : job->line);
}

static void print_table(const struct status *status)
{
	static const char *const head[] = { "JOB", "MODEL", "SERIAL", "SIZE", "DISK", "STATE", "RATE", "ETA",
		"ERRORS", "" };
	struct cli_table table = { .columns = WIPE_COUNT(head) };
	size_t rows = 0;
	for (size_t i = 0; i < WIPE_COUNT(head); i++)
		cli_table_cell(&table, head[i]);
	for (size_t i = 0; i < status->count; i++, rows++)
		print_row(&table, &status->views[i]);
	for (size_t i = 0; i < status->unfinished.count; i++) {
		if (only_waits(status, &status->unfinished.items[i])) {
			print_waiting(&table, &status->unfinished.items[i]);
			rows++;
		}
	}
	if (rows > 0) {
		cli_table_print(&table);
		return;
	}
	free(table.cells);
	cli_say("no jobs");
}

static enum cli_exit print_json(const struct status *status, const struct app_link *link)
{
	BUF_AUTO buf = { 0 };
	struct json_writer writer;
	struct err err = { 0 };
	enum code code = CODE_OK;
	json_write_start(&writer, &buf, false);
	json_write_object(&writer, NULL);
	if (link)
		json_write_uint(&writer, "supervisor", app_link_pid(link));
	else
		json_write_null(&writer, "supervisor");
	json_write_array(&writer, "jobs");
	for (size_t i = 0; code == CODE_OK && i < status->count; i++)
		code = app_view_write(&writer, &status->views[i], &err);
	json_write_close(&writer);
	json_write_array(&writer, "unfinished");
	for (size_t i = 0; i < status->unfinished.count; i++) {
		const struct app_job *job = &status->unfinished.items[i];
		if (!only_waits(status, job))
			continue;
		json_write_object(&writer, NULL);
		json_write_string(&writer, "id", job->id);
		json_write_bool(&writer, "readable", job->code == CODE_OK);
		json_write_string(&writer, "model", job->identity.model);
		json_write_string(&writer, "serial", job->identity.serial);
		json_write_string(&writer, "path", job->node);
		json_write_bool(&writer, "ended", job->done);
		json_write_string(&writer, "reason", job->code == CODE_OK ? job->reason : job->line);
		json_write_close(&writer);
	}
	json_write_close(&writer);
	json_write_close(&writer);
	return code == CODE_OK ? cli_json_print(&writer, &buf) : cli_fail(&err);
}

/* ---- one look -------------------------------------------------------------------------------------------- */

static enum code look(struct app_link *link, struct status *status, struct err *err)
{
	struct app_news *news = calloc(1, sizeof(*news));
	enum code code = news ? app_link_watch(link, err) : err_memory(err);
	bool synced = false;
	while (code == CODE_OK && !synced) {
		code = app_link_take(link, news, err);
		if (code == CODE_BUSY) {
			const int fd = app_link_fd(link);
			bool ready = false;
			code = os_wait_readable(&fd, &ready, 1, WAIT_MS, err);
			continue;
		}
		if (code == CODE_OK && news->kind == APP_NEWS_VIEW)
			code = keep(status, &news->view, err);
		synced = code == CODE_OK && news->kind == APP_NEWS_SYNCED;
	}
	free(news);
	return code;
}

static enum cli_exit once(struct app *app, struct app_link *link, bool as_json)
{
	struct status status = { 0 };
	struct err err = { 0 };
	enum code code = link ? look(link, &status, &err) : CODE_OK;
	if (code == CODE_OK)
		code = app_jobs_list(app, &status.unfinished, &err);
	enum cli_exit exit_code = CLI_OK;
	if (code != CODE_OK)
		exit_code = cli_fail(&err);
	else if (as_json)
		exit_code = print_json(&status, link);
	else
		print_table(&status);
	status_free(&status);
	return exit_code;
}

/* ---- as it goes on --------------------------------------------------------------------------------------- */

static enum code print_change(const struct app_view *view, bool as_json, struct err *err)
{
	BUF_AUTO line = { 0 };
	char state[96], rate[UNITS_TEXT] = "";
	if (as_json) {
		struct json_writer writer;
		json_write_start(&writer, &line, true);
		enum code code = app_view_write(&writer, view, err);
		if (code == CODE_OK)
			code = json_write_end(&writer, err);
		if (code != CODE_OK)
			return code;
		fwrite(line.data, 1, line.len, stdout);
	} else {
		if (view->rate && view->state == APP_VIEW_RUNNING)
			units_rate_format(view->rate, rate);
		printf("%s  %s, serial %s: %s  %s%s%s\n", view->id, view->identity.model,
		    view->identity.serial, state_text(view, state, sizeof(state)), rate,
		    view->line[0] ? "  " : "", view->line);
	}
	/* Whoever reads has gone away. */
	return fflush(stdout) == 0 ? CODE_OK : err_set(err, CODE_IO, "could not write to standard output");
}

/* Until the supervisor ends, or this is stopped; the jobs do not care. */
static enum cli_exit follow(struct app_link *link, bool as_json)
{
	struct app_news *news = calloc(1, sizeof(*news));
	struct err err = { 0 };
	int signals_fd = -1;
	enum code code = news ? os_signals_open(&signals_fd, &err) : err_memory(&err);
	if (code == CODE_OK)
		code = app_link_watch(link, &err);
	while (code == CODE_OK) {
		code = app_link_take(link, news, &err);
		if (code == CODE_OK && news->kind == APP_NEWS_VIEW)
			code = print_change(&news->view, as_json, &err);
		if (code != CODE_BUSY)
			continue;
		const int fds[] = { app_link_fd(link), signals_fd };
		bool ready[WIPE_COUNT(fds)] = { 0 };
		code = os_wait_readable(fds, ready, WIPE_COUNT(fds), -1, &err);
		if (code == CODE_OK && ready[1] && os_signals_take(signals_fd) > 0)
			break;
		if (code == CODE_BUSY)
			code = CODE_OK;
	}
	os_fd_close(signals_fd);
	free(news);
	return code == CODE_OK || code == CODE_GONE ? CLI_OK : cli_fail(&err);
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	struct app_link *link = NULL;
	struct err err = { 0 };
	if (args->word_count > 0) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	if (!os_process_is_root()) {
		err_set(&err, CODE_USAGE, "status needs root: jobs are its own");
		return cli_fail(&err);
	}
	enum code code = app_link_open(app, false, &link, &err);
	if (code != CODE_OK && code != CODE_MISSING)
		return cli_fail(&err);
	bool as_json = cli_args_has(args, "json");
	enum cli_exit exit_code;
	if (link && cli_args_has(args, "follow"))
		exit_code = follow(link, as_json);
	else
		exit_code = once(app, link, as_json);
	app_link_close(link);
	return exit_code;
}

static const struct cli_option options[] = {
	{ "follow", 'f', NULL, "go on telling every change, a line each" },
	CLI_OPTION_JSON,
	CLI_OPTION_HELP,
};
const struct cli_command cli_status = { "status", "[--follow] [--json]",
	"Shows every job of this host as it stands.", options, WIPE_COUNT(options), run };
