#ifndef API_OPS_H
#define API_OPS_H

#include <stdbool.h>

#include "api/room.h"

/* An operation that SQL cannot do. */
struct op_entry {
	const char *id; /* operationId; one that ends with * stands for all that begin so */
	enum outcome (*run)(struct request *r);
};

/* The C function of an operation, or NULL. */
const struct op_entry *ops_find(const char *id);

/* Answers 200 with JSON text that the arena or the process owns. */
enum outcome ops_json(struct request *r, const char *text);

/* The same with a json_t, which is released. */
enum outcome ops_object(struct request *r, json_t *object);

/* The ops/ files. */
enum outcome ops_openapi(struct request *r);
enum outcome ops_problems(struct request *r);
enum outcome ops_problem(struct request *r);
enum outcome ops_machines(struct request *r);
enum outcome ops_machine(struct request *r);
enum outcome ops_matrix(struct request *r);
enum outcome ops_live(struct request *r);
enum outcome ops_ready(struct request *r);
enum outcome ops_metrics(struct request *r);
enum outcome ops_protected_resource(struct request *r);
enum outcome ops_export_patient(struct request *r);
enum outcome ops_docs(struct request *r);
enum outcome ops_docs_file(struct request *r);
enum outcome ops_list_changes(struct request *r);
enum outcome ops_stream_changes(struct request *r);
enum outcome ops_fhir_metadata(struct request *r);
enum outcome ops_fhir_create(struct request *r);
enum outcome ops_fhir_update(struct request *r);
enum outcome ops_fhir_patch(struct request *r);
enum outcome ops_fhir_validate(struct request *r);
enum outcome ops_fhir_bundle(struct request *r);
enum outcome ops_fhir_export(struct request *r);
enum outcome ops_fhir_export_status(struct request *r);
enum outcome ops_fhir_export_file(struct request *r);
enum outcome ops_fhir_export_end(struct request *r);
enum outcome ops_import(struct request *r);
enum outcome ops_adt(struct request *r);
enum outcome ops_write_subscription(struct request *r);
enum outcome ops_fhir_end_subscription(struct request *r);
enum outcome ops_export_content(struct request *r);
enum outcome ops_import_report(struct request *r);

#endif
