// The project around the team: what it is for and what it costs, its bodies and agreements, its milestones and decisions.
import { Course } from './course.mjs';
import { leader, municipal, nav } from './team.mjs';

const manager = 'drammen-dps:pm-1';
const steering = 'drammen-dps:sg-1';
const agencies = ['drammen-dps', 'drammen-kommune', 'lier-kommune'];
const drammen = municipal[3301];
const lier = municipal[3312];

const sections = {
	background: 'Personer med alvorlig psykisk lidelse og ruslidelse faller mellom alle stoler, og ansvaret skyves rundt i systemet.',
	goals: 'Utvikle og prøve ut en forpliktende samarbeidsmodell mellom kommunene og Drammen DPS.',
	framework: 'Prosjektleder i full stilling for prosjektmidler; resten av prosjektgruppen arbeider innenfor egen stilling.',
	requirements: 'Taushetsplikt og samtykke avklares før opplysninger deles. Journal føres i eget system.',
	decision_points: 'Styringsgruppen beslutter bemanning, målgruppe og overgang til ordinær drift.',
	obligations: 'Partene stiller med avtalte årsverk og svarer på henvendelser innen fristene.',
	quality: 'Avvik i samarbeidet meldes og brukes til læring på tvers.',
	time_frame: 'Tre år, deretter ordinær drift.',
	economy: 'Prosjektmidler dekker prosjektleder og kompetansetiltak, partene dekker egne stillinger.',
};
const goals = [
	{ code: 'RG1', kind: 'RESULT', text: 'Tjenestene får tidlig kontakt med målgruppen, og behandlingsrelasjonen holder' },
	{ code: 'RG2', kind: 'RESULT', text: 'Pasienten opplever bedre livskvalitet og en meningsfull hverdag' },
	{ code: 'RG3', kind: 'RESULT', text: 'Varige rutiner for tettere samarbeid mellom kommune og spesialisthelsetjeneste' },
	{ code: 'RG4', kind: 'RESULT', text: 'Mer kompetanseoverføring og felles forståelse, kultur og språk' },
	{ code: 'E02', kind: 'EFFECT', text: 'Pasienten blir i behandlingskontakt', under: 'RG1', horizon_years: 2 },
	{ code: 'E08', kind: 'EFFECT', text: 'Stabil bolig', under: 'RG2', horizon_years: 2 },
	{ code: 'E12', kind: 'EFFECT', text: 'Færre akuttinnleggelser', under: 'RG3', horizon_years: 2 },
	{ code: 'E14', kind: 'EFFECT', text: 'Pasienten har en bindende individuell plan', under: 'RG3', horizon_years: 1 },
	{ code: 'E18', kind: 'EFFECT', text: 'Alle i teamet har gjennomført opplæringspakken', under: 'RG4', horizon_years: 1 },
];
const line = (title, category, own, project, calculation) => ({ title, category, amount: own + project, own, project, ...(calculation ? { calculation } : {}) });
const budget_lines = [line('Prosjektleder, full stilling', 'LABOUR', 0, 890_000), line('Teamets årsverk fra partene', 'LABOUR', 4_950_000, 0),
	line('Prosjektgruppens møter', 'LABOUR', 67_200, 0, { unit_price: 1400, persons: 4, hours: 2, meetings: 6 }),
	line('Veiledning', 'OPERATION', 0, 96_000, { unit_price: 2000, persons: 1, hours: 3, meetings: 16 }), line('Fagdager og hospitering', 'OPERATION', 40_000, 84_000),
	line('Telefoner og bil', 'INVESTMENT', 180_000, 60_000)];
const base_documents = [{ title: 'Nasjonal faglig retningslinje: samtidig ruslidelse og psykisk lidelse', issuer: 'Helsedirektoratet', year: 2012, goal_codes: ['RG1', 'RG2'] },
	{ title: 'Samhandlingsreformen', issuer: 'Helse- og omsorgsdepartementet', year: 2009, goal_codes: ['RG3'] },
	{ title: 'Veileder om oppfølging av personer med store og sammensatte behov', issuer: 'Helsedirektoratet', year: 2017, goal_codes: ['RG3', 'E14'] }];

// Drafted by the manager, approved by the steering group, and again when a year has shown what is gained.
function directive(course) {
	const { calendar } = course;
	const benefits = (measured) => [{ name: 'Færre døgn i akuttpost', goal_code: 'E12', baseline: 'Året før inntak', target: 'En tredel færre', owner_staff_id: `$staff:${leader}`, ...measured },
		{ name: 'Flere med bindende individuell plan', goal_code: 'E14', baseline: 'Få', target: 'Alle som vil ha det', owner_staff_id: `$staff:${drammen.coordinator}` }];
	const party = (slug, acts_as, who) => ({ agency_id: `$agency:${slug}`, acts_as, represented_by: `$staff:${who}`, from: calendar.date(2) });
	course.add(2, 8, manager, 'createProject', { remember: { project: 'id' }, body: { name: 'Etablering av samhandlingsteam', short_name: 'Samhandlingsteam', type: 'PROJECT',
		author: 'Henrik Åsgård', starts_on: calendar.date(2), ends_on: calendar.date(2 + 3 * 365), sections, goals, benefits: benefits(), budget_lines, base_documents,
		funding_sources: [{ name: 'Helsedirektoratet, tilskudd', amount: 900_000, granted_on: calendar.date(2) }, { name: 'Statsforvalteren', amount: 230_000, granted_on: calendar.date(2) }],
		parties: [party('drammen-dps', 'OWNER', leader), party('drammen-kommune', 'PARTNER', drammen.leader), party('lier-kommune', 'PARTNER', lier.leader), party('nav-drammen', 'PARTNER', nav)],
		is_published: true } });
	const approve = (n) => course.add(n, 14, steering, 'approveProject', { id: '$project', body: { acted_as: 'Leder av styringsgruppen' } });
	approve(calendar.working(14));
	course.add(calendar.working(400), 9, manager, 'updateProject', { id: '$project', body: { benefits: benefits({ measured: 'Omtrent en firedel færre' }) } });
	approve(calendar.working(412));
}

function bodies(course) {
	const { calendar } = course;
	const from = calendar.date(2);
	const body = (n, kind, name, seats, remember = {}) => course.add(n, 9, manager, 'createProjectBody', { remember, body: { project_id: '$project', kind, name, seats } });
	body(3, 'STEERING', 'Styringsgruppen', [{ role: 'CHAIR', staff_id: `$staff:${steering}`, agency_id: '$agency:drammen-dps', in_kind: true, from },
		...['drammen-kommune', 'lier-kommune', 'nav-drammen'].map((slug) => ({ role: 'MEMBER', agency_id: `$agency:${slug}`, in_kind: true, from })),
		{ role: 'SECRETARY', staff_id: `$staff:${manager}`, from }], { steering: 'id' });
	const group = (used) => [{ role: 'MANAGER', agency_id: '$agency:drammen-dps', staff_id: `$staff:${manager}`, percent: 100, funding: 'PROJECT', from },
		...[leader, drammen.leader, lier.leader].map((who, i) => ({ role: 'MEMBER', agency_id: `$agency:${agencies[i]}`, staff_id: `$staff:${who}`, funding: 'OWN', in_kind: true, from,
			person_days_planned: 12, ...(used ? { person_days_used: 7 + 2 * i } : {}) }))];
	body(3, 'PROJECT_GROUP', 'Prosjektgruppen', group(false), { group: 'id' });
	body(4, 'REFERENCE', 'Referansegruppen', [{ role: 'MEMBER', name: 'Brukerrepresentant' }, { role: 'MEMBER', name: 'Pårørenderepresentant' },
		{ role: 'MEMBER', agency_id: '$agency:fastlege-demo' }]);
	body(30, 'WORKING_GROUP', 'Arbeidsgruppe for rutiner', [{ role: 'CHAIR', staff_id: `$staff:${drammen.coordinator}` }, { role: 'MEMBER', staff_id: `$staff:${lier.coordinator}` }]);
	course.add(calendar.working(400), 10, manager, 'updateProjectBody', { id: '$group', body: { seats: group(true) } });
}

// One of each standing: in force, with a review that is overdue, ended, and one that is still talked about.
function agreements(course) {
	const { calendar } = course;
	const add = (n, kind, title, parties, times) => course.add(n, 11, manager, 'createAgreement', { body: { kind, title, parties: parties.map((slug) => `$agency:${slug}`),
		project_id: '$project', ...Object.fromEntries(Object.entries(times).map(([name, day]) => [name, calendar.date(day)])) } });
	add(12, 'COOPERATION', 'Avtale om samhandlingsteam', agencies, { signed_on: 10, valid_to: 3 * 365, review_on: calendar.days + 90 });
	add(12, 'STATUTORY', 'Delavtale om inn- og utskrivning', agencies, { signed_on: 12, review_on: calendar.days - 30 });
	add(20, 'DATA_PROCESSING', 'Databehandleravtale for prøveperioden', ['drammen-dps', 'drammen-kommune'], { signed_on: 18, valid_to: calendar.days - 60 });
	add(calendar.working(500), 'COOPERATION', 'Avtale med NAV om arbeid og aktivitet', ['drammen-dps', 'nav-drammen'], {});
}

// [name, title, due, started, reported, approved?, after?]; what lies ahead of the last day has not happened.
const milestones = (days) => [['directive', 'Prosjektdirektivet er godkjent', 20, 4, 12, 15], ['staffed', 'Teamet er bemannet', 60, 16, 70, 74, ['directive']],
	['routines', 'Felles rutiner gjelder', 150, 75, 140, 146, ['staffed']], ['trained', 'Opplæringspakken er gjennomført', 240, 76, 228, 235, ['staffed']],
	['evaluated', 'Første driftsår er evaluert', 460, 380, 430, 475, ['routines', 'trained']], ['summary', 'Felles mal for oppsummering ved utskrivning', days - 25, days - 120],
	['ordinary', 'Plan for overgang til ordinær drift', days + 45, 500, undefined, undefined, ['evaluated']], ['report', 'Sluttrapport', days + 300, undefined, undefined, undefined, ['ordinary']],
	['premises', 'Eget lokale i Lier', 300]];

function reach(course) {
	const { calendar } = course;
	const step = (n, as, name, body) => n !== undefined && course.step(calendar.working(n), 13, as, ['transitionMilestone', name], body);
	for (const [name, title, due, started, reported, approved, after = []] of milestones(calendar.days)) {
		course.add(3, 10, manager, 'createMilestone', { remember: { [name]: 'id' },
			body: { project_id: '$project', title, due_on: calendar.date(due), predecessors: after.map((one) => `$${one}`) } });
		step(started, manager, name, { action: 'start' });
		step(reported, manager, name, { action: 'report_done' });
		step(approved, steering, name, { action: 'approve' });
	}
	step(50, manager, 'staffed', { action: 'reschedule', due_on: calendar.date(80) });
	step(436, steering, 'evaluated', { action: 'return', reason: 'Brukernes egne svar mangler' });
	step(468, manager, 'evaluated', { action: 'report_done' });
	step(200, steering, 'premises', { action: 'cancel', reason: 'Helsehuset stiller med rom i stedet' });
}

function decisions(course) {
	const { calendar } = course;
	const options = (...texts) => texts.map((text, i) => ({ code: 'ABC'[i], text }));
	const ask = (n, name, question, decide_by, more = {}) => course.add(calendar.working(n), 9, manager, 'createDecisionPoint', { remember: { [name]: 'id' },
		body: { project_id: '$project', body_id: '$steering', question, decide_by: calendar.date(decide_by), ...more } });
	const step = (n, as, name, body) => course.step(calendar.working(n), 14, as, ['transitionDecisionPoint', name], body);
	const submit = (n, name, recommendation, ...texts) => step(n, manager, name, { action: 'submit', options: options(...texts), recommendation });
	ask(20, 'record', 'Hvor dokumenterer kommunenes ansatte i teamet?', 60);
	submit(40, 'record', 'A', 'I egen journal, med lesetilgang til DIPS', 'I DIPS alene');
	step(55, steering, 'record', { action: 'decide', option: 'A', conditions: 'Tilgangene gjennomgås hvert år' });
	ask(160, 'evening', 'Skal teamet være tilgjengelig til klokka 20?', 240);
	submit(200, 'evening', 'B', 'Nei', 'Ja, to kvelder i uka');
	step(230, steering, 'evening', { action: 'defer', decide_by: calendar.date(300), reason: 'Kostnaden må regnes ut' });
	submit(280, 'evening', 'B', 'Nei', 'Ja, to kvelder i uka', 'Ja, alle hverdager');
	step(296, steering, 'evening', { action: 'decide', option: 'B', dissent: 'Lier ønsket alle hverdager' });
	ask(300, 'neighbour', 'Skal Øvre Eiker med i prosjektperioden?', 420);
	step(380, steering, 'neighbour', { action: 'drop', reason: 'Øvre Eiker bygger opp eget team' });
	ask(520, 'future', 'Overgang til ordinær drift?', calendar.days + 60, { milestone_id: '$ordinary' });
	submit(calendar.days - 20, 'future', 'A', 'Ordinær drift fra årsskiftet', 'Forleng prosjektet ett år', 'Avslutt');
}

export function project(calendar) {
	const course = new Course('project', calendar);
	for (const part of [directive, bodies, agreements, reach, decisions]) part(course);
	return course.events;
}
