/* account.c: see account.h. SPDX-License-Identifier: Apache-2.0 */
#include "event/account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/ring.h"
#include "snapshot/snapshot.h"

enum { INDEX_SLOTS = 2 * ACCOUNT_ROWS_MAX, PATH_BYTES = 512, KIND_SLOTS = 4, ROWS_AT_ONCE = 64 };

#define FILE_NAME "accounts"

struct account_book {
	int fd;
	struct account_header *header; /* the whole file, and room for it to grow */
	size_t reserved;               /* bytes of address space; the file ends before */
	uint32_t room;                 /* rows that the file has memory for */
	uint32_t *index;               /* by class and name: row + 1 */
	bool put_aside;                /* something stood in its place */
};

static struct account_row *
row_at(const struct account_header *h, uint32_t row)
{
	return (struct account_row *)((uint8_t *)h + ACCOUNT_ROWS_AT + (size_t)row * h->row_size);
}

static struct account_cell *
cell_of(struct account_row *row, uint32_t worker)
{
	return (struct account_cell *)(row + 1) + worker;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------- */

static uint32_t *
place_of(const struct account_book *b, enum account_class class, const char *name)
{
	uint32_t h = 2166136261u ^ class;
	for (const char *c = name; *c; c++)
		h = (h ^ (uint8_t)*c) * 16777619u;
	uint32_t *at = &b->index[h & (INDEX_SLOTS - 1)];
	while (*at) {
		const struct account_row *row = row_at(b->header, *at - 1);
		if (row->account_class == class && strcmp((const char *)row->name, name) == 0)
			break;
		at = at + 1 < b->index + INDEX_SLOTS ? at + 1 : b->index;
	}
	return at;
}

/* Memory that is really there: a full tmpfs is an error now, not a SIGBUS of a worker later. */
static bool
grow(struct account_book *b, uint32_t rows)
{
	if (rows <= b->room)
		return true;
	rows = (rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE * ROWS_AT_ONCE;
	errno = posix_fallocate(b->fd, 0, (off_t)(ACCOUNT_ROWS_AT + (size_t)rows * b->header->row_size));
	if (errno != 0)
		return false;
	b->room = rows;
	return true;
}

uint32_t
account_book_row(struct account_book *b, enum account_class class, const char *name)
{
	uint32_t *place = place_of(b, class, name), row = b->header->row_count;
	if (*place)
		return *place - 1;
	if (row == ACCOUNT_ROWS_MAX)
		return ACCOUNT_OTHERS + class - 1;
	if (!grow(b, row + 1))
		return UINT32_MAX;
	struct account_row *r = row_at(b->header, row);
	r->account_class = (uint8_t) class;
	snprintf((char *)r->name, sizeof r->name, "%s", name);
	*place = row + 1;
	/* R6: the row is complete; pairs with A6 in daemon/src/ring/account-book.ts. */
	__atomic_store_n(&b->header->row_count, row + 1, __ATOMIC_RELEASE);
	return row;
}

static bool
assign(struct account_book *b, struct event_limit *limit, enum account_class class, const char *name)
{
	uint32_t row = account_book_row(b, class, name);
	if (row == UINT32_MAX)
		return false;
	limit->account = row;
	return true;
}

static bool
assign_policy(struct account_book *b, struct snapshot *s, const struct policy_rule *rule)
{
	struct event_limit *limit = &s->policy_limit[rule->counter];
	if (limit->account || !(rule->log_init || rule->log_close))
		return true;
	return assign(b, limit, ACCOUNT_CLASS_POLICY, s->counter_name[rule->counter]);
}

static bool
assign_filter(struct account_book *b, const struct filter *f)
{
	char name[3 * NAME_MAX_BYTES];
	for (uint32_t t = 0; t < f->term_count; t++) {
		const struct filter_term *term = &f->term[t];
		snprintf(name, sizeof name, "%s/%s/%s", f->family == ADDRESS_FAMILY_INET ? "inet" : "inet6",
			 term->filter_name, term->term_name);
		if (term->limit && !assign(b, term->limit, ACCOUNT_CLASS_FILTER, name))
			return false;
	}
	return true;
}

static bool
assign_screens(struct account_book *b, const struct zone *z)
{
	char name[NAME_MAX_BYTES + 8];
	for (unsigned id = 0; z->screen_limit && id < SCREENS; id++) {
		snprintf(name, sizeof name, "%s/%u", z->name, id);
		if (!assign(b, &z->screen_limit[id], ACCOUNT_CLASS_SCREEN, name))
			return false;
	}
	return true;
}

bool
account_book_assign(struct account_book *b, struct snapshot *s)
{
	bool done = assign(b, s->host_inbound_limit, ACCOUNT_CLASS_POLICY, "host-inbound-traffic") &&
		    assign_policy(b, s, &s->default_rule);
	for (uint32_t i = 0; done && i < s->policy_set_count; i++)
		for (uint32_t r = 0; done && r < s->policy_set[i].rule_count; r++)
			done = assign_policy(b, s, &s->policy_set[i].rule[r]);
	for (uint32_t i = 1; done && i < s->filter_count; i++)
		done = assign_filter(b, &s->filter[i]);
	for (uint32_t i = 1; done && i < s->zone_count; i++)
		done = assign_screens(b, &s->zone[i]);
	return done;
}

uint8_t *
account_book_cells(const struct account_book *b, uint32_t worker, size_t *row_size)
{
	*row_size = b->header->row_size;
	return (uint8_t *)cell_of(row_at(b->header, 0), worker);
}

/* ---- unread frames of removed rings ---------------------------------------------------------------------------------- */

static unsigned
valid_table(const struct account_header *h)
{
	return h->former_select & 1;
}

void
account_book_discard(struct account_book *b)
{
	struct account_header *h = b->header;
	unsigned valid = valid_table(h), next = 1 - valid;
	memcpy(h->former_start_id[next], h->former_start_id[valid], sizeof h->former_start_id[next]);
	memcpy(h->former_cursor[next], h->former_cursor[valid], sizeof h->former_cursor[next]);
	for (uint32_t i = 0; i < h->row_count; i++) {
		struct account_row *row = row_at(h, i);
		memcpy(row->former_events[next], row->former_events[valid], sizeof row->former_events[next]);
	}
}

/* No frame makes more lost than was ever written, whatever a ring that somebody wrote to says. */
static void
lose(uint64_t events[EVENT_OUTCOME_COUNT])
{
	if (events[EVENT_OUTCOME_WRITTEN] == 0)
		return;
	events[EVENT_OUTCOME_WRITTEN]--;
	events[EVENT_OUTCOME_LOST_FULL]++;
}

void
account_book_lost(struct account_book *b, uint32_t account, unsigned type)
{
	struct account_header *h = b->header;
	if (account < h->row_count && type >= EVENT_TYPE_SESSION_OPEN && type < EVENT_TYPE_COUNT)
		lose(row_at(h, account)->former_events[1 - valid_table(h)][account_slot((enum event_type)type)]);
}

void
account_book_discarded_now(struct account_book *b, uint32_t worker, uint64_t start_id, uint64_t cursor)
{
	struct account_header *h = b->header;
	unsigned next = 1 - valid_table(h);
	h->former_start_id[next][worker] = start_id;
	h->former_cursor[next][worker] = cursor;
	/* R7: pairs with A7 in daemon/src/ring/account-book.ts. */
	__atomic_store_n(&h->former_select, next, __ATOMIC_RELEASE);
}

uint64_t
account_book_began(const struct account_book *b)
{
	return b->header->began_id;
}

uint64_t
account_book_discarded(const struct account_book *b, uint32_t worker)
{
	return b->header->former_start_id[valid_table(b->header)][worker];
}

/* ---- what a former helper left ------------------------------------------------------------------------------------------ */

struct former {
	const struct account_header *header; /* NULL: there is none that can be read */
	size_t size;
};

/* Only a file that a helper made: the daemon may be allowed to make files here, but not this one. */
static struct former
former_open(const char *path)
{
	struct former f = { 0 };
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return f;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_size >= ACCOUNT_ROWS_AT) {
		f.size = (size_t)st.st_size;
		void *p = mmap(NULL, f.size, PROT_READ, MAP_SHARED, fd, 0);
		f.header = p == MAP_FAILED ? NULL : p;
	}
	close(fd);
	const struct account_header *h = f.header;
	if (h && (h->magic != ACCOUNT_MAGIC || h->layout_hash != WIRE_LAYOUT_HASH || h->workers > ACCOUNT_WORKERS ||
		  h->row_size != sizeof(struct account_row) + h->workers * sizeof(struct account_cell) ||
		  h->row_count > ACCOUNT_ROWS_MAX || f.size < ACCOUNT_ROWS_AT + (size_t)h->row_count * h->row_size)) {
		munmap((void *)h, f.size);
		f.header = NULL;
	}
	return f;
}

/* What a row's last slot counts depends on its class. */
static enum event_type
type_of(const struct account_row *row, unsigned slot)
{
	static const enum event_type last[] = { [ACCOUNT_CLASS_SUMMARIES] = EVENT_TYPE_LOG_SUPPRESSED,
						[ACCOUNT_CLASS_POLICY] = EVENT_TYPE_LOG_SUPPRESSED,
						[ACCOUNT_CLASS_FILTER] = EVENT_TYPE_FILTER_LOG,
						[ACCOUNT_CLASS_SCREEN] = EVENT_TYPE_SCREEN_DROP };
	return slot < 3 ? (enum event_type)(EVENT_TYPE_SESSION_OPEN + slot) : last[row->account_class & 3];
}

static void
add(uint64_t into[EVENT_OUTCOME_COUNT], const uint64_t from[EVENT_OUTCOME_COUNT])
{
	for (unsigned outcome = 0; outcome < EVENT_OUTCOME_COUNT; outcome++)
		into[outcome] += from[outcome];
}

/* settle adds what a worker of the former helper counted to the rows, and to its ring what it was killed before. */
static void
settle(struct account_book *b, const struct former *f, const char *run_dir, uint32_t worker)
{
	uint64_t rules[EVENT_TYPE_COUNT][EVENT_OUTCOME_COUNT] = { 0 };
	char path[PATH_BYTES];
	for (uint32_t i = 0; i < f->header->row_count; i++) {
		struct account_row *row = row_at(f->header, i), *into = row_at(b->header, i);
		for (unsigned slot = 0; slot < KIND_SLOTS; slot++) {
			const uint64_t *events = cell_of(row, worker)->events[slot];
			add(rules[type_of(row, slot)], events);
			add(into->former_events[0][slot], events);
		}
	}
	enum event_type type;
	uint32_t account;
	snprintf(path, sizeof path, "%s/ring-%u", run_dir, worker);
	if (event_ring_settle(path, f->header->start_id, rules, &type, &account) && account < b->header->row_count)
		lose(row_at(b->header, account)->former_events[0][account_slot(type)]);
}

static bool
take_over(struct account_book *b, const struct former *f, const char *run_dir)
{
	const struct account_header *old = f->header;
	struct account_header *h = b->header;
	if (!grow(b, old->row_count))
		return false;
	for (uint32_t i = 0; i < old->row_count; i++) {
		const struct account_row *from = row_at(old, i);
		struct account_row *row = row_at(h, i);
		memcpy(row->name, from->name, sizeof row->name);
		row->name[sizeof row->name - 1] = 0;
		row->account_class = from->account_class;
		memcpy(row->former_events[0], from->former_events[valid_table(old)], sizeof row->former_events[0]);
		*place_of(b, (enum account_class)row->account_class, (const char *)row->name) = i + 1;
	}
	h->row_count = old->row_count;
	h->began_id = old->began_id;
	memcpy(h->former_start_id[0], old->former_start_id[valid_table(old)], sizeof h->former_start_id[0]);
	memcpy(h->former_cursor[0], old->former_cursor[valid_table(old)], sizeof h->former_cursor[0]);
	for (uint32_t w = 0; w < old->workers; w++)
		settle(b, f, run_dir, w);
	return true;
}

static bool
begin(struct account_book *b)
{
	b->header->began_id = b->header->start_id;
	bool done = account_book_row(b, ACCOUNT_CLASS_SUMMARIES, "") == ACCOUNT_SUMMARIES;
	for (unsigned class = ACCOUNT_CLASS_POLICY; done && class < ACCOUNT_CLASS_COUNT; class ++)
		done = account_book_row(b, (enum account_class) class, "") == ACCOUNT_OTHERS + class - 1;
	return done;
}

/* ---- creation ------------------------------------------------------------------------------------------------------------- */

/* No file takes the place of a folder, which others who may write here can make. */
static bool
put_aside(struct account_book *b, const char *path, uint64_t start_id)
{
	char aside[PATH_BYTES];
	struct stat st;
	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return true;
	snprintf(aside, sizeof aside, "%s.%llu", path, (unsigned long long)start_id);
	b->put_aside = true;
	return rename(path, aside) == 0;
}

static bool
make_file(struct account_book *b, const char *path, uint32_t workers, uint64_t start_id, int gid)
{
	uint32_t row_size = (uint32_t)(sizeof(struct account_row) + workers * sizeof(struct account_cell));
	unlink(path);
	b->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (b->fd < 0)
		return false;
	if ((gid >= 0 && fchown(b->fd, (uid_t)-1, (gid_t)gid) != 0) || fchmod(b->fd, 0640) != 0 ||
	    (errno = posix_fallocate(b->fd, 0, ACCOUNT_ROWS_AT)) != 0)
		return false;
	b->reserved = ACCOUNT_ROWS_AT + (size_t)ACCOUNT_ROWS_MAX * row_size;
	b->header = mmap(NULL, b->reserved, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0);
	if (b->header == MAP_FAILED) {
		b->header = NULL;
		return false;
	}
	*b->header = (struct account_header){ .magic = ACCOUNT_MAGIC,
					      .layout_hash = WIRE_LAYOUT_HASH,
					      .start_id = start_id,
					      .workers = workers,
					      .row_size = row_size };
	return true;
}

struct account_book *
account_book_open(const char *run_dir, uint32_t workers, uint64_t start_id, int gid)
{
	char path[PATH_BYTES], new_path[PATH_BYTES];
	if (workers == 0 || workers > ACCOUNT_WORKERS || strlen(run_dir) > PATH_BYTES - 64) {
		errno = EINVAL;
		return NULL;
	}
	snprintf(path, sizeof path, "%s/" FILE_NAME, run_dir);
	snprintf(new_path, sizeof new_path, "%s/" FILE_NAME ".new", run_dir);
	struct account_book *b = calloc(1, sizeof *b);
	if (!b)
		return NULL;
	b->fd = -1;
	b->index = calloc(INDEX_SLOTS, sizeof *b->index);
	struct former f = former_open(path);
	bool done = b->index && put_aside(b, path, start_id) && put_aside(b, new_path, start_id) &&
		    make_file(b, new_path, workers, start_id, gid) &&
		    (f.header ? take_over(b, &f, run_dir) : begin(b)) && rename(new_path, path) == 0;
	int error = errno;
	if (f.header)
		munmap((void *)f.header, f.size);
	if (done)
		return b;
	unlink(new_path);
	account_book_close(b);
	errno = error;
	return NULL;
}

bool
account_book_put_aside(const struct account_book *b)
{
	return b->put_aside;
}

void
account_book_close(struct account_book *b)
{
	if (!b)
		return;
	if (b->header)
		munmap(b->header, b->reserved);
	if (b->fd >= 0)
		close(b->fd);
	free(b->index);
	free(b);
}
