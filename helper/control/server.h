/* server.h: the helper's control socket: who may talk, in what frames, to which handler.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_CONTROL_SERVER_H
#define RINGWALL_CONTROL_SERVER_H

#include "control/ops.h"

struct control_server;

/* control_server_create listens on a Unix stream socket at `path`, mode 0660, group `gid` (-1: leave). Peers must be
 * root, of this process' user, or of that group. A socket file that nobody listens on any more is replaced. Returns
 * NULL and errno (EADDRINUSE: another helper is alive there). Control thread, at start. */
struct control_server *control_server_create(const char *path, int gid, const struct control_ops *ops, void *ctx);

/* control_server_fd: becomes readable when there is something to do (an epoll of its own: add it to the engine's). */
int control_server_fd(const struct control_server *s);

/* control_server_handle does what can be done without blocking. Control thread. */
void control_server_handle(struct control_server *s);

/* control_server_doorbell tells the writer, if there is one, that a ring it sleeps on has events. One that is not yet
 * sent is not repeated. Control thread. */
void control_server_doorbell(struct control_server *s);

/* control_server_patience sets how long a peer may take to finish a message, to say hello, or to read what it asked
 * for, before it is disconnected. Default 10 s. Control thread. */
void control_server_patience(struct control_server *s, uint32_t milliseconds);

/* control_server_close ends all connections after a last attempt to send what is queued, and removes the socket
 * file. */
void control_server_close(struct control_server *s);

#endif
