/* screen.c: where the zone's screens look at a packet. No configuration can attach one yet, so each packet passes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum verdict
screen_check(struct worker *w, struct packet *p)
{
	return VERDICT_NONE;
}
