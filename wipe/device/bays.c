/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bays: what do people of this site call a place? Their file (certwipe-bays(5)), read strictly, and its
 * lines held against where a disk sits.
 */
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/#-"

bool device_bays_match(const char *pattern, const char *text)
{
	const char *star = NULL; /* the last one passed: it takes more when what follows does not fit */
	const char *again = NULL;
	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			again = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == 0;
}

/* ---- reading ---------------------------------------------------------------------------------- */

struct reader {
	struct faults *faults;
	struct device_bay *bay;
};

static void take_word(struct reader *reader, const struct ini_entry *entry, char *out, size_t size,
    const char *characters)
{
	if (strlen(entry->value) >= size)
		faults_add(reader->faults, entry->line, "%s is longer than %zu bytes", entry->key, size - 1);
	else if (entry->value[strspn(entry->value, characters)] != 0)
		faults_add(reader->faults, entry->line, "%s '%.60s' holds what cannot stand there; see "
		    "certwipe-bays(5)", entry->key, entry->value);
	else
		text_copy(out, size, entry->value);
}

static void take_label(struct reader *reader, const struct ini_entry *entry)
{
	const char *run = strchr(entry->value, '#');
	take_word(reader, entry, reader->bay->label, sizeof(reader->bay->label), LABEL_CHARACTERS);
	if (run && strchr(run + strspn(run, "#"), '#'))
		faults_add(reader->faults, entry->line, "label '%.60s' has two places for a number",
		    entry->value);
}

static void take_pci(struct reader *reader, const struct ini_entry *entry)
{
	if (!place_is_pci(entry->value, strlen(entry->value)))
		faults_add(reader->faults, entry->line, "pci '%.60s' is no address such as 0000:00:1f.2",
		    entry->value);
	else
		text_copy(reader->bay->pci, sizeof(reader->bay->pci), entry->value);
}

static void take_scsi(struct reader *reader, const struct ini_entry *entry)
{
	struct device_bay *bay = reader->bay;
	uint64_t numbers[3];
	size_t len = strlen(entry->value);
	if (len >= sizeof(bay->scsi) || !place_numbers(entry->value, len, numbers, 3))
		faults_add(reader->faults, entry->line, "scsi '%.60s' is no host:channel:id such as 0:0:3",
		    entry->value);
	else
		text_copy(bay->scsi, sizeof(bay->scsi), entry->value);
}

/* "7" or "0-23" */
static void take_slot(struct reader *reader, const struct ini_entry *entry)
{
	char first[16];
	uint64_t from = 0;
	uint64_t to = 0;
	size_t len = strcspn(entry->value, "-");
	const char *last = entry->value[len] ? entry->value + len + 1 : entry->value;
	snprintf(first, sizeof(first), "%.*s", (int)(len < 15 ? len : 15), entry->value);
	if (!text_u64_parse(first, &from) || !text_u64_parse(last, &to) || from > to || to > 9999) {
		faults_add(reader->faults, entry->line,
		    "slot '%.60s' is neither a number up to 9999 nor FIRST-LAST", entry->value);
		return;
	}
	reader->bay->slots = true;
	reader->bay->slot_first = (uint32_t)from;
	reader->bay->slot_last = (uint32_t)to;
}

static void take_entry(struct reader *reader, const struct ini_entry *entry)
{
	struct device_bay *bay = reader->bay;
	/* What text_safe() writes, but for blanks: no path and no identifier holds one. */
	static const char pattern[] = LABEL_CHARACTERS "*?:;,+=~!@$%&()[]{}|^<>\"'`\\";
	if (strcmp(entry->key, "label") == 0)
		take_label(reader, entry);
	else if (strcmp(entry->key, "path") == 0)
		take_word(reader, entry, bay->path, sizeof(bay->path), pattern);
	else if (strcmp(entry->key, "enclosure") == 0)
		take_word(reader, entry, bay->enclosure, sizeof(bay->enclosure), pattern);
	else if (strcmp(entry->key, "slot") == 0)
		take_slot(reader, entry);
	else if (strcmp(entry->key, "pci") == 0)
		take_pci(reader, entry);
	else if (strcmp(entry->key, "scsi") == 0)
		take_scsi(reader, entry);
	else
		faults_add(reader->faults, entry->line, "unknown key '%s'; a bay has label, path, "
		    "enclosure, slot, pci and scsi", entry->key);
}

/* What the lines of one bay must have together. */
static void check_bay(struct faults *faults, const struct device_bay *bay, size_t faults_before)
{
	if (faults->errors != faults_before)
		return; /* what is missing may be what was refused */
	bool numbered = strchr(bay->label, '#') != NULL;
	if (!bay->label[0])
		faults_add(faults, bay->line, "this bay has no label");
	if (!bay->path[0] && !bay->enclosure[0] && !bay->pci[0] && !bay->scsi[0])
		faults_add(faults, bay->line, "nothing says where this bay is: give path, enclosure and "
		    "slot, pci or scsi");
	if ((bay->enclosure[0] != 0) != bay->slots)
		faults_add(faults, bay->line, "enclosure and slot belong together; give both");
	else if (bay->slots && numbered != (bay->slot_first != bay->slot_last))
		faults_add(faults, bay->line, numbered ? "the label has room for a number (#); give slots "
			"as FIRST-LAST" : "several slots have one label; put ## where their number goes");
	else if (!bay->slots && numbered)
		faults_add(faults, bay->line, "the label has room for a number (#), but no slots fill it");
}

static void check_unique(struct faults *faults, const struct device_bays *bays)
{
	const struct device_bay *last = &bays->items[bays->count - 1];
	for (size_t i = 0; i + 1 < bays->count; i++) {
		if (last->label[0] && strcmp(bays->items[i].label, last->label) == 0)
			faults_add(faults, last->line, "label %s is here a second time, first in the "
			    "section on line %u", last->label, bays->items[i].line);
	}
}

static void take_section(const struct ini *ini, const struct ini_section *section,
    struct device_bays *bays, struct faults *faults)
{
	struct device_bay *bay = &bays->items[bays->count];
	struct reader reader = { faults, bay };
	size_t before = faults->errors;
	*bay = (struct device_bay){ .line = section->line };
	if (!text_has_prefix(section->name, "bay ") || !text_u64_parse(section->name + 4, &bay->number)) {
		faults_add(faults, section->line, "section [%s] is not [bay N]", section->name);
		return;
	}
	bays->count++;
	for (size_t i = 0; i < ini->count; i++) {
		if (ini->entries[i].section == section->name)
			take_entry(&reader, &ini->entries[i]);
	}
	check_bay(faults, bay, before);
	check_unique(faults, bays);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct device_bay *one = a;
	const struct device_bay *two = b;
	return (one->number > two->number) - (one->number < two->number);
}

enum code device_bays_parse(const void *data, size_t len, const char *source,
    struct device_bays *ret, struct err *err)
{
	struct faults faults = { 0 };
	struct device_bays bays = { 0 };
	struct ini *ini = NULL;
	enum code code = ini_parse(data, len, &faults, &ini, err);
	if (code != CODE_OK)
		return code;
	bays.items = calloc(ini->section_count + 1, sizeof(*bays.items));
	if (!bays.items) {
		ini_free(ini);
		return err_memory(err);
	}
	for (size_t i = 0; i < ini->section_count; i++)
		take_section(ini, &ini->sections[i], &bays, &faults);
	ini_free(ini);
	code = faults_check(&faults, source, err);
	if (code != CODE_OK) {
		device_bays_free(&bays);
		return code;
	}
	qsort(bays.items, bays.count, sizeof(*bays.items), compare_numbers);
	*ret = bays;
	return CODE_OK;
}

enum code device_bays_read(struct os_files *files, const char *path, struct device_bays *ret,
    struct err *err)
{
	BUF_AUTO data = { 0 };
	enum code code = os_files_read(files, path, INI_FILE_MAX, &data, err);
	if (code == CODE_OK)
		return device_bays_parse(data.data, data.len, path, ret, err);
	if (code != CODE_MISSING)
		return code;
	*ret = (struct device_bays){ 0 };
	return CODE_OK;
}

void device_bays_free(struct device_bays *bays)
{
	free(bays->items);
	*bays = (struct device_bays){ 0 };
}
