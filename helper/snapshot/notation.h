/* notation.h: msgpack from text that people read, for tests, benchmarks and fuzzing seeds: JSON, where a string
 * "@ADDRESS" means the bytes of that IP address. Trusts its input. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_NOTATION_H
#define RINGWALL_SNAPSHOT_NOTATION_H

#include <arpa/inet.h>
#include <assert.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline const char *
notation_space(const char *t)
{
	return t + strspn(t, " \t\r\n,:");
}

/* notation_skip passes over one value, to count items before they are written. */
static inline const char *
notation_skip(const char *t)
{
	int depth = 0;
	do {
		t = notation_space(t);
		if (*t == '{' || *t == '[') {
			depth++;
			t++;
		} else if (*t == '}' || *t == ']') {
			depth--;
			t++;
		} else if (*t == '"') {
			t = strchr(t + 1, '"') + 1;
		} else {
			t += strcspn(t, " \t\r\n,:{}[]\"");
		}
	} while (depth > 0);
	return t;
}

static inline uint32_t
notation_count(const char *t, char end)
{
	uint32_t count = 0;
	for (t = notation_space(t); *t != end; t = notation_space(t), count++)
		t = notation_skip(t);
	return count;
}

static inline const char *
notation_string(msgpack_packer *p, const char *t)
{
	const char *end = strchr(t, '"');
	char address[64];
	uint8_t bytes[16];
	if (*t == '@') {
		snprintf(address, sizeof address, "%.*s", (int)(end - t - 1), t + 1);
		int family = strchr(address, ':') ? AF_INET6 : AF_INET;
		int known = inet_pton(family, address, bytes);
		assert(known == 1);
		msgpack_pack_bin_with_body(p, bytes, family == AF_INET ? 4 : 16);
	} else {
		msgpack_pack_str_with_body(p, t, (size_t)(end - t));
	}
	return end + 1;
}

/* notation_pack writes the value at `t` and returns what follows it. */
static inline const char *
notation_pack(msgpack_packer *p, const char *t)
{
	t = notation_space(t);
	if (*t == '{' || *t == '[') {
		char end = *t == '{' ? '}' : ']';
		uint32_t count = notation_count(++t, end);
		if (end == '}')
			msgpack_pack_map(p, count / 2);
		else
			msgpack_pack_array(p, count);
		while (count--)
			t = notation_pack(p, t);
		return notation_space(t) + 1;
	}
	if (*t == '"')
		return notation_string(p, t + 1);
	size_t length = strcspn(t, " \t\r\n,:{}[]\"");
	if (*t == 't' || *t == 'f')
		*t == 't' ? msgpack_pack_true(p) : msgpack_pack_false(p);
	else if (*t == 'n')
		msgpack_pack_nil(p);
	else if (memchr(t, '.', length))
		msgpack_pack_double(p, strtod(t, NULL));
	else if (*t == '-')
		msgpack_pack_int64(p, strtoll(t, NULL, 10));
	else
		msgpack_pack_uint64(p, strtoull(t, NULL, 10));
	return t + length;
}

/* notation_file reads a file of this repository, from its root or from a program somewhere below build/. Freed by the
 * caller. */
static inline char *
notation_file(const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f) {
		char beside[4096];
		ssize_t n = readlink("/proc/self/exe", beside, sizeof beside - 1);
		beside[n > 0 ? n : 0] = 0;
		char *build = strstr(beside, "/build/");
		assert(build);
		snprintf(build + 1, sizeof beside - (size_t)(build + 1 - beside), "%s", path);
		f = fopen(beside, "r");
	}
	assert(f);
	char *text = NULL;
	size_t room = 0;
	ssize_t length = getdelim(&text, &room, 0, f);
	assert(length > 0);
	fclose(f);
	return text;
}

#define NOTATION_SAMPLE "helper/snapshot/sample.json"

#endif
