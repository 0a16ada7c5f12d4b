/* gateway.h: the routers that routes lead to: each once, however many routes lead there, and whether it answers.
 * Everything: control thread. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ROUTE_GATEWAY_H
#define RINGWALL_ROUTE_GATEWAY_H

#include "flow/key.h"

struct gateway {
	struct gateway *next; /* in its chain */
	struct address address;
	uint32_t uses;  /* routes that lead there */
	uint32_t place; /* in the list of all */
	uint16_t unit;
	uint8_t family;
	bool silent;      /* it does not answer */
	bool replaceable; /* packets that go there would have another way; once true, it stays so */
	uint8_t reserved[3];
	uint64_t asked_s; /* for whoever asks after it: when that was */
};

struct gateways;

/* gateways_create makes an empty set; NULL, errno set, on lack of memory. gateways_destroy frees what is still in it. */
struct gateways *gateways_create(void);
void gateways_destroy(struct gateways *g);

/* gateway_take counts one more route to a gateway, which answers as far as is known if it is new; NULL on lack of memory.
 * gateway_give takes that back, and frees it with its last route. */
struct gateway *gateway_take(struct gateways *g, uint16_t unit, uint8_t family, const struct address *a);
void gateway_give(struct gateways *g, struct gateway *gateway);

/* gateway_find finds a gateway; NULL: no route leads there. */
struct gateway *gateway_find(const struct gateways *g, uint16_t unit, uint8_t family, const struct address *a);

/* gateway_at lists them all: 0 to gateway_count - 1, in an order that gateway_give changes. */
struct gateway *gateway_at(const struct gateways *g, uint32_t place);
uint32_t gateway_count(const struct gateways *g);

#endif
