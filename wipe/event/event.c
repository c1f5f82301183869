/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event: one thing that happened, packed into 384 bytes and back; the layout is in the header. */
#include "wipe/event.h"

#include <string.h>

enum { AT_KIND = 0, AT_FLAG = 2, AT_PAD = 3, AT_STEP = 4, AT_WALL = 8, AT_BOOT = 16, AT_OFFSET = 24,
	AT_LENGTH = 32, AT_COUNT = 40, AT_EXTRA = 48, AT_ERRNO = 56, AT_PAD2 = 60, AT_BLOB = 64,
	AT_TEXT = 96, AT_END = 352 };

_Static_assert(AT_TEXT + EVENT_TEXT == AT_END, "the text ends where the zeros begin");
_Static_assert(AT_BLOB + EVENT_BLOB == AT_TEXT, "the blob ends where the text begins");

void event_pack(const struct event *event, uint8_t out[EVENT_PACKED])
{
	memset(out, 0, EVENT_PACKED);
	out[AT_KIND] = (uint8_t)event->kind;
	out[AT_KIND + 1] = (uint8_t)((unsigned)event->kind >> 8);
	out[AT_FLAG] = event->flag ? 1 : 0;
	bytes_store_u32le(out + AT_STEP, event->step);
	bytes_store_u64le(out + AT_WALL, (uint64_t)event->wall_s);
	bytes_store_u64le(out + AT_BOOT, event->boot_ns);
	bytes_store_u64le(out + AT_OFFSET, event->offset);
	bytes_store_u64le(out + AT_LENGTH, event->length);
	bytes_store_u64le(out + AT_COUNT, event->count);
	bytes_store_u64le(out + AT_EXTRA, event->extra);
	bytes_store_u32le(out + AT_ERRNO, (uint32_t)event->sys_errno);
	memcpy(out + AT_BLOB, event->blob, EVENT_BLOB);
	/* Only the text itself: what lies behind its NUL in memory is nobody's business. */
	memcpy(out + AT_TEXT, event->text, strnlen(event->text, EVENT_TEXT - 1));
}

static bool all_zero(const uint8_t *data, size_t len)
{
	uint8_t any = 0;
	for (size_t i = 0; i < len; i++)
		any |= data[i];
	return any == 0;
}

enum code event_unpack(const uint8_t in[EVENT_PACKED], struct event *ret, struct err *err)
{
	unsigned kind = in[AT_KIND] | (unsigned)in[AT_KIND + 1] << 8;
	if (kind == EVENT_NONE || kind >= EVENT_KIND_COUNT)
		return err_set(err, CODE_INPUT, "an event of unknown kind %u", kind);
	if (in[AT_FLAG] > 1 || in[AT_PAD] || !all_zero(in + AT_PAD2, AT_BLOB - AT_PAD2) ||
	    !all_zero(in + AT_END, EVENT_PACKED - AT_END))
		return err_set(err, CODE_INPUT, "an event with bytes set that must be zero");
	const char *text = (const char *)in + AT_TEXT;
	size_t len = strnlen(text, EVENT_TEXT);
	if (len == EVENT_TEXT || !all_zero(in + AT_TEXT + len, EVENT_TEXT - len))
		return err_set(err, CODE_INPUT, "an event whose text does not end");
	if (!text_is_utf8(text, len))
		return err_set(err, CODE_INPUT, "an event whose text is not plain UTF-8");
	*ret = (struct event){
		.kind = (enum event_kind)kind,
		.step = bytes_load_u32le(in + AT_STEP),
		.wall_s = (int64_t)bytes_load_u64le(in + AT_WALL),
		.boot_ns = bytes_load_u64le(in + AT_BOOT),
		.offset = bytes_load_u64le(in + AT_OFFSET),
		.length = bytes_load_u64le(in + AT_LENGTH),
		.count = bytes_load_u64le(in + AT_COUNT),
		.extra = bytes_load_u64le(in + AT_EXTRA),
		.sys_errno = (int32_t)bytes_load_u32le(in + AT_ERRNO),
		.flag = in[AT_FLAG] == 1,
	};
	memcpy(ret->blob, in + AT_BLOB, EVENT_BLOB);
	memcpy(ret->text, text, len);
	return CODE_OK;
}

const char *event_kind_text(enum event_kind kind)
{
	static const char *const names[EVENT_KIND_COUNT] = {
		[EVENT_NONE] = "none",
		[EVENT_CLAIMED] = "claimed",
		[EVENT_STEP_STARTED] = "step-started",
		[EVENT_PROGRESS] = "progress",
		[EVENT_DURABLE] = "durable",
		[EVENT_RETRIED] = "retried",
		[EVENT_UNWRITTEN] = "unwritten",
		[EVENT_UNREADABLE] = "unreadable",
		[EVENT_MISMATCH] = "mismatch",
		[EVENT_SAMPLED] = "sampled",
		[EVENT_STEP_FINISHED] = "step-finished",
		[EVENT_FAILED] = "failed",
		[EVENT_STOPPED] = "stopped",
		[EVENT_COUNTED] = "counted",
		[EVENT_IDENTITY] = "identity",
		[EVENT_CLOCK_STEPPED] = "clock-stepped",
		[EVENT_ENDED] = "ended",
		[EVENT_RESUMED] = "resumed",
		[EVENT_RECOGNISED] = "recognised",
		[EVENT_COVERED] = "covered",
		[EVENT_STALLED] = "stalled",
		[EVENT_PAUSED] = "paused",
		[EVENT_HEALTH] = "health",
		[EVENT_ABANDONED] = "abandoned",
	};
	return (unsigned)kind < EVENT_KIND_COUNT ? names[kind] : "unknown";
}

bool event_equals(const struct event *a, const struct event *b)
{
	uint8_t packed_a[EVENT_PACKED];
	uint8_t packed_b[EVENT_PACKED];
	event_pack(a, packed_a);
	event_pack(b, packed_b);
	return memcmp(packed_a, packed_b, EVENT_PACKED) == 0;
}
