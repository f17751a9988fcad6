// An issuer of a test's own: keys, tokens, and a server for its key set that can be slow, down, wrong or moved.
//
//   const issuer = await makeIssuer({ alg: 'ES256' });          its key set is served at issuer.url('/jwks')
//   await registerIssuer(w, issuer, { jwks_url: issuer.url('/jwks') }, [{ organisation_number, agency: 'slug' }]);
//   issuer.sign({ claims })                                     a token with the newest key
//   issuer.behave = { delay, status, body, location }           what the server does from now on
import { after } from 'node:test';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import http from 'node:http';
import { signToken } from './tokens.mjs';

const kinds = { RS: () => generateKeyPairSync('rsa', { modulusLength: 2048 }), PS: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
	ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }) };

export function makeKey(alg = 'ES256', kid = randomUUID()) {
	const { privateKey, publicKey } = (kinds[alg] ?? kinds[alg.slice(0, 2)])();
	return { alg, kid, key: privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

class Issuer {
	constructor(alg) {
		this.keys = [makeKey(alg)];
		this.behave = {};
		this.requests = [];
	}

	async listen() {
		this.server = http.createServer((request, response) => this.answer(request, response));
		await new Promise((done) => this.server.listen(this.port ?? 0, '127.0.0.1', done));
		this.port = this.server.address().port;
		this.name ??= `http://127.0.0.1:${this.port}`;
	}

	close() {
		this.server.closeAllConnections();
		return new Promise((done) => this.server.close(done));
	}

	url(path) {
		return `http://127.0.0.1:${this.port}${path}`;
	}

	get jwks() {
		return { keys: [...(this.extra ?? []), ...this.keys.map((k) => k.jwk)] };
	}

	document(path) {
		if (path === '/jwks') return this.jwks;
		if (path.startsWith('/.well-known/')) return { issuer: this.metadataIssuer ?? this.name, jwks_uri: this.url('/jwks'), token_endpoint: this.url('/token') };
		return null;
	}

	answer(request, response) {
		const { delay = 0, status = 200, body, headers = {}, etag } = this.behave;
		const document = this.document(request.url);
		this.requests.push({ path: request.url, etag: request.headers['if-none-match'] });
		setTimeout(() => {
			if (etag && request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
			if (document === null) return response.writeHead(404).end();
			response.writeHead(status, { 'content-type': 'application/json', ...(etag ? { etag } : {}), ...headers });
			return response.end(body ?? JSON.stringify(document));
		}, delay);
	}

	// How often the key set was asked for.
	get fetches() {
		return this.requests.filter((r) => r.path === '/jwks').length;
	}

	rotate(alg) {
		const key = makeKey(alg ?? this.keys[0].alg);
		this.keys.unshift(key);
		return key;
	}

	sign({ claims = {}, header = {}, key = this.keys[0], drop = [] } = {}) {
		const now = Math.floor(Date.now() / 1000);
		const all = { iss: this.name, aud: 'samhandling-api', iat: now, exp: now + 300, jti: randomUUID(), ...claims };
		for (const name of drop) delete all[name];
		return signToken({ header: { alg: key.alg, typ: 'JWT', kid: key.kid, ...header }, claims: all, key: key.key });
	}
}

// `name`: the issuer's `iss`, where it is not the server's address.
export async function makeIssuer({ alg = 'ES256', name } = {}) {
	const issuer = new Issuer(alg);
	issuer.name = name;
	await issuer.listen();
	after(() => issuer.close());
	return issuer;
}

const columnsOf = (row) => Object.keys(row);

// Makes it trusted: columns of trusted_issuers, and rows of agency_issuers with the agency's slug in `agency`.
export async function registerIssuer(w, issuer, columns, agencies = []) {
	const row = { issuer: issuer.name, audience: 'samhandling-api', algorithms: [issuer.keys?.[0].alg], sandbox: true, ...columns };
	if (!row.jwks && !row.jwks_file && !row.jwks_url && !row.discovery_url) row.jwks = JSON.stringify(issuer.jwks);
	const names = columnsOf(row);
	const [{ id }] = await w.sql(`insert into trusted_issuers (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning id`, Object.values(row));
	for (const { agency, ...terms } of agencies) {
		const given = { issuer_id: id, agency_id: w.ids.agency[agency], ...terms };
		const list = columnsOf(given);
		await w.sql(`insert into agency_issuers (${list.join(', ')}) values (${list.map((_, i) => `$${i + 1}`).join(', ')})`, Object.values(given));
	}
	return id;
}
