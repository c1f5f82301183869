/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page: lines of text within so many columns: titles, labelled rows, items; broken at blanks. */
#ifndef RENDER_PAGE_H
#define RENDER_PAGE_H

#include "wipe/base.h"

#define PAGE_LABEL 16 /* columns of a label and the blanks behind it */

struct page {
	struct buf *out;
	unsigned columns;
};

void page_title(struct page *page, const char *above, const char *big);
void page_section(struct page *page, const char *name);
void page_gap(struct page *page);
void page_row(struct page *page, const char *label, const char *format, ...) WIPE_PRINTF(3, 4);
void page_item(struct page *page, const char *format, ...) WIPE_PRINTF(2, 3);

#endif
