// The access matrix over HTTP: every cell of what is served, tried as allowed and as refused.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { document, operation, operations, world } from './harness.mjs';
import { makeSamples } from './lib/samples.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const matrix = document['x-access-matrix'];

const people = { TM_HEALTH: 'drammen-dps:tm-1', TM_OTHER: 'drammen-dps:tm-3', TL: 'drammen-dps:tl-1', DPS: 'drammen-dps:dps-1', MH: 'drammen-kommune:mh-1',
	CO: 'drammen-kommune:co-1', CU: 'drammen-kommune:cu-1', KO: 'drammen-kommune:ko-1', GP: 'fastlege-demo:gp-1', NAV: 'nav-drammen:nav-1', HO: 'drammen-kommune:ho-1',
	PO: 'politi-demo:po-1', PT: 'citizen/PT', RE: 'citizen/RE', PV: 'drammen-dps:pv-1', QM: 'drammen-dps:qm-1', PM: 'drammen-dps:pm-1', SG: 'drammen-dps:sg-1', SA: 'drammen-dps:sa-1', SY: 'drammen-dps:sy-1' };
const judged = operations.filter((o) => o.operation['x-resource']);

function actionOf(o) {
	return o.operation['x-action'] ?? (o.method === 'GET' ? 'read' : 'write');
}

// An operation on things of several rows is open to whom one of the rows lets in; which one holds, SQL decides.
const allows = (resources, column, action) => [resources].flat().some((r) => rowAllows(r, column, action));

// The test's own reading of a cell: 'W o then S o' may create, and afterwards reads on the second level.
function rowAllows(resource, column, action) {
	const row = matrix.resources[resource];
	const [first, second] = (row.cells[column] ?? 'N').split(' then ').map((part) => part[0]);
	const lasting = second ?? first;
	if (action === 'create') return first === 'W' && (row.create ?? matrix.columns).includes(column);
	if (action === 'write') return lasting === 'W';
	return action === 'search' ? 'RW'.includes(lasting) : 'SRW'.includes(lasting);
}

const version = { 'if-match': '"1-0"' };
const call = (o, who, path, body) => w.request({ as: who, method: o.method, path, body, headers: o.parameters.some((p) => p.name === 'If-Match') ? version : {} });
const byTheMatrix = (r) => r.status === 403 && ['forbidden', 'purpose_not_allowed', 'unknown_role'].includes(r.body.code);

describe('every cell', () => {
	for (const o of judged)
		test(`${o.method} ${o.path}`, async () => {
			for (const column of matrix.columns) {
				const who = people[column];
				const elsewhere = await call(o, who, s.nowhere(o), s.body(o));
				if (allows(o.operation['x-resource'], column, actionOf(o))) {
					// what a thing's own rules refuse, they refuse after the matrix: not for a thing that is nowhere
					if (o.path.includes('{') || o.method === 'GET' || actionOf(o) === 'create') assert.ok(!byTheMatrix(elsewhere), `${column} should be let through\n${elsewhere.story()}`);
					continue;
				}
				assert.ok(byTheMatrix(elsewhere), `${column} should be refused\n${elsewhere.story()}`);
				const here = await call(o, who, s.path(o), s.body(o));
				assert.ok(byTheMatrix(here), `${column} should be refused\n${here.story()}`);
				assert.equal(here.body.code, elsewhere.body.code);
			}
		});
});

describe('a person to whom every unit is related, and who has consented to everything', () => {
	const citizen = (role) => agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === role).pid;
	let person;
	// not before every cell has been tried: one of them resets the sandbox
	before(async () => {
		person = (await w.api(people.TL, 'POST', '/patients', { national_id: citizen('PT'), given_name: 'Rolig', family_name: 'Furu' })).is(201).body.id;
		(await w.api(people.TL, 'POST', `/patients/${person}/relations`, { kind: 'GUARDIAN', name: 'Blid Furu', national_id: citizen('RE'), is_legal_representative: true })).is(201);
		await w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select $1, id, agency_id, 'PLAN' from unit on conflict do nothing`, [person]);
		await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
			select gen_random_uuid(), $1, (select id from agency where slug = 'drammen-dps'), t, 'GRANTED', (select array_agg(id) from agency), '{IDENTITY,ENROLMENT,HEALTH_SUMMARY,PLAN,WORK,HOUSING}', 'x', clock_now() + interval '1 year'
			from unnest('{SHARE,IP_PARTICIPANT_ACCESS}'::text[]) t`, [person]);
	});
	const readers = judged.filter((o) => o.method === 'GET' && o.operation['x-person'] === 'path.id');
	for (const o of readers)
		test(`${o.path}: each cell that reads, reads`, async () => {
			const row = matrix.resources[o.operation['x-resource']];
			for (const column of matrix.columns.filter((c) => allows(o.operation['x-resource'], c, 'read'))) {
				const r = await w.api(people[column], 'GET', o.path.replace('{id}', person));
				// an own row, or the own acts, may be all that a cell shows; participants need their plan
				assert.ok(r.status === 200 || / p\b/.test(` ${row.cells[column]}`) || column === 'PV', `${column} (${row.cells[column]})\n${r.story()}`);
			}
		});
	test('the whole number only where the matrix opens it', async () => {
		const open = matrix.resources['patient-number'].cells;
		for (const column of matrix.columns.filter((c) => allows('patients', c, 'read'))) {
			const r = await w.api(people[column], 'GET', `/patients/${person}/identifiers`);
			if (r.status !== 200) continue;
			assert.equal(r.text.includes(citizen('PT')), open[column] !== undefined, `${column}\n${r.story()}`);
			assert.ok(!r.text.includes('seal:'));
		}
	});
	test('without the consent, those who need it are told so', async () => {
		await w.sql(`update consent set state = 'WITHDRAWN' where patient_id = $1`, [person]);
		for (const column of ['NAV', 'HO'].filter((c) => / c\b/.test(matrix.resources.patients.cells[c])))
			(await w.api(people[column], 'GET', `/patients/${person}`)).is(403, 'consent_required');
	});
});

describe('purposes', () => {
	test('a purpose that the role or the resource does not know: 403', async () => {
		for (const purpose of ['STAT', 'ADMIN', 'MARKETING', ''])
			(await w.api(w.token(people.TL, { claims: { purpose_of_use: purpose } }), 'GET', '/patients')).is([401, 403]);
		(await w.api(w.token(people.NAV, { claims: { purpose_of_use: 'TREAT' } }), 'GET', '/patients')).is(403, 'purpose_not_allowed');
	});
	test('breaking the glass opens what has the letter b, and nothing else', async () => {
		const glass = w.token(people.DPS, { claims: { purpose_of_use: 'BTG' } });
		(await w.api(glass, 'GET', '/patients')).is(200);
		(await w.api(glass, 'GET', `/patients/${s.patient}/relations`)).is(403, 'purpose_not_allowed');
	});
});

describe('the matrix itself', () => {
	test('is served as it is enforced', async () => {
		const served = (await w.api(people.TL, 'GET', '/access-matrix')).is(200).body;
		assert.deepEqual(served.resources ?? served, matrix.resources);
	});
	test('names a column for every role of every kind of agency', () => {
		for (const [type, { roles }] of Object.entries(matrix.agency_types))
			for (const columns of Object.values(roles)) for (const c of columns) assert.ok(matrix.columns.includes(c), `${type}: ${c}`);
	});
});
