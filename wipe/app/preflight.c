/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preflight: whatever could be missing hours later is asked for now, with nothing touched. */
#include "app_private.h"

#include <stdio.h>
#include <string.h>

#define CERTIFICATE_ROOM (256u * 1024) /* bytes reserved for a certificate; more is asked when needed */

static enum code check_key(struct app_run *run, struct trust_public_key *ret, struct err *err)
{
	/* Read and let go: workers are forked from this process and must not have a copy. */
	struct trust_secret_key *key = NULL;
	enum code code = app_key_read(run->office.app, &key, err);
	if (code == CODE_OK)
		trust_secret_key_public(key, ret);
	trust_secret_key_free(key);
	return code;
}

/* Two signatures by one key, or in one name, would be one witness counted twice. */
static enum code check_distinct(const struct app_run *run, const struct trust_public_key *station,
    struct err *err)
{
	const char *principal = run->operator_.principal;
	if (trust_public_key_equals(&run->operator_key, station) ||
	    strcmp(principal, run->office.app->config.principal) == 0)
		return err_set(err, CODE_USAGE,
		    "operator %s is this station itself: a person signs with a key of their own", principal);
	return CODE_OK;
}

enum code app_reserve(struct app *app, struct app_disk *disk, struct err *err)
{
	char path[APP_PATH];
	snprintf(path, sizeof(path), "%s/%s.json", app->paths.certificates, disk->plan.id);
	enum code code = os_files_reserve(app->files, path, 0644, CERTIFICATE_ROOM, &disk->reserved, err);
	if (code == CODE_MISSING)
		return err_set(err, CODE_CONFIG, "no directory %s: run 'certwipe setup' first",
		    app->paths.certificates);
	return code == CODE_OK ? CODE_OK : err_prefix(err, "no room for a certificate");
}

/* The operator's key is looked up before the wipe, so that its fingerprint can stand in the
 * certificate that it signs later. */
static enum code find_operator(struct app_run *run, const char *principal, struct err *err)
{
	struct os_agent *agent = NULL;
	enum code code = os_agent_open(NULL, &agent, err);
	if (code == CODE_OK)
		code = app_agent_find(run->office.app, agent, TRUST_OPERATOR, principal, &run->operator_key,
		    run->operator_.principal, err);
	os_agent_free(agent);
	if (code != CODE_OK)
		return err_prefix(err, "operator %s", principal);
	text_copy(run->operator_.name, sizeof(run->operator_.name), principal);
	trust_public_key_fingerprint(&run->operator_key, run->operator_.key);
	run->has_operator = true;
	return CODE_OK;
}

enum code app_kernel_choose(const struct app *app, const struct content_kernel **ret,
    char ret_line[CONTENT_KERNEL_LINE], struct err *err)
{
	enum code code = content_kernel_choose(app->kernels, app->config.keystream, ret, ret_line, err);
	return code == CODE_CONFIG ? err_prefix(err, "%s", app->paths.config) : code;
}

static enum code choose_kernel(struct app_run *run, struct err *err)
{
	char line[CONTENT_KERNEL_LINE];
	enum code code = app_kernel_choose(run->office.app, &run->office.kernel, line, err);
	if (code == CODE_OK && line[0])
		run->face->warn(run->face->self, line);
	return code;
}

enum code app_preflight(struct app_run *run, struct err *err)
{
	struct trust_public_key station = { 0 };
	enum code code = choose_kernel(run, err);
	if (code == CODE_OK)
		code = check_key(run, &station, err);
	if (code == CODE_OK && run->operator_.principal[0]) {
		char principal[sizeof(run->operator_.principal)];
		memcpy(principal, run->operator_.principal, sizeof(principal));
		code = find_operator(run, principal, err);
		if (code == CODE_OK)
			code = check_distinct(run, &station, err);
	}
	bool torn = false;
	if (code == CODE_OK)
		code = chain_open(run->office.app->files, run->office.app->clock, run->office.app->paths.chain, &run->office.chain,
		    &torn, err);
	if (code == CODE_MISSING)
		return err_set(err, CODE_CONFIG, "no state directory %s: run 'certwipe setup' first",
		    run->office.app->paths.state);
	if (code == CODE_OK)
		app_tidy(run->office.app);
	return code;
}
