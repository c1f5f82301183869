/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link: what the use cases send besides. (private to app) */
#ifndef WIPE_APP_LINK_H
#define WIPE_APP_LINK_H

#include "message.h"

/* CODE_GONE, CODE_USAGE (more than one message can hold). Answered by APP_NEWS_TAKEN, and later _OVER. */
enum code app_link_start(struct app_link *link, const struct ask_start *start, struct err *err)
    WIPE_MUST_USE;

#endif
