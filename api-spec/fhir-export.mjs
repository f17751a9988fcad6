// Makes the contract's operations of $export (HL7 FHIR Bulk Data Access 2.0): asking, status, files, end.
import { base, content, ofEverything, operation, ref, rowsOf } from './fhir.mjs';

const types = (all) => ['Patient', ...ofEverything(all)];
const definition = (of) => `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${of.toLowerCase()}-export`;
const who = 'team leaders, and health staff with a relation of care of the specialist service, the municipality and the general practitioner, with the scope `fhir.export`';

const parameters = (all) => ({
	'Fhir.export_type': { name: '_type', in: 'query', description: 'These types alone', 'x-search': 'word', example: 'Encounter', schema: { type: 'string', enum: types(all) } },
	'Fhir.export_since': { name: '_since', in: 'query', description: 'What has changed from this time on', schema: { type: 'string', maxLength: 40 }, example: '2026-03-01T08:00:00Z', 'x-search': 'date' },
	'Fhir.export_format': { name: '_outputFormat', in: 'query', description: 'The form of the files; there is one', 'x-search': 'control', example: 'application/fhir+ndjson',
		schema: { type: 'string', maxLength: 40, pattern: '^(application/(fhir[+ ])?ndjson|ndjson)$' } },
	'Fhir.export_prefer': { name: 'Prefer', in: 'header', description: '`respond-async`, without which it is refused; `handling=lenient` leaves unknown parameters out',
		schema: { type: 'string', minLength: 1, maxLength: 200 }, example: 'respond-async' },
	'Fhir.export_file': { name: 'file', in: 'path', required: true, description: 'The number of the file, from the manifest', schema: { type: 'string', pattern: '^[1-9][0-9]{0,5}$' }, example: '1' },
});

const schemas = {
	FhirParameters: { type: 'object', description: 'The parameters, as a resource', required: ['resourceType'], additionalProperties: true,
		properties: { resourceType: { type: 'string', const: 'Parameters', description: 'The type of the resource' } },
		example: { resourceType: 'Parameters', parameter: [{ name: '_type', valueString: 'Patient,Encounter' }] } },
	FhirExportManifest: { type: 'object', description: 'What can be read of an export', required: ['transactionTime', 'request', 'requiresAccessToken', 'output', 'error'], additionalProperties: false,
		properties: {
			transactionTime: { type: 'string', format: 'date-time', description: 'All that had changed by then is in it; `_since` of the next export' },
			request: { type: 'string', description: 'The address that was asked' },
			requiresAccessToken: { type: 'boolean', const: true, description: 'Files need the token that status needs' },
			output: { type: 'array', description: 'The files', items: { type: 'object', description: 'A file', required: ['type', 'url', 'count'], additionalProperties: false, properties: {
				type: { type: 'string', description: 'The type of its resources' }, url: { type: 'string', description: 'Where it is read' },
				count: { type: 'integer', minimum: 1, description: 'How many resources there were when it was prepared; what has been closed to the caller since is not in the file' } } } },
			error: { type: 'array', description: 'Files of OperationOutcomes: none, what may not be read is not in it', maxItems: 0, items: { type: 'object', description: 'A file' } } },
		example: { transactionTime: '2026-03-02T08:00:00.000Z', request: 'https://samhandling.example/fhir/r4/Patient/$export', requiresAccessToken: true,
			output: [{ type: 'Patient', url: 'https://samhandling.example/fhir/r4/_export/018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60/1', count: 42 }], error: [] } },
};

const headers = {
	FhirContentLocation: { description: 'Where the status is asked for', schema: { type: 'string' }, example: 'https://samhandling.example/fhir/r4/_export/018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60' },
	FhirProgress: { description: 'How far it is', schema: { type: 'string', maxLength: 100 }, example: '120 of 340 persons' },
	FhirExpires: { description: 'Until when it can be read', schema: { type: 'string' }, example: 'Tue, 03 Mar 2026 08:00:00 GMT' },
};

const shared = (fhir, action = 'write') => ({ of: 'caseloads', scope: 'fhir.export', 'x-executor': 'ops', 'x-action': action, fhir });
const nothing = { description: 'Nothing' };

function withAccepted(o, accepted) {
	o.responses[202] = accepted;
	if (o.responses[200] === nothing) {
		delete o.responses[200];
		delete o.responses[406]; // what has no body fits everybody
	}
	return o;
}

function kickOff(of, method, what) {
	const post = method === 'post';
	const o = operation({ ...shared({ interaction: 'export', type: of, ...(post ? {} : { operation: 'export', definition: definition(of) }) }), id: `fhir${post ? 'Post' : ''}Export${of}`, 'x-cost': 50,
		summary: `Ask for an export of ${what.short}${post ? ' by a form' : ''}`, answer: nothing, statuses: ['400', '401', '403', ...(of === 'Group' ? ['404'] : []), ...(post ? ['413', '415'] : []), '429'],
		description: `All that the caller may read of ${what.long}, as files of one resource a line, which can be read for a day. One export of an agency is prepared at a time; who asks for the same meanwhile is told where it is. For ${who}.`,
		parameters: ['Fhir.export_type', 'Fhir.export_since', 'Fhir.export_format', 'Fhir.export_prefer'].map((p) => ref('parameters', p)),
		...(post ? { requestBody: { required: false, content: content(ref('schemas', 'FhirParameters')) } } : {}) });
	return withAccepted(o, { description: 'It is being prepared', headers: { 'Content-Location': ref('headers', 'FhirContentLocation') } });
}

const beside = (all) => ['patients', ...rowsOf(all, ofEverything(all))];

function status(all) {
	const o = operation({ ...shared({ interaction: 'export-status' }, 'read'), beside: beside(all), id: 'fhirReadExport', 'x-cost': 20, summary: 'Ask how far an export is',
		description: `Each question prepares more of it, for a second at most; 200 with the manifest when all is prepared. Everybody of whom something is counted has a row READ in the access log. For who has asked for it: ${who}.`, statuses: ['400', '401', '403', '404'],
		answer: { description: 'What can be read', headers: { Expires: ref('headers', 'FhirExpires') }, content: content(ref('schemas', 'FhirExportManifest')) } });
	return withAccepted(o, { description: 'It is being prepared', headers: { 'X-Progress': ref('headers', 'FhirProgress'), 'Retry-After': ref('headers', 'RetryAfter') } });
}

function file(all) {
	return operation({ ...shared({ interaction: 'export-file' }, 'read'), beside: beside(all), id: 'fhirReadExportFile', 'x-cost': 50, summary: 'Read a file of an export',
		description: `One resource a line, made as it is read, of what the caller may read at that moment; everybody in it has a row EXPORT in the access log. A file that is cut off is read again. For who has asked for the export: ${who}.`,
		statuses: ['400', '401', '403', '404'],
		answer: { description: 'The resources', content: { 'application/fhir+ndjson': { schema: { type: 'string', description: 'One resource a line' }, example: '{"resourceType":"Patient","id":"3b241101-e2bb-4255-8caf-4136c566a962"}\n' } } } });
}

function end() {
	const o = operation({ ...shared({ interaction: 'export-end' }), id: 'fhirEndExport', summary: 'End an export', answer: nothing, statuses: ['400', '401', '403', '404'],
		description: `It can no longer be read, and the next one need not wait. For who has asked for it: ${who}.` });
	return withAccepted(o, { description: 'Ended' });
}

// Adds them to the fragment that fhir.mjs has made.
export function addExports(fragment, all) {
	const root = { 'x-root': true };
	const id = ref('parameters', 'Id');
	const group = { short: 'a caseload', long: 'the persons who are enrolled in the team' };
	const patient = { short: 'all patients', long: 'the persons with whom the caller\'s units stand in relation' };
	for (const [kind, members] of Object.entries({ parameters: parameters(all), schemas, headers })) Object.assign(fragment.components[kind], members);
	Object.assign(fragment.paths, {
		[`${base}/Group/{id}/$export`]: { ...root, parameters: [id], get: kickOff('Group', 'get', group), post: kickOff('Group', 'post', group) },
		[`${base}/Patient/$export`]: { ...root, get: kickOff('Patient', 'get', patient), post: kickOff('Patient', 'post', patient) },
		[`${base}/_export/{id}`]: { ...root, parameters: [id], get: status(all), delete: end() },
		[`${base}/_export/{id}/{file}`]: { ...root, parameters: [id, ref('parameters', 'Fhir.export_file')], get: file(all) },
	});
	return fragment;
}
