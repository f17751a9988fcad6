// Consents, objections, emergency accesses, memberships, tasks and data subjects' requests: every action from every state by every role.
import { describe, test } from 'node:test';
import { makePerson, refused } from './around-steps.mjs';
import { world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { agencies } from './lib/tokens.mjs';

const w = await world();
const [tm, tl, dps, mh, ko, co, cu, gp, pv] = ['drammen-dps:tm-1', 'drammen-dps:tl-1', 'drammen-dps:dps-1', 'drammen-kommune:mh-1', 'drammen-kommune:ko-1', 'drammen-kommune:co-1',
	'drammen-kommune:cu-1', 'fastlege-demo:gp-1', 'drammen-dps:pv-1'];
const pt = 'citizen:pt-1';
const patient = await makePerson(w, { units: ['drammen-dps:poliklinikk', 'drammen-kommune:mottak', 'fastlege-demo:kontor'], plan: ['drammen-kommune:koordinering'], self: true });
const everyone = [tm, tl, dps, mh, ko, co, cu, gp, pv];

const force = (table, changes = '') => async (id, state) => (await w.sql(`update ${table} set state = $2${changes} where id = $1 returning version`, [id, state]))[0].version;

describe('every action from every state by every role', () => {
	const question = { type: 'SHARE', to_agencies: [w.ids.agency['nav-drammen']], data_categories: ['IDENTITY'], purpose: 'Arbeid', explained: 'Hva NAV får se' };

	test('of a consent', () => walk(w, { machine: 'consents', path: '/consents', force: force('consent', `, effects = '[]'`),
		make: async () => (await w.api(tm, 'POST', `/patients/${patient}/consents`, question)).is(201).body,
		body: (action) => ({ grant: { form: 'WRITTEN', competence: 'COMPETENT', document_ref: 'DIPS 1' }, supersede: { replacement: question }, invalidate: { reason: 'Ikke informert' } })[action] ?? {},
		people: [...everyone.map((as) => ({ as, standing: as === dps ? ['staff', 'doctor'] : ['staff'] })), { as: pt, standing: ['self'] }, ...refused(...everyone, pt)] }));

	test('of an objection', () => walk(w, { machine: 'objections', path: '/objections', force: force('objection'),
		make: async () => (await w.api(tm, 'POST', `/patients/${patient}/objections`, { scope: 'WHOLE_RECORD', against: 'STAFF', against_id: w.ids.staff['nav-drammen:nav-1'] })).is(201).body,
		people: [...everyone.map((as) => ({ as, standing: [] })), { as: pt, standing: ['self'] }, ...refused(...everyone, pt)] }));

	test('of an emergency access', () => {
		const [opener, head, elsewhere] = [dps, 'drammen-dps:tl-2', { as: tl, hidden: true }];
		return walk(w, { machine: 'emergency-accesses', path: '/emergency-accesses', body: () => ({ note: 'Vurdert' }),
			force: force('emergency_access', `, reviewed_by = case when $2 like 'REVIEWED%' then staff_id end, expires_at = clock_now() + interval '1 hour'`),
			make: async () => (await w.api(opener, 'POST', '/emergency-accesses', { patient_id: await makePerson(w), reason: 'Akutt forverring, svarer ikke' })).is(201).body,
			people: [...[opener, head, pv].map((as) => ({ as, standing: ['same_agency'] })), elsewhere, ...refused(opener, head, pv)] });
	});

	test('of a membership in another agency\'s team', () => {
		const deciders = [['drammen-dps:sa-1', 'unit_side'], ['drammen-dps:pm-1', 'unit_side'], [tl, 'unit_side'], ['lier-kommune:sa-1', 'employer'], ['lier-kommune:tl-1', 'employer']];
		const others = ['drammen-dps:tl-2', 'drammen-kommune:sa-1'].map((as) => ({ as, hidden: true }));
		return walk(w, { machine: 'memberships', path: '/memberships', force: force('staff_membership', ', valid_to = null'),
			make: async () => (await w.api('lier-kommune:sa-1', 'POST', `/staff/${w.ids.staff['lier-kommune:mh-1']}/memberships`, { unit_id: w.ids.unit['drammen-dps:fact'], role: 'TM' })).is(201).body,
			body: (action) => (action === 'decline' ? { reason: 'Fullt' } : {}),
			people: [...deciders.map(([as, standing]) => ({ as, standing: [standing] })), ...others, ...refused(...deciders.map(([as]) => as))] });
	});

	// whose turn it is: the thing follows whoever tries
	const moved = (list, otherwise) => (as) => (list.includes(as) ? as : otherwise);
	const agencyOf = (as) => w.ids.agency[as.split(':')[0]];

	test('of a task', () => {
		const workers = [tm, tl, dps, mh, ko, co, cu, gp, 'nav-drammen:nav-1', 'drammen-kommune:ho-1', pv];
		const whose = moved(workers, mh);
		const place = async (id, state, as) => (await w.sql(`update task set state = $2, closed_at = case when $2 <> 'OPEN' then clock_now() end, agency_id = $3 where id = $1 returning version`,
			[id, state, agencyOf(whose(as))]))[0].version;
		return walk(w, { machine: 'tasks', path: '/tasks', force: place, body: (action) => (action === 'cancel' ? { reason: 'Ikke nødvendig' } : {}),
			make: async () => (await w.api(mh, 'POST', '/tasks', { title: 'Ring fastlegen' })).is(201).body,
			people: [...workers.map((as) => ({ as, standing: ['worker'] })), { as: 'drammen-kommune:mh-2', standing: ['worker'] }, { as: 'lier-kommune:mh-1', hidden: true }, ...refused(...workers)] });
	});

	test('of a data subject\'s request', async () => {
		const guardian = 'citizen:re-1';
		const pid = agencies.find((a) => a.slug === 'citizen').staff.find((p) => p.role === 'RE').pid;
		(await w.api(tl, 'POST', `/patients/${patient}/relations`, { kind: 'GUARDIAN', name: 'Verge', national_id: pid, is_legal_representative: true })).is(201);
		const asked = [tm, tl, dps, mh, ko, gp];
		const whose = moved(asked, pv);
		const place = async (id, state, as) => (await w.sql(`update data_subject_request set state = $2, agency_id = $3, opinion_staff_id = $4, extension_reason = null,
			answer = case when $2 in ('FULFILLED', 'PARTLY', 'REFUSED') then 'Svar' end, legal_basis_code = case when $2 in ('PARTLY', 'REFUSED') then 'GDPR_MANNER' end
			where id = $1 returning version`, [id, state, agencyOf(whose(as)), w.ids.staff[whose(as)]]))[0].version;
		const decided = { answer: 'Svar', legal_basis: 'GDPR_MANNER' };
		const body = (action) => ({ verify_identity: { identity_check: 'Legitimasjon vist' }, extend: { reason: 'Mye' }, ask_opinion: { staff_id: w.ids.staff[tm] },
			give_opinion: { opinion: 'Riktig' }, fulfil: { answer: 'Svar' }, fulfil_partly: decided, refuse: decided })[action] ?? {};
		await walk(w, { machine: 'data-subject-requests', path: '/data-subject-requests', force: place, body,
			make: async () => (await w.api(pt, 'POST', '/data-subject-requests', { kind: 'ACCESS', text: 'Alt', agency_id: agencyOf(pv) })).is(201).body,
			people: [...asked.map((as) => ({ as, standing: ['asked', 'same_agency'] })), { as: pv, standing: ['same_agency'] }, { as: pt, standing: ['self'] },
				{ as: guardian, standing: ['legal_representative'] }, { as: 'lier-kommune:mh-1', hidden: true }, { as: 'drammen-kommune:pv-1', hidden: true }, ...refused(...asked, pv, pt, guardian)] });
	});
});
