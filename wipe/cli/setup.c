/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup: the first run on a machine. */
#include "cli.h"

#include <stdio.h>

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (args->word_count) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	struct app_setup_report report = { 0 };
	struct err err = { 0 };
	if (app_setup(app, cli_args_value(args, "principal"), &report, &err) != CODE_OK)
		return cli_fail(&err);
	for (size_t i = 0; i < report.count; i++)
		printf("%-8s %s\n", report.items[i].made ? "made" : "kept", report.items[i].path);
	printf("station key %s\n", report.fingerprint);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "principal", 0, "NAME", "the station's name in allowed_signers (default: station@HOST)" },
	CLI_OPTION_HELP,
};
const struct cli_command cli_setup = { "setup", "[--principal NAME]",
	"Makes directories, a station key and an example configuration; never overwrites anything.",
	options, WIPE_COUNT(options), run };
