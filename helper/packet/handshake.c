/* handshake.c: see handshake.h. SPDX-License-Identifier: Apache-2.0 */
#include "packet/handshake.h"

#include "packet/bytes.h"
#include "packet/change.h"
#include "packet/header.h"
#include "packet/protocol.h"
#include "packet/rewrite.h"

enum { OPTION_END, OPTION_NOP, OPTION_MSS, OPTION_SCALE, OPTION_SACK_PERMITTED };
enum { MSS_DEFAULT_INET = 536, MSS_DEFAULT_INET6 = 1220 };
enum { SCALE_NONE = 255 };
_Static_assert(HANDSHAKE_MAX == IPV6_HEADER + TCP_HEADER + 12, "all options together");

void
handshake_options(const struct packet *syn, uint16_t *mss, bool *sack)
{
	const uint8_t *option = syn->data + syn->l4 + TCP_HEADER, *end = syn->data + syn->payload;
	*mss = syn->key.family == ADDRESS_FAMILY_INET ? MSS_DEFAULT_INET : MSS_DEFAULT_INET6;
	*sack = false;
	while (option < end && *option != OPTION_END) {
		if (*option == OPTION_NOP) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2 || option[1] > end - option)
			break;
		if (option[0] == OPTION_MSS && option[1] == 4)
			*mss = load16(option + 2);
		if (option[0] == OPTION_SACK_PERMITTED && option[1] == 2)
			*sack = true;
		option += option[1];
	}
}

uint16_t
handshake_length(const struct handshake *h)
{
	return (uint16_t)(TCP_HEADER + (h->mss ? 4 : 0) + (h->mss && h->scale != SCALE_NONE ? 4 : 0) +
			  (h->mss && h->sack ? 4 : 0));
}

/* write_segment leaves the checksum 0. */
static void
write_segment(uint8_t *l4, const struct flow_key *k, const struct handshake *h)
{
	uint16_t length = handshake_length(h);
	uint8_t *option = l4 + TCP_HEADER;
	memset(l4, 0, length);
	memcpy(l4, &k->source_port, 2);
	memcpy(l4 + 2, &k->destination_port, 2);
	store32(l4 + 4, h->sequence);
	store32(l4 + 8, h->acknowledgment);
	l4[12] = (uint8_t)(length / 4 << 4);
	l4[13] = h->flags;
	store16(l4 + 14, h->window);
	if (h->mss == 0)
		return;
	option[0] = OPTION_MSS;
	option[1] = 4;
	store16(option + 2, h->mss);
	option += 4;
	if (h->scale != SCALE_NONE) {
		memcpy(option, (const uint8_t[]){ OPTION_NOP, OPTION_SCALE, 3, h->scale }, 4);
		option += 4;
	}
	if (h->sack)
		memcpy(option, (const uint8_t[]){ OPTION_NOP, OPTION_NOP, OPTION_SACK_PERMITTED, 2 }, 4);
}

uint16_t
handshake_build(uint8_t *out, const struct flow_key *k, const struct handshake *h)
{
	uint16_t length = handshake_length(h), checksum;
	uint32_t header = header_write(out, k, length, 0);
	uint8_t *l4 = out + header;
	write_segment(l4, k, h);
	checksum = checksum_finish(checksum_add(checksum_pseudo(0, k, length), l4, length));
	memcpy(l4 + TCP_CHECKSUM_AT, &checksum, 2);
	return (uint16_t)(header + length);
}

void
handshake_replace(struct packet *p, const struct handshake *h)
{
	uint8_t *ip = p->data + p->l3, *l4 = p->data + p->l4, length[2];
	uint16_t checksum;
	write_segment(l4, &p->key, h);
	p->payload = (uint16_t)(p->l4 + handshake_length(h));
	p->l3_length = (uint16_t)(p->payload - p->l3);
	if (p->key.family == ADDRESS_FAMILY_INET6) {
		store16(ip + 4, (uint16_t)(p->l3_length - IPV6_HEADER));
	} else {
		store16(length, p->l3_length);
		checksum_mend(ip + IPV4_CHECKSUM_AT, change_bytes(ip + 2, length, 2));
	}
	checksum = checksum_transport(p);
	memcpy(l4 + TCP_CHECKSUM_AT, &checksum, 2);
}
