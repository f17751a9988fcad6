// What is a person's over FHIR: each type maps its native states, is read as natively allowed and refused, and is found.
import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { anyId, operation, syntheticNumber, world } from './harness.mjs';
import { fhir, linkOf, localPath, problemOf, resources } from './lib/fhir.mjs';
import { makeSamples } from './lib/samples.mjs';
import { day } from './lib/days.mjs';

const w = await world();
const s = await makeSamples(w, operation);
const ask = fhir(w);
const [tl, tm, dps, mh, co, nav, pt] = ['drammen-dps:tl-1', 'drammen-dps:tm-1', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:co-1', 'nav-drammen:nav-1', 'citizen:pt-1'];
const tags = (resource) => (resource.meta.tag ?? []).map((t) => t.code);
const native = (resource) => resource.extension?.find((e) => e.url.endsWith('/native-state'))?.valueCoding.code;
const ids = async (who, path) => resources((await ask(who, 'GET', path)).is(200).body).map((r) => r.id);

// Whoever has no relation sees what they would see of nothing.
async function hidden(who, type, id) {
	const [there, nowhere] = [await ask(who, 'GET', `/${type}/${id}`), await ask(who, 'GET', `/${type}/${anyId()}`)];
	assert.deepEqual(there.is(404).body.issue[0].details, nowhere.is(404).body.issue[0].details);
	assert.deepEqual(await ids(who, `/${type}?_id=${id}`), []);
}

describe('the directory', () => {
	test('agencies and units are organizations', async () => {
		const agency = (await ask(tl, 'GET', `/Organization/${s.ids.agency['drammen-dps']}`)).is(200).body;
		const unit = (await ask(tl, 'GET', `/Organization/${s.ids.unit['drammen-dps:fact']}`)).is(200).body;
		assert.deepEqual([agency.type[0].coding[0].code, unit.type[0].coding[0].code, unit.partOf.reference], ['DPS', 'TEAM', `Organization/${agency.id}`]);
		assert.deepEqual(await ids(tl, `/Organization?identifier=${encodeURIComponent(`urn:oid:2.16.578.1.12.4.1.4.101|${agency.identifier[0].value}`)}`), [agency.id]);
		for (const query of ['type=DPS', 'type:not=TEAM', `name:exact=${encodeURIComponent(agency.name)}`, 'active=true', `name=${encodeURIComponent(agency.name.slice(0, 4).toUpperCase())}`])
			assert.ok((await ids(tl, `/Organization?${query}&_count=200`)).includes(agency.id), query);
		assert.ok(!(await ids(tl, '/Organization?type:not=DPS&_count=200')).includes(agency.id));
		assert.ok((await ids(tl, `/Organization?partof=${agency.id}`)).includes(unit.id));
	});
	test('staff and their roles; citizens see no addresses, and no roles', async () => {
		const id = s.ids.staff[tm];
		const one = (await ask(tl, 'GET', `/Practitioner/${id}`)).is(200).body;
		assert.equal(one.identifier[0].system, 'urn:oid:2.16.578.1.12.4.1.4.4');
		const citizen = (await ask(pt, 'GET', `/Practitioner/${id}`)).is(200).body;
		assert.deepEqual([citizen.telecom, tags(citizen)], [undefined, ['SUBSETTED']]);
		assert.deepEqual(await ids(tl, `/Practitioner?identifier=${one.identifier[0].value}`), [id]);
		assert.ok((await ids(tl, `/Practitioner?name=${encodeURIComponent(one.name[0].text.split(' ').at(-1).slice(0, 3))}`)).includes(id));
		const roles = resources((await ask(tl, 'GET', `/PractitionerRole?practitioner=Practitioner/${id}&role=TM&date=2025-01-01&active=true`)).is(200).body);
		assert.deepEqual(roles.map((r) => [r.practitioner.reference, r.code[0].coding[0].code, native(r)]), [[`Practitioner/${id}`, 'TM', 'ACTIVE']]);
		assert.ok((await ids(tl, `/PractitionerRole?organization=${s.ids.unit['drammen-dps:fact']}&_count=200`)).includes(roles[0].id));
		// the letter o: one's own alone
		(await ask(mh, 'GET', `/PractitionerRole/${roles[0].id}`)).is(404);
		assert.deepEqual(await ids(mh, `/PractitionerRole?practitioner=${id}`), []);
		(await ask(pt, 'GET', `/PractitionerRole/${roles[0].id}`)).is(403);
	});
	test('the directory shows no patient in the log', async () => {
		const r = (await ask(tl, 'GET', '/Organization')).is(200);
		assert.deepEqual(await w.sql('select patient_id, shown_set from access_log where request_id = $1', [r.headers['x-request-id']]), [{ patient_id: null, shown_set: null }]);
	});
});

describe('Encounter', async () => {
	const stay = s.at['/admissions/{id}'];
	const contact = async (body) => (await w.api(tl, 'POST', '/contacts', { ...s.body(operation('createContact')), patient_id: s.patient, ...body })).is(201).body;
	test('a stay is IMP, with its wards, time and ground to hasten', async () => {
		const r = (await ask(dps, 'GET', `/Encounter/${stay}`)).is(200).body;
		const own = (await w.api(dps, 'GET', `/admissions/${stay}`)).is(200).body;
		assert.deepEqual([r.class.code, r.status, native(r), r.priority.coding[0].code, r.location.length], ['IMP', 'in-progress', own.status, own.urgency === 'ACUTE' ? 'EM' : 'EL', own.segments.length]);
		assert.equal(r.contained[0].resourceType, 'Location');
		assert.equal(new Date(r.period.start).getTime(), new Date(own.admitted_at).getTime());
	});
	test('a contact by mode and place; an attempt is cancelled and says how', async () => {
		const made = (await w.sql(`insert into contact (id, patient_id, unit_id, agency_id, state, started_at, minutes, mode, place, outcome)
			select gen_random_uuid(), $1, u.id, u.agency_id, 'DONE', clock_now(), 30, m.mode, m.place, m.outcome from unit u,
				(values ('FACE_TO_FACE', 'HOME', 'HELD'), ('FACE_TO_FACE', 'CLINIC', 'HELD'), ('FACE_TO_FACE', 'PUBLIC', 'HELD'), ('VIDEO', null, 'HELD'), ('FACE_TO_FACE', 'HOME', 'NOT_HOME')) m (mode, place, outcome)
			where u.id = $2 returning id, mode, place, outcome`, [s.patient, s.ids.unit['drammen-dps:fact']]));
		const wanted = { HOME: 'HH', CLINIC: 'AMB', PUBLIC: 'FLD', null: 'VR' };
		for (const c of made) {
			const r = (await ask(tl, 'GET', `/Encounter/${c.id}`)).is(200).body;
			assert.deepEqual([r.class.code, r.status, r.length.value], [wanted[c.place], c.outcome === 'HELD' ? 'finished' : 'cancelled', 30]);
		}
		const found = await ids(tl, `/Encounter?patient=${s.patient}&class=HH,VR&status:not=cancelled`);
		assert.deepEqual(found.filter((id) => made.some((c) => c.id === id)).sort(), made.filter((c) => ['HOME', null].includes(c.place) && c.outcome === 'HELD').map((c) => c.id).sort());
	});
	test('both are found by their person, by number too; each by who may see it', async () => {
		const all = await ids(tl, `/Encounter?patient=Patient/${s.patient}&_count=200`);
		assert.ok(all.includes(stay) && all.length > 5);
		const byNumber = (await ask(tl, 'POST', '/Encounter/_search', `subject:Patient.identifier=urn:oid:2.16.578.1.12.4.1.4.1|${s.number}&_count=200`)).is(200);
		assert.deepEqual(resources(byNumber.body).map((r) => r.id), all);
		assert.ok(!linkOf(byNumber.body, 'self').includes(s.number) && !JSON.stringify(byNumber.body).includes(s.number));
		assert.deepEqual(await ids(tl, `/Encounter?patient=${s.patient}&date=lt2000`), []);
		assert.deepEqual(await ids(tl, `/Encounter?patient=${s.patient}&class=IMP&date=ge${day()}`), [stay]);
		await hidden('lier-kommune:mh-1', 'Encounter', stay);
		assert.deepEqual(await ids('lier-kommune:mh-1', `/Encounter?patient=${s.patient}`), []);
		(await ask('politi-demo:po-1', 'GET', `/Encounter/${stay}`)).is(403);
	});
	test('who sees the status alone gets a resource that says so', async () => {
		const one = await contact({});
		await w.sql(`insert into consent (id, patient_id, owner_agency_id, type, state, to_agencies, data_categories, purpose, valid_to)
			select gen_random_uuid(), $1, a.id, 'SHARE', 'GRANTED', array(select id from agency), '{IDENTITY,HEALTH_SUMMARY,ENROLMENT}', 'x', clock_now() + interval '1 year' from agency a where a.slug = 'drammen-dps'`, [s.patient]);
		await w.sql('update contact set agencies = array(select id from agency) where id = $1', [one.id]);
		const r = (await ask(nav, 'GET', `/Encounter/${one.id}`)).is(200).body;
		assert.deepEqual([r.class, r.type, r.participant, tags(r)], [{ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }] }, undefined, undefined, ['SUBSETTED']]);
		(await ask(nav, 'GET', `/Encounter/${stay}`)).is([403, 404]); // admissions are no cell of NAV's
		assert.ok(!(await ids(nav, `/Encounter?patient=${s.patient}`)).includes(stay));
		await w.sql("update consent set state = 'WITHDRAWN' where patient_id = $1", [s.patient]);
		assert.equal(problemOf((await ask(nav, 'GET', `/Encounter?patient=${s.patient}`)).is(403)), 'consent_required');
	});
	test('pages to the end, each once, and the total', async () => {
		const all = await ids(tl, `/Encounter?patient=${s.patient}&_count=200`);
		const seen = [];
		for (let path = `/Encounter?patient=${s.patient}&_count=2&_total=accurate`; path;) {
			const page = (await ask(tl, 'GET', path)).is(200).body;
			seen.push(...resources(page).map((r) => r.id));
			path = linkOf(page, 'next') && localPath(linkOf(page, 'next'));
		}
		assert.deepEqual([seen, (await ask(tl, 'GET', `/Encounter?patient=${s.patient}&_count=0`)).body.total], [all, all.length]);
	});
});

describe('EpisodeOfCare', () => {
	const id = s.at['/enrolments/{id}'];
	test('has the status of the enrolment\'s state, its main contact, its referral', async () => {
		const own = (await w.api(tl, 'GET', `/enrolments/${id}`)).is(200).body;
		const r = (await ask(tl, 'GET', `/EpisodeOfCare/${id}`)).is(200).body;
		assert.deepEqual([native(r), r.careManager.reference, r.referralRequest[0].reference, r.patient.reference], [own.status, `Practitioner/${own.main_contact.id}`, `ServiceRequest/${own.referral_id}`, `Patient/${own.patient_id}`]);
		for (const query of [`status=${r.status}`, `organization=${own.unit.id}`, `care-manager=${own.main_contact.id}`, 'date=ge2000'])
			assert.deepEqual(await ids(tl, `/EpisodeOfCare?patient=${own.patient_id}&${query}`), [id], query);
		assert.deepEqual(await ids(tl, `/EpisodeOfCare?patient=${own.patient_id}&status=entered-in-error`), []);
		await hidden('lier-kommune:mh-1', 'EpisodeOfCare', id);
	});
	test('every state has a status that R4 knows', async () => {
		for (const state of ['PENDING', 'ENGAGING', 'ACTIVE', 'PAUSED', 'DISCHARGE_PLANNED', 'DISCHARGED', 'NEVER_ENGAGED', 'TRANSFERRED', 'DECEASED']) {
			const [{ body }] = await w.sql("select fhir_enrolment(jsonb_build_object('id', 'x', 'version', 1, 'status', $1::text, 'patient_id', 'y', 'enrolled_at', '2026-01-01'), clock_now()) as body", [state]);
			assert.ok(['planned', 'active', 'onhold', 'finished', 'cancelled'].includes(body.status));
			(await import('./lib/fhir.mjs')).assertValid(body);
		}
	});
});

describe('ServiceRequest and Task', () => {
	test('a measure is a plan\'s request, for its responsible unit', async () => {
		const id = s.at['/measures/{id}'];
		const own = (await w.api(co, 'GET', `/measures/${id}`)).is(200).body;
		const r = (await ask(co, 'GET', `/ServiceRequest/${id}`)).is(200).body;
		assert.deepEqual([r.intent, native(r), r.basedOn[0].reference, r.performer[0].reference, r.code.text], ['plan', own.status, `CarePlan/${own.plan_id}`, `Organization/${own.responsible_unit.id}`, own.title]);
		for (const query of ['intent=plan', 'category=MEASURE', `status=${r.status}`, `performer=${own.responsible_unit.id}`, `based-on=CarePlan/${own.plan_id}`, 'authored=ge2000'])
			assert.ok((await ids(co, `/ServiceRequest?patient=${own.patient_id}&${query}`)).includes(id), query);
		assert.deepEqual(await ids(co, `/ServiceRequest?patient=${own.patient_id}&intent=order`), []);
		await hidden('lier-kommune:mh-1', 'ServiceRequest', id);
	});
	test('a referral is an order; who sees the status alone is not told of whom', async () => {
		const { referral_id: id } = (await w.api(tl, 'GET', `/enrolments/${s.at['/enrolments/{id}']}`)).is(200).body;
		const own = (await w.api(tl, 'GET', `/referrals/${id}`)).is(200).body;
		const r = (await ask(tl, 'GET', `/ServiceRequest/${id}`)).is(200).body;
		assert.deepEqual([r.intent, native(r), r.status, r.subject.reference, r.reasonCode[0].text], ['order', 'ENROLLED', 'completed', `Patient/${own.patient_id}`, own.reason]);
		assert.ok((await ids(tl, `/ServiceRequest?patient=${own.patient_id}&category=REFERRAL`)).includes(id));
		const [{ body }] = await w.sql("select fhir_referral(jsonb_build_object('id', 'x', 'version', 2, 'projection', 'STATUS', 'status', 'BEING_HANDLED', 'created_at', '2026-01-01T00:00:00Z'), null) as body");
		assert.deepEqual([body.subject.extension[0].valueCode, body.status], ['masked', 'active']);
		(await import('./lib/fhir.mjs')).assertValid(body);
	});
	test('an agency\'s work-list: its tasks, and handovers that wait for it', async () => {
		const lier = s.ids.unit['lier-kommune:mottak'];
		const waiting = resources((await ask('lier-kommune:mh-1', 'GET', `/Task?owner=Organization/${lier}&status=requested&code=HANDOVER`)).is(200).body);
		assert.ok(waiting.some((t) => t.id === s.at['/handovers/{id}'] && t.owner.reference === `Organization/${lier}` && t.restriction.period.end));
		(await ask('lier-kommune:mh-1', 'GET', `/Task/${s.at['/handovers/{id}']}`)).is(200);
		const task = (await ask(mh, 'GET', `/Task/${s.at['/tasks/{id}']}`)).is(200).body;
		const own = (await w.api(mh, 'GET', `/tasks/${task.id}`)).is(200).body;
		assert.deepEqual([task.status, task.businessStatus.coding[0].code, task.description], ['requested', own.status, own.title]);
		for (const query of ['business-status=OPEN', `code=${own.kind}`, 'authored-on=ge2000', 'modified=ge2000'])
			assert.ok((await ids(mh, `/Task?_id=${task.id}&${query}`)).includes(task.id), query);
		assert.deepEqual(await ids(mh, `/Task?_id=${task.id}&focus=CarePlan/${anyId()}`), []);
		await hidden('nav-drammen:nav-1', 'Task', task.id);
		(await ask(mh, 'GET', '/Task?status=requested')).is(400);
	});
});

describe('CarePlan, Goal and CareTeam', () => {
	const id = s.at['/plans/{id}'];
	test('a plan refers to its goals, measures, participants and coordinator', async () => {
		const own = (await w.api(co, 'GET', `/plans/${id}`)).is(200).body;
		const r = (await ask(co, 'GET', `/CarePlan/${id}`)).is(200).body;
		assert.deepEqual([native(r), r.status, r.category[0].coding[0].code, r.author.reference], ['UNDER_REVIEW', 'active', 'IP', `Practitioner/${own.coordinator.staff_id}`]);
		assert.deepEqual(r.goal.map((g) => g.reference), own.goals.map((g) => `Goal/${g.id}`));
		assert.deepEqual(r.activity.filter((a) => a.reference).map((a) => a.reference.reference), own.measures.map((m) => `ServiceRequest/${m.id}`));
		const team = (await ask(co, 'GET', `/CareTeam/${id}`)).is(200).body;
		assert.deepEqual([team.participant.length, team.status], [own.participants.length, 'active']);
		const goal = (await ask(co, 'GET', `/Goal/${own.goals[0].id}`)).is(200).body;
		assert.deepEqual([goal.description.text, goal.lifecycleStatus, goal.category[0].coding[0].code], [own.goals[0].words, 'active', own.goals[0].domain]);
		for (const query of ['status=active', 'category=IP', `category=${encodeURIComponent('https://samhandling.example/fhir/CodeSystem/plan-type|IP')}`])
			assert.deepEqual(await ids(co, `/CarePlan?patient=${own.patient_id}&${query}`), [id], query);
		assert.deepEqual(await ids(co, `/CarePlan?patient=${own.patient_id}&category=CRISIS`), []);
		assert.deepEqual(await ids(co, `/Goal?patient=${own.patient_id}&lifecycle-status=active&category=${own.goals[0].domain}`), own.goals.map((g) => g.id));
		assert.deepEqual(await ids(co, `/CareTeam?patient=${own.patient_id}&status=active&participant=${own.participants.find((p) => p.staff_id).staff_id}`), [id]);
		assert.deepEqual(await ids(co, `/CareTeam?patient=${own.patient_id}&participant=${anyId()}`), []);
	});
	test('who takes no part in it finds nothing', async () => {
		for (const [type, thing] of [['CarePlan', id], ['CareTeam', id], ['Goal', s.at['/plans/{plan_id}/goals/{id}'][1]]]) {
			await hidden('lier-kommune:mh-1', type, thing);
			assert.deepEqual(await ids('lier-kommune:mh-1', `/${type}?patient=${s.planned}`), []);
			(await ask('politi-demo:po-1', 'GET', `/${type}/${thing}`)).is(403);
		}
	});
	test('who is blocked is told so, and finds nothing by ids', async () => {
		await w.sql(`insert into objection (id, patient_id, scope, against, against_id) values (gen_random_uuid(), $1, 'WHOLE_RECORD', 'STAFF', $2)`, [s.planned, s.ids.staff[co]]);
		assert.equal(problemOf((await ask(co, 'GET', `/CarePlan/${id}`)).is(403)), 'blocked');
		assert.equal(problemOf((await ask(co, 'GET', `/CarePlan?patient=${s.planned}`)).is(403)), 'blocked');
		assert.deepEqual(await ids(co, `/CarePlan?_id=${id}`), []);
	});
});

test('a number that nobody has finds nothing, of any type', async () => {
	for (const type of ['Encounter', 'EpisodeOfCare', 'ServiceRequest', 'Task', 'CarePlan', 'Goal', 'CareTeam'])
		assert.equal((await ask(type === 'Encounter' || type === 'EpisodeOfCare' ? tl : co, 'POST', `/${type}/_search`, `patient.identifier=${syntheticNumber()}`)).is([200, 403]).body.entry, undefined, type);
});
