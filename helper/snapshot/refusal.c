/* refusal.c: see refusal.h. SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/refusal.h"

#include <stdarg.h>
#include <stdio.h>

bool
refusal_set(struct refusal *why, const char *code, const char *path, const char *message, ...)
{
	snprintf(why->code, sizeof why->code, "%s", code);
	snprintf(why->path, sizeof why->path, "%s", path);
	va_list args;
	va_start(args, message);
	vsnprintf(why->message, sizeof why->message, message, args);
	va_end(args);
	return false;
}
