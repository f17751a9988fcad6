// Steps that the tests on plans and measures share.
import { syntheticNumber } from './harness.mjs';
import { day } from './lib/days.mjs';

export const people = { co: 'drammen-kommune:co-1', cu: 'drammen-kommune:cu-1', tm: 'drammen-dps:tm-1', tl: 'drammen-dps:tl-1', dps: 'drammen-dps:dps-1',
	mh: 'drammen-kommune:mh-1', nav: 'nav-drammen:nav-1', ho: 'drammen-kommune:ho-1', gp: 'fastlege-demo:gp-1', ko: 'drammen-kommune:ko-1', lier: 'lier-kommune:mh-1' };

export const soon = day(90);
export const period = { period_from: day(-1), period_to: day(365), next_review_on: soon };

// A person of the team's, whom these units serve too.
export async function person(w, { units = ['drammen-kommune:koordinering', 'drammen-kommune:mottak'], ...members } = {}) {
	const { id } = (await w.api(people.tm, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Plan', municipality_number: '3301', ...members })).is(201).body;
	for (const unit of units) await relate(w, id, unit);
	return id;
}

export const relate = (w, patient, unit) => w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis)
	select $1, id, agency_id, 'SERVICE' from unit where id = $2 on conflict do nothing`, [patient, w.ids.unit[unit]]);

export async function step(w, who, path, body) {
	const now = (await w.api(who, 'GET', path)).is(200);
	return w.api(who, 'POST', `${path}/transitions`, body, { 'if-match': now.etag });
}

export const act = async (w, who, path, body) => (await step(w, who, path, body)).is(200).body;

// A consent that the person has given, as the team has recorded it.
export async function consent(w, patient, members = {}) {
	const asked = (await w.api(people.tm, 'POST', `/patients/${patient}/consents`, { type: 'IP_PLAN', purpose: 'Individuell plan', explained: 'Hvem som ser planen', ...members })).is(201).body;
	await act(w, people.tm, `/consents/${asked.id}`, { action: 'grant', form: 'WRITTEN', competence: 'COMPETENT', document_ref: 'DIPS 1' });
	return asked.id;
}

export const releaseTo = (w, patient, slug, categories) => consent(w, patient, { type: 'SHARE', to_agencies: [w.ids.agency[slug]], data_categories: categories });

export const withdraw = (w, id) => act(w, people.tm, `/consents/${id}`, { action: 'withdraw' });

export async function begin(w, who, body) {
	const made = (await w.api(who, 'POST', '/plans', body)).is(201);
	return { id: made.body.id, path: `/plans/${made.body.id}`, body: made.body };
}

export const write = async (w, who, path, body) => (await w.change(who, 'PATCH', path, body)).is(200).body;

export const individual = { resources: 'God til å lage mat', needs: ['Fast bolig'], contributions: [{ by: 'PATIENT', what: 'Møter opp' }], cooperation: [] };

export const goal = { words: 'Jeg vil bo for meg selv', domain: 'HOUSING', baseline_score: 2 };

export const takePart = (w, who, path, staff, unit) => w.api(who, 'POST', `${path}/participants`, { kind: 'STAFF', staff_id: w.ids.staff[staff], unit_id: w.ids.unit[unit], part: 'Oppfølging' });

export const measureFor = (w, plan, unit, members = {}) => ({ plan_id: plan, title: 'Hjelp i hjemmet', domain: 'HOUSING', how: 'Hjemmebesøk', extent: '2 × 60 min i uken',
	responsible_unit_id: w.ids.unit[unit], ...members });

// An individual plan with all nine parts, coordinated by the municipality, in DRAFT.
export async function wholeDraft(w, patient) {
	const consent_id = await consent(w, patient);
	const plan = await begin(w, people.co, { kind: 'IP', patient_id: patient, individual, ...period });
	await write(w, people.co, plan.path, { consent_id });
	plan.consent = consent_id;
	plan.goal = (await w.api(people.co, 'POST', `${plan.path}/goals`, goal)).is(201).body;
	plan.participant = (await takePart(w, people.co, plan.path, 'drammen-dps:tm-1', 'drammen-dps:fact')).is(201).body;
	plan.measure = (await w.api(people.co, 'POST', '/measures', measureFor(w, plan.id, 'drammen-kommune:mottak'))).is(201).body;
	return plan;
}

export const approval = { action: 'approve', form: 'WRITTEN', document_ref: 'DIPS 2026-1' };

// The same in force.
export async function active(w, patient) {
	const plan = await wholeDraft(w, patient);
	await act(w, people.co, plan.path, { action: 'submit' });
	plan.body = await act(w, people.co, plan.path, approval);
	return plan;
}

const crisis = { warning_signs: [{ sign: 'Sover ikke', stage: 'EARLY' }], what_helps: ['Rolig samtale'], contacts: [{ name: 'FACT-team' }], wanted_treatment: 'Samtale' };
export const contents = { IP: { individual }, CRISIS: { crisis }, WORK_ACTIVITY: { work: { wish: 'Jobbe med dyr' } }, TREATMENT: { treatment: { approach: 'Ukentlige samtaler' } } };
