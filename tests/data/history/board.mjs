// When a person is on the team's board: newly enrolled, before and after a stay in hospital, in a crisis without one,
// and while they avoid the team. Admission and discharge move the entry by themselves.
import { Course } from './course.mjs';
import { leader, members, team } from './team.mjs';

// { from, to, place?: [category, reason] }, by `from`; what an action of others opens needs no placing.
function reasons(p, calendar) {
	const { chance } = p;
	const list = [{ from: p.sought, to: p.met + chance.from(22, 30) }];
	for (const s of p.stays.filter((one) => one.begins > p.met))
		list.push({ from: s.begins - (s.acute ? chance.from(1, 9) : 0), to: s.ends + chance.from(23, 32),
			place: s.acute ? ['CRISIS', 'CRISIS'] : undefined, opens: s.begins });
	for (let n = p.met + 60; n < Math.min(p.quiet - 60, p.ends, calendar.days); n += chance.from(120, 420))
		list.push({ from: n, to: n + chance.from(14, 28), place: ['CRISIS_PREVENTION', chance.one(['EARLY_SIGNS', 'LIFE_EVENT', 'SUBSTANCE_USE'])] });
	if (p.ending === 'LOST') list.push({ from: p.quiet + 20, to: Infinity, place: ['AVOIDING', 'AVOIDANCE'] });
	return list.sort((a, b) => a.from - b.from);
}

// Reasons that overlap are one time on the board.
function times(list) {
	const merged = [];
	for (const one of list) {
		const last = merged.at(-1);
		if (last && one.from <= last.to + 2) last.to = Math.max(last.to, one.to);
		else merged.push({ ...one });
	}
	return merged;
}

export function board(course, p) {
	if (p.ending === 'NEVER_ENGAGED') return;
	const { calendar } = course;
	p.onBoard = times(reasons(p, calendar));
	for (const time of p.onBoard) {
		const [category, reason_code] = time.place ?? [];
		// whoever is placed on a day off is placed when the team is back, if that is before the admission
		if (category && (time.opens === undefined || calendar.working(time.from) < time.opens))
			course.add(calendar.working(time.from), 8, p.main, 'createBoardEntry', { body: { patient_id: '$patient', category, reason_code } });
		const off = calendar.working(Math.min(time.to, calendar.days + 1));
		if (off >= p.ends) continue;
		course.add(off, 10, leader, 'listBoardEntries', { query: { patient_id: '$patient', status: 'ON_BOARD' }, remember: { entry: 'items.0.id' } });
		course.step(off, 10, leader, ['transitionBoardEntry', 'entry'], { action: 'take_off' });
	}
}

// The team's meetings at the board: on Mondays and Thursdays they go through all that is due, on other days some meet.
export function boardMeetings(calendar, chance, first) {
	const course = new Course('team', calendar);
	for (let n = calendar.working(first); n < calendar.days; n = calendar.working(n + 1)) {
		const reviews = [1, 4].includes(new Date(calendar.at(n)).getUTCDay());
		if (!reviews && !chance.is(0.25)) continue;
		const as = chance.one([leader, ...members]);
		const there = [...new Set([as, ...[leader, ...members].filter(() => chance.is(0.75))])];
		const step = (hour, body, rest = {}) => course.add(n, hour, as, 'transitionBoardMeeting', { id: '$meeting', body, ...rest });
		course.add(n, 7, as, 'createBoardMeeting', { remember: { meeting: 'id', due: 'due' },
			body: { unit_id: `$unit:${team}`, held_on: calendar.date(n), started_at: calendar.time(n, 7, 30) } });
		step(7, { action: 'attend', attendees: there.map((s) => ({ staff_id: `$staff:${s}` })) });
		if (reviews) step(7, { action: 'decide', entry_id: '$each', decision: 'REVIEW' }, { each: 'due' });
		step(8, { action: 'close', ended_at: calendar.time(n, 7, chance.from(45, 59)) });
	}
	return course.events;
}
