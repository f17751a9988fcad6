// Tries every (state, action, role) triple of a state machine over HTTP, as the machine that the service serves says.
//
//   const tried = await walk(w, { machine: 'tasks', path: '/tasks', make, force, body, people });
//   make()                 → { id }: one thing; the walk moves it through every state
//   force(id, state, as)   puts it into the state past all rules, as the owner's SQL may; → its version
//   body(action, as)       the action's members beside `action`
//   people                 [{ as: 'drammen-dps:tl-1', standing: ['leader'] }, { as: 'politi-demo:po-1', hidden: true }]:
//                          the facts of `who.standing` that the person has (of all states, or by a function of the
//                          state); hidden (or by a function of the state):
//                          the matrix or the missing relation refuses before the machine is asked
//
// No row for the action: 409 invalid_transition that names the state. A row, but none for this role and standing:
// 403 forbidden_action. Else anything but these two: the step is taken, or a guard of its own refuses it. What a
// representation offers as `actions` is never more than what may be tried.
import assert from 'node:assert/strict';
import { document } from './contract.mjs';
import { find } from './tokens.mjs';

// What the timer does is done in the database; its token sees nothing of a person.
const timer = 'drammen-dps/SY';

const roleOf = (who) => find(who).person.role;

const inState = (what, state) => (typeof what === 'function' ? what(state) : what);

function mayTake(row, role, standing) {
	return row.who.roles.includes(role) && (!row.who.standing?.length || row.who.standing.some((s) => standing.includes(s)));
}

// 'invalid', 'forbidden' or 'open', by the table alone.
function verdict(rows, action, state, role, standing) {
	const fitting = rows.filter((r) => r.action === action && r.from.includes(state));
	if (fitting.length === 0) return 'invalid';
	return fitting.some((r) => mayTake(r, role, standing)) ? 'open' : 'forbidden';
}

function judge(answer, wanted, { state, where }) {
	const told = `${where}\n${answer.story()}`;
	if (wanted === 'hidden') return assert.ok([403, 404].includes(answer.status), `should be refused: ${told}`);
	if (wanted === 'invalid') {
		assert.equal(`${answer.status} ${answer.body?.code}`, '409 invalid_transition', told);
		return assert.equal(answer.body.from, state, told);
	}
	if (wanted === 'forbidden') return assert.equal(`${answer.status} ${answer.body?.code}`, '403 forbidden_action', told);
	assert.ok(!['invalid_transition', 'forbidden_action', 'forbidden', 'not_found', 'version_mismatch', 'version_required'].includes(answer.body?.code)
		&& answer.status < 500, `should be let through: ${told}`);
}

async function checkOffer(w, path, person, open, where) {
	const seen = (await w.api(person.as, 'GET', path)).is(200);
	for (const action of seen.body.actions) assert.ok(open.includes(action), `${action} should not be offered: ${where}\n${seen.story()}`);
}

// One person in one state: what is offered, then every action.
async function tryPerson(w, plan, { id, state, person }) {
	const role = roleOf(person.as);
	const path = `${plan.path}/${id}`;
	const hidden = inState(person.hidden, state) ?? false;
	const judgement = (action) => (hidden ? 'hidden' : verdict(plan.rows, action, state, role, inState(person.standing, state) ?? []));
	let version = await plan.force(id, state, person.as);
	if (!hidden) await checkOffer(w, path, person, plan.names.filter((a) => judgement(a) === 'open'), `${person.as} in ${state}`);
	for (const action of plan.names) {
		const answer = await w.api(person.as, 'POST', `${path}/transitions`, { action, ...plan.body(action, person.as) }, { 'if-match': `"${version}"` });
		judge(answer, judgement(action), { state, where: `${person.as} (${role}) takes ${action} in ${state}` });
		if (answer.status === 200) version = await plan.force(id, state, person.as);
		plan.tried.add(`${state} ${action} ${role}`);
	}
}

// → the set of "STATE action ROLE" that were tried; fails unless each role of the table is among the people.
export async function walk(w, { machine, path, make, force, body = () => ({}), people }) {
	const { states, actions: rows } = document['x-state-machines'][machine];
	const plan = { path, force, body, rows, names: [...new Set(rows.map((r) => r.action))], tried: new Set() };
	const everyone = [...people, { as: timer, hidden: true }];
	const roles = new Set(everyone.map((p) => roleOf(p.as)));
	for (const row of rows)
		for (const role of row.who.roles) assert.ok(roles.has(role), `nobody tries ${machine} as ${role}`);
	const { id } = await make();
	for (const state of Object.keys(states))
		for (const person of everyone) await tryPerson(w, plan, { id, state, person });
	assert.equal(plan.tried.size, Object.keys(states).length * plan.names.length * roles.size);
	return plan.tried;
}
