// The person's plans: one individual plan whose measures the agencies accept, a crisis plan, often plans for treatment
// and for work; looked at twice a year, renewed with the consent once a year.
import { gp, gpOffice, nav, navOffice, team } from './team.mjs';

const goals = [
	['Jeg vil bo for meg selv', 'HOUSING'], ['Jeg vil ha noe å stå opp til', 'ACTIVITY'], ['Jeg vil ha orden på pengene', 'ECONOMY'],
	['Jeg vil treffe folk igjen', 'NETWORK'], ['Jeg vil sove om natta', 'MENTAL'], ['Jeg vil drikke mindre', 'SUBSTANCE'],
];
const measures = [
	['Hjelp i hjemmet', 'HOUSING', 'Hjemmebesøk med praktisk hjelp', '2 × 60 min i uken'],
	['Følge til aktivitetshuset', 'ACTIVITY', 'Går sammen de første ukene', '1 gang i uken'],
	['Samtaler', 'MENTAL', 'Samtaler der pasienten vil møtes', '1 × 45 min i uken'],
	['Hjelp med regninger', 'ECONOMY', 'Går gjennom post og regninger sammen', '2 ganger i måneden'],
];
const others = {
	CRISIS: { share: 0.85, body: { crisis: { warning_signs: [{ sign: 'Sover ikke', stage: 'EARLY' }, { sign: 'Låser seg inne', stage: 'CRISIS' }],
		what_helps: ['Rolig samtale', 'At noen kommer hjem'], contacts: [{ name: 'FACT-team Drammen' }], wanted_treatment: 'Kort opphold på brukerstyrt seng' } } },
	TREATMENT: { share: 0.7, goal: true, body: { treatment: { problem: 'Psykoselidelse', approach: 'Ukentlige samtaler og medisiner etter avtale' } } },
	WORK_ACTIVITY: { share: 0.55, body: { work: { wish: 'Jobbe med dyr', barriers: ['Orker ikke hele dager'] } } },
};
// days: between two reviews, and until the next one at the latest; half a year is the longest allowed
const every = 165;
const latest = 172;

// Of whom the team has let go without planning it, the others end what is theirs two days later.
const afterwards = { LOST: 'Ingen kontakt på over tre måneder', DECLINES: 'Ønsker ikke planen videre', DECEASED: 'Pasienten er død' };
const closes = (p) => (afterwards[p.ending] ? p.calendar.working(p.ends + 2) : Infinity);

// Which units answer for measures, and who of each.
function responsible(p) {
	const list = [[p.place.unit, p.worker], [team, p.main]];
	if (p.i % 2 === 0) list.push([navOffice, nav]);
	if (p.place.housingUnit && p.i % 4 !== 0) list.push([p.place.housingUnit, p.place.housing]);
	if (p.chance.is(0.3)) list.push([gpOffice, gp]);
	return list;
}

function agree(course, p, n, name, body) {
	course.add(n, 7, p.main, 'createConsent', { id: '$patient', body, remember: { [name]: 'id' } });
	course.step(n, 7, p.main, ['transitionConsent', name], { action: 'grant', form: 'WRITTEN', competence: 'COMPETENT', given_by: 'SELF', document_ref: `Samtykke ${p.i}` });
}

const ask = (course, p, n) => agree(course, p, n, 'consent', { type: 'IP_PLAN', purpose: 'Individuell plan', explained: 'Hvem som ser planen, og at samtykket kan trekkes' });

// Agencies that are not health care need the person's release, each of its own kind.
function release(course, p, n) {
	const share = (name, agency, categories) => agree(course, p, n, name, { type: 'SHARE', from_agencies: ['$agency:drammen-dps', `$agency:${p.place.agency}`],
		to_agencies: [`$agency:${agency}`], data_categories: categories, purpose: 'Tiltak i individuell plan', explained: 'Hva som deles, og at samtykket kan trekkes' });
	if (p.i % 2 === 0) share('released', 'nav-drammen', ['IDENTITY', 'MEASURES', 'WORK', 'ECONOMY']);
	if (p.place.housingUnit && p.i % 4 !== 0) share('housed', p.place.agency, ['IDENTITY', 'MEASURES', 'HOUSING']);
}

// Proposed with the plan; each agency answers on its own day, begins, and sometimes comes to the end of it.
function propose(course, p, n, index, [unit, who]) {
	const { chance, calendar } = p;
	const [title, domain, how, extent] = measures[index % measures.length];
	const name = `measure${index}`;
	course.add(n, 10, p.place.coordinator, 'createMeasure', { remember: { [name]: 'id' },
		body: { plan_id: '$ip', title, domain, how, extent, responsible_unit_id: `$unit:${unit}`, goal_ids: ['$goal0'] } });
	const step = (on, body, hour = 12) => course.step(on, hour, who, ['transitionMeasure', name], body);
	const answered = calendar.working(n + chance.from(2, 16));
	if (unit === navOffice && chance.is(0.25)) return step(answered, { action: 'refuse', reason_code: 'NO_CAPACITY', reason: 'Ingen ledig plass før nyttår' });
	const begun = calendar.working(answered + chance.from(3, 14));
	const done = chance.is(0.3) || p.ending === 'DISCHARGED' ? calendar.working(Math.min(begun + chance.from(120, 300), p.ends - 20)) : Infinity;
	const last = closes(p);
	const score = chance.from(3, 9);
	if (done === Infinity && last === Infinity) p.lasting.push({ name, unit, begun });
	step(answered, { action: 'accept', responsible_staff_id: `$staff:${who}`, start_on: calendar.date(begun) });
	if (begun < last) step(begun, { action: 'start' });
	if (done < last) return step(done, { action: 'complete', evaluation: { score } });
	return step(last, { action: 'discontinue', reason: afterwards[p.ending] }, 9);
}

function individual(course, p, n) {
	const { chance, calendar } = p;
	const { coordinator } = p.place;
	const add = (hour, operation, rest) => course.add(n, hour, coordinator, operation, rest);
	add(8, 'createPlan', { remember: { ip: 'id' }, body: { kind: 'IP', patient_id: '$patient', period_from: calendar.date(n), period_to: calendar.date(n + 365),
		next_review_on: calendar.date(n + latest), individual: { resources: chance.one(['God til å lage mat', 'Flink med dyr', 'Har gode naboer']), needs: ['Fast bolig', 'Noen å snakke med'],
			contributions: [{ by: 'PATIENT', what: 'Møter opp og sier fra når det er for mye' }], cooperation: [] } } });
	for (const [i, [words, domain]] of [chance.one(goals.slice(0, 3)), chance.one(goals.slice(3))].entries())
		add(9, 'createPlanGoal', { id: '$ip', body: { words, domain, baseline_score: chance.from(1, 4) }, remember: { [`goal${i}`]: 'id' } });
	for (const [staff, unit] of [[p.main, team], [p.worker, p.place.unit]])
		add(9, 'createPlanParticipant', { id: '$ip', body: { kind: 'STAFF', staff_id: `$staff:${staff}`, unit_id: `$unit:${unit}`, part: 'Oppfølging' } });
	for (const [index, one] of responsible(p).entries()) propose(course, p, n, index, one);
	course.step(n, 11, coordinator, ['transitionPlan', 'ip'], { action: 'submit' });
	course.step(n, 15, coordinator, ['transitionPlan', 'ip'], { action: 'approve', form: 'WRITTEN', document_ref: `DIPS IP-${p.i}`, consent_id: '$consent' });
}

function other(course, p, n, kind) {
	const { goal, body } = others[kind];
	const { calendar } = p;
	course.add(n, 8, p.main, 'createPlan', { remember: { [kind]: 'id' }, body: { kind, patient_id: '$patient', next_review_on: calendar.date(n + latest), ...body } });
	if (goal) course.add(n, 8, p.main, 'createPlanGoal', { id: `$${kind}`, body: { words: goals[4][0], domain: goals[4][1] } });
	course.step(n, 9, p.main, ['transitionPlan', kind], { action: 'submit' });
	course.step(n, 9, p.main, ['transitionPlan', kind], { action: 'approve', form: 'ORAL', witness: 'Blid Elv', consent_id: '$consent' });
}

// Two weeks before a planned end.
export const lastReview = (p) => p.calendar.working(p.ends - 16);

// Looked at with the person before it is due; `changes` are what the new version brings.
function review(course, p, n, [name, who], changes) {
	const { chance, calendar } = p;
	const next_review_on = calendar.date(n + latest);
	const step = (body) => course.step(n, 13, who, ['transitionPlan', name], body);
	step({ action: 'open_review' });
	course.add(n, 13, who, 'createPlanReview', { id: `$${name}`, body: { patient_present: chance.is(0.8), relatives_present: chance.is(0.15),
		decisions: chance.one(['Vi fortsetter som før', 'Flere besøk i uken', 'Mer vekt på aktivitet']), next_review_on } });
	if (changes) course.add(n, 13, who, 'updatePlan', { id: `$${name}`, body: changes });
	step(changes ? { action: 'publish', patient_agreed: true, next_review_on } : { action: 'no_change', next_review_on });
}

// Looked at together a last time, on the day that the leader names, then ended.
function finish(course, p, names) {
	const { calendar } = p;
	const n = lastReview(p);
	for (const [name, who] of names) {
		course.add(n, 11, who, 'createPlanReview', { id: `$${name}`, body: { patient_present: true, decisions: 'Målene er nådd, vi runder av', next_review_on: calendar.date(n + 30) } });
		course.step(n, 12, who, ['transitionPlan', name], { action: 'end', reason: 'Målene er nådd' });
	}
}

// Each by who coordinates it, when the measures have been ended that morning.
function letGo(course, p, names) {
	for (const [name, who] of names) course.step(closes(p), 11, who, ['transitionPlan', name], { action: 'end', reason: afterwards[p.ending] });
}

// While somebody stands on the board the treatment plan is looked at every three months.
function intensive(course, p, [name, who], { begins, last }) {
	for (const time of p.onBoard)
		for (let n = p.calendar.working(Math.max(time.from, begins) + 80); n < Math.min(time.to, last); n = p.calendar.working(n + 80)) review(course, p, n, [name, who]);
}

// Twice a year; every other time the consents are given anew, as they last a year.
function renew(course, p, names, { begins, last }) {
	const { calendar } = p;
	for (let k = 1; ; k++) {
		const n = calendar.working(begins + k * every);
		if (n >= last) return;
		const anew = k % 2 === 0;
		if (anew) ask(course, p, n);
		for (const plan of names)
			review(course, p, n, plan, anew ? { consent_id: '$consent', ...(plan[0] === 'ip' ? { period_to: calendar.date(n + 365) } : {}) } : undefined);
		if (anew) release(course, p, n);
	}
}

export function plans(course, p) {
	const { calendar } = p;
	const begins = p.met === Infinity ? Infinity : calendar.working(p.met + p.chance.from(35, 55));
	const last = Math.min(p.ends - 20, calendar.days);
	if (begins >= last) return;
	ask(course, p, begins);
	release(course, p, begins);
	individual(course, p, begins);
	const names = [['ip', p.place.coordinator]];
	for (const kind of Object.keys(others)) {
		const n = calendar.working(begins + p.chance.from(8, 40));
		if (n >= last || !p.chance.is(others[kind].share)) continue;
		other(course, p, n, kind);
		names.push([kind, p.main]);
	}
	renew(course, p, names, { begins, last });
	const treated = names.find(([name]) => name === 'TREATMENT');
	if (treated) intensive(course, p, treated, { begins: begins + 40, last });
	if (p.ending === 'DISCHARGED') finish(course, p, names);
	else letGo(course, p, names);
}
