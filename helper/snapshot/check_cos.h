/* check_cos.h: what no single field of class of service can say. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CHECK_COS_H
#define RINGWALL_SNAPSHOT_CHECK_COS_H

#include <stdbool.h>

struct check;

/* cos_check looks at forwarding classes, classifiers, rewrite rules and queues, and at who uses them. Returns false with the first
 * error in c->why. Control thread. */
bool cos_check(struct check *c);

#endif
