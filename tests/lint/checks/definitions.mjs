// A reader finds one definition of each thing in the database: no migration makes, changes or takes away what another has
// made. While nothing is released, the one that made it is edited; from the first release on a schema moves forward
// only, and then what follows the released number is left out here.
import { files, read, sqlStatements } from '../lib.mjs';

export const about = 'what one migration has made, no other one makes again or changes';
const made = /^create\s+(or\s+replace\s+)?(?:unique\s+|constraint\s+|unlogged\s+)?(function|procedure|aggregate|view|type|table|trigger|policy)\s+(?:if\s+not\s+exists\s+)?([\w.]+)([\s\S]*)/i;
const changed = /^alter\s+(table|type|function|view)\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.]+)/i;

// The types of a function's arguments: functions of one name for several types of rows are several.
function typesOf(rest) {
	const inside = rest.match(/^\s*\(((?:[^()]|\([^()]*\))*)\)/)?.[1] ?? '';
	const types = inside.split(',').map((a) => a.trim().replace(/\s+default\s[\s\S]*/i, '').split(/\s+/)).filter(([mode]) => mode && mode !== 'out');
	return `(${types.map((words) => words.slice(words.length > 1 ? 1 : 0).join(' ')).join(', ')})`;
}

// A trigger and a policy are known by their table too: `trigger follow on plan`.
function nameOf([, , kind, name, rest]) {
	if (/^(?:function|procedure|aggregate)$/i.test(kind)) return `${kind.toLowerCase()} ${name}${typesOf(rest)}`;
	const on = /^(?:trigger|policy)$/i.test(kind) ? rest.match(/\son\s+([\w.]+)/i) : null;
	return `${kind.toLowerCase()} ${name}${on ? ` on ${on[1]}` : ''}`;
}

function judge(file, text, homes) {
	const m = text.match(made);
	if (m) {
		const name = nameOf(m);
		if (!homes.has(name)) homes.set(name, file);
		if (homes.get(name) !== file) return `${name} stands in ${homes.get(name)} already`;
		return m[1] ? `${name}: 'or replace' hides that there might be another` : null;
	}
	const change = text.match(changed);
	const home = change && homes.get(`${change[1].toLowerCase()} ${change[2]}`);
	if (home && home !== file) return `changes ${change[2]}, which ${home} has made`;
	return /^drop\s/i.test(text) ? `'${text.split('\n')[0]}' takes away what an earlier one has made` : null;
}

export async function check(report) {
	const homes = new Map();
	for (const file of files(/^sql\/migrations\/.*\.sql$/))
		for (const s of sqlStatements(read(file).split(/^-- migrate:down/m)[0])) {
			const fault = judge(file, s.text, homes);
			if (fault) report(file, s.line, fault);
		}
}
