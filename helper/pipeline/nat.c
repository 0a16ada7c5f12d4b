/* nat.c: where addresses are translated: destination before the route is chosen, source after policy. No configuration can
 * ask for it yet, so each packet keeps its addresses. SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stage.h"

enum verdict
nat_destination(struct worker *w, struct packet *p)
{
	return VERDICT_NONE;
}

enum verdict
nat_source(struct worker *w, struct packet *p)
{
	return VERDICT_NONE;
}
