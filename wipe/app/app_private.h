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
	struct procedure procedure; /* of a new job */
	struct chain *chain;
	struct certificate_person operator_;
	struct certificate_order order;
	struct trust_public_key operator_key;
	bool has_operator;
	struct app_restraint restraint;
	bool keep_going; /* start the other disks when one is refused */
	struct job_supervisor *supervisor;
	int signals_fd; /* -1 = none */
	uint64_t retry_ns; /* when issuing was last tried again */
};
/*
 * The certificate of one ended job: assembled, signed by the station, in the chain, published, and its
 * journal gone. What an earlier attempt has done already is not done again. Every failure leaves the job
 * as it is, for another attempt.
 */
enum code app_issue(struct app_run *run, struct app_disk *disk, const struct evidence *evidence,
    struct err *err) WIPE_MUST_USE;
/* The chain's entry for a job that is about to write. */
enum code app_issue_start(struct app_run *run, struct app_disk *disk, struct err *err) WIPE_MUST_USE;
/* Key, operator's key, chain: everything that can be missing hours later. */
enum code app_preflight(struct app_run *run, struct err *err) WIPE_MUST_USE;
/* Temporary files of processes that were killed go from the certificates' folder. */
void app_tidy(struct app *app);
/* Room for the certificate of every disk that is to be wiped. */
enum code app_reserve(struct app_run *run, struct err *err) WIPE_MUST_USE;

/* What a job starts from in this run; its place in result->disks is the same. */
struct app_beginning {
	struct evidence evidence; /* of earlier sessions; moved from */
	bool same_boot;
	bool needs_proof;
};
/*
 * From cleared disks with journals to ended sessions: claims all, starts all, runs all, issues what is
 * done. beginnings NULL: all are new. Closes nothing: see app_run_finish().
 */
enum code app_run_jobs(struct app_run *run, struct app_beginning *beginnings, struct err *err)
    WIPE_MUST_USE;
/* A disk that an unfinished job waits for is refused: that job would find another content on it. */
enum code app_jobs_refuse(struct app *app, struct app_erase_result *result, struct err *err)
    WIPE_MUST_USE;
/* Lets go of everything the run holds. `code` and *err as they are, unless closing fails. */
enum code app_run_finish(struct app_run *run, enum code code, struct err *err) WIPE_MUST_USE;
/* CODE_REFUSED when a disk was refused and the others are not to start without it. */
enum code app_run_check_refused(struct app_run *run, struct err *err) WIPE_MUST_USE;

#endif
