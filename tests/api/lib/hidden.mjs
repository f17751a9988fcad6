// Copies of things that exist, as another agency keeps them on a person whom nobody else knows.
import { randomUUID } from 'node:crypto';

const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const agency = 'ovre-eiker-kommune';

// What stands in place of a member of the row, by the kind of thing that it names.
function replaced(name, value, hidden) {
	if (typeof value !== 'string') return value;
	if (name === 'id') return randomUUID();
	if (hidden.copies.has(value)) return hidden.copies.get(value);
	if (/patient_id$/.test(name)) return hidden.patient;
	if (/agency_id$|_agency$/.test(name)) return hidden.agency;
	if (/unit_id$/.test(name)) return hidden.unit;
	if (/staff_id$|_by$|contact_id$|^chair_id$/.test(name) && isId.test(value)) return hidden.staff;
	return value;
}

function otherwise(value) {
	if (typeof value !== 'string') return null;
	if (isId.test(value)) return randomUUID();
	return /^\d{4}-\d\d-\d\d/.test(value) ? value.replace(/^\d{4}/, '2004') : `${value}-${randomUUID()}`;
}

// Who hides: an agency with a unit and a person of its own, and whom it knows.
async function hiders(w) {
	const own = (list) => Object.entries(list).find(([key]) => key.startsWith(`${agency}:`))[1];
	const hidden = { agency: w.ids.agency[agency], unit: own(w.ids.unit), staff: own(w.ids.staff), patient: randomUUID(), copies: new Map() };
	await w.sql('insert into patient (id, owner_agency_id, given_name) values ($1, $2, $3)', [hidden.patient, hidden.agency, 'Skjult']);
	await w.sql("insert into care_relation (patient_id, unit_id, agency_id, basis) values ($1, $2, $3, 'REGISTRATION')", [hidden.patient, hidden.unit, hidden.agency]);
	return hidden;
}

// `hide(table, id, more)` → the copy's id; `more` are members that the copy has otherwise.
export async function hiding(w) {
	const hidden = await hiders(w);
	const columns = async (table) => (await w.sql("select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''", [table])).map((c) => c.attname);
	const put = async (table, copy) => {
		const names = (await columns(table)).map((c) => `"${c}"`).join(', ');
		await w.sql(`insert into ${table} (${names}) select ${names} from jsonb_populate_record(null::${table}, $1)`, [JSON.stringify(copy)]);
	};
	async function hide(table, id, more = {}) {
		const [{ row }] = await w.sql(`select to_jsonb(t) as row from ${table} t where t.id = $1`, [id]);
		const copy = { ...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, replaced(name, value, hidden)])), ...more };
		await w.sql(`alter table ${table} disable trigger user`);
		// what may be there once only, the copy has otherwise or does without; it need not hang together
		for (let tries = 0; ; tries++) {
			const e = await put(table, copy).catch((found) => found);
			if (e === undefined) break;
			if (!['23503', '23505', '23514'].includes(e.code) || tries === 9) throw e;
			if (e.code !== '23505') await w.sql(`alter table ${table} drop constraint ${e.constraint}`);
			else for (const name of e.detail.match(/\((.*?)\)=/)[1].split(', ')) copy[name] = otherwise(copy[name]);
		}
		await w.sql(`alter table ${table} enable trigger user`);
		hidden.copies.set(id, copy.id);
		return copy.id;
	}
	return { ...hidden, hide };
}
