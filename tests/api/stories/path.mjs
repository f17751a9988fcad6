// The path of one person from referral to discharge, step by step, each taken over HTTP by the party whose step it is.
//
//   const p = await path();          nothing has happened yet; p.w is the world
//   await p.to('met');               takes the steps up to this one that have not been taken
//   p.patient, p.referral, …         ids of what there is by now
//
// Nothing is put into the database behind the service's back: who stands in relation to the person does so because of
// the steps. The person is the demo citizen. Lier takes over from the team in the end.
import assert from 'node:assert/strict';
import { world } from '../harness.mjs';
import { find } from '../lib/tokens.mjs';
import { criteria, meeting, contacts } from '../intake-steps.mjs';
import { act, consent, contents, goal, individual, measureFor, people, period, soon, step, write } from '../plan-steps.mjs';
import { atDischarge } from '../specialist-steps.mjs';

export { people, step };
export const me = 'citizen:pt-1';
export const privacy = 'drammen-dps:pv-1';
const number = '01819012365';
const { tl, tm, dps, mh, lier, nav, gp, co, cu } = people;

const core = { HONOS: ['H', 12, 1], PSF: ['P', 28, 4], AUDIT: ['A', 10, 2], DUDIT: ['D', 11, 0], MANSA: ['S', 12, 4] };

function answers(code) {
	if (code.startsWith('GAF')) return { [code]: 55 };
	const [letter, last, value] = core[code];
	return Object.fromEntries(Array.from({ length: last }, (_, i) => [`${letter}${i + 1}`, value]));
}

class Path {
	constructor(w) {
		this.w = w;
		this.taken = new Set();
	}

	async post(who, where, body) {
		return (await this.w.api(who, 'POST', where, body)).is(201).body;
	}

	async get(who, where) {
		return (await this.w.api(who, 'GET', where)).is(200).body;
	}

	act(who, where, body) {
		return act(this.w, who, where, body);
	}

	// What is in this party's inbox about the person, in order: a task by its own kind.
	async waits(who) {
		const { items } = await this.get(who, '/inbox?limit=200');
		const tasks = Object.fromEntries((await this.get(who, '/tasks?status=OPEN&limit=200')).items.map((t) => [t.id, t.kind]));
		return items.filter((i) => i.patient_id === this.patient).map((i) => tasks[i.id] ?? i.kind).sort();
	}

	// Where everything about the person lies by now.
	places() {
		const measures = Object.entries(this.measures ?? {}).map(([party, m]) => [`measure of ${party}`, `/measures/${m.id}`]);
		return { referral: `/referrals/${this.referral}`, patient: `/patients/${this.patient}`, responsibilities: `/patients/${this.patient}/responsibilities`, enrolment: this.enrolmentPath,
			contact: this.visit && `/contacts/${this.visit.id}`, board: this.entry && `/board-entries/${this.entry}`, plan: this.planPath, crisis: this.crisis && `/plans/${this.crisis}`,
			work: this.work && `/plans/${this.work}`, somatic: this.somatic && `/somatic-assessments/${this.somatic}`, admission: this.admissionPath, ...Object.fromEntries(measures) };
	}

	// What a party gets of each: its projection, 200 where there is but one, or the refusal's status.
	async sees(who, wanted) {
		const all = this.places();
		const seen = {};
		for (const what of Object.keys(wanted)) {
			const r = await this.w.api(who, 'GET', all[what]);
			seen[what] = r.status === 200 ? (r.body.projection ?? 200) : r.status;
		}
		assert.deepEqual(seen, wanted, who);
	}

	// The actions that the service offers a party.
	async offered(who, what) {
		return (await this.get(who, this.places()[what])).actions;
	}

	// The category under which the person stands on the team's board.
	async card() {
		const { items } = await this.get(tm, `/board-entries?patient_id=${this.patient}`);
		return items.find((e) => e.status === 'ON_BOARD')?.category;
	}

	// What a party has, of what anybody has for the person.
	async has(who, party = who) {
		const { items } = await this.get(who, this.places().responsibilities);
		const staff = this.w.ids.staff[party];
		return items.filter((i) => i.staff?.id === staff).map((i) => i.kind).sort();
	}

	// The person's own access log afterwards: what this party has done and been refused, each once.
	async logged(who) {
		const { agency, person } = find(who);
		const rows = [];
		for (let next = `/patients/${this.patient}/access-log?limit=200`; next;) {
			const page = await this.get(me, next);
			rows.push(...page.items.filter((l) => l.name === person.name));
			next = page.links.next;
		}
		for (const l of rows) assert.deepEqual([l.agency_name, l.role], [who === me ? null : agency.name, person.role], `${l.operation} says for whom and as what`);
		return [...new Set(rows.map((l) => `${l.action} ${l.operation}`))].sort();
	}

	async isLogged(who, acts) {
		const rows = await this.logged(who);
		for (const act of acts) assert.ok(rows.includes(act), `${act} of ${who} is not in the log: ${rows.join(', ')}`);
	}

	async forward(ahead) {
		return (await this.w.api('drammen-dps:sa-1', 'POST', '/sandbox/clock', { ahead })).is(200).body;
	}

	async today(days = 0) {
		return (await this.w.sql('select (clock_today() + $1::int)::text as day', [days]))[0].day;
	}

	async now() {
		return (await this.w.sql('select to_char(clock_now() at time zone \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS"Z"\') as now'))[0].now;
	}

	accept(who, measure) {
		return this.act(who, `/measures/${measure.id}`, { action: 'accept', responsible_staff_id: this.w.ids.staff[who], start_on: soon });
	}

	// One round of the team's set of instruments.
	async measured(occasion, codes = [...Object.keys(core), 'GAF_S', 'GAF_F']) {
		for (const code of codes)
			await this.post(tm, '/assessments', { patient_id: this.patient, instrument_code: code, occasion, assessed_on: await this.today(), rater_staff_id: this.w.ids.staff[tm], items: answers(code) });
	}

	async to(last) {
		for (const [name, take] of Object.entries(steps)) {
			if (!this.taken.has(name)) {
				this.taken.add(name);
				await take(this, this.w);
			}
			if (name === last) return this;
		}
		throw new Error(`there is no step '${last}'`);
	}
}

const steps = {
	// The general practitioner refers, and the team calls in both levels.
	async referred(p, w) {
		const { body } = (await w.api(gp, 'POST', '/referrals', { receiving_unit_id: w.ids.unit['drammen-dps:fact'], subject: { number, given_name: 'Rolig', family_name: 'Furu' },
			parts: ['SPECIALIST', 'MUNICIPAL'], reason: 'Trenger samordnet oppfølging', eligibility: criteria('F A W'), consent_form: 'WRITTEN', consent_on: '2026-01-02' })).is(201);
		p.referral = body.id;
		p.patient = body.patient_id;
		await p.act(gp, `/referrals/${p.referral}`, { action: 'send' });
	},
	async received(p, w) {
		await p.act(tl, `/referrals/${p.referral}`, { action: 'receive', ...meeting(w) });
	},
	// Both levels agree.
	async accepted(p) {
		for (const who of [dps, mh]) await p.act(who, `/referrals/${p.referral}`, { action: 'accept' });
	},
	async enrolled(p, w) {
		const { enrolment_id } = await p.act(tl, `/referrals/${p.referral}`, { action: 'enrol', ...contacts(w) });
		p.enrolment = enrolment_id;
		p.enrolmentPath = `/enrolments/${enrolment_id}`;
	},
	// Whom the person lives with in the register: their municipality, and who else serves them.
	async registered(p, w) {
		await write(w, tm, `/patients/${p.patient}`, { municipality_number: '3301', has_minor_children: 'NO' });
		const others = { 'fastlege-demo:kontor': 'GP_REGISTRATION', 'drammen-dps:poliklinikk': 'SERVICE', 'drammen-kommune:mottak': 'SERVICE' };
		for (const [unit, basis] of Object.entries(others)) await p.post(tm, `/patients/${p.patient}/care-relations`, { unit_id: w.ids.unit[unit], basis });
	},
	async outreach(p) {
		await p.act(tm, p.enrolmentPath, { action: 'start_outreach' });
	},
	// Face to face, at home.
	async met(p) {
		p.visit = await p.post(tm, '/contacts', { patient_id: p.patient, mode: 'FACE_TO_FACE', place: 'HOME', outcome: 'HELD', started_at: await p.now(), minutes: 45 });
	},
	// The team meets at the board, and decides to go on with the person as one of those whom it follows long.
	async onBoard(p) {
		const { items } = await p.get(tm, `/board-entries?patient_id=${p.patient}`);
		p.entry = items.find((e) => e.status === 'ON_BOARD').id;
		await p.act(tm, `/board-entries/${p.entry}`, { action: 'change_category', category: 'INTENSIVE_LONG', reason_code: 'OTHER', reason_text: 'Trenger tett oppfølging' });
	},
	// Asked for by the team, offered by the coordinating unit, wanted by the person.
	async planBegun(p, w) {
		p.plan = (await p.post(tm, '/plans', { kind: 'IP', start: 'REQUESTED', patient_id: p.patient, reason: 'Mange tjenester' })).id;
		p.planPath = `/plans/${p.plan}`;
		await p.act(cu, p.planPath, { action: 'offer', explained: 'Hva en plan er' });
		await p.act(cu, p.planPath, { action: 'accept_offer', coordinator: { staff_id: w.ids.staff[co], unit_id: w.ids.unit['drammen-kommune:koordinering'] } });
	},
	// With one measure of each agency; NAV has a release for its own.
	async planWritten(p, w) {
		p.consent = await consent(w, p.patient);
		p.release = await consent(w, p.patient, { type: 'SHARE', to_agencies: [w.ids.agency['nav-drammen']], data_categories: ['IDENTITY', 'MEASURES', 'WORK'] });
		await write(w, co, p.planPath, { individual, ...period, consent_id: p.consent });
		await p.post(co, `${p.planPath}/goals`, goal);
		await p.post(co, `${p.planPath}/participants`, { kind: 'STAFF', staff_id: w.ids.staff[tm], unit_id: w.ids.unit['drammen-dps:fact'], part: 'Behandling' });
		p.measures = {};
		const proposed = { team: ['drammen-dps:fact', 'Samtaler hjemme', 'MENTAL'], drammen: ['drammen-kommune:mottak', 'Hjelp i hjemmet', 'HOUSING'],
			lier: ['lier-kommune:mottak', 'Plass på dagsenteret', 'ACTIVITY'], nav: ['nav-drammen:kontor', 'Avklare inntekt', 'ECONOMY'], clinic: ['drammen-dps:poliklinikk', 'Medisinsk oppfølging', 'PHYSICAL'] };
		for (const [party, [unit, title, domain]] of Object.entries(proposed)) p.measures[party] = await p.post(co, '/measures', measureFor(w, p.plan, unit, { title, domain }));
	},
	async measuresAccepted(p) {
		for (const [party, who] of Object.entries({ team: tm, drammen: mh, lier, nav, clinic: dps })) await p.accept(who, p.measures[party]);
	},
	async planInForce(p) {
		await p.act(co, p.planPath, { action: 'submit' });
		await p.act(me, p.planPath, { action: 'approve' });
	},
	async crisisPlan(p, w) {
		p.crisis = (await p.post(tm, '/plans', { kind: 'CRISIS', patient_id: p.patient, ...contents.CRISIS, ...period })).id;
		await agreed(p, w, p.crisis, p.consent);
	},
	async workPlan(p, w) {
		p.work = (await p.post(tm, '/plans', { kind: 'WORK_ACTIVITY', patient_id: p.patient, ...contents.WORK_ACTIVITY, ...period })).id;
		await agreed(p, w, p.work, p.release);
	},
	async examined(p) {
		p.somatic = (await p.post(gp, '/somatic-assessments', { patient_id: p.patient, examined_on: await p.today(), setting: 'GP_OFFICE', weight_kg: 92, height_cm: 181, systolic: 142, diastolic: 91 })).id;
	},
	async assessed(p) {
		await p.measured('BASELINE');
	},
	// At night, from home.
	async admitted(p) {
		p.admission = (await p.post(dps, '/admissions', { patient_id: p.patient, urgency: 'ACUTE', level: 'DPS_INPATIENT', institution: 'Drammen DPS', ward: 'Døgnenheten', admitted_at: await p.now() })).id;
		p.admissionPath = `/admissions/${p.admission}`;
	},
	async outOfHospital(p) {
		await p.forward('P5D');
		await p.act(dps, p.admissionPath, { action: 'ready' });
		await p.forward('P1D');
		await p.act(dps, p.admissionPath, { action: 'discharge', ...atDischarge });
	},
	// Within the seven days; the crisis plan is looked at too.
	async followedUp(p) {
		await p.forward('P2D');
		p.afterwards = await p.post(tm, '/contacts', { patient_id: p.patient, mode: 'FACE_TO_FACE', place: 'HOME', outcome: 'HELD', started_at: await p.now(), minutes: 60 });
		await p.act(tm, `/plans/${p.crisis}`, { action: 'open_review' });
		await p.act(tm, `/plans/${p.crisis}`, { action: 'no_change', next_review_on: await p.today(180) });
	},
	// After three weeks; what the team had is offered to Lier.
	async endPlanned(p, w) {
		await p.forward('P30D');
		await p.act(tm, `/measures/${p.measures.team.id}`, { action: 'transfer_responsibility', target_unit_id: w.ids.unit['lier-kommune:mottak'], reason: 'Flytter til Lier', legal_basis: 'HPL_COOPERATING' });
		await p.post(tm, `/plans/${p.crisis}/reviews`, { patient_present: true, decisions: 'Vi runder av', next_review_on: await p.today(180) });
		await p.act(tl, p.enrolmentPath, { action: 'plan_discharge', plan_reviewed_on: await p.today(), discharge_on: await p.today(14) });
		await p.measured('DISCHARGE');
	},
	async takenOver(p) {
		const { items } = await p.get(lier, '/handovers?status=OFFERED');
		p.handover = items.find((h) => h.entity_id === p.measures.team.id).id;
		await p.act(lier, `/handovers/${p.handover}`, { action: 'accept' });
	},
	async ended(p, w) {
		await p.act(tl, p.enrolmentPath, { action: 'discharge', outcome_round: 'DONE', next_responsible_agency_id: w.ids.agency['lier-kommune'], reason: 'Målene er nådd' });
	},
};

// Laid before the person, who agrees; they have consented to whom it is shared with.
async function agreed(p, w, plan, consent_id) {
	await write(w, tm, `/plans/${plan}`, { consent_id });
	await p.act(tm, `/plans/${plan}`, { action: 'submit' });
	await p.act(me, `/plans/${plan}`, { action: 'approve' });
}

export const path = async () => new Path(await world());
