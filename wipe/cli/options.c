/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options: a command line against its table. One clear line for whatever does not fit. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_option *by_name(const struct cli_command *command, const char *name,
    size_t len)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct cli_option *option = &command->options[i];
		if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
			return option;
	}
	return NULL;
}

static const struct cli_option *by_letter(const struct cli_command *command, char letter)
{
	for (size_t i = 0; i < command->option_count; i++) {
		if (command->options[i].letter == letter)
			return &command->options[i];
	}
	return NULL;
}

static void give(struct cli_args *args, const struct cli_option *option, const char *value)
{
	args->given[args->given_count].option = option;
	args->given[args->given_count++].value = value;
}

/* --name, --name=value, --name value. *next is the argument after it, consumed when taken. */
static enum code parse_long(const struct cli_command *command, const char *text, char **next,
    bool *ret_took, struct cli_args *args, struct err *err)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const struct cli_option *option = by_name(command, text, len);
	if (!option)
		return err_set(err, CODE_USAGE, "%s has no option --%.*s: see certwipe %s --help",
		    command->name, (int)len, text, command->name);
	if (equals && !option->argument)
		return err_set(err, CODE_USAGE, "--%s takes no argument", option->name);
	if (option->argument && !equals && !*next)
		return err_set(err, CODE_USAGE, "--%s needs its argument %s", option->name,
		    option->argument);
	*ret_took = option->argument && !equals;
	give(args, option, equals ? equals + 1 : *ret_took ? *next : NULL);
	return CODE_OK;
}

/* -a, -ab, -avalue, -a value. */
static enum code parse_short(const struct cli_command *command, const char *text, char **next,
    bool *ret_took, struct cli_args *args, struct err *err)
{
	const struct cli_option *option = by_letter(command, text[0]);
	if (!option)
		return err_set(err, CODE_USAGE, "%s has no option -%c: see certwipe %s --help",
		    command->name, text[0], command->name);
	if (!option->argument) {
		if (text[1])
			return err_set(err, CODE_USAGE, "-%c takes no argument: give options one by one",
			    text[0]);
		give(args, option, NULL);
		return CODE_OK;
	}
	if (!text[1] && !*next)
		return err_set(err, CODE_USAGE, "-%c needs its argument %s", text[0], option->argument);
	*ret_took = !text[1];
	give(args, option, text[1] ? text + 1 : *next);
	return CODE_OK;
}

enum code cli_args_parse(const struct cli_command *command, int argc, char **argv,
    struct cli_args *ret, struct err *err)
{
	struct cli_args args = { 0 };
	args.given = calloc((size_t)argc + 1, sizeof(*args.given));
	args.words = calloc((size_t)argc + 1, sizeof(*args.words));
	enum code code = args.given && args.words ? CODE_OK : err_memory(err);
	bool only_words = false;
	for (int i = 0; code == CODE_OK && i < argc; i++) {
		bool took = false;
		if (only_words || argv[i][0] != '-' || !argv[i][1])
			args.words[args.word_count++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			only_words = true;
		else if (argv[i][1] == '-')
			code = parse_long(command, argv[i] + 2, &argv[i + 1], &took, &args, err);
		else
			code = parse_short(command, argv[i] + 1, &argv[i + 1], &took, &args, err);
		i += took;
	}
	if (code != CODE_OK)
		cli_args_free(&args);
	else
		*ret = args;
	return code;
}

void cli_args_free(struct cli_args *args)
{
	free(args->given);
	free(args->words);
	*args = (struct cli_args){ 0 };
}

bool cli_args_has(const struct cli_args *args, const char *name)
{
	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].option->name, name) == 0)
			return true;
	}
	return false;
}

const char *cli_args_value(const struct cli_args *args, const char *name)
{
	const char *value = NULL;
	for (size_t i = 0; i < args->given_count; i++) {
		if (strcmp(args->given[i].option->name, name) == 0)
			value = args->given[i].value;
	}
	return value;
}

const char **cli_args_values(const struct cli_args *args, const char *name)
{
	const char **values = calloc(args->given_count + 1, sizeof(*values));
	size_t count = 0;
	for (size_t i = 0; values && i < args->given_count; i++) {
		if (strcmp(args->given[i].option->name, name) == 0)
			values[count++] = args->given[i].value;
	}
	return values;
}

bool cli_args_words(const struct cli_command *command, const struct cli_args *args, size_t min,
    size_t max)
{
	if (args->word_count >= min && (max == 0 || args->word_count <= max))
		return true;
	cli_say("usage: certwipe %s %s", command->name, command->synopsis);
	return false;
}

void cli_help(const struct cli_command *command)
{
	printf("Usage: certwipe %s %s\n\n%s\n\nOptions:\n", command->name, command->synopsis,
	    command->summary);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct cli_option *option = &command->options[i];
		char left[64];
		char letter[5] = "    ";
		if (option->letter)
			snprintf(letter, sizeof(letter), "-%c, ", option->letter);
		snprintf(left, sizeof(left), "%s--%s%s%s", letter, option->name,
		    option->argument ? " " : "", option->argument ? option->argument : "");
		printf("  %-28s %s\n", left, option->help);
	}
}
