// Each migration has a way back that takes all of it away, and forward again the same comes out.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { makeDatabase } from './lib/database.mjs';
import { root } from './lib/environment.mjs';

const folder = `${root}sql/migrations/`;
const migrations = readdirSync(folder).sort().map((file) => {
	const [up, down] = readFileSync(folder + file, 'utf8').split(/^-- migrate:down.*$/m);
	return { file, up, down };
});

// All that a migration can make, by name; what the extensions and dbmate keep is not ours.
const things = `
	select 'function ' || p.oid::regprocedure as thing from pg_proc p where p.pronamespace = 'public'::regnamespace
	union all select 'relation ' || c.oid::regclass || case when c.relkind = 'r' then
			(select string_agg(' ' || a.attname, '' order by a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) else '' end
		from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname !~ '^schema_migrations|_pkey$'
	union all select 'type ' || t.oid::regtype from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype = 'e'
	union all select 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass from pg_trigger t where not t.tgisinternal
	union all select 'policy ' || p.policyname || ' on ' || p.tablename from pg_policies p
	order by 1`;

let db;
before(async () => {
	db = await makeDatabase();
});
after(() => db?.drop());

async function run(list, part) {
	for (const m of list) {
		await db.sql(`begin; ${m[part]}; commit`).catch((e) => {
			throw new Error(`${m.file}, ${part}: ${e.message}`, { cause: e });
		});
	}
}

const made = async () => (await db.sql(things)).map((t) => t.thing);

test('all migrations back leave nothing, and forward again make the same', async () => {
	const was = await made();
	assert.ok(was.length > 1000, 'the template is migrated');
	await run([...migrations].reverse(), 'down');
	assert.deepEqual(await made(), []);
	await run(migrations, 'up');
	assert.deepEqual(await made(), was);
});
