/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * os: everything that touches the machine, behind seams. Above this line the program is
 * deterministic: the same answers give the same acts. Each seam is a small table of
 * functions; the Linux implementation is in wipe/os/, the fakes are in tests/fakes/.
 *
 *   os_disk   reads, writes and flushes of one claimed device      (io_uring or pread/pwrite)
 *   os_claim  the exclusive hold on a block device                 (O_EXCL, flock, BLKPG)
 *   os_sandbox  what a process gives up before it works            (seccomp, Landlock, capabilities)
 *   os_pass   one command to a drive, and its answer               (NVMe admin, SG_IO)
 *   os_host   questions about this host                            (udev, blkid, /proc, /sys)
 *   os_monitor  which block devices come, go and change            (uevents, /sys/block)
 *   os_locate_set()  the light beside a disk: the one thing ever written to /sys
 *   os_files  durable files                                        (fsync, rename, locks)
 *   os_clock  time
 *   os_process, os_signals, os_socket, os_agent, os_terminal                  the rest of the outside
 */
#ifndef WIPE_OS_H
#define WIPE_OS_H

#include "wipe/base.h"

#include <sys/types.h>

/* ---- os_disk: I/O on one device -------------------------------------------------------------- */

#define OS_DISK_SLOTS_MAX 32

enum os_io_kind { OS_IO_READ = 1, OS_IO_WRITE, OS_IO_FLUSH };

/*
 * One request. The slot is its name: at most one per slot is in flight. Its data lives in the memory of
 * the disk, which is all slots in one piece (page-aligned; the disk owns it and may have registered it
 * with the kernel): in its own slot or, as several writes may share their bytes, anywhere else. For a
 * flush, data, offset and len are 0.
 */
struct os_io {
	enum os_io_kind kind;
	unsigned slot;
	uint8_t *data; /* slots[0] + a multiple of the logical block size */
	uint64_t offset; /* bytes on the device, multiple of the logical block size */
	uint32_t len; /* bytes, multiple of the logical block size, > 0 for read and write */
};

struct os_io_done {
	unsigned slot;
	int64_t result; /* bytes moved (may be short), or -errno */
};

struct os_disk;
struct os_disk_ops {
	/*
	 * Takes `io`, and starts it at the latest in the next wait(). CODE_OK: a completion will come,
	 * unless wait() fails (CODE_BUSY is no failure): then nobody knows. Anything else: it will not.
	 */
	enum code (*submit)(struct os_disk *disk, const struct os_io *io, struct err *err);
	/*
	 * Starts what was taken, and waits at most timeout_ms (-1: for ever, 0: not at all) for one
	 * completion.
	 * CODE_OK and *ret filled; CODE_BUSY when the time passed without one (or a signal came).
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
	uint8_t *slots[OS_DISK_SLOTS_MAX]; /* each right behind the one before */
};

/*
 * Opens the I/O path on a descriptor that was opened with O_DIRECT (borrowed; it must outlive
 * the disk). Tries io_uring with registered buffers, restricted to this descriptor, and falls back
 * to pread/pwrite where io_uring is not allowed or cannot be restricted (kernels before 5.11).
 * slot_count * slot_size bytes of memory are taken at once, in huge pages where the kernel has them.
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
	/* Noted or opened along with fd, so that nothing needs a path, or an open, later on. */
	uint32_t major;
	uint32_t minor;
	uint32_t max_request; /* as in struct os_geometry */
	int stat_fd; /* /sys/dev/block/M:m/stat; -1 = none */
	int iostats_fd; /* /sys/dev/block/M:m/queue/iostats; -1 = none */
};
/*
 * Opens path for the whole job and takes it exclusively (O_EXCL and an exclusive flock). Everything
 * below but os_claim_drop_partitions() and os_claim_flush_cache() goes by the descriptors in *ret
 * and works in the sandbox too.
 * CODE_BUSY: somebody holds it (mounted, swap, md, another tool), after a short bounded retry;
 * CODE_MISSING, CODE_REFUSED (read-only device or no permission), CODE_INPUT (not a block device).
 */
enum code os_claim_open(const char *path, struct os_claim *ret, struct err *err) WIPE_MUST_USE;
/* The same for reading only and without exclusive claim: `check --device`. */
enum code os_claim_open_readonly(const char *path, struct os_claim *ret, struct err *err)
    WIPE_MUST_USE;
/* CODE_GONE also when the device was unplugged: the kernel goes on telling its size then. */
enum code os_claim_geometry(const struct os_claim *claim, struct os_geometry *ret,
    struct err *err) WIPE_MUST_USE;
/*
 * Takes the kernel's partitions of the claimed disk away (BLKPG_DEL_PARTITION; nothing is
 * written): all, or on failure none, those already gone being put back as they were. CODE_BUSY names
 * the partition somebody has open. *ret_count: how many there were.
 */
enum code os_claim_drop_partitions(struct os_claim *claim, unsigned *ret_count, struct err *err)
    WIPE_MUST_USE;
/* Writes back and drops the page cache of the disk (fsync, BLKFLSBUF; takes CAP_SYS_ADMIN). */
enum code os_claim_flush_cache(const struct os_claim *claim, struct err *err) WIPE_MUST_USE;
/* Only writes it back: whoever made the pages dirty, the kernel has counted them afterwards. */
enum code os_claim_write_back(const struct os_claim *claim, struct err *err) WIPE_MUST_USE;
enum code os_claim_counters(const struct os_claim *claim, struct os_counters *ret,
    struct err *err) WIPE_MUST_USE;
/*
 * Releases the disk. Only when partitions were dropped is the kernel asked to read the partition
 * table again (BLKRRPART): none after a wipe, the old ones when nothing was written.
 */
void os_claim_close(struct os_claim *claim); /* safe on {.fd = -1} */

/* ---- os_sandbox: a process that can do no more than its work ---------------------------------- */

/* What is in force besides what always is: no privileges, no other descriptors, a restricted ring. */
struct os_sandbox {
	bool filter; /* of system calls (seccomp); false: this kernel has none */
	unsigned landlock; /* version of Landlock; 0: this kernel has none */
};
/*
 * Confines this process for good to its claimed disk, the disk's I/O path (which must be open) and
 * its end of a packet socket. All other descriptors are closed, all capabilities dropped; opening,
 * connecting, executing, forking, signalling and every other system call but the few of the work
 * end the process with SIGSYS. The claim no longer reads the partition table again when it is
 * closed: that takes a capability. CODE_IO: not confined, or not whole; then end the process.
 */
enum code os_sandbox_enter(struct os_claim *claim, const struct os_disk *disk, int packet_fd,
    struct os_sandbox *ret, struct err *err) WIPE_MUST_USE;

/* ---- os_pass: one command to a drive, and its answer ------------------------------------------ */

enum os_pass_kind { OS_PASS_NVME = 1, OS_PASS_SCSI }; /* ATA goes inside SCSI (SAT) */
enum os_pass_direction { OS_PASS_NONE, OS_PASS_IN, OS_PASS_OUT };

/* An NVMe admin command, as it stands in the submission queue entry. */
struct os_pass_nvme {
	uint8_t opcode;
	enum os_pass_direction direction;
	uint32_t nsid;
	uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
	/* When it passes the kernel RESETS the controller, under everybody's I/O: be generous, and
	 * give up on the process instead. */
	uint32_t timeout_ms;
};
#define OS_PASS_CDB_MAX 16
struct os_pass_scsi {
	uint8_t cdb[OS_PASS_CDB_MAX];
	uint8_t cdb_len; /* 6, 10, 12 or 16 */
	enum os_pass_direction direction;
	uint32_t timeout_ms; /* likewise: the kernel aborts, then resets */
};

#define OS_PASS_SENSE_MAX 64
/* What the drive said. Untrusted, but for the lengths. */
struct os_pass_answer {
	uint32_t len; /* bytes of data that moved; NVMe does not tell: all that was asked for */
	uint16_t nvme_status; /* status code type << 8 | status code; 0 = success */
	uint32_t nvme_result; /* dword 0 of the completion */
	uint8_t scsi_status; /* 0 GOOD, 2 CHECK CONDITION, … */
	uint8_t sense_len;
	uint8_t sense[OS_PASS_SENSE_MAX];
};

struct os_pass;
struct os_pass_ops {
	/*
	 * One command. CODE_OK: the drive answered, be it that it refused: see os_pass_nvme_check() and
	 * os_pass_scsi_check(). data of len bytes is filled (OS_PASS_IN; zeroed first) or sent.
	 * CODE_UNSUPPORTED: the device takes no such commands; CODE_REFUSED: no permission;
	 * CODE_GONE; CODE_IO: nothing came back, and whether it was carried out is not known.
	 */
	enum code (*nvme)(struct os_pass *pass, const struct os_pass_nvme *command, void *data,
	    uint32_t len, struct os_pass_answer *ret, struct err *err);
	enum code (*scsi)(struct os_pass *pass, const struct os_pass_scsi *command, void *data,
	    uint32_t len, struct os_pass_answer *ret, struct err *err);
	/*
	 * From here on this process can ask this drive and talk over the sockets it has, and nothing
	 * else: one capability (SG_IO needs CAP_SYS_RAWIO, NVMe CAP_SYS_ADMIN), one ioctl on one
	 * descriptor, no open(2), no new sockets; a violation kills it.
	 */
	enum code (*confine)(struct os_pass *pass, struct err *err);
	void (*free)(struct os_pass *pass);
};
/* Embedded first in every implementation. */
struct os_pass {
	const struct os_pass_ops *ops;
	enum os_pass_kind kind;
	uint32_t major; /* of the device that is open */
	uint32_t minor;
	uint64_t diskseq; /* 0 = this kernel does not tell */
};
/*
 * Opens the node of a whole disk for commands; read-only and without a claim. May block for minutes on
 * a sick drive: not for a process that others wait for. CODE_MISSING, CODE_REFUSED, CODE_GONE,
 * CODE_INPUT (no block device), CODE_IO.
 */
enum code os_pass_open(const char *path, enum os_pass_kind kind, struct os_pass **ret,
    struct err *err) WIPE_MUST_USE;
void os_pass_free(struct os_pass *pass); /* NULL is fine */

/* Did the drive do it? CODE_UNSUPPORTED: it does not know the command, or not these fields of it;
 * CODE_IO: it refused or failed, the line tells the status. Pure. */
enum code os_pass_nvme_check(const struct os_pass_answer *answer, struct err *err) WIPE_MUST_USE;
enum code os_pass_scsi_check(const struct os_pass_answer *answer, struct err *err) WIPE_MUST_USE;

struct os_pass_sense {
	uint8_t key;
	uint8_t asc;
	uint8_t ascq;
	bool deferred; /* of an earlier command */
};
/* False: there is no sense data that could be understood. Pure. */
bool os_pass_sense_parse(const struct os_pass_answer *answer, struct os_pass_sense *ret)
    WIPE_MUST_USE;

/* Registers of an ATA drive after ATA PASS-THROUGH with CK_COND. */
struct os_pass_ata {
	uint8_t error;
	uint8_t status;
	uint8_t device;
	uint16_t count; /* bits 15:8 only when complete */
	uint64_t lba; /* bits 47:24 only when complete */
	bool complete; /* false: fixed-format sense, which has no room for all */
};
/* False: no registers came back (SAT-5, 12.2.2.7); also when they are all zero, which some adapters
 * make up. Pure. */
bool os_pass_ata_parse(const struct os_pass_answer *answer, struct os_pass_ata *ret)
    WIPE_MUST_USE;

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

/* ---- os_monitor: block devices come and go ----------------------------------------------------- */

/* What happened to one whole disk since the last take; more than one may be set. */
enum { OS_CHANGE_ADDED = 1, OS_CHANGE_REMOVED = 2, OS_CHANGE_OTHER = 4 };
struct os_change {
	char name[32]; /* kernel name, "sda" */
	unsigned what; /* bits of OS_CHANGE_… */
};
#define OS_CHANGES_MAX 64
struct os_changes {
	/* Some could not be told: they did not fit here, or the kernel dropped them. Look at everything. */
	bool lost;
	size_t count;
	struct os_change items[OS_CHANGES_MAX];
};

struct os_monitor;
struct os_monitor_ops {
	/*
	 * Everything since the last take (or the opening), each disk once. Never blocks. CODE_BUSY: nothing
	 * happened. Anything else: nothing more will be told; look now and then instead.
	 */
	enum code (*take)(struct os_monitor *monitor, struct os_changes *ret, struct err *err);
	void (*free)(struct os_monitor *monitor);
};
/* Embedded first in every implementation. */
struct os_monitor {
	const struct os_monitor_ops *ops;
	int fd; /* readable when there may be something to take; stays the monitor's */
	/*
	 * "udev": udevd has finished with a disk when it is told; "kernel": no udevd runs (or it started
	 * later), told as it happens; "polling": /sys/block is looked at once a second.
	 */
	const char *method;
};
/* Takes the first of the three that works here. A mount or a process that opens a disk is no change. */
enum code os_monitor_open(struct os_monitor **ret, struct err *err) WIPE_MUST_USE;
void os_monitor_free(struct os_monitor *monitor); /* NULL is fine */

/* ---- os_locate: the light beside a disk ---------------------------------------------------------- */

/*
 * Turns the light of one slot of an enclosure on or off (…/class/enclosure/ENCLOSURE/COMPONENT/locate);
 * both are names as struct device_place has them. The enclosure is asked over its cable and may take its
 * time: not for a process that others wait for. CODE_INPUT: no such names can be; CODE_MISSING: this
 * enclosure has no such slot, or the slot no light; CODE_REFUSED, CODE_IO.
 */
enum code os_locate_set(const char *enclosure, const char *component, bool on, struct err *err)
    WIPE_MUST_USE;

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
uint32_t os_process_id(void);
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
/* The same, waiting no longer than timeout_ms: CODE_BUSY, it still runs (or the kernel has no pidfd). */
enum code os_process_wait(pid_t pid, int timeout_ms, int *ret_status, struct err *err) WIPE_MUST_USE;
void os_process_kill(pid_t pid); /* SIGKILL, to a child of ours only */
/* How a process's requests to disks rank among those of others. */
enum os_io_class {
	OS_IO_CLASS_BEST_EFFORT, /* after all others of this class, to which processes belong by default */
	OS_IO_CLASS_IDLE, /* only when nobody else has any */
	OS_IO_CLASS_NONE, /* as they happen to */
};
/* "best-effort", "idle", "none"; false: no such class. */
bool os_io_class_find(const char *word, enum os_io_class *ret);
const char *os_io_class_text(enum os_io_class io_class);
/* For this process, and the ring it opens afterwards. False: the kernel refused, and they rank as before. */
bool os_process_io_class(enum os_io_class io_class);
/* For a child that may hang in the kernel: its streams lead nowhere from here on. Else whoever reads
 * its parent's output through a pipe would wait for the child as well. */
void os_process_quiet(void);
/* Kills a child and collects it. CODE_BUSY: it hangs in the kernel; it was not waited for longer than
 * timeout_ms, and ends by itself when the kernel lets go of it. */
enum code os_process_end(pid_t pid, int timeout_ms, struct err *err) WIPE_MUST_USE;

/* One packet over a SEQPACKET pair. CODE_GONE: the other end is closed. */
enum code os_packet_send(int fd, const void *data, size_t len, struct err *err) WIPE_MUST_USE;
/* The same without waiting. CODE_BUSY: the other end has not taken what lies there already. */
enum code os_packet_try(int fd, const void *data, size_t len, struct err *err) WIPE_MUST_USE;
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

/* ---- os_socket: how commands reach the supervisor of this host ---------------------------------- */

/*
 * A stream socket at `path` (made with mode 0600, whatever lay there is taken away: hold a lock first);
 * also where the path is longer than a socket's address may be. *ret_fd listens and does not block.
 */
enum code os_socket_listen(const char *path, int *ret_fd, struct err *err) WIPE_MUST_USE;
/* The socket that systemd listens on for us (sd_listen_fds(3)); CODE_MISSING: we were not started so. */
enum code os_socket_inherited(int *ret_fd, struct err *err) WIPE_MUST_USE;
/* CODE_BUSY: nobody waits. CODE_REFUSED: it was not root's (SO_PEERCRED), and is closed. */
enum code os_socket_accept(int fd, int *ret_fd, struct err *err) WIPE_MUST_USE;
/* CODE_MISSING: nobody listens there. *ret_fd does not block. */
enum code os_socket_connect(const char *path, int *ret_fd, struct err *err) WIPE_MUST_USE;
/* What goes out at once, maybe 0 bytes. CODE_GONE: the other end is closed. */
enum code os_socket_send(int fd, const void *data, size_t len, size_t *ret_sent, struct err *err)
    WIPE_MUST_USE;
/* Appends what has come, at most `max` bytes. CODE_BUSY: nothing; CODE_GONE: the other end is closed. */
enum code os_socket_receive(int fd, size_t max, struct buf *ret, struct err *err) WIPE_MUST_USE;
/*
 * Starts this very program anew, with these arguments (NULL-terminated, without its name), in a session
 * and process of its own that nobody waits for: it outlives this process, its terminal and its signals.
 * Returns when it said os_process_ready(), or ended; at most timeout_ms (CODE_BUSY).
 */
enum code os_process_launch(const char *const *arguments, int timeout_ms, struct err *err)
    WIPE_MUST_USE;
/* To whoever launched this process, if anybody did. */
void os_process_ready(void);

/* Waits until fd takes at least a byte. CODE_BUSY: it did not within timeout_ms. */
enum code os_wait_writable(int fd, int timeout_ms, struct err *err) WIPE_MUST_USE;

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
