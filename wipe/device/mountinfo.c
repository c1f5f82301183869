/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is mounted, as the kernel lists it? One line a mount:
 *
 *   36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 *   id parent M:m root point options [optional …] - type source filesystem-options
 *
 * Names in it come from users; a line that does not parse must not hide a mount, so it fails all.
 */
#include "mountinfo.h"

#include <stdlib.h>
#include <string.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

bool mountinfo_unescape(char *text)
{
	char *out = text;
	for (const char *in = text; *in; in++) {
		if (*in != '\\') {
			*out++ = *in;
			continue;
		}
		if (!is_octal(in[1]) || in[1] > '3' || !is_octal(in[2]) || !is_octal(in[3]))
			return false;
		int value = (in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0');
		if (value == 0)
			return false;
		*out++ = (char)value;
		in += 3;
	}
	*out = 0;
	return true;
}

/* Cuts the next field off *rest; fields are parted by exactly one blank and may be empty. */
static char *next_field(char **rest)
{
	char *field = *rest;
	if (!field)
		return NULL;
	char *end = strchr(field, ' ');
	if (end)
		*end++ = 0;
	*rest = end;
	return field;
}

static bool number(const char *text, uint32_t *ret)
{
	uint64_t value;
	if (!text || !text_u64_parse(text, &value) || value > UINT32_MAX)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool parse_line(char *line, struct mountinfo_entry *ret)
{
	char *rest = line;
	uint32_t id, parent;
	if (!number(next_field(&rest), &id))
		return false;
	if (!number(next_field(&rest), &parent))
		return false;
	char *major = next_field(&rest);
	char *colon = major ? strchr(major, ':') : NULL;
	if (!colon)
		return false;
	*colon = 0;
	char *root = next_field(&rest);
	char *point = next_field(&rest);
	char *options = next_field(&rest);
	if (!options || !number(major, &ret->major) || !number(colon + 1, &ret->minor))
		return false;
	const char *optional;
	do {
		optional = next_field(&rest);
	} while (optional && strcmp(optional, "-") != 0);
	char *type = next_field(&rest);
	char *source = next_field(&rest);
	if (!optional || !source || !rest || !*type || point[0] != '/')
		return false;
	if (!mountinfo_unescape(root) || !mountinfo_unescape(point) ||
	    !mountinfo_unescape(type) || !mountinfo_unescape(source))
		return false;
	ret->root = root;
	ret->point = point;
	ret->type = type;
	ret->source = source;
	ret->options = rest;
	return true;
}

static enum code parse_lines(struct mountinfo *list, size_t len, struct err *err)
{
	size_t lines = 0;
	for (size_t i = 0; i < len; i++)
		lines += list->text[i] == '\n';
	if (lines > MOUNTINFO_MOUNTS_MAX)
		return err_set(err, CODE_INPUT, "mountinfo lists more than %d mounts",
		    MOUNTINFO_MOUNTS_MAX);
	list->items = calloc(lines + 1, sizeof(*list->items));
	if (!list->items)
		return err_memory(err);
	char *line = list->text;
	for (size_t i = 0; i < lines; i++) {
		char *end = strchr(line, '\n');
		*end = 0;
		if (!parse_line(line, &list->items[i]))
			return err_set(err, CODE_INPUT, "mountinfo line %zu is not understood", i + 1);
		line = end + 1;
	}
	list->count = lines;
	return CODE_OK;
}

enum code mountinfo_parse(const void *data, size_t len, struct mountinfo *ret, struct err *err)
{
	if (len > MOUNTINFO_BYTES_MAX)
		return err_set(err, CODE_INPUT, "mountinfo is longer than %u bytes",
		    MOUNTINFO_BYTES_MAX);
	if (len && (memchr(data, 0, len) || ((const char *)data)[len - 1] != '\n'))
		return err_set(err, CODE_INPUT, "mountinfo does not end with a whole line of text");
	struct mountinfo list = { .text = malloc(len + 1) };
	if (!list.text)
		return err_memory(err);
	if (len)
		memcpy(list.text, data, len);
	list.text[len] = 0;
	enum code code = parse_lines(&list, len, err);
	if (code != CODE_OK) {
		mountinfo_free(&list);
		return code;
	}
	*ret = list;
	return CODE_OK;
}

void mountinfo_free(struct mountinfo *list)
{
	free(list->items);
	free(list->text);
	*list = (struct mountinfo){ 0 };
}
