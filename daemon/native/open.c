/* open.c: sockets to collectors. SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sockets.h"
#include "value.h"

enum {
	SOCKET_BUFFER_BYTES = 4 << 20,
	/* What waits in the kernel behind what the network takes: small, since after a break it is sent again. */
	UNSENT_BYTES = 256 << 10,
	KEEPALIVE_PROBES = 4,
};

/* endpoints: where a socket goes and, if from_length is not 0, where it comes from. */
struct endpoints {
	struct sockaddr_storage to, from;
	socklen_t to_length, from_length;
};

static socklen_t
address_of(const char *text, uint32_t port, struct sockaddr_storage *address)
{
	struct sockaddr_in *inet = (struct sockaddr_in *)address;
	struct sockaddr_in6 *inet6 = (struct sockaddr_in6 *)address;
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &inet->sin_addr) == 1) {
		inet->sin_family = AF_INET;
		inet->sin_port = htons((uint16_t)port);
		return sizeof *inet;
	}
	if (inet_pton(AF_INET6, text, &inet6->sin6_addr) == 1) {
		inet6->sin6_family = AF_INET6;
		inet6->sin6_port = htons((uint16_t)port);
		return sizeof *inet6;
	}
	return 0;
}

/* argv: host, port, sourceAddress. */
static bool
endpoints_of(napi_env env, const napi_value *argv, struct endpoints *ends)
{
	char host[INET6_ADDRSTRLEN], source[INET6_ADDRSTRLEN];
	uint32_t port = 0;
	if (!value_text(env, argv[0], host, sizeof host) || !value_text(env, argv[2], source, sizeof source) ||
	    napi_get_value_uint32(env, argv[1], &port) != napi_ok || port > 65535)
		return false;
	ends->to_length = address_of(host, port, &ends->to);
	ends->from_length = source[0] ? address_of(source, 0, &ends->from) : 0;
	return ends->to_length && (!source[0] || ends->from_length) &&
	       (!ends->from_length || ends->from.ss_family == ends->to.ss_family);
}

static int
connected(int fd, const struct endpoints *ends)
{
	if ((ends->from_length && bind(fd, (const struct sockaddr *)&ends->from, ends->from_length)) ||
	    (connect(fd, (const struct sockaddr *)&ends->to, ends->to_length) && errno != EINPROGRESS)) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

static void
option(int fd, int level, int name, int value)
{
	/* An option that this kernel does not have costs comfort, not the log. */
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

/* openDatagram(host, port, sourceAddress): a connected UDP socket. */
napi_value
open_datagram(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	struct endpoints ends;
	if (!value_arguments(env, info, 3, argv))
		return NULL;
	if (!endpoints_of(env, argv, &ends))
		return value_number(env, -EINVAL);
	int fd = socket(ends.to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return value_number(env, -errno);
	option(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER_BYTES); /* as much of it as the system grants */
	return value_number(env, connected(fd, &ends));
}

/* openLocal(path): a Unix datagram socket, connected to the one at `path`. */
napi_value
open_local(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	if (!value_arguments(env, info, 1, argv))
		return NULL;
	if (!value_text(env, argv[0], to.sun_path, sizeof to.sun_path))
		return value_number(env, -EINVAL);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return value_number(env, -errno);
	option(fd, SOL_SOCKET, SO_SNDBUF, SOCKET_BUFFER_BYTES);
	if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
		int error = errno;
		close(fd);
		return value_number(env, -error);
	}
	return value_number(env, fd);
}

/* openStream(host, port, sourceAddress, keepAliveSeconds, userTimeoutMs): a TCP socket that is connecting; when it can be written,
 * streamError says whether it is connected. */
napi_value
open_stream(napi_env env, napi_callback_info info)
{
	napi_value argv[5];
	struct endpoints ends;
	uint32_t times[2];
	if (!value_arguments(env, info, 5, argv))
		return NULL;
	if (!endpoints_of(env, argv, &ends) || !value_words(env, &argv[3], 2, times))
		return value_number(env, -EINVAL);
	int fd = socket(ends.to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return value_number(env, -errno);
	if (times[0]) {
		int interval = (int)times[0] / KEEPALIVE_PROBES;
		option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
		option(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)times[0]);
		option(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval > 0 ? interval : 1);
		option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
	}
	option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)times[1]);
	option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES);
	return value_number(env, connected(fd, &ends));
}

/* duplicate(descriptor): another descriptor of the same socket. */
napi_value
duplicate(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd;
	if (!value_descriptor(env, info, 1, argv, &fd))
		return NULL;
	int other = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return value_number(env, other < 0 ? -errno : other);
}

/* closeSocket(descriptor) */
napi_value
close_socket(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int32_t fd = -1;
	if (!value_arguments(env, info, 1, argv))
		return NULL;
	if (napi_get_value_int32(env, argv[0], &fd) == napi_ok && fd >= 0)
		close(fd);
	return NULL;
}
