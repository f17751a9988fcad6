#ifndef JOBS_OFFICE_H
#define JOBS_OFFICE_H

#include <stdbool.h>

#include "base/arena.h"
#include "db/round.h"
#include "jobs/outbound.h"
#include "jobs/parcel.h"

/* What the thread of delivery.h works with; its alone. */
struct office {
	struct outbound *outbound;
	struct connection *connection; /* NULL while the database is away */
	struct arena *arena;	       /* of the present round */
	struct parcels parcels;
	bool leads;  /* its session holds the lock: this daemon delivers */
	bool wanted; /* some subscription wants news */
	bool more;   /* there may be something to send at once */
};

/* With a connection, and the lock if it can be had: whether this daemon delivers. */
bool office_leads(struct office *o);

/* Notes in PostgreSQL what came of all parcels that are back. */
void office_note(struct office *o);

/* Sends what may be sent now. */
void office_send(struct office *o);

/* Gives up connection and parcels. */
void office_close(struct office *o);

/* Runs a round on the office's connection; a lost one is closed, and with it the lock. */
bool office_run(struct office *o, struct round *round);

#endif
