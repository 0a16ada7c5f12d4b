/* json.c: JSON objects, one per line. SPDX-License-Identifier: Apache-2.0 */
#include "replay/json.h"

#include <arpa/inet.h>
#include <inttypes.h>

#include "wire_gen.h"

static void
quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", *text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void
begin(struct json *j, const char *key)
{
	if (j->comma)
		fputc(',', j->out);
	j->comma = true;
	if (!key)
		return;
	quoted(j->out, key);
	fputc(':', j->out);
}

void
json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->out);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	fputc(bracket, j->out);
	j->comma = true;
}

void
json_line(struct json *j)
{
	fputc('\n', j->out);
	j->comma = false;
}

void
json_text(struct json *j, const char *key, const char *text)
{
	begin(j, key);
	quoted(j->out, text);
}

void
json_number(struct json *j, const char *key, uint64_t n)
{
	begin(j, key);
	fprintf(j->out, "%" PRIu64, n);
}

void
json_bool(struct json *j, const char *key, bool b)
{
	begin(j, key);
	fputs(b ? "true" : "false", j->out);
}

void
json_address(struct json *j, const char *key, uint8_t family, const void *bytes)
{
	char text[INET6_ADDRSTRLEN];
	if (inet_ntop(family == ADDRESS_FAMILY_INET ? AF_INET : AF_INET6, bytes, text, sizeof text))
		json_text(j, key, text);
}

void
json_mac(struct json *j, const char *key, const uint8_t mac[6])
{
	char text[18];
	snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	json_text(j, key, text);
}

void
json_hex(struct json *j, const char *key, const uint8_t *bytes, uint32_t length)
{
	begin(j, key);
	fputc('"', j->out);
	for (uint32_t i = 0; i < length; i++)
		fprintf(j->out, "%02x", bytes[i]);
	fputc('"', j->out);
}
