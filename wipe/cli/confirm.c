/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confirm: there is no bare --yes; whoever wipes a disk has read its serial number. */
#include "confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool take_given(const char *word, const char *const *given, bool *used)
{
	for (size_t i = 0; given[i]; i++) {
		if (!used[i] && strcmp(given[i], word) == 0) {
			used[i] = true;
			return true;
		}
	}
	return false;
}

static enum code type_it(const struct app_disk *disk, const char *word, struct err *err)
{
	char label[512], answer[160];
	fprintf(stderr, "To wipe %s, type %s: ", device_label(&disk->plan.identity, label, sizeof(label)),
	    word);
	fflush(stderr);
	enum code code = os_terminal_line(STDIN_FILENO, answer, sizeof(answer), err);
	if (code != CODE_OK)
		return err_set(err, CODE_STOPPED, "not confirmed, nothing was written");
	if (strcmp(answer, word) != 0)
		return err_set(err, CODE_USAGE, "'%s' is not '%s': nothing was written", answer, word);
	return CODE_OK;
}

enum code confirm_disks(const struct app_disk *disks, size_t count, const char *const *given,
    bool ask, struct err *err)
{
	size_t given_count = 0;
	while (given[given_count])
		given_count++;
	bool *used = calloc(given_count + 1, sizeof(*used));
	if (!used)
		return err_memory(err);
	enum code code = CODE_OK;
	for (size_t i = 0; code == CODE_OK && i < count; i++) {
		if (disks[i].refused != CODE_OK)
			continue;
		const char *word = device_confirm_word(&disks[i].plan.identity);
		if (take_given(word, given, used))
			continue;
		if (ask)
			code = type_it(&disks[i], word, err);
		else
			code = err_set(err, CODE_USAGE,
			    "%s is not confirmed: off a terminal give --confirm '%s'", disks[i].word, word);
	}
	for (size_t i = 0; code == CODE_OK && i < given_count; i++) {
		if (!used[i])
			code = err_set(err, CODE_USAGE,
			    "--confirm '%s' names none of the disks that would be wiped", given[i]);
	}
	free(used);
	return code;
}
