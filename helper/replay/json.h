/* json.h: JSON objects, one per line. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_REPLAY_JSON_H
#define RINGWALL_REPLAY_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct address;

/* json: where it goes, and whether a comma is due. */
struct json {
	FILE *out;
	bool comma;
};

/* key NULL: an element of an array. */
void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_line(struct json *j); /* ends the outermost object's line */
void json_text(struct json *j, const char *key, const char *text);
void json_number(struct json *j, const char *key, uint64_t n);
void json_bool(struct json *j, const char *key, bool b);
void json_address(struct json *j, const char *key, uint8_t family, const void *bytes);
void json_mac(struct json *j, const char *key, const uint8_t mac[6]);
void json_hex(struct json *j, const char *key, const uint8_t *bytes, uint32_t length);

#endif
