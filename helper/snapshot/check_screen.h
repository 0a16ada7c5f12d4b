/* check_screen.h: what no single field of screens can say. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_CHECK_SCREEN_H
#define RINGWALL_SNAPSHOT_CHECK_SCREEN_H

#include <stdbool.h>

struct check;

/* screens_check looks at screens and at the zones that have them. Returns false with the first error in c->why. Control
 * thread. */
bool screens_check(struct check *c);

#endif
