/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verdict: is the disk erased? Starts from "erased" and lets every rule take away; no rule can
 * give anything back. What is unknown takes away as well.
 */
#include "wipe/evidence.h"

#include "left.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void lower(struct verdict *verdict, enum outcome at_most, const char *format, ...)
    WIPE_PRINTF(3, 4);

static void lower(struct verdict *verdict, enum outcome at_most, const char *format, ...)
{
	if (at_most < verdict->outcome)
		verdict->outcome = at_most;
	/* Each rule speaks at most once, so there is always room; never drop one silently. */
	size_t index = verdict->exception_count < EVIDENCE_EXCEPTIONS_MAX
	    ? verdict->exception_count++ : EVIDENCE_EXCEPTIONS_MAX - 1;
	va_list args;
	va_start(args, format);
	vsnprintf(verdict->exceptions[index], sizeof(verdict->exceptions[index]), format, args);
	va_end(args);
}

static void judge_ending(const struct evidence *evidence, const struct plan *plan,
    struct verdict *ret)
{
	/* Cut at a whole character: half of one would make a certificate that nobody can write. */
	char reason[141];
	text_copy(reason, sizeof(reason), *evidence->reason ? evidence->reason : "no reason was recorded");
	if (evidence->ending == EVIDENCE_RUNNING)
		lower(ret, OUTCOME_NOT_ERASED, "The job has not ended.");
	else if (evidence->ending != EVIDENCE_COMPLETED)
		lower(ret, OUTCOME_NOT_ERASED, "The job was not completed (%s): %s.",
		    evidence_ending_text(evidence->ending), reason);
	else if (!evidence->ended)
		lower(ret, OUTCOME_NOT_ERASED, "The worker's last word is missing.");
	if (!evidence->claimed)
		lower(ret, OUTCOME_NOT_ERASED, "The disk was never held exclusively.");
	if (evidence->size != plan->size || evidence->step_count != plan->step_count)
		lower(ret, OUTCOME_NOT_ERASED, "What was recorded does not belong to this plan.");
	unsigned missing = 0;
	unsigned first = 0;
	for (unsigned i = plan->step_count; i-- > 0;) {
		if (evidence->steps[i].state != EVIDENCE_FINISHED)
			missing++, first = i + 1;
	}
	if (missing)
		lower(ret, OUTCOME_NOT_ERASED, "%u of %u steps were not carried out to their end, the "
		    "first of them step %u.", missing, plan->step_count, first);
}

static void judge_device(const struct evidence *evidence, const struct plan *plan,
    const struct device *device, struct verdict *ret)
{
	const struct identity *identity = &device->identity;
	if (identity->size != plan->size || strcmp(identity->serial, plan->identity.serial) != 0 ||
	    strcmp(identity->wwn, plan->identity.wwn) != 0 ||
	    strcmp(identity->unit, plan->identity.unit) != 0)
		lower(ret, OUTCOME_NOT_ERASED, "The disk that was described is not the disk of the "
		    "plan.");
	bool is_virtual = device->virtual_disk || device->media == DEVICE_MEDIA_VIRTUAL;
	if (!*identity->serial && !*identity->wwn && !is_virtual)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The disk tells neither serial number nor WWN: "
		    "nothing ties this certificate to one device.");
	if (!evidence->identity_asked)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The disk was not asked for its identity again "
		    "after the last step.");
	else if (!evidence->identity_same)
		lower(ret, OUTCOME_NOT_ERASED, "After the last step the device was not the same any "
		    "more: %.104s.", evidence->identity_note);
	/* A process that could not be looked into may have had the disk open; an exact count of the
	 * kernel's shows that it wrote nothing. The certificate says that the scan was incomplete. */
	bool exact = evidence->counted && evidence->counter_known &&
	    evidence->counter_kernel == evidence->counter_ours && !evidence->counter_discarded;
	if (!evidence->openers_known && !exact)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "Not every process could be looked into, so another "
		    "one may have had the disk open.");
}

static void judge_hidden(enum hidden_areas hidden, struct verdict *ret)
{
	if (hidden == HIDDEN_PRESENT)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "A hidden area of the disk was left in place and "
		    "not overwritten.");
	else if (hidden != HIDDEN_NONE && hidden != HIDDEN_NOT_APPLICABLE)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "Whether the disk has hidden areas (HPA, DCO, AMAC) "
		    "is unknown.");
}

/* The kernel counts every sector written to the disk and its partitions, whoever writes it. */
static void judge_counter(const struct evidence *evidence, struct verdict *ret)
{
	uint64_t kernel = evidence->counter_kernel;
	if (!evidence->counted || !evidence->counter_known) {
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The kernel did not count the writes to the disk, "
		    "so another writer cannot be excluded.");
		return;
	}
	uint64_t claimed = 0;
	for (unsigned i = 0; i < evidence->step_count; i++) {
		if (evidence->steps[i].action == PLAN_WRITE)
			claimed += evidence->steps[i].bytes;
	}
	/* The count is of the last session alone. */
	claimed -= bytes_min(claimed, evidence->written_earlier);
	if (evidence->counter_ours > evidence->counter_most || claimed > evidence->counter_ours)
		lower(ret, OUTCOME_NOT_ERASED, "The steps claim more bytes written than the device "
		    "acknowledged.");
	if (kernel > evidence->counter_most)
		lower(ret, OUTCOME_NOT_ERASED, "Somebody else wrote to the disk meanwhile: the kernel "
		    "counted %" PRIu64 " bytes more than this job wrote.",
		    kernel - evidence->counter_most);
	else if (kernel > evidence->counter_ours)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The kernel counted %" PRIu64 " bytes more than the "
		    "device acknowledged: failed requests of this job, or another writer.",
		    kernel - evidence->counter_ours);
	else if (kernel < evidence->counter_ours)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The kernel counted %" PRIu64 " bytes fewer than "
		    "this job wrote, so its count excludes no other writer.",
		    evidence->counter_ours - kernel);
	if (evidence->counter_discarded)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "Somebody else discarded %" PRIu64 " bytes of the "
		    "disk meanwhile.", evidence->counter_discarded);
}

/* More than a hundredth of the disk is not "a few named ranges". */
static enum outcome allow_bytes(uint64_t bytes, uint64_t size)
{
	return bytes > size / 100 ? OUTCOME_NOT_ERASED : OUTCOME_WITH_EXCEPTIONS;
}

static void judge_writes(const struct evidence *evidence, const struct plan *plan, int left,
    struct verdict *ret)
{
	uint64_t earlier = 0;
	bool earlier_flushed = true;
	unsigned short_steps = 0;
	unsigned short_first = 0;
	for (unsigned i = 0; i < plan->step_count; i++) {
		const struct evidence_step *step = &evidence->steps[i];
		if (plan->steps[i].action != PLAN_WRITE || step->state != EVIDENCE_FINISHED)
			continue;
		if (step->bytes > plan->size || step->bytes + step->unwritten_bytes != plan->size)
			short_first = short_steps++ ? short_first : i + 1;
		if ((int)i == left)
			continue;
		earlier += step->unwritten_bytes;
		earlier_flushed = earlier_flushed && (step->flushed || step->unwritten_bytes);
	}
	if (short_steps)
		lower(ret, OUTCOME_NOT_ERASED, "%u passes, step %u first, wrote less than the disk, and "
		    "the record does not say what became of the rest.", short_steps, short_first);
	if (earlier)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "%" PRIu64 " bytes could not be written in passes "
		    "before the last one; the ranges are listed.", earlier);
	if (!earlier_flushed)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The device did not confirm that a pass before the "
		    "last one reached the medium.");
	const struct evidence_step *last = &evidence->steps[left];
	if (last->unwritten_bytes)
		lower(ret, allow_bytes(last->unwritten_bytes, plan->size), "%" PRIu64 " bytes could not "
		    "be written in the last pass and may hold old data; the ranges are listed.",
		    last->unwritten_bytes);
	if (last->state == EVIDENCE_FINISHED && !last->flushed)
		lower(ret, last->unwritten_bytes ? OUTCOME_WITH_EXCEPTIONS : OUTCOME_NOT_ERASED,
		    "The device did not confirm that the last pass reached the medium.");
}

static void judge_left(const struct evidence *evidence, const struct plan *plan, int left,
    struct verdict *ret)
{
	char why[120] = "";
	switch (evidence_left_verified(evidence, plan, left, why, sizeof(why))) {
	case EVIDENCE_LEFT_VERIFIED:
		break;
	case EVIDENCE_LEFT_UNREADABLE:
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "%s", why);
		break;
	case EVIDENCE_LEFT_NOT_ASKED:
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "The procedure does not verify the content that is "
		    "left on the disk.");
		break;
	default:
		lower(ret, OUTCOME_NOT_ERASED, "The content left on the disk was not verified: %s.", why);
	}
}

/* Between two sessions nobody watched the disk: what lay there then has to be read back. */
static void judge_unguarded(const struct evidence *evidence, const struct plan *plan, int left,
    struct verdict *ret)
{
	if (evidence->unguarded > evidence_left_covered(evidence, plan, left))
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "%" PRIu64 " bytes were written before an "
		    "interruption, and no verification read all of them afterwards.",
		    evidence->unguarded);
}

/* A sector that the drive has put aside keeps what it held, out of reach. */
static void judge_health(const struct evidence *evidence, struct verdict *ret)
{
	const struct evidence_health *before = &evidence->health[0];
	const struct evidence_health *after = &evidence->health[1];
	if (!before->known || !after->known || before->reallocated == UINT64_MAX ||
	    after->reallocated == UINT64_MAX || after->reallocated <= before->reallocated)
		return;
	lower(ret, OUTCOME_WITH_EXCEPTIONS, "The drive put %" PRIu64 " sectors aside during the job "
	    "(reallocated, now %" PRIu64 "): what they held is out of reach.",
	    after->reallocated - before->reallocated, after->reallocated);
}

static void judge_reads(const struct evidence *evidence, const struct plan *plan,
    struct verdict *ret)
{
	uint64_t mismatch = 0;
	uint64_t unreadable = 0;
	for (unsigned i = 0; i < plan->step_count; i++) {
		mismatch += evidence->steps[i].mismatch_bytes;
		unreadable += evidence->steps[i].unreadable_bytes;
	}
	if (mismatch)
		lower(ret, OUTCOME_NOT_ERASED, "Verification found %" PRIu64 " bytes that are not what "
		    "was written; the ranges are listed.", mismatch);
	if (unreadable)
		lower(ret, OUTCOME_WITH_EXCEPTIONS, "Verification could not read %" PRIu64 " bytes; the "
		    "ranges are listed.", unreadable);
}

void evidence_verdict(const struct evidence *evidence, const struct plan *plan,
    const struct device *device, enum hidden_areas hidden, struct verdict *ret)
{
	*ret = (struct verdict){ .outcome = OUTCOME_ERASED, .achieved = PROCEDURE_CLEAR };
	judge_ending(evidence, plan, ret);
	judge_device(evidence, plan, device, ret);
	judge_hidden(hidden, ret);
	judge_counter(evidence, ret);
	judge_health(evidence, ret);
	int left = evidence_left_step(plan);
	if (left < 0) {
		lower(ret, OUTCOME_NOT_ERASED, "The plan writes nothing.");
	} else {
		judge_writes(evidence, plan, left, ret);
		judge_left(evidence, plan, left, ret);
		judge_unguarded(evidence, plan, left, ret);
		judge_reads(evidence, plan, ret);
	}
	/* Overwriting through the host interface is Clear, never Purge, and of all of it or none. */
	if (ret->outcome == OUTCOME_NOT_ERASED || evidence->steps[left].unwritten_bytes)
		ret->achieved = PROCEDURE_LEVEL_NONE;
}

enum hidden_areas evidence_hidden_areas(const struct device *device)
{
	if (device->virtual_disk || device->media == DEVICE_MEDIA_VIRTUAL)
		return HIDDEN_NOT_APPLICABLE;
	static const char *const without[] = { "nvme", "sas", "scsi", "virtio" };
	/* An ATA disk behind a SAS adapter calls itself SCSI, and has an HPA all the same. */
	if (text_has_prefix(device->identity.model, "ATA "))
		return HIDDEN_UNKNOWN;
	for (size_t i = 0; i < WIPE_COUNT(without); i++) {
		if (strcmp(device->identity.transport, without[i]) == 0)
			return HIDDEN_NOT_APPLICABLE;
	}
	return HIDDEN_UNKNOWN;
}

const char *evidence_outcome_text(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ERASED:
		return "erased";
	case OUTCOME_WITH_EXCEPTIONS:
		return "erased-with-exceptions";
	default:
		return "not-erased";
	}
}

const char *evidence_ending_text(enum evidence_ending ending)
{
	static const char *const names[] = {
		[EVIDENCE_RUNNING] = "running",
		[EVIDENCE_COMPLETED] = "completed",
		[EVIDENCE_FAILED] = "failed",
		[EVIDENCE_STOPPED] = "stopped",
		[EVIDENCE_ABANDONED] = "abandoned",
	};
	return (unsigned)ending < WIPE_COUNT(names) ? names[ending] : "unknown";
}

const char *evidence_hidden_text(enum hidden_areas hidden)
{
	static const char *const names[] = {
		[HIDDEN_UNKNOWN] = "unknown",
		[HIDDEN_NOT_APPLICABLE] = "not-applicable",
		[HIDDEN_NONE] = "none",
		[HIDDEN_PRESENT] = "present",
	};
	return (unsigned)hidden < WIPE_COUNT(names) ? names[hidden] : "unknown";
}
