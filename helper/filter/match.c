/* match.c: does a term match? SPDX-License-Identifier: Apache-2.0 */
#include "filter/filter.h"

#include "classify/index.h"
#include "filter/match.h"
#include "packet/bytes.h"
#include "packet/protocol.h"
#include "wire_gen.h"

enum { IPV4_OPTION_END = 0, IPV4_OPTION_NOP = 1 };

/* ---- key and unit ---- */

static bool
addresses_hold(const struct filter_term *t, const struct flow_key *k)
{
	if (t->source && !address_set_has(t->source, k->family, &k->source))
		return false;
	if (t->destination && !address_set_has(t->destination, k->family, &k->destination))
		return false;
	return !t->address || address_set_has(t->address, k->family, &k->source) ||
	       address_set_has(t->address, k->family, &k->destination);
}

static bool
ports_hold(const struct filter_term *t, const struct flow_key *k, bool ports)
{
	uint16_t source = __builtin_bswap16(k->source_port), destination = __builtin_bswap16(k->destination_port);
	if (t->source_ports.count + t->destination_ports.count + t->ports.count == 0)
		return true;
	if (!ports || !classify_has_ports(k->protocol))
		return false;
	if (t->source_ports.count && !number_ranges_have(&t->source_ports, source))
		return false;
	if (t->destination_ports.count && !number_ranges_have(&t->destination_ports, destination))
		return false;
	return !t->ports.count || number_ranges_have(&t->ports, source) || number_ranges_have(&t->ports, destination);
}

bool
filter_term_key(const struct filter_term *t, const struct flow_key *k, uint16_t unit, bool ports)
{
	return (t->any_protocol || octet_set_has(&t->protocols, k->protocol)) && ports_hold(t, k, ports) &&
	       addresses_hold(t, k) && (t->interfaces.count == 0 || unit_list_has(&t->interfaces, unit));
}

/* ---- the packet ---- */

static bool
has_icmp(const struct packet *p)
{
	return packet_has_transport(p) && classify_has_icmp(p->key.family, p->key.protocol);
}

/* The header ends where parse found the next one; its options have been checked. */
static bool
has_option(const struct packet *p, const struct octet_set *types)
{
	const uint8_t *option = p->data + p->l3 + IPV4_HEADER, *end = p->data + p->l4;
	if (p->key.family != ADDRESS_FAMILY_INET)
		return false;
	while (option < end) {
		if (octet_set_has(types, *option))
			return true;
		if (*option == IPV4_OPTION_END)
			return false;
		option += *option == IPV4_OPTION_NOP ? 1 : option[1];
	}
	return false;
}

static uint8_t
fragment_flags(const struct packet *p)
{
	return load16(p->data + p->l3 + 6) >> 13;
}

/* Bits beyond the IP packet are not there, whatever Ethernet padding says. */
static bool
flexible_holds(const struct filter_flexible *f, const struct packet *p)
{
	uint32_t at = f->byte_offset, bits = (uint32_t)f->bit_offset + f->bit_length;
	uint32_t bytes = (bits + 7) / 8;
	uint64_t value = 0;

	if (f->start != FILTER_START_LAYER_3 && !packet_has_transport(p))
		return false;
	at += f->start == FILTER_START_LAYER_3 ? p->l3 : f->start == FILTER_START_LAYER_4 ? p->l4 : p->payload;
	if (at + bytes > (uint32_t)p->l3 + p->l3_length)
		return false;
	for (uint32_t i = 0; i < bytes; i++)
		value = value << 8 | p->data[at + i];
	value >>= bytes * 8 - bits;
	return (value & f->mask) == f->value;
}

static bool
condition_holds(const struct filter_term *t, const struct packet *p, enum filter_condition condition)
{
	switch (condition) {
	case FILTER_ICMP_TYPE:
		return has_icmp(p) && octet_set_has(&t->icmp_types, p->icmp_type);
	case FILTER_ICMP_CODE:
		return has_icmp(p) && octet_set_has(&t->icmp_codes, p->icmp_code);
	case FILTER_TCP_FLAGS:
		return packet_has_transport(p) && p->key.protocol == PROTOCOL_TCP &&
		       octet_set_has(&t->tcp_flags, p->tcp_flags);
	case FILTER_DSCP:
		return t->dscps >> (p->tos >> 2) & 1;
	case FILTER_TTL:
		return octet_set_has(&t->ttls, p->ttl);
	case FILTER_LENGTH:
		return number_ranges_have(&t->packet_lengths, p->l3_length);
	case FILTER_IS_FRAGMENT:
		return !packet_has_transport(p);
	case FILTER_FIRST_FRAGMENT:
		return p->flags & PACKET_FRAGMENT_FIRST;
	case FILTER_FRAGMENT_OFFSET:
		return number_ranges_have(&t->fragment_offsets, p->fragment_offset / 8u);
	case FILTER_FRAGMENT_FLAGS:
		return p->key.family == ADDRESS_FAMILY_INET && t->fragment_flags >> fragment_flags(p) & 1;
	case FILTER_IP_OPTIONS:
		return has_option(p, &t->ip_options);
	case FILTER_IP_OPTIONS_EXCEPT:
		return !has_option(p, &t->ip_options_except);
	case FILTER_ESP_SPI:
		return packet_has_transport(p) && p->key.protocol == PROTOCOL_ESP &&
		       number_ranges_have(&t->esp_spis, load32(p->data + p->l4));
	case FILTER_FORWARDING_CLASS:
		return t->forwarding_classes >> (p->forwarding_class & 15) & 1;
	case FILTER_LOSS_PRIORITY:
		return t->loss_priorities >> (p->loss_priority & 3) & 1;
	case FILTER_FLEXIBLE:
		return flexible_holds(&t->flexible, p);
	}
	return false;
}

bool
filter_term_packet(const struct filter_term *t, const struct packet *p)
{
	for (uint32_t left = t->conditions; left != 0; left &= left - 1)
		if (!condition_holds(t, p, (enum filter_condition)(left & -left)))
			return false;
	return true;
}
