#ifndef DOMAIN_OSLO_TIME_H
#define DOMAIN_OSLO_TIME_H

#include <stddef.h>

/*
 * Times as record systems write them: "2026-09-03T22:10", "2026-09-03 22:10:05", with an offset or
 * without one. Without one they are Oslo's, by the rule of the European Union (directive
 * 2000/84/EC): summer time from the last Sunday of March to that of October, 01:00 UTC. Older
 * times than 1996, when other rules held, need their offset.
 */
enum oslo_time {
	OSLO_TIME_OK,
	OSLO_TIME_NONE,	     /* is not of this form: `out` is as it was */
	OSLO_TIME_AMBIGUOUS, /* the hour in autumn that comes twice */
	OSLO_TIME_SKIPPED,   /* the hour in spring that does not exist */
	OSLO_TIME_OLD	     /* before 1996 and without an offset */
};

enum { OSLO_TIME_SIZE = 48 };

/* The time as RFC 3339 wants it: with T, seconds and offset. At most 31 bytes are read. */
enum oslo_time oslo_time_complete(const char *s, size_t len, char out[OSLO_TIME_SIZE]);

#endif
