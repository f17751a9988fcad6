// The benchmark's databases: many patients of other units, 200 of the caller's, made by SQL as the owner.
import { execFileSync } from 'node:child_process';
import pg from 'pg';
import { environment, root } from '../api/lib/environment.mjs';
import { makePeople } from '../api/lib/fixtures.mjs';

const script = `${root}deploy/sandbox/pg.sh`;
const asSuperuser = (database, sql) => execFileSync('bash', [script, 'psql', environment.pgDir, database, '-At'], { input: sql }).toString().trim();

// By the unix socket, for every side: loopback TCP costs each of them the same tenth.
function on(url, name) {
	const found = Object.assign(new URL(url), { pathname: `/${name}` });
	found.searchParams.set('host', asSuperuser('postgres', 'show unix_socket_directories'));
	found.searchParams.set('port', found.port);
	return found.href;
}

// Without triggers: they would log and note each of a million rows that nobody asked for.
const filling = (count) => `
set session_replication_role = replica;
create function bench_uuid(n bigint) returns uuid language sql immutable as $$
	select ('01900000-0000-7' || substr(lpad(to_hex(n), 15, '0'), 1, 3) || '-8' || substr(lpad(to_hex(n), 15, '0'), 4, 3)
		|| '-' || substr(lpad(to_hex(n), 15, '0') || '000000', 7, 12))::uuid $$;
insert into unit (id, agency_id, name, type) select bench_uuid(10000000 + u), (select id from agency where slug = 'lier-kommune'), 'Enhet ' || u, 'OTHER'
	from generate_series(0, ${count} / 200) u;
insert into patient (id, owner_agency_id, given_name, family_name, birth_date, sex, phone, municipality_number)
	select bench_uuid(n), (select id from agency where slug = case when n <= 200 then 'drammen-dps' else 'lier-kommune' end), 'Fornavn' || n % 997, 'Etternavn' || n % 7919,
		date '1950-01-01' + (n % 20000)::int, case n % 2 when 0 then 'FEMALE' else 'MALE' end, '+479' || lpad((n % 10000000)::text, 7, '0'), '3301'
	from generate_series(1, ${count}) n;
insert into patient_identifier (patient_id, kind, seal, hash)
	select bench_uuid(n), 'FNR', 'seal:e1:h1=' || md5(n::text) || md5((-n)::text) || ':AAAA', 'h1=' || md5(n::text) || md5((-n)::text) from generate_series(1, ${count}) n;
insert into care_relation (patient_id, unit_id, agency_id, basis)
	select bench_uuid(n), case when n <= 200 then (select u.id from unit u join agency a on a.id = u.agency_id where a.slug = 'drammen-dps' and u.name = 'FACT-team Drammen')
		else bench_uuid(10000000 + n / 200) end, (select id from agency where slug = case when n <= 200 then 'drammen-dps' else 'lier-kommune' end), 'SERVICE'
	from generate_series(1, ${count}) n;
insert into objection (id, patient_id, scope, against, against_id)
	select gen_random_uuid(), bench_uuid(n), 'WHOLE_RECORD', 'STAFF', gen_random_uuid() from generate_series(1000, ${count}, 100) n;
reset session_replication_role;
grant execute on function bench_uuid(bigint) to samhandling_service;
vacuum analyze;
checkpoint;`;

// { name, ownerUrl, serviceUrl, ids, sql }; made anew each time, so that no run stands on another's rows.
export async function makeBench(name, count) {
	const database = `bench_${name}`;
	asSuperuser('postgres', `drop database if exists ${database} with (force);\ncreate database ${database} template samhandling_template owner samhandling_owner;`);
	const pool = new pg.Pool({ connectionString: on(environment.ownerUrl, database), max: 2, allowExitOnIdle: true });
	const sql = async (text, values) => (await pool.query(text, values)).rows;
	const ids = await makePeople(sql);
	asSuperuser(database, filling(count));
	return { name, count, sql, ids, ownerUrl: on(environment.ownerUrl, database), serviceUrl: on(environment.serviceUrl, database),
		async drop() {
			await pool.end();
			asSuperuser('postgres', `drop database if exists ${database} with (force);`);
		} };
}

export function settings() {
	const wanted = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
	const rows = asSuperuser('postgres', 'select name, setting from pg_settings').split('\n').map((l) => l.split('|'));
	for (const [name, setting] of rows) if (wanted[name] && wanted[name] !== setting) throw new Error(`${name} is ${setting}: the figures would be lies`);
}
