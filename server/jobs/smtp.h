#ifndef JOBS_SMTP_H
#define JOBS_SMTP_H

#include <stdbool.h>

#include "base/arena.h"

struct smtp_mail {
	const char *id;	     /* of the message; the same at each try */
	const char *address; /* checked by the contract: no white space, no brackets */
	const char *body;    /* UTF-8, lines end in CRLF */
};

/* The whole message (RFC 5322), in the arena's memory. */
const char *smtp_message(struct arena *a, const struct smtp_mail *mail);

/*
 * Sends it by the mail server of the settings, within half a minute. NULL, or curl's sentence on
 * what went wrong, which never holds the address.
 */
const char *smtp_send(struct arena *a, const struct smtp_mail *mail);

#endif
