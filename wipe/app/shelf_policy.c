/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shelf_policy: which bays wipe by themselves (certwipe-shelf(5))? Read strictly: half a policy is none. */
#include "app_private.h"

#include <string.h>

#define GRACE_MOST_S 86400
#define LABEL_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-*?"

struct reader {
	struct faults faults;
	struct app_shelf_policy policy;
	bool unattended;
	bool has_enabled;
};

static void take_yes(struct reader *reader, const struct ini_entry *entry, bool *ret)
{
	*ret = strcmp(entry->value, "yes") == 0;
	if (!*ret && strcmp(entry->value, "no") != 0)
		faults_add(&reader->faults, entry->line, "%s is yes or no", entry->key);
}

static void take_grace(struct reader *reader, const struct ini_entry *entry)
{
	uint64_t value = 0;
	if (!text_u64_parse(entry->value, &value) || value < APP_SHELF_GRACE_MIN_S || value > GRACE_MOST_S)
		faults_add(&reader->faults, entry->line, "grace-s '%.60s' is no whole number from %d to %d",
		    entry->value, APP_SHELF_GRACE_MIN_S, GRACE_MOST_S);
	else
		reader->policy.grace_s = (uint32_t)value;
}

static void take_procedure(struct reader *reader, const struct ini_entry *entry)
{
	if (!text_is_name(entry->value, sizeof(reader->policy.procedure) - 1))
		faults_add(&reader->faults, entry->line, "procedure '%.60s' is no name (a-z, 0-9, . _ -)",
		    entry->value);
	else
		text_copy(reader->policy.procedure, sizeof(reader->policy.procedure), entry->value);
}

/* "A-01 A-02 B-*" */
static void take_bays(struct reader *reader, const struct ini_entry *entry)
{
	struct app_shelf_policy *policy = &reader->policy;
	for (const char *at = entry->value; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		if (policy->bay_count == APP_SHELF_BAYS) {
			faults_add(&reader->faults, entry->line, "more than %d labels; use * where they begin "
			    "alike", APP_SHELF_BAYS);
			return;
		}
		if (len >= DEVICE_LABEL || strspn(at, LABEL_CHARACTERS) != len) {
			faults_add(&reader->faults, entry->line, "'%.*s' is no label of a bay; see "
			    "certwipe-bays(5)", (int)bytes_min(len, 60), at);
			return;
		}
		memcpy(policy->bays[policy->bay_count++], at, len);
		at += len;
	}
}

static void take_entry(struct reader *reader, const struct ini_entry *entry)
{
	if (strcmp(entry->section, "shelf") != 0)
		return; /* said of the section */
	if (strcmp(entry->key, "enabled") == 0) {
		take_yes(reader, entry, &reader->policy.enabled);
		reader->has_enabled = true;
	} else if (strcmp(entry->key, "unattended") == 0)
		take_yes(reader, entry, &reader->unattended);
	else if (strcmp(entry->key, "grace-s") == 0)
		take_grace(reader, entry);
	else if (strcmp(entry->key, "procedure") == 0)
		take_procedure(reader, entry);
	else if (strcmp(entry->key, "bays") == 0)
		take_bays(reader, entry);
	else
		faults_add(&reader->faults, entry->line, "unknown key '%s'; see certwipe-shelf(5)",
		    entry->key);
}

static void check_whole(struct reader *reader)
{
	struct faults *faults = &reader->faults;
	if (faults->errors)
		return;
	if (!reader->has_enabled)
		faults_add(faults, 0, "'enabled' is missing: say enabled = yes or enabled = no");
	if (!reader->policy.enabled)
		return;
	if (!reader->policy.procedure[0])
		faults_add(faults, 0, "'procedure' is missing: nothing is wiped by a default here");
	if (!reader->policy.bay_count)
		faults_add(faults, 0, "'bays' is missing: name those that wipe by themselves");
	if (!reader->unattended)
		faults_add(faults, 0, "'unattended = yes' is missing: nobody confirms a disk, and nobody signs "
		    "as its operator");
}

enum code app_shelf_policy_read(struct os_files *files, const char *path, struct app_shelf_policy *ret,
    struct err *err)
{
	struct reader reader = { .policy = { .grace_s = APP_SHELF_GRACE_S } };
	BUF_AUTO data = { 0 };
	struct ini *ini = NULL;
	enum code code = os_files_read(files, path, INI_FILE_MAX, &data, err);
	if (code == CODE_MISSING) {
		*ret = reader.policy;
		return CODE_OK;
	}
	if (code == CODE_OK)
		code = ini_parse(data.data, data.len, &reader.faults, &ini, err);
	if (code != CODE_OK)
		return code;
	for (size_t i = 0; i < ini->section_count; i++) {
		if (strcmp(ini->sections[i].name, "shelf") != 0)
			faults_add(&reader.faults, ini->sections[i].line, "section [%s] is not [shelf]",
			    ini->sections[i].name);
	}
	for (size_t i = 0; i < ini->count; i++)
		take_entry(&reader, &ini->entries[i]);
	ini_free(ini);
	check_whole(&reader);
	code = faults_check(&reader.faults, path, err);
	if (code == CODE_OK)
		*ret = reader.policy;
	return code;
}
