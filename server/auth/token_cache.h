#ifndef AUTH_TOKEN_CACHE_H
#define AUTH_TOKEN_CACHE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What verified tokens stand for, by the SHA-256 of their text, until they expire or the cache is
 * cleared. Holds at most TOKEN_CACHE_ENTRIES; the least recently used of a set makes room. A
 * look-up costs one SHA-256 and one short lock out of many. Thread-safe.
 *
 * Values are blocks that are counted: whoever was given one may read it until giving it back,
 * whatever happens to the cache meanwhile. A shared value is never written.
 *
 *	struct token_mark mark;
 *	p = token_cache_get(cache, token, now, &mark);
 *	if (p == NULL) {
 *		… verify …
 *		p = token_cache_block(size);            fill it
 *		token_cache_put(cache, &mark, p, expires_at);
 *	}
 *	arena_adopt(arena, token_cache_give_back, p);
 */
struct token_cache;

enum { TOKEN_CACHE_ENTRIES = 4096 };

/* Remembers which token missed, and when: a put after a clear is ignored. */
struct token_mark {
	unsigned char digest[32];
	uint64_t epoch;
};

/* Never NULL: out of memory ends the process. */
struct token_cache *token_cache_new(void);

/* No thread may be in the cache any more; values that are still lent live on. */
void token_cache_free(struct token_cache *c);

/*
 * The value for the token's text, counted for the caller, or NULL when there is none or its time
 * `expires_at` has come (`now` in seconds since 1970). `mark` is always filled.
 */
void *token_cache_get(struct token_cache *c, const char *token, int64_t now,
		      struct token_mark *mark);

/*
 * Keeps the value for the token that missed; the caller's own count stays with the caller. Nothing
 * is kept when the cache was cleared since the miss: the keys may not be the same any more.
 */
void token_cache_put(struct token_cache *c, const struct token_mark *mark, void *value,
		     int64_t expires_at);

/*
 * Forgets all tokens, also those that are being verified now. Call it after the new registry is in
 * place, so that no thread can still verify with the old one and put afterwards.
 */
void token_cache_clear(struct token_cache *c);

/* A zeroed value of `size` bytes, counted once for the caller. Never NULL. */
void *token_cache_block(size_t size);

/* Ends the caller's use; the last one wipes and frees the value. NULL is allowed. */
void token_cache_give_back(void *value);

#endif
