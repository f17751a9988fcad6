// Stays in specialist care, entered when they happen; those before the history on the day the person is entered.
import { specialist } from './team.mjs';

const wards = { HOSPITAL_PSYCH: ['Vestre Viken, Blakstad', 'Akuttpost 1'], DPS_INPATIENT: ['Drammen DPS', 'Døgnenheten'], TSB: ['Vestre Viken, ARA', 'Rusposten'] };

const leaving = (p) => ({ disposition: p.chance.is(0.9) ? 'HOME' : 'LEFT_AGAINST_ADVICE', discharge_meeting_held: p.chance.is(0.7),
	crisis_plan_reviewed: p.chance.is(0.4), team_informed: p.chance.is(0.85) });

function coerce(course, p, stay, name) {
	const { calendar } = course;
	course.add(stay.begins + 1, 13, specialist, 'createCoercionDecision', { body: { patient_id: '$patient', type: 'TPH_INPATIENT',
		admission_id: `$${name}`, decided_at: calendar.time(stay.begins + 1, 12), decided_by: 'Overlege Marte Solheim', reference: `DIPS ${calendar.date(stay.begins + 1)}-${p.i}` } });
}

function enter(course, p, stay, index) {
	const { calendar } = course;
	const name = `stay${index}`;
	const [institution, ward] = wards[stay.level];
	const now = Math.max(stay.begins, 1);
	course.add(now, stay.begins < 1 ? 7 : 14, specialist, 'createAdmission', { remember: { [name]: 'id' }, body: { patient_id: '$patient',
		urgency: stay.acute ? 'ACUTE' : 'PLANNED', level: stay.level, institution, ward, admitted_at: calendar.time(stay.begins, 13),
		legal_kind: stay.compulsory ? 'COMPULSORY' : 'VOLUNTARY' } });
	if (stay.compulsory && stay.begins >= 1) coerce(course, p, stay, name);
	if (stay.ends - stay.begins > 14 && stay.begins >= 1 && p.chance.is(0.6))
		course.step(stay.ends - 3, 12, specialist, ['transitionAdmission', name], { action: 'ready', at: calendar.time(stay.ends - 3, 11) });
	const on = Math.max(stay.ends, 1);
	course.step(on, stay.ends < 1 ? 7 : 11, specialist, ['transitionAdmission', name], { action: 'discharge', at: calendar.time(stay.ends, 10), ...leaving(p),
		...(stay.ends >= 1 ? { follow_up_on: calendar.date(stay.ends + p.chance.from(2, 9)) } : {}) });
}

export function admissions(course, p) {
	for (const [index, stay] of p.stays.entries()) enter(course, p, stay, index);
}
