#ifndef LIB_SPOOL_H
#define LIB_SPOOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * A queue of what shall be sent, in files, that survives being killed at any point:
 *
 *   new/      accepted, in the order of acceptance: <microseconds>-<id>.<kind>
 *   sending/  the one that is being sent, or was when the program died
 *   done/     <id>.json: the receipt; the content is gone
 *   refused/  what the service will never take, beside <id>.json that says why
 *
 * An item's id is made of its content (or of what the sender calls it), so the same thing handed in
 * twice is one item, and a request that is repeated after a crash carries the same
 * Idempotency-Key. Files and directories are for their owner only, and whole before they are seen.
 * One spool is used by one thread of one process (lib/lock.h).
 */
struct spool {
	const char *directory;
	unsigned long last; /* the last number given, microseconds since 1970 */
	long pruned_at;	    /* when receipts were last looked through, seconds since 1970 */
};

struct spool_item {
	const char *id;	  /* 32 hexadecimal digits */
	const char *kind; /* the file's ending: "json", "csv", "er7" */
	const char *path; /* the content */
	const char *name; /* the file's own name */
};

/* What is handed in. */
struct spool_content {
	const char *kind;     /* letters and digits */
	const char *identity; /* what makes it the same thing; NULL: its bytes */
	const void *bytes;
	size_t size;
};

enum spool_state { SPOOL_UNKNOWN, SPOOL_WAITING, SPOOL_DONE };

/* Makes the directories and clears what a crash left behind. `directory` must outlive the spool. */
bool spool_open(struct arena *a, const char *directory, struct spool *out, const char **why);

/* Accepts a content; true when it lies safely in the spool, or has been sent before. */
bool spool_put(struct spool *s, struct arena *a, const struct spool_content *content,
	       const char **id, const char **why);

/* Accepts a file, which is moved into the spool; its ending becomes the kind. */
bool spool_take(struct spool *s, struct arena *a, const char *path, const char **id,
		const char **why);

/* What became of the item of that id. */
enum spool_state spool_look(const struct spool *s, struct arena *a, const char *id);

/* The item to send now: the one that was being sent, else the oldest. False when there is none, or
 * with `*why` when the disk refuses. */
bool spool_next(struct spool *s, struct arena *a, struct spool_item *out, const char **why);

/* It has arrived: the receipt is kept, the content removed. */
bool spool_done(struct spool *s, struct arena *a, const struct spool_item *item,
		const json_t *receipt, const char **why);

/* It will never be taken: content and reason are laid aside for people. */
bool spool_refuse(struct spool *s, struct arena *a, const struct spool_item *item,
		  const json_t *reason, const char **why);

/* Takes an item back that has not been sent: who handed it in keeps it. */
bool spool_withdraw(struct spool *s, struct arena *a, const char *id, const char **why);

/* How many items wait. */
size_t spool_count(const struct spool *s, struct arena *a);

/* Removes receipts older than so many seconds; looks at most once an hour. */
void spool_prune(struct spool *s, struct arena *a, long seconds);

#endif
