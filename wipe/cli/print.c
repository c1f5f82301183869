/* SPDX-License-Identifier: GPL-3.0-or-later */
/* print: lines, columns and JSON of all commands. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("certwipe: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

enum cli_exit cli_fail(const struct err *err)
{
	cli_say("%s", err->line);
	switch (err->code) {
	case CODE_REFUSED:
	case CODE_BUSY:
	case CODE_GONE:
		return CLI_REFUSED;
	case CODE_STOPPED:
		return CLI_STOPPED;
	default:
		return CLI_USAGE;
	}
}

void cli_table_cell(struct cli_table *table, const char *text)
{
	if (table->failed)
		return;
	if (table->count % 64 == 0) {
		void *cells = realloc(table->cells, (table->count + 64) * sizeof(*table->cells));
		if (!cells) {
			table->failed = true;
			return;
		}
		table->cells = cells;
	}
	text_copy(table->cells[table->count++], sizeof(*table->cells), text[0] ? text : "-");
}

void cli_table_print(struct cli_table *table)
{
	bool bold = os_terminal_is(STDOUT_FILENO) && !getenv("NO_COLOR");
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		size_t width = 0;
		for (size_t row = column; row < table->count; row += table->columns) {
			size_t len = strlen(table->cells[row]);
			width = len > width ? len : width;
		}
		bool last = column + 1 == table->columns;
		if (bold && i == 0)
			fputs("\033[1m", stdout);
		printf("%-*s", last ? 0 : (int)width + 2, table->cells[i]);
		if (last)
			puts(bold && i + 1 == table->columns ? "\033[0m" : "");
	}
	free(table->cells);
	*table = (struct cli_table){ .columns = table->columns };
}

enum cli_exit cli_json_print(struct json_writer *writer, struct buf *buf)
{
	struct err err = { 0 };
	if (json_write_end(writer, &err) != CODE_OK)
		return cli_fail(&err);
	fwrite(buf->data, 1, buf->len, stdout);
	return CLI_OK;
}

const char *cli_found_text(const struct os_probe *found, char *out, size_t size)
{
	out[0] = 0;
	if (found->result == OS_PROBE_UNKNOWN) {
		snprintf(out, size, "unknown");
		return out;
	}
	size_t used = 0;
	for (size_t i = 0; i < found->count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "",
		    found->items[i].type);
	if (found->count == 0)
		snprintf(out, size, "nothing known");
	return out;
}

static void json_identity(struct json_writer *writer, const struct device *device)
{
	const struct identity *identity = &device->identity;
	json_write_string(writer, "path", identity->node);
	json_write_string(writer, "name", identity->name);
	json_write_string(writer, "transport", identity->transport);
	json_write_string(writer, "bus", device->bus);
	json_write_string(writer, "media", device_media_text(device->media));
	json_write_string(writer, "model", identity->model);
	json_write_string(writer, "serial", identity->serial);
	json_write_string(writer, "wwn", identity->wwn);
	json_write_string(writer, "unit", identity->unit);
	json_write_string(writer, "firmware", identity->firmware);
	json_write_uint(writer, "size", identity->size);
	json_write_uint(writer, "logical_block", identity->logical);
	json_write_uint(writer, "physical_block", identity->physical);
	json_write_bool(writer, "virtual", device->virtual_disk);
	json_write_bool(writer, "removable", device->removable);
	json_write_uint(writer, "partitions", device->partition_count);
}

static void json_count(struct json_writer *writer, const char *key, uint64_t count)
{
	if (count > BYTES_JSON_MAX)
		json_write_null(writer, key);
	else
		json_write_uint(writer, key, count);
}

/* Our JSON knows no negative numbers: frost is in the text only. */
static void json_temperature(struct json_writer *writer, const char *key, int32_t celsius)
{
	if (celsius < 0)
		json_write_null(writer, key);
	else
		json_write_uint(writer, key, (uint64_t)celsius);
}

static void json_health(struct json_writer *writer, const struct device_health *health)
{
	json_write_object(writer, "health");
	json_write_bool(writer, "known", health->known);
	json_write_string(writer, "text", health->text);
	json_write_string(writer, "verdict", device_health_verdict_text(health->verdict));
	json_temperature(writer, "temperature_c", health->temperature_c);
	json_temperature(writer, "limit_c", health->limit_c);
	json_count(writer, "reallocated", health->reallocated);
	json_count(writer, "pending", health->pending);
	json_count(writer, "errors", health->errors);
	json_count(writer, "percent_used", health->percent_used);
	json_count(writer, "spare_percent", health->spare_percent);
	json_count(writer, "written_bytes", health->written);
	json_write_close(writer);
}

void cli_json_device(struct json_writer *writer, const char *key, const struct device *device,
    const struct device_health *health)
{
	json_write_object(writer, key);
	json_identity(writer, device);
	json_write_array(writer, "claims");
	for (size_t i = 0; i < device->claim_count; i++) {
		json_write_object(writer, NULL);
		json_write_string(writer, "kind", device_claim_text(device->claims[i].kind));
		json_write_string(writer, "text", device->claims[i].text);
		json_write_close(writer);
	}
	json_write_close(writer);
	json_write_bool(writer, "scan_complete", !device->scan_incomplete);
	json_write_string(writer, "scan_note", device->scan_note);
	json_write_bool(writer, "found_known", device->found.result == OS_PROBE_DONE);
	json_write_array(writer, "found");
	for (size_t i = 0; device->found.result == OS_PROBE_DONE && i < device->found.count; i++) {
		json_write_object(writer, NULL);
		json_write_string(writer, "type", device->found.items[i].type);
		json_write_string(writer, "usage", device->found.items[i].usage);
		json_write_uint(writer, "offset", device->found.items[i].offset);
		json_write_close(writer);
	}
	json_write_close(writer);
	if (health)
		json_health(writer, health);
	json_write_bool(writer, "wipeable", device->claim_count == 0);
	json_write_close(writer);
}
