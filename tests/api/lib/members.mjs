// The members of an operation's body, as its schema has them, and bodies that differ in one of them.
import { resolve } from './contract.mjs';

const MOST = 6; // levels

// The schemas inside a schema, each with its place.
function inside(s, pointer) {
	const same = [s.allOf, s.oneOf, s.anyOf, s.if, s.then, s.else].flat().filter((one) => one !== undefined);
	const members = Object.entries(s.properties ?? {}).map(([name, one]) => [one, `${pointer}/${name}`]);
	return [...same.map((one) => [one, pointer]), ...members, ...(s.items ? [[s.items, `${pointer}/0`]] : [])];
}

function* below(schema, pointer, level) {
	const s = resolve(schema);
	if (typeof s !== 'object' || level > MOST) return;
	if (pointer !== '') yield { pointer, schema: s };
	for (const [one, place] of inside(s, pointer)) yield* below(one, place, level + 1);
}

// { pointer: [schemas] } of everything that the body may hold; the items of a list by the first one.
export function membersOf(o) {
	const media = Object.entries(resolve(o.operation.requestBody)?.content ?? {}).find(([type]) => /json$/.test(type) && !/ndjson$/.test(type))?.[1];
	const found = {};
	for (const { pointer, schema } of media ? below(media.schema, '', 0) : []) (found[pointer] ??= []).push(schema);
	return found;
}

// A copy of the body with that value there; what is missing on the way is made.
export function withValue(body, pointer, value) {
	const copy = structuredClone(body ?? {});
	const steps = pointer.split('/').slice(1);
	let at = copy;
	steps.forEach((step, i) => {
		if (i === steps.length - 1) at[step] = value;
		else at = at[step] = at[step] !== null && typeof at[step] === 'object' ? at[step] : /^\d+$/.test(steps[i + 1]) ? [] : {};
	});
	return copy;
}
