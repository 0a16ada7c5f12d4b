/* socket.c: see socket.h. SPDX-License-Identifier: Apache-2.0 */
#include "control/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 16, GROUPS_MAX = 1024 };

/* A socket file outlives its process: only a connection attempt tells whether anyone is behind it. */
static int
remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	if (lstat(address->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	int rc = connect(fd, (const struct sockaddr *)address, sizeof *address);
	int why = errno;
	close(fd);
	if (rc == 0 || why == EAGAIN)
		return -EADDRINUSE;
	if (why != ECONNREFUSED)
		return -why;
	return unlink(address->sun_path) == 0 || errno == ENOENT ? 0 : -errno;
}

int
socket_listen(const char *path, int gid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	int rc = remove_stale(&address);
	if (rc != 0)
		return rc;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		goto fail;
	/* nobody can connect before listen, so mode and group are in place in time */
	if ((gid >= 0 && chown(path, (uid_t)-1, (gid_t)gid) != 0) || chmod(path, 0660) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		rc = -errno;
		unlink(path);
		close(fd);
		return rc;
	}
	return fd;
fail:
	rc = -errno;
	close(fd);
	return rc;
}

bool
socket_peer_allowed(int fd, int gid, char *text, unsigned room)
{
	struct ucred peer;
	socklen_t length = sizeof peer;
	snprintf(text, room, "unknown");
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
		return false;
	snprintf(text, room, "pid %d uid %u gid %u", (int)peer.pid, (unsigned)peer.uid, (unsigned)peer.gid);
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (gid < 0)
		return false;
	if (peer.gid == (gid_t)gid)
		return true;
	gid_t groups[GROUPS_MAX];
	length = sizeof groups;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0)
		return false;
	for (unsigned i = 0; i < length / sizeof *groups; i++)
		if (groups[i] == (gid_t)gid)
			return true;
	return false;
}
