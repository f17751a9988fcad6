#ifndef CONTRACT_SCHEMA_CHECK_H
#define CONTRACT_SCHEMA_CHECK_H

#include "contract/schema_node.h"

/*
 * The checks that the keywords' table points at; private to schema_*.c. Each tries one rule on a
 * value and is true when the rule holds or says nothing of values of that type.
 */
bool check_type(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_enum(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_const(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_minimum(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_maximum(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_above(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_below(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_multiple_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_min_length(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_max_length(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_pattern(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_format(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_min_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_max_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_unique_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_prefix_items(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_contains(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_min_members(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_max_members(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_required(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_properties(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_patterns(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_additional(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_names(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_needs(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_dependent(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_ref(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_all_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_any_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_one_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_not(struct run *r, const struct rule *rule, json_t *v, const struct step *at);
bool check_if(struct run *r, const struct rule *rule, json_t *v, const struct step *at);

#endif
