/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup: the first run on a machine. What is there stays as it is. */
#include "app_private.h"

#include <stdio.h>
#include <string.h>

static void report(struct app_setup_report *report_, const char *path, bool made)
{
	if (report_->count == WIPE_COUNT(report_->items))
		return;
	text_copy(report_->items[report_->count].path, APP_PATH, path);
	report_->items[report_->count++].made = made;
}

static enum code make_folder(struct app *app, const char *path, unsigned mode,
    struct app_setup_report *ret, struct err *err)
{
	bool there = os_files_exists(app->files, path);
	enum code code = os_files_make_dirs(app->files, path, mode, err);
	if (code == CODE_OK)
		report(ret, path, !there);
	return code;
}

static enum code make_file(struct app *app, const char *path, unsigned mode, const struct buf *text,
    struct app_setup_report *ret, struct err *err)
{
	enum code code = buf_check(text, err);
	if (code == CODE_OK)
		code = os_files_put(app->files, path, mode, false, text->data, text->len, err);
	if (code != CODE_OK && code != CODE_EXISTS)
		return code;
	report(ret, path, code == CODE_OK);
	return CODE_OK;
}

static enum code make_folders(struct app *app, struct app_setup_report *ret, struct err *err)
{
	char folder[APP_PATH];
	text_copy(folder, sizeof(folder), app->paths.key);
	*strrchr(folder, '/') = 0;
	enum code code = make_folder(app, folder, 0755, ret, err);
	if (code == CODE_OK)
		code = make_folder(app, app->paths.site_procedures, 0755, ret, err);
	if (code == CODE_OK)
		code = make_folder(app, app->paths.state, 0700, ret, err);
	if (code == CODE_OK)
		code = make_folder(app, app->paths.jobs, 0700, ret, err);
	if (code == CODE_OK)
		code = make_folder(app, app->paths.certificates, 0700, ret, err);
	return code;
}

/* A new pair when there is none; in either case *ret_key is what the station signs with. */
static enum code make_key(struct app *app, const char *principal, struct trust_secret_key **ret_key,
    struct app_setup_report *ret, struct err *err)
{
	if (os_files_exists(app->files, app->paths.key)) {
		report(ret, app->paths.key, false);
		return app_key_read(app, ret_key, err);
	}
	BUF_AUTO text = { 0 };
	struct trust_secret_key *key = NULL;
	enum code code = trust_secret_key_new(&key, err);
	if (code == CODE_OK)
		code = trust_secret_key_format(key, principal, &text, err);
	if (code == CODE_OK)
		code = make_file(app, app->paths.key, 0600, &text, ret, err);
	if (code != CODE_OK) {
		trust_secret_key_free(key);
		return code;
	}
	*ret_key = key;
	return CODE_OK;
}

static enum code make_texts(struct app *app, const char *principal,
    const struct trust_secret_key *key, struct app_setup_report *ret, struct err *err)
{
	struct trust_public_key public_key;
	trust_secret_key_public(key, &public_key);
	trust_public_key_fingerprint(&public_key, ret->fingerprint);

	char path[APP_PATH];
	snprintf(path, sizeof(path), "%s.pub", app->paths.key);
	BUF_AUTO pub = { 0 };
	trust_public_key_text(&public_key, &pub);
	buf_printf(&pub, " %s\n", principal);
	enum code code = make_file(app, path, 0644, &pub, ret, err);

	BUF_AUTO signers = { 0 };
	buf_printf(&signers,
	    "# Whom this station trusts, and for which role: see ssh-keygen(1), ALLOWED SIGNERS.\n"
	    "# A person:  alice@example.org namespaces=\"operator@certwipe\" ssh-ed25519 AAAA...\n"
	    "%s namespaces=\"%s\" ",
	    principal, trust_role_namespace(TRUST_STATION));
	trust_public_key_text(&public_key, &signers);
	buf_string(&signers, "\n");
	if (code == CODE_OK)
		code = make_file(app, app->paths.allowed_signers, 0644, &signers, ret, err);

	BUF_AUTO config = { 0 };
	if (code == CODE_OK)
		code = app_config_example(principal, &config, err);
	if (code == CODE_OK)
		code = make_file(app, app->paths.config, 0644, &config, ret, err);
	return code;
}

enum code app_setup(struct app *app, const char *principal, struct app_setup_report *ret,
    struct err *err)
{
	char name[128];
	text_copy(name, sizeof(name), principal ? principal : app->config.principal);
	if (!text_is_printable(name) || strpbrk(name, " \t\"#*?!,") || !name[0])
		return err_set(err, CODE_USAGE,
		    "principal '%s': one word like station@host.example.org, without wildcards", name);

	struct app_setup_report done = { 0 };
	struct trust_secret_key *key = NULL;
	enum code code = make_folders(app, &done, err);
	if (code == CODE_OK)
		code = make_key(app, name, &key, &done, err);
	if (code == CODE_OK)
		code = make_texts(app, name, key, &done, err);
	trust_secret_key_free(key);
	if (code == CODE_OK)
		*ret = done;
	return code;
}
