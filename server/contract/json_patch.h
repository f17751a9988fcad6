#ifndef CONTRACT_JSON_PATCH_H
#define CONTRACT_JSON_PATCH_H

#include <jansson.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * JSON Patch (RFC 6902): a list of operations on a document, `[{"op": "replace", "path": "/a/0",
 * "value": 1}, …]`, in their order, all of them or none. Paths are JSON Pointers (RFC 6901).
 */
enum json_patch_end {
	JSON_PATCH_DONE,
	JSON_PATCH_MALFORMED, /* an operation is none of those of the RFC, or lacks a member */
	JSON_PATCH_NOWHERE,   /* what a path, or `from`, names is not there, or cannot be */
	JSON_PATCH_UNEQUAL,   /* a `test` finds another value */
	JSON_PATCH_TOO_LARGE  /* what would become of it is too large, or too deep */
};

/*
 * What may become of a document, and what one operation may put into it: copies of copies grow
 * fast. The size is about what it takes in memory, where an empty object takes more than a name.
 */
enum {
	JSON_PATCH_DEPTH_MAX = 64,	 /* levels */
	JSON_PATCH_SIZE_MAX = 256 * 1024 /* bytes */
};

/* Where it ended, when not done. Texts belong to the patch, or are constant. */
struct json_patch_fault {
	size_t operation;   /* its place in the list */
	const char *member; /* the member that is amiss: "path" */
	const char *path;   /* of the document, as the operation names it; "" when it does not */
	const char *detail; /* a sentence about it */
};

/*
 * Makes of `*document`, which is left as it is, what the patch says: `*document` is then another
 * value, which the caller releases. Otherwise it is as it was, and `*fault` says why. The patch is
 * an array, by its form no deeper than a parser has let through. Of the arena it takes no more than
 * the longest pointer.
 */
enum json_patch_end json_patch(struct arena *a, const json_t *patch, json_t **document,
			       struct json_patch_fault *fault);

#endif
