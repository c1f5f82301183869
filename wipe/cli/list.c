/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list: the disks of this machine, and whether each may be wiped. */
#include "cli.h"

#include <string.h>

static void add_row(struct cli_table *table, const struct device *device)
{
	const struct identity *identity = &device->identity;
	char size[UNITS_TEXT], found[200], verdict[200];
	text_copy(verdict, sizeof(verdict), "yes");
	if (device->claim_count)
		text_copy(verdict, sizeof(verdict), device->claims[0].text);
	cli_table_cell(table, identity->node);
	cli_table_cell(table, units_bytes_format(identity->size, size));
	cli_table_cell(table, identity->transport);
	cli_table_cell(table, device_media_text(device->media));
	cli_table_cell(table, identity->model);
	cli_table_cell(table, identity->serial);
	cli_table_cell(table, identity->wwn);
	cli_table_cell(table,
	    device->claim_count ? device_claim_text(device->claims[0].kind) : "");
	cli_table_cell(table, cli_found_text(&device->found, found, sizeof(found)));
	cli_table_cell(table, verdict);
}

static enum cli_exit print_json(const struct device_set *set, bool all)
{
	BUF_AUTO buf = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &buf, false);
	json_write_object(&writer, NULL);
	json_write_array(&writer, "disks");
	for (size_t i = 0; i < set->count; i++) {
		if (all || !set->items[i].virtual_disk)
			cli_json_device(&writer, NULL, &set->items[i], NULL);
	}
	json_write_close(&writer);
	json_write_close(&writer);
	return cli_json_print(&writer, &buf);
}

static void print_table(const struct device_set *set, bool all)
{
	static const char *const heads[] = { "DISK", "SIZE", "VIA", "MEDIA", "MODEL", "SERIAL", "WWN",
		"USED BY", "FOUND", "WIPEABLE" };
	struct cli_table table = { .columns = WIPE_COUNT(heads) };
	for (size_t i = 0; i < WIPE_COUNT(heads); i++)
		cli_table_cell(&table, heads[i]);
	size_t shown = 0;
	const char *note = NULL;
	for (size_t i = 0; i < set->count; i++) {
		if (!all && set->items[i].virtual_disk)
			continue;
		add_row(&table, &set->items[i]);
		shown++;
		if (set->items[i].scan_incomplete)
			note = set->items[i].scan_note;
	}
	cli_table_print(&table);
	if (shown == 0)
		cli_say("no disks here (virtual ones with --all)");
	if (note)
		cli_say("scan incomplete: %s", note);
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (args->word_count) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	bool all = cli_args_has(args, "all");
	struct err err = { 0 };
	struct device_set set = { 0 };
	if (app_scan(app, NULL, &set, &err) != CODE_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < set.count; i++) {
		if ((all || !set.items[i].virtual_disk) && set.items[i].identity.size)
			device_probe(app->host, &set.items[i]);
	}
	enum cli_exit code = CLI_OK;
	if (cli_args_has(args, "json"))
		code = print_json(&set, all);
	else
		print_table(&set, all);
	device_set_free(&set);
	return code;
}

static const struct cli_option options[] = {
	{ "all", 'a', NULL, "virtual devices too (loop, zram, ram, dm, md)" },
	CLI_OPTION_JSON,
	CLI_OPTION_HELP,
};
const struct cli_command cli_list = { "list", "[--all] [--json]",
	"Lists the disks of this machine, what uses them, and whether they may be wiped.", options,
	WIPE_COUNT(options), run };
