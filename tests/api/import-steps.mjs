// Steps that the tests on imports share.
import { syntheticNumber, until } from './harness.mjs';
import { atHour } from './lib/days.mjs';

export const clinic = 'drammen-dps:dps-1';
export const machine = 'drammen-dps:sy-1';
export const orgnr = '310000019';

export const daysAgo = (n, hour = 12) => atHour(-n, hour);

// A registered person of the team: { id, number }.
export async function person(w) {
	const number = syntheticNumber();
	const { id } = (await w.api('drammen-dps:tm-1', 'POST', '/patients', { national_id: number })).is(201).body;
	return { id, number };
}

let serial = 0;
export const stay = (number, more = {}) => ({ source_system: 'DIPS', source_id: `s-${++serial}`, source_updated_at: daysAgo(1), patient_id: number, patient_id_system: 'FNR',
	orgnr, level_of_care: '1', specialty: '320', urgency: '1', admitted_at: daysAgo(100), discharged_at: daysAgo(90), ...more });

export const ndjson = (rows) => rows.map((r) => (typeof r === 'string' ? r : JSON.stringify(r))).join('\n') + '\n';
export const csv = (rows, delimiter = ';', names = [...new Set(rows.flatMap(Object.keys))]) =>
	[names, ...rows.map((r) => names.map((n) => (r[n] ?? '')))].map((cells) => cells.map((c) => (/[;",\n\t]/.test(`${c}`) ? `"${`${c}`.replaceAll('"', '""')}"` : c)).join(delimiter)).join('\r\n') + '\r\n';

// `what`: a type, perhaps with a query.
export const send = (w, who, what, body, contentType = 'application/x-ndjson') => w.api(who, 'POST', `/imports/${what}`, body, { 'content-type': contentType });

// Until the batch has come to its end.
export const ended = (w, who, id) => until(async () => {
	const b = (await w.api(who, 'GET', `/imports/${id}`)).is(200).body;
	return ['DONE', 'FAILED'].includes(b.state) ? b : null;
}, 20_000, 'the end of the import');

// Sends rows and waits; gives { batch, report }.
export async function bring(w, who, what, rows) {
	const sent = (await send(w, who, what, typeof rows === 'string' ? rows : ndjson(rows))).is(202);
	const batch = await ended(w, who, sent.body.id);
	return { batch, report: await report(w, who, batch.id) };
}

export async function report(w, who, id) {
	const { text } = (await w.api(who, 'GET', `/imports/${id}/report`)).is(200);
	return text.split('\n').filter(Boolean).map((l) => JSON.parse(l));
}

export const tally = ({ counts }) => Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
