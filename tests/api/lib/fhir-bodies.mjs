// Resources as they are sent to be made, of the types whose tests share them; and the people whom they are about.
import { inTeam } from './in-team.mjs';
import { begin, individual, people, period, person as planned } from '../plan-steps.mjs';
import { hoursAgo, person } from '../specialist-steps.mjs';

export const canonical = 'https://samhandling.example/fhir/';
export const coding = (name, code) => ({ system: `${canonical}CodeSystem/${name}`, code });
export const concept = (name, code) => ({ coding: [coding(name, code)] });
export const hl7 = (name, code) => ({ coding: [{ system: `http://terminology.hl7.org/CodeSystem/${name}`, code }] });
export const extension = (name, value) => ({ url: `${canonical}StructureDefinition/${name}`, ...value });
export const to = (type, id) => ({ reference: `${type}/${id}` });

const [tm, gp] = ['drammen-dps:tm-1', 'fastlege-demo:gp-1'];

export const item = (code, valueInteger) => ({ code: concept('instrument-item', code), valueInteger });
export const judged = (name, code, text) => extension(name, { valueCodeableConcept: { ...concept('yes-no-unknown', code), text } });

// A function for each: { type: { who, body: (changes) → resource } }, about people who are made for it.
export async function writable(w) {
	const { patient: followed } = await inTeam(w);
	const referred = await person(w);
	const asked = await planned(w);
	const owner = await planned(w);
	const plan = await begin(w, people.co, { kind: 'IP', patient_id: owner, individual, ...period });
	const nav = w.ids.agency['nav-drammen'];
	const visit = (changes = {}) => ({ resourceType: 'Encounter', status: 'finished', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
		type: [concept('contact-mode', 'FACE_TO_FACE'), concept('contact-place', 'HOME')], subject: to('Patient', followed), participant: [{ individual: to('Practitioner', w.ids.staff[tm]) }],
		period: { start: hoursAgo(2), end: hoursAgo(1) }, ...changes });
	const goal = (changes = {}) => ({ resourceType: 'Goal', lifecycleStatus: 'proposed', extension: [extension('plan', { valueReference: to('CarePlan', plan.id) })], description: { text: 'Jeg vil bo for meg selv' },
		category: [concept('life-domain', 'HOUSING')], subject: to('Patient', owner), target: [{ dueDate: '2031-03-01' }], expressedBy: to('Patient', owner), ...changes });
	const score = (changes = {}) => ({ resourceType: 'Observation', status: 'final', category: [hl7('observation-category', 'survey'), concept('occasion', 'EXTRA')], code: concept('instrument', 'GAF_S'),
		subject: to('Patient', followed), effectiveDateTime: hoursAgo(1), performer: [to('Practitioner', w.ids.staff[tm])], component: [item('GAF_S-GAF_S', 51)], ...changes });
	const referral = (changes = {}) => ({ resourceType: 'ServiceRequest', status: 'draft', intent: 'order', category: [concept('request-category', 'REFERRAL')], code: concept('service', 'TEAM_INTAKE'),
		orderDetail: [concept('referral-part', 'SPECIALIST'), concept('referral-part', 'MUNICIPAL')], subject: to('Patient', referred), performer: [to('Organization', w.ids.unit['drammen-dps:fact'])], priority: 'urgent',
		reasonCode: [{ text: 'Trenger samordnet oppfølging' }], extension: [extension('consent-form', { valueCode: 'WRITTEN' }), extension('consent-given', { valueDate: '2026-01-02' }),
			judged('mental-illness', 'YES', 'Schizofreni'), judged('substance-dependence', 'NO', 'Ingen'), judged('function-loss', 'YES', 'Bor ikke alene'), judged('weak-service-link', 'YES', 'Møter ikke'), judged('relapse-risk', 'NO', 'Lav')], ...changes });
	const question = (changes = {}) => ({ resourceType: 'Consent', status: 'proposed', scope: hl7('consentscope', 'patient-privacy'), category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }, concept('consent-type', 'SHARE')],
		patient: to('Patient', asked), policyRule: concept('legal-basis', 'HPL_22'), extension: [extension('consent-purpose', { valueString: 'Arbeid' }), extension('consent-explained', { valueString: 'Hva NAV får se' })],
		provision: { type: 'deny', provision: [{ type: 'permit', actor: [{ role: hl7('v3-ParticipationType', 'IRCP'), reference: to('Organization', nav) }], action: [hl7('consentaction', 'access')], code: [concept('data-category', 'WORK'), concept('data-category', 'IDENTITY')] }] }, ...changes });
	const ip = (changes = {}) => ({ resourceType: 'CarePlan', status: 'draft', intent: 'plan', category: [concept('plan-type', 'IP')], subject: to('Patient', asked), period: { start: '2031-03-01', end: '2032-03-01' }, ...changes });
	return { plan, contact: { who: tm, body: visit }, Goal: { who: people.co, body: goal }, Observation: { who: tm, body: score }, ServiceRequest: { who: gp, body: referral },
		Consent: { who: people.tm, body: question }, CarePlan: { who: people.co, body: ip } };
}
