// openapi.json, which the daemon embeds, is what the YAML beside it says.
import { reportLines, run } from '../lib.mjs';

export const about = 'api-spec/openapi.json is up to date';

export async function check(report) {
	const { code, out } = await run('node', ['api-spec/bundle.mjs', '--check']);
	if (code !== 0) reportLines(report, out);
}
