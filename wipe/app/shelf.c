/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shelf: may this disk be wiped without anybody saying so? A machine over the scout's lists that holds a
 * countdown for each disk. Whatever it is not sure of ends the countdown; only a disk that came while it
 * watched, and stood still under its eyes for the whole grace period, is ever started, and once.
 */
#include "app_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)

/* One disk that says who it is, as long as it may matter. */
struct presence {
	struct identity identity; /* as it was last seen, diskseq too */
	bool here; /* in the last list */
	bool here_before; /* in the one before that */
	bool first; /* it was there before the shelf had settled, under whatever number */
	bool spent; /* started in this presence */
	uint64_t gone_ns; /* of the first list without it */
	bool twin; /* two disks of the last list say the same of themselves */
	bool counting;
	uint64_t since_ns; /* of the list from which on nothing changed */
	uint8_t digest[HASH_SHA256_BYTES]; /* of everything about it */
};

struct app_shelf {
	struct app_shelf_policy policy;
	uint64_t began_ns; /* of the first list; 0 = none came yet */
	bool settled; /* disks that come from now on were put in by somebody */
	uint64_t newest; /* highest diskseq of the lists before that: the kernel only ever counts up */
	uint64_t list_ns; /* of the last list */
	struct presence *items;
	size_t count;
};

enum code app_shelf_new(const struct app_shelf_policy *policy, struct app_shelf **ret, struct err *err)
{
	struct app_shelf *shelf = calloc(1, sizeof(*shelf));
	if (!shelf)
		return err_memory(err);
	shelf->policy = *policy;
	*ret = shelf;
	return CODE_OK;
}

void app_shelf_free(struct app_shelf *shelf)
{
	if (shelf)
		free(shelf->items);
	free(shelf);
}

/* ---- who is there -------------------------------------------------------------------------------- */

static bool has_identity(const struct identity *identity)
{
	return identity->serial[0] || identity->wwn[0];
}

static struct presence *find(const struct app_shelf *shelf, const struct identity *identity)
{
	for (size_t i = 0; i < shelf->count; i++) {
		if (device_match(identity, &shelf->items[i].identity) == DEVICE_SAME)
			return &shelf->items[i];
	}
	return NULL;
}

/* The kernel has not seen this disk go, whatever it says of itself now (a format changes its blocks). */
static bool was_started(const struct app_shelf *shelf, uint64_t diskseq)
{
	for (size_t i = 0; i < shelf->count; i++) {
		if (shelf->items[i].spent && shelf->items[i].identity.diskseq == diskseq)
			return true;
	}
	return false;
}

static bool is_absent(const struct presence *item, uint64_t list_ns)
{
	return !item->here_before && list_ns - item->gone_ns >= APP_SHELF_ABSENT_NS;
}

static void see_again(struct presence *item, const struct identity *identity, uint64_t list_ns)
{
	item->twin = item->here;
	if (item->identity.diskseq != identity->diskseq && is_absent(item, list_ns))
		item->spent = false; /* it was taken out, and put in again */
	item->identity = *identity;
	item->here = true;
}

static enum code see(struct app_shelf *shelf, const struct identity *identity, uint64_t list_ns,
    struct err *err)
{
	struct presence *known = find(shelf, identity);
	if (known) {
		see_again(known, identity, list_ns);
		return CODE_OK;
	}
	struct presence *more = reallocarray(shelf->items, shelf->count + 1, sizeof(*more));
	if (!more)
		return err_memory(err);
	shelf->items = more;
	bool spent = was_started(shelf, identity->diskseq);
	more[shelf->count++] = (struct presence){ .identity = *identity, .here = true,
		.first = !shelf->settled, .spent = spent };
	return CODE_OK;
}

/* What is remembered of a disk that is gone: that it was there at first, or was started, for ever. */
static void forget(struct app_shelf *shelf, uint64_t list_ns)
{
	size_t kept = 0;
	for (size_t i = 0; i < shelf->count; i++) {
		struct presence *item = &shelf->items[i];
		if (!item->here && item->here_before)
			item->gone_ns = list_ns;
		if (item->here || item->first || item->spent)
			shelf->items[kept++] = *item;
	}
	shelf->count = kept;
}

/* From one time to a later one, without anybody having missed something in between? Backwards is too far. */
static bool is_close(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns >= from_ns && to_ns - from_ns <= APP_SHELF_GAP_NS;
}

static enum code take_list(struct app_shelf *shelf, const struct device_sights *list, struct err *err)
{
	bool watched = is_close(shelf->list_ns, list->boot_ns);
	if (!shelf->began_ns)
		shelf->began_ns = list->boot_ns;
	/* Controllers may take their time to find what has always been there. */
	shelf->settled = shelf->settled || (list->boot_ns >= shelf->began_ns &&
	    list->boot_ns - shelf->began_ns >= APP_SHELF_SETTLE_NS);
	for (size_t i = 0; i < shelf->count; i++) {
		shelf->items[i].here_before = shelf->items[i].here;
		shelf->items[i].here = false;
		shelf->items[i].twin = false;
		shelf->items[i].counting &= watched;
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct identity *identity = &list->items[i].device.identity;
		enum code code = has_identity(identity) ? see(shelf, identity, list->boot_ns, err) : CODE_OK;
		if (code != CODE_OK)
			return code;
		if (!shelf->settled)
			shelf->newest = bytes_max(shelf->newest, identity->diskseq);
	}
	forget(shelf, list->boot_ns);
	shelf->list_ns = list->boot_ns;
	return CODE_OK;
}

/* ---- may it -------------------------------------------------------------------------------------- */

static bool is_on_shelf(const struct app_shelf_policy *policy, const char *bay)
{
	for (size_t i = 0; policy->enabled && bay[0] && i < policy->bay_count; i++) {
		if (device_bays_match(policy->bays[i], bay))
			return true;
	}
	return false;
}

static bool is_busy(const struct app_shelf_input *input, const struct identity *identity)
{
	for (size_t i = 0; i < input->busy_count; i++) {
		if (device_match(identity, &input->busy[i]) != DEVICE_OTHER ||
		    input->busy[i].diskseq == identity->diskseq)
			return true;
	}
	return false;
}

static bool is_done(const struct app_shelf_input *input, uint64_t diskseq)
{
	for (size_t i = 0; i < input->done_count; i++) {
		if (input->done[i] == diskseq)
			return true;
	}
	return false;
}

/* Rules over who the disk is. NULL: none of them says no. */
static const char *refuse_presence(const struct app_shelf *shelf, const struct app_shelf_input *input,
    const struct device *device, const struct presence *item)
{
	const struct identity *identity = &device->identity;
	if (device->virtual_disk)
		return "a virtual disk does not start by itself";
	if (identity->diskseq == 0)
		return "this kernel does not tell when a disk was changed (diskseq); start it by hand";
	if (!item)
		return "it has neither serial number nor WWN; start it by hand";
	if (is_done(input, identity->diskseq))
		return "it has its certificate; take it out";
	if (is_busy(input, identity))
		return "a job works on it or waits for it";
	if (item->first || identity->diskseq <= shelf->newest)
		return "it was there when the automatic mode began; start it by hand";
	if (item->spent)
		return "it was started once already; take it out for a minute, or start it by hand";
	if (item->twin)
		return "two disks say that they are this one; take one out";
	return NULL;
}

/* Rules over its state, which may pass. */
static const char *refuse_state(const struct device_sight *sight)
{
	const struct device *device = &sight->device;
	if (device->claim_count)
		return device->claims[0].text;
	if (device->scan_incomplete)
		return "some processes could not be looked into: one of them may use it";
	if (sight->look != DEVICE_LOOK_DONE)
		return "what is on it is being looked at";
	if (device->found.result != OS_PROBE_DONE)
		return "what is on it cannot be told; start it by hand";
	return NULL;
}

static void add(struct buf *out, const char *text)
{
	buf_append(out, text, strlen(text) + 1);
}

/* Everything that may not change while the time runs. Temperatures and lights may. */
static bool digest_of(const struct device_sight *sight, uint8_t out[HASH_SHA256_BYTES])
{
	const struct device *device = &sight->device;
	const struct identity *id = &device->identity;
	const struct device_place *place = &sight->place;
	const char *const words[] = { id->name, id->node, id->transport, id->model, id->serial, id->wwn,
		id->unit, id->firmware, id->identify_sha256, device->bus, device->sysfs, place->path,
		place->pci, place->scsi, place->enclosure, place->enclosure_id, place->component, place->bay };
	BUF_AUTO all = { 0 };
	for (size_t i = 0; i < WIPE_COUNT(words); i++)
		add(&all, words[i]);
	buf_printf(&all, "%u:%u %llu %llu %u %u %d %d %u %u %llu", id->major, id->minor,
	    (unsigned long long)id->diskseq, (unsigned long long)id->size, id->logical, id->physical,
	    (int)device->media, (int)device->removable, device->partition_count, place->slot,
	    (unsigned long long)sight->written);
	for (size_t i = 0; i < device->found.count; i++) {
		const struct os_signature *item = &device->found.items[i];
		buf_printf(&all, " %s/%s@%llu", item->type, item->usage, (unsigned long long)item->offset);
	}
	if (all.failed)
		return false;
	hash_sha256(all.data, all.len, out);
	return true;
}

/* ---- the countdown ------------------------------------------------------------------------------- */

static void count(struct app_shelf *shelf, const struct app_shelf_input *input, struct presence *item,
    const uint8_t *digest, struct app_shelf_view *ret)
{
	uint64_t grace_ns = shelf->policy.grace_s * NS_PER_S;
	if (!item->counting || memcmp(item->digest, digest, sizeof(item->digest)) != 0) {
		item->counting = true;
		item->since_ns = shelf->list_ns;
		memcpy(item->digest, digest, sizeof(item->digest));
	}
	uint64_t passed_ns = input->now_ns - item->since_ns;
	/* Only a list can say that the time is over: it alone has seen the disk since. */
	if (shelf->list_ns - item->since_ns >= grace_ns) {
		item->spent = true;
		item->counting = false;
		ret->state = APP_SHELF_START;
		return;
	}
	ret->state = APP_SHELF_COUNTS;
	if (passed_ns < grace_ns)
		ret->left_s = (uint32_t)((grace_ns - passed_ns + NS_PER_S - 1) / NS_PER_S);
}

static void judge(struct app_shelf *shelf, const struct app_shelf_input *input,
    const struct device_sight *sight, bool stale, struct app_shelf_view *ret)
{
	const struct identity *identity = &sight->device.identity;
	struct presence *item = has_identity(identity) ? find(shelf, identity) : NULL;
	uint8_t digest[HASH_SHA256_BYTES];
	const char *why = NULL;
	*ret = (struct app_shelf_view){ .state = APP_SHELF_MANUAL };
	if (is_on_shelf(&shelf->policy, sight->place.bay)) {
		ret->state = APP_SHELF_NOT;
		why = refuse_presence(shelf, input, &sight->device, item);
		if (!why)
			why = refuse_state(sight);
		if (!why && !digest_of(sight, digest))
			why = "there is no memory to remember it";
		if (!why && stale)
			why = "the disks were not looked at for a while: it may be gone";
	}
	if (ret->state == APP_SHELF_NOT && !why) {
		count(shelf, input, item, digest, ret);
		return;
	}
	if (item)
		item->counting = false;
	text_copy(ret->why, sizeof(ret->why), why ? why : "");
}

enum code app_shelf_step(struct app_shelf *shelf, const struct app_shelf_input *input,
    struct app_shelf_view *ret_views, struct err *err)
{
	const struct device_sights *list = input->sights;
	if (list->boot_ns == 0)
		return CODE_OK; /* there is none yet, and no sight in it */
	enum code code = list->boot_ns != shelf->list_ns ? take_list(shelf, list, err) : CODE_OK;
	if (code != CODE_OK) {
		/* What was half taken is not relied on. */
		for (size_t i = 0; i < shelf->count; i++)
			shelf->items[i].counting = false;
		return code;
	}
	bool stale = !is_close(list->boot_ns, input->now_ns);
	for (size_t i = 0; i < list->count; i++)
		judge(shelf, input, &list->items[i], stale, &ret_views[i]);
	return CODE_OK;
}
