#ifndef LIB_TRANSFER_H
#define LIB_TRANSFER_H

#include <stdbool.h>

#include <curl/curl.h>

#include "lib/session.h"

/* One HTTP exchange as the session wants it sent. */
struct transfer {
	const struct session_setup *setup; /* time-outs, trace */
	const char *method, *url;
	const char *token;     /* or NULL */
	const json_t *headers; /* object of texts */
	const char *body;      /* or NULL */
	const char *file;      /* instead of `body`: the file to send, or NULL */
	long file_offset;      /* from this byte on */
};

/*
 * Sends it and fills `out` (status 0 and `failure` when no answer came). `*connected` says whether
 * the request may have reached the service. Private to the session.
 */
void transfer_run(CURL *easy, struct arena *a, const struct transfer *t, struct reply *out,
		  bool *connected);

/*
 * `text` with every run of exactly eleven digits made unreadable, but for those that an id (32
 * hexadecimal digits, or a UUID) happens to have: by it people find what the text is about.
 */
char *transfer_mask(struct arena *a, const char *text);

#endif
