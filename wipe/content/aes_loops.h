/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * aes_loops: the inner loops of a kernel, the same for every width of register (private to content). A
 * kernel includes this once, after it has said what a register is and what can be done with it:
 *
 *     LOOPS        attribute of the functions here: what they are compiled for
 *     REGISTER     its type
 *     LANES        the blocks it holds
 *     spread       (__m128i) one block into all lanes
 *     first_lane   (x) __m128i
 *     load, store  (address), (address, x); any alignment
 *     add          (x, y) x ^ y
 *     round_of, last_round_of  (x, key)
 *     gather       (all, x, y) all | (x ^ y)
 *     is_zero      (x)
 *
 * The keys and two registers of blocks fit even where there are only sixteen registers. More is under way
 * all the same: while one turn waits for its instructions' answers, the processor begins the next ones.
 */
#ifdef REGISTER

#define LOOPS_IN LOOPS static inline __attribute__((always_inline))
#define TURN	 (2 * LANES) /* blocks */

/* Of the rounds that are left, in all lanes. */
struct keys {
	REGISTER of_3, of_4, of_5, of_6, of_7, of_8, of_9, of_10, of_11, of_12, of_13, of_14;
};
/* The blocks of one turn. */
struct turn {
	REGISTER a, b;
};

LOOPS_IN struct keys spread_keys(const struct aes *aes)
{
	const __m128i *keys = aes->round_keys;
	return (struct keys){ spread(keys[3]), spread(keys[4]), spread(keys[5]), spread(keys[6]),
		spread(keys[7]), spread(keys[8]), spread(keys[9]), spread(keys[10]), spread(keys[11]),
		spread(keys[12]), spread(keys[13]), spread(keys[14]) };
}

LOOPS_IN struct turn both(struct turn x, REGISTER key)
{
	return (struct turn){ round_of(x.a, key), round_of(x.b, key) };
}

/* The keystream, of what base and table give for two rounds. */
LOOPS_IN struct turn finish(struct turn x, const struct keys *keys)
{
	x = both(x, keys->of_3);
	x = both(x, keys->of_4);
	x = both(x, keys->of_5);
	x = both(x, keys->of_6);
	x = both(x, keys->of_7);
	x = both(x, keys->of_8);
	x = both(x, keys->of_9);
	x = both(x, keys->of_10);
	x = both(x, keys->of_11);
	x = both(x, keys->of_12);
	x = both(x, keys->of_13);
	return (struct turn){ last_round_of(x.a, keys->of_14), last_round_of(x.b, keys->of_14) };
}

LOOPS_IN struct turn turn_of(const __m128i *table, REGISTER base, const struct keys *keys)
{
	return finish((struct turn){ add(base, load(table)), add(base, load(table + LANES)) }, keys);
}

/* One block, in all lanes. */
LOOPS_IN REGISTER block_of(const __m128i *table, REGISTER base, const struct keys *keys)
{
	const REGISTER x = add(base, spread(*table));
	return finish((struct turn){ x, x }, keys).a;
}

LOOPS static void fill(const struct aes *aes, uint64_t block, uint8_t *data, size_t blocks)
{
	const struct keys keys = spread_keys(aes);
	while (blocks > 0) {
		const __m128i *table = aes->table + block % AES_RUN;
		const REGISTER base = spread(aes_base(aes, block));
		size_t run = aes_run(block, blocks);
		blocks -= run;
		block += run;
		for (; run >= TURN; run -= TURN) {
			const struct turn x = turn_of(table, base, &keys);
			store(data, x.a);
			store(data + sizeof(x.a), x.b);
			table += TURN;
			data += sizeof(x);
		}
		for (; run > 0; run--) {
			_mm_storeu_si128((__m128i *)(void *)data, first_lane(block_of(table++, base, &keys)));
			data += KERNEL_BLOCK;
		}
	}
}

LOOPS static bool is_same(const struct aes *aes, uint64_t block, const uint8_t *data, size_t blocks)
{
	const struct keys keys = spread_keys(aes);
	REGISTER different = spread(_mm_setzero_si128());
	while (blocks > 0) {
		const __m128i *table = aes->table + block % AES_RUN;
		const REGISTER base = spread(aes_base(aes, block));
		size_t run = aes_run(block, blocks);
		blocks -= run;
		block += run;
		for (; run >= TURN; run -= TURN) {
			const struct turn x = turn_of(table, base, &keys);
			different = gather(different, x.a, load(data));
			different = gather(different, x.b, load(data + sizeof(x.a)));
			table += TURN;
			data += sizeof(x);
		}
		for (; run > 0; run--) {
			/* The block is in all lanes, and so is what it is compared with. */
			different = gather(different, block_of(table++, base, &keys),
			    spread(_mm_loadu_si128((const __m128i *)(const void *)data)));
			data += KERNEL_BLOCK;
		}
		if (!is_zero(different))
			return false;
	}
	return true;
}

static const struct aes_loops loops = { fill, is_same };

static enum code new_state(const uint8_t key[CONTENT_KEY], uint64_t high, bool complement, void **ret,
    struct err *err)
{
	return aes_new(key, high, complement, &loops, ret, err);
}

#endif
