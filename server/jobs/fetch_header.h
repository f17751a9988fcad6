#ifndef JOBS_FETCH_HEADER_H
#define JOBS_FETCH_HEADER_H

#include "jobs/fetch.h"

/* Takes what we want to know out of one line of an answer's head: `len` bytes with their CRLF. */
void fetch_header(struct fetch_answer *answer, const char *line, size_t len);

#endif
