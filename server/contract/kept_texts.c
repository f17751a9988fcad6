/* Keeps each text once, in buckets of chains: there are some thousands, and only the start asks. */
#include "contract/kept_texts.h"

#include <string.h>

enum { BUCKETS = 1024 };

struct kept {
	struct kept *next;
	char text[];
};

struct kept_texts {
	struct arena *arena;
	struct kept *buckets[BUCKETS];
};

struct kept_texts *kept_texts_new(struct arena *a)
{
	struct kept_texts *k = arena_alloc(a, sizeof(*k));

	k->arena = a;
	return k;
}

static size_t bucket_of(const char *s)
{
	size_t hash = 5381;

	for (; *s != '\0'; s++)
		hash = hash * 33 + (unsigned char)*s;
	return hash % BUCKETS;
}

const char *kept_texts_keep(struct kept_texts *k, const char *text)
{
	if (text == NULL)
		return NULL;

	struct kept **bucket = &k->buckets[bucket_of(text)];

	for (const struct kept *known = *bucket; known != NULL; known = known->next)
		if (strcmp(known->text, text) == 0)
			return known->text;

	size_t size = strlen(text) + 1;
	struct kept *made = arena_alloc(k->arena, sizeof(*made) + size);

	made->next = *bucket;
	memcpy(made->text, text, size);
	*bucket = made;
	return made->text;
}
