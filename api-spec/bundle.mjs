// Makes api-spec/openapi.json, the one document that the daemon enforces and serves, from the YAML
// files beside this one. `node api-spec/bundle.mjs` writes it, `--check` only says whether it is up
// to date. Every mistake is named with its file; the bundle is written only when there is none.
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { fhirFragment } from './fhir.mjs';
import { addExports } from './fhir-export.mjs';
import { addSubscriptions } from './fhir-subscriptions.mjs';
import { addWrites } from './fhir-writes.mjs';

const here = process.env.API_SPEC ?? dirname(fileURLToPath(import.meta.url));
const target = join(here, 'openapi.json');
const methods = ['get', 'post', 'put', 'patch', 'delete'];
const mistakes = [];

function complain(file, what) {
	mistakes.push(`${file}: ${what}`);
}

function readYaml(file) {
	const document = parseDocument(readFileSync(join(here, file), 'utf8'), { merge: true, uniqueKeys: true });
	for (const e of [...document.errors, ...document.warnings]) complain(file, e.message.split('\n')[0]);
	return document.errors.length ? {} : document.toJS() ?? {};
}

function yamlFilesIn(folder) {
	if (!existsSync(join(here, folder))) return [];
	return readdirSync(join(here, folder)).filter((f) => f.endsWith('.yaml')).sort().map((f) => `${folder}/${f}`);
}

// The fragments: beside the trunk everything that has paths of its own.
function fragments() {
	return [...['system.yaml'].filter((f) => existsSync(join(here, f))), ...yamlFilesIn('resources')];
}

const origin = new Map(); // "paths /x" or "schemas X" → the file that defined it

function put(target, key, value, kind, file) {
	const name = `${kind} ${key}`;
	if (origin.has(name)) return complain(file, `${name} is already defined in ${origin.get(name)}`);
	origin.set(name, file);
	target[key] = value;
}

function checkFragment(part, file) {
	for (const key of Object.keys(part))
		if (!['paths', 'components', 'tags'].includes(key) && !key.startsWith('x-'))
			complain(file, `unexpected member '${key}': a fragment has paths, components and tags`);
}

function mergeComponents(components, part, file) {
	for (const [kind, members] of Object.entries(part ?? {}))
		for (const [name, value] of Object.entries(members ?? {}))
			put((components[kind] ??= {}), name, value, kind, file);
}

function merge(document, part, file) {
	checkFragment(part, file);
	for (const [path, item] of Object.entries(part.paths ?? {})) put(document.paths, path, item, 'paths', file);
	mergeComponents(document.components, part.components, file);
	for (const tag of part.tags ?? []) if (!document.tags.some((t) => t.name === tag.name)) document.tags.push(tag);
}

function machines() {
	const all = {};
	for (const file of yamlFilesIn('machines')) {
		const machine = readYaml(file);
		if (machine.name !== basename(file, '.yaml')) complain(file, `name is '${machine.name}', the file says otherwise`);
		all[machine.name] = machine;
	}
	return all;
}

const collator = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => collator(a, b)));

// --- references ---------------------------------------------------------------------------------

function lookUp(document, ref) {
	let at = document;
	for (const step of ref.slice(2).split('/')) {
		const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
		at = at?.[key];
	}
	return at;
}

function resolve(document, thing) {
	for (let hops = 0; thing?.$ref !== undefined && hops < 16; hops++) thing = lookUp(document, thing.$ref);
	return thing ?? {};
}

function checkReferences(document, at, where, file) {
	if (at === null || typeof at !== 'object') return;
	if (typeof at.$ref === 'string') {
		if (!at.$ref.startsWith('#/')) complain(file, `${where}: $ref '${at.$ref}' must point into the merged document`);
		else if (lookUp(document, at.$ref) === undefined) complain(file, `${where}: $ref '${at.$ref}' points at nothing`);
	}
	for (const [key, value] of Object.entries(at))
		if (key !== 'example' && key !== 'examples') checkReferences(document, value, `${where}/${key}`, file);
}

function checkAllReferences(document) {
	for (const [path, item] of Object.entries(document.paths))
		checkReferences(document, item, path, origin.get(`paths ${path}`));
	for (const [kind, members] of Object.entries(document.components))
		for (const [name, value] of Object.entries(members))
			checkReferences(document, value, `${kind}/${name}`, origin.get(`${kind} ${name}`) ?? 'openapi.yaml');
}

// --- what every operation must have -------------------------------------------------------------

function parametersOf(document, item, operation) {
	return [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((p) => resolve(document, p));
}

function checkOperation(document, path, item, method, seen) {
	const operation = item[method];
	const file = origin.get(`paths ${path}`);
	const where = `${method.toUpperCase()} ${path}`;
	const id = operation.operationId;
	if (!/^[a-z][A-Za-z0-9]*$/.test(id ?? '')) complain(file, `${where}: operationId '${id}' is not camelCase`);
	else if (seen.has(id)) complain(file, `${where}: operationId '${id}' is already used by ${seen.get(id)}`);
	seen.set(id, where);
	for (const member of ['summary', 'description', 'tags', 'security'])
		if (operation[member] === undefined) complain(file, `${where}: no ${member}`);
	const declared = parametersOf(document, item, operation).filter((p) => p.in === 'path').map((p) => p.name);
	const used = [...path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]);
	for (const name of used) if (!declared.includes(name)) complain(file, `${where}: path parameter '${name}' is not declared`);
	for (const name of declared) if (!used.includes(name)) complain(file, `${where}: path has no {${name}}`);
	if (!Object.keys(operation.responses ?? {}).some((s) => /^[123]/.test(s))) complain(file, `${where}: no answer for success`);
}

// What an operation names must be there: the daemon would not start otherwise. Each entry: wrong when, and what.
function* wrongNames(document, operation, ids) {
	const { security = [], 'x-resource': resource, 'x-machine': machine, 'x-answer': answer } = operation;
	const scopes = document.components.securitySchemes.agency['x-scopes'];
	yield [security.length > 0 && resource === undefined, 'no x-resource'];
	for (const row of [resource ?? []].flat())
		yield [!document['x-access-matrix'].resources[row], `x-resource '${row}' is not in access-matrix.yaml`];
	yield [machine && !document['x-state-machines'][machine], `no machine '${machine}'`];
	yield [answer && !ids.get(answer)?.startsWith('GET '), `x-answer '${answer}' is not the operationId of a GET`];
	for (const scope of security.flatMap((s) => s.agency)) yield [!(scope in scopes), `unknown scope '${scope}'`];
}

function checkNames(document, path, item, method, ids) {
	for (const [wrong, what] of wrongNames(document, item[method], ids))
		if (wrong) complain(origin.get(`paths ${path}`), `${method.toUpperCase()} ${path}: ${what}`);
}

// --- what an operation costs, of the share that its client has (docs/limits.md) -------------------

const costs = { read: 1, write: 2, list: 5 };

function addCost(operation, method) {
	if ((operation.security ?? []).length === 0) return;
	const isList = operation['x-list'] || operation['x-action'] === 'search';
	operation['x-cost'] ??= costs[isList ? 'list' : method === 'get' ? 'read' : 'write'];
}

// --- standard responses: what follows from the operation's form ----------------------------------

function standardStatuses(document, path, item, method) {
	const operation = item[method];
	const parameters = parametersOf(document, item, operation);
	const has = (place, name) => parameters.some((p) => p.in === place && (name === undefined || p.name === name));
	const success = resolve(document, operation.responses?.['200']);
	const statuses = new Set();
	const add = (when, ...list) => when && list.forEach((s) => statuses.add(s));
	add((operation.security ?? []).length > 0, '401', '403');
	add(operation['x-cost'] > 0 && !item['x-root'], '429');
	add(path.includes('{'), '404');
	add(method === 'get' && (has('header', 'If-None-Match') || success.headers?.ETag), '304');
	add(method === 'get' && success.content, '406');
	add(operation.requestBody, '400', '413', '415', '422');
	add(true, '422'); // a parameter that the operation does not have
	add(parameters.some((p) => p.in === 'header' && p.name === 'If-Match' && p.required), '412', '428');
	add(method === 'post' && has('header', 'Idempotency-Key'), '409');
	add(operation['x-machine'] && method !== 'get', '409');
	return statuses;
}

const standardNames = {
	304: 'NotModified', 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 406: 'NotAcceptable',
	409: 'Conflict', 412: 'PreconditionFailed', 413: 'TooLarge', 415: 'UnsupportedMedia', 422: 'Invalid',
	428: 'PreconditionRequired', 429: 'TooManyRequests', default: 'Failed',
};

function addResponses(document, path, item, method) {
	const operation = item[method];
	if (operation.responses === undefined) return;
	const refuse = operation['x-no-standard-responses'] ?? [];
	for (const status of [...standardStatuses(document, path, item, method), 'default'])
		if (!refuse.map(String).includes(status))
			operation.responses[status] ??= { $ref: `#/components/responses/${standardNames[status]}` };
	operation.responses = sorted(operation.responses);
}

// --- the whole ----------------------------------------------------------------------------------

function finishOperations(document) {
	const seen = new Map();
	for (const [path, item] of Object.entries(document.paths)) {
		if (!/^(\/(\{[a-z_]+\}|[^{}/]+))+$/.test(path)) complain(origin.get(`paths ${path}`), `path '${path}' is malformed`);
		for (const method of methods.filter((m) => item[m])) {
			checkOperation(document, path, item, method, seen);
			addCost(item[method], method);
			addResponses(document, path, item, method);
		}
	}
	for (const [path, item] of Object.entries(document.paths))
		for (const method of methods.filter((m) => item[m])) checkNames(document, path, item, method, seen);
}

function fhir() {
	const read = readYaml('fhir.yaml');
	return addSubscriptions(addExports(addWrites(fhirFragment(read), readYaml('fhir-writes.yaml'), read.types), read.types));
}

function bundle() {
	const document = readYaml('openapi.yaml');
	document.tags ??= [];
	const { paths = {}, components = {} } = document;
	document.paths = {};
	document.components = {};
	merge(document, { paths, components }, 'openapi.yaml');
	for (const file of fragments()) merge(document, readYaml(file), file);
	if (existsSync(join(here, 'fhir.yaml'))) merge(document, fhir(), 'fhir.yaml');
	document['x-problems'] = readYaml('problems.yaml');
	document['x-state-machines'] = machines();
	document['x-access-matrix'] = existsSync(join(here, 'access-matrix.yaml')) ? readYaml('access-matrix.yaml') : {};
	checkAllReferences(document);
	finishOperations(document);
	document.paths = sorted(document.paths);
	document.tags.sort((a, b) => collator(a.name, b.name));
	for (const kind of Object.keys(document.components)) document.components[kind] = sorted(document.components[kind]);
	return JSON.stringify(document, null, 1) + '\n';
}

const text = bundle();
const known = existsSync(target) ? readFileSync(target, 'utf8') : '';
if (mistakes.length > 0) {
	for (const m of mistakes) console.error(m);
	process.exit(1);
}
if (process.argv.includes('--check')) {
	if (known !== text) console.error('api-spec/openapi.json is not up to date: run make bundle');
	process.exit(known === text ? 0 : 1);
}
if (known !== text) writeFileSync(target, text);
