// HelseID, Maskinporten, an agency's own issuer and a tenant without organisations: whom a token speaks for, and what
// it may. Each row of the tables is a token over HTTP, and what the answer must be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac, createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { environment, syntheticNumber, until, world } from './harness.mjs';
import { makeIssuer, registerIssuer } from './lib/issuer.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world();
const numberOf = (slug) => agencies.find((a) => a.slug === slug).organisation_number;
const [dps, lier, drammen] = ['drammen-dps', 'lier-kommune', 'drammen-kommune'].map(numberOf);
const [trust, unit, vendor] = ['310158380', '310079197', '310475149']; // no agency of ours
const hpr = agencies.find((a) => a.slug === 'drammen-dps').staff.find((s) => s.subject === 'dps-1')?.hpr_number
	?? agencies.find((a) => a.slug === 'drammen-dps').staff.find((s) => s.hpr_number).hpr_number;
const doctor = agencies.find((a) => a.slug === 'drammen-dps').staff.find((s) => s.hpr_number === hpr);
const foreignHpr = agencies.find((a) => a.slug === 'lier-kommune').staff.find((s) => s.hpr_number)?.hpr_number;
const get = (token, path = '/me') => w.api(token, 'GET', path);
const known = async () => (await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200); // the daemon learns of the registry

const helseid = await makeIssuer({ alg: 'RS256', name: 'https://helseid-sts.test.nhn.no' });
const maskinporten = await makeIssuer({ alg: 'RS256', name: 'https://test.maskinporten.no/' });
const tenant = await makeIssuer({ alg: 'RS256', name: 'https://login.example/62366534/v2.0' });
const own = await makeIssuer({ name: 'https://idp.drammen.example/auth' });

helseid.id = await registerIssuer(w, helseid, { profile: 'helseid', types: ['at+jwt', 'JWT'], levels: ['4'], max_lifetime_s: 3600 }, [
	{ agency: 'drammen-dps', organisation_number: dps, parent_number: trust, suppliers: [vendor], role_ceiling: [doctor.role, 'TM'],
		scope_map: { 'samhandling:api/read': ['directory.read', 'patients.read'], 'samhandling:api/tasks': ['tasks.read', 'tasks.write'] },
		user_required: false, machine_allowed: ['directory.read'] },
	{ agency: 'drammen-kommune', organisation_number: drammen, covers: 'entity' },
	{ agency: 'lier-kommune', organisation_number: lier },
]);
maskinporten.id = await registerIssuer(w, maskinporten, { profile: 'maskinporten', types: ['JWT', null], dpop: 'forbidden', max_lifetime_s: 1000 }, [
	{ agency: 'drammen-kommune', organisation_number: drammen, suppliers: [vendor], client_ids: ['c1', 'c2'], user_required: false,
		machine_allowed: ['directory.read', 'tasks.read'], scope_map: { 'samhandling:directory.read': ['directory.read'], 'samhandling:admin': ['admin'] } },
	{ agency: 'lier-kommune', organisation_number: lier },
]);
// its tokens name neither organisation nor role: one agency, and roles as the register has them
tenant.id = await registerIssuer(w, tenant, { profile: 'tenant', single_audience: false,
	claims: { person: '/NAVident', client: '/azp', scope: '/scp' } }, [{ agency: 'nav-drammen', organisation_number: numberOf('nav-drammen') }]);
own.id = await registerIssuer(w, own, {}, [{ agency: 'drammen-kommune', organisation_number: drammen, user_required: false, machine_allowed: ['directory.read'] }]);
await known();

const h = (name) => `helseid://claims/${name}`;
const pid = syntheticNumber();
const asHelseId = (claims = {}, rest = {}) => helseid.sign({ ...rest, header: { typ: 'at+jwt', ...rest.header }, claims: { sub: 'q1w2e3', client_id: 'ehr', scope: ['samhandling:api/read', 'openid'],
	[h('client/claims/orgnr_child')]: dps, [h('client/claims/orgnr_parent')]: trust, [h('identity/pid')]: pid,
	[h('identity/security_level')]: '4', [h('hpr/hpr_number')]: hpr, ...claims } });
const asMaskinporten = (claims = {}, rest = {}) => maskinporten.sign({ ...rest, claims: { client_id: 'c1', client_amr: 'private_key_jwt', token_type: 'Bearer', scope: 'samhandling:directory.read',
	consumer: { authority: 'iso6523-actorid-upis', ID: `0192:${drammen}` }, ...claims } });
const party = (number) => ({ authority: 'iso6523-actorid-upis', ID: `0192:${number}` });
const systemuser = (number, more = {}) => ({ consumer: party(vendor), authorization_details: [{ type: 'urn:altinn:systemuser', systemuser_org: party(number), system_id: 'x', ...more }] });

// HS256 under the issuer's public RSA key: libraries that believe the token's own `alg` take it.
function confused() {
	const [, claims] = asHelseId().split('.');
	const input = `${Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: helseid.keys[0].kid })).toString('base64url')}.${claims}`;
	const pem = createPublicKey(helseid.keys[0].key).export({ type: 'spki', format: 'pem' });
	return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}

describe('HelseID', () => {
	test('a doctor by HPR number, in the role that the register gives', async () => {
		const me = (await get(asHelseId())).is(200).body;
		assert.equal(me.role, doctor.role);
		assert.equal(me.agency.slug, 'drammen-dps');
	});
	const cases = {
		'HS256 under the public RSA key': [confused(), 401, 'algorithm'],
		'the issuer with a slash': [asHelseId({ iss: 'https://helseid-sts.test.nhn.no/' }), 401, 'issuer'],
		'typ JWT': [asHelseId({}, { header: { typ: 'JWT' } }), 200],
		'no typ': [asHelseId({}, { header: { typ: undefined } }), 401, 'header'],
		'scope as text with odd spaces': [asHelseId({ scope: '  samhandling:api/read   openid ' }), 200],
		'level 3 where 4 is required': [asHelseId({ [h('identity/security_level')]: '3' }), 401, 'level'],
		'no level': [asHelseId({ [h('identity/security_level')]: undefined }), 401, 'level'],
		'a level as a number': [asHelseId({ [h('identity/security_level')]: 4 }), 401, 'claims'],
		'the unit ours, the legal entity another\'s': [asHelseId({ [h('client/claims/orgnr_parent')]: lier }), 401, 'organisation'],
		'the unit ours, no legal entity where one is registered': [asHelseId({ [h('client/claims/orgnr_parent')]: undefined }), 401, 'organisation'],
		'a unit that nobody knows': [asHelseId({ [h('client/claims/orgnr_child')]: unit }), 401, 'organisation'],
		'another agency\'s unit, without that agency\'s people': [asHelseId({ [h('client/claims/orgnr_child')]: lier, [h('client/claims/orgnr_parent')]: undefined }), 403],
		'a supplier that may': [asHelseId({ [h('client/claims/orgnr_supplier')]: vendor }), 200],
		'a supplier that may not': [asHelseId({ [h('client/claims/orgnr_supplier')]: unit }), 401, 'supplier'],
		'the agency as its own supplier': [asHelseId({ [h('client/claims/orgnr_supplier')]: dps }), 200],
		'HPR number of another agency\'s staff': [asHelseId({ [h('hpr/hpr_number')]: foreignHpr }), 403],
		'HPR number of nobody': [asHelseId({ [h('hpr/hpr_number')]: '999999999' }), 403],
		'no HPR number, a person whom nobody has registered': [asHelseId({ [h('hpr/hpr_number')]: undefined }), 403],
		'a personal number that is none': [asHelseId({ [h('identity/pid')]: '12345678901' }), 401, 'claims'],
		'somebody acting for somebody': [asHelseId({ act: { sub: 'x' } }), 401, 'claims'],
		'two audiences': [asHelseId({ aud: ['samhandling-api', 'other'] }), 401, 'audience'],
		'a life longer than an hour': [asHelseId({ exp: Math.floor(Date.now() / 1000) + 3700 }), 401, 'lifetime'],
	};
	for (const [what, [token, status, reason]] of Object.entries(cases))
		test(`${what}: ${status}`, () => judge(token, status, reason));
	test('a place of care of a municipality that is registered whole', async () => {
		const sub = agencies.find((a) => a.slug === 'drammen-kommune').staff.find((s) => s.hpr_number);
		const token = (child, parent) => asHelseId({ [h('client/claims/orgnr_child')]: child, [h('client/claims/orgnr_parent')]: parent, [h('hpr/hpr_number')]: sub.hpr_number });
		(await get(token(unit, drammen))).is(200);
		await judge(token(unit, lier), 401, 'organisation');
		await judge(token(unit, trust), 401, 'organisation');
	});
	test('scopes are mapped, and what is not mapped grants nothing', async () => {
		(await get(asHelseId(), '/agencies')).is(200);
		(await get(asHelseId(), '/tasks')).is(403, 'insufficient_scope');
		(await get(asHelseId({ scope: 'tasks.read directory.read' }), '/agencies')).is(403, 'insufficient_scope');
		(await get(asHelseId({ scope: undefined }), '/agencies')).is(403, 'insufficient_scope');
	});
	test('a person by national number, whose look-up hash is registered; the number itself is nowhere', async () => {
		const [{ id }] = await w.sql(`select s.id from staff s join staff_membership m on m.staff_id = s.id where s.subject = 'tm-2' and s.agency_id = $1 and m.role = 'TM'`, [w.ids.agency['drammen-dps']]);
		const token = asHelseId({ [h('hpr/hpr_number')]: undefined });
		(await get(token)).is(403, 'unknown_staff');
		const hash = lookUpHash(pid);
		await w.sql('insert into issuer_subjects (issuer_id, subject, staff_id) values ($1, $2, $3)', [helseid.id, hash, id]);
		await known();
		assert.equal((await get(token)).is(200).body.role, 'TM');
		assert.ok(!w.daemon.log.includes(pid));
		const [{ n }] = await w.sql(`select count(*)::int as n from access_log where to_jsonb(access_log)::text like '%' || $1 || '%'`, [pid]);
		assert.equal(n, 0);
		await w.sql('delete from issuer_subjects where subject = $1', [hash]);
		await known();
		(await get(token)).is(403, 'unknown_staff');
	});
	test('two members of staff for one token are none', async () => {
		await w.sql(`insert into issuer_subjects (issuer_id, subject, staff_id) values ($1, 'twice', $2)`, [helseid.id, w.ids.staff['drammen-dps:tm-3']]);
		await known();
		(await get(asHelseId({ sub: 'twice' }))).is(403, 'unknown_staff');
		(await get(asHelseId({ sub: 'twice', [h('hpr/hpr_number')]: undefined }))).is(200);
		await w.sql(`delete from issuer_subjects where subject = 'twice'`);
	});
	test('who holds several roles has the one that is registered, or none', async () => {
		const staff = w.ids.staff[`drammen-dps:${doctor.subject}`];
		await w.sql(`insert into staff_membership (staff_id, unit_id, role, valid_from) select $1, m.unit_id, 'TM', '2024-01-01' from staff_membership m where m.staff_id = $1 limit 1`, [staff]);
		await known();
		(await get(asHelseId())).is(403, 'unknown_role');
		await w.sql(`insert into issuer_subjects (issuer_id, subject, staff_id, role) values ($1, 'q1w2e3', $2, 'TM')`, [helseid.id, staff]);
		await known();
		assert.equal((await get(asHelseId())).is(200).body.role, 'TM');
		await w.sql(`delete from issuer_subjects where subject = 'q1w2e3'`);
		await w.sql(`update agency_issuers set role_ceiling = '{TM}' where issuer_id = $1 and agency_id = $2`, [helseid.id, w.ids.agency['drammen-dps']]);
		await known();
		assert.equal((await get(asHelseId())).is(200).body.role, 'TM', 'the ceiling leaves one');
		await w.sql(`delete from staff_membership where staff_id = $1 and role = 'TM'`, [staff]);
		await known();
		(await get(asHelseId())).is(403, 'unknown_staff');
		await w.sql(`update agency_issuers set role_ceiling = null where issuer_id = $1 and agency_id = $2`, [helseid.id, w.ids.agency['drammen-dps']]);
		await known();
	});
	test('a machine, where machines may', async () => {
		const machine = (claims) => asHelseId({ [h('hpr/hpr_number')]: undefined, [h('identity/pid')]: undefined, [h('identity/security_level')]: undefined, ...claims });
		(await get(machine(), '/agencies')).is(200);
		(await get(machine(), '/patients')).is(403);
		await judge(machine({ [h('client/claims/orgnr_child')]: lier, [h('client/claims/orgnr_parent')]: undefined }), 401, 'client');
	});
});

describe('Maskinporten', () => {
	const cases = {
		'a machine of the municipality': [asMaskinporten(), 200],
		'no typ': [asMaskinporten({}, { header: { typ: undefined } }), 200],
		'at+jwt': [asMaskinporten({}, { header: { typ: 'at+jwt' } }), 401, 'header'],
		'the issuer without its slash': [asMaskinporten({ iss: 'https://test.maskinporten.no' }), 401, 'issuer'],
		'no audience': [asMaskinporten({}, { drop: ['aud'] }), 401, 'audience'],
		'unspecified audience': [asMaskinporten({ aud: 'unspecified' }), 401, 'audience'],
		'with a personal number: that is no login': [asMaskinporten({ pid }), 401, 'claims'],
		'a client that is not registered': [asMaskinporten({ client_id: 'c9' }), 401, 'client'],
		'no client': [asMaskinporten({}, { drop: ['client_id'] }), 401, 'claims'],
		'an agency that allows no machines': [asMaskinporten({ consumer: party(lier) }), 401, 'client'],
		'an organisation that nobody knows': [asMaskinporten({ consumer: party(unit) }), 401, 'organisation'],
		'a number without its register': [asMaskinporten({ consumer: { ID: drammen } }), 401, 'organisation'],
		'another register': [asMaskinporten({ consumer: { ID: `9908:${drammen}` } }), 401, 'organisation'],
		'three elements': [asMaskinporten({ consumer: { ID: `0192:${drammen}:1` } }), 401, 'organisation'],
		'no consumer': [asMaskinporten({}, { drop: ['consumer'] }), 401, 'claims'],
		'a supplier that may, by Altinn\'s delegation': [asMaskinporten({ supplier: party(vendor), delegation_source: 'https://tt02.altinn.no/' }), 200],
		'a supplier that may not': [asMaskinporten({ supplier: party(unit), delegation_source: 'https://tt02.altinn.no/' }), 401, 'supplier'],
		'a system user of the municipality': [asMaskinporten(systemuser(drammen)), 200],
		'a system user of somebody else': [asMaskinporten(systemuser(unit)), 401, 'organisation'],
		'a system user through a vendor that may not': [asMaskinporten({ ...systemuser(drammen), consumer: party(unit) }), 401, 'supplier'],
		'authorization details of another kind': [asMaskinporten({ authorization_details: [{ type: 'other' }] }), 401, 'claims'],
		'two system users': [asMaskinporten({ ...systemuser(drammen), authorization_details: [...systemuser(drammen).authorization_details, ...systemuser(lier).authorization_details] }), 401, 'claims'],
		'bound to a key where that is forbidden': [asMaskinporten({ cnf: { jkt: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s' } }), 401, 'binding'],
	};
	for (const [what, [token, status, reason]] of Object.entries(cases))
		test(`${what}: ${status}`, () => judge(token, status, reason, '/agencies'));
	test('only what machines may, whatever the scopes say', async () => {
		(await get(asMaskinporten({ scope: 'samhandling:admin samhandling:directory.read' }), '/agencies')).is(200);
		(await get(asMaskinporten({ scope: 'samhandling:admin' }), '/agencies')).is(403, 'insufficient_scope');
		(await get(asMaskinporten({}, { drop: ['scope'] }), '/agencies')).is(403, 'insufficient_scope');
	});
	test('what it does stands in the log as the client\'s, with its supplier', async () => {
		(await get(asMaskinporten({ client_id: 'c2', supplier: party(vendor) }), '/agencies')).is(200);
		const [row] = await w.sql(`select subject, name, staff_id, agency_id, attestation from access_log where subject = 'c2' order by at desc limit 1`);
		assert.deepEqual(row, { subject: 'c2', name: 'c2', staff_id: null, agency_id: w.ids.agency['drammen-kommune'], attestation: { supplier: vendor } });
	});
});

describe('other issuers', () => {
	test('a tenant of one agency, whose tokens name neither organisation nor role', async () => {
		const token = (claims) => tenant.sign({ claims: { sub: 'p2', NAVident: 'nav-1', azp: 'web', scp: 'directory.read', ...claims } });
		const me = (await get(token())).is(200).body;
		assert.equal(me.agency.slug, 'nav-drammen');
		(await get(token({ aud: ['samhandling-api', 'graph'] }))).is(200);
		await judge(token({ aud: ['graph'] }), 401, 'audience');
		(await get(token({ NAVident: 'Z990001' }))).is(403, 'unknown_staff');
	});
	test('a machine of an agency\'s own issuer: its subject is its client', async () => {
		const machine = (claims) => own.sign({ claims: { sub: 'batch', client_id: 'batch', scope: 'directory.read tasks.read', agency: { orgnr: drammen }, ...claims } });
		(await get(machine(), '/agencies')).is(200);
		(await get(machine(), '/tasks')).is(403, 'insufficient_scope');
		await judge(machine({ agency: { orgnr: dps } }), 401, 'organisation');
	});
	test('two rows for one number and issuer cannot be', async () => {
		await assert.rejects(w.sql('insert into agency_issuers (issuer_id, organisation_number, agency_id) values ($1, $2, $3)', [own.id, drammen, w.ids.agency['lier-kommune']]), { code: '23505' });
		await assert.rejects(w.sql(`insert into trusted_issuers (issuer, audience, algorithms, jwks) values ($1, 'a', '{ES256}', '{"keys":[]}')`, [own.name]), { code: '23505' });
	});
	test('a broken entry takes nobody else down', async () => {
		await w.sql(`update trusted_issuers set claims = '{"person": "no pointer"}' where id = $1`, [own.id]);
		await known();
		await judge(own.sign({ claims: { sub: 'batch', client_id: 'batch', agency: { orgnr: drammen } } }), 401, 'issuer');
		(await get(asMaskinporten(), '/agencies')).is(200);
		await w.sql(`update trusted_issuers set claims = '{}' where id = $1`, [own.id]);
		await known();
	});
	test('every change of the registry is written down, and stays', async () => {
		const rows = await w.sql(`select by_role, before, after from registry_change where entity = 'trusted_issuers' and after->>'id' = $1 order by id`, [own.id]);
		assert.ok(rows.length >= 3 && rows[0].before === null && rows[1].before.claims !== rows[1].after.claims);
		await assert.rejects(w.sql('delete from registry_change'), /append-only/);
	});
});

// The look-up hash as an operator gets it.
function lookUpHash(number) {
	return execFileSync(`${environment.build}/samhandlingd`, ['--hash-number'], { input: `${number}\n`, env: w.daemon.environment() }).toString().trim();
}

// The token's fate: its status, and for a refusal the reason that only the log tells.
async function judge(token, status, reason, path = '/me') {
	const before = w.daemon.events('TOKEN_REFUSED').length;
	(await get(token, path)).is(status);
	if (reason === undefined) return;
	const [event] = await until(() => { const list = w.daemon.events('TOKEN_REFUSED').slice(before); return list.length > 0 && list; });
	assert.equal(event.reason, reason);
	assert.ok(!w.daemon.log.includes(token), 'the log holds a token');
}
