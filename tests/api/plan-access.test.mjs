// How much of a plan each sees, by the row of its kind, participation, consent, objection and emergency.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { world } from './harness.mjs';
import { act, begin, contents, goal, people, person, releaseTo, soon, step, takePart, wholeDraft } from './plan-steps.mjs';

const w = await world();
const { co, tm, tl, dps, mh, nav, ho, gp, ko } = people;
const pt = 'citizen:pt-1';

describe('how much each sees', async () => {
	const patient = await person(w, { units: ['drammen-kommune:koordinering', 'drammen-kommune:mottak', 'drammen-dps:poliklinikk', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'] });
	await releaseTo(w, patient, 'drammen-kommune', ['PLAN']);
	const made = {};
	for (const kind of ['CRISIS', 'WORK_ACTIVITY', 'TREATMENT']) made[kind] = await begin(w, tm, { kind, patient_id: patient, ...contents[kind] });
	made.IP = await wholeDraft(w, patient);
	const read = async (who, kind) => {
		const r = await w.api(who, 'GET', made[kind].path);
		return r.status === 200 ? r.body.projection : r.body.code;
	};
	const table = {
		IP: { [co]: 'FULL', [tm]: 'FULL', 'drammen-dps:tm-3': 'FULL', [tl]: 'FULL', [dps]: 'FULL', [mh]: 'not_found', [ko]: 'STATUS', [gp]: 'not_found', [nav]: 'not_found', [ho]: 'not_found', 'politi-demo:po-1': 'forbidden' },
		CRISIS: { [tm]: 'FULL', 'drammen-dps:tm-3': 'LIMITED', [tl]: 'FULL', [dps]: 'FULL', [mh]: 'FULL', [co]: 'not_found', [ko]: 'FULL', [gp]: 'FULL', [nav]: 'not_found', [ho]: 'LIMITED' },
		WORK_ACTIVITY: { [tm]: 'FULL', 'drammen-dps:tm-3': 'FULL', [tl]: 'FULL', [dps]: 'STATUS', [mh]: 'FULL', [co]: 'not_found', [gp]: 'STATUS', [nav]: 'consent_required', [ho]: 'not_found', [ko]: 'not_found' },
		TREATMENT: { [tm]: 'FULL', 'drammen-dps:tm-3': 'LIMITED', [tl]: 'FULL', [dps]: 'FULL', [mh]: 'LIMITED', [co]: 'not_found', [gp]: 'FULL', [nav]: 'not_found', [ho]: 'not_found', [ko]: 'not_found' },
	};
	for (const [kind, row] of Object.entries(table))
		test(kind, async () => {
			for (const [who, wanted] of Object.entries(row)) assert.equal(await read(who, kind), wanted, `${who} reads ${kind}`);
		});

	test('housing sees whom to call, colleagues no treatment, the status no word more', async () => {
		assert.deepEqual((await w.api(ho, 'GET', made.CRISIS.path)).body.crisis, { contacts: contents.CRISIS.crisis.contacts });
		const called = (await w.api(ho, 'GET', made.CRISIS.path)).body;
		assert.deepEqual([called.participants, called.approval, called.consent_id, called.made_without_patient], [undefined, undefined, undefined, undefined]);
		for (const part of ['completeness', 'versions', 'participants']) (await w.api(ho, 'GET', `${made.CRISIS.path}/${part}`)).is(403, 'forbidden');
		(await w.api(ho, 'GET', `${made.CRISIS.path}/print`, undefined, { accept: 'text/html' })).is(200);
		const asking = async (who) => (await w.api(who, 'GET', `/plans?patient_id=${patient}&kind=WORK_ACTIVITY&coordinator_staff_id=${w.ids.staff[tm]}`)).is(200).body.items.length;
		assert.deepEqual([await asking(tm), await asking(dps)], [1, 0]);
		const limited = (await w.api('drammen-dps:tm-3', 'GET', made.CRISIS.path)).body;
		assert.deepEqual([limited.crisis.wanted_treatment, limited.crisis.what_helps], [undefined, ['Rolig samtale']]);
		assert.deepEqual(Object.keys((await w.api(dps, 'GET', made.WORK_ACTIVITY.path)).body).sort(), ['actions', 'id', 'kind', 'patient_id', 'projection', 'status', 'updated_at', 'version']);
		for (const part of ['completeness', 'versions', 'goals', 'participants', 'reviews']) (await w.api(dps, 'GET', `${made.WORK_ACTIVITY.path}/${part}`)).is(403, 'forbidden');
		for (const part of ['goals', 'reviews']) (await w.api(mh, 'GET', `${made.TREATMENT.path}/${part}`)).is(403, 'forbidden');
	});

	test('the list says no more than the plan itself', async () => {
		for (const who of [co, tm, tl, dps, mh, gp, nav, ho, ko]) {
			const items = (await w.api(who, 'GET', `/plans?patient_id=${patient}&limit=200`)).is(200).body.items;
			for (const [kind, plan] of Object.entries(made)) {
				const seen = items.find((p) => p.id === plan.id);
				const projection = await read(who, kind);
				assert.equal(seen !== undefined, ['FULL', 'LIMITED', 'STATUS'].includes(projection), `${who} lists ${kind}`);
				if (projection === 'STATUS') assert.deepEqual(Object.keys(seen).sort(), ['id', 'kind', 'patient_id', 'status', 'updated_at', 'version']);
			}
		}
	});

	test('an objection to one kind closes that kind', async () => {
		(await w.api(tm, 'POST', `/patients/${patient}/objections`, { scope: 'RESOURCE_TYPES', resource_types: ['crisis-plans'], against: 'AGENCY', against_id: w.ids.agency['fastlege-demo'] })).is(201);
		(await w.api(gp, 'GET', made.CRISIS.path)).is(403, 'blocked');
		(await w.api(gp, 'GET', made.TREATMENT.path)).is(200);
		assert.ok(!(await w.api(gp, 'GET', '/plans?limit=200')).body.items.some((p) => p.id === made.CRISIS.id));
		(await w.api(tm, 'POST', `/patients/${patient}/objections`, { scope: 'ITEMS', item_ids: [made.TREATMENT.id], against: 'AGENCY', against_id: w.ids.agency['fastlege-demo'] })).is(201);
		(await w.api(gp, 'GET', made.TREATMENT.path)).is(403, 'blocked');
	});

	test('breaking the glass opens a crisis plan at night, not one for work', async () => {
		const other = await person(w);
		const night = await begin(w, tm, { kind: 'CRISIS', patient_id: other, ...contents.CRISIS });
		const job = await begin(w, tm, { kind: 'WORK_ACTIVITY', patient_id: other, ...contents.WORK_ACTIVITY });
		(await w.api('fastlege-demo:gp-2', 'GET', night.path)).is(404);
		(await w.api('fastlege-demo:gp-2', 'POST', '/emergency-accesses', { patient_id: other, reason: 'Akutt forverring, svarer ikke' })).is(201);
		(await w.api('fastlege-demo:gp-2', 'GET', night.path)).is(200);
		(await w.api('fastlege-demo:gp-2', 'GET', job.path)).is(404);
		const [log] = await w.sql("select basis, resource from access_log where operation = 'getPlan' and patient_id = $1 and action = 'READ' order by id desc limit 1", [other]);
		assert.deepEqual(log, { basis: 'EMERGENCY', resource: 'crisis-plans' });
	});
});

describe('the person', async () => {
	const self = { id: await person(w, { national_id: '01819012365' }) };

	test('writes the own parts of an individual plan, and no others', async () => {
		const plan = await wholeDraft(w, self.id);
		(await w.change(pt, 'PATCH', plan.path, { individual: { resources: 'Jeg kan sveise' } })).is(200);
		(await w.change(pt, 'PATCH', plan.path, { next_review_on: soon })).is(403, 'forbidden');
		(await w.change(pt, 'PATCH', plan.path, { individual: { cooperation: ['x'] } })).is(403, 'forbidden');
		(await w.api(pt, 'POST', `${plan.path}/goals`, goal)).is(201);
		(await takePart(w, pt, plan.path, 'drammen-dps:tm-2', 'drammen-dps:fact')).is(403, 'forbidden');
		(await w.api(pt, 'POST', `${plan.path}/participants`, { kind: 'OTHER', name: 'En nabo', part: 'Hjelper til i hagen' })).is(201);
		await act(w, co, plan.path, { action: 'submit' });
		const done = await act(w, pt, plan.path, { action: 'approve' });
		assert.deepEqual([done.status, done.approval.form, done.signed_by_patient], ['ACTIVE', 'DIGITAL', true]);
		const consents = (await w.api(pt, 'GET', `/patients/${self.id}/consents`)).is(200).body.items;
		assert.ok(consents.some((c) => c.id === plan.consent));
		const wider = await step(w, pt, `/consents/${plan.consent}`, { action: 'supersede', replacement: { type: 'IP_PLAN', purpose: 'Videre' } });
		const heir = wider.is(200).body.effects[0].consent_id;
		assert.equal((await w.api(pt, 'GET', plan.path)).body.consent_id, heir);
		(await w.api(pt, 'POST', `${plan.path}/reviews`, { patient_present: true, decisions: 'Alt er bra', next_review_on: soon })).is(403, 'forbidden');
		assert.equal((await act(w, pt, plan.path, { action: 'suspend' })).status, 'SUSPENDED');
		await act(w, pt, `/measures/${plan.measure.id}`, { action: 'withdraw' });
		await act(w, pt, plan.path, { action: 'end', reason: 'Vil ikke ha plan' });
	});

	test('begins a crisis plan, which someone takes on', async () => {
		const plan = await begin(w, pt, { kind: 'CRISIS', patient_id: self.id, ...contents.CRISIS });
		assert.equal(plan.body.coordinator, undefined);
		const choice = { staff_id: w.ids.staff[tm], unit_id: w.ids.unit['drammen-dps:fact'] };
		(await w.api(tm, 'PUT', `${plan.path}/coordinator`, choice, { 'if-match': '"1"' })).is(200);
		(await w.api(pt, 'POST', '/plans', { kind: 'TREATMENT', patient_id: self.id })).is(403, 'forbidden');
		assert.ok((await w.api(pt, 'GET', '/plans')).is(200).body.items.some((p) => p.id === plan.id));
	});

	test('is read by who represents them by law, and by nobody else', async () => {
		const re = 'citizen:re-1';
		const [plan] = (await w.api(pt, 'GET', '/plans?kind=CRISIS')).body.items;
		(await w.api(re, 'GET', `/plans/${plan.id}`)).is(404);
		(await w.api(tm, 'POST', `/patients/${self.id}/relations`, { kind: 'GUARDIAN', name: 'Blid Furu', national_id: '10915596784', is_legal_representative: true })).is(201);
		(await w.api(re, 'GET', `/plans/${plan.id}`)).is(200);
		assert.deepEqual((await w.api(re, 'GET', '/plans')).is(200).body.items, []);
		assert.ok((await w.api(re, 'GET', `/plans?patient_id=${self.id}`)).is(200).body.items.some((p) => p.id === plan.id));
	});
});
