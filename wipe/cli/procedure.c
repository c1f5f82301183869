/* SPDX-License-Identifier: GPL-3.0-or-later */
/* procedure: the catalogue, one definition expanded, and every fault of a file. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void json_procedure(struct json_writer *writer, const struct procedure *procedure)
{
	char text[512];
	json_write_object(writer, NULL);
	json_write_string(writer, "id", procedure->id);
	json_write_string(writer, "title", procedure->title);
	json_write_string(writer, "version", procedure->version);
	json_write_string(writer, "level", procedure_level_text(procedure->level));
	json_write_string(writer, "status", procedure_status_text(procedure->status));
	json_write_string(writer, "by", procedure->by);
	json_write_string(writer, "media", procedure_media_text(procedure->media));
	json_write_string(writer, "hidden_areas", procedure_hidden_text(procedure->hidden));
	json_write_string(writer, "basis", procedure->basis);
	json_write_string(writer, "note", procedure->note);
	json_write_string(writer, "file", procedure->source);
	json_write_string(writer, "sha256", procedure->sha256);
	json_write_array(writer, "steps");
	for (unsigned i = 0; i < procedure->step_count; i++) {
		json_write_object(writer, NULL);
		json_write_uint(writer, "step", i + 1);
		json_write_string(writer, "write",
		    procedure_write_text(&procedure->steps[i], text, sizeof(text)));
		json_write_string(writer, "verify",
		    procedure_verify_text(&procedure->steps[i], text, sizeof(text)));
		json_write_close(writer);
	}
	json_write_close(writer);
	json_write_close(writer);
}

static enum cli_exit list(const struct procedure_catalogue *catalogue, bool json)
{
	if (json) {
		BUF_AUTO buf = { 0 };
		struct json_writer writer;
		json_write_start(&writer, &buf, false);
		json_write_object(&writer, NULL);
		json_write_array(&writer, "procedures");
		for (size_t i = 0; i < catalogue->count; i++)
			json_procedure(&writer, &catalogue->items[i]);
		json_write_close(&writer);
		json_write_close(&writer);
		return cli_json_print(&writer, &buf);
	}
	struct cli_table table = { .columns = 5 };
	static const char *const heads[] = { "ID", "LEVEL", "STATUS", "PASSES", "TITLE" };
	for (size_t i = 0; i < WIPE_COUNT(heads); i++)
		cli_table_cell(&table, heads[i]);
	for (size_t i = 0; i < catalogue->count; i++) {
		const struct procedure *procedure = &catalogue->items[i];
		char passes[16];
		snprintf(passes, sizeof(passes), "%u", procedure_pass_count(procedure));
		cli_table_cell(&table, procedure->id);
		cli_table_cell(&table, procedure_level_text(procedure->level));
		cli_table_cell(&table, procedure_status_text(procedure->status));
		cli_table_cell(&table, passes);
		cli_table_cell(&table, procedure->title);
	}
	cli_table_print(&table);
	return CLI_OK;
}

static enum cli_exit show(const struct procedure *procedure, bool json)
{
	if (json) {
		BUF_AUTO buf = { 0 };
		struct json_writer writer;
		json_write_start(&writer, &buf, false);
		json_procedure(&writer, procedure);
		return cli_json_print(&writer, &buf);
	}
	printf("%s, version %s: %s\n", procedure->id, procedure->version, procedure->title);
	printf("level %s, %s%s%s, media %s, hidden areas %s\n", procedure_level_text(procedure->level),
	    procedure_status_text(procedure->status), procedure->by[0] ? " by " : "", procedure->by,
	    procedure_media_text(procedure->media), procedure_hidden_text(procedure->hidden));
	for (unsigned i = 0; i < procedure->step_count; i++) {
		const struct procedure_step *step = &procedure->steps[i];
		char write[512], verify[128];
		procedure_write_text(step, write, sizeof(write));
		procedure_verify_text(step, verify, sizeof(verify));
		bool verifies = step->verify != PROCEDURE_VERIFY_NONE;
		printf("  %2u. %s%s%s\n", i + 1, write, verifies ? "; verify " : "",
		    verifies ? verify : "");
	}
	if (!procedure_is_verified(procedure))
		puts("  Nothing verifies what is left on the disk: erased-with-exceptions at best.");
	printf("basis: %s\n", procedure->basis);
	if (procedure->note[0])
		printf("note:  %s\n", procedure->note);
	printf("file:  %s\nSHA-256 %s\n", procedure->source, procedure->sha256);
	return CLI_OK;
}

static enum cli_exit check(struct app *app, const char *path)
{
	struct procedure *procedure = calloc(1, sizeof(*procedure));
	struct faults *faults = calloc(1, sizeof(*faults));
	struct err err = { 0 };
	enum cli_exit result = CLI_OK;
	enum code code = procedure && faults ? CODE_OK : err_memory(&err);
	if (code == CODE_OK)
		code = procedure_read(app->files, path, faults, procedure, &err);
	for (size_t i = 0; faults && i < faults->count; i++)
		printf("%s:%u: %s%s\n", path, faults->items[i].line,
		    faults->items[i].warning ? "warning: " : "", faults->items[i].text);
	if (code == CODE_OK)
		printf("%s: procedure %s, %u steps, fit for use\n", path, procedure->id,
		    procedure->step_count);
	else
		result = cli_fail(&err);
	free(procedure);
	free(faults);
	return result;
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	const char *verb = args->word_count ? args->words[0] : "";
	bool json = cli_args_has(args, "json");
	if (strcmp(verb, "check") == 0 && args->word_count == 2)
		return check(app, args->words[1]);
	bool listing = strcmp(verb, "list") == 0 && args->word_count == 1;
	bool showing = strcmp(verb, "show") == 0 && args->word_count == 2;
	if (!listing && !showing) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	struct procedure_catalogue catalogue = { 0 };
	const struct procedure *found = NULL;
	struct err err = { 0 };
	if (app_catalogue(app, &catalogue, &err) != CODE_OK)
		return cli_fail(&err);
	enum cli_exit result;
	if (listing)
		result = list(&catalogue, json);
	else if (procedure_catalogue_find(&catalogue, args->words[1], &found, &err) == CODE_OK)
		result = show(found, json);
	else
		result = cli_fail(&err);
	procedure_catalogue_free(&catalogue);
	return result;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, CLI_OPTION_HELP };
const struct cli_command cli_procedure = { "procedure", "list | show ID | check FILE [--json]",
	"Lists the procedures, shows one pass by pass, or names every fault of a definition file.",
	options, WIPE_COUNT(options), run };
