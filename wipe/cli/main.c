/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main: which command, and in which surroundings? */
#include "cli.h"

#include "wipe/tui.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- station: the other face, which cli does not know -------------------------------------------- */

static enum cli_exit run_station(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	const struct tui_options options = { .ascii = cli_args_has(args, "ascii"),
		.no_colour = cli_args_has(args, "no-colour") };
	struct err err = { 0 };
	if (args->word_count > 0) {
		cli_say("usage: certwipe %s %s", command->name, command->synopsis);
		return CLI_USAGE;
	}
	if (!os_process_is_root()) {
		err_set(&err, CODE_USAGE, "station needs root: it starts wipes");
		return cli_fail(&err);
	}
	return tui_run(app, &options, &err) == CODE_OK ? CLI_OK : cli_fail(&err);
}

static const struct cli_option station_options[] = {
	{ "ascii", 0, NULL, "no signs beyond ASCII, whatever the locale says" },
	{ "no-colour", 0, NULL, "no colours (also $NO_COLOR)" },
	CLI_OPTION_HELP,
};
static const struct cli_command cli_station = { "station", "[--ascii] [--no-colour]",
	"Shows all disks and jobs on a full screen, for the technician at the bay.", station_options,
	WIPE_COUNT(station_options), run_station };

/* ---- the commands --------------------------------------------------------------------------------- */

static const struct cli_command *const commands[] = { &cli_list, &cli_show, &cli_procedure, &cli_plan,
	&cli_wipe, &cli_resume, &cli_status, &cli_station, &cli_supervise, &cli_sign, &cli_check, &cli_render,
	&cli_setup };

static void usage(FILE *out)
{
	fputs("Usage: certwipe [--root DIR] [--config FILE] COMMAND ...\n\n"
	      "Wipes disks by a defined procedure and proves it. Commands:\n\n", out);
	for (size_t i = 0; i < WIPE_COUNT(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nOptions before the command:\n"
	      "  --root DIR     put DIR before every path of FILES (also $CERTWIPE_ROOT)\n"
	      "  --config FILE  another certwipe.conf (also $CERTWIPE_CONFIG)\n"
	      "  --version      print the version\n"
	      "  --help         this text; 'certwipe COMMAND --help' says more\n", out);
}

/* Options before the verb; *ret_used counts the arguments they took. */
static enum code surroundings(int argc, char **argv, struct app_options *options, int *ret_used,
    struct err *err)
{
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		const char **value = strcmp(argv[i], "--root") == 0 ? &options->root
		    : strcmp(argv[i], "--config") == 0		      ? &options->config
								      : NULL;
		if (!value)
			return err_set(err, CODE_USAGE, "no option %s before the command: see certwipe --help",
			    argv[i]);
		if (i + 1 == argc)
			return err_set(err, CODE_USAGE, "%s needs its argument", argv[i]);
		*value = argv[++i];
	}
	*ret_used = i;
	return CODE_OK;
}

static enum cli_exit run_command(const struct cli_command *command, int argc, char **argv,
    const struct app_options *options)
{
	struct err err = { 0 };
	struct cli_args args;
	struct app app;
	if (cli_args_parse(command, argc, argv, &args, &err) != CODE_OK)
		return cli_fail(&err);
	enum cli_exit result = CLI_OK;
	if (cli_args_has(&args, "help"))
		cli_help(command);
	else if (app_open(options, &app, &err) != CODE_OK)
		result = cli_fail(&err);
	else {
		result = command->run(command, &app, &args);
		app_close(&app);
	}
	cli_args_free(&args);
	return result;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	struct app_options options = { getenv("CERTWIPE_ROOT"), getenv("CERTWIPE_CONFIG") };
	int used = 1;
	if (sodium_init() < 0) {
		cli_say("libsodium does not start on this machine");
		return CLI_USAGE;
	}
	os_process_protect();
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return CLI_OK;
	}
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("certwipe " CERTWIPE_VERSION);
		return CLI_OK;
	}
	if (surroundings(argc, argv, &options, &used, &err) != CODE_OK)
		return (int)cli_fail(&err);
	if (used >= argc) {
		usage(stderr);
		return CLI_USAGE;
	}
	int result = -1;
	for (size_t i = 0; i < WIPE_COUNT(commands); i++) {
		if (strcmp(commands[i]->name, argv[used]) == 0)
			result = (int)run_command(commands[i], argc - used - 1, argv + used + 1, &options);
	}
	if (result < 0) {
		cli_say("no command '%s': see certwipe --help", argv[used]);
		return CLI_USAGE;
	}
	/* What could not be printed was not said. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		cli_say("could not write to standard output");
		return result == CLI_OK ? CLI_USAGE : result;
	}
	return result;
}
