/* pages.c: see pages.h. SPDX-License-Identifier: Apache-2.0 */
#include "flow/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t
rounded(size_t size)
{
	size_t unit = size >= PAGES_HUGE ? PAGES_HUGE : (size_t)sysconf(_SC_PAGESIZE);
	return (size + unit - 1) / unit * unit;
}

void *
pages_map(size_t size)
{
	size_t length = rounded(size);
	size_t slack = size >= PAGES_HUGE ? PAGES_HUGE : 0;
	uint8_t *p = mmap(NULL, length + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (!slack)
		return p;

	/* Older kernels do not align large mappings themselves; an unaligned one loses its first and last huge page. */
	size_t head = -(uintptr_t)p % PAGES_HUGE;
	if (head)
		munmap(p, head);
	if (slack - head)
		munmap(p + head + length, slack - head);
	p += head;
	madvise(p, length, MADV_HUGEPAGE);
	return p;
}

void
pages_unmap(void *p, size_t size)
{
	if (p)
		munmap(p, rounded(size));
}
