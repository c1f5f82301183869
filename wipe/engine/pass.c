/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pass: what is done next, and what does a failure mean? A failed piece is tried again, then halved
 * (at physical, at last at logical blocks) until exactly the bad blocks are known. They are given
 * up; what follows them is skipped, further each time in a row, and returned to at the end, so
 * that most of a sick disk is done before its worst part is touched again. While anything is
 * being mended there is one request in flight, in ascending order.
 */
#include "pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum code engine_pass_start(struct pass *pass, const struct content *content, struct err *err)
{
	pass->skip = pass->limits->skip_first;
	if (!pass->writing) {
		pass->spoiled = calloc(pass->route.blocks / 8 + 1, 1);
		if (!pass->spoiled)
			return err_memory(err);
	}
	enum code code = content_source_new(content, pass->kernel, &pass->source, err);
	return code == CODE_OK && pass->writing ? engine_writer_start(pass, content, err) : code;
}

void engine_pass_free(struct pass *pass)
{
	content_source_free(pass->source);
	engine_route_free(&pass->route);
	engine_ranges_free(&pass->skipped);
	free(pass->spoiled);
}

static enum code add_repair(struct pass *pass, struct piece piece, struct err *err)
{
	if (pass->repair_count == PASS_REPAIRS_MAX)
		return err_set(err, CODE_BUG, "more pieces to mend than there can be");
	size_t at = pass->repair_count++;
	for (; at > 0 && pass->repairs[at - 1].offset > piece.offset; at--)
		pass->repairs[at] = pass->repairs[at - 1];
	pass->repairs[at] = piece;
	return CODE_OK;
}

/* Only called when something is left to mend or to return to. */
static void take_repair(struct pass *pass, struct piece *ret)
{
	if (pass->repair_count == 0) {
		struct range part;
		engine_ranges_take(&pass->skipped,
		    engine_route_piece_max(&pass->route, pass->skipped.items[0].start), &part);
		*ret = engine_route_piece(&pass->route, &part);
		return;
	}
	*ret = pass->repairs[0];
	pass->repair_count--;
	memmove(&pass->repairs[0], &pass->repairs[1], pass->repair_count * sizeof(*ret));
}

static enum pass_next choose(struct pass *pass, struct piece *ret)
{
	if (pass->repair_count == 0 && !pass->returning) {
		if (engine_route_next(&pass->route, ret))
			return PASS_PIECE;
		pass->returning = true;
	}
	if (pass->in_flight > 0)
		return PASS_WAIT;
	if (pass->repair_count == 0 && pass->skipped.count == 0)
		return PASS_END;
	take_repair(pass, ret);
	return PASS_PIECE;
}

enum code engine_pass_next(struct pass *pass, unsigned slot, uint8_t *data, uint64_t now_ns,
    enum pass_next *ret_next, struct piece *ret, struct err *err)
{
	*ret_next = choose(pass, ret);
	if (*ret_next != PASS_PIECE)
		return CODE_OK;
	/* In flight from here on, also when its buffer cannot be filled (engine_pass_refused). */
	pass->slots[slot].busy = true;
	pass->slots[slot].piece = *ret;
	pass->slots[slot].data = data;
	pass->slots[slot].start_ns = now_ns;
	pass->in_flight++;
	if (!pass->writing)
		return CODE_OK;
	return engine_writer_prepare(pass, ret, data, &pass->slots[slot].data, err);
}

enum code engine_pass_refused(struct pass *pass, unsigned slot, struct err *err)
{
	pass->slots[slot].busy = false;
	pass->in_flight--;
	return add_repair(pass, pass->slots[slot].piece, err);
}

static bool is_gone(int sys_errno)
{
	return sys_errno == ENODEV || sys_errno == ENXIO || sys_errno == ENOMEDIUM;
}

/* Two halves of a piece longer than a logical block, cut at a physical block if there is one. */
static enum code halve(struct pass *pass, const struct piece *piece, struct err *err)
{
	uint64_t end = piece->offset + piece->len;
	uint64_t middle = bytes_round_down(piece->offset + piece->len / 2, pass->physical);
	if (middle <= piece->offset)
		middle = bytes_round_up(piece->offset + 1, pass->physical);
	if (middle >= end)
		middle = bytes_round_down(piece->offset + piece->len / 2, pass->logical);
	const uint64_t cuts[] = { piece->offset, middle, end };
	for (size_t i = 0; i < 2; i++) {
		struct piece half = *piece;
		half.offset = cuts[i];
		half.len = (uint32_t)(cuts[i + 1] - cuts[i]);
		/* The last verdict, on a single block, is again worth all tries. */
		half.tries = half.len > pass->logical ? pass->limits->retries : 0;
		enum code code = add_repair(pass, half, err);
		if (code != CODE_OK)
			return code;
	}
	return CODE_OK;
}

/* After a region given up that ends at `end`: what follows is left for later. */
static enum code skip_after(struct pass *pass, uint64_t end, struct err *err)
{
	uint64_t from = bytes_min(bytes_round_up(end, pass->physical), pass->size);
	bool inside = pass->repair_count > 0 && pass->repairs[0].offset < from;
	if (pass->returning || inside || pass->skip == 0)
		return CODE_OK; /* the rest of the physical block is part of the same region */
	if (pass->skipped.count == 0)
		pass->requests_at_skip = pass->requests;
	uint64_t skip = bytes_round_up(pass->skip, pass->physical);
	uint64_t to = from + bytes_min(skip, pass->size - from);
	while (pass->repair_count > 0 && pass->repairs[0].offset < to) {
		struct piece piece;
		take_repair(pass, &piece);
		enum code code = engine_ranges_add(&pass->skipped, piece.offset,
		    piece.offset + piece.len, pass->route.sampled ? piece.block : 0, err);
		if (code != CODE_OK)
			return code;
	}
	struct range skipped;
	engine_route_skip(&pass->route, to, &skipped);
	pass->skip_end = to;
	pass->skip = bytes_min(2 * pass->skip, pass->limits->skip_max);
	return engine_ranges_add(&pass->skipped, skipped.start, skipped.end, 0, err);
}

static enum code give_up(struct pass *pass, const struct piece *piece, int sys_errno,
    struct err *err)
{
	if (!pass->writing)
		engine_verifier_spoil(pass, piece);
	enum event_kind kind = pass->writing ? EVENT_UNWRITTEN : EVENT_UNREADABLE;
	enum code code = engine_report_bad(pass->report, kind, piece->offset, piece->len, sys_errno,
	    err);
	return code == CODE_OK ? skip_after(pass, piece->offset + piece->len, err) : code;
}

static enum code over_limit(struct pass *pass, const struct piece *piece, int sys_errno,
    struct err *err)
{
	enum code code = add_repair(pass, *piece, err); /* so that it is named at the end */
	if (code != CODE_OK)
		return code;
	if (is_gone(sys_errno))
		err_set_errno(err, CODE_GONE, sys_errno, "the disk went away");
	else
		err_set_errno(err, CODE_IO, sys_errno,
		    "the disk is given up after %llu failed requests, the last one",
		    (unsigned long long)pass->error_requests);
	err->offset = piece->offset;
	err->touched = pass->writing;
	return err->code;
}

/* `shorter`: the front of the request went through, so that `piece` is new and not tried yet. */
static enum code failed(struct pass *pass, struct piece piece, int sys_errno, bool shorter,
    struct err *err)
{
	const struct engine_limits *limits = pass->limits;
	pass->error_requests++;
	if (is_gone(sys_errno) || pass->error_requests >= limits->error_requests ||
	    pass->error_ns >= limits->error_ns)
		return over_limit(pass, &piece, sys_errno, err);
	if (!shorter && piece.tries >= limits->retries && piece.len <= pass->logical)
		return give_up(pass, &piece, sys_errno, err);
	enum code code = engine_report_put(pass->report, (struct event){ .kind = EVENT_RETRIED,
	    .offset = piece.offset, .length = piece.len, .sys_errno = sys_errno }, err);
	if (code != CODE_OK)
		return code;
	if (!shorter && piece.tries >= limits->retries)
		return halve(pass, &piece, err);
	if (!shorter)
		piece.tries++;
	return add_repair(pass, piece, err);
}

enum code engine_pass_done(struct pass *pass, unsigned slot, int64_t result, uint64_t now_ns,
    struct err *err)
{
	struct piece piece = pass->slots[slot].piece;
	const uint8_t *data = pass->slots[slot].data;
	pass->slots[slot].busy = false;
	pass->in_flight--;
	/* A part of a logical block was not moved in any useful sense. */
	uint64_t moved = result > 0 ? bytes_min((uint64_t)result, piece.len) : 0;
	if (moved < piece.len)
		moved = bytes_round_down(moved, pass->logical);
	if (moved > 0 && !pass->writing) {
		enum code code = engine_verifier_check(pass, &piece, data, (uint32_t)moved, err);
		if (code != CODE_OK)
			return code;
	}
	pass->done += moved;
	if (pass->report->ranges >= pass->limits->ranges) {
		err_set(err, CODE_IO, "the disk is given up after %llu separate ranges that are bad",
		    (unsigned long long)pass->report->ranges);
		err->offset = piece.offset;
		return CODE_IO;
	}
	if (moved == piece.len) {
		pass->requests++;
		if (piece.offset >= pass->skip_end)
			pass->skip = pass->limits->skip_first;
		return CODE_OK;
	}
	pass->error_ns += now_ns - pass->slots[slot].start_ns;
	piece.offset += moved;
	piece.len -= (uint32_t)moved;
	return failed(pass, piece, result < 0 ? (int)-result : EIO, moved > 0, err);
}

uint64_t engine_pass_low_water(const struct pass *pass)
{
	uint64_t mark = pass->route.cursor;
	if (pass->repair_count > 0)
		mark = bytes_min(mark, pass->repairs[0].offset);
	if (pass->skipped.count > 0)
		mark = bytes_min(mark, pass->skipped.items[0].start);
	for (size_t i = 0; i < WIPE_COUNT(pass->slots); i++) {
		if (pass->slots[i].busy)
			mark = bytes_min(mark, pass->slots[i].piece.offset);
	}
	return mark;
}

enum code engine_pass_remaining(const struct pass *pass, struct ranges *ret, struct err *err)
{
	enum code code = CODE_OK;
	for (size_t i = 0; i < pass->repair_count && code == CODE_OK; i++)
		code = engine_ranges_add(ret, pass->repairs[i].offset,
		    pass->repairs[i].offset + pass->repairs[i].len, 0, err);
	for (size_t i = 0; i < pass->skipped.count && code == CODE_OK; i++)
		code = engine_ranges_add(ret, pass->skipped.items[i].start,
		    pass->skipped.items[i].end, 0, err);
	for (size_t i = 0; i < WIPE_COUNT(pass->slots) && code == CODE_OK; i++) {
		const struct piece *piece = &pass->slots[i].piece;
		if (pass->slots[i].busy)
			code = engine_ranges_add(ret, piece->offset, piece->offset + piece->len, 0,
			    err);
	}
	if (code == CODE_OK && pass->writing)
		code = engine_ranges_add(ret, pass->route.cursor, pass->size, 0, err);
	return code;
}

uint64_t engine_pass_requests_below(const struct pass *pass)
{
	return pass->skipped.count > 0 ? pass->requests_at_skip : pass->requests;
}

uint64_t engine_pass_succeeded(const struct pass *pass)
{
	return pass->writing ? pass->requests : pass->route.blocks - pass->spoiled_count;
}
