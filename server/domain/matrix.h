#ifndef DOMAIN_MATRIX_H
#define DOMAIN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "contract/access_matrix.h"

/*
 * The access matrix asked for one caller and one resource, without I/O (domain rules §5.2 steps 2
 * and 3): role, then cell, then purpose of use. What follows (relation, objection, consent) is the
 * database's.
 */
enum matrix_action { MATRIX_READ, MATRIX_SEARCH, MATRIX_WRITE, MATRIX_CREATE };

struct matrix_question {
	const char *agency_type; /* "CITIZEN" for tokens without an agency */
	const char *role;	 /* as in the token */
	bool health_personnel;
	const char *purpose; /* NULL when the token has none */
	const char *resource;
	enum matrix_action action;
};

enum matrix_verdict {
	MATRIX_PERMIT,
	MATRIX_NO_ROLE,	   /* 403 unknown_role: no such role in this kind of agency */
	MATRIX_NO_CELL,	   /* 403 forbidden */
	MATRIX_NO_PURPOSE, /* 403 purpose_not_allowed */
};

struct matrix_answer {
	enum matrix_verdict verdict;
	const char *code;     /* of the problem; NULL when permitted */
	const char *level;    /* "W", "R" or "S"; "" when refused */
	const char *gates;    /* the cell's letters */
	const char *category; /* of data, for consents; NULL when the resource has none */
	bool number_open;     /* national identity numbers are shown whole, not masked */
};

/* Judges one question; the answer's texts are the matrix's own. */
struct matrix_answer matrix_ask(const struct matrix *m, const struct matrix_question *q);

#endif
