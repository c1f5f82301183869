/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands share: option tables, the parsed line, exit codes, printing. */
#ifndef WIPE_CLI_CLI_H
#define WIPE_CLI_CLI_H

#include "wipe/app.h"

/* commands, "Exit codes". Where several apply, the first of 4, 1, 5, 3. */
enum cli_exit {
	CLI_OK = 0,
	CLI_NOT_ERASED = 1,
	CLI_USAGE = 2,
	CLI_REFUSED = 3,
	CLI_STOPPED = 4,
	CLI_NOT_ISSUED = 5,
};

/* One option. The table is the only place that knows it: parser, --help, man page test and shell
 * completion all go by it. */
struct cli_option {
	const char *name; /* long, without dashes */
	char letter; /* short, or 0 */
	const char *argument; /* name of its argument, or NULL */
	const char *help;
};

struct cli_args;
struct cli_command {
	const char *name;
	const char *synopsis; /* what follows the name */
	const char *summary; /* one line */
	const struct cli_option *options;
	size_t option_count;
	enum cli_exit (*run)(const struct cli_command *command, struct app *app,
	    const struct cli_args *args);
};
extern const struct cli_command cli_list, cli_show, cli_procedure, cli_plan, cli_wipe, cli_resume,
    cli_status, cli_supervise, cli_sign, cli_check, cli_render, cli_setup;

/* A parsed command line; strings are borrowed from argv. */
struct cli_args {
	struct {
		const struct cli_option *option;
		const char *value; /* NULL for a flag */
	} *given;
	size_t given_count;
	const char **words; /* NULL-terminated */
	size_t word_count;
};
enum code cli_args_parse(const struct cli_command *command, int argc, char **argv,
    struct cli_args *ret, struct err *err) WIPE_MUST_USE;
void cli_args_free(struct cli_args *args);
bool cli_args_has(const struct cli_args *args, const char *name);
/* The last value of an option, or NULL. */
const char *cli_args_value(const struct cli_args *args, const char *name);
/* Every value of an option: a NULL-terminated array, the caller's; NULL when out of memory. */
const char **cli_args_values(const struct cli_args *args, const char *name);
/* Too few or too many words: prints one line and returns false. max 0 = any number. */
bool cli_args_words(const struct cli_command *command, const struct cli_args *args, size_t min,
    size_t max);
void cli_help(const struct cli_command *command);

/* "certwipe: LINE" on stderr; returns the exit code that belongs to the error. */
enum cli_exit cli_fail(const struct err *err);
void cli_say(const char *format, ...) WIPE_PRINTF(1, 2);

/* Aligned columns on stdout: rows of `columns` cells; the header is bold on a terminal. */
struct cli_table {
	size_t columns;
	char (*cells)[200];
	size_t count; /* cells filled */
	bool failed;
};
void cli_table_cell(struct cli_table *table, const char *text);
void cli_table_print(struct cli_table *table); /* and frees */

/* One JSON document on stdout. */
enum cli_exit cli_json_print(struct json_writer *writer, struct buf *buf);
/* health NULL: it was not asked for, and has no member. */
void cli_json_device(struct json_writer *writer, const char *key, const struct device *device,
    const struct device_health *health);
/* "ext4, gpt", "nothing known", "unknown: why". */
const char *cli_found_text(const struct os_probe *found, char *out, size_t size);

/* Options that wipe and plan share. */
#define CLI_OPTION_PROCEDURE                                                                       \
	{ "procedure", 'p', "ID", "procedure to follow (default: the configured one)" }
#define CLI_OPTION_EXCLUDE                                                                         \
	{ "exclude", 'e', "DEVICE", "never touch this disk; may be given many times" }
#define CLI_OPTION_JSON { "json", 0, NULL, "print one JSON document" }
#define CLI_OPTION_HELP { "help", 'h', NULL, "say what this command does" }

#endif
