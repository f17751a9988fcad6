/*
 * Uploads of imports: the body is read, judged and sealed row by row and stored in blocks, which
 * the merge (server/jobs/imports.c) takes up beside the request.
 * Tested through tests/api/imports.test.mjs: it stands between a client and PostgreSQL.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/import_batch.h"
#include "api/import_block.h"
#include "api/import_mask.h"
#include "api/import_reader.h"
#include "api/negotiate.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/service.h"

enum { ROW_MEMORY = 1024 * 1024 };

struct upload {
	struct request *request;
	struct import_block block;
	struct import_judge judge;
	struct import_reader reader;
};

static const char *choice(const struct request *r, const char *name)
{
	return request_parameter(r, IN_QUERY, name);
}

static void begin_reading(struct upload *u, const struct import_batch *batch)
{
	struct request *r = u->request;
	const char *delimiter = choice(r, "delimiter"), *offset = choice(r, "offset");
	const struct media *m = negotiate_body(request_header(r, "Content-Type"), r->op);
	char cut = delimiter == NULL ? ';' : strcmp(delimiter, "tab") == 0 ? '\t' : delimiter[0];

	u->judge.number = batch->received;
	u->reader.at = offset == NULL ? 0 : strtoll(offset, NULL, 10);
	import_reader_open(&u->reader, r->arena, strcmp(m->type, "text/csv") == 0 ? cut : '\0',
			   batch->header);
	import_block_open(&u->block, r, batch->id);
	u->block.from = u->block.read = u->reader.at;
}

/* A row has been judged; the block is stored when it is full. */
static bool take_row(void *context, const char *text)
{
	struct upload *u = context;

	u->block.rows++;
	u->block.rejected += text == NULL;
	if (text != NULL)
		import_block_add(&u->block, text);
	u->block.read = u->reader.at;
	if (u->reader.header_is_fresh)
		u->block.header = u->reader.header;
	u->reader.header_is_fresh = false;
	return !import_block_is_full(&u->block) || import_block_store(&u->block, false);
}

static void refuse_header(struct upload *u)
{
	struct request *r = u->request;
	size_t at = 0;
	const char *name = import_reader_bad_column(&u->reader, &at);

	if (name == NULL)
		faults_add(r->faults, "/header", "column", "the file must begin with a header row");
	for (; name != NULL; name = import_reader_bad_column(&u->reader, &at))
		faults_add(r->faults,
			   import_name_is_plain(name) ? arena_printf(r->arena, "/header/%s", name)
						      : "/header",
			   "column", "is not a column of this type, or stands there twice");
	problem_faults(r, "invalid_body");
	import_block_abandon(&u->block, "header");
}

/* True to go on; else the request is answered. */
static bool goes_on(struct upload *u, enum import_reading what)
{
	switch (what) {
	case IMPORT_GO_ON:
		return true;
	case IMPORT_NOT_UTF8:
		problem(u->request, "unsupported_media",
			"row %ld is not UTF-8; is the file in Windows-1252?", u->judge.number + 1);
		import_block_abandon(&u->block, "not_utf8");
		break;
	case IMPORT_BAD_HEADER:
		refuse_header(u);
		break;
	case IMPORT_STOPPED: /* answered by the block */
		break;
	}
	return false;
}

/* The upload broke off: what has been read is kept for the one that goes on. */
static void broken_off(struct upload *u, const struct body_source *source)
{
	if (u->block.rows > 0)
		import_block_store(&u->block, false);
	problem_status(u->request, source->status, source->code, source->detail);
	if (source->status == 413)
		import_block_abandon(&u->block, "too_large");
}

static bool read_all(struct upload *u)
{
	struct body_source *source = u->request->in.source;
	const char *data;
	long n;

	while ((n = source->next(source, &data)) > 0)
		if (!goes_on(u, import_reader_take(&u->reader, data, (size_t)n)))
			return false;
	if (n < 0) {
		broken_off(u, source);
		return false;
	}
	if (!goes_on(u, import_reader_end(&u->reader)))
		return false;
	u->block.read = u->reader.at;
	return import_block_store(&u->block, true);
}

/* `text/csv; charset=windows-1252` says itself what we would find out. */
static bool is_utf8_by_name(const struct request *r)
{
	const char *type = request_header(r, "Content-Type");
	const char *charset = type == NULL ? NULL : strcasestr(type, "charset=");

	if (charset == NULL)
		return true;
	charset += 8 + (charset[8] == '"');
	return strncasecmp(charset, "utf-8", 5) == 0;
}

static bool take_file(struct request *r, const struct import_batch *batch)
{
	struct upload *u = arena_alloc(r->arena, sizeof(*u));
	bool done;

	u->request = r;
	u->judge.shape = import_shape_of(r->arena, r->op);
	u->judge.seals = service.seals;
	begin_reading(u, batch);
	u->judge.arena = arena_new(ROW_MEMORY);
	u->judge.remarks = u->block.remarks;
	u->reader.judge = &u->judge;
	u->reader.row = take_row;
	u->reader.context = u;
	done = read_all(u);
	import_reader_close(&u->reader);
	import_block_close(&u->block);
	arena_free(u->judge.arena);
	return done;
}

enum outcome ops_import(struct request *r)
{
	struct import_batch batch = {.id = NULL};
	enum outcome outcome;

	if (!is_utf8_by_name(r)) {
		problem(r, "unsupported_media", "send the file in UTF-8");
		return ANSWERED;
	}
	outcome = import_batch_begin(r, &batch);
	if (batch.id == NULL)
		return outcome;
	if (batch.is_open && !take_file(r, &batch))
		return ANSWERED;
	return import_batch_answer(r, batch.id);
}
