// The demo agencies' units and staff, by the owner's SQL: every test file begins with the same people.
import { agencies } from './tokens.mjs';

const statement = `
with demo as (
	select a.id as agency_id, d.units, d.staff
	from jsonb_to_recordset($1::jsonb) as d (slug text, units jsonb, staff jsonb) join agency a using (slug)
), units as (
	insert into unit (agency_id, name, type, receives_concern_reports, resh_id)
	select d.agency_id, u.name, u.type, coalesce(u.receives_concern_reports, false), u.resh_id
	from demo d, jsonb_to_recordset(d.units) as u (name text, type text, receives_concern_reports boolean, resh_id text)
	on conflict (agency_id, name) do update set receives_concern_reports = excluded.receives_concern_reports
	returning id, agency_id, name
), people as (
	insert into staff (agency_id, subject, name, profession, hpr_number, is_health_personnel)
	select d.agency_id, p.subject, p.name, p.profession, p.hpr_number, p.hpr_number is not null
	from demo d, jsonb_to_recordset(d.staff) as p (subject text, name text, profession text, hpr_number text)
	on conflict (agency_id, subject) do update set name = excluded.name
	returning id, agency_id, subject
)
insert into staff_membership (staff_id, unit_id, role, valid_from)
select s.id, u.id, p.role, '2024-01-01'
from demo d, jsonb_to_recordset(d.staff) as p (role text, subject text, unit text),
	jsonb_to_recordset(d.units) as du (key text, name text), people s, units u
where du.key = p.unit and s.agency_id = d.agency_id and s.subject = p.subject and u.agency_id = d.agency_id and u.name = du.name
on conflict do nothing`;

// Makes them all; gives back the ids: agency[slug], unit['slug:key'], staff['slug:subject'].
export async function makePeople(sql) {
	const demo = agencies.filter((a) => a.profile !== 'citizen');
	await sql(statement, [JSON.stringify(demo)]);
	const ids = { agency: {}, unit: {}, staff: {} };
	for (const a of await sql('select slug, id from agency')) ids.agency[a.slug] = a.id;
	const units = await sql('select a.slug, u.name, u.id from unit u join agency a on a.id = u.agency_id');
	for (const agency of demo)
		for (const u of agency.units) ids.unit[`${agency.slug}:${u.key}`] = units.find((row) => row.slug === agency.slug && row.name === u.name)?.id;
	for (const s of await sql('select a.slug, s.subject, s.id from staff s join agency a on a.id = s.agency_id')) ids.staff[`${s.slug}:${s.subject}`] = s.id;
	return ids;
}

// Synthetic national numbers (month + 80), a new one each call, valid by today's rule.
let serial = 0;
const w1 = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const w2 = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

export function syntheticNumber() {
	for (;;) {
		const n = serial++;
		const day = String((n % 28) + 1).padStart(2, '0');
		const month = String((Math.floor(n / 28) % 12) + 81);
		const base = `${day}${month}${String(50 + (Math.floor(n / 336) % 40))}${String(100 + (Math.floor(n / 13440) % 390))}`;
		const digits = [...base].map(Number);
		const k1 = (11 - (w1.reduce((s, w, i) => s + w * digits[i], 0) % 11)) % 11;
		const k2 = (11 - (w2.reduce((s, w, i) => s + w * [...digits, k1][i], 0) % 11)) % 11;
		if (k1 < 10 && k2 < 10) return `${base}${k1}${k2}`;
	}
}
