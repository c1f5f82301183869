/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: which steps, over which part of the disk? Turns plan steps into passes and lets the pump
 * carry them out, one after the other, from where an earlier session came to. What a write step gave
 * up is remembered: the next sample looks there too.
 */
#include "wipe/engine.h"

#include "pump.h"

const struct engine_limits engine_limits_default = {
	.retries = 2,
	.error_requests = 100000,
	.error_ns = UINT64_C(3600) * 1000000000,
	.ranges = 100000,
	.skip_first = UINT64_C(1) * 1024 * 1024,
	.skip_max = UINT64_C(256) * 1024 * 1024,
};

struct run {
	const struct engine_context *context;
	uint64_t size;
	uint32_t logical;
	uint32_t physical;
	uint32_t request; /* bytes of one, at most */
	struct report report;
	struct ranges unwritten;
	struct pump pump;
};

/* Hears every event on its way to the caller's sink, to remember what was given up. */
static enum code remember(void *self, const struct event *event, struct err *err)
{
	struct run *run = self;
	if (event->kind == EVENT_UNWRITTEN) {
		enum code code = engine_ranges_add(&run->unwritten, event->offset,
		    event->offset + event->length, ROUTE_NO_BLOCK, err);
		if (code != CODE_OK)
			return code;
	}
	return run->context->sink.put(run->context->sink.self, event, err);
}

static enum code start(struct run *run, uint64_t size, uint32_t logical, uint32_t physical,
    uint32_t block, unsigned depth, struct err *err)
{
	const struct os_disk *disk = run->context->disk;
	if (logical == 0 || size == 0 || size % logical != 0)
		return err_set(err, CODE_BUG, "a disk that is no whole number of blocks");
	run->size = size;
	run->logical = logical;
	run->physical = physical >= logical && physical % logical == 0 ? physical : logical;
	run->request = (uint32_t)bytes_round_down(bytes_min(block, disk->slot_size), logical);
	if (run->request == 0)
		return err_set(err, CODE_BUG, "requests of no bytes");
	depth = (unsigned)bytes_min(depth, disk->slot_count);
	run->report = (struct report){ .clock = run->context->clock,
		.sink = { .put = remember, .self = run } };
	run->pump.context = run->context;
	run->pump.report = &run->report;
	run->pump.unwritten = &run->unwritten;
	run->pump.size = size;
	run->pump.depth = depth ? depth : 1;
	run->pump.pace = (struct pace){ .rate = run->context->rate };
	return CODE_OK;
}

/*
 * First and last block of the disk, one block to either side of what was given up, and all below
 * `covered` with a block after it.
 */
static enum code collect_extras(const struct run *run, uint64_t covered, struct ranges *ret,
    struct err *err)
{
	uint64_t size = run->size, block = run->request;
	uint64_t front = covered + bytes_min(block, size - covered);
	enum code code = engine_ranges_add(ret, 0, front, ROUTE_NO_BLOCK, err);
	if (code == CODE_OK)
		code = engine_ranges_add(ret, size - bytes_min(block, size), size, ROUTE_NO_BLOCK,
		    err);
	for (size_t i = 0; i < run->unwritten.count && code == CODE_OK; i++) {
		const struct range *bad = &run->unwritten.items[i];
		code = engine_ranges_add(ret, bad->start - bytes_min(block, bad->start),
		    bad->end + bytes_min(block, size - bad->end), ROUTE_NO_BLOCK, err);
	}
	return code;
}

static enum code put_sampled(struct run *run, const struct sampling *sampling,
    const uint8_t seed[CONTENT_SEED], struct err *err)
{
	struct event event = { .kind = EVENT_SAMPLED, .offset = sampling->strata,
		.length = sampling->stratum, .count = sampling->block, .extra = sampling->each };
	_Static_assert(EVENT_BLOB == CONTENT_SEED, "a seed fits an event");
	for (size_t i = 0; i < CONTENT_SEED; i++)
		event.blob[i] = seed[i];
	return engine_report_put(&run->report, event, err);
}

/* What one step is asked to do. */
struct task {
	uint32_t step;
	bool writing;
	const struct content *content;
	const struct engine_resume *resume; /* of a write that goes on, else NULL */
	const struct sampling *sampling; /* NULL: the whole disk */
	const uint8_t *seed; /* of CONTENT_SEED bytes */
	uint64_t covered; /* bytes from the beginning that are read besides the sample */
};

static enum code start_route(struct run *run, const struct task *task, struct route *route,
    struct err *err)
{
	if (!task->sampling || task->sampling->whole || task->covered >= run->size) {
		engine_route_start_whole(route, run->size, run->request,
		    task->resume ? task->resume->offset : 0);
		return CODE_OK;
	}
	struct ranges extras = { 0 };
	enum code code = collect_extras(run, task->covered, &extras, err);
	if (code == CODE_OK)
		code = put_sampled(run, task->sampling, task->seed, err);
	if (code == CODE_OK)
		code = engine_route_start_sample(route, run->size, run->request, task->sampling,
		    task->seed, &extras, err);
	engine_ranges_free(&extras);
	return code;
}

/* A write that goes on has started before; everything else begins here. */
static enum code begin(struct run *run, const struct task *task, struct err *err)
{
	run->report.step = task->step;
	run->report.progress_sent = false;
	run->report.ranges = 0;
	if (task->resume)
		return CODE_OK;
	if (task->writing)
		engine_ranges_free(&run->unwritten);
	enum code code =
	    engine_report_put(&run->report, (struct event){ .kind = EVENT_STEP_STARTED }, err);
	if (code == CODE_OK && task->covered)
		code = engine_report_put(&run->report, (struct event){ .kind = EVENT_COVERED,
		    .length = task->covered }, err);
	return code;
}

static enum code one_step(struct run *run, const struct task *task, struct err *err)
{
	const struct engine_context *context = run->context;
	enum code code = begin(run, task, err);
	if (code == CODE_OK && task->writing && context->make_known)
		code = context->make_known(context->self, err);
	if (code != CODE_OK)
		return code;
	const struct os_disk *disk = context->disk;
	struct pass pass = { .writing = task->writing, .size = run->size, .logical = run->logical,
		.physical = run->physical, .limits = run->context->limits,
		.kernel = run->context->kernel,
		.report = &run->report, .memory = disk->slots[0],
		.memory_size = (uint64_t)disk->slot_count * disk->slot_size };
	if (task->resume) {
		pass.done = task->resume->bytes;
		pass.requests = task->resume->requests;
	}
	code = start_route(run, task, &pass.route, err);
	if (code == CODE_OK)
		code = engine_pass_start(&pass, task->content, err);
	if (code == CODE_OK)
		code = engine_pump_run(&run->pump, &pass, err);
	engine_pass_free(&pass);
	return code;
}

/* The step whose content is left on the disk in the end. */
static unsigned left_step(const struct plan *plan)
{
	unsigned left = plan->step_count;
	for (unsigned i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == PLAN_WRITE)
			left = i;
	}
	return left;
}

static enum code plan_step(struct run *run, const struct plan *plan, unsigned index,
    const struct engine_resume *resume, struct err *err)
{
	const struct plan_step *step = &plan->steps[index];
	struct task task = { .step = index, .writing = step->action == PLAN_WRITE,
		.content = &step->content };
	if (resume && index == resume->step && resume->offset > 0)
		task.resume = resume;
	if (task.writing || step->verify != PROCEDURE_VERIFY_SAMPLE)
		return one_step(run, &task, err);
	struct sampling sampling;
	uint8_t seed[CONTENT_SEED];
	plan_sampling(plan, step, &sampling);
	content_random(seed, sizeof(seed)); /* after the last write: nobody could know it before */
	task.sampling = &sampling;
	task.seed = seed;
	if (resume && step->content_of == left_step(plan))
		task.covered = bytes_min(resume->unguarded, plan->size);
	return one_step(run, &task, err);
}

/* What earlier sessions left to remember. */
static enum code recall(struct run *run, const struct plan *plan,
    const struct engine_resume *resume, struct err *err)
{
	if (resume->step > plan->step_count || resume->offset > plan->size ||
	    resume->offset % plan->logical != 0 || resume->bytes > resume->offset ||
	    (resume->offset > 0 && (resume->step == plan->step_count ||
	    plan->steps[resume->step].action != PLAN_WRITE)))
		return err_set(err, CODE_BUG, "a job cannot go on there");
	for (size_t i = 0; i < resume->unwritten_count; i++) {
		const struct engine_range *range = &resume->unwritten[i];
		if (range->offset > plan->size || range->length > plan->size - range->offset)
			return err_set(err, CODE_BUG, "a range that lies outside of the disk");
		enum code code = engine_ranges_add(&run->unwritten, range->offset,
		    range->offset + range->length, ROUTE_NO_BLOCK, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

enum code engine_run(const struct plan *plan, const struct engine_resume *resume,
    const struct engine_context *context, struct engine_totals *ret_totals, struct err *err)
{
	struct run run = { .context = context };
	*ret_totals = (struct engine_totals){ 0 };
	run.pump.totals = ret_totals;
	enum code code = start(&run, plan->size, plan->logical, plan->physical, plan->block,
	    plan->depth, err);
	if (code == CODE_OK && resume)
		code = recall(&run, plan, resume, err);
	for (unsigned i = resume ? resume->step : 0; i < plan->step_count && code == CODE_OK; i++)
		code = plan_step(&run, plan, i, resume, err);
	engine_ranges_free(&run.unwritten);
	return code;
}

enum code engine_verify(const struct content *content, uint64_t size, uint32_t logical,
    uint32_t block, const struct sampling *sampling, const uint8_t seed[CONTENT_SEED],
    const struct engine_context *context, struct engine_totals *ret_totals, struct err *err)
{
	struct run run = { .context = context };
	const struct task task = { .content = content, .sampling = sampling, .seed = seed };
	*ret_totals = (struct engine_totals){ 0 };
	run.pump.totals = ret_totals;
	enum code code = start(&run, size, logical, logical, block, OS_DISK_SLOTS_MAX, err);
	if (code == CODE_OK)
		code = one_step(&run, &task, err);
	engine_ranges_free(&run.unwritten);
	return code;
}
