// What belongs to a resource over FHIR: what comes along with matches, and all that is a person's; versions of a consent.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, world } from './harness.mjs';
import { fhir, linkOf, localPath, resources } from './lib/fhir.mjs';
import { makeSamples } from './lib/samples.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, co, lier, nav, police] = ['drammen-dps:tl-1', 'drammen-kommune:co-1', 'lier-kommune:mh-1', 'nav-drammen:nav-1', 'politi-demo:po-1'];
const entries = (r, mode) => (r.body.entry ?? []).filter((e) => e.search.mode === mode).map((e) => e.resource);
const named = (r) => `${r.resourceType}/${r.id}`;

// Whom the log says that the answer has shown.
async function shown(r) {
	const rows = await w.sql('select l.operation, l.resource, access_log_persons(l.patient_id, l.shown_set) as persons from access_log l where l.request_id = $1', [r.headers['x-request-id']]);
	assert.equal(rows.length, 1, JSON.stringify(rows));
	return rows[0];
}

describe('what comes along', () => {
	test('is what the matches refer to, once, and does not raise the total', async () => {
		const plan = s.at['/plans/{id}'];
		const r = (await ask(co, 'GET', `/CarePlan?patient=${s.planned}&_include=CarePlan:goal&_include=CarePlan:patient&_total=accurate`)).is(200);
		const [match] = entries(r, 'match');
		assert.deepEqual([match.id, r.body.total], [plan, 1]);
		assert.deepEqual(entries(r, 'include').map(named).sort(), [...match.goal.map((g) => g.reference), match.subject.reference].sort());
		for (const one of entries(r, 'include')) assert.deepEqual((await ask(co, 'GET', `/${named(one)}`)).is(200).body, one);
		assert.deepEqual(await shown(r).then(({ persons, resource }) => [persons, resource]), [[s.planned], 'individual-plans']);
	});
	test('with * is all that is listed', async () => {
		const r = (await ask(co, 'GET', `/CarePlan?patient=${s.planned}&_include=*`)).is(200);
		assert.deepEqual([...new Set(entries(r, 'include').map((x) => x.resourceType))].sort(), ['CareTeam', 'Goal', 'Patient', 'ServiceRequest']);
		assert.equal(new Set(entries(r, 'include').map(named)).size, entries(r, 'include').length);
	});
	test('is what refers to the matches too', async () => {
		const [{ id, entity_id: focus, patient_id: person }] = await w.sql("select id, entity_id, patient_id from task where entity = 'enrolment' and agency_id = $1 limit 1", [s.ids.agency['drammen-dps']]);
		const r = (await ask(tl, 'GET', `/EpisodeOfCare?patient=${person}&_revinclude=Task:focus`)).is(200);
		assert.ok(entries(r, 'match').some((e) => e.id === focus));
		assert.ok(entries(r, 'include').some((t) => t.id === id && t.focus.reference === `EpisodeOfCare/${focus}`), r.story());
	});
	test('leaves out silently what the caller may not read: a hidden person is as one who is not', async () => {
		// a handover that waits for Lier is about a person whom they are not related to
		const waiting = s.at['/handovers/{id}'];
		const [r] = [(await ask(lier, 'GET', `/Task?_id=${waiting}&_include=Task:patient`)).is(200)];
		const [task] = entries(r, 'match');
		const direct = await ask(lier, 'GET', `/${task.for?.reference ?? `Patient/${anyId()}`}`);
		assert.deepEqual(entries(r, 'include').map(named), direct.status === 200 ? [task.for.reference] : []);
	});
	test('that is not listed is refused', async () => {
		for (const query of ['_include=CarePlan:author', '_include=Goal:patient', '_revinclude=Goal:patient', '_include:iterate=CarePlan:goal'])
			(await ask(co, 'GET', `/CarePlan?patient=${s.planned}&${query}`)).is(400);
		(await ask(tl, 'GET', `/Patient?_id=${s.patient}&_include=*`)).is(400);
	});
});

describe('a person\'s own', () => {
	test('of one type, below the person, is what a search finds', async () => {
		const below = (await ask(tl, 'GET', `/Patient/${s.patient}/Encounter?status:not=cancelled&_sort=-date&_count=200`)).is(200);
		const search = (await ask(tl, 'GET', `/Encounter?patient=${s.patient}&status:not=cancelled&_sort=-date&_count=200`)).is(200);
		assert.deepEqual(below.body.entry, search.body.entry);
		assert.ok(below.body.entry.length > 1);
		const starts = resources(below.body).map((e) => new Date(e.period.start).getTime());
		assert.deepEqual(starts, starts.toSorted((a, b) => b - a));
	});
	test('of whom nothing may be known is as nobody\'s', async () => {
		const [hidden, nobody] = [s.patient, anyId()].map((id) => ask(lier, 'GET', `/Patient/${id}/Encounter`));
		assert.deepEqual([(await hidden).is(200).body.entry, (await nobody).is(200).body.entry], [undefined, undefined]);
		(await ask(police, 'GET', `/Patient/${s.patient}/Encounter`)).is(403);
	});
	test('is all that can be read singly, page by page, and one entry of the log each page', async () => {
		const all = [];
		for (let path = `/Patient/${s.patient}/$everything?_count=3`; path;) {
			const page = (await ask(tl, 'GET', path)).is(200);
			assert.deepEqual(await shown(page).then((l) => [l.operation, l.resource, l.persons]), ['fhirEverything', 'patients', [s.patient]]);
			all.push(...resources(page.body));
			path = linkOf(page.body, 'next') && localPath(linkOf(page.body, 'next'));
		}
		assert.equal(named(all[0]), `Patient/${s.patient}`);
		assert.equal(new Set(all.map(named)).size, all.length);
		for (const type of ['Consent', 'Encounter', 'EpisodeOfCare', 'Flag', 'Observation']) assert.ok(all.some((r) => r.resourceType === type), type);
		for (const one of all) assert.deepEqual((await ask(tl, 'GET', `/${named(one)}`)).is(200).body, one);
		assert.deepEqual(resources((await ask(tl, 'GET', `/Patient/${s.patient}/$everything?_count=200`)).is(200).body), all);
	});
	test('by type, and since a time', async () => {
		const some = resources((await ask(tl, 'GET', `/Patient/${s.patient}/$everything?_type=Consent,Flag`)).is(200).body);
		assert.deepEqual([...new Set(some.map((r) => r.resourceType))], ['Consent', 'Flag']);
		assert.deepEqual(resources((await ask(tl, 'GET', `/Patient/${s.patient}/$everything?_since=2999-01-01T00:00:00Z`)).is(200).body), []);
		const within = async (query) => resources((await ask(tl, 'GET', `/Patient/${s.patient}/$everything?_count=200&${query}`)).is(200).body);
		const all = await within('_type=Observation,Flag,Patient');
		assert.deepEqual((await within('_type=Observation,Flag,Patient&end=1999-12-31')).map(named), [`Patient/${s.patient}`]);
		assert.deepEqual((await within('_type=Observation,Flag,Patient&start=1999&end=2999')).map(named), all.map(named));
		const days = all.filter((r) => r.resourceType === 'Observation').map((r) => r.effectiveDateTime);
		const some_of = await within(`_type=Observation&start=${days[0]}&end=${days[0]}`);
		assert.deepEqual(some_of.map(named), all.filter((r) => r.effectiveDateTime === days[0]).map(named));
		(await ask(tl, 'GET', `/Patient/${s.patient}/$everything?_type=Basic`)).is(400);
		(await ask(tl, 'GET', `/Patient/${s.patient}/$everything?_page=${Buffer.from('["x","y"]').toString('base64url')}`)).is(400);
	});
	test('another agency\'s caller gets what they may read; who may not know the person, what nobody has', async () => {
		const [hidden, nobody] = [await ask(lier, 'GET', `/Patient/${s.patient}/$everything`), await ask(lier, 'GET', `/Patient/${anyId()}/$everything`)];
		assert.deepEqual(hidden.is(404).body.issue[0].details, nobody.is(404).body.issue[0].details);
		(await ask(nav, 'GET', `/Patient/${s.patient}/$everything`)).is([403, 404]);
		const citizen = (await ask('citizen:pt-1', 'GET', `/Patient/${s.citizens?.['pt-1'] ?? s.patient}/$everything`));
		for (const one of citizen.status === 200 ? resources(citizen.body) : []) (await ask('citizen:pt-1', 'GET', `/${named(one)}`)).is(200);
	});
});

describe('versions', () => {
	const id = s.at['/consents/{id}'];
	test('of a consent: each as it was, the newest first', async () => {
		const before = (await ask(tl, 'GET', `/Consent/${id}`)).is(200).body;
		await w.sql("update consent set state = 'GRANTED', valid_to = clock_now() + interval '1 year' where id = $1", [id]);
		const now = (await ask(tl, 'GET', `/Consent/${id}`)).is(200).body;
		assert.equal(Number(now.meta.versionId), Number(before.meta.versionId) + 1);
		const was = (await ask(tl, 'GET', `/Consent/${id}/_history/${before.meta.versionId}`)).is(200);
		assert.deepEqual([was.body, was.etag], [before, `W/"${before.meta.versionId}"`]);
		const history = (await ask(tl, 'GET', `/Consent/${id}/_history`)).is(200);
		const numbers = history.body.entry.map((e) => Number(e.resource.meta.versionId));
		assert.deepEqual(numbers, numbers.toSorted((a, b) => b - a));
		assert.deepEqual([history.body.type, history.body.entry[0].resource, history.body.entry.at(-1).request.method, history.body.entry.at(-1).response.status], ['history', now, 'POST', '201']);
		assert.deepEqual((await shown(history)).persons, [s.patient]);
		const first = (await ask(tl, 'GET', `/Consent/${id}/_history?_count=1`)).is(200).body;
		const next = (await ask(tl, 'GET', localPath(linkOf(first, 'next')))).is(200).body;
		assert.deepEqual([...first.entry, ...next.entry], history.body.entry.slice(0, 2));
		assert.deepEqual((await ask(tl, 'GET', `/Consent/${id}/_history?_since=2999-01-01`)).is(200).body.entry, undefined);
	});
	test('are for who may see it now, and nobody else', async () => {
		for (const path of [`_history`, `_history/1`]) {
			const [there, nowhere] = [await ask(lier, 'GET', `/Consent/${id}/${path}`), await ask(lier, 'GET', `/Consent/${anyId()}/${path}`)];
			assert.deepEqual(there.is(404).body.issue[0].details, nowhere.is(404).body.issue[0].details);
			(await ask('drammen-dps:sa-1', 'GET', `/Consent/${id}/${path}`)).is(403);
		}
	});
});
