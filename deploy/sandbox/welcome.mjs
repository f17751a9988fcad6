// Prints what a newcomer needs next: the address, a token for each role, lines to paste. welcome.mjs VAR
import { readFileSync } from 'node:fs'

const dir = process.argv[2]
const facts = JSON.parse(readFileSync(`${dir}/sandbox.json`))
const police = facts.tokens.find((t) => t.role === 'PO')
const report = {
  type: 'POLICE_CONCERN',
}

const lines = facts.tokens.map((t) => `${`${t.agency} ${t.role}`.padEnd(24)} ${t.name}\n  ${t.token}`)
console.log(`${lines.join('\n')}

The service answers at ${facts.base_url}
Tokens for every agency and role stand above and in ${dir}/sandbox.json, good for 12 hours.
`)
