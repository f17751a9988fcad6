#ifndef API_SERVICE_H
#define API_SERVICE_H

#include <stdbool.h>

#include "api/cap.h"
#include "auth/auth.h"
#include "auth/key_store.h"
#include "auth/log_key.h"
#include "auth/seal.h"
#include "contract/contract.h"

/*
 * What all requests share: contract, seal keys, registry. Set up once by service_start(); the
 * registry is swapped whole on SIGHUP and when its generation in PostgreSQL has moved.
 */
struct service {
	struct contract *contract;
	struct seal_keys *seals;
	struct log_key *log_key; /* signs the seals of the access log; NULL without one */
	struct key_store *keys;	 /* issuers' key sets that lie at addresses */
	struct cap *cap;	 /* of what anyone may call */
	struct arena *arena;	 /* start-up memory, never cleared */
};

extern struct service service;

/*
 * Reads contract, statements, machines, matrix and keys, and checks that they fit together: each
 * operation has its partner, each statement an operation. False with a sentence in `why`.
 */
bool service_start(char why[256]);
void service_stop(void);

/* Prepares every statement against the database; for --check-db. */
bool service_check_database(char why[256]);

/* The current registry, read-locked: give it back with registry_release(). NULL when none was
 * loaded. */
const struct registry *registry_hold(void);
void registry_release(void);

/*
 * Reads issuers and keys from PostgreSQL (and their files, and what was fetched) again; keeps the
 * old on failure. Who comes while others read shares the next reading with them.
 */
bool registry_reload(char why[256]);

/* The same, and forgets the verified tokens: keys may have gone. False with `why` as above. */
bool registry_refresh(char why[256]);

/* Re-reads what SIGHUP re-reads: issuers, keys, key sets at addresses. */
void service_reload(void);

#endif
