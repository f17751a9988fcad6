// The contract as the tests' judge: which operation a request meant, does the answer fit it, what has been seen.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { step, validator } from '../../lint/ajv.mjs';
import { environment, root } from './environment.mjs';

export const document = JSON.parse(readFileSync(`${root}api-spec/openapi.json`, 'utf8'));
export const prefix = document.servers[0].url;
const { schemaAt, faults } = validator(document);
const methods = ['get', 'post', 'put', 'patch', 'delete'];

export function resolve(thing) {
	for (let hops = 0; thing?.$ref !== undefined && hops < 16; hops++)
		thing = thing.$ref.slice(2).split('/').reduce((at, k) => at?.[decodeURIComponent(k).replaceAll('~1', '/').replaceAll('~0', '~')], document);
	return thing;
}

const escape = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function pattern(path, item) {
	const whole = (item['x-root'] ? '' : prefix) + path;
	return new RegExp(`^${whole.split(/\{[^}]+\}/).map(escape).join('[^/]+')}$`);
}

// { id, method, path, item, operation, parameters, matches } for each operation; literal paths first.
export const operations = Object.entries(document.paths).flatMap(([path, item]) => {
	const matches = pattern(path, item);
	return methods.filter((m) => item[m]).map((method) => ({
		id: item[method].operationId, method: method.toUpperCase(), path, item, operation: item[method], matches,
		root: item['x-root'] === true, fhir: item[method]['x-fhir'],
		parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
	}));
}).sort((a, b) => a.path.split('{').length - b.path.split('{').length);

// FHIR's rules for REST are others than ours, so each side has its own tests of everything.
export const nativeOperations = operations.filter((o) => !o.fhir);
export const fhirOperations = operations.filter((o) => o.fhir);

export const operation = (id) => operations.find((o) => o.id === id);

export function operationAt(method, target) {
	const path = target.split('?')[0];
	const wanted = method === 'HEAD' ? 'GET' : method;
	const first = operations.find((o) => o.matches.test(path));
	return operations.find((o) => o.method === wanted && o.path === first?.path);
}

// What HTTP itself may refuse before an operation is known; the contract does not repeat it everywhere.
const transport = new Set([405, 408, 414, 417, 429, 431, 501, 505]);

function responseOf(o, status) {
	const key = o.operation.responses[status] ? String(status) : status >= 500 ? 'default' : null;
	return key === null ? null : { key, response: resolve(o.operation.responses[key]), ref: o.operation.responses[key].$ref };
}

function pointerOf(o, found, type) {
	const base = found.ref ?? `#/paths/${step(o.path)}/${o.method.toLowerCase()}/responses/${found.key}`;
	return `${base}/content/${step(type)}/schema`;
}

function judgeProblem(body) {
	const validate = schemaAt('#/components/schemas/Problem');
	if (!validate(body)) return `the problem does not fit its schema: ${faults(validate)}`;
	return document['x-problems'][body.code] ? null : `the problem code '${body.code}' is not in the catalogue`;
}

function judgeBody(o, found, { type, body, headers }) {
	const minimal = headers['preference-applied'] === 'return=minimal';
	const content = found.response.content;
	if (minimal) return body === undefined ? null : 'return=minimal with a body';
	if (!content) return body === undefined || body === '' ? null : `${o.id} documents no body for ${found.key}`;
	if (!content[type]) return `${o.id} does not document '${type}' for ${found.key}`;
	if (content[type].schema === undefined || !/json/.test(type)) return null;
	const validate = schemaAt(pointerOf(o, found, type));
	return validate(body) ? null : `${o.id} ${found.key} does not fit its schema: ${faults(validate)}`;
}

// Under /fhir/r4 every refusal is an OperationOutcome, of a path that nobody documents too.
function judgeOutcome({ type, body }) {
	if (!/^(application\/fhir\+json|application\/json|text\/json)$/.test(type)) return `a refusal as '${type}'`;
	const validate = schemaAt('#/components/schemas/FhirOperationOutcome');
	return validate(body) ? null : `the outcome does not fit its schema: ${faults(validate)}`;
}

function judgeForm({ method, target, status, type, body }) {
	if (method === 'HEAD' || status < 400) return null;
	if (target.startsWith('/fhir/r4')) return judgeOutcome({ type, body });
	if (operationAt(method, target)?.operation.responses[status]?.content?.[type]) return null; // /health/ready says why
	if (type !== 'application/problem+json') return `a ${status} without problem details`;
	return judgeProblem(body) ?? (body.status === status ? null : `the body says ${body.status}`);
}

// A sentence when the answer breaks the contract, else null.
export function judge(exchange) {
	const { method, target, status } = exchange;
	const form = judgeForm(exchange);
	const o = operationAt(method, target);
	if (form !== null || !o || method === 'HEAD') return form;
	const found = responseOf(o, status);
	if (transport.has(status) && !o.operation.responses[status]) return null;
	return found === null ? `${o.id} does not document ${status}` : judgeBody(o, found, exchange);
}

const seen = new Set();

// Notes the pair for the end of the run (tests/lint/contract-coverage.mjs).
export function record(method, target, status) {
	const o = method === 'HEAD' ? undefined : operationAt(method, target);
	if (!o) return;
	const pair = `${o.id} ${o.operation.responses[status] ? status : status >= 500 ? 'default' : status}`;
	if (seen.has(pair)) return;
	seen.add(pair);
	mkdirSync(`${environment.build}/coverage`, { recursive: true });
	appendFileSync(`${environment.build}/coverage/${process.pid}.txt`, `${pair}\n`);
}
