/* backlog.c: how far the bytes of a TCP connection are. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h> /* <netinet/tcp.h> knows struct tcp_info without tcpi_bytes_acked */
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "sockets.h"
#include "value.h"

enum { UNACKNOWLEDGED, UNSENT, ACKNOWLEDGED, NUMBERS };

/* streamBacklog(descriptor, into): the bytes that the other side's kernel has not acknowledged, how many of them were never put on the
 * wire, and how many it has acknowledged since the connection began (by one more than there were: its SYN), into three numbers. The
 * first and the last together are all that the kernel has taken. 0, or -errno. A connection that an error has ended keeps them as
 * they were then. */
napi_value
stream_backlog(napi_env env, napi_callback_info info)
{
	napi_value argv[2];
	int fd, unacknowledged = 0, before, unsent = 0;
	struct tcp_info about = { 0 };
	void *data;
	size_t length;
	napi_typedarray_type type;
	if (!value_descriptor(env, info, 2, argv, &fd))
		return NULL;
	if (napi_get_typedarray_info(env, argv[1], &type, &length, &data, NULL, NULL) != napi_ok ||
	    type != napi_float64_array || length < NUMBERS)
		return value_number(env, -EINVAL);
	/* Acknowledgements come in between. What is unacknowledged only gets less, as nobody writes meanwhile: this ends. */
	do {
		socklen_t size = sizeof about;
		if (ioctl(fd, SIOCOUTQNSD, &unsent) || ioctl(fd, SIOCOUTQ, &before) ||
		    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &about, &size) || ioctl(fd, SIOCOUTQ, &unacknowledged))
			return value_number(env, -errno);
	} while (unacknowledged != before);
	double *numbers = data;
	numbers[UNACKNOWLEDGED] = unacknowledged;
	numbers[UNSENT] = unsent;
	numbers[ACKNOWLEDGED] = (double)about.tcpi_bytes_acked;
	return value_number(env, 0);
}
