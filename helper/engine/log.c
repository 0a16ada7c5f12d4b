/* log.c: SPDX-License-Identifier: Apache-2.0 */
#include "engine/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_name[] = { "debug", "info", "warn", "error" };
static enum log_level threshold = LOG_LEVEL_INFO;

enum { LINE = 4096 };

struct line {
	unsigned used;
	char text[LINE];
};

static void
put(struct line *l, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int wrote = vsnprintf(l->text + l->used, LINE - l->used, format, arguments);
	va_end(arguments);
	if (wrote > 0)
		l->used = l->used + (unsigned)wrote < LINE - 4 ? l->used + (unsigned)wrote : LINE - 4;
}

static void
put_text(struct line *l, const char *text)
{
	put(l, "\"");
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			put(l, "\\%c", *c);
		else if (*c < 0x20)
			put(l, "\\u%04x", *c);
		else
			put(l, "%c", *c);
	}
	put(l, "\"");
}

bool
log_level_set(const char *name)
{
	for (unsigned i = 0; i < sizeof level_name / sizeof level_name[0]; i++) {
		if (strcmp(name, level_name[i]) == 0) {
			threshold = (enum log_level)i;
			return true;
		}
	}
	return false;
}

void
log_fields(enum log_level level, const char *event, const struct log_field *field, unsigned count)
{
	struct line l = { 0 };
	struct timespec now;
	struct tm utc;
	char time[32];

	if (level < threshold)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &utc);
	put(&l, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\",\"event\":\"%s\"", time, now.tv_nsec / 1000000,
	    level_name[level], event);
	for (unsigned i = 0; i < count; i++) {
		put(&l, ",\"%s\":", field[i].key);
		if (field[i].text)
			put_text(&l, field[i].text);
		else
			put(&l, "%" PRId64, field[i].number);
	}
	put(&l, "}");
	l.text[l.used++] = '\n';
	ssize_t ignored = write(STDERR_FILENO, l.text, l.used);
	(void)ignored;
}
