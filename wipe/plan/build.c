/* SPDX-License-Identifier: GPL-3.0-or-later */
/* build: a clearance, a procedure and fresh keys become the steps that will be carried out. */
#include "wipe/plan.h"

#include <string.h>

/* Bytes. Larger requests gain nothing, and what the queue must cut is done by threads of the kernel. */
#define BLOCK_MOST    (1024u * 1024)
#define BLOCK_LEAST   4096u
#define IN_FLIGHT     (8u * 1024 * 1024)
#define IN_FLIGHT_HDD (4u * 1024 * 1024)
#define DEPTH_LEAST   4u

static uint32_t block_size(uint32_t max_request, uint32_t physical)
{
	uint32_t most = max_request && max_request < BLOCK_MOST ? max_request : BLOCK_MOST;
	uint32_t block = BLOCK_MOST;
	while (block > most && block > physical && block > BLOCK_LEAST)
		block /= 2;
	return block;
}

void plan_requests(const struct device *device, const struct device_queue *queue,
    uint32_t *ret_block, unsigned *ret_depth)
{
	uint32_t block = block_size(queue->max_request, device->identity.physical);
	uint32_t depth = (device->media == DEVICE_MEDIA_HDD ? IN_FLIGHT_HDD : IN_FLIGHT) / block;
	*ret_block = block;
	*ret_depth = (unsigned)bytes_min(bytes_max(depth, DEPTH_LEAST), OS_DISK_SLOTS_MAX);
}

static enum code check_zones(const struct identity *identity, const struct device_queue *queue,
    struct err *err)
{
	if (!queue->zones_only)
		return CODE_OK;
	return err_set(err, CODE_UNSUPPORTED, "%s: a disk of host-managed zones cannot be overwritten from "
	    "end to end by this version", identity->node);
}

static enum code check_media(const struct device *device, const struct procedure *procedure,
    struct err *err)
{
	bool hdd = device->media == DEVICE_MEDIA_HDD;
	bool ssd = device->media == DEVICE_MEDIA_SSD;
	if ((procedure->media == PROCEDURE_MEDIA_HDD && ssd) ||
	    (procedure->media == PROCEDURE_MEDIA_SSD && hdd))
		return err_set(err, CODE_UNSUPPORTED,
		    "%s: procedure %s is for %s, this disk is %s; name another one "
		    "(certwipe procedure list)",
		    device->identity.node, procedure->id, procedure_media_text(procedure->media),
		    device_media_text(device->media));
	return CODE_OK;
}

/* What procedure step `number` writes; `written` holds the contents of the steps before it. */
static void step_content(const struct procedure_step *step, const struct content *written,
    struct content *ret)
{
	struct content content = { 0 };
	switch (step->write) {
	case PROCEDURE_WRITE_BYTES:
		content.kind = CONTENT_CONSTANT;
		content.byte_count = step->byte_count;
		memcpy(content.bytes, step->bytes, step->byte_count);
		break;
	case PROCEDURE_WRITE_RANDOM_BYTE:
		content.kind = CONTENT_CONSTANT;
		content.byte_count = 1;
		content_random(content.bytes, 1);
		break;
	case PROCEDURE_WRITE_RANDOM:
		content.kind = CONTENT_KEYSTREAM;
		content_random(content.key, sizeof(content.key));
		break;
	case PROCEDURE_WRITE_COMPLEMENT:
		content = written[step->complement_of - 1];
		content.complement = !content.complement;
		break;
	case PROCEDURE_WRITE_NONE:
		break;
	}
	*ret = content;
}

static void add_verify(struct plan *plan, const struct procedure_step *step, unsigned number,
    unsigned content_of, const struct content *content)
{
	struct plan_step *verify = &plan->steps[plan->step_count++];
	*verify = (struct plan_step){
		.action = PLAN_VERIFY,
		.procedure_step = number,
		.content_of = content_of,
		.content = *content,
		.verify = step->verify,
		.sample_permille = step->sample_permille,
		.sample_strata = step->sample_strata,
		.sample_each = step->sample_each,
	};
}

/* The content written last is the one that stays; its verification checks the same one. */
static void mark_left(struct plan *plan)
{
	unsigned last = PLAN_STEPS_MAX;
	for (unsigned i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == PLAN_WRITE)
			last = i;
	}
	for (unsigned i = 0; i < plan->step_count; i++)
		plan->steps[i].left = plan->steps[i].content_of == last;
}

static void name_keys(struct plan *plan)
{
	for (unsigned i = 0; i < plan->step_count; i++) {
		struct plan_step *step = &plan->steps[i];
		if (step->content.kind == CONTENT_KEYSTREAM)
			hash_sha256_hex(step->content.key, CONTENT_KEY, step->key_sha256);
	}
}

static enum code add_steps(struct plan *plan, const struct procedure *procedure, struct err *err)
{
	struct content written[PROCEDURE_STEPS_MAX];
	unsigned index_of[PROCEDURE_STEPS_MAX] = { 0 };
	memset(written, 0, sizeof(written));
	for (unsigned i = 0; i < procedure->step_count; i++) {
		const struct procedure_step *step = &procedure->steps[i];
		if (step->sanitize != PROCEDURE_SANITIZE_NONE)
			return err_set(err, CODE_UNSUPPORTED,
			    "procedure %s: step %u asks the drive to sanitize itself, which this "
			    "version cannot do; name an overwriting one (certwipe procedure list)",
			    procedure->id, i + 1);
		if (step->write != PROCEDURE_WRITE_NONE) {
			step_content(step, written, &written[i]);
			index_of[i] = plan->step_count;
			plan->steps[plan->step_count] = (struct plan_step){
				.action = PLAN_WRITE,
				.procedure_step = i + 1,
				.content_of = plan->step_count,
				.content = written[i],
			};
			plan->step_count++;
		}
		if (step->verify != PROCEDURE_VERIFY_NONE)
			add_verify(plan, step, i + 1, index_of[step->verify_of - 1],
			    &written[step->verify_of - 1]);
	}
	mark_left(plan);
	name_keys(plan);
	return CODE_OK;
}

enum code plan_build(const struct clearance *clearance, const struct procedure *procedure,
    const struct device_queue *queue, struct plan *ret, struct err *err)
{
	const struct device_queue unknown = { 0 };
	queue = queue ? queue : &unknown;
	if (!clearance->granted)
		return err_set(err, CODE_REFUSED, "%s: no clearance to write was granted",
		    clearance->device.identity.node);
	const struct identity *identity = &clearance->device.identity;
	enum code code = check_media(&clearance->device, procedure, err);
	if (code == CODE_OK)
		code = check_zones(identity, queue, err);
	if (code != CODE_OK)
		return code;
	struct plan plan = {
		.identity = *identity,
		.size = identity->size,
		.logical = identity->logical,
		.physical = identity->physical,
	};
	plan_requests(&clearance->device, queue, &plan.block, &plan.depth);
	id_new(plan.id);
	code = add_steps(&plan, procedure, err);
	if (code == CODE_OK) {
		plan_fit_samples(&plan, clearance->device.media);
		*ret = plan;
	}
	plan_forget(&plan);
	return code;
}

void plan_forget(struct plan *plan)
{
	/* Keys of passes to come must not outlive the job in memory. */
	explicit_bzero(plan, sizeof(*plan));
}

void plan_forget_keys(struct plan *plan)
{
	for (unsigned i = 0; i < plan->step_count; i++)
		explicit_bzero(plan->steps[i].content.key, sizeof(plan->steps[i].content.key));
}

bool plan_key_is_needed(const struct plan *plan, unsigned of, unsigned step)
{
	if (!plan->steps[of].key_sha256[0])
		return false;
	for (unsigned i = 0; i < plan->step_count; i++) {
		if ((i >= step || plan->steps[i].left) &&
		    strcmp(plan->steps[i].key_sha256, plan->steps[of].key_sha256) == 0)
			return true;
	}
	return false;
}

bool plan_forget_passed(struct plan *plan, unsigned step)
{
	static const uint8_t none[CONTENT_KEY];
	bool some = false;
	for (unsigned i = 0; i < step && i < plan->step_count; i++) {
		uint8_t *key = plan->steps[i].content.key;
		if (!plan->steps[i].key_sha256[0] || plan_key_is_needed(plan, i, step) ||
		    memcmp(key, none, CONTENT_KEY) == 0)
			continue;
		explicit_bzero(key, CONTENT_KEY);
		some = true;
	}
	return some;
}

/* Bytes one verification reads, as designed (edges and neighbourhoods of errors come on top). */
static uint64_t verify_bytes(const struct plan *plan, const struct plan_step *step)
{
	if (step->verify == PROCEDURE_VERIFY_FULL)
		return plan->size;
	struct sampling sampling;
	plan_sampling(plan, step, &sampling);
	if (sampling.whole)
		return plan->size;
	return bytes_min(plan->size, sampling.strata * sampling.each * sampling.block);
}

uint64_t plan_bytes_written(const struct plan *plan)
{
	uint64_t bytes = 0;
	for (unsigned i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == PLAN_WRITE)
			bytes += plan->size;
	}
	return bytes;
}

uint64_t plan_bytes_read(const struct plan *plan)
{
	uint64_t bytes = 0;
	for (unsigned i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == PLAN_VERIFY)
			bytes += verify_bytes(plan, &plan->steps[i]);
	}
	return bytes;
}

uint64_t plan_bytes_before(const struct plan *plan, unsigned step)
{
	uint64_t bytes = 0;
	for (unsigned i = 0; i < step && i < plan->step_count; i++)
		bytes += plan->steps[i].action == PLAN_WRITE ? plan->size
		    : verify_bytes(plan, &plan->steps[i]);
	return bytes;
}

uint64_t plan_estimate_s(const struct plan *plan, uint64_t rate_bytes_s)
{
	if (rate_bytes_s == 0)
		return 0;
	return plan_bytes_before(plan, plan->step_count) / rate_bytes_s;
}
