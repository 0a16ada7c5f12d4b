/* ring_file.c: a ring's two files: creation, take-over of what former helpers left, and the guard around the one page
 * that somebody else can cut off. SPDX-License-Identifier: Apache-2.0 */
#include "event/ring_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "event/account.h"

enum { GUARDED_MAX = 64, FORMER_FOUND_MAX = 64 };

/* ---- the cursor page can lose its file under us ------------------------------------------------------ */

static _Atomic(uintptr_t) guarded[GUARDED_MAX];

/* The daemon may truncate its cursor file, and then reading the page raises SIGBUS. A private page of zeros in its place
 * is a consumer that never reads again. Any other SIGBUS is a bug and keeps its default meaning. */
static void
on_bus_error(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	uintptr_t page = (uintptr_t)info->si_addr & ~(uintptr_t)(RING_PAGE_SIZE - 1);
	for (unsigned i = 0; i < GUARDED_MAX; i++) {
		if (atomic_load_explicit(&guarded[i], memory_order_acquire) != page || page == 0)
			continue;
		int saved = errno;
		void *p = mmap((void *)page, RING_PAGE_SIZE, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		errno = saved;
		if (p != MAP_FAILED)
			return;
	}
	signal(signal_number, SIG_DFL);
}

static int
guard(const void *page)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGBUS, &action, NULL) != 0)
		return -1;
	for (unsigned i = 0; i < GUARDED_MAX; i++) {
		uintptr_t none = 0;
		if (atomic_compare_exchange_strong(&guarded[i], &none, (uintptr_t)page))
			return 0;
	}
	errno = ENOSPC;
	return -1;
}

static void
unguard(const void *page)
{
	for (unsigned i = 0; i < GUARDED_MAX; i++) {
		uintptr_t present = (uintptr_t)page;
		if (atomic_compare_exchange_strong(&guarded[i], &present, 0))
			return;
	}
}

/* ---- names --------------------------------------------------------------------------------------------- */

/* Reads START_ID of a name "BASE.START_ID<suffix>"; false for any other name. */
static bool
parse_name(const char *name, const char *base, const char *suffix, uint64_t *start_id)
{
	size_t length = strlen(base);
	if (strncmp(name, base, length) != 0 || name[length] != '.' || !isdigit((unsigned char)name[length + 1]))
		return false;
	char *end;
	errno = 0;
	*start_id = strtoull(name + length + 1, &end, 10);
	return errno == 0 && strcmp(end, suffix) == 0;
}

struct directory {
	int fd;
	char base[RING_NAME_BYTES]; /* NAME without its folders */
};

static int
directory_open(struct directory *d, const char *path)
{
	char copy[RING_NAME_BYTES];
	snprintf(copy, sizeof copy, "%s", path);
	snprintf(d->base, sizeof d->base, "%s", basename(copy));
	snprintf(copy, sizeof copy, "%s", path);
	d->fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->fd < 0 ? -1 : 0;
}

static void
file_name(char *out, const struct directory *d, uint64_t start_id, const char *suffix)
{
	snprintf(out, RING_NAME_BYTES, "%.400s.%llu%s", d->base, (unsigned long long)start_id, suffix);
}

/* ---- what former helpers left ---------------------------------------------------------------------------- */

struct former {
	uint64_t start_id;
	uint64_t taken_over; /* the ring that this one counted last, and may not have come to unlink */
	uint32_t order;
	bool ours; /* a regular file that a helper made: the daemon may be allowed to make files here, but not these */
	bool readable; /* same layout, whole: can be accounted for */
};

static bool
read_at(int fd, void *into, size_t size, off_t at)
{
	return pread(fd, into, size, at) == (ssize_t)size;
}

static struct former
former_read(const struct directory *d, uint64_t start_id)
{
	struct former f = { .start_id = start_id };
	struct ring_identity identity;
	struct ring_producer producer;
	struct stat st;
	char name[RING_NAME_BYTES];
	file_name(name, d, start_id, "");
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return f;
	f.ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
	if (f.ours && read_at(fd, &identity, sizeof identity, 0)) {
		uint32_t slots = identity.slot_count;
		f.order = identity.magic == RING_MAGIC ? identity.order : 0;
		f.readable = identity.magic == RING_MAGIC && identity.layout_hash == WIRE_LAYOUT_HASH &&
			     identity.frame_size == EVENT_FRAME_SIZE && identity.start_id == start_id && slots != 0 &&
			     (slots & (slots - 1)) == 0 &&
			     (uint64_t)st.st_size >= RING_SLOTS_AT + (uint64_t)slots * EVENT_FRAME_SIZE &&
			     read_at(fd, &producer, sizeof producer, RING_PAGE_SIZE);
		if (f.readable)
			f.taken_over = producer.former_start_id[producer.former_select & 1];
	}
	close(fd);
	return f;
}

static int
by_order(const void *a, const void *b)
{
	const struct former *x = a, *y = b;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->start_id < y->start_id ? -1 : x->start_id > y->start_id;
}

/* Lists rings of this name other than `own`, oldest first, and removes what half a creation left behind. */
static unsigned
former_list(const struct directory *d, uint64_t own, struct former found[FORMER_FOUND_MAX])
{
	unsigned count = 0;
	int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		uint64_t start_id;
		char name[RING_NAME_BYTES];
		if (parse_name(entry->d_name, d->base, "", &start_id) && start_id != own) {
			struct former f = former_read(d, start_id);
			if (f.ours && count < FORMER_FOUND_MAX)
				found[count++] = f;
		} else if (parse_name(entry->d_name, d->base, ".new", &start_id) ||
			   parse_name(entry->d_name, d->base, ".cursor.new", &start_id)) {
			unlinkat(d->fd, entry->d_name, 0);
		} else if (parse_name(entry->d_name, d->base, ".cursor", &start_id) && start_id != own) {
			file_name(name, d, start_id, "");
			if (faccessat(d->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
				unlinkat(d->fd, entry->d_name, 0);
		}
	}
	closedir(dir);
	qsort(found, count, sizeof found[0], by_order);
	return count;
}

/* account: what a dead ring's pages add up to. */
struct account {
	struct ring_producer producer; /* with the written counts set right */
	uint64_t consumed[EVENT_TYPE_COUNT];
	uint64_t cursor;
	bool drained;
};

static off_t
slot_offset(const struct ring_identity *identity, uint64_t position)
{
	return RING_SLOTS_AT + (off_t)((position & (identity->slot_count - 1)) * EVENT_FRAME_SIZE);
}

/* Frames that are visible beside those that were published. */
static bool
find_head(int fd, const struct ring_identity *identity, uint64_t *head, struct event_frame *next)
{
	for (uint32_t seen = 0; seen <= identity->slot_count; seen++) {
		if (!read_at(fd, next, sizeof *next, slot_offset(identity, *head)))
			return false;
		if (next->header.sequence != *head + 1)
			break;
		++*head;
	}
	return true;
}

static uint64_t
written_of(uint64_t events[EVENT_TYPE_COUNT][EVENT_OUTCOME_COUNT])
{
	uint64_t sum = 0;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++)
		sum += events[type][EVENT_OUTCOME_WRITTEN];
	return sum;
}

/* lose: an event that was counted as written has been lost. */
static void
lose(uint64_t events[EVENT_OUTCOME_COUNT])
{
	events[EVENT_OUTCOME_WRITTEN]--;
	events[EVENT_OUTCOME_LOST_FULL]++;
}

/* How many frames of a dead ring are visible, and what its helper counted but did not live to show: at most one. */
static bool
settle_head(int fd, const struct ring_identity *identity, struct ring_producer *p)
{
	struct event_frame next;
	uint64_t head = p->head;
	if (!find_head(fd, identity, &head, &next))
		return false;
	uint64_t written = written_of(p->events);
	if (written == head + 1 && next.header.event_type < EVENT_TYPE_COUNT)
		lose(p->events[next.header.event_type]);
	else if (written != head)
		return false;
	p->head = head;
	return true;
}

bool
event_ring_settle(const char *path, uint64_t start_id, uint64_t rules[EVENT_TYPE_COUNT][EVENT_OUTCOME_COUNT],
		  enum event_type *type, uint32_t *account)
{
	struct directory d;
	struct ring_identity identity;
	struct ring_producer producer;
	struct event_frame next;
	char name[RING_NAME_BYTES];
	bool unshown = false;
	if (directory_open(&d, path) != 0)
		return false;
	if (!former_read(&d, start_id).readable)
		goto close_directory;
	file_name(name, &d, start_id, "");
	int fd = openat(d.fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		goto close_directory;
	uint64_t head = 0;
	bool whole =
	    read_at(fd, &identity, sizeof identity, 0) && read_at(fd, &producer, sizeof producer, RING_PAGE_SIZE);
	if (whole && (head = producer.head, find_head(fd, &identity, &head, &next))) {
		unshown = written_of(rules) == head + 1 && next.header.event_type < EVENT_TYPE_COUNT;
		if (unshown) {
			*type = (enum event_type)next.header.event_type;
			*account = next.extension.account;
			lose(rules[*type]);
		}
		if (written_of(rules) == head)
			(void)!pwrite(fd, rules, sizeof producer.events,
				      RING_PAGE_SIZE + (off_t)offsetof(struct ring_producer, events));
	}
	close(fd);
close_directory:
	close(d.fd);
	return unshown;
}

static bool
account_read(const struct directory *d, uint64_t start_id, struct account *a)
{
	struct ring_identity identity;
	struct ring_consumer consumer = { 0 };
	char name[RING_NAME_BYTES];
	file_name(name, d, start_id, "");
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool whole = read_at(fd, &identity, sizeof identity, 0) &&
		     read_at(fd, &a->producer, sizeof a->producer, RING_PAGE_SIZE) &&
		     settle_head(fd, &identity, &a->producer);
	close(fd);
	if (!whole)
		return false;

	/* The daemon's file: whatever it holds, missing or cut short included, is only believed within what was written. */
	file_name(name, d, start_id, ".cursor");
	fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		if (!read_at(fd, &consumer, sizeof consumer, 0))
			memset(&consumer, 0, sizeof consumer);
		close(fd);
	}
	const uint64_t *table = NULL;
	for (unsigned t = 0; t < 2 && !table; t++)
		if (consumer.consumed_at[t] == consumer.cursor)
			table = consumer.consumed[t];
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
		uint64_t written = a->producer.events[type][EVENT_OUTCOME_WRITTEN];
		a->consumed[type] = table && table[type] <= written ? table[type] : 0;
	}
	a->cursor = consumer.cursor;
	a->drained = consumer.cursor == a->producer.head;
	return true;
}

/* Adds a former ring to r's account. The table not in force is written whole, then one store puts it in force: killed
 * at any instruction, the ring is counted once, since a ring named by former_start_id counts no more. */
static void
take_over(struct event_ring *r, uint64_t start_id, const struct account *a)
{
	struct ring_producer *p = r->producer;
	unsigned valid = p->former_select & 1, next = 1 - valid;
	uint64_t unknown = p->former_unknown[valid];
	unsigned theirs = a ? a->producer.former_select & 1 : 0;
	for (unsigned type = 0; type < EVENT_TYPE_COUNT; type++) {
		for (unsigned outcome = 0; outcome < EVENT_OUTCOME_COUNT; outcome++) {
			uint64_t sum = p->former_events[valid][type][outcome];
			if (a)
				sum += a->producer.events[type][outcome] +
				       a->producer.former_events[theirs][type][outcome];
			p->former_events[next][type][outcome] = sum;
		}
		if (a) {
			uint64_t unread = a->producer.events[type][EVENT_OUTCOME_WRITTEN] - a->consumed[type];
			p->former_events[next][type][EVENT_OUTCOME_WRITTEN] -= unread;
			p->former_events[next][type][EVENT_OUTCOME_LOST_FULL] += unread;
		}
	}
	p->former_unknown[next] = unknown + (a ? a->producer.former_unknown[theirs] : 1);
	p->former_start_id[next] = start_id;
	/* R5: pairs with A5 in daemon/src/ring/reader.ts. */
	__atomic_store_n(&p->former_select, next, __ATOMIC_RELEASE);
}

static void
former_unlink(const struct directory *d, uint64_t start_id)
{
	char name[RING_NAME_BYTES];
	file_name(name, d, start_id, "");
	unlinkat(d->fd, name, 0);
	file_name(name, d, start_id, ".cursor");
	unlinkat(d->fd, name, 0);
}

/* Frames that nobody read are lost for their rules too. They are those of the cursor's file: where that was spoilt, the account
 * by rule does not say more than it knows, and differs from that by kind. */
static void
discard_unread(struct event_ring *r, const struct directory *d, uint64_t start_id, const struct account *a)
{
	uint32_t worker = r->identity->worker;
	if (!r->book || a->drained || account_book_discarded(r->book, worker) == start_id)
		return;
	/* Somebody took the book away meanwhile: these frames name rows of another one. */
	if (start_id < account_book_began(r->book))
		return;
	char name[RING_NAME_BYTES];
	struct ring_identity identity;
	file_name(name, d, start_id, "");
	int fd = openat(d->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	account_book_discard(r->book);
	if (read_at(fd, &identity, sizeof identity, 0)) {
		uint64_t head = a->producer.head, oldest = head > identity.slot_count ? head - identity.slot_count : 0;
		struct event_frame f;
		for (uint64_t at = a->cursor > oldest ? a->cursor : oldest;
		     at < head && read_at(fd, &f, sizeof f, slot_offset(&identity, at)); at++)
			account_book_lost(r->book, f.extension.account, f.header.event_type);
	}
	close(fd);
	account_book_discarded_now(r->book, worker, start_id, a->cursor);
}

static bool
is_counted(const struct event_ring *r, const struct former *found, unsigned count, uint64_t start_id)
{
	if (r->producer->former_start_id[r->producer->former_select & 1] == start_id)
		return true;
	for (unsigned i = 0; i < count; i++)
		if (found[i].taken_over == start_id)
			return true;
	return false;
}

/* A daemon may be reading the ring: it is told first, and looks before it takes anything (daemon/src/ring/reader.ts). True once
 * it has had the time to. What nobody can mark, nobody here can read either. */
static bool
give_up(const struct directory *d, uint64_t start_id, const struct account *a, uint64_t now_ns)
{
	char name[RING_NAME_BYTES];
	if (a->producer.given_up_ns != 0)
		return now_ns - a->producer.given_up_ns >= EVENT_RING_GIVE_UP_NS;
	file_name(name, d, start_id, "");
	int fd = openat(d->fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return true;
	bool marked = pwrite(fd, &now_ns, sizeof now_ns,
			     RING_PAGE_SIZE + (off_t)offsetof(struct ring_producer, given_up_ns)) == sizeof now_ns;
	close(fd);
	return !marked;
}

unsigned
event_ring_sweep(struct event_ring *r, uint64_t now_ns)
{
	struct directory d;
	struct former found[FORMER_FOUND_MAX];
	if (!r->file || directory_open(&d, r->path) != 0)
		return 0;
	unsigned count = former_list(&d, r->identity->start_id, found), left = count;
	for (unsigned i = 0; i < count; i++) {
		struct account a;
		bool known = found[i].readable && account_read(&d, found[i].start_id, &a);
		bool goes = count - i > EVENT_RING_FORMER_MAX || (known && a.producer.given_up_ns != 0);
		if (!is_counted(r, found, count, found[i].start_id)) {
			if (!(known && a.drained) && (!goes || (known && !give_up(&d, found[i].start_id, &a, now_ns))))
				continue;
			if (known)
				discard_unread(r, &d, found[i].start_id, &a);
			take_over(r, found[i].start_id, known ? &a : NULL);
		}
		former_unlink(&d, found[i].start_id);
		left--;
	}
	close(d.fd);
	return left;
}

/* ---- creation ------------------------------------------------------------------------------------------------ */

/* Makes a file of `size` bytes whose memory is really there: a full tmpfs is an error now, not a SIGBUS later. */
static int
file_create(const struct directory *d, uint64_t start_id, const char *suffix, size_t size, mode_t mode, int gid)
{
	char name[RING_NAME_BYTES];
	file_name(name, d, start_id, suffix);
	int fd = openat(d->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	int error = posix_fallocate(fd, 0, (off_t)size);
	if (error == 0 && ((gid >= 0 && fchown(fd, (uid_t)-1, (gid_t)gid) != 0) || fchmod(fd, mode) != 0))
		error = errno;
	if (error != 0) {
		close(fd);
		unlinkat(d->fd, name, 0);
		errno = error;
		return -1;
	}
	return fd;
}

static uint64_t
monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int
file_rename(const struct directory *d, uint64_t start_id, const char *from_suffix, const char *to_suffix)
{
	char from[RING_NAME_BYTES], to[RING_NAME_BYTES];
	file_name(from, d, start_id, from_suffix);
	file_name(to, d, start_id, to_suffix);
	return renameat(d->fd, from, d->fd, to);
}

static bool
exists(const struct directory *d, uint64_t start_id)
{
	char name[RING_NAME_BYTES];
	file_name(name, d, start_id, "");
	return faccessat(d->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

struct event_ring *
event_ring_create(const char *path, uint32_t slot_count, uint64_t start_id, uint32_t worker, int gid,
		  struct account_book *book)
{
	struct directory d;
	struct former found[FORMER_FOUND_MAX];
	char name[RING_NAME_BYTES];
	if (slot_count == 0 || (slot_count & (slot_count - 1)) != 0 || start_id == 0 ||
	    strlen(path) >= RING_NAME_BYTES - 64) {
		errno = EINVAL;
		return NULL;
	}
	if (directory_open(&d, path) != 0)
		return NULL;
	struct event_ring *r = aligned_alloc(64, (sizeof *r + 63) / 64 * 64);
	if (!r)
		goto close_directory;
	memset(r, 0, sizeof *r);
	r->file = true;
	r->size = RING_SLOTS_AT + (size_t)slot_count * EVENT_FRAME_SIZE;
	snprintf(r->path, sizeof r->path, "%s", path);

	if (exists(&d, start_id)) {
		errno = EEXIST;
		goto free_ring;
	}
	unsigned count = former_list(&d, start_id, found);
	uint32_t order = count ? found[count - 1].order + 1 : 1;

	int cursor_fd = file_create(&d, start_id, ".cursor.new", RING_PAGE_SIZE, 0660, gid);
	if (cursor_fd < 0)
		goto free_ring;
	int fd = file_create(&d, start_id, ".new", r->size, 0640, gid);
	if (fd < 0)
		goto remove_cursor;
	r->consumer = mmap(NULL, RING_PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_POPULATE, cursor_fd, 0);
	if (r->consumer == MAP_FAILED)
		goto remove_file;
	r->identity = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (r->identity == MAP_FAILED)
		goto unmap_consumer;
	if (guard(r->consumer) != 0)
		goto unmap_ring;
	r->producer = (struct ring_producer *)((uint8_t *)r->identity + RING_PAGE_SIZE);
	r->slots = (uint8_t *)r->identity + RING_SLOTS_AT;
	ring_prepare(r, slot_count);
	r->book = book;
	if (book)
		r->cells = account_book_cells(book, worker, &r->row_size);
	ring_identify(r->identity, slot_count, start_id, worker, order);
	if (file_rename(&d, start_id, ".cursor.new", ".cursor") != 0 || file_rename(&d, start_id, ".new", "") != 0)
		goto unguard_consumer;
	close(fd);
	close(cursor_fd);
	close(d.fd);
	event_ring_sweep(r, monotonic_ns());
	return r;

	int error;
unguard_consumer:
	error = errno;
	unguard(r->consumer);
	errno = error;
unmap_ring:
	error = errno;
	munmap(r->identity, r->size);
	errno = error;
unmap_consumer:
	error = errno;
	munmap(r->consumer, RING_PAGE_SIZE);
	errno = error;
remove_file:
	error = errno;
	close(fd);
	file_name(name, &d, start_id, ".new");
	unlinkat(d.fd, name, 0);
	errno = error;
remove_cursor:
	error = errno;
	close(cursor_fd);
	file_name(name, &d, start_id, ".cursor.new");
	unlinkat(d.fd, name, 0);
	file_name(name, &d, start_id, ".cursor");
	unlinkat(d.fd, name, 0);
	errno = error;
free_ring:
	free(r);
close_directory:
	error = errno;
	close(d.fd);
	errno = error;
	return NULL;
}

void
event_ring_close(struct event_ring *r)
{
	if (!r)
		return;
	if (r->file) {
		unguard(r->consumer);
		munmap(r->consumer, RING_PAGE_SIZE);
		munmap(r->identity, r->size);
	} else {
		free(r->identity);
	}
	free(r);
}
