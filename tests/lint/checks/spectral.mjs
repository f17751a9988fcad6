// The contract through spectral, without a warning (.spectral.yaml).
import { run } from '../lib.mjs';

export const about = 'spectral finds nothing in the contract';

export async function check(report) {
	const { code, out } = await run('node_modules/.bin/spectral',
		['lint', '--quiet', '--ruleset', '.spectral.yaml', '--fail-severity', 'hint', '--format', 'json', 'api-spec/openapi.json']);
	if (code === 0) return;
	const begin = out.indexOf('[');
	if (code !== 1 || begin < 0) return report(null, null, out.trim());
	for (const p of JSON.parse(out.slice(begin, out.lastIndexOf(']') + 1))) report('api-spec/openapi.json', p.range.start.line + 1, `${p.path.join('/')} ${p.code}: ${p.message}`);
}
