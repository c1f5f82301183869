/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ear: words of one byte over the worker's end of its socket; see wire.h. */
#include "ear.h"

#include "wire.h"

/* Takes one word if there is one within timeout_ms; a closed socket is a stop. */
static char hear(struct ear *ear, int timeout_ms)
{
	char word = 0;
	size_t len = 0;
	struct err err = { 0 };
	enum code code = os_packet_receive(ear->fd, timeout_ms, &word, 1, &len, &err);
	if (code == CODE_BUSY)
		return 0;
	if (code != CODE_OK || len != 1)
		word = JOB_WIRE_STOP;
	switch (word) {
	case JOB_WIRE_GO:
		break;
	case JOB_WIRE_KNOWN:
		ear->known = true;
		break;
	case JOB_WIRE_PAUSE:
	case JOB_WIRE_CONTINUE:
		ear->paused = word == JOB_WIRE_PAUSE;
		break;
	default:
		ear->stopping = true;
	}
	return word;
}

bool ear_may_go(void *self)
{
	struct ear *ear = self;
	while (!ear->stopping) {
		if (hear(ear, -1) == JOB_WIRE_GO)
			return true;
	}
	return false;
}

bool ear_is_stopping(void *self)
{
	struct ear *ear = self;
	if (!ear->stopping)
		hear(ear, 0);
	/* What is in flight ends by itself meanwhile. */
	while (ear->paused && !ear->stopping)
		hear(ear, -1);
	return ear->stopping;
}

void ear_rest(void *self, unsigned ms)
{
	struct ear *ear = self;
	if (!ear->stopping)
		hear(ear, (int)ms);
}

/* A stop is an answer, too: whoever asks then stops before the next request. */
enum code ear_make_known(void *self, struct err *err)
{
	struct ear *ear = self;
	const char word = JOB_WIRE_ASKS;
	ear->known = false;
	enum code code = os_packet_send(ear->fd, &word, 1, err);
	while (code == CODE_OK && !ear->known && !ear->stopping)
		hear(ear, -1);
	return code;
}
