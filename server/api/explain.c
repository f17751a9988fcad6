/* Tells SQL what the access matrix says, so that what explains asks the same cells as what decides.
 */
#include "api/explain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/permit.h"
#include "api/reason.h"
#include "api/service.h"

static const json_t *resources(void)
{
	return json_object_get(json_object_get(service.contract->document, "x-access-matrix"),
			       "resources");
}

static const char *member(const json_t *row, const char *name)
{
	return json_string_value(json_object_get(row, name));
}

/* Rows about one person: neither of the services themselves nor of a whole team. */
static bool is_about_a_person(const json_t *row)
{
	const char *group = member(row, "group"), *judged = member(row, "judged");

	return strcmp(group, "system") != 0 && strcmp(group, "public") != 0 &&
	       (judged == NULL || strcmp(judged, "team") != 0);
}

static json_t *verdict(const struct request *r, const char *resource, enum matrix_action action)
{
	const struct matrix_answer a = permit_ask(r, resource, action);

	return json_pack("{s:s, s:s, s:s*}", "level", a.level, "gates", a.gates, "code", a.code);
}

static json_t *row_of(const struct request *r, const char *resource, const json_t *row)
{
	const char *judged = member(row, "judged");

	return json_pack("{s:s, s:s, s:s*, s:b, s:o, s:o, s:o}", "resource", resource, "title",
			 member(row, "title"), "category", member(row, "category"), "thing",
			 judged != NULL, "read", verdict(r, resource, MATRIX_READ), "write",
			 verdict(r, resource, MATRIX_WRITE), "create",
			 verdict(r, resource, MATRIX_CREATE));
}

static json_t *rows_of(const struct request *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < permit_matrix()->row_count; i++) {
		const char *name = permit_matrix()->rows[i].resource;
		const json_t *row = json_object_get(resources(), name);

		if (is_about_a_person(row))
			json_array_append_new(list, row_of(r, name, row));
	}
	return list;
}

/*
 * The categories of data that a consent may cover for this column, one of which is enough. A copy:
 * all requests share the contract, and counting who refers to it would be a race.
 */
static json_t *categories(const json_t *row, const char *column)
{
	json_t *own = json_object_get(json_object_get(row, "categories"), column);

	return own != NULL ? json_deep_copy(own) : json_pack("[s*]", member(row, "category"));
}

static void add_consent_cells(json_t *list, const struct matrix_agency *agency,
			      const struct matrix_role *role, size_t column)
{
	static const char *const levels[] = {"", "S", "R", "W"};
	const struct matrix *m = permit_matrix();

	for (size_t i = 0; i < m->row_count; i++) {
		const struct matrix_cell *cell = &m->rows[i].cells[column];
		const json_t *row = json_object_get(resources(), m->rows[i].resource);

		if (strchr(cell->gates, 'c') == NULL)
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "agency_type",
					agency->type, "role", role->role, "resource",
					m->rows[i].resource, "title", member(row, "title"), "level",
					levels[cell->then != LEVEL_NONE ? cell->then : cell->level],
					"gates", cell->gates, "categories",
					categories(row, m->columns.list[column])));
	}
}

static json_t *consent_cells(void)
{
	const struct matrix *m = permit_matrix();
	json_t *list = json_array();

	for (size_t i = 0; i < m->agency_count; i++)
		for (size_t j = 0; j < m->agencies[i].role_count; j++)
			add_consent_cells(list, &m->agencies[i], &m->agencies[i].roles[j],
					  m->agencies[i].roles[j].other);
	return list;
}

const char *explain_matrix(struct request *r)
{
	if (r->principal == NULL)
		return NULL;

	json_t *all = json_pack("{s:o, s:O, s:o}", "rows", rows_of(r), "rules", reason_rules(),
				"consents", consent_cells());
	char *text = json_dumps(all, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(all);
	return copy;
}
