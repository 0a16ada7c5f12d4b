/* tun.h: the way to this host's own kernel: a TUN device that takes IP packets. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_PORT_TUN_H
#define RINGWALL_PORT_TUN_H

#include <stdbool.h>
#include <stdint.h>

/* tun_open makes the TUN device `name`, up, with reverse-path filtering loose enough for packets whose answers leave by
 * another device. Returns a non-blocking descriptor, or -errno. Control thread. The device ends with the
 * descriptor. */
int tun_open(const char *name);

/* tun_write gives one IP packet to the kernel; false if it could not take it. Any thread; never waits. */
bool tun_write(int fd, const uint8_t *packet, uint16_t length);

#endif
