// A million admissions: the upload and its merge, against COPY of the same rows into the same indexed tables.
// ADMISSIONS=1000000 how many; the patients are those of the bench's database, five stays each.
import http from 'node:http';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pause } from '../api/lib/daemon.mjs';
import { syntheticNumber } from '../api/lib/fixtures.mjs';
import { environment } from '../api/lib/environment.mjs';
import { tokenFor } from '../api/lib/tokens.mjs';
import { bar } from './bars.mjs';

const perPatient = 5;
let many = Number(process.env.ADMISSIONS ?? 1_000_000);
const clinic = 'drammen-dps:dps-1';
const header = 'source_system;source_id;source_updated_at;patient_id;patient_id_system;orgnr;ward;level_of_care;specialty;urgency;admitted_at;discharged_at;to_place;legal_basis_at_admission;icd10_main';
// What the batch leaves behind, in the order in which COPY can fill it again, and how its rows are told from others'.
const mine = (column) => `${column} in (select entity_id from import_origin where batch_id = $1)`;
const request = `request_id = (select caller ->> 'request_id' from import_batch where id = $1)`;
const left = { admission: mine('id'), admission_segment: mine('admission_id'), legal_period: mine('admission_id'), import_origin: 'batch_id = $1', import_person: 'batch_id = $1',
	outbox: request, access_log: request };
// what the bar names: the admissions with their four indexes, the origin of each, the log
const named = ['admission', 'import_origin', 'access_log'];

const day = (n) => new Date(Date.UTC(2024, 0, 1) + n * 86_400_000).toISOString();

// Rows in the order of time, as an extract has them, not person by person.
function* rows(numbers) {
	for (let i = 0; i < many; i++) {
		const turn = Math.floor(i / numbers.length);
		const from = (i % 97) + turn * 150;
		yield `DIPS;${i};2026-10-01T12:00:00Z;${numbers[i % numbers.length]};FNR;310000019;Post ${i % 9};1;320;${(i % 5) + 1};${day(from)};${day(from + 1 + (i % 30))};1;${i % 3 ? 'FRIVILLIG' : 'TPH'};F20.0\n`;
	}
}

// The bench's patients get numbers that the daemon finds: hashed with its own key, as server/auth/seal.c does it.
async function nameNumbers(bench, numbers) {
	const [{ id, key }] = JSON.parse(readFileSync(`${environment.keys}/seal.json`, 'utf8')).lookup;
	const secret = Buffer.from(key, 'base64url');
	const hash = (n) => `${id}=${createHmac('sha256', secret).update(`number\n${n}`).digest('hex')}`;
	for (let i = 0; i < numbers.length; i += 10_000)
		await bench.sql('update patient_identifier i set hash = v.hash from unnest($1::text[]) with ordinality v (hash, n) where i.patient_id = bench_uuid(v.n + $2)', [numbers.slice(i, i + 10_000).map(hash), i]);
	await bench.sql('analyze patient_identifier');
}

// Sends the file as it is made, and gives the batch's id.
async function upload(daemon, numbers) {
	const request = http.request({ port: daemon.port, method: 'POST', path: '/api/v1/imports/admissions', headers: { authorization: `Bearer ${tokenFor(clinic, { seconds: 3600 })}`, 'content-type': 'text/csv' } });
	request.write(`${header}\n`);
	let part = '';
	for (const row of rows(numbers)) {
		part += row;
		if (part.length < 65_536) continue;
		if (!request.write(part)) await once(request, 'drain');
		part = '';
	}
	request.end(part);
	const [response] = await once(request, 'response');
	const body = JSON.parse((await response.toArray()).join(''));
	if (response.statusCode !== 202) throw new Error(JSON.stringify(body));
	return body.id;
}

// Until it is merged; `progress` is told every five seconds how many rows are.
async function merged(bench, id, progress) {
	for (let told = performance.now(); ; ) {
		const [b] = await bench.sql('select * from import_batch where id = $1', [id]);
		if (b.state === 'FAILED') throw new Error(b.failure);
		if (b.state === 'DONE') return b;
		if (performance.now() - told >= 5000) progress(b.merged, (told += 5000));
		await pause(100);
	}
}

const psql = (bench, ...commands) => execFileSync('psql', [bench.ownerUrl, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', 'set client_min_messages to warning', ...commands.flatMap((c) => ['-c', c])], { maxBuffer: 1 << 28 }).toString().trim();

// COPY out, empty, COPY in: the same rows into the same tables with their indexes, keys and checks. The triggers are off:
// what they would write again is among the rows. The access log's partitions have none but those that forbid.
function copy(bench, id) {
	const seconds = {};
	const tables = Object.keys(left);
	const dir = execFileSync('mktemp', ['-d']).toString().trim();
	const columns = (t) => psql(bench, `select string_agg(quote_ident(column_name), ',' order by ordinal_position) from information_schema.columns where table_schema = 'public' and table_name = '${t}' and is_generated = 'NEVER'`);
	const triggers = (t, what) => psql(bench, `alter table ${t} ${what} trigger user`);
	for (const t of tables) psql(bench, `\\copy (select ${columns(t)} from ${t} where ${left[t].replace('$1', `'${id}'`)}) to '${dir}/${t}'`);
	for (const t of tables) triggers(t, 'disable');
	psql(bench, `truncate ${tables.join(', ')} cascade`);
	for (const t of tables) {
		const begun = performance.now();
		psql(bench, `\\copy ${t}(${columns(t)}) from '${dir}/${t}'`);
		seconds[t] = (performance.now() - begun) / 1000;
	}
	for (const t of tables) triggers(t, 'enable');
	execFileSync('rm', ['-r', dir]);
	return seconds;
}

// How even the rate was: the slowest tenth of the time to the whole.
function evenness(marks, seconds) {
	const rates = [];
	for (let i = 1; i < marks.length; i++) rates.push((marks[i].rows - marks[i - 1].rows) / ((marks[i].at - marks[i - 1].at) / 1000));
	rates.sort((a, b) => a - b);
	const tenth = rates.slice(0, Math.max(1, Math.floor(rates.length / 10)));
	return tenth.reduce((x, y) => x + y, 0) / tenth.length / (many / seconds);
}

export async function imports(bench, daemon, say) {
	many = Math.min(many, bench.count * perPatient);
	const numbers = Array.from({ length: Math.ceil(many / perPatient) }, syntheticNumber);
	await nameNumbers(bench, numbers);
	const before = daemon.residentKiB();
	let most = before;
	const watch = setInterval(() => (most = Math.max(most, daemon.residentKiB())), 50);
	const marks = [];
	const begun = performance.now();
	const id = await upload(daemon, numbers);
	const received = (performance.now() - begun) / 1000;
	const b = await merged(bench, id, (rows, at) => marks.push({ rows, at }));
	clearInterval(watch);
	const seconds = (performance.now() - begun) / 1000;
	say(`${many.toLocaleString('en')} admissions: received in ${received.toFixed(1)} s, merged after ${seconds.toFixed(1)} s: ${(many / seconds).toFixed(0)} rows/s; ${JSON.stringify({ created: b.created, rejected: b.rejected })}`);
	if (marks.length > 3) say(`the slowest tenth of the time: ${evenness(marks, seconds).toFixed(2)} × the rate of the whole`);
	const copied = copy(bench, id);
	for (const [t, s] of Object.entries(copied)) say(`COPY ${t.padEnd(20)} ${s.toFixed(1)} s`);
	const sum = (list) => list.reduce((x, t) => x + copied[t], 0);
	say(`to COPY of the admissions alone: ${(copied.admission / seconds).toFixed(2)} ×; of all rows that it leaves: ${(sum(Object.keys(left)) / seconds).toFixed(2)} ×`);
	bar('import of admissions, to COPY with origin and log', sum(named) / seconds, 'least', 0.25, ' ×');
	bar('resident memory more during the import', (most - before) / 1024, 'most', 20, ' MB');
}
