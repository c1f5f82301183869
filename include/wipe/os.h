/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os: everything that touches the machine, behind seams. Above this line the program is
 * deterministic: the same answers give the same acts. Each seam is a small table of
 * functions; the Linux implementation is in wipe/os/, the fakes are in tests/fakes/.
 *
 *   os_disk   reads, writes and flushes of one claimed device      (io_uring or pread/pwrite)
 *   os_claim  the exclusive hold on a block device                 (O_EXCL, flock, BLKPG)
 *   os_host   questions about this host                            (udev, blkid, /proc, /sys)
 *   os_files  durable files                                        (fsync, rename, locks)
 *   os_clock  time
 *   os_process, os_signals, os_agent, os_terminal                  the rest of the outside
 */
#ifndef WIPE_OS_H
#define WIPE_OS_H

#include "wipe/base.h"

#include <sys/types.h>

/* ---- os_disk: I/O on one device -------------------------------------------------------------- */

#define OS_DISK_SLOTS_MAX 16

enum os_io_kind { OS_IO_READ = 1, OS_IO_WRITE, OS_IO_FLUSH };

/*
 * One request. Its data lives in a slot of the disk (page-aligned memory that the disk owns and
 * may have registered with the kernel); at most one request per slot is in flight, so the slot
 * is also its name. For a flush, offset, len and slot_offset are 0 and the slot only names it.
 */
struct os_io {
	enum os_io_kind kind;
	unsigned slot;
	uint32_t slot_offset; /* bytes into the slot, multiple of the logical block size */
	uint64_t offset; /* bytes on the device, multiple of the logical block size */
	uint32_t len; /* bytes, multiple of the logical block size, > 0 for read and write */
};

struct os_io_done {
	unsigned slot;
	int64_t result; /* bytes moved (may be short), or -errno */
};

struct os_disk;
struct os_disk_ops {
	/* Starts `io`. CODE_OK: a completion will come. Anything else: it will not. */
	enum code (*submit)(struct os_disk *disk, const struct os_io *io, struct err *err);
	/*
	 * Waits at most timeout_ms (-1: for ever) for one completion. CODE_OK and *ret filled;
	 * CODE_BUSY when the time passed without one (or a signal came).
	 */
	enum code (*wait)(struct os_disk *disk, int timeout_ms, struct os_io_done *ret,
	    struct err *err);
	/* Size in bytes as the kernel says it now; CODE_GONE when it no longer can. */
	enum code (*size)(struct os_disk *disk, uint64_t *ret_size, struct err *err);
	void (*free)(struct os_disk *disk);
};

/* Embedded first in every implementation. Owner: whoever opened it; os_disk_free() ends it. */
struct os_disk {
	const struct os_disk_ops *ops;
	const char *method; /* "io_uring", "pread/pwrite", "memory": goes on the certificate */
	unsigned slot_count; /* requests that may be in flight at once */
	uint32_t slot_size; /* bytes */
	uint8_t *slots[OS_DISK_SLOTS_MAX];
};

/*
 * Opens the I/O path on a descriptor that was opened with O_DIRECT (borrowed; it must outlive
 * the disk). Tries io_uring with registered buffers, falls back to pread/pwrite where io_uring
 * is not allowed. slot_count * slot_size bytes of huge-page-advised memory are taken.
 */
enum code os_disk_open(int fd, unsigned slot_count, uint32_t slot_size, struct os_disk **ret,
    struct err *err) WIPE_MUST_USE;
enum code os_disk_open_uring(int fd, unsigned slot_count, uint32_t slot_size,
    struct os_disk **ret, struct err *err) WIPE_MUST_USE;
enum code os_disk_open_sync(int fd, unsigned slot_count, uint32_t slot_size,
    struct os_disk **ret, struct err *err) WIPE_MUST_USE;
void os_disk_free(struct os_disk *disk); /* NULL is fine */

/* ---- os_claim: an exclusive hold on a block device ------------------------------------------- */

/* What the open descriptor itself says of the device: no path lookup, no cache of udev's. */
struct os_geometry {
	uint32_t major;
	uint32_t minor;
	uint64_t size; /* bytes, BLKGETSIZE64 */
	uint32_t logical; /* bytes, BLKSSZGET */
	uint32_t physical; /* bytes, BLKPBSZGET */
	uint32_t max_request; /* bytes the queue takes in one request; 0 = unknown */
	uint64_t diskseq; /* BLKGETDISKSEQ; 0 = this kernel does not tell */
	bool readonly; /* BLKROGET */
};

/* Sectors the kernel has counted on a whole disk (/sys/dev/block/M:m/stat), in bytes. */
struct os_counters {
	bool known; /* false: no such file, or queue/iostats is off */
	uint64_t written; /* bytes, of the disk and all its partitions */
	uint64_t discarded; /* bytes */
};

struct os_claim {
	int fd; /* O_RDWR | O_EXCL | O_DIRECT, flock held; -1 = none */
	char path[64];
	bool reread; /* partitions were dropped: close asks the kernel to read the table again */
};
/*
 * Opens path for the whole job and takes it exclusively (O_EXCL and an exclusive flock).
 * CODE_BUSY: somebody holds it (mounted, swap, md, another tool), after a short bounded retry;
 * CODE_MISSING, CODE_REFUSED (read-only device or no permission), CODE_INPUT (not a block device).
 */
enum code os_claim_open(const char *path, struct os_claim *ret, struct err *err) WIPE_MUST_USE;
/* The same for reading only and without exclusive claim: `check --device`. */
enum code os_claim_open_readonly(const char *path, struct os_claim *ret, struct err *err)
    WIPE_MUST_USE;
enum code os_claim_geometry(const struct os_claim *claim, struct os_geometry *ret,
    struct err *err) WIPE_MUST_USE;
/*
 * Takes the kernel's partitions of the claimed disk away (BLKPG_DEL_PARTITION; nothing is
 * written): all, or on failure none, those already gone being put back as they were. CODE_BUSY names
 * the partition somebody has open. *ret_count: how many there were.
 */
enum code os_claim_drop_partitions(struct os_claim *claim, unsigned *ret_count, struct err *err)
    WIPE_MUST_USE;
/* Writes back and drops the page cache of the disk (fsync, BLKFLSBUF). */
enum code os_claim_flush_cache(const struct os_claim *claim, struct err *err) WIPE_MUST_USE;
enum code os_claim_counters(const struct os_claim *claim, struct os_counters *ret,
    struct err *err) WIPE_MUST_USE;
/*
 * Releases the disk. Only when partitions were dropped is the kernel asked to read the partition
 * table again (BLKRRPART): none after a wipe, the old ones when nothing was written.
 */
void os_claim_close(struct os_claim *claim); /* safe on {.fd = -1} */

/* ---- os_host: questions about this host ------------------------------------------------------ */

enum os_node_kind { OS_NODE_OTHER, OS_NODE_FILE, OS_NODE_DIRECTORY, OS_NODE_BLOCK };
/* stat(2) of a path, links followed. */
struct os_node {
	enum os_node_kind kind;
	uint32_t dev_major; /* of the filesystem it lies on */
	uint32_t dev_minor;
	uint32_t rdev_major; /* of the block device it is */
	uint32_t rdev_minor;
};

#define OS_SIGNATURES_MAX 32
/* What libblkid found on a device: types and places, never content, never labels. */
struct os_signature {
	char type[32]; /* libblkid's name: "ext4", "gpt", "linux_raid_member" */
	char usage[16]; /* filesystem, raid, crypto, other, partition-table */
	uint64_t offset; /* bytes */
};
enum os_probe_result {
	OS_PROBE_UNKNOWN, /* could not look, or the sandbox was violated: never "nothing" */
	OS_PROBE_DONE,
};
struct os_probe {
	enum os_probe_result result;
	char why[160]; /* one line when unknown */
	size_t count;
	bool truncated; /* there were more than OS_SIGNATURES_MAX */
	struct os_signature items[OS_SIGNATURES_MAX];
};

struct os_host;
struct os_host_ops {
	/* Whole content of a file of /proc or /sys, at most `max` bytes. CODE_MISSING, CODE_IO,
	 * CODE_REFUSED (permission), CODE_FULL (longer than max). Appends to *ret. */
	enum code (*read)(struct os_host *host, const char *path, size_t max, struct buf *ret,
	    struct err *err);
	/* Target of a symbolic link, appended to *ret. */
	enum code (*link)(struct os_host *host, const char *path, struct buf *ret,
	    struct err *err);
	/* Names in a directory (without . and ..), sorted, each followed by a NUL. */
	enum code (*list)(struct os_host *host, const char *path, struct buf *ret,
	    struct err *err);
	/* stat(2), following links. */
	enum code (*node)(struct os_host *host, const char *path, struct os_node *ret,
	    struct err *err);
	/* The absolute path after all links, appended to *ret. */
	enum code (*resolve)(struct os_host *host, const char *path, struct buf *ret,
	    struct err *err);
	/* A udev property of a block device (kernel name), appended to *ret; CODE_MISSING when
	 * udevd does not run, or has none. */
	enum code (*property)(struct os_host *host, const char *name, const char *key,
	    struct buf *ret, struct err *err);
	/* libblkid over the device node, in a sandboxed child. Never fails: see result. */
	void (*probe)(struct os_host *host, const char *node, struct os_probe *ret);
	void (*free)(struct os_host *host);
};
struct os_host {
	const struct os_host_ops *ops;
};
/* The running machine. */
enum code os_host_open(struct os_host **ret, struct err *err) WIPE_MUST_USE;
void os_host_free(struct os_host *host); /* NULL is fine */

/* ---- os_files: files that must survive ------------------------------------------------------- */

/*
 * Low-level seam: single system calls, so that a fake can lose what was not synced and cut a run
 * at any of them. Handles are small integers of the implementation. All paths absolute.
 */
struct os_files;
struct os_files_ops {
	enum code (*read)(struct os_files *files, const char *path, size_t max, struct buf *ret,
	    struct err *err); /* regular file only, last component no link; appends */
	/* A new file for writing (O_CREAT|O_EXCL|O_NOFOLLOW). CODE_EXISTS, CODE_FULL, … */
	enum code (*create)(struct os_files *files, const char *path, unsigned mode,
	    int *ret_handle, struct err *err);
	/* For reading and appending; made (with mode) when missing. */
	enum code (*open_append)(struct os_files *files, const char *path, unsigned mode,
	    int *ret_handle, struct err *err);
	/* An existing file, for writing over it from its start. CODE_MISSING. */
	enum code (*open_rewrite)(struct os_files *files, const char *path, int *ret_handle,
	    struct err *err);
	enum code (*allocate)(struct os_files *files, int handle, uint64_t bytes,
	    struct err *err); /* room on the filesystem; the file is that long then, new bytes read
	                       * as zeros: write over them, do not append */
	enum code (*write)(struct os_files *files, int handle, const void *data, size_t len,
	    struct err *err); /* all of it, at the end (append) or from the start (others) */
	/* All of it at `offset`, over what is there; for handles that do not append. Repeating it
	 * after any failure is safe. */
	enum code (*write_at)(struct os_files *files, int handle, uint64_t offset, const void *data,
	    size_t len, struct err *err);
	enum code (*truncate)(struct os_files *files, int handle, uint64_t bytes,
	    struct err *err);
	enum code (*sync)(struct os_files *files, int handle, struct err *err);
	/* Exclusive advisory lock; CODE_BUSY when !wait and somebody has it. */
	enum code (*lock)(struct os_files *files, int handle, bool wait, struct err *err);
	/* The first error of writing back is reported here too; the handle is gone either way. */
	enum code (*close)(struct os_files *files, int handle, struct err *err);
	/* replace=false: CODE_EXISTS when `to` is there (RENAME_NOREPLACE). */
	enum code (*rename)(struct os_files *files, const char *from, const char *to, bool replace,
	    struct err *err);
	/* A file, or an empty directory. */
	enum code (*remove)(struct os_files *files, const char *path, struct err *err);
	enum code (*sync_dir)(struct os_files *files, const char *path, struct err *err);
	enum code (*make_dir)(struct os_files *files, const char *path, unsigned mode,
	    struct err *err); /* one level; CODE_EXISTS */
	/* Names in a directory, sorted, each followed by a NUL; appends. */
	enum code (*list)(struct os_files *files, const char *path, struct buf *ret,
	    struct err *err);
	void (*free)(struct os_files *files);
};
struct os_files {
	const struct os_files_ops *ops;
};
enum code os_files_open(struct os_files **ret, struct err *err) WIPE_MUST_USE;
void os_files_free(struct os_files *files);

enum code os_files_read(struct os_files *files, const char *path, size_t max, struct buf *ret,
    struct err *err) WIPE_MUST_USE;
bool os_files_exists(struct os_files *files, const char *path);
/* Every missing level, each with mode; levels that exist are left as they are. */
enum code os_files_make_dirs(struct os_files *files, const char *path, unsigned mode,
    struct err *err) WIPE_MUST_USE;
/*
 * A file that appears whole or not at all: written under a temporary name beside it, fsynced,
 * renamed, its directory fsynced. replace=false: CODE_EXISTS, and the old one is untouched.
 */
enum code os_files_put(struct os_files *files, const char *path, unsigned mode, bool replace,
    const void *data, size_t len, struct err *err) WIPE_MUST_USE;

/*
 * Room promised for a file that is written hours later: the temporary file is made and allocated
 * now, so that a full or unwritable directory is found before anything is wiped.
 */
struct os_reserved {
	char path[512]; /* where it will be */
	char temporary[540]; /* beside it, "….reserved"; "" = none */
};
enum code os_files_reserve(struct os_files *files, const char *path, unsigned mode,
    uint64_t bytes, struct os_reserved *ret, struct err *err) WIPE_MUST_USE;
/* Like os_files_put(…, replace=false) into the reserved room; may grow beyond it. On failure the
 * reservation stays, and commit can be tried again. */
enum code os_files_commit(struct os_files *files, struct os_reserved *reserved, const void *data,
    size_t len, struct err *err) WIPE_MUST_USE;
void os_files_release(struct os_files *files, struct os_reserved *reserved);

/* ---- os_clock -------------------------------------------------------------------------------- */

enum os_clock_sync { OS_CLOCK_UNKNOWN, OS_CLOCK_UNSYNCHRONISED, OS_CLOCK_SYNCHRONISED };
struct os_clock;
struct os_clock_ops {
	int64_t (*wall_s)(struct os_clock *clock); /* seconds since 1970 UTC */
	uint64_t (*boot_ns)(struct os_clock *clock); /* CLOCK_BOOTTIME */
	enum os_clock_sync (*sync)(struct os_clock *clock); /* adjtimex(2) */
};
struct os_clock {
	const struct os_clock_ops *ops;
};
struct os_clock *os_clock_system(void); /* static, never freed */

/* ---- os_process: this process, this machine -------------------------------------------------- */

struct os_machine {
	char host[65];
	char machine_id[33]; /* /etc/machine-id, or "" */
	char boot_id[37];
	char kernel[66]; /* "6.1.0-56-amd64" */
	char executable_sha256[HASH_SHA256_HEX]; /* of /proc/self/exe, or "" */
	char executable_dir[512]; /* where the program lies */
};
enum code os_process_machine(struct os_machine *ret, struct err *err) WIPE_MUST_USE;
bool os_process_is_root(void);
/* No core dump, no ptrace: the process holds a station key. */
void os_process_protect(void);

/*
 * Memory for a key: never in a core dump or swap, as far as the kernel grants it, and all zeros in every
 * process forked later. NULL: none to be had. os_secret_free() wipes it; NULL is fine.
 */
void *os_secret_new(size_t size);
void os_secret_free(void *secret, size_t size);

/*
 * Runs child(self, fd) in a new process that dies with this one; fd is its end of a
 * SOCK_SEQPACKET pair, *ret_fd the caller's. The child's return value is its exit status.
 */
typedef int os_process_main(void *self, int fd);
enum code os_process_spawn(os_process_main *child, void *self, pid_t *ret_pid, int *ret_fd,
    struct err *err) WIPE_MUST_USE;
/* Collects a child. *ret_status as of waitpid(2). CODE_BUSY: it still runs (only when !wait). */
enum code os_process_reap(pid_t pid, bool wait, int *ret_status, struct err *err) WIPE_MUST_USE;
void os_process_kill(pid_t pid); /* SIGKILL, to a child of ours only */

/* One packet over a SEQPACKET pair. CODE_GONE: the other end is closed. */
enum code os_packet_send(int fd, const void *data, size_t len, struct err *err) WIPE_MUST_USE;
/* CODE_BUSY: nothing there within timeout_ms (0: do not wait, -1: for ever). */
enum code os_packet_receive(int fd, int timeout_ms, void *data, size_t size, size_t *ret_len,
    struct err *err) WIPE_MUST_USE;
void os_fd_close(int fd); /* -1 is fine */

/*
 * Blocks SIGINT, SIGTERM, SIGQUIT and SIGHUP from here on; a descriptor tells of them (signalfd). SIGPIPE
 * is ignored from here on: a pager that is closed must not end a job.
 */
enum code os_signals_open(int *ret_fd, struct err *err) WIPE_MUST_USE;
/* How many stop requests (SIGINT, SIGTERM, SIGQUIT) came; SIGHUP is swallowed. Does not wait. */
unsigned os_signals_take(int fd);
#define OS_WAIT_MAX 512
/* Waits until one of fds (OS_WAIT_MAX at most; -1 entries are skipped) is readable, at most
 * timeout_ms. ready[i] tells which. CODE_BUSY: none. */
enum code os_wait_readable(const int *fds, bool *ret_ready, size_t count, int timeout_ms,
    struct err *err) WIPE_MUST_USE;

/* ---- os_agent: one request and its answer over an ssh-agent's socket ------------------------- */

struct os_agent_ops;
struct os_agent {
	const struct os_agent_ops *ops;
};
struct os_agent_ops {
	/* `request` without the length prefix; the answer likewise, appended to *ret_reply. */
	enum code (*ask)(struct os_agent *agent, const struct buf *request, struct buf *ret_reply,
	    struct err *err);
	void (*free)(struct os_agent *agent);
};
/* socket_path NULL: $SSH_AUTH_SOCK. CODE_CONFIG says what to start when there is none. */
enum code os_agent_open(const char *socket_path, struct os_agent **ret, struct err *err)
    WIPE_MUST_USE;
void os_agent_free(struct os_agent *agent);

/* ---- os_terminal ----------------------------------------------------------------------------- */

bool os_terminal_is(int fd);
unsigned os_terminal_columns(int fd); /* 80 when it cannot be told */
/* Would a write of at most PIPE_BUF bytes go through without waiting? A pager that does not read and
 * a terminal stopped by ^S say no. */
bool os_terminal_takes(int fd);
/*
 * One line from a terminal, without its newline; CODE_INPUT when it is too long for ret or holds
 * a NUL (all of it is read then); CODE_STOPPED at end of file or when a signal stopped the wait,
 * also one that os_signals_open() blocks: it stays pending for os_signals_take().
 */
enum code os_terminal_line(int fd, char *ret, size_t size, struct err *err) WIPE_MUST_USE;

#endif
