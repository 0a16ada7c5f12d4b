/* tun.c: SPDX-License-Identifier: Apache-2.0 */
#include "port/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TUN_MTU = 9216, DUMMY_ADDRESS = 0xc0000008 };

static void
write_setting(const char *family, const char *device, const char *name, char value)
{
	char path[128];
	snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/%s", family, device, name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t ignored = write(fd, &value, 1);
	(void)ignored;
	close(fd);
}

static char
read_setting(const char *path)
{
	char value = '0';
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &value, 1) != 1)
			value = '0';
		close(fd);
	}
	return value;
}

/* The kernel applies the larger of `all` and the device's own value (ip-sysctl, rp_filter): where `all` is strict (1),
 * only loose (2) on the device undoes it. */
static void
loosen(const char *name)
{
	write_setting("ipv4", name, "rp_filter",
		      read_setting("/proc/sys/net/ipv4/conf/all/rp_filter") == '0' ? '0' : '2');
	/* No router solicitations or listener reports into a device that nobody reads. */
	write_setting("ipv6", name, "addr_gen_mode", '1');
	write_setting("ipv6", name, "accept_ra", '0');
}

/* Loose filtering lets nothing in by a device without any address (fib_validate_source, "last resort"): it gets the IPv4 dummy
 * address (RFC 7600), which is nobody's. */
static int
give_address(int fd, struct ifreq *request)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&request->ifr_addr;

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(DUMMY_ADDRESS) };
	if (ioctl(fd, SIOCSIFADDR, request))
		return -errno;
	address->sin_addr.s_addr = htonl(INADDR_BROADCAST);
	return ioctl(fd, SIOCSIFNETMASK, request) ? -errno : 0;
}

static int
bring_up(const char *name)
{
	struct ifreq request = { 0 };
	int rc = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	request.ifr_mtu = TUN_MTU;
	if (ioctl(fd, SIOCSIFMTU, &request))
		rc = -errno;
	if (rc == 0)
		rc = give_address(fd, &request);
	request.ifr_flags = IFF_UP | IFF_NOARP | IFF_POINTOPOINT;
	if (rc == 0 && ioctl(fd, SIOCSIFFLAGS, &request))
		rc = -errno;
	close(fd);
	return rc;
}

int
tun_open(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	if (ioctl(fd, TUNSETIFF, &request)) {
		rc = -errno;
		goto fail;
	}
	loosen(name);
	if ((rc = bring_up(name)))
		goto fail;
	return fd;
fail:
	close(fd);
	return rc;
}

bool
tun_write(int fd, const uint8_t *packet, uint16_t length)
{
	return write(fd, packet, length) == length;
}
