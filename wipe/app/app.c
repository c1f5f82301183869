/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app: the seams, the paths and the configuration that every use case starts from. */
#include "app_private.h"

#include <stdio.h>
#include <string.h>

static void place(char out[APP_PATH], const char *root, const char *path)
{
	snprintf(out, APP_PATH, "%s%s", root, path);
}

static enum code lay_out(struct app *app, const struct app_options *options, struct err *err)
{
	struct app_paths *paths = &app->paths;
	const char *root = options->root ? options->root : "";
	if (root[0] && root[0] != '/')
		return err_set(err, CODE_USAGE, "--root %s: give an absolute path", root);
	if (strlen(root) > APP_PATH / 2)
		return err_set(err, CODE_USAGE, "--root: a path of at most %d bytes", APP_PATH / 2);
	if (strcmp(root, "/") == 0)
		root = "";
	place(paths->config, root, "/etc/certwipe/certwipe.conf");
	place(paths->key, root, "/etc/certwipe/station_ed25519");
	place(paths->allowed_signers, root, "/etc/certwipe/allowed_signers");
	place(paths->revoked_keys, root, "/etc/certwipe/revoked_keys");
	place(paths->site_procedures, root, "/etc/certwipe/procedures");
	place(paths->shipped_procedures, root, "/usr/share/certwipe/patterns");
	place(paths->state, root, "/var/lib/certwipe");
	place(paths->chain, root, "/var/lib/certwipe/chain");
	place(paths->jobs, root, "/var/lib/certwipe/jobs");
	place(paths->certificates, root, "/var/lib/certwipe/certificates");
	place(paths->socket, root, "/run/certwipe/supervisor.sock");
	place(paths->bays, root, "/etc/certwipe/bays");
	place(paths->shelf, root, "/etc/certwipe/shelf");
	if (options->config && !text_copy(paths->config, sizeof(paths->config), options->config))
		return err_set(err, CODE_USAGE, "--config: a path of at most %d bytes", APP_PATH - 1);
	return CODE_OK;
}

/* A program that runs from its build tree finds the patterns of its source tree. */
static void find_patterns(struct app *app)
{
	struct app_paths *paths = &app->paths;
	if (os_files_exists(app->files, paths->shipped_procedures))
		return;
	char beside[APP_PATH];
	snprintf(beside, sizeof(beside), "%s/../patterns", app->machine.executable_dir);
	if (os_files_exists(app->files, beside))
		text_copy(paths->shipped_procedures, sizeof(paths->shipped_procedures), beside);
}

enum code app_open(const struct app_options *options, struct app *ret, struct err *err)
{
	struct app app = { .options = *options, .clock = os_clock_system() };
	text_copy(app.tool.version, sizeof(app.tool.version), CERTWIPE_VERSION);
	text_copy(app.tool.commit, sizeof(app.tool.commit), CERTWIPE_COMMIT);
	enum code code = lay_out(&app, options, err);
	if (code == CODE_OK)
		code = os_files_open(&app.files, err);
	if (code == CODE_OK)
		code = os_host_open(&app.host, err);
	if (code == CODE_OK)
		code = os_process_machine(&app.machine, err);
	if (code == CODE_OK) {
		find_patterns(&app);
		code = app_configure(&app, err);
	}
	if (code != CODE_OK) {
		app_close(&app);
		return code;
	}
	*ret = app;
	return CODE_OK;
}

enum code app_configure(struct app *app, struct err *err)
{
	struct app_config config;
	enum code code = app_config_read(app->files, app->paths.config, app->options.config != NULL, &config,
	    err);
	if (code != CODE_OK)
		return code;
	if (!config.principal[0])
		snprintf(config.principal, sizeof(config.principal), "station@%s", app->machine.host);
	app->config = config;
	return CODE_OK;
}

void app_close(struct app *app)
{
	os_host_free(app->host);
	os_files_free(app->files);
	app->host = NULL;
	app->files = NULL;
}

enum code app_catalogue(struct app *app, struct procedure_catalogue *ret, struct err *err)
{
	const char *const folders[] = { app->paths.site_procedures, app->paths.shipped_procedures, NULL };
	return procedure_catalogue_read(app->files, folders, ret, err);
}

enum code app_scan(struct app *app, const char *const *excluded, struct device_set *ret,
    struct err *err)
{
	const struct device_scan_options options = {
		.state_dir = app->paths.state,
		.excluded = excluded,
	};
	return device_scan(app->host, &options, ret, err);
}
