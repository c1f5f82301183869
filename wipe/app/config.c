/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config: certwipe.conf. Strict: an unknown key is a fault, so that no typing error goes unnoticed. */
#include "app_private.h"

#include "wipe/job.h"

#include <stdio.h>
#include <string.h>

/* Below the one a workshop in summer would never wipe; above the other nothing is left to save. */
#define TEMPERATURE_LEAST_C 30
#define TEMPERATURE_MOST_C  100
#define STALL_MOST_S	    86400

struct key {
	const char *section;
	const char *name;
	size_t offset;
	size_t size;
	bool is_name; /* [a-z0-9._-]: an identifier, not words */
};

struct number {
	const char *section;
	const char *name;
	size_t offset; /* of a uint32_t */
	uint32_t least;
	uint32_t most;
};

#define KEY(section, name, member, is_name)                                                        \
	{ section, name, offsetof(struct app_config, member),                                       \
		sizeof(((struct app_config *)0)->member), is_name }

static const struct key keys[] = {
	KEY("station", "organisation", organisation, false),
	KEY("station", "site", site, false),
	KEY("station", "principal", principal, false),
	KEY("station", "export", export_dir, false),
	KEY("wipe", "procedure", procedure, true),
	KEY("wipe", "operator", operator_, false),
};

static const struct number numbers[] = {
	{ "limits", "temperature-max-c", offsetof(struct app_config, temperature_max_c),
	    TEMPERATURE_LEAST_C, TEMPERATURE_MOST_C },
	{ "limits", "stall-s", offsetof(struct app_config, stall_s), 1, STALL_MOST_S },
};

static const struct key *find_key(const struct ini_entry *entry)
{
	for (size_t i = 0; i < WIPE_COUNT(keys); i++) {
		if (strcmp(keys[i].section, entry->section) == 0 &&
		    strcmp(keys[i].name, entry->key) == 0)
			return &keys[i];
	}
	return NULL;
}

/* False: there is no such number. */
static bool take_number(const struct ini_entry *entry, struct app_config *config,
    struct faults *faults)
{
	for (size_t i = 0; i < WIPE_COUNT(numbers); i++) {
		const struct number *number = &numbers[i];
		uint64_t value = 0;
		if (strcmp(number->section, entry->section) != 0 ||
		    strcmp(number->name, entry->key) != 0)
			continue;
		if (!text_u64_parse(entry->value, &value) || value < number->least ||
		    value > number->most)
			faults_add(faults, entry->line, "%s '%s' is no whole number from %u to %u",
			    number->name, entry->value, number->least, number->most);
		else
			memcpy((char *)config + number->offset, &(uint32_t){ (uint32_t)value },
			    sizeof(uint32_t));
		return true;
	}
	return false;
}

/* False: it is something else. */
static bool take_keystream(const struct ini_entry *entry, struct app_config *config,
    struct faults *faults)
{
	if (strcmp(entry->section, "speed") != 0 || strcmp(entry->key, "keystream") != 0)
		return false;
	if (!content_kernel_is_name(entry->value) ||
	    !text_copy(config->keystream, sizeof(config->keystream), entry->value))
		faults_add(faults, entry->line,
		    "keystream '%s' is none of auto, vaes-512, vaes-256, aes-ni, libcrypto", entry->value);
	return true;
}

enum code app_rate_parse(const char *text, uint64_t *ret_rate, struct err *err)
{
	uint64_t rate = 0;
	if (strcmp(text, "none") != 0 && (!units_bytes_parse(text, &rate) || rate < JOB_RATE_LEAST))
		return err_set(err, CODE_USAGE, "a rate is a number of bytes per second such as 50MB, at least "
		    "100kB, or none: not '%s'", text);
	*ret_rate = rate;
	return CODE_OK;
}

/* False: it is about something else. */
static bool take_restraint(const struct ini_entry *entry, struct app_config *config,
    struct faults *faults)
{
	struct err err = { 0 };
	if (strcmp(entry->section, "limits") != 0)
		return false;
	if (strcmp(entry->key, "rate") == 0) {
		if (app_rate_parse(entry->value, &config->restraint.rate, &err) != CODE_OK)
			faults_add(faults, entry->line, "rate: %s", err.line);
		return true;
	}
	if (strcmp(entry->key, "io-class") != 0)
		return false;
	if (!os_io_class_find(entry->value, &config->restraint.io_class))
		faults_add(faults, entry->line, "io-class '%s': best-effort, idle or none", entry->value);
	return true;
}

static void take_entry(const struct ini_entry *entry, struct app_config *config,
    struct faults *faults)
{
	const struct key *key = find_key(entry);
	if (!key && (take_number(entry, config, faults) || take_keystream(entry, config, faults) ||
	    take_restraint(entry, config, faults)))
		return;
	if (!key) {
		faults_add(faults, entry->line, "unknown key '%s' in [%s]; see certwipe(8), FILES",
		    entry->key, entry->section);
		return;
	}
	if (strlen(entry->value) >= key->size)
		faults_add(faults, entry->line, "%s is longer than %zu bytes", key->name, key->size - 1);
	else if (key->is_name && !text_is_name(entry->value, key->size - 1))
		faults_add(faults, entry->line, "%s '%s' is no name (a-z, 0-9, . _ -)", key->name,
		    entry->value);
	else
		text_copy((char *)config + key->offset, key->size, entry->value);
}

enum code app_config_read(struct os_files *files, const char *path, bool must_exist,
    struct app_config *ret, struct err *err)
{
	struct app_config config = { .procedure = APP_DEFAULT_PROCEDURE };
	BUF_AUTO data = { 0 };
	enum code code = os_files_read(files, path, INI_FILE_MAX, &data, err);
	if (code == CODE_MISSING && !must_exist) {
		*ret = config;
		return CODE_OK;
	}
	if (code != CODE_OK)
		return code;
	struct faults faults = { 0 };
	struct ini *ini = NULL;
	code = ini_parse(data.data, data.len, &faults, &ini, err);
	if (code != CODE_OK)
		return code;
	for (size_t i = 0; i < ini->count; i++)
		take_entry(&ini->entries[i], &config, &faults);
	ini_free(ini);
	code = faults_check(&faults, path, err);
	if (code == CODE_OK) {
		config.present = true;
		*ret = config;
	}
	return code;
}

enum code app_config_example(const char *principal, struct buf *ret, struct err *err)
{
	buf_printf(ret,
	    "; certwipe.conf: who this station is, and what it does by default. See certwipe(8).\n"
	    "; A line is 'key = value'; comments start with ; on a line of their own.\n"
	    "\n"
	    "[station]\n"
	    "; The organisation that answers for the wipes, as it stands on certificates.\n"
	    "; organisation = Example GmbH\n"
	    "; The place: data centre, room, bench.\n"
	    "; site = Frankfurt 2, workshop\n"
	    "; Name of this station's key in allowed_signers.\n"
	    "principal = %s\n"
	    "; Folder that certificates are copied to from the full screen, such as a stick's.\n"
	    "; export = /media/certificates\n"
	    "\n"
	    "[wipe]\n"
	    "; Procedure of 'wipe' and 'plan' when none is named (certwipe procedure list).\n"
	    "procedure = " APP_DEFAULT_PROCEDURE "\n"
	    "; Principal whose ssh-agent key signs as operator when --operator is not given.\n"
	    "; operator = alice@example.org\n"
	    "\n"
	    "[speed]\n"
	    "; How AES is computed for random content: auto, vaes-512, vaes-256, aes-ni or libcrypto. The\n"
	    "; bytes are the same; auto takes the fastest that this machine can do and does right.\n"
	    "; keystream = auto\n"
	    "\n"
	    "[limits]\n"
	    "; A disk that gets warmer than so many degrees Celsius is left to cool before more is\n"
	    "; written. Without it: what the drive itself calls too warm, else 70 for SSDs, 60 for others.\n"
	    "; temperature-max-c = 60\n"
	    "; A disk that has not answered for so many seconds is told as stalled (60).\n"
	    "; stall-s = 60\n"
	    "; Bytes per second that are read and written on each disk, at most (none).\n"
	    "; rate = 50MB\n"
	    "; Requests come after those of others (best-effort), only when others have none (idle), or\n"
	    "; are like those of others (none).\n"
	    "; io-class = best-effort\n",
	    principal);
	return buf_check(ret, err);
}
