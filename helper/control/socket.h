/* socket.h: the listening Unix socket and who stands at its other end. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_SOCKET_H
#define RINGWALL_CONTROL_SOCKET_H

#include <stdbool.h>

/* socket_listen makes a non-blocking listening Unix stream socket at `path`, mode 0660, group `gid` (-1: leave). What a
 * former process left there is replaced. Returns its descriptor, or -errno: -EADDRINUSE if somebody listens there. */
int socket_listen(const char *path, int gid);

/* socket_peer_allowed: is the peer root, of this process' user, or of group `gid` (primary or supplementary)? `text`
 * tells who it is, for a log. */
bool socket_peer_allowed(int fd, int gid, char *text, unsigned room);

#endif
