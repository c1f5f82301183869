/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sign: a person's signature on a certificate, through ssh-agent, now or years later. */
#include "cli.h"

#include <stdio.h>

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (!cli_args_words(command, args, 1, 1))
		return CLI_USAGE;
	const char *as = cli_args_value(args, "as");
	enum trust_role role;
	if (!as || !trust_role_parse(as, &role) || role == TRUST_STATION) {
		cli_say("sign needs --as operator, witness or approver");
		return CLI_USAGE;
	}
	char path[APP_PATH];
	struct err err = { 0 };
	if (app_sign(app, args->words[0], role, cli_args_value(args, "principal"), path, &err) !=
	    CODE_OK) {
		cli_fail(&err);
		return err.code == CODE_UNTRUSTED ? CLI_NOT_ISSUED : CLI_USAGE;
	}
	printf("%s\n", path);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "as", 0, "ROLE", "operator, witness or approver" },
	{ "principal", 0, "NAME", "whose key of the agent, where it holds several" },
	CLI_OPTION_HELP,
};
const struct cli_command cli_sign = { "sign", "CERTIFICATE --as ROLE [--principal NAME]",
	"Adds a person's signature to a certificate, through ssh-agent.", options, WIPE_COUNT(options),
	run };
