/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit: what becomes of a line of text when a key is pressed, and is it the word that was asked for? */
#include "keys.h"

#include <string.h>

static size_t encode(uint32_t code, char out[5])
{
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = len; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(len == 1 ? code : lead[len] | code);
	out[len] = 0;
	return len;
}

bool keys_edit(char *text, size_t size, uint32_t code)
{
	size_t len = strlen(text);
	char character[5];
	if (code == KEY_CODE_KILL) {
		text[0] = 0;
		return true;
	}
	if (code == KEY_CODE_BACKSPACE || code == 0x7f) {
		while (len && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
			len--;
		text[len ? len - 1 : 0] = 0;
		return true;
	}
	if (code >= KEY_CODE_NONE)
		return false;
	size_t add = encode(code, character);
	/* What certificates may not hold is not typed into them. */
	if (!text_is_utf8(character, add) || len + add >= size)
		return false;
	memcpy(text + len, character, add + 1);
	return true;
}

void keys_append(char *text, size_t size, const char *more)
{
	size_t len = strlen(text);
	if (text_is_utf8(more, strlen(more)))
		text_copy(text + len, size - len, more);
}

static bool same(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool keys_is_word(const char *typed, const char *word)
{
	size_t len = strlen(typed);
	if (!word[0])
		return false;
	for (; len && is_blank(typed[0]); len--)
		typed++;
	while (len && is_blank(typed[len - 1]))
		len--;
	if (same(typed, len, word))
		return true;
	bool first = len && typed[0] == '*';
	bool last = len > 1 && typed[len - 1] == '*';
	return (first && same(typed + 1, len - 1, word)) || (last && same(typed, len - 1, word)) ||
	    (first && last && same(typed + 1, len - 2, word));
}

bool keys_scroll(struct tui_model *model, uint32_t code, bool letters)
{
	unsigned page = model_body_height(model);
	page = page > 2 ? page - 1 : 1;
	unsigned back = 0, on = 0;
	if (code == KEY_CODE_PAGE_UP)
		back = page;
	else if (code == KEY_CODE_PAGE_DOWN || (letters && code == ' '))
		on = page;
	else if (letters && (code == KEY_CODE_UP || code == 'k'))
		back = 1;
	else if (letters && (code == KEY_CODE_DOWN || code == 'j'))
		on = 1;
	else if (code == KEY_CODE_HOME)
		back = model->scroll;
	else if (code == KEY_CODE_END)
		on = UINT16_MAX; /* as far as there is text: model_settle() */
	else
		return false;
	model->scroll = back > model->scroll ? 0 : model->scroll - back + on;
	model_settle(model);
	return true;
}
