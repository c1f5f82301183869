/* SPDX-License-Identifier: GPL-3.0-or-later */
/* supervise: the process that owns the jobs of this host. */
#include "cli.h"

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	const struct app_supervise_options options = { .on_demand = cli_args_has(args, "on-demand") };
	struct err err = { 0 };
	if (args->word_count > 0) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	if (!os_process_is_root()) {
		err_set(&err, CODE_USAGE, "supervise needs root: jobs are its own");
		return cli_fail(&err);
	}
	return app_supervise(app, &options, &err) == CODE_OK ? CLI_OK : cli_fail(&err);
}

static const struct cli_option options[] = {
	{ "on-demand", 0, NULL, "end as soon as nothing is left to do" },
	CLI_OPTION_HELP,
};
const struct cli_command cli_supervise = { "supervise", "[--on-demand]",
	"Owns the jobs of this host until it is stopped; other commands start it by themselves.", options,
	WIPE_COUNT(options), run };
