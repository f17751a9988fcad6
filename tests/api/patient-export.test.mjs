// A person takes out what the service keeps about them: what the operations show, no more and no less.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { anyId, document, operation, world } from './harness.mjs';
import { report as concern } from './concern-steps.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world();
const tl = 'drammen-dps:tl-1';
const self = 'citizen/PT';
const guardian = 'citizen/RE';
const pid = (role) => agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === role).pid;
const patient = (await w.api(tl, 'POST', '/patients', { national_id: pid('PT'), given_name: 'Rolig', family_name: 'Furu' })).is(201).body.id;
const other = (await w.api(tl, 'POST', '/patients', { national_id: '02825551290', family_name: 'Fremmed' })).is(201).body.id;
for (const id of [patient, other])
	for (let i = 0; i < 3; i++) (await w.api('drammen-dps:tm-1', 'POST', '/contacts', { patient_id: id, planned_at: new Date(Date.now() + (i + 1) * 3_600_000).toISOString(), mode: 'PHONE' })).is(201);
(await w.api(tl, 'POST', `/patients/${patient}/consents`, { type: 'SHARE', to_agencies: [w.ids.agency['nav-drammen']], data_categories: ['WORK'], purpose: 'Arbeid', explained: 'Alt' })).is(201);
(await w.api(tl, 'POST', '/tasks', { title: 'Ring NAV', patient_id: patient, unit_id: w.ids.unit['drammen-dps:fact'] })).is(201);

const reference = (s) => (s.$ref ? reference(s.$ref.split('/').slice(1).reduce((at, key) => at[key], document)) : s);
const parts = operation('exportPatient').operation['x-parts'];
const take = (as, id = patient) => w.api(as, 'GET', `/patients/${id}/export`);

function lines(r) {
	assert.equal(r.is(200).type, 'application/x-ndjson');
	const all = r.text.trimEnd().split('\n').map((l) => JSON.parse(l));
	return { items: all.slice(0, -1), summary: all.at(-1).summary };
}

describe('the person', () => {
	test('gets each thing as the operation shows it', async () => {
		const { items, summary } = lines(await take(self));
		const contacts = items.filter((i) => i.operation === 'listContacts').map((i) => i.item);
		assert.deepEqual(contacts, (await w.api(self, 'GET', `/contacts?patient_id=${patient}`)).is(200).body.items.map(({ actions, ...c }) => c));
		const [me] = items.filter((i) => i.operation === 'getPatient').map((i) => i.item);
		const { actions, ...shown } = (await w.api(self, 'GET', `/patients/${patient}`)).is(200).body;
		assert.deepEqual(me, shown);
		assert.ok(items.some((i) => i.operation === 'listPatientIdentifiers' && i.item.number === pid('PT')), 'one\'s own number in clear');
		assert.ok(items.some((i) => i.resource === 'tasks') && items.some((i) => i.resource === 'consents') && items.some((i) => i.resource === 'access-log'));
		assert.equal(summary.patient_id, patient);
	});
	test('and a summary that counts', async () => {
		const { items, summary } = lines(await take(self));
		assert.deepEqual(summary.parts.map((p) => p.operation), parts.map((p) => p.list));
		for (const p of summary.parts) assert.equal(items.filter((i) => i.operation === p.operation).length, p.items, p.operation);
		assert.deepEqual(summary.parts.filter((p) => p.closed).map((p) => p.operation), []);
	});
	test('nothing of anybody else, and no seal', async () => {
		const r = (await take(self)).is(200);
		for (const word of [other, 'Fremmed', '02825551290', 'seal:']) assert.ok(!r.text.includes(word), word);
	});
	test('all of a part, however many pages it has', async () => {
		await w.sql(`insert into task (kind, title, patient_id, agency_id, unit_id, created_by) select 'GENERAL', 'Oppgave ' || n, $1, $2, $3, $4 from generate_series(1, 450) n`,
			[patient, w.ids.agency['drammen-dps'], w.ids.unit['drammen-dps:fact'], w.ids.staff[tl]]);
		const { items } = lines(await take(self));
		const ids = items.filter((i) => i.resource === 'tasks').map((i) => i.item.id);
		assert.ok(ids.length >= 451);
		assert.equal(new Set(ids).size, ids.length);
	});
	test('a protected sender stays protected, and is counted', async () => {
		const report = (await w.api('politi-demo:po-1', 'POST', '/concern-reports', concern)).is(201).body.id;
		await w.sql(`update concern_report set patient_id = $2 where id = $1`, [report, patient]);
		await w.sql(`update concern_sender set name = 'Kari Nabosladder', identity_protected = true, protection_reason = 'SERIOUS_HARM' where report_id = $1`, [report]);
		const r = (await take(self)).is(200);
		assert.ok(!r.text.includes('Nabosladder'));
		assert.deepEqual(lines(r).summary.withheld.find((x) => x.resource === 'concern-reports'), { resource: 'concern-reports', reason: 'PROTECTED_SENDER', count: 1 });
		assert.ok(lines(r).items.some((i) => i.resource === 'concern-reports' && i.item.id === report));
	});
	test('each part is in the access log', async () => {
		const rows = await w.sql(`select distinct operation from access_log where patient_id = $1 and action = 'EXPORT'`, [patient]);
		for (const name of ['exportPatient', 'listContacts', 'getPatient']) assert.ok(rows.some((x) => x.operation === name), name);
	});
});

describe('on paper', () => {
	const print = (as, id = patient) => w.api(as, 'GET', `/patients/${id}/export/print`);
	const evil = '<script>alert("1")</script> > open:seal:x & \'x\'';

	test('is a page in Bokmål that loads nothing', async () => {
		const r = (await print(self)).is(200);
		assert.equal(r.type, 'text/html');
		const style = r.text.match(/<style>(.*?)<\/style>/s)[1];
		const hash = createHash('sha256').update(style).digest('base64');
		assert.equal(r.headers['content-security-policy'], `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`);
		assert.equal(r.headers['cache-control'], 'no-store');
		assert.ok(!/<script|<img|<link|src=|href=|url\(/i.test(r.text));
		for (const text of ['<html lang="nb">', '<h1>Det tjenesten har om meg</h1>', 'Rolig Furu', '<h2>Møter og samtaler</h2>', '<td>Planlagt</td>', '<td>Telefon</td>', '<h2>Samtykker</h2>', '<td>Deling av opplysninger', 'Drammen DPS',
			'<h2>Hvem som har sett opplysningene</h2>', '<h2>Dette har tjenesten ikke noe om</h2>', '<li>Innleggelser</li>', '<h2>Hvor mye utskriften inneholder</h2>', 'Skrevet ut ', '</html>']) assert.ok(r.text.includes(text), text);
	});
	test('has the same contents as the export: as many things of each part, each time and text of them', async () => {
		const { items, summary } = lines(await take(self));
		const { text } = (await print(self)).is(200);
		for (const { operation: name, items: n } of summary.parts.filter((p) => !['listPatientAccessLog', 'listTasks'].includes(p.operation) && p.items > 0))
			assert.ok(text.includes(`</td><td>${n}</td>`), `${name}: ${n}`);
		const counted = Number(text.match(/<td>Oppgaver<\/td><td>(\d+)<\/td>/)[1]);
		assert.equal(counted, items.filter((i) => i.operation === 'listTasks').length);
		for (const { item } of items.filter((i) => i.operation === 'listContacts')) {
			const at = new Intl.DateTimeFormat('nb-NO', { timeZone: 'Europe/Oslo', day: '2-digit', month: '2-digit', year: 'numeric' }).format(new Date(item.planned_at));
			assert.ok(text.includes(`${at} kl. `), at);
		}
	});
	test('names who follows up, where the answers give ids', async () => {
		const { text } = (await print(self)).is(200);
		assert.ok(text.includes('<tr><th scope="row">Virksomhet</th><td>Drammen DPS</td></tr>') && text.includes('<th scope="row">Enhet</th><td>FACT-team Drammen, Drammen DPS</td>'));
		assert.ok(text.includes('<th scope="row">Ført av</th><td>Ingrid Fjellvang</td>'), 'created_by of the task');
		assert.ok(text.includes('<th scope="row">Til</th><td><div>NAV Drammen</div></td>'), 'to_agencies of the consent');
	});
	test('tells one\'s own number in clear, and no id, seal, or word of the interface', async () => {
		const { text } = (await print(self)).is(200);
		assert.ok(text.includes(`<td>${pid('PT')}</td>`));
		for (const word of [other, 'Fremmed', '02825551290', 'seal:', patient, 'actions', 'created_at', 'GRANTED', 'PLANNED']) assert.ok(!text.includes(word), word);
		assert.ok(!/[0-9a-f]{8}-[0-9a-f]{4}-/.test(text), 'no id');
	});
	test('escapes whatever people write, and opens nothing that they have written', async () => {
		(await w.api(tl, 'POST', '/tasks', { title: evil, patient_id: patient, unit_id: w.ids.unit['drammen-dps:fact'] })).is(201);
		(await w.api(tl, 'POST', '/tasks', { title: '2026-99-99T99:99:99Z', patient_id: patient, unit_id: w.ids.unit['drammen-dps:fact'] })).is(201);
		const { text } = (await print(self)).is(200);
		assert.ok(text.includes('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &gt; open:seal:x &amp; &#39;x&#39;') && !text.includes('<script'));
		assert.ok(text.includes('2026-99-99T99:99:99Z'));
	});
	test('says what is held back, and for whom it is', async () => {
		const { text } = (await print(self)).is(200);
		assert.ok(text.includes('<tr><td>Hvem som har meldt fra</td><td>1</td></tr>') && !text.includes('Nabosladder'));
		for (const who of [tl, 'drammen-dps:pv-1', 'nav-drammen:nav-1']) (await print(who)).is(403, 'forbidden');
		(await print(self, other)).is(404, 'not_found');
		(await print(guardian)).is(404, 'not_found');
		(await w.api(self, 'GET', `/patients/${patient}/export/print`, undefined, { accept: 'application/json' })).is(406);
		const rows = await w.sql(`select distinct operation from access_log where patient_id = $1 and action = 'EXPORT' and operation = 'printPatientExport'`, [patient]);
		assert.equal(rows.length, 1);
	});

	// Members that are ids alone are not shown.
	const isId = (s) => { const r = reference(s); return r.format === 'uuid' || (r.items !== undefined && isId(r.items)) || (r.oneOf ?? r.anyOf ?? []).some(isId); };
	const beneath = (s) => [...['allOf', 'anyOf', 'oneOf'].flatMap((k) => s[k] ?? []), ...(s.items ? [s.items] : [])];
	const codesOf = (m) => reference(m).enum ?? reference(reference(m).items ?? {}).enum ?? [];
	function members(schema, found = new Map()) {
		const s = reference(schema);
		for (const part of beneath(s)) members(part, found);
		for (const [name, m] of Object.entries(s.properties ?? {}).filter(([n]) => !found.has(n))) {
			if (!isId(m)) found.set(name, codesOf(m));
			members(m, found);
		}
		return found;
	}
	test('every part has a heading, every member a word, every code of a member that has words one', async () => {
		const headed = new Set((await w.sql('select operation from page_part')).map((x) => x.operation));
		const worded = new Set((await w.sql('select member from page_member')).map((x) => x.member));
		const known = new Set((await w.sql('select code from code_concept')).map((x) => x.code));
		for (const id of parts.flatMap((p) => [p.list, p.below]).filter(Boolean)) assert.ok(headed.has(id), id);
		const missing = new Set();
		for (const id of parts.flatMap((p) => [p.list, p.each, p.below]).filter(Boolean)) {
			const answer = reference(operation(id).operation.responses['200'].content['application/json'].schema);
			for (const [name, codes] of members(answer.properties.items ? reference(answer.properties.items).items : answer)) {
				if (!worded.has(name)) missing.add(`${id}: ${name}`);
				if (!['projection', 'actions', 'thresholds'].includes(name)) for (const code of codes) if (code !== null && !known.has(code)) missing.add(`${id}: ${name} ${code}`);
			}
		}
		assert.deepEqual([...missing], []);
	});
});

describe('others', () => {
	test('a guardian by law gets what they may see, nothing of their own', async () => {
		(await take(guardian)).is(404, 'not_found');
		const relation = (await w.api(tl, 'POST', `/patients/${patient}/relations`, { kind: 'GUARDIAN', name: 'Verge', national_id: pid('RE'), is_legal_representative: true })).is(201).body.id;
		const own = (await w.api(tl, 'POST', '/patients', { national_id: pid('RE'), family_name: 'Vergesen' })).is(201).body.id;
		const r = (await take(guardian)).is(200);
		assert.ok(!r.text.includes(own) && !r.text.includes('Vergesen'));
		assert.ok(lines(r).items.some((i) => i.operation === 'getPatient' && i.item.id === patient));
		await w.sql('update patient_relation set is_legal_representative = false where id = $1', [relation]);
		await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_relation_id, data_categories, purpose, valid_to)
			values (gen_random_uuid(), $1, $2, 'RELATIVE_INFO', 'GRANTED', $3, '{IDENTITY}', 'x', clock_now() + interval '1 year')`, [patient, w.ids.agency['drammen-dps'], relation]);
		(await take(guardian)).is(403, 'forbidden');
	});
	test('staff export nobody, and nobody exports another', async () => {
		for (const who of [tl, 'drammen-dps:pv-1', 'nav-drammen:nav-1']) (await take(who)).is(403, 'forbidden');
		const known = (await take(self, other)).is(404);
		const random = (await take(self, anyId())).is(404);
		assert.deepEqual({ ...known.body, request_id: '' }, { ...random.body, request_id: '' });
	});
	test('every list that a person may read is a part, or is made of what is one', () => {
		const cells = document['x-access-matrix'].resources;
		const made = ['flow-comparisons', 'responsibilities', 'patient-number', 'concern-reports-other-units', 'access-explanation', 'patient-export', 'legal-periods'];
		const held = new Set(parts.flatMap((p) => [p.list, p.each, p.below]).filter(Boolean).flatMap((id) => operation(id).operation['x-resource']));
		for (const [name, row] of Object.entries(cells))
			if (row.cells.PT && !['system', 'public'].includes(row.group) && !made.includes(name)) assert.ok(held.has(name), name);
	});
});

// The memory of a piece has an end, and passing it was the daemon's.
test('much of one kind comes whole', async () => {
	const note = 'Lang beskrivelse. '.repeat(200);
	for (let n = 0; n < 10; n++)
		await Promise.all(Array.from({ length: 25 }, async (_, i) =>
			(await w.api(tl, 'POST', '/tasks', { title: `${n}-${i}`, note, patient_id: patient, unit_id: w.ids.unit['drammen-dps:fact'] })).is(201)));
	const { items, summary } = lines(await take(self));
	const ids = items.filter((i) => i.resource === 'tasks').map((i) => i.item.id);
	assert.ok(ids.length >= 250);
	assert.equal(new Set(ids).size, ids.length);
	assert.equal(summary.parts.find((p) => p.operation === 'listTasks').items, ids.length);
});
