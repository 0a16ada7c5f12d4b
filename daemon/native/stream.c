/* stream.c: a TCP connection to a collector: its state, what goes in and out. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockets.h"
#include "value.h"

/* So many probes of a closed window without an answer are not lost by chance. */
enum { SILENT_PROBES = 3 };

/* streamError(descriptor): the pending error as -errno, or 0. It is taken: a second call gives 0. */
napi_value
stream_error(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd, error = 0;
	socklen_t length = sizeof error;
	if (!value_descriptor(env, info, 1, argv, &fd))
		return NULL;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
		error = errno;
	return value_number(env, -error);
}

/* streamState(descriptor): the state of the connection as <netinet/tcp.h> numbers them, or -errno. TCP_CLOSE: the kernel has given it
 * up, and nothing more leaves by it. */
napi_value
stream_state(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd;
	struct tcp_info about = { 0 };
	socklen_t length = sizeof about;
	if (!value_descriptor(env, info, 1, argv, &fd))
		return NULL;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &about, &length))
		return value_number(env, -errno);
	return value_number(env, about.tcpi_state);
}

/* Whether the other side has answered what it was asked last: its window was full, and may be so for as long as it likes. A probe
 * of that window, of which no data time tells, may have got lost. */
static bool
is_answering(const struct tcp_info *about, int unsent)
{
	if (about->tcpi_unacked > 0)
		return about->tcpi_last_ack_recv <= about->tcpi_last_data_sent;
	return unsent > 0 && about->tcpi_probes < SILENT_PROBES;
}

/* streamPatience(descriptor, userTimeoutMs): gives a connection the user timeout if the other side does not answer, and else none:
 * the kernel counts by it whatever is not acknowledged (tcp(7)), though RFC 9293 3.8.6.1 wants a connection to stay whose window is
 * closed. 0, or -errno. */
napi_value
stream_patience(napi_env env, napi_callback_info info)
{
	napi_value argv[2];
	int fd, unsent = 0, timeout = 0;
	struct tcp_info about = { 0 };
	socklen_t length = sizeof about;
	if (!value_descriptor(env, info, 2, argv, &fd))
		return NULL;
	if (napi_get_value_int32(env, argv[1], &timeout) != napi_ok)
		return value_number(env, -EINVAL);
	if (ioctl(fd, SIOCOUTQNSD, &unsent) || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &about, &length))
		return value_number(env, -errno);
	if (is_answering(&about, unsent))
		timeout = 0;
	if (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout))
		return value_number(env, -errno);
	return value_number(env, 0);
}

static void
end_text(const struct sockaddr_storage *address, char *text, size_t size)
{
	const struct sockaddr_in *inet = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *inet6 = (const struct sockaddr_in6 *)address;
	if (address->ss_family == AF_INET) {
		snprintf(text, size, "%08" PRIX32 ":%04X", inet->sin_addr.s_addr, ntohs(inet->sin_port));
	} else {
		uint32_t words[4];
		memcpy(words, &inet6->sin6_addr, sizeof words);
		snprintf(text, size, "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 ":%04X", words[0], words[1],
			 words[2], words[3], ntohs(inet6->sin6_port));
	}
}

/* streamName(descriptor): both ends as /proc/net/tcp and tcp6 write them, or "" if it is not connected. */
napi_value
stream_name(napi_env env, napi_callback_info info)
{
	napi_value argv[1], result = NULL;
	int fd;
	struct sockaddr_storage local, remote;
	socklen_t local_length = sizeof local, remote_length = sizeof remote;
	char from[48], to[48], name[100] = "";
	if (!value_descriptor(env, info, 1, argv, &fd))
		return NULL;
	if (!getsockname(fd, (struct sockaddr *)&local, &local_length) &&
	    !getpeername(fd, (struct sockaddr *)&remote, &remote_length)) {
		end_text(&local, from, sizeof from);
		end_text(&remote, to, sizeof to);
		snprintf(name, sizeof name, "%s %s", from, to);
	}
	napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &result);
	return result;
}

/* streamWrite(descriptor, bytes, from): how many bytes from there on the kernel took, or -errno. */
napi_value
stream_write(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	int fd;
	uint32_t from;
	void *data;
	size_t length;
	if (!value_descriptor(env, info, 3, argv, &fd))
		return NULL;
	if (napi_get_buffer_info(env, argv[1], &data, &length) != napi_ok ||
	    napi_get_value_uint32(env, argv[2], &from) != napi_ok || from > length)
		return value_number(env, -EINVAL);
	ssize_t sent = send(fd, (uint8_t *)data + from, length - from, MSG_NOSIGNAL | MSG_DONTWAIT);
	return value_number(env, sent < 0 ? -errno : sent);
}

/* streamRead(descriptor, into): how many bytes came, 0 when the other side has ended, or -errno. */
napi_value
stream_read(napi_env env, napi_callback_info info)
{
	napi_value argv[2];
	int fd;
	void *data;
	size_t length;
	if (!value_descriptor(env, info, 2, argv, &fd))
		return NULL;
	if (napi_get_buffer_info(env, argv[1], &data, &length) != napi_ok)
		return value_number(env, -EINVAL);
	ssize_t received = recv(fd, data, length, MSG_DONTWAIT);
	return value_number(env, received < 0 ? -errno : received);
}

/* streamAbort(descriptor): closes it and throws away what the kernel has not sent. */
napi_value
stream_abort(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int fd;
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	if (!value_descriptor(env, info, 1, argv, &fd))
		return NULL;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
	return NULL;
}
