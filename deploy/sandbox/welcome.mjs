// Prints what a newcomer needs next: a token for each role, the address, lines to paste. welcome.mjs VAR
import { readFileSync } from 'node:fs';

const dir = process.argv[2];
const { base_url: url, tokens } = JSON.parse(readFileSync(`${dir}/sandbox.json`));
const first = tokens.filter((t, i) => tokens.findIndex((o) => o.agency === t.agency && o.role === t.role) === i);

for (const t of first) console.log(`${t.agency} ${t.role} (${t.name})\n${t.token}\n`);
console.log(`The service answers at ${url}
The tokens above, and those of the other people, stand in ${dir}/sandbox.json; they are good for 12 hours.
`);
