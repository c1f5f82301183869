/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * assemble_steps: what was written or read in each step, how anybody can make the same bytes again,
 * which ranges were left out, and what the last verification proves.
 */
#include "document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPY(to, from) assemble_text(to, sizeof(to), from)
#define BILLION UINT64_C(1000000000)

/* A constant as it lies on the disk: the complement is worked in. */
static void constant_hex(const struct content *content, char *out)
{
	uint8_t bytes[CONTENT_BYTES_MAX] = { 0 };
	for (size_t i = 0; i < content->byte_count && i < sizeof(bytes); i++)
		bytes[i] = content->complement ? (uint8_t)~content->bytes[i] : content->bytes[i];
	bytes_hex_format(bytes, content->byte_count, out);
}

/* A command of stock tools that compares the whole disk with what was left on it. */
static void put_reproduce(const struct content *content, uint64_t size, char *out, size_t max)
{
	char hex[2 * CONTENT_BYTES_MAX + 1];
	if (content->kind == CONTENT_KEYSTREAM) {
		bytes_hex_format(content->key, CONTENT_KEY, hex);
		snprintf(out, max, "openssl enc -aes-256-ctr -K %s -iv "
		    "00000000000000000000000000000000 -in /dev/zero | %scmp -n %" PRIu64 " - /dev/sdX",
		    hex, content->complement ? "perl -pe '$_ = ~$_' | " : "", size);
		return;
	}
	constant_hex(content, hex);
	if (strcmp(hex, "00") == 0)
		snprintf(out, max, "cmp -n %" PRIu64 " /dev/zero /dev/sdX", size);
	else
		snprintf(out, max, "perl -e 'print pack(\"H*\", \"%s\") x 65536 while 1' | cmp -n %"
		    PRIu64 " - /dev/sdX", hex, size);
}

static void put_content(const struct plan_step *step, bool told, struct doc_content *ret)
{
	const struct content *content = &step->content;
	if (content->kind == CONTENT_CONSTANT) {
		COPY(ret->kind, "constant");
		constant_hex(content, ret->bytes); /* complement worked in, so not told again */
		return;
	}
	COPY(ret->kind, "keystream");
	ret->complement = content->complement;
	if (told)
		bytes_hex_format(content->key, CONTENT_KEY, ret->key);
	COPY(ret->key_sha256, step->key_sha256);
}

static void put_verification(const struct plan_step *asked, const struct evidence_step *done,
    struct doc_verification *ret)
{
	ret->given = true;
	ret->of = (uint64_t)asked->content_of + 1;
	COPY(ret->mode, asked->verify == PROCEDURE_VERIFY_FULL ? "full" : "sample");
	ret->permille = asked->verify == PROCEDURE_VERIFY_FULL ? 1000 : asked->sample_permille;
	ret->strata_asked = asked->sample_strata;
	ret->each = done->sampled ? done->each : asked->sample_each;
	ret->blocks = done->count;
	ret->covered = done->covered;
	if (!done->sampled)
		return;
	bytes_hex_format(done->seed, sizeof(done->seed), ret->seed);
	ret->strata = done->strata;
	ret->stratum = done->stratum;
	ret->block = done->block;
}

static void put_step(const struct certificate_inputs *inputs, unsigned index, unsigned last,
    struct doc_step *ret)
{
	const struct plan_step *asked = &inputs->plan->steps[index];
	const struct evidence_step *done = &inputs->evidence->steps[index];
	ret->number = (uint64_t)index + 1;
	COPY(ret->action, asked->action == PLAN_WRITE ? "write" : "verify");
	ret->procedure_step = asked->procedure_step;
	ret->left = asked->content_of == last &&
	    inputs->evidence->steps[last].state != EVIDENCE_NOT_STARTED;
	put_content(asked, ret->left, &ret->content);
	if (index == last && ret->left)
		put_reproduce(&asked->content, inputs->plan->size, ret->reproduce,
		    sizeof(ret->reproduce));
	COPY(ret->state, done->state == EVIDENCE_FINISHED ? "finished"
	    : done->state == EVIDENCE_STARTED ? "started" : "not-started");
	if (done->state != EVIDENCE_NOT_STARTED)
		stamp_format(done->wall_start_s, ret->started);
	if (done->state == EVIDENCE_FINISHED)
		stamp_format(done->wall_end_s, ret->ended);
	ret->seconds = (done->boot_earlier_ns + done->boot_end_ns - done->boot_start_ns) / BILLION;
	/* Of a step that did not finish, only what a flush confirmed is known. */
	ret->bytes = done->state == EVIDENCE_FINISHED ? done->bytes : done->durable_bytes;
	ret->requests = done->state == EVIDENCE_FINISHED ? done->count : done->durable_count;
	ret->durable = done->flushed;
	ret->retries = done->retries;
	ret->unwritten = done->unwritten_bytes;
	ret->unreadable = done->unreadable_bytes;
	ret->mismatch = done->mismatch_bytes;
	if (asked->action == PLAN_VERIFY)
		put_verification(asked, done, &ret->verification);
}

enum code assemble_steps(const struct certificate_inputs *inputs, struct certificate *ret,
    struct err *err)
{
	const struct plan *plan = inputs->plan;
	unsigned last = plan->step_count;
	for (unsigned i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == PLAN_WRITE)
			last = i;
	}
	if (last == plan->step_count || plan->step_count > PLAN_STEPS_MAX ||
	    inputs->evidence->step_count != plan->step_count)
		return err_set(err, CODE_BUG, "evidence and plan do not belong together");
	ret->steps = calloc(plan->step_count, sizeof(*ret->steps));
	if (!ret->steps)
		return err_memory(err);
	ret->step_count = plan->step_count;
	for (unsigned i = 0; i < plan->step_count; i++)
		put_step(inputs, i, last, &ret->steps[i]);
	return CODE_OK;
}

static const char *range_kind_text(enum evidence_range_kind kind)
{
	return kind == EVIDENCE_UNWRITTEN ? "unwritten"
	    : kind == EVIDENCE_UNREADABLE ? "unreadable" : "mismatch";
}

enum code certificate_format_ranges(const struct evidence *evidence, struct buf *ret,
    struct err *err)
{
	buf_string(ret, "certwipe-ranges/1\n");
	for (size_t i = 0; i < evidence->range_count; i++) {
		const struct evidence_range *range = &evidence->ranges[i];
		buf_printf(ret, "%u %s %" PRIu64 " %" PRIu64 " %d\n", range->step + 1,
		    range_kind_text(range->kind), range->offset, range->length, range->sys_errno);
	}
	return buf_check(ret, err);
}

enum code assemble_ranges(const struct certificate_inputs *inputs, struct certificate *ret,
    struct err *err)
{
	const struct evidence *evidence = inputs->evidence;
	struct doc_ranges *ranges = &ret->ranges;
	ranges->total = evidence->range_count;
	size_t count = evidence->range_count < CERTIFICATE_RANGES_INLINE ? evidence->range_count
	    : CERTIFICATE_RANGES_INLINE;
	ranges->listed = calloc(count + 1, sizeof(*ranges->listed));
	if (!ranges->listed)
		return err_memory(err);
	for (; ranges->listed_count < count; ranges->listed_count++) {
		const struct evidence_range *from = &evidence->ranges[ranges->listed_count];
		struct doc_range *to = &ranges->listed[ranges->listed_count];
		to->step = (uint64_t)from->step + 1;
		COPY(to->kind, range_kind_text(from->kind));
		to->offset = from->offset;
		to->length = from->length;
		to->error = from->sys_errno > 0 ? (uint64_t)from->sys_errno : 0;
	}
	if (count == evidence->range_count)
		return CODE_OK;
	BUF_AUTO all = { 0 };
	enum code code = certificate_format_ranges(evidence, &all, err);
	if (code == CODE_OK)
		hash_sha256_hex(all.data, all.len, ranges->sha256);
	return code;
}

/* Only a verification that ran to its end and found nothing else proves anything. */
void assemble_assurance(const struct certificate_inputs *inputs, struct certificate *ret)
{
	int index = document_last_verification(ret);
	if (index < 0)
		return;
	const struct doc_step *step = &ret->steps[index];
	if (strcmp(step->state, "finished") != 0 || step->mismatch || step->bytes == 0)
		return;
	struct doc_assurance *to = &ret->assurance;
	to->given = true;
	to->step = step->number;
	bool whole = strcmp(step->verification.mode, "full") == 0 ||
	    (!*step->verification.seed && step->bytes == inputs->plan->size);
	if (whole && !step->unreadable) {
		to->share = to->single = 1000000;
		COPY(to->statement, "Every byte of the disk was read back and is what was written last.");
		return;
	}
	struct sampling sampling;
	struct assurance assurance;
	uint8_t seed[CONTENT_SEED];
	if (!document_sampling(ret, step, &sampling, seed))
		sampling = (struct sampling){ .size = inputs->plan->size, .whole = true };
	sampling_assurance(&sampling, step->verification.blocks, step->bytes, &assurance);
	to->share = assurance.share_millionths;
	to->stray = assurance.stray_millionths;
	to->single = assurance.single_sector_millionths;
	/* Where something could not be read, a run that long could have been missed as well. */
	to->longest_missed = bytes_min(assurance.longest_missed + step->unreadable,
	    inputs->plan->size);
	char missed[UNITS_TEXT];
	char share[UNITS_TEXT];
	units_bytes_format(to->longest_missed, missed);
	units_permille_format(to->share / 1000, share);
	snprintf(to->statement, sizeof(to->statement), "%s of the disk was read back and is what was "
	    "written last. A run of other bytes longer than %s (%" PRIu64 " bytes) would have been "
	    "found; a single stray sector would have been found with the chance of %s only.", share,
	    missed, to->longest_missed, share);
}
