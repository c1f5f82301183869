/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assemble_history: where did the job stand still, and what is to be done when it failed? */
#include "document.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define COPY(to, from) assemble_text(to, sizeof(to), from)

enum code assemble_interruptions(const struct evidence *evidence, struct certificate *ret,
    struct err *err)
{
	size_t count = evidence->interruption_count < EVIDENCE_INTERRUPTIONS_MAX
	    ? evidence->interruption_count : EVIDENCE_INTERRUPTIONS_MAX;
	ret->interruptions = calloc(count + 1, sizeof(*ret->interruptions));
	if (!ret->interruptions)
		return err_memory(err);
	ret->waits = (struct doc_waits){ .stalls = evidence->stalls, .longest_stall_s = evidence->stall_s,
		.pauses = evidence->pauses };
	for (; ret->interruption_count < count; ret->interruption_count++) {
		const struct evidence_interruption *from =
		    &evidence->interruptions[ret->interruption_count];
		struct doc_interruption *to = &ret->interruptions[ret->interruption_count];
		to->step = (uint64_t)from->step + 1;
		stamp_format(from->wall_stopped_s, to->stopped);
		stamp_format(from->wall_resumed_s, to->resumed);
		to->durable = from->durable;
		COPY(to->reason, from->reason);
		to->recognised = from->recognised;
		to->compared = from->compared;
	}
	return CODE_OK;
}

/* Bytes that no pass is known to have overwritten. */
static uint64_t never_overwritten(const struct evidence *evidence)
{
	uint64_t most = 0;
	for (unsigned i = 0; i < evidence->step_count; i++) {
		const struct evidence_step *step = &evidence->steps[i];
		if (step->action == PLAN_WRITE)
			most = bytes_max(most, step->state == EVIDENCE_FINISHED ? step->bytes
			    : step->durable_bytes);
	}
	return evidence->size - bytes_min(most, evidence->size);
}

void assemble_next_step(const struct certificate_inputs *inputs, const struct verdict *verdict,
    char *out, size_t size)
{
	const struct identity *identity = &inputs->device->identity;
	*out = 0;
	if (inputs->evidence->ending != EVIDENCE_FAILED || verdict->outcome != OUTCOME_NOT_ERASED)
		return;
	uint64_t remains = never_overwritten(inputs->evidence);
	char what[120] = "every byte was overwritten once or more, which is not proven";
	if (remains)
		snprintf(what, sizeof(what), "up to %" PRIu64 " bytes of what it held before remain on it",
		    remains);
	snprintf(out, size, "The next step is the physical destruction of this drive (%.80s, serial "
	    "number %.80s): %s.", *identity->model ? identity->model : "model unknown",
	    *identity->serial ? identity->serial : "unknown", what);
}
