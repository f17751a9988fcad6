#ifndef HTTP_CODING_H
#define HTTP_CODING_H

#include "api/request.h"

/*
 * Content codings, which this room alone knows of: large answers to GET leave as gzip for who asks
 * (RFC 9110, 8.4 and 12.5.3). A compressed representation has an entity tag of its own, the plain
 * one's with "-gzip" before the closing quote (8.8.3.3): strong, so that If-Match may name it. The
 * rooms behind never see the suffix. Answers to changes are never compressed: they may hold a
 * secret that is shown once, beside text that somebody else chose (BREACH; docs/limits.md).
 */

/* Takes the suffix off the entity tags that the request names. */
void coding_read(struct request *r);

/* Compresses the reply where that is wanted and worth it. Memory: the arena's, at most half the
 * body's size and 128 KiB. */
void coding_apply(struct request *r);

#endif
