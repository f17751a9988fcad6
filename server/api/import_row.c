/* Judges rows of imports one at a time. */
#include "api/import_row.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/import_mask.h"
#include "api/import_number.h"
#include "domain/national_id.h"
#include "domain/oslo_time.h"

enum { REMARKS_MAX = 8 /* of one row */, HASH_SHOWN = 32 };

/* What is said of the row while it is judged. */
struct verdict {
	struct import_judge *judge;
	const json_t *row;
	struct faults faults;
};

static void remark(struct import_judge *j, const json_t *id, const struct fault *f)
{
	char code[64];
	size_t n = 0;

	for (; f->code[n] != '\0' && n + 1 < sizeof(code); n++)
		code[n] = (char)toupper((unsigned char)f->code[n]);
	code[n] = '\0';

	json_t *o = json_pack("{s:i, s:s, s:s, s:s}", "row", (int)j->number, "severity", "error",
			      "code", code, "message", f->detail);

	if (json_is_string(id) && !import_number_is_misplaced(id))
		json_object_set(o, "source_id", (json_t *)(uintptr_t)id);
	if (f->pointer[0] == '/' && import_name_is_plain(f->pointer + 1))
		json_object_set_new(o, "field", json_string(f->pointer + 1));
	json_array_append_new(j->remarks, o);
}

void import_row_refuse(struct import_judge *j, const char *code, const char *message)
{
	remark(j, NULL, &(struct fault){.pointer = "", .code = code, .detail = message});
}

static void fault(struct verdict *v, const char *name, const char *code, const char *detail)
{
	faults_add(&v->faults, arena_printf(v->judge->arena, "/%s", name), code, detail);
}

/* An empty cell says nothing, and so does a null. */
static void drop_empty(json_t *row)
{
	const char *name;
	void *next;
	json_t *value;

	json_object_foreach_safe(row, next, name, value)
	{
		if (json_is_null(value) ||
		    (json_is_string(value) && json_string_length(value) == 0))
			json_object_del(row, name);
	}
}

static void complete_times(struct verdict *v, json_t *row)
{
	static const struct {
		enum oslo_time what;
		const char *code, *detail;
	} wrong[] = {
		{OSLO_TIME_AMBIGUOUS, "time_ambiguous",
		 "comes twice in this night: say the offset"},
		{OSLO_TIME_SKIPPED, "time_skipped", "does not exist in this night"},
		{OSLO_TIME_OLD, "time_without_offset", "is before 1996 and needs an offset"},
	};
	const struct import_shape *s = v->judge->shape;

	for (size_t i = 0; i < s->column_count; i++) {
		const json_t *value = json_object_get(row, s->columns[i].name);
		char text[OSLO_TIME_SIZE];

		if (s->columns[i].kind != COLUMN_TIME || !json_is_string(value))
			continue;

		enum oslo_time what = oslo_time_complete(json_string_value(value),
							 json_string_length(value), text);

		if (what == OSLO_TIME_OK)
			json_object_set_new(row, s->columns[i].name, json_string(text));
		for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++)
			if (what == wrong[k].what)
				fault(v, s->columns[i].name, wrong[k].code, wrong[k].detail);
	}
}

/* A text that would be opened like a seal, or a personal number where none belongs. */
static void check_texts(struct verdict *v)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)v->row, name, value)
	{
		if (import_number_is_reserved(value))
			fault(v, name, "reserved", "holds the mark of a sealed number");
		if (strcmp(name, "patient_id") != 0 && import_number_is_clear(value))
			fault(v, name, "clear_number",
			      "holds a personal number, which has one place");
	}
}

/* Whether the number must be one of the national ones; other systems' are taken as they are. */
static bool is_national(const char *system)
{
	static const char *const names[] = {"FNR", "DNR", "HNR", "FHN"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(system, names[i]) == 0)
			return true;
	return strncmp(system, "urn:oid:", 8) == 0 &&
	       strcmp(system + strlen(system) - 2, ".5") != 0;
}

static void check_person(struct verdict *v)
{
	const json_t *number = json_object_get(v->row, "patient_id");
	const char *system = json_string_value(json_object_get(v->row, "patient_id_system"));

	if (number != NULL && system != NULL && is_national(system) &&
	    !national_id_is_valid(json_string_value(number), json_string_length(number)))
		fault(v, "patient_id", "format", "is not a valid number of its system");
}

/* A row that takes back another needs no more than the other's key and a time. */
static void excuse_deletion(struct verdict *v)
{
	const char *op = json_string_value(json_object_get(v->row, "op"));
	size_t kept = 0;

	if (op == NULL || strcmp(op, "delete") != 0)
		return;
	for (size_t i = 0; i < v->faults.count; i++) {
		const struct fault *f = &v->faults.list[i];

		if ((strcmp(f->code, "required") != 0 && strcmp(f->code, "any_of") != 0) ||
		    strncmp(f->pointer, "/source_", 8) == 0)
			v->faults.list[kept++] = *f;
	}
	v->faults.count = kept;
}

/* A row that is refused is kept, masked, with the first thing that is said of it. */
static void keep_refused(struct import_judge *j, const json_t *row, size_t faults)
{
	size_t said = faults < REMARKS_MAX ? faults : REMARKS_MAX;
	json_t *shown = import_mask(row);

	if (shown != NULL)
		json_object_set_new(json_array_get(j->remarks, json_array_size(j->remarks) - said),
				    "content", shown);
}

static bool is_fine(struct verdict *v, json_t *row)
{
	complete_times(v, row);
	if (v->faults.count == 0) {
		schema_validate(v->judge->shape->schema, row, &v->faults, NULL);
		excuse_deletion(v);
	}
	if (v->faults.count == 0) {
		check_texts(v);
		check_person(v);
	}
	for (size_t i = 0; i < v->faults.count && i < REMARKS_MAX; i++)
		remark(v->judge, json_object_get(row, "source_id"), &v->faults.list[i]);
	if (v->faults.count > 0)
		keep_refused(v->judge, row, v->faults.count);
	return v->faults.count == 0;
}

/* Moves a member to its short name. */
static void rename_member(json_t *row, const char *from, const char *to)
{
	json_t *value = json_object_get(row, from);

	if (value != NULL)
		json_object_set(row, to, value);
	json_object_del(row, from);
}

/* What the row says, as a keyed hash: rows with the same say the same. */
static void add_hash(struct import_judge *j, json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT | JSON_SORT_KEYS);
	char hash[RANDOM_SHA256_HEX_SIZE];

	seal_mac_hex(j->seals, text, hash);
	free(text);
	json_object_set_new(row, "h", json_stringn(hash, HASH_SHOWN));
}

static void seal_person(struct import_judge *j, json_t *row)
{
	const char *number = json_string_value(json_object_get(row, "patient_id"));

	if (number != NULL)
		json_object_set_new(row, "p", import_number_found(j->seals, j->arena, number));
	json_object_del(row, "patient_id");
	json_object_del(row, "patient_id_system");
}

const char *import_row_judge(struct import_judge *j, json_t *row)
{
	struct verdict *v = arena_alloc(j->arena, sizeof(*v));

	v->judge = j;
	v->row = row;
	v->faults.arena = j->arena;
	drop_empty(row);
	if (!is_fine(v, row))
		return NULL;

	json_t *told_at = json_incref(json_object_get(row, "source_updated_at"));

	json_object_del(row, "source_updated_at");
	json_object_del(row, "note");
	add_hash(j, row);
	seal_person(j, row);
	json_object_set_new(row, "t", told_at);
	json_object_set_new(row, "n", json_integer(j->number));
	rename_member(row, "source_system", "s");
	rename_member(row, "source_id", "i");
	rename_member(row, "op", "o");

	char *text = json_dumps(row, JSON_COMPACT);
	const char *copy = arena_dup(j->arena, text);

	free(text);
	return copy;
}
