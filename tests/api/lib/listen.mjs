// A reader of GET /changes/stream as a test needs it: what has come, what is awaited, how it ended.
import http from 'node:http';
import { record } from './contract.mjs';
import { until } from './daemon.mjs';

export class Listener {
	constructor() {
		Object.assign(this, { status: 0, headers: {}, text: '', arrivals: new Map(), ended: null });
	}

	// The blocks that hold data, as { id, at, event }.
	get events() {
		return this.text.split('\n\n').slice(0, -1).filter((b) => b.includes('data: ')).map((block) => {
			const id = /^id: (\d+)$/m.exec(block)[1];
			return { at: this.arrivals.get(id), ...JSON.parse(/^data: (.*)$/m.exec(block)[1]) };
		});
	}

	take(piece) {
		this.text += piece;
		for (const [, id] of piece.matchAll(/^id: (\d+)$/gm)) if (!this.arrivals.has(id)) this.arrivals.set(id, performance.now());
	}

	until(found, limit = 5000, what = 'the event') {
		return until(() => this.events.find(found), limit, what);
	}

	close() {
		this.request.destroy();
		return this.done;
	}
}

// Opens the stream; resolves when the head is there.
export function listen(port, token, { query = '', headers = {} } = {}) {
	const l = new Listener();
	let finish;
	l.done = new Promise((done) => (finish = done));
	return new Promise((opened, fail) => {
		l.request = http.request({ host: '127.0.0.1', port, path: `/api/v1/changes/stream${query}`, agent: false,
			headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers } }, (response) => {
			record('GET', '/api/v1/changes/stream', response.statusCode);
			Object.assign(l, { status: response.statusCode, headers: response.headers });
			response.setEncoding('utf8');
			response.on('data', (piece) => l.take(piece));
			const end = (how) => () => {
				l.ended ??= how;
				finish(l.ended);
			};
			response.on('end', end('whole'));
			response.on('error', end('cut off'));
			response.on('close', end('cut off'));
			opened(l);
		});
		l.request.on('error', (e) => {
			finish(l.ended ??= 'cut off');
			fail(e);
		});
		l.request.end();
	});
}
