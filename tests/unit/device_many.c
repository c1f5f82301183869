/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * device: what does a scan of a thousand disks ask the machine? Work is counted, not time: what a disk
 * costs may not grow with how many there are. "unit_device_many seconds 1000" prints how long one scan
 * takes, for the benchmark.
 */
#include "unit/device_machine.h"

#include <time.h>

/* Counts what an os_host is asked. */
struct counting {
	struct os_host base;
	struct os_host *host;
	uint64_t calls;
};

static struct os_host *inner(struct os_host *host)
{
	struct counting *counting = (struct counting *)host;
	counting->calls++;
	return counting->host;
}

static enum code count_read(struct os_host *host, const char *path, size_t max, struct buf *ret,
    struct err *err)
{
	host = inner(host);
	return host->ops->read(host, path, max, ret, err);
}

static enum code count_link(struct os_host *host, const char *path, struct buf *ret, struct err *err)
{
	host = inner(host);
	return host->ops->link(host, path, ret, err);
}

static enum code count_list(struct os_host *host, const char *path, struct buf *ret, struct err *err)
{
	host = inner(host);
	return host->ops->list(host, path, ret, err);
}

static enum code count_node(struct os_host *host, const char *path, struct os_node *ret,
    struct err *err)
{
	host = inner(host);
	return host->ops->node(host, path, ret, err);
}

static enum code count_resolve(struct os_host *host, const char *path, struct buf *ret,
    struct err *err)
{
	host = inner(host);
	return host->ops->resolve(host, path, ret, err);
}

static enum code count_property(struct os_host *host, const char *name, const char *key,
    struct buf *ret, struct err *err)
{
	host = inner(host);
	return host->ops->property(host, name, key, ret, err);
}

static void count_probe(struct os_host *host, const char *node, struct os_probe *ret)
{
	host = inner(host);
	host->ops->probe(host, node, ret);
}

static const struct os_host_ops counting_ops = { count_read, count_link, count_list, count_node,
	count_resolve, count_property, count_probe, NULL };

/* One more disk with two partitions: of four, one is mounted, one holds a dm device, one is open. */
static void add_one(const struct machine *machine, unsigned number, struct buf *mounts)
{
	char name[16], part[24], parent[96], numbers[16], text[64];
	snprintf(name, sizeof(name), "sdx%u", number);
	snprintf(parent, sizeof(parent), "pci0000:00/host%u/target%u:0:0/%u:0:0:0", number, number,
	    number);
	snprintf(numbers, sizeof(numbers), "65:%u", number * 4);
	add_disk(machine->dir, name, parent, numbers);
	for (unsigned i = 1; i <= 2; i++) {
		snprintf(part, sizeof(part), "%s%c%u", name, 'p', i);
		snprintf(numbers, sizeof(numbers), "65:%u", number * 4 + i);
		add_partition(machine, name, part, numbers);
	}
	put_disk(machine, name, "device/vendor", "ATA");
	put_disk(machine, name, "device/model", "A MODEL OF MANY");
	snprintf(text, sizeof(text), "naa.5000000000%06u", number);
	put_disk(machine, name, "device/wwid", text);
	if (number % 4 == 0)
		buf_printf(mounts, "%u 1 65:%u / /mnt/%u rw - ext4 /dev/%sp1 rw\n", 1000 + number,
		    number * 4 + 1, number, name);
	if (number % 4 == 1) {
		snprintf(part, sizeof(part), "dm-%u", number);
		snprintf(numbers, sizeof(numbers), "66:%u", number);
		add_disk(machine->dir, part, "virtual", numbers);
		snprintf(text, sizeof(text), "holders/%s/uevent", part);
		put_disk(machine, name, text, "");
		snprintf(text, sizeof(text), "slaves/%s/uevent", name);
		put_disk(machine, part, text, "");
		put_disk(machine, part, "dm/name", part);
	}
	if (number % 4 == 2) {
		snprintf(parent, sizeof(parent), "/proc/%u/fd/3", 500 + number);
		snprintf(text, sizeof(text), "%u", 500 + number);
		add_process(machine, text, "mnt:[1]", "");
		snprintf(numbers, sizeof(numbers), "65:%u", number * 4);
		host_tree_node(machine->dir, parent, "block", "0:6", numbers);
		host_tree_file(machine->dir, parent, "%s", "");
	}
}

static void add_many(struct machine *machine, unsigned count)
{
	BUF_AUTO mounts = { 0 };
	buf_string(&mounts, ROOT_MOUNTS);
	for (unsigned i = 0; i < count; i++)
		add_one(machine, i, &mounts);
	for (unsigned i = 0; i < 2; i++)
		host_tree_bytes(machine->dir, i ? "/proc/100/mountinfo" : "/proc/1/mountinfo",
		    mounts.data, mounts.len);
}

static void scan_counted(struct machine *machine, struct counting *counting)
{
	const struct device_scan_options options = { .state_dir = "/var/lib/certwipe" };
	assert_ok(host_tree_open(machine->dir, &machine->host, &machine->err), machine->err);
	*counting = (struct counting){ .base.ops = &counting_ops, .host = machine->host };
	assert_ok(device_scan(&counting->base, &options, &machine->set, &machine->err), machine->err);
}

static void assert_all_judged(const struct machine *machine, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char name[16];
		snprintf(name, sizeof(name), "sdx%u", i);
		const struct device *device = disk(machine, name);
		assert_int_equal(device->partition_count, 2);
		assert_int_equal(device->claim_count, i % 4 == 3 ? 0 : 1);
		if (i % 4 != 3)
			assert_int_equal(device->claims[0].kind, i % 4 == 0 ? DEVICE_CLAIM_MOUNT
				: i % 4 == 1 ? DEVICE_CLAIM_HOLDER : DEVICE_CLAIM_OPENER);
	}
}

static uint64_t calls_for(unsigned count)
{
	struct counting counting;
	struct machine *machine = NULL;
	assert_int_equal(setup((void **)&machine), 0);
	add_many(machine, count);
	scan_counted(machine, &counting);
	assert_all_judged(machine, count);
	teardown((void **)&machine);
	return counting.calls;
}

/* 20 disks cost what ten cost and ten more: none costs more for there being others. */
static void what_a_disk_costs_does_not_grow_with_their_number(void **state)
{
	(void)state;
	uint64_t few = calls_for(12), more = calls_for(24), many = calls_for(144);
	assert_true(more > few);
	assert_int_equal(many - more, (more - few) * 10);
}

static int print_seconds(unsigned count)
{
	struct counting counting;
	struct machine *machine = NULL;
	struct timespec start, end;
	(void)setup((void **)&machine);
	add_many(machine, count);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	scan_counted(machine, &counting);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%lld.%06ld\n", (long long)(end.tv_sec - start.tv_sec - (end.tv_nsec < start.tv_nsec)),
	    (end.tv_nsec - start.tv_nsec + (end.tv_nsec < start.tv_nsec) * 1000000000) / 1000);
	teardown((void **)&machine);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_disk_costs_does_not_grow_with_their_number),
	};
	if (argc == 3 && strcmp(argv[1], "seconds") == 0)
		return print_seconds((unsigned)strtoul(argv[2], NULL, 10));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
