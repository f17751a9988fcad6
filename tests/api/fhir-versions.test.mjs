// Earlier versions over FHIR: each as it was read then, but for what other rows said; for whom what it is now is.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, world } from './harness.mjs';
import { gp, received } from './intake-steps.mjs';
import { fhir, resources } from './lib/fhir.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, co, mh, dps, lier] = ['drammen-dps:tl-1', 'drammen-kommune:co-1', 'drammen-kommune:mh-1', 'drammen-dps:dps-1', 'lier-kommune:mh-1'];
const goal = s.at['/plans/{plan_id}/goals/{id}'][1];
const [{ id: rating }] = await w.sql('select id from life_rating where life_situation_id = $1 limit 1', [s.at['/life-situations/{id}']]);

// type, table, id, who may read it, what other rows say of it, what differs from the last reading
const kept = [
	['Patient', 'patient', s.patient, tl, ['identifier']],
	['EpisodeOfCare', 'enrolment', s.at['/enrolments/{id}'], tl, []],
	['Encounter', 'contact', s.at['/contacts/{id}'], tl, ['participant']],
	['Encounter', 'admission', s.at['/admissions/{id}'], dps, ['contained', 'location', 'length']],
	['ServiceRequest', 'referral', s.at['/referrals/{id}'], gp, []],
	['ServiceRequest', 'measure', s.at['/measures/{id}'], co, []],
	['CarePlan', 'plan', s.at['/plans/{id}'], co, ['careTeam', 'goal', 'activity']],
	['Goal', 'plan_goal', goal, co, [], { lifecycleStatus: 'proposed' }], // as its plan was when that was written
	['Consent', 'consent', s.at['/consents/{id}'], tl, []],
	['Flag', 'risk_flag', s.at['/risk-flags/{id}'], tl, []],
	['Observation', 'assessment', s.at['/assessments/{id}'], tl, []],
	['Observation', 'life_rating', rating, tl, []],
	['QuestionnaireResponse', 'assessment', s.at['/assessments/{id}'], tl, []],
	['Communication', 'concern_report', s.at['/concern-reports/{id}'], mh, []],
];
const tag = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }];

// What an earlier version shows of what was read then.
function asKept(body, beside) {
	const left = Object.fromEntries(Object.entries(body).filter(([name]) => !beside.includes(name)));
	return beside.length === 0 ? left : { ...left, meta: { ...body.meta, tag } };
}

describe('earlier versions', () => {
	for (const [type, table, id, who, beside, differs] of kept) {
		test(`of ${type}, of ${table}: as it was read, and listed before what it is now`, async () => {
			const before = (await ask(who, 'GET', `/${type}/${id}`)).is(200).body;
			await w.sql(`update ${table} set ${table === 'assessment' ? "correction_reason = 'Feil'" : 'created_at = created_at'} where id = $1`, [id]);
			const now = (await ask(who, 'GET', `/${type}/${id}`)).is(200).body;
			assert.equal(Number(now.meta.versionId), Number(before.meta.versionId) + 1);
			const r = (await ask(who, 'GET', `/${type}/${id}/_history/${before.meta.versionId}`)).is(200);
			assert.deepEqual([r.body, r.etag], [{ ...asKept(before, beside), ...differs }, `W/"${before.meta.versionId}"`]);
			const history = resources((await ask(who, 'GET', `/${type}/${id}/_history?_count=200`)).is(200).body);
			assert.deepEqual(history.slice(0, 2), [now, r.body]);
			const numbers = history.map((h) => Number(h.meta.versionId));
			assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => b - a));
			for (const path of ['_history', `_history/${before.meta.versionId}`]) {
				const [there, nowhere] = [await ask(lier, 'GET', `/${type}/${id}/${path}`), await ask(lier, 'GET', `/${type}/${anyId()}/${path}`)];
				assert.deepEqual([there.status, there.body.issue[0].details], [nowhere.status, nowhere.body.issue[0].details]);
				assert.ok(there.status >= 400);
			}
		});
	}
	test('differ where what was written differs', async () => {
		const id = s.at['/contacts/{id}'];
		const before = (await ask(tl, 'GET', `/Encounter/${id}`)).is(200).body;
		await w.sql('update contact set minutes = coalesce(minutes, 0) + 7 where id = $1', [id]);
		const was = (await ask(tl, 'GET', `/Encounter/${id}/_history/${before.meta.versionId}`)).is(200).body;
		const now = (await ask(tl, 'GET', `/Encounter/${id}`)).is(200).body;
		assert.equal(was.length?.value, before.length?.value);
		assert.equal(now.length.value, (before.length?.value ?? 0) + 7);
	});
	test('of a person: an address that is protected now is protected in them', async () => {
		const id = s.planned;
		await w.sql(`update patient set address = '{"line": "Gata 1", "postal_code": "3015", "city": "DRAMMEN"}', address_protection = 'NONE' where id = $1`, [id]);
		const open = (await ask(co, 'GET', `/Patient/${id}`)).is(200).body;
		assert.equal(open.address[0].city, 'DRAMMEN');
		await w.sql(`update patient set address_protection = 'STRICTLY_CONFIDENTIAL' where id = $1`, [id]);
		const was = (await ask(co, 'GET', `/Patient/${id}/_history/${open.meta.versionId}`)).is(200);
		assert.deepEqual([was.body.address, was.text.includes('Gata 1')], [undefined, false]);
		await w.sql(`update patient set address_protection = 'NONE' where id = $1`, [id]);
	});
	test('of a referral: a draft stays its author’s, who reads it on', async () => {
		const { id } = await received(w);
		const drafts = (await w.sql(`select version::text from row_history where entity = 'referral' and entity_id = $1 and content ->> 'state' = 'DRAFT'`, [id])).map((r) => r.version);
		const seen = async (who) => resources((await ask(who, 'GET', `/ServiceRequest/${id}/_history`)).is(200).body).map((h) => h.meta.versionId);
		assert.ok(drafts.length > 0);
		const [own, theirs] = [await seen(gp), await seen(tl)];
		assert.deepEqual(own.filter((v) => !theirs.includes(v)), drafts);
		(await ask(tl, 'GET', `/ServiceRequest/${id}/_history/${drafts[0]}`)).is(404);
		assert.equal((await ask(gp, 'GET', `/ServiceRequest/${id}/_history/${drafts[0]}`)).is(200).body.status, 'draft');
	});
	test('of what row_history does not keep are not there; the present one is', async () => {
		const id = s.at['/tasks/{id}'];
		await w.sql('update task set created_at = created_at where id = $1', [id]);
		const { versionId } = (await ask(mh, 'GET', `/Task/${id}`)).is(200).body.meta;
		(await ask(mh, 'GET', `/Task/${id}/_history/${versionId}`)).is(200);
		(await ask(mh, 'GET', `/Task/${id}/_history/${versionId - 1}`)).is(404);
		(await ask(mh, 'GET', `/Task/${id}/_history`)).is(404);
	});
});
