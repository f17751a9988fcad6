// A real issuer: Debian's glewlwyd with a database of its own, set up through its own API as an administrator would.
//
//   const issuer = await startGlewlwyd();          audience = scope = 'samhandling-api'
//   await issuer.machine()                         a token of the client `batch`
//   await issuer.person()                          one of the user `tm-1`, by password
//   await issuer.rotate()                          other keys
import { after } from 'node:test';
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from './daemon.mjs';

const schema = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3';
const scope = 'samhandling-api';

const settings = (port, database) => `port=${port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:${port}"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_secure=0
session_expiration=3600
session_key="SESSION"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
hash_algorithm="SHA512"
database = { type = "sqlite3" path = "${database}" };
`;

class Glewlwyd {
	constructor(port) {
		this.port = port;
		this.api = `http://127.0.0.1:${port}/api`;
		this.name = `${this.api}/oidc`;
		this.password = randomBytes(12).toString('hex');
		this.log = '';
	}

	async start(directory) {
		execFileSync('sqlite3', [join(directory, 'db')], { input: readFileSync(schema) });
		writeFileSync(join(directory, 'conf'), settings(this.port, join(directory, 'db')));
		this.child = spawn('glewlwyd', ['--config-file', join(directory, 'conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
		for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (d) => (this.log += d));
		await until(() => fetch(`${this.api}/auth/`).then(() => true, () => false), 20_000, 'glewlwyd').catch((e) => { throw new Error(`${e.message}\n${this.log}`); });
	}

	stop() {
		return new Promise((done) => {
			this.child.on('exit', done);
			this.child.kill('SIGTERM');
		});
	}

	async ask(method, path, body) {
		const response = await fetch(`${this.api}${path}`, { method, headers: { 'content-type': 'application/json', ...(this.cookie ? { cookie: this.cookie } : {}) }, body: body && JSON.stringify(body) });
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}\n${this.log}`);
		this.cookie ??= response.headers.getSetCookie()[0]?.split(';')[0];
	}

	plugin() {
		const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		return { module: 'oidc', name: 'oidc', display_name: 'oidc', parameters: { iss: this.name, 'jwt-type': 'ecdsa', 'jwt-key-size': '256',
			key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: publicKey.export({ type: 'spki', format: 'pem' }),
			'access-token-duration': 300, 'refresh-token-duration': 3600, 'code-duration': 60, 'refresh-token-rolling': false, 'allow-non-oidc': true,
			'auth-type-client-enabled': true, 'auth-type-password-enabled': true, 'auth-type-code-enabled': false, 'auth-type-token-enabled': false,
			'auth-type-id-token-enabled': true, 'auth-type-refresh-enabled': false, 'auth-type-none-enabled': false, 'jwks-show': true } };
	}

	async setUp() {
		await this.ask('POST', '/auth/', { username: 'admin', password: 'password' }); // as its schema is delivered
		await this.ask('POST', '/scope/', { name: scope, display_name: scope, password_required: true, password_max_age: 0, scheme: {} });
		await this.ask('POST', '/mod/plugin/', this.plugin());
		await this.ask('POST', '/client/', { client_id: 'batch', name: 'batch', enabled: true, confidential: true, password: this.password, scope: [scope],
			authorization_type: ['client_credentials', 'password'], redirect_uri: [], token_endpoint_auth_method: ['client_secret_basic'] });
		await this.ask('POST', '/user/', { username: 'tm-1', name: 'Jonas', password: this.password, enabled: true, scope: [scope] });
	}

	async rotate() {
		await this.ask('PUT', '/mod/plugin/oidc', this.plugin());
		await this.ask('PUT', '/mod/plugin/oidc/reset/');
	}

	async token(form) {
		const authorization = `Basic ${Buffer.from(`batch:${this.password}`).toString('base64')}`;
		const response = await fetch(`${this.name}/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams({ scope, ...form }) });
		const answer = await response.json();
		if (!answer.access_token) throw new Error(`${JSON.stringify(answer)}\n${this.log}`);
		return answer.access_token;
	}

	machine() {
		return this.token({ grant_type: 'client_credentials' });
	}

	person() {
		return this.token({ grant_type: 'password', username: 'tm-1', password: this.password });
	}
}

export async function startGlewlwyd() {
	const directory = mkdtempSync(join(tmpdir(), 'samhandling-glewlwyd-'));
	const issuer = new Glewlwyd(await freePort());
	await issuer.start(directory);
	after(async () => {
		await issuer.stop();
		rmSync(directory, { recursive: true });
	});
	await issuer.setUp();
	return issuer;
}
