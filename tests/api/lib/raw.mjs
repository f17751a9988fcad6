// Bytes on a socket, for what an HTTP client would never send.
import net from 'node:net';

// Sends `bytes` (or several pieces with pauses in ms between) and reads until the peer closes or `wait` ms passed.
export function raw(port, bytes, { wait = 3000, host = '127.0.0.1' } = {}) {
	return new Promise((done) => {
		const socket = net.connect({ port, host });
		let text = '';
		const finish = (how) => {
			clearTimeout(timer);
			socket.destroy();
			done({ text, how, status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0) });
		};
		const timer = setTimeout(() => finish('timeout'), wait);
		socket.on('data', (d) => (text += d.toString('latin1')));
		socket.on('close', () => finish('closed'));
		socket.on('error', () => finish('error'));
		socket.on('connect', async () => {
			for (const piece of [bytes].flat())
				if (typeof piece === 'number') await new Promise((next) => setTimeout(next, piece));
				else if (!socket.destroyed) socket.write(piece, 'latin1');
		});
	});
}
