// Makes the contract's operations of fhir-writes.yaml: POST, PUT and PATCH beside the reads and searches of fhir.mjs.
import { answerOf, base, content, ofReads, operation, ref } from './fhir.mjs';

const own = { systems: 'https://samhandling.example/fhir/CodeSystem/', from: 'https://samhandling.example/fhir/' };
const full = (text, folder) => (text.startsWith('own:') ? folder + text.slice(4) : text);

function expandRule(rule) {
	const systems = rule.systems && Object.fromEntries(Object.entries(rule.systems).map(([name, codes]) => [full(name, own.systems), codes]));
	return { ...rule, ...(systems ? { systems } : {}), ...(rule.from ? { from: full(rule.from, own.from) } : {}) };
}

const expand = (ways) => ways.map((way) => ({ ...way, elements: way.elements.map(expandRule) }));
const bodyOf = (type) => ({ required: true, content: content(ref('schemas', `Fhir${type}`)) });
function rowsOf(ways) {
	const rows = [...new Set(ways.flatMap((w) => w.of))];
	return rows.length > 1 ? rows : rows[0];
}

const pointer = '^(/([^/~]|~[01])*)*$';

const components = {
	parameters: {
		FhirPreferWrite: { name: 'Prefer', in: 'header', description: '`return=minimal` asks for no body, `return=OperationOutcome` for what has happened; `handling=lenient` leaves out what has no place here, and says so',
			schema: { type: 'string', minLength: 1, maxLength: 200 }, example: 'return=minimal' },
		FhirPreferValidate: { name: 'Prefer', in: 'header', description: '`handling=lenient` warns of what has no place here and would be left out', schema: { type: 'string', minLength: 1, maxLength: 200 }, example: 'handling=lenient' },
		FhirIfMatch: { name: 'If-Match', in: 'header', required: true, description: 'The ETag of the version that the change is made to; without it 400', schema: { type: 'string', minLength: 1, maxLength: 200 }, example: 'W/"3"' },
		FhirIfNoneExist: { name: 'If-None-Exist', in: 'header', description: "`identifier=<system>|<value>`, one of the resource's own: nothing is made when the agency has told of it before",
			schema: { type: 'string', minLength: 1, maxLength: 2000 }, example: 'identifier=http://dips.no/fhir/namingsystem/dips-omsorgsepisodeid|1002135' },
	},
	schemas: {
		FhirJsonPatch: { type: 'array', description: 'Changes to the resource as it is read, in their order: all of them or none (RFC 6902)', minItems: 1, maxItems: 100, example: [{ op: 'test', path: '/status', value: 'requested' }, { op: 'replace', path: '/status', value: 'completed' }],
			items: { type: 'object', required: ['op', 'path'], description: 'One change; what it does not need is not looked at', properties: {
				op: { type: 'string', enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'], description: 'What is done; `test` refuses all when something else stands there' },
				path: { type: 'string', maxLength: 500, pattern: pointer, description: 'Where (JSON Pointer)' },
				from: { type: 'string', maxLength: 500, pattern: pointer, description: 'From where, of move and copy' },
				value: { description: 'What is put there, or must stand there' } }, additionalProperties: true } },
		FhirResource: { type: 'object', description: 'A resource to be tried, or Parameters whose parameter `resource` has it', required: ['resourceType'], additionalProperties: true,
			properties: { resourceType: { type: 'string', maxLength: 100, description: 'The type of the resource' } }, example: { resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen' } },
	},
	headers: {
		FhirLocation: { description: 'Where what was made can be read, with its version', schema: { type: 'string' }, example: 'https://samhandling.example/fhir/r4/Task/3b241101-e2bb-4255-8caf-4136c566a962/_history/1' },
	},
};

const always = ['400', '401', '403', '409', '413', '415', '422'];

// The resource, or what has happened to it: as the caller prefers.
function written(type, description, more = {}) {
	const answer = answerOf(`Fhir${type}`, description, true);
	return { ...answer, headers: { ...answer.headers, ...more }, content: content({ oneOf: [ref('schemas', `Fhir${type}`), ref('schemas', 'FhirOperationOutcome')] }) };
}

const nativesOf = (ways) => [...new Set(ways.map((w) => `\`${w.create}\``))].join(' or ');

function createOperation(type, t, what) {
	const ways = t.ways.filter((w) => w.create);
	const keyed = ways.some((w) => w.keyed);
	const o = operation({ id: `fhirCreate${type}`, summary: `Create a ${type}`, scope: 'fhir.write', of: rowsOf(ways), 'x-action': t.action ?? 'create', 'x-executor': 'ops',
		description: `${what}, as ${nativesOf(ways)} makes it: by the same rules. For ${t.who}. What has no place here is refused.`,
		fhir: { interaction: 'create', type, writes: expand(ways) }, answer: written(type, 'It was there already'), requestBody: bodyOf(type),
		parameters: [...ofReads.map((p) => ref('parameters', p)), ref('parameters', 'IdempotencyKey'), ref('parameters', 'FhirPreferWrite'), ...(keyed ? [ref('parameters', 'FhirIfNoneExist')] : [])],
		statuses: [...always, ...(keyed ? ['412'] : [])] });
	o.responses[201] = written(type, 'Made', { Location: ref('headers', 'FhirLocation') });
	if (!keyed) delete o.responses[200];
	return o;
}

function updateOperation(type, t, what) {
	const ways = t.ways.filter((w) => w.update || w.step);
	return operation({ id: `fhirUpdate${type}`, summary: `Update a ${type}`, scope: 'fhir.write', of: rowsOf(ways), 'x-action': t.action ?? 'write', 'x-executor': 'ops',
		description: `${what}: what differs from what stands is changed, another status is the step that leads to it. For ${t.who}. What a caller does not see stays as it is.`,
		fhir: { interaction: 'update', type, writes: expand(ways) }, answer: written(type, 'As it is now'), requestBody: bodyOf(type),
		parameters: [...ofReads.map((p) => ref('parameters', p)), ref('parameters', 'FhirIfMatch'), ref('parameters', 'FhirPreferWrite')],
		statuses: [...always, '405', '412'] });
}

function patchOperation(type, t, what) {
	const ways = t.ways.filter((w) => w.update || w.step);
	return operation({ id: `fhirPatch${type}`, summary: `Patch a ${type}`, scope: 'fhir.write', of: rowsOf(ways), 'x-action': t.action ?? 'write', 'x-executor': 'ops',
		description: `${what}: a JSON Patch of what the caller reads, and then as an update with what has become of it. For ${t.who}. A path that is not there, and a test that fails, changes nothing.`,
		fhir: { interaction: 'patch', type, writes: expand(ways) }, answer: written(type, 'As it is now'), requestBody: { required: true, content: { 'application/json-patch+json': { schema: ref('schemas', 'FhirJsonPatch') } } },
		parameters: [...ofReads.map((p) => ref('parameters', p)), ref('parameters', 'FhirIfMatch'), ref('parameters', 'FhirPreferWrite')],
		statuses: [...always, '404', '412'] });
}

// What would become of a write, as far as it can be said without the rows.
function validation(type, { id, summary, description, statuses = [], ...fhir }) {
	return operation({ id, summary, description, of: 'directory', 'x-action': 'read', 'x-executor': 'ops', scope: 'fhir.write', fhir: { interaction: 'validate', type, ...fhir },
		answer: answerOf('FhirOperationOutcome', 'What is wrong with it, or that nothing is'), requestBody: bodyOf('Resource'),
		parameters: [...ofReads.map((p) => ref('parameters', p)), ref('parameters', 'FhirPreferValidate')], statuses: ['400', '401', '403', '413', '415', '422', ...statuses] });
}

function validateOperation(type, t) {
	const ways = t.ways.filter((w) => w.create);
	return validation(type, { id: `fhirValidate${type}`, summary: `Try a ${type} without writing it`, operation: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate', writes: expand(ways),
		description: `The resource, or Parameters with it, is read as by a create, down to the form of what ${nativesOf(ways)} takes; what only rows can say (of whom, by whom) is not asked. For everybody with a token.` });
}

function validateChange(type, t) {
	return validation(type, { id: `fhirValidateChanged${type}`, summary: `Try a changed ${type} without writing it`, statuses: ['404'], writes: expand(t.ways.filter((w) => w.update || w.step)),
		description: `The resource, or Parameters with it, is compared with what stands, as by an update: which change and step it asks for, whether that leads anywhere from its status, and of which form they are. For ${t.who}, and whoever else may read it.` });
}

// Every entry needs what its own operation needs; the Bundle itself no more than a token.
function bundleOperation() {
	const o = operation({ id: 'fhirBundle', summary: 'Send several requests', of: 'directory', 'x-action': 'read', 'x-executor': 'ops', 'x-cost': 2,
		description: 'A Bundle of type transaction, of which all or nothing is done, or batch, of which each entry is a request by itself; sent again with the same Idempotency-Key a transaction is done once and answered as it was, and of a batch each create is. At most 100 entries of what this face reads and writes. For everybody with a token: each entry as its own operation.',
		fhir: { interaction: 'bundle' }, answer: answerOf('FhirBundle', 'The answers, in the order of the entries'), requestBody: bodyOf('Bundle'),
		parameters: [...ofReads.map((p) => ref('parameters', p)), ref('parameters', 'IdempotencyKey'), ref('parameters', 'FhirPreferWrite')],
		statuses: ['400', '401', '403', '404', '405', '409', '412', '413', '415', '422'] });
	return { ...o, security: [{ agency: [] }] };
}

// Adds the writes to the fragment that fhir.mjs has made.
export function addWrites(fragment, { types }, what) {
	for (const [kind, members] of Object.entries(components)) Object.assign((fragment.components[kind] ??= {}), members);
	fragment.paths[base] = { 'x-root': true, post: bundleOperation() };
	for (const [type, t] of Object.entries(types)) {
		if (t.ways.some((w) => w.create)) {
			fragment.paths[`${base}/${type}`].post = createOperation(type, t, what[type].what);
			fragment.paths[`${base}/${type}/$validate`] = { 'x-root': true, post: validateOperation(type, t) };
		}
		fragment.paths[`${base}/${type}/{id}`].put = updateOperation(type, t, what[type].what);
		if (t.patch) fragment.paths[`${base}/${type}/{id}`].patch = patchOperation(type, t, what[type].what);
		fragment.paths[`${base}/${type}/{id}/$validate`] = { 'x-root': true, parameters: [ref('parameters', 'Id')], post: validateChange(type, t) };
		if (t.example) fragment.components.schemas[`Fhir${type}`].example = t.example;
	}
	return fragment;
}
