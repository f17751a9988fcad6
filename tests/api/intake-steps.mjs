// The way into the team, for every test that needs someone who is in it.
import { syntheticNumber } from './harness.mjs';
import { act } from './concern-steps.mjs';

export const gp = 'fastlege-demo:gp-1';
export const leader = 'drammen-dps:tl-1';
export const member = 'drammen-dps:tm-1';
export const specialist = 'drammen-dps:dps-1';
export const municipal = 'drammen-kommune:mh-1';

// Answers to the five criteria: 'F A W' are met, the others not; '?B' is unknown.
const criterion = { A: 'A_mental_illness', B: 'B_substance_dependence', F: 'F_major_function_loss', W: 'W_weak_service_link', N: 'N_high_relapse_risk' };

export function criteria(text) {
	const words = text.split(' ');
	const answer = (letter) => (words.includes(letter) ? 'YES' : words.includes(`?${letter}`) ? 'UNKNOWN' : 'NO');
	return Object.fromEntries(Object.entries(criterion).map(([letter, name]) => [name, { answer: answer(letter), evidence: `Vurdert: ${letter}` }]));
}

export const inTarget = criteria('F A W');

export const referral = (w, members = {}) => ({ receiving_unit_id: w.ids.unit['drammen-dps:fact'], subject: { number: syntheticNumber(), given_name: 'Rolig', family_name: 'Furu' },
	parts: ['SPECIALIST', 'MUNICIPAL'], reason: 'Trenger samordnet oppfølging', eligibility: inTarget, consent_form: 'WRITTEN', consent_on: '2026-01-02', ...members });

// { id, path, patient } of a draft of `who`.
export async function drafted(w, { who = gp, ...members } = {}) {
	const { body } = (await w.api(who, 'POST', '/referrals', referral(w, members))).is(201);
	return { id: body.id, path: `/referrals/${body.id}`, patient: body.patient_id };
}

export async function sent(w, options = {}) {
	const r = await drafted(w, options);
	await act(w, options.who ?? gp, r.path, { action: 'send' });
	return r;
}

export const meeting = (w) => ({ specialist_unit_id: w.ids.unit['drammen-dps:poliklinikk'], municipal_unit_id: w.ids.unit['drammen-kommune:mottak'] });

export async function received(w, options) {
	const r = await sent(w, options);
	await act(w, leader, r.path, { action: 'receive', ...meeting(w) });
	return r;
}

// Both levels give the same vote; the representation after the second.
export async function voted(w, r, body) {
	await act(w, specialist, r.path, body);
	return act(w, municipal, r.path, body);
}

export async function accepted(w, options) {
	const r = await received(w, options);
	await voted(w, r, { action: 'accept' });
	return r;
}

export const contacts = (w) => ({ main_contact_id: w.ids.staff['drammen-dps:tm-1'], substitute_id: w.ids.staff['drammen-dps:tm-2'] });

// Someone in the team: { id, path, patient, referral }, PENDING, or in the state that `walk` of actions leads to.
export async function enrolled(w, options) {
	const r = await accepted(w, options);
	const { enrolment_id: id } = await act(w, leader, r.path, { action: 'enrol', ...contacts(w) });
	return { id, path: `/enrolments/${id}`, patient: r.patient, referral: r.id };
}
