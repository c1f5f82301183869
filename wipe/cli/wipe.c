/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wipe: does it. */
#include "cli.h"
#include "confirm.h"
#include "jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum code on_confirm(void *self, const struct app_disk *disks, size_t count,
    const struct procedure *procedure, struct err *err)
{
	struct jobs_view *view = self;
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
	return confirm_disks(disks, count, view->confirm, os_terminal_is(STDIN_FILENO), err);
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
    const struct app_erase_request *request, struct jobs_view *view)
{
	struct app_face face = jobs_face(view);
	struct app_erase_result result = { 0 };
	struct err err = { 0 };
	face.confirm = on_confirm;
	enum code code = app_erase(app, request, &face, &result, &err);
	enum cli_exit exit_code = jobs_finish(view, args, code, &err, &result);
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
	struct jobs_view view = { .confirm = given };
	enum code code = excluded && given ? CODE_OK : err_memory(&err);
	if (code == CODE_OK && !os_process_is_root())
		code = err_set(&err, CODE_USAGE, "wipe needs root: it opens disks exclusively");
	if (code == CODE_OK)
		code = take_order(args, &request.order, &err);
	if (code == CODE_OK)
		code = jobs_restraint(args, app, &request.restraint, &err);
	if (code == CODE_OK)
		code = jobs_view_open(args, app, &view, &err);
	enum cli_exit exit_code = code == CODE_OK ? erase(app, args, &request, &view) : cli_fail(&err);
	jobs_view_close(&view);
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
	CLI_OPTION_LIMIT_RATE,
	CLI_OPTION_IO_CLASS,
	CLI_OPTION_PROGRESS,
	CLI_OPTION_JSON,
	CLI_OPTION_HELP,
};
const struct cli_command cli_wipe = { "wipe",
	"DEVICE... [--procedure ID] [--confirm SERIAL]... [OPTION]...",
	"Overwrites these disks by a procedure, verifies, and issues a signed certificate for each.",
	options, WIPE_COUNT(options), run };
