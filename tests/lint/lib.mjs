// What the checks share: the project's files, comments taken out, programs run.
import { spawn, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root })
	.toString().split('\0').filter(Boolean).sort();
const cache = new Map();

export function read(file) {
	if (!cache.has(file)) cache.set(file, readFileSync(root + file, 'utf8'));
	return cache.get(file);
}

function exists(file) {
	try {
		read(file);
		return true;
	} catch {
		return false; // removed from the tree but not yet from the index
	}
}

// The files whose path matches, e.g. files(/^server\/.*\.c$/).
export function files(pattern) {
	return listed.filter((f) => pattern.test(f) && exists(f));
}

export const has = (file) => listed.includes(file) && exists(file);
export const lineOf = (text, index) => text.slice(0, index).split('\n').length;
export const contract = () => JSON.parse(read('api-spec/openapi.json'));

const blank = (s) => s.replace(/[^\n]/g, ' ');

// C without comments; with `strings` false the insides of literals are blanked too. Offsets stay.
export function plainC(text, strings = true) {
	return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (m) => {
		if (m.startsWith('/')) return blank(m);
		return strings ? m : m[0] + ' '.repeat(m.length - 2) + m[0];
	});
}

// SQL without comments; with `strings` false quoted strings are blanked. Offsets stay.
export function plainSql(text, strings = true) {
	return text.replace(/\/\*[\s\S]*?\*\/|--[^\n]*|'(?:''|[^'])*'/g, (m) => {
		if (m.startsWith('--') || m.startsWith('/*')) return blank(m);
		return strings ? m : `'${blank(m.slice(1, -1))}'`;
	});
}

// Top-level statements of a migration's text, `$$` bodies whole: [{ text, line }].
export function sqlStatements(text) {
	const found = [];
	const plain = plainSql(text, false);
	let start = 0;
	let dollar = null;
	for (const m of plain.matchAll(/\$[a-z_]*\$|;/g)) {
		if (m[0] !== ';') dollar = dollar === null ? m[0] : dollar === m[0] ? null : dollar;
		else if (dollar === null) {
			found.push({ start, end: m.index + 1 });
			start = m.index + 1;
		}
	}
	return found.map(({ start: from, end }) => {
		const body = plainSql(text).slice(from, end);
		return { text: body.trim(), line: lineOf(text, from + body.search(/\S/)) };
	});
}

// The named statements of sql/queries: [{ file, name, line, text }].
export function namedStatements() {
	return files(/^sql\/queries\/.*\.sql$/).flatMap((file) => {
		const parts = read(file).split(/^-- name: *(\S+) *$/m);
		let line = parts[0].split('\n').length;
		const list = [];
		for (let i = 1; i < parts.length; i += 2) {
			list.push({ file, name: parts[i], line, text: parts[i + 1] });
			line += parts[i + 1].split('\n').length - 1;
		}
		return list;
	});
}

// All operations of the contract: [{ id, method, path, item, operation, parameters }].
export function operations(document = contract()) {
	const resolve = (thing) => (thing?.$ref ? thing.$ref.slice(2).split('/').reduce((at, k) => at?.[k], document) : thing);
	return Object.entries(document.paths).flatMap(([path, item]) =>
		['get', 'post', 'put', 'patch', 'delete'].filter((m) => item[m]).map((method) => ({
			id: item[method].operationId, method, path, item, operation: item[method],
			parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
		})));
}

// Runs a program: { code, out } with both outputs together. Never throws.
export function run(program, args, options = {}) {
	return new Promise((done) => {
		const child = spawn(program, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		let out = '';
		child.stdout.on('data', (d) => (out += d));
		child.stderr.on('data', (d) => (out += d));
		child.on('error', (e) => done({ code: 127, out: `${program}: ${e.message}` }));
		child.on('close', (code) => done({ code, out }));
	});
}

// The same for every item, as many at once as there are cores.
export async function each(items, work) {
	const rest = [...items];
	await Promise.all(Array.from({ length: availableParallelism() }, async () => {
		while (rest.length > 0) await work(rest.shift());
	}));
}

// Hands a tool's lines "file:line: text" to the report; lines of another form are kept as they are.
export function reportLines(report, out, ignore = /^$/) {
	for (const line of out.split('\n').filter((l) => l.trim() && !ignore.test(l))) {
		const m = line.replace(root, '').match(/^([^\s:]+):(\d+):?(?:\d+:)?\s*(.*)/);
		if (m) report(m[1], Number(m[2]), m[3]);
		else report(null, null, line);
	}
}
