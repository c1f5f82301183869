/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * issue: evidence becomes a certificate the moment a disk is done. Document and signature are durable in
 * the job's folder before the chain names them, and are published after that: so the chain never names
 * what is lost, no two certificates of one job exist, and a full or unwritable folder only delays the
 * publication. Any attempt may be cut short; the next one goes on from what is durable.
 */
#include "app_private.h"
#include "job_store.h"

#include <stdio.h>
#include <string.h>

enum code app_issue_start(const struct app_office *office, struct app_disk *disk, struct err *err)
{
	/* What a start binds: which disk, by which definition. Keys and plans stay out of it. */
	const struct identity *identity = &disk->plan.identity;
	BUF_AUTO text = { 0 };
	buf_printf(&text,
	    "certwipe-start/1\nid %s\nmodel %s\nserial %s\nwwn %s\nunit %s\nsize %llu\nprocedure %s\n",
	    disk->plan.id, identity->model, identity->serial, identity->wwn, identity->unit,
	    (unsigned long long)identity->size, disk->procedure.sha256);
	enum code code = buf_check(&text, err);
	if (code != CODE_OK)
		return code;
	char sha256[HASH_SHA256_HEX];
	code = chain_append_start(office->chain, disk->plan.id, hash_sha256_hex(text.data, text.len, sha256),
	    err);
	disk->in_chain |= code == CODE_OK;
	return code;
}

static void describe_station(const struct app_office *office, const struct trust_secret_key *key,
    struct certificate_station *ret)
{
	const struct app_config *config = &office->app->config;
	struct trust_public_key public_key;
	trust_secret_key_public(key, &public_key);
	text_copy(ret->organisation, sizeof(ret->organisation), config->organisation);
	text_copy(ret->site, sizeof(ret->site), config->site);
	text_copy(ret->principal, sizeof(ret->principal), config->principal);
	trust_public_key_fingerprint(&public_key, ret->key);
	text_copy(ret->chain, sizeof(ret->chain), chain_id(office->chain));
}

/* The exact bytes of the document. */
static enum code write_document(const struct app_office *office, struct app_disk *disk,
    const struct evidence *evidence, const struct certificate_station *station, struct buf *ret,
    struct err *err)
{
	struct app *app = office->app;
	const struct certificate_inputs inputs = {
		.plan = &disk->plan,
		.procedure = &disk->procedure,
		.device = &disk->clearance.device,
		.evidence = evidence,
		.operator_ = disk->has_operator ? &disk->operator_ : NULL,
		.order = &disk->order,
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
static enum code put_ranges(const struct app_office *office, const struct app_disk *disk,
    const struct evidence *evidence, struct err *err)
{
	if (evidence->range_count <= CERTIFICATE_RANGES_INLINE)
		return CODE_OK;
	char path[APP_PATH];
	BUF_AUTO text = { 0 };
	snprintf(path, sizeof(path), "%s/%s.ranges", office->app->paths.certificates, disk->plan.id);
	enum code code = certificate_format_ranges(evidence, &text, err);
	if (code == CODE_OK)
		code = os_files_put(office->app->files, path, 0644, true, text.data, text.len, err);
	return code;
}

/* Document and station signature, both durable in the job's folder; then the chain, locked all along. */
static enum code draft(const struct app_office *office, struct app_disk *disk, const struct evidence *evidence,
    const struct trust_secret_key *key, const struct job_place *place, struct err *err)
{
	struct os_files *files = office->app->files;
	struct certificate_station station = { 0 };
	BUF_AUTO document = { 0 };
	BUF_AUTO signature = { 0 };
	char sha256[HASH_SHA256_HEX];
	describe_station(office, key, &station);
	enum code code = chain_next(office->chain, &station.counter, station.previous, err);
	if (code != CODE_OK)
		return code;
	code = write_document(office, disk, evidence, &station, &document, err);
	if (code == CODE_OK)
		code = put_ranges(office, disk, evidence, err);
	if (code == CODE_OK)
		code = trust_sign(key, TRUST_STATION, document.data, document.len, &signature, err);
	if (code == CODE_OK)
		code = os_files_put(files, place->draft_signature, 0600, true, signature.data, signature.len,
		    err);
	if (code == CODE_OK)
		code = os_files_put(files, place->draft, 0600, true, document.data, document.len, err);
	if (code == CODE_OK)
		code = chain_append_certificate(office->chain, disk->plan.id,
		    hash_sha256_hex(document.data, document.len, sha256), err);
	if (code != CODE_OK)
		chain_unlock(office->chain);
	return code;
}

/* What the chain names, byte for byte; CODE_MISSING when this file is not it. */
static enum code read_named(struct os_files *files, const char *path, const char *sha256,
    struct buf *ret, struct err *err)
{
	char found[HASH_SHA256_HEX];
	ret->len = 0;
	enum code code = os_files_read(files, path, JSON_TEXT_MAX, ret, err);
	if (code == CODE_OK && strcmp(hash_sha256_hex(ret->data, ret->len, found), sha256) != 0)
		code = err_set(err, CODE_MISSING, "%s: is not what the chain names", path);
	return code;
}

/* The document that the chain names, where it is published or else from the job's folder, and what it
 * says came of the disk. */
static enum code read_document(const struct app_office *office, struct app_disk *disk,
    const struct job_place *place, const char *path, const char *sha256, bool *ret_published,
    struct buf *ret, struct err *err)
{
	struct os_files *files = office->app->files;
	struct certificate *certificate = NULL;
	*ret_published = read_named(files, path, sha256, ret, err) == CODE_OK;
	enum code code = *ret_published ? CODE_OK : read_named(files, place->draft, sha256, ret, err);
	if (code != CODE_OK)
		return err_prefix(err, "the chain has a certificate of job %s, and it is lost",
		    disk->plan.id);
	code = certificate_parse(ret->data, ret->len, path, &certificate, err);
	if (code != CODE_OK)
		return code;
	const struct certificate_person *person = certificate_person(certificate, TRUST_OPERATOR);
	disk->has_operator = person != NULL && person->key[0] != 0;
	if (disk->has_operator)
		disk->operator_ = *person;
	disk->outcome = certificate_outcome(certificate);
	certificate_free(certificate);
	return CODE_OK;
}

/* The signature first: whoever sees a certificate sees it signed. */
static enum code publish(const struct app_office *office, struct app_disk *disk, const struct job_place *place,
    const char *sha256, struct err *err)
{
	struct os_files *files = office->app->files;
	char path[APP_PATH], signature_path[APP_PATH];
	bool published = false;
	BUF_AUTO document = { 0 };
	BUF_AUTO signature = { 0 };
	snprintf(path, sizeof(path), "%s/%s.json", office->app->paths.certificates, disk->plan.id);
	app_signature_path(path, TRUST_STATION, signature_path);
	enum code code = read_document(office, disk, place, path, sha256, &published, &document, err);
	if (code == CODE_OK && !published) {
		code = os_files_read(files, place->draft_signature, JSON_TEXT_MAX, &signature, err);
		if (code == CODE_OK)
			code = os_files_put(files, signature_path, 0644, true, signature.data, signature.len, err);
		if (code == CODE_OK && disk->reserved.temporary[0])
			code = os_files_commit(files, &disk->reserved, document.data, document.len, err);
		else if (code == CODE_OK)
			code = os_files_put(files, path, 0644, false, document.data, document.len, err);
	} else if (code == CODE_OK) {
		/* Whoever published it may have been killed before the name was durable. */
		code = files->ops->sync_dir(files, office->app->paths.certificates, err);
	}
	if (code == CODE_OK)
		text_copy(disk->certificate, sizeof(disk->certificate), path);
	return code;
}

/* The journal must be durable and say what was seen, or else the next run would find another job. */
static enum code check_recorded(const struct app_office *office, struct app_disk *disk,
    const struct evidence *evidence, struct err *err)
{
	enum code code = disk->journal ? journal_sync(disk->journal, err) : CODE_OK;
	return code == CODE_OK ? job_store_compare(office->app, &disk->plan, evidence, err) : code;
}

enum code app_issue(const struct app_office *office, struct app_disk *disk, const struct evidence *evidence,
    struct err *err)
{
	struct job_place place;
	char sha256[HASH_SHA256_HEX] = "";
	job_place(office->app, disk->plan.id, &place);
	enum code code = chain_find(office->chain, "certificate", disk->plan.id, sha256, err);
	if (code == CODE_OK && !sha256[0]) {
		struct trust_secret_key *key = NULL;
		code = check_recorded(office, disk, evidence, err);
		if (code == CODE_OK)
			code = app_key_read(office->app, &key, err);
		if (code == CODE_OK)
			code = draft(office, disk, evidence, key, &place, err);
		trust_secret_key_free(key);
		if (code == CODE_OK)
			code = chain_find(office->chain, "certificate", disk->plan.id, sha256, err);
	}
	if (code == CODE_OK)
		code = publish(office, disk, &place, sha256, err);
	if (code != CODE_OK)
		return code;
	/* The lock goes with the journal; nobody else can want this job any more. */
	struct err late = { 0 };
	if (journal_close(disk->journal, &late) != CODE_OK)
		late.code = CODE_OK;
	disk->journal = NULL;
	return job_store_remove(office->app, disk->plan.id, err);
}
