// $export over FHIR: a caseload taken along, of what its caller may read when it is read, and each person's log says so.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, syntheticNumber, world } from './harness.mjs';
import { assertValid, fhir, issueOf, problemOf, resources } from './lib/fhir.mjs';
import { async, exporting, local, named } from './lib/fhir-export.mjs';
import { enrol, inTeam, relate } from './lib/in-team.mjs';
import { makeSamples } from './lib/samples.mjs';

// one person a question, so that what lies between can be seen
const w = await world({ settings: { EXPORT_STEP: 1, JOBS_INTERVAL_MS: 50 } });
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, tm, dps, mh, gp, nav, sy, pt] = ['drammen-dps:tl-1', 'drammen-dps:tm-1', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'fastlege-demo:gp-1', 'nav-drammen:nav-1', 'drammen-dps:sy-1', 'citizen:pt-1'];
const team = w.ids.unit['drammen-dps:fact'];
const { begin, poll, end, ready, read, take } = exporting(w, ask);

describe('a Group', () => {
	test('is a team of one\'s own, without its members', async () => {
		const [g] = resources((await ask(tm, 'GET', `/Group?managing-entity=Organization/${team}`)).is(200).body);
		assert.deepEqual([g.id, g.type, g.actual, g.member, g.quantity, g.meta.tag[0].code], [team, 'person', true, undefined, undefined, 'SUBSETTED']);
		assert.deepEqual((await ask(tl, 'GET', '/Group')).is(200).body.entry.map((e) => e.resource.id), [team]);
		assert.deepEqual((await ask(tl, 'GET', `/Group/${team}`)).is(200).body, g);
		assert.deepEqual(await w.sql('select patient_id, shown_set, resource from access_log where operation = $1 limit 1', ['fhirReadGroup']), [{ patient_id: null, shown_set: null, resource: 'caseloads' }]);
	});
	test('of others, or of what is no team, is not there', async () => {
		for (const [who, id] of [[mh, team], [tl, w.ids.unit['drammen-kommune:psykisk'] ?? anyId()], [tl, anyId()]]) (await ask(who, 'GET', `/Group/${id}`)).is(404);
		for (const who of [nav, sy, pt, 'politi-demo:po-1', 'drammen-dps:pv-1']) (await ask(who, 'GET', `/Group/${team}`)).is(403);
	});
});

describe('asking', () => {
	test('needs Prefer: respond-async, and parameters that there are', async () => {
		for (const path of ['/Patient/$export', `/Group/${team}/$export`]) {
			const r = (await ask(tl, 'GET', path)).is(400);
			assert.deepEqual([issueOf(r), r.body.issue[0].expression], ['required', ['http.Prefer']]);
			(await ask(tl, 'GET', path, undefined, { prefer: 'return=minimal' })).is(400);
			for (const bad of ['_type=Basic', '_type=Patient,Basic', '_since=x', '_outputFormat=csv', 'patient=1', '_typeFilter=x', '_count=3'])
				assert.equal((await ask(tl, 'GET', `${path}?${bad}`, undefined, async)).is(400).body.resourceType, 'OperationOutcome', bad);
		}
		assert.equal((await w.sql('select 1 from bulk_export')).length, 0);
	});
	test('lenient handling leaves out what is not known', async () => {
		const r = (await ask(tl, 'GET', '/Patient/$export?_typeFilter=x&_type=Flag', undefined, { prefer: 'respond-async, handling=lenient' })).is(202);
		const { manifest } = await ready(tl, local(r.headers['content-location']));
		assert.match(manifest.request, /\/fhir\/r4\/Patient\/\$export\?_type=Flag$/);
		await end(tl, local(r.headers['content-location']));
	});
	test('by POST is Parameters, or nothing', async () => {
		for (const path of ['/Patient/$export', `/Group/${team}/$export`]) {
			const body = { resourceType: 'Parameters', parameter: [{ name: '_type', valueString: 'Patient' }, { name: '_type', valueString: 'Flag' }, { name: '_since', valueInstant: '1999-01-01T00:00:00Z' }, { name: '_outputFormat', valueString: 'ndjson' }] };
			const r = (await ask(tl, 'POST', path, body, async)).is(202);
			const { manifest } = await ready(tl, local(r.headers['content-location']));
			assert.ok(manifest.output.every((f) => ['Patient', 'Flag'].includes(f.type)));
			await end(tl, local(r.headers['content-location']));
			const bare = (await w.request({ as: tl, method: 'POST', path: `/fhir/r4${path}`, headers: async })).is(202);
			await end(tl, local(bare.headers['content-location']));
			for (const bad of [{ resourceType: 'Patient' }, { resourceType: 'Parameters', parameter: {} }, { resourceType: 'Parameters', parameter: [{ valueString: 'x' }] }, { resourceType: 'Parameters', parameter: [{ name: '_type', valueString: 'Basic' }] }])
				(await ask(tl, 'POST', path, bad, async)).is(400);
			const raw = (text, type = 'application/fhir+json') => w.request({ as: tl, method: 'POST', path: `/fhir/r4${path}`, body: text, headers: { ...async, 'content-type': type } });
			for (const text of ['{', '[]', `{"resourceType":"Parameters","a":${'['.repeat(40)}${']'.repeat(40)}}`]) (await raw(text)).is(400);
			(await raw('_type=Patient', 'application/x-www-form-urlencoded')).is(415);
			(await raw(`{"resourceType":"Parameters","x":"${'x'.repeat(1_100_000)}"}`)).is(413);
		}
	});
	test('is for who may export: role, scope and team', async () => {
		for (const who of [tm, nav, sy, pt, 'drammen-dps:pv-1', 'drammen-kommune:co-1']) assert.equal(issueOf((await ask(who, 'GET', '/Patient/$export', undefined, async)).is(403)), 'forbidden', who);
		for (const path of ['/Patient/$export', `/Group/${team}/$export`])
			for (const method of ['GET', 'POST'])
				assert.equal(problemOf((await ask(w.token(tl, { claims: { scope: 'fhir.read fhir.write' } }), method, path, undefined, async)).is(403)), 'insufficient_scope');
		for (const id of [anyId(), w.ids.unit['lier-kommune:mottak']])
			for (const method of ['GET', 'POST']) assert.equal(issueOf((await ask(tl, method, `/Group/${id}/$export`, undefined, async)).is(404)), 'not-found');
		(await ask(mh, 'GET', `/Group/${team}/$export`, undefined, async)).is(404);
		(await ask(null, 'GET', '/Patient/$export', undefined, async)).is(401);
		const glass = w.token(dps, { claims: { purpose_of_use: 'BTG' } });
		assert.equal(problemOf((await ask(glass, 'GET', '/Patient/$export', undefined, async)).is(403)), 'purpose_not_allowed');
	});
});

describe('an export', () => {
	test('of a team is the persons who are enrolled, each thing as it is read singly', async () => {
		const { patient } = await inTeam(w);
		const other = (await w.api(tl, 'POST', '/patients', { national_id: syntheticNumber(), family_name: 'Utenfor' })).is(201).body.id;
		const { all, manifest } = await take(tl, `/Group/${team}/$export`);
		const enrolled = new Set((await w.sql('select patient_id from enrolment where unit_id = $1 and ended_at is null', [team])).map((e) => e.patient_id));
		const persons = all.filter((r) => r.resourceType === 'Patient').map((r) => r.id);
		assert.ok(persons.includes(patient) && !persons.includes(other) && persons.every((p) => enrolled.has(p)));
		assert.ok(['EpisodeOfCare', 'Encounter', 'Observation', 'Consent', 'Flag', 'Task'].every((type) => all.some((r) => r.resourceType === type)), [...new Set(all.map((r) => r.resourceType))].join());
		assert.deepEqual(all.map(named).filter((n, i, list) => list.indexOf(n) !== i), []);
		assert.equal(manifest.output.reduce((n, f) => n + f.count, 0), all.length);
		for (const one of all) {
			assertValid(one);
			assert.deepEqual((await ask(tl, 'GET', `/${named(one)}`)).is(200).body, one);
		}
	});
	test('of patients is what $everything shows of each person of the own units', async () => {
		const { all } = await take(dps, '/Patient/$export');
		const persons = all.filter((r) => r.resourceType === 'Patient').map((r) => r.id);
		const listed = resources((await ask(dps, 'GET', `/Patient?organization=Organization/${w.ids.unit['drammen-dps:klinikk'] ?? team}&_count=200`)).is(200).body).map((r) => r.id);
		assert.ok(listed.every((id) => persons.includes(id)));
		const singly = [];
		for (const id of persons) singly.push(...resources((await ask(dps, 'GET', `/Patient/${id}/$everything?_count=200`)).is(200).body).map(named));
		assert.deepEqual(all.map(named).sort(), singly.sort());
	});
	test('is by type and since a time', async () => {
		const { all, manifest } = await take(tl, `/Group/${team}/$export?_type=EpisodeOfCare,Flag`);
		assert.deepEqual([...new Set(all.map((r) => r.resourceType))].sort(), ['EpisodeOfCare', 'Flag']);
		const none = await take(tl, `/Group/${team}/$export?_since=${manifest.transactionTime}`);
		assert.deepEqual([none.all, none.manifest.output], [[], []]);
		const { patient } = await inTeam(w);
		const fresh = await take(tl, `/Group/${team}/$export?_type=Patient&_since=${manifest.transactionTime}`);
		assert.deepEqual(fresh.all.map((r) => r.id), [patient]);
	});
	test('is prepared step by step, then can be read for a day', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest, waited, answer } = await ready(tl, job);
		assert.ok(waited > 0 && answer.headers['content-type'] === 'application/json');
		assert.deepEqual([manifest.requiresAccessToken, manifest.error], [true, []]);
		const left = new Date(answer.headers.expires) - Date.now();
		assert.ok(left > 23 * 3_600_000 && left < 25 * 3_600_000, answer.headers.expires);
		const file = await w.api(tl, 'GET', local(manifest.output[0].url));
		assert.equal(file.headers['content-type'], 'application/fhir+ndjson');
		assert.equal((await w.api(tl, 'HEAD', local(manifest.output[0].url))).is(200).text, '');
		await end(tl, job);
	});
	test('that is asked for again while it is prepared is the same one, in the log too', async () => {
		const [path, caller] = [`/Group/${team}/$export?_type=Patient,Flag`, w.token(tl, { claims: { purpose_of_use: 'TREAT' } })];
		const asked = [];
		for (let n = 0; n < 2; n++) asked.push((await ask(caller, 'GET', path, undefined, async)).is(202));
		const [first, second] = asked.map((r) => r.headers['content-location']);
		assert.equal(first, second);
		const logged = await w.sql('select action, operation, resource, resource_id, staff_id, purpose from access_log where request_id = any ($1) order by id', [asked.map((r) => r.headers['x-request-id'])]);
		const row = { action: 'EXPORT', operation: 'fhirExportGroup', resource: 'caseloads', resource_id: first.split('/').at(-1), staff_id: w.ids.staff[tl], purpose: 'TREAT' };
		assert.deepEqual(logged, [row, row]);
		await end(tl, local(first));
	});
	test('stands in the log of everybody in it, when it is counted and when it is read', async () => {
		const { patient } = await inTeam(w);
		const elsewhere = await inTeam(w);
		await w.sql("update care_relation set valid_to = clock_now() - interval '1 minute' where patient_id = $1", [elsewhere.patient]);
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		const rows = (of) => w.sql("select action, operation, resource, resource_id, staff_id, basis from access_log where $1 = any (access_log_persons(patient_id, shown_set)) and operation like 'fhir%Export%' order by id", [of]);
		const row = { resource: 'caseloads', resource_id: job.split('/').at(-1), staff_id: w.ids.staff[tl], basis: 'CARE_RELATION' };
		const counted = { action: 'READ', operation: 'fhirReadExport', ...row };
		assert.deepEqual(await rows(patient), [counted]);
		await read(tl, manifest);
		assert.deepEqual(await rows(patient), [counted, { action: 'EXPORT', operation: 'fhirReadExportFile', ...row }]);
		assert.deepEqual(await rows(elsewhere.patient), []);
		await end(tl, job);
	});
	test('tells of a person by its manifest: their own log shows it, though no file is read', async () => {
		const { patient } = await inTeam(w);
		await w.sql(`insert into task (kind, title, patient_id, agency_id, unit_id) values ('GENERAL', 'Ring', $1, $2, $3)`, [patient, w.ids.agency['drammen-dps'], team]);
		const job = await begin(tl, `/Group/${team}/$export?_type=Task`);
		await ready(tl, job);
		await end(tl, job);
		const log = (await w.api('drammen-dps:pv-1', 'GET', `/patients/${patient}/access-log`)).is(200).body.items;
		assert.deepEqual(log.filter((l) => l.operation === 'fhirReadExport').map((l) => l.basis), ['CARE_RELATION']);
	});
});

describe('what may be seen', () => {
	const between = async (change, check) => {
		const { patient, enrolment } = await inTeam(w, { person: { family_name: 'Imellom', address: { line: 'Hemmelig 1' }, municipality_number: '3301' } });
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient,EpisodeOfCare`);
		const { manifest } = await ready(tl, job);
		assert.ok((await read(tl, manifest)).some((r) => r.id === patient));
		await change(patient, enrolment);
		try {
			check((await read(tl, manifest)).filter((r) => r.id === patient || r.patient?.reference === `Patient/${patient}`));
		} finally {
			await end(tl, job);
		}
	};
	test('is asked when a file is read: who has left the relation is not in it', () => between(
		(patient) => w.sql("update care_relation set valid_to = clock_now() - interval '1 minute' where patient_id = $1", [patient]),
		(found) => assert.deepEqual(found, [])));
	test('who has objected is not in it', () => between(
		(patient) => w.sql(`insert into objection (id, patient_id, scope, against, against_id) select gen_random_uuid(), $1, 'WHOLE_RECORD', 'AGENCY', id from agency where slug = 'drammen-dps'`, [patient]),
		(found) => assert.deepEqual(found, [])));
	test('what has been closed by kind or by item is not in it', async () => {
		const against = `'AGENCY', (select id from agency where slug = 'drammen-dps')`;
		await between((patient) => w.sql(`insert into objection (id, patient_id, scope, resource_types, against, against_id) values (gen_random_uuid(), $1, 'RESOURCE_TYPES', '{enrolments}', ${against})`, [patient]),
			(found) => assert.deepEqual(found.map((r) => r.resourceType), ['Patient']));
		await between((patient, enrolment) => w.sql(`insert into objection (id, patient_id, scope, item_ids, against, against_id) values (gen_random_uuid(), $1, 'ITEMS', array[$2::uuid], ${against})`, [patient, enrolment]),
			(found) => assert.deepEqual(found.map((r) => r.resourceType), ['Patient']));
	});
	// the first is there by an emergency that passes objections, the second by relation and has closed an item
	const flagged = async () => {
		const { patient } = await inTeam(w);
		return { patient, flag: (await w.api(tl, 'POST', '/risk-flags', { patient_id: patient, kind: 'OVERDOSE', level: 'RED', text: 'Tre overdoser' })).is(201).body.id };
	};
	const byEmergencyThenRelation = async (before = () => undefined) => {
		const [first, second] = [await flagged(), await flagged()].sort((a, b) => (a.patient < b.patient ? -1 : 1));
		const done = await before();
		await w.sql("update care_relation set valid_to = clock_now() - interval '1 minute' where patient_id = $1", [first.patient]);
		(await w.api(tl, 'GET', `/patients/${first.patient}`)).is(404);
		const opened = (await w.api(tl, 'POST', '/emergency-accesses', { patient_id: first.patient, reason: 'Akutt forverring, svarer ikke', override_objection: true, necessity: 'Fare for liv, må vite om medisiner' })).is(201).body.id;
		await w.sql(`insert into objection (id, patient_id, scope, item_ids, against, against_id) values (gen_random_uuid(), $1, 'ITEMS', array[$2::uuid], 'AGENCY', $3)`, [second.patient, second.flag, w.ids.agency['drammen-dps']]);
		return { first, second, opened, done };
	};
	test('an emergency lets nobody in, and opens nothing of the next person', async () => {
		const { first, second, done: job } = await byEmergencyThenRelation(() => begin(tl, `/Group/${team}/$export?_type=Patient,Flag`));
		for (const path of [`/Patient/${first.patient}`, `/Flag/${first.flag}`]) (await ask(tl, 'GET', path)).is(200);
		const { manifest } = await ready(tl, job);
		const all = await read(tl, manifest);
		await end(tl, job);
		const of = (patient) => all.filter((r) => r.id === patient || r.subject?.reference === `Patient/${patient}`).map(named);
		assert.deepEqual([of(first.patient), of(second.patient)], [[], [`Patient/${second.patient}`]]);
	});
	test('nor does it where a search names both', async () => {
		const { first, second } = await byEmergencyThenRelation();
		for (const ids of [[first, second], [second, first]]) {
			const found = resources((await ask(tl, 'GET', `/Flag?_id=${ids.map((x) => x.flag)}`)).is(200).body).map((r) => r.id);
			assert.deepEqual(found, [first.flag]);
		}
	});
	test('nor in any other room: it passes the objections of its own person', async () => {
		const { first, second, opened } = await byEmergencyThenRelation();
		for (const { patient } of [first, second])
			await w.sql(`insert into objection (id, patient_id, scope, resource_types, against, against_id) values (gen_random_uuid(), $1, 'RESOURCE_TYPES', '{enrolments}', 'AGENCY', $2)`, [patient, w.ids.agency['drammen-dps']]);
		const [{ blocked }] = await w.sql(`with s as materialized (select set_config('app.role', 'TL', true), set_config('app.agency_id', $1, true), set_config('app.emergency_id', $2, true))
			select array(select resource_is_blocked(p, 'enrolments') from s, unnest($3::uuid[]) p) as blocked`, [w.ids.agency['drammen-dps'], opened, [first.patient, second.patient]]);
		assert.deepEqual(blocked, [false, true]);
	});
	test('an address that has become strictly confidential is not shown', () => between(
		(patient) => w.sql("update patient set address_protection = 'STRICTLY_CONFIDENTIAL' where id = $1", [patient]),
		(found) => assert.deepEqual([found.find((r) => r.resourceType === 'Patient').address, JSON.stringify(found).includes('Hemmelig')], [undefined, false])));
	test('of coercion, a number or an answer is what a single read shows: each caller their own', async () => {
		await relate(w, s.patient, ['fastlege-demo:kontor', 'drammen-kommune:mottak', 'drammen-dps:klinikk'].filter((u) => w.ids.unit[u]));
		const seen = {};
		for (const who of [dps, mh, gp]) {
			const { all } = await take(who, '/Patient/$export');
			const own = all.filter((r) => r.id === s.patient || [r.subject, r.patient, r.for].some((x) => x?.reference === `Patient/${s.patient}`));
			for (const one of own) assert.deepEqual((await ask(who, 'GET', `/${named(one)}`)).is(200).body, one, who);
			seen[who] = JSON.stringify(own);
		}
		assert.ok(Object.values(seen).some((text) => text.length > 2));
	});
	test('who may no longer export has none', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		await w.sql("update staff_membership set role = 'TM' where staff_id = $1 and role = 'TL'", [w.ids.staff[tl]]);
		try {
			const member = w.token(tl, { claims: { role: 'TM' } });
			(await w.api(tl, 'GET', job)).is(403);
			for (const path of [job, local(manifest.output[0].url)]) assert.equal(issueOf((await w.api(member, 'GET', path)).is(404)), 'not-found');
			(await w.api(member, 'DELETE', job)).is(403);
		} finally {
			await w.sql("update staff_membership set role = 'TL' where staff_id = $1 and role = 'TM'", [w.ids.staff[tl]]);
		}
		await end(tl, job);
	});
	test('a token without the scope reads nothing of what was made with it', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		const narrow = w.token(tl, { claims: { scope: 'fhir.read' } });
		for (const [method, path] of [['GET', job], ['GET', local(manifest.output[0].url)], ['DELETE', job]]) assert.equal(problemOf((await w.api(narrow, method, path)).is(403)), 'insufficient_scope');
		for (const [method, path] of [['GET', job], ['GET', local(manifest.output[0].url)], ['DELETE', job]]) {
			(await w.api(null, method, path)).is(401);
			assertValid((await w.api(tl, method, `${path}?no_such=1`)).is(400).body);
		}
		assert.equal(issueOf((await w.api(tl, 'GET', job, undefined, { accept: 'application/fhir+xml' })).is(406)), 'not-supported');
		(await w.api(tl, 'GET', local(manifest.output[0].url), undefined, { accept: 'text/csv' })).is(406);
		await end(tl, job);
	});
});

describe('others', () => {
	test('have no such export, whichever agency they are of', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		const file = local(manifest.output[0].url);
		for (const who of [mh, gp, dps])
			for (const [method, path] of [['GET', job], ['GET', file], ['DELETE', job]]) {
				const [there, nowhere] = [await w.api(who, method, path), await w.api(who, method, path.replace(/_export\/[^/]+/, `_export/${anyId()}`))];
				assertValid(there.is(404).body);
				assert.deepEqual(there.body.issue[0].details, nowhere.is(404).body.issue[0].details);
			}
		(await w.api(tl, 'GET', `${job}/999`)).is(404);
		(await w.api(tl, 'GET', `${job}/0`)).is(404);
		assert.ok((await read(tl, manifest)).length > 0);
		await end(tl, job);
	});
	test('of the same agency wait while one is being prepared', async () => {
		const job = await begin(tl, `/Group/${team}/$export`);
		for (const [who, path, method] of [[dps, '/Patient/$export', 'GET'], [tl, `/Group/${team}/$export?_type=Flag`, 'GET'], [tl, `/Group/${team}/$export?_type=Flag`, 'POST'], [tl, '/Patient/$export', 'POST']]) {
			const r = (await ask(who, method, path, undefined, async)).is(429);
			assert.deepEqual([issueOf(r), problemOf(r), r.headers['retry-after']], ['throttled', 'export_running', '60']);
		}
		const elsewhere = await begin(mh, '/Patient/$export');
		await end(mh, elsewhere);
		await w.sql("update bulk_export set asked_at = asked_at - interval '11 minutes'"); // nobody asks any more
		await end(dps, await begin(dps, '/Patient/$export'));
		await end(tl, job);
		const all = await Promise.all(['Flag', 'Goal', 'Task', 'Consent'].map((type) => ask(tl, 'GET', `/Group/${team}/$export?_type=${type}`, undefined, async)));
		assert.deepEqual(all.map((r) => r.status).sort(), [202, 429, 429, 429]);
		await end(tl, local(all.find((r) => r.status === 202).headers['content-location']));
	});
	test('do not: who asks for the same again, having lost the answer, is told where it is', async () => {
		await inTeam(w);
		const path = `/Group/${team}/$export?_type=Flag`;
		const all = await Promise.all(['GET', 'GET', 'POST'].map((method) => ask(tl, method, path, undefined, async)));
		const [job, ...same] = all.map((r) => local(r.is(202).headers['content-location']));
		assert.deepEqual(same, [job, job]);
		await ready(tl, job);
		const next = await begin(tl, path);
		assert.notEqual(next, job);
		for (const one of [job, next]) await end(tl, one);
	});
	test('cannot be asked for by a Bundle, whose answers are resources', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		const path = (url) => url.split('/fhir/r4/')[1];
		for (const [method, url] of [['GET', path(manifest.output[0].url)], ['GET', path(job)], ['DELETE', path(job)], ['GET', 'Patient/$export'], ['POST', `Group/${team}/$export`]]) {
			const bundle = (type) => ({ resourceType: 'Bundle', type, entry: [{ request: { method, url } }] });
			assert.deepEqual((await ask(tl, 'POST', '', bundle('batch'), async)).is(200).body.entry.map((e) => e.response.status), ['404'], url);
			(await ask(tl, 'POST', '', bundle('transaction'), async)).is(404);
		}
		assert.ok((await read(tl, manifest)).length > 0);
		await end(tl, job);
	});
});

describe('an end', () => {
	test('is said by its caller: nothing is left', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		await end(tl, job);
		for (const [method, path] of [['GET', job], ['DELETE', job], ['GET', local(manifest.output[0].url)]]) assert.equal(issueOf((await w.api(tl, method, path)).is(404)), 'not-found');
		assert.equal((await w.sql('select 1 from bulk_export_person')).length, 0);
	});
	test('comes after a day', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		const { manifest } = await ready(tl, job);
		await w.sql('update bulk_export set expires_at = clock_now()');
		for (const path of [job, local(manifest.output[0].url)]) (await w.api(tl, 'GET', path)).is(404);
		for (let n = 0; (await w.sql('select 1 from bulk_export')).length > 0; n++) {
			assert.ok(n < 100, 'the job has not dropped it');
			await new Promise((go) => setTimeout(go, 50));
		}
	});
	test('of the daemon is not its end: the next one goes on where it was', async () => {
		const job = await begin(tl, `/Group/${team}/$export?_type=Patient`);
		(await poll(tl, job)).is(202);
		const [{ prepared }] = await w.sql('select prepared from bulk_export');
		const [first] = await Promise.allSettled([poll(tl, job), w.kill()]);
		await w.start();
		const [{ prepared: kept, persons }] = await w.sql('select prepared, persons from bulk_export');
		assert.ok(kept === prepared || kept === prepared + 1, `${prepared} ${kept} ${first.status}`);
		const { manifest } = await ready(tl, job);
		const all = await read(tl, manifest);
		assert.deepEqual([all.length, new Set(all.map(named)).size], [persons, persons]);
		await end(tl, job);
	});
	test('of too many persons is at once', async () => {
		await w.restart({ EXPORT_PERSONS: 1 });
		for (const path of ['/Patient/$export', `/Group/${team}/$export`]) assert.equal(issueOf((await ask(tl, 'GET', path, undefined, async)).is(400)), 'too-costly');
		await w.restart({ EXPORT_PERSONS: undefined, EXPORT_STEP: undefined });
	});
});

test('a page is of a bounded number of things and of bounded size, since a time too', async () => {
	const { patient } = await inTeam(w);
	const add = (title, note, n) => w.sql(`insert into task (kind, title, note, patient_id, agency_id, unit_id) select 'GENERAL', $4 || n, repeat($5, 20000), $1, $2, $3 from generate_series(1, $6) n`, [patient, w.ids.agency['drammen-dps'], team, title, note, n]);
	const take1900 = async () => {
		const { all, job } = await take(tl, `/Group/${team}/$export?_type=Task&_since=1900-01-01T00:00:00Z`);
		const pages = await w.sql(`select 1 from access_log where resource_id = $1 and action = 'EXPORT' and operation = 'fhirReadExportFile'`, [job.split('/').at(-1)]);
		return { pages: pages.length, tasks: all.filter((r) => r.for?.reference === `Patient/${patient}` && / \d+$/.test(r.description)) };
	};
	await add('Mange ', '', 450);
	const many = await take1900();
	assert.equal(new Set(many.tasks.map((t) => t.id)).size, 450);
	assert.ok(many.pages >= 3, `${many.pages} pages`);
	await w.sql('delete from task where patient_id = $1', [patient]);
	await add('Lang ', 'æ', 150); // 6 MB, fewer than a page may have
	const long = await take1900();
	assert.equal(new Set(long.tasks.map((t) => t.id)).size, 150);
	assert.ok(JSON.stringify(long.tasks).length > 3_000_000, 'the notes are in it');
	assert.ok(long.pages >= 6, `${long.pages} pages`);
});

test('files have many pages, and memory does not grow with them', async () => {
	const { patient } = await inTeam(w);
	await w.sql(`insert into task (id, kind, title, patient_id, agency_id, unit_id) select gen_random_uuid(), 'GENERAL', 'Ring ' || n, $1, $2, $3 from generate_series(1, 1500) n`, [patient, w.ids.agency['drammen-dps'], team]);
	for (let n = 0; n < 30; n++) await enrol(w, (await w.api(tl, 'POST', '/patients', { national_id: syntheticNumber(), family_name: `Lang${n}` })).is(201).body.id);
	const before = w.daemon.residentKiB();
	const { all, manifest } = await take(tl, `/Group/${team}/$export?_type=Task,Patient`);
	assert.equal(all.filter((r) => r.resourceType === 'Task' && r.description.startsWith('Ring ') && r.for?.reference === `Patient/${patient}`).length, 1500);
	assert.equal(new Set(all.map(named)).size, all.length);
	assert.ok(manifest.output.every((f) => f.count > 0));
	assert.ok(w.daemon.residentKiB() - before < 20_000, `${w.daemon.residentKiB() - before} KiB more`);
});
