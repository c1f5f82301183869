/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transport: by which way is a disk reached, and what is it made of? */
#ifndef WIPE_DEVICE_TRANSPORT_H
#define WIPE_DEVICE_TRANSPORT_H

#include "wipe/device.h"

/* Sets transport, bus and virtual_disk; needs name and sysfs. */
void transport_classify(struct os_host *host, struct device *device);
/* Sets media and rotational_known; needs transport and model. */
void transport_media(struct os_host *host, struct device *device);

#endif
