/* snapshot_fuzz.c: any bytes as a snapshot: refused with a reason, or built and freed; its filters answer in both ways alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "packet/sample.h"
#include "snapshot/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The filter's terms once more, until there are so many that they are indexed. */
static void
try_filter(const struct filter *f)
{
	uint32_t copies = f->term_count == 0 || f->term_count > 64 ? 1 : FILTER_WALKED_MAX / f->term_count + 1;
	struct filter_term *term = malloc(copies * f->term_count * sizeof *term + 1);
	struct filter many = { .id = f->id, .family = f->family, .term_count = copies * f->term_count, .term = term };
	assert(term);
	for (uint32_t i = 0; i < copies && f->term_count > 0; i++)
		memcpy(term + i * f->term_count, f->term, f->term_count * sizeof *term);
	assert(filter_compile(&many));
	for (enum sample_kind kind = 0; kind < SAMPLE_KINDS; kind++) {
		bool indexed = true, walked = true;
		struct sample s;
		sample_make(&s, kind);
		struct packet p = { .data = s.bytes, .length = (uint16_t)s.length, .unit = (uint16_t)(kind % 4 + 1) };
		if (packet_parse(&p) != DROP_REASON_NONE || p.key.family != f->family)
			continue;
		assert(filter_next(&many, &p, 0, &indexed) == filter_next_walked(&many, &p, 0, &walked));
		assert(indexed == walked);
	}
	filter_release(&many);
	free(term);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refusal why = { .code = "" };
	struct snapshot *s = snapshot_decode(data, (uint32_t)size, &why);
	assert(!s == (why.code[0] != 0));
	for (uint32_t i = 1; s && i < s->filter_count; i++)
		try_filter(&s->filter[i]);
	snapshot_free(s);
	return 0;
}
