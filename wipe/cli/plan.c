/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: what wipe would do, in sentences. Writes nothing. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

/* Sequential rates that such media commonly reach; only for the estimate. */
static uint64_t usual_rate(const struct device *device)
{
	switch (device->media) {
	case DEVICE_MEDIA_HDD:
		return 150 * UINT64_C(1000000);
	case DEVICE_MEDIA_SSD:
		return 400 * UINT64_C(1000000);
	default:
		return 1000 * UINT64_C(1000000);
	}
}

static void json_disk(struct json_writer *writer, const struct app_disk *disk,
    const struct procedure *procedure)
{
	json_write_object(writer, NULL);
	cli_json_device(writer, "disk", &disk->clearance.device, NULL);
	json_write_bool(writer, "refused", disk->refused != CODE_OK);
	json_write_string(writer, "refusal", disk->refusal);
	json_write_string(writer, "procedure", procedure->id);
	if (disk->refused == CODE_OK) {
		json_write_uint(writer, "bytes_written", plan_bytes_written(&disk->plan));
		json_write_uint(writer, "bytes_read", plan_bytes_read(&disk->plan));
		json_write_uint(writer, "estimate_seconds",
		    plan_estimate_s(&disk->plan, usual_rate(&disk->clearance.device)));
	}
	json_write_close(writer);
}

static enum cli_exit print_json(const struct app_erase_result *result,
    const struct procedure *procedure)
{
	BUF_AUTO buf = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &buf, false);
	json_write_object(&writer, NULL);
	json_write_array(&writer, "plans");
	for (size_t i = 0; i < result->count; i++)
		json_disk(&writer, &result->disks[i], procedure);
	json_write_close(&writer);
	json_write_close(&writer);
	return cli_json_print(&writer, &buf);
}

static enum cli_exit print_text(const struct app_erase_result *result,
    const struct procedure *procedure)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct app_disk *disk = &result->disks[i];
		if (disk->refused != CODE_OK) {
			printf("%s: refused: %s\n", disk->word, disk->refusal);
			continue;
		}
		BUF_AUTO text = { 0 };
		struct err err = { 0 };
		char duration[UNITS_TEXT], found[200];
		if (plan_explain(&disk->plan, procedure, &text, &err) != CODE_OK)
			return cli_fail(&err);
		fwrite(text.data, 1, text.len, stdout);
		printf("Found on it now: %s.\n",
		    cli_found_text(&disk->clearance.device.found, found, sizeof(found)));
		printf("Estimate: %s at the usual rate of such media.\n",
		    units_duration_format(
		        plan_estimate_s(&disk->plan, usual_rate(&disk->clearance.device)), duration));
	}
	return CLI_OK;
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (!cli_args_words(command, args, 1, 0))
		return CLI_USAGE;
	const char **excluded = cli_args_values(args, "exclude");
	struct procedure *procedure = calloc(1, sizeof(*procedure));
	struct err err = { 0 };
	struct app_erase_result result = { 0 };
	const struct app_erase_request request = {
		.devices = args->words,
		.device_count = args->word_count,
		.procedure = cli_args_value(args, "procedure"),
		.excluded = excluded,
	};
	enum code code = excluded && procedure ? CODE_OK : err_memory(&err);
	if (code == CODE_OK)
		code = app_prepare(app, &request, procedure, &result, &err);
	enum cli_exit exit_code;
	if (code != CODE_OK)
		exit_code = cli_fail(&err);
	else if (cli_args_has(args, "json"))
		exit_code = print_json(&result, procedure);
	else
		exit_code = print_text(&result, procedure);
	if (exit_code == CLI_OK && result.any_refused)
		exit_code = CLI_REFUSED;
	app_erase_free(&result);
	free(procedure);
	free(excluded);
	return exit_code;
}

static const struct cli_option options[] = { CLI_OPTION_PROCEDURE, CLI_OPTION_EXCLUDE,
	CLI_OPTION_JSON, CLI_OPTION_HELP };
const struct cli_command cli_plan = { "plan",
	"DEVICE... [--procedure ID] [--exclude DEVICE]... [--json]",
	"Says what wipe would do to these disks, with bytes and time; writes nothing.", options,
	WIPE_COUNT(options), run };
