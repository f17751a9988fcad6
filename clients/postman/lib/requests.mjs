// One operation of the contract as a request of the collection, with its parameters, example and answer.
const methods = ['get', 'post', 'put', 'patch', 'delete'];

export function resolve(contract, thing) {
	for (let hops = 0; thing?.$ref !== undefined && hops < 16; hops++)
		thing = thing.$ref.slice(2).split('/').reduce((at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], contract);
	return thing;
}

// Every operation: { id, method, path, operation, parameters, root }.
export function operations(contract) {
	return Object.entries(contract.paths).flatMap(([path, item]) => methods.filter((m) => item[m]).map((method) => ({
		id: item[method].operationId, method: method.toUpperCase(), path, operation: item[method], root: item['x-root'] === true,
		parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map((p) => resolve(contract, p)),
	})));
}

// The media type and the example that the contract gives a body or an answer; null without.
export function exampleOf(contract, holder) {
	const [type, media] = Object.entries(resolve(contract, holder)?.content ?? {})[0] ?? [];
	if (type === undefined) return null;
	const value = media.example ?? Object.values(media.examples ?? {})[0]?.value ?? resolve(contract, media.schema)?.example;
	return { type, value };
}

const asText = (type, value) => (typeof value === 'string' && !/json/.test(type) ? value : JSON.stringify(value, null, '\t'));
const templated = (path) => path.replace(/\{([^}]+)\}/g, ':$1');

// Most is below {{base_url}}; what stands at the root of the service is below {{origin}}.
export function urlOf(o, { values = {}, query = [] } = {}) {
	const host = o.root ? '{{origin}}' : '{{base_url}}';
	const path = templated(o.path).slice(1).split('/');
	const variable = o.parameters.filter((p) => p.in === 'path')
		.map((p) => ({ key: p.name, value: String(values[p.name] ?? p.example ?? ''), description: p.description }));
	const shown = query.filter((q) => !q.disabled).map((q) => `${q.key}=${q.value}`).join('&');
	return { raw: `${host}/${path.join('/')}${shown ? `?${shown}` : ''}`, host: [host], path, ...(query.length ? { query } : {}), ...(variable.length ? { variable } : {}) };
}

export function bodyOf(type, value) {
	return { mode: 'raw', raw: asText(type, value), options: { raw: { language: /json/.test(type) ? 'json' : 'text' } } };
}

// Required header fields and the body's; optional ones are there to be switched on.
function headersOf(o, type) {
	const given = o.parameters.filter((p) => p.in === 'header').map((p) => ({
		key: p.name, value: p.name === 'Idempotency-Key' ? '{{key}}' : p.name === 'If-Match' ? '{{etag}}' : String(p.example ?? ''), description: p.description,
		...(p.required || p.name === 'Idempotency-Key' ? {} : { disabled: true }),
	}));
	return type === undefined ? given : [...given, { key: 'Content-Type', value: type }];
}

const queryOf = (o) => o.parameters.filter((p) => p.in === 'query')
	.map((p) => ({ key: p.name, value: String(p.example ?? p.schema?.default ?? ''), description: p.description, disabled: !p.required }));

// Things that others delete or that the contract will drop say so where they are read first.
function descriptionOf({ operation }) {
	const scope = operation.security[0]?.agency?.[0];
	const needs = operation.security.length === 0 ? 'Needs no token.' : scope === undefined ? '' : `Scope: \`${scope}\`.`;
	const leaves = operation.deprecated ? `**Deprecated since ${operation['x-deprecated-since']}, gone on ${operation['x-sunset']}.**` : '';
	return [leaves, operation.description, needs].filter(Boolean).join('\n\n');
}

function answersOf(contract, o, request) {
	const status = Object.keys(o.operation.responses).find((s) => /^2/.test(s));
	const found = status === undefined ? null : exampleOf(contract, o.operation.responses[status]);
	if (found?.value === undefined) return [];
	return [{ name: resolve(contract, o.operation.responses[status]).description, originalRequest: request, code: Number(status), status: '',
		header: [{ key: 'Content-Type', value: found.type }], body: asText(found.type, found.value), cookie: [] }];
}

// The item for the folder of all operations.
export function requestOf(contract, o) {
	const body = exampleOf(contract, o.operation.requestBody);
	const request = { method: o.method, header: headersOf(o, body?.type), url: urlOf(o, { query: queryOf(o) }), description: descriptionOf(o),
		...(o.operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
		...(body ? { body: bodyOf(body.type, body.value) } : {}) };
	return { name: o.operation.summary, request, response: answersOf(contract, o, { method: o.method, header: [], url: request.url }) };
}
