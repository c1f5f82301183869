/* SPDX-License-Identifier: GPL-3.0-or-later */
/* people: whose keys sign, and whom we trust. Secret keys of people stay in their agents. */
#include "app_private.h"

#include <stdio.h>
#include <string.h>

#define KEY_FILE_MAX     (16 * 1024)
#define SIGNERS_FILE_MAX (1024 * 1024)

enum code app_key_read(struct app *app, struct trust_secret_key **ret, struct err *err)
{
	BUF_AUTO data = { 0 };
	enum code code = os_files_read(app->files, app->paths.key, KEY_FILE_MAX, &data, err);
	if (code == CODE_MISSING)
		return err_set(err, CODE_CONFIG, "no station key %s: run 'certwipe setup' first",
		    app->paths.key);
	if (code == CODE_OK)
		code = trust_secret_key_parse(data.data, data.len, ret, err);
	if (code != CODE_OK)
		return err_prefix(err, "station key %s", app->paths.key);
	return CODE_OK;
}

enum code app_signers_read(struct app *app, const char *allowed, struct trust_signers **ret,
    struct err *err)
{
	const char *path = allowed ? allowed : app->paths.allowed_signers;
	BUF_AUTO signers = { 0 };
	BUF_AUTO revoked = { 0 };
	enum code code = os_files_read(app->files, path, SIGNERS_FILE_MAX, &signers, err);
	/* A machine that was never set up trusts nobody; a file that was named must be there. */
	if (code != CODE_OK && (allowed || code != CODE_MISSING))
		return code;
	code = os_files_read(app->files, app->paths.revoked_keys, SIGNERS_FILE_MAX, &revoked, err);
	if (code != CODE_OK && code != CODE_MISSING)
		return code;
	return trust_signers_parse(signers.data, signers.len, path, revoked.data, revoked.len,
	    app->paths.revoked_keys, ret, err);
}

void app_signature_path(const char *certificate_path, enum trust_role role, char out[APP_PATH])
{
	snprintf(out, APP_PATH, "%s.%s.sshsig", certificate_path, trust_role_text(role));
}

enum code app_agent_find(struct app *app, struct os_agent *agent, enum trust_role role,
    const char *principal, struct trust_public_key *ret_key, char ret_principal[128],
    struct err *err)
{
	struct trust_public_key keys[TRUST_AGENT_KEYS_MAX];
	size_t count = 0;
	struct trust_signers *signers = NULL;
	enum code code = trust_agent_keys(agent, keys, WIPE_COUNT(keys), &count, err);
	if (code == CODE_OK)
		code = app_signers_read(app, NULL, &signers, err);
	if (code != CODE_OK)
		return code;
	size_t found = 0;
	int64_t now_s = app->clock->ops->wall_s(app->clock);
	struct err why = { 0 };
	for (size_t i = 0; i < count; i++) {
		const char *name = NULL;
		if (trust_signers_check(signers, &keys[i], role, principal, now_s, &name, &why) !=
		    CODE_OK)
			continue;
		*ret_key = keys[i];
		text_copy(ret_principal, 128, principal ? principal : name);
		found++;
	}
	trust_signers_free(signers);
	if (found == 0)
		return err_set(err, CODE_CONFIG,
		    "none of the agent's %zu keys is trusted as %s%s%s in %s: ssh-add the key, or add it "
		    "there with namespaces=\"%s\"",
		    count, trust_role_text(role), principal ? " for " : "", principal ? principal : "",
		    app->paths.allowed_signers, trust_role_namespace(role));
	if (found > 1 && !principal)
		return err_set(err, CODE_USAGE,
		    "%zu of the agent's keys are trusted as %s: say whose (--principal)", found,
		    trust_role_text(role));
	return CODE_OK;
}

enum code app_agent_sign(struct app *app, struct os_agent *agent, enum trust_role role,
    const struct trust_public_key *key, const char *certificate_path, const struct buf *data,
    char ret_path[APP_PATH], struct err *err)
{
	char path[APP_PATH];
	app_signature_path(certificate_path, role, path);
	BUF_AUTO signature = { 0 };
	enum code code = trust_agent_sign(agent, key, role, data->data, data->len, &signature, err);
	if (code == CODE_OK)
		code = os_files_put(app->files, path, 0644, false, signature.data, signature.len, err);
	if (code == CODE_OK)
		text_copy(ret_path, APP_PATH, path);
	return code;
}

/* Reads the certificate whole; what is signed are its exact bytes, and only of a valid one. */
static enum code read_valid(struct app *app, const char *path, struct buf *ret,
    struct certificate **ret_certificate, struct err *err)
{
	enum code code = os_files_read(app->files, path, JSON_TEXT_MAX, ret, err);
	if (code == CODE_OK)
		code = certificate_parse(ret->data, ret->len, path, ret_certificate, err);
	return code;
}

/* The announced signer must be the one who signs. */
static enum code check_announced(const struct certificate *certificate, enum trust_role role,
    const struct trust_public_key *key, const char *path, struct err *err)
{
	const struct certificate_person *person = certificate_person(certificate, role);
	char fingerprint[TRUST_FINGERPRINT];
	trust_public_key_fingerprint(key, fingerprint);
	if (person && person->key[0] && strcmp(person->key, fingerprint) != 0)
		return err_set(err, CODE_UNTRUSTED,
		    "%s names key %s for the %s, the agent's is %s: load the named key", path,
		    person->key, trust_role_text(role), fingerprint);
	return CODE_OK;
}

enum code app_sign(struct app *app, const char *path, enum trust_role role, const char *principal,
    char ret_signature_path[APP_PATH], struct err *err)
{
	BUF_AUTO data = { 0 };
	struct certificate *certificate = NULL;
	struct os_agent *agent = NULL;
	struct trust_public_key key;
	char name[128];
	enum code code = read_valid(app, path, &data, &certificate, err);
	if (code == CODE_OK)
		code = os_agent_open(NULL, &agent, err);
	if (code == CODE_OK)
		code = app_agent_find(app, agent, role, principal, &key, name, err);
	if (code == CODE_OK)
		code = check_announced(certificate, role, &key, path, err);
	if (code == CODE_OK)
		code = app_agent_sign(app, agent, role, &key, path, &data, ret_signature_path, err);
	os_agent_free(agent);
	certificate_free(certificate);
	return code;
}
