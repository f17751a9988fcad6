/* Wraps the statements of reads so that each answer carries a hash for its ETag. */
#include "api/reads.h"

#include <string.h>

/* What says that the caller holds the answer with the hash `h.hash`. */
static const char not_modified[] = "case when :header.if_none_match is null then null "
				   "when btrim(:header.if_none_match) = '*' "
				   "or :header.if_none_match like '%' || h.hash || '\"%' "
				   "then show_nobody() end as not_modified";

/*
 * The hash covers every column, and the role, since open actions depend on it. As JSON and not as
 * text, which would quote each quotation mark of the body once more.
 */
static const char wrapped[] =
	"select a.*, h.hash as answer_hash, %s from (select * from (%s\n) s offset 0) a "
	"cross join lateral (select lpad(to_hex(hashtextextended("
	"row_to_json(a)::text || coalesce(:auth.role, ''), 0)), 16, '0') as hash) h";

/* What a version alone says. */
static const char weak[] = "select a.*, case when :header.if_none_match is null then null "
			   "when btrim(:header.if_none_match) = '*' "
			   "or :header.if_none_match like '%%\"' || a.etag || '\"%%' "
			   "then show_nobody() end as not_modified "
			   "from (%s\n) a";

/* The hash of what the version's statement gives. */
#define VERSION_HASH                                                                               \
	"cross join lateral (select lpad(to_hex(hashtextextended("                                 \
	"concat_ws(' ', v.version, :auth.role, '%08x'), 0)), 16, '0') as hash) h "

/*
 * With a statement of its own for the version the hash is made of that; the other is run only when
 * the caller holds another version, which the condition that stands before it sees to.
 */
static const char versioned[] = "select a.*, h.hash as answer_hash, m.not_modified "
				"from (select * from (%s\n) s offset 0) v " VERSION_HASH
				"cross join lateral (select %s offset 0) m "
				"left join lateral (select true as found, s.* from (%s\n) s "
				"where m.not_modified is null offset 0) a on true "
				"where a.found or m.not_modified is not null";

/* The version alone, for who holds it. */
static const char same[] = "select h.hash as answer_hash, true as not_modified from (%s\n) v "
			   "cross join registry_generation g " VERSION_HASH
			   "where g.generation::text = :auth.generation "
			   "and :header.if_none_match like '%%' || h.hash || '\"%%'";

/*
 * For each operation the statement that reads or writes, the one for `?as_of=`, and the one for who
 * holds the present version.
 */
static struct {
	const struct statement *now, *as_of, *same;
} * statements;

const struct statement *reads_statement(const struct request *r, const struct operation *op)
{
	const struct statement *past = statements[op->index].as_of;

	return past != NULL && request_parameter(r, IN_QUERY, "as_of") != NULL
		       ? past
		       : statements[op->index].now;
}

const struct statement *reads_same(const struct operation *op)
{
	return statements[op->index].same;
}

/* The statement's text without what ends it; NULL when there is none of that name. */
static const char *source_of(struct arena *a, const char *name)
{
	const char *source = statement_source(name);

	if (source == NULL)
		return NULL;

	size_t len = strlen(source);

	while (len > 0 && strchr("; \n\t", source[len - 1]) != NULL)
		len--;
	return arena_copy(a, source, len);
}

/* Another text of the statement is another program's, whose answers are held to be old. */
static unsigned fingerprint(const char *text)
{
	unsigned hash = 2166136261U;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619U;
	return hash;
}

/* Wraps the named statement as `<name>~read`; NULL when there is none of that name. */
static const struct statement *define_read(struct arena *a, const char *name)
{
	const char *source = source_of(a, name);
	const char *version = source_of(a, arena_printf(a, "%s.version", name));

	if (source == NULL)
		return NULL;
	/* the line breaks end a comment on a statement's last line */
	return statement_define(a, arena_printf(a, "%s~read", name),
				version == NULL
					? arena_printf(a, wrapped, not_modified, source)
					: arena_printf(a, versioned, version, fingerprint(source),
						       not_modified, source));
}

/* The version's statement as `<id>~same`; NULL when the operation has none. */
static const struct statement *define_same(struct arena *a, const struct operation *op)
{
	const char *version = source_of(a, arena_printf(a, "%s.version", op->id));

	return version == NULL ? NULL
			       : statement_define(a, arena_printf(a, "%s~same", op->id),
						  arena_printf(a, same, version,
							       fingerprint(source_of(a, op->id))));
}

/*
 * A FHIR read's ETag is the version alone, so it needs no hash; what has none, as a search, is left
 * as it is.
 */
static const struct statement *define_weak(struct arena *a, const struct operation *op)
{
	const char *source = source_of(a, op->statement);
	bool guarded = false;

	for (size_t i = 0; i < op->parameter_count; i++)
		guarded = guarded || strcmp(op->parameters[i].name, "If-None-Match") == 0;
	return guarded && source != NULL ? statement_define(a, arena_printf(a, "%s~read", op->id),
							    arena_printf(a, weak, source))
					 : statement_find(op->statement);
}

bool reads_define(struct arena *a, const struct contract *c, const char **why)
{
	statements = arena_alloc(a, c->operation_count * sizeof(*statements));
	for (size_t i = 0; i < c->operation_count; i++) {
		const struct operation *op = &c->operations[i];

		statements[i].now = statement_find(op->statement);
		if (op->method != METHOD_GET || op->executor != EXECUTOR_STATEMENT)
			continue;
		if (op->fhir != NULL) {
			statements[i].now = define_weak(a, op);
			continue;
		}
		statements[i].now = define_read(a, op->id);
		statements[i].as_of = define_read(a, arena_printf(a, "%s.as_of", op->id));
		statements[i].same = define_same(a, op);
		if (statements[i].now != NULL)
			continue;
		*why = arena_printf(a, "operation '%s' has no statement that can be wrapped",
				    op->id);
		return false;
	}
	return true;
}
