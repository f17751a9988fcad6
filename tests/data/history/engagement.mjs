// Contacts: attempts until the first meeting, then about every week, more often when it is hard, in hospital too.
import { jobSpecialist, members } from './team.mjs';

const places = { HOME: 46, PUBLIC: 16, TEAM_OFFICE: 18, CLINIC: 5, NAV_OFFICE: 5, WORKPLACE: 5, GP_OFFICE: 3, OTHER: 2 };
const purposes = ['HOUSING', 'MEDICATION', 'ECONOMY', 'ACTIVITY', 'NETWORK', 'SOMATIC', 'SUBSTANCE', 'PLAN', 'OTHER'];

const stayOn = (p, n) => p.stays.find((s) => s.begins < n && n <= s.ends);

// How many days until the next contact.
function interval(p, n) {
	const { chance } = p;
	const hard = n < p.met + 28 || p.stays.some((s) => s.begins > p.met && n > s.begins - 12 && n < s.ends + 22);
	if (stayOn(p, n)) return chance.from(5, 8);
	if (hard) return chance.from(2, 5);
	const calm = n > p.met + 365 ? 3 : 0;
	return chance.from(6 + calm, 11 + calm + Math.round(5 * (1 - p.need)));
}

function whoCame(p) {
	const { chance } = p;
	const first = chance.weighted({ main: 6, substitute: 3, other: 1 });
	const staff = [first === 'other' ? chance.one(members) : p[first]];
	if (chance.is(0.25)) staff.push(chance.one([p.substitute, p.main, ...members, jobSpecialist]));
	if (chance.is(0.3)) staff.push(p.worker); // in about a third another agency takes part
	return [...new Set(staff)];
}

function outcome(chance) {
	return chance.weighted({ HELD: 86, NOT_HOME: 7, CANCELLED_BY_PATIENT: 4, CANCELLED_BY_TEAM: 2, DECLINED_AT_DOOR: 1 });
}

function setting(p, n) {
	if (stayOn(p, n)) return { mode: 'FACE_TO_FACE', place: 'HOSPITAL' };
	const mode = p.chance.weighted({ FACE_TO_FACE: 72, PHONE: 19, VIDEO: 4, TEXT: 5 });
	return mode === 'FACE_TO_FACE' ? { mode, place: p.chance.weighted(places) } : { mode };
}

export function recordContact(course, p, n, given = {}) {
	const { chance } = p;
	const [as, ...others] = whoCame(p);
	const hour = chance.from(7, 13);
	const how = given.outcome ?? outcome(chance);
	const took = how.startsWith('CANCELLED') ? { planned_at: course.calendar.time(n, hour, 30) } : { started_at: course.calendar.time(n, hour, 30) };
	course.add(n, hour + 1, as, 'createContact', { body: { patient_id: '$patient', ...setting(p, n), ...took, outcome: how,
		...(how === 'HELD' ? { minutes: 5 * chance.from(4, 18), purposes: [...new Set([chance.one(purposes), chance.one(purposes)])] } : {}),
		with_whom: chance.is(0.12) ? ['PATIENT', 'RELATIVE'] : ['PATIENT'], staff: [as, ...others].map((s) => `$staff:${s}`), ...given } });
}

const atDoor = (p) => ({ mode: 'FACE_TO_FACE', place: 'HOME', outcome: p.chance.is(0.8) ? 'NOT_HOME' : 'DECLINED_AT_DOOR', with_whom: ['PATIENT'] });

// Attempts every few days from day to day, as many as there is time for.
export function seek(course, p, from, to, every = 3) {
	for (let n = course.calendar.working(from); n < to; n = course.calendar.working(n + every)) recordContact(course, p, n, atDoor(p));
}

// What stands in the calendar on the last day: the next visit.
function plan(course, p) {
	const { calendar } = course;
	const next = calendar.working(calendar.days + p.chance.from(1, 6));
	course.add(calendar.days - 1, 15, p.main, 'createContact', { body: { patient_id: '$patient', planned_at: calendar.time(next, p.chance.from(8, 13)),
		mode: 'FACE_TO_FACE', place: 'HOME', staff: [`$staff:${p.main}`] } });
}

export function engage(course, p) {
	const { calendar } = course;
	if (p.ending === 'NEVER_ENGAGED') return seek(course, p, p.sought, p.ends, 7);
	seek(course, p, p.sought + 1, p.met);
	recordContact(course, p, p.met, { mode: 'FACE_TO_FACE', place: p.chance.one(['HOME', 'PUBLIC', 'CLINIC']), outcome: 'HELD', minutes: 45 });
	const last = p.ending === 'LOST' ? p.quiet : p.ends;
	let n = p.met;
	while ((n = calendar.working(n + interval(p, n))) < Math.min(last, calendar.days)) recordContact(course, p, n);
	if (p.ends === Infinity && p.met < calendar.days) plan(course, p);
	return undefined;
}
