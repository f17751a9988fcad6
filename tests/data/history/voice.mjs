// What the persons say for themselves: each half-year how they find that they are met, and what they ask of those who keep
// their data. By a chance of its own, so that the rest of the history stays what it was.
import { Chance } from './chance.mjs';

const questions = ['INVOLVED', 'OWN_GOALS', 'RESPECT', 'TOGETHER', 'WHOM_TO_CALL', 'COPING'];
// how many answer at all, and how often somebody leaves a question out
const [answering, leavingOut] = [0.6, 0.06];

// The first day of each half-year that begins within the history, and the first day of all.
function rounds(calendar) {
	const starts = [0];
	for (let n = 1; n < calendar.days; n++) if (['01-01', '07-01'].includes(calendar.date(n).slice(5))) starts.push(n);
	return starts;
}

// Once a round, while they are the team's; the longer it has helped, the better.
function survey(course, p, chance, last) {
	const { calendar } = course;
	const starts = rounds(calendar);
	for (const [i, start] of starts.entries()) {
		const [from, to] = [Math.max(start, p.met + 20), Math.min(starts[i + 1] ?? calendar.days, last) - 10];
		if (from > to || !chance.is(answering)) continue;
		const n = calendar.working(chance.from(from, to));
		const level = 3 + p.gain + Math.min(1, (n - p.met) / 365) - p.need;
		const answers = Object.fromEntries(questions.filter(() => !chance.is(leavingOut)).map((code) => [code, chance.near(level + 0.5, 1, [1, 5])]));
		course.add(n, 13, p.self, 'submitUserExperienceSurvey', { body: { answers } });
	}
}

const [clinicOfficer, municipalOfficer] = ['drammen-dps:pv-1', 'drammen-kommune:pv-1'];

// What one asks on a day, then { after how many working days, who, and the step }.
function request(course, name, n, { as, ...body }, steps) {
	const { calendar } = course;
	let on = calendar.working(n);
	course.add(on, 10, as, 'createDataSubjectRequest', { remember: { [name]: 'id' }, body });
	for (const [after, who, step] of steps) {
		on = calendar.working(on + after);
		course.step(on, 11, who, ['transitionDataSubjectRequest', name], step);
	}
}

// The demo citizen asks three things; the last still waits.
function citizen(course, p) {
	const { days } = course.calendar;
	request(course, 'access', 260, { as: p.self, kind: 'ACCESS', agency_id: '$agency:drammen-dps', text: 'Jeg vil se alt dere har skrevet om meg' },
		[[4, clinicOfficer, { action: 'start' }], [9, clinicOfficer, { action: 'fulfil', answer: 'Kopi av journalen ligger klar i innsynsportalen' }]]);
	request(course, 'erasure', days - 150, { as: p.self, kind: 'ERASURE', agency_id: '$agency:drammen-kommune', text: 'Slett meldingen fra politiet',
		concerns: [{ resource: 'concern-reports' }] }, [[3, municipalOfficer, { action: 'start' }],
		[1, municipalOfficer, { action: 'ask_opinion', staff_id: '$staff:drammen-kommune:mh-1' }],
		[5, 'drammen-kommune:mh-1', { action: 'give_opinion', opinion: 'Meldingen forklarer hvorfor hjelpen kom i gang, og er nødvendig' }],
		[2, municipalOfficer, { action: 'refuse', legal_basis: 'HPL_ERASE', answer: 'Meldingen er nødvendig for helsehjelpen og kan ikke slettes' }]]);
	request(course, 'portability', days - 8, { as: p.self, kind: 'PORTABILITY', agency_id: '$agency:drammen-dps', text: 'Jeg vil ha målingene mine i en app' },
		[[2, clinicOfficer, { action: 'start' }]]);
}

const correction = 'Det står at jeg bor alene. Jeg bor sammen med søsteren min';

// A letter with which the main contact comes back to the clinic.
function letter(course, p) {
	request(course, 'correction', p.met + 120, { as: p.main, kind: 'RECTIFICATION', patient_id: '$patient', channel: 'LETTER', text: correction },
		[[1, clinicOfficer, { action: 'verify_identity', identity_check: 'Hovedkontakten kjenner pasienten' }], [1, clinicOfficer, { action: 'start' }],
			[1, clinicOfficer, { action: 'ask_opinion', staff_id: `$staff:${p.main}` }],
			[6, p.main, { action: 'give_opinion', opinion: 'Stemmer; adressen i journalen er søsterens' }],
			[2, clinicOfficer, { action: 'fulfil', answer: 'Opplysningen er rettet, og det står når og av hvem' }]]);
}

// Who has read, and what may be told on; the first is answered in part, the second is thought better of.
function log(course, p) {
	request(course, 'readers', p.met + 90, { as: p.self, kind: 'ACCESS_LOG', agency_id: '$agency:drammen-dps', text: 'Hvem har lest om meg?' },
		[[2, clinicOfficer, { action: 'start' }], [20, clinicOfficer, { action: 'extend', reason: 'Mange enheter må spørres' }],
			[25, clinicOfficer, { action: 'fulfil_partly', legal_basis: 'PJL_ACCESS', answer: 'Loggen er vedlagt; navnet på én ansatt er holdt tilbake' }]]);
}

function objection(course, p) {
	request(course, 'objected', p.met + 60, { as: p.self, kind: 'OBJECTION', agency_id: '$agency:drammen-kommune', text: 'Ikke bruk tallene mine i statistikk' },
		[[6, p.self, { action: 'withdraw' }]]);
}

function requests(course, p, chance, last) {
	if (p.i === 0) citizen(course, p);
	else if (p.i % 20 === 5 && p.met + 150 < last) letter(course, p);
	else if (p.i % 25 === 14 && p.met + 160 < last) log(course, p);
	else if (p.i % 30 === 7 && p.met + 90 < last) objection(course, p);
}

export function voice(course, p) {
	if (p.met === Infinity) return;
	const chance = new Chance(11_000 + p.i);
	const last = Math.min(p.ending === 'LOST' ? p.quiet : p.ends, course.calendar.days);
	for (const part of [survey, requests]) part(course, p, chance, last);
}
