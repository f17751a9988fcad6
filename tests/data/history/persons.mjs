// Who comes to the team: made-up people, when each is referred and enrolled, how ill each is, how it goes.
import { makePatients } from '../../../deploy/sandbox/seed/people.mjs';
import { Chance } from './chance.mjs';
import { planStays } from './stays.mjs';
import { members, municipal } from './team.mjs';

// How the enrolments end that do not last, by their place in the order of enrolment; and the referrals, each
// after so many enrolments, that lead to none.
const endings = { 5: 'DISCHARGED', 9: 'LOST', 11: 'DECEASED', 14: 'DECLINES', 17: 'DISCHARGED', 20: 'NEVER_ENGAGED',
	23: 'PAUSED', 26: 'LOST', 29: 'DISCHARGED', 33: 'DECEASED', 38: 'NEVER_ENGAGED' };
const turnedDown = ['REJECTED', 'WITHDRAWN', 'REJECTED', 'LAPSED'];
export const enrolments = 60;

// The first referrals come close together, since they have waited for the team; later ones are rarer.
const arrival = (rank, days) => Math.round(20 + (days - 35) * (rank / enrolments) ** 1.35);

function timeline(p, calendar) {
	const { chance } = p;
	const soon = (n, low, high) => calendar.working(n + chance.from(low, high));
	p.sent = calendar.working(p.arrives);
	p.reported = p.way === 'CONCERN' ? Math.max(1, p.sent - chance.from(5, 12)) : p.sent;
	p.received = soon(p.sent, 1, 2);
	p.decided = soon(p.received, 2, 7);
	p.enrolled = soon(p.decided, 1, 9);
	p.sought = soon(p.enrolled, 1, 3);
	p.met = p.turnedDown || p.ending === 'NEVER_ENGAGED' ? Infinity : soon(p.sought, 1, 5 + Math.round(12 * p.need));
	p.quiet = p.met + chance.from(200, 260); // from then on the course may end
	const ends = { PAUSED: Math.max(p.quiet, calendar.days - 45), NEVER_ENGAGED: p.sought + 100, LOST: p.quiet + 110 };
	p.ends = p.ending ? calendar.working(ends[p.ending] ?? p.quiet + 40) : Infinity;
}

function person(details, i, calendar) {
	const chance = new Chance(7_000 + i);
	const place = municipal[details.municipality_number];
	const p = { i, self: i === 0 ? 'citizen:pt-1' : `citizen:p-${i}`, details, place, lasting: [], chance, calendar, need: chance.from(25, 95) / 100, gain: chance.from(-10, 70) / 100 };
	p.way = chance.weighted({ GP: 4, CLINIC: 3, CONCERN: 3 });
	p.worker = chance.one(place.workers);
	p.main = members[i % members.length];
	p.substitute = members[(i + 1 + chance.from(0, members.length - 2)) % members.length];
	p.ending = i < enrolments ? endings[i] : undefined;
	p.turnedDown = i < enrolments ? undefined : turnedDown[i - enrolments];
	p.arrives = p.turnedDown ? chance.from(60, calendar.days - 60) : arrival(i, calendar.days);
	timeline(p, calendar);
	p.stays = planStays(p, calendar);
	return p;
}

// All of them, the demo citizen first: those who are enrolled in the order in which they come, then the others.
export function makePersons(calendar, citizen) {
	const municipalityOf = (i) => (i % 6 === 1 || i % 6 === 5 ? '3312' : '3301');
	return makePatients(enrolments + turnedDown.length, municipalityOf, citizen).map((details, i) => person(details, i, calendar));
}
