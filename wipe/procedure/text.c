/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text: how is each part of a procedure said? In the words of the file format, so that what a list
 * or a certificate says can be read again. */
#include "step.h"

#include <stdio.h>

const char *const procedure_level_names[] = { "clear", "purge", "none", NULL };
const char *const procedure_status_names[] = { "current", "superseded", "historic", NULL };
const char *const procedure_hidden_names[] = { "restore", "restore-dco", "report", "require-none",
	NULL };
const char *const procedure_media_names[] = { "any", "hdd", "ssd", NULL };
const char *const procedure_sanitize_names[] = { "purge", "crypto", "block", "overwrite", "format",
	"enhanced-erase", NULL };

/* Walks, because a value that the enum does not have must not be an index. */
static const char *name_at(const char *const *names, unsigned value)
{
	for (unsigned i = 1; names[i - 1]; i++) {
		if (i == value)
			return names[i - 1];
	}
	return "unknown";
}

const char *procedure_level_text(enum procedure_level level)
{
	return name_at(procedure_level_names, level);
}

const char *procedure_status_text(enum procedure_status status)
{
	return name_at(procedure_status_names, status);
}

const char *procedure_hidden_text(enum procedure_hidden hidden)
{
	return name_at(procedure_hidden_names, hidden);
}

const char *procedure_media_text(enum procedure_media media)
{
	return name_at(procedure_media_names, media);
}

const char *procedure_sanitize_text(enum procedure_sanitize sanitize)
{
	if (sanitize == PROCEDURE_SANITIZE_NONE)
		return "none";
	return name_at(procedure_sanitize_names, sanitize);
}

static void bytes_text(const struct procedure_step *step, char *out, size_t size)
{
	size_t used = 0;
	out[0] = 0;
	for (size_t i = 0; i < step->byte_count && used < size; i++) {
		const char *blank = i ? " " : "";
		int wrote = snprintf(out + used, size - used, "%s0x%02x", blank, step->bytes[i]);
		used += (size_t)wrote;
	}
}

const char *procedure_write_text(const struct procedure_step *step, char *out, size_t size)
{
	switch (step->write) {
	case PROCEDURE_WRITE_BYTES:
		bytes_text(step, out, size);
		return out;
	case PROCEDURE_WRITE_RANDOM:
		snprintf(out, size, "random");
		return out;
	case PROCEDURE_WRITE_RANDOM_BYTE:
		snprintf(out, size, "random byte");
		return out;
	case PROCEDURE_WRITE_COMPLEMENT:
		snprintf(out, size, "complement of %u", step->complement_of);
		return out;
	case PROCEDURE_WRITE_NONE:
		break;
	}
	if (step->sanitize != PROCEDURE_SANITIZE_NONE)
		snprintf(out, size, "sanitize %s", procedure_sanitize_text(step->sanitize));
	else
		snprintf(out, size, "nothing");
	return out;
}

const char *procedure_verify_text(const struct procedure_step *step, char *out, size_t size)
{
	char share[24] = "";
	char of[24] = "";
	char strata[48] = "";
	if (step->verify == PROCEDURE_VERIFY_NONE) {
		snprintf(out, size, "none");
		return out;
	}
	if (step->verify == PROCEDURE_VERIFY_SAMPLE) {
		unsigned whole = step->sample_permille / 10;
		unsigned tenth = step->sample_permille % 10;
		if (tenth)
			snprintf(share, sizeof(share), " %u.%u%%", whole, tenth);
		else
			snprintf(share, sizeof(share), " %u%%", whole);
		if (step->sample_strata)
			snprintf(strata, sizeof(strata), " in %u strata x %u", step->sample_strata,
			    step->sample_each);
	}
	/* A step that writes verifies its own content: that needs no saying. */
	if (step->write == PROCEDURE_WRITE_NONE)
		snprintf(of, sizeof(of), " of %u", step->verify_of);
	const char *how = step->verify == PROCEDURE_VERIFY_FULL ? "full" : "sample";
	snprintf(out, size, "%s%s%s%s", how, share, of, strata);
	return out;
}
