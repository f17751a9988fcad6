// Prints what a newcomer needs next: a token for each role, the address, lines to paste: welcome.mjs VAR
import { readFileSync } from 'node:fs';

const dir = process.argv[2];
const { base_url: url, tokens } = JSON.parse(readFileSync(`${dir}/sandbox.json`));
const first = tokens.filter((t, i) => tokens.findIndex((o) => o.agency === t.agency && o.role === t.role) === i);
const token = (agency, role) => first.find((t) => t.agency === agency && t.role === role).token;
const bearer = (agency, role) => `-H 'Authorization: Bearer ${token(agency, role)}'`;
const report = { type: 'POLICE_CONCERN', municipality_number: '3301', has_minor_children: 'UNKNOWN',
	subject: { description: 'Mann i 40-årene, Bragernes torg' }, observed: 'Roper til forbipasserende, lett kledd i kulda' };

const lines = [
	['who am I, as a municipal health worker in Drammen', `curl -s ${bearer('drammen-kommune', 'MH')} ${url}/me`],
	['what waits for Drammen municipality, oldest deadline first', `curl -s ${bearer('drammen-kommune', 'MH')} ${url}/inbox`],
	['the patients of the FACT team', `curl -s ${bearer('drammen-dps', 'TL')} '${url}/patients?limit=5'`],
	['those of them whom the GP serves', `curl -s ${bearer('fastlege-demo', 'GP')} ${url}/patients`],
	['those of them who have consented that NAV sees them: fewer persons, fewer members', `curl -s ${bearer('nav-drammen', 'NAV')} ${url}/patients`],
	['find one by number', `curl -s ${bearer('drammen-dps', 'TL')} -H 'Content-Type: application/json' -d '{"national_id":"01819012365"}' ${url}/patients/search`],
	['a report of concern from the police', `curl -s ${bearer('politi-demo', 'PO')} -H 'Content-Type: application/json' -d '${JSON.stringify(report)}' ${url}/concern-reports`],
	['who has looked at me, as the patient', `curl -s ${bearer('citizen', 'PT')} ${url}/access-log`],
];

for (const t of first) console.log(`${t.agency} ${t.role} (${t.name})\n${t.token}\n`);
for (const [what, line] of lines) console.log(`# ${what}\n${line}\n`);
console.log(`The service answers at ${url}
The tokens above stand in ${dir}/sandbox.json too, with those of the other people; they are good for 12 hours.
A fresh one: build/samhandling token --keys ${dir}/keys --agency drammen-dps --role TL`);
