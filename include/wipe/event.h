/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event: the record of one thing that happened to a disk, of fixed size. Events are the only
 * thing that crosses from the worker to the supervisor, into the journal, into the view, and
 * into evidence; what no event says did not happen.
 */
#ifndef WIPE_EVENT_H
#define WIPE_EVENT_H

#include "wipe/base.h"

/*
 * `step` is the 0-based index into plan.steps where a kind has one. Lengths and offsets are
 * bytes. Fields a kind does not name are zero.
 */
enum event_kind {
	EVENT_NONE = 0,
	/* The claim holds and the descriptor is the cleared device; once in each session. count =
	 * partitions dropped; flag = the scan for other openers was complete; text = I/O method, kernel, length =
	 * bytes of its requests, extra = how many of them may be in flight. */
	EVENT_CLAIMED,
	/* A step begins; also one that begins again in a later session, as a verification always does and a
	 * write of which nothing was durable. A write that goes on at an offset has begun before. */
	EVENT_STEP_STARTED,
	/* For the view only, never evidence: offset = bytes done of the step, length = of how many. */
	EVENT_PROGRESS,
	/* The device confirmed a flush: everything this step wrote below `offset` is durable. length =
	 * bytes this step has written there, in all sessions; count = requests that wrote them (not exact
	 * while failures are being mended). */
	EVENT_DURABLE,
	/* A request failed and is tried again. offset, length, sys_errno. */
	EVENT_RETRIED,
	/* Final: these bytes could not be written / read. offset, length, sys_errno. */
	EVENT_UNWRITTEN,
	EVENT_UNREADABLE,
	/* Final: these bytes were read and are not what belongs there. offset, length. */
	EVENT_MISMATCH,
	/* A verification drew its sample: blob = seed, offset = strata, length = bytes of a stratum,
	 * count = bytes of a block, extra = blocks per stratum. Not sent for a full one. */
	EVENT_SAMPLED,
	/* A step ended with all its work attempted. offset = bytes written or read and compared,
	 * count = requests (write) or blocks (verify) that succeeded. */
	EVENT_STEP_FINISHED,
	/* The job cannot go on: sys_errno, offset, extra = enum code, text = one line. Before CLAIMED it
	 * means that nothing was written. Only IDENTITY, COUNTED and ENDED follow. */
	EVENT_FAILED,
	/* Stopped before the end; text = by what. Only IDENTITY, COUNTED and ENDED follow, or RESUMED or
	 * ABANDONED in a later session. */
	EVENT_STOPPED,
	/* The kernel's write counter since the claim: flag = known, length = bytes it counted,
	 * offset = bytes we had acknowledged, count = most it may be (failed requests may or may not
	 * have been counted), extra = bytes discarded by somebody. */
	EVENT_COUNTED,
	/* After the last step the descriptor was asked again; flag = still the same device,
	 * text = what differs. */
	EVENT_IDENTITY,
	/* The wall clock and CLOCK_BOOTTIME disagree by `length` seconds since the last event;
	 * flag = the wall clock went forward. */
	EVENT_CLOCK_STEPPED,
	/* The worker is done with the disk and has let go of it. The last of a session. */
	EVENT_ENDED,
	/* A later session takes the job up again, after whatever the one before left: told by the
	 * supervisor, before its worker claims the disk. step = the first that is not done, offset = below
	 * it that step's writes are durable (0 for a verification: it begins again); flag = still the boot
	 * of the event before, so that boot_ns goes on. */
	EVENT_RESUMED,
	/* Before a resumed session writes: length = bytes of durable content that were read and compared,
	 * flag = all of them are what was written there. */
	EVENT_RECOGNISED,
	/* Besides its sample this verification reads every byte of length at offset: they were written
	 * before an interruption, and nobody watched the disk meanwhile. */
	EVENT_COVERED,
	/* The disk has not answered for `length` seconds (flag), or answers again (no flag). Told by the
	 * supervisor: a worker that hangs in the kernel says nothing. */
	EVENT_STALLED,
	/* Too hot (flag) at `count` degrees Celsius: nothing is written until it is cooler (no flag). */
	EVENT_PAUSED,
	/* The drive's own view of its health: extra = 0 before the first write, 1 after the last; flag =
	 * known; count = reallocated sectors (UINT64_MAX: it does not tell), text = one line. */
	EVENT_HEALTH,
	/* A person gave the job up; text = the reason. Nothing follows. */
	EVENT_ABANDONED,
	EVENT_KIND_COUNT
};

#define EVENT_TEXT   256
#define EVENT_BLOB   32
#define EVENT_PACKED 384 /* bytes of a packed event */

struct event {
	enum event_kind kind;
	uint32_t step;
	int64_t wall_s; /* seconds since 1970 UTC when it happened */
	uint64_t boot_ns; /* CLOCK_BOOTTIME */
	uint64_t offset;
	uint64_t length;
	uint64_t count;
	uint64_t extra;
	int32_t sys_errno;
	bool flag;
	uint8_t blob[EVENT_BLOB];
	char text[EVENT_TEXT]; /* UTF-8, NUL-terminated; never content of a disk */
};

/*
 * Packed layout, little-endian: 0 u16 kind, 2 u8 flag (0 or 1), 3 u8 zero, 4 u32 step,
 * 8 i64 wall_s, 16 u64 boot_ns, 24 offset, 32 length, 40 count, 48 extra, 56 i32 sys_errno,
 * 60 u32 zero, 64 blob[32], 96 text[256], 352 zero[32].
 */
void event_pack(const struct event *event, uint8_t out[EVENT_PACKED]);
/* CODE_INPUT for anything event_pack() would not have written. Pure. */
enum code event_unpack(const uint8_t in[EVENT_PACKED], struct event *ret, struct err *err)
    WIPE_MUST_USE;
const char *event_kind_text(enum event_kind kind);
bool event_equals(const struct event *a, const struct event *b);

/* Where events go. The callee copies what it keeps. A failure ends the job. */
struct event_sink {
	enum code (*put)(void *self, const struct event *event, struct err *err);
	void *self;
};

#endif
