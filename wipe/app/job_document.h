/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job document: everything a job needs to go on, or to get its certificate, in another process on
 * another day; the first record of its journal. Keys of contents are not in it, only their hashes.
 */
#ifndef WIPE_APP_JOB_DOCUMENT_H
#define WIPE_APP_JOB_DOCUMENT_H

#include "wipe/app.h"

/* A value, but for the text. */
struct job_document {
	struct plan plan; /* its keys are zero */
	struct device device; /* as cleared */
	struct procedure procedure;
	struct buf procedure_text; /* the definition's exact bytes */
	struct certificate_order order;
	bool has_operator;
	struct certificate_person operator_;
	char boot_id[37]; /* of the machine when the job began: diskseq means something within it */
	int64_t wall_created_s;
};

enum code job_document_format(const struct job_document *document, struct buf *ret, struct err *err)
    WIPE_MUST_USE;
/* CODE_INPUT names the member. `source` names the journal. */
enum code job_document_parse(const void *data, size_t len, const char *source,
    struct job_document *ret, struct err *err) WIPE_MUST_USE;
void job_document_free(struct job_document *document);

#endif
