#ifndef CONTRACT_SCHEMA_RUN_H
#define CONTRACT_SCHEMA_RUN_H

#include "contract/schema_node.h"

/* One validation under way; private to schema_*.c. */
struct visit {
	struct visit *next;
	struct schema_found found;
	json_t *value;
};

struct run {
	struct faults *faults;
	bool quiet; /* trying an alternative: nothing is noted */
	bool visits_wanted;
	size_t visit_count;
	struct visit *visits; /* newest first */
};

/* Tries all rules of a schema on a value. */
bool run_schema(struct run *run, const struct schema *s, json_t *value, const struct step *at);

/* As run_schema(), noting no faults. What was to be visited is forgotten when it does not hold. */
bool run_quietly(struct run *run, const struct schema *s, json_t *value, const struct step *at);

/* Notes that a rule is broken by the value at `at`; always false. `detail` is a printf format. */
bool run_fault(struct run *run, const struct rule *rule, const struct step *at, const char *detail,
	       ...) __attribute__((format(printf, 4, 5)));

/* Remembers a string that stood under one of the source's own formats; false when too many. */
bool run_visit(struct run *run, const char *format, json_t *value, const struct step *at);

#endif
