// Makes collection.json and environments/ from the contract, from runs/*.yaml and from the demo agencies.
// `node generate.mjs` writes them, `--check` only says whether they are up to date.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { environmentOf } from './lib/environments.mjs';
import { readingRun } from './lib/reading.mjs';
import { operations, requestOf } from './lib/requests.mjs';
import { runFolder } from './lib/runs.mjs';

const at = (path) => new URL(path, import.meta.url);
const readJson = (path) => JSON.parse(readFileSync(at(path), 'utf8'));
const contract = readJson('../../api-spec/openapi.json');
const agencies = readJson('../../deploy/sandbox/agencies.json');
const all = operations(contract);

function tagFolder({ name, description }) {
	const item = all.filter((o) => o.operation.tags[0] === name).map((o) => requestOf(contract, o));
	return { name, description, item };
}

function runs() {
	const written = readdirSync(at('runs/')).filter((f) => f.endsWith('.yaml')).sort().map((f) => parse(readFileSync(at(`runs/${f}`), 'utf8')));
	return [...written, readingRun(contract, all)].map((run) => runFolder(contract, all, run));
}

const common = readFileSync(at('lib/before-each.js'), 'utf8');
const collection = {
	info: {
		name: contract.info.title,
		description: `${contract.info.summary}.\n\nMade from the contract, version ${contract.info.version}. Choose an environment, put tokens into it (README.md says how), and send. The folders "Run: …" can be run as they are.`,
		schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
	},
	auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
	event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: common.trimEnd().split('\n') } }],
	item: [...runs(), ...contract.tags.map(tagFolder).filter((f) => f.item.length > 0)],
};

const wanted = new Map([['collection.json', collection],
	...[...agencies, { slug: 'sandbox', name: 'Samhandling: the whole sandbox', staff: [], all: agencies }]
		.map((a) => [`environments/${a.slug}.json`, environmentOf(a)])]);
let stale = 0;
for (const [name, value] of wanted) {
	const text = `${JSON.stringify(value, null, 1)}\n`;
	if (existsSync(at(name)) && readFileSync(at(name), 'utf8') === text) continue;
	stale++;
	if (process.argv.includes('--check')) console.error(`clients/postman/${name} is not up to date: run make bundle`);
	else writeFileSync(at(name), text);
}
process.exit(process.argv.includes('--check') && stale > 0 ? 1 : 0);
