/* SPDX-License-Identifier: GPL-3.0-or-later */
/* catalogue: which procedures are there on this machine? A site's own come first and hide shipped
 * ones of the same id; the file's name must say the id, so that what is hidden is seen by ls. */
#include "wipe/procedure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".proc"
#define MISSES_MAX 3

static const struct procedure *find(const struct procedure_catalogue *catalogue, const char *id)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		if (strcmp(catalogue->items[i].id, id) == 0)
			return &catalogue->items[i];
	}
	return NULL;
}

static enum code add_file(struct os_files *files, struct procedure_catalogue *catalogue,
    const char *path, const char *id, struct err *err)
{
	struct faults faults = { 0 };
	struct procedure *bigger = reallocarray(catalogue->items, catalogue->count + 1,
	    sizeof(*bigger));
	if (!bigger)
		return err_memory(err);
	catalogue->items = bigger;
	struct procedure *procedure = &bigger[catalogue->count];
	enum code code = procedure_read(files, path, &faults, procedure, err);
	if (code != CODE_OK)
		return code;
	if (strcmp(procedure->id, id) != 0)
		return err_set(err, CODE_INPUT, "%s: the file of procedure '%s' must be named %s%s",
		    path, procedure->id, procedure->id, SUFFIX);
	catalogue->count++;
	return CODE_OK;
}

/* One name of a folder; what is no procedure file, or hidden, is passed over. */
static enum code add_name(struct os_files *files, struct procedure_catalogue *catalogue,
    const char *folder, const char *name, struct err *err)
{
	char path[512];
	char id[256];
	if (name[0] == '.' || !text_has_suffix(name, SUFFIX))
		return CODE_OK;
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (len < 0 || (size_t)len >= sizeof(path) || !text_copy(id, sizeof(id), name))
		return err_set(err, CODE_INPUT, "%s: a path in it is longer than %zu bytes", folder,
		    sizeof(path) - 1);
	id[strlen(id) - strlen(SUFFIX)] = 0;
	return find(catalogue, id) ? CODE_OK : add_file(files, catalogue, path, id, err);
}

static enum code add_folder(struct os_files *files, struct procedure_catalogue *catalogue,
    const char *folder, struct err *err)
{
	BUF_AUTO names = { 0 };
	enum code code = files->ops->list(files, folder, &names, err);
	if (code == CODE_MISSING)
		return CODE_OK;
	if (code == CODE_OK)
		code = buf_check(&names, err);
	for (size_t at = 0; code == CODE_OK && at < names.len;) {
		const char *name = (const char *)names.data + at;
		code = add_name(files, catalogue, folder, name, err);
		at += strlen(name) + 1;
	}
	return code;
}

static int by_id(const void *a, const void *b)
{
	const struct procedure *left = a;
	const struct procedure *right = b;
	return strcmp(left->id, right->id);
}

enum code procedure_catalogue_read(struct os_files *files, const char *const *folders,
    struct procedure_catalogue *ret, struct err *err)
{
	struct procedure_catalogue catalogue = { 0 };
	for (size_t i = 0; folders[i]; i++) {
		enum code code = add_folder(files, &catalogue, folders[i], err);
		if (code != CODE_OK) {
			procedure_catalogue_free(&catalogue);
			return code;
		}
	}
	if (catalogue.count)
		qsort(catalogue.items, catalogue.count, sizeof(*catalogue.items), by_id);
	*ret = catalogue;
	return CODE_OK;
}

void procedure_catalogue_free(struct procedure_catalogue *catalogue)
{
	free(catalogue->items);
	*catalogue = (struct procedure_catalogue){ 0 };
}

/* Levenshtein's distance: insertions, deletions and replacements from one to the other. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[sizeof(((struct procedure *)NULL)->id)];
	size_t len = strlen(b);
	for (size_t j = 0; j <= len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned diagonal = row[0];
		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < len; j++) {
			unsigned best = diagonal + (a[i] != b[j]);
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j + 1] + 1 < best)
				best = row[j + 1] + 1;
			diagonal = row[j + 1];
			row[j + 1] = best;
		}
	}
	return row[len];
}

static bool is_near(const char *asked, const char *id)
{
	return strstr(id, asked) || strstr(asked, id) || distance(asked, id) <= 2;
}

enum code procedure_catalogue_find(const struct procedure_catalogue *catalogue, const char *id,
    const struct procedure **ret, struct err *err)
{
	const struct procedure *found = find(catalogue, id);
	if (found) {
		*ret = found;
		return CODE_OK;
	}
	char asked[64];
	char misses[160] = "";
	unsigned count = 0;
	text_safe(asked, sizeof(asked), id, strlen(id));
	for (size_t i = 0; *asked && i < catalogue->count && count < MISSES_MAX; i++) {
		if (!is_near(asked, catalogue->items[i].id))
			continue;
		size_t used = strlen(misses);
		snprintf(misses + used, sizeof(misses) - used, "%s%s", count ? ", " : "",
		    catalogue->items[i].id);
		count++;
	}
	if (count)
		return err_set(err, CODE_MISSING, "there is no procedure '%s'; near it: %s", asked,
		    misses);
	return err_set(err, CODE_MISSING, "there is no procedure '%s'; `certwipe procedure list` "
	    "names those there are", asked);
}
