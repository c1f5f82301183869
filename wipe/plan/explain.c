/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain: a plan in sentences, before the operator confirms it. */
#include "wipe/plan.h"

#include <stdio.h>

static void explain_write(const struct plan_step *step, const struct procedure *procedure,
    struct buf *ret)
{
	char words[256];
	const struct procedure_step *from = &procedure->steps[step->procedure_step - 1];
	procedure_write_text(from, words, sizeof(words));
	if (from->write == PROCEDURE_WRITE_RANDOM)
		buf_printf(ret, "  %2u. Overwrite every byte with a random stream (AES-256-CTR, fresh key).\n",
		    step->procedure_step);
	else if (from->write == PROCEDURE_WRITE_COMPLEMENT)
		buf_printf(ret, "  %2u. Overwrite every byte with the complement of what pass %u wrote.\n",
		    step->procedure_step, from->complement_of);
	else
		buf_printf(ret, "  %2u. Overwrite every byte with %s.\n", step->procedure_step, words);
}

static void explain_sample(const struct plan *plan, const struct plan_step *step, struct buf *ret)
{
	struct sampling sampling;
	plan_sampling(plan, step, &sampling);
	if (sampling.whole) {
		buf_string(ret, "      Read every byte back and compare (the disk is too small to sample).\n");
		return;
	}
	uint64_t blocks = sampling.strata * sampling.each;
	struct assurance assurance;
	sampling_assurance(&sampling, blocks, blocks * sampling.block, &assurance);
	char block[UNITS_TEXT], missed[UNITS_TEXT], share[UNITS_TEXT];
	buf_printf(ret,
	    "      Read back %llu blocks of %s at random places, %u in each of %llu strata (%s of the "
	    "disk), and compare.\n"
	    "      No unwritten run longer than %s can hide from that; a single stray sector can.\n",
	    (unsigned long long)blocks, units_bytes_format(sampling.block, block), sampling.each,
	    (unsigned long long)sampling.strata,
	    units_permille_format(assurance.share_millionths / 1000, share),
	    units_bytes_format(assurance.longest_missed, missed));
}

static void explain_media(const struct procedure *procedure, struct buf *ret)
{
	if (procedure->level == PROCEDURE_CLEAR)
		buf_string(ret, "This reaches what the host can address (level: clear). Spare areas of "
				"flash and remapped sectors are not reached.\n");
	if (!procedure_is_verified(procedure))
		buf_string(ret, "This procedure does not verify what it leaves on the disk: the outcome is "
				"erased-with-exceptions at best.\n");
	if (procedure->status != PROCEDURE_CURRENT)
		buf_printf(ret, "This procedure is %s%s%s.\n", procedure_status_text(procedure->status),
		    procedure->by[0] ? " by " : "", procedure->by);
}

enum code plan_explain(const struct plan *plan, const struct procedure *procedure,
    struct buf *ret, struct err *err)
{
	char label[512], size[UNITS_TEXT], written[UNITS_TEXT], read[UNITS_TEXT];
	buf_printf(ret, "%s\n", device_label(&plan->identity, label, sizeof(label)));
	buf_printf(ret, "All %llu bytes (%s) will be lost. Procedure %s, version %s: %s.\n",
	    (unsigned long long)plan->size, units_bytes_format(plan->size, size), procedure->id,
	    procedure->version, procedure->title);
	for (unsigned i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		if (step->action == PLAN_WRITE)
			explain_write(step, procedure, ret);
		else if (step->verify == PROCEDURE_VERIFY_FULL)
			buf_printf(ret, "      Read every byte back and compare%s.\n",
			    procedure->steps[step->procedure_step - 1].verify ==
				    PROCEDURE_VERIFY_SAMPLE
				? " (a sample would take about as long on this disk)" : "");
		else
			explain_sample(plan, step, ret);
	}
	explain_media(procedure, ret);
	buf_printf(ret, "In all %s written and about %s read.\n",
	    units_bytes_format(plan_bytes_written(plan), written),
	    units_bytes_format(plan_bytes_read(plan), read));
	return buf_check(ret, err);
}
