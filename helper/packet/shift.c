/* shift.c: see shift.h. SPDX-License-Identifier: Apache-2.0 */
#include "packet/shift.h"

#include "packet/bytes.h"
#include "packet/change.h"
#include "packet/protocol.h"
#include "packet/quote.h"

enum { OPTION_END, OPTION_NOP, OPTION_SACK = 5 };
enum { OPTIONS_MAX = 40 };

static uint64_t
add(uint8_t *at, uint32_t amount)
{
	uint8_t sum[4];
	store32(sum, load32(at) + amount);
	return change_bytes(at, sum, 4);
}

/* Blocks may begin at any offset, so the options are replaced as a whole. */
static uint64_t
shift_sack(uint8_t *options, uint32_t length, uint32_t amount)
{
	uint8_t text[OPTIONS_MAX], *at = text, *end = text + length;
	bool found = false;
	memcpy(text, options, length);
	while (at < end && *at != OPTION_END) {
		if (*at == OPTION_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || at[1] < 2 || at[1] > end - at)
			break;
		if (at[0] == OPTION_SACK)
			for (uint8_t *edge = at + 2; edge + 4 <= at + at[1]; edge += 4) {
				store32(edge, load32(edge) + amount);
				found = true;
			}
		at += at[1];
	}
	return found ? change_bytes(options, text, length) : 0;
}

static uint64_t
shift_window(uint8_t *at, const struct shift *s)
{
	uint32_t window = (uint32_t)load16(at) << s->from >> s->to;
	uint8_t now[2];
	store16(now, window > UINT16_MAX ? UINT16_MAX : (uint16_t)window);
	return change_bytes(at, now, 2);
}

void
shift_segment(struct packet *p, const struct shift *s)
{
	uint8_t *l4 = p->data + p->l4;
	uint32_t options = (uint32_t)p->payload - p->l4 - TCP_HEADER;
	uint64_t change = s->sequence ? add(l4 + 4, s->sequence) : 0;
	if (s->acknowledgment && p->tcp_flags & TCP_ACK) {
		change += add(l4 + 8, s->acknowledgment);
		if (options > 0)
			change += shift_sack(l4 + TCP_HEADER, options, s->acknowledgment);
	}
	if (s->from != s->to && !(p->tcp_flags & TCP_SYN))
		change += shift_window(l4 + 14, s);
	checksum_mend(l4 + TCP_CHECKSUM_AT, change);
}

void
shift_quote(struct packet *p, const struct shift *s)
{
	uint32_t end = (uint32_t)p->l3 + p->l3_length;
	struct quote q;
	if (p->inner_l3 == 0 || !quote_parse(p->data, p->inner_l3, end, p->key.family, &q))
		return;
	if (q.l4 == 0 || q.key.protocol != PROTOCOL_TCP)
		return;
	/* RFC 792 promises eight bytes: the sequence number, not what stands behind it. */
	uint8_t *l4 = p->data + q.l4;
	uint64_t change = add(l4 + 4, s->sequence), outer;
	if (end - q.l4 >= 12)
		change += add(l4 + 8, s->acknowledgment);
	outer = change;
	if (end - q.l4 >= TCP_CHECKSUM_AT + 2) {
		uint16_t before = load16_raw(l4 + TCP_CHECKSUM_AT);
		checksum_mend(l4 + TCP_CHECKSUM_AT, change);
		outer += (uint64_t)(uint16_t)~before + load16_raw(l4 + TCP_CHECKSUM_AT);
	}
	checksum_mend(p->data + p->l4 + ICMP_CHECKSUM_AT, outer);
}
