// The lines of docs/tokens.md that an operator pastes do what they say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { world } from './harness.mjs';
import { root } from './lib/environment.mjs';

const guide = readFileSync(`${root}docs/tokens.md`, 'utf8');
const blocks = [...guide.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map((m) => m[1]);
const w = await world();

test('every line runs, and the daemon understands every row', async () => {
	assert.ok(blocks.length >= 4);
	for (const block of blocks) await w.sql(block);
	const [{ n }] = await w.sql(`select count(*)::int as n from agency_issuers a join trusted_issuers i on i.id = a.issuer_id where not i.sandbox`);
	assert.equal(n, 3);
	assert.equal((await w.sql('select 1 from issuer_subjects')).length, 1);
	(await w.api('drammen-dps:tm-1', 'GET', '/me')).is(200);
	const { body } = (await w.api(null, 'GET', '/.well-known/oauth-protected-resource')).is(200);
	for (const [, issuer] of guide.matchAll(/values \('(https:[^']+)'/g)) assert.ok(body.authorization_servers.includes(issuer), issuer);
});

test('columns and settings that it names exist', async () => {
	const columns = new Set((await w.sql(`select column_name from information_schema.columns where table_name in ('trusted_issuers', 'agency_issuers')`)).map((r) => r.column_name));
	const tables = guide.slice(guide.indexOf('## Columns'), guide.indexOf('## Keys at'));
	const named = [...tables.matchAll(/^\| (`[^|]*)\|/gm)].flatMap((m) => [...m[1].matchAll(/`(\w+)`/g)].map((x) => x[1])).filter((name) => !['trusted_issuers', 'agency_issuers'].includes(name));
	assert.ok(named.length > 20);
	for (const name of named) assert.ok(columns.has(name), name);
});
