// Writing over FHIR: what is sent becomes the native operation's, by the same rules, with the same rows, news and log.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { act, opened } from './concern-steps.mjs';
import { anyId, document, fhirOperations, syntheticNumber, until, world } from './harness.mjs';
import { writable } from './lib/fhir-bodies.mjs';
import { fhir, issueOf, localPath, problemOf } from './lib/fhir.mjs';
import { person as planned } from './plan-steps.mjs';
import { atDischarge, clinic, hoursAgo, municipality, person, team } from './specialist-steps.mjs';

const w = await world({ settings: { BODY_MAX: 65536 } });
const ask = fhir(w);
const system = (name) => `https://samhandling.example/fhir/CodeSystem/${name}`;
const extension = (name, value) => ({ url: `https://samhandling.example/fhir/StructureDefinition/${name}`, ...value });
const patient = await person(w);
const stranger = await person(w, { units: [] });
const lier = 'lier-kommune:mh-1';

const work = (changes = {}) => ({ resourceType: 'Task', status: 'requested', intent: 'order', description: 'Ring fastlegen', for: { reference: `Patient/${patient}` },
	owner: { reference: `Organization/${w.ids.unit['drammen-kommune:mottak']}` }, restriction: { period: { end: '2030-03-04T14:00:00Z' } }, note: [{ text: 'Før helgen' }], ...changes });

let stays = 0;
const dips = 'http://dips.no/fhir/namingsystem/dips-omsorgsepisodeid';
const stay = (of, changes = {}) => ({ resourceType: 'Encounter', status: 'in-progress', identifier: [{ system: dips, value: `E${++stays}` }],
	class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' }, subject: { reference: `Patient/${of}` },
	priority: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActPriority', code: 'EM' }] }, serviceType: { coding: [{ system: system('admission-level'), code: 'DPS_INPATIENT' }] },
	contained: [{ resourceType: 'Location', id: 'w1', name: 'Døgnenheten', managingOrganization: { display: 'Drammen DPS' } }], location: [{ location: { reference: '#w1' } }],
	period: { start: hoursAgo(3) }, ...changes });
const existing = (resource) => ({ 'if-none-exist': `identifier=${encodeURIComponent(`${dips}|${resource.identifier[0].value}`)}` });

const facts = ['discharge-meeting-held', 'crisis-plan-reviewed', 'team-informed'];
const home = { dischargeDisposition: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/discharge-disposition', code: 'home' }] } };
const expressions = (r) => r.body.issue.flatMap((i) => i.expression ?? []);

// What the owner finds of one request, whatever it was answered with.
async function traces(r) {
	const id = r.headers['x-request-id'];
	const [{ log, news }] = await w.sql(`select (select json_agg(json_build_array(action, operation, patient_id)) from access_log where request_id = $1) as log,
		(select count(*)::int from outbox where request_id = $1) as news`, [id]);
	return { log: log ?? [], news };
}

const put = (who, resource, { version = `W/"${resource.meta?.versionId}"` } = {}) => ask(who, 'PUT', `/${resource.resourceType}/${resource.id}`, resource, version === null ? {} : { 'if-match': version });
const made = async (who, resource, headers) => (await ask(who, 'POST', `/${resource.resourceType}`, resource, headers)).is(201).body;

describe('a task', () => {
	test('is made as natively: told where it is, in the log and in the news', async () => {
		const r = (await ask(municipality, 'POST', '/Task', { ...work(), id: 'mine', meta: { versionId: '7' }, text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } })).is(201);
		const own = (await w.api(municipality, 'GET', `/tasks/${r.body.id}`)).is(200).body;
		assert.deepEqual([own.title, own.note, own.patient_id, own.unit_id, own.due_at, own.kind], ['Ring fastlegen', 'Før helgen', patient, w.ids.unit['drammen-kommune:mottak'], own.due_at, 'GENERAL']);
		assert.equal(new Date(own.due_at).getTime(), Date.parse('2030-03-04T14:00:00Z'));
		assert.match(r.headers.location, new RegExp(`/fhir/r4/Task/${own.id}/_history/1$`));
		assert.deepEqual([r.etag, r.body.meta.versionId, r.body.status], ['W/"1"', '1', 'requested']);
		assert.ok(r.headers['last-modified']);
		const { log, news } = await traces(r);
		assert.deepEqual([log, news], [[['CREATE', 'createTask', patient]], 1]);
	});
	test('is read back, changed and sent again: what differs is changed', async () => {
		const task = await made(municipality, work());
		task.description = 'Ring legevakten';
		delete task.note;
		const r = (await put(municipality, task)).is(200);
		assert.deepEqual([r.etag, r.body.description, r.body.note, r.body.restriction], ['W/"2"', 'Ring legevakten', undefined, task.restriction]);
		const same = (await put(municipality, r.body)).is(200);
		assert.deepEqual([same.etag, (await traces(same)).news], ['W/"2"', 0]);
		const given = (await put(municipality, { ...r.body, owner: { reference: `Practitioner/${w.ids.staff[municipality]}` } })).is(200).body;
		assert.equal((await w.api(municipality, 'GET', `/tasks/${task.id}`)).body.assignee_staff_id, w.ids.staff[municipality]);
		const { owner, ...nobody } = given;
		assert.ok(owner);
		(await put(municipality, nobody)).is(200);
		assert.equal((await w.api(municipality, 'GET', `/tasks/${task.id}`)).body.assignee_staff_id, undefined);
	});
	test('another status is the step that leads to it; with a change before it, both or none', async () => {
		const task = await made(municipality, work());
		const done = (await put(municipality, { ...task, status: 'completed', description: 'Fastlegen er ringt' })).is(200);
		assert.deepEqual([done.body.status, done.body.description, done.etag], ['completed', 'Fastlegen er ringt', 'W/"3"']);
		const refused = (await put(municipality, { ...done.body, status: 'requested' })).is(409);
		assert.deepEqual([issueOf(refused), problemOf(refused)], ['business-rule', 'invalid_transition']);
		const other = await made(municipality, work());
		const without = (await put(municipality, { ...other, status: 'cancelled', description: 'Ny' })).is(400);
		assert.ok(expressions(without).includes('Task.statusReason.text'), without.story());
		const still = (await w.api(municipality, 'GET', `/tasks/${other.id}`)).body;
		assert.deepEqual([still.title, still.version, still.status], ['Ring fastlegen', 1, 'OPEN']);
		assert.equal((await traces(without)).news, 0);
		assert.ok((await traces(without)).log.every(([action]) => action !== 'UPDATE'));
		const cancelled = (await put(municipality, { ...other, status: 'cancelled', statusReason: { text: 'Ikke nødvendig' } })).is(200).body;
		assert.deepEqual([cancelled.status, cancelled.statusReason.text], ['cancelled', 'Ikke nødvendig']);
	});
	test('says with the element what is wrong: native rules, and what has no place', async () => {
		for (const [changes, status, where, code] of [[{ description: '' }, 400, 'Task.description', 'value'], [{ description: undefined }, 400, 'Task.description', 'required'],
			[{ restriction: { period: { end: '2030-03-04' } } }, 400, 'Task.restriction.period.end', 'value'], [{ colour: 'red' }, 422, 'Task.colour', 'not-supported'],
			[{ note: [{ text: 'a' }, { text: 'b' }] }, 422, 'Task.note[1].text', 'not-supported'], [{ intent: 'plan' }, 422, 'Task.intent', 'not-supported'],
			[{ status: 'completed' }, 422, 'Task.status', 'not-supported'], [{ status: undefined }, 400, 'Task.status', 'required'],
			[{ for: { reference: 'Patient/' } }, 400, 'Task.for', 'value'], [{ for: { reference: `Group/${anyId()}` } }, 422, 'Task.for', 'not-supported'],
			[{ owner: { reference: `Organization/${anyId()}` } }, 422, 'Task.owner', 'not-found'], [{ owner: { reference: `Organization/${anyId()}`, type: 'Practitioner' } }, 422, 'Task.owner', 'not-supported'],
			[{ modifierExtension: [{ url: 'https://other.example/not' }] }, 422, 'Task.modifierExtension[0].url', 'not-supported'], [{ code: { coding: [{ system: system('task'), code: 'ESCALATION' }] } }, 400, 'Task.code', 'code-invalid'],
			[{ extension: [extension('nothing', { valueCode: 'x' })] }, 422, 'Task.extension[0].valueCode', 'not-supported']]) {
			const r = (await ask(municipality, 'POST', '/Task', work(changes))).is(status);
			assert.deepEqual([expressions(r), issueOf(r)], [[where], code], r.story());
		}
	});
	test('a lenient caller is told what was left out; a modifier never is', async () => {
		const lenient = { prefer: 'handling=lenient' };
		const r = (await ask(municipality, 'POST', '/Task', work({ groupIdentifier: { value: 'x' }, reasonCode: { text: 'y' } }), lenient)).is(201);
		assert.deepEqual([r.body.resourceType, r.body.issue.map((i) => i.expression[0]).sort()], ['OperationOutcome', ['Task.groupIdentifier.value', 'Task.reasonCode.text']]);
		(await w.api(municipality, 'GET', `/tasks/${r.headers.location.match(/Task\/([^/]+)/)[1]}`)).is(200);
		(await ask(municipality, 'POST', '/Task', work({ modifierExtension: [extension('not', { valueBoolean: true })] }), lenient)).is(422);
	});
	test('a handover is answered by its status', async () => {
		const offer = async () => {
			const report = await opened(w, municipality);
			return (await act(w, municipality, report.path, { action: 'forward', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Bor der', legal_basis: 'HPL_COOPERATING' })).handover.id;
		};
		const read = async (who, id) => (await ask(who, 'GET', `/Task/${id}`)).is(200).body;
		const [first, second] = [await offer(), await offer()];
		const rejected = (await put(lier, { ...await read(lier, first), status: 'rejected' })).is(400);
		assert.deepEqual(expressions(rejected), ['Task.statusReason.text']);
		assert.equal((await put(lier, { ...await read(lier, first), status: 'rejected', statusReason: { text: 'Bor ikke her' } })).is(200).body.status, 'rejected');
		assert.equal(problemOf((await put(municipality, { ...await read(municipality, second), status: 'accepted' })).is(403)), 'forbidden_action');
		assert.deepEqual(expressions((await put(lier, { ...await read(lier, second), description: 'x' })).is(422)), ['Task.description']);
		assert.equal((await put(lier, { ...await read(lier, second), status: 'accepted' })).is(200).body.status, 'accepted');
		assert.equal((await w.api(lier, 'GET', `/handovers/${second}`)).body.status, 'ACCEPTED');
	});
});

describe('a stay', () => {
	test('comes, is ready, goes: each a PUT of what was read', async () => {
		const of = await person(w);
		let r = (await ask(clinic, 'POST', '/Encounter', stay(of))).is(201);
		const own = (await w.api(clinic, 'GET', `/admissions/${r.body.id}`)).is(200).body;
		assert.deepEqual([own.status, own.urgency, own.level, own.institution, own.ward, own.patient_id], ['ADMITTED', 'ACUTE', 'DPS_INPATIENT', 'Drammen DPS', 'Døgnenheten', of]);
		assert.deepEqual(r.body.identifier, [{ system: dips, value: `E${stays}` }]);
		assert.deepEqual((await traces(r)).log, [['CREATE', 'createAdmission', of]]);
		r = (await put(clinic, { ...r.body, status: 'onleave' })).is(200);
		r = (await put(clinic, { ...r.body, status: 'in-progress' })).is(200);
		r = (await put(clinic, { ...r.body, extension: [...r.body.extension, extension('ready-for-discharge', { valueDateTime: new Date().toISOString() })] })).is(200);
		assert.equal((await w.api(clinic, 'GET', `/admissions/${r.body.id}`)).body.status, 'READY_FOR_DISCHARGE');
		const end = { ...r.body.period, end: new Date().toISOString() };
		const lacking = (await put(clinic, { ...r.body, status: 'finished', period: end })).is(400);
		assert.ok(expressions(lacking).includes('Encounter.hospitalization.dischargeDisposition'), lacking.story());
		const said = facts.map((name, i) => extension(name, { valueBoolean: i !== 1 }));
		r = (await put(clinic, { ...r.body, status: 'finished', period: end, hospitalization: home, extension: [...r.body.extension, ...said] })).is(200);
		const gone = (await w.api(clinic, 'GET', `/admissions/${r.body.id}`)).body;
		assert.deepEqual([gone.status, gone.disposition, gone.discharge_meeting_held, gone.crisis_plan_reviewed, gone.team_informed], ['DISCHARGED', ...Object.values(atDischarge)]);
		assert.equal(r.body.status, 'finished');
		r = (await put(clinic, { ...r.body, contained: [{ ...r.body.contained[0], name: 'Akuttposten' }] })).is(200);
		assert.equal((await w.api(clinic, 'GET', `/admissions/${r.body.id}`)).body.ward, 'Akuttposten');
		r = (await put(clinic, { ...r.body, status: 'entered-in-error', extension: [...r.body.extension, { url: 'http://hl7.org/fhir/StructureDefinition/encounter-reasonCancelled', valueCodeableConcept: { text: 'Feil person' } }] })).is(200);
		assert.equal(r.body.status, 'entered-in-error');
	});
	test('is planned, and comes', async () => {
		const planned = await made(clinic, stay(await person(w), { status: 'planned', period: { start: '2030-01-02T10:00:00Z' } }));
		assert.equal((await w.api(clinic, 'GET', `/admissions/${planned.id}`)).body.status, 'PLANNED');
		const come = (await put(clinic, { ...planned, status: 'in-progress', period: { start: hoursAgo(1) } })).is(200).body;
		assert.equal(come.status, 'in-progress');
	});
	test('breaks a rule: told with the element', async () => {
		const of = await person(w);
		await made(clinic, stay(of));
		const overlap = (await ask(clinic, 'POST', '/Encounter', stay(of))).is(409);
		assert.deepEqual([issueOf(overlap), problemOf(overlap)], ['business-rule', 'admission_overlaps']);
		const late = (await ask(clinic, 'POST', '/Encounter', stay(await person(w), { period: { start: hoursAgo(-5) } }))).is(422);
		assert.deepEqual(expressions(late), ['Encounter.period.start']);
		const nowhere = (await ask(clinic, 'POST', '/Encounter', stay(of, { contained: undefined, location: undefined }))).is(400);
		assert.deepEqual([expressions(nowhere), issueOf(nowhere)], [['Encounter.location[0].location'], 'required']);
		assert.deepEqual(expressions((await ask(clinic, 'POST', '/Encounter', stay(of, { class: { code: 'EMER' } }))).is(400)), ['Encounter.class.code']);
	});
	test('told twice is made once: If-None-Exist finds it', async () => {
		const one = stay(await person(w));
		const [first, second] = [(await ask(clinic, 'POST', '/Encounter', one, existing(one))).is(201), (await ask(clinic, 'POST', '/Encounter', one, existing(one))).is(200)];
		assert.deepEqual([second.body.id, second.etag, (await traces(second)).news, (await traces(second)).log.map(([a]) => a)], [first.body.id, first.etag, 0, ['SEARCH', 'READ']]);
		const without = (await ask(clinic, 'POST', '/Encounter', { ...one, period: { start: hoursAgo(2) } })).is(409);
		assert.ok(without);
		for (const bad of ['identifier=', 'identifier=x%7Cy', 'status=planned', 'identifier=a&status=b'])
			assert.deepEqual(expressions((await ask(clinic, 'POST', '/Encounter', one, { 'if-none-exist': bad })).is(400)), ['http.If-None-Exist'], bad);
	});
	test('told twenty times at once is made once', async () => {
		const one = stay(await person(w));
		const all = await Promise.all(Array.from({ length: 20 }, () => ask(clinic, 'POST', '/Encounter', one, existing(one))));
		// who comes while it is being made is told so at once
		assert.deepEqual(all.filter((r) => ![200, 201].includes(r.status)).filter((r) => issueOf(r) !== 'lock-error').map((r) => r.story()), []);
		const [{ n }] = await w.sql('select count(*)::int as n from admission_identifier where value = $1', [one.identifier[0].value]);
		assert.deepEqual([n, all.filter((r) => r.status === 201).length, (await ask(clinic, 'POST', '/Encounter', one, existing(one))).is(200).body.id], [1, 1, all.find((r) => r.status === 201).body.id]);
	});
	test('several with the identifier: 412, and nothing is made', async () => {
		const one = stay(await person(w));
		const id = (await ask(clinic, 'POST', '/Encounter', one)).is(201).body.id;
		const source = await w.sql("insert into import_source (agency_id, type, system) values ($1, 'admissions', $2) returning id", [w.ids.agency['drammen-dps'], dips]);
		await w.sql('insert into import_origin (source, external_id, entity_id, batch_id, row_no, told_at, content_hash) values ($1, $2, $3, $4, 1, now(), $5)', [source[0].id, one.identifier[0].value, anyId(), anyId(), 'x']);
		const r = (await ask(clinic, 'POST', '/Encounter', one, existing(one))).is(412);
		assert.equal(issueOf(r), 'multiple-matches');
		await w.sql('update import_origin set entity_id = $2 where external_id = $1', [one.identifier[0].value, id]);
		assert.equal((await ask(clinic, 'POST', '/Encounter', one, existing(one))).is(200).body.id, id);
		await w.sql('delete from import_origin');
	});
});

const mottak = w.ids.unit['drammen-kommune:mottak'];
const letter = (changes = {}) => ({ resourceType: 'Communication', status: 'in-progress', subject: { reference: `Patient/${patient}` }, topic: { text: 'Blodprøver' }, priority: 'urgent',
	recipient: [{ reference: `Organization/${mottak}` }], payload: [{ contentString: 'Kan dere ta blodprøver?' }], ...changes });

describe('a message', () => {
	test('is sent, acknowledged, and answered in its thread', async () => {
		const r = await made(team, letter({ extension: [extension('answer-wanted', { valueBoolean: true })] }));
		const own = (await w.api(team, 'GET', `/messages/${r.id}`)).is(200).body;
		assert.deepEqual([own.subject, own.text, own.urgency, own.answer_wanted, own.to_unit.id, own.patient_id, own.status], ['Blodprøver', 'Kan dere ta blodprøver?', 'URGENT', true, mottak, patient, 'SENT']);
		assert.deepEqual([r.status, r.sender.reference, r.category[0].coding[0].code], ['in-progress', `Organization/${own.from_unit.id}`, 'MESSAGE']);
		assert.equal(problemOf((await put(team, { ...r, status: 'completed' })).is(403)), 'forbidden_action');
		const read = (await ask(municipality, 'GET', `/Communication/${r.id}`)).is(200).body;
		const taken = (await put(municipality, { ...read, status: 'completed' })).is(200).body;
		assert.deepEqual([taken.status, taken.received !== undefined], ['completed', true]);
		const back = await made(municipality, letter({ recipient: [{ reference: `Organization/${own.from_unit.id}` }], inResponseTo: [{ reference: `Communication/${r.id}` }] }));
		assert.equal((await w.api(team, 'GET', `/messages/${back.id}`)).body.thread_id, r.id);
		const found = (await ask(team, 'GET', `/Communication?patient=${patient}&category=MESSAGE&status=completed`)).is(200).body;
		assert.deepEqual(found.entry.map((e) => e.resource.id), [r.id]);
		assert.deepEqual((await ask(lier, 'GET', `/Communication/${r.id}`)).is(404).body.issue[0].details, (await ask(lier, 'GET', `/Communication/${anyId()}`)).is(404).body.issue[0].details);
	});
	test('carries no attachment, be it an address alone', async () => {
		const payload = [...letter().payload, { contentAttachment: { url: 'https://bilder.example/1' } }];
		assert.deepEqual(expressions((await ask(team, 'POST', '/Communication', letter({ payload }))).is(422)), ['Communication.payload[1].contentAttachment.url']);
	});
	test('is taken back with a reason, and goes to nobody who may not be told', async () => {
		const r = await made(team, letter());
		assert.deepEqual(expressions((await put(team, { ...r, status: 'stopped' })).is(400)), ['Communication.statusReason.text']);
		assert.equal((await put(team, { ...r, status: 'stopped', statusReason: { text: 'Feil enhet' } })).is(200).body.status, 'stopped');
		assert.deepEqual(expressions((await put(team, { ...r, topic: { text: 'Ny' } }, { version: 'W/"2"' })).is(409)), []);
		assert.deepEqual(expressions((await ask(team, 'POST', '/Communication', letter({ recipient: [{ reference: `Organization/${anyId()}` }] }))).is(422)), ['Communication.recipient[0]']);
		(await ask(team, 'POST', '/Communication', letter({ recipient: [{ reference: `Organization/${w.ids.unit['nav-drammen:kontor']}` }] }))).is(403);
	});
	test('of concern is a report: its number is sealed, its words are kept apart', async () => {
		const number = syntheticNumber();
		const concern = { resourceType: 'Communication', status: 'completed', category: [{ coding: [{ system: system('communication-category'), code: 'CONCERN_REPORT' }] }],
			topic: { coding: [{ system: system('concern-report-type'), code: 'POLICE_CONCERN' }] }, recipient: [{ reference: `Organization/${mottak}` }],
			subject: { identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.1', value: number } }, extension: [extension('has-minor-children', { valueCode: 'UNKNOWN' }), extension('danger-self', { valueInteger: 2 })],
			payload: [['observed', 'Går barbeint i gata'], ['feared', 'Fryser']].map(([kind, contentString]) => ({ extension: [extension('payload-kind', { valueCode: kind })], contentString })) };
		const r = (await ask('politi-demo:po-1', 'POST', '/Communication', concern)).is(201);
		assert.deepEqual([r.body.status, r.body.payload, r.text.includes(number)], ['completed', undefined, false]);
		const own = (await w.api(municipality, 'GET', `/concern-reports/${r.body.id}`)).is(200).body;
		assert.deepEqual([own.type, own.observed, own.feared, own.danger.self, own.subject.identified], ['POLICE_CONCERN', 'Går barbeint i gata', 'Fryser', 2, true]);
		assert.deepEqual(expressions((await ask('politi-demo:po-1', 'POST', '/Communication', { ...concern, subject: { identifier: { value: '12345678901' } } })).is(400)), ['Communication.subject.identifier.value']);
		assert.deepEqual(expressions((await ask('politi-demo:po-1', 'POST', '/Communication', { ...concern, extension: undefined })).is(400)), ["Communication.extension('https://samhandling.example/fhir/StructureDefinition/has-minor-children').valueCode"]);
	});
});

const answers = (changes = {}) => ({ resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: 'https://samhandling.example/fhir/Questionnaire/QPR15', subject: { reference: `Patient/${patient}` },
	authored: hoursAgo(1), extension: [extension('occasion', { valueCode: 'EXTRA' })], item: Array.from({ length: 15 }, (_, i) => ({ linkId: `QPR15-Q${i + 1}`, answer: [{ valueInteger: 2 }] })), ...changes });

describe('an answered questionnaire', () => {
	test('is an assessment, scored; its score is an Observation of the same id', async () => {
		const r = await made(team, answers());
		const own = (await w.api(team, 'GET', `/assessments/${r.id}`)).is(200).body;
		assert.deepEqual([own.instrument_code, own.total, own.occasion, own.patient_id, own.answered], ['QPR15', 30, 'EXTRA', patient, 15]);
		assert.deepEqual([r.item.length, r.questionnaire.startsWith('https://samhandling.example/fhir/Questionnaire/QPR15|'), r.authored], [15, true, own.assessed_on]);
		assert.equal((await ask(team, 'GET', `/Observation/${r.id}`)).is(200).body.valueQuantity.value, 30);
		const found = (await ask(team, 'GET', `/QuestionnaireResponse?patient=${patient}&questionnaire=https://samhandling.example/fhir/Questionnaire/QPR15`)).is(200).body;
		assert.ok(found.entry.some((e) => e.resource.id === r.id));
		const partial = (await ask(municipality, 'GET', `/QuestionnaireResponse/${r.id}`)).is(200).body;
		assert.deepEqual([partial.item, partial.meta.tag[0].code], [undefined, 'SUBSETTED']);
	});
	test('is corrected with a reason, and taken back', async () => {
		const r = await made(team, answers());
		const item = r.item.map((i) => (i.linkId === 'QPR15-Q1' ? { ...i, answer: [{ valueInteger: 4 }] } : i));
		(await put(team, { ...r, item })).is(400); // without a reason
		const better = (await put(team, { ...r, item, status: 'amended', extension: [...r.extension, extension('correction-reason', { valueString: 'Feil svar' })] })).is(200).body;
		assert.equal((await w.api(team, 'GET', `/assessments/${r.id}`)).body.total, 32);
		const gone = (await put(team, { ...better, status: 'entered-in-error', extension: [...r.extension, extension('correction-reason', { valueString: 'Feil person' })] })).is(200).body;
		assert.equal(gone.status, 'entered-in-error');
	});
	test('answers each item once, of its own questionnaire, with nothing beside the answer', async () => {
		const whole = answers().item;
		for (const item of [[...whole, { ...whole[0], answer: [{ valueInteger: 0 }] }], [{ ...whole[0], linkId: 'HONOS-Q1' }, ...whole.slice(1)],
			[{ ...whole[0], modifierExtension: [{ url: 'https://other.example/not', valueBoolean: true }] }, ...whole.slice(1)], [{ ...whole[0], answer: [{ valueInteger: null }] }, ...whole.slice(1)]]) {
			assert.deepEqual(expressions((await ask(team, 'POST', '/QuestionnaireResponse', answers({ item }))).is(422)), ['QuestionnaireResponse.item']);
		}
	});
	test('names every item that is wrong', async () => {
		const wrong = (await ask(team, 'POST', '/QuestionnaireResponse', answers({ item: [{ linkId: 'QPR15-Q1', answer: [{ valueInteger: 99 }] }] }))).is(422);
		assert.ok(expressions(wrong).every((e) => e === 'QuestionnaireResponse.item'), wrong.story());
		assert.deepEqual(expressions((await ask(team, 'POST', '/QuestionnaireResponse', answers({ questionnaire: 'https://other.example/Q' }))).is(400)), ['QuestionnaireResponse.questionnaire']);
		assert.deepEqual(expressions((await ask(team, 'POST', '/QuestionnaireResponse', answers({ item: [{ linkId: 'a', answer: [{ valueString: 'x' }] }] }))).is(422)), ['QuestionnaireResponse.item']);
	});
});

describe('who may', () => {
	test('not who may only read, and a person whom one may not know is as nobody', async () => {
		for (const who of ['politi-demo:po-1', 'citizen/PT', 'drammen-dps:qm-1']) assert.equal(problemOf((await ask(who, 'POST', '/Task', work())).is(403)), 'forbidden');
		for (const who of [municipality, 'nav-drammen:nav-1', 'drammen-kommune:co-1']) (await ask(who, 'POST', '/Encounter', stay(patient))).is(403);
		const [a, b] = [await ask(municipality, 'POST', '/Task', work({ for: { reference: `Patient/${stranger}` } })), await ask(municipality, 'POST', '/Task', work({ for: { reference: `Patient/${anyId()}` } }))];
		assert.deepEqual([a.is(422).body.issue[0].details, expressions(a)], [b.is(422).body.issue[0].details, ['Task.for']]);
		const theirs = await made(team, work({ owner: undefined, for: undefined }));
		const [there, nowhere] = [await put(lier, theirs), await put(lier, { ...theirs, id: anyId() })];
		assert.deepEqual([there.is(405).body.issue[0].details, there.headers.allow], [nowhere.is(405).body.issue[0].details, nowhere.headers.allow]);
	});
	test('with the scope of the FHIR operation, whatever the native one is called', async () => {
		const wide = w.token(municipality, { claims: { scope: 'fhir.write' } });
		(await ask(wide, 'POST', '/Task', work())).is(201);
		const narrow = w.token(municipality, { claims: { scope: 'fhir.read tasks.write' } });
		assert.equal(problemOf((await ask(narrow, 'POST', '/Task', work())).is(403)), 'insufficient_scope');
	});
	test('a refusal is in the log of who was refused', async () => {
		const blocked = (await ask('nav-drammen:nav-1', 'POST', '/Encounter', stay(patient))).is(403);
		assert.deepEqual((await traces(blocked)).log.map(([action]) => action), ['DENIED']);
	});
});

describe('versions', () => {
	test('If-Match is needed, and names one version', async () => {
		const task = await made(municipality, work());
		for (const [version, where] of [[null, undefined], ['*', 'http.If-Match'], ['3', 'http.If-Match'], ['W/"x"', 'http.If-Match']]) {
			const r = (await put(municipality, task, { version })).is(400);
			assert.equal(expressions(r)[0], where, r.story());
		}
		assert.equal(issueOf((await put(municipality, { ...task, description: 'x' }, { version: 'W/"7"' })).is(412)), 'conflict');
		(await put(municipality, { ...task, description: 'x' }, { version: '"1"' })).is(200);
		assert.deepEqual(expressions((await ask(municipality, 'PUT', `/Task/${task.id}`, { ...task, id: anyId() }, { 'if-match': 'W/"2"' })).is(400)), ['Task.id']);
	});
	test('of two changes of one version one is made', async () => {
		const task = await made(municipality, work());
		const both = await Promise.all(['a', 'b'].map((description) => put(municipality, { ...task, description })));
		assert.deepEqual(both.map((r) => r.status).sort(), [200, 412]);
	});
});

const more = await writable(w);
describe('every write', () => {
	const writes = fhirOperations.filter((o) => ['create', 'update'].includes(o.fhir.interaction));
	const others = ['Goal', 'Observation', 'ServiceRequest', 'Consent', 'CarePlan'];
	const whoFor = { Task: municipality, Encounter: clinic, Communication: team, QuestionnaireResponse: team, Subscription: 'drammen-dps/SA', ...Object.fromEntries(others.map((type) => [type, more[type].who])) };
	const bodies = { Task: work, Encounter: () => stay(patient), Communication: letter, QuestionnaireResponse: answers, Subscription: () => ({ resourceType: 'Subscription', status: 'requested' }), ...Object.fromEntries(others.map((type) => [type, more[type].body])) };
	for (const o of writes) {
		const at = localPath(o.path).replace('{id}', anyId());
		const body = () => ({ ...bodies[o.fhir.type](), ...(o.method === 'PUT' ? { id: at.split('/')[2] } : {}) });
		const send = (who, text, headers) => w.request({ as: who, method: o.method, path: `/fhir/r4${at}`, body: text, headers: { 'content-type': 'application/fhir+json', 'if-match': 'W/"1"', ...headers } });
		test(`${o.id}: no token, no JSON, another type, another media type, too much`, async () => {
			(await send(null, JSON.stringify(body()))).is(401);
			assert.equal(issueOf((await send(whoFor[o.fhir.type], '{')).is(400)), 'structure');
			assert.equal(issueOf((await send(whoFor[o.fhir.type], '[]')).is(400)), 'value');
			assert.equal(issueOf((await send(whoFor[o.fhir.type], '{"resourceType":"Patient"}')).is(400)), 'code-invalid');
			(await send(whoFor[o.fhir.type], '<a/>', { 'content-type': 'application/fhir+xml' })).is(415);
			(await send(whoFor[o.fhir.type], JSON.stringify({ ...body(), text: { div: 'x'.repeat(70_000) } }))).is(413);
			(await send('drammen-dps:qm-1', JSON.stringify(body()))).is(403);
			if (o.method === 'PUT') (await send(whoFor[o.fhir.type], JSON.stringify(body()))).is(405);
		});
	}
	const types = Object.keys(whoFor).filter((type) => type !== 'Subscription'); // whose handshake changes it: fhir-subscriptions.test.mjs
	// of a stay and of a plan there is one at a time
	const ofSomebody = async (type) => (['Encounter', 'CarePlan'].includes(type) ? { subject: { reference: `Patient/${await (type === 'CarePlan' ? planned : person)(w)}` } } : {});
	test('of any type: what has no place is named, an old version and a status that cannot be reached refused', async () => {
		for (const type of types) {
			const now = await made(whoFor[type], { ...bodies[type](), ...(await ofSomebody(type)) });
			assert.deepEqual(expressions((await ask(whoFor[type], 'POST', `/${type}`, { ...bodies[type](), colour: 'red' })).is(422)), [`${type}.colour`]);
			assert.deepEqual(expressions((await put(whoFor[type], { ...now, colour: 'red' })).is(422)), [`${type}.colour`]);
			assert.equal(issueOf((await put(whoFor[type], now, { version: 'W/"9"' })).is(412)), 'conflict');
			assert.equal(problemOf((await put(whoFor[type], { ...now, [type === 'Goal' ? 'lifecycleStatus' : 'status']: 'unknown' })).is(409)), 'invalid_transition');
			assert.equal((await put(whoFor[type], now)).is(200).etag, `W/"${now.meta.versionId}"`);
		}
	});
	test('of any type, twice at once with one key: 409, and then the same', async () => {
		for (const type of types) {
			const [one, headers] = [{ ...bodies[type](), ...(await ofSomebody(type)) }, { 'idempotency-key': anyId() }];
			let first;
			await w.database.asOwner(async (c) => {
				await c.query('lock table idempotency in share row exclusive mode');
				first = ask(whoFor[type], 'POST', `/${type}`, one, headers);
				await until(async () => (await w.sql(`select 1 from pg_locks where relation = 'idempotency'::regclass and not granted`)).length > 0);
				assert.equal(issueOf((await ask(whoFor[type], 'POST', `/${type}`, one, headers)).is(409)), 'lock-error');
			});
			const { body } = (await first).is(201);
			assert.equal((await ask(whoFor[type], 'POST', `/${type}`, one, headers)).is(201).body.id, body.id);
		}
	});
	test('says what it prefers to be told', async () => {
		const minimal = (await ask(municipality, 'POST', '/Task', work(), { prefer: 'return=minimal' })).is(201);
		assert.deepEqual([minimal.text, minimal.headers['preference-applied'], minimal.etag], ['', 'return=minimal', 'W/"1"']);
		const outcome = (await ask(municipality, 'POST', '/Task', work(), { prefer: 'return=OperationOutcome' })).is(201);
		assert.deepEqual([outcome.body.resourceType, issueOf(outcome)], ['OperationOutcome', 'informational']);
		assert.equal((await ask(municipality, 'POST', '/Task', work(), { prefer: 'return=representation' })).is(201).body.resourceType, 'Task');
	});
	test('is repeated with its key: made once, another body refused, also while the first goes on', async () => {
		const headers = { 'idempotency-key': anyId() };
		const first = (await ask(municipality, 'POST', '/Task', work(), headers)).is(201);
		const again = (await ask(municipality, 'POST', '/Task', work(), headers)).is(201);
		assert.deepEqual([again.body.id, again.headers.location, again.headers['idempotency-replayed']], [first.body.id, first.headers.location, 'true']);
		assert.equal((await traces(again)).news, 0);
		(await ask(municipality, 'POST', '/Task', work({ description: 'Noe annet' }), headers)).is(422);
	});
	test('the CapabilityStatement says so', async () => {
		const { body } = (await ask(null, 'GET', '/metadata')).is(200);
		const of = Object.fromEntries(body.rest[0].resource.map((r) => [r.type, r]));
		assert.deepEqual([of.Encounter.conditionalCreate, of.Encounter.updateCreate, of.Encounter.versioning, of.Task.conditionalCreate], [true, false, 'versioned-update', undefined]);
		assert.ok(document.paths['/fhir/r4/Task'].post);
	});
});
