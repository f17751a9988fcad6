// What is around the person: substitution treatment, risk flags, messages between the services, responsibility groups, references
// into the records, and what went wrong.
// By a chance of its own, so that the rest of the history stays what it was.
import { Chance } from './chance.mjs';
import { gp, gpOffice, leader, navOffice, quality, specialist, team } from './team.mjs';

const year = 365;
// how long a substitution treatment goes between two reviews; half a year is the longest
const between = 165;

// Who is in substitution treatment has been so for years; it is gone through twice a year.
function substitution(course, p, chance, last) {
	if (!chance.is(0.18)) return;
	const { calendar } = course;
	const begins = calendar.working(p.met + chance.from(5, 25));
	const next_review_on = (n) => calendar.date(n + between + 12);
	course.add(begins, 12, specialist, 'createOpioidSubstitutionFollowup', { remember: { lar: 'id' }, body: { patient_id: '$patient',
		started_on: calendar.date(begins - chance.from(60, 4 * year)), medicine: chance.one(['METHADONE', 'BUPRENORPHINE', 'BUPRENORPHINE_DEPOT']), level: 'BOTH',
		prescriber: 'Overlege Marte Solheim', prescriber_kind: 'SPECIALIST', dispensing_place: chance.one(['PHARMACY', 'MUNICIPAL_OUTLET']), dispensed_per_week: chance.from(1, 5),
		supervised_per_week: 1, controls: [{ kind: 'URINE', times: 1, per: 'MONTH' }], next_review_on: next_review_on(begins) } });
	const step = (n, body) => course.step(n, 12, specialist, ['transitionOpioidSubstitutionFollowup', 'lar'], body);
	for (let n = calendar.working(begins + between); n < last; n = calendar.working(n + between))
		step(n, { action: 'review', next_review_on: next_review_on(n), note: 'Stabil, samme dose' });
	if (p.ending === 'DECEASED') step(p.ends, { action: 'end', end_reason: 'DECEASED' });
}

// The service outside health care that meets the person alone (intake.mjs relates them).
const meetsAlone = (p) => (p.i % 4 !== 0 && p.place.housingUnit) || (p.i % 2 === 0 ? navOffice : undefined);

// It is told what it must know to be safe, and the person is told that it was.
function warn(course, p, n, flag, [warning, necessity]) {
	const to = meetsAlone(p);
	if (to) course.add(n, 14, p.main, 'createDangerDisclosure', { id: `$${flag}`, body: { to_unit_id: `$unit:${to}`, warning, necessity } });
}

// Assessed in the first weeks, and again before it would no longer hold; over when it has been so twice.
function risk(course, p, chance, last) {
	if (!chance.is(0.4)) return;
	const { calendar } = course;
	const [kind, text] = chance.one([['SUICIDE', 'Tidligere alvorlige forsøk når han har det verst'], ['OVERDOSE', 'Overdoser etter utskrivning'],
		['SELF_NEGLECT', 'Spiser og drikker lite når stemmene er sterke'], ['DANGER_TO_STAFF', 'Har truet ansatte i ruset tilstand']]);
	const first = calendar.working(p.met + chance.from(3, 20));
	const found = chance.one(['ORANGE', 'YELLOW']);
	course.add(first, 13, p.main, 'createRiskFlag', { remember: { flag: 'id' }, body: { patient_id: '$patient', kind, text, level: found,
		...(kind === 'DANGER_TO_STAFF' ? { precautions: 'Gå to sammen, avtal tid på forhånd' } : {}), valid_to: calendar.date(first + 90) } });
	if (kind === 'DANGER_TO_STAFF' && found === 'ORANGE')
		warn(course, p, first, 'flag', ['Gå to sammen på hjemmebesøk, og avtal tid på forhånd', 'Har truet ansatte i ruset tilstand, og dere møter pasienten alene']);
	let n = first;
	for (const [i, level] of ['ORANGE', 'YELLOW'].entries()) {
		n = calendar.working(first + 72 * (i + 1));
		if (n < last) course.step(n, 13, p.main, ['transitionRiskFlag', 'flag'], { action: 'reassess', level, valid_to: calendar.date(n + 90) });
	}
	n = calendar.working(n + 72);
	if (n < last) course.step(n, 13, p.main, ['transitionRiskFlag', 'flag'], { action: 'end', reason: 'Ikke lenger aktuelt' });
}

// Some have a dog: what is told of it holds on the last day.
function dog(course, p) {
	const n = course.calendar.working(course.calendar.days - 24);
	if (p.i % 30 !== 0 || n < p.met || p.ending) return;
	course.add(n, 12, p.main, 'createRiskFlag', { remember: { dog: 'id' }, body: { patient_id: '$patient', kind: 'DANGEROUS_ANIMAL', level: 'ORANGE', text: 'Stor hund som har bitt en besøkende',
		precautions: 'Ring før dere kommer, så er hunden på kjøkkenet', valid_to: course.calendar.date(n + 90) } });
	warn(course, p, n, 'dog', ['Ring før dere kommer på besøk, så er hunden stengt inne', 'Hunden har bitt en besøkende, og dere kommer på hjemmebesøk alene']);
}

const questions = [['Blodprøver', 'Kan dere ta de avtalte blodprøvene før neste time?', 'Timen er satt opp til torsdag'],
	['Medisinliste', 'Vi ser to ulike lister. Hvilken gjelder?', 'Den som ble oppdatert ved siste utskrivning'],
	['Hjemmehjelp', 'Er hjelpen i hjemmet kommet i gang igjen etter ferien?', 'Ja, fra mandag'],
	['Avtaler', 'Vi får ikke kontakt. Har dere sett pasienten den siste uken?', 'Var her på onsdag, vi avtalte ny time']];

// Asked by the team, answered by the other service on one of the next days, and the answer read.
function messages(course, p, chance, last) {
	const { calendar } = course;
	for (let n = calendar.working(p.met + chance.from(10, 60)); n < last; n = calendar.working(n + chance.from(110, 260))) {
		const [unit, who] = chance.is(0.6) ? [gpOffice, gp] : [p.place.unit, p.worker];
		const [subject, text, answer] = chance.one(questions);
		const answered = calendar.working(n + chance.from(1, 4));
		course.add(n, 14, p.main, 'createMessage', { remember: { message: 'id' }, body: { patient_id: '$patient', from_unit_id: `$unit:${team}`, to_unit_id: `$unit:${unit}`, subject, text, answer_wanted: true } });
		course.add(answered, 9, who, 'transitionMessage', { id: '$message', body: { action: 'answer', text: answer }, remember: { answer: 'answer_id' } });
		course.step(calendar.working(answered + 1), 8, p.main, ['transitionMessage', 'answer'], { action: 'acknowledge' });
	}
}

// The responsibility group of those who have an individual plan, about twice a year; called for the week after.
function meetings(course, p, chance, last) {
	if (!chance.is(0.5)) return;
	const { calendar } = course;
	const who = [[p.main, team], [p.worker, p.place.unit]];
	for (let n = calendar.working(p.met + chance.from(70, 110)); n < last; n = calendar.working(n + chance.from(170, 230))) {
		const held = calendar.working(n + chance.from(6, 10));
		course.add(n, 9, p.main, 'createCaseMeeting', { remember: { group: 'id', first: 'participants.0.id', second: 'participants.1.id' }, body: { patient_id: '$patient', kind: 'RESPONSIBILITY_GROUP',
			starts_at: calendar.time(held, 11), place: chance.one(['Teamets kontor', 'Hjemme', 'NAV-kontoret']), agenda: [chance.one(['Bolig', 'Økonomi', 'Aktivitet']), 'Veien videre'],
			participants: who.map(([staff, unit]) => ({ staff_id: `$staff:${staff}`, unit_id: `$unit:${unit}` })) } });
		course.step(held, 15, p.main, ['transitionCaseMeeting', 'group'], { action: 'hold', summary: 'Gikk gjennom planen og hva hver enkelt gjør.', patient_attended: chance.is(0.75),
			attended: chance.is(0.8) ? ['$first', '$second'] : ['$first'] });
	}
}

// Where something stands in the clinic's own system.
function records(course, p, chance, last) {
	const { calendar } = course;
	for (let n = calendar.working(p.met + chance.from(8, 40)); n < last; n = calendar.working(n + chance.from(140, 400)))
		course.add(n, 15, p.main, 'createExternalRecord', { body: { patient_id: '$patient', system: 'DIPS', record_id: `N-${calendar.date(n)}-${100 + p.i}`,
			record_type: chance.one(['NOTE', 'ASSESSMENT', 'DISCHARGE_SUMMARY', 'LAB']), record_date: calendar.date(n) } });
}

const wrongs = [['PATIENT_SAFETY', 2, 'Depotinjeksjonen ble gitt fire dager for sent', 'Ingen hadde ansvaret i ferien', 'Depotlisten gjennomgås på mandagsmøtet', 'Den som tar ferie, navngir hvem som tar over'],
	['COOPERATION', 1, 'Epikrisen kom fem dager etter utskrivning', 'Ulik forståelse av fristen', 'Avtale om telefon samme dag', 'Ring først, skriv etterpå'],
	['COOPERATION', 2, 'Boligen var sagt opp da pasienten ble utskrevet', 'Beskjeden gikk til feil enhet', 'Én kontakt i boligtjenesten', 'Utskrivning avtales med boligtjenesten, ikke bare meldes'],
	['ROUTINE_MISSING', 1, 'Ingen visste hvem som skulle hente medisinene', 'Ikke skrevet ned', 'Står i planen som tiltak', 'Det som ikke står i planen, er ingens ansvar']];

// Registered by whoever was there, assessed by the leader, followed until it is seen whether it has helped.
function deviations(course, p, chance, last) {
	const { calendar } = course;
	const n = calendar.working(p.met + chance.from(30, 330));
	if (n >= last || !chance.is(0.5)) return;
	const [type, harm, what_happened, cause, text, learning_text] = chance.one(wrongs);
	const together = type === 'COOPERATION';
	const step = (after, as, body, remember = {}) => course.add(calendar.working(n + after), 16, as, 'transitionDeviation', { id: '$deviation', body, remember });
	course.add(n, 16, p.main, 'createDeviation', { remember: { deviation: 'id' }, body: { patient_id: '$patient', type, what_happened, occurred_at: calendar.time(n, 10) } });
	step(2, leader, { action: 'assess', type, harm, likelihood: chance.from(2, 4), unexpected: false });
	step(6, quality, { action: 'analyse', cause, ...(together ? { counterpart_agency_id: `$agency:${p.place.agency}` } : {}) });
	if (together) step(14, p.place.leader, { action: 'answer', answer: 'Vi kjenner oss igjen, og endrer hvem som får beskjed.' });
	step(20, quality, { action: 'set_actions', corrective_actions: [{ text, owner_staff_id: `$staff:${leader}`, due_on: calendar.date(n + 45) }] }, { action: 'corrective_actions.0.id' });
	step(34, leader, { action: 'complete_action', corrective_action_id: '$action' });
	step(35, leader, { action: 'actions_done', effect_check_on: calendar.date(n + 120) });
	step(118, quality, { action: 'effective', learning_text, ...(together ? { shared_with: [`$agency:${p.place.agency}`] } : {}) });
}

export function around(course, p) {
	if (p.met === Infinity) return;
	const chance = new Chance(9_000 + p.i);
	const last = Math.min(p.ends, p.ending === 'LOST' ? p.quiet : Infinity, course.calendar.days) - 25;
	for (const part of [substitution, risk, dog, messages, meetings, records, deviations]) part(course, p, chance, last);
}
