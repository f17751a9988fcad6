/* The few operations that SQL cannot do: operationId → C function. */
#include "api/ops.h"

#include <stdlib.h>
#include <string.h>

#include "api/problem.h"

static const struct op_entry table[] = {
	/* a line each */
	/* clang-format off */
	{"getOpenapi", ops_openapi},
	{"listProblems", ops_problems},
	{"getProblem", ops_problem},
	{"listStateMachines", ops_machines},
	{"getStateMachine", ops_machine},
	{"getAccessMatrix", ops_matrix},
	{"getHealthLive", ops_live},
	{"getHealthReady", ops_ready},
	{"getMetrics", ops_metrics},
	{"getProtectedResource", ops_protected_resource},
	{"exportPatient", ops_export_patient},
	{"printPatientExport", ops_export_patient},
	{"getFhirMetadata", ops_fhir_metadata},
	{"fhirCreate*", ops_fhir_create},
	{"fhirUpdate*", ops_fhir_update},
	{"fhirPatch*", ops_fhir_patch},
	{"fhirValidate*", ops_fhir_validate},
	{"fhirBundle", ops_fhir_bundle},
	{"fhirExportGroup", ops_fhir_export},
	{"fhirPostExportGroup", ops_fhir_export},
	{"fhirExportPatient", ops_fhir_export},
	{"fhirPostExportPatient", ops_fhir_export},
	{"fhirReadExport", ops_fhir_export_status},
	{"fhirReadExportFile", ops_fhir_export_file},
	{"fhirEndExport", ops_fhir_export_end},
	{"getDocs", ops_docs},
	{"getDocsFile", ops_docs_file},
	{"listChanges", ops_list_changes},
	{"streamChanges", ops_stream_changes},
	{"importAdmissions", ops_import},
	{"importAdt", ops_adt},
	{"getExportContent", ops_export_content},
	{"getImportReport", ops_import_report},
	{"importContacts", ops_import},
	{"importLegalPeriods", ops_import},
	{"importHousing", ops_import},
	{"importStaff", ops_import},
	{"createSubscription", ops_write_subscription},
	{"updateSubscription", ops_write_subscription},
	{"fhirEndSubscription", ops_fhir_end_subscription},
	/* clang-format on */
};

static bool is_named(const struct op_entry *entry, const char *id)
{
	size_t len = strcspn(entry->id, "*");

	return strncmp(entry->id, id, len) == 0 && (entry->id[len] == '*' || id[len] == '\0');
}

const struct op_entry *ops_find(const char *id)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (is_named(&table[i], id))
			return &table[i];
	return NULL;
}

enum outcome ops_execute(struct request *r)
{
	return ops_find(r->op->id)->run(r);
}

enum outcome ops_json(struct request *r, const char *text)
{
	r->reply.status = 200;
	r->reply.content_type = "application/json";
	r->reply.body = text;
	r->reply.body_size = strlen(text);
	return ANSWERED;
}

enum outcome ops_object(struct request *r, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	const char *copy = arena_dup(r->arena, text);

	free(text);
	json_decref(object);
	return ops_json(r, copy);
}
