/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * render: how does a certificate look to people? Presentation only: it adds nothing that the
 * document does not say and leaves out nothing that limits it.
 */
#ifndef WIPE_RENDER_H
#define WIPE_RENDER_H

#include "wipe/base.h"
#include "wipe/certificate.h"

/* Appends UTF-8 lines of at most `columns` (>= 60). signatures may be NULL. */
enum code render_text(const struct certificate *certificate,
    const struct certificate_signatures *signatures, unsigned columns, struct buf *ret,
    struct err *err) WIPE_MUST_USE;

#endif
