#ifndef DPS_ADT_H
#define DPS_ADT_H

#include "lib/adapter.h"

/* ADT messages on their way to POST /imports/adt, and what their senders are answered. */
struct adt;

/* NULL and `*why`. Caller frees. */
struct adt *adt_new(struct adapter *adapter, const char **why);
void adt_free(struct adt *adt);

/* Takes one message as it came, without its frame, and gives the answer; see dps/listener.h. */
const char *adt_take(struct adt *adt, struct arena *a, const char *message, size_t size);

/* Sends what the spool holds of committed messages: the pause until the next try, -1 when it is
 * empty. Before that pause is over it does nothing. */
long adt_send_waiting(struct adt *adt, struct arena *a);

#endif
