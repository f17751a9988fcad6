// A samhandlingd of the test's own: started, stopped, killed, its log kept.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { environment } from './environment.mjs';

export function freePort() {
	return new Promise((done, fail) => {
		const server = createServer();
		server.on('error', fail);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => done(port));
		});
	});
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Asks `question` until it answers something true; what is still false after `limit` ms is an error.
export async function until(question, limit = 10_000, what = 'what the test waits for') {
	for (const end = performance.now() + limit; ; await pause(20)) {
		const answer = await question();
		if (answer) return answer;
		if (performance.now() > end) throw new Error(`${what} did not come within ${limit} ms`);
	}
}

// One process; `settings` are SAMHANDLING_ variables without the prefix.
export class Daemon {
	constructor(port, settings) {
		this.port = port;
		this.settings = settings;
		this.log = '';
		this.logFile = null; // a file descriptor, when the log is not to be kept here
		this.child = null;
	}

	environment() {
		const slow = environment.wrapper.length > 0 ? { CONNECT_TIMEOUT_S: 30 } : {};
		const own = Object.entries({ ...slow, ...this.settings, PORT: this.port }).map(([name, value]) => [`SAMHANDLING_${name}`, String(value)]);
		return Object.fromEntries([['PATH', process.env.PATH], ...own.filter(([, value]) => value !== 'undefined')]);
	}

	// Starts it without waiting.
	launch() {
		const command = [...environment.wrapper, `${environment.build}/samhandlingd`];
		const child = spawn(command[0], command.slice(1), { env: this.environment(), stdio: ['ignore', 'pipe', this.logFile ?? 'pipe'] });
		child.stdout.on('data', (d) => (this.log += d));
		child.stderr?.on('data', (d) => (this.log += d));
		child.exited = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
		child.on('error', (e) => (this.log += String(e)));
		this.child = child;
	}

	async isReady() {
		if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`samhandlingd ended:\n${this.log.slice(-4000)}`);
		const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
		return answer?.status === 200;
	}

	async start() {
		this.launch();
		await until(() => this.isReady(), environment.instrumented ? 60_000 : 10_000, 'readiness')
			.catch((e) => Promise.reject(new Error(`${e.message}\n${this.log.slice(-4000)}`)));
	}

	async signal(name) {
		this.child?.kill(name);
		return this.child?.exited;
	}

	// Ends it and says how: { code, signal }. What instruments find lies in the build's reports, which tests/run.sh counts.
	async stop() {
		if (this.child === null) return null;
		const ended = await this.signal('SIGTERM');
		this.child = null;
		return ended;
	}

	async kill() {
		await this.signal('SIGKILL');
		this.child = null;
	}

	// The log's JSON lines as objects, e.g. events('REQUEST').
	events(name) {
		return this.log.split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)).filter((e) => name === undefined || e.event === name);
	}

	residentKiB() {
		return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]);
	}
}
