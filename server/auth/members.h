#ifndef AUTH_MEMBERS_H
#define AUTH_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * Members of the registry's JSON, taken into the arena. A member that is absent or null gives the
 * default; one of another type is false, or NULL where there is only a pointer to return.
 */
enum { MEMBER_TEXT_MAX = 512 };

/* A list of texts. `given` tells an empty list from none. */
struct texts {
	bool given;
	size_t count;
	const char **list;
};

/* Text of 1 … MEMBER_TEXT_MAX bytes, or NULL. */
const char *member_text(struct arena *a, const json_t *json, const char *name);

/* A list of at most `max` texts. */
bool member_texts(struct arena *a, const json_t *json, const char *name, size_t max,
		  struct texts *out);

/* True or false; absent is `usual`. */
bool member_flag(const json_t *json, const char *name, bool usual, bool *out);

/* An integer from `least` to `most`. */
bool member_number(const json_t *json, const char *name, int64_t least, int64_t most,
		   int64_t *out /* holds the default */);

/* Which of the words (ended by NULL) the text is, counted from 0. */
bool member_word(const json_t *json, const char *name, const char *const *words,
		 int *out /* holds the default */);

/* Whether the text is among them, byte for byte. */
bool texts_hold(const struct texts *names, const char *text);

#endif
