/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state: what is to be said of a disk? In words first, in a shape beside them, in a colour last. Two words
 * are weighed here: "erased" is said with a certificate only, and "pull it" of nothing else.
 */
#include "state.h"

#include "words.h"

#include <stdio.h>

static enum row_state done_state(const struct tui_model *model, const struct row *row)
{
	const struct app_view *job = &model->jobs[row->job];
	if (!job->issued)
		return ROW_UNCERTIFIED;
	if (job->outcome != OUTCOME_ERASED && job->outcome != OUTCOME_WITH_EXCEPTIONS)
		return ROW_FAILED;
	if (row->disk >= 0 && model->disks[row->disk].device.claim_count)
		return ROW_USED_AGAIN;
	return job->outcome == OUTCOME_ERASED ? ROW_ERASED : ROW_EXCEPTIONS;
}

static enum row_state running_state(const struct row *row, const struct app_view *job)
{
	if (row->disk < 0)
		return ROW_PULLED;
	if (job->stalled)
		return ROW_STALLED;
	if (job->stopping)
		return ROW_STOPPING;
	if (job->paused)
		return ROW_TOO_WARM;
	if (job->state == APP_VIEW_CLAIMING || !job->stepping)
		return ROW_CLAIMING;
	return job->writing ? ROW_WRITING : ROW_VERIFYING;
}

enum row_state state_of(const struct tui_model *model, const struct row *row)
{
	if (row->job >= 0) {
		const struct app_view *job = &model->jobs[row->job];
		switch (job->state) {
		case APP_VIEW_CLAIMING:
		case APP_VIEW_RUNNING:
			return running_state(row, job);
		case APP_VIEW_REFUSED:
			return ROW_JOB_REFUSED;
		case APP_VIEW_WAITS:
			return row->disk >= 0 ? ROW_WAITS_HERE : ROW_WAITS_AWAY;
		case APP_VIEW_DONE:
			return done_state(model, row);
		}
	}
	const struct tui_disk *disk = &model->disks[row->disk];
	if (disk->device.claim_count)
		return ROW_CLAIMED;
	return disk->wall_auto_s ? ROW_COUNTDOWN : ROW_FREE;
}

static const struct {
	enum row_group group;
	enum canvas_style style;
	const char *shape;
	const char *plain;
	const char *text;
} states[] = {
	[ROW_FAILED] = { ROW_ATTENTION, CANVAS_BAD, "✗", "X", N_("FAILED – DESTROY this disk") },
	[ROW_UNCERTIFIED] = { ROW_ATTENTION, CANVAS_BAD, "▲", "!", N_("no certificate – do NOT pull") },
	[ROW_USED_AGAIN] = { ROW_ATTENTION, CANVAS_WARNING, "▲", "!", N_("erased, but in use since") },
	[ROW_JOB_REFUSED] = { ROW_ATTENTION, CANVAS_WARNING, "▲", "!", N_("refused – not touched") },
	[ROW_STALLED] = { ROW_ATTENTION, CANVAS_WARNING, "▲", "!", N_("does not answer") },
	[ROW_TOO_WARM] = { ROW_ATTENTION, CANVAS_WARNING, "▲", "!", N_("too warm – paused") },
	[ROW_PULLED] = { ROW_ATTENTION, CANVAS_BAD, "▲", "!", N_("PULLED while being wiped") },
	[ROW_CLAIMING] = { ROW_RUNNING, CANVAS_ACCENT, "●", "*", N_("preparing") },
	[ROW_WRITING] = { ROW_RUNNING, CANVAS_ACCENT, "●", "*", N_("write") },
	[ROW_VERIFYING] = { ROW_RUNNING, CANVAS_ACCENT, "◐", "=", N_("verify") },
	[ROW_STOPPING] = { ROW_RUNNING, CANVAS_WARNING, "●", "*", N_("stopping") },
	[ROW_WAITS_HERE] = { ROW_WAITING, CANVAS_WARNING, "○", "o", N_("interrupted – r resumes") },
	[ROW_WAITS_AWAY] = { ROW_WAITING, CANVAS_DIM, "○", "o", N_("interrupted – disk not here") },
	[ROW_COUNTDOWN] = { ROW_WAITING, CANVAS_WARNING, "○", "o", N_("starts by itself in %s") },
	[ROW_FREE] = { ROW_READY, CANVAS_NORMAL, " ", " ", N_("ready") },
	[ROW_CLAIMED] = { ROW_REFUSED, CANVAS_DIM, "–", "-", NULL },
	[ROW_EXCEPTIONS] = { ROW_DONE, CANVAS_WARNING, "✓", "+", N_("erased with exceptions – pull") },
	[ROW_ERASED] = { ROW_DONE, CANVAS_GOOD, "✓", "+", N_("ERASED – you may pull it") },
};

enum row_group state_group(enum row_state state)
{
	return states[state].group;
}

const char *state_shape(const struct tui_model *model, enum row_state state)
{
	return model->ascii || model->plain ? states[state].plain : states[state].shape;
}

enum canvas_style state_style(enum row_state state)
{
	return states[state].style;
}

const char *state_text(const struct tui_model *model, const struct row *row, char *out, size_t size)
{
	const struct app_view *job = model_job(model, row);
	const struct tui_disk *disk = model_disk(model, row);
	char number[WORDS_NUMBER];
	switch (row->state) {
	case ROW_CLAIMED:
		text_copy(out, size, state_claim_text(disk->device.claims[0].kind));
		break;
	case ROW_COUNTDOWN:
		words_short_duration(disk->wall_auto_s > model->wall_s
			? (uint64_t)(disk->wall_auto_s - model->wall_s) : 0, number);
		snprintf(out, size, _("starts by itself in %s"), number);
		break;
	case ROW_WRITING:
	case ROW_VERIFYING:
		snprintf(out, size, "%s %u/%u", _(states[row->state].text), job->pass, job->pass_count);
		break;
	default:
		text_copy(out, size, _(states[row->state].text));
	}
	return out;
}

const char *state_group_title(enum row_group group)
{
	static const char *const titles[ROW_GROUPS] = {
		[ROW_ATTENTION] = N_("NEEDS ATTENTION"),
		[ROW_RUNNING] = N_("RUNNING"),
		[ROW_WAITING] = N_("WAITING"),
		[ROW_READY] = N_("READY"),
		[ROW_REFUSED] = N_("IN USE OR LOCKED"),
		[ROW_DONE] = N_("DONE"),
	};
	return _(titles[group]);
}

const char *state_claim_text(enum device_claim_kind kind)
{
	static const char *const texts[] = {
		[DEVICE_CLAIM_SYSTEM] = N_("system disk of this machine"),
		[DEVICE_CLAIM_STATE] = N_("holds certwipe's own records"),
		[DEVICE_CLAIM_MOUNT] = N_("in use: mounted"),
		[DEVICE_CLAIM_SWAP] = N_("in use: swap"),
		[DEVICE_CLAIM_HOLDER] = N_("in use: RAID, LVM or target"),
		[DEVICE_CLAIM_BTRFS] = N_("in use: mounted btrfs"),
		[DEVICE_CLAIM_ZFS] = N_("in use: ZFS pool"),
		[DEVICE_CLAIM_LOOP] = N_("in use: loop device on it"),
		[DEVICE_CLAIM_OPENER] = N_("in use: a program has it open"),
		[DEVICE_CLAIM_READONLY] = N_("locked: read-only"),
		[DEVICE_CLAIM_EMPTY] = N_("locked: no medium"),
		[DEVICE_CLAIM_DUPLICATE] = N_("locked: same identity twice"),
		[DEVICE_CLAIM_MULTIPATH] = N_("in use: by another path"),
		[DEVICE_CLAIM_EXCLUDED] = N_("locked: excluded"),
		[DEVICE_CLAIM_HOST_UNKNOWN] = N_("locked: its use is unknown"),
	};
	return (size_t)kind < WIPE_COUNT(texts) && texts[kind] ? _(texts[kind]) : _("locked");
}

const char *state_outcome_text(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ERASED:
		return _("erased");
	case OUTCOME_WITH_EXCEPTIONS:
		return _("erased with exceptions");
	default:
		return _("NOT ERASED");
	}
}
