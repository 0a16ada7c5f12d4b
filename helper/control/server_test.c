/* server_test.c: the control socket with real peers: good ones, strangers, and those that send half of something or
 * never read. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "snapshot/flip.h"

#include "control/framing.h"
#include "control/server.h"

enum { GROUP = 54321, STRANGER = 54322, BIG_REPLY = 1 << 20 };

static char folder[64], path[96];
static struct control_server *server;
static unsigned notes, cleared;
static bool big_status;

static void
op_hello(void *ctx, struct hello_info *info)
{
	*info = (struct hello_info){ .version = "test" };
}

static void
op_status(void *ctx, struct reply *r)
{
	static char text[BIG_REPLY];
	if (!big_status)
		return;
	memset(text, 'x', sizeof text - 1);
	reply_text(r, "text", text);
}

static int
op_apply(void *ctx, struct snapshot *s, struct refusal *why)
{
	snapshot_free(s);
	return 0;
}

static void
op_clear_sessions(void *ctx, const struct request_clear_sessions *q, struct reply *r)
{
	cleared++;
}

static void
op_note(void *ctx, const char *text)
{
	notes++;
}

static const struct control_ops ops = {
	.hello = op_hello, .status = op_status, .apply = op_apply, .clear_sessions = op_clear_sessions, .note = op_note
};

static int
start(void **state)
{
	snprintf(folder, sizeof folder, "/tmp/ringwall-control-XXXXXX");
	if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
		return -1;
	snprintf(path, sizeof path, "%s/helper.sock", folder);
	server = control_server_create(path, geteuid() == 0 ? GROUP : -1, &ops, NULL);
	notes = cleared = 0;
	big_status = false;
	return server ? 0 : -1;
}

static int
stop(void **state)
{
	control_server_close(server);
	return rmdir(folder); /* fails if the socket file were still there */
}

/* serve lets the server work until it has nothing to do for now. */
static void
serve(void)
{
	struct pollfd p = { .fd = control_server_fd(server), .events = POLLIN };
	while (poll(&p, 1, 0) > 0)
		control_server_handle(server);
}

static int
dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* frame_of gives a message in its frame. */
static uint8_t *
frame_of(const char *text, size_t *length)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	notation_pack(&packer, text);
	uint8_t *frame = malloc(buffer.size + FRAME_HEADER);
	assert_non_null(frame);
	for (int i = 0; i < FRAME_HEADER; i++)
		frame[i] = (uint8_t)(buffer.size >> (8 * i));
	memcpy(frame + FRAME_HEADER, buffer.data, buffer.size);
	*length = buffer.size + FRAME_HEADER;
	msgpack_sbuffer_destroy(&buffer);
	return frame;
}

static void
say(int fd, const char *text)
{
	size_t length;
	uint8_t *frame = frame_of(text, &length);
	assert_int_equal(send(fd, frame, length, MSG_NOSIGNAL), length);
	free(frame);
	serve();
}

/* hear takes one message that must be there already; "" is the end of the connection, NULL is nothing there. */
static const char *
hear(int fd)
{
	static char text[2 * BIG_REPLY];
	uint8_t header[FRAME_HEADER];
	ssize_t got = recv(fd, header, sizeof header, MSG_DONTWAIT);
	if (got == 0 || (got < 0 && errno == ECONNRESET))
		return "";
	if (got < 0)
		return NULL;
	assert_int_equal(got, FRAME_HEADER);
	size_t length = (size_t)header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16, used = 0;
	char *body = malloc(length);
	assert_non_null(body);
	while (used < length) {
		got = recv(fd, body + used, length - used, MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN) {
			serve();
			continue;
		}
		assert_true(got > 0);
		used += (size_t)got;
	}
	msgpack_unpacked message;
	msgpack_unpacked_init(&message);
	assert_int_equal(msgpack_unpack_next(&message, body, length, NULL), MSGPACK_UNPACK_SUCCESS);
	msgpack_object_print_buffer(text, sizeof text, message.data);
	msgpack_unpacked_destroy(&message);
	free(body);
	return text;
}

static void
expect_heard(int fd, const char *part)
{
	const char *text = hear(fd);
	if (!text || !strstr(text, part))
		fail_msg("expected %s, heard %.200s", part, text ? text : "nothing");
}

static void
expect_end(int fd)
{
	const char *text = hear(fd);
	if (!text || text[0])
		fail_msg("expected the end, heard %.200s", text ? text : "nothing");
}

#define HELLO(role)                                                                                                    \
	"{\"id\": 1, \"type\": \"hello\", \"protocol\": 1, \"layout_hash\": \"" WIRE_LAYOUT_HASH_TEXT                  \
	"\", \"role\": \"" role "\", \"client\": \"test\"}"
#define STATUS "{\"id\": 2, \"type\": \"status\"}"
#define CLEAR  "{\"id\": 3, \"type\": \"clear_sessions\"}"

static int
dial_as(const char *hello)
{
	int fd = dial();
	assert_true(fd >= 0);
	say(fd, hello);
	expect_heard(fd, "\"ok\"=>true");
	return fd;
}

static void
the_socket_is_for_owner_and_group_alone(void **state)
{
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	if (geteuid() == 0)
		assert_int_equal(st.st_gid, GROUP);
}

/* peer_answer connects as another user and returns what that user hears. 0: a hello's reply, 1: a refusal and the end,
 * 2: else. */
static int
peer_answer(gid_t gid, gid_t extra)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		alarm(20);
		if (setgroups(1, &extra) != 0 || setgid(gid) != 0 || setuid(STRANGER) != 0)
			_exit(3);
		int fd = dial();
		size_t length;
		uint8_t *frame = frame_of(HELLO("reader"), &length);
		char heard[512];
		if (fd < 0)
			_exit(4);
		if (send(fd, frame, length, MSG_NOSIGNAL) < 0 && errno != EPIPE)
			_exit(5);
		ssize_t got = recv(fd, heard, sizeof heard, 0);
		if (got > 0 && memmem(heard, (size_t)got, "layout_hash", 11))
			_exit(0);
		if (got > 0 && memmem(heard, (size_t)got, "permission", 10) && recv(fd, heard, 1, 0) <= 0)
			_exit(1);
		_exit(2);
	}
	int status;
	struct pollfd p = { .fd = control_server_fd(server), .events = POLLIN };
	while (waitpid(child, &status, WNOHANG) == 0)
		if (poll(&p, 1, 5) > 0)
			control_server_handle(server);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
strangers_are_told_so_and_turned_away(void **state)
{
	if (geteuid() != 0)
		skip(); /* another user's process is needed */
	/* the file's mode keeps strangers out; the credentials must do it too */
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(peer_answer(STRANGER, STRANGER), 1);
	assert_int_equal(notes, 1);
	assert_int_equal(peer_answer(GROUP, STRANGER), 0);
	assert_int_equal(peer_answer(STRANGER, GROUP), 0);
	assert_int_equal(notes, 1);
}

static void
a_message_may_come_in_any_two_pieces(void **state)
{
	size_t hello_length, status_length;
	uint8_t *hello = frame_of(HELLO("reader"), &hello_length), *status = frame_of(STATUS, &status_length);
	size_t length = hello_length + status_length;
	uint8_t *both = malloc(length);
	assert_non_null(both);
	memcpy(both, hello, hello_length);
	memcpy(both + hello_length, status, status_length);
	for (size_t cut = 0; cut <= length; cut++) {
		int fd = dial();
		assert_true(fd >= 0);
		assert_int_equal(send(fd, both, cut, 0), cut);
		serve();
		assert_int_equal(send(fd, both + cut, length - cut, 0), length - cut);
		serve();
		expect_heard(fd, "\"id\"=>1, \"ok\"=>true");
		expect_heard(fd, "\"id\"=>2, \"ok\"=>true");
		assert_null(hear(fd));
		close(fd);
		serve();
	}
	free(both);
	free(hello);
	free(status);
}

static void
a_message_may_come_byte_by_byte(void **state)
{
	size_t length;
	uint8_t *hello = frame_of(HELLO("reader"), &length);
	int fd = dial();
	for (size_t i = 0; i < length; i++) {
		assert_null(hear(fd));
		assert_int_equal(send(fd, hello + i, 1, 0), 1);
		serve();
	}
	expect_heard(fd, "\"ok\"=>true");
	free(hello);
	close(fd);
}

static void
impossible_lengths_and_garbage_end_that_connection_only(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *code;
	} table[] = {
		{ "\0\0\0\0", 4, "\"length\"" },
		{ "\x01\0\x01\0", 4, "\"length\"" }, /* 64 KiB and one byte, of a reader */
		{ "\xff\xff\xff\xff", 4, "\"length\"" },
		{ "\x01\0\0\0\xc1", 5, "\"malformed\"" },
		{ "GET / HTTP/1.1\r\n\r\n", 18, "\"length\"" },
	};
	int good = dial_as(HELLO("writer"));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int bad = i % 2 ? dial() : dial_as(HELLO("reader"));
		assert_int_equal(send(bad, table[i].bytes, table[i].length, 0), table[i].length);
		serve();
		expect_heard(bad, table[i].code);
		expect_end(bad);
		close(bad);
		say(good, STATUS);
		expect_heard(good, "\"id\"=>2, \"ok\"=>true");
	}
	assert_int_equal(notes, sizeof table / sizeof *table);
	close(good);
}

static void
the_longest_message_of_a_reader_is_taken_and_a_writers_may_be_longer(void **state)
{
	/* an unknown field of the right length fills the message up */
	for (int role = 0; role < 2; role++) {
		size_t length = role ? (1 << 20) : (64 << 10);
		int fd = dial_as(role ? HELLO("writer") : HELLO("reader"));
		uint8_t *frame = calloc(1, FRAME_HEADER + length);
		assert_non_null(frame);
		static const char head[] = "\x83\xa2id\x02\xa4type\xa6status\xa1x\xc6";
		size_t at = FRAME_HEADER + sizeof head - 1;
		size_t filling = length - (sizeof head - 1) - 4;
		memcpy(frame + FRAME_HEADER, head, sizeof head - 1);
		for (int i = 0; i < 4; i++) {
			frame[i] = (uint8_t)(length >> (8 * i));
			frame[at + (size_t)i] = (uint8_t)(filling >> (24 - 8 * i));
		}
		for (size_t sent = 0; sent < FRAME_HEADER + length;) {
			ssize_t n = send(fd, frame + sent, FRAME_HEADER + length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
			if (n > 0)
				sent += (size_t)n;
			else
				assert_int_equal(errno, EAGAIN);
			serve();
		}
		expect_heard(fd, "\"unknown\", \"path\"=>\"x\"");
		say(fd, STATUS);
		expect_heard(fd, "\"ok\"=>true");
		free(frame);
		close(fd);
		serve();
	}
}

static void
one_writer_at_a_time_and_a_dead_one_gives_way(void **state)
{
	int first = dial_as(HELLO("writer"));
	int second = dial();
	say(second, HELLO("writer"));
	expect_heard(second, "\"busy\"");
	say(first, CLEAR);
	expect_heard(first, "\"ok\"=>true");
	assert_int_equal(cleared, 1);
	/* the first dies with a request on its way that the server has not read yet: the second needs not wait */
	size_t length;
	uint8_t *clear = frame_of(CLEAR, &length);
	uint8_t *hello = frame_of(HELLO("writer"), &length);
	assert_int_equal(send(first, clear, 3, 0), 3);
	close(first);
	assert_int_equal(send(second, hello, length, 0), length);
	serve();
	expect_heard(second, "\"ok\"=>true");
	say(second, CLEAR);
	expect_heard(second, "\"ok\"=>true");
	assert_int_equal(cleared, 2);
	free(clear);
	free(hello);
	close(second);
}

static void
a_reader_may_not_change_anything(void **state)
{
	int fd = dial_as(HELLO("reader"));
	say(fd, CLEAR);
	expect_heard(fd, "\"role\"");
	say(fd, "{\"id\": 4, \"type\": \"apply_snapshot\", \"snapshot\": {}}");
	expect_heard(fd, "\"role\"");
	say(fd, "{\"id\": 5, \"type\": \"shutdown\"}");
	expect_heard(fd, "\"role\"");
	assert_int_equal(cleared, 0);
	close(fd);
}

static void
the_doorbell_rings_for_the_writer_alone(void **state)
{
	control_server_doorbell(server);
	int reader = dial_as(HELLO("reader"));
	control_server_doorbell(server);
	int writer = dial_as(HELLO("writer"));
	assert_null(hear(writer));
	control_server_doorbell(server);
	expect_heard(writer, "{\"type\"=>\"doorbell\"}");
	assert_null(hear(writer));
	assert_null(hear(reader));
	close(writer);
	control_server_doorbell(server); /* the server has not noticed yet */
	serve();
	control_server_doorbell(server);
	close(reader);
}

/* wait_for_end lets the server's own timer do its work. */
static void
wait_for_end(int fd)
{
	struct pollfd p[2] = { { .fd = control_server_fd(server), .events = POLLIN },
			       { .fd = fd, .events = POLLRDHUP } };
	for (;;) {
		assert_true(poll(p, 2, 10000) > 0);
		if (p[1].revents & (POLLRDHUP | POLLHUP | POLLERR))
			return;
		control_server_handle(server);
	}
}

static void
a_peer_that_never_reads_is_disconnected_and_holds_nobody_up(void **state)
{
	big_status = true;
	control_server_patience(server, 50);
	int deaf = dial_as(HELLO("writer")), other = dial_as(HELLO("reader"));
	size_t length;
	uint8_t *status = frame_of(STATUS, &length);
	/* more requests than the socket holds replies for: the server takes one more at a time, not all */
	for (int i = 0; i < 64; i++)
		assert_int_equal(send(deaf, status, length, MSG_NOSIGNAL), length);
	serve();
	for (int i = 0; i < 100; i++)
		control_server_doorbell(server);
	big_status = false;
	say(other, STATUS);
	expect_heard(other, "\"ok\"=>true");
	wait_for_end(deaf);
	assert_int_equal(notes, 1);
	say(other, STATUS);
	expect_heard(other, "\"ok\"=>true");
	say(other, HELLO("reader"));
	expect_heard(other, "\"hello-twice\"");
	free(status);
	close(deaf);
	close(other);
}

static void
a_slow_reader_gets_all_it_asked_for_and_one_doorbell(void **state)
{
	big_status = true;
	int fd = dial_as(HELLO("writer"));
	size_t length;
	uint8_t *status = frame_of(STATUS, &length);
	for (int i = 0; i < 8; i++)
		assert_int_equal(send(fd, status, length, MSG_NOSIGNAL), length);
	serve();
	for (int i = 0; i < 100; i++)
		control_server_doorbell(server);
	unsigned replies = 0, doorbells = 0;
	for (const char *text; (serve(), text = hear(fd));) {
		replies += strncmp(text, "{\"id\"=>2, \"ok\"=>true", 20) == 0;
		doorbells += strcmp(text, "{\"type\"=>\"doorbell\"}") == 0;
	}
	assert_int_equal(replies, 8);
	assert_int_equal(doorbells, 1);
	free(status);
	close(fd);
}

static void
half_a_message_and_no_hello_are_waited_for_so_long_only(void **state)
{
	control_server_patience(server, 50);
	int half = dial_as(HELLO("reader")), silent = dial(), idle = dial_as(HELLO("reader"));
	assert_int_equal(send(half, "\x10\0\0\0\x82", 5, 0), 5);
	serve();
	wait_for_end(half);
	wait_for_end(silent);
	assert_int_equal(notes, 2);
	/* a peer that owes nothing may be idle as long as it likes */
	say(idle, STATUS);
	expect_heard(idle, "\"ok\"=>true");
	close(half);
	close(silent);
	close(idle);
}

static void
connections_are_bounded(void **state)
{
	int fds[40], taken = 0;
	for (int i = 0; i < 40; i++) {
		fds[i] = dial();
		assert_true(fds[i] >= 0);
		serve();
		size_t length;
		uint8_t *hello = frame_of(HELLO("reader"), &length);
		if (send(fds[i], hello, length, MSG_NOSIGNAL) < 0)
			assert_int_equal(errno, EPIPE);
		free(hello);
		serve();
		const char *text = hear(fds[i]);
		assert_non_null(text);
		taken += strstr(text, "\"ok\"=>true") != NULL;
		if (!strstr(text, "\"ok\"=>true"))
			assert_non_null(strstr(text, "\"too-many\""));
	}
	assert_int_equal(taken, 32);
	close(fds[3]);
	serve();
	int again = dial_as(HELLO("reader"));
	close(again);
	for (int i = 0; i < 40; i++)
		if (i != 3)
			close(fds[i]);
}

static void
a_dead_socket_file_is_replaced_and_a_live_one_is_not(void **state)
{
	errno = 0;
	assert_null(control_server_create(path, -1, &ops, NULL));
	assert_int_equal(errno, EADDRINUSE);
	int fd = dial_as(HELLO("reader"));
	close(fd);

	char other[128];
	snprintf(other, sizeof other, "%s/other", folder);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", other);
	int dead = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
	close(dead);
	struct control_server *second = control_server_create(other, -1, &ops, NULL);
	assert_non_null(second);
	control_server_close(second);
	assert_int_equal(access(other, F_OK), -1);

	FILE *plain = fopen(other, "w");
	assert_non_null(plain);
	fclose(plain);
	assert_null(control_server_create(other, -1, &ops, NULL));
	assert_int_equal(errno, EEXIST);
	assert_int_equal(unlink(other), 0);
}

static void
a_snapshot_goes_in_over_the_socket(void **state)
{
	char *sample = notation_file(NOTATION_SAMPLE);
	size_t room = strlen(sample) + 100;
	char *text = malloc(room);
	assert_non_null(text);
	snprintf(text, room, "{\"id\": 7, \"type\": \"apply_snapshot\", \"snapshot\": %s}", sample);
	int fd = dial_as(HELLO("writer"));
	say(fd, text);
	expect_heard(fd, "{\"id\"=>7, \"ok\"=>true, \"generation\"=>7");
	char *action = strstr(text, "\"action\": 2");
	action[10] = '3';
	say(fd, text);
	expect_heard(fd, "\"path\"=>\"policy_sets[0].rules[1].action\", \"message\"=>\"expected 0..2, found 3\"");
	free(text);
	free(sample);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_socket_is_for_owner_and_group_alone, start, stop),
		cmocka_unit_test_setup_teardown(strangers_are_told_so_and_turned_away, start, stop),
		cmocka_unit_test_setup_teardown(a_message_may_come_in_any_two_pieces, start, stop),
		cmocka_unit_test_setup_teardown(a_message_may_come_byte_by_byte, start, stop),
		cmocka_unit_test_setup_teardown(impossible_lengths_and_garbage_end_that_connection_only, start, stop),
		cmocka_unit_test_setup_teardown(the_longest_message_of_a_reader_is_taken_and_a_writers_may_be_longer,
						start, stop),
		cmocka_unit_test_setup_teardown(one_writer_at_a_time_and_a_dead_one_gives_way, start, stop),
		cmocka_unit_test_setup_teardown(a_reader_may_not_change_anything, start, stop),
		cmocka_unit_test_setup_teardown(the_doorbell_rings_for_the_writer_alone, start, stop),
		cmocka_unit_test_setup_teardown(a_peer_that_never_reads_is_disconnected_and_holds_nobody_up, start,
						stop),
		cmocka_unit_test_setup_teardown(a_slow_reader_gets_all_it_asked_for_and_one_doorbell, start, stop),
		cmocka_unit_test_setup_teardown(half_a_message_and_no_hello_are_waited_for_so_long_only, start, stop),
		cmocka_unit_test_setup_teardown(connections_are_bounded, start, stop),
		cmocka_unit_test_setup_teardown(a_dead_socket_file_is_replaced_and_a_live_one_is_not, start, stop),
		cmocka_unit_test_setup_teardown(a_snapshot_goes_in_over_the_socket, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
