/* Wraps the statements of reads so that each answer carries a hash for its ETag. */
#include "api/reads.h"

#include <string.h>

/* For each operation the statement that reads or writes, and the one for `?as_of=`. */
static struct {
	const struct statement *now, *as_of;
} * statements;

const struct statement *reads_statement(const struct request *r, const struct operation *op)
{
	const struct statement *past = statements[op->index].as_of;

	return past != NULL && request_parameter(r, IN_QUERY, "as_of") != NULL
		       ? past
		       : statements[op->index].now;
}

/* Wraps the named statement as `<name>~read`; NULL when there is none of that name. */
static const struct statement *define_read(struct arena *a, const char *name)
{
	/* the hash covers every column, and the role, since open actions depend on it */
	static const char
		before[] = "select a.*, h.hash as answer_hash, case when :header.if_none_match is "
			   "null then null "
			   "when btrim(:header.if_none_match) = '*' or :header.if_none_match like "
			   "'%' || h.hash || '\"%' then set_config('app.not_modified', 'yes', "
			   "true) end as not_modified "
			   "from (select * from (",
		after[] = ") s offset 0) a cross join lateral (select lpad(to_hex(hashtextextended("
			  "a::text || coalesce(:auth.role, ''), 0)), 16, '0') as hash) h";
	const char *source = statement_source(name);

	if (source == NULL)
		return NULL;

	size_t len = strlen(source);

	while (len > 0 && strchr("; \n\t", source[len - 1]) != NULL)
		len--;
	/* the line break ends a comment on the statement's last line */
	return statement_define(a, arena_printf(a, "%s~read", name),
				arena_printf(a, "%s%.*s\n%s", before, (int)len, source, after));
}

bool reads_define(struct arena *a, const struct contract *c, const char **why)
{
	statements = arena_alloc(a, c->operation_count * sizeof(*statements));
	for (size_t i = 0; i < c->operation_count; i++) {
		const struct operation *op = &c->operations[i];

		statements[i].now = statement_find(op->id);
		if (op->method != METHOD_GET || op->executor != EXECUTOR_STATEMENT)
			continue;
		statements[i].now = define_read(a, op->id);
		statements[i].as_of = define_read(a, arena_printf(a, "%s.as_of", op->id));
		if (statements[i].now != NULL)
			continue;
		*why = arena_printf(a, "operation '%s' has no statement that can be wrapped",
				    op->id);
		return false;
	}
	return true;
}
