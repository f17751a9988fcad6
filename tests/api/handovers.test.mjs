// Responsibility moves in two steps: offered, then accepted, rejected or recalled.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { anyId, world } from './harness.mjs';
import { act, handover, opened, step } from './concern-steps.mjs';
import { walk } from './lib/machine-walk.mjs';
import { asOnePerson } from './lib/one-person.mjs';

const w = await world();
const mh = 'drammen-kommune:mh-1';
const lier = 'lier-kommune:mh-1';
const clinic = 'drammen-dps:dps-1';
const forward = { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Bor der', legal_basis: 'HPL_COOPERATING' };
const reason = { reason: 'Bor ikke her' };

async function offer(unit, r) {
	const report = r ?? await opened(w, mh);
	const now = await act(w, mh, report.path, { ...forward, target_unit_id: w.ids.unit[unit] });
	return { ...report, offer: now.handover.id };
}

test('until it is accepted the sender is responsible; then the receiver', async () => {
	const r = await offer('lier-kommune:mottak');
	assert.equal((await w.api(mh, 'GET', r.path)).body.responsible_unit.agency_name, 'Drammen kommune');
	const done = (await handover(w, lier, r.offer, { action: 'accept' })).is(200).body;
	assert.deepEqual([done.status, done.decided_by, done.actions], ['ACCEPTED', w.ids.staff[lier], []]);
	assert.equal((await w.api(lier, 'GET', r.path)).body.responsible_unit.agency_name, 'Lier kommune');
	const [row] = await w.sql('select * from concern_report where id = $1', [r.id]);
	assert.deepEqual([row.owner_agency_id, row.handler_staff_id, row.state], [w.ids.agency['lier-kommune'], w.ids.staff[lier], 'IN_TRIAGE']);
});

test('recall takes it back, and is the sender\'s alone', async () => {
	const r = await offer('lier-kommune:mottak');
	(await handover(w, lier, r.offer, { action: 'recall' })).is(403, 'forbidden_action');
	(await handover(w, mh, r.offer, { action: 'accept' })).is(403, 'forbidden_action');
	assert.equal((await handover(w, 'drammen-kommune:mh-2', r.offer, { action: 'recall', reason: 'Feil enhet' })).is(200).body.status, 'RECALLED');
	(await w.api(lier, 'GET', r.path)).is(404);
	assert.equal((await w.api(mh, 'GET', r.path)).body.status, 'IN_TRIAGE');
	(await handover(w, lier, r.offer, { action: 'accept' })).is(409, 'invalid_transition');
});

test('whoever offers cannot accept, under another agency\'s name either', async () => {
	const r = await opened(w, mh);
	const { handover: h } = await act(w, mh, r.path, { ...forward, target_unit_id: w.ids.unit['drammen-dps:poliklinikk'] });
	await asOnePerson(w, mh, clinic, async (as) =>
		(await handover(w, as, h.id, { action: 'accept' })).is(403, 'same_person'));
	assert.equal((await handover(w, clinic, h.id, { action: 'accept' })).is(200).body.status, 'ACCEPTED');
});

test('the ground is a law that holds', async () => {
	const r = await opened(w, mh);
	for (const legal_basis of ['hpl §25', 'HPL_OLD'])
		assert.deepEqual((await step(w, mh, r.path, { ...forward, legal_basis })).is(422, 'unknown_reference').pointers(), ['/legal_basis']);
	const { concepts } = (await w.api(mh, 'GET', '/code-systems/legal-basis')).is(200).body;
	assert.ok(concepts.some((c) => c.code === forward.legal_basis), 'callers can look the codes up');
	(await step(w, mh, r.path, forward)).is(200);
});

test('two rejections give the chief doctor a task', async () => {
	const r = await offer('lier-kommune:mottak');
	(await handover(w, lier, r.offer, { action: 'reject', ...reason })).is(200);
	const tasks = () => w.api('drammen-kommune:ko-1', 'GET', '/tasks?kind=ESCALATION').then((a) => a.is(200).body.items.filter((t) => t.entity_id === r.id));
	assert.equal((await tasks()).length, 0);
	const again = await offer('ovre-eiker-kommune:mottak', r);
	(await handover(w, 'ovre-eiker-kommune:mh-1', again.offer, { action: 'reject', ...reason })).is(200);
	assert.deepEqual((await tasks()).map((t) => [t.for_role, t.status]), [['KO', 'OPEN']]);
});

test('an outsider, and a wrong state, version and body', async () => {
	const r = await offer('lier-kommune:mottak');
	for (const nobody of [clinic, 'nav-drammen:nav-1', 'fastlege-demo:gp-1', 'ovre-eiker-kommune:ko-1']) {
		(await w.api(nobody, 'GET', `/handovers/${r.offer}`)).is(404);
		(await w.api(nobody, 'POST', `/handovers/${r.offer}/transitions`, { action: 'accept' }, { 'if-match': '"1"' })).is([403, 404]);
	}
	(await w.api('politi-demo:po-1', 'GET', `/handovers/${r.offer}`)).is(403, 'forbidden');
	(await w.api(lier, 'GET', `/handovers/${anyId()}`)).is(404);
	(await w.api(lier, 'POST', `/handovers/${r.offer}/transitions`, { action: 'accept' })).is(428);
	(await w.api(lier, 'POST', `/handovers/${r.offer}/transitions`, { action: 'accept' }, { 'if-match': '"7"' })).is(412);
	(await w.api(lier, 'POST', `/handovers/${r.offer}/transitions`, { action: 'swallow' }, { 'if-match': '"1"' })).is(422);
	(await w.api(lier, 'POST', `/handovers/${r.offer}/transitions`, { action: 'reject' }, { 'if-match': '"1"' })).is(422);
});

test('every action from every state by every role', async () => {
	const force = async (id, state) => (await w.sql(`with r as (update concern_report set state = 'FORWARDED', responsible_unit_id = $3, responsible_agency_id = $4, owner_agency_id = $4
			where id = (select entity_id from handover where id = $1))
		update handover set state = $2, decided_at = case when $2 <> 'OFFERED' then clock_now() end, decision_reason = 'x' where id = $1 returning version`,
	[id, state, w.ids.unit['drammen-kommune:mottak'], w.ids.agency['drammen-kommune']]))[0].version;
	const sides = [['drammen-kommune', 'sender_unit'], ['lier-kommune', 'target_unit']].flatMap(([slug, fact]) => ['mh-1', 'ko-1', 'tl-1'].map((name) => ({ as: `${slug}:${name}`, standing: [fact] })));
	const away = [clinic, 'drammen-dps:tm-1', 'drammen-dps:tl-1', 'drammen-kommune:co-1', 'drammen-kommune:cu-1', 'drammen-kommune:ho-1', 'nav-drammen:nav-1', 'fastlege-demo:gp-1', 'politi-demo:po-1',
		'citizen:pt-1', 'citizen:re-1', 'drammen-kommune:pv-1', 'drammen-dps:sa-1'].map((as) => ({ as, hidden: true }));
	await walk(w, { machine: 'handovers', path: '/handovers', force, body: () => reason, people: [...sides, ...away], make: async () => ({ id: (await offer('lier-kommune:mottak')).offer }) });
});

test('two units cannot both take it, nor one twice', async () => {
	const r = await offer('lier-kommune:mottak');
	const send = () => w.api(lier, 'POST', `/handovers/${r.offer}/transitions`, { action: 'accept' }, { 'if-match': '"1"' });
	const answers = await Promise.all([send(), send(), send()]);
	assert.deepEqual(answers.map((a) => a.status).sort(), [200, 412, 412]);
	assert.equal((await w.sql("select count(*)::int as n from transition_event where object_id = $1 and action = 'accept'", [r.offer]))[0].n, 1);
});

test('a transfer out takes the open offer with it', async () => {
	const r = await offer('lier-kommune:mottak');
	await act(w, mh, r.path, { action: 'transfer_out', receiver: { kind: 'OTHER_MUNICIPALITY', name: 'Modum' }, receipt: { reference: '1' } });
	assert.equal((await w.api(mh, 'GET', `/handovers/${r.offer}`)).body.status, 'RECALLED');
	(await w.api(lier, 'GET', r.path)).is(404);
});

test('the list: directions, states, cursor', async () => {
	const all = (await w.api(lier, 'GET', '/handovers?limit=200')).is(200).body.items;
	assert.ok(all.length > 5);
	assert.ok((await w.api(lier, 'GET', '/handovers?direction=IN&limit=200')).body.items.every((h) => h.to_unit.agency_name === 'Lier kommune'));
	assert.deepEqual((await w.api(lier, 'GET', '/handovers?direction=OUT')).body.items, []);
	assert.ok((await w.api(lier, 'GET', '/handovers?status=REJECTED')).body.items.every((h) => h.status === 'REJECTED'));
	const page = (await w.api(lier, 'GET', '/handovers?limit=2')).body;
	const next = (await w.api(lier, 'GET', page.links.next)).is(200).body;
	assert.deepEqual([...page.items, ...next.items].map((h) => h.id), all.slice(0, 4).map((h) => h.id));
	(await w.api('politi-demo:po-1', 'GET', '/handovers')).is(403);
});

test('the person\'s care relation follows the responsibility', async () => {
	const made = await opened(w, mh, { subject: { number: '01819012365' } });
	const r = await offer('drammen-dps:poliklinikk', made);
	const open = async () => (await w.sql("select unit_id from care_relation where source_id = $1 and (valid_to is null or valid_to > clock_now())", [r.id])).map((c) => c.unit_id);
	assert.deepEqual(await open(), [w.ids.unit['drammen-kommune:mottak']]);
	(await handover(w, clinic, r.offer, { action: 'accept' })).is(200);
	assert.deepEqual(await open(), [w.ids.unit['drammen-dps:poliklinikk']]);
});

test('the same step sent again is answered as the first time', async () => {
	const r = await offer('lier-kommune:mottak');
	const send = () => w.api(lier, 'POST', `/handovers/${r.offer}/transitions`, { action: 'accept' }, { 'if-match': '"1"', 'idempotency-key': `accept-${r.offer}` });
	const [first, again] = [(await send()).is(200), (await send()).is(200)];
	assert.deepEqual(again.body, first.body);
	assert.equal((await w.sql("select count(*)::int as n from transition_event where object_id = $1", [r.offer]))[0].n, 1);
});
