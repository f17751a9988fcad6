// How the team lets go: as planned, without contact, because the person declines, by death; or a pause.
import { leader, specialist } from './team.mjs';
import { seek } from './engagement.mjs';
import { lastReview } from './plans.mjs';

// The leader's step waits for the specialist's, which is the same.
function together(course, p, body) {
	for (const [hour, who] of [[13, leader], [14, specialist]])
		course.step(p.ends, hour, who, ['transitionEnrolment', 'enrolment'], { ...body, next_responsible_agency_id: `$agency:${p.place.agency}` });
}

const how = {
	DISCHARGED(course, p) {
		const { calendar } = course;
		const step = (n, body) => course.step(n, 13, leader, ['transitionEnrolment', 'enrolment'], body);
		const planned = calendar.working(p.ends - 14);
		step(planned, { action: 'plan_discharge', plan_reviewed_on: calendar.date(lastReview(p)), discharge_on: calendar.date(p.ends) });
		step(p.ends, { action: 'discharge', outcome_round: 'DECLINED', next_responsible_agency_id: `$agency:${p.place.agency}`, reason: 'Målene er nådd' });
	},
	LOST(course, p) {
		seek(course, p, p.quiet + 2, p.ends, 7);
		together(course, p, { action: 'discharge_unplanned', end_reason: 'LOST_CONTACT', reason: 'Ikke nådd på over tre måneder' });
	},
	DECLINES(course, p) {
		together(course, p, { action: 'discharge_unplanned', end_reason: 'PATIENT_DECLINES', reason: 'Ønsker ikke mer oppfølging fra teamet' });
	},
	NEVER_ENGAGED(course, p) {
		together(course, p, { action: 'give_up', reason: 'Oppsøkt hver uke uten å oppnå kontakt' });
	},
	DECEASED(course, p) {
		course.step(p.ends, 13, p.main, ['transitionEnrolment', 'enrolment'], { action: 'register_death', deceased_on: course.calendar.date(p.ends) });
	},
	PAUSED(course, p) {
		course.step(p.ends, 13, leader, ['transitionEnrolment', 'enrolment'], { action: 'pause', pause_reason: 'PRISON_OVER_3_MONTHS', reason: 'Soner dom',
			review_on: course.calendar.date(p.ends + 80) });
	},
};

export function ending(course, p) {
	how[p.ending]?.(course, p);
}
