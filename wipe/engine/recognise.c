/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recognise: is this the disk that the job was writing to? Looked at are the beginning and the end of
 * what must be there. Below the durable offset that is the content of the step at hand. Beyond it
 * nothing is asked: how far requests under way had come when the power failed, nobody knows. A step
 * of which nothing is durable may have overwritten any block of what the step before left, so that
 * each block may hold either. What cannot be read says nothing.
 */
#include "wipe/engine.h"

#include "ranges.h"

#include <errno.h>
#include <string.h>

#define WINDOW (UINT64_C(4) * 1024 * 1024) /* bytes of the beginning, and as many of the end */

struct look {
	const struct plan *plan;
	const struct content_kernel *kernel;
	struct os_disk *disk;
	struct content_source *sources[2]; /* a block must be what one of them says; [1] may be NULL */
	bool keystream[2];
	struct ranges given_up; /* may hold anything */
	uint64_t compared; /* bytes */
	uint64_t matched; /* of them */
	bool proof;
};

static enum code read_at(struct look *look, uint64_t offset, uint32_t len, bool *ret_read,
    struct err *err)
{
	const struct os_io io = { .kind = OS_IO_READ, .data = look->disk->slots[0], .offset = offset,
		.len = len };
	struct os_io_done done;
	enum code code = look->disk->ops->submit(look->disk, &io, err);
	if (code != CODE_OK)
		return code;
	while ((code = look->disk->ops->wait(look->disk, 500, &done, err)) == CODE_BUSY)
		continue;
	if (code != CODE_OK)
		return code;
	if (done.result == -ENODEV || done.result == -ENXIO || done.result == -ENOMEDIUM)
		return err_set_errno(err, CODE_GONE, (int)-done.result, "the disk went away");
	*ret_read = done.result == (int64_t)len;
	return CODE_OK;
}

static bool is_given_up(const struct look *look, uint64_t offset, uint64_t len)
{
	for (size_t i = 0; i < look->given_up.count; i++) {
		const struct range *range = &look->given_up.items[i];
		if (range->start < offset + len && offset < range->end)
			return true;
	}
	return false;
}

/* One logical block, which lies in slot 0 at `data`. */
static enum code compare(struct look *look, uint64_t offset, const uint8_t *data, struct err *err)
{
	uint32_t len = look->plan->logical;
	if (is_given_up(look, offset, len))
		return CODE_OK;
	bool same = false;
	for (size_t i = 0; i < 2 && look->sources[i] && !same; i++) {
		enum code code = content_compare(look->sources[i], offset, data, len, &same, err);
		if (code != CODE_OK)
			return code;
		look->proof = look->proof || (same && look->keystream[i]);
	}
	look->compared += len;
	look->matched += same ? len : 0;
	return CODE_OK;
}

static enum code look_at(struct look *look, uint64_t start, uint64_t end, struct err *err)
{
	const struct plan *plan = look->plan;
	uint64_t most = bytes_round_down(bytes_min(plan->block, look->disk->slot_size), plan->logical);
	if (most == 0)
		return err_set(err, CODE_BUG, "requests of no bytes");
	while (start < end) {
		uint32_t len = (uint32_t)bytes_min(end - start, most);
		bool readable = false;
		enum code code = read_at(look, start, len, &readable, err);
		for (uint32_t at = 0; at < len && code == CODE_OK && readable; at += plan->logical)
			code = compare(look, start + at, look->disk->slots[0] + at, err);
		if (code != CODE_OK)
			return code;
		start += len;
	}
	return CODE_OK;
}

/* A key that is forgotten is all zeros, and cannot be compared with. */
static bool is_known(const struct content *content)
{
	static const uint8_t none[CONTENT_KEY];
	return content->kind != CONTENT_KEYSTREAM || memcmp(content->key, none, CONTENT_KEY) != 0;
}

static enum code expect(struct look *look, size_t index, const struct content *content,
    struct err *err)
{
	look->keystream[index] = content->kind == CONTENT_KEYSTREAM;
	return content_source_new(content, look->kernel, &look->sources[index], err);
}

/* What must be there, and up to where: 0 = nothing that could be asked for. */
static enum code choose(struct look *look, const struct engine_resume *resume, uint64_t *ret_end,
    struct err *err)
{
	const struct plan *plan = look->plan;
	*ret_end = 0;
	bool writes = resume->step < plan->step_count &&
	    plan->steps[resume->step].action == PLAN_WRITE;
	if (writes && resume->offset > 0) {
		*ret_end = bytes_min(resume->offset, plan->size);
		return expect(look, 0, &plan->steps[resume->step].content, err);
	}
	for (unsigned i = (unsigned)bytes_min(resume->step, plan->step_count); i-- > 0;) {
		if (plan->steps[i].action != PLAN_WRITE)
			continue;
		if (!is_known(&plan->steps[i].content))
			return CODE_OK;
		*ret_end = plan->size;
		enum code code = expect(look, 0, &plan->steps[i].content, err);
		if (code == CODE_OK && writes)
			code = expect(look, 1, &plan->steps[resume->step].content, err);
		return code;
	}
	return CODE_OK;
}

static enum code look_around(struct look *look, const struct engine_resume *resume, struct err *err)
{
	enum code code = CODE_OK;
	for (size_t i = 0; i < resume->unwritten_count && code == CODE_OK; i++)
		code = engine_ranges_add(&look->given_up, resume->unwritten[i].offset,
		    resume->unwritten[i].offset + resume->unwritten[i].length, 0, err);
	uint64_t end = 0;
	if (code == CODE_OK)
		code = choose(look, resume, &end, err);
	uint64_t front = bytes_min(bytes_round_up(WINDOW, look->plan->logical), end);
	if (code == CODE_OK)
		code = look_at(look, 0, front, err);
	if (code == CODE_OK)
		code = look_at(look, bytes_max(front, end - front), end, err);
	return code;
}

enum code engine_recognise(const struct plan *plan, const struct engine_resume *resume,
    const struct engine_context *context, uint64_t *ret_compared, bool *ret_same, bool *ret_proof,
    struct err *err)
{
	struct look look = { .plan = plan, .kernel = context->kernel, .disk = context->disk };
	enum code code = look_around(&look, resume, err);
	bool either = look.sources[1] != NULL;
	content_source_free(look.sources[0]);
	content_source_free(look.sources[1]);
	engine_ranges_free(&look.given_up);
	if (code != CODE_OK)
		return code;
	*ret_compared = look.compared;
	/* A block that was under way when the power failed may hold neither. */
	*ret_same = either ? look.matched > 0 || look.compared == 0 : look.matched == look.compared;
	*ret_proof = look.proof;
	return CODE_OK;
}
