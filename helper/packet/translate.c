/* translate.c: see translate.h. A header of the other family is made from what both families say in theirs, and put in front of
 * what stays where it is. SPDX-License-Identifier: Apache-2.0 */
#include "packet/translate.h"

#include "packet/bytes.h"
#include "packet/chain.h"
#include "packet/change.h"
#include "packet/icmp.h"
#include "packet/rewrite.h"

enum { QUOTED_MINIMUM = 8 };
enum { HEAD_MAX = 2 * (IPV6_HEADER + IPV6_FRAGMENT_HEADER) + ICMP_HEADER };
enum { IPV4_OPTION_END = 0, IPV4_OPTION_NOP = 1, IPV4_LOOSE_ROUTE = 131, IPV4_STRICT_ROUTE = 137 };

/* ---- headers ---- */

/* envelope: what the headers of both families say. */
struct envelope {
	uint8_t tos, ttl;
	bool fragment; /* part of a datagram, or to be cut into parts: `id` names it */
	bool more;
	uint16_t offset; /* bytes */
	uint32_t id;
	uint32_t at, length; /* what it carries: where that begins, and its bytes as the header says */
};

static uint32_t
rest_of(uint32_t total, uint32_t header)
{
	return total > header ? total - header : 0;
}

static struct envelope
envelope_read(const uint8_t *data, uint32_t at, uint32_t end, uint8_t family)
{
	const uint8_t *ip = data + at;
	if (family == ADDRESS_FAMILY_INET) {
		uint16_t fragment = load16(ip + 6);
		uint32_t header = (ip[0] & 15u) * 4;
		return (struct envelope){
			.tos = ip[1],
			.ttl = ip[8],
			.fragment = fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK),
			.more = fragment & IPV4_MORE_FRAGMENTS,
			.offset = (uint16_t)((fragment & IPV4_OFFSET_MASK) * 8),
			.id = load16(ip + 4),
			.at = at + header,
			.length = rest_of(load16(ip + 2), header),
		};
	}
	struct extension_chain c;
	extension_chain_walk(data, at + IPV6_HEADER, end, ip[6], &c);
	return (struct envelope){
		.tos = (uint8_t)(load16(ip) >> 4),
		.ttl = ip[7],
		.fragment = c.fragment,
		.more = c.fragment_more,
		.offset = c.fragment_offset,
		.id = c.fragment_id,
		.at = c.end,
		.length = rest_of(load16(ip + 4), c.end - at - IPV6_HEADER),
	};
}

static uint32_t
write_inet(uint8_t *out, const struct envelope *e, const struct flow_key *to, uint16_t identification)
{
	uint32_t total = IPV4_HEADER + e->length;
	bool whole = !e->fragment && total > TRANSLATE_INET_MAY_CUT;
	uint16_t checksum;
	out[0] = 0x45;
	out[1] = e->tos;
	store16(out + 2, (uint16_t)total);
	/* RFC 6864 4.1: what is not and may not be fragmented needs no identification. */
	store16(out + 4, e->fragment ? (uint16_t)e->id : whole ? 0 : identification);
	store16(out + 6,
		(uint16_t)(e->offset / 8 | (e->more ? IPV4_MORE_FRAGMENTS : 0) | (whole ? IPV4_DONT_FRAGMENT : 0)));
	out[8] = e->ttl;
	out[9] = to->protocol;
	store16(out + IPV4_CHECKSUM_AT, 0);
	memcpy(out + 12, &to->source, 4);
	memcpy(out + 16, &to->destination, 4);
	checksum = checksum_finish(checksum_add(0, out, IPV4_HEADER));
	memcpy(out + IPV4_CHECKSUM_AT, &checksum, 2);
	return IPV4_HEADER;
}

static uint32_t
write_inet6(uint8_t *out, const struct envelope *e, const struct flow_key *to)
{
	uint8_t *fragment = out + IPV6_HEADER;
	store32(out, 0x60000000u | (uint32_t)e->tos << 20);
	store16(out + 4, (uint16_t)(e->length + (e->fragment ? IPV6_FRAGMENT_HEADER : 0)));
	out[6] = e->fragment ? PROTOCOL_FRAGMENT : to->protocol;
	out[7] = e->ttl;
	memcpy(out + 8, &to->source, 16);
	memcpy(out + 24, &to->destination, 16);
	if (!e->fragment)
		return IPV6_HEADER;
	fragment[0] = to->protocol;
	fragment[1] = 0;
	store16(fragment + 2, e->offset | e->more);
	store32(fragment + 4, e->id);
	return IPV6_HEADER + IPV6_FRAGMENT_HEADER;
}

static uint32_t
envelope_write(uint8_t *out, const struct envelope *e, const struct flow_key *to, uint16_t identification)
{
	return to->family == ADDRESS_FAMILY_INET ? write_inet(out, e, to, identification) : write_inet6(out, e, to);
}

static uint32_t
header_length(uint8_t family, bool fragment)
{
	if (family == ADDRESS_FAMILY_INET)
		return IPV4_HEADER;
	return IPV6_HEADER + (fragment ? IPV6_FRAGMENT_HEADER : 0);
}

/* ---- transport ---- */

static uint8_t
echo_type(uint8_t type)
{
	switch (type) {
	case ICMP_ECHO_REQUEST:
		return ICMP6_ECHO_REQUEST;
	case ICMP_ECHO_REPLY:
		return ICMP6_ECHO_REPLY;
	case ICMP6_ECHO_REQUEST:
		return ICMP_ECHO_REQUEST;
	case ICMP6_ECHO_REPLY:
		return ICMP_ECHO_REPLY;
	}
	return type;
}

static uint64_t
pseudo(const struct flow_key *k, uint32_t length)
{
	return k->protocol == PROTOCOL_ICMP ? 0 : checksum_pseudo(0, k, length);
}

/* Makes the `there` bytes of a transport header, of a packet that carries `length`, those of `to`. */
static void
transport_translate(uint8_t *l4, uint32_t there, uint32_t length, const struct flow_key *from,
		    const struct flow_key *to)
{
	uint64_t change = checksum_finish(pseudo(from, length)) + pseudo(to, length);
	uint8_t message[2];
	switch (to->protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
		change += change_bytes(l4, &to->source_port, 2) + change_bytes(l4 + 2, &to->destination_port, 2);
		if (to->protocol == PROTOCOL_UDP)
			checksum_mend_udp(l4 + UDP_CHECKSUM_AT, change);
		else if (there >= TCP_CHECKSUM_AT + 2)
			checksum_mend(l4 + TCP_CHECKSUM_AT, change);
		break;
	case PROTOCOL_ICMP:
	case PROTOCOL_ICMP6:
		message[0] = echo_type(l4[0]);
		message[1] = l4[1];
		change += change_bytes(l4, message, 2) + change_bytes(l4 + 4, &to->source_port, 2);
		if (to->protocol == PROTOCOL_ICMP)
			checksum_mend_icmp(l4, l4 + there, change);
		else
			checksum_mend(l4 + ICMP_CHECKSUM_AT, change);
		break;
	}
}

/* ---- ICMP errors ---- */

static bool
error_set(struct icmp_error *e, uint8_t type, uint8_t code, uint32_t info)
{
	*e = (struct icmp_error){ type, code, info };
	return true;
}

/* RFC 1191 7.1: a router that says no MTU is taken to have the next lower one of these. */
static uint32_t
plateau(uint16_t length)
{
	static const uint16_t mtu[] = { 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296 };
	for (unsigned i = 0; i < sizeof mtu / sizeof mtu[0]; i++)
		if (mtu[i] < length)
			return mtu[i];
	return 68;
}

/* RFC 7915 4.2, by code of destination unreachable. */
static bool
unreachable_to_inet6(const uint8_t *l4, const uint8_t *quoted, struct icmp_error *e)
{
	enum { NO_ROUTE, PROHIBITED, PORT = 4, NONE = 255 };
	static const uint8_t code[] = { NO_ROUTE, NO_ROUTE,   NONE,     PORT,       NONE,       NO_ROUTE,
					NO_ROUTE, NO_ROUTE,   NO_ROUTE, PROHIBITED, PROHIBITED, NO_ROUTE,
					NO_ROUTE, PROHIBITED, NONE,     PROHIBITED };
	enum { PROTOCOL_UNREACHABLE = 2, NEXT_HEADER_UNKNOWN = 1, NEXT_HEADER_AT = 6 };
	if (l4[1] == PROTOCOL_UNREACHABLE)
		return error_set(e, ICMP6_PARAMETER_PROBLEM, NEXT_HEADER_UNKNOWN, NEXT_HEADER_AT);
	if (l4[1] == ICMP_FRAGMENTATION_NEEDED) {
		uint32_t mtu = load16(l4 + 6) ? load16(l4 + 6) : plateau(load16(quoted + 2));
		mtu += IPV6_HEADER - IPV4_HEADER;
		return error_set(e, ICMP6_PACKET_TOO_BIG, 0,
				 mtu > TRANSLATE_INET6_MINIMUM ? mtu : TRANSLATE_INET6_MINIMUM);
	}
	return l4[1] < sizeof code && code[l4[1]] != NONE && error_set(e, ICMP6_UNREACHABLE, code[l4[1]], 0);
}

/* RFC 7915 figures 3 and 6: which field a pointer names. */
enum { NOWHERE = 255 };

static uint8_t
pointer_to_inet6(uint8_t pointer)
{
	static const uint8_t at[] = { 0,       1,       4, 4, NOWHERE, NOWHERE, NOWHERE, NOWHERE, 7,  6,
				      NOWHERE, NOWHERE, 8, 8, 8,       8,       24,      24,      24, 24 };
	return pointer < sizeof at ? at[pointer] : NOWHERE;
}

static uint8_t
pointer_to_inet(uint32_t pointer)
{
	static const uint8_t at[] = { 0, 1, NOWHERE, NOWHERE, 2, 2, 9, 8 };
	if (pointer < sizeof at)
		return at[pointer];
	return pointer < 24 ? 12 : pointer < IPV6_HEADER ? 16 : NOWHERE;
}

static bool
error_to_inet6(const uint8_t *l4, const uint8_t *quoted, struct icmp_error *e)
{
	uint8_t at;
	switch (l4[0]) {
	case ICMP_UNREACHABLE:
		return unreachable_to_inet6(l4, quoted, e);
	case ICMP_TIME_EXCEEDED:
		return l4[1] <= 1 && error_set(e, ICMP6_TIME_EXCEEDED, l4[1], 0);
	case ICMP_PARAMETER_PROBLEM:
		at = pointer_to_inet6(l4[4]);
		return (l4[1] == 0 || l4[1] == 2) && at != NOWHERE && error_set(e, ICMP6_PARAMETER_PROBLEM, 0, at);
	}
	return false;
}

static bool
error_to_inet(const uint8_t *l4, struct icmp_error *e)
{
	enum { HOST = 1, PROTOCOL_UNREACHABLE = 2, PORT = 3, HOST_PROHIBITED = 10, NONE = 255 };
	static const uint8_t code[] = { HOST, HOST_PROHIBITED, HOST, HOST, PORT };
	uint32_t info = load32(l4 + 4), mtu = info > UINT16_MAX ? UINT16_MAX : info;
	uint8_t at;
	switch (l4[0]) {
	case ICMP6_UNREACHABLE:
		return l4[1] < sizeof code && error_set(e, ICMP_UNREACHABLE, code[l4[1]], 0);
	case ICMP6_PACKET_TOO_BIG:
		/* Whatever its code: receivers ignore that (RFC 4443 3.2). */
		return mtu >= TRANSLATE_INET6_MINIMUM &&
		       error_set(e, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, mtu - (IPV6_HEADER - IPV4_HEADER));
	case ICMP6_TIME_EXCEEDED:
		return l4[1] <= 1 && error_set(e, ICMP_TIME_EXCEEDED, l4[1], 0);
	case ICMP6_PARAMETER_PROBLEM:
		if (l4[1] == 1)
			return error_set(e, ICMP_UNREACHABLE, PROTOCOL_UNREACHABLE, 0);
		at = pointer_to_inet(info);
		return l4[1] == 0 && at != NOWHERE && error_set(e, ICMP_PARAMETER_PROBLEM, 0, at);
	}
	return false;
}

static bool
error_map(const uint8_t *l4, const uint8_t *quoted, uint8_t family, struct icmp_error *e)
{
	return family == ADDRESS_FAMILY_INET ? error_to_inet6(l4, quoted, e) : error_to_inet(l4, e);
}

/* RFC 4884: behind a quote of the length that the message says come extensions, which are left out with their padding. */
static uint32_t
quote_end(const struct packet *p, const struct envelope *quote)
{
	const uint8_t *l4 = p->data + p->l4;
	uint32_t end = (uint32_t)p->l3 + p->l3_length, length;
	bool inet = p->key.family == ADDRESS_FAMILY_INET;
	if (inet)
		length = l4[0] == ICMP_UNREACHABLE || l4[0] == ICMP_TIME_EXCEEDED || l4[0] == ICMP_PARAMETER_PROBLEM
			     ? l4[5] * 4u
			     : 0;
	else
		length = l4[0] == ICMP6_UNREACHABLE || l4[0] == ICMP6_TIME_EXCEEDED ? l4[4] * 8u : 0;
	if (length == 0 || p->inner_l3 + length >= end || p->inner_l3 + length < quote->at + QUOTED_MINIMUM)
		return end;
	return p->inner_l3 + length;
}

/* plan: an ICMP error as it will leave. */
struct plan {
	struct icmp_error error;
	struct envelope quote;
	uint32_t end;    /* of what stays of the quoted packet */
	uint32_t length; /* of the message: ICMP header and quote */
};

static bool
error_plan(const struct packet *p, struct plan *x)
{
	if (p->inner_l3 == 0 || !error_map(p->data + p->l4, p->data + p->inner_l3, p->key.family, &x->error))
		return false;
	x->quote = envelope_read(p->data, p->inner_l3, (uint32_t)p->l3 + p->l3_length, p->key.family);
	/* RFC 792 promises eight bytes of a quoted transport header; a later fragment has none. */
	uint32_t end = (uint32_t)p->l3 + p->l3_length, least = x->quote.offset > 0 ? 0 : QUOTED_MINIMUM;
	if (x->quote.at > end || end - x->quote.at < least)
		return false;
	x->end = quote_end(p, &x->quote);
	uint32_t head = ICMP_HEADER + header_length(p->out.family, x->quote.fragment);
	uint32_t room = TRANSLATE_INET6_MINIMUM - IPV6_HEADER; /* RFC 4443 2.4 (c) */
	x->length = head + x->end - x->quote.at;
	if (p->out.family == ADDRESS_FAMILY_INET6 && x->length > room) {
		x->end -= x->length - room;
		x->length = room;
	}
	return true;
}

static void
error_write(uint8_t *out, const struct icmp_error *e, uint8_t family, uint16_t checksum)
{
	out[0] = e->type;
	out[1] = e->code;
	memcpy(out + ICMP_CHECKSUM_AT, &checksum, 2);
	store32(out + 4, 0);
	if (family == ADDRESS_FAMILY_INET6)
		store32(out + 4, e->info);
	else if (e->type == ICMP_PARAMETER_PROBLEM)
		out[4] = (uint8_t)e->info;
	else
		store16(out + 6, (uint16_t)e->info);
}

/* ---- what can be translated ---- */

/* RFC 7915 5.1: a destination that is not the last one. */
static bool
headers_allow_inet6(const struct packet *p)
{
	struct extension_chain c;
	if (p->l4 - p->l3 == IPV6_HEADER)
		return true;
	extension_chain_walk(p->data, p->l3 + IPV6_HEADER, (uint32_t)p->l3 + p->l3_length, p->data[p->l3 + 6], &c);
	/* Headers inside what was cut into fragments cannot be left out of one of them. */
	return !c.routed && !c.authentication &&
	       (!(p->flags & PACKET_FRAGMENT) || p->fragment_protocol == p->key.protocol);
}

/* RFC 7915 4.1: the same, by a source route that has not been used up. Parse has checked the options. */
static bool
headers_allow_inet(const struct packet *p)
{
	const uint8_t *option = p->data + p->l3 + IPV4_HEADER, *end = p->data + p->l4;
	while (option < end && *option != IPV4_OPTION_END) {
		if (*option == IPV4_OPTION_NOP) {
			option++;
			continue;
		}
		if ((option[0] == IPV4_LOOSE_ROUTE || option[0] == IPV4_STRICT_ROUTE) && option[2] <= option[1])
			return false;
		option += option[1];
	}
	return true;
}

static bool
is_echo(const struct packet *p)
{
	bool inet = p->key.family == ADDRESS_FAMILY_INET;
	return p->flags & PACKET_ICMP_ECHO && p->key.protocol == (inet ? PROTOCOL_ICMP : PROTOCOL_ICMP6);
}

enum drop_reason
translate_measure(struct packet *p, uint16_t room)
{
	bool inet = p->key.family == ADDRESS_FAMILY_INET, fragment = p->flags & PACKET_FRAGMENT;
	uint32_t header = (uint32_t)p->l4 - p->l3;
	struct plan x;
	if (!(inet ? headers_allow_inet(p) : headers_allow_inet6(p)))
		return DROP_REASON_NAT64_HEADER;
	if (p->flags & PACKET_ICMP_ERROR) {
		if (fragment)
			return DROP_REASON_NAT64_FRAGMENT;
		if (!error_plan(p, &x))
			return DROP_REASON_NAT64_PROTOCOL;
		p->resized = (int16_t)(header_length(p->out.family, false) + x.length - p->l3_length);
		return DROP_REASON_NONE;
	}
	if (p->key.protocol != PROTOCOL_TCP && p->key.protocol != PROTOCOL_UDP && !is_echo(p))
		return DROP_REASON_NAT64_PROTOCOL;
	if (fragment && (is_echo(p) || p->flags & PACKET_L4_PARTIAL))
		return DROP_REASON_NAT64_FRAGMENT;
	if (inet && !(p->flags & PACKET_DONT_FRAGMENT) && p->l3_length - header + IPV6_HEADER > room)
		fragment = true;
	p->resized = (int16_t)(header_length(p->out.family, fragment) - header);
	return p->l3_length + p->resized > UINT16_MAX ? DROP_REASON_MTU_EXCEEDED : DROP_REASON_NONE;
}

bool
translate_may_cut(const struct packet *p)
{
	if (p->key.family == ADDRESS_FAMILY_INET)
		return !(p->flags & PACKET_DONT_FRAGMENT);
	if (packet_out_length(p) <= TRANSLATE_INET_MAY_CUT)
		return true;
	/* RFC 7915 5.1.1: DF is not set for a fragment header on a whole packet either. */
	uint32_t end = (uint32_t)p->l3 + p->l3_length;
	return !(p->flags & PACKET_ICMP_ERROR) && envelope_read(p->data, p->l3, end, p->key.family).fragment;
}

/* ---- translation ---- */

/* The new headers end where what stays begins. */
static void
place(struct packet *p, const uint8_t *head, uint32_t length, uint32_t rest)
{
	int shift = (int)rest - (int)length - p->l3;
	memcpy(p->data + rest - length, head, length);
	p->data += shift;
	p->length = (uint16_t)(p->length - shift);
	p->l4 = (uint16_t)(p->l4 - shift);
	p->payload = (uint16_t)(p->payload - shift);
}

/* The checksum is mended as a whole, so that a wrong one stays wrong. */
static void
translate_error(struct packet *p, const struct flow_key *quoted, uint16_t identification)
{
	uint8_t head[HEAD_MAX], *l4 = p->data + p->l4;
	uint32_t length = (uint32_t)p->l3 + p->l3_length - p->l4, outer, inner;
	uint16_t checksum = load16_raw(l4 + ICMP_CHECKSUM_AT);
	struct envelope e = envelope_read(p->data, p->l3, p->l4, p->key.family);
	struct plan x;
	if (!error_plan(p, &x))
		return;
	store16(l4 + ICMP_CHECKSUM_AT, 0);
	uint64_t change = checksum_finish(checksum_add(pseudo(&p->key, length), l4, length));

	/* A later fragment has no transport header, and there may be nothing of it but its IP header. */
	if (x.quote.offset == 0)
		transport_translate(p->data + x.quote.at, x.end - x.quote.at, x.quote.length, &p->inner, quoted);
	e.fragment = false;
	e.length = x.length;
	outer = envelope_write(head, &e, &p->out, identification);
	error_write(head + outer, &x.error, p->out.family, 0);
	inner = envelope_write(head + outer + ICMP_HEADER, &x.quote, quoted, 0);
	change += checksum_add(pseudo(&p->out, x.length), head + outer, ICMP_HEADER + inner);
	change += checksum_add(0, p->data + x.quote.at, x.end - x.quote.at);
	memcpy(head + outer + ICMP_CHECKSUM_AT, &checksum, 2);
	checksum_mend(head + outer + ICMP_CHECKSUM_AT, change);

	place(p, head, outer + ICMP_HEADER + inner, x.quote.at);
	p->l4 = (uint16_t)(p->l3 + outer);
	p->payload = p->inner_l3 = (uint16_t)(p->l4 + ICMP_HEADER);
	p->inner = *quoted;
}

void
translate_bytes(struct packet *p, const struct flow_key *quoted, uint16_t identification)
{
	if (p->flags & PACKET_ICMP_ERROR) {
		translate_error(p, quoted, identification);
		return;
	}
	uint8_t head[HEAD_MAX];
	struct envelope e = envelope_read(p->data, p->l3, p->l4, p->key.family);
	/* IPv6 has no UDP without a checksum (RFC 7915 4.5). */
	if (p->flags & PACKET_L4_PARTIAL)
		rewrite_checksum_complete(p);
	if (!(p->flags & PACKET_FRAGMENT) || p->flags & PACKET_FRAGMENT_FIRST)
		transport_translate(p->data + p->l4, e.length, e.length, &p->key, &p->out);
	e.fragment |= (uint32_t)(p->l4 - p->l3 + p->resized) > header_length(p->out.family, false);
	place(p, head, envelope_write(head, &e, &p->out, identification), p->l4);
}

void
translate_message(const struct packet *p, uint8_t *type, uint8_t *code)
{
	struct icmp_error e = { echo_type(p->icmp_type), p->icmp_code, 0 };
	/* Its bytes may be translated already: this stands for them, with an MTU where one is asked for. */
	bool mtu = p->icmp_type == ICMP_UNREACHABLE || p->icmp_type == ICMP6_PACKET_TOO_BIG;
	uint8_t l4[ICMP_HEADER] = { p->icmp_type, p->icmp_code };
	store16(l4 + 6, mtu ? TRANSLATE_INET6_MINIMUM : 0);
	if (p->flags & PACKET_ICMP_ERROR)
		error_map(l4, NULL, p->key.family, &e);
	*type = e.type;
	*code = e.code;
}

uint8_t
translate_unreachable(uint8_t code, uint8_t family)
{
	enum { PROHIBITED = 13, PROHIBITED6 = 1 };
	bool inet6 = family == ADDRESS_FAMILY_INET6;
	uint8_t l4[ICMP_HEADER] = { inet6 ? ICMP_UNREACHABLE : ICMP6_UNREACHABLE, code };
	struct icmp_error e;
	store16(l4 + 6, TRANSLATE_INET6_MINIMUM); /* for fragmentation needed, which is none in IPv6 */
	if (error_map(l4, NULL, inet6 ? ADDRESS_FAMILY_INET : ADDRESS_FAMILY_INET6, &e) &&
	    e.type == (inet6 ? ICMP6_UNREACHABLE : ICMP_UNREACHABLE))
		return e.code;
	return inet6 ? PROHIBITED6 : PROHIBITED;
}
