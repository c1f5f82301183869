/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show: everything known of one disk. */
#include "cli.h"

#include <stdio.h>

#define HEALTH_MS 20000 /* a disk that was asleep may have to spin up first */

static void line(const char *name, const char *value, const char *source)
{
	printf("%-16s %s%s%s%s\n", name, value[0] ? value : "unknown", source[0] ? "  (" : "", source,
	    source[0] ? ")" : "");
}

static void print_identity(const struct device *device)
{
	const struct identity *identity = &device->identity;
	char size[UNITS_TEXT], text[160];
	line("disk", identity->node, "");
	line("model", identity->model, device->model_source);
	line("serial", identity->serial, device->serial_source);
	line("WWN", identity->wwn, device->wwn_source);
	if (identity->unit[0])
		line("unit", identity->unit, "");
	line("firmware", identity->firmware, device->firmware_source);
	line("transport", identity->transport, "");
	line("media", device_media_text(device->media), device->virtual_disk ? "virtual disk" : "");
	snprintf(text, sizeof(text), "%llu bytes (%s)", (unsigned long long)identity->size,
	    units_bytes_format(identity->size, size));
	line("size", text, "");
	snprintf(text, sizeof(text), "%u bytes logical, %u physical", identity->logical,
	    identity->physical);
	line("blocks", text, "");
	snprintf(text, sizeof(text), "%u known to the kernel", device->partition_count);
	line("partitions", text, "");
}

static void print_use(const struct device *device, const struct device_health *health)
{
	char found[400];
	line("health", health->text, "");
	line("found on it", cli_found_text(&device->found, found, sizeof(found)),
	    device->found.result == OS_PROBE_UNKNOWN ? device->found.why : "");
	line("hidden areas", evidence_hidden_text(evidence_hidden_areas(device)), "");
	if (device->scan_incomplete)
		line("scan", "incomplete", device->scan_note);
	for (size_t i = 0; i < device->claim_count; i++)
		line(i ? "" : "refused", device->claims[i].text, "");
	if (device->claim_count == 0)
		line("wipeable", "yes", "");
}

/* The procedures that fit the disk's media and that this version can carry out. */
static void print_procedures(struct app *app, const struct device *device)
{
	struct procedure_catalogue catalogue = { 0 };
	struct err err = { 0 };
	if (app_catalogue(app, &catalogue, &err) != CODE_OK) {
		cli_say("%s", err.line);
		return;
	}
	printf("%-16s", "procedures");
	for (size_t i = 0; i < catalogue.count; i++) {
		const struct procedure *procedure = &catalogue.items[i];
		struct clearance clearance = { .device = *device, .granted = true };
		struct plan plan;
		if (procedure->status != PROCEDURE_CURRENT ||
		    plan_build(&clearance, procedure, NULL, &plan, &err) != CODE_OK)
			continue;
		plan_forget(&plan);
		printf(" %s", procedure->id);
	}
	puts("");
	procedure_catalogue_free(&catalogue);
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (!cli_args_words(command, args, 1, 1))
		return CLI_USAGE;
	struct err err = { 0 };
	struct device_set set = { 0 };
	const struct device *found = NULL;
	enum code code = app_scan(app, NULL, &set, &err);
	if (code == CODE_OK)
		code = device_find(app->host, &set, args->words[0], &found, &err);
	if (code != CODE_OK) {
		device_set_free(&set);
		return cli_fail(&err);
	}
	struct device device = *found;
	device_set_free(&set);
	device_probe(app->host, &device);
	struct device_health health;
	device_health_read(&device, HEALTH_MS, &health);
	if (cli_args_has(args, "json")) {
		BUF_AUTO buf = { 0 };
		struct json_writer writer;
		json_write_start(&writer, &buf, false);
		cli_json_device(&writer, NULL, &device, &health);
		return cli_json_print(&writer, &buf);
	}
	print_identity(&device);
	print_use(&device, &health);
	print_procedures(app, &device);
	return CLI_OK;
}

static const struct cli_option options[] = { CLI_OPTION_JSON, CLI_OPTION_HELP };
const struct cli_command cli_show = { "show", "DEVICE [--json]",
	"Shows everything known of one disk: identity, health, use, what was found on it, what fits it.", options,
	WIPE_COUNT(options), run };
