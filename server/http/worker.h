#ifndef HTTP_WORKER_H
#define HTTP_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "http/head.h"

/* What one thread keeps from request to request. Made when CivetWeb starts the thread. */
struct worker {
	struct arena *arena; /* of the present request, NULL between two */
	struct head head;
	const char *buf;    /* the connection's buffer, where `head` points into */
	size_t head_len;    /* 0 until the head is complete */
	int64_t started_us; /* first byte of the present request, 0 before it */
	bool counted;	    /* the connection is counted by its address */
	time_t date_s;	    /* the second that `date` tells */
	char date[32];	    /* the present Date header's value */
};

/* Notes a refusal in the worker's head, for whoever answers. Returns false, to be handed on. */
static inline bool worker_refuse(struct worker *w, int status, const char *code, const char *detail)
{
	w->head.status = status;
	w->head.code = code;
	w->head.detail = detail;
	return false;
}

#endif
