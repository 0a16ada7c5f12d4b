/* refusal.h: says why something was refused: code, path, sentence. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_SNAPSHOT_REFUSAL_H
#define RINGWALL_SNAPSHOT_REFUSAL_H

#include "snapshot/snapshot.h"

/* refusal_set fills *why and returns false, so that a check can end with it. What does not fit is cut. */
bool refusal_set(struct refusal *why, const char *code, const char *path, const char *message, ...)
    __attribute__((format(printf, 4, 5)));

#endif
