// Finds the functions of a C file: [{ name, line, parameters }], definitions and prototypes.
import { plainC, lineOf } from './lib.mjs';

// The index after the bracket that closes the one at `open`.
function closing(text, open) {
	let depth = 0;
	for (let i = open; i < text.length; i++) {
		if (text[i] === '(') depth++;
		else if (text[i] === ')' && --depth === 0) return i;
	}
	return text.length;
}

function countParameters(list) {
	let depth = 0;
	let commas = 0;
	for (const c of list) {
		if (c === '(' || c === '[') depth++;
		else if (c === ')' || c === ']') depth--;
		else if (c === ',' && depth === 0) commas++;
	}
	return /^\s*(void)?\s*$/.test(list) ? 0 : commas + 1;
}

export function functions(source) {
	const text = plainC(source, false).replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, (m) => m.replace(/[^\n]/g, ' '));
	const found = [];
	for (const m of text.matchAll(/^[A-Za-z_][\w \t*]*?\b(\w+)\(/gm)) {
		const open = m.index + m[0].length - 1;
		const close = closing(text, open);
		const after = text.slice(close + 1, close + 80);
		if (!/^\s*(__attribute__|[{;])/.test(after) || !/\s|\*/.test(m[0].trim().slice(0, -m[1].length - 1))) continue;
		found.push({ name: m[1], line: lineOf(text, m.index), parameters: countParameters(text.slice(open + 1, close)) });
	}
	return found;
}
