/* snapshot-check: reads the msgpack of a snapshot from standard input and prints as JSON what the helper makes of it: a
 * summary with the time that decoding and building took, or its refusal. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "snapshot/snapshot.h"

static double
now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
print_text(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void
print_address(const struct address *a, uint8_t family)
{
	putchar('"');
	for (int i = 0; i < (family == ADDRESS_FAMILY_INET ? 4 : 16); i++)
		printf("%02x", a->byte[i]);
	putchar('"');
}

static void
print_snapshot(const struct snapshot *s, double us)
{
	printf("{\"ok\":true,\"generation\":%" PRIu32 ",\"hash\":\"%s\",\"microseconds\":%.0f,\"zones\":[",
	       s->generation, s->hash, us);
	for (uint32_t i = 1; i < s->zone_count; i++) {
		printf(i > 1 ? "," : "");
		print_text(s->zone[i].name);
	}
	printf("],\"units\":[");
	for (uint32_t i = 1; i < s->unit_count; i++) {
		printf("%s{\"name\":", i > 1 ? "," : "");
		print_text(s->unit[i].name);
		printf(",\"zone\":%u,\"addresses\":[", s->unit[i].zone);
		for (uint32_t n = 0; n < s->unit[i].address_count; n++) {
			printf(n ? "," : "");
			print_address(&s->unit[i].address[n].address, s->unit[i].address[n].family);
		}
		printf("]}");
	}
	printf("],\"policies\":[");
	bool more = false;
	for (uint32_t i = 0; i < s->policy_set_count; i++) {
		for (uint32_t r = 0; r < s->policy_set[i].rule_count; r++, more = true) {
			const struct policy_rule *rule = &s->policy_set[i].rule[r];
			printf("%s{\"policy_id\":%" PRIu32 ",\"name\":", more ? "," : "", rule->policy_id);
			print_text(rule->name);
			printf(",\"action\":%u,\"timeout\":%" PRIu32 "}", rule->action, rule->timeout_s);
		}
	}
	printf("],\"counters\":%" PRIu32 ",\"routes\":%" PRIu32 "}\n", s->counter_count, s->route_count);
}

int
main(void)
{
	size_t room = 1 << 20, length = 0;
	char *bytes = malloc(room);
	while (bytes && !feof(stdin) && !ferror(stdin)) {
		if (length == room)
			bytes = realloc(bytes, room *= 2);
		if (bytes)
			length += fread(bytes + length, 1, room - length, stdin);
	}
	if (!bytes || length > UINT32_MAX) {
		fprintf(stderr, "snapshot-check: no memory\n");
		return 2;
	}
	struct refusal why = { .code = "" };
	double start = now_us();
	struct snapshot *s = snapshot_decode(bytes, (uint32_t)length, &why);
	double us = now_us() - start;
	if (s) {
		print_snapshot(s, us);
	} else {
		printf("{\"ok\":false,\"code\":");
		print_text(why.code);
		printf(",\"path\":");
		print_text(why.path);
		printf(",\"message\":");
		print_text(why.message);
		printf("}\n");
	}
	int status = s ? 0 : 1;
	snapshot_free(s);
	free(bytes);
	return status;
}
