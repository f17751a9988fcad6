// The demo data's history: what the generator gives by itself, and some of it lived through the real service.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { makeHistory } from '../data/history/history.mjs';
import { Client } from '../../deploy/sandbox/seed/client.mjs';
import { loadDirectory } from '../../deploy/sandbox/seed/directory.mjs';
import { loadHistory } from '../../deploy/sandbox/seed/history.mjs';
import { environment, operations, pause, world } from './harness.mjs';
import { agencies } from './lib/tokens.mjs';
import { back } from './lib/days.mjs';

const w = await world({ people: false });
const citizen = { national_id: '01819012365', birth_date: '1990-01-01' };
const to = Date.UTC(2026, 9, 1, 12);
const period = { from: Date.UTC(2024, 9, 1, 12), to, citizen };
const history = makeHistory(period);
const { events, persons, calendar } = history;
const of = (person, operation) => events.filter((e) => e.person === person && e.operation === operation);
const enrolled = persons.filter((p) => of(p.i, 'transitionReferral').some((e) => e.body.action === 'enrol'));
const sum = (list, value) => list.reduce((total, one) => total + value(one), 0);

describe('the generator', () => {
	test('gives the same events for the same days, down to the last letter', () => {
		assert.equal(JSON.stringify(makeHistory(period).events), JSON.stringify(events));
	});
	test('gives them in order, within the days, of operations of the contract, by people who exist', () => {
		const known = new Set(operations.map((o) => o.id));
		const people = new Set([...agencies.flatMap((a) => a.staff.map((s) => `${a.slug}:${s.subject}`)), ...persons.map((p) => p.self)]);
		for (const [i, e] of events.entries()) {
			assert.ok(i === 0 || events[i - 1].at <= e.at, `event ${i} is after the one before`);
			assert.ok(e.at >= period.from && e.at < to, `event ${i} is in the two years`);
			assert.ok(known.has(e.operation), e.operation);
			assert.ok(people.has(e.as), e.as);
		}
	});
	test('makes a team of sixty, with enough to stand on, of people who do not exist', () => {
		assert.equal(enrolled.length, 60);
		assert.ok(events.length > 7000 && events.length < 13000, `${events.length} events`);
		const numbers = persons.map((p) => p.details.national_id);
		assert.equal(new Set(numbers).size, persons.length);
		for (const number of numbers) assert.ok(Number(number.slice(2, 4)) > 80, 'a month of the synthetic register');
	});
	test('knows nobody before they are referred, and nobody after the end', () => {
		for (const p of enrolled) {
			const contacts = of(p.i, 'createContact');
			assert.ok(contacts.every((e) => e.at > of(p.i, 'createReferral')[0].at), `person ${p.i} is met after the referral`);
			if (p.ends < calendar.days) assert.ok(contacts.every((e) => e.at < calendar.at(p.ends, 14)), `person ${p.i} is let go`);
		}
	});
	test('asks each person once a half-year at most, and enough of them that a round can be shown', () => {
		const half = (e) => new Date(e.at).toISOString().replace(/-(\d\d).*/, (_, month) => `-H${month <= 6 ? 1 : 2}`);
		const rounds = new Map();
		for (const p of persons) {
			const answered = of(p.i, 'submitUserExperienceSurvey').map(half);
			assert.equal(new Set(answered).size, answered.length, `person ${p.i} answers each round once`);
			for (const round of answered) rounds.set(round, (rounds.get(round) ?? 0) + 1);
		}
		assert.ok([...rounds.values()].filter((n) => n >= 10).length >= 3, JSON.stringify([...rounds]));
	});
	test('hands measures on: most are taken over, some are not', () => {
		const steps = (operation, action) => events.filter((e) => e.operation === operation && e.body.action === action && typeof e.person === 'number');
		const [offered, taken, declined] = [steps('transitionMeasure', 'transfer_responsibility'), steps('transitionHandover', 'accept'), steps('transitionHandover', 'reject')];
		assert.ok(taken.length > declined.length && declined.length > 0 && offered.length >= taken.length + declined.length, `${offered.length}, ${taken.length}, ${declined.length}`);
	});
	test('has no two stays of a person at once', () => {
		for (const p of persons)
			for (const [i, stay] of p.stays.entries()) {
				assert.ok(stay.ends > stay.begins);
				assert.ok(i === 0 || stay.begins > p.stays[i - 1].ends, `stay ${i} of person ${p.i}`);
			}
	});
	test('lets the team make a difference: fewer days in hospital and acute stays in the year after than before', () => {
		const whole = enrolled.filter((p) => p.enrolled + 365 < calendar.days && !p.ending);
		const within = (stay, from) => Math.max(0, Math.min(stay.ends, from + 365) - Math.max(stay.begins, from));
		const nights = (since) => sum(whole, (p) => sum(p.stays, (s) => within(s, p.enrolled + since)));
		const acute = (since) => sum(whole, (p) => p.stays.filter((s) => s.acute && s.begins >= p.enrolled + since && s.begins < p.enrolled + since + 365).length);
		assert.ok(whole.length >= 20, `${whole.length} persons`);
		assert.ok(nights(0) < 0.85 * nights(-365), `${nights(-365)} nights before, ${nights(0)} after`);
		assert.ok(nights(0) > 0.3 * nights(-365), 'and it is no miracle');
		assert.ok(acute(0) < acute(-365), `${acute(-365)} acute stays before, ${acute(0)} after`);
	});
});

// A sandbox's directory for the loader: address, tokens and the public half of the agencies' keys.
function sandbox() {
	const folder = mkdtempSync(join(tmpdir(), 'history-'));
	after(() => rmSync(folder, { recursive: true }));
	const tokens = agencies.flatMap((a) => a.staff.map((s) => ({ agency: a.slug, role: s.role, name: s.name, token: w.token(`${a.slug}:${s.subject}`) })));
	writeFileSync(join(folder, 'sandbox.json'), JSON.stringify({ base_url: `http://127.0.0.1:${w.port}/api/v1`, tokens }));
	symlinkSync(environment.keys, join(folder, 'keys'));
	return folder;
}

// A loader that is stopped: what it has sent has been done, but it never hears of it.
class Stopped extends Client {
	sent = 0;

	async send(...request) {
		const answer = await super.send(...request);
		if (++this.sent > 400) throw new Error('stopped');
		return answer;
	}
}

describe('the service', () => {
	// one who stays, one who is discharged, lost, dies, declines; the team's own first two weeks of meetings
	const few = new Map([[0, 'ACTIVE'], [5, 'DISCHARGED'], [9, 'DISCHARGED'], [11, 'DECEASED'], [14, 'DISCHARGED']]);
	const folder = sandbox();
	const until = Date.now() - to + events.find((e) => e.person === 'team').at + 16 * 24 * 3_600_000;
	const always = ['tasks', 'project', 'agreed', 'learning', 'channels'];
	const chosen = (e) => (e.person === 'team' ? e.at < until : always.includes(e.person) || few.has(e.person));
	const load = async (client) => loadHistory(client, await loadDirectory(client), chosen);
	const count = async (table) => (await w.sql(`select count(*)::int as n from ${table}`))[0].n;

	test('lives through it from two years ago to now, in two goes when the first breaks off', async () => {
		await w.sql(`update sandbox_clock set ahead = interval '-17520 hours'`);
		for (const table of ['agency', 'unit', 'staff', 'staff_membership']) await w.sql(`update ${table} set valid_from = '2020-01-01'`);
		await assert.rejects(load(new Stopped(folder)), /stopped/);
		await pause(1000); // what was under way is done
		const client = new Client(folder);
		const people = await load(client);
		const lived = makeHistory({ ...client.done.get('history'), citizen }).events.filter(chosen);
		const entered = (operation) => lived.filter((e) => e.operation === operation).length;
		for (const [table, operation] of [['contact', 'createContact'], ['admission', 'createAdmission'], ['plan', 'createPlan'], ['board_meeting', 'createBoardMeeting']])
			assert.equal(await count(table), entered(operation), `${table}: each once`);
		const [{ late }] = await w.sql('select abs(extract(epoch from ahead))::float as late from sandbox_clock');
		assert.ok(late < 5, `the clock is ${late} s from now`);
		for (const [i, state] of few) {
			const rows = await w.sql('select state, enrolled_at < first_contact_at as in_order from enrolment where patient_id = $1', [people[i].id]);
			assert.deepEqual(rows, [{ state, in_order: true }], `person ${i}`);
		}
	});
	test('fills the lists around the team, for each of whom they are', async () => {
		const list = async (as, path) => (await w.api(as, 'GET', path)).is(200).body.items;
		const standing = async (path, states) => assert.deepEqual([...new Set((await list('drammen-dps:qm-1', `${path}?limit=200`)).map((x) => x.status))].sort(), states, path);
		await standing('/routines', ['DRAFT', 'EXPIRED_REVIEW', 'FOR_APPROVAL', 'IN_FORCE', 'REPLACED', 'WITHDRAWN']);
		await standing('/agreements', ['ENDED', 'IN_FORCE', 'REVIEW_OVERDUE', 'UNSIGNED']);
		await standing('/milestones', ['ACHIEVED', 'CANCELLED', 'IN_PROGRESS', 'PLANNED']);
		await standing('/decision-points', ['DECIDED', 'DROPPED', 'SUBMITTED']);
		await standing('/record-system-accesses', ['ACTIVE', 'DENIED', 'EXPIRED', 'REQUESTED']);
		await standing('/events', ['CANCELLED', 'HELD', 'PLANNED']);
		await standing('/hospitations', ['COMPLETED', 'PLANNED']);
		await standing('/responsibility-matrices', ['IN_FORCE']);
		assert.equal((await list('drammen-dps:qm-1', '/milestones?late=true')).length, 1);
		for (const as of ['drammen-dps:tm-1', 'drammen-kommune:mh-1', 'lier-kommune:qm-1', 'nav-drammen:qm-1', 'fastlege-demo:qm-1'])
			for (const path of ['/projects', '/project-bodies', '/routines', '/training-packages', '/events', '/arenas', '/hospitations'])
				assert.ok((await list(as, path)).length > 0, `${as} ${path}`);
		for (const slug of ['drammen-dps', 'drammen-kommune', 'lier-kommune', 'nav-drammen', 'fastlege-demo'])
			for (const path of ['/record-system-accesses', '/routines'])
				assert.ok((await list(`${slug}:pv-1`, path)).length > 0, `${slug}:pv-1 ${path}`);
		for (const arena of await list('drammen-dps:tm-1', '/arenas')) assert.ok(arena.meetings_held > 0, arena.name);
		assert.ok((await list('drammen-dps:qm-1', '/deviations')).length > 0);
	});
	test('has what people are told by, and what the persons say and ask', async () => {
		const list = async (as, path) => (await w.api(as, 'GET', path)).is(200).body.items;
		const states = async (as, path, member) => (await list(as, path)).map((x) => x[member]).sort();
		assert.deepEqual(await states('drammen-dps:tm-1', '/calendar-feeds', 'state'), ['ACTIVE', 'EXPIRED']);
		assert.deepEqual(await states('drammen-dps:dps-1', '/calendar-feeds', 'state'), ['REVOKED']);
		assert.deepEqual(await states('drammen-dps:tl-1', '/alert-settings', 'for'), ['UNIT']);
		assert.deepEqual(await states('nav-drammen:nav-1', '/alert-settings', 'for'), ['STAFF']);
		assert.deepEqual(await states('drammen-kommune:sa-1', '/subscriptions', 'status'), ['PAUSED']);
		assert.deepEqual(await states('lier-kommune:sa-1', '/web-origins', 'origin'), ['https://samhandling.lier-kommune.example']);
		assert.deepEqual(await states('citizen:pt-1', '/data-subject-requests', 'state'), ['FULFILLED', 'IN_PROGRESS', 'REFUSED']);
		assert.deepEqual(await states('citizen:pt-1', '/danger-disclosures', 'legal_basis'), ['FVL_DANGER_LIFE_HEALTH']);
		assert.equal((await list('nav-drammen:nav-1', '/danger-disclosures')).length, 1);
		assert.ok((await list('drammen-dps:tl-1', '/user-experience-surveys')).length > 0);
		assert.equal(await count(`task where kind = 'INFORM_PATIENT' and due_at < ${back('now()', 40)} and state = 'OPEN'`), 0);
	});
	test('leaves things as they would have been left', async () => {
		const [{ off }] = await w.sql(`select count(*)::int as off from contact where state = 'DONE' and (coalesce(started_at, planned_at) > created_at
			or coalesce(started_at, planned_at) < ${back('created_at', 1)})`);
		assert.equal(off, 0, 'each contact was entered on its day');
		assert.equal(await count(`admission where state <> 'DISCHARGED' and admitted_at < ${back('now()', 100)}`), 0);
		assert.ok(await count('plan p where plan_is_valid(p)') > 0);
		assert.equal(await count(`board_meeting where state <> 'CLOSED'`), 0);
		assert.deepEqual(await w.sql(`select distinct kind from task where state = 'OPEN' and due_at < ${back('now()', 40)}`), []);
		for (const table of ['message', 'case_meeting']) assert.ok(await count(table) > 0, table);
		assert.equal(await count(`message where state = 'SENT' and sent_at < ${back('now()', 10)}`), 0);
		for (const [table, is_open] of [['plan', 'plan_is_open'], ['measure', 'measure_is_open']])
			assert.equal(await count(`${table} x join enrolment e on e.patient_id = x.patient_id where ${is_open}(x.state) and e.ended_at < ${back('now()', 10)}`), 0, `${table}: ended for those who have left`);
		assert.equal(await count(`board_entry b join enrolment e on e.id = b.enrolment_id where b.closed_at is null and e.ended_at is not null`), 0);
	});
});
