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

/* How this machine computes keystreams, tested, as configured; *ret_line as of content_kernel_choose(). */
enum code app_kernel_choose(const struct app *app, const struct content_kernel **ret,
    char ret_line[CONTENT_KERNEL_LINE], struct err *err) WIPE_MUST_USE;

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

/* Rereads the configuration; the old one stays where that fails. */
enum code app_configure(struct app *app, struct err *err) WIPE_MUST_USE;

/* Where certificates are made: whoever has it can begin and end jobs. */
struct app_office {
	struct app *app;
	struct chain *chain; /* owned */
	const struct content_kernel *kernel; /* how this machine computes keystreams */
};

/* What a job starts from. */
struct app_beginning {
	struct evidence evidence; /* of earlier sessions; moved from */
	bool same_boot;
	bool needs_proof;
	int64_t wall_created_s;
};

/* Everything a command needs once for all its disks. */
struct app_run {
	struct app_office office;
	const struct app_face *face;
	struct app_erase_result *result;
	struct procedure procedure; /* of a new job */
	struct certificate_person operator_;
	struct certificate_order order;
	struct trust_public_key operator_key;
	bool has_operator;
	struct app_restraint restraint;
	bool keep_going; /* start the other disks when one is refused */
	bool detach; /* not to look on */
	struct app_beginning *beginnings; /* of `resume`: one a disk; NULL: all are new */
};
/*
 * The certificate of one ended job: assembled, signed by the station, in the chain, published, and its
 * journal gone. What an earlier attempt has done already is not done again. Every failure leaves the job
 * as it is, for another attempt.
 */
enum code app_issue(const struct app_office *office, struct app_disk *disk,
    const struct evidence *evidence, struct err *err) WIPE_MUST_USE;
/* The chain's entry for a job that is about to write. */
enum code app_issue_start(const struct app_office *office, struct app_disk *disk, struct err *err)
    WIPE_MUST_USE;
/* Kernel, key, operator's key, chain: everything that can be missing hours later. */
enum code app_preflight(struct app_run *run, struct err *err) WIPE_MUST_USE;
/* Temporary files of processes that were killed go from the certificates' folder. */
void app_tidy(struct app *app);
/* Room for the certificate of a disk that is to be wiped. */
enum code app_reserve(struct app *app, struct app_disk *disk, struct err *err) WIPE_MUST_USE;

/*
 * A job from the store, locked: everything of it in *disk (whose journal is open then) and *beginning.
 * Codes as of job_store_open().
 */
struct job_session;
enum code app_job_load(struct app *app, const char *id, struct app_disk *disk,
    struct app_beginning *beginning, struct job_session *ret_session, struct err *err) WIPE_MUST_USE;
/* The same for whoever runs it: `resumed` and the like say whether the chain has its start, and are true
 * also where that could not be found out. */
enum code app_job_take(const struct app_office *office, const char *id, struct app_disk *disk,
    struct app_beginning *beginning, struct job_session *ret_session, struct err *err) WIPE_MUST_USE;
/*
 * Removes a job that never began; the caller has the door locked, or worked on it himself until now.
 * *ret_begun: it has begun after all, or somebody works on it (CODE_BUSY): it stays.
 */
enum code app_job_unmake(const struct app_office *office, const char *id, bool *ret_begun, struct err *err)
    WIPE_MUST_USE;
bool app_job_has_written(const struct evidence *evidence);
/* CODE_INPUT for a job that has written and is not in the chain. */
enum code app_job_other_chain(const struct app *app, struct err *err) WIPE_MUST_USE;

/*
 * Hands the jobs of run->result to the host's supervisor, which is started where none runs, and looks on
 * until every session is over: what becomes of them stands in result->disks, and the face was told. `door`:
 * of job_store_lock_door(), held by the caller so that nobody takes a job without a start for one whose
 * maker died; let go of when they are taken over (-1 = none). CODE_STOPPED, CODE_REFUSED and the
 * supervisor's own failures; nothing was started where no disk has `started`.
 */
enum code app_follow(struct app_run *run, int *door, struct err *err) WIPE_MUST_USE;
/* A disk that an unfinished job waits for is refused: that job would find another content on it. */
enum code app_jobs_refuse(struct app *app, struct app_erase_result *result, struct err *err)
    WIPE_MUST_USE;
/* Lets go of everything the run holds. `code` and *err as they are, unless closing fails. */
enum code app_run_finish(struct app_run *run, enum code code, struct err *err) WIPE_MUST_USE;
/* CODE_REFUSED when disks were refused and the others are not to start without them. */
enum code app_check_refused(size_t refused, size_t count, bool keep_going, struct err *err)
    WIPE_MUST_USE;
/* The same of run->result. */
enum code app_run_check_refused(struct app_run *run, struct err *err) WIPE_MUST_USE;

#endif
