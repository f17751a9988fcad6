/* Request memory: a bump allocator over chained blocks, with foreign objects adopted by it. */
#include "base/arena.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 32 * 1024, LARGE_BLOCK = 256 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

struct adopted {
	struct adopted *next;
	void (*release)(void *);
	void *object;
};

struct arena {
	struct block *block; /* newest first; the last in the chain is the one that is kept */
	struct adopted *adopted;
	size_t limit, used;
	struct arena *next; /* while it is put back */
};

static struct {
	pthread_mutex_t lock;
	struct arena *top;
} shelf = {.lock = PTHREAD_MUTEX_INITIALIZER};

_Noreturn static void give_up(const char *why)
{
	fprintf(stderr, "{\"level\":\"fatal\",\"event\":\"arena\",\"reason\":\"%s\"}\n", why);
	abort();
}

static struct block *block_new(size_t size, struct block *next)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		give_up("out of memory");
	b->next = next;
	b->size = size;
	b->used = 0;
	return b;
}

struct arena *arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		give_up("out of memory");
	a->limit = limit;
	a->block = block_new(FIRST_BLOCK, NULL);
	return a;
}

static void release_adopted(struct arena *a)
{
	/* a release may itself not adopt, so the chain only shrinks */
	while (a->adopted != NULL) {
		struct adopted *one = a->adopted;

		a->adopted = one->next;
		one->release(one->object);
	}
}

void arena_clear(struct arena *a)
{
	release_adopted(a);
	while (a->block->next != NULL) {
		struct block *b = a->block;

		a->block = b->next;
		free(b);
	}
	a->block->used = 0;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_clear(a);
	free(a->block);
	free(a);
}

struct arena *arena_borrow(size_t limit)
{
	pthread_mutex_lock(&shelf.lock);

	struct arena *a = shelf.top;

	if (a != NULL)
		shelf.top = a->next;
	pthread_mutex_unlock(&shelf.lock);
	if (a == NULL)
		return arena_new(limit);
	a->limit = limit;
	return a;
}

void arena_put_back(struct arena *a)
{
	if (a == NULL)
		return;
	arena_clear(a);
	pthread_mutex_lock(&shelf.lock);
	a->next = shelf.top;
	shelf.top = a;
	pthread_mutex_unlock(&shelf.lock);
}

static size_t aligned(size_t size)
{
	size_t step = alignof(max_align_t);

	return (size + step - 1) / step * step;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = aligned(size == 0 ? 1 : size);

	if (need < size || need > a->limit - a->used)
		give_up("limit passed");
	if (a->block->size - a->block->used < need)
		a->block = block_new(need > LARGE_BLOCK ? need : LARGE_BLOCK, a->block);

	void *p = a->block->bytes + a->block->used;

	a->block->used += need;
	a->used += need;
	return memset(p, 0, need);
}

char *arena_copy(struct arena *a, const char *ptr, size_t len)
{
	char *copy = arena_alloc(a, len == SIZE_MAX ? len : len + 1);

	if (len > 0)
		memcpy(copy, ptr, len);
	return copy;
}

char *arena_dup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_copy(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);

	int len = vsnprintf(NULL, 0, format, again);

	va_end(again);
	if (len < 0)
		give_up("bad format");

	char *s = arena_alloc(a, (size_t)len + 1);

	vsnprintf(s, (size_t)len + 1, format, args);
	return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	char *s = arena_vprintf(a, format, args);

	va_end(args);
	return s;
}

void arena_adopt(struct arena *a, void (*release)(void *), void *object)
{
	struct adopted *one = arena_alloc(a, sizeof(*one));

	*one = (struct adopted){.next = a->adopted, .release = release, .object = object};
	a->adopted = one;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
