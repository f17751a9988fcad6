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
 * What all requests share, set up once by service_start(); what may change while they run has
 * homes of its own (trust.h, auth/key_store.h, cap.h).
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

/* Re-reads what SIGHUP re-reads: issuers, keys, key sets at addresses. */
void service_reload(void);

#endif
