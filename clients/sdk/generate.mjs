// Makes src/contract.generated.ts from the contract: its types, the codes of its problems, its version.
// `node generate.mjs` writes the file, `--check` only says whether it is up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const contract = JSON.parse(readFileSync(new URL('../../api-spec/openapi.json', import.meta.url), 'utf8'));
const target = new URL('src/contract.generated.ts', import.meta.url);

// What stands beside the prefix (FHIR, which has clients of its own; health) is not called with the client's base address.
const below = Object.fromEntries(Object.entries(contract.paths).filter(([, item]) => !item['x-root']));
const types = astToString(await openapiTS({ ...structuredClone(contract), paths: below }, { alphabetize: true }));
const codes = Object.keys(contract['x-problems']).sort().map((code) => `\n\t| '${code}'`).join('');
const text = `// Made by generate.mjs from api-spec/openapi.json; do not edit.
/** The contract's version that these types were made from. */
export const contractVersion = '${contract.info.version}';

/** The stable name of every problem that the service answers with. */
export type ProblemCode =${codes};

${types}`;

const known = existsSync(target) ? readFileSync(target, 'utf8') : '';
if (process.argv.includes('--check')) {
	if (known !== text) console.error('clients/sdk/src/contract.generated.ts is not up to date: run make bundle');
	process.exit(known === text ? 0 : 1);
}
if (known !== text) writeFileSync(target, text);
