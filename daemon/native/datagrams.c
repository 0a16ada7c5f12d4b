/* datagrams.c: sends lines of a shared outbox as UDP datagrams, so that the kernel itself notes which were sent.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Node's own sockets return to the program after each datagram; a process killed between the return and its note of it
 * sends the line a second time after its restart, or never. sendmmsg(2) writes the length of each sent message into the
 * caller's memory before it looks at the next one, and a killed process dies on its way back to user space only. Here that
 * memory is a shared file: after a kill at any instant it says exactly which lines are out. (It is faster, too.)
 *
 * region: message table | vector table | lines. Offsets are given by the caller (daemon/src/syslog/outbox.ts), checked here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <node_api.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH_MAX = 1024, SOCKET_BUFFER_BYTES = 4 << 20 };

static napi_value
number_of(napi_env env, int64_t value)
{
	napi_value result = NULL;
	napi_create_int64(env, value, &result);
	return result;
}

static bool
arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv)
{
	size_t argc = wanted;
	if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc == wanted)
		return true;
	napi_throw_type_error(env, NULL, "wrong number of arguments");
	return false;
}

static bool
text_of(napi_env env, napi_value value, char *text, size_t size)
{
	size_t length = 0;
	return napi_get_value_string_utf8(env, value, text, size, &length) == napi_ok;
}

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

/* openSocket(host, port, sourceAddress): a connected, non-blocking UDP socket; the descriptor, or -errno. */
static napi_value
open_socket(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	char host[INET6_ADDRSTRLEN], source[INET6_ADDRSTRLEN];
	uint32_t port = 0;
	if (!arguments(env, info, 3, argv))
		return NULL;
	if (!text_of(env, argv[0], host, sizeof host) || !text_of(env, argv[2], source, sizeof source) ||
	    napi_get_value_uint32(env, argv[1], &port) != napi_ok || port > 65535)
		return number_of(env, -EINVAL);
	struct sockaddr_storage to, from;
	socklen_t to_length = address_of(host, port, &to);
	socklen_t from_length = source[0] ? address_of(source, 0, &from) : 0;
	if (!to_length || (source[0] && !from_length) || (from_length && from.ss_family != to.ss_family))
		return number_of(env, -EINVAL);
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return number_of(env, -errno);
	int bytes = SOCKET_BUFFER_BYTES;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes); /* as much of it as the system grants */
	if ((from_length && bind(fd, (struct sockaddr *)&from, from_length)) ||
	    connect(fd, (struct sockaddr *)&to, to_length)) {
		int error = errno;
		close(fd);
		return number_of(env, -error);
	}
	return number_of(env, fd);
}

/* closeSocket(descriptor) */
static napi_value
close_socket(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	int32_t fd = -1;
	if (!arguments(env, info, 1, argv))
		return NULL;
	if (napi_get_value_int32(env, argv[0], &fd) == napi_ok && fd >= 0)
		close(fd);
	return NULL;
}

/* place fills the message and the vector of one line: all but the length that sendmmsg notes. */
static bool
place(struct mmsghdr *message, struct iovec *vector, uint8_t *bytes, size_t size, const uint32_t *line)
{
	if (line[0] > size || line[1] > size - line[0])
		return false;
	vector->iov_base = bytes + line[0];
	vector->iov_len = line[1];
	memset(&message->msg_hdr, 0, sizeof message->msg_hdr);
	message->msg_hdr.msg_iov = vector;
	message->msg_hdr.msg_iovlen = 1;
	return true;
}

/* sendLines(descriptor, region, messagesAt, vectorsAt, linesAt, first, count): sends the lines `first` … in order. Entry i of
 * the table at linesAt is {offset in region, length}. How many were sent, or -errno when the first one failed. */
static napi_value
send_lines(napi_env env, napi_callback_info info)
{
	napi_value argv[7];
	int32_t fd;
	uint8_t *bytes;
	size_t size;
	uint32_t at[5];
	if (!arguments(env, info, 7, argv))
		return NULL;
	if (napi_get_value_int32(env, argv[0], &fd) != napi_ok ||
	    napi_get_buffer_info(env, argv[1], (void **)&bytes, &size) != napi_ok)
		return number_of(env, -EINVAL);
	for (int i = 0; i < 5; i++)
		if (napi_get_value_uint32(env, argv[i + 2], &at[i]) != napi_ok)
			return number_of(env, -EINVAL);
	uint64_t messages_at = at[0], vectors_at = at[1], lines_at = at[2], first = at[3], end = first + at[4];
	if (at[4] == 0 || at[4] > BATCH_MAX || (messages_at | vectors_at | lines_at) % 8 ||
	    messages_at + end * sizeof(struct mmsghdr) > size || vectors_at + end * sizeof(struct iovec) > size ||
	    lines_at + end * 8 > size)
		return number_of(env, -EINVAL);
	struct mmsghdr *messages = (struct mmsghdr *)(bytes + messages_at);
	struct iovec *vectors = (struct iovec *)(bytes + vectors_at);
	const uint32_t *lines = (const uint32_t *)(bytes + lines_at);
	for (uint64_t i = first; i < end; i++)
		if (!place(&messages[i], &vectors[i], bytes, size, &lines[i * 2]))
			return number_of(env, -EINVAL);
	int sent = sendmmsg(fd, messages + first, at[4], MSG_NOSIGNAL | MSG_DONTWAIT);
	return number_of(env, sent < 0 ? -errno : sent);
}

static void
offer(napi_env env, napi_value exports, const char *name, napi_callback function)
{
	napi_value value;
	if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok)
		napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT()
{
	offer(env, exports, "openSocket", open_socket);
	offer(env, exports, "closeSocket", close_socket);
	offer(env, exports, "sendLines", send_lines);
	napi_set_named_property(env, exports, "messageSize", number_of(env, sizeof(struct mmsghdr)));
	napi_set_named_property(env, exports, "sentAt", number_of(env, offsetof(struct mmsghdr, msg_len)));
	napi_set_named_property(env, exports, "vectorSize", number_of(env, sizeof(struct iovec)));
	return exports;
}
