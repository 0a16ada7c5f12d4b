/* inspect.h: the screens that one packet alone can answer. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SCREEN_INSPECT_H
#define RINGWALL_SCREEN_INSPECT_H

#include "packet/packet.h"
#include "screen/screen.h"

/* screen_inspect returns the set of the screen's checks that a well-formed packet meets. Reads the packet only. Any thread. */
uint64_t screen_inspect(const struct screen *s, const struct packet *p);

/* screen_inspect_malformed returns the set of the screen's checks that name what packet_parse found wrong: `reason`. Only where
 * addresses are known. Any thread. */
uint64_t screen_inspect_malformed(const struct screen *s, const struct packet *p, enum drop_reason reason);

#endif
