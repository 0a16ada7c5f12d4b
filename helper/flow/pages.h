/* pages.h: zeroed memory for large tables, on huge pages where the kernel has them. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_FLOW_PAGES_H
#define RINGWALL_FLOW_PAGES_H

#include <stddef.h>

/* pages_map returns `size` zeroed bytes, page aligned; from PAGES_HUGE bytes on aligned to and advised for huge pages.
 * Memory is taken from the system when first touched. NULL and errno on failure. Control thread. */
enum { PAGES_HUGE = 2 << 20 };
void *pages_map(size_t size);
void pages_unmap(void *p, size_t size);

#endif
