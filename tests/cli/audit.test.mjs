// `samhandling audit verify` on chains made here: whatever is done to one afterwards is found, and named.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { home, run } from './run.mjs';

const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256'));
const own = '7d1d4f2a-52c8-4a0e-9d7a-0c7a5b6f1e11', other = '018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60';
const key = generateKeyPairSync('ed25519'), stranger = generateKeyPairSync('ed25519');
const idOf = ({ publicKey }) => sha256(Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url')).digest('hex').slice(0, 16);
writeFileSync(join(home, 'keys.pem'), [stranger, key].map((k) => k.publicKey.export({ type: 'spki', format: 'pem' })).join(''));
writeFileSync(join(home, 'stranger.pem'), stranger.publicKey.export({ type: 'spki', format: 'pem' }));

function signed(seal, by = key) {
	const text = `samhandling log seal\nform: ${seal.form}\nnumber: ${seal.number}\nsealed: ${seal.sealed_at}\nrows: ${seal.rows}\nprevious: ${seal.previous}\nhead: ${seal.head}\n`;
	return { ...seal, key_id: idOf(by), signature: sign(null, Buffer.from(text), by.privateKey).toString('base64url') };
}

const headOf = (previous, entries) => entries.reduce((h, e) => sha256(h, `${e.txid} ${e.id} ${e.agency_id ?? '-'} ${e.hash}\n`).digest(), Buffer.from(previous, 'hex')).toString('hex');

function entry(id, agency) {
	const shown = id % 3 === 0 ? `${own},${other}` : null;
	const row = JSON.stringify({ id, agency_id: agency, name: `Æ ${id}`, shown_set: shown && sha256(shown).digest('hex') });
	return { txid: String(700 + Math.floor(id / 2)), id: String(id), agency_id: agency, hash: sha256(row).digest('hex'), row: agency === own ? row : null, shown: agency === own ? shown : null };
}

// Five seals of six rows each: own, another agency's, nobody's.
function chain() {
	const seals = [];
	for (let number = 1; number <= 5; number++) {
		const entries = Array.from({ length: 6 }, (_, i) => entry(number * 10 + i, [own, other, null, own, own, other][i]));
		const previous = seals.at(-1)?.head ?? '0'.repeat(64);
		seals.push(signed({ number, form: 1, sealed_at: `2026-03-0${number}T08:00:00.000000Z`, rows: 6, previous, head: headOf(previous, entries), shown_to: own, entries }));
	}
	return seals;
}

const lines = (seals) => seals.map((s) => JSON.stringify(s)).join('\n') + '\n';
const verify = (input, ...args) => run(['audit', 'verify', '-', '--key', join(home, 'keys.pem'), ...args], { input });
// what is said when `spoil` was done to a good chain
async function said(spoil, ...args) {
	const seals = chain();
	const { code, stdout, stderr } = await verify(lines(spoil(seals) ?? seals), ...args);
	assert.equal(code, 4, stdout + stderr);
	return stderr.replace(/^samhandling: /, '').trim();
}

describe('a chain as it was sealed', () => {
	test('holds, from its beginning or from the middle', async () => {
		const all = await verify(lines(chain()));
		assert.deepEqual([all.code, all.stderr], [0, '']);
		assert.match(all.stdout, /^seals 1 to 5 hold: 30 rows, 15 of them/);
		assert.match(all.stdout, new RegExp(`head ${chain()[4].head}`));
		assert.match((await verify(lines(chain().slice(2)))).stdout, /^seals 3 to 5 hold: 18 rows/);
		assert.match((await verify(lines(chain()), '--from', '4')).stdout, /^seals 4 to 5 hold: 12 rows/);
	});
	test('holds in a file, and in a directory file by file', async () => {
		const dir = join(home, 'months');
		mkdirSync(dir);
		writeFileSync(join(dir, '2026-03.ndjson'), lines(chain().slice(0, 3)));
		writeFileSync(join(dir, '2026-04.ndjson'), lines(chain().slice(3)));
		for (const [path, seals] of [[dir, '1 to 5'], [join(dir, '2026-03.ndjson'), '1 to 3']])
			assert.match((await run(['audit', 'verify', path, '--key', join(home, 'keys.pem')])).stdout, new RegExp(`^seals ${seals} hold`));
	});
	test('has the head that was noted earlier', async () => {
		assert.equal((await verify(lines(chain()), '--head', chain()[2].head)).code, 0);
		assert.match(await said((s) => s.slice(0, 2), '--head', chain()[2].head), /^the head \w{64} is not in this chain$/);
	});
});

describe('a row', () => {
	test('that was changed', async () => {
		for (const change of [(e) => (e.row = e.row.replace('Æ', 'E')), (e) => (e.row += ' '), (e) => (e.row = '')])
			assert.equal(await said((s) => void change(s[2].entries[3])), 'row 33 was changed after it was sealed (seal 3)');
	});
	test('that is gone from the log', async () => {
		assert.equal(await said((s) => void (s[1].entries[4].row = null)), 'row 24 is missing from the log (seal 2)');
		assert.equal(await said((s) => void (s.forEach((one) => (one.shown_to = null)))), 'row 11 is missing from the log (seal 1)', 'who sees everything misses everything');
	});
	test('that was put in', async () => {
		const forged = { ...entry(24, own), id: '25000', hash: null };
		assert.equal(await said((s) => void s[1].entries.splice(5, 0, { ...forged, txid: s[1].entries[4].txid })), 'row 25000 was put into the log after it was sealed (seal 2)');
	});
	test('that stands elsewhere', async () => {
		assert.equal(await said((s) => void s[3].entries.splice(1, 2, s[3].entries[2], s[3].entries[1])), 'row 41 stands out of order (seal 4)');
		assert.equal(await said((s) => void s[4].entries.unshift(s[3].entries[0])), 'row 40 stands out of order (seal 5)');
	});
	test('whose persons were changed', async () => {
		assert.equal(await said((s) => void (s[2].entries[0].shown = own)), 'row 30 shows other persons than when it was sealed (seal 3)');
		assert.equal(await said((s) => void (s[2].entries[0].shown = null)), 'row 30 shows other persons than when it was sealed (seal 3)');
	});
	test('the first of several is named', async () => {
		assert.match(await said((s) => void s.slice(1).forEach((one) => (one.entries[0].row = 'x'))), /^row 20 was changed/);
	});
});

describe('a seal', () => {
	const broken = 'seal 3: its list of rows is not the one that was sealed';
	test('whose list was changed', async () => {
		assert.equal(await said((s) => void s[2].entries.pop()), broken);
		assert.equal(await said((s) => void s[2].entries.splice(1, 1)), broken);
		for (const [member, value] of [['hash', sha256('x').digest('hex')], ['agency_id', own.replace('7', '8')], ['id', '31000']])
			assert.equal(await said((s) => void (s[2].entries[1][member] = value)), broken, member);
		assert.equal(await said((s) => void (s[2].rows = 7)), 'seal 3 was replaced: its signature is not valid');
	});
	test('whose head was replaced, with all that follows', async () => {
		for (const member of ['head', 'previous', 'sealed_at', 'rows'])
			assert.match(await said((s) => void (s[2][member] = { head: sha256('x').digest('hex'), previous: sha256('y').digest('hex'), sealed_at: '2026-03-03T09:00:00.000000Z', rows: 5 }[member])), /^seal 3 (was replaced|does not follow)/);
		// a row changed, its hash and head made anew: only the signature tells
		assert.equal(await said((s) => {
			const e = s[2].entries[0];
			e.row = e.row.replace('Æ', 'E');
			e.hash = sha256(e.row).digest('hex');
			s[2].head = headOf(s[2].previous, s[2].entries);
		}), 'seal 3 was replaced: its signature is not valid');
	});
	test('made anew by somebody with another key', async () => {
		const again = (s) => void (s[2] = signed(s[2], generateKeyPairSync('ed25519')));
		assert.match(await said(again), /^seal 3 is signed with a key that is not given: [0-9a-f]{16}$/);
		assert.match(await said((s) => void (s[2].key_id = idOf(stranger))), /^seal 3 was replaced/);
		const one = await run(['audit', 'verify', '-', '--key', join(home, 'stranger.pem')], { input: lines(chain()) });
		assert.deepEqual([one.code, /not given/.test(one.stderr)], [4, true]);
	});
	test('made anew with the stolen key does not fit what follows', async () => {
		assert.equal(await said((s) => void (s[2] = signed({ ...s[2], entries: s[2].entries.slice(1), rows: 5, head: headOf(s[2].previous, s[2].entries.slice(1)) }))), 'seal 4 does not follow the one before it');
	});
	test('that is missing, stands twice or elsewhere, or is not signed', async () => {
		assert.equal(await said((s) => void s.splice(2, 1)), 'seal 3 is missing: 4 stands where it should');
		assert.equal(await said((s) => void s.splice(2, 0, s[1])), 'seal 2 stands out of order, after 2');
		assert.equal(await said((s) => void s.splice(1, 2, s[2], s[1])), 'seal 2 is missing: 3 stands where it should');
		assert.equal(await said((s) => void (s[1].signature = s[1].key_id = null)), 'seal 2 is not signed');
		assert.equal(await said((s) => void (s[0].previous = sha256('x').digest('hex'))), 'seal 1 does not follow the one before it');
		assert.equal(await said((s) => void (s[0] = signed({ ...s[0], form: 2 }))), 'seal 1 has a form that this program does not know');
	});
});

describe('wrong use', () => {
	test('says what is needed', async () => {
		for (const args of [[], ['verify'], ['verify', '-'], ['verify', '--key', 'x'], ['download'], ['sing'], ['verify', '-', '--key', 'x', '--from', 'one']])
			assert.equal((await run(['audit', ...args])).code, 1, args.join(' '));
		assert.equal((await run(['audit', 'verify', join(home, 'nothing'), '--key', join(home, 'keys.pem')])).code, 7);
		assert.equal((await run(['audit', 'verify', '-', '--key', join(home, 'nothing')])).code, 7);
		writeFileSync(join(home, 'ec.pem'), generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }));
		assert.match((await run(['audit', 'verify', '-', '--key', join(home, 'ec.pem')])).stderr, /not Ed25519/);
	});
	test('what is no seal is said so', async () => {
		for (const input of ['', '\n', '{}\n', 'x\n', '[1]\n', '{"number":1,"form":1,"entries":[]}\n', '{"number":1,"number":1}\n'])
			assert.match((await verify(input)).stderr, /no seal/, input);
		const s = chain();
		for (const spoilt of [{ ...s[0], previous: 'x' }, { ...s[0], entries: [{}] }, { ...s[0], entries: [1] }, { ...s[0], signature: '%' }])
			assert.equal((await verify(lines([spoilt]))).code, 4);
		assert.equal((await verify(lines([signed({ ...s[0], number: 7, previous: '0' })]))).code, 4);
	});
});
