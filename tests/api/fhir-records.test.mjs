// Consent, Flag, Observation and Communication over FHIR: what is in them, and for whom.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, world } from './harness.mjs';
import { assertValid, fhir, problemOf, resources } from './lib/fhir.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, mh, police, lier] = ['drammen-dps:tl-1', 'drammen-kommune:mh-1', 'politi-demo:po-1', 'lier-kommune:mh-1'];
const tags = (resource) => (resource.meta.tag ?? []).map((t) => t.code);
const ids = async (who, path) => resources((await ask(who, 'GET', path)).is(200).body).map((r) => r.id);

async function hidden(who, type, id) {
	const [there, nowhere] = [await ask(who, 'GET', `/${type}/${id}`), await ask(who, 'GET', `/${type}/${anyId()}`)];
	assert.deepEqual(there.is(404).body.issue[0].details, nowhere.is(404).body.issue[0].details);
	assert.deepEqual([await ids(who, `/${type}?_id=${id}`), await ids(who, `/${type}?patient=${s.patient}`)], [[], []]);
}

describe('Consent', () => {
	const [consent, objection] = [s.at['/consents/{id}'], s.at['/objections/{id}']];
	test('a release permits, to whom and which categories, within a denial', async () => {
		const own = (await w.api(tl, 'GET', `/consents/${consent}`)).is(200).body;
		const r = (await ask(tl, 'GET', `/Consent/${consent}`)).is(200).body;
		const permit = r.provision.provision[0];
		assert.deepEqual([r.provision.type, permit.type, permit.actor.map((a) => a.reference.reference)], ['deny', 'permit', own.to_agencies.map((a) => `Organization/${a}`)]);
		assert.deepEqual(permit.code.map((c) => c.coding[0].code), own.data_categories);
		assert.equal(r.status, { REQUESTED: 'proposed', GRANTED: 'active' }[own.state]);
	});
	test('an objection denies, against whom; both are found by their person', async () => {
		const r = (await ask(tl, 'GET', `/Consent/${objection}`)).is(200).body;
		assert.deepEqual([r.status, r.provision.type, r.policyRule.coding[0].code], ['active', 'deny', 'PBRL5-3']);
		const found = await ids(tl, `/Consent?patient=Patient/${s.patient}`);
		assert.ok(found.includes(consent) && found.includes(objection));
		assert.deepEqual(await ids(tl, `/Consent?patient=${s.patient}&category=OBJECTION&status=active&date=ge2000`), [objection]);
		assert.ok((await ids(tl, `/Consent?_id=${consent},${objection}`)).length === 2);
		await hidden(lier, 'Consent', consent);
		(await ask(police, 'GET', `/Consent/${consent}`)).is([403, 404]);
	});
	test('every form of them is valid', async () => {
		for (const body of (await w.sql(`select fhir_objection(jsonb_build_object('id', 'x', 'version', 1, 'state', 'LIFTED', 'patient_id', 'y', 'created_at', '2026-01-01T00:00:00Z', 'against', a, 'against_id',
				case when a <> 'ROLE_GROUP' then 'z' end, 'against_roles', case when a = 'ROLE_GROUP' then '["TM", "TL"]'::jsonb else '[]' end, 'resource_types', '["patients"]'::jsonb), clock_now()) as body from unnest('{AGENCY,UNIT,STAFF,ROLE_GROUP}'::text[]) a
			union all select fhir_consent(jsonb_build_object('id', 'x', 'version', 1, 'state', t, 'type', 'SURVEY', 'patient_id', 'y', 'created_at', '2026-01-01T00:00:00Z', 'from_agencies', '[]'::jsonb, 'to_agencies', '[]'::jsonb,
				'data_categories', '[]'::jsonb), clock_now()) from unnest('{REQUESTED,GRANTED,REFUSED,EXPIRED,SUPERSEDED,WITHDRAWN,INVALIDATED}'::text[]) t`)).map((x) => x.body))
			assertValid(body);
	});
});

describe('Flag', () => {
	const id = s.at['/risk-flags/{id}'];
	test('says what the warning says, to whom it says it', async () => {
		const own = (await w.api(tl, 'GET', `/risk-flags/${id}`)).is(200).body;
		const r = (await ask(tl, 'GET', `/Flag/${id}`)).is(200).body;
		assert.deepEqual([r.status, r.code.coding[0].code, r.code.text, r.subject.reference], ['active', own.kind, own.precautions, `Patient/${s.patient}`]);
		assert.ok(!JSON.stringify(r).includes(own.text ?? ' '));
		assert.equal(problemOf((await ask('drammen-dps:tm-3', 'GET', `/Flag/${id}`)).is(403)), 'blocked'); // the sample's objection
		await hidden(lier, 'Flag', id);
	});
	test('who sees the status alone is told neither of whom nor what', async () => {
		const [{ body }] = await w.sql("select fhir_risk(jsonb_build_object('id', 'x', 'version', 1, 'projection', 'STATUS', 'status', 'ACTIVE', 'valid_from', '2026-01-01'), null) as body");
		assert.deepEqual([body.subject.extension[0].valueCode, body.code.extension[0].valueCode], ['masked', 'masked']);
		assertValid(body);
	});
	test('those that hold are found; others by their date', async () => {
		assert.deepEqual(await ids(tl, `/Flag?patient=${s.patient}`), [id]);
		await w.sql("update risk_flag set state = 'ENDED' where id = $1", [id]);
		assert.deepEqual([await ids(tl, `/Flag?patient=${s.patient}`), await ids(tl, `/Flag?subject=${s.patient}&date=ge2000`)], [[], [id]]);
	});
});

describe('Observation', () => {
	const id = s.at['/assessments/{id}'];
	test('has the score, the items, the day and the rater', async () => {
		const own = (await w.api(tl, 'GET', `/assessments/${id}`)).is(200).body;
		const r = (await ask(tl, 'GET', `/Observation/${id}`)).is(200).body;
		assert.deepEqual([r.code.coding[0].code, r.effectiveDateTime, r.valueQuantity?.value], [own.instrument_code, own.assessed_on, own.total]);
		assert.equal((r.component ?? []).length, Object.keys(own.items ?? {}).length);
		for (const query of [`code=${own.instrument_code}`, 'category=survey', `date=${own.assessed_on}`, `status=${r.status}`])
			assert.ok((await ids(tl, `/Observation?patient=${own.patient_id}&${query}`)).includes(id), query);
		assert.deepEqual(await ids(tl, `/Observation?patient=${own.patient_id}&code=NO_SUCH`), []);
		await hidden(lier, 'Observation', id);
		(await ask(police, 'GET', `/Observation/${id}`)).is(403);
	});
	test('what was declined says so', async () => {
		const [{ body }] = await w.sql("select fhir_assessment(jsonb_populate_record(null::assessment, jsonb_build_object('id', gen_random_uuid(), 'version', 1, 'instrument_code', 'GAF_S', 'occasion', 'BASELINE', 'assessed_on', '2026-01-01', 'patient_id', gen_random_uuid(), 'declined', true, 'entered_in_error', false, 'items', '{}'::jsonb, 'updated_at', clock_now()))) as body");
		assert.deepEqual([body.dataAbsentReason.coding[0].code, body.valueQuantity], ['asked-declined', undefined]);
		assertValid(body);
	});
});

describe('Communication', () => {
	const id = s.at['/concern-reports/{id}'];
	test('a report is a fact that was received, with its words by kind', async () => {
		const own = (await w.api(mh, 'GET', `/concern-reports/${id}`)).is(200).body;
		const r = (await ask(mh, 'GET', `/Communication/${id}`)).is(200).body;
		assert.deepEqual([r.status, r.topic.coding[0].code, r.recipient[0].reference, r.priority], ['completed', own.type, `Organization/${own.receiving_unit.id}`, 'asap']);
		assert.deepEqual(r.payload.map((p) => [p.extension[0].valueCode, p.contentString]), [['observed', own.observed], ['feared', own.feared]].filter(([, text]) => text));
		for (const secret of [own.sender?.phone, own.sender?.email, own.subject?.number].filter(Boolean)) assert.ok(!JSON.stringify(r).includes(secret), secret);
		assert.deepEqual(await ids(mh, `/Communication?_id=${id}&recipient=${own.receiving_unit.id}&received=ge2000`), [id]);
	});
	test('the sender sees its status, and neither of whom nor what', async () => {
		const r = (await ask(police, 'GET', `/Communication/${id}`)).is(200).body;
		assert.deepEqual([r.subject, r.payload, r.recipient, tags(r)], [undefined, undefined, undefined, ['SUBSETTED']]);
		assert.deepEqual(await ids(police, `/Communication?patient=${s.patient}`), []);
		const [there, nowhere] = [await ask(lier, 'GET', `/Communication/${id}`), await ask(lier, 'GET', `/Communication/${anyId()}`)];
		assert.deepEqual([there.is(404).body.issue[0].details, problemOf(there)], [nowhere.is(404).body.issue[0].details, 'not_found']);
	});
	test('a sender who is protected is masked', async () => {
		const [{ body }] = await w.sql(`select fhir_report('{"id": "x", "version": 1, "projection": "OWN", "status": "RECEIVED", "type": "POLICE_CONCERN", "sender": {"identity_protected": true}}', clock_now()) as body`);
		assert.equal(body.sender.extension[0].valueCode, 'masked');
		assertValid(body);
	});
});
