// Prints an environment with the sandbox's address and tokens:
//   node clients/postman/fill.mjs sandbox var/sandbox.json > my-environment.json
// The file holds secrets of the sandbox; it is for the own machine, not for the repository.
import { readFileSync } from 'node:fs';
import { tokenVariable } from './lib/runs.mjs';

const [agency = 'sandbox', facts = 'var/sandbox.json'] = process.argv.slice(2);
const environment = JSON.parse(readFileSync(new URL(`environments/${agency}.json`, import.meta.url), 'utf8'));
const { base_url: baseUrl, tokens } = JSON.parse(readFileSync(facts, 'utf8'));
const values = new Map([['origin', new URL(baseUrl).origin], ...tokens.map((t) => [tokenVariable(t.agency, t.role), t.token]).reverse()]);
values.set('token', tokens.find((t) => t.agency === agency)?.token ?? '');
for (const variable of environment.values) if (values.has(variable.key)) variable.value = values.get(variable.key);
console.log(JSON.stringify(environment, null, 1));
