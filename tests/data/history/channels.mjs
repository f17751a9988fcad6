// How people and systems are told that something waits: calendars, e-mail without content, an agency's own system; and
// from which pages the agencies' front ends call.
import { Course } from './course.mjs';
import { gp, leader, members, municipal, nav, specialist, team } from './team.mjs';

const drammen = municipal[3301];
const lier = municipal[3312];

// Some find them in the first year, which is how long an address holds; others come later, and one loses a telephone.
function calendars(course) {
	const { calendar } = course;
	const feed = (n, as, body, remember) => course.add(calendar.working(n), 9, as, 'createCalendarFeed', { body, remember });
	feed(150, members[0], { name: 'Avtaler', kinds: ['MEETINGS', 'CONTACTS'] });
	for (const [i, as] of [leader, ...members.slice(0, 3), nav, gp, drammen.coordinator, lier.workers[0]].entries())
		feed(calendar.days - 240 + 12 * i, as, as === leader ? { name: 'Teamet', kinds: ['MEETINGS', 'BOARD_MEETINGS', 'DEADLINES'] } : {});
	feed(calendar.days - 120, specialist, { name: 'Telefonen', kinds: ['MEETINGS', 'DEADLINES'], deadlines_as: 'VTODO' }, { phone: 'id' });
	course.add(calendar.working(calendar.days - 90), 12, specialist, 'deleteCalendarFeed', { id: '$phone' });
}

// Taken into use towards the end: for oneself, and for the mailbox of a unit.
function alerts(course) {
	const { calendar } = course;
	const alert = (as, address, body = {}) => course.add(calendar.working(calendar.days - 45), 10, as, 'createAlertSetting', { body: { address, ...body } });
	alert(leader, 'fact@drammen-dps.example', { unit_id: `$unit:${team}`, every_minutes: 60 });
	alert(drammen.leader, 'mottak@drammen-kommune.example', { unit_id: `$unit:${drammen.unit}`, kinds: ['CONCERN_REPORTS', 'HANDOVERS'] });
	alert(lier.leader, 'mottak@lier-kommune.example', { unit_id: `$unit:${lier.unit}`, kinds: ['CONCERN_REPORTS', 'HANDOVERS'] });
	for (const as of [...members.slice(0, 3), nav, gp])
		alert(as, `${as.split(':').reverse().join('@')}.example`, { kinds: ['TASKS', 'MESSAGES'], every_minutes: 240, quiet_from: '16:00', quiet_to: '07:30' });
}

// The municipality tries what it is sent, and waits with it until its system can receive; the pages call by name.
function systems(course) {
	const { calendar } = course;
	const n = calendar.working(calendar.days - 30);
	const admin = 'drammen-kommune:sa-1';
	course.add(n, 11, admin, 'createSubscription', { remember: { subscription: 'id' }, body: { name: 'Fagsystemet', url: 'https://fagsystem.drammen-kommune.example/hendelser',
		entities: ['concern-report', 'handover', 'task'], role: 'MH' } });
	course.add(n, 11, admin, 'updateSubscription', { id: '$subscription', body: { status: 'PAUSED' } });
	const origin = (on, as, name, body) => course.add(calendar.working(on), 11, as, 'createWebOrigin', { remember: { [name]: 'id' }, body });
	origin(70, 'drammen-dps:sa-1', 'board', { origin: 'https://tavle.drammen-dps.example', note: 'Tavla på møterommet' });
	origin(90, 'lier-kommune:sa-1', 'trial', { origin: 'https://prove.lier-kommune.example', note: 'Prøve' });
	origin(200, 'lier-kommune:sa-1', 'pages', { origin: 'https://samhandling.lier-kommune.example', note: 'Ansattes sider' });
	course.add(calendar.working(210), 11, 'lier-kommune:sa-1', 'deleteWebOrigin', { id: '$trial' });
}

export function channels(calendar) {
	const course = new Course('channels', calendar);
	for (const part of [calendars, alerts, systems]) part(course);
	return course.events;
}
