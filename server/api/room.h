#ifndef API_ROOM_H
#define API_ROOM_H

#include <stdbool.h>

#include "api/request.h"

/*
 * The rooms of a request. Each fills its part and returns true (go on), or has answered through
 * problem() and returns false. dispatch.c alone knows their order.
 */
bool route(struct request *r);	      /* 404, 405, 406, 415, OPTIONS */
bool authenticate(struct request *r); /* 401, 403 for an unknown or ended person */
bool authorise(struct request *r);    /* 403 for scope, matrix cell or purpose */
bool validate(struct request *r);     /* 400, 422; seals personal numbers */
bool execute(struct request *r);      /* statement, transition or ops */

/* Why execute's round ended: answered, or to be run again with a fresh registry. */
enum outcome { ANSWERED, REGISTRY_CHANGED, TRY_AGAIN };

/*
 * For an operation that another one has led to: room 3 without the scope, which is the other's, and
 * room 5 without a second try, which the other makes.
 */
bool authorise_cell(struct request *r);
enum outcome execute_once(struct request *r);

/* Room 5, by the operation's x-executor (execute.c chooses). */
enum outcome statement_execute(struct request *r);
enum outcome transition_execute(struct request *r);
enum outcome ops_execute(struct request *r);

#endif
