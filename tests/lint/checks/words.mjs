// No work left to a later day in the text, and no trace of the machine it was written on.
import { files, read } from '../lib.mjs';

export const about = 'no TODO, FIXME or XXX, no path of a developer\'s machine';
const banned = /\b(TODO|FIXME|XXX|HACK)\b|\bfor now\b|(?<![\w.])\/(work|root|home\/[a-z]+)\/|\/tmp\/(w|plan)\//;

export async function check(report) {
	for (const file of files(/\.(c|h|def|mjs|js|ts|sql|sh|mk|md|ya?ml|json|html|css|toml)$|^Makefile$|^Dockerfile$|^\.ci\/run$/)) {
		if (file === 'tests/lint/checks/words.mjs' || file.endsWith('package-lock.json')) continue;
		read(file).split('\n').forEach((line, i) => {
			const m = line.match(banned);
			if (m) report(file, i + 1, `'${m[0]}'`);
		});
	}
}
