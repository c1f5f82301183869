/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the use cases share among themselves. */
#ifndef WIPE_APP_PRIVATE_H
#define WIPE_APP_PRIVATE_H

#include "wipe/app.h"

/* Reads certwipe.conf. A missing file is an empty configuration unless it was asked for by name. */
enum code app_config_read(struct os_files *files, const char *path, bool must_exist,
    struct app_config *ret, struct err *err) WIPE_MUST_USE;
/* The commented example that `setup` writes. */
enum code app_config_example(const char *principal, struct buf *ret, struct err *err) WIPE_MUST_USE;

/* The station's key, from its 0600 file. CODE_CONFIG says what to do when it is not there. */
enum code app_key_read(struct app *app, struct trust_secret_key **ret, struct err *err)
    WIPE_MUST_USE;
/* allowed_signers and revoked_keys; `allowed` NULL = the configured file, nobody where it is missing. */
enum code app_signers_read(struct app *app, const char *allowed, struct trust_signers **ret,
    struct err *err) WIPE_MUST_USE;

/*
 * Finds the agent's key for a role: trusted for it now, of this principal (NULL: any, but then
 * exactly one). *ret_principal holds the entry's name.
 */
enum code app_agent_find(struct app *app, struct os_agent *agent, enum trust_role role,
    const char *principal, struct trust_public_key *ret_key, char ret_principal[128],
    struct err *err) WIPE_MUST_USE;
/* Signs data with that key and puts the signature beside the certificate. */
enum code app_agent_sign(struct app *app, struct os_agent *agent, enum trust_role role,
    const struct trust_public_key *key, const char *certificate_path, const struct buf *data,
    char ret_path[APP_PATH], struct err *err) WIPE_MUST_USE;
/* "<certificate>.<role>.sshsig" */
void app_signature_path(const char *certificate_path, enum trust_role role, char out[APP_PATH]);

/* Everything a run needs once for all its disks. */
struct app_run {
	struct app *app;
	const struct app_face *face;
	struct app_erase_result *result;
	struct procedure procedure;
	struct chain *chain;
	struct certificate_person operator_;
	struct certificate_order order;
	struct trust_public_key operator_key;
	bool has_operator;
};
/* The certificate of one ended job: assembled, signed by the station, durable, in the chain. */
enum code app_issue(struct app_run *run, struct app_disk *disk, const struct evidence *evidence,
    struct err *err) WIPE_MUST_USE;
/* The chain's entry for a job that is about to write. */
enum code app_issue_start(struct app_run *run, const struct app_disk *disk, struct err *err)
    WIPE_MUST_USE;
/* Key, operator's key, chain: everything that can be missing hours later. */
enum code app_preflight(struct app_run *run, struct err *err) WIPE_MUST_USE;
/* Room for the certificate of every disk that is to be wiped. */
enum code app_reserve(struct app_run *run, struct err *err) WIPE_MUST_USE;

#endif
