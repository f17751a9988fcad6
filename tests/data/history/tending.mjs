// Once a month each service goes through what is still open of its tasks, and ends what it has done meanwhile. What is
// measured late stays open: it ends when it has been measured.
import { Course } from './course.mjs';
import { clinicLeader, gp, leader, municipal, nav, specialist } from './team.mjs';

const drammen = municipal[3301];
const lier = municipal[3312];
const rounds = [
	[leader, ['MINOR_CHILDREN', 'INFORM_PATIENT', 'REFERRAL_LETTER', 'CRISIS_PLAN_REVIEW', 'POST_DISCHARGE_CONTACT', 'CONSENT_EXPIRES', 'CASE_MEETING', 'ESCALATION']],
	[clinicLeader, ['CRISIS_PLAN_REVIEW', 'POST_DISCHARGE_CONTACT']],
	[specialist, ['CRISIS_PLAN_REVIEW', 'RECORD_SYSTEM_CLOSE']],
	...[drammen, lier].flatMap((place) => [[place.leader, ['NEXT_RESPONSIBLE', 'READY_FOR_DISCHARGE', 'MEASURE_REFUSED', 'RECORD_SYSTEM_CLOSE']], [place.coordinator, ['MEASURE_REFUSED', 'NEXT_RESPONSIBLE']],
		[`${place.agency}:ko-1`, ['ESCALATION']]]),
	...drammen.workers.map((who) => [who, ['NEXT_RESPONSIBLE']]),
	[drammen.housing, ['NEXT_RESPONSIBLE', 'READY_FOR_DISCHARGE']],
	[gp, ['ESCALATION']],
	[nav, ['ESCALATION', 'RECORD_SYSTEM_CLOSE']],
];

export function tending(calendar, first) {
	const course = new Course('tasks', calendar);
	for (let n = calendar.working(first + 14); n < calendar.days; n = calendar.working(n + 28))
		for (const [as, kinds] of rounds)
			for (const kind of kinds) {
				course.add(n, 16, as, 'listTasks', { query: { status: 'OPEN', kind, limit: '200' }, remember: { tasks: 'items.*.id' } });
				course.add(n, 16, as, 'transitionTask', { id: '$each', each: 'tasks', body: { action: 'complete' } });
			}
	return course.events;
}
