// Where the tests run: the variables of tests/database.sh, or that script started for a single file.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

function prepared() {
	if (process.env.TEST_PG_DIR) return process.env;
	const out = execFileSync('bash', [`${root}tests/database.sh`, process.env.TEST_BUILD ?? `${root}build`], { stdio: ['ignore', 'pipe', 'inherit'] });
	const variables = Object.fromEntries(out.toString().trim().split('\n').map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
	Object.assign(process.env, variables);
	return process.env;
}

const found = prepared();
export const environment = {
	build: found.TEST_BUILD, pgDir: found.TEST_PG_DIR, pgPort: Number(found.TEST_PG_PORT),
	ownerUrl: found.TEST_OWNER_URL, serviceUrl: found.TEST_SERVICE_URL, keys: found.TEST_KEYS,
	wrapper: (found.TEST_WRAPPER ?? '').split(' ').filter(Boolean), // words before each program of ours: valgrind and its options
	instrumented: /build-/.test(found.TEST_BUILD) || Boolean(found.TEST_WRAPPER), // everything is slower
};
