#ifndef LIB_PAGES_H
#define LIB_PAGES_H

#include "lib/session.h"

/* Walks a list page by page, following `links.next`. */
struct pages {
	struct session *session;
	struct arena *arena; /* keeps where to go next; lives as long as the walk */
	struct call call;    /* the next page's */
	bool ended, failed;
	size_t page_count, item_count;
};

enum { PAGES_MAX = 100000 };

/* Starts at the first page: `call` is a GET of a list. */
void pages_init(struct pages *p, struct session *s, struct arena *a, const struct call *call);

/*
 * Gets the next page; everything in `out` is in `a`, which may be cleared between pages. False at
 * the end, or with p->failed when `out` holds a refusal, no answer, or what is not a list.
 */
bool pages_next(struct pages *p, struct arena *a, struct reply *out);

/* The page's items, an array. */
json_t *pages_items(const struct reply *page);

#endif
