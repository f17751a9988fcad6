/* Changes of existing things: ETag first, then the change that If-Match guards. */
#include "cli/step.h"

#include <string.h>
#include <strings.h>

#include "cli/connect.h"
#include "cli/show.h"
#include "lib/change.h"
#include "lib/encode.h"
#include "lib/member.h"
#include "lib/operation.h"

static bool wants_if_match(const struct operation *op)
{
	const json_t *one;
	size_t i;

	json_array_foreach(op->parameters, i, one)
	{
		if (strcasecmp(member_text(one, "name"), "If-Match") == 0)
			return json_is_true(json_object_get(one, "required"));
	}
	return false;
}

/* The path, or the template, without its last segment; NULL when there is but one. */
static const char *parent(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash == path ? NULL : arena_copy(a, path, (size_t)(slash - path));
}

/* Where the thing is read that the call changes: there, or at the nearest path above. */
static const char *thing_path(struct arena *a, const struct operation *op, const char *path)
{
	const char *shape = op->path, *at = path;

	while (shape != NULL && at != NULL && contract_find(op->contract, "GET", shape) == NULL) {
		shape = parent(a, shape);
		at = parent(a, at);
	}
	return shape != NULL && at != NULL ? at : path;
}

bool step_send(struct cli *cli, const struct operation *op, const struct call *call,
	       struct reply *reply)
{
	if (wants_if_match(op) && json_object_get(call->headers, "If-Match") == NULL)
		return change_send(cli->session, cli->arena, thing_path(cli->arena, op, call->path),
				   call, reply);
	return session_call(cli->session, cli->arena, call, reply);
}

static const struct operation *transition_of(const struct contract *c, struct arena *a,
					     const char *collection)
{
	return contract_find(c, "POST", arena_printf(a, "%s/{id}/transitions", collection));
}

const json_t *step_actions(const struct contract *c, const char *collection)
{
	struct arena *a = arena_new(4096);
	const struct operation *op = transition_of(c, a, collection);

	arena_free(a);
	return op != NULL ? contract_actions(c, op->machine) : NULL;
}

enum exit_code step_take(struct cli *cli, const char *collection, const char *id,
			 const char *action, const char *const *words)
{
	enum exit_code code = EXIT_DONE;
	struct contract *contract = connect_contract(cli, &code);
	const char *all[WORDS_MAX + 3], *why;
	const struct operation *op;
	struct reply reply;
	struct call call;
	size_t n = 0;

	if (contract == NULL)
		return code;
	op = transition_of(contract, cli->arena, collection);
	if (op == NULL)
		return cli_fail(EXIT_ABSENT, "%s has no steps to take", collection);
	all[n++] = arena_printf(cli->arena, "id=%s", id);
	all[n++] = arena_printf(cli->arena, "action=%s", action);
	while (*words != NULL && n < WORDS_MAX + 2)
		all[n++] = *words++;
	all[n] = NULL;
	if (!operation_fill(cli->arena, op, all, &call, &why))
		return cli_fail(EXIT_USAGE, "%s", why);
	if (!step_send(cli, op, &call, &reply))
		return connect_fail(cli, &reply);
	return show_step(cli, &reply);
}
