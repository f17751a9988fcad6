// A plan under review with one of everything that belongs to it, for the tests that go through all operations.
import { act, active, people, person } from '../plan-steps.mjs';

export const callers = { 'individual-plans': people.co, 'plan-measures': people.co, 'plan-duties': people.tl, 'responsibility-gaps': people.tl, 'measure-comments': 'citizen:pt-1' };
export const callersByOperation = { createPlan: people.tm };

export const bodies = {
	createPlan: (s) => ({ kind: 'CRISIS', patient_id: s.planned }),
	setPlanCoordinator: (s) => ({ staff_id: s.ids.staff[people.co], unit_id: s.ids.unit['drammen-kommune:koordinering'] }),
	createMeasure: (s) => ({ plan_id: s.at['/plans/{id}'], responsible_unit_id: s.ids.unit['drammen-kommune:mottak'] }),
};

export async function makePlans(s, find) {
	// the citizen of the tests, who alone comments
	s.planned = await person(s.w, { national_id: '01819012365' });
	const plan = await active(s.w, s.planned);
	await act(s.w, people.co, plan.path, { action: 'open_review' });
	s.at['/plans/{id}'] = plan.id;
	s.at['/measures/{id}'] = plan.measure.id;
	const comment = find('createMeasureComment');
	s.at['/measures/{measure_id}/comments/{id}'] = [plan.measure.id, (await s.create(s.caller(comment), `/measures/${plan.measure.id}/comments`, s.body(comment))).id];
	s.at['/plans/{plan_id}/goals/{id}'] = [plan.id, plan.goal.id];
	s.at['/plans/{plan_id}/participants/{id}'] = [plan.id, plan.participant.id];
	const review = (await s.w.api(people.co, 'POST', `${plan.path}/reviews`, s.body(find('createPlanReview')))).is(201).body;
	s.at['/plans/{plan_id}/reviews/{id}'] = [plan.id, review.id];
}
