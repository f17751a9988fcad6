// A real issuer: oidc-provider (OpenID certified), with clients of ours, JWT access tokens (at+jwt), DPoP, and the code
// flow with PKCE through its own login page. `rotate()` gives it other keys, as after a night's work at the issuer.
import { after } from 'node:test';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { Provider } from 'oidc-provider';
import { makeKey } from './issuer.mjs';

const resource = 'urn:samhandling';
const redirect = 'https://client.example/back';

class Oidc {
	constructor(claimsFor) {
		this.claimsFor = claimsFor; // (accountId or undefined) → claims of ours
		this.keys = [makeKey('ES256')];
	}

	configuration() {
		const server = { scope: 'directory.read tasks.read', audience: 'samhandling-api', accessTokenTTL: 300, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
		return {
			jwks: { keys: this.keys.map((k) => ({ ...k.key.export({ format: 'jwk' }), kid: k.kid, alg: k.alg, use: 'sig' })) },
			clients: [
				{ client_id: 'batch', client_secret: 'a-secret-of-the-test', grant_types: ['client_credentials'], redirect_uris: [], response_types: [], id_token_signed_response_alg: 'ES256' },
				{ client_id: 'web', token_endpoint_auth_method: 'none', grant_types: ['authorization_code'], redirect_uris: [redirect], response_types: ['code'], id_token_signed_response_alg: 'ES256' },
			],
			cookies: { keys: ['x'] },
			enabledJWA: { idTokenSigningAlgValues: ['ES256'], dPoPSigningAlgValues: ['ES256'] },
			findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
			extraTokenClaims: (ctx, token) => this.claimsFor(token.accountId),
			features: { clientCredentials: { enabled: true }, dPoP: { enabled: true }, devInteractions: { enabled: true },
				resourceIndicators: { enabled: true, defaultResource: () => resource, useGrantedResource: () => true, getResourceServerInfo: () => server } },
		};
	}

	async listen() {
		this.server = http.createServer((request, response) => this.handle(request, response));
		await new Promise((done) => this.server.listen(this.port ?? 0, '127.0.0.1', done));
		this.port = this.server.address().port;
		this.issuer = `http://127.0.0.1:${this.port}`;
		this.start();
	}

	start() {
		const provider = new Provider(this.issuer, this.configuration());
		provider.on('server_error', (ctx, e) => (this.error = e));
		this.handle = provider.callback();
	}

	rotate() {
		this.keys = [makeKey('ES256')];
		this.start();
	}

	close() {
		this.server.closeAllConnections();
		return new Promise((done) => this.server.close(done));
	}

	async token(form, headers = {}) {
		const response = await fetch(`${this.issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
		const answer = await response.json();
		if (!answer.access_token) throw new Error(`${JSON.stringify(answer)} ${this.error ?? ''}`);
		return answer;
	}

	// A machine's; `dpop` is the proof for the token endpoint.
	machine(dpop) {
		const basic = Buffer.from('batch:a-secret-of-the-test').toString('base64');
		return this.token({ grant_type: 'client_credentials', scope: 'directory.read tasks.read', resource }, { authorization: `Basic ${basic}`, ...(dpop ? { dpop } : {}) });
	}

	// A person's: logs in on the issuer's page, agrees, comes back with a code.
	async person(login) {
		const verifier = randomBytes(32).toString('base64url');
		const challenge = createHash('sha256').update(verifier).digest('base64url');
		const browser = new Browser();
		let at = `${this.issuer}/auth?${new URLSearchParams({ client_id: 'web', response_type: 'code', scope: 'openid directory.read', resource, redirect_uri: redirect, code_challenge: challenge, code_challenge_method: 'S256' })}`;
		for (let step = 0; step < 12 && !at.startsWith(redirect); step++) at = await browser.go(at, login);
		const code = new URL(at).searchParams.get('code');
		return this.token({ grant_type: 'authorization_code', code, redirect_uri: redirect, client_id: 'web', code_verifier: verifier, resource });
	}
}

// Follows redirects by hand, keeps cookies, fills in the login page and agrees to the next.
class Browser {
	constructor() {
		this.cookies = new Map();
	}

	async ask(url, options = {}) {
		const cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
		const response = await fetch(url, { redirect: 'manual', ...options, headers: { cookie, ...options.headers } });
		for (const line of response.headers.getSetCookie()) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			this.cookies.set(name, value);
		}
		return response;
	}

	async go(url, login) {
		let response = await this.ask(url);
		if (response.status === 200) {
			const page = await response.text();
			const prompt = page.match(/name="prompt" value="(\w+)"/)?.[1];
			const action = page.match(/<form[^>]*action="([^"]+)"/)?.[1];
			if (!action) throw new Error(`the issuer shows ${page.slice(0, 500)}`);
			const form = new URLSearchParams({ prompt, login, password: 'any' });
			response = await this.ask(new URL(action, url), { method: 'POST', body: form });
		}
		const location = response.headers.get('location');
		if (!location) throw new Error(`the issuer answers ${response.status}: ${(await response.text()).slice(0, 500)}`);
		return new URL(location, url).href;
	}
}

export async function startOidc(claimsFor) {
	const oidc = new Oidc(claimsFor);
	await oidc.listen();
	after(() => oidc.close());
	return oidc;
}
