/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan: what exactly will happen to this disk? A clearance, a procedure and fresh keys become
 * steps with contents; sampling is worked out; and all of it can be said in sentences. Pure but for
 * the keys drawn in plan_build().
 */
#ifndef WIPE_PLAN_H
#define WIPE_PLAN_H

#include "wipe/base.h"
#include "wipe/content.h"
#include "wipe/device.h"
#include "wipe/procedure.h"

#define PLAN_STEPS_MAX (2 * PROCEDURE_STEPS_MAX)
#define PLAN_MEMORY_MAX (32u * 1024 * 1024) /* bytes of buffers per disk, at most */

enum plan_action { PLAN_WRITE = 1, PLAN_VERIFY };

struct plan_step {
	enum plan_action action;
	unsigned procedure_step; /* 1-based, where it comes from */
	unsigned content_of; /* PLAN_VERIFY: index of the plan step that wrote it; else its own */
	bool left; /* this content is the last written over the disk: its key may be told */
	struct content content; /* what is written, or expected */
	char key_sha256[HASH_SHA256_HEX]; /* of the content's key, also once that is forgotten; "" = none */
	enum procedure_verify verify; /* PLAN_VERIFY: FULL or SAMPLE */
	unsigned sample_permille;
	unsigned sample_strata; /* 0 = the standard */
	unsigned sample_each;
	uint64_t sample_block; /* bytes, as sampling_wish.block */
};

/* A value. Holds keys: wipe it with plan_forget() when done. */
struct plan {
	char id[ID_TEXT]; /* of the job and of its certificate */
	struct identity identity; /* the disk, as cleared */
	uint64_t size; /* bytes */
	uint32_t logical; /* bytes */
	uint32_t physical; /* bytes */
	uint32_t block; /* bytes per request */
	unsigned depth; /* requests in flight */
	unsigned step_count;
	struct plan_step steps[PLAN_STEPS_MAX];
};

/*
 * CODE_REFUSED without a granted clearance; CODE_UNSUPPORTED for a procedure step this version
 * cannot carry out (sanitize), one that does not fit the disk's media, or a disk that cannot be
 * overwritten (host-managed zones). queue NULL: nothing is known of it.
 */
enum code plan_build(const struct clearance *clearance, const struct procedure *procedure,
    const struct device_queue *queue, struct plan *ret, struct err *err) WIPE_MUST_USE;
/*
 * How large requests to this device are, and how many are in flight: as large as its queue takes without
 * cutting them, a power of two of at most 1 MiB, and so many that they make 8 MiB (4 MiB on a rotating disk,
 * which gains nothing from more), as far as there are slots. Pure.
 */
void plan_requests(const struct device *device, const struct device_queue *queue,
    uint32_t *ret_block, unsigned *ret_depth);
void plan_forget(struct plan *plan);
/* Zeroes the keys and keeps everything else. */
void plan_forget_keys(struct plan *plan);
/*
 * Zeroes the keys that neither a step from `step` on nor the certificate needs: those of passes that
 * were overwritten and have no verification to come. True when there were some. Pure.
 */
bool plan_forget_passed(struct plan *plan, unsigned step);
/* Is the key of steps[of] that of a step from `step` on, or of what is left? Pure. */
bool plan_key_is_needed(const struct plan *plan, unsigned of, unsigned step);

uint64_t plan_bytes_written(const struct plan *plan);
uint64_t plan_bytes_read(const struct plan *plan);
/* Written and read by the steps before this one; of all of them for step_count. */
uint64_t plan_bytes_before(const struct plan *plan, unsigned step);
/* Seconds at rate_bytes_s, for the estimate that `plan` prints. */
uint64_t plan_estimate_s(const struct plan *plan, uint64_t rate_bytes_s);
/* Sentences for people, a line each: what will be written, verified, and what that proves. */
enum code plan_explain(const struct plan *plan, const struct procedure *procedure,
    struct buf *ret, struct err *err) WIPE_MUST_USE;

/* ---- sampling: which blocks does a verification read? --------------------------------------------- */

/*
 * The disk is cut into strata of `stratum` bytes (the last one may be shorter); in each, `each`
 * blocks of `block` bytes (the last may be shorter) lie at random places that are multiples of
 * `align`. Evidence, "Sampled readback". Any member may be recomputed from the seed.
 */
struct sampling {
	uint64_t size; /* bytes of the disk */
	uint64_t stratum; /* bytes, multiple of align */
	uint64_t block; /* bytes, multiple of align, <= stratum / each */
	unsigned each; /* blocks per stratum */
	uint32_t align; /* logical block size */
	uint64_t strata; /* how many */
	bool whole; /* the disk is too small to sample: everything is read */
};
/* What is asked for. */
struct sampling_wish {
	unsigned permille; /* 1..1000 */
	unsigned strata; /* 0 = standard: at least 1,000, and more on a large disk */
	unsigned each; /* blocks per stratum */
	uint64_t block; /* bytes of a block on a large disk, of the standard: below; 0 = 4 MiB */
};
/* The standard blocks of a large disk: where every seek costs time, and where none does. */
#define SAMPLING_BLOCK_SEEKING (UINT64_C(4) * 1024 * 1024)
#define SAMPLING_BLOCK_FLASH   (UINT64_C(512) * 1024)
void sampling_design(uint64_t size, uint32_t align, const struct sampling_wish *wish,
    struct sampling *ret);
/*
 * Is `drawn` (strata, stratum, block, each) a sample that this wish leads to, with the standard block
 * of any medium? Then *ret is that design, not a whole one.
 */
bool sampling_recognise(uint64_t size, uint32_t align, const struct sampling_wish *wish,
    const struct sampling *drawn, struct sampling *ret);

/* The standard block of a medium. */
uint64_t sampling_block_of(enum device_media media);
/* The sample that a PLAN_VERIFY step reads; a whole one for a full verification. */
void plan_sampling(const struct plan *plan, const struct plan_step *step, struct sampling *ret);
/*
 * Gives each sample the block of this medium. One that would take longer than 60 % of a full read
 * becomes a full verification.
 */
void plan_fit_samples(struct plan *plan, enum device_media media);

/* Walks the sample in ascending order of offset. */
struct sampling_walk {
	struct sampling sampling;
	struct content_words words;
	uint64_t next_stratum;
	unsigned next_in_stratum;
	uint64_t places[64]; /* of the stratum at hand, sorted; each <= 64 */
};
void sampling_start(const struct sampling *sampling, const uint8_t seed[CONTENT_SEED],
    struct sampling_walk *ret);
/* false at the end. */
bool sampling_next(struct sampling_walk *walk, uint64_t *ret_offset, uint64_t *ret_len);

/* What a clean sample proves; integers only. */
struct assurance {
	uint64_t share_millionths; /* share of the disk that was read */
	uint64_t longest_missed; /* bytes: longest unwritten run that could have been missed */
	uint64_t stray_millionths; /* 95 % upper bound on the share of stray blocks (3/n), rounded up */
	uint64_t single_sector_millionths; /* chance of catching one stray sector */
};
/* blocks: samples read and clean; bytes: bytes read. */
void sampling_assurance(const struct sampling *sampling, uint64_t blocks, uint64_t bytes,
    struct assurance *ret);

#endif
