#ifndef API_ORIGINS_H
#define API_ORIGINS_H

#include <stdbool.h>

/*
 * The web origins that some agency has registered, kept in memory: what is asked without a token
 * (a browser's preflight, a refusal) is not worth a question to the database. Thread-safe.
 */

/* Reads them from PostgreSQL; keeps the old ones when it cannot. */
void origins_reload(void);
void origins_stop(void);

/* Has any agency registered it? One that is not known is looked up again, once a second at most. */
bool origins_known(const char *origin);

/* Does the origin stand in the list, whose members are parted by spaces? NULL is an empty list. */
bool origins_listed(const char *list, const char *origin);

#endif
