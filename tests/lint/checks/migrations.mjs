// Migrations: named and numbered, with a way back, and judged by squawk (.squawk.toml).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { files, read, reportLines, root, run } from '../lib.mjs';

export const about = 'migrations are numbered, reversible and pass squawk';

function form(list, report) {
	const seen = new Set();
	for (const file of list) {
		const number = file.match(/\/(\d{4})_[a-z0-9_]+\.sql$/)?.[1];
		if (!number) report(file, null, 'is not named NNNN_name.sql');
		if (seen.has(number)) report(file, null, `number ${number} is taken`);
		seen.add(number);
		for (const part of ['up', 'down']) if (!new RegExp(`^-- migrate:${part}\\b`, 'm').test(read(file))) report(file, null, `has no '-- migrate:${part}'`);
	}
}

// squawk judges the way forward; on the way back, dropping tables is the point.
function upOnly(file) {
	const copy = `build/lint/${file}`;
	mkdirSync(dirname(root + copy), { recursive: true });
	writeFileSync(root + copy, read(file).split(/^-- migrate:down/m)[0]);
	return copy;
}

export async function check(report) {
	const list = files(/^sql\/migrations\/.*\.sql$/);
	form(list, report);
	const { code, out } = await run('node_modules/.bin/squawk', ['--config', '.squawk.toml', '--reporter', 'gcc', ...list.map(upOnly)]);
	if (code !== 0) reportLines(report, out.replaceAll('build/lint/', ''));
}
