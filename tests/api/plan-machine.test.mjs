// Every row of the two transition tables, from every state, by every role.
import { test } from 'node:test';
import { world } from './harness.mjs';
import { walk } from './lib/machine-walk.mjs';
import { people, person, releaseTo, soon, wholeDraft } from './plan-steps.mjs';

const w = await world();
const units = ['drammen-kommune:koordinering', 'drammen-kommune:mottak', 'drammen-dps:fact', 'drammen-dps:poliklinikk', 'fastlege-demo:kontor', 'nav-drammen:kontor', 'drammen-kommune:bolig'];
const { co, cu, tm, tl, dps, mh, nav, ho, gp, ko } = people;
const pt = 'citizen:pt-1';
const hidden = ['politi-demo:po-1', 'citizen:re-1', 'drammen-dps:pv-1', 'drammen-dps:qm-1', 'drammen-dps:pm-1', 'drammen-dps:sg-1', 'drammen-dps:sa-1'].map((as) => ({ as, hidden: true }));
const agencyOf = (as) => w.ids.agency[as.split(':')[0]] ?? null;

// A plan in which everyone takes part, with the consents that NAV and housing need.
const patient = await person(w, { units, national_id: '01819012365' });
await releaseTo(w, patient, 'nav-drammen', ['PLAN', 'MEASURES']);
await releaseTo(w, patient, 'drammen-kommune', ['PLAN', 'MEASURES']);
const plan = await wholeDraft(w, patient);
const takeAllIn = () => w.sql(`insert into care_relation (patient_id, unit_id, agency_id, basis, source_id) select $1, id, agency_id, 'PLAN', $2 from unit
	where id = any ($3::uuid[]) on conflict do nothing`, [patient, plan.id, units.map((u) => w.ids.unit[u])]);

// Suspended, the plan is read by the coordinator's agency alone: each who tries is of that agency.
async function placePlan(id, state, as) {
	await w.sql(`update measure set state = 'PROPOSED', ended_at = null where plan_id = $1 and state <> 'PROPOSED'`, [id]);
	const [{ version }] = await w.sql(`update plan set state = $2, consent_id = $3, coordinator_staff_id = $4, coordinator_unit_id = $5, coordinator_agency_id = coalesce($6, coordinator_agency_id),
		version_number = (select coalesce(max(number), 0) from plan_version where plan_id = $1) + case when $2 in ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED') then 1 else 0 end,
		ended_at = case when $2 in ('DECLINED', 'ENDED', 'CANCELLED') then clock_now() end where id = $1 returning version`,
	[id, state, plan.consent, w.ids.staff[co], w.ids.unit['drammen-kommune:koordinering'], agencyOf(as)]);
	await takeAllIn();
	return version;
}

test('plans', async () => {
	await walk(w, { machine: 'plans', path: '/plans', make: () => plan, force: placePlan,
		body: () => ({ explained: 'Hva en plan er', reason: 'Fordi', decision: { reference: 'Vedtak 1', complaint: 'Fire uker' }, form: 'ORAL', witness: 'Kristin Nordli', patient_agreed: true, next_review_on: soon }),
		people: [{ as: co, standing: ['staff', 'coordinator', 'author', 'coordinating_unit'] }, { as: cu, standing: ['staff', 'coordinating_unit'] }, { as: pt, standing: ['self'] },
			...[tm, tl, mh, gp, ko].map((as) => ({ as, standing: ['staff'] })), { as: dps, standing: ['staff', 'specialist'] }, ...[nav, ho].map((as) => ({ as, standing: ['staff'] })), ...hidden] });
});

const open = (state) => ['PROPOSED', 'ACCEPTED', 'IN_PROGRESS', 'ON_HOLD'].includes(state);

async function placeMeasure(id, state, staff) {
	await w.sql('delete from handover where entity_id = $1', [id]);
	const [{ version }] = await w.sql(`update measure set state = $2, responsible_staff_id = $3, accepted_at = clock_now(), refusal = '{"code": "NO_CAPACITY", "text": "x"}',
		ended_at = case when not $4 then clock_now() end where id = $1 returning version`, [id, state, staff, open(state)]);
	await takeAllIn();
	return version;
}

// The measure belongs to `unit`; `own` are those who work there, the rest of its agency only stands for the agency.
async function walkMeasures(unit, own) {
	const [slug] = unit.split(':');
	await placePlan(plan.id, 'ACTIVE', co);
	await w.sql('delete from handover where entity_id = $1', [plan.measure.id]);
	await w.sql(`update measure set responsible_unit_id = $2, responsible_agency_id = $3, responsible_staff_id = null where id = $1`, [plan.measure.id, w.ids.unit[unit], w.ids.agency[slug]]);
	const standing = (as) => [...(as.startsWith(slug) ? ['responsible_agency'] : []), ...(own.includes(as) ? ['responsible'] : []), ...(as === co ? ['proposer', 'coordinator'] : []), ...(as === pt ? ['self'] : [])];
	await walk(w, { machine: 'measures', path: '/measures', make: () => plan.measure, force: (id, state) => placeMeasure(id, state, w.ids.staff[own[0]]),
		body: () => ({ responsible_staff_id: w.ids.staff[own[0]], start_on: soon, reason_code: 'NO_CAPACITY', reason: 'Fordi', until: soon, evaluation: { not_asked: true },
			target_unit_id: w.ids.unit['lier-kommune:mottak'], legal_basis: 'HPL_COOPERATING' }),
		people: [...[tm, tl, dps, mh, co, cu, gp, nav, ho, pt].map((as) => ({ as, standing: standing(as) })), { as: ko, hidden: true }, ...hidden] });
}

test('measures of a municipal unit', () => walkMeasures('drammen-kommune:mottak', [mh]));
test('measures of the team', () => walkMeasures('drammen-dps:fact', [tm, tl]));
test('measures of NAV', () => walkMeasures('nav-drammen:kontor', [nav]));
test('measures of the general practitioner', () => walkMeasures('fastlege-demo:kontor', [gp]));
