/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prepare: from words on a command line to cleared disks with plans. Writes nothing. */
#include "app_private.h"

#include <stdlib.h>
#include <string.h>

static enum code find_procedure(struct app *app, const char *id, struct procedure *ret,
    struct err *err)
{
	struct procedure_catalogue catalogue = { 0 };
	const struct procedure *found = NULL;
	enum code code = app_catalogue(app, &catalogue, err);
	if (code != CODE_OK)
		return code;
	code = procedure_catalogue_find(&catalogue, id, &found, err);
	if (code == CODE_OK)
		*ret = *found;
	procedure_catalogue_free(&catalogue);
	return code;
}

/* One disk under two names would be two jobs on it. */
static enum code check_twice(const struct app_disk *disks, size_t count, const struct device *device,
    const char *word, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct identity *other = &disks[i].clearance.device.identity;
		if (other->major == device->identity.major && other->minor == device->identity.minor)
			return err_set(err, CODE_USAGE, "%s and %s are the same disk %s: name it once",
			    disks[i].word, word, device->identity.node);
	}
	return CODE_OK;
}

static void refuse(struct app_disk *disk, const struct err *err)
{
	disk->refused = err->code;
	text_copy(disk->refusal, sizeof(disk->refusal), err->line);
}

/* Looks a cleared disk over and plans it; a refusal is kept with the disk. */
static enum code plan_disk(struct app *app, const struct procedure *procedure,
    struct app_disk *disk, struct err *err)
{
	struct device device = disk->clearance.device;
	struct err why = { 0 };
	enum code code = device_clear(&device, &disk->clearance, &why);
	if (code == CODE_OK) {
		/* Only a disk nobody uses is read: the probe of a busy one tells nothing new. */
		device_probe(app->host, &device);
		code = device_clear(&device, &disk->clearance, &why);
	}
	if (code == CODE_OK) {
		struct device_queue queue;
		device_queue(app->host, &device, &queue);
		code = plan_build(&disk->clearance, procedure, &queue, &disk->plan, &why);
		if (code == CODE_UNSUPPORTED || code == CODE_MEMORY) {
			*err = why;
			return code;
		}
	}
	if (code != CODE_OK)
		refuse(disk, &why);
	return CODE_OK;
}

static enum code find_disks(struct app *app, const struct app_erase_request *request,
    const struct device_set *set, struct app_erase_result *result, struct err *err)
{
	for (size_t i = 0; i < request->device_count; i++) {
		const struct device *device = NULL;
		enum code code = device_find(app->host, set, request->devices[i], &device, err);
		/* What cannot be told apart is refused; what is not there is a wrong word. */
		if (code != CODE_OK)
			return code;
		code = check_twice(result->disks, result->count, device, request->devices[i], err);
		if (code != CODE_OK)
			return code;
		struct app_disk *disk = &result->disks[result->count++];
		disk->word = request->devices[i];
		disk->clearance.device = *device;
	}
	return CODE_OK;
}

/* Words of --exclude must name something, else a typing error would go unnoticed. */
static enum code check_excluded(struct app *app, const struct app_erase_request *request,
    const struct device_set *set, struct err *err)
{
	for (size_t i = 0; request->excluded && request->excluded[i]; i++) {
		const struct device *device = NULL;
		enum code code = device_find(app->host, set, request->excluded[i], &device, err);
		if (code != CODE_OK && code != CODE_REFUSED)
			return err_prefix(err, "--exclude");
	}
	return CODE_OK;
}

enum code app_prepare(struct app *app, const struct app_erase_request *request,
    struct procedure *ret_procedure, struct app_erase_result *ret, struct err *err)
{
	*ret = (struct app_erase_result){ 0 };
	ret->disks = calloc(request->device_count, sizeof(*ret->disks));
	if (!ret->disks)
		return err_memory(err);
	const char *id = request->procedure ? request->procedure : app->config.procedure;
	enum code code = find_procedure(app, id, ret_procedure, err);
	if (code != CODE_OK)
		return code;
	struct device_set set = { 0 };
	code = app_scan(app, request->excluded, &set, err);
	if (code != CODE_OK)
		return code;
	code = check_excluded(app, request, &set, err);
	if (code == CODE_OK)
		code = find_disks(app, request, &set, ret, err);
	device_set_free(&set);
	for (size_t i = 0; code == CODE_OK && i < ret->count; i++) {
		code = plan_disk(app, ret_procedure, &ret->disks[i], err);
		ret->any_refused |= ret->disks[i].refused != CODE_OK;
	}
	return code;
}

void app_erase_free(struct app_erase_result *result)
{
	for (size_t i = 0; i < result->count; i++)
		plan_forget(&result->disks[i].plan);
	free(result->disks);
	free(result->words);
	*result = (struct app_erase_result){ 0 };
}
