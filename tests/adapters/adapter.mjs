// An adapter under test: a home of its own with its folders and configuration, started, killed, stopped; its log kept.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import assert from 'node:assert/strict';
import { environment, until } from '../api/harness.mjs';

const section = ([name, keys]) => [`[${name}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`), ''].join('\n');

export class Adapter {
	// `kind`: 'police'; `port`: the daemon's; `who`: { agency, role, subject }; `sections`: what the kind needs besides.
	constructor(kind, port, who, sections) {
		this.program = join(environment.build, `samhandling-${kind}`);
		this.home = mkdtempSync(join(tmpdir(), `samhandling-${kind}-`));
		this.kind = kind;
		this.sections = { service: { url: `http://127.0.0.1:${port}/api/v1` }, token: { keys: environment.keys, ...who },
			spool: { directory: 'spool' }, ...sections };
		this.log = '';
		this.output = '';
		this.configure();
		after(async () => {
			await this.stop();
			rmSync(this.home, { recursive: true, force: true });
		});
	}

	configure(sections = {}) {
		Object.assign(this.sections, sections);
		writeFileSync(this.path('adapter.conf'), Object.entries(this.sections).map(section).join('\n'));
	}

	path(...names) {
		return join(this.home, ...names);
	}

	launch(...args) {
		const [program, ...words] = [...environment.wrapper, this.program, '--config', this.path('adapter.conf'), ...args];
		const child = spawn(program, words, { env: { PATH: process.env.PATH, HOME: this.home } });
		child.stdout.on('data', (d) => (this.output += d));
		child.stderr.on('data', (d) => (this.log += d));
		child.ended = new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
		return child;
	}

	// Runs to its end: the exit code.
	run(...args) {
		this.output = '';
		return this.launch(...args).ended;
	}

	start() {
		this.child = this.launch();
	}

	async end(signal) {
		const child = this.child;
		this.child = null;
		child?.kill(signal);
		return child?.ended;
	}

	// Ends it as systemd does: 0 when it ended cleanly.
	stop() {
		return this.end('SIGTERM');
	}

	kill() {
		return this.end('SIGKILL');
	}

	// The folder's visible files.
	files(folder) {
		return existsSync(this.path(folder)) ? readdirSync(this.path(folder)).filter((n) => !n.startsWith('.')).sort() : [];
	}

	read(...names) {
		return readFileSync(this.path(...names), 'utf8');
	}

	json(...names) {
		return JSON.parse(this.read(...names));
	}

	// Lays a file into a folder as a careful program does: renamed in when it is whole.
	put(folder, name, content) {
		mkdirSync(this.path(folder), { recursive: true });
		writeFileSync(this.path(folder, `.${name}`), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
		renameSync(this.path(folder, `.${name}`), this.path(folder, name));
	}

	events(name) {
		return this.log.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)).filter((e) => name === undefined || e.event === name);
	}

	until(question, what) {
		return until(question, 20_000, what).catch((e) => Promise.reject(new Error(`${e.message}\n${this.log}`)));
	}

	// Nothing of these words stands in the log, nor in names of files.
	tellsNothing(...words) {
		for (const word of words) assert.ok(!this.log.includes(word), `the log tells '${word}'`);
		// ids of 32 hexadecimal digits and UUIDs may happen to have as many
		assert.doesNotMatch(this.log.replace(/(?<![\w-])([0-9a-f]{32}|[0-9a-f-]{36})(?![\w-])/g, ''), /(?<!\d)\d{11}(?!\d)/);
	}
}
