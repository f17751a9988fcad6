/* A FHIR search's parameters become those that its statement names. */
#include "api/fhir_search.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/fhir.h"
#include "api/fhir_value.h"
#include "api/links.h"
#include "api/negotiate.h"
#include "api/query.h"
#include "api/service.h"
#include "auth/seal.h"
#include "domain/national_id.h"

enum { COUNT_MAX = 200 };

/* What is being read: one parameter of the request after the other. */
struct reading {
	struct request *request;
	const struct parameter *parameter; /* as the contract describes it */
	const char *name;		   /* as it was sent, without its modifier */
	const char *modifier;		   /* "" when there is none */
};

static void amiss(const struct reading *g, const char *code, const char *detail)
{
	struct request *r = g->request;

	faults_add(r->faults, arena_printf(r->arena, "/query/%s", g->parameter->name), code,
		   detail);
}

static void keep(struct request *r, const char *name, const char *value)
{
	r->parameters[r->parameter_count++] = (struct parameter_value){name, value, IN_QUERY};
}

/* ---- values by kind ---- */

static json_t *read_token(const struct reading *g, const char *value)
{
	return fhir_value_token(g->request->arena, value);
}

static json_t *read_string(const struct reading *g, const char *value)
{
	if (strcmp(g->modifier, "contains") == 0 && strlen(value) < 3)
		return amiss(g, "too_costly", "give at least three letters"), NULL;
	return json_string(value);
}

static json_t *read_date(const struct reading *g, const char *value)
{
	json_t *date = fhir_value_date(g->request->arena, value);

	if (date == NULL)
		amiss(g, "format", "is no date as FHIR writes it");
	return date;
}

static json_t *read_reference(const struct reading *g, const char *value)
{
	struct arena *a = g->request->arena;
	json_t *reference = fhir_value_reference(a, fhir_base(a), value);

	if (reference == NULL)
		amiss(g, "format", "is no reference");
	else if (*g->modifier != '\0')
		json_object_set_new(reference, "type", json_string(g->modifier));
	return reference;
}

static json_t *read_id(const struct reading *g, const char *value)
{
	json_t *reference = read_reference(g, value);

	/* a logical id has no type before it */
	json_object_del(reference, "type");
	return reference;
}

/* The number's seal; numbers never stand in an address. */
static const char *read_number(const struct reading *g, const char *value)
{
	struct request *r = g->request;
	const char *bar = strrchr(value, '|'), *digits = bar == NULL ? value : bar + 1;
	char number[NATIONAL_ID_SIZE];

	if (r->op->method != METHOD_POST)
		return amiss(g, "not_supported",
			     "a national number is searched for by POST, in the form"),
		       NULL;
	if (!national_id_is_valid(digits, strlen(digits)) ||
	    !national_id_normalise(digits, strlen(digits), number))
		return amiss(g, "format", "is no national number"), NULL;
	return seal_make(service.seals, r->arena, number);
}

static json_t *read_identifier(const struct reading *g, const char *value)
{
	const char *seal;

	if (!fhir_value_is_number(value))
		return read_token(g, value);
	seal = read_number(g, value);
	return seal == NULL ? NULL : json_pack("{s:s}", "seal", seal);
}

static json_t *read_word(const struct reading *g, const char *value)
{
	struct request *r = g->request;

	schema_validate_text(g->parameter->schema, value,
			     arena_printf(r->arena, "/query/%s", g->parameter->name), r->faults);
	return json_string(value);
}

static const struct kind {
	const char *name;
	json_t *(*read)(const struct reading *g, const char *value);
	const char *modifiers; /* between spaces */
} kinds[] = {
	{"id", read_id, " "},
	{"token", read_token, " not "},
	{"string", read_string, " exact contains "},
	{"uri", read_string, " "},
	{"date", read_date, " "},
	{"reference", read_reference, NULL},
	{"identifier", read_identifier, " "},
	{"word", read_word, " "},
};

static const struct kind *kind_of(const struct parameter *p)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (p->kind != NULL && strcmp(kinds[i].name, p->kind) == 0)
			return &kinds[i];
	return NULL;
}

/* A group: of its values one must hold. */
static void add_group(struct reading *g, const struct kind *kind, const char *text)
{
	struct arena *a = g->request->arena;
	const char *name = fhir_parameter_name(a, g->parameter->name), *rest = text, *value;
	json_t *any = json_array(), *groups = g->request->search->groups;
	json_t *list = json_object_get(groups, name);

	if (kind->modifiers != NULL &&
	    strstr(kind->modifiers, arena_printf(a, " %s ", g->modifier)) == NULL &&
	    *g->modifier != '\0')
		amiss(g, "not_supported", "this modifier is not supported");
	while ((value = fhir_value_next(a, &rest)) != NULL)
		if (*value != '\0')
			json_array_append_new(any, kind->read(g, value));
	if (list == NULL) {
		list = json_array();
		json_object_set_new(groups, name, list);
	}
	json_array_append_new(list, json_pack("{s:s, s:o}", "modifier", g->modifier, "any", any));
}

/* ---- what is no group ---- */

static void read_person(struct reading *g, const char *text)
{
	struct request *r = g->request;
	json_t *reference = fhir_value_reference(r->arena, fhir_base(r->arena), text);
	const char *id = json_string_value(json_object_get(reference, "id"));
	const char *type = json_string_value(json_object_get(reference, "type"));
	const char *before = request_parameter(r, IN_QUERY, "patient");

	if (reference == NULL || (type != NULL && strcmp(type, "Patient") != 0))
		amiss(g, "format", "is no reference to one Patient");
	else if (before != NULL && (id == NULL || strcasecmp(before, id) != 0))
		amiss(g, "not_supported", "one Patient at a time");
	else if (before == NULL)
		/* what is no uuid refers to nobody */
		keep(r, "patient",
		     id == NULL ? "00000000-0000-0000-0000-000000000000" : arena_dup(r->arena, id));
	json_decref(reference);
}

static void read_count(struct request *r, const char *text)
{
	long count = strtol(text, NULL, 10);

	r->search->count_only = r->search->count_only || count == 0;
	keep(r, "_count", count > COUNT_MAX ? arena_printf(r->arena, "%d", (int)COUNT_MAX) : text);
}

static void set(struct request *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->parameter_count; i++)
		if (r->parameters[i].place == IN_QUERY &&
		    strcmp(r->parameters[i].name, name) == 0) {
			r->parameters[i].value = value;
			return;
		}
	keep(r, name, value);
}

static void read_control(struct reading *g, const char *text)
{
	struct request *r = g->request;
	const char *name = g->parameter->name;
	size_t before = r->faults->count;

	schema_validate_text(g->parameter->schema, text, arena_printf(r->arena, "/query/%s", name),
			     r->faults);
	if (request_parameter(r, IN_QUERY, name) != NULL)
		amiss(g, "repeated", "given more than once");
	if (r->faults->count > before)
		return;
	if (strcmp(name, "_count") == 0) {
		read_count(r, text);
		return;
	}
	if (strcmp(name, "_summary") == 0 && strcmp(text, "count") == 0)
		r->search->count_only = true;
	keep(r, name, text);
}

/* ---- all of them ---- */

static const struct parameter *described(const struct operation *op, const char *name)
{
	for (size_t i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == IN_QUERY &&
		    strcmp(op->parameters[i].name, name) == 0)
			return &op->parameters[i];
	return NULL;
}

/* "subject:Patient.identifier" and "subject.identifier" are the Patient's number too. */
static const char *plain_name(const char *name)
{
	static const char *const chains[] = {"subject:Patient.identifier", "subject.identifier",
					     "patient:Patient.identifier"};

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		if (strcmp(name, chains[i]) == 0)
			return "patient.identifier";
	return name;
}

static void note_unknown(struct request *r, const char *name)
{
	if (!negotiate_preference(request_header_list(r, "Prefer"), "handling", "lenient")) {
		faults_add(r->faults, "/query", "unknown_parameter",
			   arena_printf(r->arena,
					"a parameter that this search does not have; with Prefer: "
					"handling=lenient it is left out; %s",
					query_names(r->arena, r->op)));
		return;
	}
	if (r->search->ignored == NULL) {
		r->search->ignored = json_array();
		arena_adopt(r->arena, (void (*)(void *))json_decref, r->search->ignored);
	}
	json_array_append_new(r->search->ignored, json_string(name));
}

/* For the self link: what was used, but no number and no page. */
static void note_used(const struct reading *g, const char *value)
{
	struct request *r = g->request;
	bool hidden =
		strcmp(g->parameter->name, "_page") == 0 ||
		strcmp(g->parameter->kind, "person-number") == 0 ||
		(strcmp(g->parameter->kind, "identifier") == 0 && fhir_value_is_number(value));

	if (!hidden)
		r->search->used = arena_printf(r->arena, "%s%s%s%s%s=%s", r->search->used,
					       *r->search->used == '\0' ? "" : "&",
					       g->parameter->name, *g->modifier == '\0' ? "" : ":",
					       links_encode(r->arena, g->modifier),
					       links_encode(r->arena, value));
}

static void read_one(struct reading *g, const char *sent, const char *value)
{
	struct request *r = g->request;
	const char *name = plain_name(sent), *colon = strchr(name, ':');
	const struct kind *kind;

	g->modifier = colon == NULL ? "" : colon + 1;
	g->name = arena_copy(r->arena, name, strcspn(name, ":"));
	g->parameter = described(r->op, g->name);
	if (g->parameter == NULL || g->parameter->kind == NULL) {
		note_unknown(r, g->name);
		return;
	}
	if (*value == '\0')
		return;
	note_used(g, value);
	kind = kind_of(g->parameter);
	if (kind != NULL)
		add_group(g, kind, value);
	else if (strcmp(g->parameter->kind, "person") == 0)
		read_person(g, value);
	else if (strcmp(g->parameter->kind, "person-number") == 0)
		keep(r, "patient_identifier", read_number(g, value));
	else
		read_control(g, value);
}

static void keep_groups(struct request *r)
{
	const char *name;
	json_t *list;

	json_object_foreach(r->search->groups, name, list)
	{
		char *text = json_dumps(list, JSON_COMPACT);

		keep(r, arena_dup(r->arena, name), arena_dup(r->arena, text));
		free(text);
	}
}

/* A search about persons says about whom, or which thing, or whose work: no trawling. */
static void check_breadth(struct request *r)
{
	const json_t *wanted =
		json_object_get(json_object_get(r->op->extensions, "x-fhir"), "one_of");
	const char *names = "say whose, by one of";
	const json_t *one;
	size_t i;

	json_array_foreach(wanted, i, one)
	{
		const char *name = json_string_value(one);

		if (request_parameter(r, IN_QUERY, fhir_parameter_name(r->arena, name)) != NULL)
			return;
		names = arena_printf(r->arena, "%s%s %s", names, i == 0 ? "" : ",", name);
	}
	if (i > 0)
		faults_add(r->faults, "/query", "too_costly", names);
}

void fhir_search_read(struct request *r)
{
	struct parameter_value given[QUERY_MAX];
	struct reading g = {.request = r};
	size_t count = 0, kept = 0;

	r->search = arena_alloc(r->arena, sizeof(*r->search));
	r->search->used = "";
	r->search->groups = json_object();
	arena_adopt(r->arena, (void (*)(void *))json_decref, r->search->groups);
	for (size_t i = 0; i < r->parameter_count; i++)
		if (r->parameters[i].place == IN_QUERY)
			given[count++] = r->parameters[i];
		else
			r->parameters[kept++] = r->parameters[i];
	r->parameter_count = kept;
	/* a person's own: $everything, and the types below Patient */
	if ((fhir_does(r->op, "everything") || fhir_does(r->op, "compartment")))
		keep(r, "patient", request_parameter(r, IN_PATH, "id"));
	for (size_t i = 0; i < count; i++)
		read_one(&g, given[i].name, given[i].value);
	keep_groups(r);
	if (r->search->count_only) {
		set(r, "_count", "0");
		set(r, "_total", "accurate");
	}
	check_breadth(r);
}
