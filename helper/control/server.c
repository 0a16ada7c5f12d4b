/* server.c: see server.h. Nothing here blocks; a peer that sends half a message, or does not read, costs a bounded
 * amount of memory for a bounded time. SPDX-License-Identifier: Apache-2.0 */
#include "control/server.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "control/dispatch.h"
#include "control/framing.h"
#include "control/socket.h"

enum {
	CONNECTIONS = 32,
	REQUEST_MAX = 64 << 10,  /* of a peer that is not the writer */
	SNAPSHOT_MAX = 64 << 20, /* of the writer */
	PATIENCE_MS = 10000,
	MESSAGES_PER_ROUND = 16, /* of one connection, before the others have their turn */
	EVENT_LISTEN = CONNECTIONS,
	EVENT_TIMER,
};

struct connection {
	int fd; /* -1: free */
	struct peer peer;
	struct frame_in in;
	struct frame_out out;
	uint32_t watched;  /* epoll events asked for */
	bool ending;       /* nothing more is read; closed once `out` is sent */
	uint64_t since_ms; /* of what it keeps us waiting with; see waiting() */
	char who[64];
};

struct control_server {
	int epoll, listener, timer;
	int gid;
	char *path;
	uint64_t patience_ms;
	bool timer_armed;
	struct dispatcher dispatcher;
	struct connection *writer;
	struct connection connection[CONNECTIONS];
};

static uint64_t
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
note(struct control_server *s, const char *who, const char *what)
{
	char text[160];
	if (!s->dispatcher.ops->note)
		return;
	snprintf(text, sizeof text, "control: %s: %s", who, what);
	s->dispatcher.ops->note(s->dispatcher.ctx, text);
}

static void
connection_close(struct control_server *s, struct connection *c)
{
	if (s->writer == c)
		s->writer = NULL;
	close(c->fd); /* leaves the epoll by itself: the descriptor is nowhere else */
	frame_in_free(&c->in);
	frame_out_free(&c->out);
	*c = (struct connection){ .fd = -1 };
}

static bool
watch(struct control_server *s, struct connection *c, uint32_t events)
{
	if (c->watched == events)
		return true;
	struct epoll_event e = { .events = events, .data.u32 = (uint32_t)(c - s->connection) };
	if (epoll_ctl(s->epoll, c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &e) != 0)
		return false;
	c->watched = events;
	return true;
}

/* waiting: does this connection owe us something? It then has `patience` since its last progress. */
static bool
waiting(const struct connection *c)
{
	return c->ending || c->out.bytes > 0 || frame_in_partial(&c->in) || !c->peer.hello;
}

/* send_queued sends what the socket takes; false when the connection is gone (and closed). */
static bool
send_queued(struct control_server *s, struct connection *c)
{
	size_t length;
	const uint8_t *bytes;
	while ((bytes = frame_out_next(&c->out, &length))) {
		ssize_t sent = send(c->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (sent < 0) {
			connection_close(s, c);
			return false;
		}
		frame_out_sent(&c->out, (size_t)sent);
		c->since_ms = now_ms();
	}
	if (c->ending && c->out.bytes == 0) {
		connection_close(s, c);
		return false;
	}
	return true;
}

/* claim_writer: a second writer is refused as long as the first lives. One whose other end is closed is dead, even if
 * we have not read that far. */
static bool
claim_writer(void *owner, struct peer *p)
{
	struct control_server *s = owner;
	struct connection *c = (struct connection *)((char *)p - offsetof(struct connection, peer));
	if (s->writer) {
		struct pollfd end = { .fd = s->writer->fd, .events = POLLRDHUP };
		bool alive = poll(&end, 1, 0) >= 0 && !(end.revents & (POLLHUP | POLLRDHUP | POLLERR));
		if (alive && !s->writer->ending)
			return false;
		connection_close(s, s->writer);
	}
	s->writer = c;
	return true;
}

/* one_message reads what is there of one message and answers it when it is complete. Returns false when there is
 * nothing more to do on this connection now. */
static bool
one_message(struct control_server *s, struct connection *c)
{
	uint32_t limit = c->peer.writer ? SNAPSHOT_MAX : REQUEST_MAX;
	for (;;) {
		size_t room;
		uint8_t *to = frame_in_room(&c->in, &room);
		ssize_t got = to ? recv(c->fd, to, room, MSG_DONTWAIT) : -1;
		if (to && got < 0 && errno == EINTR)
			continue;
		if (to && got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		if (got <= 0) {
			connection_close(s, c);
			return false;
		}
		if (!frame_in_partial(&c->in) && c->peer.hello)
			c->since_ms = now_ms(); /* the message has `patience` from its first byte on */
		enum frame_state state = frame_in_add(&c->in, (size_t)got, limit);
		if (state == FRAME_MORE)
			continue;
		uint8_t *bytes;
		size_t length;
		if (state == FRAME_LENGTH) {
			bytes = dispatch_refusal("length", "the message is empty or longer than this peer may send",
						 &length);
			c->ending = true;
		} else {
			c->ending = !dispatch(&s->dispatcher, &c->peer, c->in.body, c->in.length, &bytes, &length);
		}
		if (c->ending)
			note(s, c->who,
			     state == FRAME_LENGTH ? "disconnected: length" : "disconnected: malformed message");
		frame_in_reset(&c->in);
		c->since_ms = now_ms();
		if (!bytes || !frame_out_put(&c->out, bytes, length, false)) {
			connection_close(s, c);
			return false;
		}
		return send_queued(s, c) && !c->ending && c->out.bytes == 0;
	}
}

/* A peer is read from only while it owes us no reading: what waits for it is one reply and one doorbell at most. */
static void
connection_handle(struct control_server *s, struct connection *c, uint32_t events)
{
	if (events & EPOLLOUT && !send_queued(s, c))
		return;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && c->out.bytes == 0 && !c->ending)
		for (unsigned n = 0; n < MESSAGES_PER_ROUND && one_message(s, c); n++)
			;
	else if (events & (EPOLLHUP | EPOLLERR))
		connection_close(s, c);
	if (c->fd < 0)
		return;
	if (!watch(s, c, c->out.bytes || c->ending ? EPOLLOUT : EPOLLIN))
		connection_close(s, c);
}

static void
accept_one(struct control_server *s, int fd)
{
	struct connection *c = NULL;
	char who[sizeof c->who];
	const char *code = "permission", *message = "only root and the members of the socket's group may connect";
	if (socket_peer_allowed(fd, s->gid, who, sizeof who)) {
		for (unsigned i = 0; i < CONNECTIONS && !c; i++)
			if (s->connection[i].fd < 0)
				c = &s->connection[i];
		code = "too-many";
		message = "too many connections";
	}
	if (!c) {
		size_t length;
		uint8_t *bytes = dispatch_refusal(code, message, &length);
		if (bytes && send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			note(s, who, "left before it was refused");
		free(bytes);
		close(fd);
		note(s, who, message);
		return;
	}
	*c = (struct connection){ .fd = fd, .since_ms = now_ms() };
	memcpy(c->who, who, sizeof c->who);
	if (!watch(s, c, EPOLLIN))
		connection_close(s, c);
}

static void
accept_all(struct control_server *s)
{
	for (unsigned n = 0; n < CONNECTIONS; n++) {
		int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		accept_one(s, fd);
	}
}

/* The timer runs only while somebody keeps us waiting: an idle helper does not wake up for it. */
static void
patience_check(struct control_server *s)
{
	uint64_t now = now_ms();
	bool any = false;
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &s->connection[i];
		if (c->fd < 0 || !waiting(c))
			continue;
		if (now - c->since_ms >= s->patience_ms) {
			note(s, c->who, "disconnected: took too long to finish a message, to say hello or to read");
			connection_close(s, c);
		} else {
			any = true;
		}
	}
	if (any == s->timer_armed)
		return;
	uint64_t tick_ns = any ? s->patience_ms * 1000000 / 4 : 0;
	struct timespec tick = { .tv_sec = (time_t)(tick_ns / 1000000000), .tv_nsec = (long)(tick_ns % 1000000000) };
	struct itimerspec spec = { .it_value = tick, .it_interval = tick };
	if (timerfd_settime(s->timer, 0, &spec, NULL) == 0)
		s->timer_armed = any;
}

void
control_server_handle(struct control_server *s)
{
	struct epoll_event events[CONNECTIONS + 2];
	int count = epoll_wait(s->epoll, events, CONNECTIONS + 2, 0);
	bool incoming = false;
	for (int i = 0; i < count; i++) {
		uint32_t what = events[i].data.u32;
		if (what == EVENT_LISTEN) {
			incoming = true; /* later: a place that closes in this round must not get another's event */
		} else if (what == EVENT_TIMER) {
			uint64_t ticks;
			if (read(s->timer, &ticks, sizeof ticks) < 0)
				continue; /* disarmed meanwhile */
		} else if (s->connection[what].fd >= 0) {
			connection_handle(s, &s->connection[what], events[i].events);
		}
	}
	if (incoming)
		accept_all(s);
	patience_check(s);
}

void
control_server_doorbell(struct control_server *s)
{
	/* {type: "doorbell"} */
	static const uint8_t message[] = "\x0f\0\0\0\x81\xa4type\xa8"
					 "doorbell";
	struct connection *c = s->writer;
	if (!c || c->ending || frame_out_marked(&c->out))
		return;
	size_t length = sizeof message - 1;
	uint8_t *bytes = malloc(length);
	if (!bytes)
		return; /* the daemon's slow timer is the safety net */
	memcpy(bytes, message, length);
	if (c->out.bytes == 0)
		c->since_ms = now_ms();
	if (!frame_out_put(&c->out, bytes, length, true) || !send_queued(s, c))
		return;
	if (!watch(s, c, c->out.bytes ? EPOLLOUT : EPOLLIN))
		connection_close(s, c);
	else if (c->out.bytes)
		patience_check(s);
}

void
control_server_patience(struct control_server *s, uint32_t milliseconds)
{
	s->patience_ms = milliseconds;
	s->timer_armed = false;
	patience_check(s);
}

int
control_server_fd(const struct control_server *s)
{
	return s->epoll;
}

static int
epoll_add(int epoll, int fd, uint32_t what)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = what };
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
}

struct control_server *
control_server_create(const char *path, int gid, const struct control_ops *ops, void *ctx)
{
	int why;
	struct control_server *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->gid = gid;
	s->patience_ms = PATIENCE_MS;
	s->dispatcher = (struct dispatcher){ .ops = ops, .ctx = ctx, .claim_writer = claim_writer, .owner = s };
	for (unsigned i = 0; i < CONNECTIONS; i++)
		s->connection[i].fd = -1;
	s->path = strdup(path);
	why = errno;
	if (!s->path)
		goto fail_path;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	why = errno;
	if (s->epoll < 0)
		goto fail_epoll;
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	why = errno;
	if (s->timer < 0)
		goto fail_timer;
	s->listener = socket_listen(path, gid);
	why = -s->listener;
	if (s->listener < 0)
		goto fail_listen;
	if (epoll_add(s->epoll, s->timer, EVENT_TIMER) == 0 && epoll_add(s->epoll, s->listener, EVENT_LISTEN) == 0)
		return s;
	why = errno;
	unlink(path);
	close(s->listener);
fail_listen:
	close(s->timer);
fail_timer:
	close(s->epoll);
fail_epoll:
	free(s->path);
fail_path:
	free(s);
	errno = why;
	return NULL;
}

void
control_server_close(struct control_server *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &s->connection[i];
		if (c->fd >= 0 && send_queued(s, c))
			connection_close(s, c);
	}
	unlink(s->path);
	close(s->listener);
	close(s->timer);
	close(s->epoll);
	free(s->path);
	free(s);
}
