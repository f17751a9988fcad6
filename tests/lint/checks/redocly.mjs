// The contract through redocly, without a warning (.redocly.yaml).
import { run } from '../lib.mjs';

export const about = 'redocly finds nothing in the contract';

export async function check(report) {
	const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
	const { out } = await run('node_modules/.bin/redocly',
		['lint', '--config', '.redocly.yaml', '--format', 'json', '--max-problems', '1000', 'api-spec/openapi.json'], { env });
	const begin = out.indexOf('{\n');
	if (begin < 0) return report(null, null, out.trim());
	const { problems } = JSON.parse(out.slice(begin, out.lastIndexOf('}') + 1));
	for (const p of problems) report('api-spec/openapi.json', null, `${p.location?.[0]?.pointer ?? ''} ${p.ruleId}: ${p.message}`);
}
