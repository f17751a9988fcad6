// One of everything, and for every operation who may call it, with which path and body: what the tests
// that go through all operations of the contract need.
import { resolve } from './contract.mjs';
import { syntheticNumber } from './fixtures.mjs';
import * as plans from './samples-plans.mjs';
import * as around from './samples-around.mjs';
import * as board from './samples-board.mjs';
import * as guard from './samples-guard.mjs';
import * as imports from './samples-imports.mjs';
import * as intake from './samples-intake.mjs';
import * as outcome from './samples-outcome.mjs';
import * as together from './samples-together.mjs';
import * as trust from './samples-trust.mjs';

let serial = 0;
const next = () => String(++serial).padStart(4, '0');

// Synthetic organisation numbers (they begin with 3), a new one each call.
export function syntheticOrganisation() {
	for (;;) {
		const base = `31${String(Number(next()) + 9000).padStart(6, '0')}`;
		const k = (11 - ([3, 2, 7, 6, 5, 4, 3, 2].reduce((s, w, i) => s + w * Number(base[i]), 0) % 11)) % 11;
		if (k < 10) return base + k;
	}
}

// Who writes a resource (the same person reads it); by operation where the resource's one may not.
const callers = { ...plans.callers,
	directory: 'drammen-dps:sa-1', agencies: 'drammen-dps:sa-1', units: 'drammen-dps:sa-1', staff: 'drammen-dps:sa-1',
	municipalities: 'drammen-dps:sa-1', 'code-systems': 'drammen-dps:sa-1', me: 'drammen-dps:tl-1', sandbox: 'drammen-dps:sa-1',
	memberships: 'drammen-dps:sa-1', patients: 'drammen-dps:tl-1', 'care-relations': 'drammen-dps:tl-1',
	'patient-relations': 'drammen-dps:tl-1', consents: 'drammen-dps:tl-1', objections: 'drammen-dps:tl-1',
	'access-log': 'drammen-dps:tl-1', 'emergency-accesses': 'drammen-dps:dps-1', 'concern-reports': 'drammen-kommune:mh-1',
	handovers: 'lier-kommune:mh-1', tasks: 'drammen-kommune:mh-1', inbox: 'drammen-kommune:mh-1',
	admissions: 'drammen-dps:dps-1', 'legal-periods': 'drammen-dps:dps-1', 'coercion-decisions': 'drammen-dps:dps-1',
	'opioid-substitution-followups': 'drammen-dps:dps-1',
	...guard.callers, ...around.callers, ...intake.callers, ...outcome.callers, ...board.callers, ...trust.callers, ...imports.callers, ...together.callers,
};
const callersByOperation = { ...plans.callersByOperation, transitionEmergencyAccess: 'drammen-dps:pv-1', setConcernSenderProtection: 'drammen-kommune:ko-1',
	createConcernReport: 'politi-demo:po-1', createHandover: 'drammen-dps:tl-1', ...outcome.callersByOperation, ...imports.callersByOperation, ...trust.callersByOperation,
	...together.callersByOperation };

const coercion = ['EXAM_3_1', 'OBSERVATION_3_2', 'MEDICATION_4_4', 'SUBSTANCE_10_2', 'SUBSTANCE_10_3', 'SUBSTANCE_10_4']; // each runs once
let minutes = 0;

const bases = ['PLAN', 'ENROLMENT', 'REFERRAL', 'ADMISSION', 'GP_REGISTRATION']; // one open relation of each

// Bodies whose example names things that must exist, or must be new each time.
const bodies = {
	...plans.bodies,
	createAgency: () => ({ slug: `etat-${next()}`, organisation_number: syntheticOrganisation(), municipality_number: '3301' }),
	createUnit: () => ({ name: `Enhet ${next()}` }),
	createStaff: () => ({ subject: `ny-${next()}`, hpr_number: undefined, is_health_personnel: false }),
	createStaffMembership: (s) => ({ unit_id: s.ids.unit['drammen-dps:fact'], role: ['TM', 'DPS', 'TL', 'HO', 'CO', 'CU'][++serial % 6], valid_from: `2025-01-${String((serial % 27) + 1).padStart(2, '0')}`, valid_to: undefined }),
	createPatient: () => ({ national_id: syntheticNumber() }),
	searchPatients: (s) => ({ national_id: s.number }),
	createPatientIdentifier: () => ({ kind: 'FNR', number: syntheticNumber() }),
	createCareRelation: (s, fresh) => ({ unit_id: s.ids.unit['drammen-dps:fact'], ...(fresh ? { basis: bases.pop() } : {}) }),
	createConsent: (s) => ({ to_agencies: [s.ids.agency['nav-drammen']] }),
	createObjection: (s) => ({ against_id: s.ids.staff['drammen-dps:tm-3'] }),
	createEmergencyAccess: (s) => ({ patient_id: s.patient }),
	createAdmission: (s) => ({ patient_id: s.patient }),
	createLegalPeriod: (s, fresh) => (fresh ? { valid_from: new Date(Date.now() - 7_200_000 + ++minutes * 60_000).toISOString() } : {}),
	createCoercionDecision: (s, fresh) => ({ patient_id: s.patient, ...(fresh ? { type: coercion.pop() } : {}) }),
	createOpioidSubstitutionFollowup: (s, fresh) => ({ patient_id: fresh ? s.others.pop() : s.patient }),
	getPublicConcernReportStatus: (s) => ({ receipt: s.receipt }),
	createSubscription: () => ({ role: 'DPS' }),
	replaySubscription: () => ({ after: 0 }),
	...guard.bodies, ...around.bodies, ...intake.bodies, ...outcome.bodies, ...board.bodies, ...trust.bodies, ...together.bodies,
};

export function exampleBody(o) {
	const media = Object.values(resolve(o.operation.requestBody)?.content ?? {})[0];
	if (media === undefined) return undefined;
	return structuredClone(media.example ?? Object.values(media.examples ?? {})[0]?.value ?? resolve(media.schema)?.example);
}

export class Samples {
	constructor(w) {
		this.w = w;
		this.ids = w.ids;
		this.at = {
			'/agencies/{id}': w.ids.agency['drammen-dps'], '/units/{id}': w.ids.unit['drammen-dps:fact'],
			'/staff/{id}': w.ids.staff['drammen-dps:tm-2'], '/municipalities/{number}': '3301', '/problems/{code}': 'not_found',
			'/state-machines/{name}': 'concern-reports', '/instruments/{code}': 'GAF_S', '/docs/{file}': 'start.js',
		};
	}

	caller(o) {
		if (o.operation.security.length === 0) return null;
		return callersByOperation[o.id] ?? callers[[o.operation['x-resource']].flat()[0]] ?? 'drammen-dps:sa-1';
	}

	// `fresh`: one that was not sent before, where the same twice is refused.
	body(o, fresh = false) {
		const example = exampleBody(o);
		return bodies[o.id] ? { ...example, ...bodies[o.id](this, fresh) } : example;
	}

	// The operation's path with the sample's id, or undefined when there is no sample of it.
	path(o) {
		if (o.path === '/concern-reports/{report_id}/notes/{id}') return `/concern-reports/${this.at['/concern-reports/{id}']}/notes/${this.at.note}`;
		const prefix = Object.keys(this.at).sort((x, y) => y.length - x.length).find((p) => o.path === p || o.path.startsWith(`${p}/`));
		if (!o.path.includes('{')) return o.path;
		const ids = [this.at[prefix]].flat();
		return prefix && o.path.replace(/\{[^}]+\}/g, () => ids.shift());
	}

	// The same path with an id that nothing has.
	nowhere(o) {
		const unknown = o.path.includes('{number}') ? '9999' : /\{(code|name)\}/.test(o.path) ? 'no_such_thing' : crypto.randomUUID();
		return o.path.replace(/\{[^}]+\}/g, unknown);
	}

	async create(as, path, body) {
		const r = (await this.w.api(as, 'POST', path, body)).is([200, 201]);
		return { id: r.body?.id ?? r.location?.split('/').pop(), body: r.body };
	}

	// A machine's action on the thing at `path`, with its present ETag.
	async step(as, path, body) {
		const now = (await this.w.api(as, 'GET', path)).is(200);
		return (await this.w.api(as, 'POST', `${path}/transitions`, body, { 'if-match': now.etag })).is(200);
	}
}

async function person(s, find) {
	const own = 'drammen-dps:tl-1';
	s.number = syntheticNumber();
	s.patient = (await s.create(own, '/patients', { ...s.body(find('createPatient')), national_id: s.number })).id;
	s.at['/patients/{id}'] = s.patient;
	const below = { '/identifiers/{id}': 'createPatientIdentifier', '/relations/{id}': 'createPatientRelation', '/care-relations/{id}': 'createCareRelation',
		'/consents/{id}': 'createConsent', '/objections/{id}': 'createObjection', ...outcome.things };
	for (const [path, id] of Object.entries(below)) {
		const o = find(id);
		if (o) s.at[path] = (await s.create(s.caller(o), s.path(o), s.body(o))).id;
	}
	const glass = find('createEmergencyAccess');
	if (glass) s.at['/emergency-accesses/{id}'] = (await s.create(s.caller(glass), glass.path, s.body(glass))).id;
}

// A stay with its legal period, a decision on coercion, substitution treatment; and persons who have none.
async function specialistCare(s, find) {
	const clinic = 'drammen-dps:dps-1';
	s.others = [];
	for (let i = 0; i < 4; i++) s.others.push((await s.create('drammen-dps:tl-1', '/patients', { national_id: syntheticNumber() })).id);
	await s.w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis) select p, u.id, u.agency_id, 'SERVICE' from unit u, unnest($1::uuid[]) p where u.id = $2`,
		[[s.patient, ...s.others], s.ids.unit['drammen-dps:poliklinikk']]);
	const stay = { ...s.body(find('createAdmission')), planned_for: undefined, admitted_at: new Date(Date.now() - 10_800_000).toISOString() };
	s.at['/admissions/{id}'] = (await s.create(clinic, '/admissions', stay)).id;
	s.at['/legal-periods/{id}'] = (await s.create(clinic, `/admissions/${s.at['/admissions/{id}']}/legal-periods`, { kind: 'VOLUNTARY' })).id;
	for (const id of ['createCoercionDecision', 'createOpioidSubstitutionFollowup'])
		s.at[`${find(id).path}/{id}`] = (await s.create(clinic, find(id).path, s.body(find(id)))).id;
}

// A report that stands FORWARDED to Lier, one that is in triage in Drammen, a task and a note.
async function report(s, find) {
	const o = find('createConcernReport');
	if (!o) return;
	const mh = 'drammen-kommune:mh-1';
	const step = (id, body) => s.step(mh, `/concern-reports/${id}`, body);
	for (const wanted of ['kept', 'forwarded']) {
		const { id } = await s.create('politi-demo:po-1', '/concern-reports', s.body(o));
		await step(id, { action: 'start_triage' });
		await step(id, { action: 'set_severity', severity: 'ORANGE', has_minor_children: 'NO', pregnant: 'NOT_APPLICABLE' });
		if (wanted === 'kept') s.at['/concern-reports/{id}'] = id;
		else await step(id, { action: 'forward', target_unit_id: s.ids.unit['lier-kommune:mottak'], reason: 'Bor i Lier', legal_basis: 'HPL_EXCEPTIONS' });
	}
	s.at['/handovers/{id}'] = (await s.w.api('lier-kommune:mh-1', 'GET', '/handovers')).is(200).body.items[0]?.id;
	s.at.note = (await s.create(mh, `/concern-reports/${s.at['/concern-reports/{id}']}/notes`, s.body(find('createConcernReportNote')))).id;
	s.at['/tasks/{id}'] = (await s.create(mh, '/tasks', s.body(find('createTask')))).id;
	const open = find('createPublicConcernReport');
	s.receipt = (await s.w.api(null, 'POST', open.path, s.body(open))).is(201).body.receipt;
}

// `find(operationId)` is the contract's look-up.
export async function makeSamples(w, find) {
	const s = new Samples(w);
	const membership = find('createStaffMembership');
	s.at['/memberships/{id}'] = (await s.create(s.caller(membership), s.path(membership), s.body(membership))).id;
	const system = find('listCodeSystems') && (await w.api('drammen-dps:sa-1', 'GET', '/code-systems')).is(200).body.items[0];
	if (system) s.at['/code-systems/{code}'] = system.code;
	await person(s, find);
	await report(s, find);
	await specialistCare(s, find);
	await imports.makeImports(s, find);
	await around.makeAround(s, find);
	await intake.makeIntake(s);
	await plans.makePlans(s, find);
	await board.makeBoard(s, find);
	await trust.makeTrust(s, find);
	await together.makeTogether(s, find);
	await guard.makeGuard(s, find);
	const news = find('createSubscription');
	s.at['/subscriptions/{id}'] = (await s.create(s.caller(news), news.path, s.body(news))).id;
	return s;
}
