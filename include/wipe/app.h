/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * app: the use cases, shared by all faces. No terminal here: a face passes words in, answers
 * questions through struct app_face, and shows what comes back.
 */
#ifndef WIPE_APP_H
#define WIPE_APP_H

#include "wipe/base.h"
#include "wipe/certificate.h"
#include "wipe/content.h"
#include "wipe/device.h"
#include "wipe/event.h"
#include "wipe/evidence.h"
#include "wipe/journal.h"
#include "wipe/os.h"
#include "wipe/plan.h"
#include "wipe/procedure.h"
#include "wipe/trust.h"

#define APP_PATH 512
#define APP_DEFAULT_PROCEDURE "multipass"

/* ---- the surroundings of every use case -------------------------------------------------------- */

/* Where everything lies (commands, "Files"); all absolute, root already in front. */
struct app_paths {
	char config[APP_PATH];
	char key[APP_PATH]; /* station_ed25519 */
	char allowed_signers[APP_PATH];
	char revoked_keys[APP_PATH];
	char site_procedures[APP_PATH];
	char shipped_procedures[APP_PATH];
	char state[APP_PATH]; /* /var/lib/certwipe */
	char chain[APP_PATH];
	char jobs[APP_PATH];
	char certificates[APP_PATH];
	char socket[APP_PATH]; /* of the host's supervisor, /run/certwipe/supervisor.sock */
	char bays[APP_PATH]; /* what the site calls its ports: certwipe-bays(5) */
	char shelf[APP_PATH]; /* which of them wipe by themselves: certwipe-shelf(5) */
};

/* How a wipe behaves beside other work; see struct job_options. */
struct app_restraint {
	uint64_t rate; /* bytes per second of each disk; 0 = as fast as it goes */
	enum os_io_class io_class;
};
/* A rate as people write it: "50MB", or "none". CODE_USAGE. */
enum code app_rate_parse(const char *text, uint64_t *ret_rate, struct err *err) WIPE_MUST_USE;

/* certwipe.conf, read strictly. "" = not set. */
struct app_config {
	bool present; /* the file exists */
	char organisation[128];
	char site[128];
	char principal[128]; /* of the station; station@HOST where the file does not name it */
	char export_dir[APP_PATH]; /* where the station copies certificates to */
	char procedure[48];
	char operator_[128]; /* default of --operator */
	uint32_t temperature_max_c; /* pause above it; 0: see device_health_limit() */
	struct app_restraint restraint; /* default of --limit-rate and --io-class */
	uint32_t stall_s; /* a disk that is silent for so long is told as stalled; 0: JOB_STALL_NS */
	char keystream[CONTENT_KERNEL_NAME]; /* kernel for random content; "": the fastest */
};

struct app_options {
	const char *root; /* --root or NULL */
	const char *config; /* --config or NULL */
};

struct app {
	struct app_options options; /* borrowed: as this process was started, and starts others */
	struct os_host *host;
	struct os_files *files;
	struct os_clock *clock;
	struct os_machine machine;
	struct certificate_tool tool;
	struct app_paths paths;
	struct app_config config;
	const struct content_kernel *const *kernels; /* NULL: all there are; see content_kernel_choose() */
};
/* Opens the seams, works the paths out, reads the configuration when there is one. CODE_CONFIG,
 * CODE_INPUT (file:line). On failure nothing is left open. */
enum code app_open(const struct app_options *options, struct app *ret, struct err *err)
    WIPE_MUST_USE;
void app_close(struct app *app);

/* All procedures: the site's, then those that ship. */
enum code app_catalogue(struct app *app, struct procedure_catalogue *ret, struct err *err)
    WIPE_MUST_USE;
/* All disks with their claims; excluded: NULL-terminated DEVICE words, may be NULL. */
enum code app_scan(struct app *app, const char *const *excluded, struct device_set *ret,
    struct err *err) WIPE_MUST_USE;

/* ---- setup --------------------------------------------------------------------------------------- */

struct app_setup_report {
	size_t count;
	struct {
		char path[APP_PATH];
		bool made; /* false: it was there and was left as it is */
	} items[12];
	char fingerprint[TRUST_FINGERPRINT];
};
/* Directories, station key pair, allowed_signers, commented configuration; never overwrites. */
enum code app_setup(struct app *app, const char *principal, struct app_setup_report *ret,
    struct err *err) WIPE_MUST_USE;

/* ---- jobs as they stand --------------------------------------------------------------------------------- */

enum app_view_state {
	APP_VIEW_CLAIMING, /* its worker opens and checks the disk */
	APP_VIEW_RUNNING,
	APP_VIEW_REFUSED, /* before the word to write: `line` says why; nothing was touched */
	APP_VIEW_WAITS, /* interrupted: `resume` goes on; `line` says why; `code`: why it was refused that */
	APP_VIEW_DONE, /* over, with `outcome`; only when `issued` may the disk be pulled */
};
#define APP_VIEW_MAP	    64
#define APP_VIEW_EXCEPTIONS EVIDENCE_EXCEPTIONS_MAX
#define APP_VIEW_EXCEPTION  200

/* One job, and all that a screen or a script shows of it. A value without pointers. */
struct app_view {
	char id[ID_TEXT];
	enum app_view_state state;
	struct identity identity; /* of its disk, as cleared */
	char procedure[48];
	char operator_[128]; /* principal, "" = none */
	char client[128];
	char reference[128]; /* of the order */
	int64_t wall_begun_s; /* when the job was made */
	int64_t wall_changed_s; /* of the last event */
	bool resumed; /* its first session was another one */
	bool stepping; /* it is known at which step it is: */
	uint32_t step; /* 0-based */
	uint32_t step_count;
	bool writing; /* that step writes, else it verifies */
	uint32_t pass; /* 1-based, of pass_count writing steps: the step at hand or the one it verifies */
	uint32_t pass_count;
	uint64_t done; /* bytes of the step */
	uint64_t total;
	uint64_t whole_done; /* bytes of all steps */
	uint64_t whole;
	uint64_t rate; /* bytes per second, smoothed; 0 = not known yet */
	uint64_t errors; /* ranges given up, unreadable or not as written */
	uint64_t retried; /* requests */
	int32_t temperature_c; /* DEVICE_HEALTH_NO_TEMPERATURE: not known */
	bool stalled;
	uint32_t stall_s; /* for how long it gave no answer, now or the last time */
	bool paused; /* too warm */
	bool stopping;
	/* Each place is 1/64 of the disk: '.' old, 'w' written by this step, 'v' verified by it, 'p' as an
	 * earlier step left it, 'x' something in it failed. */
	char map[APP_VIEW_MAP + 1];
	char line[480]; /* what there is to say: why it was refused or waits, what is tried again; or "" */
	enum code code; /* of the refusal, or of the certificate that could not be issued */
	enum outcome outcome; /* APP_VIEW_DONE */
	bool issued; /* a certificate is durable, signed and in the chain */
	char certificate[APP_PATH]; /* "" = none yet */
	uint32_t exception_count;
	char exceptions[APP_VIEW_EXCEPTIONS][APP_VIEW_EXCEPTION];
};

/* ---- wipe ------------------------------------------------------------------------------------------ */

struct app_erase_request {
	const char *const *devices; /* DEVICE words */
	size_t device_count;
	const char *procedure; /* NULL: the configured one */
	const char *const *excluded; /* NULL-terminated, may be NULL */
	bool keep_going;
	const char *operator_; /* principal whose agent key signs, or NULL */
	struct certificate_order order;
	struct app_restraint restraint;
	bool detach; /* return when the supervisor has the jobs: somebody else looks on */
};

/* One disk, or one job, through the whole run. */
struct app_disk {
	const char *word; /* as it was named: a DEVICE, or the id of a job */
	struct clearance clearance;
	struct plan plan;
	struct procedure procedure;
	struct certificate_order order;
	struct certificate_person operator_;
	bool has_operator;
	enum code refused; /* CODE_OK: it may be wiped, or go on */
	char refusal[480];
	struct journal *journal; /* owned; NULL before the job exists, and while another process has it */
	bool resumed; /* its first session was in another run */
	bool in_chain; /* its start is in the chain: it cannot be dropped any more */
	bool has_job; /* a worker of this run */
	size_t job;
	bool started; /* got the word to write, now or in an earlier session */
	bool ended; /* its session of this run is over */
	bool waits; /* for `resume`: neither done nor given up */
	char reason[EVENT_TEXT]; /* why it waits, "" = nothing said why */
	bool issued; /* a certificate is durable, signed and in the chain */
	enum code issue_code;
	char issue_line[480]; /* why not issued, or not signed by the operator */
	struct os_reserved reserved;
	enum outcome outcome;
	char certificate[APP_PATH]; /* path, "" = none */
	struct verdict verdict;
};

/* What a face answers and is told. `disks` is the whole list. All may be called many times. */
struct app_face {
	/* Shows the plans and asks; CODE_OK to go on. Disks with refused != CODE_OK are to be shown. */
	enum code (*confirm)(void *self, const struct app_disk *disks, size_t count,
	    const struct procedure *procedure, struct err *err);
	/* Something is different from `before`. */
	void (*view)(void *self, const struct app_disk *disk, const struct app_view *before,
	    const struct app_view *now);
	void (*ended)(void *self, const struct app_disk *disk);
	void (*tick)(void *self);
	void (*stopping)(void *self, unsigned times);
	/* Something that is not well, and is tried again: "" = it is well again. */
	void (*trouble)(void *self, const struct app_disk *disk, const char *line);
	/* Of the whole run: nothing is done wrong, but a person should know. */
	void (*warn)(void *self, const char *line);
	void *self;
};

struct app_erase_result {
	struct app_disk *disks; /* owned; app_erase_free() */
	size_t count;
	/* Of resume, not among `disks`: jobs that other processes work on; jobs that were gone before their
	 * first write, of which nothing is left now. */
	size_t elsewhere;
	size_t unbegun;
	char *words; /* owned: of resume, what the disks' `word` points into */
	bool stopped;
	bool any_refused;
};
/*
 * The guard of commands, in its order: words and procedure, preflight, refusals, confirmation, journals,
 * claims, chain, and only then the word to write. A disk that may have been written has
 * `started`, and tells its outcome; where none has, the code says why: CODE_REFUSED for a refused disk,
 * CODE_STOPPED, else usage, configuration or preflight. *ret is filled in every case.
 */
enum code app_erase(struct app *app, const struct app_erase_request *request,
    const struct app_face *face, struct app_erase_result *ret, struct err *err) WIPE_MUST_USE;
void app_erase_free(struct app_erase_result *result);
/* ---- resume ------------------------------------------------------------------------------------------ */

/* An unfinished job, as its journal has it. */
struct app_job {
	char id[ID_TEXT];
	enum code code; /* not CODE_OK: CODE_BUSY = a process works on it; else `line` says what is wrong */
	char line[480];
	struct identity identity; /* the disk as it was last known */
	char procedure[48];
	unsigned step; /* 0-based: where it goes on */
	unsigned step_count;
	uint64_t offset; /* bytes of that step that are durable */
	bool done; /* nothing is left to do but the certificate */
	bool paused; /* CODE_BUSY: the disk is too warm and rests */
	int64_t wall_created_s;
	int64_t wall_last_s; /* of the last event */
	char reason[EVENT_TEXT]; /* why it stands still, "" = nothing said why */
	char node[64]; /* where its disk is now, "" = not here */
};
struct app_jobs {
	struct app_job *items; /* sorted by id; owned, app_jobs_free() */
	size_t count;
};
/* All of them; looks, touches nothing. CODE_CONFIG: no station key. */
enum code app_jobs_list(struct app *app, struct app_jobs *ret, struct err *err) WIPE_MUST_USE;
void app_jobs_free(struct app_jobs *jobs);

struct app_resume_request {
	const char *const *ids; /* of jobs; count 0 = all of them */
	size_t count;
	const char *device; /* DEVICE of the only job, for a disk that does not say who it is; or NULL */
	bool abandon; /* gives them up: certificates `not-erased` */
	const char *reason; /* of abandoning, or NULL */
	struct app_restraint restraint;
	bool detach; /* see struct app_erase_request */
};
/*
 * Finds each job's disk again by identity, and goes on from the last durable point; issues what is only
 * missing its certificate. A job whose disk is not here, in use or another one is refused and waits. Codes
 * and *ret as of app_erase().
 */
enum code app_resume(struct app *app, const struct app_resume_request *request,
    const struct app_face *face, struct app_erase_result *ret, struct err *err) WIPE_MUST_USE;

/* Finds, probes, clears and plans the named disks, for `plan`; writes nothing. */
enum code app_prepare(struct app *app, const struct app_erase_request *request,
    struct procedure *ret_procedure, struct app_erase_result *ret, struct err *err) WIPE_MUST_USE;

/* ---- the supervisor of this host ---------------------------------------------------------------------- */

/* Owns all jobs of this host, and listens on paths.socket for whoever asks for them. */
struct app_supervise_options {
	bool on_demand; /* ends as soon as nothing is left to do; nobody waits for it */
};
/*
 * Runs until it is told to stop by signal (all jobs then wait), or has nothing left to do where that was
 * asked for. CODE_BUSY: another one runs. CODE_CONFIG, CODE_IO: it cannot listen.
 */
enum code app_supervise(struct app *app, const struct app_supervise_options *options, struct err *err)
    WIPE_MUST_USE;

/*
 * A connection to it. Nothing here waits, but for the opening: watch app_link_fd(), and take what there is.
 */
struct app_link;
/* start: where none runs, it is started. CODE_MISSING: none runs. CODE_UNSUPPORTED: one of another version. */
enum code app_link_open(struct app *app, bool start, struct app_link **ret, struct err *err) WIPE_MUST_USE;
void app_link_close(struct app_link *link); /* NULL is fine: jobs go on */
int app_link_fd(const struct app_link *link);
uint32_t app_link_pid(const struct app_link *link);
/* From now on every job is told as it stands, and each change. CODE_GONE. */
enum code app_link_watch(struct app_link *link, struct err *err) WIPE_MUST_USE;
/* hard: without waiting for the disks. CODE_GONE. */
enum code app_link_stop(struct app_link *link, const char (*ids)[ID_TEXT], size_t count, bool hard,
    struct err *err) WIPE_MUST_USE;
enum app_news_kind {
	APP_NEWS_VIEW = 1, /* of one job */
	APP_NEWS_SYNCED, /* those that were there when watching began were all told */
	APP_NEWS_TAKEN, /* what this connection started is the supervisor's (code) */
	APP_NEWS_OVER, /* and is over (code) */
};
struct app_news {
	enum app_news_kind kind;
	struct app_view view;
	struct err result; /* TAKEN, OVER */
};
/* CODE_BUSY: nothing now. CODE_GONE: the supervisor is no more, and neither are its workers. */
enum code app_link_take(struct app_link *link, struct app_news *ret, struct err *err) WIPE_MUST_USE;

/* One member of an array, or the whole document, as on the supervisor's socket; certwipe(8), status. */
enum code app_view_write(struct json_writer *writer, const struct app_view *view, struct err *err)
    WIPE_MUST_USE;

/* ---- shelf: bays that wipe by themselves ------------------------------------------------------------------ */

#define APP_SHELF_BAYS	      64
#define APP_SHELF_GRACE_S     60
#define APP_SHELF_GRACE_MIN_S 30
#define APP_SHELF_GAP_NS      (UINT64_C(15) * 1000000000) /* without a new list: then nobody watched */
#define APP_SHELF_SETTLE_NS   (UINT64_C(60) * 1000000000) /* what comes so soon was there: a host that starts */
#define APP_SHELF_ABSENT_NS   (UINT64_C(60) * 1000000000) /* a disk that is gone for less was not taken out */

/* certwipe-shelf(5): the only way to turn it on. */
struct app_shelf_policy {
	bool enabled;
	char procedure[48];
	uint32_t grace_s;
	size_t bay_count;
	char bays[APP_SHELF_BAYS][DEVICE_LABEL]; /* labels of certwipe-bays(5); may hold * and ? */
};
/* A file that is missing, or does not say "enabled = yes", enables nothing. CODE_INPUT (file:line). */
enum code app_shelf_policy_read(struct os_files *files, const char *path, struct app_shelf_policy *ret,
    struct err *err) WIPE_MUST_USE;

enum app_shelf_state {
	APP_SHELF_MANUAL, /* its bay is none of the shelf's */
	APP_SHELF_NOT, /* not by itself: `why` says so */
	APP_SHELF_COUNTS, /* starts in left_s, unless something changes */
	APP_SHELF_START, /* now; said once, whatever comes of it */
};
struct app_shelf_view {
	enum app_shelf_state state;
	uint32_t left_s;
	char why[200];
};
struct app_shelf_input {
	uint64_t now_ns; /* os_clock, boot_ns */
	/* Every list of the scout, or the last one once more. Time counts from list to list. */
	const struct device_sights *sights;
	const struct identity *busy; /* of the disks of jobs that run or wait */
	size_t busy_count;
	const uint64_t *done; /* diskseq of disks that have their certificate */
	size_t done_count;
};
/*
 * The rules of certwipe-shelf(5) as a machine without a clock, a disk or a file: what it is told is all it
 * knows. A disk may start only after it appeared under its eyes, on a bay of the shelf, with an identity
 * of its own, free, looked at, and unchanged in every list over the whole grace period.
 */
struct app_shelf;
enum code app_shelf_new(const struct app_shelf_policy *policy, struct app_shelf **ret, struct err *err)
    WIPE_MUST_USE;
/*
 * ret_views: one for each sight, in their order; all filled with CODE_OK only. CODE_MEMORY: nothing was
 * decided. What gets APP_SHELF_START still goes through app_erase() and all its refusals.
 */
enum code app_shelf_step(struct app_shelf *shelf, const struct app_shelf_input *input,
    struct app_shelf_view *ret_views, struct err *err) WIPE_MUST_USE;
void app_shelf_free(struct app_shelf *shelf); /* NULL is fine */

/* ---- what was done ---------------------------------------------------------------------------------------- */

/* A certificate that was issued here. A value. */
struct app_issued {
	char id[ID_TEXT];
	int64_t wall_s; /* when it came into the chain */
	enum outcome outcome;
	char model[128];
	char serial[128];
	uint64_t size; /* bytes of the disk */
	char reference[128]; /* of the order */
	char path[APP_PATH];
	bool operator_signed; /* besides the station */
};
/* Those since then, oldest first, as their documents say: nothing is checked. *ret is the caller's to free. */
enum code app_issued_since(struct app *app, int64_t since_s, struct app_issued **ret, size_t *ret_count,
    struct err *err) WIPE_MUST_USE;

/* ---- sign, check --------------------------------------------------------------------------------------- */

/* Adds the role's signature to a certificate file through ssh-agent. principal NULL: whoever the
 * agent's only trusted key for the role is. CODE_EXISTS when it is signed already. */
enum code app_sign(struct app *app, const char *path, enum trust_role role, const char *principal,
    char ret_signature_path[APP_PATH], struct err *err) WIPE_MUST_USE;

struct app_check_request {
	const char *path;
	const char *allowed_signers; /* NULL: the configured one */
	const char *device; /* DEVICE word, or NULL */
	bool full; /* read all of it */
	bool at_given;
	int64_t at_s; /* --at */
};
enum app_device_match { APP_DEVICE_NOT_ASKED, APP_DEVICE_SAME, APP_DEVICE_OTHER, APP_DEVICE_UNSURE };
struct app_check_report {
	struct certificate *certificate; /* owned */
	struct certificate_signatures signatures;
	int64_t judged_at_s;
	bool trusted; /* whole, well-formed, every signature good */
	/* "" = nothing stands beside it, or that is what it names; else why the list of its ranges is not */
	char ranges_line[480];
	enum app_device_match device;
	char device_line[480];
	char keystream_line[CONTENT_KERNEL_LINE]; /* what is wrong with this machine, "" = nothing */
	bool content_asked;
	bool content_same; /* everything that was read is what the certificate says was left */
	uint64_t content_bytes; /* read and compared */
	uint64_t content_different; /* bytes that differ or could not be read, outside the ranges the
				     * certificate names itself */
};
/* CODE_OK with *ret filled; CODE_INPUT not a certificate; CODE_MISSING …: could not look. */
enum code app_check(struct app *app, const struct app_check_request *request,
    struct app_check_report *ret, struct err *err) WIPE_MUST_USE;
void app_check_free(struct app_check_report *report);

#endif
