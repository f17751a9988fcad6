// Many at once: one responsible agency at every instant, and one answer for one idempotency key and subject.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { act, opened, report } from './concern-steps.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const lier = w.ids.unit['lier-kommune:mottak'];
const forward = { action: 'forward', target_unit_id: lier, reason: 'Bor i Lier', legal_basis: 'HPL_COOPERATING' };
const ok = (answers) => answers.filter((r) => r.status < 300).length;

async function offered() {
	const { id, path } = await opened(w, mh);
	const { handover } = await act(w, mh, path, forward);
	return { id, path: `/handovers/${handover.id}`, handover: handover.id };
}

async function judge({ id, handover }) {
	const [r] = await w.sql('select state, responsible_unit_id as unit, responsible_agency_id as agency, owner_agency_id as owner from concern_report where id = $1', [id]);
	const [h] = await w.sql('select state from handover where id = $1', [handover]);
	const slug = h.state === 'ACCEPTED' ? 'lier-kommune' : 'drammen-kommune';
	assert.deepEqual(r, { state: 'IN_TRIAGE', unit: w.ids.unit[`${slug}:mottak`], agency: w.ids.agency[slug], owner: w.ids.agency[slug] });
	assert.deepEqual(await w.sql(`select count(*)::int as n from transition_event where object_id = $1 and machine = 'handovers'`, [handover]), [{ n: 1 }]);
}

describe('one handover, several who decide', () => {
	const decide = (as, path, action) => w.api(as, 'POST', `${path}/transitions`, { action, reason: 'Samtidig' }, { 'if-match': '"1-x"' });

	for (const [name, who] of Object.entries({
		'two accept': [['lier-kommune:mh-1', 'accept'], ['lier-kommune:tl-1', 'accept']],
		'accept and recall': [['lier-kommune:mh-1', 'accept'], [mh, 'recall']],
		'accept, reject and recall': [['lier-kommune:mh-1', 'accept'], ['lier-kommune:ko-1', 'reject'], [mh, 'recall']] }))
		test(name, async () => {
			for (let round = 0; round < 8; round++) {
				const o = await offered();
				const answers = await Promise.all(who.map(([as, action]) => decide(as, o.path, action)));
				assert.equal(ok(answers), 1, answers.map((r) => `${r.status} ${r.body?.code}`).join(', '));
				assert.ok(answers.every((r) => [200, 404, 409, 412].includes(r.status)));
				await judge(o);
			}
		});

	test('forwarding twice makes one offer', async () => {
		for (let round = 0; round < 5; round++) {
			const { id, path } = await opened(w, mh);
			const now = (await w.api(mh, 'GET', path)).is(200);
			const answers = await Promise.all([1, 2, 3].map(() => w.api(mh, 'POST', `${path}/transitions`, forward, { 'if-match': now.etag })));
			assert.equal(ok(answers), 1);
			assert.deepEqual(await w.sql(`select count(*)::int as n from handover where entity_id = $1`, [id]), [{ n: 1 }]);
		}
	});
});

test('one key at once makes one report; another subject’s same key makes its own', async () => {
	for (let round = 0; round < 5; round++) {
		const headers = { 'idempotency-key': `samtidig-${round}` };
		const [{ n: before }] = await w.sql('select count(*)::int as n from concern_report');
		const answers = await Promise.all(['politi-demo:po-1', 'politi-demo:po-1', 'politi-demo:po-1', 'politi-demo:po-2']
			.map((as) => w.api(as, 'POST', '/concern-reports', report, headers)));
		assert.ok(answers.every((r) => r.status === 201 || (r.status === 409 && r.body.code === 'idempotency_busy')));
		const [{ n: after }] = await w.sql('select count(*)::int as n from concern_report');
		assert.equal(after - before, 2);
		assert.equal(new Set(answers.slice(0, 3).filter((r) => r.status === 201).map((r) => r.body.id)).size, 1);
		assert.ok(!answers.slice(0, 3).some((r) => r.body.id === answers[3].body.id));
	}
});

test('kept answers are seen by their own scope alone', async () => {
	await w.asService(async (c) => {
		assert.equal((await c.query('select 1 from idempotency')).rows.length, 0);
	});
});
