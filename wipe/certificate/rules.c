/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rules: does the document carry what it claims, by its own facts? The second look at the verdict,
 * for what was assembled here as well as for what somebody hands in.
 */
#include "document.h"

#include <string.h>

#define IS(text, word) (strcmp(text, word) == 0)

static enum code refuse(struct err *err, const char *member, const char *why)
{
	return err_set(err, CODE_INPUT, "%s: %s", member, why);
}

static enum code refuse_step(struct err *err, const struct doc_step *step, const char *why)
{
	return err_set(err, CODE_INPUT, "steps[%llu]: %s", (unsigned long long)step->number - 1, why);
}

int document_last_write(const struct certificate *certificate)
{
	for (size_t i = certificate->step_count; i-- > 0;) {
		if (IS(certificate->steps[i].action, "write"))
			return (int)i;
	}
	return -1;
}

int document_last_verification(const struct certificate *certificate)
{
	int last = document_last_write(certificate);
	for (size_t i = certificate->step_count; i-- > 0;) {
		const struct doc_step *step = &certificate->steps[i];
		if (step->verification.given && (int)step->verification.of == last + 1)
			return (int)i;
	}
	return -1;
}

/* ---- what holds for every document ---- */

static enum code check_content(const struct doc_step *step, struct err *err)
{
	const struct doc_content *content = &step->content;
	if (IS(content->kind, "constant")) {
		if (!*content->bytes || *content->key || *content->key_sha256)
			return refuse_step(err, step, "a constant has bytes and no key");
		return CODE_OK;
	}
	if (*content->bytes || !*content->key_sha256)
		return refuse_step(err, step, "a keystream has the hash of its key and no bytes");
	if ((*content->key != 0) != step->left)
		return refuse_step(err, step, "a key is told for what is left on the disk, and only then");
	uint8_t key[CONTENT_KEY];
	char hex[HASH_SHA256_HEX];
	if (*content->key && (!bytes_hex_parse(content->key, key, sizeof(key)) ||
	    !IS(hash_sha256_hex(key, sizeof(key), hex), content->key_sha256)))
		return refuse_step(err, step, "the key is not the one that was hashed");
	return CODE_OK;
}

static enum code check_verification(const struct certificate *c, const struct doc_step *step,
    struct err *err)
{
	const struct doc_verification *v = &step->verification;
	if (v->given != IS(step->action, "verify"))
		return refuse_step(err, step, "a verification is told for a verification, and only then");
	if (!v->given)
		return CODE_OK;
	if (v->of == 0 || v->of >= step->number || !IS(c->steps[v->of - 1].action, "write"))
		return refuse_step(err, step, "it verifies no step that wrote before it");
	const struct doc_content *a = &step->content;
	const struct doc_content *b = &c->steps[v->of - 1].content;
	if (!IS(a->kind, b->kind) || a->complement != b->complement || !IS(a->bytes, b->bytes) ||
	    !IS(a->key_sha256, b->key_sha256))
		return refuse_step(err, step, "it expects another content than was written");
	if (IS(v->mode, "full") && *v->seed)
		return refuse_step(err, step, "a full verification has no seed");
	if (v->permille > 1000 || v->each > 64 || v->strata_asked > 1000000000)
		return refuse_step(err, step, "its sample cannot have been asked for");
	return CODE_OK;
}

static enum code check_step(const struct certificate *c, size_t index, struct err *err)
{
	const struct doc_step *step = &c->steps[index];
	if (step->number != index + 1)
		return refuse(err, "steps", "not numbered from 1 on");
	bool started = !IS(step->state, "not-started");
	if (started != (*step->started != 0) || IS(step->state, "finished") != (*step->ended != 0))
		return refuse_step(err, step, "its times do not fit its state");
	if (index && started && !IS(c->steps[index - 1].state, "finished"))
		return refuse_step(err, step, "it started before the step before it was finished");
	if (!started && (step->bytes || step->requests || step->durable || step->retries))
		return refuse_step(err, step, "it did something without having started");
	if (step->bytes > c->device.capacity || step->unwritten > c->device.capacity ||
	    step->unreadable > c->device.capacity || step->mismatch > c->device.capacity)
		return refuse_step(err, step, "it did more than the disk has bytes");
	int last = document_last_write(c);
	bool of_last = (int)index == last ||
	    (step->verification.given && (int)step->verification.of == last + 1);
	if (step->left != (of_last && last >= 0 && !IS(c->steps[last].state, "not-started")))
		return refuse_step(err, step, "what is left on the disk is what was written last");
	enum code code = check_content(step, err);
	return code == CODE_OK ? check_verification(c, step, err) : code;
}

static enum code check_ranges(const struct certificate *c, struct err *err)
{
	const struct doc_ranges *ranges = &c->ranges;
	if (ranges->total < ranges->listed_count ||
	    (ranges->total == ranges->listed_count) != (*ranges->sha256 == 0))
		return refuse(err, "ranges", "the list and its total do not fit");
	uint64_t sums[3] = { 0, 0, 0 };
	uint64_t want[3] = { 0, 0, 0 };
	for (size_t i = 0; i < ranges->listed_count; i++) {
		const struct doc_range *range = &ranges->listed[i];
		if (range->step == 0 || range->step > c->step_count || range->length == 0 ||
		    range->offset > c->device.capacity ||
		    range->length > c->device.capacity - range->offset || range->error > INT32_MAX)
			return refuse(err, "ranges.listed", "a range of no step, or outside of the disk");
		sums[IS(range->kind, "unwritten") ? 0 : IS(range->kind, "unreadable") ? 1 : 2] +=
		    range->length;
	}
	for (size_t i = 0; i < c->step_count; i++) {
		want[0] += c->steps[i].unwritten;
		want[1] += c->steps[i].unreadable;
		want[2] += c->steps[i].mismatch;
	}
	if (!*ranges->sha256 && memcmp(sums, want, sizeof(sums)) != 0)
		return refuse(err, "ranges.listed", "the lengths do not add up to those of the steps");
	return CODE_OK;
}

static enum code check_people(const struct certificate *c, struct err *err)
{
	const char *keys[4] = { c->station.key, c->people.operator_.key, c->people.witness.key,
		c->people.approver.key };
	const char *names[4] = { "", c->people.operator_.principal, c->people.witness.principal,
		c->people.approver.principal };
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = i + 1; j < 4; j++) {
			if ((*keys[i] && IS(keys[i], keys[j])) || (*names[i] && IS(names[i], names[j])))
				return refuse(err, "people", "one person or key stands for two roles");
		}
	}
	return CODE_OK;
}

void document_last_session(const struct certificate *c, uint64_t *ret_step, uint64_t *ret_durable)
{
	*ret_step = 1;
	*ret_durable = 0;
	if (c->interruption_count) {
		*ret_step = c->interruptions[c->interruption_count - 1].step;
		*ret_durable = c->interruptions[c->interruption_count - 1].durable;
	}
}

static bool is_count_or_unknown(const char *text)
{
	return IS(text, "unknown") || (*text && strspn(text, "0123456789") == strlen(text));
}

static enum code check_history(const struct certificate *c, struct err *err)
{
	for (size_t i = 0; i < c->interruption_count; i++) {
		const struct doc_interruption *at = &c->interruptions[i];
		if (at->step == 0 || at->step > c->step_count + 1 || at->durable > c->device.capacity ||
		    (at->durable && (at->step > c->step_count ||
		    !IS(c->steps[at->step - 1].action, "write"))))
			return refuse(err, "interruptions", "a job cannot go on there");
	}
	if (!is_count_or_unknown(c->found.reallocated.before) ||
	    !is_count_or_unknown(c->found.reallocated.after))
		return refuse(err, "found.reallocated", "a number, or unknown");
	return CODE_OK;
}

/* ---- what an outcome needs ---- */

/* Every way to some kind of success. */
static enum code check_some_success(const struct certificate *c, struct err *err)
{
	if (!IS(c->ending, "completed") || *c->reason)
		return refuse(err, "ending", "the outcome needs a job that was completed");
	if (document_last_write(c) < 0)
		return refuse(err, "steps", "the outcome needs a step that writes");
	for (size_t i = 0; i < c->step_count; i++) {
		const struct doc_step *step = &c->steps[i];
		if (!IS(step->state, "finished"))
			return refuse_step(err, step, "the outcome needs every step finished");
		if (step->mismatch)
			return refuse_step(err, step, "the outcome allows no mismatch");
		if (IS(step->action, "write") && step->bytes + step->unwritten != c->device.capacity)
			return refuse_step(err, step, "bytes of the disk are unaccounted for");
	}
	const struct doc_step *last = &c->steps[document_last_write(c)];
	if (!last->durable && !last->unwritten)
		return refuse_step(err, last, "the outcome needs a last pass that is durable");
	if (!c->claim.held)
		return refuse(err, "claim.exclusive", "the outcome needs an exclusive claim");
	if (IS(c->claim.identity, "different"))
		return refuse(err, "claim.identity_after", "it became another device");
	if (c->claim.writes.given && c->claim.writes.kernel > c->claim.writes.most)
		return refuse(err, "claim.writes", "somebody else wrote to the disk");
	return CODE_OK;
}

static bool is_complete_verification(const struct certificate *c, const struct doc_step *step)
{
	const struct doc_verification *v = &step->verification;
	if (IS(v->mode, "full"))
		return step->bytes == c->device.capacity;
	struct sampling design;
	uint8_t seed[CONTENT_SEED];
	if (!*v->seed || v->covered == c->device.capacity)
		return step->bytes == c->device.capacity;
	if (!document_sampling(c, step, &design, seed))
		return false;
	/*
	 * The blocks were counted one by one when the verdict fell. Here, where a stranger may have
	 * asked for a billion strata, all but those of the last stratum are multiplied out.
	 */
	uint64_t least = (design.strata - 1) * v->each;
	return v->blocks >= bytes_max(least, design.strata) &&
	    step->bytes > bytes_mul_div(least, design.block, 1) && step->bytes >= v->covered;
}

/* What was written of the content that is left while nobody watched must have been read afterwards. */
static enum code check_guarded(const struct certificate *c, struct err *err)
{
	uint64_t step, durable;
	document_last_session(c, &step, &durable);
	uint64_t left = (uint64_t)document_last_write(c) + 1;
	uint64_t unguarded = c->interruption_count == 0 || step < left ? 0
	    : step == left ? durable : c->device.capacity;
	for (size_t i = c->step_count; i-- > 0 && unguarded;) {
		const struct doc_step *now = &c->steps[i];
		const struct doc_verification *v = &now->verification;
		if (v->given && v->of == left && now->number >= step &&
		    (v->covered >= unguarded || (!*v->seed && now->bytes == c->device.capacity)))
			return CODE_OK;
	}
	return unguarded == 0 ? CODE_OK : refuse(err, "interruptions", "`erased` needs all read back "
	    "that was written before");
}

static enum code check_verified(const struct certificate *c, struct err *err)
{
	int index = document_last_verification(c);
	if (index < 0)
		return refuse(err, "steps", "`erased` needs the content that is left to be verified");
	if (!is_complete_verification(c, &c->steps[index]))
		return refuse_step(err, &c->steps[index], "`erased` needs a complete verification");
	if (!c->assurance.given || c->assurance.step != (uint64_t)index + 1)
		return refuse(err, "assurance", "`erased` needs to say what the verification proves");
	return CODE_OK;
}

static enum code check_erased(const struct certificate *c, struct err *err)
{
	uint64_t written = 0; /* in the last session, which alone was counted */
	uint64_t first, durable;
	document_last_session(c, &first, &durable);
	if (c->exception_count)
		return refuse(err, "exceptions", "`erased` has none");
	for (size_t i = 0; i < c->step_count; i++) {
		const struct doc_step *step = &c->steps[i];
		if (step->unwritten || step->unreadable)
			return refuse_step(err, step, "`erased` leaves no range out");
		if (IS(step->action, "write") && !step->durable)
			return refuse_step(err, step, "`erased` needs every pass durable");
		if (IS(step->action, "write") && step->number >= first)
			written += step->bytes; /* at most 198 times 2^53 */
		if (step->number == first)
			written -= bytes_min(durable, written);
	}
	if (c->ranges.total)
		return refuse(err, "ranges", "`erased` leaves no range out");
	if (!IS(c->found.hidden.after, "none") && !IS(c->found.hidden.after, "not-applicable"))
		return refuse(err, "found.hidden_areas.after", "`erased` needs hidden areas known absent");
	if (!IS(c->claim.identity, "same"))
		return refuse(err, "claim", "`erased` needs the identity confirmed");
	const struct doc_writes *writes = &c->claim.writes;
	if (!writes->given || writes->kernel != writes->ours || writes->ours > writes->most ||
	    writes->ours < written || writes->discarded)
		return refuse(err, "claim.writes", "`erased` needs the kernel's count to equal ours");
	if (!*c->device.serial && !*c->device.wwn && !c->device.is_virtual)
		return refuse(err, "device", "`erased` needs a serial number or WWN");
	if (!IS(c->level.achieved, "clear") && !IS(c->procedure.level, "none"))
		return refuse(err, "level.achieved", "`erased` by overwriting achieves clear");
	enum code code = check_guarded(c, err);
	return code == CODE_OK ? check_verified(c, err) : code;
}

static enum code check_outcome(const struct certificate *c, struct err *err)
{
	if (IS(c->level.achieved, "purge"))
		return refuse(err, "level.achieved", "overwriting does not achieve purge");
	if (!IS(c->level.requested, c->procedure.level))
		return refuse(err, "level.requested", "the procedure asks for another");
	if (IS(c->outcome, "not-erased")) {
		if (!IS(c->level.achieved, "none"))
			return refuse(err, "level.achieved", "a disk that is not erased achieves none");
		return c->exception_count ? CODE_OK
		    : refuse(err, "exceptions", "the outcome needs to say why");
	}
	enum code code = check_some_success(c, err);
	if (code != CODE_OK)
		return code;
	if (IS(c->outcome, "erased"))
		return check_erased(c, err);
	return c->exception_count ? CODE_OK : refuse(err, "exceptions", "the outcome names at least one");
}

enum code document_check(const struct certificate *c, struct err *err)
{
	enum code code = fields_check(document_fields, c, "", err);
	if (code != CODE_OK)
		return code;
	if (c->device.capacity == 0 || c->device.logical == 0)
		return refuse(err, "device.capacity", "a disk without size");
	if (IS(c->ending, "completed") == (*c->reason != 0))
		return refuse(err, "reason", "given when the job was not completed, and only then");
	for (size_t i = 0; i < c->step_count && code == CODE_OK; i++)
		code = check_step(c, i, err);
	if (code == CODE_OK)
		code = check_ranges(c, err);
	if (code == CODE_OK)
		code = check_history(c, err);
	if (code == CODE_OK)
		code = check_people(c, err);
	return code == CODE_OK ? check_outcome(c, err) : code;
}
