// What is measured: instruments at baseline, half a year, a year and two; the life situation twice a year; a somatic
// check once a year.
import { gp } from './team.mjs';

const domains = ['HOUSING', 'ACTIVITY', 'ECONOMY', 'NETWORK', 'SOCIAL_FUNCTION', 'MENTAL', 'PHYSICAL', 'SUBSTANCE'];
const items = (letter, last, value) => Object.fromEntries(Array.from({ length: last }, (_, i) => [`${letter}${i + 1}`, value()]));

// How ill on that day, 0 to 1: the team helps most in the first year.
const trouble = (p, n) => Math.min(1, Math.max(0.05, p.need * (1 - p.gain * Math.min(1, (n - p.met) / 365))));

function instruments(p, n) {
	const { chance } = p;
	const ill = trouble(p, n);
	const severity = () => chance.near(ill * 3.6, 1, [0, 4]);
	return {
		HONOS: () => items('H', 12, severity),
		GAF_S: () => ({ GAF_S: chance.near(75 - 45 * ill, 6, [1, 100]) }),
		GAF_F: () => ({ GAF_F: chance.near(72 - 42 * ill, 6, [1, 100]) }),
		QPR15: () => items('Q', 15, () => chance.near(3.6 - 3 * ill, 1, [0, 4])),
		PSF: () => items('P', 28, () => chance.near(7.5 - 6 * ill, 1, [0, 8])),
		AUDIT: () => ({ ...items('A', 8, () => chance.near(1 + 2 * ill, 1, [1, 4])), A9: 2 * chance.from(0, 2), A10: 2 * chance.from(0, 2) }),
		DUDIT: () => ({ ...items('D', 9, () => chance.near(2 * ill, 1, [0, 4])), D10: 2 * chance.from(0, 2), D11: 2 * chance.from(0, 2) }),
		MANSA: () => ({ ...items('S', 12, () => chance.near(6 - 4 * ill, 1, [1, 7])), ...items('O', 4, () => chance.from(0, 1)) }),
	};
}
const rated = ['HONOS', 'PSF', 'GAF_S', 'GAF_F'];

function assess(course, p, n, occasion, codes) {
	const answers = instruments(p, n);
	for (const code of codes) {
		const declined = !rated.includes(code) && p.chance.is(0.12);
		course.add(n, 11, p.main, 'createAssessment', { body: { patient_id: '$patient', instrument_code: code, occasion,
			assessed_on: course.calendar.date(n), ...(rated.includes(code) ? { rater_staff_id: `$staff:${p.main}` } : {}),
			...(declined ? { declined } : { items: answers[code]() }) } });
	}
}

// Where somebody lives and what they do: better as the trouble lessens.
function facts(p, n, date) {
	const step = trouble(p, n) > 0.62 ? 2 : trouble(p, n) > 0.38 ? 1 : 0;
	const from = { from: date };
	return {
		HOUSING: { housing: { ...[{ type: 'RENTED_PRIVATE', contract: 'PERMANENT' }, { type: 'RENTED_MUNICIPAL', contract: 'FIXED' }, { type: 'TEMPORARY_SHELTER', contract: 'NONE' }][step], ...from } },
		ACTIVITY: { activity: { ...[{ type: 'WORK_TRAINING', hours_per_week: 15 }, { type: 'DAY_CENTRE', hours_per_week: 5 }, { type: 'NONE' }][step], ...from } },
		ECONOMY: { economy: { main_income: ['AAP', 'DISABILITY_BENEFIT', 'SOCIAL_ASSISTANCE'][step], management: step === 2 ? 'VOLUNTARY_NAV' : 'OWN', debt_plan: step === 1, rent_arrears: step === 2 } },
		NETWORK: { network: { confidants: 3 - step, family_contact: ['REGULAR', 'SOME', 'NONE'][step], loneliness: step + 1 } },
	};
}

function lifeSituation(course, p, n) {
	const { chance } = p;
	const date = course.calendar.date(n);
	const level = () => chance.near(4 * trouble(p, n), 1, [0, 4]);
	const known = facts(p, n, date);
	course.add(n, 12, p.main, 'createLifeSituation', { body: { patient_id: '$patient', observed_on: date, top_need_patient: chance.one(domains),
		top_need_staff: chance.one(domains), ratings: domains.map((domain) => ({ domain, staff_level: level(), patient_level: level(), ...known[domain] })) } });
}

function somatic(course, p, n) {
	const { chance } = p;
	const date = course.calendar.date(n);
	const measured = { setting: 'GP_OFFICE', weight_kg: chance.from(58, 118), height_cm: chance.from(158, 192), systolic: chance.from(112, 158),
		diastolic: chance.from(68, 98), pulse: chance.from(58, 98), hba1c: chance.from(32, 52), smoking: chance.one(['DAILY', 'DAILY', 'FORMER', 'NEVER']) };
	course.add(n, 12, gp, 'createSomaticAssessment', { body: { patient_id: '$patient', examined_on: date,
		...(chance.is(0.1) ? { declined_by_patient: true } : measured) } });
}

export function outcomes(course, p) {
	const all = ['HONOS', 'PSF', 'GAF_S', 'GAF_F', 'AUDIT', 'DUDIT', 'QPR15', 'MANSA'];
	const rounds = [['BASELINE', p.chance.from(8, 25), all], ['M06', 182, ['HONOS', 'QPR15']], ['M12', 365, all], ['M24', 715, all]];
	const { calendar } = course;
	for (const [occasion, after, codes] of rounds) {
		const n = p.met === Infinity ? Infinity : calendar.working(p.met + after);
		if (n >= Math.min(p.ends, calendar.days)) break;
		assess(course, p, n, occasion, codes);
	}
	for (let n = p.met + p.chance.from(10, 25); n < Math.min(p.ends, calendar.days); n += 175) lifeSituation(course, p, calendar.working(n));
	for (let n = p.met + p.chance.from(30, 70); n < Math.min(p.ends, calendar.days); n += 365 + p.chance.from(-20, 30))
		somatic(course, p, calendar.working(n));
}
