// Agencies, units, staff and memberships, municipalities, code systems, the caller.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { asOnePerson } from './lib/one-person.mjs';
import { dayAfter } from './lib/days.mjs';

const w = await world();
const admin = 'drammen-dps/SA';
const dps = w.ids.agency['drammen-dps'];
const fact = w.ids.unit['drammen-dps:fact'];

async function everything(as, path) {
	const items = [];
	for (let next = path; next;) {
		const page = (await w.api(as, 'GET', next)).is(200);
		items.push(...page.body.items);
		next = page.body.links.next;
	}
	return items;
}

describe('agencies', () => {
	test('are listed by name, page by page, by type and municipality', async () => {
		const all = await everything('politi-demo/PO', '/agencies?limit=3');
		assert.equal(new Set(all.map((a) => a.id)).size, Object.keys(w.ids.agency).length);
		const some = await everything('citizen/PT', '/agencies?type=MUNICIPALITY');
		assert.ok(some.length >= 3 && some.every((a) => a.type === 'MUNICIPALITY'));
		assert.deepEqual(await everything(admin, '/agencies?municipality_number=3303'), []);
		(await w.api(admin, 'GET', '/agencies?type=CIRCUS')).is(422, 'invalid_parameter');
		(await w.api(null, 'GET', '/agencies')).is(401, 'missing_token');
	});

	test('are read with an ETag', async () => {
		const r = (await w.api(admin, 'GET', `/agencies/${dps}`)).is(200);
		assert.equal(r.body.slug, 'drammen-dps');
		(await w.api(admin, 'GET', `/agencies/${dps}`, undefined, { 'if-none-match': r.etag })).is(304);
		(await w.api(admin, 'GET', `/agencies/${anyId()}`)).is(404, 'not_found');
		(await w.api(admin, 'GET', '/agencies/1')).is([404, 422]);
	});

	test('are registered and changed by administrators, the own one only', async () => {
		const body = { slug: 'modum-kommune', name: 'Modum kommune', type: 'MUNICIPALITY', organisation_number: '921234554', municipality_number: '3316' };
		const headers = { 'idempotency-key': anyId() };
		const made = (await w.api(admin, 'POST', '/agencies', body, headers)).is(201);
		assert.equal((await w.api(admin, 'POST', '/agencies', body, headers)).is(201).body.id, made.body.id);
		(await w.api(admin, 'POST', '/agencies', body)).is(409, 'conflict');
		assert.deepEqual((await w.api(admin, 'POST', '/agencies', { ...body, organisation_number: '123456789', slug: 'X' })).is(422, 'invalid_body').pointers(), ['/organisation_number', '/slug']);
		(await w.api('drammen-dps/TM', 'POST', '/agencies', body)).is(403, 'forbidden');
		assert.equal((await w.change(admin, 'PATCH', `/agencies/${dps}`, { name: 'Drammen DPS, Vestre Viken' })).is(200).body.version, 2);
		(await w.api(admin, 'PATCH', `/agencies/${dps}`, { name: 'X' }, { 'if-match': '"1-x"' })).is(412, 'version_mismatch');
		(await w.api(admin, 'PATCH', `/agencies/${dps}`, { name: 'X' })).is(428);
		(await w.change(admin, 'PATCH', `/agencies/${made.body.id}`, { name: 'X' })).is(403, 'forbidden');
		(await w.api(admin, 'PATCH', `/agencies/${anyId()}`, { name: 'X' }, { 'if-match': '"1-x"' })).is(404);
	});
});

describe('units', () => {
	test('are listed by agency, type and what they receive', async () => {
		const own = await everything('nav-drammen/NAV', `/units?agency_id=${dps}&limit=1`);
		assert.ok(own.length >= 3 && own.every((u) => u.agency_id === dps));
		assert.equal(new Set(own.map((u) => u.id)).size, own.length);
		assert.ok((await everything(admin, '/units?receives_concern_reports=true')).every((u) => u.receives_concern_reports));
		assert.ok((await everything(admin, '/units?type=RECEIVING_POINT')).every((u) => u.type === 'RECEIVING_POINT'));
	});

	test('are added and changed in the own agency', async () => {
		const made = (await w.api(admin, 'POST', '/units', { name: 'Ungdomsteam', type: 'TEAM' })).is(201);
		assert.equal(made.body.agency_id, dps);
		assert.equal((await w.change(admin, 'PATCH', made.location, { phone: '+4732000001', config: { board: true } })).is(200).body.phone, '+4732000001');
		(await w.api(admin, 'POST', '/units', { name: 'Ungdomsteam', type: 'TEAM' })).is(409, 'conflict');
		(await w.change('lier-kommune/SA', 'PATCH', made.location, { phone: null })).is(403, 'forbidden');
		(await w.api('drammen-dps/DPS', 'PATCH', made.location, { phone: null }, { 'if-match': '"1-x"' })).is(403, 'forbidden');
		(await w.api(admin, 'PATCH', made.location, { phone: null }, { 'if-match': '"1-x"' })).is(412);
		assert.ok((await w.change('drammen-dps/TL', 'PATCH', `/units/${fact}`, { email: 'fact@dps.example' })).is(200));
		(await w.change('drammen-dps/TL', 'PATCH', made.location, { email: 'x@dps.example' })).is(403, 'forbidden');
		(await w.api(admin, 'GET', `/units/${anyId()}`)).is(404);
	});
});

describe('staff', () => {
	test('are listed by agency, unit and role', async () => {
		const team = await everything('fastlege-demo/GP', `/staff?unit_id=${fact}&role=TM&limit=2`);
		assert.deepEqual(team.map((s) => s.id).sort(), ['tm-1', 'tm-2', 'tm-3', 'tm-4', 'tm-5', 'tm-6'].map((s) => w.ids.staff[`drammen-dps:${s}`]).sort());
		assert.ok(team.every((s) => s.subject === null), 'the subject is the own agency’s');
		assert.ok((await everything(admin, `/staff?agency_id=${dps}`)).every((s) => s.subject));
	});

	test('are registered, become members, and their role ends with the membership', async () => {
		const made = (await w.api(admin, 'POST', '/staff', { subject: 'tm-9', name: 'Ny Kollega', hpr_number: '500000099', is_health_personnel: true })).is(201);
		(await w.api(admin, 'POST', '/staff', { subject: 'tm-9', name: 'En Annen' })).is(409, 'conflict');
		const token = w.token('drammen-dps:tm-1', { claims: { sub: 'tm-9', hpr_nr: '500000099' } });
		(await w.api(token, 'GET', '/me')).is(403, 'unknown_staff');
		const member = (await w.api('drammen-dps/TL', 'POST', `${made.location}/memberships`, { unit_id: fact, role: 'TM', percent: 50 })).is(201);
		assert.deepEqual([member.body.state, member.body.actions], ['ACTIVE', ['end']]);
		const again = w.token('drammen-dps:tm-1', { claims: { sub: 'tm-9', hpr_nr: '500000099' } });
		const me = (await w.api(again, 'GET', '/me')).is(200);
		assert.deepEqual([me.body.role, me.body.units.map((u) => u.id), me.body.agency.slug], ['TM', [fact], 'drammen-dps']);
		const path = `/memberships/${member.body.id}`;
		assert.equal((await w.api('drammen-dps/TL', 'POST', `${path}/transitions`, { action: 'end' }, { 'if-match': member.etag })).is(200).body.state, 'ENDED');
		(await w.api(again, 'GET', '/me')).is(403, 'unknown_staff');
		const list = (await w.api(admin, 'GET', `${made.location}/memberships`)).is(200);
		assert.deepEqual(list.body.items.map((m) => m.state), ['ENDED']);
	});

	test('are changed in the own agency only', async () => {
		const path = `/staff/${w.ids.staff['drammen-dps:qm-1']}`;
		assert.equal((await w.change(admin, 'PATCH', path, { phone: '+4799000001' })).is(200).body.phone, '+4799000001');
		(await w.change('lier-kommune/SA', 'PATCH', path, { phone: null })).is(403, 'forbidden');
		(await w.api(admin, 'PATCH', path, { phone: null }, { 'if-match': '"1-x"' })).is(412);
		(await w.api(admin, 'PATCH', path, { phone: 'abc' }, { 'if-match': '"2-x"' })).is(422, 'invalid_body');
		(await w.api('drammen-dps/TM', 'PATCH', path, { phone: null }, { 'if-match': '"2-x"' })).is(403, 'forbidden');
		(await w.api(admin, 'GET', `/staff/${anyId()}`)).is(404);
		assert.equal((await w.api('citizen/PT', 'GET', path)).is(200).body.phone, null, 'citizens get no addresses');
	});

	test('nobody gives a role to themselves', async () => {
		const own = `/staff/${w.ids.staff['drammen-dps:sa-1']}/memberships`;
		(await w.api(admin, 'POST', own, { unit_id: fact, role: 'TM' })).is(403, 'same_person');
		await asOnePerson(w, 'drammen-dps:tm-1', 'drammen-dps:sa-1', async (as) => (await w.api(as, 'POST',
			`/staff/${w.ids.staff['drammen-dps:tm-1']}/memberships`, { unit_id: fact, role: 'TL' })).is(403, 'same_person'));
		const asked = (await w.api('drammen-dps/PM', 'POST', own, { unit_id: fact, role: 'QM', state: 'PROPOSED' })).is(201);
		(await w.api(admin, 'POST', `/memberships/${asked.body.id}/transitions`, { action: 'approve' }, { 'if-match': asked.etag })).is(403, 'same_person');
	});

	test('namesakes are two, where each has a number in the register of health personnel', async () => {
		const pair = ['drammen-dps:tm-1', 'drammen-dps:tm-2'].map((s) => w.ids.staff[s]);
		const same = (set) => w.asService(async (c) => {
			await c.query(`select set_config('app.role', 'TM', true), set_config('app.staff_id', $1, true)`, [pair[0]]);
			return (await c.query('select array[is_caller($1), may_be_caller($1)] as same', [set])).rows[0].same;
		});
		const [{ name, hpr_number }] = await w.sql('select name, hpr_number from staff where id = $1', [pair[1]]);
		assert.deepEqual([await same(pair[0]), await same(pair[1]), await same(anyId())], [[true, true], [false, false], [false, false]]);
		await w.sql('update staff a set name = b.name from staff b where a.id = $2 and b.id = $1', pair);
		assert.deepEqual(await same(pair[1]), [false, false]);
		await w.sql('update staff set hpr_number = null where id = $1', [pair[1]]);
		assert.deepEqual(await same(pair[1]), [false, true], 'who may be one takes no second step, and gets nothing of the other\'s');
		await w.sql('update staff set name = $2, hpr_number = $3 where id = $1', [pair[1], name, hpr_number]);
	});

	test('who may be one person under two names takes no second step: a name of the same parts, or one address', async () => {
		const pair = ['drammen-dps:pm-1', 'drammen-kommune:co-1'].map((s) => w.ids.staff[s]);
		const were = await w.sql('select id, name, email from staff where id = any ($1)', [pair]);
		const set = (id, name, email) => w.sql('update staff set name = $2, email = $3 where id = $1', [id, name, email]);
		const same = () => w.asService(async (c) => {
			await c.query(`select set_config('app.role', 'PM', true), set_config('app.staff_id', $1, true)`, [pair[0]]);
			return (await c.query('select array[is_caller($1), may_be_caller($1)] as same', [pair[1]])).rows[0].same;
		});
		for (const [one, other, expected] of [[['Kari Hansen'], ['Hansen, Kari'], true], [['Kari Hansen'], ['Kari Anne Lie-Hansen'], true], [['Kari Lie Hansen'], ['kari  lie'], true], [['Kari Hansen'], ['Kari Lie'], false],
			[['Kari'], ['Kari Lie'], false], [['Kari Hansen', 'Kari@dps.example'], ['Kari Lie', 'kari@DPS.example'], true], [['Kari Hansen', 'kari@dps.example'], ['Kari Lie', 'lie@dps.example'], false], [['Kari Hansen'], ['Kari Lie', 'lie@dps.example'], false]]) {
			await set(pair[0], one[0], one[1] ?? null);
			await set(pair[1], other[0], other[1] ?? null);
			assert.deepEqual(await same(), [false, expected], `${one} and ${other}`);
		}
		for (const s of were) await set(s.id, s.name, s.email);
	});

	test('an employer proposes, the unit decides', async () => {
		const staff = `/staff/${w.ids.staff['lier-kommune:mh-1']}/memberships`;
		const asked = (await w.api('lier-kommune/SA', 'POST', staff, { unit_id: fact, role: 'TM' })).is(201);
		assert.equal(asked.body.state, 'PROPOSED');
		const steps = `/memberships/${asked.body.id}/transitions`;
		(await w.api('lier-kommune/SA', 'POST', steps, { action: 'approve' }, { 'if-match': asked.etag })).is(403, 'forbidden_action');
		const wished = (await w.api('lier-kommune/SA', 'POST', steps, { action: 'request' }, { 'if-match': asked.etag })).is(200);
		(await w.api('drammen-dps/TL', 'POST', steps, { action: 'decline' }, { 'if-match': wished.etag })).is(422);
		assert.equal((await w.api('drammen-dps/TL', 'POST', steps, { action: 'decline', reason: 'Fullt' }, { 'if-match': wished.etag })).is(200).body.state, 'DECLINED');
		(await w.api('drammen-dps/TL', 'POST', steps, { action: 'approve' }, { 'if-match': '"3-x"' })).is(409, 'invalid_transition');
		(await w.api('drammen-dps/TL', 'POST', steps, { action: 'approve' }, { 'if-match': '"1-x"' })).is(412, 'version_mismatch');
		(await w.api('drammen-dps/TL', 'POST', steps, { action: 'approve' })).is(428);
		(await w.api('drammen-dps/TL', 'POST', staff, { unit_id: anyId(), role: 'TM' })).is(422, 'unknown_reference');
		(await w.api('drammen-dps/TL', 'POST', `/staff/${anyId()}/memberships`, { unit_id: fact, role: 'TM' })).is(404);
		(await w.api('drammen-dps/DPS', 'POST', staff, { unit_id: fact, role: 'TM' })).is(403, 'forbidden');
		(await w.api('fastlege-demo/GP', 'GET', `/memberships/${asked.body.id}`)).is(404, 'not_found');
	});
});

describe('a post in a team', () => {
	const agency = w.ids.agency['lier-kommune'];
	const post = (members, who = 'drammen-dps/TL') => w.api(who, 'POST', `/staff/${w.ids.staff['lier-kommune:tl-1']}/memberships`, { unit_id: fact, role: 'TM', ...members });
	let days = 0;
	const from = () => dayAfter('2026-01-01', days++);

	test('is half a post at least, or it is said why not', async () => {
		for (const percent of [0, 20, 49]) assert.deepEqual((await post({ percent })).is(422, 'missing_fact').pointers(), ['/exception_reason'], percent);
		(await post({ percent: 20, exception_reason: '' })).is(422, 'invalid_body');
		const job = (await post({ percent: 20, exception_reason: 'Jobbspesialist deles av tre team', valid_from: from() })).is(201).body;
		assert.deepEqual([job.percent, job.exception_reason], [20, 'Jobbspesialist deles av tre team']);
		for (const percent of [50, 100]) (await post({ percent, valid_from: from() })).is(201);
		(await post({ valid_from: from() })).is(201);
		assert.deepEqual((await post({ percent: 20, role: 'TL' }, 'lier-kommune/SA')).is(422, 'missing_fact').pointers(), ['/exception_reason'], 'proposed by the employer');
		const elsewhere = { unit_id: w.ids.unit['drammen-dps:poliklinikk'], role: 'DPS', percent: 20, valid_from: from() };
		assert.equal((await post(elsewhere, admin)).is(201).body.exception_reason, null, 'a rule for teams');
	});

	test('says why it is less than half to the person and to those who decide on it, on either side', async () => {
		const { id } = (await post({ percent: 20, exception_reason: 'Gradert sykmelding', valid_from: from() })).is(201).body;
		const seen = async (who) => {
			const list = (await w.api(who, 'GET', `/staff/${w.ids.staff['lier-kommune:tl-1']}/memberships?limit=200`)).is(200).body.items.find((m) => m.id === id);
			const { exception_reason } = (await w.api(who, 'GET', `/memberships/${id}`)).is(200).body;
			assert.equal(list.exception_reason, exception_reason, who);
			return exception_reason;
		};
		for (const who of ['drammen-dps/TL', admin, 'drammen-dps/PM', 'lier-kommune/SA', 'lier-kommune:tl-1']) assert.equal(await seen(who), 'Gradert sykmelding', who);
		for (const who of ['drammen-dps/TM', 'drammen-dps/QM', 'drammen-dps/PV', 'drammen-dps/SG', 'drammen-dps:tl-2', 'drammen-kommune/SA', 'drammen-kommune/TL', 'nav-drammen/SA']) assert.equal(await seen(who), null, who);
	});

	test('says who employs and pays, where it is anchored too, and what comes along', async () => {
		const equipment = [{ type: 'PC', owner_agency_id: agency, reused: true }];
		const members = { percent: 80, funding: 'PROJECT', supporting_unit_id: w.ids.unit['lier-kommune:mottak'], equipment, valid_from: from() };
		const made = (await post(members)).is(201).body;
		assert.deepEqual([made.employer_agency_id, made.funding, made.supporting_unit_id, made.equipment], [agency, 'PROJECT', members.supporting_unit_id, equipment]);
		const plain = (await post({ percent: 80, valid_from: from() })).is(201).body;
		assert.deepEqual([plain.funding, plain.supporting_unit_id, plain.equipment], ['OWN', null, []]);
		assert.deepEqual((await post({ ...members, supporting_unit_id: anyId() })).is(422, 'unknown_reference').pointers(), ['/supporting_unit_id']);
		assert.deepEqual((await post({ ...members, equipment: [{ ...equipment[0], owner_agency_id: anyId() }] })).is(422, 'unknown_reference').pointers(), ['/equipment']);
	});
});

describe('the staffing of a team', () => {
	// the table of the first project, less the clerk of whom no share is given; the parties' posts as they were asked for
	const posts = [['drammen-dps', [100, 100, 100, 50, 50]], ['nav-drammen', [20, 50]], ['drammen-kommune', [20, 50, 50]], ['lier-kommune', [100]]];

	test('adds up to what the agencies have agreed, by agency, level and profession', async () => {
		const planned_posts = posts.flatMap(([slug, shares]) => shares.map((percent) => ({ title: 'Stilling', employer_agency_id: w.ids.agency[slug], percent, status: 'CONFIRMED' })));
		planned_posts.push({ title: 'Merkantil', employer_agency_id: dps }, { title: 'Nei takk', employer_agency_id: w.ids.agency['fastlege-demo'], percent: 50, status: 'DECLINED' });
		const team = (await w.api(admin, 'POST', '/units', { name: 'Samhandlingsteam', type: 'TEAM', config: { planned_posts } })).is(201).body.id;
		for (const [slug, shares] of posts)
			for (const [i, percent] of shares.entries()) {
				const [{ id }] = await w.sql(`insert into staff (agency_id, subject, name, profession, is_health_personnel) values ($1, $2, 'Ansatt', $3, true) returning id`, [w.ids.agency[slug], `post-${i}`, i ? 'SP' : 'PS']);
				(await w.api(admin, 'POST', `/staff/${id}/memberships`, { unit_id: team, role: 'TM', percent, ...(percent < 50 ? { exception_reason: 'Deles med andre' } : {}), funding: i ? 'OWN' : 'PROJECT' })).is(201);
			}
		const read = async (who) => (await w.api(who, 'GET', `/units/${team}/staffing`)).is(200).body;
		const all = await read(admin);
		assert.deepEqual([all.members, all.fte, all.planned_fte, all.without_percent, all.in_kind_fte], [11, 6.9, 6.9, 0, 4.5]);
		assert.deepEqual(all.agencies.map((a) => [a.agency.name, a.level, a.members, a.fte, a.planned_fte, a.share]).slice(0, 1), [[all.agencies[0].agency.name, 'SPECIALIST', 5, 4, 4, 0.58]]);
		assert.equal(all.agencies.length, 4, 'who has declined has no part');
		assert.deepEqual(all.levels, [{ level: 'MUNICIPAL', fte: 2.2, share: 0.32 }, { level: 'OTHER', fte: 0.7, share: 0.1 }, { level: 'SPECIALIST', fte: 4, share: 0.58 }]);
		assert.deepEqual(all.professions, [{ profession: 'SP', members: 7, fte: 4.5 }, { profession: 'PS', members: 4, fte: 2.4 }]);
		const nav = await read('nav-drammen/NAV');
		assert.deepEqual([nav.fte, nav.agencies.map((a) => a.agency.id), nav.members], [0.7, [w.ids.agency['nav-drammen']], 2]);
		assert.equal((await read('fastlege-demo/GP')).members, 0);
		for (const who of ['politi-demo/PO', 'citizen/PT']) (await w.api(who, 'GET', `/units/${team}/staffing`)).is(403, 'forbidden');
		(await w.api(admin, 'GET', `/units/${anyId()}/staffing`)).is(404, 'not_found');
	});
});

describe('municipalities', () => {
	test('hold from a day to a day, with what came before and after', async () => {
		const then = await everything('citizen/PT', '/municipalities?on=2019-06-01');
		assert.ok(then.some((m) => m.number === '0625' && m.name === 'Nedre Eiker'));
		assert.ok(!then.some((m) => m.number === '3005'));
		const drammen = (await w.api(admin, 'GET', '/municipalities/3005')).is(200);
		assert.deepEqual([drammen.body.predecessors, drammen.body.successors], [['0602', '0625', '0711'], ['3301']]);
		(await w.api(admin, 'GET', '/municipalities/3005?on=2024-01-01')).is(404, 'not_found');
		(await w.api(admin, 'GET', '/municipalities/3005', undefined, { 'if-none-match': drammen.etag })).is(304);
		const two = await everything(admin, '/municipalities?limit=2');
		assert.equal(new Set(two.map((m) => m.number)).size, two.length);
		const [{ now }] = await w.sql(`select municipality_now('0711', '2010-01-01') as now`);
		assert.equal(now, '3301');
	});
});

describe('code systems', () => {
	test('have texts in both languages', async () => {
		const all = (await w.api('citizen/RE', 'GET', '/code-systems')).is(200);
		for (const s of all.body.items) {
			const one = (await w.api(admin, 'GET', `/code-systems/${s.code}`)).is(200);
			assert.ok(one.body.concepts.length > 1, s.code);
			assert.ok(one.body.concepts.every((c) => c.code && c.display_nb && c.display_en), s.code);
		}
		(await w.api(admin, 'GET', '/code-systems/sirkus')).is(404, 'not_found');
		assert.deepEqual((await w.api(admin, 'GET', '/code-systems/consent-form?on=2001-01-01')).is(200).body.concepts, []);
	});
});

describe('the caller', () => {
	test('learns how the service understands the token', async () => {
		const me = (await w.api('drammen-kommune/KO', 'GET', '/me')).is(200);
		assert.deepEqual([me.body.kind, me.body.role, me.body.agency.type, me.body.staff.name], ['STAFF', 'KO', 'MUNICIPALITY', 'Harald Vestby']);
		const pt = (await w.api('citizen/PT', 'GET', '/me')).is(200);
		assert.deepEqual([pt.body.kind, pt.body.agency, pt.body.units, pt.body.represents], ['CITIZEN', null, [], []]);
		(await w.api(null, 'GET', '/me')).is(401, 'missing_token');
	});
});

describe('the service’s own data', () => {
	test('is served', async () => {
		const contract = (await w.api(null, 'GET', '/openapi.json')).is(200);
		assert.equal(contract.body.openapi, '3.1.0');
		assert.ok((await w.api(admin, 'GET', '/access-matrix')).is(200).body.resources.patients);
		const machines = (await w.api(admin, 'GET', '/state-machines')).is(200);
		assert.ok(machines.body.items.some((m) => m.name === 'consents'));
		assert.equal((await w.api(admin, 'GET', '/state-machines/objections')).is(200).body.name, 'objections');
		(await w.api(admin, 'GET', '/state-machines/none')).is(404, 'not_found');
		const problems = (await w.api(null, 'GET', '/problems')).is(200);
		assert.ok(problems.body.items.length > 20);
		const one = (await w.api(null, 'GET', '/problems/not_found')).is(200);
		assert.deepEqual([one.body.code, one.body.status], ['not_found', 404]);
		(await w.api(null, 'GET', '/problems/none')).is(404, 'not_found');
	});
});
