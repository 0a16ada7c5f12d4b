/* fib.c: see fib.h. A word of the trie is either a node's number or the best route for all addresses that come this
 * way: its prefix length and group. Routes are pushed down into every node they cover, so that a look-up reads one word
 * per level and the last one is the answer; the length in a word says which words a shorter route may write over. The
 * plain set of prefixes that tells what a removed route had hidden is the control thread's alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "route/fib.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "flow/pages.h"
#include "wire_gen.h"

enum {
	ROOT_STRIDE = 16,
	ROOT_SIZE = 1 << ROOT_STRIDE,
	STRIDE = 8,
	NODE_SIZE = 1 << STRIDE,
	NODE_CHUNK = 4096, /* nodes of 1 KB that are mapped at a time */
	NODE_CHUNKS = 4096,
	GROUP_CHUNK = 256,
	GROUP_CHUNKS = 4096,
	FAMILIES = 2,
	LENGTHS = 129,
	DEPTH_MAX = 1 + (128 - ROOT_STRIDE) / STRIDE,
};

/* word: 0 = no route; NODE | number; or length << LENGTH_SHIFT | group. Group 0 does not exist. */
#define NODE         0x80000000u
#define LENGTH_SHIFT 23
#define GROUP_MASK   ((1u << LENGTH_SHIFT) - 1)
typedef _Atomic uint32_t word;

/* What the control thread knows of a node or group besides what readers see; also the handle given to defer. */
struct node {
	struct fib *fib;
	uint32_t number;
	uint32_t used; /* prefixes that end in it, and nodes below it; 0: all its words are equal */
	uint32_t next; /* in the free list */
};

struct group {
	struct fib *fib;
	uint32_t number;
	uint32_t references; /* prefixes */
	uint32_t hash;
	uint32_t next; /* in its hash chain or the free list */
};

struct route {
	struct address prefix;
	uint8_t family; /* 0 = IPv4, 1 = IPv6 */
	uint8_t length;
	uint16_t reserved;
	uint32_t group;
	uint32_t chain;      /* hash chain or free list; links are index + 1 */
	uint32_t next, prev; /* among the prefixes of one length */
};

struct fib {
	/* what readers follow */
	word *root[FAMILIES];
	word *words[NODE_CHUNKS];
	struct next_hop_group *groups[GROUP_CHUNKS];

	fib_defer *defer;
	void *defer_ctx;

	struct node *node[NODE_CHUNKS];
	uint32_t nodes, nodes_free; /* numbers given out so far; head of the free list + 1 */
	uint32_t nodes_live;

	struct group *group[GROUP_CHUNKS];
	uint32_t group_count, groups_free, groups_live;
	uint32_t *group_head, group_heads;

	struct route *route;
	uint32_t route_room, routes, routes_free, routes_live;
	uint32_t *route_head, route_heads;
	uint32_t first[FAMILIES][LENGTHS], last[FAMILIES][LENGTHS];
};

static inline word *
words_of(const struct fib *f, uint32_t number)
{
	return f->words[number / NODE_CHUNK] + (size_t)(number % NODE_CHUNK) * NODE_SIZE;
}

static inline struct node *
node_at(const struct fib *f, uint32_t number)
{
	return &f->node[number / NODE_CHUNK][number % NODE_CHUNK];
}

static inline struct group *
group_at(const struct fib *f, uint32_t number)
{
	return &f->group[number / GROUP_CHUNK][number % GROUP_CHUNK];
}

static inline struct next_hop_group *
hops_of(const struct fib *f, uint32_t number)
{
	return &f->groups[number / GROUP_CHUNK][number % GROUP_CHUNK];
}

/* The control thread's own reads need no order. */
static inline uint32_t
peek(const word *w)
{
	return atomic_load_explicit(w, memory_order_relaxed);
}

/* F1: publishes a group or node; pairs with F2 in fib_lookup. */
static inline void
publish(word *w, uint32_t value)
{
	atomic_store_explicit(w, value, memory_order_release);
}

static inline unsigned
family_index(uint8_t family)
{
	return family == ADDRESS_FAMILY_INET6;
}

/* Position of a prefix in a table whose first bit is `base`. */
static inline uint32_t
position(const struct address *a, unsigned base)
{
	return base == 0 ? (uint32_t)a->byte[0] << 8 | a->byte[1] : a->byte[base / 8];
}

static inline unsigned
stride_at(unsigned base)
{
	return base == 0 ? ROOT_STRIDE : STRIDE;
}

static struct address
masked(const struct address *a, unsigned length)
{
	struct address m = *a;
	for (unsigned i = 0; i < 16; i++) {
		unsigned keep = length > 8 * i ? length - 8 * i : 0;
		if (keep < 8)
			m.byte[i] &= (uint8_t)(0xff00 >> keep);
	}
	return m;
}

static uint32_t
hash_of(const void *words, unsigned count, uint64_t h)
{
	for (unsigned i = 0; i < count; i++)
		h = key_mix(h ^ key_word(words, i), 0x9e3779b97f4a7c15ull);
	return (uint32_t)(h ^ (h >> 32));
}

/* ---- nodes ---------------------------------------------------------------------------------------------------- */

static void
node_release(void *object)
{
	struct node *n = object;
	n->next = n->fib->nodes_free;
	n->fib->nodes_free = n->number + 1;
}

static void
node_retire(struct fib *f, uint32_t number)
{
	f->nodes_live--;
	if (f->defer)
		f->defer(f->defer_ctx, node_release, node_at(f, number));
}

/* node_take returns a node's number, or NODE if there is no memory. */
static uint32_t
node_take(struct fib *f)
{
	if (f->nodes_free) {
		struct node *n = node_at(f, f->nodes_free - 1);
		f->nodes_free = n->next;
		f->nodes_live++;
		return n->number;
	}
	uint32_t chunk = f->nodes / NODE_CHUNK;
	if (chunk == NODE_CHUNKS)
		return NODE;
	if (!f->words[chunk]) {
		word *words = pages_map((size_t)NODE_CHUNK * NODE_SIZE * sizeof *words);
		struct node *nodes = calloc(NODE_CHUNK, sizeof *nodes);
		if (!words || !nodes) {
			pages_unmap(words, (size_t)NODE_CHUNK * NODE_SIZE * sizeof *words);
			free(nodes);
			return NODE;
		}
		if (chunk == 0) /* a small table shall not cost huge pages */
			madvise(words, (size_t)NODE_CHUNK * NODE_SIZE * sizeof *words, MADV_NOHUGEPAGE);
		f->words[chunk] = words;
		f->node[chunk] = nodes;
	}
	uint32_t number = f->nodes++;
	*node_at(f, number) = (struct node){ .fib = f, .number = number };
	f->nodes_live++;
	return number;
}

/* ---- groups --------------------------------------------------------------------------------------------------- */

static uint32_t
group_hash(const struct next_hop_group *g)
{
	_Static_assert(sizeof g->hop[0] == 24, "hashed and compared as three words");
	return hash_of(g->hop, 3u * g->count, g->count);
}

static void
group_release(void *object)
{
	struct group *g = object;
	g->next = g->fib->groups_free;
	g->fib->groups_free = g->number + 1;
}

static void
group_put(struct fib *f, uint32_t number)
{
	struct group *g = group_at(f, number);
	if (--g->references)
		return;
	uint32_t *link = &f->group_head[g->hash & (f->group_heads - 1)];
	while (*link != number)
		link = &group_at(f, *link)->next;
	*link = g->next;
	f->groups_live--;
	if (f->defer)
		f->defer(f->defer_ctx, group_release, g);
}

static bool
groups_grow(struct fib *f)
{
	uint32_t heads = f->group_heads ? f->group_heads * 2 : 64;
	uint32_t *head = calloc(heads, sizeof *head);
	if (!head)
		return false;
	for (uint32_t i = 0; i < f->group_heads; i++) {
		for (uint32_t number = f->group_head[i], next; number; number = next) {
			struct group *g = group_at(f, number);
			next = g->next;
			g->next = head[g->hash & (heads - 1)];
			head[g->hash & (heads - 1)] = number;
		}
	}
	free(f->group_head);
	f->group_head = head;
	f->group_heads = heads;
	return true;
}

static uint32_t
group_take(struct fib *f)
{
	if (f->groups_free) {
		struct group *g = group_at(f, f->groups_free - 1);
		f->groups_free = g->next;
		return g->number;
	}
	uint32_t chunk = f->group_count / GROUP_CHUNK;
	if (chunk == GROUP_CHUNKS)
		return 0;
	if (!f->groups[chunk]) {
		struct next_hop_group *hops = calloc(GROUP_CHUNK, sizeof *hops);
		struct group *groups = calloc(GROUP_CHUNK, sizeof *groups);
		if (!hops || !groups) {
			free(hops);
			free(groups);
			return 0;
		}
		f->groups[chunk] = hops;
		f->group[chunk] = groups;
	}
	return f->group_count++;
}

/* group_get returns the number of a group equal to `wanted`, with one reference more; 0 if there is no memory. */
static uint32_t
group_get(struct fib *f, const struct next_hop_group *wanted)
{
	size_t size = wanted->count * sizeof wanted->hop[0];
	uint32_t hash = group_hash(wanted);
	if (f->groups_live == f->group_heads && !groups_grow(f))
		return 0;
	uint32_t *head = &f->group_head[hash & (f->group_heads - 1)];
	for (uint32_t number = *head; number; number = group_at(f, number)->next) {
		const struct next_hop_group *g = hops_of(f, number);
		if (g->count == wanted->count && memcmp(g->hop, wanted->hop, size) == 0) {
			group_at(f, number)->references++;
			return number;
		}
	}
	uint32_t number = group_take(f);
	if (!number)
		return 0;
	struct next_hop_group *g = hops_of(f, number);
	memset(g, 0, sizeof *g);
	g->count = wanted->count;
	memcpy(g->hop, wanted->hop, size);
	*group_at(f, number) =
	    (struct group){ .fib = f, .number = number, .references = 1, .hash = hash, .next = *head };
	*head = number;
	f->groups_live++;
	return number;
}

/* ---- the set of prefixes -------------------------------------------------------------------------------------- */

static uint32_t
route_hash(unsigned family, const struct address *prefix, unsigned length)
{
	return hash_of(prefix, 2, family << 8 | length);
}

static struct route *
route_find(const struct fib *f, unsigned family, const struct address *prefix, unsigned length)
{
	if (!f->first[family][length])
		return NULL;
	uint32_t hash = route_hash(family, prefix, length);
	for (uint32_t link = f->route_head[hash & (f->route_heads - 1)]; link; link = f->route[link - 1].chain) {
		struct route *r = &f->route[link - 1];
		if (r->family == family && r->length == length && memcmp(&r->prefix, prefix, sizeof *prefix) == 0)
			return r;
	}
	return NULL;
}

static bool
routes_grow(struct fib *f)
{
	uint32_t room = f->route_room ? f->route_room * 2 : 64;
	struct route *route = realloc(f->route, room * sizeof *route);
	if (!route)
		return false;
	f->route = route;
	f->route_room = room;
	uint32_t *head = calloc(room, sizeof *head);
	if (!head)
		return f->route_heads > 0; /* longer chains do no harm */
	for (uint32_t i = 0; i < f->route_heads; i++) {
		for (uint32_t link = f->route_head[i], next; link; link = next) {
			struct route *r = &route[link - 1];
			next = r->chain;
			uint32_t *to = &head[route_hash(r->family, &r->prefix, r->length) & (room - 1)];
			r->chain = *to;
			*to = link;
		}
	}
	free(f->route_head);
	f->route_head = head;
	f->route_heads = room;
	return true;
}

static struct route *
route_add(struct fib *f, unsigned family, const struct address *prefix, unsigned length, uint32_t group)
{
	bool full = !f->routes_free && f->routes == f->route_room;
	if ((full || f->route_heads == 0) && !routes_grow(f))
		return NULL;
	uint32_t link = f->routes_free;
	if (link)
		f->routes_free = f->route[link - 1].chain;
	else
		link = ++f->routes;
	uint32_t *head = &f->route_head[route_hash(family, prefix, length) & (f->route_heads - 1)];
	uint32_t *last = &f->last[family][length];
	struct route *r = &f->route[link - 1];
	*r = (struct route){
		.prefix = *prefix,
		.family = (uint8_t)family,
		.length = (uint8_t)length,
		.group = group,
		.chain = *head,
		.prev = *last,
	};
	*(*last ? &f->route[*last - 1].next : &f->first[family][length]) = link;
	*last = link;
	*head = link;
	f->routes_live++;
	return r;
}

static void
route_drop(struct fib *f, struct route *r)
{
	uint32_t link = (uint32_t)(r - f->route) + 1;
	uint32_t *chain = &f->route_head[route_hash(r->family, &r->prefix, r->length) & (f->route_heads - 1)];
	while (*chain != link)
		chain = &f->route[*chain - 1].chain;
	*chain = r->chain;
	*(r->prev ? &f->route[r->prev - 1].next : &f->first[r->family][r->length]) = r->next;
	*(r->next ? &f->route[r->next - 1].prev : &f->last[r->family][r->length]) = r->prev;
	r->chain = f->routes_free;
	f->routes_free = link;
	f->routes_live--;
}

/* The word of the longest route that covers a prefix, itself excepted. */
static uint32_t
cover_of(const struct fib *f, unsigned family, const struct address *prefix, unsigned length)
{
	while (length-- > 0) {
		if (!f->first[family][length])
			continue;
		struct address shorter = masked(prefix, length);
		const struct route *r = route_find(f, family, &shorter, length);
		if (r)
			return length << LENGTH_SHIFT | r->group;
	}
	return 0;
}

/* ---- the trie ------------------------------------------------------------------------------------------------- */

static inline unsigned
length_of(uint32_t w)
{
	return w >> LENGTH_SHIFT;
}

/* Writes `value` over the routes of `words` that are at most `length` long, and in all nodes below. */
static void
push_over(const struct fib *f, word *words, uint32_t count, unsigned length, uint32_t value)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t w = peek(&words[i]);
		if (w & NODE)
			push_over(f, words_of(f, w & ~NODE), NODE_SIZE, length, value);
		else if (length_of(w) <= length)
			publish(&words[i], value);
	}
}

/* Writes what a removed route had hidden in its place. */
static void
push_back(const struct fib *f, word *words, uint32_t count, unsigned length, uint32_t cover)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t w = peek(&words[i]);
		if (w & NODE)
			push_back(f, words_of(f, w & ~NODE), NODE_SIZE, length, cover);
		else if (w && length_of(w) == length)
			publish(&words[i], cover);
	}
}

/* Where a prefix ends: the table at `base` whose stride reaches its length, as far as it exists. */
struct place {
	unsigned base;
	word *words;
	uint32_t node;  /* number, or NODE for the root */
	unsigned depth; /* nodes on the way, the last being `node` */
	struct {
		uint32_t number;
		word *link; /* the word above that leads to it */
	} way[DEPTH_MAX];
};

static void
descend(const struct fib *f, unsigned family, const struct address *prefix, unsigned length, struct place *at)
{
	at->base = 0;
	at->words = f->root[family];
	at->node = NODE;
	at->depth = 0;
	while (length > at->base + stride_at(at->base)) {
		word *link = &at->words[position(prefix, at->base)];
		uint32_t w = peek(link);
		if (!(w & NODE))
			return;
		at->way[at->depth].link = link;
		at->way[at->depth++].number = w & ~NODE;
		at->base += stride_at(at->base);
		at->node = w & ~NODE;
		at->words = words_of(f, at->node);
	}
}

/* The words of a table at `base` that a prefix ending there covers. */
static uint32_t
span(const struct address *prefix, unsigned length, unsigned base, uint32_t *from)
{
	*from = position(prefix, base);
	return 1u << (base + stride_at(base) - length);
}

/* Builds the missing nodes out of sight and shows them with one store. */
static int
grow_down(struct fib *f, const struct place *at, const struct address *prefix, unsigned length, uint32_t value)
{
	unsigned base = at->base + stride_at(at->base);
	unsigned count = (length - base + STRIDE - 1) / STRIDE;
	uint32_t number[DEPTH_MAX];
	for (unsigned i = 0; i < count; i++) {
		number[i] = node_take(f);
		if (number[i] != NODE)
			continue;
		while (i-- > 0) {
			f->nodes_live--;
			node_release(node_at(f, number[i]));
		}
		return -ENOMEM;
	}

	word *link = &at->words[position(prefix, at->base)];
	uint32_t covering = peek(link);
	for (unsigned i = 0; i < count; i++, base += STRIDE) {
		word *words = words_of(f, number[i]);
		for (unsigned j = 0; j < NODE_SIZE; j++)
			atomic_store_explicit(&words[j], covering, memory_order_relaxed);
		node_at(f, number[i])->used = 1;
		if (i + 1 < count) {
			atomic_store_explicit(&words[position(prefix, base)], NODE | number[i + 1],
					      memory_order_relaxed);
		} else {
			uint32_t from, width = span(prefix, length, base, &from);
			push_over(f, words + from, width, length, value);
		}
	}
	if (at->node != NODE)
		node_at(f, at->node)->used++;
	publish(link, NODE | number[0]);
	return 0;
}

static int
trie_insert(struct fib *f, unsigned family, const struct address *prefix, unsigned length, uint32_t value, bool fresh)
{
	struct place at;
	descend(f, family, prefix, length, &at);
	if (length > at.base + stride_at(at.base))
		return grow_down(f, &at, prefix, length, value);
	uint32_t from, width = span(prefix, length, at.base, &from);
	push_over(f, at.words + from, width, length, value);
	if (fresh && at.node != NODE)
		node_at(f, at.node)->used++;
	return 0;
}

static void
trie_remove(struct fib *f, unsigned family, const struct address *prefix, unsigned length, uint32_t cover)
{
	struct place at;
	descend(f, family, prefix, length, &at);
	uint32_t from, width = span(prefix, length, at.base, &from);
	push_back(f, at.words + from, width, length, cover);
	/* A node that nothing ends in says the same everywhere: its parent can say it. */
	for (unsigned i = at.depth; i-- > 0 && --node_at(f, at.way[i].number)->used == 0;) {
		publish(at.way[i].link, peek(words_of(f, at.way[i].number)));
		node_retire(f, at.way[i].number);
	}
}

/* ---- the table ------------------------------------------------------------------------------------------------ */

struct fib *
fib_create(void)
{
	struct fib *f = calloc(1, sizeof *f);
	if (!f)
		return NULL;
	f->group_count = 1;
	for (unsigned i = 0; i < FAMILIES; i++) {
		f->root[i] = pages_map(ROOT_SIZE * sizeof(word));
		if (!f->root[i]) {
			int error = errno;
			fib_destroy(f);
			errno = error;
			return NULL;
		}
	}
	return f;
}

void
fib_destroy(struct fib *f)
{
	if (!f)
		return;
	for (unsigned i = 0; i < FAMILIES; i++)
		pages_unmap(f->root[i], ROOT_SIZE * sizeof(word));
	for (unsigned i = 0; i < NODE_CHUNKS && f->words[i]; i++) {
		pages_unmap(f->words[i], (size_t)NODE_CHUNK * NODE_SIZE * sizeof(word));
		free(f->node[i]);
	}
	for (unsigned i = 0; i < GROUP_CHUNKS && f->groups[i]; i++) {
		free(f->groups[i]);
		free(f->group[i]);
	}
	free(f->group_head);
	free(f->route);
	free(f->route_head);
	free(f);
}

void
fib_set_defer(struct fib *f, fib_defer *defer, void *ctx)
{
	f->defer = defer;
	f->defer_ctx = ctx;
}

static bool
is_prefix(uint8_t family, const struct address *prefix, unsigned length)
{
	if (family != ADDRESS_FAMILY_INET && family != ADDRESS_FAMILY_INET6)
		return false;
	if (length > (family == ADDRESS_FAMILY_INET ? 32 : 128))
		return false;
	struct address m = masked(prefix, length);
	return memcmp(&m, prefix, sizeof m) == 0;
}

int
fib_insert(struct fib *f, uint8_t family, const struct address *prefix, uint8_t length,
	   const struct next_hop_group *group)
{
	if (!is_prefix(family, prefix, length) || group->count == 0 || group->count > NEXT_HOP_GROUP_MAX)
		return -EINVAL;
	unsigned i = family_index(family);
	uint32_t number = group_get(f, group);
	if (!number)
		return -ENOMEM;
	uint32_t value = (uint32_t)length << LENGTH_SHIFT | number;

	struct route *r = route_find(f, i, prefix, length);
	if (r) {
		uint32_t old = r->group;
		if (old != number)
			trie_insert(f, i, prefix, length, value, false);
		r->group = number;
		group_put(f, old);
		return 0;
	}
	r = route_add(f, i, prefix, length, number);
	if (!r)
		goto undo_group;
	if (trie_insert(f, i, prefix, length, value, true) < 0)
		goto undo_route;
	return 0;
undo_route:
	route_drop(f, r);
undo_group:
	group_put(f, number);
	return -ENOMEM;
}

int
fib_remove(struct fib *f, uint8_t family, const struct address *prefix, uint8_t length)
{
	if (!is_prefix(family, prefix, length))
		return -EINVAL;
	unsigned i = family_index(family);
	struct route *r = route_find(f, i, prefix, length);
	if (!r)
		return -ENOENT;
	trie_remove(f, i, prefix, length, cover_of(f, i, prefix, length));
	group_put(f, r->group);
	route_drop(f, r);
	return 0;
}

const struct next_hop_group *
fib_lookup(const struct fib *f, uint8_t family, const struct address *destination)
{
	/* F2: pairs with F1 in publish. */
	uint32_t w =
	    atomic_load_explicit(&f->root[family_index(family)][position(destination, 0)], memory_order_acquire);
	for (unsigned i = ROOT_STRIDE / 8; w & NODE; i++)
		w = atomic_load_explicit(&words_of(f, w & ~NODE)[destination->byte[i]], memory_order_acquire);
	return w ? hops_of(f, w & GROUP_MASK) : NULL;
}

void
fib_walk(const struct fib *f, fib_each *each, void *ctx)
{
	for (unsigned i = 0; i < FAMILIES; i++) {
		for (unsigned length = 0; length < LENGTHS; length++) {
			for (uint32_t link = f->first[i][length]; link; link = f->route[link - 1].next) {
				const struct route *r = &f->route[link - 1];
				each(ctx, i ? ADDRESS_FAMILY_INET6 : ADDRESS_FAMILY_INET, &r->prefix, r->length,
				     hops_of(f, r->group));
			}
		}
	}
}

uint32_t
fib_count(const struct fib *f)
{
	return f->routes_live;
}

uint64_t
fib_memory(const struct fib *f)
{
	uint64_t node = NODE_SIZE * sizeof(word) + sizeof(struct node);
	uint64_t group = sizeof(struct next_hop_group) + sizeof(struct group);
	return sizeof *f + FAMILIES * ROOT_SIZE * sizeof(word) + f->nodes * node + f->group_count * group +
	       f->route_room * sizeof(struct route) + f->route_heads * sizeof(uint32_t) +
	       f->group_heads * sizeof(uint32_t);
}
