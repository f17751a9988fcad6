#ifndef CONTRACT_KEPT_TEXTS_H
#define CONTRACT_KEPT_TEXTS_H

#include "base/arena.h"

/*
 * Texts that live as long as an arena, each once: the contract says the same names a thousand
 * times. Used at start, by one thread.
 */
struct kept_texts;

/* An empty set in the arena's memory. */
struct kept_texts *kept_texts_new(struct arena *a);

/* The set's own copy of the text; the same pointer for the same text. NULL stays NULL. */
const char *kept_texts_keep(struct kept_texts *k, const char *text);

#endif
