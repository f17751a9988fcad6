// The command line tool against a stand-in: what it sends, what it shows, how it ends.
import { test, before, after, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, problem, report, handover, patient } from './stand-in.mjs';
import { run, makeKeys, keys, home } from './run.mjs';

let service;
before(async () => { await makeKeys(); service = await start(); });
after(() => service.stop());
beforeEach(() => { service.requests.length = service.fetches.length = service.script.length = 0; });

const as = ['--agency', 'drammen-dps', '--role', 'DPS'];
const cli = (args, more = {}) => run([...args, '--url', service.url, '--keys', keys, ...(more.token === false ? [] : as)], more);

test('me shows the caller, as lines and as JSON', async () => {
	const lines = await cli(['me']);
	assert.equal(lines.code, 0);
	assert.match(lines.stdout, /^agency\.slug +lier-kommune$/m);
	assert.match(lines.stdout, /^units +a, b$/m);
	assert.equal(JSON.parse((await cli(['me', '--json'])).stdout).role, 'MH');
	assert.match(service.requests[0].headers.authorization, /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
});

test('a list is a table, page by page or whole', async () => {
	const first = await cli(['concerns', 'list', 'status=RECEIVED', 'limit=2']);
	assert.equal(service.requests[0].path, '/api/v1/concern-reports?status=RECEIVED&limit=2');
	assert.match(first.stdout, /^id +type +status +severity +received_at +responsible_unit$/m);
	assert.equal(first.stdout.trim().split('\n').length, 3);
	assert.match(first.stderr, /--all/);
	service.requests.length = 0;
	const all = await cli(['concerns', '--all', '--json', 'limit=2']);
	assert.equal(JSON.parse(all.stdout).items.length, 7);
	assert.deepEqual(service.requests.map((r) => r.path.split('?')[1]), ['limit=2', 'limit=2&cursor=2', 'limit=2&cursor=4', 'limit=2&cursor=6']);
});

test('what others wrote cannot steer the terminal', async () => {
	const { stdout } = await cli(['concerns', '--all']);
	assert.match(stdout, /Øvre Eiker {2}\[2J/);
	assert.ok(!stdout.includes('\u001b'));
});

test('an empty list says so on stderr alone', async () => {
	const { code, stdout, stderr } = await cli(['inbox']);
	assert.deepEqual([code, stdout, stderr], [0, '', 'nothing\n']);
});

test('empty pages before the first row are gone past, to the end if there is none', async () => {
	const empty = (cursor) => ({ status: 200, body: { items: [], links: { self: '/', ...(cursor && { next: `/api/v1/access-log?limit=3&cursor=${cursor}` }) } } });
	service.script = [empty(9), empty(8), { status: 200, body: { items: [{ operation: 'getPatient' }], links: { self: '/', next: '/api/v1/access-log?limit=3&cursor=7' } } }];
	const found = await cli(['call', 'listAccessLog']);
	assert.deepEqual([found.code, found.stdout, found.stderr], [0, 'operation\ngetPatient\n', 'there is more: --all shows it\n']);
	assert.deepEqual(service.requests.map((r) => r.path.split('?')[1]), [undefined, 'limit=3&cursor=9', 'limit=3&cursor=8']);
	service.script = [empty(9), empty()];
	const none = await cli(['call', 'listAccessLog']);
	assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'nothing\n']);
	service.script = [empty(9), { status: 200, body: { items: [{ operation: 'getPatient' }], links: { self: '/' } } }];
	assert.equal(JSON.parse((await cli(['call', 'listAccessLog', '--json'])).stdout).items.length, 1);
	service.script = [empty(9), problem(403, 'forbidden')];
	const refused = await cli(['call', 'listAccessLog']);
	assert.deepEqual([refused.code, refused.stdout], [3, '']);
});

test('what belongs to a patient is listed by the patient\'s id, times in the user\'s zone', async () => {
	const { code, stdout } = await cli(['consents', 'list', patient], { env: { TZ: 'CET-1' } });
	assert.equal(code, 0);
	assert.match(stdout, / GRANTED .* 2026-03-02 09:00/);
	assert.equal((await cli(['consents', 'list'])).code, 1);
	assert.match((await cli(['consents', 'help'])).stdout, /^samhandling consents give PATIENT-ID /m);
});

test('a report is made of typed words, with an idempotency key', async () => {
	const file = join(home, 'facts.txt');
	writeFileSync(file, 'Roper om natten, æøå\n');
	const { code, stdout, stderr } = await cli(['concerns', 'report', 'type=GENERAL_ADULT', `facts=@${file}`, 'danger.self=2', 'urgent=yes',
		'services[]=NAV', 'services[]=GP', 'feared=null', 'danger:={"others":1}']);
	assert.equal(code, 4 - 4, stderr);
	assert.deepEqual(service.requests[0].body, {
		type: 'GENERAL_ADULT', facts: 'Roper om natten, æøå', danger: { others: 1 }, urgent: true, services: ['NAV', 'GP'], feared: null,
	});
	assert.match(service.requests[0].headers['idempotency-key'], /^[0-9a-f-]{36}$/);
	assert.match(stdout, new RegExp(`^${report} is now RECEIVED\nopen to you: nothing\n$`));
});

test('a whole body comes from stdin, and words change it', async () => {
	await cli(['call', 'createConcernReport', '-', 'type=POLICE_CONCERN'], { input: '{"type":"GENERAL_ADULT","facts":"x"}' });
	assert.deepEqual(service.requests[0].body, { type: 'POLICE_CONCERN', facts: 'x' });
});

test('wrong words are refused before anything is sent', async () => {
	for (const words of [['colour=red'], ['danger.colour=1'], ['danger.self=much'], ['facts'], ['danger:={'], ['facts=@/no/such/file']])
		assert.equal((await cli(['call', 'createConcernReport', ...words])).code, 1, words.join(' '));
	assert.match((await cli(['call', 'createConcernReport', 'colour=red'])).stderr, /it has: type facts feared/);
	assert.equal((await cli(['call', 'getConcernReport'])).code, 1);
	assert.equal((await cli(['call', 'noSuchThing'])).code, 2);
	assert.equal(service.requests.length, 0);
});

test('a step reads the ETag first and tells what is open then', async () => {
	const { code, stdout } = await cli(['concerns', 'triage', report, 'note=seen']);
	assert.equal(code, 0);
	assert.deepEqual(service.requests.map((r) => r.method), ['GET', 'POST']);
	assert.equal(service.requests[1].headers['if-match'], '"3-5f1d7a90c2"');
	assert.deepEqual(service.requests[1].body, { action: 'start_triage', note: 'seen' });
	assert.equal(stdout, `${report} is now IN_TRIAGE\nopen to you: forward, close\n`);
});

test('a forwarded report is accepted at its handover', async () => {
	const { code, stdout } = await cli(['concerns', 'accept', report]);
	assert.equal(code, 0);
	assert.deepEqual(service.requests.map((r) => `${r.method} ${r.path}`), ['GET /api/v1/handovers?status=OFFERED',
		`GET /api/v1/handovers/${handover}`, `POST /api/v1/handovers/${handover}/transitions`]);
	assert.equal(service.requests[2].headers['if-match'], '"1-h"');
	assert.match(stdout, /is now ACCEPTED/);
	assert.equal((await cli(['concerns', 'accept', patient])).code, 2);
});

test('any operation finds out If-Match by itself unless it is given', async () => {
	await cli(['call', 'changeConcernReport', `id=${report}`, 'note=x']);
	assert.equal(service.requests[1].headers['if-match'], '"3-5f1d7a90c2"');
	service.requests.length = 0;
	const { stderr } = await cli(['call', 'changeConcernReport', `id=${report}`, 'if-match="1-a"', 'note=x']);
	assert.equal(service.requests.length, 1);
	assert.equal(service.requests[0].headers['if-match'], '"1-a"');
	assert.equal(stderr, 'done\n');
});

test('operations outside the base address and without token', async () => {
	const { code } = await cli(['call', 'getLive'], { token: false });
	assert.equal(code, 0);
	assert.equal(service.requests[0].path, '/health/live');
	assert.equal(service.requests[0].headers.authorization, undefined);
});

test('a personal number comes from stdin or a file, never from the command line', async () => {
	const found = await cli(['patients', 'find'], { input: '139169 00216\n' });
	assert.match(found.stdout, /Ola Nordmann/);
	const file = join(home, 'number');
	writeFileSync(file, '13916900216\n');
	await cli(['patients', 'find', `@${file}`]);
	for (const { path, body } of service.requests) {
		assert.equal(path, '/api/v1/patients/search');
		assert.deepEqual(body, { national_id: '13916900216' });
	}
	const refused = await cli(['patients', 'find', '13916900216']);
	assert.equal(refused.code, 1);
	assert.ok(!refused.stderr.includes('13916900216'));
	assert.equal(service.requests.length, 2);
});

test('--verbose hides the token and masks personal numbers', async () => {
	const { stderr } = await cli(['patients', 'find', '--verbose'], { input: '13916900216\n' });
	assert.match(stderr, /^> POST http:.*\/patients\/search$/m);
	assert.match(stderr, /^> Authorization: Bearer \(hidden\)$/m);
	assert.match(stderr, /^< 200$/m);
	assert.ok(!stderr.includes('13916900216') && !stderr.includes('eyJ'));
});

test('every kind of refusal has its exit code and its text', async () => {
	const kinds = [[401, 'invalid_token', 3], [403, 'forbidden', 3], [404, 'not_found', 2], [409, 'conflict', 4], [412, 'version_mismatch', 4],
		[422, 'invalid_body', 4], [428, 'precondition_required', 4], [500, 'internal', 8]];
	for (const [status, code, exit] of kinds) {
		service.script.push(problem(status, code), problem(status, code));
		const result = await cli(['call', 'getMe']);
		assert.equal(result.code, exit, `${status}: ${result.stderr}`);
		assert.match(result.stderr, new RegExp(`\\(${status} ${code}\\)`));
		service.script.length = 0;
	}
});

test('faults, allowed actions and changes are told one by one', async () => {
	service.script.push(problem(422, 'invalid_body', { errors: [{ pointer: '/facts', code: 'required', detail: 'is required' }] }));
	const faults = await cli(['concerns', 'report', 'type=GENERAL_ADULT']);
	assert.match(faults.stderr, /\/facts: is required/);
	service.script.push(problem(409, 'invalid_transition', { from: 'CLOSED', allowed: ['reopen'] }));
	assert.match((await cli(['me'])).stderr, /allowed: reopen/);
});

test('a new token is signed once after a 401', async () => {
	service.script.push(problem(401, 'expired_token'));
	assert.equal((await cli(['me'])).code, 0);
	assert.notEqual(service.requests[0].headers.authorization, service.requests[1].headers.authorization);
});

test('503 with Retry-After is tried again with the same idempotency key', async () => {
	const busy = problem(503, 'unavailable');
	service.script.push({ ...busy, headers: { ...busy.headers, 'retry-after': '0' } }, 'hang up');
	const { code, stderr } = await cli(['concerns', 'report', 'type=GENERAL_ADULT', 'facts=x']);
	assert.equal(code, 0, stderr);
	assert.equal(service.requests.length, 3);
	assert.equal(new Set(service.requests.map((r) => r.headers['idempotency-key'])).size, 1);
	assert.match(stderr, /trying again in/);
});

test('a long Retry-After and a lasting 503 end with 5', async () => {
	const busy = problem(503, 'unavailable');
	service.script.push({ ...busy, headers: { ...busy.headers, 'retry-after': '3600' } });
	assert.equal((await cli(['me', '--quiet'])).code, 5);
	assert.equal(service.requests.length, 1);
	service.script.push(busy, busy, busy, busy);
	assert.equal((await cli(['me', '--quiet'])).code, 5);
	assert.equal(service.requests.length, 5);
});

test('a change whose answer got lost is not sent twice', async () => {
	service.script.push({ status: 200, headers: { etag: '"1"' }, body: { id: report } }, 'hang up');
	const { code } = await cli(['call', 'changeConcernReport', `id=${report}`, 'note=x']);
	assert.equal(code, 6);
	assert.deepEqual(service.requests.map((r) => r.method), ['GET', 'PATCH']);
});

test('nobody at home and silence are network errors', async () => {
	const gone = await run(['me', '--url', 'http://127.0.0.1:9/api/v1', '--token', 'x', '--quiet']);
	assert.equal(gone.code, 6);
	service.script.push('silence', 'silence', 'silence', 'silence');
	assert.equal((await cli(['me', '--timeout', '0.2', '--quiet'])).code, 6);
});

test('an answer that is not what the contract says is the service\'s fault', async () => {
	service.script.push({ status: 200, headers: { 'content-type': 'application/json' }, body: { items: 7 } });
	assert.notEqual((await cli(['concerns', '--all'])).code, 0);
	service.script.push({ status: 200, body: { items: [], links: { next: 'http://elsewhere.example/api/v1/x' } } });
	const strayed = await cli(['concerns', '--all']);
	assert.notEqual(strayed.code, 0);
	assert.match(strayed.stderr, /another server/);
});

test('the contract is fetched once and then asked for by its ETag', async () => {
	const env = { XDG_CACHE_HOME: join(home, 'cache-of-its-own') };
	await cli(['operations'], { env, token: false });
	const second = await cli(['operations', 'handover'], { env, token: false });
	assert.equal(service.fetches[0].headers['if-none-match'], undefined);
	assert.equal(service.fetches[1].headers['if-none-match'], '"c1"');
	assert.equal(service.fetches[1].headers.authorization, undefined);
	assert.match(second.stdout, /transitionHandover +POST +\/handovers\/\{id\}\/transitions/);
	assert.ok(!second.stdout.includes('getMe'));
});

test('help is made from the contract', async () => {
	const help = (await cli(['help', 'createConcernReport'])).stdout;
	assert.match(help, /^type +yes +GENERAL_ADULT\|POLICE_CONCERN +What kind$/m);
	assert.match(help, /^danger\.self +integer/m);
	assert.match(help, /samhandling call createConcernReport type='GENERAL_ADULT'/);
	assert.match((await cli(['concerns', 'help'])).stdout, /^forward +IN_TRIAGE +FORWARDED +target_unit_id reason +Send on$/m);
	for (const command of ['call', 'concerns', 'patients', 'token', 'keygen', 'log', 'me', 'completion'])
		assert.match((await run([command, '--help'])).stdout, /^usage: samhandling /m);
	assert.equal((await run(['--help'])).code, 0);
	assert.equal((await run([])).code, 1);
	assert.equal((await run(['nonsense'])).code, 1);
	assert.equal((await run(['me', '--nonsense'])).code, 1);
});

test('completion knows commands, roles, agencies, operations and keys', async () => {
	await cli(['operations']);
	const offer = async (...words) => (await run(['complete', '--', ...words], { env: { SAMCLI_URL: service.url, SAMCLI_KEYS: keys } })).stdout.split('\n');
	assert.ok((await offer()).includes('concerns') && !(await offer()).includes('complete'));
	assert.ok((await offer('token', '--role')).includes('KO'));
	assert.deepEqual((await offer('me', '--agency')).filter(Boolean), ['drammen-dps', 'citizen']);
	assert.ok((await offer('call')).includes('createConcernReport'));
	assert.ok((await offer('call', 'createConcernReport')).includes('facts='));
	assert.ok((await offer('concerns')).includes('forward'));
	const script = (await run(['completion', 'bash'])).stdout;
	const bash = `${script}\nsamhandling() { :; }; COMP_WORDS=($0 conc); COMP_CWORD=1; _samhandling; echo "\${COMPREPLY[@]}"`;
	const { program } = await import('./run.mjs');
	assert.equal((await run(['-c', bash, program], { command: 'bash' })).stdout.trim(), 'concerns');
	assert.match((await run(['completion', 'zsh'])).stdout, /^#compdef samhandling/);
	assert.equal((await run(['completion', 'fish'])).code, 1);
});

test('bulk: a call for every line, going on after a refusal', async () => {
	const lines = [{ type: 'GENERAL_ADULT', facts: 'a' }, { type: 'x' }, { type: 'GENERAL_ADULT', facts: 'c' }].map((l) => JSON.stringify(l));
	service.script.push({ status: 201, body: { id: 'a' } }, problem(422, 'invalid_body'), { status: 201, body: { id: 'c' } });
	const { code, stdout, stderr } = await cli(['call', 'createConcernReport', '--each', '-'], { input: `${lines.join('\n')}\n` });
	assert.equal(code, 4);
	assert.equal(stdout, '{"id":"a"}\n{"id":"c"}\n');
	assert.match(stderr, /line 2 was refused/);
});

test('on a terminal a long list shows its progress and takes the bar away', async () => {
	const slow = { status: 200, body: { items: [{ id: 'x' }], links: { next: '/api/v1/access-log?cursor=0' } } };
	service.script.push(slow);
	const line = `'${(await import('./run.mjs')).program}' log --all --url ${service.url} --keys '${keys}' ${as.join(' ')}`;
	const { code, stdout } = await run(['-qec', line, '/dev/null'], { command: 'script' });
	assert.equal(code, 0);
	assert.ok(!/\] \d/.test(stdout) || stdout.includes('\r\u001b[K'));
});

test('sandbox.json gives address, keys and, without keys, ready tokens', async () => {
	const file = join(home, 'sandbox.json');
	writeFileSync(file, JSON.stringify({ base_url: service.url, tokens: [{ agency: 'lier-kommune', role: 'MH', token: 'ready.made.token' }] }));
	const env = { SAMCLI_SANDBOX: file };
	assert.equal((await run(['me', ...as], { env })).code, 0);
	assert.equal((await run(['me', '--agency', 'lier-kommune', '--role', 'MH'], { env })).code, 0);
	assert.equal(service.requests[1].headers.authorization, 'Bearer ready.made.token');
	assert.equal((await run(['me'], { env })).code, 3);
	writeFileSync(file, '{');
	assert.equal((await run(['me'], { env })).code, 7);
	assert.equal((await run(['me', '--token', 'x'], { env: { SAMCLI_SANDBOX: '' } })).code, 1);
});

test('a token comes from a file or the environment', async () => {
	const file = join(home, 'token');
	writeFileSync(file, 'from.a.file\n');
	await cli(['me', '--token-file', file], { token: false });
	await cli(['me'], { token: false, env: { SAMCLI_TOKEN: 'from.the.environment' } });
	assert.deepEqual(service.requests.map((r) => r.headers.authorization), ['Bearer from.a.file', 'Bearer from.the.environment']);
	assert.equal((await cli(['me', '--token-file', join(home, 'absent')], { token: false })).code, 3);
});
