/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan: requests are cut to what the queue takes, and which disks no plan fits. */
#include "unit/unit.h"

#include "fakes/host_tree.h"
#include "wipe/plan.h"

#include <stdlib.h>
#include <unistd.h>

#define KIB 1024u
#define MIB (1024u * KIB)

static void expect(enum device_media media, uint32_t max_request, uint32_t physical, uint32_t block,
    unsigned depth)
{
	const struct device device = { .media = media, .identity.physical = physical };
	const struct device_queue queue = { .max_request = max_request };
	uint32_t got_block = 0;
	unsigned got_depth = 0;
	plan_requests(&device, &queue, &got_block, &got_depth);
	assert_int_equal(got_block, block);
	assert_int_equal(got_depth, depth);
}

static void requests_fit_the_queue_and_fill_it(void **state)
{
	(void)state;
	expect(DEVICE_MEDIA_SSD, 0, 512, MIB, 8); /* unknown */
	expect(DEVICE_MEDIA_SSD, 4 * MIB, 4096, MIB, 8);
	expect(DEVICE_MEDIA_SSD, 1280 * KIB, 512, MIB, 8);
	expect(DEVICE_MEDIA_SSD, MIB - 1, 512, 512 * KIB, 16);
	expect(DEVICE_MEDIA_SSD, 128 * KIB, 512, 128 * KIB, 32);
	expect(DEVICE_MEDIA_UNKNOWN, 120 * KIB, 512, 64 * KIB, 32);
	expect(DEVICE_MEDIA_HDD, 1280 * KIB, 4096, MIB, 4);
	expect(DEVICE_MEDIA_HDD, 512 * KIB, 4096, 512 * KIB, 8);
	expect(DEVICE_MEDIA_VIRTUAL, 1280 * KIB, 512, MIB, 8);
	/* Never less than a page, or a physical block. */
	expect(DEVICE_MEDIA_SSD, 512, 512, 4096, 32);
	expect(DEVICE_MEDIA_SSD, 4096, 16 * KIB, 16 * KIB, 32);
}

static void the_queue_is_what_the_kernel_says(void **state)
{
	(void)state;
	char dir[] = "/tmp/certwipe-queue.XXXXXX";
	const struct device device = { .sysfs = "/sys/devices/x/block/sdb" };
	struct os_host *host = NULL;
	struct device_queue queue;
	struct err err;
	assert_non_null(mkdtemp(dir));
	host_tree_folder(dir, "/sys/devices/x/block/sdb/queue");
	assert_ok(host_tree_open(dir, &host, &err), err);
	device_queue(host, &device, &queue);
	assert_int_equal(queue.max_request, 0);
	assert_false(queue.zones_only);
	host_tree_file(dir, "/sys/devices/x/block/sdb/queue/max_sectors_kb", "1280\n");
	host_tree_file(dir, "/sys/devices/x/block/sdb/queue/zoned", "host-managed\n");
	device_queue(host, &device, &queue);
	assert_int_equal(queue.max_request, 1280 * KIB);
	assert_true(queue.zones_only);
	host_tree_file(dir, "/sys/devices/x/block/sdb/queue/zoned", "host-aware\n");
	device_queue(host, &device, &queue);
	assert_false(queue.zones_only);
	host->ops->free(host);
	host_tree_remove(dir);
}

static void a_disk_of_host_managed_zones_gets_no_plan(void **state)
{
	(void)state;
	struct clearance clearance = { .granted = true };
	struct procedure procedure = { .step_count = 1, .id = "zero" };
	const struct device_queue zones = { .zones_only = true };
	struct plan *plan = calloc(1, sizeof(*plan));
	struct err err;
	clearance.device.identity.size = MIB;
	clearance.device.identity.logical = clearance.device.identity.physical = 4096;
	text_copy(clearance.device.identity.node, 64, "/dev/sdz");
	procedure.steps[0] = (struct procedure_step){ .write = PROCEDURE_WRITE_BYTES, .byte_count = 1 };
	assert_int_equal(plan_build(&clearance, &procedure, &zones, plan, &err), CODE_UNSUPPORTED);
	assert_non_null(strstr(err.line, "/dev/sdz: a disk of host-managed zones"));
	assert_ok(plan_build(&clearance, &procedure, NULL, plan, &err), err);
	assert_int_equal(plan->block, MIB);
	assert_int_equal(plan->depth, 8);
	plan_forget(plan);
	free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_fit_the_queue_and_fill_it),
		cmocka_unit_test(the_queue_is_what_the_kernel_says),
		cmocka_unit_test(a_disk_of_host_managed_zones_gets_no_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
