/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render: the certificate as people read it. */
#include "cli.h"

#include "wipe/render.h"

#include <stdio.h>
#include <unistd.h>

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (!cli_args_words(command, args, 1, 1))
		return CLI_USAGE;
	const struct app_check_request request = { .path = args->words[0] };
	struct app_check_report report = { 0 };
	struct err err = { 0 };
	BUF_AUTO text = { 0 };
	unsigned columns = os_terminal_columns(STDOUT_FILENO);
	enum code code = app_check(app, &request, &report, &err);
	if (code == CODE_OK)
		code = render_text(report.certificate, &report.signatures, columns < 60 ? 60 : columns,
		    &text, &err);
	app_check_free(&report);
	if (code != CODE_OK)
		return cli_fail(&err);
	fwrite(text.data, 1, text.len, stdout);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "text", 0, NULL, "as plain text on standard output (the default)" },
	CLI_OPTION_HELP,
};
const struct cli_command cli_render = { "render", "CERTIFICATE [--text]",
	"Prints a certificate for people.", options, WIPE_COUNT(options), run };
