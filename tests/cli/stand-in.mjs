// A small stand-in for the daemon: the shapes of its contract, a few rows, and every request kept
// for the tests to look at. `script` lets a test say what the next requests are answered with.
import { createServer } from 'node:http';

export const report = '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60';
export const handover = '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d61';
export const patient = '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d62';

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' }, example: report };
const ifMatch = { name: 'If-Match', in: 'header', required: true, schema: { type: 'string' } };
const limit = { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1 } };
const agency = [{ agency: [] }];

function operation(operationId, summary, more = {}) {
	return { operationId, summary, description: `${summary}. For every role.`, security: agency, ...more };
}

function body(schema) {
	return { requestBody: { content: { 'application/json': { schema } } } };
}

export const contract = {
	openapi: '3.1.0',
	servers: [{ url: '/api/v1' }],
	paths: {
		'/me': { get: operation('getMe', 'Who I am') },
		'/inbox': { get: operation('listInbox', 'What waits', { 'x-list': true }) },
		'/access-log': { get: operation('listAccessLog', 'Who looked', { 'x-list': true }) },
		'/patients/search': {
			post: operation('searchPatients', 'Find a person', body({
				type: 'object',
				properties: { national_id: { type: 'string', format: 'norwegian-national-id' } },
			})),
		},
		'/patients/{id}': { parameters: [id], get: operation('getPatient', 'One person') },
		'/patients/{id}/consents': { parameters: [id], get: operation('listPatientConsents', 'Consents', { 'x-list': true }) },
		'/concern-reports': {
			get: operation('listConcernReports', 'List reports', {
				'x-list': true,
				parameters: [limit, { name: 'status', in: 'query', schema: { type: 'string' } }],
			}),
			post: operation('createConcernReport', 'Report a concern', body({ $ref: '#/components/schemas/NewReport' })),
		},
		'/concern-reports/{id}': {
			parameters: [id],
			get: operation('getConcernReport', 'One report'),
			patch: operation('changeConcernReport', 'Change a report', { parameters: [ifMatch], ...body({ type: 'object' }) }),
		},
		'/concern-reports/{id}/transitions': {
			parameters: [id, ifMatch],
			post: operation('transitionConcernReport', 'Take a step', {
				'x-machine': 'concern-reports',
				...body({ type: 'object', required: ['action'], properties: { action: { type: 'string' } } }),
			}),
		},
		'/handovers': { get: operation('listHandovers', 'List handovers', { 'x-list': true }) },
		'/handovers/{id}': { parameters: [id], get: operation('getHandover', 'One handover') },
		'/handovers/{id}/transitions': {
			parameters: [id, ifMatch],
			post: operation('transitionHandover', 'Answer a handover', {
				'x-machine': 'handovers',
				...body({ type: 'object', required: ['action'], properties: { action: { type: 'string' } } }),
			}),
		},
		'/health/live': { 'x-root': true, get: { operationId: 'getLive', summary: 'Alive', security: [] } },
	},
	components: {
		schemas: {
			NewReport: {
				type: 'object',
				required: ['type', 'facts'],
				additionalProperties: false,
				properties: {
					type: { type: 'string', enum: ['GENERAL_ADULT', 'POLICE_CONCERN'], description: 'What kind. Decides the duty.' },
					facts: { type: 'string' },
					feared: { type: ['string', 'null'] },
					urgent: { type: 'boolean' },
					services: { type: 'array', items: { type: 'string' } },
					danger: { type: 'object', additionalProperties: false, properties: { self: { type: 'integer' }, others: { type: 'integer' } } },
				},
				example: { type: 'GENERAL_ADULT', facts: 'Has not opened the door for a week' },
			},
		},
	},
	'x-state-machines': {
		'concern-reports': {
			name: 'concern-reports',
			actions: [
				{ action: 'start_triage', from: ['RECEIVED'], to: 'IN_TRIAGE', summary: 'Begin' },
				{ action: 'forward', from: ['IN_TRIAGE'], to: 'FORWARDED', required: ['target_unit_id', 'reason'], summary: 'Send on' },
			],
		},
		handovers: { name: 'handovers', actions: [{ action: 'accept', from: ['OFFERED'], to: 'ACCEPTED', summary: 'Take over' }] },
	},
};

export function problem(status, code, more = {}) {
	return {
		status,
		headers: { 'content-type': 'application/problem+json' },
		body: { type: `/api/v1/problems/${code}`, title: code.replaceAll('_', ' '), status, code, request_id: 'r1', ...more },
	};
}

const rows = Array.from({ length: 7 }, (_, i) => ({
	id: `018f3c5e-7a10-7cc2-9d3e-00000000000${i}`, type: 'GENERAL_ADULT', status: i % 2 ? 'CLOSED' : 'RECEIVED',
	severity: null, received_at: '2026-03-02T08:00:00Z', responsible_unit: { name: i === 3 ? 'Øvre Eiker \u001b[2J' : 'Lier' },
}));

function page(url) {
	const size = Number(url.searchParams.get('limit') ?? 3);
	const from = Number(url.searchParams.get('cursor') ?? 0);
	const links = { self: url.pathname + url.search };
	if (from + size < rows.length) links.next = `${url.pathname}?limit=${size}&cursor=${from + size}`;
	return { status: 200, body: { items: rows.slice(from, from + size), links } };
}

const etag = { etag: '"3-5f1d7a90c2"' };
const answers = {
	'GET /api/v1/me': () => ({ status: 200, body: { agency: { slug: 'lier-kommune', name: 'Lier' }, role: 'MH', units: ['a', 'b'] } }),
	'GET /api/v1/inbox': () => ({ status: 200, body: { items: [], links: { self: '/api/v1/inbox' } } }),
	'GET /api/v1/access-log': (url) => page(url),
	'POST /api/v1/patients/search': () => ({ status: 200, body: { items: [{ id: patient, name: 'Ola Nordmann' }], links: { self: '/' } } }),
	[`GET /api/v1/patients/${patient}/consents`]: () => ({ status: 200, body: { items: [{ id: report, state: 'GRANTED', valid_from: '2026-03-02T08:00:00.5Z' }], links: { self: '/' } } }),
	'GET /api/v1/concern-reports': (url) => page(url),
	'POST /api/v1/concern-reports': () => ({ status: 201, headers: { ...etag, location: `/api/v1/concern-reports/${report}` }, body: { id: report, status: 'RECEIVED', actions: [] } }),
	[`GET /api/v1/concern-reports/${report}`]: () => ({ status: 200, headers: etag, body: { id: report, status: 'RECEIVED', actions: ['start_triage'] } }),
	[`PATCH /api/v1/concern-reports/${report}`]: () => ({ status: 204 }),
	[`POST /api/v1/concern-reports/${report}/transitions`]: () => ({ status: 200, headers: etag, body: { id: report, status: 'IN_TRIAGE', actions: ['forward', 'close'] } }),
	'GET /api/v1/handovers': () => ({ status: 200, body: { items: [{ id: handover, entity: 'concern_report', entity_id: report }], links: { self: '/' } } }),
	[`GET /api/v1/handovers/${handover}`]: () => ({ status: 200, headers: { etag: '"1-h"' }, body: { id: handover, status: 'OFFERED' } }),
	[`POST /api/v1/handovers/${handover}/transitions`]: () => ({ status: 200, headers: etag, body: { id: handover, status: 'ACCEPTED', actions: [] } }),
	'GET /health/live': () => ({ status: 200, body: { status: 'up' } }),
};

function answerFor(server, request) {
	const url = new URL(request.url, 'http://x');
	if (url.pathname === '/api/v1/openapi.json') {
		const known = request.headers['if-none-match'] === '"c1"';
		return known ? { status: 304, headers: { etag: '"c1"' } } : { status: 200, headers: { etag: '"c1"' }, body: contract };
	}
	if (server.script.length > 0) return server.script.shift();
	return (answers[`${request.method} ${url.pathname}`] ?? (() => problem(404, 'not_found')))(url);
}

// Starts it; `url` is the base address, `requests` what came (the contract's own fetches apart).
export async function start() {
	const state = { requests: [], fetches: [], script: [] };
	const http = createServer((request, response) => {
		let text = '';
		request.on('data', (chunk) => (text += chunk));
		request.on('end', () => {
			const kept = { method: request.method, path: request.url, headers: request.headers, body: text && JSON.parse(text) };
			(request.url.endsWith('/openapi.json') ? state.fetches : state.requests).push(kept);
			const answer = answerFor(state, request);
			if (answer === 'hang up') return request.socket.destroy();
			if (answer === 'silence') return;
			const out = answer.body === undefined ? '' : JSON.stringify(answer.body);
			response.writeHead(answer.status, { ...(out && { 'content-type': 'application/json' }), ...answer.headers });
			response.end(out);
		});
	});
	await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
	state.url = `http://127.0.0.1:${http.address().port}/api/v1`;
	state.stop = () => new Promise((resolve) => { http.close(resolve); http.closeAllConnections(); });
	return state;
}
