/* Looks an access up in the matrix. */
#include "domain/matrix.h"

#include <string.h>

static const struct matrix_role *find_role(const struct matrix *m, const struct matrix_question *q)
{
	for (size_t i = 0; i < m->agency_count; i++) {
		const struct matrix_agency *agency = &m->agencies[i];

		if (q->agency_type == NULL || strcmp(agency->type, q->agency_type) != 0)
			continue;
		for (size_t j = 0; q->role != NULL && j < agency->role_count; j++)
			if (strcmp(agency->roles[j].role, q->role) == 0)
				return &agency->roles[j];
	}
	return NULL;
}

static const struct matrix_row *find_row(const struct matrix *m, const char *resource)
{
	for (size_t i = 0; resource != NULL && i < m->row_count; i++)
		if (strcmp(m->rows[i].resource, resource) == 0)
			return &m->rows[i];
	return NULL;
}

/* On what level the cell lets the action through. */
static enum matrix_level level_for(const struct matrix_cell *cell, enum matrix_action action)
{
	enum matrix_level lasting = cell->then != LEVEL_NONE ? cell->then : cell->level;

	switch (action) {
	case MATRIX_CREATE:
		return cell->may_create ? LEVEL_WRITE : LEVEL_NONE;
	case MATRIX_WRITE:
		return lasting == LEVEL_WRITE ? LEVEL_WRITE : LEVEL_NONE;
	case MATRIX_SEARCH:
		return lasting >= LEVEL_READ ? lasting : LEVEL_NONE;
	default:
		return lasting;
	}
}

/* Breaking the glass reads what the letter b opens, and nothing else about a person. */
static bool glass_allows(const struct matrix_row *row, const struct matrix_cell *cell,
			 enum matrix_action action)
{
	return !row->group->glass || ((action == MATRIX_READ || action == MATRIX_SEARCH) &&
				      strchr(cell->gates, 'b') != NULL);
}

static bool purpose_allows(const struct matrix *m, const struct matrix_question *q,
			   const struct matrix_row *row, size_t column)
{
	if (q->purpose == NULL)
		return !row->group->needs_purpose;
	if (!names_have(&row->group->purposes, q->purpose) ||
	    !names_have(&m->column_purposes[column], q->purpose))
		return false;
	return strcmp(q->purpose, "BTG") != 0 || glass_allows(row, &row->cells[column], q->action);
}

static struct matrix_answer refused(enum matrix_verdict verdict, const char *code)
{
	return (struct matrix_answer){.verdict = verdict, .code = code, .level = "", .gates = ""};
}

static bool shows_number(const struct matrix *m, const struct matrix_question *q, size_t column)
{
	const struct matrix_row *row = find_row(m, "patient-number");
	struct matrix_question reading = *q;

	reading.action = MATRIX_READ;
	return row != NULL && row->cells[column].level >= LEVEL_READ &&
	       purpose_allows(m, &reading, row, column);
}

struct matrix_answer matrix_ask(const struct matrix *m, const struct matrix_question *q)
{
	static const char *const names[] = {"", "S", "R", "W"};
	const struct matrix_role *role = find_role(m, q);
	const struct matrix_row *row = find_row(m, q->resource);

	if (role == NULL)
		return refused(MATRIX_NO_ROLE, "unknown_role");

	size_t column = q->health_personnel ? role->health : role->other;
	enum matrix_level level =
		row == NULL ? LEVEL_NONE : level_for(&row->cells[column], q->action);

	if (level == LEVEL_NONE)
		return refused(MATRIX_NO_CELL, "forbidden");
	if (!purpose_allows(m, q, row, column))
		return refused(MATRIX_NO_PURPOSE, "purpose_not_allowed");
	return (struct matrix_answer){
		.verdict = MATRIX_PERMIT,
		.level = names[level],
		.gates = row->cells[column].gates,
		.category = row->category,
		.number_open = shows_number(m, q, column),
	};
}
