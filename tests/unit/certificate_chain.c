/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate: the station's chain over a file in memory. */
#include "unit/unit.h"
#include "wipe/certificate.h"

#include <stdio.h>
#include <stdlib.h>

#define ID   "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define HASH "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

/* One file; `locks` counts holders, `unsynced` what a crash would take. */
struct memory {
	struct os_files files;
	char data[8192];
	size_t len;
	int locks;
	int open;
	bool unsynced;
	bool full;
};

static enum code m_read(struct os_files *files, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	struct memory *memory = (struct memory *)files;
	(void)path, (void)max, (void)err;
	buf_append(ret, memory->data, memory->len);
	return CODE_OK;
}
static enum code m_open(struct os_files *files, const char *path, unsigned mode, int *ret_handle,
    struct err *err)
{
	(void)path, (void)mode, (void)err;
	((struct memory *)files)->open++;
	*ret_handle = 3;
	return CODE_OK;
}
static enum code m_write(struct os_files *files, int handle, const void *data, size_t len,
    struct err *err)
{
	struct memory *memory = (struct memory *)files;
	(void)handle;
	assert_int_equal(memory->locks, 1);
	if (memory->full) {
		memcpy(memory->data + memory->len, data, len / 2);
		memory->len += len / 2;
		return err_set(err, CODE_FULL, "no room");
	}
	memcpy(memory->data + memory->len, data, len);
	memory->len += len;
	memory->unsynced = true;
	return CODE_OK;
}
static enum code m_truncate(struct os_files *files, int handle, uint64_t bytes, struct err *err)
{
	(void)handle, (void)err;
	((struct memory *)files)->len = bytes;
	return CODE_OK;
}
static enum code m_sync(struct os_files *files, int handle, struct err *err)
{
	(void)handle, (void)err;
	((struct memory *)files)->unsynced = false;
	return CODE_OK;
}
static enum code m_lock(struct os_files *files, int handle, bool wait, struct err *err)
{
	(void)handle, (void)wait, (void)err;
	((struct memory *)files)->locks++;
	return CODE_OK;
}
static enum code m_close(struct os_files *files, int handle, struct err *err)
{
	struct memory *memory = (struct memory *)files;
	(void)handle, (void)err;
	memory->open--;
	memory->locks = 0;
	return CODE_OK;
}
static enum code m_sync_dir(struct os_files *files, const char *path, struct err *err)
{
	(void)files, (void)err;
	assert_string_equal(path, "/state");
	return CODE_OK;
}

static const struct os_files_ops memory_ops = { .read = m_read, .open_append = m_open,
	.write = m_write, .truncate = m_truncate, .sync = m_sync, .lock = m_lock, .close = m_close,
	.sync_dir = m_sync_dir };

static int64_t fixed_wall_s(struct os_clock *clock)
{
	(void)clock;
	return 1790000000;
}
static const struct os_clock_ops clock_ops = { .wall_s = fixed_wall_s };

static struct chain *open_chain(struct memory *memory, bool *ret_torn)
{
	static struct os_clock clock = { &clock_ops };
	struct chain *chain = NULL;
	struct err err;
	memory->files.ops = &memory_ops;
	assert_ok(chain_open(&memory->files, &clock, "/state/chain", &chain, ret_torn, &err), err);
	assert_int_equal(memory->open, 0);
	assert_false(memory->unsynced);
	return chain;
}

static void close_chain(struct chain *chain)
{
	struct err err;
	assert_ok(chain_close(chain, &err), err);
}

static void entries_name_the_line_before_under_one_lock(void **state)
{
	(void)state;
	struct memory memory = { .len = 0 };
	struct err err;
	bool torn = true;
	uint64_t counter = 0;
	char previous[HASH_SHA256_HEX];
	char hex[HASH_SHA256_HEX];
	struct chain *chain = open_chain(&memory, &torn);
	assert_false(torn);
	assert_ok(chain_append_start(chain, ID, HASH, &err), err);
	assert_ok(chain_next(chain, &counter, previous, &err), err);
	assert_int_equal(counter, 2);
	assert_int_equal(memory.locks, 1); /* held until the certificate stands */
	const char *line = strchr(memory.data, '\n') + 1;
	hash_sha256_hex(line, (size_t)(strchr(line, '\n') - line), hex);
	assert_string_equal(previous, hex);
	assert_ok(chain_append_certificate(chain, ID, HASH, &err), err);
	assert_int_equal(memory.locks, 0);
	assert_false(memory.unsynced);
	memory.data[memory.len] = 0;
	assert_non_null(strstr(memory.data, "\ncertwipe-chain/1 2 certificate " ID " " HASH
	    " 2026-09-21T14:13:20Z "));
	char id[ID_TEXT];
	strcpy(id, chain_id(chain));
	close_chain(chain);
	chain = open_chain(&memory, &torn);
	assert_string_equal(chain_id(chain), id);
	close_chain(chain);
}

static void a_certificate_needs_the_lock_and_comes_once(void **state)
{
	(void)state;
	struct memory memory = { .len = 0 };
	struct err err;
	bool torn = false;
	uint64_t counter = 0;
	char previous[HASH_SHA256_HEX];
	struct chain *chain = open_chain(&memory, &torn);
	assert_int_equal(chain_append_certificate(chain, ID, HASH, &err), CODE_BUG);
	assert_ok(chain_next(chain, &counter, previous, &err), err);
	assert_ok(chain_append_certificate(chain, ID, HASH, &err), err);
	assert_ok(chain_next(chain, &counter, previous, &err), err);
	assert_int_equal(chain_append_certificate(chain, ID, HASH, &err), CODE_EXISTS);
	assert_int_equal(memory.open, 0);
	close_chain(chain);
}

static void a_torn_line_is_cut_and_told(void **state)
{
	(void)state;
	struct memory memory = { .len = 0 };
	struct err err;
	bool torn = false;
	struct chain *chain = open_chain(&memory, &torn);
	size_t whole = memory.len;
	assert_ok(chain_append_start(chain, ID, HASH, &err), err);
	close_chain(chain);
	memory.len -= 5;
	chain = open_chain(&memory, &torn);
	assert_true(torn);
	assert_int_equal(memory.len, whole);
	/* No room: nothing of the line stays. */
	memory.full = true;
	assert_int_equal(chain_append_start(chain, ID, HASH, &err), CODE_FULL);
	assert_int_equal(memory.len, whole);
	close_chain(chain);
}

static void any_changed_byte_breaks_it(void **state)
{
	(void)state;
	struct memory memory = { .len = 0 };
	struct err err;
	bool torn = false;
	struct chain *chain = open_chain(&memory, &torn);
	assert_ok(chain_append_start(chain, ID, HASH, &err), err);
	assert_ok(chain_append_start(chain, ID, HASH, &err), err);
	close_chain(chain);
	size_t checked = memory.len - 1;
	/* The last line's own hash is named by nobody yet: leave its stamp and hash out. */
	for (size_t i = 0; i < checked; i++) {
		char *last = memrchr(memory.data, '\n', memory.len - 1);
		if (memory.data + i > last)
			break;
		struct os_clock clock = { &clock_ops };
		char was = memory.data[i];
		memory.data[i] ^= 1;
		if (chain_open(&memory.files, &clock, "/state/chain", &chain, &torn, &err) !=
		    CODE_INPUT)
			fail_msg("byte %zu", i);
		memory.data[i] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_name_the_line_before_under_one_lock),
		cmocka_unit_test(a_certificate_needs_the_lock_and_comes_once),
		cmocka_unit_test(a_torn_line_is_cut_and_told),
		cmocka_unit_test(any_changed_byte_breaks_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
