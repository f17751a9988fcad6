// Each operation has exactly one partner: a statement, a state machine or a C function; none is left over.
import { contract, files, namedStatements, operations, plainC, read } from '../lib.mjs';

export const about = 'operations, statements, machines and ops fit together';
// around an operation's own statement; the daemon knows them by name
const isOwn = (s) => /\/_[a-z]+\.sql$/.test(s.file);

// Functions of the few operations that SQL cannot do: OP(operationId, …) in ops.def, or {"operationId", …} in ops*.c; one that
// ends with * stands for all that begin so.
function opsNames() {
	const names = [];
	for (const file of files(/^server\/api\/ops(\.def|[a-z_]*\.c)$/))
		for (const m of plainC(read(file)).matchAll(/(?:^\s*OP\w*\(\s*"?(\w+)"?|\{\s*"(\w+\*?)",\s*[a-z_]+\s*\})/gm)) names.push({ file, name: m[1] ?? m[2] });
	return names;
}

const stands = (name, id) => (name.endsWith('*') ? id.startsWith(name.slice(0, -1)) : id === name);

function partner(operation, machines, statements, ops) {
	const { id, path } = operation;
	const executor = operation.operation['x-executor'] ?? (operation.operation['x-machine'] ? 'transition' : 'statement');
	if (executor === 'ops') return ops.some((o) => stands(o.name, id)) ? null : `${id} has no C function`;
	if (executor === 'statement') return statements.has(operation.operation['x-statement'] ?? id) ? null : `${id} has no statement in sql/queries`;
	const machine = operation.operation['x-machine'];
	if (executor !== 'transition') return `${id} has an unknown x-executor '${executor}'`;
	if (!machines[machine]) return `${id} (${path}) runs machine '${machine}', which does not exist`;
	return null;
}

function machineNames(machines) {
	return new Set(Object.entries(machines).flatMap(([name, machine]) =>
		['lock', 'apply', 'refused', ...machine.actions.map((a) => a.action)].map((part) => `${name}.${part}`)));
}

function unique(report) {
	const statements = new Map();
	for (const s of namedStatements()) {
		if (statements.has(s.name)) report(s.file, s.line, `statement ${s.name} is defined twice`);
		statements.set(s.name, s);
	}
	return statements;
}

// `<operationId>.replay`, `.as_of` and `.version` are parts of their operation.
const whole = (name) => name.replace(/\.(replay|as_of|version)$/, '');

function leftOver({ ids, run, machines, statements, ops }, report) {
	const parts = machineNames(machines);
	for (const s of statements.values())
		if (!isOwn(s) && !ids.has(whole(s.name)) && !run.has(s.name) && !parts.has(s.name)) report(s.file, s.line, `statement ${s.name} has no operation and no machine`);
	for (const o of ops) if (![...ids].some((id) => stands(o.name, id))) report(o.file, null, `function for ${o.name}, which is no operation`);
}

export async function check(report) {
	const document = contract();
	const machines = document['x-state-machines'] ?? {};
	const ops = opsNames();
	const list = operations(document);
	const ids = new Set(list.map((o) => o.id));
	const statements = unique(report);
	for (const o of list) {
		const fault = partner(o, machines, statements, ops);
		if (fault) report('api-spec/openapi.json', null, fault);
		const answer = o.operation['x-answer'];
		if (answer && !ids.has(answer)) report('api-spec/openapi.json', null, `${o.id} answers as ${answer}, which does not exist`);
	}
	for (const name of Object.keys(machines))
		for (const part of ['lock', 'apply'])
			if (!statements.has(`${name}.${part}`)) report(`api-spec/machines/${name}.yaml`, null, `no statement ${name}.${part}`);
	const run = new Set(list.map((o) => o.operation['x-statement'])); // several operations may run one statement
	leftOver({ ids, run, machines, statements, ops }, report);
}
