// At the end of `make test`: every documented (operation, status) pair must have been seen by some test.
// contract-coverage.mjs BUILD_DIR prints the pairs that nobody saw, and exits 1 when there are any.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { contract, operations } from './lib.mjs';

const folder = `${process.argv[2] ?? 'build'}/coverage`;
const names = existsSync(folder) ? readdirSync(folder) : [];
const seen = new Set(names.flatMap((n) => readFileSync(`${folder}/${n}`, 'utf8').split('\n').filter(Boolean)));
const pairs = operations(contract()).flatMap((o) => Object.keys(o.operation.responses).map((status) => `${o.id} ${status}`));
// 5xx is documented once for all: one operation that answered it is enough
const once = (pair) => pair.endsWith(' default');
const missing = pairs.filter((p) => !once(p) && !seen.has(p));
if (pairs.some(once) && ![...seen].some(once)) missing.push('any default');

for (const pair of missing) console.log(`not seen by any test: ${pair}`);
console.log(`contract coverage: ${pairs.length - missing.length} of ${pairs.length} documented answers seen`);
process.exit(missing.length === 0 ? 0 : 1);
