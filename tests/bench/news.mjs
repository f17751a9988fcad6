// From a commit to those who wait for news of it (docs of the method: README.md beside this file).
import { listen } from '../api/lib/listen.mjs';
import { Receiver } from '../api/lib/receiver.mjs';
import { pause, until } from '../api/lib/daemon.mjs';
import { bar } from './bars.mjs';

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function ask(daemon, token, method, path, body) {
	return fetch(`http://127.0.0.1:${daemon.port}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

// One write after the other: the time of its answer, which leaves when the commit has returned.
async function write(daemon, token, count) {
	const begun = new Map();
	for (let i = 0; i < count; i++) {
		const r = await ask(daemon, token, 'POST', '/tasks', { title: 'Ring fastlegen' });
		if (r.status !== 201) throw new Error(`${r.status} ${await r.text()}`);
		const at = performance.now();
		begun.set((await r.json()).id, at);
		await pause(40);
	}
	return begun;
}

export async function news(daemon, { writer, administrator, count = 100 }) {
	const receiver = await new Receiver().start();
	const made = await ask(daemon, administrator, 'POST', '/subscriptions', { name: 'Måling', url: receiver.url, role: 'TL', entities: ['task'] });
	if (made.status !== 201) throw new Error(`${made.status} ${await made.text()}`);
	const stream = await listen(daemon.port, writer, { query: '?entities=task' });
	await pause(500);
	const begun = await write(daemon, writer, count);
	const waited = (list, idOf) => list.filter((x) => begun.has(idOf(x))).map((x) => x.at - begun.get(idOf(x)));
	await until(() => waited(stream.events, (e) => e.data.id).length === count && waited(receiver.received, (m) => m.event.data.id).length >= count, 20_000, 'all events');
	await stream.close();
	await receiver.stop();
	bar('from a commit to the reader of a stream, median', median(waited(stream.events, (e) => e.data.id)), 'most', 20, ' ms');
	bar('from a commit to the receiver of a webhook, median', median(waited(receiver.received, (m) => m.event.data.id)), 'most', 50, ' ms');
}
