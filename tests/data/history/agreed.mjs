// What the services around the team have agreed on: routines, who does what, how a course is to go, and rights in each
// other's record systems.
import { Course } from './course.mjs';
import { gp, leader, members, municipal, nav, quality, specialist, team } from './team.mjs';

const drammen = municipal[3301];
const lier = municipal[3312];
// who answers for each party
const answers = { 'drammen-dps': quality, 'drammen-kommune': 'drammen-kommune:ko-1', 'lier-kommune': lier.leader, 'nav-drammen': nav, 'fastlege-demo': gp };
const three = ['drammen-dps', 'drammen-kommune', 'lier-kommune'];

// Sent to the parties, who approve one after the other.
function approved(course, n, [operation, name], as, parties) {
	const { calendar } = course;
	course.step(n, 10, as, [operation, name], { action: 'submit' });
	for (const [i, slug] of parties.entries()) course.step(calendar.working(n + 3 + 4 * i), 11, answers[slug], [operation, name], { action: 'approve' });
}

const texts = {
	cooperation: 'Hovedkontakten kaller inn når noe endrer seg. Ingen avslutter før en annen har sagt ja til å ta over. Vi ringer før vi skriver.',
	transitions: 'Teamet varsles samme dag ved innleggelse. Utskrivning avtales minst tre virkedager før. Teamet har møtt pasienten innen sju dager etter.',
	concerns: 'Den som tar imot, svarer avsender innen fristen. Ansvaret flyttes bare når den andre har tatt imot.',
	somatic: 'Fastlegen innkaller til årlig kontroll. Teamet følger med dersom pasienten ønsker det. Svarene ligger klare til neste møte.',
	writing: 'Behandling dokumenteres i egen journal. Planen og avtalene står her. Ingen skriver det samme to steder.',
	privacy: 'Samtykket leses sammen med pasienten hvert halvår. Uten samtykke drøftes saken uten navn.',
	deviations: 'Avvik i samarbeidet meldes til egen leder. Den andre parten svarer innen 21 dager. Læringen tas opp på fagdagen.',
};

function routines(course) {
	const { calendar } = course;
	const draft = (n, name, [kind, title, review], parties, more = {}) => course.add(calendar.working(n), 9, leader, 'createRoutine', { remember: { [name]: 'id' },
		body: { kind, title, parties: parties.map((slug) => `$agency:${slug}`), review_on: calendar.date(review), ...more } });
	const act = (n, name, body, as = leader) => course.step(calendar.working(n), 12, as, ['transitionRoutine', name], body);
	const agree = (n, name, parties) => approved(course, calendar.working(n), ['transitionRoutine', name], leader, parties);
	draft(80, 'first', ['COOPERATION', 'Samarbeid om felles pasienter', 450], three, { text: texts.cooperation });
	agree(88, 'first', three);
	draft(410, 'second', ['COOPERATION', 'Samarbeid om felles pasienter', calendar.days + 200], [...three, 'nav-drammen'], { replaces_id: '$first',
		text: `${texts.cooperation} NAV deltar i ansvarsgruppen.` });
	agree(420, 'second', [...three, 'nav-drammen']);
	draft(84, 'transitions', ['FLOW', 'Overganger mellom team, døgnpost og kommune', 430], three, { text: texts.transitions });
	agree(95, 'transitions', three);
	act(426, 'transitions', { action: 'confirm', review_on: calendar.date(calendar.days + 150) });
	draft(90, 'concerns', ['CONCERN_REPORTS', 'Bekymringsmeldinger: hvem tar imot og hvem svarer', calendar.days + 30], three, { text: texts.concerns });
	agree(100, 'concerns', three);
	// its day of review has passed
	draft(120, 'somatic', ['SOMATIC_HEALTH', 'Årlig helsekontroll', calendar.days - 20], ['drammen-dps', 'fastlege-demo'], { text: texts.somatic });
	agree(128, 'somatic', ['drammen-dps', 'fastlege-demo']);
	draft(96, 'privacy', ['PRIVACY', 'Samtykke og taushetsplikt i teamet', calendar.days + 60], three, { text: texts.privacy, document_ref: 'Kvalitetssystemet 4.2.1' });
	agree(110, 'privacy', three);
	draft(300, 'holidays', ['OTHER', 'Vakt i ferier', 640], ['drammen-dps', 'drammen-kommune'], { text: 'Teamet deler sommeren med kommunens ambulante vakt.' });
	act(330, 'holidays', { action: 'withdraw', reason: 'Løst gjennom ordinær turnus' });
	// sent back once, and asked for again
	draft(calendar.days - 70, 'writing', ['DOCUMENTATION', 'Hvor vi dokumenterer hva', calendar.days + 300], three, { text: texts.writing });
	act(calendar.days - 62, 'writing', { action: 'submit' });
	act(calendar.days - 55, 'writing', { action: 'send_back', reason: 'Kommunens journal er ikke nevnt' }, lier.leader);
	act(calendar.days - 18, 'writing', { action: 'submit' });
	act(calendar.days - 12, 'writing', { action: 'approve' }, answers['drammen-dps']);
	draft(calendar.days - 8, 'learning', ['DEVIATIONS', 'Avvik og læring på tvers', calendar.days + 350], three, { text: texts.deviations });
}

// Who does what, by the proposal of the service, and how long each step of a course is to take.
function duties(course) {
	const { calendar } = course;
	const parties = [...three, 'nav-drammen', 'fastlege-demo'];
	const acts = { 'drammen-dps': 'SECOND_LINE', 'drammen-kommune': 'MUNICIPALITY', 'lier-kommune': 'MUNICIPALITY', 'nav-drammen': 'NAV', 'fastlege-demo': 'GP' };
	course.add(calendar.working(86), 9, leader, 'createResponsibilityMatrix', { remember: { matrix: 'id' }, body: { unit_id: `$unit:${team}`, note: 'Drøftet i prosjektgruppen',
		parties: parties.map((slug) => ({ agency_id: `$agency:${slug}`, acts_as: acts[slug] })) } });
	approved(course, calendar.working(92), ['transitionResponsibilityMatrix', 'matrix'], leader, parties);
	course.add(calendar.working(20), 9, leader, 'createFlowTemplate', { remember: { flow: 'id' }, body: { unit_id: `$unit:${team}`, name: 'Fra henvisning til plan' } });
	course.step(calendar.working(24), 9, leader, ['transitionFlowTemplate', 'flow'], { action: 'publish' });
}

// Asked for by a leader, given for a year by whose system it is, and asked for again when the year is over.
function accesses(course) {
	const { calendar } = course;
	const wanted = [...members.slice(0, 4).map((who) => [who, team, leader, 'GERICA', 'drammen-kommune', 'Lese tiltak og legemidler', drammen.leader]),
		[members[4], team, leader, 'PROFIL', 'lier-kommune', 'Lese tiltak', lier.leader], ['drammen-dps:tm-3', team, leader, 'NAV_SYSTEM', 'nav-drammen', 'Lese aktivitetsplan', nav],
		...drammen.workers.map((who) => [who, drammen.unit, drammen.leader, 'DIPS', 'drammen-dps', 'Lese journal for teamets pasienter', specialist]),
		[lier.workers[0], lier.unit, lier.leader, 'DIPS', 'drammen-dps', 'Lese journal for teamets pasienter', specialist]];
	for (const [i, [who, unit, asks, system, slug, access_role, decides]] of wanted.entries())
		for (const begins of [62 + i, 62 + i + 370]) {
			const name = `right_${i}_${begins > 300}`;
			const step = (n, body) => course.step(calendar.working(n), 14, decides, ['transitionRecordSystemAccess', name], body);
			course.add(calendar.working(begins), 13, asks, 'createRecordSystemAccess', { remember: { [name]: 'id' }, body: { staff_id: `$staff:${who}`, unit_id: `$unit:${unit}`, system,
				system_agency_id: `$agency:${slug}`, access_role, reason: 'Arbeider i eller sammen med samhandlingsteamet' } });
			step(begins + 4, { action: 'approve', valid_to: calendar.date(begins + 362) });
			step(begins + 6, { action: 'activate' });
		}
	const ask = (n, name, body) => course.add(calendar.working(n), 13, leader, 'createRecordSystemAccess', { remember: { [name]: 'id' },
		body: { unit_id: `$unit:${team}`, reason: 'Trenger oversikt over avtaler hos fastlegen', ...body } });
	ask(200, 'denied', { staff_id: `$staff:${members[1]}`, system: 'GP_RECORD', system_agency_id: '$agency:fastlege-demo', access_role: 'Lese hele journalen' });
	course.step(calendar.working(206), 14, gp, ['transitionRecordSystemAccess', 'denied'], { action: 'deny', reason: 'Mer enn oppgaven krever. Bruk kjernejournal.' });
	ask(calendar.days - 5, 'asked', { staff_id: `$staff:${members[2]}`, system: 'PROFIL', system_agency_id: '$agency:lier-kommune', access_role: 'Lese tiltak' });
}

export function agreed(calendar) {
	const course = new Course('agreed', calendar);
	for (const part of [routines, duties, accesses]) part(course);
	return course.events;
}
