// Every state machine of the contract has a test that tries each (state, action, role) triple of it, and none is left for later.
import { files, read } from '../lib.mjs';

export const about = 'every state machine is walked by a test: each state, action and role';

// A test names its machine where it hands it to walk(), or takes it out of the contract to walk it itself.
const named = /machine: '([a-z-]+)'|\['x-state-machines'\]\['([a-z-]+)'\]/g;

export async function check(report) {
	const walked = new Set(files(/^tests\/api\/[^/]*\.test\.mjs$/).flatMap((f) => [...read(f).matchAll(named)].map((m) => m[1] ?? m[2])));
	for (const file of files(/^api-spec\/machines\/.*\.yaml$/)) {
		const name = file.split('/').pop().replace(/\.yaml$/, '');
		if (!walked.has(name)) report(file, null, `no test tries every state, action and role of ${name}`);
	}
}
