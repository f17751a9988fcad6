// What the team hands on while the plan goes on: a measure offered to the municipality, which answers in its own time.
// By a chance of its own, so that the rest of the history stays what it was.
import { Chance } from './chance.mjs';
import { team } from './team.mjs';

const answers = { accept: { action: 'accept' }, reject: { action: 'reject', reason: 'Har ikke noen ledig før etter sommeren' } };

// An offer of the last days waits.
export function passing(course, p) {
	const chance = new Chance(13_000 + p.i);
	const { calendar } = course;
	const measure = p.lasting.find(({ unit }) => unit === team);
	if (!measure || !chance.is(0.5)) return;
	const n = calendar.working(measure.begun + chance.from(60, 240));
	const answered = calendar.working(n + chance.from(1, 2));
	course.step(n, 10, p.main, ['transitionMeasure', measure.name], { action: 'transfer_responsibility', target_unit_id: `$unit:${p.place.unit}`,
		reason: 'Kommunen kjenner pasienten nå, og er oftere der', legal_basis: 'HPL_COOPERATING' });
	course.add(answered, 9, p.worker, 'listHandovers', { query: { entity_id: `$${measure.name}` }, remember: { passed: 'items.0.id' } });
	course.step(answered, 9, p.worker, ['transitionHandover', 'passed'], answers[chance.weighted({ accept: 3, reject: 1 })]);
}
