/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * issue: evidence becomes a certificate the moment a disk is done. The file and its signature are
 * durable before the chain names them; the chain is locked from the entry's number to the entry.
 */
#include "app_private.h"

#include <stdio.h>
#include <string.h>

enum code app_issue_start(struct app_run *run, const struct app_disk *disk, struct err *err)
{
	/* What a start binds: which disk, by which definition. Keys and plans stay out of it. */
	const struct identity *identity = &disk->plan.identity;
	BUF_AUTO text = { 0 };
	buf_printf(&text,
	    "certwipe-start/1\nid %s\nmodel %s\nserial %s\nwwn %s\nunit %s\nsize %llu\nprocedure %s\n",
	    disk->plan.id, identity->model, identity->serial, identity->wwn, identity->unit,
	    (unsigned long long)identity->size, run->procedure.sha256);
	enum code code = buf_check(&text, err);
	if (code != CODE_OK)
		return code;
	char sha256[HASH_SHA256_HEX];
	return chain_append_start(run->chain, disk->plan.id,
	    hash_sha256_hex(text.data, text.len, sha256), err);
}

static void describe_station(struct app_run *run, const struct trust_secret_key *key,
    struct certificate_station *ret)
{
	const struct app_config *config = &run->app->config;
	struct trust_public_key public_key;
	trust_secret_key_public(key, &public_key);
	text_copy(ret->organisation, sizeof(ret->organisation), config->organisation);
	text_copy(ret->site, sizeof(ret->site), config->site);
	text_copy(ret->principal, sizeof(ret->principal), config->principal);
	trust_public_key_fingerprint(&public_key, ret->key);
	text_copy(ret->chain, sizeof(ret->chain), chain_id(run->chain));
}

/* The exact bytes of the document. */
static enum code write_document(struct app_run *run, struct app_disk *disk,
    const struct evidence *evidence, const struct certificate_station *station, struct buf *ret,
    struct err *err)
{
	struct app *app = run->app;
	const struct certificate_inputs inputs = {
		.plan = &disk->plan,
		.procedure = &run->procedure,
		.device = &disk->clearance.device,
		.evidence = evidence,
		.operator_ = run->has_operator ? &run->operator_ : NULL,
		.order = &run->order,
		.station = station,
		.machine = &app->machine,
		.tool = &app->tool,
		.clock_sync = app->clock->ops->sync(app->clock),
		.wall_issued_s = app->clock->ops->wall_s(app->clock),
	};
	struct certificate *certificate = NULL;
	enum code code = certificate_assemble(&inputs, &certificate, err);
	if (code == CODE_OK)
		code = certificate_format(certificate, ret, err);
	if (code == CODE_OK)
		disk->outcome = certificate_outcome(certificate);
	certificate_free(certificate);
	return code;
}

/* More ranges than a certificate holds stand in a file beside it, which it names by hash. It comes
 * first: a certificate never names what is not there. */
static enum code put_ranges(struct app_run *run, const struct app_disk *disk,
    const struct evidence *evidence, struct err *err)
{
	if (evidence->range_count <= CERTIFICATE_RANGES_INLINE)
		return CODE_OK;
	char path[APP_PATH];
	BUF_AUTO text = { 0 };
	snprintf(path, sizeof(path), "%s/%s.ranges", run->app->paths.certificates, disk->plan.id);
	enum code code = certificate_format_ranges(evidence, &text, err);
	if (code == CODE_OK)
		code = os_files_put(run->app->files, path, 0644, false, text.data, text.len, err);
	return code;
}

/* Document and station signature, both durable; then the chain. The chain is locked all along. */
static enum code put_signed(struct app_run *run, struct app_disk *disk, const struct buf *document,
    const struct trust_secret_key *key, struct err *err)
{
	struct app *app = run->app;
	char path[APP_PATH];
	char signature_path[APP_PATH];
	char sha256[HASH_SHA256_HEX];
	text_copy(path, sizeof(path), disk->reserved.path);
	app_signature_path(path, TRUST_STATION, signature_path);
	BUF_AUTO signature = { 0 };
	enum code code = trust_sign(key, TRUST_STATION, document->data, document->len, &signature, err);
	if (code == CODE_OK)
		code = os_files_commit(app->files, &disk->reserved, document->data, document->len, err);
	if (code != CODE_OK)
		return code;
	text_copy(disk->certificate, sizeof(disk->certificate), path);
	code = os_files_put(app->files, signature_path, 0644, false, signature.data, signature.len, err);
	if (code == CODE_OK)
		code = chain_append_certificate(run->chain, disk->plan.id,
		    hash_sha256_hex(document->data, document->len, sha256), err);
	return code;
}

enum code app_issue(struct app_run *run, struct app_disk *disk, const struct evidence *evidence,
    struct err *err)
{
	struct certificate_station station = { 0 };
	struct trust_secret_key *key = NULL;
	BUF_AUTO document = { 0 };
	enum code code = app_key_read(run->app, &key, err);
	if (code != CODE_OK)
		return code;
	describe_station(run, key, &station);
	code = chain_next(run->chain, &station.counter, station.previous, err);
	if (code == CODE_OK) {
		code = write_document(run, disk, evidence, &station, &document, err);
		if (code == CODE_OK)
			code = put_ranges(run, disk, evidence, err);
		if (code == CODE_OK)
			code = put_signed(run, disk, &document, key, err);
		if (code != CODE_OK)
			chain_unlock(run->chain);
	}
	trust_secret_key_free(key);
	return code;
}
