// JavaScript through eslint (eslint.config.mjs beside the checks).
import { files, run } from '../lib.mjs';

export const about = 'eslint has nothing to say';

export async function check(report) {
	const list = files(/\.m?js$/);
	const { out } = await run('node_modules/.bin/eslint', ['--config', 'tests/lint/eslint.config.mjs', '--format', 'json', '--no-warn-ignored', ...list]);
	const begin = out.indexOf('[{');
	if (begin < 0) return out.trim() === '[]' ? undefined : report(null, null, out.trim());
	for (const { filePath, messages } of JSON.parse(out.slice(begin, out.lastIndexOf(']') + 1)))
		for (const m of messages) report(filePath.replace(/^.*?(?=(tests|api-spec|clients|deploy|make)\/)/, ''), m.line, `${m.message} (${m.ruleId})`);
}
