// An objection reaches every path to what it covers: lists, tasks, handovers, notes, old versions.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { act, report } from './concern-steps.mjs';

const w = await world();
const team = 'drammen-dps:tm-1';
const mh = 'drammen-kommune:mh-1';
const number = '01819012365';
const patient = (await w.api(team, 'POST', '/patients', { national_id: number, family_name: 'Sperret' })).is(201).body.id;
const self = 'citizen/PT';

async function objecting(body, work) {
	const o = (await w.api(self, 'POST', `/patients/${patient}/objections`, body)).is(201).body;
	try {
		await work();
	} finally {
		const now = (await w.api(self, 'GET', `/objections/${o.id}`)).is(200);
		(await w.api(self, 'POST', `/objections/${o.id}/transitions`, { action: 'lift' }, { 'if-match': now.etag })).is(200);
	}
}

const against = (slug) => ({ against: 'AGENCY', against_id: w.ids.agency[slug] });

describe('an objection', () => {
	test('to the resource type patients takes the person out of the list', () =>
		objecting({ scope: 'RESOURCE_TYPES', resource_types: ['patients'], ...against('drammen-dps') }, async () => {
			(await w.api(team, 'GET', `/patients/${patient}`)).is(403, 'blocked');
			assert.ok(!(await w.api(team, 'GET', '/patients')).is(200).text.includes(patient));
		}));

	test('covers tasks about the person', async () => {
		const task = (await w.api(team, 'POST', '/tasks', { title: 'Ring pasienten', patient_id: patient, unit_id: w.ids.unit['drammen-dps:fact'] })).is(201).body;
		await objecting({ scope: 'WHOLE_RECORD', ...against('drammen-dps') }, async () => {
			(await w.api(team, 'GET', `/tasks/${task.id}`)).is(404);
			for (const list of ['/tasks', '/inbox']) assert.ok(!(await w.api(team, 'GET', list)).is(200).text.includes(task.id), list);
		});
		(await w.api(team, 'GET', `/tasks/${task.id}`)).is(200);
	});

	test('to one item covers that one', async () => {
		const relation = (await w.api(team, 'POST', `/patients/${patient}/relations`, { kind: 'NEXT_OF_KIN', name: 'Kari' })).is(201).body;
		await objecting({ scope: 'ITEMS', item_ids: [relation.id], ...against('drammen-dps') }, async () => {
			(await w.api(team, 'GET', `/relations/${relation.id}`)).is(403, 'blocked');
			assert.ok(!(await w.api(team, 'GET', `/patients/${patient}/relations`)).is(200).text.includes(relation.id));
			(await w.api(self, 'GET', `/relations/${relation.id}`)).is(200);
		});
	});

	test('covers handovers, notes and old versions also where the own agency sent the report', async () => {
		const made = (await w.api(mh, 'POST', '/concern-reports', { ...report, subject: { description: 'Ukjent mann' } })).is(201).body;
		const path = `/concern-reports/${made.id}`;
		await act(w, mh, path, { action: 'start_triage' });
		const before = new Date(Date.now() + 1000).toISOString();
		await new Promise((go) => setTimeout(go, 1100));
		await act(w, mh, path, { action: 'identify_subject', subject: { number } });
		const note = (await w.api(mh, 'POST', `${path}/notes`, { kind: 'ASSESSMENT', text: 'Hemmelig vurdering' })).is(201).body;
		const away = await act(w, mh, path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Hemmelig grunn', legal_basis: 'HPL_COOPERATING' });
		await objecting({ scope: 'WHOLE_RECORD', ...against('drammen-kommune') }, async () => {
			for (const where of [path, `${path}?as_of=${before}`]) {
				const r = await w.api(mh, 'GET', where);
				assert.ok(r.status === 403 || r.body.projection === 'STATUS', `${where} ${r.text}`);
			}
			for (const where of [`${path}/notes`, `/concern-reports/${made.id}/notes/${note.id}`, '/handovers', `/handovers/${away.handover.id}`])
				assert.ok(!(await w.api(mh, 'GET', where)).text.includes('Hemmelig'), where);
		});
	});

	const waiting = async (id) => (await w.api('drammen-kommune:ko-1', 'GET', '/tasks?kind=ESCALATION&limit=200')).is(200)
		.body.items.filter((t) => t.entity_id === id).length;
	const drammen = () => ({ against: 'UNIT', against_id: w.ids.unit['drammen-kommune:mottak'] });

	test('to the receiving unit does not lose a report: the chief doctor is told at once, once', () =>
		objecting({ scope: 'WHOLE_RECORD', ...drammen() }, async () => {
			const { id } = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...report, subject: { number } })).is(201).body;
			(await w.api(mh, 'GET', `/concern-reports/${id}`)).is(403, 'blocked');
			assert.equal(await waiting(id), 1);
		}));

	test('to a unit that has an open report on the person is told too', async () => {
		const { id } = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', { ...report, subject: { number } })).is(201).body;
		assert.equal(await waiting(id), 0);
		for (let i = 0; i < 2; i++) await objecting({ scope: 'WHOLE_RECORD', ...drammen() }, async () => assert.equal(await waiting(id), 1));
	});

	test('does not cover what the person writes to the unit afterwards', () =>
		objecting({ scope: 'WHOLE_RECORD', ...drammen() }, async () => {
			const { id } = (await w.api(self, 'POST', '/concern-reports', report)).is(201).body;
			const path = `/concern-reports/${id}`;
			assert.equal(await waiting(id), 0);
			assert.equal((await act(w, mh, path, { action: 'start_triage' })).status, 'IN_TRIAGE');
			(await w.api(mh, 'GET', `/patients/${patient}`)).is([403, 404]);
			await objecting({ scope: 'ITEMS', item_ids: [id], ...drammen() }, async () => (await w.api(mh, 'GET', path)).is(403, 'blocked'));
		}));

	test('is not needed against relatives: with a consent they read the person, not who has looked', async () => {
		const re = 'citizen/RE';
		const relation = (await w.api(self, 'POST', `/patients/${patient}/relations`, { kind: 'RELATIVE', name: 'Ola', national_id: '10915596784' })).is(201).body;
		const c = (await w.api(team, 'POST', `/patients/${patient}/consents`, { type: 'RELATIVE_INFO', to_relation_id: relation.id, data_categories: ['IDENTITY'], purpose: 'Følge opp', explained: 'Hva han får vite' })).is(201);
		(await w.api(self, 'POST', `/consents/${c.body.id}/transitions`, { action: 'grant' }, { 'if-match': c.etag })).is(200);
		(await w.api(re, 'GET', `/patients/${patient}`)).is(200);
		const log = await w.api(re, 'GET', `/patients/${patient}/access-log`);
		assert.ok(log.status !== 200 || log.body.items.length === 0, 'the log is for a guardian, not for a relative with a consent');
	});
});
