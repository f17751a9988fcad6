// A database of its own for every test file, copied from the migrated template.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { environment } from './environment.mjs';

function onDatabase(url, name) {
	const u = new URL(url);
	u.pathname = `/${name}`;
	return u.href;
}

async function admin(work) {
	const client = new pg.Client({ connectionString: onDatabase(environment.ownerUrl, 'postgres') });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}

// Another file may be copying the template at this moment.
async function patiently(work) {
	for (let attempt = 0; ; attempt++) {
		try {
			return await work();
		} catch (e) {
			if (attempt === 40 || !['55006', '57P03', 'ECONNREFUSED'].includes(e.code)) throw e;
			await new Promise((done) => setTimeout(done, 250));
		}
	}
}

// work(client) inside a transaction that is always rolled back.
async function transaction(pool, work) {
	const client = await pool.connect();
	try {
		await client.query('begin');
		return await work(client);
	} finally {
		await client.query('rollback').catch(() => {});
		client.release();
	}
}

async function query(pool, text, values) {
	const { rows } = await pool.query(text, values);
	return rows;
}

function poolFor(url) {
	const pool = new pg.Pool({ connectionString: url, max: 4, idleTimeoutMillis: 2000, allowExitOnIdle: true });
	pool.on('error', () => {}); // the fault tests kill the server
	return pool;
}

// { name, serviceUrl, ownerUrl, sql(text, values), asService(work), drop() }
export async function makeDatabase() {
	const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
	await patiently(() => admin((c) => c.query(`create database ${name} template samhandling_template`)));
	await admin((c) => c.query(`revoke all on database ${name} from public`));
	await admin((c) => c.query(`grant connect on database ${name} to samhandling_service, samhandling_maintenance`));
	const ownerUrl = onDatabase(environment.ownerUrl, name);
	const serviceUrl = onDatabase(environment.serviceUrl, name);
	const owner = poolFor(ownerUrl);
	const service = poolFor(serviceUrl);
	return {
		name, ownerUrl, serviceUrl,
		sql: (text, values) => query(owner, text, values),
		asService: (work) => transaction(service, work), // the daemon's role, under row security
		asOwner: (work) => transaction(owner, work),
		async drop() {
			await Promise.all([owner.end(), service.end()]);
			await patiently(() => admin((c) => c.query(`drop database if exists ${name} with (force)`)));
		},
	};
}
