// The peer: GET /api/v1/patients/:id in Fastify and pg, as one who knows both would write it. The same token
// check with a cache, the same statements (from samhandlingd itself), the same log row, one transaction.
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const { port, databaseUrl, statements, issuers, audience, poolSize } = JSON.parse(process.env.PEER);

// All statements of a request are sent at once (pg's pipeline); each is prepared once a connection.
const typed = statements.map((s) => ({ ...s, sql: s.sql.replace(/\$\d+/g, '$&::text') }));
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, pipeline: true });
pool.on('error', () => {});
const keys = new Map(issuers.map((i) => [`${i.issuer} ${i.jwk.kid}`, createPublicKey({ key: i.jwk, format: 'jwk' })]));
const cache = new Map();

class Refusal extends Error {
	constructor(status, code) {
		super(code);
		this.statusCode = status;
	}
}

const part = (text) => JSON.parse(Buffer.from(text, 'base64url'));

function judge(token) {
	const [header, payload, signature] = token.split('.');
	const { alg, kid } = part(header);
	const claims = part(payload);
	const key = keys.get(`${claims.iss} ${kid}`);
	const now = Date.now() / 1000;
	if (alg !== 'ES256' || key === undefined) throw new Refusal(401, 'invalid_token');
	if (!verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))) throw new Refusal(401, 'invalid_token');
	if (claims.aud !== audience || claims.exp < now || claims.iat > now + 30) throw new Refusal(401, 'invalid_token');
	return claims;
}

async function principal(token) {
	const claims = judge(token);
	const { rows: [agency] } = await pool.query('select agency_id from agency_issuers a join trusted_issuers i on i.id = a.issuer_id where i.issuer = $1 and a.organisation_number = $2', [claims.iss, claims.agency.orgnr]);
	const { rows: [staff] } = await pool.query("select * from token_staff($1, null, '{subject}', $2, '{}', null, $3, null)", [agency?.agency_id, claims.sub, claims.role]);
	const { rows: [{ generation }] } = await pool.query('select generation from registry_generation');
	if (staff === undefined) throw new Refusal(403, 'unknown_staff');
	return { ...staff, agency_id: agency.agency_id, subject: claims.sub, purpose: claims.purpose_of_use, generation, expires: claims.exp };
}

async function identify(request) {
	const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
	if (token === undefined) throw new Refusal(401, 'missing_token');
	const mark = createHash('sha256').update(token).digest('base64');
	let known = cache.get(mark);
	if (known === undefined || known.expires < Date.now() / 1000) cache.set(mark, (known = await principal(token)));
	return known;
}

function valuesFor(p, id, match, requestId) {
	return {
		'auth.role': p.role, 'request.id': requestId, 'auth.agency_id': p.agency_id, 'auth.staff_id': p.staff_id, 'auth.unit_ids': `{${p.unit_ids}}`,
		'auth.purpose': p.purpose, 'gate.cell': 'W', 'gate.gates': 'h', 'gate.number': 'open', 'auth.generation': p.generation, 'gate.patient_id': id,
		'gate.resource': 'patients', 'gate.category': 'IDENTITY', 'gate.write': 'false', 'header.if_none_match': match, 'path.id': id,
		'request.trace_id': requestId.replaceAll('-', ''), 'request.operation': 'getPatient', 'request.action': 'READ', 'request.resource_id': id,
		'auth.unit_id': p.unit_ids[0], 'auth.subject': p.subject, 'auth.name': p.name, 'auth.hpr_number': p.hpr_number,
	};
}

async function run(values) {
	const client = await pool.connect();
	try {
		const all = [client.query('begin'), ...typed.map((s) => client.query({ name: s.name, text: s.sql, values: s.parameters.map((n) => values[n] ?? null) })), client.query('commit')];
		const results = await Promise.all(all);
		return results[1 + statements.findIndex((s) => s.name.startsWith('getPatient'))].rows[0];
	} catch (e) {
		await client.query('rollback').catch(() => {});
		throw /^AP\d{3}$/.test(e.code) ? new Refusal(Number(e.code.slice(2)), e.message) : e;
	} finally {
		client.release();
	}
}

const app = Fastify({ logger: false, keepAliveTimeout: 5000 });
const schema = { params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } } };

app.get('/api/v1/patients/:id', { schema }, async (request, reply) => {
	const requestId = randomUUID();
	const row = await run(valuesFor(await identify(request), request.params.id, request.headers['if-none-match'], requestId));
	reply.header('x-request-id', requestId).header('cache-control', 'no-store');
	if (row === undefined) throw new Refusal(404, 'not_found');
	reply.header('etag', `"${row.etag}-${row.answer_hash}"`);
	return row.not_modified ? reply.code(304).send() : row.body;
});

app.setErrorHandler((error, request, reply) => {
	const status = error.statusCode ?? 500;
	reply.code(status).type('application/problem+json').send(JSON.stringify({ type: 'about:blank', title: error.message, status }));
});

await app.listen({ port, host: '127.0.0.1' });
