/* snapshot_fuzz.c: any bytes as a snapshot: refused with a reason, or built and freed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refusal why = { .code = "" };
	struct snapshot *s = snapshot_decode(data, (uint32_t)size, &why);
	assert(!s == (why.code[0] != 0));
	snapshot_free(s);
	return 0;
}
