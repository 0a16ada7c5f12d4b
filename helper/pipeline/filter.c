/* filter.c: where input, output and lo0 filters decide. No configuration can attach one yet, so each packet passes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum verdict
filter_input(struct worker *w, struct packet *p)
{
	return VERDICT_NONE;
}

enum verdict
filter_output(struct worker *w, struct packet *p)
{
	return VERDICT_NONE;
}

enum verdict
filter_host(struct worker *w, struct packet *p)
{
	return VERDICT_NONE;
}
