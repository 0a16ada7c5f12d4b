/* lines.c: sends lines of a shared outbox, so that the kernel itself notes which were sent. SPDX-License-Identifier: Apache-2.0
 *
 * Node's own sockets return to the program after each datagram; a process killed between the return and its note of it
 * sends the line a second time after its restart, or never. sendmmsg(2) writes the length of each sent message into the
 * caller's memory before it looks at the next one, and a killed process dies on its way back to user space only. Here that
 * memory is a shared file: after a kill at any instant it says exactly which lines are out. (It is faster, too.)
 *
 * A byte stream takes all lines as one message, and its length is the number of bytes that the kernel took.
 */
#include "lines.h"

#include <errno.h>
#include <node_api.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "sockets.h"
#include "value.h"

_Static_assert(sizeof(struct line) == 16, "daemon/src/syslog/line-ring.ts");
_Static_assert(offsetof(struct batch, messages) == 64, "daemon/src/syslog/outbox.ts");

enum framing { FRAMING_OCTET_COUNTING, FRAMING_NEWLINE, FRAMING_NONE };

static const char line_feed = '\n';

/* job: what both functions are asked to do, checked. */
struct job {
	int fd;
	uint8_t *bytes;
	size_t size;
	struct batch *batch;
	const struct line *lines;
	uint32_t count;
	double base;
};

/* argv: descriptor, region, batchAt, linesAt, first, count, base. */
static bool
job_of(napi_env env, const napi_value *argv, struct job *job)
{
	uint32_t at[4];
	if (napi_get_value_int32(env, argv[0], &job->fd) != napi_ok ||
	    napi_get_buffer_info(env, argv[1], (void **)&job->bytes, &job->size) != napi_ok ||
	    !value_words(env, &argv[2], 4, at) || napi_get_value_double(env, argv[6], &job->base) != napi_ok)
		return false;
	uint64_t batch_at = at[0], lines_at = at[1] + (uint64_t)at[2] * sizeof(struct line);
	job->count = at[3];
	if (job->count == 0 || job->count > BATCH_MAX || (batch_at | lines_at) % 8 ||
	    batch_at + sizeof(struct batch) > job->size || lines_at + job->count * sizeof(struct line) > job->size)
		return false;
	job->batch = (struct batch *)(job->bytes + batch_at);
	job->lines = (const struct line *)(job->bytes + lines_at);
	for (uint32_t i = 0; i < job->count; i++) {
		const struct line *line = &job->lines[i];
		/* In front of a line there is room for its length: no region begins with a line. */
		if (line->at < 16 || line->at > job->size || line->length == 0 || line->length > job->size - line->at)
			return false;
	}
	return true;
}

/* begin declares the batch empty, and then whose it is. */
static void
begin(struct batch *batch, uint32_t messages, double base, const uint32_t how[2])
{
	batch->base = -1;
	atomic_thread_fence(memory_order_release);
	for (uint32_t i = 0; i < messages; i++)
		batch->messages[i].msg_len = 0;
	batch->framing = how[0];
	batch->skip = how[1];
	atomic_thread_fence(memory_order_release);
	batch->base = base;
	atomic_thread_fence(memory_order_release);
}

static void
message_of(struct mmsghdr *message, struct iovec *vectors, size_t count)
{
	memset(&message->msg_hdr, 0, sizeof message->msg_hdr);
	message->msg_hdr.msg_iov = vectors;
	message->msg_hdr.msg_iovlen = count;
}

/* sendLines(descriptor, region, batchAt, linesAt, first, count, base): sends `count` lines from entry `first` of the table on,
 * each as one datagram. How many were sent, or -errno when the first one failed. */
napi_value
send_lines(napi_env env, napi_callback_info info)
{
	napi_value argv[7];
	struct job job;
	if (!value_arguments(env, info, 7, argv))
		return NULL;
	if (!job_of(env, argv, &job))
		return value_number(env, -EINVAL);
	struct batch *batch = job.batch;
	for (uint32_t i = 0; i < job.count; i++) {
		batch->vectors[i].iov_base = job.bytes + job.lines[i].at;
		batch->vectors[i].iov_len = job.lines[i].length;
		message_of(&batch->messages[i], &batch->vectors[i], 1);
	}
	begin(batch, job.count, job.base, (const uint32_t[2]){ 0, 0 });
	int sent = sendmmsg(job.fd, batch->messages, job.count, MSG_NOSIGNAL | MSG_DONTWAIT);
	return value_number(env, sent < 0 ? -errno : sent);
}

static uint32_t
prefix_length(uint32_t length)
{
	uint32_t digits = 1;
	for (; length >= 10; length /= 10)
		digits++;
	return digits + 1;
}

/* gather lists the bytes of all frames but the first `skip`. Frames that lie behind each other are one piece. */
static size_t
gather(const struct job *job, enum framing framing, uint32_t skip)
{
	struct iovec *vectors = job->batch->vectors;
	size_t count = 0;
	for (uint32_t i = 0; i < job->count; i++) {
		const struct line *line = &job->lines[i];
		uint32_t prefix = framing == FRAMING_OCTET_COUNTING ? prefix_length(line->length) : 0;
		uint8_t *from = job->bytes + line->at - prefix;
		size_t length = line->length + prefix;
		if (count > 0 && (uint8_t *)vectors[count - 1].iov_base + vectors[count - 1].iov_len == from)
			vectors[count - 1].iov_len += length;
		else
			vectors[count++] = (struct iovec){ from, length };
		if (framing == FRAMING_NEWLINE)
			vectors[count++] = (struct iovec){ (void *)&line_feed, 1 };
	}
	size_t first = 0;
	while (first < count && skip >= vectors[first].iov_len)
		skip -= (uint32_t)vectors[first++].iov_len;
	if (first < count) {
		vectors[first].iov_base = (uint8_t *)vectors[first].iov_base + skip;
		vectors[first].iov_len -= skip;
	}
	memmove(vectors, vectors + first, (count - first) * sizeof *vectors);
	return count - first;
}

/* sendFrames(descriptor, region, batchAt, linesAt, first, count, base, framing, skip): sends `count` lines from entry `first`
 * on as frames of a byte stream, without the first `skip` bytes. How many bytes the kernel took, or -errno. */
napi_value
send_frames(napi_env env, napi_callback_info info)
{
	napi_value argv[9];
	struct job job;
	uint32_t more[2];
	if (!value_arguments(env, info, 9, argv))
		return NULL;
	if (!job_of(env, argv, &job) || !value_words(env, &argv[7], 2, more) || more[0] > FRAMING_NONE)
		return value_number(env, -EINVAL);
	size_t count = gather(&job, (enum framing)more[0], more[1]);
	if (count == 0)
		return value_number(env, -EINVAL);
	message_of(&job.batch->messages[0], job.batch->vectors, count);
	begin(job.batch, 1, job.base, more);
	int sent = sendmmsg(job.fd, job.batch->messages, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	return value_number(env, sent < 0 ? -errno : (int64_t)job.batch->messages[0].msg_len);
}
