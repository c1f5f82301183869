/* SPDX-License-Identifier: GPL-3.0-or-later */
/* screen: how does a canvas get onto this terminal? ncurses keeps its state in globals; ours is a value. */
#include "screen.h"

#include "keys.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define ESCAPE_MS 50 /* the rest of a key's sequence comes within */

struct screen {
	SCREEN *terminal;
	bool colour;
	struct canvas shown; /* what is on the terminal; no cells = unknown */
};

/* Pairs of colours, by style. The background stays the terminal's own. */
enum pair { PAIR_GOOD = 1, PAIR_WARNING, PAIR_BAD, PAIR_ACCENT };

static bool start_colours(void)
{
	if (!has_colors() || start_color() == ERR)
		return false;
	short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
	init_pair(PAIR_GOOD, COLOR_GREEN, background);
	init_pair(PAIR_WARNING, COLOR_YELLOW, background);
	init_pair(PAIR_BAD, COLOR_RED, background);
	init_pair(PAIR_ACCENT, COLOR_CYAN, background);
	return true;
}

enum code screen_open(bool colour, struct screen **ret, struct err *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, CODE_UNSUPPORTED, "the station needs a terminal");
	struct screen *screen = calloc(1, sizeof(*screen));
	if (!screen)
		return err_memory(err);
	screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal) {
		free(screen);
		return err_set(err, CODE_UNSUPPORTED, "this terminal is not known: check TERM");
	}
	set_term(screen->terminal);
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		screen_close(screen);
		return err_set(err, CODE_UNSUPPORTED, "this terminal cannot place its cursor: check TERM");
	}
	cbreak();
	noecho();
	nonl();
	set_escdelay(ESCAPE_MS);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	screen->colour = colour && start_colours();
	*ret = screen;
	return CODE_OK;
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	curs_set(1);
	endwin();
	delscreen(screen->terminal);
	canvas_free(&screen->shown);
	free(screen);
}

int screen_fd(const struct screen *screen)
{
	(void)screen;
	return STDIN_FILENO;
}

void screen_size(const struct screen *screen, unsigned *ret_width, unsigned *ret_height)
{
	int width = getmaxx(stdscr), height = getmaxy(stdscr);
	(void)screen;
	*ret_width = width > 0 ? (unsigned)width : 1;
	*ret_height = height > 0 ? (unsigned)height : 1;
}

/* ---- keys ---------------------------------------------------------------------------------------------------- */

static uint32_t function_key(wint_t key)
{
	static const struct {
		wint_t key;
		uint32_t code;
	} table[] = {
		{ KEY_UP, KEY_CODE_UP }, { KEY_DOWN, KEY_CODE_DOWN }, { KEY_LEFT, KEY_CODE_LEFT },
		{ KEY_RIGHT, KEY_CODE_RIGHT }, { KEY_HOME, KEY_CODE_HOME }, { KEY_END, KEY_CODE_END },
		{ KEY_PPAGE, KEY_CODE_PAGE_UP }, { KEY_NPAGE, KEY_CODE_PAGE_DOWN },
		{ KEY_BTAB, KEY_CODE_BACK_TAB }, { KEY_BACKSPACE, KEY_CODE_BACKSPACE },
		{ KEY_DC, KEY_CODE_BACKSPACE }, { KEY_ENTER, KEY_CODE_ENTER },
		{ KEY_F(1), KEY_CODE_HELP }, { KEY_F(5), KEY_CODE_REFRESH },
	};
	for (size_t i = 0; i < WIPE_COUNT(table); i++) {
		if (table[i].key == key)
			return table[i].code;
	}
	return KEY_CODE_NONE;
}

static uint32_t character_key(wint_t key)
{
	switch (key) {
	case '\n':
		return KEY_CODE_ENTER;
	case 0x7f:
		return KEY_CODE_BACKSPACE;
	case 0x02: /* ^B and ^F, as pagers have them; serial terminals lack the keys */
		return KEY_CODE_PAGE_UP;
	case 0x06:
		return KEY_CODE_PAGE_DOWN;
	default:
		return (uint32_t)key < KEY_CODE_NONE ? (uint32_t)key : KEY_CODE_NONE;
	}
}

bool screen_key(struct screen *screen, uint32_t *ret_code)
{
	wint_t key = 0;
	(void)screen;
	int kind = get_wch(&key);
	if (kind == ERR)
		return false;
	*ret_code = kind == KEY_CODE_YES ? function_key(key) : character_key(key);
	return true;
}

/* ---- what is shown --------------------------------------------------------------------------------------------- */

static attr_t plain_attributes(enum canvas_style style)
{
	switch (style) {
	case CANVAS_BOLD:
	case CANVAS_GOOD:
	case CANVAS_WARNING:
		return A_BOLD;
	case CANVAS_BAD:
		return A_BOLD | A_UNDERLINE;
	case CANVAS_DIM:
		return A_DIM;
	case CANVAS_REVERSE:
		return A_REVERSE;
	default:
		return A_NORMAL;
	}
}

static void set_style(const struct screen *screen, uint8_t cell)
{
	enum canvas_style style = (enum canvas_style)(cell & ~CANVAS_SELECTED);
	attr_t attributes = plain_attributes(style);
	short pair = 0;
	if (cell & CANVAS_SELECTED) {
		/* A line in five colours' reverses is not read: it has one, and its words. */
		attr_set((attributes & A_BOLD) | A_REVERSE, 0, NULL);
		return;
	}
	if (screen->colour && style >= CANVAS_GOOD) {
		static const short pairs[CANVAS_STYLES] = { [CANVAS_GOOD] = PAIR_GOOD,
			[CANVAS_WARNING] = PAIR_WARNING, [CANVAS_BAD] = PAIR_BAD,
			[CANVAS_ACCENT] = PAIR_ACCENT };
		pair = pairs[style];
		attributes = style == CANVAS_BAD ? A_BOLD : A_NORMAL;
	}
	attr_set(attributes, pair, NULL);
}

static void show_line(const struct screen *screen, const struct canvas *canvas, unsigned y)
{
	for (unsigned x = 0; x < canvas->width; x++) {
		const struct canvas_cell *cell = canvas_at(canvas, x, y);
		wchar_t wide[sizeof(cell->text)];
		if (!cell->text[0])
			continue;
		size_t count = mbstowcs(wide, cell->text, WIPE_COUNT(wide) - 1);
		if (count == (size_t)-1)
			count = 1, wide[0] = L'?';
		wide[count] = 0;
		set_style(screen, cell->style);
		/* The last cell of all cannot be left to the right: that is no failure. */
		(void)mvaddwstr((int)y, (int)x, wide);
	}
}

static bool same_line(const struct canvas *a, const struct canvas *b, unsigned y)
{
	return a->cells && a->width == b->width && a->height == b->height &&
	    memcmp(canvas_at(a, 0, y), canvas_at(b, 0, y), b->width * sizeof(*b->cells)) == 0;
}

enum code screen_show(struct screen *screen, const struct canvas *canvas, struct err *err)
{
	struct canvas *shown = &screen->shown;
	if (!shown->cells)
		clearok(stdscr, TRUE);
	if (!shown->cells || shown->width != canvas->width || shown->height != canvas->height)
		erase();
	/* Whole lines, for half a wide character cannot be replaced; of them ncurses sends what changed. */
	for (unsigned y = 0; y < canvas->height; y++) {
		if (!same_line(shown, canvas, y))
			show_line(screen, canvas, y);
	}
	refresh();
	enum code code = CODE_OK;
	if (!shown->cells || shown->width != canvas->width || shown->height != canvas->height)
		code = canvas_resize(shown, canvas->width, canvas->height, err);
	if (code == CODE_OK)
		memcpy(shown->cells, canvas->cells,
		    (size_t)canvas->width * canvas->height * sizeof(*canvas->cells));
	return code;
}

void screen_forget(struct screen *screen)
{
	canvas_free(&screen->shown);
}
