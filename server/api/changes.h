#ifndef API_CHANGES_H
#define API_CHANGES_H

#include <stdbool.h>

#include "api/news.h"
#include "api/work.h"

/*
 * One reader of changes and the place up to which they have read. Each look is one transaction of
 * its own: who the reader is, what they may see of what comes next, a log row for each person
 * shown.
 */
struct changes {
	struct work work; /* holds a connection within changes_look(), and after a failed one */
	char after[24];	  /* the reader's place; after the first look always digits */
	const struct statement *steps[3];
	const char *const *values[3];
	/* of the last look, in its arena: */
	const char *items; /* the events as the statement wrote them */
	long count;	   /* how many */
	bool shown, more;  /* a person was shown; there are places behind `after` */
};

/* A reader who begins after this place, digits or "now", and reads with this statement. */
void changes_begin(struct changes *c, struct request *r, const char *statement, const char *after);

/*
 * Reads on, `after` moves. Rows live in `a`. False: no connection was to be had (c->work.connection
 * is NULL), or the round failed and its connection is still held, for work_failed() to look at; the
 * caller ends the work.
 */
bool changes_look(struct changes *c, struct arena *a);

/* Notes that a reader has looked and was shown nobody. False as above. */
bool changes_note(struct changes *c, struct arena *a);

/* What a look or note that failed is answered with; ends the work. */
enum outcome changes_failed(struct changes *c);

/*
 * Takes a place among those who wait (api/news.h) until the request ends. False: answered, with 429
 * when the caller's agency has as many as it may, with 503 when all have.
 */
bool changes_enter(struct request *r, enum news_kind kind);

/* Memory for looks, to be cleared between them; released with the request. */
struct arena *changes_arena(struct request *r);

/* The reader's place as a number. */
int64_t changes_place(const struct changes *c);

#endif
