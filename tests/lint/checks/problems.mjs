// Each problem code that C, SQL or a machine raises has its text in problems.yaml, and the reverse.
import { parse } from 'yaml';
import { files, lineOf, plainC, plainSql, read } from '../lib.mjs';

export const about = 'every problem code has its text, every text its code';

// In C: problem(r, 409, "code" …) and dispatch_refuse(r, 400, "code" …), whatever stands before the name.
function inC(file) {
	const text = plainC(read(file));
	return [...text.matchAll(/\b(?:problem\w*|dispatch_refuse|refuse\w*|deny\w*)\((?:[^;"]*?)"([a-z][a-z0-9_]*)"/g)]
		.map((m) => ({ file, line: lineOf(text, m.index), code: m[1] }));
}

function inSql(file) {
	const text = plainSql(read(file));
	return [...text.matchAll(/\braise_(?:problem|unless)\s*\((?:[^;']*?)\b[45]\d\d,\s*'([a-z0-9_]+)'/g)]
		.map((m) => ({ file, line: lineOf(text, m.index), code: m[1] }));
}

function inMachine(file) {
	const text = read(file);
	return [...text.matchAll(/\bcode:\s*'?([a-z0-9_]+)'?/g)].map((m) => ({ file, line: lineOf(text, m.index), code: m[1] }));
}

export async function check(report) {
	const catalogue = parse(read('api-spec/problems.yaml'));
	const used = [...files(/^server\/(api|http)\/.*\.c$/).flatMap(inC), ...files(/^sql\/.*\.sql$/).flatMap(inSql),
		...files(/^api-spec\/machines\/.*\.yaml$/).flatMap(inMachine)];
	for (const { file, line, code } of used)
		if (!catalogue[code]) report(file, line, `problem '${code}' has no text in api-spec/problems.yaml`);
	// a code may also reach its call through a table or a variable, so any literal of that text counts
	const everything = [...files(/^server\/.*\.(c|h|def)$/).map((f) => plainC(read(f))), ...files(/^sql\/.*\.sql$/).map((f) => plainSql(read(f))),
		...files(/^api-spec\/machines\/.*\.yaml$/).map(read)].join('\n');
	for (const [code, entry] of Object.entries(catalogue)) {
		if (!new RegExp(`["'\\s]${code}["'\\s,}]`).test(everything)) report('api-spec/problems.yaml', null, `nothing raises '${code}'`);
		if (!(entry.status >= 400 && entry.status < 600)) report('api-spec/problems.yaml', null, `'${code}' has status ${entry.status}`);
		for (const language of ['en', 'nb']) if (!entry.title?.[language]) report('api-spec/problems.yaml', null, `'${code}' has no title in ${language}`);
	}
}
