/* log.h: what the helper says about itself: one JSON object per line on stderr. Never from a packet thread.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_ENGINE_LOG_H
#define RINGWALL_ENGINE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct log_field {
	const char *key;
	const char *text; /* NULL: a number */
	int64_t number;
};

/* log_text and log_number make a field. */
static inline struct log_field
log_text(const char *key, const char *text)
{
	return (struct log_field){ .key = key, .text = text ? text : "" };
}

static inline struct log_field
log_number(const char *key, int64_t number)
{
	return (struct log_field){ .key = key, .number = number };
}

/* log_level sets what is left out; the name is debug, info, warn or error: false if it is none of these. */
bool log_level_set(const char *name);

/* log_fields writes one line: time, level, event and the fields. Use log_event. Control thread. */
void log_fields(enum log_level level, const char *event, const struct log_field *field, unsigned count);

#define log_event(level, event, ...)                                                                                   \
	log_fields(level, event, (const struct log_field[]){ __VA_ARGS__ },                                            \
		   sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

#endif
