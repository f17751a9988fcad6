#ifndef LIB_OPERATION_H
#define LIB_OPERATION_H

#include "lib/contract.h"

/*
 * Makes a call of words like a person types them:
 *   key=value     path, query or header parameter of that name, else a member of the body, with
 *                 the type that the contract gives it
 *   a.b=value     a member of a member;  a[]=value  one more item of a list
 *   key=@file     the value is the file's text (@- standard input); for lists and objects its JSON
 *   key:=json     the value is JSON, whatever the contract says
 *   - or @file    the whole body as JSON; other words change it
 */

/* False and `*why` when a word fits nowhere or a path parameter is missing. */
bool operation_fill(struct arena *a, const struct operation *op, const char *const *words,
		    struct call *out, const char **why);

/* The same from an object: its members are parameters or members of the body. */
bool operation_fill_json(struct arena *a, const struct operation *op, const json_t *input,
			 struct call *out, const char **why);

#endif
