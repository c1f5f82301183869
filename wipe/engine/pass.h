/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pass: one step over the disk as a state machine that does no I/O. It hands out pieces, takes
 * their results, and decides what a failure means: again, in halves, given up. The writer and the
 * verifier give it their two differences: what is in the buffer before, and after. (private to
 * engine)
 */
#ifndef WIPE_ENGINE_PASS_H
#define WIPE_ENGINE_PASS_H

#include "report.h"
#include "route.h"
#include "wipe/engine.h"

/* Every piece in flight may fail at once, and one of them be halved down to a block. */
#define PASS_REPAIRS_MAX (OS_DISK_SLOTS_MAX + 32)

struct pass {
	bool writing;
	uint64_t size; /* bytes of the disk */
	uint32_t logical; /* bytes */
	uint32_t physical; /* bytes */
	const struct engine_limits *limits;
	const struct content_kernel *kernel;
	struct report *report;
	struct content_source *source; /* what is written, or expected */
	uint8_t *memory; /* of the disk, all slots in one piece; borrowed */
	uint64_t memory_size; /* bytes */
	struct route route;

	struct {
		bool busy;
		struct piece piece;
		uint8_t *data; /* where its bytes are */
		uint64_t start_ns;
	} slots[OS_DISK_SLOTS_MAX];
	unsigned in_flight;

	struct piece repairs[PASS_REPAIRS_MAX]; /* ascending */
	size_t repair_count;
	struct ranges skipped; /* to be returned to at the end */
	uint64_t skip; /* bytes the next failed region skips */
	uint64_t skip_end; /* where the last skip ended */
	bool returning; /* the route is at its end: nothing is skipped any more */

	uint64_t error_requests;
	uint64_t error_ns;
	uint64_t done; /* bytes written, or read and compared */
	uint64_t requests; /* that moved all their bytes */
	uint64_t requests_at_skip; /* as of when something was skipped first, of what is skipped now */
	uint8_t *spoiled; /* verifying: a bit per block of the route; set = unread or no match */
	uint64_t spoiled_count;
	/* Writing a constant that lies in `memory` once and for all: so many logical blocks of it may be the
	 * first of a piece; 0 = each piece has its own bytes. */
	uint32_t shared_phases;
};

/*
 * Takes over `route`. The rest of *pass was filled by the caller (above the first blank line); `done`
 * and `requests` may already hold what an earlier session did before the route's beginning.
 */
enum code engine_pass_start(struct pass *pass, const struct content *content, struct err *err)
    WIPE_MUST_USE;
void engine_pass_free(struct pass *pass);

enum pass_next { PASS_PIECE, PASS_WAIT, PASS_END };
/*
 * What to do with a free slot whose memory is `data`: start *ret, wait for a result, or nothing. The
 * bytes of *ret are at slots[slot].data, which others in flight may share.
 */
enum code engine_pass_next(struct pass *pass, unsigned slot, uint8_t *data, uint64_t now_ns,
    enum pass_next *ret_next, struct piece *ret, struct err *err) WIPE_MUST_USE;
/* The piece could not be started: it is not in flight, and stays among what remains. */
enum code engine_pass_refused(struct pass *pass, unsigned slot, struct err *err) WIPE_MUST_USE;
/*
 * The result of the piece in `slot` (bytes moved or -errno). CODE_IO: a limit is reached;
 * CODE_GONE: the errno says that the device went away; else the report failed.
 */
enum code engine_pass_done(struct pass *pass, unsigned slot, int64_t result, uint64_t now_ns,
    struct err *err) WIPE_MUST_USE;

/* Below this offset every byte was written or given up (and reported, once settled). */
uint64_t engine_pass_low_water(const struct pass *pass);
/* Adds what a write has not written, or what a verification knows to be sick and has not read. */
enum code engine_pass_remaining(const struct pass *pass, struct ranges *ret, struct err *err)
    WIPE_MUST_USE;
/* Of a write: requests that wrote below the low water mark (while failures are mended, at most those
 * in flight too many; while something is skipped, maybe too few). */
uint64_t engine_pass_requests_below(const struct pass *pass);
/* For EVENT_STEP_FINISHED: requests of a write, clean blocks of a verification. */
uint64_t engine_pass_succeeded(const struct pass *pass);

/* ---- writer.c and verifier.c ------------------------------------------------------------- */

/* Lays a constant out for all pieces, where there is room for it. */
enum code engine_writer_start(struct pass *pass, const struct content *content, struct err *err)
    WIPE_MUST_USE;
/* *ret_data: where the bytes of the piece are, `data` if they are its own. */
enum code engine_writer_prepare(struct pass *pass, const struct piece *piece, uint8_t *data,
    uint8_t **ret_data, struct err *err) WIPE_MUST_USE;
/* Compares len bytes of the piece and reports each logical block that differs. */
enum code engine_verifier_check(struct pass *pass, const struct piece *piece, const uint8_t *data,
    uint32_t len, struct err *err) WIPE_MUST_USE;
/* The block of this piece did not pass. */
void engine_verifier_spoil(struct pass *pass, const struct piece *piece);

#endif
