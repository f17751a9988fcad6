// Contact, task and assessment over FHIR are made of their rows, not of the native answers: each says what the native answer
// says to the same caller, and no more.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { operation, world } from './harness.mjs';
import { act } from './concern-steps.mjs';
import { fhir, resources } from './lib/fhir.mjs';
import { day, inMinutes } from './lib/days.mjs';
import { inTeam, relate, release } from './lib/in-team.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const ask = fhir(w);
const own = (name) => `https://samhandling.example/fhir/CodeSystem/${name}`;
const extension = (name) => `https://samhandling.example/fhir/StructureDefinition/${name}`;
const hl7 = (name) => `http://terminology.hl7.org/CodeSystem/${name}`;
const [tl, tm, mh, co, nav, gp, citizen] = ['drammen-dps:tl-1', 'drammen-dps:tm-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'nav-drammen:nav-1', 'fastlege-demo:gp-1', 'citizen:pt-1'];

const concept = (system, code) => code && { coding: [{ system, code }] };
const to = (type, id) => id && { reference: `${type}/${id}` };
const some = (list) => (list?.length > 0 ? list : undefined);
const subsetted = [{ system: hl7('v3-ObservationValue'), code: 'SUBSETTED' }];
const plain = (value) => JSON.parse(JSON.stringify(value)); // without what is undefined

const classOf = ({ mode, place }) => (mode !== 'FACE_TO_FACE' ? 'VR' : place === 'HOME' ? 'HH' : ['TEAM_OFFICE', 'CLINIC', 'HOSPITAL', 'NAV_OFFICE', 'GP_OFFICE'].includes(place) ? 'AMB' : 'FLD');
const masked = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] };

const stateOf = (c) => ({ PLANNED: 'planned', VOID: 'entered-in-error' })[c.status] ?? (['HELD', undefined].includes(c.outcome) ? 'finished' : 'cancelled');

function periodOf(c) {
	const begins = c.started_at ?? c.planned_at;
	return begins ? { start: begins, end: new Date(Date.parse(begins) + (c.minutes ?? 0) * 60_000).toISOString() } : { start: c.date, end: c.date };
}

function encounter(c) {
	return { resourceType: 'Encounter', id: c.id,
		extension: some([{ url: extension('native-state'), valueCoding: { system: own('contact-state'), code: c.status } }, ...(c.outcome ? [{ url: extension('contact-outcome'), valueCode: c.outcome }] : [])]),
		identifier: c.external_record && [{ system: `https://samhandling.example/fhir/NamingSystem/external-record-${c.external_record.system.toLowerCase()}`, value: c.external_record.reference }],
		status: stateOf(c),
		class: c.mode ? { system: hl7('v3-ActCode'), code: classOf(c) } : masked, type: some([concept(own('contact-mode'), c.mode), concept(own('contact-place'), c.place)].filter(Boolean)),
		subject: to('Patient', c.patient_id), episodeOfCare: c.enrolment_id && [to('EpisodeOfCare', c.enrolment_id)],
		participant: some(c.staff?.map((m) => ({ individual: to('Practitioner', m.staff_id) }))),
		period: periodOf(c),
		length: c.minutes && { value: c.minutes, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
		reasonCode: some(c.purposes?.map((p) => concept(own('contact-purpose'), p))), serviceProvider: to('Organization', c.unit_id) };
}

function task(t) {
	const focus = { referral: 'ServiceRequest', measure: 'ServiceRequest', plan: 'CarePlan', enrolment: 'EpisodeOfCare', admission: 'Encounter', contact: 'Encounter' }[t.entity];
	return { resourceType: 'Task', id: t.id, status: { DONE: 'completed', CANCELLED: 'cancelled' }[t.status] ?? 'requested', statusReason: t.closing_note && { text: t.closing_note },
		businessStatus: concept(own('task-state'), t.status), intent: 'order', code: concept(own('task'), t.kind), description: t.title, focus: focus && to(focus, t.entity_id), for: to('Patient', t.patient_id),
		authoredOn: t.created_at, lastModified: t.updated_at, requester: to('Practitioner', t.created_by), owner: to('Practitioner', t.assignee_staff_id) ?? to('Organization', t.unit_id ?? t.agency_id),
		note: t.note && [{ text: t.note }], restriction: t.due_at && { period: { end: t.due_at } } };
}

function observation(a) {
	const items = Object.entries(a.items ?? {}).filter(([, v]) => Number.isInteger(v)).sort(([x], [y]) => (x < y ? -1 : 1));
	return { resourceType: 'Observation', id: a.id, status: a.entered_in_error ? 'entered-in-error' : a.correction_reason ? 'corrected' : 'final',
		category: [concept(hl7('observation-category'), 'survey'), concept(own('occasion'), a.occasion)], code: concept(own('instrument'), a.instrument_code), subject: to('Patient', a.patient_id),
		effectiveDateTime: a.assessed_on, performer: a.rater_staff_id && [to('Practitioner', a.rater_staff_id)],
		valueQuantity: a.total === undefined ? undefined : { value: a.total, unit: 'score', system: 'http://unitsofmeasure.org', code: '{score}' },
		dataAbsentReason: a.total === undefined ? concept(hl7('data-absent-reason'), a.declined ? 'asked-declined' : 'unknown') : undefined,
		component: some(items.map(([key, value]) => ({ code: concept(own('instrument-item'), `${a.instrument_code}-${key}`), valueInteger: value }))) };
}

const moments = (r) => (r.period ? { ...r, period: Object.fromEntries(Object.entries(r.period).map(([key, at]) => [key, at.length === 10 ? at : new Date(at).toISOString()])) } : r);

// Read by several callers: who may read it natively may read it here, and is told the same.
async function same(callers, [native, type], id, of, isSubset) {
	let told = 0;
	for (const who of callers) {
		const [there, here] = [await w.api(who, 'GET', `/${native}/${id}`), await ask(who, 'GET', `/${type}/${id}`)];
		assert.equal(here.status, there.status, here.story());
		if (there.status !== 200) continue;
		const { meta, ...body } = here.body;
		assert.deepEqual(moments(body), plain(moments(of(there.body))), who);
		assert.deepEqual([meta.versionId, meta.tag], [String(there.body.version), isSubset(there.body) ? subsetted : undefined], who);
		told++;
	}
	return told;
}

describe('a contact', () => {
	test('of every kind, to who sees all of it and who sees its status', async () => {
		const { patient } = await inTeam(w);
		await relate(w, patient, ['drammen-kommune:mottak', 'fastlege-demo:kontor', 'nav-drammen:kontor']);
		await release(w, patient, 'nav-drammen', ['HEALTH_SUMMARY']);
		const make = async (body) => (await w.api(tm, 'POST', '/contacts', { patient_id: patient, ...body })).is(201).body;
		const visit = { mode: 'FACE_TO_FACE', place: 'HOME' };
		const all = [await make({ ...visit, outcome: 'HELD', started_at: inMinutes(-90), minutes: 45, purposes: ['HOUSING', 'ECONOMY'], external_record: { system: 'DIPS', reference: 'A "1"\\' } }),
			await make({ ...visit, place: 'CLINIC', planned_at: inMinutes(60) }), await make({ mode: 'PHONE', outcome: 'HELD', started_at: inMinutes(-30), minutes: 5 }),
			await make({ ...visit, place: 'PUBLIC', outcome: 'NOT_HOME', started_at: inMinutes(-40) }), await make({ mode: 'LETTER', outcome: 'HELD', started_at: inMinutes(-20), minutes: 1 })];
		await act(w, tl, `/contacts/${all[2].id}`, { action: 'void', reason: 'Feil pasient' });
		let told = 0;
		for (const { id } of all) told += await same([tl, tm, mh, co, nav, gp, citizen], ['contacts', 'Encounter'], id, encounter, (c) => c.projection === 'STATUS');
		assert.ok(told >= 15, String(told));
		const found = resources((await ask(tl, 'GET', `/Encounter?patient=${patient}`)).is(200).body);
		assert.deepEqual(found.map((r) => r.id), all.map((c) => c.id).sort());
	});
});

describe('a task', () => {
	test('open, done, cancelled, of somebody, about something, with signs that JSON escapes', async () => {
		const words = 'Ring "legen" \\ nå\n\t– og så';
		const make = async (body) => (await w.api(mh, 'POST', '/tasks', { title: words, ...body })).is(201).body;
		const all = [await make({}), await make({ note: words, due_at: inMinutes(60), unit_id: w.ids.unit['drammen-kommune:mottak'], patient_id: s.patient }), await make({ assignee_staff_id: w.ids.staff[mh] }), await make({})];
		await act(w, mh, `/tasks/${all[2].id}`, { action: 'complete' });
		await act(w, mh, `/tasks/${all[3].id}`, { action: 'cancel', reason: words });
		const others = await w.sql('select id from task where entity_id is not null');
		assert.ok(others.length > 0);
		let told = 0;
		for (const { id } of [...all, ...others]) told += await same([mh, tl, co], ['tasks', 'Task'], id, task, () => false);
		assert.ok(told >= all.length + 1, String(told));
	});
	test('is found by its owner: a unit, an agency, a member of staff, of any of several and of all groups', async () => {
		const unit = w.ids.unit['drammen-kommune:mottak'];
		const agency = w.ids.agency['drammen-kommune'];
		const [mine, units, anyones] = await Promise.all([{ assignee_staff_id: w.ids.staff[mh] }, { unit_id: unit }, {}].map(async (b) => (await w.api(mh, 'POST', '/tasks', { title: 'x', ...b })).is(201).body.id));
		const find = async (query) => new Set(resources((await ask(mh, 'GET', `/Task?_count=200&${query}`)).is(200).body).map((t) => t.id));
		const has = (found) => [mine, units, anyones].map((id) => found.has(id));
		assert.deepEqual(has(await find(`owner=Organization/${unit}`)), [false, true, false]);
		assert.deepEqual(has(await find(`owner=Organization/${agency}`)), [true, true, true]);
		assert.deepEqual(has(await find(`owner=Practitioner/${w.ids.staff[mh]}`)), [true, false, false]);
		assert.deepEqual(has(await find(`owner=${w.ids.staff[mh]},${unit}`)), [true, true, false]);
		assert.deepEqual(has(await find(`owner=Organization/${agency}&owner=${unit}`)), [false, true, false]);
		const pages = [];
		for (let path = `/Task?_count=2&owner=Organization/${agency}`; path; path = pages.at(-1).link.find((l) => l.relation === 'next')?.url.replace(/^.*\/fhir\/r4/, ''))
			pages.push((await ask(mh, 'GET', path)).is(200).body);
		const walked = pages.flatMap(resources).map((t) => t.id);
		assert.deepEqual([walked, new Set(walked)], [walked.toSorted(), await find(`owner=Organization/${agency}`)]);
	});
});

describe('an assessment', () => {
	test('answered, declined, corrected and taken back, to who sees the items and who sees the score', async () => {
		const make = async (body) => (await w.api(tl, 'POST', '/assessments', { patient_id: s.patient, instrument_version: '1998', occasion: 'EXTRA', assessed_on: day(-2), ...body })).is(201).body;
		const gaf = { instrument_code: 'GAF_S', rater_staff_id: w.ids.staff[tl] };
		const all = [await make({ ...gaf, items: { GAF_S: 41 } }), await make({ ...gaf, declined: true }), await make({ ...gaf, items: { GAF_S: 55 } }), await make({ ...gaf, items: { GAF_S: 60 } })];
		(await w.change(tl, 'PATCH', `/assessments/${all[2].id}`, { items: { GAF_S: 56 }, correction_reason: 'Feil "tall"' })).is(200);
		(await w.change(tl, 'PATCH', `/assessments/${all[3].id}`, { entered_in_error: true, correction_reason: 'Feil person' })).is(200);
		const others = await w.sql('select id from assessment');
		let told = 0;
		for (const { id } of others) told += await same([tl, tm, mh, gp, citizen], ['assessments', 'Observation'], id, observation, (a) => a.items === undefined);
		assert.ok(told >= 8, String(told));
		const found = async (query) => resources((await ask(tl, 'GET', `/Observation?patient=${s.patient}&category=survey&${query}`)).is(200).body).map((r) => r.id);
		assert.deepEqual([(await found('_count=200')).includes(all[3].id), await found('status=entered-in-error')], [false, [all[3].id]]);
	});
});
