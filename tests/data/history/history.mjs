// Two years of a team: every event of sixty enrolments and some referrals that led to none, and of what is around the team, in
// order of time. Nothing here asks the clock or the service; the same days give the same events.
import { admissions } from './admissions.mjs';
import { agreed } from './agreed.mjs';
import { around } from './around.mjs';
import { board, boardMeetings } from './board.mjs';
import { Calendar } from './calendar.mjs';
import { Chance } from './chance.mjs';
import { channels } from './channels.mjs';
import { Course } from './course.mjs';
import { ending } from './ending.mjs';
import { engage } from './engagement.mjs';
import { intake } from './intake.mjs';
import { learning } from './learning.mjs';
import { outcomes } from './outcomes.mjs';
import { passing } from './passing.mjs';
import { makePersons } from './persons.mjs';
import { plans } from './plans.mjs';
import { project } from './project.mjs';
import { tending } from './tending.mjs';
import { voice } from './voice.mjs';

const rooms = [admissions, engage, board, plans, passing, outcomes, around, voice, ending];
const seed = 20_240_601;

function courseOf(p, calendar) {
	const course = new Course(p.i, calendar);
	intake(course, p);
	for (const room of p.turnedDown ? [admissions] : rooms) room(course, p);
	return course.events;
}

// `from` and `to` are times in milliseconds; `citizen` is what the demo citizen's number and birth date are.
export function makeHistory({ from, to, citizen }) {
	const calendar = new Calendar(from, to);
	const persons = makePersons(calendar, citizen);
	const first = Math.min(...persons.map((p) => p.sought));
	const beside = [project, agreed, learning, channels].flatMap((room) => room(calendar));
	const events = [...persons.flatMap((p) => courseOf(p, calendar)), ...boardMeetings(calendar, new Chance(seed), first), ...tending(calendar, first), ...beside];
	return { persons, calendar, events: events.sort((a, b) => a.at - b.at) };
}
