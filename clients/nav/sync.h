#ifndef NAV_SYNC_H
#define NAV_SYNC_H

#include "lib/pace.h"
#include "lib/session.h"
#include "nav/ledger.h"

/* What the parts of the NAV adapter share: where things lie and who we are. */
struct sync {
	struct session *session;
	struct ledger ledger;
	const char *to_nav;    /* the folder of messages for NAV */
	const char *conflicts; /* the folder of what people must decide */
	const char *source;    /* "source" of our messages */
	const char *ident;     /* endretAv.ident of our messages, identType SYSTEM */
	const char *card_type; /* aktivitetskortType of what begins here */
	const char *unit_id;   /* the NAV office */
	const char *staff_id;  /* who is responsible for what it accepts */
};

/* How a try went on. */
enum settled {
	SETTLED,	  /* both sides say the same */
	SETTLED_CONFLICT, /* people must decide; tried again all the same */
	SETTLED_LATER,	  /* the service did not answer, or does not let us: `reply` says */
};

#endif
