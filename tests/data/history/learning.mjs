// What those around the team learn together: the training package, professional days and supervision, arenas, hospitation, and
// the yearly survey of the staff.
import { Chance } from './chance.mjs';
import { Course } from './course.mjs';
import { clinic, gpOffice, leader, members, municipal, nav, navOffice, quality, specialist, team } from './team.mjs';

const drammen = municipal[3301];
const lier = municipal[3312];
const three = ['drammen-dps', 'drammen-kommune', 'lier-kommune'];
const agencies = (slugs) => slugs.map((slug) => `$agency:${slug}`);
const staff = (people) => people.map((who) => `$staff:${who}`);

const modules = [{ code: 'MODEL', title: 'Modellen og tavla', minutes: 120 }, { code: 'IP', title: 'Individuell plan sammen med pasienten', minutes: 180 },
	{ code: 'SECRECY', title: 'Taushetsplikt, samtykke og nødrett', minutes: 90 }, { code: 'RISK', title: 'Vurdering av selvmordsrisiko og vold', minutes: 240 },
	{ code: 'SOMATIC', title: 'Somatisk helse', minutes: 60 }];
const added = { code: 'OVERDOSE', title: 'Overdose: nalokson og hva vi gjør etterpå', minutes: 60 };

// All complete the first edition; of the second some modules are still to be done.
function training(course, chance) {
	const { calendar } = course;
	for (const [begins, list, share, within] of [[76, modules, 1, 130], [calendar.days - 200, [...modules, added], 0.8, 190]]) {
		course.add(calendar.working(begins), 8, leader, 'createTrainingPackage', { remember: { package: 'id' }, body: { unit_id: `$unit:${team}`, title: 'Opplæringspakke for samhandlingsteamet', modules: list } });
		for (const who of [leader, ...members, 'drammen-dps:tm-3'])
			for (const { code } of list.filter(() => chance.is(share))) {
				const n = calendar.working(begins + chance.from(5, within - 10));
				course.add(n, 15, who, 'completeTraining', { id: '$package', body: { module: code, completed_on: calendar.date(n) } });
			}
	}
}

// Planned, and held on the day or, now and then, cancelled; what lies ahead stays planned.
function event(course, name, as, { n, ...body }, held) {
	const { calendar } = course;
	const on = calendar.working(n);
	const planned = Math.max(2, calendar.working(n - 30));
	course.add(planned, 9, as, 'createEvent', { remember: { [name]: 'id' }, body: { ...body, planned_on: calendar.date(on) } });
	if (held) course.add(on, 16, as, 'updateEvent', { id: `$${name}`, body: held.cancelled_reason ? held : { held_on: calendar.date(on), ...held } });
}

function days(course, chance) {
	const { calendar } = course;
	const titles = ['Fagdag om individuell plan', 'Fagdag om rus og psykose', 'Fagdag om bolig og nabolag', 'Fagdag om pårørende og barn'];
	for (const [i, title] of titles.entries())
		event(course, `day_${i}`, quality, { n: 150 + 170 * i, kind: 'PROFESSIONAL_DAY', title, agencies: agencies([...three, 'nav-drammen', 'fastlege-demo']) },
			150 + 170 * i < calendar.days && { evaluation: { answers: chance.from(24, 41), mean: chance.from(38, 47) / 10 }, participants: staff([leader, ...members, ...drammen.workers, ...lier.workers, nav]) });
	const reached = [['Legevakta', 2], ['Natthjemmet', 3], ['Fastlegene i bydelen', 6], ['Politiets forebyggende enhet', 1], ['Frivilligsentralen', 4]];
	for (const [i, [who, services_reached]] of reached.entries())
		event(course, `outreach_${i}`, leader, { n: 120 + 125 * i, kind: 'OUTREACH', title: `Teamet besøker: ${who}`, unit_id: `$unit:${team}` }, { services_reached });
	event(course, 'open', leader, { n: 110, kind: 'INFORMATION', title: 'Hvem teamet er til for', unit_id: `$unit:${team}` }, { services_reached: 14 });
	event(course, 'hearing', quality, { n: 430, kind: 'HEARING', title: 'Brukere og pårørende om første driftsår', agencies: agencies(three) }, { evaluation: { answers: 17, mean: 4.1 } });
	event(course, 'ahead', quality, { n: calendar.days + 24, kind: 'PROFESSIONAL_DAY', title: 'Fagdag om arbeid og aktivitet', agencies: agencies([...three, 'nav-drammen']) });
}

// Supervision every sixth week.
function supervision(course, chance) {
	for (let n = 96, i = 0; n < course.calendar.days + 20; n += 42, i++)
		event(course, `supervision_${i}`, leader, { n, kind: 'SUPERVISION', title: 'Veiledning for teamet', unit_id: `$unit:${team}`, supervisor: 'Ekstern psykologspesialist' },
			n < course.calendar.days && (i === 5 ? { cancelled_reason: 'Veileder var syk' } : { participants: staff([leader, ...members.filter(() => chance.is(0.85))]) }));
}

function arenas(course, chance) {
	const { calendar } = course;
	const list = [['intake', quality, 'Inntaksmøte på tvers', 'Drøfter henvisninger som ingen har tatt imot', three, 12], ['forum', drammen.leader, 'Samarbeidsforum rus og psykisk helse', 'Felles språk og felles rutiner', [...three, 'nav-drammen'], 6],
		['housing', 'drammen-kommune:ho-1', 'Boligforum', 'Finner bolig til dem som har mistet flere', ['drammen-kommune', 'drammen-dps', 'nav-drammen'], 4]];
	for (const [name, as, title, purpose, parties, meetings_a_year] of list) {
		course.add(calendar.working(60), 10, as, 'createArena', { remember: { [name]: 'id' }, body: { name: title, purpose, parties: agencies(parties), meetings_a_year } });
		const between = Math.round(365 / meetings_a_year);
		for (let n = 95, i = 0; n < calendar.days + 15; n += between, i++)
			event(course, `${name}_${i}`, as, { n, kind: 'ARENA_MEETING', title, arena_id: `$${name}`, agencies: agencies(parties) },
				n < calendar.days && (chance.is(0.1) ? { cancelled_reason: 'For få kunne komme' } : {}));
	}
}

const visits = [[members[0], team, drammen.unit, 130, 'Se hvordan mottaket vurderer meldinger', 'Ring mottaket før du skriver. De kjenner ofte familien.'],
	[drammen.workers[0], drammen.unit, team, 180, 'Være med på tavlemøter og hjemmebesøk', 'Tavla gjør at ingen blir glemt. Vi prøver noe lignende.'],
	[lier.workers[0], lier.unit, team, 300, 'Bli kjent med arbeidsmåten', 'Nyttig å se hvor mye som skjer hjemme hos folk.'],
	[members[3], team, navOffice, 390, 'Forstå ytelser og krav', 'Arbeidsavklaring og individuell plan kan være samme møte.'],
	[specialist, clinic, gpOffice, 450, 'Se hverdagen på et legekontor', 'Korte brev blir lest. Lange blir lagt til side.'],
	[nav, navOffice, team, 560, 'Møte dem vi ikke når', 'Å dra hjem til folk var riktig for tre av fire.']];

function hospitations(course) {
	const { calendar } = course;
	for (const [i, [who, from, to, n, goals, learning_note]] of visits.entries()) {
		const starts = calendar.working(n);
		course.add(calendar.working(n - 20), 10, who, 'createHospitation', { remember: { [`stay_${i}`]: 'id' }, body: { from_unit_id: `$unit:${from}`, to_unit_id: `$unit:${to}`, starts_on: calendar.date(starts), days: 2 + (i % 2), goals } });
		course.add(calendar.working(n + 9), 14, who, 'updateHospitation', { id: `$stay_${i}`, body: { completed_on: calendar.date(calendar.working(n + 4)), learning_note } });
	}
	course.add(calendar.working(calendar.days - 10), 10, leader, 'createHospitation', { body: { staff_id: `$staff:${members[2]}`, from_unit_id: `$unit:${team}`, to_unit_id: `$unit:${lier.unit}`,
		starts_on: calendar.date(calendar.working(calendar.days + 20)), days: 3, goals: 'Følge en kollega i Lier en uke' } });
}

// Once a year: how those in the team find that they are met; a little better the second time.
function surveys(course, chance) {
	const { calendar } = course;
	for (const [i, n] of [200, 566].entries())
		for (const who of [leader, ...members, 'drammen-dps:tm-3']) {
			const answer = () => chance.near(3 + i, 1, [1, 5]);
			course.add(calendar.working(n + chance.from(0, 9)), 12, who, 'submitStaffSurvey', { body: { unit_id: `$unit:${team}`, answers: { EQUALITY: answer(), TRUST: answer(), RESPECT: answer() } } });
		}
}

export function learning(calendar) {
	const course = new Course('learning', calendar);
	const chance = new Chance(8_000);
	for (const part of [training, days, supervision, arenas, hospitations, surveys]) part(course, chance);
	return course.events;
}
