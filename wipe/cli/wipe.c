/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wipe: does it. Exit codes as in commands; where several apply, the first of 4, 1, 5, 3. */
#include "cli.h"
#include "confirm.h"
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct face {
	const char *const *given; /* --confirm */
	struct progress *progress;
};

static enum code on_confirm(void *self, const struct app_disk *disks, size_t count,
    const struct procedure *procedure, struct err *err)
{
	struct face *face = self;
	for (size_t i = 0; i < count; i++) {
		BUF_AUTO text = { 0 };
		char found[200];
		if (disks[i].refused != CODE_OK)
			continue;
		enum code code = plan_explain(&disks[i].plan, procedure, &text, err);
		if (code != CODE_OK)
			return code;
		fwrite(text.data, 1, text.len, stderr);
		fprintf(stderr, "Found on it now: %s.\n\n",
		    cli_found_text(&disks[i].clearance.device.found, found, sizeof(found)));
	}
	return confirm_disks(disks, count, face->given, os_terminal_is(STDIN_FILENO), err);
}

static void on_event(void *self, const struct app_disk *disk, const struct event *event)
{
	struct face *face = self;
	progress_event(face->progress, disk, event);
}

static void on_ended(void *self, const struct app_disk *disk)
{
	struct face *face = self;
	progress_ended(face->progress, disk);
	const char *node = disk->plan.identity.node;
	progress_say(face->progress, "%s: %s", node, evidence_outcome_text(disk->outcome));
	for (size_t i = 0; i < disk->verdict.exception_count; i++)
		progress_say(face->progress, "%s: %s", node, disk->verdict.exceptions[i]);
	if (disk->certificate[0])
		progress_say(face->progress, "%s: certificate %s", node, disk->certificate);
	if (!disk->issued && disk->issue_line[0])
		progress_say(face->progress, "%s: %s", node, disk->issue_line);
}

static void on_tick(void *self)
{
	struct face *face = self;
	progress_tick(face->progress);
}

static void on_stopping(void *self, unsigned times)
{
	struct face *face = self;
	if (times == 1)
		progress_say(face->progress,
		    "stopping after what is in flight (once more: without waiting for the disks)");
}

static enum cli_exit exit_of(const struct app_erase_result *result)
{
	bool not_erased = false, not_issued = false;
	for (size_t i = 0; i < result->count; i++) {
		const struct app_disk *disk = &result->disks[i];
		if (!disk->started)
			continue;
		not_erased |= disk->outcome != OUTCOME_ERASED;
		not_issued |= !disk->issued;
	}
	if (result->stopped)
		return CLI_STOPPED;
	if (not_erased)
		return CLI_NOT_ERASED;
	if (not_issued)
		return CLI_NOT_ISSUED;
	return result->any_refused ? CLI_REFUSED : CLI_OK;
}

static bool has_begun(const struct app_erase_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		if (result->disks[i].started)
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
		json_write_bool(&writer, "refused", disk->refused != CODE_OK);
		json_write_string(&writer, "refusal", disk->refusal);
		if (disk->started) {
			json_write_string(&writer, "id", disk->plan.id);
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

/* What goes on a certificate must be text. */
static enum code take_text(const struct cli_args *args, const char *name, char *out, size_t size,
    struct err *err)
{
	const char *value = cli_args_value(args, name);
	if (!value)
		return CODE_OK;
	if (!text_is_utf8(value, strlen(value)) || !text_copy(out, size, value))
		return err_set(err, CODE_USAGE,
		    "--%s: UTF-8 without control characters, at most %zu bytes", name, size - 1);
	return CODE_OK;
}

static enum code take_order(const struct cli_args *args, struct certificate_order *order,
    struct err *err)
{
	enum code code = take_text(args, "order", order->reference, sizeof(order->reference), err);
	if (code == CODE_OK)
		code = take_text(args, "client", order->client, sizeof(order->client), err);
	if (code == CODE_OK)
		code = take_text(args, "ticket", order->ticket, sizeof(order->ticket), err);
	if (code == CODE_OK)
		code = take_text(args, "location", order->location, sizeof(order->location), err);
	return code;
}

static enum cli_exit erase(struct app *app, const struct cli_args *args,
    const struct app_erase_request *request, struct face *face)
{
	const struct app_face app_face = { on_confirm, on_event, on_ended, on_tick, on_stopping, face };
	struct app_erase_result result = { 0 };
	struct err err = { 0 };
	enum code code = app_erase(app, request, &app_face, &result, &err);
	progress_finish(face->progress);
	say_refused(&result);
	bool begun = has_begun(&result);
	enum cli_exit exit_code = exit_of(&result);
	if (code != CODE_OK) {
		enum cli_exit failure = cli_fail(&err);
		exit_code = begun ? failed_beside(exit_code) : failure;
	}
	if (begun && cli_args_has(args, "json") && print_json(&result) != CLI_OK)
		exit_code = failed_beside(exit_code);
	app_erase_free(&result);
	return exit_code;
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (!cli_args_words(command, args, 1, 0))
		return CLI_USAGE;
	const char **excluded = cli_args_values(args, "exclude");
	const char **given = cli_args_values(args, "confirm");
	const char *person = cli_args_value(args, "operator");
	struct app_erase_request request = {
		.devices = args->words,
		.device_count = args->word_count,
		.procedure = cli_args_value(args, "procedure"),
		.excluded = excluded,
		.keep_going = cli_args_has(args, "keep-going"),
		.operator_ = person ? person : app->config.operator_[0] ? app->config.operator_ : NULL,
	};
	struct err err = { 0 };
	struct face face = { .given = given };
	enum progress_mode mode = PROGRESS_NONE;
	enum code code = excluded && given ? CODE_OK : err_memory(&err);
	if (code == CODE_OK && !os_process_is_root())
		code = err_set(&err, CODE_USAGE, "wipe needs root: it opens disks exclusively");
	if (code == CODE_OK)
		code = take_order(args, &request.order, &err);
	if (code == CODE_OK)
		code = progress_mode(args, &mode, &err);
	if (code == CODE_OK)
		code = progress_new(mode, app->clock, &face.progress, &err);
	enum cli_exit exit_code = code == CODE_OK ? erase(app, args, &request, &face) : cli_fail(&err);
	progress_free(face.progress);
	free(excluded);
	free(given);
	return exit_code;
}

static const struct cli_option options[] = {
	CLI_OPTION_PROCEDURE,
	{ "confirm", 'c', "SERIAL", "confirm one disk off a terminal; once for each disk" },
	CLI_OPTION_EXCLUDE,
	{ "keep-going", 'k', NULL, "start the other disks when one is refused" },
	{ "operator", 'o', "NAME", "principal whose ssh-agent key signs as operator" },
	{ "order", 0, "TEXT", "work order, for the certificate" },
	{ "client", 0, "TEXT", "whose data it was, for the certificate" },
	{ "ticket", 0, "TEXT", "ticket, for the certificate" },
	{ "location", 0, "TEXT", "where the disk was, for the certificate" },
	{ "progress", 0, "HOW", "auto, json (an object a line) or none" },
	CLI_OPTION_JSON,
	CLI_OPTION_HELP,
};
const struct cli_command cli_wipe = { "wipe",
	"DEVICE... [--procedure ID] [--confirm SERIAL]... [OPTION]...",
	"Overwrites these disks by a procedure, verifies, and issues a signed certificate for each.",
	options, WIPE_COUNT(options), run };
