/* confine.h: what a packet thread may do: nothing but its rings. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_WORKER_CONFINE_H
#define RINGWALL_WORKER_CONFINE_H

/* worker_confine takes all capabilities from the calling thread and allows it only the system calls that a worker needs.
 * 0 or -errno; assumes that no new privileges is set. Called by the worker itself. */
int worker_confine(void);

#endif
