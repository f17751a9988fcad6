// From the first worry to the team: a report of concern or a referral, the decision of both levels, the enrolment.
import { clinic, clinicLeader, doctor, gp, gpOffice, leader, nav, navOffice, specialist, team } from './team.mjs';

const worries = [
	{ as: 'politi-demo:po-1', type: 'POLICE_CONCERN', observed: 'Patruljen har vært på adressen flere ganger. Roper om natta og virker redd.' },
	{ as: nav, type: 'GENERAL_ADULT', observed: 'Har ikke møtt til tre avtaler, svarer ikke på telefon og har mistet strømmen.' },
	{ as: gp, type: 'GENERAL_ADULT', observed: 'Kommer ikke til time, og medisinene er ikke hentet på to måneder.' },
];
const reasons = ['Trenger tett og samordnet oppfølging hjemme', 'Gjentatte innleggelser og brudd i behandlingen',
	'Psykoselidelse og ruslidelse, mister boligen uten hjelp', 'Møter ikke til avtaler, trenger oppsøkende behandling'];

// Those whom the clinic has treated are entered there, the others by the municipality.
function register(course, p) {
	const known = Math.max(1, Math.min(p.reported - 1, ...p.stays.map((s) => s.begins)));
	const atClinic = p.stays.some((s) => s.begins < p.sent);
	course.add(known, 6, atClinic ? clinicLeader : p.place.leader, 'createPatient', {
		body: { ...p.details, unit_id: `$unit:${atClinic ? clinic : p.place.unit}` }, remember: { patient: 'id' } });
}

function concern(course, p) {
	const { national_id: number, given_name, family_name, municipality_number } = p.details;
	const { as, ...worry } = p.chance.one(worries);
	const n = p.reported;
	course.add(n, 8, as, 'createConcernReport', { remember: { report: 'id' }, body: { ...worry, municipality_number,
		subject: { number, given_name, family_name }, has_minor_children: 'UNKNOWN', subject_informed: 'NO' } });
	const step = (day, hour, body) => course.step(day, hour, p.worker, ['transitionConcernReport', 'report'], body);
	step(n, 10, { action: 'start_triage' });
	step(n, 10, { action: 'identify_subject', subject: { given_name, family_name } });
	step(n, 11, { action: 'set_severity', severity: p.need > 0.75 ? 'ORANGE' : 'YELLOW', has_minor_children: 'NO', pregnant: 'NOT_APPLICABLE' });
	step(n + 1, 9, { action: 'investigate' });
	step(n + 2, 9, { action: 'start_action', outcome_codes: ['HELP_ACCEPTED', 'REFERRED_TEAM'] });
	step(n + 3, 9, { action: 'close', outcome_codes: ['HELP_ACCEPTED', 'REFERRED_TEAM'], feedback_decision: 'GIVE',
		assessment_text: 'Oppsøkt hjemme. Tar imot hjelp, henvises til FACT-teamet.' });
	course.add(n + 3, 10, p.worker, 'recordConcernReportFeedback', { id: '$report', body: { kind: 'RESULT', channel: 'PHONE' } });
}

const criterion = (met, evidence) => (met ? { answer: 'YES', evidence } : { answer: 'NO' });

function refer(course, p) {
	const { chance } = p;
	const { national_id: number, given_name, family_name } = p.details;
	const substances = chance.is(0.45);
	const as = { GP: gp, CLINIC: specialist, CONCERN: p.worker }[p.way];
	course.add(p.sent, 12, as, 'createReferral', { remember: { referral: 'id', patient: 'patient_id' }, body: {
		receiving_unit_id: `$unit:${team}`, subject: { number, given_name, family_name }, parts: ['SPECIALIST', 'MUNICIPAL'],
		reason: chance.one(reasons), risk_level: p.need > 0.75 ? 'ORANGE' : 'YELLOW',
		...(p.way === 'CONCERN' ? { clinician: doctor } : {}),
		eligibility: {
			A_mental_illness: criterion(true, 'Alvorlig psykisk lidelse'),
			B_substance_dependence: criterion(substances, 'Avhengighet av rusmidler'),
			F_major_function_loss: criterion(p.turnedDown !== 'REJECTED', 'Klarer ikke å bo alene uten hjelp'),
			W_weak_service_link: criterion(p.need > 0.4, 'Møter sjelden til avtaler'),
			N_high_relapse_risk: criterion(true, 'Flere tilbakefall siste år'),
		},
		additional_flags: ['ADD_A', 'ADD_B', 'ADD_C', 'ADD_D', 'ADD_E', 'ADD_F', 'ADD_G'].filter(() => chance.is(p.need / 2)),
		consent_form: 'WRITTEN', consent_on: course.calendar.date(p.sent) } });
	course.step(p.sent, 12, as, ['transitionReferral', 'referral'], { action: 'send' });
	return as;
}

// Both levels decide, on the same day, and the second vote counts.
function decide(course, p, as) {
	const step = (n, hour, who, body) => course.step(n, hour, who, ['transitionReferral', 'referral'], body);
	if (p.turnedDown === 'WITHDRAWN') return step(p.received, 8, as, { action: 'withdraw', reason: 'Ønsker ikke oppfølging fra teamet nå' });
	step(p.received, 8, leader, { action: 'receive', specialist_unit_id: `$unit:${clinic}`, municipal_unit_id: `$unit:${p.place.unit}` });
	if (p.turnedDown === 'LAPSED') return step(p.decided, 9, leader, { action: 'lapse', lapse_reason: 'MOVED_AWAY' });
	const vote = p.turnedDown ? { action: 'reject', reason: 'Har god nok oppfølging hos fastlege og kommune', next_responsible_agency_id: `$agency:${p.place.agency}` }
		: { action: 'accept' };
	step(p.decided, 9, specialist, vote);
	return step(p.decided, 10, p.worker, vote);
}

// Whoever serves the person beside the team stands in relation to them.
function relate(course, p, n) {
	const relate = (unit, basis = 'SERVICE') => course.add(n, 13, p.main, 'createCareRelation', { id: '$patient', body: { unit_id: `$unit:${unit}`, basis } });
	relate(gpOffice, 'GP_REGISTRATION');
	if (!p.stays.some((s) => s.begins < p.sent)) relate(clinic);
	else relate(p.place.unit);
	if (p.place.coordinating !== p.place.unit) relate(p.place.coordinating);
	if (p.i % 2 === 0) relate(navOffice);
	if (p.place.housingUnit && p.i % 4 !== 0) relate(p.place.housingUnit);
}

// The people around the person whom the team gets to know.
function kin(course, p) {
	const { details, i, chance } = p;
	const add = (body) => course.add(p.sought, 14, p.main, 'createPatientRelation', { id: '$patient', body });
	if (i === 0) add({ kind: 'RELATIVE', name: 'Blid Furu', phone: '+4700555001', national_id: '10915596784', is_legal_representative: true });
	if (chance.is(0.6)) add({ kind: 'NEXT_OF_KIN', name: `Snill ${details.family_name}`, phone: `+4700556${String(i).padStart(3, '0')}` });
	if (details.has_minor_children === 'YES')
		add({ kind: 'MINOR_CHILD', name: `Liten ${details.family_name}`, birth_year: chance.from(2012, 2021), followed_up_by: 'Helsesykepleier ved skolen' });
}

function enrol(course, p) {
	course.add(p.enrolled, 12, leader, 'transitionReferral', { id: '$referral', remember: { enrolment: 'enrolment_id' },
		body: { action: 'enrol', main_contact_id: `$staff:${p.main}`, substitute_id: `$staff:${p.substitute}` } });
	course.step(p.sought, 8, p.main, ['transitionEnrolment', 'enrolment'], { action: 'start_outreach' });
	relate(course, p, p.sought);
	kin(course, p);
}

export function intake(course, p) {
	register(course, p);
	if (p.way === 'CONCERN') concern(course, p);
	decide(course, p, refer(course, p));
	if (!p.turnedDown) enrol(course, p);
}
