// What is made from the contract for its users says what the contract says.
import { each, reportLines, run } from '../lib.mjs';

export const about = "the SDK's types and the Postman collection are up to date";

export async function check(report) {
	await each(['clients/sdk/generate.mjs', 'clients/postman/generate.mjs'], async (program) => {
		const { code, out } = await run('node', [program, '--check']);
		if (code !== 0) reportLines(report, out);
	});
}
