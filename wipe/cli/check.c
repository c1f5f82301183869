/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: is this certificate valid and trusted, and does the disk still match it? 0 yes, 1 no, 2 could
 * not look. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static const char *state_text(enum certificate_signature_state state)
{
	switch (state) {
	case CERTIFICATE_SIGNATURE_GOOD:
		return "good";
	case CERTIFICATE_SIGNATURE_MISSING:
		return "missing";
	case CERTIFICATE_SIGNATURE_UNTRUSTED:
		return "not trusted";
	default:
		return "bad";
	}
}

static bool is_good(const struct app_check_report *report)
{
	bool device = report->device == APP_DEVICE_NOT_ASKED ||
	    (report->device != APP_DEVICE_OTHER && report->content_same);
	return report->trusted && !report->ranges_line[0] && device;
}

static void print_text(const struct app_check_report *report, const char *path)
{
	char stamp[STAMP_TEXT];
	printf("%s: certificate %s, outcome %s\n", path, certificate_id(report->certificate),
	    evidence_outcome_text(certificate_outcome(report->certificate)));
	size_t persons = 0;
	for (size_t i = 0; i < report->signatures.count; i++) {
		const struct certificate_signature *signature = &report->signatures.items[i];
		printf("  %-9s %s  %s %s%s%s\n", trust_role_text(signature->role),
		    state_text(signature->state), signature->principal, signature->key,
		    signature->line[0] ? ": " : "", signature->line);
		persons += signature->role != TRUST_STATION &&
		    signature->state == CERTIFICATE_SIGNATURE_GOOD;
	}
	printf("  trust judged at %s (%s)\n", stamp_format(report->judged_at_s, stamp),
	    report->trusted ? "trusted" : "NOT trusted");
	if (persons)
		printf("  signed by: station and %zu person%s\n", persons, persons == 1 ? "" : "s");
	else
		puts("  signed by: station only");
	if (report->ranges_line[0])
		printf("  ranges: %s\n", report->ranges_line);
	if (report->device != APP_DEVICE_NOT_ASKED)
		printf("  disk: %s\n", report->device_line);
	if (report->content_asked)
		printf("  content: %llu bytes read, %llu differ\n",
		    (unsigned long long)report->content_bytes,
		    (unsigned long long)report->content_different);
	puts(is_good(report) ? "VALID" : "NOT VALID");
}

static enum cli_exit print_json(const struct app_check_report *report)
{
	static const char *const devices[] = { "not-asked", "same", "other", "unsure" };
	char stamp[STAMP_TEXT];
	BUF_AUTO buf = { 0 };
	struct json_writer writer;
	json_write_start(&writer, &buf, false);
	json_write_object(&writer, NULL);
	json_write_bool(&writer, "valid", is_good(report));
	json_write_string(&writer, "id", certificate_id(report->certificate));
	json_write_string(&writer, "outcome",
	    evidence_outcome_text(certificate_outcome(report->certificate)));
	json_write_bool(&writer, "trusted", report->trusted);
	json_write_string(&writer, "judged_at", stamp_format(report->judged_at_s, stamp));
	json_write_array(&writer, "signatures");
	for (size_t i = 0; i < report->signatures.count; i++) {
		const struct certificate_signature *signature = &report->signatures.items[i];
		json_write_object(&writer, NULL);
		json_write_string(&writer, "role", trust_role_text(signature->role));
		json_write_string(&writer, "state", state_text(signature->state));
		json_write_string(&writer, "principal", signature->principal);
		json_write_string(&writer, "key", signature->key);
		json_write_string(&writer, "why", signature->line);
		json_write_close(&writer);
	}
	json_write_close(&writer);
	json_write_string(&writer, "ranges_line", report->ranges_line);
	json_write_string(&writer, "device", devices[report->device]);
	json_write_string(&writer, "device_line", report->device_line);
	json_write_bool(&writer, "content_asked", report->content_asked);
	json_write_uint(&writer, "content_bytes", report->content_bytes);
	json_write_uint(&writer, "content_different", report->content_different);
	json_write_close(&writer);
	return cli_json_print(&writer, &buf);
}

static enum cli_exit run(const struct cli_command *command, struct app *app,
    const struct cli_args *args)
{
	if (!cli_args_words(command, args, 1, 1))
		return CLI_USAGE;
	struct app_check_request request = {
		.path = args->words[0],
		.allowed_signers = cli_args_value(args, "allowed-signers"),
		.device = cli_args_value(args, "device"),
		.full = cli_args_has(args, "full"),
		.at_given = cli_args_has(args, "at"),
	};
	if (request.at_given && !stamp_parse(cli_args_value(args, "at"), &request.at_s)) {
		cli_say("--at %s: a time like 2026-11-24T08:15:00Z", cli_args_value(args, "at"));
		return CLI_USAGE;
	}
	struct err err = { 0 };
	struct app_check_report report = { 0 };
	enum code code = app_check(app, &request, &report, &err);
	if (code != CODE_OK) {
		cli_say("%s", err.line);
		/* Looked at and found wanting, or not even seen? */
		return code == CODE_INPUT || code == CODE_UNTRUSTED ? CLI_NOT_ERASED : CLI_USAGE;
	}
	if (report.keystream_line[0])
		cli_say("warning: %s", report.keystream_line);
	enum cli_exit result = CLI_OK;
	if (cli_args_has(args, "json"))
		result = print_json(&report);
	else
		print_text(&report, request.path);
	if (result == CLI_OK && !is_good(&report))
		result = CLI_NOT_ERASED;
	app_check_free(&report);
	return result;
}

static const struct cli_option options[] = {
	{ "device", 'd', "DEVICE", "is this the disk, and does it still hold what was written?" },
	{ "full", 0, NULL, "with --device: read all of it, not a sample" },
	{ "at", 0, "TIME", "judge the keys' validity at this time (RFC 3339, UTC)" },
	{ "allowed-signers", 0, "FILE", "whom to trust (default: the configured file)" },
	CLI_OPTION_JSON,
	CLI_OPTION_HELP,
};
const struct cli_command cli_check = { "check",
	"CERTIFICATE [--device DEVICE [--full]] [--at TIME] [--allowed-signers FILE] [--json]",
	"Checks a certificate: whole, well-formed, signed, trusted; and the disk, when named.", options,
	WIPE_COUNT(options), run };
